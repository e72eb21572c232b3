//! The bodies of the fuzz targets, as ordinary functions: `cargo test` runs them over the committed corpus, `cargo fuzz`
//! over whatever it can think of.
//!
//! Each takes any bytes and panics when a promise of this crate is broken. Not part of the public interface.

use crate::address::Address;
use crate::config::Config;
use crate::effect::Effect;
use crate::engine::Engine;
use crate::event::EventKind;
use crate::http::{Signer, Url, form};
use crate::id::{CallSid, LegId, RelaySid, ReplyId, Seed, StreamSid};
use crate::input::{
    Change, ChargeDone, ChargeOutcome, Digits, FailureReason, HttpFailure, HttpResponse, HungUp,
    IncomingCall, Input, MediaDone, MessageStatus, Modify, PolicyVerdict, Progress, ProgressState,
    RecordingTranscribed, ReferProgress, ReferStep, Referred, RelayEvent, RelayMessage, SocketEvent, Speech,
    StreamEvent,
};
use crate::pii::{Pii, Secret};
use crate::policy::Verdict;
use crate::registry::{
    Access, Account, AccountStatus, ApiVersion, Application, Registry, RegistryBuilder, Webhook,
};
use crate::snapshot::SnapshotError;
use crate::time::Millis;
use crate::twiml::{Document, Node, answer};

const START: Millis = Millis(1_700_000_000_000);

/// Types and charsets that an answer may claim; the first byte of the input chooses.
const CONTENT_TYPES: [&str; 8] = [
    "text/xml",
    "text/xml; charset=utf-8",
    "text/xml; charset=iso-8859-1",
    "text/xml; charset=utf-16",
    "application/xml; charset=windows-1252",
    "text/html; charset=us-ascii",
    "text/plain",
    "audio/wav",
];

/// A document is refused, or is one that can be walked, saved as its source, and read again.
pub fn parse(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else { return };
    let content_type = CONTENT_TYPES.get(usize::from(*first) % CONTENT_TYPES.len()).copied();
    let Ok(document) = answer(content_type, body, "https://a.example/x?a=1&b=<2>") else { return };
    let nodes = walk(document.root());
    let again = Document::from_text(document.source());
    let Ok(again) = again else { unreachable!("the source of a document is no document") };
    assert_eq!(nodes, walk(again.root()), "the source gives another document");
    assert_eq!(document.problems(), again.problems());
    for problem in document.problems() {
        let Some(span) = problem.span else { continue };
        assert!(span.start <= span.end && document.source().get(..span.end as usize).is_some(), "{problem}");
        let place = span.line_column(document.source());
        assert!(place.line >= 1 && place.column >= 1);
    }
}

/// Every node with everything that a verb may ask of it.
fn walk(root: Node<'_>) -> Vec<String> {
    let mut seen = Vec::new();
    let mut left = vec![root];
    while let Some(node) = left.pop() {
        let attributes: Vec<_> = node.attributes().collect();
        let rest =
            (node.text(), node.markup(), node.error(), node.application_sid(), node.speech_breaks_ms());
        seen.push(format!("{} {:?} {attributes:?} {rest:?}", node.index(), node.element()));
        for child in node.children() {
            assert!(child.index() > node.index(), "a child stands before its parent");
            left.push(child);
        }
    }
    seen
}

/// What is encoded decodes to itself; what was decoded once is stable.
pub fn form_roundtrip(bytes: &[u8]) {
    let decoded = form::decode(bytes);
    let encode = |pairs: &[(String, String)]| {
        let mut out = Vec::new();
        for (name, value) in pairs {
            form::encode(name, value, &mut out);
        }
        out
    };
    let encoded = encode(&decoded);
    assert!(encoded.is_ascii() && !encoded.iter().any(u8::is_ascii_control));
    let again = form::decode(&encoded);
    assert_eq!(again, decoded, "{}", String::from_utf8_lossy(&encoded));
}

