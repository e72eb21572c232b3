//! A `<ConversationRelay>` that runs: what its application is saying to the caller, and how the caller may interrupt.
//! Plain data.

use minicbor::{Decode, Encode};

use crate::id::RelaySid;
use crate::time::Millis;

/// A session of `<ConversationRelay>`.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Relay {
    #[n(0)]
    pub(crate) sid: RelaySid,
    /// When its socket was open.
    #[n(1)]
    pub(crate) opened: Option<Millis>,
    /// The language that is spoken.
    #[n(2)]
    pub(crate) speech: String,
    /// The language that is listened for.
    #[n(3)]
    pub(crate) transcription: String,
    /// The text that is not complete yet.
    #[n(4)]
    pub(crate) tokens: String,
    /// What is being said.
    #[n(5)]
    pub(crate) playing: Option<Playing>,
    /// What is to be said after it.
    #[n(6)]
    pub(crate) queue: Vec<Utterance>,
}

/// What a `<ConversationRelay>` says right now.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Playing {
    /// The step of its effect.
    #[n(0)]
    pub(crate) step: u32,
    #[n(1)]
    pub(crate) since: Millis,
    #[n(2)]
    pub(crate) utterance: Utterance,
}

/// Something to be said by a `<ConversationRelay>`.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Utterance {
    #[n(0)]
    pub(crate) content: Content,
    /// What interrupts it.
    #[n(1)]
    pub(crate) interruptible: Interruptible,
    /// Whether the next utterance takes its place at once.
    #[n(2)]
    pub(crate) preemptible: bool,
}

#[derive(Clone, Debug, Encode, Decode)]
pub(crate) enum Content {
    /// Words in a language.
    #[n(0)]
    Words {
        #[n(0)]
        text: String,
        #[n(1)]
        language: String,
    },
    /// An audio file, so many times.
    #[n(1)]
    Audio {
        #[n(0)]
        url: String,
        #[n(1)]
        rounds: u32,
    },
    /// Keypad tones.
    #[n(2)]
    Tones(#[n(0)] String),
}

/// Which input of the caller counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum Interruptible {
    #[n(0)]
    None,
    #[n(1)]
    Dtmf,
    #[n(2)]
    Speech,
    #[n(3)]
    Any,
}

impl Interruptible {
    /// The choice of an attribute's word; `true` is any, `false` is none.
    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "none" | "false" => Self::None,
            "dtmf" => Self::Dtmf,
            "speech" => Self::Speech,
            _ => Self::Any,
        }
    }

    pub(crate) const fn by_keys(self) -> bool {
        matches!(self, Self::Dtmf | Self::Any)
    }

    pub(crate) const fn by_speech(self) -> bool {
        matches!(self, Self::Speech | Self::Any)
    }
}
