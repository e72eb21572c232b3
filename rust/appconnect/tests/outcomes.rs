//! What each end of a hop looks like from both accounts: `application-connect.md` sections 5.1, 6.1, 7 and 10.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::config::{EmptyDocument, FailedApplication};
use appconnect::effect::HangUpCause;
use appconnect::input::Change;
use appconnect::settlement::{LegKind, Settlement};
use appconnect::{Config, InputError};
use support::{
    A, AFTER, APP_A, APP_B, Answer, B, CALLER, ENTRY, NUMBER, RECEIVER, Seen, World, dial_application,
    plain_config, registry,
};

const TALK: &str = r#"<Say>hello</Say><Pause length="600"/>"#;
const RING: &str = r#"<Pause length="600"/>"#;

fn check(world: &World, case: &str, status: &str, bridged: bool, seconds: Option<&str>) {
    let after = world.only(AFTER);
    assert_eq!(after.get("DialCallStatus"), Some(status), "{case}");
    assert_eq!(after.get("DialBridged"), Some(if bridged { "true" } else { "false" }), "{case}");
    assert_eq!(after.get("DialCallDuration"), seconds, "{case}");
    assert_eq!(after.get("DialCallSid"), Some(world.hop_bill(0).call.as_str()), "{case}");
    assert_eq!(after.get("CallSid"), Some(world.only(ENTRY).call.as_str()), "{case}");
}

/// A2 and B1: both views of the hop.
fn views(world: &World) -> (&Settlement, &Settlement) {
    (world.hop_bill(0), world.bill(&world.only(RECEIVER).call))
}

/// Both views have one start, one answer, one end and one status (section 7).
fn same_event(world: &World, case: &str) {
    let (child, receiving) = views(world);
    assert_eq!(child.status, receiving.status, "{case}");
    assert_eq!(child.started, receiving.started, "{case}");
    assert_eq!(child.answered, receiving.answered, "{case}");
    assert_eq!(child.ended, receiving.ended, "{case}");
    assert_eq!(child.seconds, receiving.seconds, "{case}");
}

#[test]
fn an_answered_hop_is_completed_whoever_ends_it() {
    for end in ["hangup", "document", "star", "limit", "rest on B1", "rest on A2"] {
        let receiver = match end {
            "hangup" => r#"<Say>hello</Say><Pause length="9"/><Hangup/>"#,
            "document" => r#"<Say>hello</Say><Pause length="9"/>"#,
            _ => TALK,
        };
        let dial = match end {
            "star" => r#"hangupOnStar="true""#,
            "limit" => r#"timeLimit="10""#,
            _ => "",
        };
        let inside = r#"copyParentTo="false" statusCallback="/child" statusCallbackEvent="initiated""#;
        let mut world = World::handing_over(dial, inside, "", receiver);
        world.on(AFTER, "<Say>back</Say>").dial();
        let child = world.only("https://a.example/child").call.clone();
        let receiving = world.only(RECEIVER).call.clone();
        world.advance(10_000);
        match end {
            "star" => drop(world.press("*")),
            "rest on B1" => world.modify(&receiving, Change::Complete).unwrap(),
            "rest on A2" => world.modify(&child, Change::Complete).unwrap(),
            _ => {}
        }
        world.finish();
        check(&world, end, "completed", true, Some("10"));
        assert_eq!(world.only(AFTER).get("CallStatus"), Some("in-progress"), "{end}");
        same_event(&world, end);
        assert_eq!(world.heard, ["hello", "back"], "{end}");
        assert_eq!(world.hung_up, Some(HangUpCause::Normal), "{end}");
    }
}