/// A URL reads back as it was written, and a signature fits its owner, its URL and its pairs.
pub fn signature_url(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.splitn(3, '\n');
    let (first, reference) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let Ok(url) = Url::parse(first) else { return };
    let same = |url: &Url| Url::parse(url.as_str()).is_ok_and(|again| again.as_str() == url.as_str());
    assert!(same(&url), "a URL does not read back");
    assert!(!url.as_str().chars().any(char::is_control));
    let _ =
        (url.overrides(), url.basic_authorization(), url.origin(), url.host_literal(), url.path_and_query());
    assert!(url.without_userinfo().userinfo().is_none());
    if let Ok(joined) = url.join(reference) {
        assert!(same(&joined), "a joined URL does not read back");
    }
    let pairs = form::decode(lines.next().unwrap_or_default().as_bytes());
    let mut pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let [own, other] = ["own", "other"].map(|token| Signer::new(&Secret::new(token)));
    let signature = own.sign_form(&url, &pairs);
    assert!(own.verify(&url, &pairs, &signature));
    assert!(!other.verify(&url, &pairs, &signature));
    pairs.push(("one", "more"));
    assert!(!own.verify(&url, &pairs, &signature));
}

/// A snapshot is refused as a whole, or is a leg that saves to the same bytes again and that time alone ends.
pub fn snapshot_restore(bytes: &[u8]) {
    let mut engine = engine_with(Config::default());
    let calls = match engine.restore(START, bytes) {
        Ok(calls) => calls,
        Err(SnapshotError::Damaged(_) | SnapshotError::TooNew { .. }) => {
            return assert_eq!(engine.live_legs(), 0);
        }
        Err(error) => unreachable!("{error}"),
    };
    let Some(saved) = calls.first().and_then(|call| engine.snapshot(*call).ok()) else {
        unreachable!("a restored leg cannot be saved")
    };
    let mut other = engine_with(Config::default());
    assert_eq!(other.restore(START, &saved), Ok(calls.clone()));
    assert_eq!(other.next_timeout(), engine.next_timeout());
    run_out(&mut engine, &mut Seen::default(), START);
}

/// Any inputs in any order: nothing breaks, every call is billed once, and every call ends.
pub fn engine(bytes: &[u8]) {
    let mut script = bytes.iter().copied();
    let choices = script.next().unwrap_or_default();
    let mut engine = engine_with(Config {
        timeline: choices & 1 != 0,
        consult: choices & 2 != 0,
        strict: choices & 4 != 0,
        ..Config::default()
    });
    let Ok(leg) = "leg-1".parse::<LegId>() else { return };
    let mut seen = Seen::default();
    let mut now = START;
    let incoming = IncomingCall {
        leg: leg.clone(),
        from: Address::new("+15550100"),
        to: Address::new(APPLICATIONS[0]),
        forwarded_from: None,
        caller_name: None,
        stir_verstat: None,
        sip: None,
    };
    give(&mut engine, &mut seen, now, Input::IncomingCall(incoming));
    while let (Some(what), Some(detail)) = (script.next(), script.next()) {
        if what & 0x80 != 0 {
            now = now + u64::from(detail) * 700;
        }
        if let Some(input) = seen.input(&leg, what & 0x7f, detail, &mut script) {
            give(&mut engine, &mut seen, now, input);
        }
    }
    run_out(&mut engine, &mut seen, now);
    for call in &seen.calls {
        assert_eq!(seen.bills.iter().filter(|bill| *bill == call).count(), 1, "{call} is billed once");
    }
}

/// What the driver of a fuzzed engine knows.
#[derive(Default)]
struct Seen {
    replies: Vec<ReplyId>,
    calls: Vec<CallSid>,
    bills: Vec<CallSid>,
    /// The calls that were placed.
    placed: Vec<LegId>,
    /// The lines that the engine has ended.
    ended: Vec<LegId>,
    streams: Vec<StreamSid>,
    relays: Vec<RelaySid>,
}

impl Seen {
    fn reply(&self, detail: u8) -> Option<ReplyId> {
        let place = self.replies.len().checked_sub(1 + usize::from(detail & 15))?;
        self.replies.get(place).copied()
    }

    /// Something plays on a line, or records it; never on one that was ended.
    fn plays(&mut self, reply: ReplyId, leg: &LegId) {
        assert!(!self.ended.contains(leg), "{leg} was ended");
        self.replies.push(reply);
    }

