//! The inputs about sockets, recorders, transcribers and agents as Python classes.

use appconnect::id::{LegId, RelaySid, ReplyId, SiprecSid, StreamSid, TranscriptionSid};
use appconnect::input as core;
use appconnect::pii::Pii;
use pyo3::prelude::*;

use crate::field::Confidence;
use crate::value::value;

value! {
    /// A virtual agent is through with the caller.
    AgentDone {
        /// The `StartAgent` that it answers.
        reply: ReplyId,
        /// How.
        status: core::AgentStatus,
        /// `VirtualAgentProvider`: whose agent it was.
        provider: Box<str> = "",
        /// `VirtualAgentProviderData`: JSON of the provider.
        data: Option<Pii> = None,
        /// `VirtualAgentErrorCode`.
        error_code: Option<u32> = None,
        /// `VirtualAgentError`.
        error: Option<Box<str>> = None,
    }
}

value! {
    /// Something happened to the socket of a `<ConversationRelay>`.
    RelayEvent {
        /// The caller's line.
        leg: LegId,
        /// The session.
        relay: RelaySid,
        /// What.
        event: core::SocketEvent,
        /// A sentence for the account; may be empty.
        detail: Box<str> = "",
    }
}

value! {
    /// The application sent a text frame on the socket of a `<ConversationRelay>`.
    RelayMessage {
        /// The caller's line.
        leg: LegId,
        /// The session.
        relay: RelaySid,
        /// The whole frame, at most 64 KiB of which are read.
        text: Pii,
    }
}

value! {
    /// Something happened between us and a SIP recorder.
    SiprecEvent {
        /// The caller's line.
        leg: LegId,
        /// The fork.
        siprec: SiprecSid,
        /// What, in the words of sockets.
        event: core::SocketEvent,
        /// A sentence for the account; may be empty.
        detail: Box<str> = "",
    }
}

value! {
    /// Something happened to the socket of a media stream.
    StreamEvent {
        /// The caller's line.
        leg: LegId,
        /// The stream.
        stream: StreamSid,
        /// What.
        event: core::SocketEvent,
        /// A sentence for the account; may be empty.
        detail: Box<str> = "",
    }
}

value! {
    /// Words of a transcription.
    Transcribed {
        /// The caller's line.
        leg: LegId,
        /// The transcription.
        transcription: TranscriptionSid,
        /// Whether the caller spoke; otherwise it was whom the caller hears.
        inbound: bool,
        /// The words.
        text: Pii,
        /// How sure the recogniser is, 0.0 to 1.0.
        confidence: Option<Confidence> = None,
        /// False for a partial result.
        is_final: bool = true,
        /// How unlikely a partial result is to change, 0.0 to 1.0.
        stability: Option<Confidence> = None,
    }
}

value! {
    /// A transcription broke off: it has ended, and nothing more of it is written down.
    TranscriptionFailed {
        /// The caller's line.
        leg: LegId,
        /// The transcription.
        transcription: TranscriptionSid,
        /// A sentence for the account; may be empty.
        detail: Box<str> = "",
    }
}

impl From<&AgentDone> for core::Input {
    fn from(input: &AgentDone) -> Self {
        Self::AgentDone(core::AgentDone {
            reply: input.reply,
            status: input.status,
            provider: input.provider.clone(),
            data: input.data.clone(),
            error_code: input.error_code,
            error: input.error.clone(),
        })
    }
}

impl From<&RelayEvent> for core::Input {
    fn from(input: &RelayEvent) -> Self {
        let RelayEvent { leg, relay, event, detail } = input;
        let (leg, detail) = (leg.clone(), detail.clone());
        Self::RelayEvent(core::RelayEvent { leg, relay: *relay, event: *event, detail })
    }
}

impl From<&RelayMessage> for core::Input {
    fn from(input: &RelayMessage) -> Self {
        let RelayMessage { leg, relay, text } = input;
        Self::RelayMessage(core::RelayMessage { leg: leg.clone(), relay: *relay, text: text.clone() })
    }
}

impl From<&SiprecEvent> for core::Input {
    fn from(input: &SiprecEvent) -> Self {
        let SiprecEvent { leg, siprec, event, detail } = input;
        let (leg, detail) = (leg.clone(), detail.clone());
        Self::SiprecEvent(core::SiprecEvent { leg, siprec: *siprec, event: *event, detail })
    }
}

impl From<&StreamEvent> for core::Input {
    fn from(input: &StreamEvent) -> Self {
        let StreamEvent { leg, stream, event, detail } = input;
        let (leg, detail) = (leg.clone(), detail.clone());
        Self::StreamEvent(core::StreamEvent { leg, stream: *stream, event: *event, detail })
    }
}

impl From<&Transcribed> for core::Input {
    fn from(input: &Transcribed) -> Self {
        Self::Transcribed(core::Transcribed {
            leg: input.leg.clone(),
            transcription: input.transcription,
            inbound: input.inbound,
            text: input.text.clone(),
            confidence: input.confidence.map(|confidence| confidence.0),
            is_final: input.is_final,
            stability: input.stability.map(|stability| stability.0),
        })
    }
}

impl From<&TranscriptionFailed> for core::Input {
    fn from(input: &TranscriptionFailed) -> Self {
        let TranscriptionFailed { leg, transcription, detail } = input;
        let (leg, detail) = (leg.clone(), detail.clone());
        Self::TranscriptionFailed(core::TranscriptionFailed { leg, transcription: *transcription, detail })
    }
}
