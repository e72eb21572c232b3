//! A call in a queue, and the `<Dial>` of a queue, as data (`twiml-voice.md` section 6.4).

use minicbor::{Decode, Encode};

use crate::event::QueueResult;
use crate::id::{CallSid, QueueSid};
use crate::registry::Webhook;
use crate::time::Millis;

/// An `<Enqueue>` that runs.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Queued {
    #[n(0)]
    pub(crate) queue: QueueSid,
    /// What its account calls the queue.
    #[n(1)]
    pub(crate) name: String,
    /// Since when the call waits.
    #[n(2)]
    pub(crate) since: Millis,
    #[n(3)]
    pub(crate) wait: Wait,
    /// The call that has taken it out of the queue, and when.
    #[n(4)]
    pub(crate) taken: Option<Taken>,
    /// When the two were connected.
    #[n(5)]
    pub(crate) connected: Option<Millis>,
}

impl Queued {
    /// Whole seconds that the call has waited, or had waited when it was taken out.
    pub(crate) fn seconds(&self, now: Millis) -> u64 {
        self.taken.map_or(now, |taken| taken.at).seconds_since(self.since)
    }

    /// What became of a call that goes before its bridge has ended.
    pub(crate) const fn result(&self, leaving: Leaving) -> QueueResult {
        match (leaving, self.connected, self.taken) {
            (Leaving::Gone { .. } | Leaving::Parted, Some(_), _) => QueueResult::Bridged,
            (Leaving::Gone { .. } | Leaving::Parted, None, _) => QueueResult::HangUp,
            (Leaving::Updated, Some(_), _) => QueueResult::RedirectedFromBridged,
            (Leaving::Updated, None, Some(_)) => QueueResult::BridgingInProcess,
            (Leaving::Updated, None, None) => QueueResult::Redirected,
            (Leaving::Failed, _, _) => QueueResult::Error,
            (Leaving::Left, _, _) => QueueResult::Leave,
        }
    }
}

/// Why a call leaves its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    /// What it hears while it waits has failed.
    Failed,
    /// It has ended. Its line stays where the call below it goes on: whoever was connected to it must no longer be
    /// heard there.
    Gone { line_stays: bool },
    /// Its document says so.
    Left,
    /// The call that it was connected to has let it go.
    Parted,
    /// Its account gives it another document.
    Updated,
}

/// What a call hears while it waits.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum Wait {
    #[n(0)]
    Silence,
    /// The hold music of the operator.
    #[n(1)]
    Music,
    /// A document that is requested again whenever it has run out.
    #[n(2)]
    Document(#[n(0)] Webhook),
}

/// Who has taken a call out of its queue, and when.
#[derive(Clone, Copy, Debug, Encode, Decode)]
pub(crate) struct Taken {
    #[n(0)]
    pub(crate) by: CallSid,
    #[n(1)]
    pub(crate) at: Millis,
}

/// A `<Dial><Queue>` that runs.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct QueueDial {
    #[n(0)]
    pub(crate) queue: QueueSid,
    /// What the queued call hears before it is connected.
    #[n(1)]
    pub(crate) document: Option<Webhook>,
    /// Whole seconds that the call which it got had waited.
    #[n(2)]
    pub(crate) seconds: u64,
}
