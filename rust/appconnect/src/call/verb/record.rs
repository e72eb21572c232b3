//! `<Record>`: the caller's voice, until silence, a key, the longest time, or the end of the call
//! (`twiml-voice.md` section 5), and the recordings that a `<Dial>` makes.

use super::{Flow, Goto, action_or_base, callback};
use crate::call::cx::Cx;
use crate::call::exchange::{Plan, Role};
use crate::call::params::{put, recording, recording_status};
use crate::call::{
    Errand, ErrandKind, EventCallback, Record, Recording, RecordingPlan, RecordingSource, Running, Timer,
};
use crate::effect::{Effect, StartRecording, StopRecording, Transcribe};
use crate::event::Purpose;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Node};

/// Seconds after which a recording ends.
const DEFAULT_MAX_LENGTH: u32 = 3_600;
/// Seconds after which a recording that is to be transcribed ends.
const LONGEST_TRANSCRIBED: u32 = 120;
/// Milliseconds of a recording that is long enough to be transcribed: more than two seconds.
const SHORTEST_TRANSCRIBED_MS: u64 = 2_001;
/// Seconds after which a transcription counts as failed. Our choice.
const TRANSCRIPTION_SECONDS: u64 = 600;

/// What ended a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finished {
    Key(char),
    HungUp,
    /// The account gave the call another document.
    Updated,
    Silence,
    /// Silence, and nothing was heard before it.
    Nothing,
    MaxLength,
}

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let source = RecordingSource::RecordVerb;
    let (step, recording) = begin(cx, node, source, false);
    let record = Record { step, recording };
    let longest = longest(cx, node);
    let until = cx.now().plus_seconds(u64::from(longest));
    cx.call.timers.set(Timer::Verb, until);
    Flow::Park(Running::Recording(record))
}

/// Seconds that a `<Record>` may take.
fn longest(cx: &mut Cx<'_, '_>, node: Node<'_>) -> u32 {
    let written = node.number(Attribute::MaxLength);
    if !node.flag(Attribute::Transcribe) {
        return written.unwrap_or(DEFAULT_MAX_LENGTH);
    }
    if written.is_some_and(|seconds| seconds > LONGEST_TRANSCRIBED) {
        let message = format!("a recording to be transcribed ends after {LONGEST_TRANSCRIBED} s at most");
        cx.problem_at(node, Code::RecordTranscribeLength, message);
    }
    written.unwrap_or(LONGEST_TRANSCRIBED).min(LONGEST_TRANSCRIBED)
}

/// Starts a recording that `node` (a `<Record>`, `<Dial>` or `<Recording>`) asks for. The number is the step that its end answers.
pub(super) fn begin(
    cx: &mut Cx<'_, '_>,
    node: Node<'_>,
    source: RecordingSource,
    dual: bool,
) -> (u32, Recording) {
    let callback = callback(cx, node, Attribute::RecordingStatusCallback).map(|url| EventCallback {
        url,
        method: node.method(Attribute::RecordingStatusCallbackMethod),
        events: words(node, Attribute::RecordingStatusCallbackEvent),
    });
    let verb = source == RecordingSource::RecordVerb;
    // What is meant by a bad `trim` of a `<Record>` nobody knows: nothing is cut off (13699).
    let trims = node.attribute_error(Attribute::Trim) != Some(Code::RecordTrim);
    let silence = node.count(Attribute::Timeout);
    let own = node.word(Attribute::RecordingTrack).or_else(|| node.word(Attribute::Track));
    let plan = RecordingPlan {
        source,
        beep: verb && node.flag(Attribute::PlayBeep),
        silence: (verb && silence > 0).then_some(silence),
        trim: trims && node.word(Attribute::Trim) == Some("trim-silence"),
        dual,
        // A `<Record>` has no such attribute.
        track: own.unwrap_or("both").to_owned(),
        callback,
    };
    launch(cx, plan)
}

/// Starts a recording. The number is the step that its end answers.
pub(super) fn launch(cx: &mut Cx<'_, '_>, plan: RecordingPlan) -> (u32, Recording) {
    let RecordingPlan { source, beep, silence, trim, dual, track, callback } = plan;
    let dual = dual && track == "both";
    let sid = cx.line.new_recording(cx.world.seed);
    let reply = cx.next_reply();
    let start = StartRecording {
        reply,
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        recording: sid,
        beep,
        silence_timeout: silence,
        trim,
        dual,
        track: track.as_str().into(),
    };
    cx.effect(Effect::StartRecording(start));
    let recording = Recording { sid, source, started: cx.now(), ended: None, dual, track, callback };
    notify(cx, &recording, "in-progress");
    (reply.step, recording)
}

