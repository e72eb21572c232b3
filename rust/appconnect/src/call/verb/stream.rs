//! `<Stream>`: the audio of the call goes to a socket of the application, and in a `<Connect>` its audio comes back
//! (`twiml-voice.md` section 7). What is said on the socket is the edge's business.

use super::{Flow, connect, start};
use crate::call::cx::Cx;
use crate::call::exchange::{Plan, Role};
use crate::call::params::{Form, put};
use crate::call::{Background, Running, Stream, Timer, Track};
use crate::effect::{CloseStream, Effect, OpenStream, SendDtmf};
use crate::event::{Purpose, Service, ServiceState};
use crate::http::{SocketRequest, SocketUrl, SocketUrlError};
use crate::input::SocketEvent;
use crate::pii::Pii;
use crate::problem::{Code, Problem};
use crate::registry::Webhook;
use crate::twiml::{Attribute, Node};

/// Time that the edge has, beyond that of the handshake, to say what became of a socket.
const LOST_EVENT_GRACE_MS: u64 = 5_000;

/// Begins a `<Stream>` of a `<Start>`.
pub(super) fn start(cx: &mut Cx<'_, '_>, noun: Node<'_>) {
    let stream = named(cx, noun);
    let opened = start::admit(cx, noun, Service::Stream, stream.track.forks());
    match opened.and_then(|()| open(cx, noun, &stream, false)) {
        Ok(()) => cx.call.background.push(Background::Stream(Box::new(stream))),
        Err(problem) => refuse(cx, &stream, problem),
    }
}

/// Begins the `<Stream>` of a `<Connect>`: the document waits for its end.
pub(super) fn connect(cx: &mut Cx<'_, '_>, node: Node<'_>, noun: Node<'_>) -> Flow {
    let stream = named(cx, noun);
    let track = if stream.track == Track::Inbound {
        Ok(())
    } else {
        let message =
            "a <Stream> in <Connect> hears the caller alone: leave track out, or write inbound_track";
        Err(Problem::at(Code::StreamTrack, noun.span(), message))
    };
    let admitted = track.and_then(|()| start::admit(cx, noun, Service::Stream, 0));
    match admitted.and_then(|()| open(cx, noun, &stream, true)) {
        Ok(()) => {
            await_socket(cx);
            Flow::Park(Running::Streaming(Box::new(stream)))
        }
        Err(problem) => {
            refuse(cx, &stream, problem);
            connect::ended(cx, node, Vec::new())
        }
    }
}

/// Gives the edge so long to open a socket.
pub(super) fn await_socket(cx: &mut Cx<'_, '_>) {
    let until = cx.now() + u64::from(cx.world.config.socket_connect_ms) + LOST_EVENT_GRACE_MS;
    cx.call.timers.set(Timer::Verb, until);
}

fn named(cx: &mut Cx<'_, '_>, noun: Node<'_>) -> Stream {
    Stream {
        sid: cx.line.new_stream(cx.world.seed),
        name: start::name(noun),
        track: Track::from_word(noun.word(Attribute::Track).unwrap_or_default()),
        callback: callback(cx, noun, Attribute::StatusCallback),
        open: false,
    }
}

/// The status callback of a noun, if it names one.
pub(super) fn callback(cx: &mut Cx<'_, '_>, noun: Node<'_>, attribute: Attribute) -> Option<Webhook> {
    let url = super::callback(cx, noun, attribute)?;
    Some(Webhook { url, method: noun.method(Attribute::StatusCallbackMethod) })
}

fn open(cx: &mut Cx<'_, '_>, noun: Node<'_>, stream: &Stream, bidirectional: bool) -> Result<(), Problem> {
    let url = socket_url(noun)?;
    if url.query().is_some() {
        let message = "the url of a <Stream> has no query string: write <Parameter>s instead";
        return Err(Problem::at(Code::StreamUrl, noun.span(), message));
    }
    let request = socket_request(cx, &url)?;
    let parameters = start::parameters(cx, noun);
    cx.effect(Effect::OpenStream(OpenStream {
        stream: stream.sid,
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        account: cx.call.account,
        request,
        track: stream.track.as_str().into(),
        bidirectional,
        parameters,
    }));
    Ok(())
}

/// The `url` of a noun that opens a socket.
pub(super) fn socket_url(noun: Node<'_>) -> Result<SocketUrl, Problem> {
    let name = noun.element().name();
    let text = noun.url(Attribute::Url).map_err(|code| {
        Problem::at(code, noun.span(), format!("the url of this <{name}> is no wss URL: write wss://…"))
    })?;
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        let message = format!("this <{name}> needs a url: the wss URL of a socket");
        return Err(Problem::at(Code::StreamUrl, noun.span(), message));
    };
    SocketUrl::parse(text).map_err(|error| {
        let code = if error == SocketUrlError::Scheme { Code::StreamScheme } else { Code::StreamUrl };
        Problem::at(code, noun.span(), error.to_string())
    })
}

/// The handshake to a socket, signed by the account of the call.
pub(super) fn socket_request(cx: &Cx<'_, '_>, url: &SocketUrl) -> Result<SocketRequest, Problem> {
    let Some(account) = cx.world.registry.account(&cx.call.account) else {
        let message = "the account of this call is no longer registered";
        return Err(Problem::new(Code::AccountInactive, message));
    };
    Ok(url.request(&account.signer, cx.world.config.socket_connect_ms))
}