#[test]
fn an_unanswered_hop_says_why() {
    for (end, status, receiver) in [
        ("reject busy", "busy", r#"<Reject reason="busy"/>"#),
        ("reject", "no-answer", "<Reject/>"),
        ("timeout", "no-answer", RING),
        ("rest on B1", "canceled", RING),
        ("rest on A2", "canceled", RING),
        ("cancel on B1", "canceled", RING),
        ("cancel on A2", "canceled", RING),
    ] {
        let application = r#"statusCallback="/child" statusCallbackEvent="initiated""#;
        let mut world = World::handing_over("", application, "", receiver);
        world.on(AFTER, "<Say>back</Say>").dial();
        let child = world.only("https://a.example/child").call.clone();
        let receiving = world.only(RECEIVER).call.clone();
        match end {
            "rest on B1" => world.modify(&receiving, Change::Complete).unwrap(),
            "rest on A2" => world.modify(&child, Change::Complete).unwrap(),
            "cancel on B1" => world.modify(&receiving, Change::Cancel).unwrap(),
            "cancel on A2" => world.modify(&child, Change::Cancel).unwrap(),
            _ => {}
        }
        world.finish();
        check(&world, end, status, false, None);
        same_event(&world, end);
        assert_eq!(views(&world).1.status, status, "{end}");
        assert_eq!(views(&world).1.answered, None, "{end}");
        assert_eq!(world.heard, ["back"], "{end}");
    }
}

#[test]
fn a_cancel_does_nothing_to_an_answered_call() {
    let mut world = World::handing_over("", "", "", TALK);
    world.dial().advance(5_000);
    let receiving = world.only(RECEIVER).call.clone();
    assert_eq!(world.modify(&receiving, Change::Cancel), Ok(()));
    assert!(world.settlements.is_empty());
    world.finish();
    check(&world, "cancel", "completed", true, Some("601"));
}

#[test]
fn an_application_that_fails_before_it_answers_fails_the_dial() {
    for fallback in [false, true] {
        let registry = registry(|_, applications, _| {
            applications[1].fallback = fallback.then(|| support::hook("https://b.example/fallback"));
        });
        let mut world = World::with(plain_config(), registry);
        world.hand_over("", "", "", "");
        world.serve(RECEIVER, [Answer::status(500)]);
        world.serve("https://b.example/fallback", [Answer::status(503)]);
        world.on(AFTER, "<Say>back</Say>").dial().finish();
        check(&world, "failed", "failed", false, None);
        same_event(&world, "failed");
        assert_eq!(views(&world).1.status, "failed");
        assert_eq!(world.heard, ["back"]);
        assert_eq!(world.problems(B), vec![11_200; 1 + usize::from(fallback)]);
        assert!(world.problems(A).is_empty());
    }
}

#[test]
fn the_operator_may_let_the_caller_hear_that_an_application_failed() {
    let config = Config { failed_application: FailedApplication::PlayError, ..plain_config() };
    let mut world = World::with(config, registry(|_, _, _| {}));
    world.hand_over("", "", "", "").serve(RECEIVER, [Answer::status(500)]).dial().finish();
    check(&world, "play-error", "completed", true, Some("1"));
    same_event(&world, "play-error");
    assert_eq!(world.heard.len(), 1);
}

#[test]
fn an_application_that_fails_after_it_answered_apologises_and_completes() {
    let mut world = World::handing_over("", "", "", "<Say>hello</Say><Redirect>next</Redirect>");
    world.serve("https://b.example/next", [Answer::status(500)]).on(AFTER, "<Say>back</Say>").dial().finish();
    check(&world, "late", "completed", true, Some("2"));
    assert_eq!(world.heard.len(), 3);
    assert_eq!(world.problems(B), [11_200]);
}

#[test]
fn a_caller_who_leaves_during_the_talk_completes_both_views_and_the_answer_is_ignored() {
    let mut world = World::handing_over("", "", "", TALK);
    world.on(AFTER, "<Say>ignored</Say>").dial().advance(7_000).hang_up().finish();
    check(&world, "caller", "completed", true, Some("7"));
    same_event(&world, "caller");
    assert_eq!(world.only(AFTER).get("CallStatus"), Some("completed"));
    assert_eq!(world.heard, ["hello"]);
    assert_eq!(world.hung_up, None, "the line is gone already");
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn a_caller_who_gives_up_cancels_the_hop_and_the_dial_was_not_answered() {
    for (bridge, status) in [("", "completed"), (r#"answerOnBridge="true""#, "no-answer")] {
        let mut world = World::handing_over(bridge, "", "", RING);
        world.on(AFTER, "<Say>ignored</Say>").dial().advance(7_000).hang_up().finish();
        check(&world, bridge, "no-answer", false, None);
        same_event(&world, bridge);
        assert_eq!(views(&world).1.status, "canceled");
        assert_eq!(world.only(AFTER).get("CallStatus"), Some(status));
        assert_eq!(world.bill(&world.only(ENTRY).call).status, status);
        assert!(world.heard.is_empty());
    }
}

/// The first verbs of B's document, and whether they answer (section 5.1).
#[test]
fn what_answers() {
    for (receiver, answered, status) in [
        ("<Reject/>", None, "no-answer"),
        ("<Hangup/>", Some(0), "completed"),
        ("", Some(0), "completed"),
        ("<Say>hello</Say>", Some(0), "completed"),
        ("<Play>a.wav</Play>", Some(0), "completed"),
        ("<Gather/>", Some(0), "completed"),
        ("<Record maxLength=\"1\" action=\"/stop\"/>", Some(0), "completed"),
        ("<Dial>+15550123</Dial>", Some(0), "completed"),
        ("<Pause length=\"3\"/><Say>hello</Say>", Some(3_000), "completed"),
        ("<Say> </Say><Play>a.wav</Play>", Some(0), "completed"),
        ("<Say/><Pause length=\"3\"/><Gather/>", Some(3_000), "completed"),
        ("<Pause/><Hangup/>", None, "no-answer"),
        ("<Say/><Hangup/>", None, "no-answer"),
        ("<Pause/><Reject reason=\"busy\"/>", None, "busy"),
        ("<Redirect>next</Redirect>", None, "no-answer"),
        ("<Pause/>", None, "no-answer"),
        ("<Say/>", None, "no-answer"),
    ] {
        let mut world = World::handing_over("", "", "", receiver);
        world.on("https://b.example/next", "<Hangup/>").on("https://b.example/stop", "<Hangup/>");
        world.dial().finish();
        let (child, receiving) = views(&world);
        let after_start = receiving.answered.map(|at| at.0 - support::START);
        assert_eq!(after_start, answered, "{receiver}");
        assert_eq!(receiving.status, status, "{receiver}");
        assert_eq!(child.answered, receiving.answered, "{receiver}");
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some(status), "{receiver}");
    }
}

#[test]
fn later_documents_of_a_ringing_call_still_say_ringing() {
    let mut world = World::handing_over("", "", "", "<Pause/><Redirect>next</Redirect>");
    world.on("https://b.example/next", "<Say>hello</Say><Redirect>last</Redirect>").dial().finish();
    let status = |url| world.only(url).get("CallStatus").unwrap().to_owned();
    assert_eq!(status(RECEIVER), "ringing");
    assert_eq!(status("https://b.example/next"), "ringing");
    assert_eq!(status("https://b.example/last"), "in-progress");
}

#[test]
fn an_empty_document_may_be_set_to_not_answer() {
    let config = Config { empty_document: EmptyDocument::NoAnswer, ..plain_config() };
    let mut world = World::with(config, registry(|_, _, _| {}));
    world.hand_over("", "", "", "").dial().finish();
    check(&world, "empty", "no-answer", false, None);
}

#[test]
fn a_reject_after_the_answer_is_a_hangup_with_a_warning() {
    let receiver = r#"<Say>hello</Say><Reject reason="busy"><Parameter name="x" value="1"/></Reject>"#;
    let mut world = World::handing_over("", "", "", receiver);
    world.dial().finish();
    check(&world, "late reject", "completed", true, Some("1"));
    assert_eq!(world.only(AFTER).get("ReturnParam_x"), Some("1"));
    assert_eq!(world.problems(B), [12_200]);
}

/// The two records of a hop (section 7).
#[test]
fn the_two_views_of_a_hop_belong_to_their_accounts() {
    let mut world = World::handing_over(r#"callerId="+15550777""#, r#"copyParentTo="true""#, "", TALK);
    world.dial().advance(61_000).hang_up().finish();
    let (child, receiving) = views(&world);
    let parent = world.bill(&world.only(ENTRY).call);

    assert_eq!((child.account.as_str(), receiving.account.as_str()), (A, B));
    assert_eq!((child.direction, receiving.direction), ("outbound-dial", "inbound"));
    assert_eq!(child.parent_call, Some(parent.call));
    assert_eq!(receiving.parent_call, None, "another account's call is not shown");
    assert_eq!((child.from.as_str(), child.to.as_str()), ("+15550777", APP_B));
    assert_eq!((receiving.from.as_str(), receiving.to.as_str()), ("+15550777", NUMBER));
    assert_eq!(receiving.application.as_ref().map(appconnect::id::ApplicationSid::as_str), Some(APP_B));
    assert_eq!((child.leg, receiving.leg), (LegKind::ApplicationHop, LegKind::ApplicationConnect));
    assert_eq!((child.amount.0, receiving.amount.0), (0, 5_000));
    assert_eq!((parent.from.as_str(), parent.to.as_str()), (CALLER, NUMBER));
    assert_eq!((parent.leg, parent.seconds, parent.amount.0), (LegKind::Inbound, 61, 17_000));
    assert_eq!(world.settlements.len(), 3);
    let mut sids: Vec<_> = world.settlements.iter().map(|bill| bill.call).collect();
    sids.sort_unstable();
    sids.dedup();
    assert_eq!(sids.len(), 3);
}

#[test]
fn within_one_account_the_receiving_call_names_its_parent() {
    let mut world = World::new();
    world.on(ENTRY, &dial_application("action=\"/after\"", "", APP_A, ""));
    world.on("https://own.example/voice", "<Say>own</Say>").dial().finish();
    let arrival = world.only("https://own.example/voice");
    let child = world.hop_bill(0).call;
    assert_eq!(arrival.get("ParentCallSid"), Some(child.as_str()));
    assert_eq!(arrival.get("CustomerId"), Some(A));
    assert_eq!(world.bill(&arrival.call).parent_call, Some(child));
}

#[test]
fn both_sides_get_their_status_callbacks_and_only_their_own() {
    let events = r#"statusCallback="/child" statusCallbackEvent="initiated ringing answered completed""#;
    let mut world = World::handing_over("", events, "", r#"<Say>hello</Say><Pause length="60"/>"#);
    world.dial().finish();
    let child = world.to("https://a.example/child");
    let told = |name: &'static str| child.iter().map(move |seen| seen.get(name).unwrap_or("-"));
    assert!(told("CallStatus").eq(["initiated", "ringing", "in-progress", "completed"]));
    assert!(told("SequenceNumber").eq(["0", "1", "2", "3"]));
    assert!(told("CallDuration").eq(["-", "-", "-", "61"]));
    assert!(told("Duration").eq(["-", "-", "-", "2"]));
    for seen in &child {
        let expected = [
            ("AccountSid", A),
            ("Direction", "outbound-dial"),
            ("From", CALLER),
            ("To", APP_B),
            ("ParentCallSid", &world.only(ENTRY).call),
            ("CallSid", &seen.call),
            ("CallbackSource", "call-progress-events"),
        ];
        for (name, value) in expected {
            assert_eq!(seen.get(name), Some(value), "{name}");
        }
        assert_eq!(seen.account, A);
        assert!(!seen.awaited);
    }
    let own = world.only("https://b.example/status");
    let expected = [
        ("AccountSid", B),
        ("CallSid", &world.only(RECEIVER).call),
        ("CallStatus", "completed"),
        ("CallDuration", "61"),
        ("Direction", "inbound"),
        ("ApplicationSid", APP_B),
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", "0"),
        ("SipResponseCode", "200"),
    ];
    for (name, value) in expected {
        assert_eq!(own.get(name), Some(value), "{name}");
    }
    assert!(own.get("Timestamp").unwrap().ends_with("+0000"));
}

/// The recommended order of `webhooks.md` section 11.
#[test]
fn the_requests_of_a_hop_come_in_the_expected_order() {
    let mut world = World::handing_over("", r#"statusCallback="/child""#, "", "<Say>hello</Say>");
    world.dial().finish();
    assert_eq!(
        world.urls(),
        [
            ENTRY,
            RECEIVER,
            "https://b.example/status",
            "https://a.example/child",
            AFTER,
            "https://a.example/status",
        ]
    );
}

#[test]
fn the_dialling_sides_view_can_be_ended_but_not_redirected() {
    let mut world =
        World::handing_over("", r#"statusCallback="/child" statusCallbackEvent="ringing""#, "", TALK);
    world.dial().advance(1_000);
    let child = world.only("https://a.example/child").call.clone();
    let twiml = Change::Twiml("<Response/>".into());
    assert_eq!(world.modify(&child, twiml.clone()), Err(InputError::CannotRedirect));
    world.modify(&child, Change::Complete).unwrap();
    assert_eq!(world.modify(&child, twiml), Err(InputError::UnknownCall));
}

/// Later requests of B1 (section 4).
#[test]
fn later_requests_repeat_the_application_and_the_customer_but_not_the_parameters() {
    for repeat in [false, true] {
        let config = Config { repeat_parameters: repeat, ..plain_config() };
        let mut world = World::with(config, registry(|_, _, _| {}));
        let inside = r#"<Parameter name="x" value="1"/>"#;
        world.hand_over("", r#"customerId="acme""#, inside, r#"<Gather numDigits="1" action="/keys"/>"#);
        world.on("https://b.example/keys", "<Redirect>next</Redirect>");
        world.dial_with(|call| call.stir_verstat = Some("TN-Validation-Passed-A".into())).press("1").finish();
        let check = |seen: &Seen, first: bool| {
            assert_eq!(seen.get("ApplicationSid"), Some(APP_B), "{}", seen.url);
            assert_eq!(seen.get("CustomerId"), Some("acme"), "{}", seen.url);
            assert_eq!(seen.get("Param_x"), (first || repeat).then_some("1"), "{}", seen.url);
            assert_eq!(seen.get("StirVerstat").is_some(), first, "{}", seen.url);
            assert_eq!(seen.get("Digits"), seen.url.ends_with("/keys").then_some("1"), "{}", seen.url);
        };
        check(world.only(RECEIVER), true);
        for url in ["keys", "next", "status"] {
            check(world.only(&format!("https://b.example/{url}")), false);
        }
    }
}
