//! `<Leave>`: the caller leaves the queue at once, and the document that put it there goes on.

use super::Flow;
use crate::call::DocumentKind;
use crate::call::cx::Cx;
use crate::problem::Code;
use crate::twiml::Node;

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    if cx.call.document_kind() == DocumentKind::QueueWait {
        return Flow::Leave;
    }
    let message = "<Leave> has nothing to leave here: it belongs into the wait document of an <Enqueue>";
    cx.problem_at(node, Code::SchemaWarning, message);
    Flow::Next
}
