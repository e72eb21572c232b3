//! Changes of a live call by its account: `twiml-voice.md` section 1 rule 5, `application-connect.md` sections 6.1 and 7.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::InputError;
use appconnect::effect::HangUpCause;
use appconnect::http::{Method, Url};
use appconnect::input::Change;
use support::{AFTER, APP_B, APP_C, Answer, B, ENTRY, RECEIVER, THIRD, World, dial_application};

const TALK: &str = r#"<Say>hello</Say><Pause length="600"/>"#;
const NEW: &str = "https://a.example/new";

fn redirect(url: &str) -> Change {
    Change::Redirect { url: Url::parse(url).unwrap(), method: Method::Post }
}

fn twiml(verbs: &str) -> Change {
    Change::Twiml(format!("<Response>{verbs}</Response>").into())
}

/// B talks; the SIDs of A's and B's calls.
fn talking(receiver: &str) -> (World, String, String) {
    let mut world = World::handing_over("", "", "", receiver);
    world.dial().advance(10_000);
    let (first, second) = (world.only(ENTRY).call.clone(), world.only(RECEIVER).call.clone());
    (world, first, second)
}

#[test]
fn inline_twiml_for_the_dialling_call_runs_after_the_ignored_action() {
    let (mut world, first, _) = talking(TALK);
    world.on(AFTER, "<Say>ignored</Say>");
    world.modify(&first, twiml("<Say>inline</Say>")).unwrap();
    world.finish();
    assert_eq!(world.heard, ["hello", "inline"]);
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    assert_eq!(world.bill(&first).status, "completed");
}

#[test]
fn an_action_that_fails_does_not_hold_the_update_back() {
    for answer in [Answer::status(500), Answer::Silent, Answer::typed("text/xml", b"<broken")] {
        let (mut world, first, _) = talking(TALK);
        world.serve(AFTER, [answer]).on(NEW, "<Say>new</Say>");
        world.modify(&first, redirect(NEW)).unwrap();
        world.finish();
        assert_eq!(world.heard, ["hello", "new"]);
    }
}

#[test]
fn the_last_of_several_updates_wins_while_the_action_is_under_way() {
    let (mut world, first, _) = talking(TALK);
    world.serve(AFTER, [Answer::Silent]).on(NEW, "<Say>new</Say>");
    world.modify(&first, redirect("https://a.example/never")).unwrap();
    world.modify(&first, redirect(NEW)).unwrap();
    world.finish();
    assert_eq!(world.to(AFTER).len(), 1);
    assert!(world.to("https://a.example/never").is_empty());
    assert_eq!(world.heard, ["hello", "new"]);
}

#[test]
fn a_call_that_is_completed_while_the_action_is_under_way_ends() {
    let (mut world, first, _) = talking(TALK);
    world.serve(AFTER, [Answer::Silent]).on(NEW, "<Say>new</Say>");
    world.modify(&first, redirect(NEW)).unwrap();
    world.modify(&first, Change::Complete).unwrap();
    world.finish();
    assert_eq!(world.heard, ["hello"]);
    assert_eq!(world.bill(&first).status, "completed");
}

#[test]
fn without_an_action_only_a_redirect_behind_the_dial_is_still_requested() {
    for (behind, requested) in
        [("<Redirect>/behind</Redirect>", true), ("<Say>behind</Say><Redirect>/behind</Redirect>", false)]
    {
        let mut world = World::new();
        world.on(ENTRY, &format!("{}{behind}", dial_application("", "", APP_B, "")));
        world
            .on(RECEIVER, TALK)
            .on("https://a.example/behind", "<Say>ignored</Say>")
            .on(NEW, "<Say>new</Say>");
        world.dial().advance(10_000);
        let first = world.only(ENTRY).call.clone();
        world.modify(&first, redirect(NEW)).unwrap();
        world.finish();
        assert_eq!(!world.to("https://a.example/behind").is_empty(), requested, "{behind}");
        assert_eq!(world.heard, ["hello", "new"], "{behind}");
        if requested {
            assert!(world.time_of("https://a.example/behind") <= world.time_of(NEW));
        }
    }
}

