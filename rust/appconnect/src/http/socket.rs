//! Where a WebSocket goes: an absolute `wss` URL, read as strictly as that of a webhook, and its signed handshake.

use std::fmt;

use super::signature::Signer;
use super::target::{Url, UrlError};
use crate::pii::Pii;

/// The header that carries the signature of a handshake. Twilio documents it in lower case for sockets.
const SIGNATURE: &str = "x-twilio-signature";

/// Why a text is no URL that a socket is opened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketUrlError {
    /// It does not begin with `wss://` (31922).
    Scheme,
    /// Something else is wrong with it (31923).
    Invalid(&'static str),
}

impl fmt::Display for SocketUrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "the URL of a socket begins with wss://",
            Self::Invalid(message) => message,
        })
    }
}

impl std::error::Error for SocketUrlError {}

impl From<UrlError> for SocketUrlError {
    fn from(error: UrlError) -> Self {
        Self::Invalid(error.message)
    }
}

/// A `wss` URL. It is judged and cut into parts as its `https` twin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketUrl(Url);

impl SocketUrl {
    /// Reads an absolute `wss` URL without credentials and without a fragment (RFC 6455 section 3).
    pub fn parse(text: &str) -> Result<Self, SocketUrlError> {
        let (scheme, rest) = text.split_once("://").ok_or(SocketUrlError::Scheme)?;
        if !scheme.eq_ignore_ascii_case("wss") {
            return Err(SocketUrlError::Scheme);
        }
        if rest.contains('#') {
            return Err(SocketUrlError::Invalid("the URL of a socket has no fragment"));
        }
        let url = Url::parse(&format!("https://{rest}"))?;
        if url.userinfo().is_some() {
            return Err(SocketUrlError::Invalid("the URL of a socket holds no credentials"));
        }
        Ok(Self(url))
    }

    /// The same place as an `https` URL.
    pub(super) const fn secure(&self) -> &Url {
        &self.0
    }

    /// The query, if there is one.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.0.query()
    }

    /// The handshake that opens a socket there, signed. `connect_ms` is the time that all of it may take.
    #[must_use]
    pub fn request(&self, signer: &Signer, connect_ms: u32) -> SocketRequest {
        SocketRequest {
            url: self.to_string().into(),
            host: self.0.host().into(),
            port: self.0.port(),
            target: self.0.path_and_query().into(),
            headers: vec![(SIGNATURE.to_owned(), signer.sign_socket(self).into())],
            connect_ms,
        }
    }
}

impl fmt::Display for SocketUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_str();
        write!(
            f,
            "wss{}",
            text.split_once("://").map_or("", |(scheme, _)| text.get(scheme.len()..).unwrap_or(""))
        )
    }
}

/// The handshake of a WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketRequest {
    /// The `wss` URL.
    pub url: Box<str>,
    /// The host, in lower case, an IPv6 address without brackets.
    pub host: Box<str>,
    /// The port, also when the URL leaves it out.
    pub port: u16,
    /// Path and query as they stand on the request line.
    pub target: Box<str>,
    /// The header fields beyond those of every handshake: `x-twilio-signature`.
    pub headers: Vec<(String, Pii)>,
    /// Milliseconds for name resolution, connection, TLS and handshake together.
    pub connect_ms: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pii::Secret;

    #[test]
    fn a_socket_url_is_wss_and_nothing_that_two_readers_could_read_differently() {
        for good in ["wss://h.example/media", "WSS://h.example", "wss://h.example:8443/a?b=c"] {
            assert!(SocketUrl::parse(good).is_ok(), "{good}");
        }
        for bad in ["ws://h.example/", "https://h.example/", "/media", ""] {
            assert_eq!(SocketUrl::parse(bad), Err(SocketUrlError::Scheme), "{bad}");
        }
        for bad in
            ["wss://", "wss://u:p@h.example/", "wss://h.example/#x", "wss://h.example\\@x/", "wss://h ex/"]
        {
            assert!(matches!(SocketUrl::parse(bad), Err(SocketUrlError::Invalid(_))), "{bad}");
        }
    }

    #[test]
    fn a_handshake_is_signed_by_its_own_scheme_without_its_port() {
        let signer = Signer::new(&Secret::new("token"));
        let request = |text| SocketUrl::parse(text).unwrap().request(&signer, 5_000);
        let plain = request("wss://h.example/media?a=b");
        assert_eq!(&*plain.url, "wss://h.example/media?a=b");
        assert_eq!((&*plain.host, plain.port, &*plain.target), ("h.example", 443, "/media?a=b"));
        assert_eq!(request("wss://h.example:8443/media?a=b").headers, plain.headers);
        assert_ne!(request("wss://h.example/media").headers, plain.headers);
        let webhook = signer.sign_url(&Url::parse("https://h.example/media?a=b").unwrap());
        assert_ne!(plain.headers[0].1.reveal(), webhook);
    }
}
