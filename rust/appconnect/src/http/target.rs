//! Where a webhook goes: an absolute `http` or `https` URL, read strictly and kept as it was written.
//!
//! The text is never re-encoded, because the receiver's signature check is over the text. What two parsers
//! could read differently is refused instead (Twilio's 11100): a guard that judges another host than the one that
//! is connected to is no guard (`reliability.md` T-12, T-16).

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minicbor::{Decode, Encode};

use super::overrides::Overrides;
use crate::pii::Secret;

/// The longest URL in bytes, appended parameters included: what RFC 9110 section 4.1 asks every recipient to support.
pub const MAX_URL_BYTES: usize = 8_000;

/// What is wrong with a URL; it decides the Twilio code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlErrorKind {
    /// The override `e` names no edge location (11240).
    Edge,
    /// The text is not a URL that a webhook can go to (11100).
    Invalid,
    /// A redirect that is not followed (11216).
    Redirect,
    /// The override `rp` is not a retry policy (11243).
    RetryPolicy,
}

/// Why a URL is refused. It never quotes the URL, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlError {
    /// The kind of fault.
    pub kind: UrlErrorKind,
    /// The fault in words.
    pub message: &'static str,
}

impl UrlError {
    pub(super) const fn invalid(message: &'static str) -> Self {
        Self { kind: UrlErrorKind::Invalid, message }
    }

    /// Twilio's number for the fault.
    #[must_use]
    pub const fn code_number(&self) -> u16 {
        match self.kind {
            UrlErrorKind::Edge => 11_240,
            UrlErrorKind::Invalid => 11_100,
            UrlErrorKind::Redirect => 11_216,
            UrlErrorKind::RetryPolicy => 11_243,
        }
    }
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for UrlError {}

/// A parsed absolute `http` or `https` URL. Cheap to clone; equal when the texts, fragments included, are equal.
///
/// `Debug` shows neither credentials nor the query, `Display` shows the query but no credentials.
#[derive(Clone)]
pub struct Url(Arc<Parts>);

struct Parts {
    text: Box<str>,
    https: bool,
    userinfo: Option<Range<usize>>,
    /// With brackets for IPv6.
    host: Range<usize>,
    /// Only when the host was not written in lower case.
    lower_host: Option<Box<str>>,
    literal: Option<IpAddr>,
    explicit_port: Option<u16>,
    path: usize,
    fragment: usize,
    /// Whether path or query hold characters that a request line cannot.
    needs_encoding: bool,
    overrides: Overrides,
}

impl Parts {
    fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }
}

