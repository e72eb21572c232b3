//! Acts of those whom a call is given to besides its caller: applications behind sockets, recorders, transcribers, agents.
//! Nobody but the scenario plays them, so nothing of them happens by itself.

use appconnect::input::{
    AgentDone, AgentStatus, Input, RelayEvent, RelayMessage, SiprecEvent, SocketEvent, StreamEvent,
    Transcribed, TranscriptionFailed,
};
use appconnect::pii::Pii;

use super::file::Fields;
use super::outbound::whole_number;
use super::stage::Stage;

pub fn act(
    stage: &mut Stage,
    kind: &str,
    leg: &str,
    value: &str,
    confidence: Option<f32>,
    keys: Fields,
) -> Result<(), String> {
    match kind {
        "socket" => socket(stage, leg, value, keys),
        "relay_says" => relay_says(stage, leg, value, keys),
        "words" => words(stage, leg, value, confidence, keys),
        "words_fail" => words_fail(stage, leg, value, keys),
        _ => agent_done(stage, leg, value, keys),
    }
}

/// The SID of the thing that an act is about.
fn of(stage: &Stage, keys: &mut Fields, kind: &str) -> Result<String, String> {
    let name = keys.text("of")?.ok_or(format!("{kind}: of is missing"))?;
    stage.names.fill(&name)
}

/// Something happened to the socket of a stream or a relay, or between us and a recorder: its SID says which.
fn socket(stage: &mut Stage, leg: &str, name: &str, mut keys: Fields) -> Result<(), String> {
    let event = SocketEvent::ALL.iter().copied().find(|event| event.as_str() == name);
    let event = event.ok_or_else(|| format!("socket: there is no {name}"))?;
    let of = of(stage, &mut keys, "socket")?;
    let detail = keys.text("detail")?.unwrap_or_default().into();
    let leg = stage.leg(leg)?;
    let wrong = |error| format!("socket: {error}");
    let input = match of.get(..2) {
        Some("MZ") => {
            let stream = of.parse().map_err(wrong)?;
            Input::StreamEvent(StreamEvent { leg, stream, event, detail })
        }
        Some("VX") => {
            let relay = of.parse().map_err(wrong)?;
            Input::RelayEvent(RelayEvent { leg, relay, event, detail })
        }
        Some("SR") => {
            let siprec = of.parse().map_err(wrong)?;
            Input::SiprecEvent(SiprecEvent { leg, siprec, event, detail })
        }
        _ => return Err("socket: this is neither a stream, a relay nor a recorder".to_owned()),
    };
    super::give(stage, input, None)
}

/// The application of a relay sends a frame.
fn relay_says(stage: &mut Stage, leg: &str, text: &str, mut keys: Fields) -> Result<(), String> {
    let relay =
        of(stage, &mut keys, "relay_says")?.parse().map_err(|error| format!("relay_says: {error}"))?;
    let message = RelayMessage { leg: stage.leg(leg)?, relay, text: Pii::from(text) };
    super::give(stage, Input::RelayMessage(message), None)
}

/// Words of one side were written down.
fn words(
    stage: &mut Stage,
    leg: &str,
    text: &str,
    confidence: Option<f32>,
    mut keys: Fields,
) -> Result<(), String> {
    #[expect(clippy::cast_possible_truncation, reason = "a probability")]
    let stability = keys.number("stability")?.map(|number| number as f32);
    let inbound = match keys.text("side")?.as_deref() {
        None | Some("inbound") => true,
        Some("outbound") => false,
        Some(other) => return Err(format!("words: {other} is neither inbound nor outbound")),
    };
    let heard = Transcribed {
        leg: stage.leg(leg)?,
        transcription: of(stage, &mut keys, "words")?.parse().map_err(|error| format!("words: {error}"))?,
        inbound,
        text: Pii::from(text),
        confidence,
        is_final: keys.flag("final")?.unwrap_or(true),
        stability,
    };
    super::give(stage, Input::Transcribed(heard), None)
}

/// A transcription breaks off.
fn words_fail(stage: &mut Stage, leg: &str, detail: &str, mut keys: Fields) -> Result<(), String> {
    let transcription = of(stage, &mut keys, "words_fail")?;
    let transcription = transcription.parse().map_err(|error| format!("words_fail: {error}"))?;
    let failed = TranscriptionFailed { leg: stage.leg(leg)?, transcription, detail: detail.into() };
    super::give(stage, Input::TranscriptionFailed(failed), None)
}

/// The agent that was given the caller last is through.
fn agent_done(stage: &mut Stage, leg: &str, name: &str, mut keys: Fields) -> Result<(), String> {
    let status = AgentStatus::ALL.iter().copied().find(|status| status.as_str() == name);
    let done = AgentDone {
        reply: *stage.agents.get(leg).ok_or("agent_done: no agent was given this line")?,
        status: status.ok_or_else(|| format!("agent_done: there is no {name}"))?,
        provider: keys.text("provider")?.unwrap_or_default().into(),
        data: keys.text("data")?.map(Pii::from),
        error_code: whole_number(&mut keys, "error_code")?,
        error: keys.text("error")?.map(Into::into),
    };
    super::give(stage, Input::AgentDone(done), None)
}
