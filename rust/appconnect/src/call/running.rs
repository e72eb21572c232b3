//! The continuation of a call: which verb waits, and what it needs to go on. Plain data.

use minicbor::{Decode, Encode};

use super::{CallStatus, EventCallback, Recording};
use crate::address::Address;
use crate::id::{ApplicationSid, CallSid};
use crate::time::Millis;

/// What a call waits for.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(crate) enum Running {
    /// Nothing: it is about to run, or has ended.
    #[default]
    #[n(0)]
    Idle,
    /// A document.
    #[n(1)]
    Fetching,
    /// The end of `<Say>` or `<Play>`: the step of its effect.
    #[n(2)]
    Speaking(#[n(0)] u32),
    /// The end of a `<Pause>`.
    #[n(3)]
    Pausing,
    /// Keys or speech.
    #[n(4)]
    Gathering(#[n(0)] Gather),
    /// The end of a `<Record>`.
    #[n(5)]
    Recording(#[n(0)] Record),
    /// The policy's answer to this step, before the hop is made.
    #[n(6)]
    Consulting(#[n(0)] u32),
    /// The call above, to which the caller was handed over.
    #[n(7)]
    Dialling(#[n(0)] Box<Hop>),
}

/// What a `<Gather>` has so far.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(crate) struct Gather {
    #[n(0)]
    pub(crate) digits: String,
    #[n(1)]
    pub(crate) prompt: Prompt,
    /// The number of the next partial result.
    #[n(2)]
    pub(crate) partials: u32,
    /// Whether the caller has begun to speak.
    #[n(3)]
    pub(crate) speaking: bool,
}

/// What a `<Gather>` plays.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(crate) enum Prompt {
    /// Nothing any more.
    #[default]
    #[n(0)]
    Done,
    /// A `<Say>` or `<Play>`.
    #[n(1)]
    Media {
        /// The nested verb.
        #[n(0)]
        node: u32,
        /// The step of its effect.
        #[n(1)]
        step: u32,
        /// Where its start tag begins: another version may number the nodes of a source differently.
        #[n(2)]
        place: Option<u32>,
    },
    /// A `<Pause>`.
    #[n(2)]
    Pause {
        /// The nested verb.
        #[n(0)]
        node: u32,
        /// As in `Media`.
        #[n(1)]
        place: Option<u32>,
    },
}

/// A `<Record>` that runs.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Record {
    /// The step of its effect.
    #[n(0)]
    pub(crate) step: u32,
    #[n(1)]
    pub(crate) recording: Recording,
}

/// A `<Dial><Application>` that runs, as the dialling side sees it: the record A2 and what comes after it.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Hop {
    /// A2, the dialling side's view of the hop.
    #[n(0)]
    pub(crate) child: CallSid,
    #[n(1)]
    pub(crate) status: CallStatus,
    #[n(2)]
    pub(crate) application: ApplicationSid,
    #[n(3)]
    pub(crate) started: Millis,
    #[n(4)]
    pub(crate) answered: Option<Millis>,
    #[n(5)]
    pub(crate) callback: Option<EventCallback>,
    /// The number of A2's next status callback.
    #[n(6)]
    pub(crate) sequence: u32,
    #[n(7)]
    pub(crate) recording: Option<Recording>,
    /// Who calls, as both views of the hop say it: the caller, or the `callerId` of the `<Dial>`.
    #[n(8)]
    pub(crate) from: Address,
}