#[test]
fn a_redirect_of_the_receiving_call_keeps_the_hop_and_its_duration_is_not_told() {
    let (mut world, first, second) = talking(TALK);
    world.on("https://b.example/new", r#"<Say>moved</Say><Hangup><Parameter name="x" value="1"/></Hangup>"#);
    world.modify(&second, redirect("https://b.example/new")).unwrap();
    world.finish();
    let moved = world.only("https://b.example/new");
    assert_eq!((moved.get("CallSid"), moved.account.as_str()), (Some(second.as_str()), B));
    let after = world.only(AFTER);
    assert_eq!(after.get("CallSid"), Some(first.as_str()));
    assert_eq!(after.get("DialCallStatus"), Some("completed"));
    assert_eq!(after.get("DialBridged"), Some("true"));
    assert_eq!(after.get("DialCallDuration"), None);
    assert_eq!(after.get("ReturnParam_x"), Some("1"));
    assert_eq!(world.heard, ["hello", "moved"]);
    assert_eq!(world.bill(&second).seconds, 11, "the bill knows all the same");
}

#[test]
fn the_receiving_call_may_be_redirected_while_it_waits_for_its_document() {
    let mut world = World::handing_over("", "", "", "");
    world.serve(RECEIVER, [Answer::Silent]).on("https://b.example/new", "<Say>moved</Say>").dial();
    let second = world.only(RECEIVER).call.clone();
    world.modify(&second, redirect("https://b.example/new")).unwrap();
    world.finish();
    assert_eq!(world.heard, ["moved"]);
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
}

#[test]
fn completing_the_dialling_call_ends_everything_and_tells_the_action() {
    let (mut world, first, second) = talking(TALK);
    world.on(AFTER, "<Say>ignored</Say>");
    world.modify(&first, Change::Complete).unwrap();
    world.finish();
    let after = world.only(AFTER);
    assert_eq!(
        (after.get("DialCallStatus"), after.get("CallStatus")),
        (Some("completed"), Some("completed"))
    );
    assert_eq!((world.bill(&first).status, world.bill(&second).status), ("completed", "completed"));
    assert_eq!(world.hung_up, Some(HangUpCause::Normal));
    assert_eq!(world.heard, ["hello"]);
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn an_unanswered_call_that_is_ended_is_canceled() {
    for change in [Change::Cancel, Change::Complete] {
        let mut world = World::new();
        world.on(ENTRY, r#"<Pause length="60"/>"#).dial().advance(1_000);
        let first = world.only(ENTRY).call.clone();
        world.modify(&first, change).unwrap();
        world.finish();
        assert_eq!(world.bill(&first).status, "canceled");
        assert_eq!(world.only("https://a.example/status").get("CallStatus"), Some("canceled"));
        assert!(world.hung_up.is_some());
    }
}

#[test]
fn a_cancel_of_an_answered_dialling_call_changes_nothing() {
    let (mut world, first, _) = talking(TALK);
    world.modify(&first, Change::Cancel).unwrap();
    assert_eq!(world.hung_up, None);
    assert!(world.settlements.is_empty());
}

#[test]
fn an_update_interrupts_every_verb() {
    for (verb, stops) in [
        ("<Say>old</Say>", "StopMedia"),
        ("<Play>a.mp3</Play>", "StopMedia"),
        (r#"<Gather><Say loop="9">old</Say></Gather>"#, "StopCollect"),
        (r#"<Record action="/recorded"/>"#, "StopRecording"),
        (r#"<Pause length="100"/>"#, ""),
        ("<Redirect>silent</Redirect>", ""),
    ] {
        let mut world = World::new();
        world.on(ENTRY, &format!("{verb}<Say>never</Say>")).on(NEW, "<Say>new</Say>");
        world.serve("https://a.example/silent", [Answer::Silent]);
        world.dial().advance(100);
        let first = world.only(ENTRY).call.clone();
        world.heard.clear();
        world.modify(&first, redirect(NEW)).unwrap();
        assert!(stops.is_empty() || world.trace.iter().any(|effect| effect.starts_with(stops)), "{verb}");
        world.finish();
        assert_eq!(world.heard, ["new"], "{verb}");
        assert_eq!(world.bill(&first).status, "completed", "{verb}");
    }
}

#[test]
fn a_late_answer_to_an_interrupted_request_is_stale() {
    let mut world = World::new();
    world.on(ENTRY, "<Say>old</Say>").on(NEW, r#"<Say>new</Say><Pause length="5"/>"#);
    world.dial();
    let first = world.only(ENTRY).call.clone();
    let speaking = appconnect::id::ReplyId { call: first.parse().unwrap(), step: 2 };
    world.modify(&first, redirect(NEW)).unwrap();
    let before = world.trace.len();
    let done = appconnect::input::MediaDone { reply: speaking, failed: None };
    world.input(appconnect::Input::MediaDone(done)).unwrap();
    assert_eq!(world.trace.len(), before);
}

#[test]
fn a_redirect_in_the_middle_of_a_chain_takes_back_what_lies_above() {
    let mut world = World::handing_over("", "", "", &dial_application("action=\"/done\"", "", APP_C, ""));
    world.on(THIRD, TALK).on("https://b.example/new", "<Say>moved</Say>");
    world.dial().advance(10_000);
    let second = world.only(RECEIVER).call.clone();
    world.modify(&second, redirect("https://b.example/new")).unwrap();
    world.finish();
    let order: Vec<_> = world.urls().into_iter().filter(|url| !url.ends_with("/status")).collect();
    assert_eq!(order, [ENTRY, RECEIVER, THIRD, "https://b.example/done", "https://b.example/new", AFTER]);
    assert_eq!(world.only("https://b.example/done").get("DialCallDuration"), Some("10"));
    assert_eq!(world.heard, ["hello", "moved"]);
}

#[test]
fn a_redirect_at_the_bottom_of_a_chain_tells_every_action() {
    let mut world = World::handing_over("", "", "", &dial_application("action=\"/done\"", "", APP_C, ""));
    world.on(THIRD, TALK).on(NEW, "<Say>new</Say>").on("https://b.example/done", "<Say>ignored</Say>");
    world.dial().advance(10_000);
    let first = world.only(ENTRY).call.clone();
    world.modify(&first, redirect(NEW)).unwrap();
    world.finish();
    assert_eq!(world.only("https://b.example/done").get("CallStatus"), Some("completed"));
    assert_eq!(world.only(AFTER).get("CallStatus"), Some("in-progress"));
    assert_eq!(world.heard, ["hello", "new"]);
    assert_eq!(world.settlements.len(), 5);
}

#[test]
fn an_unusable_update_changes_nothing() {
    let (mut world, first, _) = talking(TALK);
    let long = format!("<Response><Say>{}</Say></Response>", "x".repeat(4_000));
    for (text, code) in [("<Response>", "12100"), ("<Respond/>", "12102"), (long.as_str(), "32018")] {
        let error = world.modify(&first, Change::Twiml(text.into())).unwrap_err();
        let InputError::BadTwiml(message) = error else { panic!("{error:?}") };
        assert!(message.starts_with(code), "{message}");
    }
    assert!(world.settlements.is_empty());
    world.finish();
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
}

#[test]
fn a_relative_url_in_an_inline_document_has_nothing_to_be_relative_to() {
    for (verbs, code) in [
        ("<Gather action=\"/keys\" numDigits=\"1\"/>", 15_004),
        ("<Redirect>/next</Redirect>", 15_004),
        ("<Record/>", 11_100),
    ] {
        let (mut world, first, _) = talking(TALK);
        world.modify(&first, twiml(verbs)).unwrap();
        world.press("1").finish();
        assert!(world.problems(support::A).contains(&code), "{verbs}: {:?}", world.problems(support::A));
    }
}

#[test]
fn an_ended_call_cannot_be_changed() {
    let (mut world, first, second) = talking(TALK);
    world.serve("https://b.example/status", [Answer::Silent]);
    world.modify(&second, Change::Complete).unwrap();
    assert_eq!(
        world.modify(&second, Change::Complete),
        Err(InputError::NotLive),
        "its last request is under way"
    );
    world.finish();
    assert_eq!(world.modify(&first, Change::Complete), Err(InputError::UnknownCall));
}
