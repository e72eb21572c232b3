//! `<Dial><Application>`: the caller is handed over to another account's application, and comes back with what it
//! returns.
//!
//! This file is the dialling side: whom it may dial, what it sends along. How the receiving call is put on the leg, and
//! taken off again, is the leg's business.

use super::{Ended, after, caller_id, noun_callback};
use crate::address::Address;
use crate::call::cx::Cx;
use crate::call::verb::{Connection, Flow, parameters};
use crate::call::{CallStatus, Hop, Running, Sender, Timer};
use crate::effect::{Consult, Effect};
use crate::event::{Decided, Dialled, EventKind, ProblemRaised};
use crate::id::{ApplicationSid, CallSid};
use crate::policy::{Facts, Point};
use crate::problem::{Code, Problem};
use crate::registry::{AdmitFacts, DenyReason};
use crate::twiml::{Attribute, Node};

/// What a `<Dial>` may become.
enum Attempt {
    /// Policy has let it through.
    Connect(Box<Connection>),
    /// A programmable rule is asked first, in this step.
    Consult(u32),
    /// Nothing is dialled.
    Fail(Box<Ended>),
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

fn dialled(cx: &Cx<'_, '_>, noun: Node<'_>, application: &ApplicationSid) -> Address {
    if noun.flag(Attribute::CopyParentTo) { cx.call.to.clone() } else { Address::new(application.as_str()) }
}
