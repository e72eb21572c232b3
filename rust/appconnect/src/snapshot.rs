//! Saving a leg and reading it back: numbered CBOR fields.
//!
//! Every structure is a list of numbered fields (`minicbor`): one that a reader does not know is skipped, one that is
//! missing takes its default if it may. So a version reads what the version before and the version after it wrote,
//! and workers of both can hand calls to each other. The document of a call is saved as its source.

use std::fmt;

use minicbor::{Decode, Encode};

use crate::leg::Leg;

/// The format written today. Read: this one; a later one as long as it only adds fields.
const FORMAT: u32 = 1;

/// A saved leg.
#[derive(Encode, Decode)]
struct Snapshot {
    #[n(0)]
    format: u32,
    /// The oldest format whose reader can make sense of this.
    #[n(1)]
    readable_by: u32,
    #[n(3)]
    leg: Leg,
}

/// Why a snapshot cannot be restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// These are not the bytes of a snapshot, or they are damaged.
    Damaged(Box<str>),
    /// A leg of this name, or a call of this SID, lives in this engine.
    Duplicate,
    /// It was written by a version too far ahead of this one.
    TooNew {
        /// The format it needs.
        needs: u32,
    },
    /// No live call has this SID.
    UnknownCall,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(why) => write!(f, "not a readable snapshot: {why}"),
            Self::Duplicate => {
                f.write_str("the leg of this snapshot lives in this engine already: release it first")
            }
            Self::TooNew { needs } => {
                write!(
                    f,
                    "the snapshot needs format {needs}, this version reads {FORMAT}: upgrade this worker"
                )
            }
            Self::UnknownCall => f.write_str("no live call has this SID"),
        }
    }
}

impl std::error::Error for SnapshotError {}

pub(crate) fn save(leg: &Leg) -> Result<Vec<u8>, SnapshotError> {
    let snapshot = Snapshot { format: FORMAT, readable_by: FORMAT, leg: leg.clone() };
    minicbor::to_vec(&snapshot).map_err(|error| SnapshotError::Damaged(error.to_string().into()))
}

pub(crate) fn read(bytes: &[u8]) -> Result<Leg, SnapshotError> {
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
    snapshot.leg.check().map_err(|flaw| SnapshotError::Damaged(flaw.into()))?;
    Ok(snapshot.leg)
}
