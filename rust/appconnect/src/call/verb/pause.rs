//! `<Pause>`: silence, and for a ringing call a later answer.

use super::Flow;
use crate::call::cx::Cx;
use crate::call::{Running, Timer};
use crate::twiml::{Attribute, Node};

pub(super) fn seconds(node: Node<'_>) -> u64 {
    u64::from(node.count(Attribute::Length))
}

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let until = cx.now().plus_seconds(seconds(node));
    cx.call.timers.set(Timer::Verb, until);
    Flow::Park(Running::Pausing)
}
