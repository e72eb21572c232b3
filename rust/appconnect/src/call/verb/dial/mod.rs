//! `<Dial>`: the caller is connected to somebody, and comes back with what became of it.
//!
//! This file is what all kinds of `<Dial>` share: their times, their recordings, and what the `action` is told.

mod application;
mod conference;
pub(super) mod endpoint;
mod parties;
mod queue;

use super::record::{begin, stop, words};
use super::{Flow, Goto, action, callback, reference};
use crate::address::Address;
use crate::call::cx::Cx;
use crate::call::params::{Form, put, recording};
use crate::call::{CallStatus, Calling, EventCallback, Parameters, Recording, RecordingSource, Timer};
use crate::event::{EventKind, Purpose, Returned};
use crate::http::Url;
use crate::id::{CallSid, QueueSid};
use crate::input::SipFacts;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Element, Node};

pub(crate) use application::{dial, vetoed};
pub(crate) use conference::Participating;
pub(crate) use parties::next_party;

/// How a `<Dial>` ended, as its own account sees it (`application-connect.md` section 6.1).
pub(crate) struct Ended {
    /// `DialCallStatus`.
    pub(crate) status: CallStatus,
    /// `DialBridged`: the caller was connected.
    pub(crate) bridged: bool,
    /// `DialCallSid`, if a call was made.
    pub(crate) child: Option<CallSid>,
    /// `DialCallDuration`, if it is told.
    pub(crate) seconds: Option<u64>,
    /// What the other application returned.
    pub(crate) returns: Parameters,
    pub(crate) recording: Option<Recording>,
    /// Why nothing could be dialled.
    pub(crate) error: Option<(Code, Box<str>)>,
    /// What SIP says of the call that was made.
    pub(crate) sip: Option<SipFacts>,
    /// The queue that the other call came out of, and whole seconds that it had waited.
    pub(crate) queue: Option<(QueueSid, u64)>,
    /// Whether it was a conference, which is always told as answered.
    pub(crate) conference: bool,
}

impl Ended {
    pub(crate) fn failed(code: Code, message: impl Into<Box<str>>) -> Self {
        Self {
            status: CallStatus::Failed,
            bridged: false,
            child: None,
            seconds: None,
            returns: Vec::new(),
            recording: None,
            error: Some((code, message.into())),
            sip: None,
            queue: None,
            conference: false,
        }
    }

    /// What a `<Dial>` is told that was stopped before it had made a call.
    pub(crate) const fn unanswered() -> Self {
        Self {
            status: CallStatus::NoAnswer,
            bridged: false,
            child: None,
            seconds: None,
            returns: Vec::new(),
            recording: None,
            error: None,
            sip: None,
            queue: None,
            conference: false,
        }
    }

    /// What a `<Dial>` is told that has brought its call into a conference. Whether it was bridged nobody knows
    /// (`twiml-voice.md` section 6.3 recommends yes).
    pub(crate) fn conferred() -> Self {
        Self { status: CallStatus::Completed, bridged: true, conference: true, ..Self::unanswered() }
    }
}

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    if let Some(ended) = broken_rule(cx, node) {
        return after(cx, node, ended);
    }
    let noun = node.first_child();
    let application = noun.filter(|noun| noun.element() == Element::Application);
    if let Some(application) = application {
        // Looked at before anything is known of the application, so that a bad URL shows no more of one SID than of
        // another (`reliability.md` T-02).
        callback(cx, application, Attribute::StatusCallback);
        return dial(cx, node, false);
    }
    if let Some(queue) = noun.filter(|noun| noun.element() == Element::Queue) {
        return queue::enter(cx, node, queue);
    }
    if let Some(conference) = noun.filter(|noun| noun.element() == Element::Conference) {
        return conference::enter(cx, node, conference);
    }
    match noun.map(|noun| noun.element()) {
        None if node.text().trim().is_empty() => {
            let message = "<Dial> has nothing to dial: put a number or a noun such as <Application> into it";
            cx.problem_at(node, Code::DialNested, message);
            after(cx, node, Ended::failed(Code::DialNested, message))
        }
        _ => parties::enter(cx, node),
    }
}

/// The time that whoever is dialled has to answer begins; the caller hears it ring.
fn ring(cx: &mut Cx<'_, '_>, node: Node<'_>, calling: &mut Calling) {
    let buffer = cx.world.config.dial_timeout_buffer;
    let until = cx.now().plus_seconds(timeout(node).saturating_add(buffer));
    cx.call.timers.set(Timer::Dial, until);
    if calling.recording.is_none() {
        calling.recording = start_recording(cx, node, "ringing");
    }
    if cx.line.answered {
        cx.ringback(true, node.attribute(Attribute::RingTone));
    }
}

/// A `<Dial>` of a queue has lost the call that it was about to get, and waits for the next one as long as for the
/// first.
pub(crate) fn ring_for_member(cx: &mut Cx<'_, '_>, node: Node<'_>, calling: &mut Calling) {
    ring(cx, node, calling);
    if let Some(queue) = &calling.queue {
        queue::stand_by(cx, queue.queue);
    }
}

/// What a strict operator makes of a `<Dial>` in which the validator found something.
fn broken_rule(cx: &Cx<'_, '_>, node: Node<'_>) -> Option<Ended> {
    let program = cx.call.program.as_ref().filter(|_| cx.world.config.strict)?;
    let extent = node.extent();
    let inside = |problem: &&Problem| {
        problem.span.is_some_and(|span| (extent.start..extent.end).contains(&span.start))
    };
    let problem = program.document.problems().iter().find(inside)?;
    Some(Ended::failed(problem.code, problem.message.clone()))
}

