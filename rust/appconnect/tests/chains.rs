//! Chains of applications and the attributes of `<Dial>` that reach along them: `application-connect.md` sections 1.4,
//! 4 and 9, `twiml-voice.md` section 6.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::Config;
use appconnect::config::{ExposeParent, Geography};
use appconnect::effect::HangUpCause;
use appconnect::pii::Pii;
use support::{
    A, AFTER, APP_B, APP_C, B, C, CALLER, ENTRY, NUMBER, RECEIVER, THIRD, World, dial_application,
    plain_config, registry,
};

/// A dials B, which dials C; the attributes are those of the two `<Dial>`s and of the two `<Application>`s.
fn chain(dials: [&str; 2], applications: [&str; 2], third: &str) -> World {
    let mut world = World::handing_over(dials[0], applications[0], "", "");
    world.on(
        RECEIVER,
        &dial_application(&format!("action=\"/done\" {}", dials[1]), applications[1], APP_C, ""),
    );
    world.on(THIRD, third);
    world
}

#[test]
fn the_caller_passes_through_and_the_customer_is_the_immediate_sender() {
    let mut world = chain(["", ""], ["", ""], "<Say>hello</Say>");
    world.dial().finish();
    let (second, third) = (world.only(RECEIVER), world.only(THIRD));
    assert_eq!((second.get("From"), third.get("From")), (Some(CALLER), Some(CALLER)));
    assert_eq!((second.get("CustomerId"), third.get("CustomerId")), (Some(A), Some(B)));
    assert_eq!((second.get("AccountSid"), third.get("AccountSid")), (Some(B), Some(C)));
}

