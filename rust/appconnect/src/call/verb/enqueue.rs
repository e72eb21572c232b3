//! `<Enqueue>`: the caller waits in a queue until somebody takes it out, and the document goes on with what came of it
//! (`twiml-voice.md` section 6.4).
//!
//! This file is what the document asks for and is told; how calls wait and meet is the business of `leg::queue`.

use super::{Flow, Goto, action, resolve};
use crate::call::Wait;
use crate::call::cx::Cx;
use crate::call::params::put;
use crate::event::{Purpose, QueueResult};
use crate::id::QueueSid;
use crate::problem::{Code, Problem};
use crate::queue::MAX_NAME;
use crate::registry::Webhook;
use crate::twiml::{Attribute, Element, Node};

/// What an `<Enqueue>` asks for.
pub(crate) struct Joining {
    pub(crate) name: String,
    pub(crate) wait: Wait,
    /// The size that the queue has from now on, if the document says one.
    pub(crate) max_size: Option<u32>,
}

/// How an `<Enqueue>` ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    pub(crate) result: QueueResult,
    /// The queue, and whole seconds in it; nothing for a call that did not get into one.
    pub(crate) queued: Option<(QueueSid, u64)>,
}

impl Left {
    /// The call did not get into a queue.
    pub(crate) const fn outside(result: QueueResult) -> Self {
        Self { result, queued: None }
    }
}

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let task = node.children().any(|child| child.element() == Element::Task);
    if task || node.attribute(Attribute::WorkflowSid).is_some() {
        let message = "workflowSid and <Task> are not executed by this engine: nobody was put into a queue; name a \
                       queue instead";
        cx.problem_at(node, Code::VerbNotExecuted, message);
        return after(cx, node, Left::outside(QueueResult::SystemError));
    }
    match joining(cx, node) {
        Ok(joining) => Flow::Enqueue(Box::new(joining)),
        Err(problem) => {
            cx.problem_once(problem);
            after(cx, node, Left::outside(QueueResult::Error))
        }
    }
}

fn joining(cx: &Cx<'_, '_>, node: Node<'_>) -> Result<Joining, Problem> {
    let name = queue_name(node, Code::EnqueueNameShort, Code::EnqueueNameLong)?;
    for attribute in [Attribute::Method, Attribute::WaitUrlMethod] {
        if let Some(code) = node.attribute_error(attribute) {
            let message = format!("the {} of this verb is GET or POST", attribute.name());
            return Err(Problem::at(code, node.span(), message));
        }
    }
    action(cx, node)?;
    let url = node.url(Attribute::WaitUrl).map_err(|code| {
        Problem::at(code, node.span(), "the waitUrl of this verb is no URL that can be requested")
    })?;
    let wait = match url {
        None => Wait::Music,
        Some("") => Wait::Silence,
        Some(text) => Wait::Document(Webhook {
            url: resolve(cx, node, text)?,
            method: node.method(Attribute::WaitUrlMethod),
        }),
    };
    let sized = node.attribute(Attribute::MaxQueueSize).is_some();
    Ok(Joining { name, wait, max_size: node.number(Attribute::MaxQueueSize).filter(|_| sized) })
}

/// The name of a queue that a node holds.
pub(super) fn queue_name(node: Node<'_>, short: Code, long: Code) -> Result<String, Problem> {
    let text = node.text();
    let name = text.trim();
    match name.chars().count() {
        0 => Err(Problem::at(
            short,
            node.span(),
            "the name of the queue is missing: write it into the element",
        )),
        length if length > MAX_NAME => {
            let message =
                format!("the name of a queue has at most {MAX_NAME} characters, this one has {length}");
            Err(Problem::at(long, node.span(), message))
        }
        _ => Ok(name.to_owned()),
    }
}

/// What the `action` of an `<Enqueue>` is told when it has ended, if it has one.
pub(crate) fn action_of(cx: &Cx<'_, '_>, node: Node<'_>, left: Left) -> Result<Option<Goto>, Problem> {
    let Some(url) = action(cx, node)? else { return Ok(None) };
    let mut extra = Vec::with_capacity(3);
    put(&mut extra, "QueueResult", left.result.as_str());
    if let Some((queue, seconds)) = left.queued {
        put(&mut extra, "QueueSid", queue.as_str().to_owned());
        put(&mut extra, "QueueTime", seconds.to_string());
    }
    Ok(Some(Goto { url, method: node.method(Attribute::Method), purpose: Purpose::Action, extra }))
}

/// What the document does when its `<Enqueue>` has ended.
pub(crate) fn after(cx: &mut Cx<'_, '_>, node: Node<'_>, left: Left) -> Flow {
    match action_of(cx, node, left) {
        Ok(Some(goto)) => Flow::Goto(goto),
        Ok(None) => Flow::Next,
        // Where the result was to be told is what is wrong, so nobody can be told it.
        Err(problem) => {
            cx.problem_once(problem);
            Flow::Next
        }
    }
}