impl Url {
    /// Reads an absolute URL.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if text.len() > MAX_URL_BYTES {
            return Err(UrlError::invalid("the URL is longer than 8000 bytes"));
        }
        if holds_control(text) {
            return Err(UrlError::invalid("the URL holds a control character"));
        }
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::invalid("the URL is not absolute"))?;
        let https = scheme.eq_ignore_ascii_case("https");
        if !https && !scheme.eq_ignore_ascii_case("http") {
            return Err(UrlError::invalid("the scheme of the URL is neither http nor https"));
        }
        let start = text.len() - rest.len();
        let path = start + rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = text.get(start..path).unwrap_or_default();
        let fragment = text.find('#').unwrap_or(text.len());

        let (userinfo, host_and_port) = match authority.rsplit_once('@') {
            Some((userinfo, rest)) => (Some(check_userinfo(userinfo)?), rest),
            None => (None, authority),
        };
        let (host, explicit_port) = split_port(host_and_port)?;
        let literal = read_host(host)?;
        let host_start = path - host_and_port.len();
        let target = text.get(path..fragment).unwrap_or_default();
        Ok(Self(Arc::new(Parts {
            https,
            userinfo: userinfo.map(|length| start..start + length),
            host: host_start..host_start + host.len(),
            lower_host: host
                .bytes()
                .any(|b| b.is_ascii_uppercase())
                .then(|| host.to_ascii_lowercase().into_boxed_str()),
            literal,
            explicit_port,
            path,
            fragment,
            needs_encoding: !target.bytes().all(|b| b.is_ascii_graphic()),
            overrides: match text.get(fragment + 1..) {
                Some(fragment) if !fragment.is_empty() => Overrides::parse(fragment)?,
                _ => Overrides::default(),
            },
            text: text.into(),
        })))
    }

    /// Resolves a reference found in a document that came from this URL (RFC 3986 section 5, strict).
    ///
    /// The empty reference is this document again, with its overrides; any other reference brings its own fragment or
    /// none. An absolute reference is taken as written.
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        if reference.is_empty() {
            return Ok(self.clone());
        }
        if has_scheme(reference) {
            return Self::parse(reference);
        }
        let parts = &*self.0;
        let mut text = String::with_capacity(parts.text.len() + reference.len() + 1);
        text.push_str(self.scheme());
        text.push(':');
        if reference.starts_with("//") {
            text.push_str(reference);
            return Self::parse(&text);
        }
        text.push_str("//");
        text.push_str(parts.slice(self.scheme().len() + 3..parts.path));
        let own = parts.slice(parts.path..parts.fragment);
        let own_path = own.split('?').next().unwrap_or_default();
        let path_end = reference.find(['?', '#']).unwrap_or(reference.len());
        let (path, tail) =
            (reference.get(..path_end).unwrap_or_default(), reference.get(path_end..).unwrap_or_default());
        if path.is_empty() {
            // A query alone replaces the query, a fragment alone nothing but the fragment.
            text.push_str(if tail.starts_with('?') { own_path } else { own });
        } else if path.starts_with('/') {
            push_without_dots(&mut text, path);
        } else {
            let directory = own_path.rfind('/').and_then(|slash| own_path.get(..=slash)).unwrap_or("/");
            push_without_dots(&mut text, &[directory, path].concat());
        }
        text.push_str(tail);
        Self::parse(&text)
    }

    /// The text as written, credentials included, without the fragment.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.slice(0..self.0.fragment)
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.0.https { "https" } else { "http" }
    }

    /// Whether the connection uses TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.https
    }

    /// The host in lower case; an IPv6 address keeps its brackets, a name its final dot.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.lower_host.as_deref().unwrap_or_else(|| self.0.slice(self.0.host.clone()))
    }

    /// The address, when the host is one in any notation that a resolver would take for one
    /// (`127.1`, `0x7f000001`, `017700000001`): connect to this, never to a second reading of the text.
    #[must_use]
    pub fn host_literal(&self) -> Option<IpAddr> {
        self.0.literal
    }

    /// The port as written, or 80 or 443.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.explicit_port.unwrap_or(if self.0.https { 443 } else { 80 })
    }

    /// Whether the port is written out.
    #[must_use]
    pub fn has_explicit_port(&self) -> bool {
        self.0.explicit_port.is_some()
    }

    /// Host and port as written: the value of the `Host` header.
    #[must_use]
    pub fn host_and_port(&self) -> &str {
        self.0.slice(self.0.host.start..self.0.path)
    }

    /// The host as written, without its port.
    pub(super) fn written_host(&self) -> &str {
        self.0.slice(self.0.host.clone())
    }

    /// `scheme://host:port`, the port always written out.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}:{}", self.scheme(), self.host(), self.port())
    }

    /// Whether scheme, host and port are the same.
    #[must_use]
    pub fn same_origin(&self, other: &Self) -> bool {
        self.0.https == other.0.https && self.port() == other.port() && self.host() == other.host()
    }

    /// The path as written; empty when there is none.
    #[must_use]
    pub fn path(&self) -> &str {
        self.written_target().split('?').next().unwrap_or_default()
    }

    /// The query as written, without its question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.written_target().split_once('?').map(|(_, query)| query)
    }

    /// Path and query as they go on the request line: never empty, and what is not visible ASCII percent-encoded.
    #[must_use]
    pub fn path_and_query(&self) -> Cow<'_, str> {
        let target = self.encoded_target();
        if target.starts_with('/') { target } else { Cow::Owned(["/", &target].concat()) }
    }

    /// Path and query as written, only percent-encoded where a request line forces it. This is what is signed: the
    /// receiver sees nothing else.
    pub(super) fn encoded_target(&self) -> Cow<'_, str> {
        let target = self.written_target();
        if !self.0.needs_encoding {
            return Cow::Borrowed(target);
        }
        let mut encoded = String::with_capacity(target.len() * 2);
        for byte in target.bytes() {
            if byte.is_ascii_graphic() {
                encoded.push(char::from(byte));
            } else {
                super::form::percent(byte).map(char::from).into_iter().for_each(|c| encoded.push(c));
            }
        }
        Cow::Owned(encoded)
    }

    fn written_target(&self) -> &str {
        self.0.slice(self.0.path..self.0.fragment)
    }

    /// User and password; an absent password is empty. They hold no character that needs decoding.
    #[must_use]
    pub fn userinfo(&self) -> Option<(&str, Secret)> {
        let text = self.0.slice(self.0.userinfo.clone()?);
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        Some((user, Secret::new(password)))
    }

    /// The value of an `Authorization` header that carries these credentials by the scheme Basic (RFC 7617).
    #[must_use]
    pub fn basic_authorization(&self) -> Option<String> {
        let (user, password) = self.userinfo()?;
        let mut value = String::from("Basic ");
        BASE64.encode_string([user, ":", password.reveal()].concat(), &mut value);
        Some(value)
    }

    /// The same URL without credentials, for whatever another account or a log may see (`reliability.md` T-18).
    #[must_use]
    pub fn without_userinfo(&self) -> Self {
        let parts = &*self.0;
        let Some(userinfo) = parts.userinfo.clone() else { return self.clone() };
        let dropped = userinfo.len() + 1;
        Self(Arc::new(Parts {
            text: [parts.slice(0..userinfo.start), parts.slice(parts.host.start..parts.text.len())]
                .concat()
                .into(),
            https: parts.https,
            userinfo: None,
            host: parts.host.start - dropped..parts.host.end - dropped,
            lower_host: parts.lower_host.clone(),
            literal: parts.literal,
            explicit_port: parts.explicit_port,
            path: parts.path - dropped,
            fragment: parts.fragment - dropped,
            needs_encoding: parts.needs_encoding,
            overrides: parts.overrides,
        }))
    }

    /// The connection overrides of the fragment.
    #[must_use]
    pub fn overrides(&self) -> Overrides {
        self.0.overrides
    }

    /// This URL with the fragment of another one instead of its own.
    pub(super) fn with_fragment_of(&self, other: &Self) -> Result<Self, UrlError> {
        let fragment = other.0.slice(other.0.fragment..other.0.text.len());
        Self::parse(&[self.as_str(), fragment].concat())
    }

    /// This URL with another query (`None` for none), credentials and fragment kept.
    pub fn with_query(&self, query: Option<&str>) -> Result<Self, UrlError> {
        let head = self.as_str().split('?').next().unwrap_or_default();
        let fragment = self.0.slice(self.0.fragment..self.0.text.len());
        let (mark, query) = query.map_or(("", ""), |query| ("?", query));
        Self::parse(&[head, mark, query, fragment].concat())
    }
}

