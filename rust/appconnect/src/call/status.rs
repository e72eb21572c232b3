//! What a call's status can be, and how it moves: one table.

use std::fmt;

use minicbor::{Decode, Encode};

macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $index:literal $wire:literal, terminal: $terminal:literal, next: [$($next:ident),*];)*) => {
        /// The status of a call (`webhooks.md` section 4).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
        #[cbor(index_only)]
        pub enum CallStatus { $($(#[$doc])* #[n($index)] $name,)* }

        impl CallStatus {
            /// Every status, in the order of a call's life.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The value of `CallStatus` in a webhook.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $wire,)* }
            }

            /// Whether nothing follows.
            #[must_use]
            pub const fn is_terminal(self) -> bool {
                match self { $(Self::$name => $terminal,)* }
            }

            /// The statuses that may follow.
            #[must_use]
            pub const fn next(self) -> &'static [Self] {
                match self { $(Self::$name => &[$(Self::$next,)*],)* }
            }
        }
    };
}

statuses! {
    /// Accepted, not started. Only a call made through the API is ever queued.
    Queued = 0 "queued", terminal: false, next: [Initiated, Ringing, Failed, Canceled];
    /// On its way out.
    Initiated = 1 "initiated", terminal: false, next: [Ringing, InProgress, Busy, NoAnswer, Failed, Canceled];
    /// Not answered yet.
    Ringing = 2 "ringing", terminal: false, next: [InProgress, Completed, Busy, NoAnswer, Failed, Canceled];
    /// Answered.
    InProgress = 3 "in-progress", terminal: false, next: [Completed, Failed];
    /// Answered and ended.
    Completed = 4 "completed", terminal: true, next: [];
    /// Busy.
    Busy = 5 "busy", terminal: true, next: [];
    /// Rang out, was refused, or the caller gave up before the answer.
    NoAnswer = 6 "no-answer", terminal: true, next: [];
    /// Could not be routed, or its application failed before the answer.
    Failed = 7 "failed", terminal: true, next: [];
    /// Taken back before the answer.
    Canceled = 8 "canceled", terminal: true, next: [];
}

impl CallStatus {
    /// Whether the table lets a call go from this status to `to`.
    #[must_use]
    pub fn may_become(self, to: Self) -> bool {
        self.next().contains(&to)
    }
}

impl fmt::Display for CallStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which way a call goes, as its account sees it (`webhooks.md` section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Direction {
    /// Into the account's application.
    #[n(0)]
    Inbound,
    /// Dialled by the account's document.
    #[n(1)]
    OutboundDial,
    /// Placed by the account itself.
    #[n(2)]
    OutboundApi,
}

impl Direction {
    /// The value of `Direction` in a webhook.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::OutboundDial => "outbound-dial",
            Self::OutboundApi => "outbound-api",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_statuses_lead_nowhere_and_others_reach_one() {
        for status in CallStatus::ALL {
            assert_eq!(status.is_terminal(), status.next().is_empty(), "{status}");
            assert!(status.is_terminal() || status.next().iter().any(|next| next.is_terminal()), "{status}");
        }
    }

    #[test]
    fn a_status_never_goes_back() {
        for (rank, status) in CallStatus::ALL.iter().enumerate() {
            for next in status.next() {
                let next_rank = CallStatus::ALL.iter().position(|other| other == next);
                assert!(next_rank > Some(rank), "{status} -> {next}");
            }
        }
    }
}
