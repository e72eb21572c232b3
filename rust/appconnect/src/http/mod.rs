//! The wire side of a webhook: where it goes, what it carries, how it is signed, and which addresses it may reach.
//!
//! Nothing here opens a connection. A [`Request`] holds the finished bytes; whoever owns the socket asks the
//! [`Guard`] about the addresses that a name resolved to, connects to one of them and writes those bytes.

pub mod cookie;
pub mod form;
pub mod guard;
pub mod overrides;
pub mod request;
pub mod signature;
pub mod socket;
pub mod target;

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

pub use cookie::Jar;
pub use guard::{Cidr, Denied, Guard};
pub use overrides::{Overrides, RetryPolicy};
pub use request::{Request, Webhook, WebhookOptions};
pub use signature::{KeepPort, Signer};
pub use socket::{SocketRequest, SocketUrl, SocketUrlError};
pub use target::{Url, UrlError, UrlErrorKind};

/// The method of a webhook. Twilio knows these two (`twiml-voice.md`, attribute `method`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Method {
    /// The parameters go into the query.
    #[n(0)]
    Get,
    /// The parameters go into a form body.
    #[n(1)]
    Post,
}

impl Method {
    /// The method in capitals, as the request line has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A method other than GET and POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodError;

impl fmt::Display for MethodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a webhook method: expected GET or POST")
    }
}

impl std::error::Error for MethodError {}

impl FromStr for Method {
    type Err = MethodError;

    /// Accepts any letter case.
    fn from_str(text: &str) -> Result<Self, MethodError> {
        if text.eq_ignore_ascii_case("GET") {
            Ok(Self::Get)
        } else if text.eq_ignore_ascii_case("POST") {
            Ok(Self::Post)
        } else {
            Err(MethodError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_read_in_any_case_and_nothing_else_is_one() {
        for (text, method) in [("GET", Method::Get), ("get", Method::Get), ("PoSt", Method::Post)] {
            assert_eq!(text.parse(), Ok(method));
        }
        for text in ["", "PUT", "GETS", " GET", "GET\r\nX: 1"] {
            assert_eq!(text.parse::<Method>(), Err(MethodError), "{text:?}");
        }
    }
}