/// Who calls, as an application that is dialled sees it.
fn caller_id(cx: &Cx<'_, '_>, node: Node<'_>) -> Address {
    node.attribute(Attribute::CallerId).map_or_else(|| cx.call.from.clone(), Address::new)
}

/// Where the progress of a noun goes. What is wrong with the URL was told when the verb began.
fn noun_callback(cx: &Cx<'_, '_>, noun: Node<'_>) -> Option<EventCallback> {
    let url = reference(cx, noun, Attribute::StatusCallback).ok().flatten()?;
    Some(EventCallback {
        url,
        method: noun.method(Attribute::StatusCallbackMethod),
        events: words(noun, Attribute::StatusCallbackEvent),
    })
}

/// Seconds that the dialled side has to answer.
pub(crate) fn timeout(node: Node<'_>) -> u64 {
    u64::from(node.count(Attribute::Timeout))
}

/// Seconds that the caller may stay with the dialled side.
pub(crate) fn time_limit(node: Node<'_>) -> u64 {
    u64::from(node.count(Attribute::TimeLimit))
}

/// Starts the recording that a `<Dial>` asks for, at the moment it asks for: `ringing` or `answer`.
pub(crate) fn start_recording(cx: &mut Cx<'_, '_>, node: Node<'_>, moment: &str) -> Option<Recording> {
    let wanted = node.attribute(Attribute::Record)?;
    let mode = if wanted == "true" { "record-from-answer" } else { wanted };
    let (from, dual) = match mode.strip_suffix("-dual") {
        Some(from) => (from, true),
        None => (mode, false),
    };
    if from.strip_prefix("record-from-") != Some(moment) {
        return None;
    }
    let (_, recording) = begin(cx, node, RecordingSource::DialVerb, dual);
    Some(recording)
}

/// Stops the recording of a `<Dial>`.
pub(crate) fn stop_recording(cx: &mut Cx<'_, '_>, recording: &mut Recording) {
    stop(cx, recording);
}

/// What the `action` of a `<Dial>` is told when it has ended, if it has one.
pub(crate) fn action_of(cx: &mut Cx<'_, '_>, node: Node<'_>, ended: Ended) -> Result<Option<Goto>, Problem> {
    if let Some(child) = ended.child {
        cx.report(|_| {
            EventKind::Returned(Returned {
                child,
                status: ended.status,
                bridged: ended.bridged,
                seconds: ended.seconds,
                parameters: ended.returns.clone(),
            })
        });
    }
    let Some(url) = action(cx, node)? else { return Ok(None) };
    let mut extra = Vec::with_capacity(8 + ended.returns.len());
    let status = if ended.conference { "answered" } else { ended.status.as_str() };
    put(&mut extra, "DialCallStatus", status);
    if let Some(child) = ended.child {
        put(&mut extra, "DialCallSid", child.as_str().to_owned());
    }
    if let Some(seconds) = ended.seconds {
        put(&mut extra, "DialCallDuration", seconds.to_string());
    }
    put(&mut extra, "DialBridged", if ended.bridged { "true" } else { "false" });
    if let Some(made) = &ended.recording {
        recording(&mut extra, cx.world.config, cx.call.account, made);
    }
    if let Some(sip) = &ended.sip {
        sip_facts(&mut extra, sip);
    }
    if let Some((queue, seconds)) = ended.queue {
        put(&mut extra, "QueueSid", queue.as_str().to_owned());
        put(&mut extra, "QueueTime", seconds.to_string());
    }
    if let Some((code, message)) = ended.error {
        put(&mut extra, "ErrorCode", code.number().to_string());
        put(&mut extra, "ErrorMessage", message.into_string());
    }
    for (name, value) in ended.returns {
        put(&mut extra, format!("ReturnParam_{name}"), value.0);
    }
    Ok(Some(Goto { url, method: node.method(Attribute::Method), purpose: Purpose::Action, extra }))
}

/// Who says what becomes of the caller when the other side asks to be replaced.
pub(crate) fn refer_url(cx: &Cx<'_, '_>, node: Node<'_>) -> Result<Option<Url>, Problem> {
    reference(cx, node, Attribute::ReferUrl)
}

/// What the document does when its `<Dial>` has ended.
pub(crate) fn after(cx: &mut Cx<'_, '_>, node: Node<'_>, ended: Ended) -> Flow {
    if cx.call.is_attended() {
        return Flow::Restore;
    }
    match action_of(cx, node, ended) {
        Ok(Some(goto)) => Flow::Goto(goto),
        Ok(None) => Flow::Next,
        Err(problem) => Flow::Fail(problem),
    }
}

/// What an `action` is told of a SIP call (`twiml-voice.md` section 6.2).
fn sip_facts(form: &mut Form<'static>, sip: &SipFacts) {
    if let Some(call_id) = &sip.call_id {
        put(form, "DialSipCallId", call_id.to_string());
    }
    if let Some(response) = sip.response {
        put(form, "DialSipResponseCode", response.to_string());
    }
    for (name, value) in &sip.headers {
        put(form, format!("DialSipHeader_{name}"), value.reveal().to_owned());
    }
}
