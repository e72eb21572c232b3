//! Errands: what was asked for outside and no verb waits for. The answer may come when the call is over.

use minicbor::{Decode, Encode};

use super::Payment;
use crate::http::Url;
use crate::id::{MessageSid, RecordingSid, TranscriptSid};
use crate::time::Millis;

/// Something that was asked for.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Errand {
    /// The step of its effect.
    #[n(0)]
    pub(crate) step: u32,
    #[n(1)]
    pub(crate) kind: ErrandKind,
    /// When it counts as failed; none for when the call's line is forgotten.
    #[n(2)]
    pub(crate) deadline: Option<Millis>,
}

/// What was asked for, and who is told.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) enum ErrandKind {
    /// A payment whose call ended while the connector had it: its `action` is told what became of the money.
    #[n(0)]
    Charge {
        #[n(0)]
        payment: Box<Payment>,
        #[n(1)]
        action: Url,
        /// Whether there was an amount: otherwise a token was asked for.
        #[n(2)]
        charged: bool,
    },
    /// A message whose document wants to know what becomes of it.
    #[n(1)]
    Message {
        #[n(0)]
        sid: MessageSid,
        #[n(1)]
        callback: Url,
    },
    /// The transcription of a recording.
    #[n(2)]
    Transcription {
        #[n(0)]
        sid: TranscriptSid,
        #[n(1)]
        recording: RecordingSid,
        #[n(2)]
        callback: Option<Url>,
    },
}
