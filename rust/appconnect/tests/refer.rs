//! `<Refer>`: the caller's SIP peer is asked to go elsewhere (`twiml-voice.md` section 7).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::Input;
use appconnect::address::Address;
use appconnect::input::{Change, ReferProgress, ReferStep};
use appconnect::pii::Pii;
use support::{A, B, ENTRY, World, dial_application};

const REFERRED: &str = "https://a.example/referred";

fn referring_with(action: &str, noun: &str, after: &str) -> World {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(ENTRY, &format!("<Refer {action}>{noun}</Refer>{after}")).on(REFERRED, "<Say>back</Say>");
    world.dial_with(|call| call.from = Address::new("sip:jane@voice.example"));
    world
}

fn referring() -> World {
    referring_with(
        "action=\"/referred\"",
        "<Sip> sip:bob@voice.example?X-Ticket=7 </Sip>",
        "<Say>never</Say>",
    )
}

fn tell(world: &mut World, step: ReferStep) {
    let reply = world.transfers[0].reply;
    world.input(Input::ReferProgress(ReferProgress { reply, step })).unwrap();
}

#[test]
fn the_action_learns_how_the_transfer_went() {
    for (steps, status, response, notify) in [
        (vec![ReferStep::Response(405)], None, Some("405"), None),
        (
            vec![
                ReferStep::Response(202),
                ReferStep::Notify(100),
                ReferStep::Notify(180),
                ReferStep::Notify(200),
            ],
            Some("in-progress"),
            Some("202"),
            Some("200"),
        ),
        (vec![ReferStep::Response(202), ReferStep::Notify(486)], Some("busy"), Some("202"), Some("486")),
        (vec![ReferStep::Response(202), ReferStep::Notify(487)], Some("canceled"), Some("202"), Some("487")),
        (vec![ReferStep::Response(202), ReferStep::Notify(480)], Some("no-answer"), Some("202"), Some("480")),
        (vec![ReferStep::Response(202), ReferStep::Notify(503)], Some("failed"), Some("202"), Some("503")),
        // Nothing more is heard: after a minute it is given up.
        (vec![ReferStep::Response(202)], None, Some("202"), None),
        (vec![], None, None, None),
    ] {
        let mut world = referring();
        let refer = &world.transfers[0];
        assert_eq!(refer.target.as_str(), "sip:bob@voice.example");
        assert_eq!(refer.headers, [("X-Ticket".to_owned(), Pii::from("7"))]);
        assert!(world.answered);
        for step in &steps {
            assert!(world.to(REFERRED).is_empty(), "{steps:?}");
            tell(&mut world, *step);
        }
        world.finish();
        let told = world.only(REFERRED);
        assert_eq!(told.get("ReferCallStatus"), status, "{steps:?}");
        assert_eq!(told.get("ReferSipResponseCode"), response, "{steps:?}");
        assert_eq!(told.get("NotifySipResponseCode"), notify, "{steps:?}");
        assert_eq!(world.heard, ["back"], "{steps:?}");
    }
}

#[test]
fn a_transfer_is_given_up_after_a_minute() {
    let mut world = referring();
    world.advance(59_999);
    assert!(world.to(REFERRED).is_empty());
    world.advance(1);
    assert_eq!(world.to(REFERRED).len(), 1);
    tell(&mut world, ReferStep::Response(202));
    tell(&mut world, ReferStep::Notify(200));
    assert_eq!(world.to(REFERRED).len(), 1, "a late answer changes nothing");
}

#[test]
fn without_an_action_the_next_verb_runs_and_after_the_last_one_the_call_ends() {
    for (after, heard) in [("<Say>next</Say>", vec!["next"]), ("", vec![])] {
        let mut world = referring_with("", "<Sip>sip:bob@voice.example</Sip>", after);
        tell(&mut world, ReferStep::Response(202));
        tell(&mut world, ReferStep::Notify(200));
        world.finish();
        assert_eq!(world.heard, heard);
        assert_eq!(world.settlements[0].status, "completed");
    }
}

#[test]
fn only_a_sip_caller_can_be_transferred() {
    let mut world = World::new();
    world.on(ENTRY, "<Refer action=\"/referred\"><Sip>sip:bob@voice.example</Sip></Refer>").dial().finish();
    assert!(world.transfers.is_empty() && world.to(REFERRED).is_empty());
    assert_eq!(world.problems(A), [13_801]);
}

#[test]
fn a_dialled_application_cannot_give_the_line_away() {
    let mut world = World::new();
    world.on(ENTRY, &dial_application("", "", support::APP_B, ""));
    world.on(support::RECEIVER, "<Refer><Sip>sip:bob@voice.example</Sip></Refer>");
    world.dial_with(|call| call.from = Address::new("sip:jane@voice.example")).finish();
    assert!(world.transfers.is_empty());
    assert_eq!(world.problems(B), [13_801]);
}

#[test]
fn a_transfer_to_nowhere_is_told_and_the_action_requested() {
    for noun in ["", "<Sip/>", "<Sip>sip:</Sip>", "<Sip>sip:bob@voice.example\r\nContact: x</Sip>"] {
        let mut world = referring_with("action=\"/referred\"", noun, "");
        assert!(world.transfers.is_empty(), "{noun}");
        assert!(world.problems(A).contains(&13_243), "{noun} {:?}", world.problems(A));
        assert_eq!(world.only(REFERRED).get("ReferSipResponseCode"), None, "{noun}");
        world.finish();
        assert_eq!(world.heard, ["back"], "{noun}");
    }
}

#[test]
fn a_header_cannot_begin_another_one() {
    let noun = "<Sip>sip:bob@voice.example?X-A=1%0d%0aContact:%20x&amp;X-B=2&amp;Contact=y</Sip>";
    let world = referring_with("", noun, "");
    assert_eq!(world.transfers[0].headers, [("X-B".to_owned(), Pii::from("2"))]);
    assert_eq!(world.problems(A), [13_252, 13_252]);
}

#[test]
fn a_sip_party_that_was_called_can_be_transferred_too() {
    for (to, problems) in [("sip:jane@voice.example", vec![]), ("+15550142", vec![13_801])] {
        let mut world = World::new();
        world.save_at_every_step = true;
        world.on(ENTRY, "<Refer action=\"/referred\"><Sip>sip:bob@voice.example</Sip></Refer>");
        world.place(to);
        assert_eq!(world.transfers.len(), usize::from(problems.is_empty()), "{to}");
        assert_eq!(world.problems(A), problems, "{to}");
    }
}

#[test]
fn a_caller_who_leaves_or_an_account_that_intervenes_ends_it_without_a_request() {
    let mut world = referring();
    tell(&mut world, ReferStep::Response(202));
    world.hang_up().finish();
    assert!(world.to(REFERRED).is_empty());
    let mut world = referring();
    let call = world.requests[0].call.clone();
    world.modify(&call, Change::Twiml("<Response><Say>new</Say></Response>".into())).unwrap();
    tell(&mut world, ReferStep::Notify(200));
    world.finish();
    assert!(world.to(REFERRED).is_empty());
    assert_eq!(world.heard, ["new"]);
}
