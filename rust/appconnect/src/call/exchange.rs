//! A webhook under way, as data.
//!
//! A webhook may need several exchanges. Each has its own reply id, so that a late or repeated answer to an earlier
//! one is never taken for the answer to a later one; the idempotency token stays that of the first.

use minicbor::{Decode, Encode};

use crate::event::Purpose;
use crate::http::{Method, Overrides, Request, Url};
use crate::id::{AccountSid, CallSid, ConferenceSid, ReplyId};
use crate::input::FailureReason;
use crate::problem::Problem;
use crate::time::Millis;

/// What the answer of a webhook is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum Role {
    /// The call runs it.
    #[n(0)]
    Document,
    /// It reports an interrupted verb: the answer is thrown away, and then the call's update is carried out.
    #[n(1)]
    Interrupted,
    /// It reports a verb that ended with its call: the answer is thrown away.
    #[n(2)]
    Ended,
    /// It is a status callback: the answer is thrown away.
    #[n(3)]
    Callback,
    /// It says what becomes of a caller who is connected; nothing waits for the answer.
    #[n(4)]
    Refer,
}

impl Role {
    /// Whether the call waits for the answer.
    pub(crate) const fn is_awaited(self) -> bool {
        matches!(self, Self::Document | Self::Interrupted)
    }

    /// Whether a document is fetched, for whatever becomes of it.
    pub(crate) const fn is_fetch(self) -> bool {
        matches!(self, Self::Document | Self::Interrupted | Self::Refer)
    }
}

/// A webhook under way.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Exchange {
    #[n(0)]
    pub(crate) reply: ReplyId,
    #[n(1)]
    pub(crate) call: CallSid,
    /// The call whose cookies and timeline it uses; differs from `call` for the dialling side's view of a hop.
    #[n(11)]
    pub(crate) owner: CallSid,
    #[n(2)]
    pub(crate) account: AccountSid,
    #[n(3)]
    pub(crate) purpose: Purpose,
    #[n(4)]
    pub(crate) role: Role,
    #[n(5)]
    pub(crate) request: Request,
    #[n(7)]
    pub(crate) started: Millis,
    #[n(8)]
    pub(super) redirects: u8,
    #[n(9)]
    pub(super) retries: u8,
    #[n(10)]
    pub(crate) sequence: Option<u32>,
    /// The conference whose event it tells.
    #[n(12)]
    pub(crate) conference: Option<ConferenceSid>,
}

impl Exchange {
    /// Where the request goes, without what a GET added: the base of the document that answers.
    pub(crate) const fn base(&self) -> &Url {
        self.request.document_url()
    }

    pub(super) fn overrides(&self) -> Overrides {
        self.base().overrides()
    }
}

/// What became of an exchange.
pub(crate) enum Outcome<'a> {
    Response { status: u16, headers: &'a [(String, String)], body: &'a [u8] },
    Failure(FailureReason),
}

impl Outcome<'_> {
    /// The values of a header, which may come more than once.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let headers = match self {
            Self::Response { headers, .. } => *headers,
            Self::Failure(_) => &[],
        };
        headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the answer would take Basic credentials, among the challenges that it offers.
    pub(super) fn asks_for_basic(&self) -> bool {
        self.headers("www-authenticate").flat_map(|value| value.split(',')).any(|challenge| {
            let scheme = challenge.split_ascii_whitespace().next().unwrap_or_default();
            scheme.eq_ignore_ascii_case("basic")
        })
    }
}

/// What follows from an outcome.
pub(crate) enum Next {
    /// Another exchange was begun; nothing is decided.
    Again,
    /// The webhook answered 2xx.
    Answered,
    /// The webhook failed.
    Failed(Problem),
}

/// A webhook to be requested.
pub(crate) struct Plan<'a> {
    pub(crate) purpose: Purpose,
    pub(crate) role: Role,
    pub(crate) method: Method,
    pub(crate) url: &'a Url,
    pub(crate) sequence: Option<u32>,
}
