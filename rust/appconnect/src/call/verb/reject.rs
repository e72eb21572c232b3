//! `<Reject>`: the call is refused before it is answered; afterwards it is a `<Hangup>` with a warning.

use super::{Ending, Flow, parameters};
use crate::call::CallStatus;
use crate::call::cx::Cx;
use crate::problem::Code;
use crate::twiml::{Attribute, Node};

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    if cx.call.is_answered() {
        cx.problem_at(
            node,
            Code::SchemaWarning,
            "<Reject> after the call was answered works like <Hangup>: reject with the first verb, before anything answers",
        );
        return Flow::Return { status: Ending::HungUp, parameters: parameters(node, "") };
    }
    let busy = node.attribute(Attribute::Reason).is_some_and(|reason| reason == "busy");
    let status = if busy { CallStatus::Busy } else { CallStatus::NoAnswer };
    Flow::Return { status: Ending::Rejected(status), parameters: parameters(node, "") }
}
