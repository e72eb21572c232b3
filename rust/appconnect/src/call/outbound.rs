//! A call that goes out: who placed it, and how far it has come.

use minicbor::{Decode, Encode};

use super::{EventCallback, RecordingPlan};
use crate::http::{Method, Url};
use crate::id::CallSid;
use crate::input::{AnsweredBy, SipFacts};
use crate::registry::Webhook;

/// What a call that goes out has beyond any other.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Outbound {
    /// The call whose document dialled; none when the account placed it itself.
    #[n(0)]
    pub(crate) parent: Option<CallSid>,
    #[n(1)]
    pub(crate) stage: Stage,
    /// Where its progress goes.
    #[n(2)]
    pub(crate) callback: Option<EventCallback>,
    /// The number of the next of these notices.
    #[n(3)]
    pub(crate) sequence: u32,
    /// Keys that are played when it is answered.
    #[n(4)]
    pub(crate) send_digits: Option<String>,
    /// What it runs when it is answered: a screening document, or the first one of a call of the account itself.
    #[n(5)]
    pub(crate) first: Option<FirstDocument>,
    #[n(6)]
    pub(crate) sip: Option<SipFacts>,
    #[n(7)]
    pub(crate) detection: Option<Detection>,
    /// Seconds that it may last.
    #[n(8)]
    pub(crate) time_limit: Option<u32>,
    /// How it is recorded once it is answered.
    #[n(9)]
    pub(crate) recording: Option<RecordingPlan>,
}

impl Outbound {
    /// The call that waits for this one, if one does.
    pub(crate) fn awaited_by(&self) -> Option<CallSid> {
        self.parent.filter(|_| self.stage != Stage::Free)
    }
}

/// How far a call that goes out has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Stage {
    /// It was placed, and was not answered yet.
    #[n(0)]
    Placed,
    /// Keys are played to it: the step of that effect.
    #[n(1)]
    Keys(#[n(0)] u32),
    /// Nothing is run until it is known who answered.
    #[n(2)]
    Detecting,
    /// It runs its screening document.
    #[n(3)]
    Screening,
    /// It is ready to be connected.
    #[n(4)]
    Ready,
    /// It is connected to the call that dialled it.
    #[n(5)]
    Connected,
    /// It runs documents of its own: its account placed it, or has taken it out of the dial.
    #[n(6)]
    Free,
}

/// What a call that goes out runs when it is answered.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) enum FirstDocument {
    #[n(0)]
    Fetched {
        #[n(0)]
        url: Url,
        #[n(1)]
        method: Method,
    },
    #[n(1)]
    Inline(#[n(0)] String),
}

/// How it is found out who answered.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Detection {
    /// Whether the call goes on meanwhile.
    #[n(0)]
    pub(crate) in_background: bool,
    /// Seconds that it may take.
    #[n(1)]
    pub(crate) timeout: u32,
    /// Where the result goes.
    #[n(2)]
    pub(crate) callback: Option<Webhook>,
    /// The result, and how many milliseconds it took.
    #[n(3)]
    pub(crate) result: Option<(AnsweredBy, u32)>,
}
