//! Saved state: what was written once is read for ever, and what is damaged is refused.
//!
//! The files in `tests/data/snapshots/v1` are never written again. `APPCONNECT_WRITE_SNAPSHOTS=1` adds those that
//! are missing, for a new kind of state.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test may stop at its first surprise"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use appconnect::config::MissingQueue;
use appconnect::effect::Effect;
use appconnect::event::EventKind;
use appconnect::id::{CallSid, Seed};
use appconnect::input::{Change, HttpResponse, MediaDone, PolicyVerdict, SocketEvent};
use appconnect::policy::Verdict;
use appconnect::snapshot::SnapshotError;
use appconnect::time::Millis;
use appconnect::{Config, Engine, Input};
use support::{APP_B, APP_C, Answer, START, World, dial_application, hook, plain_config, registry};

const ENTRY: &str = "https://a.example/voice";
const RECEIVER: &str = "https://b.example/voice";
const THIRD: &str = "https://c.example/voice";

fn parked(twiml: &str) -> World {
    let mut world = World::new();
    world.on(ENTRY, twiml).dial();
    world
}

fn two_hops(dial: &str, last: &str) -> World {
    let progress = r#"statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed""#;
    let argument = r#"<Parameter name="ticket" value="T-7 &amp; é"/>"#;
    let mut world = World::new();
    world.on(ENTRY, &dial_application(dial, progress, APP_B, argument));
    world.on(RECEIVER, &dial_application("", "", APP_C, argument));
    world.on(THIRD, last).dial();
    world
}

