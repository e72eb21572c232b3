//! Saving a leg or a queue and reading it back: numbered CBOR fields.
//!
//! Every structure is a list of numbered fields (`minicbor`): one that a reader does not know is skipped, one that is
//! missing takes its default if it may. So a version reads what the version before and the version after it wrote,
//! and workers of both can hand calls to each other. The document of a call is saved as its source.

use std::fmt;

use minicbor::{Decode, Encode};

use crate::conference::Conference;
use crate::id::{CallSid, ConferenceSid, QueueSid};
use crate::leg::Leg;
use crate::queue::Queue;

/// The format written today. Read: this one; a later one as long as it only adds fields.
const FORMAT: u32 = 1;

/// What is saved by itself. Whoever moves a leg moves the room that it is in, and the other legs in that, too: calls
/// tell each other things within one engine only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The leg that this call stands on, with all its calls.
    Call(CallSid),
    /// A conference: who is in it, and where its events go. The calls themselves are saved with their legs.
    Conference(ConferenceSid),
    /// A queue: who waits in it and for it. The calls themselves are saved with their legs.
    Queue(QueueSid),
}

impl From<CallSid> for Subject {
    fn from(call: CallSid) -> Self {
        Self::Call(call)
    }
}

impl From<ConferenceSid> for Subject {
    fn from(conference: ConferenceSid) -> Self {
        Self::Conference(conference)
    }
}

impl From<QueueSid> for Subject {
    fn from(queue: QueueSid) -> Self {
        Self::Queue(queue)
    }
}

/// What was saved.
#[derive(Clone, Debug)]
pub(crate) enum Saved {
    Leg(Box<Leg>),
    Conference(Box<Conference>),
    Queue(Box<Queue>),
}

/// A snapshot holds one of its subjects.
#[derive(Encode, Decode)]
struct Snapshot {
    #[n(0)]
    format: u32,
    /// The oldest format whose reader can make sense of this.
    #[n(1)]
    readable_by: u32,
    #[n(3)]
    leg: Option<Leg>,
    #[n(4)]
    conference: Option<Conference>,
    #[n(5)]
    queue: Option<Queue>,
}

/// Why a snapshot cannot be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// These are not the bytes of a snapshot, or they are damaged.
    Damaged(Box<str>),
    /// A leg of this name, a call or a room of this SID, or a room of this name lives in this engine.
    Duplicate,
    /// It was written by a version too far ahead of this one.
    TooNew {
        /// The format it needs.
        needs: u32,
    },
    /// No live call has this SID.
    UnknownCall,
    /// No conference has this SID.
    UnknownConference,
    /// No queue has this SID.
    UnknownQueue,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(why) => write!(f, "not a readable snapshot: {why}"),
            Self::Duplicate => {
                f.write_str("what this snapshot holds lives in this engine already: release it first")
            }
            Self::TooNew { needs } => {
                write!(
                    f,
                    "the snapshot needs format {needs}, this version reads {FORMAT}: upgrade this worker"
                )
            }
            Self::UnknownCall => f.write_str("no live call has this SID"),
            Self::UnknownConference => f.write_str("no conference has this SID"),
            Self::UnknownQueue => f.write_str("no queue has this SID"),
        }
    }
}

impl std::error::Error for SnapshotError {}

pub(crate) fn save(saved: Saved) -> Result<Vec<u8>, SnapshotError> {
    let (leg, conference, queue) = match saved {
        Saved::Leg(leg) => (Some(*leg), None, None),
        Saved::Conference(conference) => (None, Some(*conference), None),
        Saved::Queue(queue) => (None, None, Some(*queue)),
    };
    let snapshot = Snapshot { format: FORMAT, readable_by: FORMAT, leg, conference, queue };
    minicbor::to_vec(&snapshot).map_err(|error| SnapshotError::Damaged(error.to_string().into()))
}

pub(crate) fn read(bytes: &[u8]) -> Result<Saved, SnapshotError> {
    /// The head alone, which every version can read.
    #[derive(Decode)]
    struct Head {
        #[n(1)]
        readable_by: u32,
    }
    let damaged = |error: minicbor::decode::Error| SnapshotError::Damaged(error.to_string().into());
    let head: Head = minicbor::decode(bytes).map_err(damaged)?;
    if head.readable_by > FORMAT {
        return Err(SnapshotError::TooNew { needs: head.readable_by });
    }
    let mut decoder = minicbor::Decoder::new(bytes);
    let snapshot: Snapshot = decoder.decode().map_err(damaged)?;
    if decoder.position() != bytes.len() {
        return Err(SnapshotError::Damaged("there is more than a snapshot".into()));
    }
    let flawed = |flaw: &str| SnapshotError::Damaged(flaw.into());
    match (snapshot.leg, snapshot.conference, snapshot.queue) {
        (Some(leg), None, None) => {
            leg.check().map_err(flawed)?;
            Ok(Saved::Leg(leg.into()))
        }
        (None, Some(conference), None) => {
            conference.check().map_err(flawed)?;
            Ok(Saved::Conference(conference.into()))
        }
        (None, None, Some(queue)) => {
            queue.check().map_err(flawed)?;
            Ok(Saved::Queue(queue.into()))
        }
        _ => Err(flawed("a snapshot holds one leg or one room")),
    }
}
