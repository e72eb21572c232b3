//! `X-Twilio-Signature` (`webhooks.md` section 9) and the Standard Webhooks signature.
//!
//! The first joins names and values without a separator, so `{b: cd}` and `{bc: d}` sign alike; that is Twilio's format
//! and stays as it is. The second is unambiguous and carries a time (`reliability.md` T-08); it is sent besides.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::form;
use super::socket::SocketUrl;
use super::target::{Url, UrlError};
use crate::pii::Secret;

/// Which ports are part of the signed string.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepPort {
    /// As written, for both schemes: what messaging does.
    Always,
    /// Dropped from `https` URLs: what voice does.
    #[default]
    OnlyHttp,
}

/// The primary auth token of an account, made ready once: signing starts from the two hash states that the key alone
/// determines.
#[derive(Clone)]
pub struct Signer {
    sha1: Hmac<Sha1>,
    sha256: Hmac<Sha256>,
    keep_port: KeepPort,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(<secret>)")
    }
}

impl Signer {
    /// Prepares a token, with the port rule of voice.
    #[must_use]
    pub fn new(token: &Secret) -> Self {
        let key = token.reveal().as_bytes();
        Self { sha1: keyed(key), sha256: keyed(key), keep_port: KeepPort::default() }
    }

    /// The same token with another port rule.
    #[must_use]
    pub fn with_port_rule(self, keep_port: KeepPort) -> Self {
        Self { keep_port, ..self }
    }

    /// Signs a form POST: 28 characters of base64.
    #[must_use]
    pub fn sign_form(&self, url: &Url, pairs: &[(&str, &str)]) -> String {
        let mut signature = Vec::with_capacity(28);
        self.push_form_signature(url, pairs, &mut signature);
        String::from_utf8(signature).unwrap_or_default()
    }

    /// Appends the signature of a form POST.
    pub(super) fn push_form_signature(&self, url: &Url, pairs: &[(&str, &str)], out: &mut Vec<u8>) {
        // What is signed is written where the signature goes, which has room for it as a rule.
        let start = out.len();
        push_url(url, self.port(url), out);
        form::push_signed(pairs, out);
        let mut mac = self.sha1.clone();
        mac.update(out.get(start..).unwrap_or_default());
        out.truncate(start);
        push_base64::<28>(&mac.finalize().into_bytes(), out);
    }

    /// Signs a request whose parameters are all in its URL.
    #[must_use]
    pub fn sign_url(&self, url: &Url) -> String {
        self.sign_form(url, &[])
    }

    /// Signs the handshake of a socket: its `wss` URL as it is written (`webhooks.md` section 9, INFERRED), without its
    /// port as the URL of an `https` webhook.
    #[must_use]
    pub fn sign_socket(&self, url: &SocketUrl) -> String {
        let secure = url.secure();
        let mut text = Vec::with_capacity(secure.as_str().len());
        push_url(secure, self.port(secure), &mut text);
        let rest = text.strip_prefix(b"https").unwrap_or(&text);
        BASE64.encode(self.sha1.clone().chain_update("wss").chain_update(rest).finalize().into_bytes())
    }

    /// Adds `bodySHA256` to the query of the URL of a JSON request, and signs that URL.
    pub fn sign_json(&self, url: &Url, body: &[u8]) -> Result<(Url, String), UrlError> {
        let mut digest = String::with_capacity(64);
        for byte in Sha256::digest(body) {
            digest.extend([byte >> 4, byte & 15].iter().filter_map(|d| char::from_digit(u32::from(*d), 16)));
        }
        let url = Url::parse(&form::append_query(url.as_str(), &[(BODY_DIGEST, &digest)]))?;
        let signature = self.sign_url(&url);
        Ok((url, signature))
    }

    fn port(&self, url: &Url) -> Option<u16> {
        let kept = self.keep_port == KeepPort::Always || !url.is_https();
        (kept && url.has_explicit_port()).then(|| url.port())
    }

