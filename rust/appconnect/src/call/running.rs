//! The continuation of a call: which verb waits, and what it needs to go on. Plain data.

use minicbor::{Decode, Encode};

use super::{
    CallStatus, Conferring, EventCallback, Payment, Program, QueueDial, Queued, Recording, Relay, Stream,
};
use crate::address::Address;
use crate::id::{ApplicationSid, CallSid, LegId};
use crate::input::SipFacts;
use crate::time::Millis;
use crate::twiml::Node;

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
    /// The other end of a call that goes out, or the call that dialled it: see its stage.
    #[n(8)]
    Outbound,
    /// The parties that it dials.
    #[n(9)]
    Calling(#[n(0)] Box<Calling>),
    /// The end of a bidirectional stream.
    #[n(20)]
    Streaming(#[n(0)] Box<Stream>),
    /// The end of a `<ConversationRelay>`.
    #[n(21)]
    Relaying(#[n(0)] Box<Relay>),
    /// The answer of a virtual agent to this step.
    #[n(22)]
    WithAgent(#[n(0)] u32),
    /// A call that dials its queue.
    #[n(10)]
    Queued(#[n(0)] Box<Queued>),
    /// The time at which a document that runs aside is requested again.
    #[n(12)]
    Waiting,
    /// The end of its time in a conference. It waits aside.
    #[n(11)]
    Conferring(#[n(0)] Box<Conferring>),
    /// The details of a payment, and then the payment.
    #[n(30)]
    Paying(#[n(0)] Box<Payment>),
    /// The end of the call: the caller hears the caller.
    #[n(31)]
    Echoing,
    /// The end of a transfer.
    #[n(32)]
    Referring(#[n(0)] Referral),
}

/// A document and its verb, put aside while another document runs for the caller: what is heard in a queue, or before
/// a conference begins.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Suspended {
    #[n(0)]
    pub(crate) program: Option<Program>,
    #[n(1)]
    pub(crate) running: Running,
    /// When a document was last requested to run aside.
    #[n(2)]
    pub(crate) asked: Option<Millis>,
}

/// A `<Dial>` to parties on legs of their own.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(crate) struct Calling {
    /// Those that were dialled, in the order of the document.
    #[n(0)]
    pub(crate) parties: Vec<Party>,
    /// The one that answered first.
    #[n(1)]
    pub(crate) winner: Option<CallSid>,
    /// When the caller was connected to it.
    #[n(2)]
    pub(crate) bridged: Option<Bridge>,
    #[n(3)]
    pub(crate) recording: Option<Recording>,
    /// Whether it is being ended from this side, and only waits until everybody is gone.
    #[n(4)]
    pub(crate) ending: bool,
    /// Where the start tag of the noun stands that was dialled last; that of the `<Dial>` itself for its text.
    #[n(5)]
    pub(crate) noun: u32,
    /// The queue that is dialled, if it is one: its members are the parties, one at a time.
    #[n(6)]
    pub(crate) queue: Option<QueueDial>,
}

impl Calling {
    /// The party that this call is.
    pub(crate) fn party(&mut self, child: CallSid) -> Option<&mut Party> {
        self.parties.iter_mut().find(|party| party.child == child)
    }

    /// Those that are not over.
    pub(crate) fn live(&self) -> impl Iterator<Item = CallSid> {
        self.parties.iter().filter(|party| party.over.is_none()).map(|party| party.child)
    }
}

/// One party that is dialled.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Party {
    #[n(0)]
    pub(crate) child: CallSid,
    /// Its final status, when it is over.
    #[n(1)]
    pub(crate) over: Option<CallStatus>,
    #[n(2)]
    pub(crate) answered: Option<Millis>,
    /// When it ended.
    #[n(3)]
    pub(crate) ended: Option<Millis>,
    /// Whether its account took it away.
    #[n(4)]
    pub(crate) redirected: bool,
    #[n(5)]
    pub(crate) sip: Option<SipFacts>,
    /// Whether its line lives on, although it is over for whoever dialled it.
    #[n(6)]
    #[cbor(default)]
    pub(crate) stays: bool,
}

impl Party {
    pub(crate) const fn new(child: CallSid) -> Self {
        Self { child, over: None, answered: None, ended: None, redirected: false, sip: None, stays: false }
    }
}

/// Two lines that hear each other.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Bridge {
    #[n(0)]
    pub(crate) since: Millis,
    /// The other line.
    #[n(1)]
    pub(crate) other: LegId,
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
    /// When it began to listen. None only in a snapshot from before this was kept.
    #[n(4)]
    pub(crate) since: Option<Millis>,
    /// When the last key came.
    #[n(5)]
    pub(crate) pressed: Option<Millis>,
}

/// What a `<Gather>` or a `<Pay>` plays.
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

impl Prompt {
    /// Whether this nested verb is the one that plays.
    pub(crate) fn is_at(&self, nested: Node<'_>) -> bool {
        match self {
            Self::Media { node, place, .. } | Self::Pause { node, place } => {
                place.map_or(nested.index() == *node, |place| nested.span().start == place)
            }
            Self::Done => false,
        }
    }

    /// Whether it waits for the end of this effect.
    pub(crate) const fn awaits(&self, awaited: u32) -> bool {
        matches!(self, Self::Media { step, .. } if *step == awaited)
    }
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

/// A `<Refer>` that runs.
#[derive(Clone, Copy, Debug, Encode, Decode)]
pub(crate) struct Referral {
    /// The step of its effect.
    #[n(0)]
    pub(crate) step: u32,
    /// The final response to the REFER.
    #[n(1)]
    pub(crate) response: Option<u16>,
}
