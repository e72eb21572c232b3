//! A callback that wants only some events.

use minicbor::{Decode, Encode};

use crate::http::{Method, Url};

/// Where the progress of a dialled noun or of a recording goes, and which of it.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct EventCallback {
    #[n(0)]
    pub(crate) url: Url,
    #[n(1)]
    pub(crate) method: Method,
    /// The wanted ones, by the words of the attribute: `initiated ringing answered completed` of a noun,
    /// `in-progress completed absent` of a recording.
    #[n(2)]
    pub(crate) events: Vec<String>,
}

impl EventCallback {
    /// Whether an event is to be told.
    pub(crate) fn wants(&self, event: &str) -> bool {
        self.events.iter().any(|wanted| wanted == event)
    }
}
