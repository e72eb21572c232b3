//! `<Stop>`: ends by name what `<Start>` began (`twiml-voice.md` section 7).

use super::{Flow, start};
use crate::call::cx::Cx;
use crate::event::Service;
use crate::problem::Code;
use crate::twiml::{Element, Node};

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    for noun in node.children() {
        let service = match noun.element() {
            Element::Recording => Service::Recording,
            Element::Siprec => Service::Siprec,
            Element::Stream => Service::Stream,
            Element::Transcription => Service::Transcription,
            _ => continue,
        };
        match find(cx, noun, service) {
            Ok(place) => {
                let background = cx.call.background.remove(place);
                start::end(cx, background);
            }
            Err(message) => cx.problem_at(noun, Code::SchemaWarning, message),
        }
    }
    Flow::Next
}

/// The one of this name; without a name, the only one of its kind.
fn find(cx: &Cx<'_, '_>, noun: Node<'_>, service: Service) -> Result<usize, String> {
    let kind = service.as_str();
    let running =
        || cx.call.background.iter().enumerate().filter(|(_, background)| background.service() == service);
    if let Some(name) = start::name(noun) {
        let named = running().find(|(_, background)| background.name() == name);
        return named
            .map(|(place, _)| place)
            .ok_or_else(|| format!("no <{kind}> of this name runs in this call: nothing is stopped"));
    }
    let mut all = running();
    match (all.next(), all.next()) {
        (Some((place, _)), None) => Ok(place),
        (None, _) => Err(format!("no <{kind}> runs in this call: nothing is stopped")),
        (Some(_), Some(_)) => {
            Err(format!("several of <{kind}> run in this call, nothing is stopped: say which by name"))
        }
    }
}