    /// Whether a signature is that of a form POST, or with no pairs of a GET. As Twilio's own validators do, it takes the
    /// URL with and without its port. Runs in time independent of the signature's value.
    #[must_use]
    pub fn verify(&self, url: &Url, pairs: &[(&str, &str)], signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature) else { return false };
        let matches = |port| {
            let mut text = Vec::new();
            push_url(url, port, &mut text);
            form::push_signed(pairs, &mut text);
            self.sha1.clone().chain_update(text).verify_slice(&signature).is_ok()
        };
        matches(None) | matches(Some(url.port()))
    }

    /// Whether a signature is that of a JSON request: of its URL, whose `bodySHA256` is that of the body.
    #[must_use]
    pub fn verify_json(&self, url: &Url, body: &[u8], signature: &str) -> bool {
        let digest = Sha256::digest(body);
        let claims = form::decode(url.query().unwrap_or_default().as_bytes());
        let mut claimed = claims.iter().filter(|(name, _)| name == BODY_DIGEST).map(|(_, value)| value);
        // The digest of a body that the sender shows anyway is no secret: an ordinary comparison will do.
        let matches = claimed.next().is_some_and(|hex| {
            hex.len() == 64
                && digest.iter().zip(hex.as_bytes().chunks(2)).all(|(byte, pair)| {
                    std::str::from_utf8(pair).is_ok_and(|p| u8::from_str_radix(p, 16) == Ok(*byte))
                })
        });
        matches && claimed.next().is_none() && self.verify(url, &[], signature)
    }

    /// The value of `webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.payload`, keyed by the
    /// auth token. `timestamp` is in seconds since the Unix epoch.
    #[must_use]
    pub fn standard_webhook(&self, id: &str, timestamp: u64, payload: &[u8]) -> String {
        let mut signature = Vec::with_capacity(47);
        self.push_standard_webhook(id, timestamp.to_string().as_bytes(), payload, &mut signature);
        String::from_utf8(signature).unwrap_or_default()
    }

    /// Appends the value of `webhook-signature`.
    pub(super) fn push_standard_webhook(
        &self,
        id: &str,
        timestamp: &[u8],
        payload: &[u8],
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(b"v1,");
        push_base64::<44>(&self.standard_mac(id, timestamp, payload).finalize().into_bytes(), out);
    }

    /// Whether the headers `webhook-id`, `webhook-timestamp` and `webhook-signature` fit a payload and are at most 300
    /// seconds away from `now`, the time in seconds since the Unix epoch.
    #[must_use]
    pub fn verify_standard_webhook(
        &self,
        id: &str,
        timestamp: &str,
        payload: &[u8],
        signature: &str,
        now: u64,
    ) -> bool {
        if timestamp.parse::<u64>().map_or(true, |sent| sent.abs_diff(now) > TOLERANCE_SECONDS) {
            return false;
        }
        // Several signatures may stand side by side while a key is being replaced.
        signature
            .split(' ')
            .filter_map(|one| BASE64.decode(one.strip_prefix("v1,")?).ok())
            .any(|one| self.standard_mac(id, timestamp.as_bytes(), payload).verify_slice(&one).is_ok())
    }

    fn standard_mac(&self, id: &str, timestamp: &[u8], payload: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.sha256.clone();
        for part in [id.as_bytes(), b".", timestamp, b".", payload] {
            mac.update(part);
        }
        mac
    }
}

/// Appends a digest in base64, which takes `N` characters.
fn push_base64<const N: usize>(digest: &[u8], out: &mut Vec<u8>) {
    let mut text = [0; N];
    // It has room: `N` is the length that the digest's own has in base64.
    let written = BASE64.encode_slice(digest, &mut text).unwrap_or_default();
    out.extend_from_slice(text.get(..written).unwrap_or_default());
}

const BODY_DIGEST: &str = "bodySHA256";

/// The age at which a signed request counts as a replay (`reliability.md` T-08).
const TOLERANCE_SECONDS: u64 = 300;

/// An HMAC state for a key of any length.
fn keyed<M: KeyInit>(key: &[u8]) -> M {
    // Refused key lengths do not exist for HMAC; the other arm only has to be of the right type.
    M::new_from_slice(key).unwrap_or_else(|_| M::new(&hmac::digest::common::Key::<M>::default()))
}

