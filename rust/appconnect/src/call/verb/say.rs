//! `<Say>`: the caller hears a text.

use super::{Flow, rounds};
use crate::call::Running;
use crate::call::cx::Cx;
use crate::effect::{Effect, Say};
use crate::event::{EventKind, Heard, Medium};
use crate::id::ReplyId;
use crate::twiml::{Attribute, Node};

/// Twilio's voice and language where a document and its account say nothing.
const VOICE: &str = "man";
const LANGUAGE: &str = "en-US";

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
    let (ssml, breaks_ms) = (node.markup().map(Into::into), node.speech_breaks_ms());
    let voice = node.attribute(Attribute::Voice).unwrap_or(VOICE).into();
    let language = node.attribute(Attribute::Language).unwrap_or(LANGUAGE).into();
    let (reply, plain) = plain(cx, text.into());
    cx.effect(Effect::Say(Say { ssml, breaks_ms, voice, language, rounds: rounds(node), ..plain }));
    Some(reply)
}

/// Starts speaking words of our own, which are English.
pub(super) fn speak_own(cx: &mut Cx<'_, '_>, text: &str) -> ReplyId {
    let (reply, say) = plain(cx, text.into());
    cx.effect(Effect::Say(say));
    reply
}

/// A text to be spoken once, with the ordinary voice.
fn plain(cx: &mut Cx<'_, '_>, text: Box<str>) -> (ReplyId, Say) {
    let reply = cx.next_reply();
    cx.report(|_| EventKind::Heard(Heard { medium: Medium::Speech, text: text.clone() }));
    let say = Say {
        reply,
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        ssml: None,
        breaks_ms: 0,
        voice: VOICE.into(),
        language: LANGUAGE.into(),
        rounds: 1,
        text,
    };
    (reply, say)
}