/// One call for each kind of state that a call can wait in.
fn states() -> Vec<(&'static str, World)> {
    let mut states = vec![
        ("speaking", parked("<Say loop=\"2\">Hello <break time=\"1s\"/> there</Say>")),
        ("playing", parked("<Play>/ring.wav</Play><Say>x</Say>")),
        ("pausing-while-ringing", parked("<Pause length=\"9\"/><Reject reason=\"busy\"/>")),
        ("long-document", {
            let mut world = World::new();
            let text = "&".repeat(13_300);
            world.serve(ENTRY, [Answer::typed("text/plain", text.as_bytes())]).dial();
            world
        }),
        ("recording", {
            let callback =
                r#"recordingStatusCallback="/r" recordingStatusCallbackEvent="in-progress completed""#;
            parked(&format!("<Record maxLength=\"30\" {callback}/>"))
        }),
        ("two-hops", {
            let dial = r#"action="/after" hangupOnStar="true" record="record-from-answer-dual""#;
            two_hops(dial, "<Say>at your service</Say>")
        }),
        ("two-hops-ringing", {
            two_hops(r#"answerOnBridge="true" ringTone="de""#, "<Pause length=\"20\"/><Say>late</Say>")
        }),
    ];
    let mut world = World::new();
    world.serve(ENTRY, [Answer::Silent]).dial();
    states.push(("fetching", world));

    let mut world = parked("<Gather numDigits=\"4\" timeout=\"7\"><Say>Your code</Say><Pause/></Gather>");
    world.press("12");
    states.push(("gathering-digits", world));

    let mut world = parked("<Gather input=\"speech\" partialResultCallback=\"/partial\"/>");
    world.say("I would", false);
    states.push(("gathering-speech", world));

    let mut world = World::with(Config { consult: true, ..plain_config() }, registry(|_, _, _| {}));
    world.on(ENTRY, &dial_application("timeout=\"11\"", "", APP_B, "")).dial();
    states.push(("consulting", world));

    let mut world = two_hops(r#"action="/after""#, "<Pause length=\"20\"/>");
    world.serve("https://a.example/after", [Answer::Silent]);
    let root = world.requests[0].call.clone();
    let url = hook("https://a.example/new");
    world.modify(&root, Change::Redirect { url: url.url, method: url.method }).unwrap();
    states.push(("interrupted", world));

    let mut world = World::new();
    let asks = Answer::status(401).with_header("WWW-Authenticate", "Basic realm=\"voice\"");
    let sets = Answer::twiml("<Redirect>https://u:p@a.example/private</Redirect>")
        .with_header("Set-Cookie", "session=17; Path=/; Max-Age=3600");
    world.serve(ENTRY, [sets]).serve("https://a.example/private", [asks, Answer::twiml("<Pause/>")]);
    world.serve("https://u:p@a.example/private", [Answer::status(401), Answer::Silent]).dial();
    states.push(("cookies-and-credentials", world));

    let callback = r#"statusCallback="/s""#;
    let mut world = parked(&format!(
        "<Start><Stream name=\"ear\" url=\"wss://a.example/m\" {callback}/><Siprec {callback}/><Transcription \
         statusCallbackUrl=\"/s\"/><Recording recordingStatusCallback=\"/s\"/></Start><Connect action=\"/after\">\
         <Stream url=\"wss://a.example/m\" {callback}/></Connect>"
    ));
    world.stream(0, SocketEvent::Opened).siprec(0, SocketEvent::Opened).stream(1, SocketEvent::Opened);
    states.push(("streaming", world));

    let relay = r#"<ConversationRelay url="wss://a.example/r" welcomeGreeting="Hello"/>"#;
    let mut world = parked(&format!("<Connect action=\"/after\">{relay}</Connect>"));
    world.relay(SocketEvent::Opened).frame(r#"{"type":"play","source":"https://a.example/x.wav"}"#);
    world.frame(r#"{"type":"sendDigits","digits":"1"}"#).frame(r#"{"type":"text","token":"not all"}"#);
    world.frame(r#"{"type":"text","token":" yet","last":true}"#);
    states.push(("relaying", world));

    let agent = r#"<Connect><VirtualAgent connectorName="Bot"/></Connect>"#;
    states.push(("with-agent", parked(agent)));
    let enqueue = r#"<Enqueue action="/out" waitUrl="/wait">support</Enqueue>"#;
    let mut world = World::new();
    world.on("https://a.example/wait", "<Gather><Say>please wait</Say></Gather>").on(ENTRY, enqueue).dial();
    states.push(("queued", world));
    let mut world = World::new();
    world.on("https://a.example/wait", "").on(ENTRY, enqueue).dial();
    states.push(("queued-between-two-rounds", world));
    let config = Config { missing_queue: MissingQueue::Wait, ..plain_config() };
    let mut world = World::with(config, registry(|_, _, _| {}));
    world
        .on(ENTRY, r#"<Dial action="/done" timeout="20"><Queue url="/whisper">support</Queue></Dial>"#)
        .dial();
    states.push(("dialling-a-queue", world));

    let mut world = World::new();
    world.serve("https://a.example/status", [Answer::Silent]).on(ENTRY, "<Say>x</Say>").dial().hang_up();
    states.push(("ended-with-a-request-under-way", world));
    states.extend(services());
    states
}

/// Calls that wait for services outside, and those that have ended meanwhile.
fn services() -> Vec<(&'static str, World)> {
    let confirmed =
        r#"<Prompt for="payment-card-number" requireMatchingInputs="true"><Say>again</Say></Prompt>"#;
    let pay =
        format!(r#"<Pay action="/paid" chargeAmount="1.50" statusCallback="/progress">{confirmed}</Pay>"#);
    let paying = |keys: &[&str]| {
        let mut world = parked(&pay);
        for input in keys {
            world.press(input);
        }
        world
    };
    let card = "4111111111111111#";
    let whole = [card, card, "1230#", "987#", "94109#"];
    let charging = || {
        let mut world = paying(&whole);
        world.advance(1_000);
        world
    };
    let mut charged_late = charging();
    charged_late.hang_up();
    let mut referring = World::new();
    referring.on(ENTRY, "<Refer action=\"/referred\"><Sip>sip:bob@voice.example</Sip></Refer>");
    referring.dial_with(|call| call.from = appconnect::address::Address::new("sip:jane@voice.example"));
    let config = Config { echo: appconnect::config::Echo::Echo, ..plain_config() };
    let mut echoing = World::with(config, registry(|_, _, _| {}));
    echoing.on(ENTRY, "<Echo/>").dial();
    let record = r#"<Record transcribe="true" transcribeCallback="/words"/>"#;
    let mut errands = parked(&format!(r#"<Sms statusCallback="/fate">hi</Sms>{record}"#));
    errands.advance(5_000).hang_up();
    vec![
        ("paying-first-keys", paying(&["411"])),
        ("paying-second-of-two", paying(&[card, "4"])),
        ("paying-last-step", paying(&whole[..4])),
        ("paying-charged", charging()),
        ("ended-with-a-charge-under-way", charged_late),
        ("referring", referring),
        ("echoing", echoing),
        ("ended-with-errands", errands),
    ]
}

fn save(world: &World) -> Vec<u8> {
    let mut calls = world.requests.iter().map(|seen| seen.call.parse::<CallSid>().unwrap());
    calls.find_map(|call| world.engine.snapshot(call).ok()).expect("a live call")
}

fn fresh() -> Engine {
    let mut engine = Engine::new(plain_config(), Seed::new([7; 32]));
    engine.set_registry(Arc::new(registry(|_, _, _| {})));
    engine
}

/// Lets a restored leg go on to its end, and says how each of its calls ended.
fn outcome(engine: &mut Engine, now: u64) -> String {
    let mut now = now;
    let mut bills = Vec::new();
    let mut inputs = vec![Input::Tick];
    for _ in 0..1_000 {
        let Some(input) = inputs.pop() else {
            let Some(Millis(next)) = engine.next_timeout() else { return bills.join(", ") };
            now = now.max(next);
            inputs.push(Input::Tick);
            continue;
        };
        engine.handle(Millis(now), input).unwrap();
        while let Some(effect) = engine.poll_effect() {
            let answer = |reply| {
                let body = b"<Response><Hangup><Parameter name='done' value='yes'/></Hangup></Response>";
                let headers = vec![("Content-Type".to_owned(), "text/xml".to_owned())];
                Input::HttpResponse(HttpResponse { reply, status: 200, headers, body: body.to_vec() })
            };
            match effect {
                Effect::Fetch(fetch) => inputs.push(answer(fetch.reply)),
                Effect::Notify(notify) => inputs.push(answer(notify.reply)),
                Effect::Say(say) => {
                    inputs.push(Input::MediaDone(MediaDone { reply: say.reply, failed: None }));
                }
                Effect::Consult(consult) => {
                    let verdict = PolicyVerdict { reply: consult.reply, verdict: Verdict::Allow };
                    inputs.push(Input::Verdict(verdict));
                }
                Effect::Settle(bill) => {
                    bills.push(format!("{} {} {}", bill.leg.as_str(), bill.status, bill.seconds));
                }
                Effect::Report(event) => {
                    if let EventKind::Problem(raised) = event.kind {
                        assert_ne!(raised.problem.code.number(), 12_400, "the engine broke");
                    }
                }
                _ => {}
            }
        }
    }
    panic!("the call never comes to an end");
}

fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/snapshots/v1")
}

#[test]
fn every_state_ever_written_is_read_and_ends_as_it_did() {
    let expected = golden().join("outcomes.tsv");
    if std::env::var_os("APPCONNECT_WRITE_SNAPSHOTS").is_some() {
        write_missing(&expected);
    }
    let expected = fs::read_to_string(expected).unwrap();
    let expected: BTreeMap<_, _> = expected.lines().filter_map(|line| line.split_once('\t')).collect();
    let mut files = 0;
    for file in fs::read_dir(golden()).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "cbor") {
            continue;
        }
        files += 1;
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let bytes = fs::read(&file).unwrap();
        let mut engine = fresh();
        let calls = engine.restore(Millis(START), &bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        // What this version writes of it is read as well.
        let rewritten = engine.snapshot(calls[0]).unwrap();
        assert_eq!(engine.restore(Millis(START), &rewritten), Err(SnapshotError::Duplicate), "{name}");
        let ends = outcome(&mut engine, START);
        assert_eq!(Some(&ends.as_str()), expected.get(name.as_str()), "{name}");
        let mut engine = fresh();
        engine.restore(Millis(START), &rewritten).unwrap();
        assert_eq!(outcome(&mut engine, START), ends, "{name}");
    }
    assert_eq!(files, expected.len(), "a snapshot is missing");
    assert!(files >= states().len(), "a state has no snapshot: write it");
}

fn write_missing(expected: &PathBuf) {
    fs::create_dir_all(golden()).unwrap();
    let mut lines = fs::read_to_string(expected).unwrap_or_default();
    for (name, world) in states() {
        let file = golden().join(format!("{name}.cbor"));
        if !file.exists() {
            let bytes = save(&world);
            let mut engine = fresh();
            engine.restore(Millis(START), &bytes).unwrap();
            writeln!(lines, "{name}\t{}", outcome(&mut engine, START)).unwrap();
            fs::write(file, bytes).unwrap();
        }
    }
    fs::write(expected, lines).unwrap();
}

#[test]
fn a_saved_leg_is_small() {
    for (name, world) in states().into_iter().filter(|(name, _)| *name != "long-document") {
        let length = save(&world).len();
        assert!(length < 16_384, "{name}: {length} bytes");
    }
}

/// CBOR as a tree: enough to change a snapshot in ways that another version might.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Array(Vec<Tree>),
    Other(Vec<u8>),
}

impl Tree {
    fn read(decoder: &mut minicbor::Decoder<'_>) -> Self {
        use minicbor::data::Type;
        if decoder.datatype().unwrap() == Type::Array {
            let length = decoder.array().unwrap().unwrap();
            return Self::Array((0..length).map(|_| Self::read(decoder)).collect());
        }
        let start = decoder.position();
        decoder.skip().unwrap();
        Self::Other(decoder.input()[start..decoder.position()].to_vec())
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Array(items) => {
                minicbor::Encoder::new(&mut *out).array(items.len() as u64).unwrap();
                for item in items {
                    item.write(out);
                }
            }
            Self::Other(bytes) => out.extend_from_slice(bytes),
        }
    }

    fn at(&mut self, path: &[usize]) -> &mut Vec<Self> {
        let Self::Array(items) = self else { panic!("no array at {path:?}") };
        match path.split_first() {
            Some((first, rest)) => items[*first].at(rest),
            None => items,
        }
    }
}

fn changed(bytes: &[u8], change: impl FnOnce(&mut Tree)) -> Vec<u8> {
    let mut tree = Tree::read(&mut minicbor::Decoder::new(bytes));
    change(&mut tree);
    let mut out = Vec::new();
    tree.write(&mut out);
    out
}

/// Places of structures in a snapshot: itself, the leg, its line, the first call.
const STRUCTURES: [&[usize]; 4] = [&[], &[3], &[3, 0], &[3, 1, 0]];

#[test]
fn fields_of_a_later_version_are_skipped() {
    for (name, world) in states() {
        let bytes = save(&world);
        assert_eq!(changed(&bytes, |_| {}), bytes, "{name}: the tree is the whole of it");
        for place in STRUCTURES {
            if name.starts_with("ended") && place == [3, 1, 0] {
                continue;
            }
            let newer = changed(&bytes, |tree| {
                let fields = tree.at(place);
                // Further than any field of today, with room in between, and of any shape.
                fields.resize(40, Tree::Other(vec![0xf6]));
                fields.push(Tree::Array(vec![Tree::Other(vec![0x61, b'x']), Tree::Array(Vec::new())]));
                fields.push(Tree::Other(vec![0xa1, 0x01, 0x82, 0x02, 0x03]));
            });
            let mut engine = fresh();
            let calls = engine.restore(Millis(world.now), &newer).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!(engine.snapshot(calls[0]).map(|own| own.len()), Ok(bytes.len()), "{name}");
        }
    }
}

#[test]
fn a_snapshot_that_needs_a_later_version_is_refused_by_name() {
    let bytes = save(&parked("<Pause/>"));
    let format = |needs: u8| changed(&bytes, |tree| tree.at(&[])[1] = Tree::Other(vec![needs]));
    let refused = fresh().restore(Millis(START), &format(2));
    assert_eq!(refused, Err(SnapshotError::TooNew { needs: 2 }));
    // A later format that this version can still read.
    let later = changed(&bytes, |tree| tree.at(&[])[0] = Tree::Other(vec![9]));
    assert!(fresh().restore(Millis(START), &later).is_ok());
    // Even when nothing else of it can be read.
    let strange = changed(&format(3), |tree| tree.at(&[])[3] = Tree::Other(vec![0x00]));
    assert_eq!(fresh().restore(Millis(START), &strange), Err(SnapshotError::TooNew { needs: 3 }));
}

#[test]
fn a_part_of_a_snapshot_and_more_than_one_are_refused() {
    for (name, world) in states() {
        let bytes = save(&world);
        let steps = (bytes.len() / 500).max(1);
        let damaged = |bytes: &[u8]| {
            let mut engine = fresh();
            let refused = matches!(engine.restore(Millis(START), bytes), Err(SnapshotError::Damaged(_)));
            refused && engine.live_legs() == 0
        };
        for length in (0..bytes.len()).step_by(steps) {
            assert!(damaged(&bytes[..length]), "{name}: {length} of {} bytes", bytes.len());
        }
        assert!(damaged(&[bytes.as_slice(), &[0]].concat()), "{name}: one byte more");
        assert!(damaged(&[bytes.as_slice(), &bytes].concat()), "{name}: twice");
    }
}

#[test]
fn state_that_no_step_leaves_behind_is_refused() {
    let call = [3, 1, 0];
    let damaged = |bytes: &[u8], what: &str, change: &dyn Fn(&mut Vec<Tree>)| {
        let bytes = changed(bytes, |tree| change(tree.at(&call)));
        let result = fresh().restore(Millis(START), &bytes);
        assert!(matches!(result, Err(SnapshotError::Damaged(_))), "{what}: {result:?}");
    };
    let speaking = save(&parked("<Say>hi</Say>"));
    let pausing = save(&parked("<Pause/>"));
    let other = |bytes: &[u8]| Tree::Other(bytes.to_vec());
    let no_fields = || Tree::Array(Vec::new());
    damaged(&speaking, "a final status", &|call| call[2] = other(&[4]));
    damaged(&speaking, "answered and ringing", &|call| call[2] = other(&[2]));
    damaged(&speaking, "no program", &|call| call[16] = other(&[0xf6]));
    damaged(&speaking, "waits for nothing", &|call| call[17] = Tree::Array(vec![other(&[0]), no_fields()]));
    damaged(&speaking, "pauses in a Say", &|call| call[17] = Tree::Array(vec![other(&[3]), no_fields()]));
    damaged(&speaking, "fetches nothing", &|call| call[17] = Tree::Array(vec![other(&[1]), no_fields()]));
    damaged(&speaking, "a step to come", &|call| {
        call[17] = Tree::Array(vec![other(&[2]), Tree::Array(vec![other(&[0x18, 99])])]);
    });
    damaged(&pausing, "no timer", &|call| call[18] = no_fields());
    let program = |source: &str, current: u8, next: u8| {
        let mut out = Vec::new();
        let mut encoder = minicbor::Encoder::new(&mut out);
        encoder.map(4).unwrap().u8(0).unwrap().str(source).unwrap().u8(1).unwrap().null().unwrap();
        encoder.u8(2).unwrap().u8(current).unwrap().u8(3).unwrap().u8(next).unwrap();
        Tree::Other(out)
    };
    let source = "<Response><Say>hi</Say><Say>there</Say></Response>";
    damaged(&speaking, "no TwiML", &|call| call[16] = program("<Response", 1, 2));
    damaged(&speaking, "a cursor at nothing", &|call| call[16] = program(source, 9, 2));
    damaged(&speaking, "a cursor at the root", &|call| call[16] = program(source, 0, 1));
    damaged(&speaking, "a cursor that goes back", &|call| call[16] = program(source, 2, 1));
    let fits = changed(&speaking, |tree| tree.at(&call)[16] = program(source, 1, 2));
    assert!(fresh().restore(Millis(START), &fits).is_ok(), "the change itself is sound");
}

#[test]
fn a_leg_lives_once() {
    let world = two_hops("", "<Pause/>");
    let bytes = save(&world);
    let mut engine = fresh();
    let calls = engine.restore(Millis(START), &bytes).unwrap();
    assert_eq!(calls.len(), 5, "three calls and two views of hops");
    assert_eq!(engine.restore(Millis(START), &bytes), Err(SnapshotError::Duplicate));
    for call in &calls {
        assert_eq!(engine.snapshot(*call), Ok(bytes.clone()), "every SID leads to the leg");
    }
    engine.release(calls[4]).unwrap();
    assert_eq!(engine.release(calls[0]), Err(SnapshotError::UnknownCall));
    assert!(engine.poll_effect().is_none());
}
