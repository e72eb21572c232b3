//! Queues: who waits and what is heard meanwhile, who is taken out by whom, and what each side is told of it
//! (`twiml-voice.md` sections 3, 6.4, 8 and 9, `webhooks.md` section 3).

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may stop at their first surprise"
)]

mod support;

use appconnect::config::MissingQueue;
use appconnect::event::EventKind;
use appconnect::http::{Method, Url};
use appconnect::input::{Change, Dequeue, FailureReason, InputError, MediaFailure};
use appconnect::registry::{Handler, PhoneNumber, Registry, Webhooks};
use appconnect::snapshot::Subject;
use appconnect::{Config, Input};
use support::{
    A, APP_B, Answer, B, ENTRY, NUMBER, RECEIVER, Seen, World, dial_application, hook, plain_config, registry,
};

const WAIT: &str = "https://a.example/wait";
const OUT: &str = "https://a.example/out";
const AGENT_ENTRY: &str = "https://a.example/agent";
const DONE: &str = "https://a.example/done";
const WHISPER: &str = "https://a.example/whisper";
/// A's number for agents, which dials the queue.
const DESK: &str = "+15550190";
/// B's number, where B's agents dial a queue of the same name.
const OTHER_DESK: &str = "+15550180";

/// The lines of the callers and of those who dial the queue.
const FIRST: &str = "leg-1";
const SECOND: &str = "leg-2";
const AGENT: &str = "agent-1";
const COLLEAGUE: &str = "agent-2";

fn two_desks() -> Registry {
    registry(|_, _, numbers| {
        for (number, account, url) in [(DESK, A, AGENT_ENTRY), (OTHER_DESK, B, "https://b.example/agent")] {
            numbers.push(PhoneNumber {
                number: number.into(),
                account: account.parse().unwrap(),
                handler: Handler::Webhooks(Box::new(Webhooks {
                    voice: Some(hook(url)),
                    fallback: None,
                    status_callback: None,
                })),
                caller_name_lookup: false,
            });
        }
    })
}

