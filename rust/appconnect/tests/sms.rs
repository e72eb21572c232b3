//! `<Sms>`: a message on the side, and what becomes of it (`twiml-voice.md` section 3).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::Input;
use appconnect::address::Address;
use appconnect::input::{MessageStatus, RecordingTranscribed};
use support::{A, B, CALLER, ENTRY, NUMBER, World};

const SENT: &str = "https://a.example/sent";
const FATE: &str = "https://a.example/fate";

fn sending(attributes: &str, text: &str) -> World {
    let mut world = World::new();
    world.save_at_every_step = true;
    world
        .on(ENTRY, &format!("<Sms {attributes}>{text}</Sms><Say>next</Say>"))
        .on(SENT, "<Say>sent</Say>")
        .dial();
    world
}

fn status(world: &mut World, sent: bool) {
    let reply = world.messages[0].reply;
    world.input(Input::MessageStatus(MessageStatus { reply, sent })).unwrap();
}

#[test]
fn the_caller_is_written_to_from_the_number_that_was_dialled() {
    let mut world = sending("", "  your\n code is 17 ");
    let message = &world.messages[0];
    assert_eq!((message.to.reveal(), message.from.reveal()), (CALLER, NUMBER));
    assert_eq!(message.body.reveal(), "your\n code is 17");
    assert_eq!(message.account.as_str(), A);
    assert!(message.message.as_str().starts_with("SM"));
    assert!(!world.trace.iter().any(|effect| effect.contains("code is 17")), "{:?}", world.trace);
    world.finish();
    assert_eq!(world.heard, ["next"]);
    assert!(world.problems(A).is_empty());
}

#[test]
fn who_was_called_is_written_to_from_the_number_that_called() {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(ENTRY, "<Sms>hi</Sms>").place("+15550142");
    let message = &world.messages[0];
    assert_eq!((message.to.reveal(), message.from.reveal()), ("+15550142", NUMBER));
}

#[test]
fn a_message_does_not_answer_the_call() {
    let mut world = World::new();
    world.on(ENTRY, "<Sms>hi</Sms><Reject reason=\"busy\"/>").dial().finish();
    assert_eq!(world.messages.len(), 1);
    assert_eq!(world.settlements[0].status, "busy");
}

#[test]
fn the_action_learns_which_message_it_was() {
    let mut world = sending(r#"action="/sent" to="(555) 010-0123" from="+15550188""#, "hi");
    let message = world.messages[0].clone();
    assert_eq!((message.to.reveal(), message.from.reveal()), ("5550100123", "+15550188"));
    let sent = world.only(SENT);
    assert_eq!(sent.get("SmsSid"), Some(message.message.as_str()));
    assert_eq!(sent.get("SmsStatus"), Some("sending"));
    world.finish();
    assert_eq!(world.heard, ["sent"]);
}

#[test]
fn what_cannot_be_sent_is_not_and_the_call_goes_on() {
    let long = "x".repeat(1_601);
    for (attributes, text, code) in [
        (r#"to="nobody""#, "hi", 14_101),
        (r#"to="client:jane""#, "hi", 14_101),
        (r#"from="sip:a@b.example""#, "hi", 14_102),
        ("", " ", 14_103),
        ("", long.as_str(), 14_103),
    ] {
        let mut world = sending(&format!("action=\"/sent\" {attributes}"), text);
        assert!(world.messages.is_empty(), "{attributes}");
        assert_eq!(world.only(SENT).get("SmsStatus"), Some("invalid"), "{attributes}");
        assert_eq!(world.problems(A), [code], "{attributes}");
        world.finish();
        assert_eq!(world.heard, ["sent"]);
    }
    assert_eq!(sending("", &"x".repeat(1_600)).messages.len(), 1);
}

#[test]
fn a_caller_without_a_number_cannot_be_written_to() {
    let mut world = World::new();
    world.on(ENTRY, "<Sms>hi</Sms><Say>next</Say>");
    world.dial_with(|call| call.from = Address::new("sip:jane@voice.example")).finish();
    assert!(world.messages.is_empty());
    assert_eq!(world.problems(A), [14_101]);
    assert_eq!(world.heard, ["next"]);
}

#[test]
fn the_fate_of_a_message_is_told_during_the_call_and_after_it() {
    for (sent, word) in [(true, "sent"), (false, "failed")] {
        for after in [false, true] {
            let mut world = sending(r#"statusCallback="/fate""#, "hi");
            if after {
                world.hang_up();
                assert!(world.to(FATE).is_empty());
            }
            // An answer of another kind is none.
            let reply = world.messages[0].reply;
            world.input(Input::RecordingTranscribed(RecordingTranscribed { reply, text: None })).unwrap();
            assert!(world.to(FATE).is_empty());
            status(&mut world, sent);
            let fate = world.only(FATE);
            assert_eq!(fate.get("SmsStatus"), Some(word));
            assert_eq!(fate.get("SmsSid"), Some(world.messages[0].message.as_str()));
            assert!(!fate.awaited);
            status(&mut world, sent);
            assert_eq!(world.to(FATE).len(), 1, "a repeated answer changes nothing");
            world.finish();
            assert_eq!(world.engine.live_legs(), 0);
        }
    }
}

#[test]
fn a_message_that_nobody_asks_about_holds_nothing_up() {
    let mut world = sending("", "hi");
    world.hang_up();
    assert_eq!(world.engine.live_legs(), 0);
    status(&mut world, true);
    let mut world = sending(r#"statusCallback="/fate""#, "hi");
    world.hang_up();
    assert_eq!(world.engine.live_legs(), 1);
    world.finish();
    assert_eq!(world.engine.live_legs(), 0, "an answer that never comes is given up");
}

#[test]
fn a_bad_status_callback_is_told_and_the_message_goes_all_the_same() {
    let world = sending(r#"statusCallback="ftp://a.example/""#, "hi");
    assert_eq!(world.messages.len(), 1);
    assert_eq!(world.problems(A), [14_105]);
}

#[test]
fn a_call_that_loops_cannot_wait_for_messages_without_end() {
    let messages = "<Sms statusCallback=\"/fate\">hi</Sms>".repeat(101);
    let mut world = World::new();
    world.on(ENTRY, &messages).dial();
    assert_eq!(world.messages.len(), 100);
    assert_eq!(world.problems(A), [14_107]);
}

#[test]
fn a_dialled_application_sends_for_its_own_account() {
    let document = r#"<Sms>no</Sms><Sms from="+15550188" statusCallback="/fate">hi</Sms>"#;
    let mut world = World::handing_over("", "", "", document);
    world.dial();
    // What was dialled is an application, which has no number of its own.
    assert_eq!(world.problems(B), [14_102]);
    let message = &world.messages[0];
    assert_eq!(message.account.as_str(), B);
    status(&mut world, true);
    assert_eq!(world.only("https://b.example/fate").account, B);
    assert!(world.to(FATE).is_empty());
}