    /// The input that two bytes stand for. Documents take their text from the script.
    fn input(
        &self,
        leg: &LegId,
        what: u8,
        detail: u8,
        script: &mut impl Iterator<Item = u8>,
    ) -> Option<Input> {
        // Now and then somebody who was called speaks instead of the caller.
        let called = self.placed.get(usize::from(detail & 3));
        let leg = called.filter(|_| what & 0x40 != 0).unwrap_or(leg).clone();
        Some(match what % 15 {
            0..=3 => Input::HttpResponse(HttpResponse {
                reply: self.reply(detail)?,
                status: if detail < 0xf0 { 200 } else { 500 },
                headers: vec![("Content-Type".to_owned(), "text/xml".to_owned())],
                body: document(script).into_bytes(),
            }),
            4 => {
                let reason = FailureReason::ALL.get(usize::from(detail >> 4)).copied()?;
                Input::HttpFailure(HttpFailure { reply: self.reply(detail)?, reason })
            }
            5 => Input::MediaDone(MediaDone { reply: self.reply(detail)?, failed: None }),
            6 => {
                let verdict =
                    if detail < 0x80 { Verdict::Allow } else { Verdict::Deny { reason: "no".into() } };
                Input::Verdict(PolicyVerdict { reply: self.reply(detail)?, verdict })
            }
            7 => {
                let key = b"0123456789*#ABCD".get(usize::from(detail & 15)).copied()?;
                Input::Digits(Digits { leg, digits: Pii::from(char::from(key).to_string()) })
            }
            8 => Input::Speech(Speech {
                leg,
                text: Pii::from("words"),
                confidence: Some(0.5),
                is_final: detail & 1 == 0,
            }),
            9 if detail > 0xe0 => Input::HungUp(HungUp { leg }),
            10 => {
                let call = *self.calls.get(usize::from(detail & 7))?;
                let change = match detail >> 6 {
                    0 => Change::Cancel,
                    1 => Change::Complete,
                    2 => Change::Twiml(document(script).into()),
                    _ => Change::Redirect {
                        url: Url::parse("https://a.example/update").ok()?,
                        method: crate::http::Method::Post,
                    },
                };
                Input::Modify(Modify { call, change })
            }
            11 => {
                let states = [
                    ProgressState::Ringing,
                    ProgressState::Answered,
                    ProgressState::Answered,
                    ProgressState::Busy,
                ];
                let state = states.get(usize::from(detail >> 6)).copied()?;
                let leg = called?.clone();
                Input::Progress(Progress { leg, state, sip: None })
            }
            12 => Input::Referred(Referred { leg, target: Pii::from("sip:c@x.example") }),
            13 => self.socket(leg, detail, script)?,
            14 => answer_of_a_service(self.reply(detail)?, detail),
            _ => Input::Tick,
        })
    }

    /// What happens to a socket. Frames take their text from the script.
    fn socket(&self, leg: LegId, detail: u8, script: &mut impl Iterator<Item = u8>) -> Option<Input> {
        let event = SocketEvent::ALL.get(usize::from(detail & 15)).copied().unwrap_or(SocketEvent::Opened);
        let detail_text = "".into();
        Some(match detail >> 4 {
            4..=7 => {
                let stream = *self.streams.get(usize::from(script.next()? & 3))?;
                Input::StreamEvent(StreamEvent { leg, stream, event, detail: detail_text })
            }
            8..=10 => {
                Input::RelayEvent(RelayEvent { leg, relay: *self.relays.last()?, event, detail: detail_text })
            }
            _ => {
                let frame = FRAMES.get(usize::from(script.next()?) % FRAMES.len()).copied()?;
                Input::RelayMessage(RelayMessage { leg, relay: *self.relays.last()?, text: frame.into() })
            }
        })
    }
}

fn answer_of_a_service(reply: ReplyId, detail: u8) -> Input {
    match detail >> 5 {
        0 | 1 => {
            let outcome = ChargeOutcome::Paid {
                token: Some(Pii::from("tok")),
                confirmation_code: Some(Pii::from("ok")),
                profile_id: None,
            };
            Input::ChargeDone(ChargeDone { reply, outcome })
        }
        2 => {
            let outcome = ChargeOutcome::Failed { code: 64_012, message: "no".into(), connector_error: None };
            Input::ChargeDone(ChargeDone { reply, outcome })
        }
        3 => Input::MessageStatus(MessageStatus { reply, sent: true }),
        4 | 5 => Input::RecordingTranscribed(RecordingTranscribed { reply, text: Some(Pii::from("words")) }),
        6 => Input::ReferProgress(ReferProgress { reply, step: ReferStep::Response(202) }),
        _ => Input::ReferProgress(ReferProgress { reply, step: ReferStep::Notify(200) }),
    }
}

