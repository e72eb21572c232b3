//! `<Transcription>`: what is said is written down while it is said (`twiml-voice.md` section 7).

use super::{start, stream};
use crate::call::cx::Cx;
use crate::call::params::put;
use crate::call::{Background, Parameters, Track, Transcription};
use crate::effect::{Effect, StartTranscription, StopTranscription};
use crate::event::{Purpose, Service, ServiceState};
use crate::input::Transcribed;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Node};

/// Attributes that the first callback repeats, with the names of their parameters.
const TOLD: [(Attribute, &str); 9] = [
    (Attribute::Track, "Track"),
    (Attribute::InboundTrackLabel, "InboundTrackLabel"),
    (Attribute::OutboundTrackLabel, "OutboundTrackLabel"),
    (Attribute::PartialResults, "PartialResults"),
    (Attribute::TranscriptionEngine, "TranscriptionEngine"),
    (Attribute::ProfanityFilter, "ProfanityFilter"),
    (Attribute::SpeechModel, "SpeechModel"),
    (Attribute::Hints, "Hints"),
    (Attribute::EnableAutomaticPunctuation, "EnableAutomaticPunctuation"),
];

pub(super) fn start(cx: &mut Cx<'_, '_>, noun: Node<'_>) {
    let admitted = start::admit(cx, noun, Service::Transcription, 0);
    let text = |attribute| noun.word(attribute).unwrap_or_default();
    let mut transcription = Transcription {
        sid: cx.line.new_transcription(cx.world.seed),
        name: start::name(noun),
        track: Track::from_word(text(Attribute::Track)),
        callback: stream::callback(cx, noun, Attribute::StatusCallbackUrl),
        sequence: 0,
        language: text(Attribute::LanguageCode).to_owned(),
        partial_results: noun.flag(Attribute::PartialResults),
        settings: settings(noun),
    };
    if let Err(problem) = admitted {
        return refuse(cx, &mut transcription, problem);
    }
    cx.effect(Effect::StartTranscription(StartTranscription {
        transcription: transcription.sid,
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        track: transcription.track.as_str().into(),
        language: transcription.language.as_str().into(),
        engine: text(Attribute::TranscriptionEngine).into(),
        model: text(Attribute::SpeechModel).into(),
        hints: text(Attribute::Hints).into(),
        profanity_filter: noun.flag(Attribute::ProfanityFilter),
        punctuation: noun.flag(Attribute::EnableAutomaticPunctuation),
        partial_results: transcription.partial_results,
    }));
    start::report(cx, Service::Transcription, transcription.name(), ServiceState::Started);
    let started = std::mem::take(&mut transcription.settings);
    tell(cx, &mut transcription, "transcription-started", started);
    cx.call.background.push(Background::Transcription(Box::new(transcription)));
}

/// It never begins, or has broken off.
fn refuse(cx: &mut Cx<'_, '_>, transcription: &mut Transcription, problem: Problem) {
    let message = problem.message.clone();
    cx.problem_once(problem);
    start::report(cx, Service::Transcription, transcription.name(), ServiceState::Failed);
    // The name is Twilio's, which tells a code with it; ours is in the problem.
    let told = vec![("TranscriptionError".to_owned(), message.as_ref().into())];
    tell(cx, transcription, "transcription-error", told);
}

/// The edge has lost it.
pub(crate) fn failed(cx: &mut Cx<'_, '_>, transcription: &mut Transcription, detail: &str) {
    let detail = if detail.is_empty() { "the transcriber failed" } else { detail };
    refuse(cx, transcription, Problem::new(Code::TranscriptionFailed, detail.to_owned()));
}

fn settings(noun: Node<'_>) -> Parameters {
    let told = TOLD.iter().filter_map(|(attribute, name)| {
        let flag = || if noun.flag(*attribute) { "true" } else { "false" };
        let word = match attribute {
            Attribute::PartialResults
            | Attribute::ProfanityFilter
            | Attribute::EnableAutomaticPunctuation => Some(flag()),
            _ => noun.word(*attribute),
        };
        word.map(|word| ((*name).to_owned(), word.into()))
    });
    told.collect()
}

/// Sends an event of a transcription. They are numbered from 1.
fn tell(cx: &mut Cx<'_, '_>, transcription: &mut Transcription, event: &'static str, more: Parameters) {
    transcription.sequence = transcription.sequence.saturating_add(1);
    let Some(callback) = &transcription.callback else { return };
    let mut form = stream::status(cx, "Transcription", event);
    put(&mut form, "TranscriptionSid", transcription.sid.as_str().to_owned());
    put(&mut form, "SequenceId", transcription.sequence.to_string());
    if event == "transcription-started" || event == "transcription-content" {
        put(&mut form, "LanguageCode", transcription.language.as_str());
    }
    for (name, value) in more {
        put(&mut form, name, value.0);
    }
    stream::notify(cx, callback, Purpose::TranscriptionEvent, &form);
}

pub(super) fn stop(cx: &mut Cx<'_, '_>, mut transcription: Transcription) {
    let leg = cx.line.id.clone();
    cx.effect(Effect::StopTranscription(StopTranscription { transcription: transcription.sid, leg }));
    start::report(cx, Service::Transcription, transcription.name(), ServiceState::Stopped);
    tell(cx, &mut transcription, "transcription-stopped", Parameters::new());
}

/// Takes in words. Those of a side that is not written down, and partial ones that nobody asked for, are dropped.
pub(crate) fn words(cx: &mut Cx<'_, '_>, transcription: &mut Transcription, heard: &Transcribed) {
    let wanted = heard.is_final || transcription.partial_results;
    if !wanted || !transcription.track.holds(heard.inbound) {
        return;
    }
    let track = if heard.inbound { Track::Inbound } else { Track::Outbound };
    let data = serde_json::json!({
        "transcript": heard.text.reveal(),
        "confidence": heard.confidence.unwrap_or_default(),
    });
    let mut more: Parameters = vec![
        ("TranscriptionData".to_owned(), data.to_string().into()),
        ("Track".to_owned(), track.as_str().into()),
        ("Final".to_owned(), if heard.is_final { "true" } else { "false" }.into()),
    ];
    if let Some(stability) = heard.stability.filter(|_| !heard.is_final) {
        more.push(("Stability".to_owned(), stability.to_string().into()));
    }
    tell(cx, transcription, "transcription-content", more);
}
