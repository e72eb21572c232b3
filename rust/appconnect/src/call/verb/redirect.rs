//! `<Redirect>`: another document takes over.

use super::{Flow, Goto, resolve};
use crate::call::cx::Cx;
use crate::event::Purpose;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Node};

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    goto(cx, node).map_or_else(Flow::Fail, Flow::Goto)
}

/// Where a `<Redirect>` leads. Empty content is the current document again (`twiml-voice.md` section 3).
pub(crate) fn goto(cx: &Cx<'_, '_>, node: Node<'_>) -> Result<Goto, Problem> {
    let text = node.text_url().map_err(|code| {
        Problem::at(code, node.span(), "the content of <Redirect> is no URL that can be requested")
    })?;
    let url = match (text.trim(), cx.base()) {
        ("", Some(base)) => base,
        ("", None) => {
            return Err(Problem::at(
                Code::UrlInvalid,
                node.span(),
                "an empty <Redirect> means this document again, but it was given inline and has no URL",
            ));
        }
        (text, _) => resolve(cx, node, text)?,
    };
    Ok(Goto { url, method: node.method(Attribute::Method), purpose: Purpose::Redirect, extra: Vec::new() })
}
