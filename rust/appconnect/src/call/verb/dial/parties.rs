//! `<Dial>` to phones, clients and SIP endpoints: legs of their own, of which the first that answers is connected.
//!
//! This file is what the document asks for; how the legs come and go is the business of `leg::calling`.

use super::endpoint::{caller, endpoint};
use super::{Ended, after, noun_callback, ring, timeout};
use crate::call::cx::Cx;
use crate::call::signal::{Errand, Placing};
use crate::call::verb::{Flow, callback, reference};
use crate::call::{Call, Calling, Detection, FirstDocument, Outbound, Party, Running, Stage};
use crate::effect::{Dial, MachineDetection};
use crate::event::{EventKind, Placed};
use crate::problem::{Code, Problem};
use crate::registry::Webhook;
use crate::twiml::{Attribute, Element, Node};

/// Dials what the document names.
pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let mut calling = Calling::default();
    let mut failed = None;
    let mut next = first(node);
    while let Some(noun) = next {
        let found = place(cx, node, noun, &mut calling);
        next = following(node, noun);
        match found {
            Ok(()) if node.flag(Attribute::Sequential) => break,
            Ok(()) => {}
            Err(problem) => failed = Some(problem),
        }
    }
    if calling.parties.is_empty() {
        return after(cx, node, nobody(failed));
    }
    ring(cx, node, &mut calling);
    Flow::Park(Running::Calling(Box::new(calling)))
}

/// What a `<Dial>` is told that could call nobody.
fn nobody(problem: Option<Problem>) -> Ended {
    match problem {
        Some(problem) => Ended::failed(problem.code, problem.message),
        None => Ended::failed(Code::DialNested, "<Dial> has nothing to dial"),
    }
}

/// What is dialled first: the text of the `<Dial>`, for which it stands itself, or a noun.
fn first(node: Node<'_>) -> Option<Node<'_>> {
    if node.text().trim().is_empty() { node.first_child() } else { Some(node) }
}

fn following<'a>(node: Node<'a>, noun: Node<'a>) -> Option<Node<'a>> {
    if noun.index() == node.index() { node.first_child() } else { noun.next_sibling() }
}

/// Dials the next party of a `<Dial>` that calls one after the other. Says whether there was one.
pub(crate) fn next_party(cx: &mut Cx<'_, '_>, node: Node<'_>, calling: &mut Calling) -> bool {
    let last = calling.noun;
    let mut next = first(node);
    while let Some(noun) = next {
        if noun.span().start == last {
            next = following(node, noun);
            break;
        }
        next = following(node, noun);
    }
    while let Some(noun) = next {
        if place(cx, node, noun, calling).is_ok() {
            ring(cx, node, calling);
            return true;
        }
        next = following(node, noun);
    }
    false
}

/// Places the call to one party. What stands against it is told of.
fn place(cx: &mut Cx<'_, '_>, node: Node<'_>, noun: Node<'_>, calling: &mut Calling) -> Result<(), Problem> {
    calling.noun = noun.span().start;
    placing(cx, node, noun)
        .map(|placing| {
            let (child, to) = (placing.call.sid, placing.call.to.clone());
            cx.report(|_| EventKind::Placed(Placed { child, to }));
            calling.parties.push(Party::new(child));
            cx.world.errands.push_back(Errand::Place(Box::new(placing)));
        })
        .inspect_err(|problem| cx.problem_once(problem.clone()))
}

fn placing(cx: &mut Cx<'_, '_>, node: Node<'_>, noun: Node<'_>) -> Result<Placing, Problem> {
    let endpoint = endpoint(cx, noun)?;
    let from = caller(cx, node, endpoint.kind)?;
    let is_text = noun.element() == Element::Dial;
    let screening = if is_text { None } else { reference(cx, noun, Attribute::Url)? };
    if !is_text {
        callback(cx, noun, Attribute::StatusCallback);
    }
    cx.line.budget.charge_leg().map_err(|exceeded| {
        Problem::at(Code::HopLimit, noun.span(), format!("{exceeded}: nobody was called"))
    })?;
    let sid = cx.line.new_call(cx.world.seed);
    let detection = if is_text { None } else { machine_detection(noun) };
    let outbound = Outbound {
        parent: Some(cx.call.sid),
        stage: Stage::Placed,
        callback: if is_text { None } else { noun_callback(cx, noun) },
        sequence: 0,
        send_digits: noun.attribute(Attribute::SendDigits).filter(|_| !is_text).map(str::to_owned),
        first: screening.map(|url| FirstDocument::Fetched { url, method: noun.method(Attribute::Method) }),
        sip: None,
        detection: detection.map(|options| Detection {
            in_background: true,
            timeout: options.timeout,
            callback: callback(cx, noun, Attribute::AmdStatusCallback)
                .map(|url| Webhook { url, method: noun.method(Attribute::AmdStatusCallbackMethod) }),
            result: None,
        }),
        time_limit: None,
        recording: None,
    };
    let leg = cx.line.new_leg(cx.world.seed);
    let dial = Dial {
        leg,
        call: sid,
        account: cx.call.account,
        parent: Some(cx.line.id.clone()),
        from: from.clone(),
        timeout: u32::try_from(timeout(node)).unwrap_or(u32::MAX),
        machine_detection: detection,
        endpoint,
    };
    let to = dial.endpoint.address.clone();
    let call = Call::placed(sid, cx.call.account, from, to, cx.now(), outbound);
    Ok(Placing { call, dial, budget: cx.line.budget.share() })
}

/// How to find out who answers, where a noun asks for it.
fn machine_detection(noun: Node<'_>) -> Option<MachineDetection> {
    let mode = noun.attribute(Attribute::MachineDetection)?;
    Some(MachineDetection {
        message_end: mode == "DetectMessageEnd",
        timeout: noun.count(Attribute::MachineDetectionTimeout),
        speech_threshold: noun.count(Attribute::MachineDetectionSpeechThreshold),
        speech_end_threshold: noun.count(Attribute::MachineDetectionSpeechEndThreshold),
        silence_timeout: noun.count(Attribute::MachineDetectionSilenceTimeout),
    })
}
