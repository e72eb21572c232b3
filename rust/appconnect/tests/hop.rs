//! The main job: a live call crosses into another account's application and comes back.

mod support;

use appconnect::effect::HangUpCause;
use support::{A, APP_B, B, CALLER, NUMBER, World, dial_application};

const ENTRY: &str = "https://a.example/voice";
const RECEIVER: &str = "https://b.example/voice";
const AFTER: &str = "https://a.example/after-billing";

fn billing() -> World {
    let mut world = World::new();
    world.on(
        ENTRY,
        &dial_application(
            r#"action="/after-billing" timeout="20""#,
            r#"customerId="acme-eu" copyParentTo="true""#,
            APP_B,
            r#"<Parameter name="ticket" value="T-7"/>"#,
        ),
    );
    world.on(RECEIVER, r#"<Pause length="42"/><Hangup><Parameter name="paid" value="yes"/></Hangup>"#);
    world.on(AFTER, "<Say>Thank you</Say>");
    world
}

#[test]
fn a_call_crosses_to_another_account_and_returns_with_data() {
    let mut world = billing();
    world.on(
        RECEIVER,
        r#"<Say>pay</Say><Pause length="41"/><Hangup><Parameter name="paid" value="yes"/></Hangup>"#,
    );
    world.dial().finish();

    let arrival = world.only(RECEIVER);
    let expected = [
        ("AccountSid", B),
        ("ApplicationSid", APP_B),
        ("CustomerId", "acme-eu"),
        ("Param_ticket", "T-7"),
        ("From", CALLER),
        ("To", NUMBER),
        ("Caller", CALLER),
        ("Called", NUMBER),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("ApiVersion", "2010-04-01"),
    ];
    for (name, value) in expected {
        assert_eq!(arrival.get(name), Some(value), "{name}");
    }
    assert_eq!(arrival.get("ParentCallSid"), None);

    let after = world.only(AFTER);
    let first = world.only(ENTRY);
    assert_eq!(after.get("CallSid"), first.get("CallSid"));
    for (name, value) in [
        ("AccountSid", A),
        ("CallStatus", "in-progress"),
        ("DialCallStatus", "completed"),
        ("DialCallDuration", "42"),
        ("DialBridged", "true"),
        ("ReturnParam_paid", "yes"),
    ] {
        assert_eq!(after.get(name), Some(value), "{name}");
    }
    assert_ne!(after.get("DialCallSid"), arrival.get("CallSid"));
    assert_eq!(world.heard, ["pay", "Thank you"]);
    assert_eq!(world.hung_up, Some(HangUpCause::Normal));
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn an_apology_that_cannot_be_spoken_ends_the_call() {
    let mut world = World::new();
    world.on(ENTRY, "<Say>hello</Say>");
    world.dial().break_media();
    assert_eq!(world.heard.len(), 2, "{:?}", world.heard);
    world.break_media();
    assert_eq!(world.heard.len(), 2, "{:?}", world.heard);
    assert_eq!(world.hung_up, Some(HangUpCause::Normal));
}