/// Items of a blank-separated attribute.
pub(super) fn words(node: Node<'_>, attribute: Attribute) -> Vec<String> {
    let text = node.word(attribute).unwrap_or_default();
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Stops a recording, and its status goes out.
pub(super) fn stop(cx: &mut Cx<'_, '_>, recording: &mut Recording) {
    let leg = cx.line.id.clone();
    cx.effect(Effect::StopRecording(StopRecording { leg, recording: recording.sid }));
    ended(cx, recording, "completed");
}

/// The status of a recording that has ended goes out.
fn ended(cx: &mut Cx<'_, '_>, recording: &mut Recording, status: &'static str) {
    recording.ended = Some(cx.now());
    notify(cx, recording, status);
}

fn notify(cx: &mut Cx<'_, '_>, recording: &Recording, status: &'static str) {
    let Some(callback) = recording.callback.as_ref().filter(|callback| callback.wants(status)) else {
        return;
    };
    let form = recording_status(cx.world.config, cx.call.sid, cx.call.account, recording, status);
    let plan = Plan {
        purpose: Purpose::RecordingStatus,
        role: Role::Callback,
        method: callback.method,
        url: &callback.url,
        sequence: None,
    };
    if let Err(problem) = cx.request_bare(cx.call.sid, &plan, &form) {
        cx.problem(problem);
    }
}

/// Has a recording written down, if the document wants it and its length allows it (`twiml-voice.md` section 5).
///
/// The upper bound is inside: the recording that ends at its longest is the one that was asked for.
fn transcribe(cx: &mut Cx<'_, '_>, node: Node<'_>, recording: &Recording) {
    if !node.flag(Attribute::Transcribe) {
        return;
    }
    let length = recording.ended.map_or(0, |ended| ended.since(recording.started));
    if !(SHORTEST_TRANSCRIBED_MS..=u64::from(LONGEST_TRANSCRIBED) * 1_000).contains(&length) {
        let message = "only a recording of more than 2 s and at most 120 s is transcribed";
        return cx.problem_at(node, Code::TranscriptionLength, message);
    }
    let callback = callback(cx, node, Attribute::TranscribeCallback);
    let sid = cx.line.new_transcript(cx.world.seed);
    let reply = cx.next_reply();
    cx.effect(Effect::Transcribe(Transcribe {
        reply,
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        account: cx.call.account,
        recording: recording.sid,
    }));
    let kind = ErrandKind::Transcription { sid, recording: recording.sid, callback };
    let deadline = Some(cx.now().plus_seconds(TRANSCRIPTION_SECONDS));
    cx.call.errands.push(Errand { step: reply.step, kind, deadline });
}

/// Whether a key ends the recording.
pub(crate) fn key(node: Node<'_>, keys: &str) -> Option<char> {
    let finish_on = node.word(Attribute::FinishOnKey).unwrap_or_default();
    keys.chars().find(|key| finish_on.contains(*key))
}

/// The recording is over: the action is requested whatever ended it (`twiml-voice.md` section 10, C3).
pub(crate) fn finish(
    cx: &mut Cx<'_, '_>,
    node: Node<'_>,
    mut record: Record,
    ended: Finished,
) -> Result<Goto, Problem> {
    cx.call.timers.stop(Timer::Verb);
    match ended {
        Finished::Silence => self::ended(cx, &mut record.recording, "completed"),
        Finished::Nothing => {
            // What is absent is not written down either.
            self::ended(cx, &mut record.recording, "absent");
            cx.problem_at(node, Code::RecordingSilent, "nothing was heard: the recording is absent");
        }
        _ => stop(cx, &mut record.recording),
    }
    if ended != Finished::Nothing {
        transcribe(cx, node, &record.recording);
    }
    let mut extra = Vec::with_capacity(4);
    recording(&mut extra, cx.world.config, cx.call.account, &record.recording);
    let digits = match ended {
        Finished::Key(key) => key.to_string(),
        Finished::HungUp => "hangup".to_owned(),
        Finished::Silence | Finished::Nothing | Finished::MaxLength | Finished::Updated => String::new(),
    };
    put(&mut extra, "Digits", digits);
    let url = action_or_base(cx, node)?;
    Ok(Goto { url, method: node.method(Attribute::Method), purpose: Purpose::Action, extra })
}
