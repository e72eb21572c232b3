//! The effects of `<Start>`, `<Stop>` and `<Connect>` as Python classes.

use appconnect::effect as core;
use appconnect::http;
use appconnect::id::{AccountSid, CallSid, LegId, RelaySid, ReplyId, SiprecSid, StreamSid, TranscriptionSid};
use appconnect::pii::Pii;
use pyo3::prelude::*;

use crate::value::{Child, value};

value! {
    /// The handshake of a WebSocket.
    SocketRequest from http::SocketRequest {
        /// The `wss` URL.
        url: Box<str>,
        /// The host, in lower case, an IPv6 address without brackets.
        host: Box<str>,
        /// The port, also when the URL leaves it out.
        port: u16,
        /// Path and query as they stand on the request line.
        target: Box<str>,
        /// The header fields beyond those of every handshake: `x-twilio-signature`.
        headers: Vec<(String, Pii)>,
        /// Milliseconds for name resolution, connection, TLS and handshake together.
        connect_ms: u32,
    }
}

value! {
    /// Open the socket of a media stream and send it the audio; tell of it by `StreamEvent`.
    OpenStream from core::OpenStream {
        /// The stream.
        stream: StreamSid,
        /// The caller's line.
        leg: LegId,
        /// The call whose application gets the audio.
        call: CallSid,
        /// The account of that call.
        account: AccountSid,
        /// The handshake.
        request: Child<SocketRequest>,
        /// `inbound_track` (what the caller says), `outbound_track` (what the caller hears) or `both_tracks`.
        track: Box<str>,
        /// Whether the application's audio is played to the caller.
        bidirectional: bool,
        /// The `customParameters`.
        parameters: Vec<(String, Pii)>,
    }
}

value! {
    /// Say goodbye on the socket of a media stream and close it; no `StreamEvent` is wanted for it.
    CloseStream from core::CloseStream {
        /// The stream.
        stream: StreamSid,
        /// The caller's line.
        leg: LegId,
    }
}

value! {
    /// Tell the application of a bidirectional stream which keys the caller pressed.
    SendDtmf from core::SendDtmf {
        /// The stream.
        stream: StreamSid,
        /// The caller's line.
        leg: LegId,
        /// One or more of `0-9 * # A-D`.
        digits: Pii,
    }
}

value! {
    /// Open the socket of a `<ConversationRelay>`; tell of it by `RelayEvent` and `RelayMessage`.
    OpenRelay from core::OpenRelay {
        /// The session.
        relay: RelaySid,
        /// The caller's line.
        leg: LegId,
        /// The call whose application speaks.
        call: CallSid,
        /// The account of that call.
        account: AccountSid,
        /// The handshake.
        request: Child<SocketRequest>,
    }
}

value! {
    /// Send a text frame on the socket of a `<ConversationRelay>`.
    SendRelay from core::SendRelay {
        /// The session.
        relay: RelaySid,
        /// The caller's line.
        leg: LegId,
        /// The whole frame, JSON.
        text: Pii,
    }
}

value! {
    /// Close the socket of a `<ConversationRelay>`; no `RelayEvent` is wanted for it.
    CloseRelay from core::CloseRelay {
        /// The session.
        relay: RelaySid,
        /// The caller's line.
        leg: LegId,
    }
}

value! {
    /// Send the audio to a SIP recorder; tell of it by `SiprecEvent`.
    StartSiprec from core::StartSiprec {
        /// The fork.
        siprec: SiprecSid,
        /// The caller's line.
        leg: LegId,
        /// The call that is recorded.
        call: CallSid,
        /// The recorder, by the name under which the account has it.
        connector: Box<str>,
        /// `inbound_track`, `outbound_track` or `both_tracks`.
        track: Box<str>,
        /// What the recorder is told.
        parameters: Vec<(String, Pii)>,
    }
}

value! {
    /// Stop sending audio to a SIP recorder.
    StopSiprec from core::StopSiprec {
        /// The fork.
        siprec: SiprecSid,
        /// The caller's line.
        leg: LegId,
    }
}

value! {
    /// Write down what is said; tell of it by `Transcribed`.
    StartTranscription from core::StartTranscription {
        /// The transcription.
        transcription: TranscriptionSid,
        /// The caller's line.
        leg: LegId,
        /// The call whose words are written down.
        call: CallSid,
        /// `inbound_track` (the caller), `outbound_track` (whom the caller hears) or `both_tracks`.
        track: Box<str>,
        /// A BCP-47 language.
        language: Box<str>,
        /// `google` or `deepgram`.
        engine: Box<str>,
        /// The recogniser's model.
        model: Box<str>,
        /// Phrases to expect.
        hints: Box<str>,
        /// Whether to mask profanities.
        profanity_filter: bool,
        /// Whether to punctuate.
        punctuation: bool,
        /// Whether partial results are wanted.
        partial_results: bool,
    }
}

value! {
    /// Stop a transcription.
    StopTranscription from core::StopTranscription {
        /// The transcription.
        transcription: TranscriptionSid,
        /// The caller's line.
        leg: LegId,
    }
}

value! {
    /// Hand the caller to a virtual agent of another vendor; answer with `AgentDone`.
    StartAgent from core::StartAgent {
        /// Answer with `AgentDone` when the agent is through.
        reply: ReplyId,
        /// The caller's line.
        leg: LegId,
        /// The call that is handed over.
        call: CallSid,
        /// The agent, by the name under which the account has it.
        connector: Box<str>,
        /// A BCP-47 language; none for the agent's own.
        language: Option<Box<str>>,
        /// Whether the agent judges the caller's mood.
        sentiment_analysis: bool,
        /// The `<Config>`s: settings of the agent.
        settings: Vec<(String, Pii)>,
        /// The `<Parameter>`s: what the agent is told.
        parameters: Vec<(String, Pii)>,
    }
}

value! {
    /// Take the caller back from a virtual agent; no `AgentDone` is wanted for it.
    StopAgent from core::StopAgent {
        /// The `StartAgent` that is over.
        reply: ReplyId,
        /// The caller's line.
        leg: LegId,
    }
}
