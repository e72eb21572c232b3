//! `<Start>`: streams, recorders, transcriptions and recordings that run beside the document, and how they end
//! (`twiml-voice.md` section 7).

use super::{Flow, recording, siprec, stream, transcription};
use crate::call::cx::Cx;
use crate::call::{Background, MAX_FORKS};
use crate::event::{EventKind, Service, ServiceChanged, ServiceState};
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Element, Node};

/// Longest name and value of a `<Parameter>` together, in characters (`twiml-voice.md` section 7: under 500).
const MAX_PARAMETER: usize = 499;

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    if node.first_child().is_none() {
        let message =
            "<Start> has nothing to start: put a <Stream>, <Siprec>, <Transcription> or <Recording> into it";
        cx.problem_at(node, Code::StreamNested, message);
    }
    for noun in node.children() {
        match noun.element() {
            Element::Recording => recording::start(cx, noun),
            Element::Siprec => siprec::start(cx, noun),
            Element::Stream => stream::start(cx, noun),
            Element::Transcription => transcription::start(cx, noun),
            _ => {}
        }
    }
    Flow::Next
}

/// The name that a noun gives itself.
pub(super) fn name(noun: Node<'_>) -> Option<String> {
    noun.attribute(Attribute::Name).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Whether one more may be started: its name must be free and its forks must be left.
pub(super) fn admit(cx: &Cx<'_, '_>, noun: Node<'_>, service: Service, forks: usize) -> Result<(), Problem> {
    let running = &cx.call.background;
    if let Some(name) = name(noun)
        && running.iter().any(|other| other.service() == service && other.name() == name)
    {
        let kind = service.as_str();
        let message =
            format!("a <{kind}> of this name runs already in this call: give each a name of its own");
        return Err(Problem::at(Code::SchemaWarning, noun.span(), message));
    }
    let used: usize = running.iter().map(Background::forks).sum();
    if used.saturating_add(forks) > MAX_FORKS {
        let message = format!("a call has at most {MAX_FORKS} forked tracks at once: stop one first");
        return Err(Problem::at(Code::StreamQuota, noun.span(), message));
    }
    Ok(())
}

/// The `<Parameter>`s of a noun that are short enough to be sent.
pub(super) fn parameters(cx: &mut Cx<'_, '_>, noun: Node<'_>) -> crate::call::Parameters {
    let mut kept = super::parameters(noun, "");
    let long = |(name, value): &(String, crate::pii::Pii)| {
        name.chars().count().saturating_add(value.reveal().chars().count()) > MAX_PARAMETER
    };
    if kept.iter().any(long) {
        let message =
            "a <Parameter> of 500 characters or more, name and value together, is not sent: shorten it";
        cx.problem_at(noun, Code::SchemaWarning, message);
        kept.retain(|parameter| !long(parameter));
    }
    kept
}

/// Puts what became of a service into the timeline.
pub(super) fn report(cx: &mut Cx<'_, '_>, service: Service, name: &str, state: ServiceState) {
    cx.report(|_| EventKind::ServiceChanged(ServiceChanged { service, name: name.into(), state }));
}

/// Ends one thing that runs beside the document.
pub(super) fn end(cx: &mut Cx<'_, '_>, background: Background) {
    match background {
        Background::Stream(stream) => super::stop_stream(cx, &stream),
        Background::Siprec(siprec) => siprec::stop(cx, &siprec),
        Background::Transcription(transcription) => transcription::stop(cx, *transcription),
        Background::Recording(named) => recording::stop(cx, *named),
    }
}

/// Ends all that runs beside the document, the oldest first: the call has ended.
pub(crate) fn end_all(cx: &mut Cx<'_, '_>) {
    for background in std::mem::take(&mut cx.call.background) {
        end(cx, background);
    }
}