/// Pieces that a fuzzer would take long to find by itself.
const PIECES: [&str; 41] = [
    "<Say>hi</Say>",
    "<Say/>",
    "<Play>x.wav</Play>",
    "<Play digits='1w'/>",
    "<Pause/>",
    "<Pause length='30'/>",
    "<Gather numDigits='2'/>",
    "<Gather input='speech' partialResultCallback='/p'>",
    "<Gather timeout='0' actionOnEmptyResult='true'>",
    "</Gather>",
    "<Record maxLength='3' recordingStatusCallback='/r'/>",
    "<Redirect>/next</Redirect>",
    "<Redirect/>",
    "<Hangup/>",
    "<Hangup><Parameter name='a' value='b'/></Hangup>",
    "<Reject reason='busy'/>",
    "<Dial><Application>APb</Application></Dial>",
    "<Dial action='/after' record='true'><Application statusCallback='/s'>APb</Application></Dial>",
    "<Dial answerOnBridge='true' timeout='5'><Application>APa</Application></Dial>",
    "<Dial hangupOnStar='true' timeLimit='9'><Application>APb</Application></Dial>",
    "<Dial>",
    "</Dial>",
    "<Number url='/screen' statusCallback='/c'>+15550111</Number>",
    "<Client>zoe</Client>",
    "<Dial sequential='true' referUrl='/refer' action='/after'>",
    "<Dial hangupOnStar='true' timeLimit='9' record='true'>+15550111</Dial>",
    "<Enqueue action='/q'>x</Enqueue>",
    "<Leave/>",
    "<Start><Stream name='a' url='wss://a.example/m' statusCallback='/s'/></Start>",
    "<Start><Siprec name='s'/><Recording/></Start>",
    "<Start><Transcription statusCallbackUrl='/t'/></Start>",
    "<Stop><Stream name='a'/><Siprec/><Recording/></Stop>",
    "<Connect action='/c'><Stream url='wss://a.example/m'/></Connect>",
    "<Connect><ConversationRelay url='wss://a.example/r' welcomeGreeting='hi' dtmfDetection='true'/></Connect>",
    "<Connect action='/c'><ConversationRelay url='wss://a.example/r'/></Connect>",
    "<Connect><VirtualAgent connectorName='v'/></Connect>",
    "<Pay securityCode='false' postalCode='false' statusCallback='/p' timeout='1'/>",
    "<Pay paymentMethod='ach-debit' maxAttempts='1'><Prompt for='bank-routing-number'><Say>x</Say></Prompt></Pay>",
    "<Refer action='/referred'><Sip>sip:a@b.example</Sip></Refer>",
    "<Sms to='+15550111' statusCallback='/m'>hi</Sms>",
    "<Record transcribe='true' transcribeCallback='/t' maxLength='9'/>",
];

/// Frames of the application of a relay.
const FRAMES: [&str; 8] = [
    r#"{"type":"text","token":"one ","last":false}"#,
    r#"{"type":"text","token":"two","last":true}"#,
    r#"{"type":"text","token":"three","last":true,"preemptible":true,"interruptible":false}"#,
    r#"{"type":"play","source":"https://a.example/x.wav","loop":0}"#,
    r#"{"type":"sendDigits","digits":"1w#"}"#,
    r#"{"type":"language","ttsLanguage":"de-DE","transcriptionLanguage":"de-DE"}"#,
    r#"{"type":"end","handoffData":"{}"}"#,
    r#"{"type":"nothing"#,
];

/// A document of the pieces that the script names, up to a zero.
fn document(script: &mut impl Iterator<Item = u8>) -> String {
    let mut text = String::from("<Response>");
    for byte in script.take_while(|byte| *byte != 0).take(12) {
        text.push_str(PIECES.get(usize::from(byte) % PIECES.len()).copied().unwrap_or_default());
    }
    text.push_str("</Response>");
    text
}