/// Whether a text holds a control character, of ASCII or beyond. Without an early end, so that the usual text, which
/// holds none, is gone through many bytes at a time.
pub(super) fn holds_control(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | byte.is_ascii_control())
        || (!text.is_ascii() && text.chars().any(char::is_control))
}

/// Whether a reference starts with a scheme (RFC 3986 section 3.1).
fn has_scheme(reference: &str) -> bool {
    let end = reference.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')));
    end.is_some_and(|end| {
        reference.starts_with(|c: char| c.is_ascii_alphabetic())
            && reference.get(end..).is_some_and(|rest| rest.starts_with(':'))
    })
}

/// Appends a path that starts with a slash, its dot segments taken out (RFC 3986 section 5.2.4).
fn push_without_dots(text: &mut String, path: &str) {
    let floor = text.len();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    let keep = text.get(floor..).and_then(|own| own.rfind('/')).unwrap_or_default();
                    text.truncate(floor + keep);
                }
                if last {
                    text.push('/');
                }
            }
            _ => {
                text.push('/');
                text.push_str(segment);
            }
        }
    }
}

/// The length of the userinfo, if it is user, or user and password, without special characters
/// (`webhooks.md` section 7.3).
fn check_userinfo(userinfo: &str) -> Result<usize, UrlError> {
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let plain = |text: &str| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
    };
    if user.is_empty() || !plain(user) || !plain(password) {
        return Err(UrlError::invalid("user name or password of the URL hold a special character"));
    }
    Ok(userinfo.len())
}

