//! `<Dial><Conference>`: the caller joins a conference (`twiml-voice.md` section 6.3).
//!
//! This file is what the document asks for. How the call joins and leaves is the business of `leg::conferring`.

use super::{Ended, after};
use crate::call::EventCallback;
use crate::call::cx::Cx;
use crate::call::verb::record::words;
use crate::call::verb::{Flow, callback, resolve};
use crate::conference::{Participant, RecordingWish};
use crate::id::CallSid;
use crate::problem::{Code, Problem};
use crate::registry::Webhook;
use crate::twiml::{Attribute, Node};

/// A call that is to join a conference.
pub(crate) struct Participating {
    /// What its account calls the conference.
    pub(crate) name: String,
    pub(crate) participant: Participant,
    /// How many participants its document allows (INFERRED: that of the call that joins, like its other attributes).
    pub(crate) most: usize,
    /// Where the events go, if it is the first.
    pub(crate) callback: Option<EventCallback>,
    pub(crate) wish: Option<RecordingWish>,
    pub(crate) region: Option<String>,
    /// What it hears until the conference begins.
    pub(crate) wait: Option<Webhook>,
    /// Whether it leaves that to the operator.
    pub(crate) music: bool,
    pub(crate) jitter_buffer: String,
}

/// Why a call does not even ask to join.
enum Bad {
    /// The `<Dial>` has failed.
    Dial(Problem),
    /// The `<Dial>` is passed over (16023, 16025), whatever its `action`.
    Label(Problem),
}

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>, noun: Node<'_>) -> Flow {
    if node.attribute(Attribute::Record).is_some_and(|record| !matches!(record, "do-not-record" | "false")) {
        let message = "record of <Dial> does not record a conference: write record=\"record-from-start\" at \
                       <Conference>";
        cx.problem_at(node, Code::SchemaWarning, message);
    }
    match joining(cx, noun) {
        Ok(joining) => Flow::Confer(Box::new(joining)),
        Err(Bad::Dial(problem)) => {
            cx.problem_once(problem.clone());
            after(cx, node, Ended::failed(problem.code, problem.message))
        }
        Err(Bad::Label(problem)) => {
            cx.problem_once(problem);
            Flow::Next
        }
    }
}

fn joining(cx: &mut Cx<'_, '_>, noun: Node<'_>) -> Result<Participating, Bad> {
    let name = noun.text();
    if name.is_empty() || noun.error().is_some() {
        let message = "a conference needs a name of 1 to 128 characters";
        return Err(Bad::Dial(Problem::at(Code::ConferenceName, noun.span(), message)));
    }
    let label = label(noun).map_err(Bad::Label)?;
    let coaching = coach(noun).map_err(Bad::Dial)?;
    let beep = noun.word(Attribute::Beep).unwrap_or_default();
    let participant = Participant {
        call: cx.call.sid,
        leg: cx.line.id.clone(),
        label,
        muted: noun.flag(Attribute::Muted),
        hold: false,
        coaching,
        start_on_enter: noun.flag(Attribute::StartConferenceOnEnter),
        end_on_exit: noun.flag(Attribute::EndConferenceOnExit),
        beep_on_enter: matches!(beep, "true" | "onEnter"),
        beep_on_exit: matches!(beep, "true" | "onExit"),
        status: cx.call.status,
    };
    let most = noun.count(Attribute::MaxParticipants);
    Ok(Participating {
        name: name.into_owned(),
        participant,
        most: usize::try_from(most).unwrap_or(usize::MAX),
        callback: events(cx, noun),
        wish: recording(cx, noun),
        region: noun.attribute(Attribute::Region).map(str::to_owned),
        wait: wait(cx, noun),
        music: noun.attribute(Attribute::WaitUrl).is_none(),
        jitter_buffer: noun.word(Attribute::JitterBufferSize).unwrap_or_default().to_owned(),
    })
}

fn label(noun: Node<'_>) -> Result<Option<String>, Problem> {
    let label = noun.attribute(Attribute::ParticipantLabel);
    let good = |label: &str| !label.is_empty() && !label.contains('/') && label.parse::<CallSid>().is_err();
    if noun.attribute_error(Attribute::ParticipantLabel).is_some() || !label.is_none_or(good) {
        let message = "a participantLabel has 1 to 128 characters, no slash, and is no CallSid: the call does not \
                       join and the next verb runs";
        return Err(Problem::at(Code::LabelInvalid, noun.span(), message));
    }
    Ok(label.map(str::to_owned))
}

fn coach(noun: Node<'_>) -> Result<Option<CallSid>, Problem> {
    let Some(text) = noun.attribute(Attribute::Coach) else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|_| {
        let message = "coach names the participant who is coached by a CallSid, CA and 32 hexadecimal digits";
        Problem::at(Code::ConferenceCoach, noun.span(), message)
    })
}

fn events(cx: &mut Cx<'_, '_>, noun: Node<'_>) -> Option<EventCallback> {
    let url = callback(cx, noun, Attribute::StatusCallback)?;
    let method = noun.method(Attribute::StatusCallbackMethod);
    Some(EventCallback { url, method, events: words(noun, Attribute::StatusCallbackEvent) })
}

fn recording(cx: &mut Cx<'_, '_>, noun: Node<'_>) -> Option<RecordingWish> {
    noun.attribute(Attribute::Record).filter(|record| *record == "record-from-start")?;
    let callback = callback(cx, noun, Attribute::RecordingStatusCallback).map(|url| EventCallback {
        url,
        method: noun.method(Attribute::RecordingStatusCallbackMethod),
        events: words(noun, Attribute::RecordingStatusCallbackEvent),
    });
    Some(RecordingWish { trim: noun.word(Attribute::Trim) == Some("trim-silence"), callback })
}

/// What is heard until the conference begins: nothing for an empty `waitUrl`.
fn wait(cx: &mut Cx<'_, '_>, noun: Node<'_>) -> Option<Webhook> {
    let text = noun.url(Attribute::WaitUrl).ok().flatten().filter(|text| !text.is_empty())?;
    match resolve(cx, noun, text) {
        Ok(url) => Some(Webhook { url, method: noun.method(Attribute::WaitMethod) }),
        Err(problem) => {
            cx.problem_once(Problem { code: Code::ConferenceWaitUrl, ..problem });
            None
        }
    }
}