/// Callers are put into the queue "support"; agents dial it. Saved and restored at every step.
fn world_with(config: Config, enqueue: &str, dial: &str, noun: &str) -> World {
    let mut world = World::with(config, two_desks());
    world.save_at_every_step = true;
    world.on(ENTRY, &format!(r#"<Enqueue action="/out" {enqueue}>support</Enqueue>"#));
    world.on(AGENT_ENTRY, &format!(r#"<Dial action="/done" {dial}><Queue {noun}>support</Queue></Dial>"#));
    world.on(WAIT, "<Say>please wait</Say><Pause length=\"4\"/>");
    world.on(OUT, "<Pause length=\"600\"/>");
    world
}

fn world(enqueue: &str, dial: &str, noun: &str) -> World {
    world_with(plain_config(), &format!(r#"waitUrl="/wait" {enqueue}"#), dial, noun)
}

fn call_of(world: &World, leg: &str) -> String {
    let began = world
        .events
        .iter()
        .find(|event| event.leg.as_str() == leg && matches!(event.kind, EventKind::Began(_)));
    began.unwrap().call.to_string()
}

/// The requests to a URL that a call made.
fn of<'a>(world: &'a World, leg: &str, url: &str) -> Vec<&'a Seen> {
    let call = call_of(world, leg);
    world.to(url).into_iter().filter(|seen| seen.call == call).collect()
}

fn only<'a>(world: &'a World, leg: &str, url: &str) -> &'a Seen {
    let requests = of(world, leg, url);
    assert_eq!(requests.len(), 1, "{leg} to {url}: {:?}", world.urls());
    requests[0]
}

fn connected(world: &World) -> Vec<(&str, &str)> {
    world.bridges.iter().map(|(leg, other)| (leg.as_str(), other.as_str())).collect()
}

fn effects(world: &World, name: &str) -> usize {
    world.trace.iter().filter(|effect| effect.starts_with(name)).count()
}

fn queue(world: &World) -> appconnect::id::QueueSid {
    let mut queues = world.engine.subjects().filter_map(|subject| match subject {
        Subject::Queue(sid) => Some(sid),
        Subject::Call(_) | Subject::Conference(_) => None,
    });
    let queue = queues.next().unwrap();
    assert_eq!(queues.next(), None);
    queue
}

fn redirect() -> Change {
    Change::Redirect { url: Url::parse("https://a.example/new").unwrap(), method: Method::Post }
}

/// The result that an `<Enqueue>` told, with its seconds.
fn result<'a>(world: &'a World, leg: &str) -> (&'a str, Option<&'a str>) {
    let out = only(world, leg, OUT);
    assert_eq!(out.get("QueueSid").is_some(), out.get("QueueTime").is_some());
    (out.get("QueueResult").unwrap(), out.get("QueueTime"))
}

#[test]
fn a_caller_waits_is_taken_out_and_goes_on_when_the_agent_hangs_up() {
    let mut world = world("", "", "");
    world.dial();
    let asked = only(&world, FIRST, WAIT);
    assert_eq!(asked.get("CallStatus"), Some("ringing"), "the wait document's own verbs answer");
    let told = ["QueueTime", "QueuePosition", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"];
    let told = told.map(|name| asked.get(name).unwrap());
    assert_eq!(told, ["0", "1", "0", "1", "1000"]);
    let sid = asked.get("QueueSid").unwrap().to_owned();
    assert!(sid.starts_with("QU") && sid.len() == 34);
    assert_eq!(world.heard, ["please wait"]);
    world.advance(12_500).caller(AGENT, DESK);
    assert_eq!(connected(&world), [(AGENT, FIRST)]);
    assert_eq!(of(&world, FIRST, WAIT).len(), 3, "at 0, 5 and 10 seconds");
    assert_eq!(of(&world, FIRST, WAIT)[2].get("QueueTime"), Some("10"));
    assert_eq!(of(&world, FIRST, WAIT)[2].get("CallStatus"), Some("in-progress"));
    assert!(world.to(OUT).is_empty(), "the action is requested once, when the bridge has ended");
    let media = effects(&world, "Say(");
    world.advance(60_000);
    assert_eq!(effects(&world, "Say("), media, "nothing more is heard of the queue");
    world.caller_hangs_up(AGENT);
    assert!(world.bridges.is_empty());
    assert_eq!(effects(&world, "Unbridge("), 0, "a line that is gone is connected to nobody");
    let out = only(&world, FIRST, OUT);
    assert_eq!(out.get("QueueSid"), Some(&*sid));
    assert_eq!(result(&world, FIRST), ("bridged", Some("12")));
    assert_eq!(out.get("CallStatus"), Some("in-progress"), "the caller is still there");
    let done = only(&world, AGENT, DONE);
    assert_eq!(done.get("DialCallStatus"), Some("completed"));
    assert_eq!(done.get("CallStatus"), Some("completed"));
    world.advance(1_000).hang_up().finish();
    assert_eq!(world.engine.live_legs(), 0);
    assert_eq!(of(&world, FIRST, OUT).len(), 1);
}

#[test]
fn the_agent_is_told_of_the_bridge_the_queue_and_the_wait() {
    let mut world = world("", "", "");
    world.dial().advance(7_000).caller(AGENT, DESK);
    let caller = call_of(&world, FIRST);
    let sid = queue(&world).to_string();
    assert_eq!(world.ringback, [(true, None), (false, None)]);
    world.advance(20_000).hang_up();
    assert_eq!(result(&world, FIRST), ("bridged", Some("7")));
    let done = only(&world, AGENT, DONE);
    let told = ["DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged", "QueueSid", "QueueTime"];
    let told = told.map(|name| done.get(name).unwrap());
    assert_eq!(told, ["completed", &caller, "20", "true", &sid, "7"]);
    assert_eq!(done.get("CallStatus"), Some("in-progress"));
    assert_eq!(effects(&world, "Unbridge("), 0);
    let joins = world.seen_by(A);
    let position = |text: &str| joins.iter().position(|event| event.contains(text)).unwrap();
    assert!(position("Queued(") < position("Connected("));
    assert!(position("Connected(") < position("Dequeued("));
    assert_eq!(joins.iter().filter(|event| event.starts_with("Connected(")).count(), 2, "one for each call");
}

#[test]
fn the_first_in_is_the_first_out_and_the_first_agent_gets_the_first_caller() {
    let mut world = world("", "", "");
    world.dial().advance(1_000).caller(SECOND, NUMBER);
    let asked = only(&world, SECOND, WAIT);
    let told = ["QueuePosition", "CurrentQueueSize", "AvgQueueTime"].map(|name| asked.get(name).unwrap());
    assert_eq!(told, ["2", "2", "0"]);
    world.advance(5_500);
    let asked = of(&world, SECOND, WAIT)[1];
    assert_eq!(asked.get("AvgQueueTime"), Some("5"), "6 and 5 seconds");
    world.caller(AGENT, DESK);
    assert_eq!(connected(&world), [(AGENT, FIRST)]);
    world.advance(5_000);
    let asked = *of(&world, SECOND, WAIT).last().unwrap();
    let told = ["QueuePosition", "CurrentQueueSize"].map(|name| asked.get(name).unwrap());
    assert_eq!(told, ["1", "1"], "who is connected no longer waits");
    world.caller(COLLEAGUE, DESK);
    assert_eq!(connected(&world), [(AGENT, FIRST), (COLLEAGUE, SECOND)]);
    world.caller_hangs_up(COLLEAGUE).caller(COLLEAGUE, DESK).caller("agent-3", DESK);
    world.advance(1_000).caller("leg-3", NUMBER);
    assert_eq!(connected(&world), [(AGENT, FIRST), (COLLEAGUE, "leg-3")]);
    assert!(of(&world, "leg-3", WAIT).is_empty(), "whom an agent waits for has nothing to wait for");
}

#[test]
fn an_agent_waits_at_an_empty_queue_for_the_timeout() {
    let mut world = world("", r#"timeout="20""#, "");
    world.dial().hang_up().caller(AGENT, DESK).advance(19_999);
    assert!(world.to(DONE).is_empty());
    world.advance(1);
    let done = only(&world, AGENT, DONE);
    assert_eq!((done.get("DialCallStatus"), done.get("DialBridged")), (Some("no-answer"), Some("false")));
    assert_eq!((done.get("DialCallSid"), done.get("QueueSid")), (None, None));
    assert_eq!(world.ringback, [(true, None), (false, None)]);
    // A caller who comes later finds nobody.
    world.caller(SECOND, NUMBER);
    assert!(world.bridges.is_empty());
}

#[test]
fn a_caller_who_comes_while_an_agent_waits_is_connected_at_once() {
    let mut world = world("", r#"timeout="20""#, "");
    world.dial().hang_up().caller(AGENT, DESK).advance(10_000).caller(SECOND, NUMBER);
    assert_eq!(connected(&world), [(AGENT, SECOND)]);
    assert!(of(&world, SECOND, WAIT).is_empty());
    let answers = world.trace.iter().filter(|effect| effect.starts_with("Answer") && effect.contains(SECOND));
    assert_eq!(answers.count(), 1, "the connection answers a call that still rings");
    world.advance(30_000);
    assert_eq!(connected(&world).len(), 1, "the timeout has no more to say");
    world.caller_hangs_up(SECOND);
    assert_eq!(result(&world, SECOND), ("bridged", Some("0")));
}

#[test]
fn a_queue_that_nobody_has_joined_does_not_exist() {
    let mut missing = world("", "", "");
    missing.caller(AGENT, DESK);
    assert_eq!(only(&missing, AGENT, DONE).get("DialCallStatus"), Some("failed"));
    assert_eq!(missing.problems(A), [12_200]);
    let config = Config { missing_queue: MissingQueue::Wait, ..plain_config() };
    let mut waiting = world_with(config, r#"waitUrl="/wait""#, "", "");
    waiting.caller(AGENT, DESK).advance(2_000).dial();
    assert_eq!(connected(&waiting), [(AGENT, FIRST)]);
    assert_eq!(waiting.problems(A), [0_u32; 0]);
}

#[test]
fn a_document_is_heard_by_the_queued_caller_before_the_connection() {
    let mut world = world("", "", r#"url="/whisper""#);
    world.on(WHISPER, "<Gather/><Say>An agent is coming</Say><Hangup/><Redirect>/more</Redirect>");
    world.on("https://a.example/more", "<Pause length=\"2\"/>");
    world.dial().advance(2_000).caller(AGENT, DESK);
    let asked = only(&world, FIRST, WHISPER);
    let (agent, sid) = (call_of(&world, AGENT), queue(&world).to_string());
    assert_eq!(asked.get("DequeingCallSid"), Some(&*agent));
    assert_eq!((asked.get("QueueSid"), asked.get("QueueTime")), (Some(&*sid), Some("2")));
    assert_eq!(asked.get("CallSid"), Some(&*call_of(&world, FIRST)));
    assert!(world.bridges.is_empty());
    world.advance(2_999);
    assert_eq!(world.problems(A), [12_200, 12_200], "<Gather> and <Hangup> are skipped");
    assert!(world.bridges.is_empty());
    world.advance(1);
    assert_eq!(connected(&world), [(AGENT, FIRST)]);
    world.advance(4_000).caller_hangs_up(AGENT);
    assert_eq!(result(&world, FIRST), ("bridged", Some("2")));
}

#[test]
fn a_whisper_that_fails_uses_the_fallback_and_never_costs_the_connection() {
    let mut plain = world("", "", r#"url="/whisper""#);
    plain.serve(WHISPER, [Answer::status(500)]);
    plain.dial().advance(2_000).caller(AGENT, DESK);
    assert_eq!(plain.problems(A), [11_200]);
    assert_eq!(connected(&plain), [(AGENT, FIRST)]);
}

#[test]
fn who_was_about_to_get_the_caller_hangs_up_and_the_caller_keeps_its_place() {
    let mut world = world("", "", r#"url="/whisper""#);
    world.on(WHISPER, "<Pause length=\"5\"/>");
    world.dial().advance(2_000).caller(SECOND, NUMBER).advance(500).caller(AGENT, DESK).advance(1_000);
    world.caller_hangs_up(AGENT);
    assert_eq!(only(&world, AGENT, DONE).get("DialCallStatus"), Some("no-answer"));
    let again = *of(&world, FIRST, WAIT).last().unwrap();
    assert_eq!((again.get("QueuePosition"), again.get("QueueTime")), (Some("1"), Some("3")));
    assert!(world.to(OUT).is_empty());
    world.caller(COLLEAGUE, DESK).advance(5_000);
    assert_eq!(connected(&world), [(COLLEAGUE, FIRST)]);
    world.caller_hangs_up(COLLEAGUE);
    assert_eq!(result(&world, FIRST), ("bridged", Some("3")));
}

#[test]
fn who_comes_back_to_a_queue_that_was_forgotten_meanwhile_joins_the_new_one_of_its_name() {
    let mut world = world("", "", r#"url="/whisper""#);
    world.on(WHISPER, "<Pause length=\"3600\"/>");
    world.dial().advance(1_000).caller(AGENT, DESK);
    // The call is on its way out of its queue, which is left alone longest when a hundred others have come and gone.
    let names =
        (0..101).map(|number| Answer::twiml(&format!("<Enqueue waitUrl=\"\">queue {number}</Enqueue>")));
    let support = Answer::twiml(r#"<Enqueue action="/out" waitUrl="/wait">support</Enqueue>"#);
    world.serve(ENTRY, names.chain([support]));
    for number in 0..101 {
        let leg = format!("passer-by-{number}");
        world.advance(1_000).caller(&leg, NUMBER).caller_hangs_up(&leg);
    }
    world.caller(SECOND, NUMBER);
    let new = only(&world, SECOND, WAIT).get("QueueSid").unwrap().to_owned();
    assert_ne!(of(&world, FIRST, WAIT)[0].get("QueueSid"), Some(&*new), "the queue was forgotten");
    world.caller_hangs_up(AGENT);
    let again = *of(&world, FIRST, WAIT).last().unwrap();
    assert_eq!((again.get("QueueSid"), again.get("QueuePosition")), (Some(&*new), Some("1")));
    assert_eq!(again.get("CurrentQueueSize"), Some("2"));
    world.on(AGENT_ENTRY, r#"<Dial action="/done"><Queue>support</Queue></Dial>"#);
    world.caller("agent-3", DESK).caller("agent-4", DESK);
    assert_eq!(connected(&world), [("agent-3", FIRST), ("agent-4", SECOND)]);
}

#[test]
fn who_hangs_up_before_the_connection_is_followed_by_the_next() {
    let mut world = world("", r#"timeout="10""#, r#"url="/whisper""#);
    world.on(WHISPER, "<Pause length=\"5\"/>");
    world.dial().caller(AGENT, DESK).advance(1_000).hang_up();
    assert_eq!(result(&world, FIRST), ("hangup", Some("0")));
    assert!(world.to(DONE).is_empty(), "the agent waits for the next one");
    world.advance(9_000).caller(SECOND, NUMBER).advance(5_000);
    assert_eq!(connected(&world), [(AGENT, SECOND)]);
    world.caller_hangs_up(SECOND);
    assert_eq!(only(&world, AGENT, DONE).get("DialCallSid"), Some(&*call_of(&world, SECOND)));
    // One who is lost, and nobody after it: the timeout begins again with the wait.
    world.caller("leg-3", NUMBER).caller(COLLEAGUE, DESK).advance(3_000).caller_hangs_up("leg-3");
    world.advance(9_999);
    assert!(of(&world, COLLEAGUE, DONE).is_empty());
    world.advance(1);
    let done = only(&world, COLLEAGUE, DONE);
    assert_eq!((done.get("DialCallStatus"), done.get("DialCallSid")), (Some("no-answer"), None));
}

#[test]
fn the_agents_star_and_time_limit_end_the_bridge_and_both_go_on() {
    for (attribute, starred) in [(r#"hangupOnStar="true""#, true), (r#"timeLimit="30""#, false)] {
        let mut world = world("", attribute, "");
        world.on(DONE, "<Pause length=\"600\"/>");
        world.dial().advance(3_000).caller(AGENT, DESK).advance(10_000);
        if starred {
            world.caller_presses(AGENT, "*");
        } else {
            world.advance(20_000);
        }
        assert!(world.bridges.is_empty(), "{attribute}");
        assert_eq!(effects(&world, "Unbridge("), 1, "both lines live");
        assert_eq!(result(&world, FIRST), ("bridged", Some("3")));
        let done = only(&world, AGENT, DONE);
        let seconds = if starred { "10" } else { "30" };
        assert_eq!(done.get("DialCallStatus"), Some("completed"));
        assert_eq!(done.get("DialCallDuration"), Some(seconds));
        assert!(world.dropped.is_empty());
    }
}

#[test]
fn leave_takes_the_caller_out_at_once() {
    let mut with_action = world("", "", "");
    with_action.on(WAIT, "<Say>no luck</Say><Leave/><Say>never</Say>");
    with_action.dial().advance(1_000);
    assert_eq!(result(&with_action, FIRST), ("leave", Some("1")));
    assert_eq!(with_action.heard, ["no luck"]);
    let mut without = World::new();
    without.save_at_every_step = true;
    without.on(ENTRY, r#"<Enqueue waitUrl="/wait">support</Enqueue><Say>after all</Say>"#);
    without.on(WAIT, "<Leave/>").dial();
    assert_eq!(without.heard, ["after all"]);
    let mut outside = World::new();
    outside.on(ENTRY, "<Leave/><Say>on</Say>").dial();
    assert_eq!((outside.problems(A), &*outside.heard), (vec![12_200], &["on".to_owned()][..]));
}

#[test]
fn keys_in_the_wait_document_lead_out_of_the_queue() {
    let mut world = world("", "", "");
    world.on(WAIT, r#"<Gather numDigits="1" action="/key"><Say>1 to leave</Say></Gather>"#);
    world.on("https://a.example/key", "<Redirect>/decide</Redirect>");
    world.on("https://a.example/decide", "<Leave/>").dial().advance(2_500).press("1");
    assert_eq!(result(&world, FIRST), ("leave", Some("2")));
    assert_eq!(effects(&world, "StopCollect("), 1);
    assert_eq!(only(&world, FIRST, "https://a.example/key").get("Digits"), Some("1"));
}

#[test]
fn what_ends_a_queued_call_tells_the_action_and_ignores_its_answer() {
    // The caller hangs up.
    let mut world = world("", "", "");
    world.on(OUT, "<Say>too late</Say>").dial().advance(6_500).hang_up();
    assert_eq!(result(&world, FIRST), ("hangup", Some("6")));
    assert_eq!(only(&world, FIRST, OUT).get("CallStatus"), Some("completed"));
    assert_eq!(world.heard, ["please wait", "please wait"]);
    world.finish();
    assert_eq!(world.engine.live_legs(), 0);
    // The wait document does.
    let mut hung_up = self::world("", "", "");
    hung_up.on(WAIT, "<Say>closed</Say><Hangup/>").dial().advance(1_000);
    assert_eq!(result(&hung_up, FIRST), ("hangup", Some("1")));
    assert!(hung_up.hung_up.is_some());
    // The account does, before the call was answered.
    let mut canceled = self::world("", "", "");
    canceled.on(WAIT, "<Pause length=\"60\"/>").dial();
    let call = call_of(&canceled, FIRST);
    canceled.modify(&call, Change::Cancel).unwrap();
    assert_eq!(result(&canceled, FIRST), ("hangup", Some("0")));
    assert_eq!(canceled.bill(&call).status, "canceled");
    canceled.caller(AGENT, DESK).advance(1_000);
    assert!(canceled.bridges.is_empty(), "nobody is left in the queue");
}

#[test]
fn a_full_queue_takes_nobody() {
    let mut world = world(r#"maxQueueSize="1""#, "", "");
    world.dial().caller(SECOND, NUMBER);
    assert_eq!(only(&world, FIRST, WAIT).get("MaxQueueSize"), Some("1"));
    assert_eq!(result(&world, SECOND), ("queue-full", None));
    assert_eq!(world.problems(A), [14_207]);
    assert!(of(&world, SECOND, WAIT).is_empty());
    world.caller(AGENT, DESK).caller("leg-3", NUMBER);
    assert_eq!(of(&world, "leg-3", WAIT).len(), 1, "there is room again");
}

#[test]
fn a_verb_that_cannot_be_carried_out_says_so_and_enqueues_nobody() {
    let long = "q".repeat(65);
    for (enqueue, code, result) in [
        (r#"<Enqueue action="/out"></Enqueue>"#.to_owned(), 14_204, "error"),
        (r#"<Enqueue action="/out">  </Enqueue>"#.to_owned(), 14_204, "error"),
        (format!(r#"<Enqueue action="/out">{long}</Enqueue>"#), 14_205, "error"),
        (r#"<Enqueue action="/out" waitUrl="ftp://x">q</Enqueue>"#.to_owned(), 14_202, "error"),
        (r#"<Enqueue action="/out" waitUrlMethod="PUT">q</Enqueue>"#.to_owned(), 14_206, "error"),
        (r#"<Enqueue action="/out" method="PUT">q</Enqueue>"#.to_owned(), 14_201, "error"),
        (r#"<Enqueue action="/out" workflowSid="WW1"/>"#.to_owned(), 90_002, "system-error"),
        (r#"<Enqueue action="/out"><Task>{}</Task></Enqueue>"#.to_owned(), 90_002, "system-error"),
    ] {
        let mut world = World::new();
        world.save_at_every_step = true;
        world.on(ENTRY, &enqueue).on(OUT, "<Say>sorry</Say>").dial();
        assert!(world.problems(A).contains(&code), "{enqueue}: {:?}", world.problems(A));
        assert_eq!(self::result(&world, FIRST), (result, None), "{enqueue}");
        assert_eq!(world.heard, ["sorry"]);
        let queues = world.engine.subjects().filter(|subject| matches!(subject, Subject::Queue(_)));
        assert_eq!(queues.count(), 0);
    }
    let mut world = World::new();
    world.on(ENTRY, r#"<Enqueue action="ftp://x">q</Enqueue><Say>next</Say>"#).dial();
    assert_eq!((world.problems(A), &*world.heard), (vec![14_203], &["next".to_owned()][..]));
}

#[test]
fn what_cannot_be_dialled_fails() {
    let long = "q".repeat(65);
    for (noun, code) in [
        ("<Queue/>".to_owned(), 14_212),
        (format!("<Queue>{long}</Queue>"), 14_213),
        (r#"<Queue url="ftp://x">support</Queue>"#.to_owned(), 14_211),
        (r#"<Queue method="PUT">support</Queue>"#.to_owned(), 14_210),
        (r#"<Queue reservationSid="WR1">support</Queue>"#.to_owned(), 90_002),
    ] {
        let mut world = world("", "", "");
        world.on(AGENT_ENTRY, &format!(r#"<Dial action="/done">{noun}</Dial>"#)).dial().caller(AGENT, DESK);
        assert!(world.problems(A).contains(&code), "{noun}: {:?}", world.problems(A));
        assert_eq!(only(&world, AGENT, DONE).get("DialCallStatus"), Some("failed"), "{noun}");
        assert!(world.bridges.is_empty());
    }
}

#[test]
fn a_wait_document_that_fails_is_an_error_of_the_enqueue() {
    let failing: [(Answer, u32); 5] = [
        (Answer::status(500), 11_200),
        (Answer::Fails(FailureReason::Timeout), 11_203),
        (Answer::typed("text/xml", b"<Response><Say>"), 12_100),
        (Answer::twiml("<Dial>+15550123</Dial>"), 12_200),
        (Answer::twiml("<Redirect>ftp://x</Redirect>"), 11_100),
    ];
    for (answer, code) in failing {
        let mut world = world("", "", "");
        world.serve(WAIT, [answer]).dial();
        assert!(world.problems(A).contains(&code), "{code}: {:?}", world.problems(A));
        assert_eq!(result(&world, FIRST), ("error", Some("0")), "{code}");
    }
    let mut unplayable = world("", "", "");
    unplayable.on(WAIT, "<Play>/music.mp3</Play>").dial().advance(500).fail_media(MediaFailure::Retrieval);
    assert_eq!(result(&unplayable, FIRST), ("error", Some("0")));
    assert_eq!(only(&unplayable, FIRST, OUT).get("CallStatus"), Some("in-progress"));
}

#[test]
fn an_update_takes_the_call_out_and_says_how_far_it_had_come() {
    let new = "https://a.example/new";
    for (stage, result) in [(0, "redirected"), (1, "bridging-in-process"), (2, "redirected-from-bridged")] {
        let mut world = world("", "", if stage == 1 { r#"url="/whisper""# } else { "" });
        world.on(WHISPER, "<Pause length=\"9\"/>").on(OUT, "<Say>not run</Say>");
        world.on(new, "<Say>elsewhere</Say><Pause length=\"60\"/>").dial().advance(1_500);
        if stage > 0 {
            world.caller(AGENT, DESK).advance(2_000);
        }
        let call = call_of(&world, FIRST);
        world.modify(&call, redirect()).unwrap();
        let urls: Vec<_> =
            world.requests.iter().filter(|seen| seen.call == call).map(|seen| &*seen.url).collect();
        assert_eq!(urls[urls.len() - 2..], [OUT, new], "the action first, then the update");
        assert_eq!(self::result(&world, FIRST).0, result);
        assert_eq!(world.heard.last().unwrap(), "elsewhere");
        assert!(world.bridges.is_empty());
        match stage {
            0 => assert!(world.to(DONE).is_empty()),
            1 => assert!(world.to(DONE).is_empty(), "the agent waits for the next one"),
            _ => {
                let done = only(&world, AGENT, DONE);
                assert_eq!(done.get("DialCallStatus"), Some("completed"));
                assert_eq!(done.get("DialCallDuration"), None, "the call lives on elsewhere");
                assert_eq!(effects(&world, "Unbridge("), 1);
            }
        }
        // An update of the new document is one of an ordinary call.
        world.modify(&call, redirect()).unwrap();
        assert_eq!(of(&world, FIRST, OUT).len(), 1);
    }
}

#[test]
fn an_update_of_the_agent_lets_the_caller_go_on_or_wait_on() {
    for bridged in [true, false] {
        let mut world = world("", "", if bridged { "" } else { r#"url="/whisper""# });
        world.on(WHISPER, "<Pause length=\"9\"/>").on("https://a.example/new", "<Pause length=\"60\"/>");
        world.dial().caller(AGENT, DESK).advance(2_000);
        let agent = call_of(&world, AGENT);
        world.modify(&agent, redirect()).unwrap();
        assert!(world.bridges.is_empty());
        let done = only(&world, AGENT, DONE).get("DialCallStatus").unwrap();
        assert_eq!(done, if bridged { "completed" } else { "no-answer" });
        assert_eq!(of(&world, FIRST, OUT).len(), usize::from(bridged));
        assert_eq!(of(&world, FIRST, WAIT).len(), if bridged { 1 } else { 2 });
    }
    // One that only stands by leaves at once.
    let mut waiting = world("", "", "");
    waiting.dial().hang_up().caller(AGENT, DESK);
    let agent = call_of(&waiting, AGENT);
    waiting.on("https://a.example/new", "<Pause length=\"60\"/>").modify(&agent, redirect()).unwrap();
    assert_eq!(only(&waiting, AGENT, DONE).get("DialCallStatus"), Some("no-answer"));
    waiting.caller(SECOND, NUMBER);
    assert!(waiting.bridges.is_empty());
}

#[test]
fn a_member_is_dequeued_as_the_rest_api_does() {
    let mut world = world("", "", "");
    world.on("https://a.example/new", "<Pause length=\"60\"/>");
    world.dial().advance(1_000).caller(SECOND, NUMBER).caller("leg-3", NUMBER);
    let queue = queue(&world);
    let url = || Url::parse("https://a.example/new").unwrap();
    let dequeue = |call| Input::Dequeue(Dequeue { queue, call, url: url(), method: Method::Get });
    let (second, third) = (call_of(&world, SECOND), call_of(&world, "leg-3"));
    world.input(dequeue(Some(third.parse().unwrap()))).unwrap();
    assert_eq!(result(&world, "leg-3"), ("redirected", Some("0")));
    assert_eq!(only(&world, "leg-3", "https://a.example/new").request.method(), Method::Get);
    world.input(dequeue(None)).unwrap();
    assert_eq!(result(&world, FIRST), ("redirected", Some("1")));
    assert_eq!(world.input(dequeue(Some(third.parse().unwrap()))), Err(InputError::NotQueued));
    world.input(dequeue(Some(second.parse().unwrap()))).unwrap();
    assert_eq!(world.input(dequeue(None)), Err(InputError::NotQueued));
    let other = appconnect::id::QueueSid::from_bits(1);
    let unknown = Dequeue { queue: other, call: None, url: url(), method: Method::Post };
    assert_eq!(world.input(Input::Dequeue(unknown)), Err(InputError::UnknownQueue));
}

#[test]
fn an_empty_wait_document_costs_a_second_and_an_honest_wait_lasts_for_hours() {
    let mut world = world("", "", "");
    world.save_at_every_step = false;
    world.on(WAIT, "").dial().advance(10_000);
    assert_eq!(of(&world, FIRST, WAIT).len(), 11);
    world.advance(3_600_000);
    assert_eq!(of(&world, FIRST, WAIT).len(), 3_611, "far more than the documents of a root call");
    assert_eq!(world.problems(A), [0_u32; 0]);
    world.caller(AGENT, DESK);
    assert_eq!(connected(&world), [(AGENT, FIRST)]);
}

#[test]
fn a_wait_that_costs_no_time_uses_up_the_documents() {
    let mut world = world("", "", "");
    world.save_at_every_step = false;
    world.on(WAIT, "<Redirect/>").dial();
    assert_eq!(world.problems(A), [90_003]);
    assert_eq!(result(&world, FIRST).0, "hangup");
    assert!(world.hung_up.is_some());
}

#[test]
fn what_is_heard_without_a_wait_url() {
    // Nothing, and the call is answered.
    for wait in ["", r#"waitUrl="""#] {
        let mut silent = world_with(plain_config(), wait, "", "");
        silent.dial().advance(60_000);
        assert!(silent.answered && silent.heard.is_empty(), "{wait}");
        assert_eq!(silent.requests.len(), 1, "{wait}");
        silent.caller(AGENT, DESK);
        assert_eq!(connected(&silent), [(AGENT, FIRST)]);
        silent.caller_hangs_up(AGENT);
        assert_eq!(result(&silent, FIRST), ("bridged", Some("60")));
    }
    // The operator's music, again and again; when it fails, silence.
    let music = Url::parse("https://music.example/hold.mp3?a=1&b=2").unwrap();
    let config = Config { hold_music: Some(music), ..plain_config() };
    let mut playing = world_with(config, "", "", "");
    playing.dial();
    assert_eq!(playing.heard, ["play https://music.example/hold.mp3?a=1&b=2"]);
    playing.advance(1_000_000);
    assert_eq!(playing.heard.len(), 2, "a thousand rounds at a time");
    playing.fail_media(MediaFailure::Retrieval).advance(10_000);
    assert_eq!((playing.heard.len(), playing.to(OUT).len()), (2, 0));
    playing.caller(AGENT, DESK);
    assert_eq!(connected(&playing), [(AGENT, FIRST)]);
}

#[test]
fn a_queued_call_on_top_of_a_hop_comes_off_with_it() {
    let enqueue =
        r#"<Enqueue action="https://b.example/out" waitUrl="https://b.example/wait">support</Enqueue>"#;
    for (dial, starred) in [(r#"hangupOnStar="true""#, true), (r#"timeLimit="20""#, false), ("", true)] {
        let mut world = World::with(plain_config(), two_desks());
        world.save_at_every_step = true;
        world.on(ENTRY, &dial_application(&format!(r#"action="/after" {dial}"#), "", APP_B, ""));
        world.on(RECEIVER, enqueue).on("https://b.example/wait", "<Say>hold on</Say><Pause length=\"9\"/>");
        world.on("https://b.example/agent", "<Dial><Queue>support</Queue></Dial><Pause length=\"60\"/>");
        world.dial().advance(2_000);
        let out = "https://b.example/out";
        match (dial, starred) {
            ("", _) => world.hang_up(),
            (_, true) => world.press("*"),
            (_, false) => world.caller(AGENT, OTHER_DESK).advance(18_000),
        };
        let bridged = !starred;
        assert_eq!(world.only(out).get("QueueResult"), Some(if bridged { "bridged" } else { "hangup" }));
        assert_eq!(world.only(out).account, B);
        assert_eq!(world.only("https://a.example/after").get("DialCallStatus"), Some("completed"));
        assert!(world.bridges.is_empty());
        world.caller(COLLEAGUE, OTHER_DESK).advance(1_000);
        assert!(world.bridges.is_empty(), "nobody is left in the queue");
    }
}

#[test]
fn a_name_means_another_queue_in_every_account() {
    let mut world = world("", "", "");
    world.on("https://b.example/agent", r#"<Dial action="/done"><Queue>support</Queue></Dial>"#);
    world.dial().advance(2_000).caller(COLLEAGUE, OTHER_DESK);
    assert!(world.bridges.is_empty());
    assert_eq!(world.only("https://b.example/done").get("DialCallStatus"), Some("failed"));
    let sid = queue(&world).to_string();
    world.caller(AGENT, DESK).advance(1_000).hang_up();
    assert!(world.seen_by(B).iter().all(|event| !event.contains(&sid)));
    for seen in world.requests.iter().filter(|seen| seen.account == B) {
        assert!(seen.form.iter().all(|(_, value)| *value != sid));
    }
}

#[test]
fn an_agent_on_a_dialled_leg_and_a_caller_on_another_are_queued_like_any_other() {
    // The agent answers on bridge: it rings until it has somebody.
    let mut world = world("", r#"answerOnBridge="true""#, "");
    world.dial().hang_up().caller(AGENT, DESK).advance(5_000);
    let answered = |world: &World, leg: &str| {
        world.trace.iter().any(|effect| effect.starts_with("Answer") && effect.contains(leg))
    };
    assert!(!answered(&world, AGENT));
    world.caller(SECOND, NUMBER);
    assert!(answered(&world, AGENT));
    assert_eq!(connected(&world), [(AGENT, SECOND)]);
}

#[test]
fn the_time_of_a_root_call_ends_the_wait() {
    let mut world = world("", "", "");
    world.save_at_every_step = false;
    world.on(WAIT, "<Pause length=\"600\"/>").dial().finish();
    assert_eq!(result(&world, FIRST), ("hangup", Some("14400")));
    assert_eq!(world.engine.live_legs(), 0);
}
