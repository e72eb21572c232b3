//! How the session of a `<ConversationRelay>` begins and ends.

use serde_json::{Map, Value};

use super::frames::Outgoing;
use super::{go_on, of_language, refuse, send_text};
use crate::address::AddressKind;
use crate::call::cx::Cx;
use crate::call::params::{Form, parent, put};
use crate::call::verb::{Flow, connect, start, stream};
use crate::call::{Content, Interruptible, Relay, Running, Timer, Utterance};
use crate::effect::{CloseRelay, Collect, Effect, OpenRelay, SpeechOptions, StopCollect, StopMedia};
use crate::event::{Service, ServiceState};
use crate::id::RelaySid;
use crate::input::SocketEvent;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Node};

/// Begins the `<ConversationRelay>` of a `<Connect>`.
pub(in crate::call::verb) fn connect(cx: &mut Cx<'_, '_>, node: Node<'_>, noun: Node<'_>) -> Flow {
    let sid = cx.line.new_relay(cx.world.seed);
    let language = noun.word(Attribute::Language).unwrap_or_default();
    let own = |attribute| noun.attribute(attribute).unwrap_or(language).to_owned();
    let relay = Relay {
        sid,
        opened: None,
        speech: own(Attribute::TtsLanguage),
        transcription: own(Attribute::TranscriptionLanguage),
        tokens: String::new(),
        playing: None,
        queue: Vec::new(),
    };
    let request = stream::socket_url(noun).and_then(|url| stream::socket_request(cx, &url));
    match request {
        Ok(request) => {
            let (leg, call, account) = (cx.line.id.clone(), cx.call.sid, cx.call.account);
            cx.effect(Effect::OpenRelay(OpenRelay { relay: sid, leg, call, account, request }));
            stream::await_socket(cx);
            Flow::Park(Running::Relaying(Box::new(relay)))
        }
        Err(problem) => failed(cx, node, &relay, problem),
    }
}

/// Something happened to the socket.
pub(crate) fn event(
    cx: &mut Cx<'_, '_>,
    node: Node<'_>,
    mut relay: Box<Relay>,
    event: SocketEvent,
    detail: &str,
) -> Flow {
    match event {
        SocketEvent::Opened => {
            if let Some(noun) = node.first_child().filter(|_| relay.opened.is_none()) {
                cx.call.timers.stop(Timer::Verb);
                relay.opened = Some(cx.now());
                opened(cx, noun, &mut relay);
            }
            Flow::Park(Running::Relaying(relay))
        }
        _ if event.is_end() => {
            let own = stream::socket_problem(event, detail).message;
            let problem = if event == SocketEvent::Closed && relay.opened.is_some() {
                let message = "the application closed the socket without an end message";
                Problem::new(Code::RelayDisconnected, message)
            } else {
                Problem::new(Code::RelayNetwork, own)
            };
            failed(cx, node, &relay, problem)
        }
        _ => {
            refuse(cx, &relay, event, detail);
            Flow::Park(Running::Relaying(relay))
        }
    }
}

/// The first frame, the listening, and the greeting.
fn opened(cx: &mut Cx<'_, '_>, noun: Node<'_>, relay: &mut Relay) {
    start::report(cx, Service::ConversationRelay, relay.sid.as_str(), ServiceState::Started);
    setup(cx, noun, relay);
    listen(cx, noun, relay);
    let greeting = noun.attribute(Attribute::WelcomeGreeting).unwrap_or_default();
    let text = greeting.split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.is_empty() {
        let word = noun.word(Attribute::WelcomeGreetingInterruptible).unwrap_or_default();
        let content = Content::Words { text, language: relay.speech.clone() };
        let interruptible = Interruptible::from_word(word);
        relay.queue.push(Utterance {
            content,
            interruptible,
            preemptible: noun.flag(Attribute::Preemptible),
        });
        go_on(cx, noun, relay);
    }
}

fn setup(cx: &mut Cx<'_, '_>, noun: Node<'_>, relay: &Relay) {
    let parameters = start::parameters(cx, noun);
    let custom: Map<String, Value> =
        parameters.into_iter().map(|(name, value)| (name, Value::from(value.0))).collect();
    let call = &*cx.call;
    let parent = parent(call, cx.world.config);
    let caller_name = call.caller_name.as_ref().filter(|_| call.caller_name_lookup);
    let frame = Outgoing::Setup {
        session_id: relay.sid.as_str(),
        account_sid: call.account.as_str(),
        call_sid: call.sid.as_str(),
        parent_call_sid: parent.map_or("", |parent| parent.as_str()),
        from: call.from.as_str(),
        to: call.to.as_str(),
        forwarded_from: call.forwarded_from.as_ref().map_or("", |from| from.reveal()),
        caller_name: caller_name.map_or("", |name| name.reveal()),
        direction: call.direction().as_str(),
        call_type: match call.from.kind() {
            AddressKind::Client => "CLIENT",
            AddressKind::Sip => "SIP",
            AddressKind::Application | AddressKind::PhoneNumber => "PSTN",
        },
        call_status: &call.status.as_str().to_uppercase(),
        custom_parameters: custom,
    };
    let text = frame.to_text();
    send_text(cx, relay.sid, text);
}

