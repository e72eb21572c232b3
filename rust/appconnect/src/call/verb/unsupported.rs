//! Verbs that the language has and this engine does not execute: each is named in a problem, never passed over in
//! silence, and the call goes on as it would after a verb that failed.

use super::{Flow, Goto, action};
use crate::call::cx::Cx;
use crate::call::params::put;
use crate::event::Purpose;
use crate::problem::Code;
use crate::twiml::{Attribute, Element, Node};

/// What the `action` of a verb that failed is told (`twiml-voice.md` section 6.4).
const fn failure(element: Element) -> Option<(&'static str, &'static str)> {
    match element {
        Element::Enqueue => Some(("QueueResult", "system-error")),
        _ => None,
    }
}

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    if matches!(node.element(), Element::Prompt | Element::Queue) {
        return skip(cx, node);
    }
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

/// A verb that only the schema of the vendor's libraries knows: nobody can say what it does there
/// (`twiml-voice.md` section 7, end).
pub(super) fn skip(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let name = node.element().name();
    let message = format!("<{name}> does nothing as a verb: it was skipped and the next verb runs");
    cx.problem_at(node, Code::SchemaWarning, message);
    Flow::Next
}
