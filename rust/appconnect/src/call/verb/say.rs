//! `<Say>`: the caller hears a text.

use super::{Flow, rounds};
use crate::call::Running;
use crate::call::cx::Cx;
use crate::effect::{Effect, Say};
use crate::event::{EventKind, Heard, Medium};
use crate::id::ReplyId;
use crate::twiml::{Attribute, Node};

/// Most characters of a text that are spoken; what is longer was reported as 13521 and is cut.
const MAX_TEXT: usize = 4_096;

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    match speak(cx, node) {
        Some(reply) => Flow::Park(Running::Speaking(reply.step)),
        // Nothing to speak was reported as 13520; a ringing call goes on ringing.
        None => Flow::Next,
    }
}

/// Starts speaking; nothing when there is no text.
pub(super) fn speak(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Option<ReplyId> {
    let text = spoken(&node.text());
    if text.is_empty() {
        return None;
    }
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

/// The words with runs of white space collapsed to one blank (`twiml-voice.md` section 2), cut at the limit.
fn spoken(text: &str) -> String {
    let mut words = String::with_capacity(text.len().min(MAX_TEXT * 4));
    for word in text.split_ascii_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    if let Some((end, _)) = words.char_indices().nth(MAX_TEXT) {
        words.truncate(end);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_collapsed_and_long_texts_are_cut_at_a_character() {
        assert_eq!(spoken(" a\n\t b "), "a b");
        assert_eq!(spoken(" \n "), "");
        assert_eq!(spoken(&"é".repeat(5_000)).chars().count(), MAX_TEXT);
    }
}
