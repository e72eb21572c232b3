//! `<Recording>`: a recording that runs beside the document (`twiml-voice.md` section 7).

use super::record;
use super::start;
use crate::call::cx::Cx;
use crate::call::{Background, NamedRecording, RecordingPlan, RecordingSource};
use crate::event::{Service, ServiceState};
use crate::twiml::{Attribute, Node};

pub(super) fn start(cx: &mut Cx<'_, '_>, noun: Node<'_>) {
    if let Err(problem) = start::admit(cx, noun, Service::Recording, 0) {
        return cx.problem(problem);
    }
    let dual = noun.word(Attribute::Channels) == Some("dual");
    let (_, recording) = record::begin(cx, noun, RecordingSource::StartCallRecordingTwiml, dual);
    keep(cx, NamedRecording { name: start::name(noun), recording });
}

/// Records a call that its account has placed so, from its answer to its end (`rest-api.md` section 8.1, `Record`).
pub(crate) fn start_planned(cx: &mut Cx<'_, '_>, plan: RecordingPlan) {
    let (_, recording) = record::launch(cx, plan);
    keep(cx, NamedRecording { name: None, recording });
}

fn keep(cx: &mut Cx<'_, '_>, named: NamedRecording) {
    let background = Background::Recording(Box::new(named));
    start::report(cx, Service::Recording, background.name(), ServiceState::Started);
    cx.call.background.push(background);
}

pub(super) fn stop(cx: &mut Cx<'_, '_>, mut named: NamedRecording) {
    record::stop(cx, &mut named.recording);
    if named.recording.source == RecordingSource::OutboundApi {
        cx.call.recorded = Some(Box::new(named.recording.clone()));
    }
    let background = Background::Recording(Box::new(named));
    start::report(cx, Service::Recording, background.name(), ServiceState::Stopped);
}
