//! `<Recording>`: a recording that runs beside the document (`twiml-voice.md` section 7).

use super::record;
use super::start;
use crate::call::cx::Cx;
use crate::call::{Background, NamedRecording, RecordingSource};
use crate::event::{Service, ServiceState};
use crate::twiml::{Attribute, Node};

pub(super) fn start(cx: &mut Cx<'_, '_>, noun: Node<'_>) {
    if let Err(problem) = start::admit(cx, noun, Service::Recording, 0) {
        return cx.problem(problem);
    }
    let dual = noun.word(Attribute::Channels) == Some("dual");
    let (_, recording) = record::begin(cx, noun, RecordingSource::StartCallRecordingTwiml, dual);
    let background = Background::Recording(Box::new(NamedRecording { name: start::name(noun), recording }));
    start::report(cx, Service::Recording, background.name(), ServiceState::Started);
    cx.call.background.push(background);
}

pub(super) fn stop(cx: &mut Cx<'_, '_>, mut named: NamedRecording) {
    record::stop(cx, &mut named.recording);
    let background = Background::Recording(Box::new(named));
    start::report(cx, Service::Recording, background.name(), ServiceState::Stopped);
}
