//! `<Say>`: the caller hears a text.

use super::{Flow, rounds};
use crate::call::Running;
use crate::call::cx::Cx;
use crate::effect::{Effect, Say};
use crate::event::{EventKind, Heard, Medium};
use crate::id::ReplyId;
use crate::twiml::{Attribute, Node};

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    match speak(cx, node) {
        Some(reply) => Flow::Park(Running::Speaking(reply.step)),
        // Nothing to speak was reported as 13520; a ringing call goes on ringing.
        None => Flow::Next,
    }
}

/// Starts speaking; nothing when there is no text.
pub(super) fn speak(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Option<ReplyId> {
    // What is longer than its voice speaks was reported as 13521.
    let text = node.speech()?.text;
    let reply = cx.next_reply();
    cx.report(|_| EventKind::Heard(Heard { medium: Medium::Speech, text: text.as_str().into() }));
    let say = Say {
        reply,
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        ssml: node.markup().map(Into::into),
        breaks_ms: node.speech_breaks_ms(),
        voice: node.attribute(Attribute::Voice).unwrap_or("man").into(),
        language: node.attribute(Attribute::Language).unwrap_or("en-US").into(),
        rounds: rounds(node),
        text: text.into(),
    };
    cx.effect(Effect::Say(say));
    Some(reply)
}