/// The URL as it is signed: no credentials, no fragment, and the port that is asked for.
fn push_url(url: &Url, port: Option<u16>, out: &mut Vec<u8>) {
    out.extend_from_slice(url.scheme().as_bytes());
    out.extend_from_slice(b"://");
    out.extend_from_slice(url.written_host().as_bytes());
    if let Some(port) = port {
        out.push(b':');
        out.extend_from_slice(form::Decimal::new(port.into()).as_bytes());
    }
    out.extend_from_slice(url.encoded_target().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer() -> Signer {
        Signer::new(&Secret::new("appconnect-test-token-0001"))
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn credentials_fragment_and_the_port_of_https_are_not_signed() {
        let pairs = [("Digits", "1")];
        let plain = signer().sign_form(&url("https://app.example.com/voice?x=1"), &pairs);
        for same in [
            "https://user:pass@app.example.com/voice?x=1",
            "https://app.example.com/voice?x=1#rc=2",
            "https://app.example.com:8443/voice?x=1",
            "https://u:p@app.example.com:443/voice?x=1#e=dublin",
        ] {
            assert_eq!(signer().sign_form(&url(same), &pairs), plain, "{same}");
        }
        let literal = signer().with_port_rule(KeepPort::Always);
        assert_ne!(literal.sign_form(&url("https://app.example.com:8443/voice?x=1"), &pairs), plain);
        assert_ne!(
            signer().sign_url(&url("http://app.example.com:8080/")),
            signer().sign_url(&url("http://app.example.com/"))
        );
    }

    #[test]
    fn what_a_request_line_forces_to_be_encoded_is_signed_encoded() {
        assert_eq!(
            signer().sign_url(&url("https://h.example/a b?n=é")),
            signer().sign_url(&url("https://h.example/a%20b?n=%C3%A9"))
        );
    }

    #[test]
    fn a_signature_is_good_for_its_key_url_and_pairs_only() {
        let (here, pairs) = (url("https://h.example:8443/v"), [("a", "1"), ("B", "2")]);
        let signature = signer().sign_form(&here, &pairs);
        assert_eq!(signature.len(), 28);
        assert!(signer().verify(&here, &pairs, &signature));
        let with_port = signer().with_port_rule(KeepPort::Always).sign_form(&here, &pairs);
        assert!(signer().verify(&here, &pairs, &with_port));
        assert!(!signer().verify(&url("https://h.example:8443/w"), &pairs, &signature));
        assert!(!signer().verify(&here, &[("a", "1")], &signature));
        assert!(!Signer::new(&Secret::new("other")).verify(&here, &pairs, &signature));
        for bad in ["", "x", "AAAA", signature.trim_end_matches('='), &format!("{signature}=")] {
            assert!(!signer().verify(&here, &pairs, bad), "{bad}");
        }
    }

    #[test]
    fn a_json_body_is_bound_by_its_digest() {
        let (signed, signature) = signer().sign_json(&url("https://h.example/j?x=1"), b"{}").unwrap();
        assert!(signed.as_str().starts_with("https://h.example/j?x=1&bodySHA256=44136fa355b3678a"));
        assert!(signer().verify_json(&signed, b"{}", &signature));
        assert!(!signer().verify_json(&signed, b"{} ", &signature));
        assert!(!signer().verify_json(&url("https://h.example/j?x=1"), b"{}", &signature));
    }

    #[test]
    fn the_standard_signature_has_a_date_and_tells_pairs_apart() {
        // Checked against OpenSSL: `printf 'id.1700000000.b=cd' | openssl dgst -sha256 -hmac ... -binary | base64`.
        let signature = signer().standard_webhook("id", 1_700_000_000, b"b=cd");
        assert_eq!(signature, "v1,6TwH3ioR0CCzUPweIlK3aPkDMx+MTKVu3mQbznk/GbI=");
        let verify = |payload: &[u8], signature: &str, now| {
            signer().verify_standard_webhook("id", "1700000000", payload, signature, now)
        };
        assert!(verify(b"b=cd", &signature, 1_700_000_300));
        assert!(verify(b"b=cd", &format!("v1,AAAA v2,x {signature}"), 1_699_999_700));
        assert!(!verify(b"b=cd", &signature, 1_700_000_301));
        assert!(!verify(b"bc=d", &signature, 1_700_000_000));
        assert!(!signer().verify_standard_webhook("id", "soon", b"b=cd", &signature, 1_700_000_000));
        let here = url("https://h.example/");
        assert_eq!(signer().sign_form(&here, &[("b", "cd")]), signer().sign_form(&here, &[("bc", "d")]));
    }

    #[test]
    fn a_signer_does_not_show_its_key() {
        assert_eq!(format!("{:?}", signer()), "Signer(<secret>)");
    }
}
