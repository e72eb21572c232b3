//! A call in a conference, as its `<Dial>` sees it. Who else is there is the conference's business.

use minicbor::{Decode, Encode};

use super::{Call, Running};
use crate::conference::Cause;
use crate::http::Url;
use crate::id::ConferenceSid;
use crate::registry::Webhook;
use crate::time::Millis;

/// A `<Dial><Conference>` that runs. Its document is put aside: another one may run for the caller meanwhile.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Conferring {
    #[n(0)]
    pub(crate) conference: ConferenceSid,
    #[n(1)]
    pub(crate) joined: Millis,
    /// Whether it is connected to the others. Before, it waits for the conference to begin.
    #[n(2)]
    pub(crate) connected: bool,
    /// What it hears while it waits; without it the operator's hold music or silence.
    #[n(3)]
    pub(crate) wait: Option<Webhook>,
    /// What it hears on hold; silence without it.
    #[n(4)]
    pub(crate) hold: Option<Webhook>,
    #[n(5)]
    pub(crate) jitter_buffer: String,
    /// Why it is about to leave, if that is not its own doing.
    #[n(6)]
    pub(crate) leaving: Option<Cause>,
    /// The document that runs for it.
    #[n(7)]
    pub(crate) hears: Option<Hears>,
    /// Whether it hears the operator's hold music while it waits, if there is any.
    #[n(8)]
    #[cbor(default)]
    pub(crate) music: bool,
}

/// What somebody in a conference hears besides the others, or instead of them.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) enum Hears {
    /// What it hears until the conference begins.
    #[n(0)]
    Wait,
    /// What it hears on hold.
    #[n(1)]
    Hold,
    /// An announcement that the account wants heard.
    #[n(2)]
    Announcement(#[n(0)] Announcement),
    /// An announcement to everybody, which another participant has requested.
    #[n(3)]
    Shared,
}

/// An announcement that this call requests.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Announcement {
    #[n(0)]
    pub(crate) url: Url,
    /// Whether everybody else hears it, too.
    #[n(1)]
    pub(crate) to_all: bool,
}

impl Call {
    /// The conference that it is in, as its `<Dial>` sees it.
    pub(crate) fn conferring(&self) -> Option<&Conferring> {
        match self.own_running() {
            Running::Conferring(conferring) => Some(conferring),
            _ => None,
        }
    }

    pub(crate) fn conferring_mut(&mut self) -> Option<&mut Conferring> {
        match self.suspended.as_mut().map_or(&mut self.running, |suspended| &mut suspended.running) {
            Running::Conferring(conferring) => Some(conferring),
            _ => None,
        }
    }
}
