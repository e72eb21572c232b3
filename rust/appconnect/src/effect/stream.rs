//! Effects of `<Start>`, `<Stop>` and `<Connect>`: sockets, recorders, transcribers and agents (`twiml-voice.md` section
//! 7). Whatever of it is open on a leg ends with a `HangUp` of that leg at the latest.

use crate::http::SocketRequest;
use crate::id::{AccountSid, CallSid, LegId, RelaySid, ReplyId, SiprecSid, StreamSid, TranscriptionSid};
use crate::pii::Pii;

/// Open the socket of a media stream and send it the audio; tell of it by `StreamEvent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenStream {
    /// The stream.
    pub stream: StreamSid,
    /// The caller's line.
    pub leg: LegId,
    /// The call whose application gets the audio.
    pub call: CallSid,
    /// The account of that call.
    pub account: AccountSid,
    /// The handshake.
    pub request: SocketRequest,
    /// `inbound_track` (what the caller says), `outbound_track` (what the caller hears) or `both_tracks`.
    pub track: Box<str>,
    /// Whether the application's audio is played to the caller.
    pub bidirectional: bool,
    /// The `customParameters`.
    pub parameters: Vec<(String, Pii)>,
}

/// Say goodbye on the socket of a media stream and close it; no `StreamEvent` is wanted for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseStream {
    /// The stream.
    pub stream: StreamSid,
    /// The caller's line.
    pub leg: LegId,
}

/// Tell the application of a bidirectional stream which keys the caller pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendDtmf {
    /// The stream.
    pub stream: StreamSid,
    /// The caller's line.
    pub leg: LegId,
    /// One or more of `0-9 * # A-D`.
    pub digits: Pii,
}

/// Open the socket of a `<ConversationRelay>`; tell of it by `RelayEvent` and `RelayMessage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRelay {
    /// The session.
    pub relay: RelaySid,
    /// The caller's line.
    pub leg: LegId,
    /// The call whose application speaks.
    pub call: CallSid,
    /// The account of that call.
    pub account: AccountSid,
    /// The handshake.
    pub request: SocketRequest,
}

/// Send a text frame on the socket of a `<ConversationRelay>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendRelay {
    /// The session.
    pub relay: RelaySid,
    /// The caller's line.
    pub leg: LegId,
    /// The whole frame, JSON.
    pub text: Pii,
}

/// Close the socket of a `<ConversationRelay>`; no `RelayEvent` is wanted for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseRelay {
    /// The session.
    pub relay: RelaySid,
    /// The caller's line.
    pub leg: LegId,
}

/// Send the audio to a SIP recorder; tell of it by `SiprecEvent`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartSiprec {
    /// The fork.
    pub siprec: SiprecSid,
    /// The caller's line.
    pub leg: LegId,
    /// The call that is recorded.
    pub call: CallSid,
    /// The recorder, by the name under which the account has it.
    pub connector: Box<str>,
    /// `inbound_track`, `outbound_track` or `both_tracks`.
    pub track: Box<str>,
    /// What the recorder is told.
    pub parameters: Vec<(String, Pii)>,
}

/// Stop sending audio to a SIP recorder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopSiprec {
    /// The fork.
    pub siprec: SiprecSid,
    /// The caller's line.
    pub leg: LegId,
}

/// Write down what is said; tell of it by `Transcribed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartTranscription {
    /// The transcription.
    pub transcription: TranscriptionSid,
    /// The caller's line.
    pub leg: LegId,
    /// The call whose words are written down.
    pub call: CallSid,
    /// `inbound_track` (the caller), `outbound_track` (whom the caller hears) or `both_tracks`.
    pub track: Box<str>,
    /// A BCP-47 language.
    pub language: Box<str>,
    /// `google` or `deepgram`.
    pub engine: Box<str>,
    /// The recogniser's model.
    pub model: Box<str>,
    /// Phrases to expect.
    pub hints: Box<str>,
    /// Whether to mask profanities.
    pub profanity_filter: bool,
    /// Whether to punctuate.
    pub punctuation: bool,
    /// Whether partial results are wanted.
    pub partial_results: bool,
}

/// Stop a transcription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopTranscription {
    /// The transcription.
    pub transcription: TranscriptionSid,
    /// The caller's line.
    pub leg: LegId,
}

/// Hand the caller to a virtual agent of another vendor; answer with `AgentDone`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartAgent {
    /// Answer with `AgentDone` when the agent is through.
    pub reply: ReplyId,
    /// The caller's line.
    pub leg: LegId,
    /// The call that is handed over.
    pub call: CallSid,
    /// The agent, by the name under which the account has it.
    pub connector: Box<str>,
    /// A BCP-47 language; none for the agent's own.
    pub language: Option<Box<str>>,
    /// Whether the agent judges the caller's mood.
    pub sentiment_analysis: bool,
    /// The `<Config>`s: settings of the agent.
    pub settings: Vec<(String, Pii)>,
    /// The `<Parameter>`s: what the agent is told.
    pub parameters: Vec<(String, Pii)>,
}

/// Take the caller back from a virtual agent; no `AgentDone` is wanted for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopAgent {
    /// The `StartAgent` that is over.
    pub reply: ReplyId,
    /// The caller's line.
    pub leg: LegId,
}
