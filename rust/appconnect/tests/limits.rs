//! What one root call may use: hops, legs, documents and time (`application-connect.md` section 9).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::effect::HangUpCause;
use appconnect::input::{Digits, IncomingCall};
use appconnect::policy::Limits;
use appconnect::time::Millis;
use appconnect::{Config, Input, InputError};
use support::{A, AFTER, APP_A, APP_B, B, ENTRY, RECEIVER, World, dial_application, plain_config, registry};

fn limited(limits: Limits) -> World {
    World::with(Config { limits, ..plain_config() }, registry(|_, _, _| {}))
}

#[test]
fn the_hop_that_would_be_one_too_many_fails_and_the_others_do_not() {
    for hops in 0..5 {
        let mut world = limited(Limits { hops, ..Limits::default() });
        world.hand_over("", "", "", &dial_application("action=\"/done\"", "", APP_B, "")).dial().finish();
        assert_eq!(world.to(RECEIVER).len(), hops as usize);
        let owner = if hops == 0 { A } else { B };
        assert_eq!(world.problems(owner), [90_001], "{hops}");
        let status = if hops == 0 { "failed" } else { "completed" };
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some(status), "{hops}");
        assert_eq!(world.settlements.len(), 1 + 2 * hops as usize, "one bill a call: {hops}");
    }
}

#[test]
fn a_loop_over_two_accounts_stops_too() {
    let registry = registry(|_, applications, _| applications[0].public_application_connect_enabled = true);
    let mut world = World::with(plain_config(), registry);
    world.hand_over("", "", "", &dial_application("", "", APP_A, ""));
    world.on("https://own.example/voice", &dial_application("", "", APP_B, ""));
    world.dial().finish();
    assert_eq!(world.to(RECEIVER).len() + world.to("https://own.example/voice").len(), 10);
    assert_eq!(world.problems(A), [90_001]);
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn hops_one_after_the_other_are_counted_by_the_budget_alone() {
    let mut world = limited(Limits { legs_per_root: 4, ..Limits::default() });
    world.on(ENTRY, &dial_application("", "", APP_B, "").repeat(6)).on(RECEIVER, "<Say>hello</Say>");
    world.dial().finish();
    assert_eq!(world.to(RECEIVER).len(), 4);
    assert_eq!(world.problems(A), [90_001, 90_001]);
}

#[test]
fn a_tree_of_dials_is_bounded_by_the_legs_of_its_root() {
    let mut world = World::new();
    let twice = dial_application("", "", APP_B, "").repeat(2);
    world.hand_over("", "", "", &twice).dial().finish();
    assert_eq!(world.to(RECEIVER).len(), 50, "without the budget it would be 2,046");
    assert_eq!(world.settlements.len(), 1 + 2 * 50);
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn a_redirect_to_itself_ends_at_the_document_limit_with_one_problem() {
    for verbs in
        ["<Redirect/>", "<Redirect>/voice</Redirect>", "<Say>a</Say><Redirect/>", "<Pause/><Redirect/>"]
    {
        let mut world = World::new();
        world.on(ENTRY, verbs).dial().finish();
        assert_eq!(world.to(ENTRY).len(), 500, "{verbs}");
        assert_eq!(world.problems(A), [90_003], "{verbs}");
        assert_eq!(world.hung_up, Some(HangUpCause::Error), "{verbs}");
        assert_eq!(world.settlements.len(), 1, "{verbs}");
        assert_eq!(world.engine.live_legs(), 0, "{verbs}");
    }
}

#[test]
fn documents_are_counted_over_all_accounts_of_a_root_call() {
    let mut world = limited(Limits { documents_per_root: 12, ..Limits::default() });
    world.hand_over("", "", "", "<Redirect/>").dial().finish();
    assert_eq!(world.to(ENTRY).len() + world.to(RECEIVER).len(), 12);
    assert_eq!(world.problems(B), [90_003]);
    let after = world.only(AFTER);
    assert_eq!(after.get("DialBridged"), Some("false"), "the action is told, its answer is not awaited");
    assert_eq!(world.settlements.len(), 3);
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn a_fallback_that_fails_for_ever_is_bounded_too() {
    let registry = registry(|_, _, numbers| {
        if let appconnect::registry::Handler::Webhooks(hooks) = &mut numbers[0].handler {
            hooks.fallback = Some(support::hook("https://a.example/fallback"));
        }
    });
    let mut world = World::with(plain_config(), registry);
    world.serve(ENTRY, [support::Answer::status(500)]);
    world.on("https://a.example/fallback", "<Redirect>/voice</Redirect>").dial().finish();
    assert_eq!(world.requests.iter().filter(|seen| seen.awaited).count(), 500);
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn no_call_lasts_longer_than_its_root_may() {
    let mut world = limited(Limits { root_seconds: 100, ..Limits::default() });
    world.hand_over("", "", "", r#"<Say>hello</Say><Pause length="3600"/>"#).dial().finish();
    assert_eq!(world.time_of(AFTER), 100_000);
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    assert_eq!(world.problems(A), [32_015]);
    assert_eq!(world.hung_up, Some(HangUpCause::Normal));
    assert!(world.settlements.iter().all(|bill| bill.seconds == 100 && bill.status == "completed"));
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn a_root_call_may_last_four_hours() {
    let mut world = World::new();
    world.on(ENTRY, r#"<Say>a</Say><Pause length="86400"/>"#).dial().finish();
    assert_eq!(world.bill(&world.only(ENTRY).call).seconds, 4 * 3_600);
}

#[test]
fn a_tick_too_early_or_too_often_changes_nothing() {
    let mut world = World::handing_over("", "", "", r#"<Pause length="9"/><Say>hello</Say>"#);
    world.dial();
    let before = world.trace.len();
    for _ in 0..5 {
        world.input(Input::Tick).unwrap();
    }
    assert_eq!(world.trace.len(), before);
    world.finish();
    assert_eq!(world.time_of(AFTER), 10_000);
}

#[test]
fn a_mistake_of_the_driver_changes_nothing() {
    let mut world = World::handing_over("", "", "", r#"<Pause length="9"/><Say>hello</Say>"#);
    world.dial().advance(1_000);
    let before = world.trace.len();
    for keys in ["", "12x", " ", "a"] {
        let digits = Digits { leg: world.leg.clone(), digits: keys.into() };
        assert_eq!(world.input(Input::Digits(digits)), Err(InputError::BadDigits), "{keys:?}");
    }
    let again = IncomingCall {
        leg: world.leg.clone(),
        from: appconnect::address::Address::new(support::CALLER),
        to: appconnect::address::Address::new(support::NUMBER),
        forwarded_from: None,
        caller_name: None,
        stir_verstat: None,
        sip: None,
    };
    assert_eq!(world.input(Input::IncomingCall(again)), Err(InputError::DuplicateLeg));
    let earlier = world.engine.handle(Millis(world.now - 1_000), Input::Tick);
    assert_eq!(earlier, Err(InputError::TimeWentBack));
    let unknown = "CA00000000000000000000000000000000";
    let change = appconnect::input::Change::Complete;
    assert_eq!(world.modify(unknown, change), Err(InputError::UnknownCall));
    assert_eq!(world.trace.len(), before);
    world.finish();
    assert_eq!(world.time_of(AFTER), 10_000);
}
