//! `<Connect>`: the caller talks with a stream, a relay or an agent; the document waits until that ends
//! (`twiml-voice.md` section 7).

use super::{Flow, Goto, action, action_or_base, agent, relay, stream};
use crate::call::cx::Cx;
use crate::call::params::Form;
use crate::event::Purpose;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Element, Node};

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let Some(noun) = node.first_child() else {
        let message = "<Connect> has nothing to connect the caller with: put a noun such as <Stream> into it";
        cx.problem_at(node, Code::SchemaWarning, message);
        return ended(cx, node, Vec::new());
    };
    if let Some(second) = noun.next_sibling() {
        let (first, name) = (noun.element().name(), second.element().name());
        let message = format!("<Connect> takes one noun: <{name}> is skipped, <{first}> comes first");
        cx.problem_at(second, Code::SchemaWarning, message);
    }
    match noun.element() {
        Element::ConversationRelay => relay::connect(cx, node, noun),
        Element::Stream => stream::connect(cx, node, noun),
        Element::VirtualAgent => agent::connect(cx, node, noun),
        element => {
            let name = element.name();
            let message = format!("<Connect> to <{name}> is not executed by this engine: it ended at once");
            cx.problem_at(noun, Code::VerbNotExecuted, message);
            ended(cx, node, Vec::new())
        }
    }
}

/// What the document does when the noun of a `<Connect>` has ended; the form is what the noun has to say.
pub(super) fn ended(cx: &Cx<'_, '_>, node: Node<'_>, form: Form<'static>) -> Flow {
    match told(cx, node, form) {
        Ok(Some(goto)) => Flow::Goto(goto),
        Ok(None) => Flow::Next,
        Err(problem) => Flow::Fail(problem),
    }
}

/// The `action` of a `<Connect>`; an agent without one has the URL of the document (`twiml-voice.md` section 10, C6).
pub(crate) fn told(cx: &Cx<'_, '_>, node: Node<'_>, extra: Form<'static>) -> Result<Option<Goto>, Problem> {
    let agent = node.first_child().is_some_and(|noun| noun.element() == Element::VirtualAgent);
    let url = if agent { Some(action_or_base(cx, node)?) } else { action(cx, node)? };
    let method = node.method(Attribute::Method);
    Ok(url.map(|url| Goto { url, method, purpose: Purpose::Action, extra }))
}
