//! Whatever ends a call, the end of those whom it has dialled is told first, then the `action` of its `<Dial>`, then its
//! own end (`webhooks.md` section 11, step 5).

#![allow(clippy::unwrap_used, reason = "helpers of tests, too, may stop at their first surprise")]

mod support;

use appconnect::Config;
use appconnect::http::{Method, Url};
use appconnect::input::Change;
use appconnect::input::ProgressState::Answered;
use appconnect::policy::Limits;
use support::{AFTER, APP_B, ENTRY, RECEIVER, World, dial_application, plain_config, registry};

const CHILD: &str = "https://b.example/child";
const DONE: &str = "https://b.example/done";

/// Where A is told of its view of the hop, when it begins.
const HOP: &str = "https://a.example/hop";
const VIEW: &str = r#"statusCallback="/hop" statusCallbackEvent="initiated""#;

/// What ends the calls.
type End = Box<dyn Fn(&mut World)>;

/// A has handed its caller over to B, whose document dials a phone.
fn on_the_phone(config: Config, dial: &str, answered: bool) -> World {
    let mut world = World::with(config, registry(|_, _, _| {}));
    world.save_at_every_step = true;
    let dial = format!(r#"action="/after" {dial}"#);
    world.on(ENTRY, &dial_application(&dial, VIEW, APP_B, ""));
    let phone =
        r#"<Sip statusCallback="/child" statusCallbackEvent="answered completed">bob@phone.example</Sip>"#;
    world.on(RECEIVER, &format!(r#"<Dial action="/done" answerOnBridge="true">{phone}</Dial>"#)).dial();
    if answered {
        world.progress(0, Answered);
    }
    world.advance(2_000);
    world
}

fn sid(world: &World, url: &str) -> String {
    world.only(url).get("CallSid").unwrap().to_owned()
}

/// What is told of the ends from this request on, without what was told before.
fn ends(world: &World, from: usize) -> Vec<&str> {
    world.urls().into_iter().skip(from).filter(|url| [CHILD, DONE, AFTER].contains(url)).collect()
}

#[test]
fn whatever_ends_a_call_lets_those_it_has_dialled_go_first() {
    let short = Config { limits: Limits { root_seconds: 30, ..Limits::default() }, ..plain_config() };
    let url = Url::parse("https://a.example/update").unwrap();
    let redirect = Change::Redirect { url, method: Method::Post };
    let modify = |url, change: Change| -> End {
        Box::new(move |world| world.modify(&sid(world, url), change.clone()).unwrap())
    };
    let hangs_up: End = Box::new(|world| _ = world.hang_up());
    let star: End = Box::new(|world| _ = world.press("*"));
    let waits: fn() -> End = || Box::new(|world| _ = world.advance(60_000));
    let any = plain_config;
    let cases = [
        ("the caller hangs up", any(), "", true, hangs_up),
        ("A ends its call", any(), "", true, modify(ENTRY, Change::Complete)),
        ("B ends its call", any(), "", true, modify(RECEIVER, Change::Complete)),
        ("B cancels its call", any(), "", false, modify(RECEIVER, Change::Cancel)),
        ("A ends its view of the hop", any(), "", true, modify(HOP, Change::Complete)),
        ("A gives its call another document", any(), "", true, modify(ENTRY, redirect)),
        ("the caller's star", any(), r#"hangupOnStar="true""#, true, star),
        ("the time limit of A's <Dial>", any(), r#"timeLimit="20""#, true, waits()),
        ("the time of the root call", short, "", true, waits()),
    ];
    for (what, config, dial, answered, end) in cases {
        let mut world = on_the_phone(config, dial, answered);
        let before = world.requests.len();
        end(&mut world);
        world.finish();
        assert_eq!(ends(&world, before), [CHILD, DONE, AFTER], "{what}");
        assert_eq!((world.engine.live_legs(), world.bridges.len()), (0, 0), "{what}");
        let status = if answered { "completed" } else { "canceled" };
        assert_eq!(world.to(CHILD).last().unwrap().get("CallStatus"), Some(status), "{what}");
    }
}

#[test]
fn of_two_timers_of_one_moment_the_one_that_ends_the_other_rules() {
    let mut world = World::with(plain_config(), registry(|_, _, _| {}));
    world.on(ENTRY, &dial_application(r#"action="/after" timeLimit="20""#, "", APP_B, ""));
    let phone = r#"<Sip statusCallback="/child">bob@phone.example</Sip>"#;
    let dial = format!(r#"<Dial action="/done" timeout="20">{phone}</Dial>"#);
    world.on(RECEIVER, &dial).dial().advance(20_000);
    assert_eq!(ends(&world, 0), [CHILD, DONE, AFTER]);
    assert_eq!(world.only(CHILD).get("CallStatus"), Some("canceled"));
    assert_eq!(world.only(DONE).get("CallStatus"), Some("completed"), "its answer controls nothing any more");
}