/// Listens to the caller, in the language of the moment.
pub(super) fn listen(cx: &mut Cx<'_, '_>, noun: Node<'_>, relay: &Relay) {
    let own = of_language(noun, &relay.transcription).and_then(|node| node.attribute(Attribute::SpeechModel));
    let model = own.or_else(|| noun.attribute(Attribute::SpeechModel)).unwrap_or("default");
    let speech = SpeechOptions {
        language: relay.transcription.as_str().into(),
        hints: noun.attribute(Attribute::Hints).unwrap_or_default().into(),
        model: model.into(),
        profanity_filter: noun.flag(Attribute::ProfanityFilter),
        speech_timeout: noun.attribute(Attribute::SpeechTimeout).and_then(|seconds| seconds.parse().ok()),
        partial_results: noun.flag(Attribute::PartialPrompts),
    };
    cx.effect(Effect::Collect(Collect {
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        digits: noun.flag(Attribute::DtmfDetection),
        speech: Some(speech),
    }));
}

/// The application ends the session.
pub(super) fn end(cx: &mut Cx<'_, '_>, node: Node<'_>, relay: &Relay, handoff: Option<String>) -> Flow {
    quiet(cx, relay);
    close(cx, relay.sid);
    start::report(cx, Service::ConversationRelay, relay.sid.as_str(), ServiceState::Stopped);
    let form = outcome(cx, relay, "ended", handoff, None);
    connect::ended(cx, node, form)
}

/// The session cannot go on.
fn failed(cx: &mut Cx<'_, '_>, node: Node<'_>, relay: &Relay, problem: Problem) -> Flow {
    cx.call.timers.stop(Timer::Verb);
    cx.problem_once(problem.clone());
    quiet(cx, relay);
    start::report(cx, Service::ConversationRelay, relay.sid.as_str(), ServiceState::Failed);
    let form = outcome(cx, relay, "failed", None, Some(problem));
    connect::ended(cx, node, form)
}

/// The edge has not said in time what became of the socket.
pub(crate) fn lost(cx: &mut Cx<'_, '_>, node: Node<'_>, relay: &Relay) -> Flow {
    close(cx, relay.sid);
    let problem = Problem::new(Code::RelayNetwork, "the socket was not open in time");
    failed(cx, node, relay, problem)
}

/// Ends the session from our side, and says what the `action` is told of it.
pub(crate) fn stop(cx: &mut Cx<'_, '_>, relay: &Relay, line_gone: bool) -> Form<'static> {
    if !line_gone {
        quiet(cx, relay);
    }
    close(cx, relay.sid);
    start::report(cx, Service::ConversationRelay, relay.sid.as_str(), ServiceState::Stopped);
    outcome(cx, relay, "completed", None, None)
}

/// Neither speaks nor listens any more.
fn quiet(cx: &mut Cx<'_, '_>, relay: &Relay) {
    let leg = cx.line.id.clone();
    if relay.playing.is_some() {
        cx.effect(Effect::StopMedia(StopMedia { leg: leg.clone() }));
    }
    if relay.opened.is_some() {
        cx.effect(Effect::StopCollect(StopCollect { leg }));
    }
}

fn close(cx: &mut Cx<'_, '_>, relay: RelaySid) {
    let leg = cx.line.id.clone();
    cx.effect(Effect::CloseRelay(CloseRelay { relay, leg }));
}

fn outcome(
    cx: &Cx<'_, '_>,
    relay: &Relay,
    status: &'static str,
    handoff: Option<String>,
    error: Option<Problem>,
) -> Form<'static> {
    let mut form = Form::with_capacity(6);
    let seconds = relay.opened.map_or(0, |opened| cx.now().seconds_since(opened));
    put(&mut form, "SessionId", relay.sid.as_str().to_owned());
    put(&mut form, "SessionStatus", status);
    put(&mut form, "SessionDuration", seconds.to_string());
    if let Some(data) = handoff {
        put(&mut form, "HandoffData", data);
    }
    if let Some(problem) = error {
        put(&mut form, "ErrorCode", problem.code.number().to_string());
        put(&mut form, "ErrorMessage", problem.message.into_string());
    }
    form
}
