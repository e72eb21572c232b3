//! What runs beside the document: `<Start>` began it, `<Stop>` or the end of the call ends it. Plain data.

use minicbor::{Decode, Encode};

use super::{Parameters, Recording};
use crate::event::Service;
use crate::id::{SiprecSid, StreamSid, TranscriptionSid};
use crate::registry::Webhook;

/// Forked tracks that a call may have at once (`twiml-voice.md` section 7).
pub(crate) const MAX_FORKS: usize = 4;

/// One thing that runs beside the document.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) enum Background {
    #[n(0)]
    Stream(#[n(0)] Box<Stream>),
    #[n(1)]
    Siprec(#[n(0)] Box<Siprec>),
    #[n(2)]
    Transcription(#[n(0)] Box<Transcription>),
    #[n(3)]
    Recording(#[n(0)] Box<NamedRecording>),
}

impl Background {
    pub(crate) const fn service(&self) -> Service {
        match self {
            Self::Stream(_) => Service::Stream,
            Self::Siprec(_) => Service::Siprec,
            Self::Transcription(_) => Service::Transcription,
            Self::Recording(_) => Service::Recording,
        }
    }

    /// The name that the document gave it, or its SID (our choice; Twilio documents it for streams).
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Stream(stream) => stream.name(),
            Self::Siprec(siprec) => name_or(siprec.name.as_deref(), siprec.sid.as_str()),
            Self::Transcription(transcription) => transcription.name(),
            Self::Recording(named) => name_or(named.name.as_deref(), named.recording.sid.as_str()),
        }
    }

    /// How many of the call's forked tracks it takes.
    pub(crate) fn forks(&self) -> usize {
        match self {
            Self::Stream(stream) => stream.track.forks(),
            // A SIP recorder always gets both sides.
            Self::Siprec(_) => 2,
            Self::Transcription(_) | Self::Recording(_) => 0,
        }
    }
}

fn name_or<'a>(name: Option<&'a str>, sid: &'a str) -> &'a str {
    name.unwrap_or(sid)
}

/// Which sides of a call are heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum Track {
    #[n(0)]
    Inbound,
    #[n(1)]
    Outbound,
    #[n(2)]
    Both,
}

impl Track {
    /// The track of an attribute's word.
    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "outbound_track" => Self::Outbound,
            "both_tracks" => Self::Both,
            _ => Self::Inbound,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound_track",
            Self::Outbound => "outbound_track",
            Self::Both => "both_tracks",
        }
    }

    pub(crate) const fn forks(self) -> usize {
        if matches!(self, Self::Both) { 2 } else { 1 }
    }

    /// Whether it holds the words of this side.
    pub(crate) const fn holds(self, inbound: bool) -> bool {
        match self {
            Self::Both => true,
            Self::Inbound => inbound,
            Self::Outbound => !inbound,
        }
    }
}

/// A media stream.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Stream {
    #[n(0)]
    pub(crate) sid: StreamSid,
    #[n(1)]
    pub(crate) name: Option<String>,
    #[n(2)]
    pub(crate) track: Track,
    #[n(3)]
    pub(crate) callback: Option<Webhook>,
    /// Whether its socket is open.
    #[n(4)]
    pub(crate) open: bool,
}

impl Stream {
    /// `StreamName`.
    pub(crate) fn name(&self) -> &str {
        name_or(self.name.as_deref(), self.sid.as_str())
    }
}

/// A fork to a SIP recorder.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Siprec {
    #[n(0)]
    pub(crate) sid: SiprecSid,
    #[n(1)]
    pub(crate) name: Option<String>,
    #[n(2)]
    pub(crate) callback: Option<Webhook>,
    /// Whether the recorder takes the audio.
    #[n(3)]
    pub(crate) open: bool,
}

/// A transcription in real time.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Transcription {
    #[n(0)]
    pub(crate) sid: TranscriptionSid,
    #[n(1)]
    pub(crate) name: Option<String>,
    #[n(2)]
    pub(crate) track: Track,
    #[n(3)]
    pub(crate) callback: Option<Webhook>,
    /// The number of its last callback.
    #[n(4)]
    pub(crate) sequence: u32,
    #[n(5)]
    pub(crate) language: String,
    #[n(6)]
    pub(crate) partial_results: bool,
    /// What its first callback says of how it was set up.
    #[n(7)]
    pub(crate) settings: Parameters,
}

impl Transcription {
    pub(crate) fn name(&self) -> &str {
        name_or(self.name.as_deref(), self.sid.as_str())
    }
}

/// A recording that runs beside the document.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct NamedRecording {
    #[n(0)]
    pub(crate) name: Option<String>,
    #[n(1)]
    pub(crate) recording: Recording,
}
