//! Who calls, and what a hand-over says of it: SIDs, `callerId`, the carrier's word, the parent, ringing.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use std::collections::BTreeSet;

use appconnect::Config;
use appconnect::Input;
use appconnect::config::ExposeParent;
use appconnect::pii::Pii;
use support::{
    A, AFTER, APP_A, APP_C, B, CALLER, ENTRY, RECEIVER, THIRD, World, dial_application, plain_config,
    registry,
};

#[test]
fn a_leg_name_that_comes_back_later_gets_sids_of_its_own() {
    let mut world = World::handing_over("", "", "", "<Say>x</Say><Record/>");
    world.dial().finish();
    world.now += 1;
    world.dial().finish();
    let billed: BTreeSet<_> = world.settlements.iter().map(|bill| bill.call.to_string()).collect();
    assert_eq!((world.settlements.len(), billed.len()), (6, 6));
    assert_ne!(world.recordings[0].recording, world.recordings[1].recording);
}

#[test]
fn the_same_call_again_in_another_engine_has_the_same_sids() {
    let sids = || {
        let mut world = World::handing_over("", "", "", "<Say>x</Say>");
        world.dial().finish();
        world.settlements.iter().map(|bill| bill.call.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(sids(), sids());
}

#[test]
fn what_the_carrier_says_is_said_of_the_true_caller_only() {
    for (dial, from, known) in [
        ("", CALLER, true),
        ("callerId=\"+15550100\"", CALLER, true),
        ("callerId=\"+15550999\"", "+15550999", false),
        ("callerId=\"client:jane\"", "client:jane", false),
    ] {
        let lookup = registry(|_, applications, _| applications[1].caller_name_lookup = true);
        let mut world = World::with(plain_config(), lookup);
        world.hand_over(dial, "", "", "<Say>x</Say>");
        world.dial_with(|call| {
            call.stir_verstat = Some("TN-Validation-Passed-A".into());
            call.caller_name = Some(Pii::from("Jane"));
            call.forwarded_from = Some(Pii::from("+15550111"));
        });
        let arrival = world.only(RECEIVER);
        assert_eq!(arrival.get("From"), Some(from), "{dial}");
        assert_eq!(arrival.get("StirVerstat").is_some(), known, "{dial}");
        assert_eq!(arrival.get("CallerName").is_some(), known, "{dial}");
        assert_eq!(arrival.get("ForwardedFrom"), Some("+15550111"), "{dial}");
        assert_eq!(world.only(ENTRY).get("StirVerstat"), Some("TN-Validation-Passed-A"));
    }
}

#[test]
fn a_caller_id_that_is_none_leaves_the_caller_as_it_was() {
    let long = "a".repeat(264);
    for (id, from, code) in [
        ("+15550999", "+15550999", None),
        (" +15550999 ", "+15550999", None),
        ("(555) 010-0199", "(555) 010-0199", None),
        ("client:jane@shop", "client:jane@shop", None),
        ("Front-Desk_1.x", "Front-Desk_1.x", None),
        ("", CALLER, Some(13_214)),
        (" ", CALLER, Some(13_214)),
        ("client:", CALLER, Some(13_214)),
        ("x y;z", CALLER, Some(13_214)),
        ("&lt;script&gt;", CALLER, Some(13_214)),
        (long.as_str(), CALLER, Some(13_248)),
    ] {
        let mut world = World::handing_over(&format!("callerId=\"{id}\""), "", "", "<Say>x</Say>");
        world.dial().finish();
        assert_eq!(world.only(RECEIVER).get("From"), Some(from), "{id:?}");
        assert_eq!(world.problems(A), code.into_iter().collect::<Vec<_>>(), "{id:?}");
    }
}

#[test]
fn the_bill_names_the_parent_of_its_own_account_whatever_is_shown() {
    for (expose, across, within) in [
        (ExposeParent::Always, true, true),
        (ExposeParent::Never, false, false),
        (ExposeParent::SameAccount, false, true),
    ] {
        let config = Config { expose_parent_call_sid: expose, ..plain_config() };
        let mut world = World::with(config.clone(), registry(|_, _, _| {}));
        world.hand_over("", "", "", "<Say>x</Say>").dial().finish();
        let arrival = world.only(RECEIVER);
        assert_eq!(arrival.get("ParentCallSid").is_some(), across, "{expose:?}");
        assert_eq!(world.bill(&arrival.call).parent_call, None, "{expose:?}");
        let mut world = World::with(config, registry(|_, _, _| {}));
        world.on(ENTRY, &dial_application("", "", APP_A, "")).on("https://own.example/voice", "<Say>x</Say>");
        world.dial().finish();
        let arrival = world.only("https://own.example/voice");
        assert_eq!(arrival.get("ParentCallSid").is_some(), within, "{expose:?}");
        let child = world.hop_bill(0).call;
        assert_eq!(world.bill(&arrival.call).parent_call, Some(child), "{expose:?}");
    }
}

#[test]
fn the_outer_dial_goes_on_ringing_when_an_inner_one_ends_unanswered() {
    let inner = dial_application("answerOnBridge=\"true\" timeout=\"5\"", "", APP_C, "");
    let mut world =
        World::handing_over("ringTone=\"us\"", "", "", &format!("{inner}<Pause length=\"10\"/><Say>x</Say>"));
    world.on(THIRD, "<Pause length=\"20\"/><Say>c</Say>").dial().advance(7_000);
    assert_eq!(world.ringback, [(true, Some("us".to_owned()))], "B has not answered yet");
    world.finish();
    assert_eq!(world.ringback.last(), Some(&(false, None)));
    assert_eq!(world.only(AFTER).get("DialBridged"), Some("true"));
    assert_eq!(world.ringback.len(), 2);
}

#[test]
fn a_late_tick_lets_timers_fire_in_the_order_in_which_they_were_due() {
    let mut world = World::handing_over("timeout=\"5\"", "", "", "<Pause length=\"2\"/><Say>x</Say>");
    world.dial();
    world.now += 6_000;
    world.input(Input::Tick).unwrap();
    world.finish();
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    assert!(world.problems(B).is_empty());
    // The timeout was due first: the pause, although it is over too, answers nothing any more.
    let mut world = World::handing_over("timeout=\"5\"", "", "", "<Pause length=\"7\"/><Say>x</Say>");
    world.dial();
    world.now += 8_000;
    world.input(Input::Tick).unwrap();
    world.finish();
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("no-answer"));
}

#[test]
fn the_sip_code_says_who_ended_an_unanswered_call() {
    let hop = r#"statusCallback="/hop""#;
    for (receiver, status, code) in [
        ("<Reject/>", "no-answer", "404"),
        ("<Reject reason=\"busy\"/>", "busy", "486"),
        ("<Pause length=\"60\"/>", "no-answer", "487"),
        ("<Say>x</Say>", "completed", "200"),
    ] {
        let mut world = World::handing_over("timeout=\"5\"", hop, "", receiver);
        world.dial().finish();
        for url in ["https://b.example/status", "https://a.example/hop"] {
            let told = world.only(url);
            assert_eq!(told.get("CallStatus"), Some(status), "{receiver} {url}");
            assert_eq!(told.get("SipResponseCode"), Some(code), "{receiver} {url}");
        }
    }
    let mut world = World::handing_over("answerOnBridge=\"true\"", hop, "", "<Pause length=\"60\"/>");
    world.dial().advance(2_000).hang_up().finish();
    for url in ["https://a.example/status", "https://b.example/status", "https://a.example/hop"] {
        assert_eq!(world.only(url).get("SipResponseCode"), Some("487"), "{url}");
    }
}
