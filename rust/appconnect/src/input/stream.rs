//! Inputs about sockets, recorders, transcribers and agents (`twiml-voice.md` section 7).

use crate::id::{LegId, RelaySid, ReplyId, SiprecSid, StreamSid, TranscriptionSid};
use crate::pii::Pii;

/// One table of what can happen to a socket: wire name and Twilio code.
macro_rules! socket_events {
    ($($(#[$doc:meta])* $name:ident = $wire:literal, $code:expr;)*) => {
        /// What happened to a socket (`webhooks.md` section 12.3, 319xx).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum SocketEvent { $($(#[$doc])* $name,)* }

        impl SocketEvent {
            /// Every event.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name used across process borders.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }

            /// Twilio's code for it; none for what is no fault.
            #[must_use]
            pub const fn code_number(self) -> Option<u16> {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

socket_events! {
    /// The connection broke. It has ended.
    Broken = "broken", Some(31_903);
    /// The peer closed it in order. It has ended.
    Closed = "closed", None;
    /// Audio of the application was dropped, because more of it waited than may. It goes on.
    Discarded = "discarded", Some(31_931);
    /// The handshake failed: no WebSocket, or another status than 101. It has ended.
    Handshake = "handshake", Some(31_920);
    /// A message that is not understood. It goes on.
    Invalid = "invalid", Some(31_951);
    /// A message that is not even JSON. It goes on.
    Malformed = "malformed", Some(31_950);
    /// It is open.
    Opened = "opened", None;
    /// The application does not read what it is sent: audio was dropped. It goes on.
    Overflow = "overflow", Some(31_930);
    /// The peer violated the WebSocket protocol. It has ended.
    Protocol = "protocol", Some(31_924);
    /// The connection was refused. It has ended.
    Refused = "refused", Some(31_902);
    /// It was not open in time. It has ended.
    Timeout = "timeout", Some(31_901);
    /// No TLS connection could be made. It has ended.
    Tls = "tls", Some(31_910);
    /// It failed for another reason. It has ended.
    Unknown = "unknown", Some(31_900);
    /// The host does not resolve, or is not one that may be reached. It has ended.
    Unreachable = "unreachable", Some(31_904);
}

impl SocketEvent {
    /// Whether the socket is gone.
    #[must_use]
    pub const fn is_end(self) -> bool {
        !matches!(self, Self::Opened | Self::Discarded | Self::Invalid | Self::Malformed | Self::Overflow)
    }
}

/// Something happened to the socket of a media stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamEvent {
    /// The caller's line.
    pub leg: LegId,
    /// The stream.
    pub stream: StreamSid,
    /// What.
    pub event: SocketEvent,
    /// A sentence for the account; may be empty.
    pub detail: Box<str>,
}

/// Something happened to the socket of a `<ConversationRelay>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayEvent {
    /// The caller's line.
    pub leg: LegId,
    /// The session.
    pub relay: RelaySid,
    /// What.
    pub event: SocketEvent,
    /// A sentence for the account; may be empty.
    pub detail: Box<str>,
}

/// The application sent a text frame on the socket of a `<ConversationRelay>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayMessage {
    /// The caller's line.
    pub leg: LegId,
    /// The session.
    pub relay: RelaySid,
    /// The whole frame, at most 64 KiB of which are read.
    pub text: Pii,
}

/// Something happened between us and a SIP recorder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiprecEvent {
    /// The caller's line.
    pub leg: LegId,
    /// The fork.
    pub siprec: SiprecSid,
    /// What, in the words of sockets.
    pub event: SocketEvent,
    /// A sentence for the account; may be empty.
    pub detail: Box<str>,
}

/// Words of a transcription.
#[derive(Clone, Debug, PartialEq)]
pub struct Transcribed {
    /// The caller's line.
    pub leg: LegId,
    /// The transcription.
    pub transcription: TranscriptionSid,
    /// Whether the caller spoke; otherwise it was whom the caller hears.
    pub inbound: bool,
    /// The words.
    pub text: Pii,
    /// How sure the recogniser is, 0.0 to 1.0.
    pub confidence: Option<f32>,
    /// False for a partial result.
    pub is_final: bool,
    /// How unlikely a partial result is to change, 0.0 to 1.0.
    pub stability: Option<f32>,
}

/// A transcription broke off: it has ended, and nothing more of it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TranscriptionFailed {
    /// The caller's line.
    pub leg: LegId,
    /// The transcription.
    pub transcription: TranscriptionSid,
    /// A sentence for the account; may be empty.
    pub detail: Box<str>,
}

/// How a virtual agent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgentStatus {
    /// It is through with the caller.
    Completed,
    /// It failed.
    Failed,
    /// It wants a person to take over.
    LiveAgentHandoff,
}

impl AgentStatus {
    /// Every status.
    pub const ALL: &'static [Self] = &[Self::Completed, Self::Failed, Self::LiveAgentHandoff];

    /// The value of `VirtualAgentStatus`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::LiveAgentHandoff => "live-agent-handoff",
        }
    }
}

/// A virtual agent is through with the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentDone {
    /// The `StartAgent` that it answers.
    pub reply: ReplyId,
    /// How.
    pub status: AgentStatus,
    /// `VirtualAgentProvider`: whose agent it was.
    pub provider: Box<str>,
    /// `VirtualAgentProviderData`: JSON of the provider.
    pub data: Option<Pii>,
    /// `VirtualAgentErrorCode`.
    pub error_code: Option<u32>,
    /// `VirtualAgentError`.
    pub error: Option<Box<str>>,
}