#[test]
fn the_original_number_reaches_the_end_only_if_every_hop_copies_it() {
    let (yes, no) = (r#"copyParentTo="true""#, "");
    for (hops, to) in [([yes, yes], NUMBER), ([yes, no], APP_C), ([no, yes], APP_B), ([no, no], APP_C)] {
        let mut world = chain(["", ""], hops, "<Say>hello</Say>");
        world.dial().finish();
        assert_eq!(world.only(THIRD).get("To"), Some(to), "{hops:?}");
    }
}

#[test]
fn a_caller_id_holds_from_its_hop_on() {
    let mine = r#"callerId="+15550777""#;
    for (dials, second, third) in [
        ([mine, ""], "+15550777", "+15550777"),
        (["", mine], CALLER, "+15550777"),
        ([mine, r#"callerId="client:anna""#], "+15550777", "client:anna"),
    ] {
        let mut world = chain(dials, [r#"statusCallback="/child""#, ""], "<Say>hello</Say>");
        world.dial().finish();
        assert_eq!(world.only(RECEIVER).get("From"), Some(second), "{dials:?}");
        assert_eq!(world.only(RECEIVER).get("Caller"), Some(second), "{dials:?}");
        assert_eq!(world.only(THIRD).get("From"), Some(third), "{dials:?}");
        assert_eq!(world.only("https://a.example/child").get("From"), Some(second), "{dials:?}");
        assert_eq!(world.hop_bill(0).from.as_str(), third, "C's hop ends first: {dials:?}");
        assert_eq!(world.hop_bill(1).from.as_str(), second, "{dials:?}");
        assert_eq!(world.only(AFTER).get("From"), Some(CALLER), "A's own call is unchanged: {dials:?}");
    }
}

/// Section 4: what a carrier says of the caller goes along, what concerns A alone does not.
#[test]
fn what_the_carrier_says_goes_along() {
    let mut world = World::handing_over("", "", "", "<Say>hello</Say>");
    world.dial_with(|call| {
        call.forwarded_from = Some(Pii::from("+15550111"));
        call.caller_name = Some(Pii::from("Ann Other"));
        call.stir_verstat = Some("TN-Validation-Passed-B".into());
    });
    world.finish();
    let (entry, seen) = (world.only(ENTRY), world.only(RECEIVER));
    assert_eq!(seen.get("ForwardedFrom"), Some("+15550111"));
    assert_eq!(seen.get("StirVerstat"), Some("TN-Validation-Passed-B"));
    assert_eq!(
        (entry.get("CallerName"), seen.get("CallerName")),
        (None, None),
        "nobody asked for the look-up"
    );
    assert_eq!(entry.get("FromCity"), Some(""), "a phone call has its geography, empty when unknown");
    assert!(seen.form.iter().all(|(name, _)| !name.ends_with("City") && !name.ends_with("Country")));
}

#[test]
fn the_callers_name_reaches_an_application_that_asks_for_it() {
    for (number, application) in [(true, true), (true, false)] {
        let registry = registry(|_, applications, numbers| {
            numbers[0].caller_name_lookup = number;
            applications[1].caller_name_lookup = application;
        });
        let mut world = World::with(plain_config(), registry);
        world.hand_over("", "", "", "<Say>hello</Say>");
        world.dial_with(|call| call.caller_name = Some(Pii::from("Ann Other"))).finish();
        assert_eq!(world.only(ENTRY).get("CallerName"), Some("Ann Other"));
        assert_eq!(world.only(RECEIVER).get("CallerName"), application.then_some("Ann Other"));
    }
}

#[test]
fn the_callers_name_reaches_an_application_that_asks_although_the_number_does_not() {
    let registry = registry(|_, applications, _| applications[1].caller_name_lookup = true);
    let mut world = World::with(plain_config(), registry);
    world.hand_over("", "", "", "<Say>hello</Say>");
    world.dial_with(|call| call.caller_name = Some(Pii::from("Ann Other"))).finish();
    assert_eq!(world.only(ENTRY).get("CallerName"), None);
    assert_eq!(world.only(RECEIVER).get("CallerName"), Some("Ann Other"));
}

#[test]
fn options_decide_what_of_the_sender_is_shown() {
    for (expose, shown) in
        [(ExposeParent::Always, true), (ExposeParent::SameAccount, false), (ExposeParent::Never, false)]
    {
        let config = Config {
            expose_parent_call_sid: expose,
            sender_account: shown,
            geography: Geography::Omit,
            ..plain_config()
        };
        let mut world = World::with(config, registry(|_, _, _| {}));
        world.hand_over("", r#"customerId="forged""#, "", "<Say>hello</Say>").dial().finish();
        let seen = world.only(RECEIVER);
        assert_eq!(seen.get("ParentCallSid").is_some(), shown);
        assert_eq!(seen.get("AppConnect_SenderAccountSid"), shown.then_some(A));
        assert_eq!(world.only(ENTRY).get("FromCity"), None);
    }
}

#[test]
fn answer_on_bridge_keeps_the_line_ringing_along_the_chain() {
    let bridge = r#"answerOnBridge="true""#;
    let mut world = chain([bridge, bridge], ["", ""], r#"<Pause length="4"/><Say>hello</Say>"#);
    world.dial().advance(3_999);
    assert!(!world.answered, "early media only");
    assert!(world.ringback.is_empty(), "the caller's own network rings");
    for url in [ENTRY, RECEIVER, THIRD] {
        assert_eq!(world.only(url).get("CallStatus"), Some("ringing"), "{url}");
    }
    world.advance(1);
    assert!(world.answered);
    world.finish();
    let answered: Vec<_> = world.settlements.iter().map(|bill| bill.answered).collect();
    assert_eq!(answered.len(), 5);
    assert!(answered.iter().all(|at| *at == answered[0]), "one answer for all views: {answered:?}");
    assert_eq!(world.only(AFTER).get("DialCallDuration"), Some("1"));
}

#[test]
fn a_bridge_that_never_came_leaves_the_caller_unanswered() {
    let bridge = r#"answerOnBridge="true" timeout="7""#;
    for (third, status, cause) in [
        (r#"<Reject reason="busy"/>"#, "busy", HangUpCause::Rejected),
        (r#"<Pause length="60"/>"#, "no-answer", HangUpCause::Rejected),
    ] {
        let mut world = chain(["answerOnBridge=\"true\"", bridge], ["", ""], third);
        world.dial().finish();
        assert_eq!(world.only("https://b.example/done").get("DialCallStatus"), Some(status));
        assert_eq!(world.only("https://b.example/done").get("CallStatus"), Some("ringing"));
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("no-answer"), "B ended without an answer");
        assert_eq!(world.bill(&world.only(ENTRY).call).status, "no-answer");
        assert_eq!(world.hung_up, Some(cause));
        assert!(!world.answered);
        assert!(world.settlements.iter().all(|bill| bill.amount.0 == 0));
    }
}

#[test]
fn answer_on_bridge_behind_another_verb_lets_the_caller_hear_ringing() {
    let mut world = World::new();
    let dial = dial_application(r#"action="/after" answerOnBridge="true" ringTone="de""#, "", APP_B, "");
    world.on(ENTRY, &format!("<Say>wait</Say>{dial}")).on(RECEIVER, r#"<Pause length="4"/><Say>hello</Say>"#);
    world.dial().finish();
    assert_eq!(world.ringback, [(true, Some("de".to_owned())), (false, None)]);
}

#[test]
fn the_caller_hears_ringing_until_the_application_answers() {
    for receiver in ["<Pause length=\"4\"/><Say>hello</Say>", "<Say>hello</Say>", "<Reject/>"] {
        let mut world = World::handing_over("", "", "", receiver);
        world.on(AFTER, "<Say>back</Say>").dial().finish();
        assert_eq!(world.ringback, [(true, None), (false, None)], "{receiver}");
        let last_ring = world.trace.iter().rposition(|effect| effect.starts_with("Ringback"));
        let first_word = world.trace.iter().position(|effect| effect.starts_with("Say"));
        assert!(last_ring < first_word, "ringing stops before the first word: {receiver}");
    }
}

#[test]
fn a_star_takes_the_caller_back_only_where_the_document_says_so() {
    let star = r#"hangupOnStar="true""#;
    let talk = r#"<Gather numDigits="9" timeout="60"/>"#;
    for (dials, second, first) in
        [(["", ""], false, false), ([star, ""], true, true), (["", star], true, false)]
    {
        let mut world = chain(dials, ["", ""], talk);
        world.on("https://b.example/done", r#"<Pause length="100"/>"#);
        world.dial().advance(10_000).press("*");
        assert_eq!(!world.to("https://b.example/done").is_empty(), second, "{dials:?}");
        assert_eq!(!world.to(AFTER).is_empty(), first, "{dials:?}");
        if second {
            let done = world.only("https://b.example/done");
            assert_eq!(done.get("DialCallStatus"), Some("completed"), "{dials:?}");
            assert_eq!(done.get("DialCallDuration"), Some("10"), "{dials:?}");
        }
        world.finish();
    }
}

#[test]
fn a_star_before_the_answer_is_no_hangup() {
    let mut world =
        World::handing_over(r#"hangupOnStar="true""#, "", "", r#"<Pause length="9"/><Say>hello</Say>"#);
    world.dial().advance(3_000).press("*").finish();
    assert_eq!(world.only(AFTER).get("DialCallDuration"), Some("1"));
}

#[test]
fn keys_before_the_star_still_reach_the_application() {
    let receiver = r#"<Gather numDigits="2" action="/keys"/>"#;
    let mut world = World::handing_over(r#"hangupOnStar="true""#, "", "", receiver);
    world.on("https://b.example/keys", r#"<Pause length="60"/>"#);
    world.dial().press("12*").finish();
    assert_eq!(world.only("https://b.example/keys").get("Digits"), Some("12"));
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    assert!(world.now - support::START < 60_000);
}

#[test]
fn the_time_limit_counts_from_the_answer() {
    let mut world = World::handing_over(
        r#"timeLimit="30""#,
        "",
        "",
        r#"<Pause length="10"/><Say>hello</Say><Pause length="600"/>"#,
    );
    world.dial().finish();
    assert_eq!(world.time_of(AFTER), 40_000);
    assert_eq!(world.only(AFTER).get("DialCallDuration"), Some("30"));
}

#[test]
fn a_timeout_below_takes_the_whole_chain_back() {
    let mut world =
        chain(["timeout=\"10\"", "answerOnBridge=\"true\""], ["", ""], r#"<Pause length="600"/>"#);
    world.dial().finish();
    assert_eq!(world.time_of(AFTER), 10_000);
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("no-answer"));
    let done = world.only("https://b.example/done");
    assert_eq!((done.get("DialCallStatus"), done.get("CallStatus")), (Some("no-answer"), Some("no-answer")));
    assert_eq!(world.bill(&world.only(THIRD).call).status, "canceled");
    assert_eq!(world.bill(&world.only(RECEIVER).call).status, "no-answer");
}

#[test]
fn the_operator_may_add_the_buffer_of_real_networks() {
    let config = Config { dial_timeout_buffer: 5, ..plain_config() };
    let mut world = World::with(config, registry(|_, _, _| {}));
    world.hand_over("timeout=\"10\"", "", "", r#"<Pause length="600"/>"#).dial().finish();
    assert_eq!(world.time_of(AFTER), 15_000);
}

#[test]
fn a_recorded_dial_names_its_recording_to_the_dialling_account() {
    for (mode, track, seconds, channels) in [
        ("record-from-answer", "inbound", "10", "1"),
        ("true", "outbound", "10", "1"),
        ("record-from-ringing", "both", "14", "1"),
        ("record-from-answer-dual", "both", "10", "2"),
        ("record-from-ringing-dual", "both", "14", "2"),
        ("record-from-answer-dual", "inbound", "10", "1"),
    ] {
        let dial = format!(
            r#"record="{mode}" recordingStatusCallback="/rec" recordingStatusCallbackEvent="in-progress completed" recordingTrack="{track}""#
        );
        let mut world =
            World::handing_over(&dial, "", "", r#"<Pause length="4"/><Say>a</Say><Pause length="9"/>"#);
        world.dial().finish();
        let start = &world.recordings[0];
        assert_eq!((&*start.track, start.dual), (track, channels == "2"), "{mode}");
        let sid = start.recording;
        let after = world.only(AFTER);
        assert_eq!(after.get("RecordingSid"), Some(sid.as_str()), "{mode}");
        assert_eq!(after.get("RecordingDuration"), Some(seconds), "{mode}");
        assert!(
            after.get("RecordingUrl").unwrap().ends_with(&format!("/Accounts/{A}/Recordings/{sid}")),
            "{mode}"
        );
        let told = world.to("https://a.example/rec");
        let statuses: Vec<_> = told.iter().map(|seen| seen.get("RecordingStatus").unwrap()).collect();
        assert_eq!(statuses, ["in-progress", "completed"], "{mode}");
        for seen in told {
            assert_eq!(
                seen.get("CallSid"),
                Some(world.only(ENTRY).call.as_str()),
                "always the parent: {mode}"
            );
            assert_eq!(seen.get("AccountSid"), Some(A), "{mode}");
            assert_eq!(seen.get("RecordingSource"), Some("DialVerb"), "{mode}");
            assert_eq!(seen.get("RecordingChannels"), Some(channels), "{mode}");
            assert_eq!(seen.get("RecordingTrack"), Some(track), "{mode}");
        }
        let stops = world.trace.iter().filter(|effect| effect.starts_with("StopRecording")).count();
        assert_eq!(stops, 1, "{mode}");
    }
}

#[test]
fn an_unrecorded_or_unanswered_dial_names_no_recording() {
    for (mode, receiver) in [
        ("", "<Say>a</Say>"),
        ("record=\"do-not-record\"", "<Say>a</Say>"),
        ("record=\"false\"", "<Say>a</Say>"),
        ("record=\"record-from-answer\"", "<Reject/>"),
        ("record=\"nonsense\"", "<Say>a</Say>"),
    ] {
        let mut world = World::handing_over(mode, "", "", receiver);
        world.dial().finish();
        assert_eq!(world.only(AFTER).get("RecordingUrl"), None, "{mode}");
        assert!(world.recordings.is_empty(), "{mode}");
    }
}

#[test]
fn only_the_top_call_speaks_and_listens() {
    let mut world = chain(["", ""], ["", ""], r#"<Gather numDigits="1" action="/keys"/>"#);
    world.on("https://c.example/keys", "<Hangup/>");
    world.dial().press("7").finish();
    assert_eq!(world.only("https://c.example/keys").get("Digits"), Some("7"));
    assert_eq!(world.requests.iter().filter(|seen| seen.get("Digits").is_some()).count(), 1);
}

#[test]
fn every_hop_is_billed_to_its_receiver() {
    let mut world = chain(["", ""], ["", ""], r#"<Say>hello</Say><Pause length="60"/>"#);
    world.dial().finish();
    let charged: Vec<_> = world
        .settlements
        .iter()
        .map(|bill| (bill.account.as_str().to_owned(), bill.direction, bill.amount.0))
        .collect();
    let bill = |account: &str, direction, amount| (account.to_owned(), direction, amount);
    assert_eq!(
        charged,
        [
            bill(C, "inbound", 5_000),
            bill(B, "outbound-dial", 0),
            bill(B, "inbound", 5_000),
            bill(A, "outbound-dial", 0),
            bill(A, "inbound", 17_000),
        ]
    );
}

#[test]
fn nothing_is_asked_of_the_line_after_it_has_ended() {
    let mut world = chain(["", ""], ["", ""], "<Say>hello</Say>");
    world.dial().finish();
    let end = world.trace.iter().position(|effect| effect.starts_with("HangUp")).unwrap();
    assert!(
        world.trace[end + 1..].iter().all(|effect| effect.starts_with("Report")),
        "{:?}",
        &world.trace[end..]
    );
}
