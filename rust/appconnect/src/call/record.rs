//! A recording while it is made, and what webhooks say of it.

use minicbor::{Decode, Encode};

use super::callback::EventCallback;
use crate::id::RecordingSid;
use crate::time::Millis;

/// What made a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum RecordingSource {
    #[n(0)]
    DialVerb,
    #[n(1)]
    RecordVerb,
    #[n(4)]
    StartCallRecordingTwiml,
    #[n(6)]
    Conference,
    #[n(7)]
    OutboundApi,
}

impl RecordingSource {
    /// The value of `RecordingSource` (`webhooks.md` section 10.2).
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::DialVerb => "DialVerb",
            Self::RecordVerb => "RecordVerb",
            Self::StartCallRecordingTwiml => "StartCallRecordingTwiML",
            Self::Conference => "Conference",
            Self::OutboundApi => "OutboundAPI",
        }
    }
}

/// A recording.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Recording {
    #[n(0)]
    pub(crate) sid: RecordingSid,
    #[n(1)]
    pub(crate) source: RecordingSource,
    #[n(2)]
    pub(crate) started: Millis,
    #[n(3)]
    pub(crate) ended: Option<Millis>,
    #[n(4)]
    pub(crate) dual: bool,
    /// Which track: `inbound`, `outbound` or `both`.
    #[n(5)]
    pub(crate) track: String,
    /// Where its status goes.
    #[n(6)]
    pub(crate) callback: Option<EventCallback>,
}

/// A recording that is to be made.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct RecordingPlan {
    #[n(0)]
    pub(crate) source: RecordingSource,
    #[n(1)]
    pub(crate) beep: bool,
    /// Seconds of silence that end it; none for never.
    #[n(2)]
    pub(crate) silence: Option<u32>,
    #[n(3)]
    pub(crate) trim: bool,
    /// Two channels hold both parties, so it has no meaning when only one of them is recorded.
    #[n(4)]
    pub(crate) dual: bool,
    /// Which track: `inbound`, `outbound` or `both`.
    #[n(5)]
    pub(crate) track: String,
    /// Where its status goes.
    #[n(6)]
    pub(crate) callback: Option<EventCallback>,
}

impl Recording {
    /// Whole seconds recorded.
    pub(crate) fn seconds(&self) -> u64 {
        self.ended.map_or(0, |ended| ended.seconds_since(self.started))
    }
}
