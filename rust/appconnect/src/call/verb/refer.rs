//! `<Refer>`: the caller's SIP peer is asked to go elsewhere (`twiml-voice.md` section 7).

use super::dial::endpoint::sip;
use super::{Flow, Goto, action};
use crate::address::AddressKind;
use crate::call::cx::Cx;
use crate::call::params::{Form, put};
use crate::call::{Referral, Running, Timer};
use crate::effect::{Effect, Endpoint, Refer};
use crate::event::Purpose;
use crate::input::ReferStep;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Element, Node};

/// Seconds in which a transfer must come to an end. Our choice: as long as a call made through the API may ring.
const LONGEST_SECONDS: u64 = 60;

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    // A dialled application has no leg of its own: the caller's line is not its to give away.
    if cx.depth > 0 || cx.call.ends().0.kind() != AddressKind::Sip {
        let message = "only a party that is connected over SIP can be transferred: use <Dial> for others";
        return Flow::Fail(Problem::at(Code::ReferNotSip, node.span(), message));
    }
    let Endpoint { address, parameters, .. } = match target(cx, node) {
        Ok(target) => target,
        Err(problem) => {
            cx.problem_once(problem);
            return finish(cx, node, None, None);
        }
    };
    let reply = cx.next_reply();
    let (leg, call) = (cx.line.id.clone(), cx.call.sid);
    cx.effect(Effect::Refer(Refer { reply, leg, call, target: address, headers: parameters }));
    let until = cx.now().plus_seconds(LONGEST_SECONDS);
    cx.call.timers.set(Timer::Verb, until);
    Flow::Park(Running::Referring(Referral { step: reply.step, response: None }))
}

/// Where the caller is to go.
fn target(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Result<Endpoint, Problem> {
    let noun = node.children().find(|child| child.element() == Element::Sip);
    let noun = noun.ok_or_else(|| {
        Problem::at(Code::SipUri, node.span(), "<Refer> needs a <Sip> with the SIP URI to go to")
    })?;
    sip(cx, noun, noun.text().trim())
}

/// The peer has answered, or tells how the call to the target goes.
pub(crate) fn progress(cx: &mut Cx<'_, '_>, node: Node<'_>, mut referral: Referral, step: ReferStep) -> Flow {
    match step {
        ReferStep::Response(code @ 200..=299) => referral.response = Some(code),
        ReferStep::Response(code @ 300..) => return finish(cx, node, Some(code), None),
        ReferStep::Notify(code @ 200..) => return finish(cx, node, referral.response, Some(code)),
        ReferStep::Response(_) | ReferStep::Notify(_) => {}
    }
    Flow::Park(Running::Referring(referral))
}

/// Nothing more is heard of it.
pub(crate) fn timeout(cx: &mut Cx<'_, '_>, node: Node<'_>, referral: Referral) -> Flow {
    finish(cx, node, referral.response, None)
}

/// Without a NOTIFY nothing is known of the call to the target, and nothing is said of it.
fn finish(cx: &mut Cx<'_, '_>, node: Node<'_>, response: Option<u16>, notify: Option<u16>) -> Flow {
    cx.call.timers.stop(Timer::Verb);
    let url = match action(cx, node) {
        Ok(Some(url)) => url,
        Ok(None) => return Flow::Next,
        Err(problem) => return Flow::Fail(problem),
    };
    let mut extra = Form::with_capacity(3);
    if let Some(code) = notify {
        put(&mut extra, "ReferCallStatus", call_status(code));
    }
    if let Some(code) = response {
        put(&mut extra, "ReferSipResponseCode", code.to_string());
    }
    if let Some(code) = notify {
        put(&mut extra, "NotifySipResponseCode", code.to_string());
    }
    Flow::Goto(Goto { url, method: node.method(Attribute::Method), purpose: Purpose::Action, extra })
}

/// The status of the call to the target by its SIP response.
const fn call_status(response: u16) -> &'static str {
    match response {
        200..=299 => "in-progress",
        480 | 408 => "no-answer",
        486 | 600 => "busy",
        487 => "canceled",
        _ => "failed",
    }
}
