//! `<Dial>`: the caller is handed over to another account's application, and comes back with what it returns.
//!
//! This file is the dialling side: whom it may dial, what it sends along, and what its `action` is told. How the
//! receiving call is put on the leg, and taken off again, is the leg's business.

use super::record::{begin, stop, words};
use super::{Connection, Flow, Goto, action, callback, parameters, reference};
use crate::address::Address;
use crate::call::cx::Cx;
use crate::call::params::{put, recording};
use crate::call::{
    CallStatus, EventCallback, Hop, Parameters, Recording, RecordingSource, Running, Sender, Timer,
};
use crate::effect::{Consult, Effect};
use crate::event::{Decided, Dialled, EventKind, ProblemRaised, Purpose, Returned};
use crate::id::{ApplicationSid, CallSid};
use crate::policy::{Facts, Point};
use crate::problem::{Code, Problem};
use crate::registry::{AdmitFacts, DenyReason};
use crate::twiml::{Attribute, Element, Node};

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
}

impl Ended {
    fn failed(code: Code, message: impl Into<Box<str>>) -> Self {
        Self {
            status: CallStatus::Failed,
            bridged: false,
            child: None,
            seconds: None,
            returns: Vec::new(),
            recording: None,
            error: Some((code, message.into())),
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
        }
    }
}

