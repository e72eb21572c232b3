//! `<Play>`: the caller hears a file, or keypad tones.

use super::{Flow, resolve, rounds};
use crate::call::Running;
use crate::call::cx::Cx;
use crate::effect::{Effect, Play, PlaySource};
use crate::event::{EventKind, Heard, Medium};
use crate::http::Url;
use crate::id::ReplyId;
use crate::problem::Problem;
use crate::twiml::{Attribute, Node};

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    match play(cx, node) {
        Ok(Some(reply)) => Flow::Park(Running::Speaking(reply.step)),
        Ok(None) => Flow::Next,
        Err(problem) => Flow::Fail(problem),
    }
}

/// The file that a `<Play>` plays, if it plays one.
pub(crate) fn url(cx: &Cx<'_, '_>, node: Node<'_>) -> Option<Url> {
    let text = node.text_url().ok().filter(|_| node.attribute(Attribute::Digits).is_none())?;
    resolve(cx, node, &text).ok()
}

/// Starts playing; nothing when there is nothing to play.
pub(super) fn play(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Result<Option<ReplyId>, Problem> {
    let text = node.text_url().map_err(|code| {
        Problem::at(code, node.span(), "the content of <Play> is no URL that can be requested")
    })?;
    let source = match (node.attribute(Attribute::Digits), text.trim()) {
        (Some(tones), _) => PlaySource::Tones(tones.into()),
        (None, "") => return Ok(None),
        (None, text) => PlaySource::Url(resolve(cx, node, text)?.as_str().into()),
    };
    let reply = cx.next_reply();
    cx.report(|_| {
        EventKind::Heard(match &source {
            PlaySource::Tones(tones) => Heard { medium: Medium::Tones, text: tones.clone() },
            PlaySource::Url(url) => Heard { medium: Medium::Audio, text: without_credentials(url) },
        })
    });
    let play = Play { reply, leg: cx.line.id.clone(), call: cx.call.sid, source, rounds: rounds(node) };
    cx.effect(Effect::Play(play));
    Ok(Some(reply))
}

fn without_credentials(url: &str) -> Box<str> {
    Url::parse(url).map_or_else(|_| url.into(), |url| url.without_userinfo().as_str().into())
}