/// Host (with brackets, if any) and explicit port.
fn split_port(text: &str) -> Result<(&str, Option<u16>), UrlError> {
    let colon = match text.rfind(']') {
        Some(bracket) if bracket + 1 == text.len() => None,
        Some(bracket) => Some(bracket + 1),
        None => text.find(':'),
    };
    let Some(colon) = colon else { return Ok((text, None)) };
    let digits = text.get(colon..).and_then(|rest| rest.strip_prefix(':')).unwrap_or_default();
    let numeric = (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse() {
        Ok(port) if numeric && port != 0 => Ok((text.get(..colon).unwrap_or_default(), Some(port))),
        _ => Err(UrlError::invalid("the port of the URL is not a number from 1 to 65535")),
    }
}

/// Whether this is a host name in ASCII, without the dot that may stand at its end: labels of 1 to 63 letters, digits,
/// hyphens and underscores, 253 characters in all.
pub(crate) fn is_host_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    name.len() <= 253 && name.split('.').all(label)
}

/// Checks a host and reads it as an address if it is one.
fn read_host(host: &str) -> Result<Option<IpAddr>, UrlError> {
    if let Some(inner) = host.strip_prefix('[') {
        return match inner.strip_suffix(']').map(Ipv6Addr::from_str) {
            Some(Ok(address)) => Ok(Some(IpAddr::V6(address))),
            _ => Err(UrlError::invalid("the brackets of the URL's host hold no plain IPv6 address")),
        };
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    if !is_host_name(name) {
        return Err(UrlError::invalid("the host of the URL is not a host name in ASCII"));
    }
    if name.rsplit('.').next().is_some_and(|last| read_number(last).is_some()) {
        return match read_ipv4(name) {
            Some(address) => Ok(Some(IpAddr::V4(address))),
            None => Err(UrlError::invalid("the host of the URL looks like an address and is none")),
        };
    }
    Ok(None)
}

/// A part of a numeric host: decimal, octal after `0`, hexadecimal after `0x`. A part made of digits that is no number
/// in its base, or too big, counts as a number out of range: no resolver may get to see it as a name.
fn read_number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    if radix == 16 && digits.is_empty() {
        return Some(0);
    }
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match u64::from_str_radix(digits, radix) {
        Ok(number) => Some(number),
        Err(_) if all_digits || (radix == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit())) => {
            Some(u64::MAX)
        }
        Err(_) => None,
    }
}

/// An IPv4 address in any notation of `inet_aton`: one to four parts, the last one filling what is left.
fn read_ipv4(name: &str) -> Option<Ipv4Addr> {
    let (mut parts, mut bits) = (name.split('.').peekable(), 0_u64);
    for index in 0..4_u32 {
        let number = read_number(parts.next()?)?;
        let last = parts.peek().is_none();
        let width = if last { 32 - 8 * index } else { 8 };
        if number >= 1 << width {
            return None;
        }
        if last {
            return u32::try_from(bits | number).ok().map(Ipv4Addr::from);
        }
        bits |= number << (24 - 8 * index);
    }
    None
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        Self::parse(text)
    }
}

impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Url {}

impl Hash for Url {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = if self.0.userinfo.is_some() { "…@" } else { "" };
        write!(f, "{}://{hidden}{}{}", self.scheme(), self.host_and_port(), self.written_target())
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = if self.0.userinfo.is_some() { "…@" } else { "" };
        write!(f, "{}://{hidden}{}{}", self.scheme(), self.host_and_port(), self.path())?;
        if self.query().is_some() { f.write_str("?…") } else { Ok(()) }
    }
}

impl<C> Encode<C> for Url {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.0.text)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Url {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::parse(d.str()?).map_err(|_| minicbor::decode::Error::message("bad Url"))
    }
}

#[cfg(test)]
mod tests;