/// What a `<Dial>` may become.
enum Attempt {
    /// Policy has let it through.
    Connect(Box<Connection>),
    /// A programmable rule is asked first, in this step.
    Consult(u32),
    /// Nothing is dialled.
    Fail(Box<Ended>),
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
    let ended = match noun.map(|noun| noun.element().name()) {
        None if node.text().trim().is_empty() => {
            let message = "<Dial> has nothing to dial: put an <Application> into it";
            cx.problem_at(node, Code::DialNested, message);
            Ended::failed(Code::DialNested, message)
        }
        target => {
            let target = target.unwrap_or("Number");
            let message = format!("<Dial> to <{target}> is not executed by this engine: it failed");
            cx.problem_at(node, Code::VerbNotExecuted, message.as_str());
            Ended::failed(Code::VerbNotExecuted, message)
        }
    };
    after(cx, node, ended)
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

/// Dials the `<Application>` of a `<Dial>`. `consulted` says that the programmable rule has allowed it.
pub(crate) fn dial(cx: &mut Cx<'_, '_>, node: Node<'_>, consulted: bool) -> Flow {
    match attempt(cx, node, consulted) {
        Attempt::Connect(connection) => Flow::Connect(connection),
        Attempt::Consult(step) => Flow::Park(Running::Consulting(step)),
        Attempt::Fail(ended) => after(cx, node, *ended),
    }
}

/// Everything is judged on one registry in one step, again after a consultation, so that a permission taken back in
/// between counts (`reliability.md` T-03).
fn attempt(cx: &mut Cx<'_, '_>, node: Node<'_>, consulted: bool) -> Attempt {
    let Some(noun) = node.first_child() else {
        return Attempt::Fail(Ended::failed(Code::DialNested, "<Dial> has nothing to dial").into());
    };
    let Ok(sid) = noun.application_sid() else {
        // The validator has reported where and why.
        return Attempt::Fail(not_available().into());
    };
    let hops = cx.depth;
    let registry = cx.world.registry;
    let admitted = match registry.admit(&cx.call.account, &sid, AdmitFacts { hops }, &cx.world.config.limits)
    {
        Ok(admitted) => admitted,
        Err(denied) => {
            if !consulted && cx.world.config.consult {
                // The number of the next step shows in idempotency tokens: it must not tell a dial that was put to
                // the rule from one that had nothing to be asked about.
                cx.next_reply();
            }
            tell_owner(cx, &sid, denied.reason);
            return Attempt::Fail(refused(cx, noun, denied.caller_sees).into());
        }
    };
    if !consulted && cx.world.config.consult {
        return consult(cx, node, noun, admitted.account.sid, &admitted.application.sid);
    }
    if let Err(exceeded) = cx.line.budget.charge_leg() {
        let message = format!("{exceeded}: application hop limit");
        cx.problem_at(noun, Code::HopLimit, message.as_str());
        return Attempt::Fail(Ended::failed(Code::HopLimit, message).into());
    }
    let (application, voice) = (admitted.application, admitted.voice.clone());
    let callback = noun_callback(cx, noun);
    let child = cx.line.new_call(cx.world.seed);
    let sender = sender(cx, noun, child);
    let hop = Hop {
        child,
        status: CallStatus::Initiated,
        application: application.sid.clone(),
        started: cx.now(),
        answered: None,
        callback,
        sequence: 0,
        recording: None,
        from: caller_id(cx, node),
    };
    cx.report(|_| {
        EventKind::Dialled(Dialled {
            child: hop.child,
            application: application.sid.as_str().into(),
            customer_id: sender.customer_id.as_str().into(),
            parameters: parameters(noun, ""),
        })
    });
    Attempt::Connect(Box::new(Connection {
        account: admitted.account.sid,
        from: hop.from.clone(),
        to: dialled(cx, noun, &application.sid),
        sender,
        voice,
        fallback: application.fallback.clone(),
        status_callback: application.status_callback.clone(),
        caller_name_lookup: application.caller_name_lookup,
        hop,
    }))
}

/// Tells the owner of an application that a call to it was refused. The dialling side's SIDs are not shown: the
/// refused call gets one of its own.
fn tell_owner(cx: &mut Cx<'_, '_>, sid: &str, reason: DenyReason) {
    let Some(application) = cx.world.registry.application(sid) else { return };
    let refused = cx.line.new_call(cx.world.seed);
    let problem = reason.owner_sees().and_then(Code::from_number);
    if let Some(code) = problem {
        let problem = Problem::new(code, format!("a call to {sid} was refused: {reason}"));
        let raised = ProblemRaised { problem, url: None, line: None, column: None };
        cx.report_to(refused, application.account, EventKind::Problem(raised));
    }
    if cx.world.config.timeline {
        let decided = Decided {
            caller_account: cx.call.account,
            application: application.sid.clone(),
            allowed: false,
            reason: reason.as_str().into(),
        };
        cx.report_to(refused, application.account, EventKind::Decided(decided));
    }
}

/// The one answer for a SID that does not exist and one that may not be dialled (`reliability.md` T-02).
fn not_available() -> Ended {
    Ended::failed(Code::ApplicationSidInvalid, NOT_AVAILABLE)
}

const NOT_AVAILABLE: &str = "Invalid ApplicationSid: no application of this SID may be dialled from this account; \
     check the SID, and that its owner allows calls from other accounts";

fn refused(cx: &mut Cx<'_, '_>, noun: Node<'_>, caller_sees: u32) -> Ended {
    let ended = match Code::from_number(caller_sees) {
        Some(Code::AccountInactive) => {
            Ended::failed(Code::AccountInactive, "this account is not active: it cannot dial applications")
        }
        Some(Code::HopLimit) => Ended::failed(
            Code::HopLimit,
            "application hop limit: the call has crossed too many applications; look for a loop",
        ),
        _ => not_available(),
    };
    if let Some((code, message)) = &ended.error {
        cx.problem_at(noun, *code, message.clone());
    }
    ended
}

fn consult(
    cx: &mut Cx<'_, '_>,
    node: Node<'_>,
    noun: Node<'_>,
    callee_account: crate::id::AccountSid,
    application: &ApplicationSid,
) -> Attempt {
    let facts = Facts {
        point: Point::Connect,
        caller_account: cx.call.account,
        callee_account,
        application: application.clone(),
        from: caller_id(cx, node),
        to: dialled(cx, noun, application),
        customer_id: customer_id(cx, noun).into(),
        hops: cx.depth,
        parameters: parameters(noun, ""),
    };
    let reply = cx.next_reply();
    let timeout_ms = cx.world.config.consult_timeout_ms;
    cx.effect(Effect::Consult(Consult { reply, facts, timeout_ms }));
    cx.call.timers.set(Timer::Verb, cx.now() + timeout_ms);
    Attempt::Consult(reply.step)
}

/// The programmable rule said no: the dialling side cannot tell it from any other refusal.
pub(crate) fn vetoed(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let noun = node.first_child().unwrap_or(node);
    let ended = refused(cx, noun, DenyReason::Rule.caller_sees());
    after(cx, node, ended)
}

fn customer_id(cx: &Cx<'_, '_>, noun: Node<'_>) -> String {
    let given = noun.attribute(Attribute::CustomerId).filter(|id| !id.is_empty());
    given.map_or_else(|| cx.call.account.to_string(), str::to_owned)
}

fn sender(cx: &Cx<'_, '_>, noun: Node<'_>, child: CallSid) -> Sender {
    Sender {
        account: cx.call.account,
        customer_id: customer_id(cx, noun),
        parameters: parameters(noun, "Param_"),
        parent: Some(child),
    }
}

fn caller_id(cx: &Cx<'_, '_>, node: Node<'_>) -> Address {
    node.attribute(Attribute::CallerId).map_or_else(|| cx.call.from.clone(), Address::new)
}

fn dialled(cx: &Cx<'_, '_>, noun: Node<'_>, application: &ApplicationSid) -> Address {
    if noun.flag(Attribute::CopyParentTo) { cx.call.to.clone() } else { Address::new(application.as_str()) }
}

/// Where the progress of the hop goes. What is wrong with the URL was told when the verb began.
fn noun_callback(cx: &Cx<'_, '_>, noun: Node<'_>) -> Option<EventCallback> {
    let url = reference(cx, noun, Attribute::StatusCallback).ok().flatten()?;
    Some(EventCallback {
        url,
        method: noun.method(Attribute::StatusCallbackMethod),
        events: words(noun, Attribute::StatusCallbackEvent, "completed"),
    })
}

/// Seconds that the dialled side has to answer.
pub(crate) fn timeout(node: Node<'_>) -> u64 {
    u64::from(node.number(Attribute::Timeout).unwrap_or(30))
}

/// Seconds that the caller may stay with the dialled side.
pub(crate) fn time_limit(node: Node<'_>) -> u64 {
    u64::from(node.number(Attribute::TimeLimit).unwrap_or(14_400))
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
    stop(cx, recording, false);
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
    put(&mut extra, "DialCallStatus", ended.status.as_str());
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
    if let Some((code, message)) = ended.error {
        put(&mut extra, "ErrorCode", code.number().to_string());
        put(&mut extra, "ErrorMessage", message.into_string());
    }
    for (name, value) in ended.returns {
        put(&mut extra, format!("ReturnParam_{name}"), value.0);
    }
    Ok(Some(Goto { url, method: node.method(Attribute::Method), purpose: Purpose::Action, extra }))
}

/// What the document does when its `<Dial>` has ended.
pub(crate) fn after(cx: &mut Cx<'_, '_>, node: Node<'_>, ended: Ended) -> Flow {
    match action_of(cx, node, ended) {
        Ok(Some(goto)) => Flow::Goto(goto),
        Ok(None) => Flow::Next,
        Err(problem) => Flow::Fail(problem),
    }
}