fn give(engine: &mut Engine, seen: &mut Seen, now: Millis, input: Input) {
    // Which inputs are refused is not of interest here.
    let _ = engine.handle(now, input);
    while let Some(effect) = engine.poll_effect() {
        match effect {
            Effect::Fetch(fetch) => {
                seen.replies.push(fetch.reply);
                if !seen.calls.contains(&fetch.call) {
                    seen.calls.push(fetch.call);
                }
            }
            Effect::Notify(notify) => seen.replies.push(notify.reply),
            Effect::Say(say) => seen.plays(say.reply, &say.leg),
            Effect::Play(play) => seen.plays(play.reply, &play.leg),
            Effect::StartRecording(start) => seen.plays(start.reply, &start.leg),
            Effect::Dial(dial) => seen.placed.push(dial.leg),
            Effect::Bridge(bridge) => {
                assert!(!seen.ended.contains(&bridge.leg) && !seen.ended.contains(&bridge.other));
            }
            Effect::Consult(consult) => seen.replies.push(consult.reply),
            Effect::OpenRelay(open) => seen.relays.push(open.relay),
            Effect::OpenStream(open) => seen.streams.push(open.stream),
            Effect::Charge(charge) => seen.replies.push(charge.reply),
            Effect::Refer(refer) => seen.replies.push(refer.reply),
            Effect::SendMessage(message) => seen.replies.push(message.reply),
            Effect::Transcribe(transcribe) => seen.replies.push(transcribe.reply),
            Effect::Settle(bill) => seen.bills.push(bill.call),
            Effect::HangUp(end) => {
                assert!(!seen.ended.contains(&end.leg), "a line ends twice");
                seen.ended.push(end.leg);
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

/// Lets time pass until no leg is left.
fn run_out(engine: &mut Engine, seen: &mut Seen, now: Millis) {
    for _ in 0..4_000 {
        let Some(next) = engine.next_timeout() else { break };
        let now = next.max(now);
        give(engine, seen, now, Input::Tick);
        assert!(engine.next_timeout().is_none_or(|next| next > now || now == Millis(u64::MAX)));
    }
    assert_eq!(engine.live_legs(), 0, "a call never ends");
}

const APPLICATIONS: [&str; 2] = ["app:APa", "app:APb"];

fn engine_with(config: Config) -> Engine {
    let mut engine = Engine::new(config, Seed::new([7; 32]));
    if let Some(registry) = registry() {
        engine.set_registry(registry.into());
    }
    engine
}

/// Two accounts with an application each, open to all.
fn registry() -> Option<Registry> {
    let mut builder = RegistryBuilder::new();
    for name in APPLICATIONS {
        let (_, sid) = name.split_once(':')?;
        let letter = sid.get(2..)?;
        let account = format!("AC{letter:0>32}").parse().ok()?;
        let hook = |path: &str| {
            let url = Url::parse(&format!("https://{letter}.example/{path}")).ok()?;
            Some(Webhook { url, method: crate::http::Method::Post })
        };
        builder.account(Account::new(account, None, AccountStatus::Active, Secret::new(letter)));
        builder.application(Application {
            sid: sid.parse().ok()?,
            account,
            friendly_name: letter.into(),
            voice: hook("voice"),
            fallback: hook("fallback"),
            status_callback: hook("status"),
            public_application_connect_enabled: true,
            caller_name_lookup: false,
            api_version: ApiVersion::default(),
            access: Access::default(),
        });
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// Runs a body over its part of the corpus, and over every file cut in half and with its bytes turned.
    fn over_corpus(target: &str, body: fn(&[u8])) {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
        let mut files = 0;
        for file in fs::read_dir(&directory).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            files += 1;
            body(&bytes);
            body(&bytes[..bytes.len() / 2]);
            for place in (0..bytes.len()).step_by(bytes.len() / 64 + 1) {
                for change in [1, 0x20, 0x80] {
                    let mut turned = bytes.clone();
                    turned[place] ^= change;
                    body(&turned);
                }
            }
        }
        assert!(files >= 3, "{target} has {files} files");
    }

    #[test]
    fn parse_holds_over_its_corpus() {
        over_corpus("parse", parse);
    }

    #[test]
    fn form_roundtrip_holds_over_its_corpus() {
        over_corpus("form_roundtrip", form_roundtrip);
    }

    #[test]
    fn signature_url_holds_over_its_corpus() {
        over_corpus("signature_url", signature_url);
    }

    #[test]
    fn snapshot_restore_holds_over_its_corpus() {
        over_corpus("snapshot_restore", snapshot_restore);
    }

    #[test]
    fn engine_holds_over_its_corpus() {
        over_corpus("engine", engine);
    }

    #[test]
    fn the_registry_of_the_targets_is_whole() {
        let registry = registry().unwrap();
        assert!(registry.application("APa").is_some() && registry.application("APb").is_some());
    }
}
