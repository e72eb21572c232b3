//! Verbs that the language has and this engine does not execute: each is named in a problem, never passed over in
//! silence, and the call goes on as it would after a verb that failed.

use super::{Flow, Goto, action};
use crate::call::cx::Cx;
use crate::call::params::put;
use crate::event::Purpose;
use crate::problem::Code;
use crate::twiml::{Attribute, Element, Node};

/// What the `action` of a verb that failed is told (`twiml-voice.md` sections 3, 6.4 and 7).
const fn failure(element: Element) -> Option<(&'static str, &'static str)> {
    match element {
        Element::Pay => Some(("Result", "internal-error")),
        Element::Refer => Some(("ReferCallStatus", "failed")),
        Element::Sms => Some(("SmsStatus", "invalid")),
        _ => None,
    }
}

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let name = node.element().name();
    let Some((parameter, value)) = failure(node.element()) else {
        cx.problem_at(
            node,
            Code::VerbNotExecuted,
            format!("<{name}> is not executed by this engine: it was skipped and the next verb runs"),
        );
        return Flow::Next;
    };
    cx.problem_at(
        node,
        Code::VerbNotExecuted,
        format!("<{name}> is not executed by this engine: it failed with {parameter}={value}"),
    );
    match action(cx, node) {
        Err(problem) => Flow::Fail(problem),
        Ok(None) => Flow::Next,
        Ok(Some(url)) => {
            let mut extra = Vec::new();
            put(&mut extra, parameter, value);
            Flow::Goto(Goto { url, method: node.method(Attribute::Method), purpose: Purpose::Action, extra })
        }
    }
}