fn refuse(cx: &mut Cx<'_, '_>, stream: &Stream, problem: Problem) {
    let message = problem.message.clone();
    cx.problem_once(problem);
    fail(cx, stream, &message);
}

fn fail(cx: &mut Cx<'_, '_>, stream: &Stream, message: &str) {
    start::report(cx, Service::Stream, stream.name(), ServiceState::Failed);
    tell(cx, stream, "stream-error", Some(message));
}

/// Sends the status of a stream (`webhooks.md` section 10.5).
fn tell(cx: &mut Cx<'_, '_>, stream: &Stream, event: &'static str, error: Option<&str>) {
    let Some(callback) = &stream.callback else { return };
    let mut form = status(cx, "Stream", event);
    put(&mut form, "StreamSid", stream.sid.as_str().to_owned());
    put(&mut form, "StreamName", stream.name());
    if let Some(error) = error {
        put(&mut form, "StreamError", error);
    }
    notify(cx, callback, Purpose::StreamStatus, &form);
}

/// The parameters that the status callbacks of services have in common: `service` is the prefix of the event's name.
pub(super) fn status(cx: &Cx<'_, '_>, service: &str, event: &'static str) -> Form<'static> {
    let mut form = Form::with_capacity(16);
    put(&mut form, "AccountSid", cx.call.account.as_str().to_owned());
    put(&mut form, "CallSid", cx.call.sid.as_str().to_owned());
    put(&mut form, format!("{service}Event"), event);
    put(&mut form, "Timestamp", cx.now().iso8601());
    form
}

/// Sends a status callback of a service.
pub(super) fn notify(cx: &mut Cx<'_, '_>, callback: &Webhook, purpose: Purpose, form: &Form<'_>) {
    let (method, url) = (callback.method, &callback.url);
    let plan = Plan { purpose, role: Role::Callback, method, url, sequence: None };
    if let Err(problem) = cx.request_bare(cx.call.sid, &plan, form) {
        cx.problem_in(problem, None, Some(url));
    }
}

/// Ends a stream from our side.
pub(crate) fn stop(cx: &mut Cx<'_, '_>, stream: &Stream) {
    let leg = cx.line.id.clone();
    cx.effect(Effect::CloseStream(CloseStream { stream: stream.sid, leg }));
    if stream.open {
        stopped(cx, stream);
    }
}

fn stopped(cx: &mut Cx<'_, '_>, stream: &Stream) {
    start::report(cx, Service::Stream, stream.name(), ServiceState::Stopped);
    tell(cx, stream, "stream-stopped", None);
}

/// Takes in what happened to the socket of a stream. Says whether the stream goes on.
pub(crate) fn event(cx: &mut Cx<'_, '_>, stream: &mut Stream, event: SocketEvent, detail: &str) -> bool {
    match event {
        SocketEvent::Opened => {
            if !std::mem::replace(&mut stream.open, true) {
                start::report(cx, Service::Stream, stream.name(), ServiceState::Started);
                tell(cx, stream, "stream-started", None);
            }
        }
        SocketEvent::Closed if stream.open => stopped(cx, stream),
        SocketEvent::Closed => {
            let problem = socket_problem(SocketEvent::Handshake, "it was closed before it was open");
            refuse(cx, stream, problem);
        }
        _ => {
            let problem = socket_problem(event, detail);
            if event.is_end() {
                refuse(cx, stream, problem);
            } else {
                cx.problem(problem);
            }
        }
    }
    !event.is_end()
}

/// What happened to a socket, for the account.
pub(super) fn socket_problem(event: SocketEvent, detail: &str) -> Problem {
    let code = event.code_number().and_then(|number| Code::from_number(number.into()));
    let detail = if detail.is_empty() { event.as_str() } else { detail };
    Problem::new(code.unwrap_or(Code::StreamUnknown), format!("the socket: {detail}"))
}

/// Something happened to the socket of the stream that a `<Connect>` waits for.
pub(crate) fn connected_event(
    cx: &mut Cx<'_, '_>,
    node: Node<'_>,
    mut stream: Box<Stream>,
    what: SocketEvent,
    detail: &str,
) -> Flow {
    if what == SocketEvent::Opened || what.is_end() {
        cx.call.timers.stop(Timer::Verb);
    }
    if event(cx, &mut stream, what, detail) {
        return Flow::Park(Running::Streaming(stream));
    }
    connect::ended(cx, node, Vec::new())
}

/// The edge has not said in time what became of the socket.
pub(crate) fn lost(cx: &mut Cx<'_, '_>, node: Node<'_>, stream: &Stream) -> Flow {
    let leg = cx.line.id.clone();
    cx.effect(Effect::CloseStream(CloseStream { stream: stream.sid, leg }));
    refuse(cx, stream, socket_problem(SocketEvent::Timeout, "it was not open in time"));
    connect::ended(cx, node, Vec::new())
}

/// The caller pressed keys while an application had the call by a stream.
pub(crate) fn digits(cx: &mut Cx<'_, '_>, stream: &Stream, keys: &str) {
    if stream.open {
        let leg = cx.line.id.clone();
        cx.effect(Effect::SendDtmf(SendDtmf { stream: stream.sid, leg, digits: Pii::from(keys) }));
    }
}
