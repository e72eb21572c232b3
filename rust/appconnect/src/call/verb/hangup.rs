//! `<Hangup>`: the call ends; its parameters go back to the `<Dial>` that called it.

use super::{Ending, Flow, parameters};
use crate::twiml::Node;

pub(super) fn enter(node: Node<'_>) -> Flow {
    Flow::Return { status: Ending::HungUp, parameters: parameters(node, "") }
}
