//! Verbs that only the schema of the vendor's libraries knows: nobody can say what they do
//! (`twiml-voice.md` section 7, end). Each is named in a problem, never passed over in silence.

use super::Flow;
use crate::call::cx::Cx;
use crate::problem::Code;
use crate::twiml::Node;

pub(super) fn skip(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let name = node.element().name();
    let message = format!("<{name}> does nothing as a verb: it was skipped and the next verb runs");
    cx.problem_at(node, Code::SchemaWarning, message);
    Flow::Next
}
