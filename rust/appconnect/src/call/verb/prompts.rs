//! The prompts that stand inside a `<Gather>` or a `<Prompt>`, played one after the other.

use super::{pause, play, say};
use crate::call::cx::Cx;
use crate::call::{Prompt, Timer};
use crate::effect::{Effect, StopCollect, StopMedia};
use crate::problem::Problem;
use crate::twiml::{Element, Node};

/// Plays nested verbs from `next` on, up to the first that takes time; `Prompt::Done` when there is none.
pub(super) fn play_from(cx: &mut Cx<'_, '_>, mut next: Option<Node<'_>>) -> Result<Prompt, Problem> {
    while let Some(nested) = next {
        let (node, place) = (nested.index(), Some(nested.span().start));
        let reply = match nested.element() {
            Element::Say => say::speak(cx, nested),
            Element::Play => play::play(cx, nested)?,
            Element::Pause => {
                let until = cx.now().plus_seconds(pause::seconds(nested));
                cx.call.timers.set(Timer::Verb, until);
                return Ok(Prompt::Pause { node, place });
            }
            _ => None,
        };
        if let Some(reply) = reply {
            return Ok(Prompt::Media { node, step: reply.step, place });
        }
        next = nested.next_sibling();
    }
    Ok(Prompt::Done)
}

/// Stops a prompt and those that would follow it.
pub(super) fn stop(cx: &mut Cx<'_, '_>, prompt: &mut Prompt) {
    if matches!(std::mem::take(prompt), Prompt::Media { .. }) {
        let leg = cx.line.id.clone();
        cx.effect(Effect::StopMedia(StopMedia { leg }));
    }
}

/// Stops listening for keys and speech.
pub(super) fn stop_listening(cx: &mut Cx<'_, '_>) {
    let leg = cx.line.id.clone();
    cx.effect(Effect::StopCollect(StopCollect { leg }));
}
