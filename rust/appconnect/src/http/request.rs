//! A webhook request, finished: request line, headers, signatures and body in one buffer.
//!
//! Whoever sends it writes [`Request::wire`] to a connection that the guard allowed, and asks
//! [`Request::redirected`] what a redirect means. Nothing of a request is left to be decided outside.

use std::fmt;
use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::Method;
use super::cookie::Jar;
use super::form;
use super::signature::Signer;
use super::target::{Url, UrlError, UrlErrorKind, holds_control};
use crate::time::Millis;

/// What may differ from Twilio's request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct WebhookOptions {
    /// `; charset=UTF-8` behind the content type; whether Twilio sends it is unknown (`webhooks.md` section 5).
    #[n(0)]
    pub charset_suffix: bool,
    /// The three headers of Standard Webhooks besides Twilio's signature.
    #[n(1)]
    pub standard_webhooks: bool,
}

/// Everything that makes up one webhook.
#[derive(Clone, Copy, Debug)]
pub struct Webhook<'a> {
    /// GET puts the pairs into the query, POST into the body.
    pub method: Method,
    /// Where it goes; the URL's own query stays.
    pub url: &'a Url,
    /// The pairs in the order sent. Twilio never sends a name twice.
    pub pairs: &'a [(&'a str, &'a str)],
    /// The key of the account that the request is made for.
    pub signer: &'a Signer,
    /// Names the step; the same on every attempt, and the `webhook-id`.
    pub idempotency_token: &'a str,
    /// The time of sending, for `webhook-timestamp`.
    pub now: Millis,
    /// The value of the `Cookie` header.
    pub cookie: Option<&'a str>,
    /// The value of the `Authorization` header.
    pub authorization: Option<&'a str>,
    /// Deviations from Twilio's request.
    pub options: WebhookOptions,
}

/// A webhook request as bytes. Cheap to clone.
///
/// It can be saved as it is, so that a second attempt after a restart is the same request to the byte.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Request {
    #[n(0)]
    method: Method,
    #[n(1)]
    url: Url,
    #[n(2)]
    document_url: Url,
    #[n(3)]
    options: WebhookOptions,
    /// Head and encoded pairs. Of a GET only the head is sent: its pairs are in the URL.
    #[cbor(n(4), with = "shared_bytes")]
    buffer: Arc<[u8]>,
    #[n(5)]
    head: usize,
}

/// Shared bytes as a CBOR byte string.
mod shared_bytes {
    use super::Arc;

    pub(super) fn encode<C, W: minicbor::encode::Write>(
        bytes: &Arc<[u8]>,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(bytes)?.ok()
    }

    pub(super) fn decode<C>(
        d: &mut minicbor::Decoder<'_>,
        _: &mut C,
    ) -> Result<Arc<[u8]>, minicbor::decode::Error> {
        Ok(d.bytes()?.into())
    }
}

const FIXED_HEADERS: &[u8] =
    b"\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nX-Home-Region: us1\r\n";

/// Room for the request line, the fixed headers and the signatures.
const USUAL_HEAD_BYTES: usize = 640;

const AUTHORIZATION: &str = "Authorization";
const IDEMPOTENCY_TOKEN: &str = "I-Twilio-Idempotency-Token";

impl Request {
    /// Makes the request of a webhook. It fails when the pairs of a GET make its URL too long (11100).
    pub fn webhook(webhook: &Webhook<'_>) -> Result<Self, UrlError> {
        let own: usize = webhook.pairs.iter().map(|(name, value)| name.len() + value.len() + 8).sum();
        let mut form = Vec::with_capacity(own);
        for (name, value) in webhook.pairs {
            form::encode(name, value, &mut form);
        }
        let (url, signed) = match webhook.method {
            Method::Get => (with_form(webhook.url, &form)?, &[][..]),
            Method::Post => (webhook.url.clone(), webhook.pairs),
        };
        Ok(Self::assemble(webhook, url, webhook.url.clone(), signed, &form))
    }

    /// Writes the buffer. `signed` are the pairs of a POST; of `webhook`, its own URL and pairs are not looked at.
    fn assemble(
        webhook: &Webhook<'_>,
        url: Url,
        document_url: Url,
        signed: &[(&str, &str)],
        form: &[u8],
    ) -> Self {
        let Webhook { method, options, signer, .. } = *webhook;
        let target = url.path_and_query();
        let mut out = Vec::with_capacity(
            USUAL_HEAD_BYTES + target.len() + webhook.cookie.map_or(0, str::len) + form.len(),
        );
        out.extend_from_slice(method.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(target.as_bytes());
        out.extend_from_slice(b" HTTP/1.1\r\nHost: ");
        out.extend_from_slice(url.host_and_port().as_bytes());
        out.extend_from_slice(FIXED_HEADERS);
        if method == Method::Post {
            out.extend_from_slice(b"Content-Type: application/x-www-form-urlencoded");
            if options.charset_suffix {
                out.extend_from_slice(b"; charset=UTF-8");
            }
            out.extend_from_slice(b"\r\nContent-Length: ");
            out.extend_from_slice(form::Decimal::new(form.len() as u64).as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"X-Twilio-Signature: ");
        signer.push_form_signature(&url, signed, &mut out);
        out.extend_from_slice(b"\r\n");
        push_header(IDEMPOTENCY_TOKEN, webhook.idempotency_token, &mut out);
        if options.standard_webhooks {
            // The receiver's view of a GET has no body: what is protected then is the query.
            let payload = match method {
                Method::Get => target.split_once('?').map_or(&b""[..], |(_, query)| query.as_bytes()),
                Method::Post => form,
            };
            push_standard_webhook(webhook, payload, &mut out);
        }
        if let Some(cookie) = webhook.cookie {
            push_header("Cookie", cookie, &mut out);
        }
        if let Some(authorization) = webhook.authorization {
            push_header(AUTHORIZATION, authorization, &mut out);
        }
        out.extend_from_slice(b"\r\n");
        let head = out.len();
        out.extend_from_slice(form);
        drop(target);
        Self { method, url, document_url, options, buffer: out.into(), head }
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The URL that is requested: of a GET with its pairs in the query.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// The base URL of the document that comes back: without the pairs of a GET, so that an empty reference in it does
    /// not repeat the parameters of an earlier step.
    #[must_use]
    pub const fn document_url(&self) -> &Url {
        &self.document_url
    }

    /// All bytes to send.
    #[must_use]
    pub fn wire(&self) -> &[u8] {
        match self.method {
            Method::Get => self.head(),
            Method::Post => &self.buffer,
        }
    }

    /// Request line and headers of HTTP/1.1, with the empty line that ends them.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        self.buffer.get(..self.head).unwrap_or_default()
    }

    /// The body; empty for a GET.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        match self.method {
            Method::Get => &[],
            Method::Post => self.form(),
        }
    }

    /// The encoded pairs, wherever they are sent.
    fn form(&self) -> &[u8] {
        self.buffer.get(self.head..).unwrap_or_default()
    }

    /// Names and values of the headers, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        // Header values are checked to be text when they are written.
        let head = std::str::from_utf8(self.head()).unwrap_or_default();
        head.split("\r\n").skip(1).filter_map(|line| line.split_once(": "))
    }

    /// The value of a header, its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The same request with credentials, for the answer 401 (`webhooks.md` section 7.3).
    #[must_use]
    pub fn with_authorization(&self, authorization: &str) -> Self {
        let head = std::str::from_utf8(self.head()).unwrap_or_default();
        let mut out = Vec::with_capacity(self.buffer.len() + AUTHORIZATION.len() + authorization.len() + 4);
        for line in head.split("\r\n").filter(|line| !line.is_empty()) {
            if line.split(':').next() != Some(AUTHORIZATION) {
                out.extend_from_slice(line.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
        }
        push_header(AUTHORIZATION, authorization, &mut out);
        out.extend_from_slice(b"\r\n");
        let head = out.len();
        out.extend_from_slice(self.form());
        Self { buffer: out.into(), head, ..self.clone() }
    }

    /// The request that follows a redirect, signed anew for its URL (`webhooks.md` section 6.3, `reliability.md` T-14).
    ///
    /// Fields of this URL's own query that `location` does not name are kept behind its own. After 301, 302 and 303 it is
    /// a GET with the pairs of this request behind that query; after 307 method and body stay. Any other status, and a location that is absent, no webhook URL, or holds an encoded line break, is
    /// an error of kind `Redirect` (11216). Credentials and cookies go to the same origin only. The connection overrides
    /// are those of the first URL throughout.
    pub fn redirected(
        &self,
        location: &str,
        status: u16,
        signer: &Signer,
        now: Millis,
        jar: Option<&Jar>,
    ) -> Result<Self, UrlError> {
        let method = match status {
            301..=303 => Method::Get,
            307 => self.method,
            _ => return Err(redirect_error("the redirect has a status that is not followed")),
        };
        let refused = |_| redirect_error("the redirect leads to a URL that is too long");
        let own_url = with_kept_query(self.redirect_url(location)?, &self.document_url).map_err(refused)?;
        let decoded = if method == Method::Post { form::decode(self.form()) } else { Vec::new() };
        let pairs: Vec<_> = decoded.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let (url, document_url) = match method {
            Method::Get => {
                let url = with_form(&own_url, self.form()).map_err(refused)?;
                (url, without_form(&own_url, self.form()).map_err(refused)?)
            }
            Method::Post => (own_url.clone(), own_url),
        };
        let same_origin = url.same_origin(&self.url);
        let cookie = jar.filter(|_| same_origin).and_then(|jar| jar.header(&url, now));
        let webhook = Webhook {
            method,
            url: &self.url,
            pairs: &[],
            signer,
            idempotency_token: self.header(IDEMPOTENCY_TOKEN).unwrap_or_default(),
            now,
            cookie: cookie.as_deref(),
            authorization: self.header(AUTHORIZATION).filter(|_| same_origin),
            options: self.options,
        };
        Ok(Self::assemble(&webhook, url, document_url, &pairs, self.form()))
    }

    /// The URL that a `Location` header names.
    fn redirect_url(&self, location: &str) -> Result<Url, UrlError> {
        let lower = location.to_ascii_lowercase();
        if location.is_empty() || lower.contains("%0d") || lower.contains("%0a") {
            return Err(redirect_error("the redirect has no location, or one with an encoded line break"));
        }
        let location = location.split('#').next().unwrap_or_default();
        self.document_url
            .join(location)
            .and_then(|url| url.with_fragment_of(&self.url))
            .map_err(|_| redirect_error("the redirect does not lead to a URL of http or https"))
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({} {:?}, <{} bytes>)", self.method, self.url, self.body().len())
    }
}

const fn redirect_error(message: &'static str) -> UrlError {
    UrlError { kind: UrlErrorKind::Redirect, message }
}

/// Appends the three headers of Standard Webhooks.
fn push_standard_webhook(webhook: &Webhook<'_>, payload: &[u8], out: &mut Vec<u8>) {
    let token = webhook.idempotency_token;
    push_header("webhook-id", token, out);
    out.extend_from_slice(b"webhook-timestamp: ");
    let seconds = form::Decimal::new(webhook.now.0 / 1_000);
    out.extend_from_slice(seconds.as_bytes());
    out.extend_from_slice(b"\r\nwebhook-signature: ");
    webhook.signer.push_standard_webhook(token, seconds.as_bytes(), payload, out);
    out.extend_from_slice(b"\r\n");
}

/// Appends a header, unless its value holds what could start another one.
fn push_header(name: &str, value: &str, out: &mut Vec<u8>) {
    if holds_control(value) {
        return;
    }
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}

/// A URL with an encoded form behind its own query. Fields of the query that the form names too give way to the form's.
fn with_form(url: &Url, form: &[u8]) -> Result<Url, UrlError> {
    if form.is_empty() {
        return Ok(url.clone());
    }
    let form_text = std::str::from_utf8(form).unwrap_or_default();
    let Some(query) = url.query() else { return url.with_query(Some(form_text)) };
    let reduced = form::without_names_of(query, form);
    let own = reduced.as_deref().unwrap_or(query);
    let separator = if own.is_empty() || own.ends_with('&') { "" } else { "&" };
    url.with_query(Some(&[own, separator, form_text].concat()))
}

/// A URL with those fields of another's query that its own does not name, behind its own.
fn with_kept_query(url: Url, first: &Url) -> Result<Url, UrlError> {
    let Some(kept) = first.query().filter(|kept| !kept.is_empty()) else { return Ok(url) };
    let Some(own) = url.query().filter(|own| !own.is_empty()) else { return url.with_query(Some(kept)) };
    let reduced = form::without_names_of(kept, own.as_bytes());
    let kept = reduced.as_deref().unwrap_or(kept);
    if kept.is_empty() {
        return Ok(url);
    }
    let separator = if own.ends_with('&') { "" } else { "&" };
    url.with_query(Some(&[own, separator, kept].concat()))
}

/// A URL whose query has lost the fields that a form names too.
fn without_form(url: &Url, form: &[u8]) -> Result<Url, UrlError> {
    match url.query().and_then(|query| form::without_names_of(query, form)) {
        Some(query) => url.with_query(Some(query.as_str()).filter(|query| !query.is_empty())),
        None => Ok(url.clone()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pii::Secret;

    const NOW: Millis = Millis(1_700_000_000_500);
    const TOKEN: &str = "0b1c-token";

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn signer() -> Signer {
        Signer::new(&Secret::new("appconnect-test-token-0001"))
    }

    fn text(bytes: &[u8]) -> &str {
        std::str::from_utf8(bytes).unwrap()
    }

    fn make(method: Method, to: &str, pairs: &[(&str, &str)]) -> Result<Request, UrlError> {
        let (url, signer) = (url(to), signer());
        Request::webhook(&Webhook {
            method,
            url: &url,
            pairs,
            signer: &signer,
            idempotency_token: TOKEN,
            now: NOW,
            cookie: None,
            authorization: None,
            options: WebhookOptions::default(),
        })
    }

    #[test]
    fn a_post_is_whole() {
        let to = "https://u:p@h.example:8443/voice?t=1#rc=2";
        let request =
            make(Method::Post, to, &[("CallSid", "CA1"), ("From", "+1 5"), ("Digits", "1#")]).unwrap();
        let signature =
            signer().sign_form(&url(to), &[("CallSid", "CA1"), ("Digits", "1#"), ("From", "+1 5")]);
        let expected = format!(
            "POST /voice?t=1 HTTP/1.1\r\nHost: h.example:8443\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n\
             Accept-Encoding: gzip\r\nX-Home-Region: us1\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: 35\r\nX-Twilio-Signature: {signature}\r\nI-Twilio-Idempotency-Token: {TOKEN}\r\n\r\n"
        );
        assert_eq!(text(request.head()), expected);
        assert_eq!(text(request.body()), "CallSid=CA1&From=%2B1+5&Digits=1%23");
        assert_eq!(request.wire(), [request.head(), request.body()].concat());
        assert_eq!(request.header("content-length").unwrap(), request.body().len().to_string());
    }

    #[test]
    fn a_get_carries_its_pairs_behind_the_urls_own_query() {
        for (to, target) in [
            ("http://h.example:8080", "/?CallSid=CA1&Digits=1%23"),
            ("http://h.example:8080/g?step=2", "/g?step=2&CallSid=CA1&Digits=1%23"),
            ("http://h.example:8080/g?", "/g?CallSid=CA1&Digits=1%23"),
            ("http://h.example:8080/g?CallSid=forged&step=2&Digits", "/g?step=2&CallSid=CA1&Digits=1%23"),
        ] {
            let request = make(Method::Get, to, &[("CallSid", "CA1"), ("Digits", "1#")]).unwrap();
            assert!(
                text(request.head())
                    .starts_with(&format!("GET {target} HTTP/1.1\r\nHost: h.example:8080\r\n"))
            );
            assert_eq!(request.header("X-Twilio-Signature").unwrap(), signer().sign_url(request.url()));
            assert_eq!(request.document_url(), &url(to));
            assert_eq!((request.wire(), request.body()), (request.head(), &b""[..]));
            assert_eq!(request.header("Content-Length"), None);
        }
        let long = "x".repeat(8_000);
        let error = make(Method::Get, "http://h.example/", &[("a", &long)]).unwrap_err();
        assert_eq!(error.code_number(), 11_100);
        assert!(make(Method::Post, "http://h.example/", &[("a", &long)]).is_ok());
    }

    #[test]
    fn options_add_the_charset_and_the_second_signature() {
        let (to, signer) = (url("https://h.example/x?q=1"), signer());
        let options = WebhookOptions { charset_suffix: true, standard_webhooks: true };
        for (method, payload) in [(Method::Post, "a=b+c"), (Method::Get, "q=1&a=b+c")] {
            let request = Request::webhook(&Webhook {
                method,
                url: &to,
                pairs: &[("a", "b c")],
                signer: &signer,
                idempotency_token: TOKEN,
                now: NOW,
                cookie: Some("s=1"),
                authorization: Some("Basic eDp5"),
                options,
            })
            .unwrap();
            let content_type =
                (method == Method::Post).then_some("application/x-www-form-urlencoded; charset=UTF-8");
            assert_eq!(request.header("Content-Type"), content_type);
            assert_eq!(request.header("webhook-id"), Some(TOKEN));
            assert_eq!(request.header("webhook-timestamp"), Some("1700000000"));
            let signature = request.header("webhook-signature").unwrap();
            assert!(signer.verify_standard_webhook(
                TOKEN,
                "1700000000",
                payload.as_bytes(),
                signature,
                1_700_000_000
            ));
            assert_eq!(
                (request.header("Cookie"), request.header("Authorization")),
                (Some("s=1"), Some("Basic eDp5"))
            );
        }
    }

    fn redirected(from: &Request, location: &str, status: u16) -> Result<Request, u16> {
        from.redirected(location, status, &signer(), NOW, None).map_err(|error| error.code_number())
    }

    #[test]
    fn a_redirect_turns_a_post_into_a_get_that_keeps_the_pairs() {
        let post =
            make(Method::Post, "https://h.example/a/b?own=1#rc=4", &[("CallSid", "CA1"), ("Digits", "12")])
                .unwrap();
        for status in [301, 302, 303] {
            let next = redirected(&post, "../c?keep=2&Digits=0", status).unwrap();
            assert_eq!(next.method(), Method::Get);
            assert_eq!(next.url().as_str(), "https://h.example/c?keep=2&own=1&CallSid=CA1&Digits=12");
            assert_eq!(next.document_url().as_str(), "https://h.example/c?keep=2&own=1");
            assert_eq!(next.url().overrides().retries, 4);
            assert_eq!(next.header("X-Twilio-Signature").unwrap(), signer().sign_url(next.url()));
            assert_eq!(next.header(IDEMPOTENCY_TOKEN), Some(TOKEN));
            assert_eq!((next.body(), next.header("Content-Type")), (&b""[..], None));
            let last = redirected(&next, "https://other.example/d", 307).unwrap();
            assert_eq!(last.url().as_str(), "https://other.example/d?keep=2&own=1&CallSid=CA1&Digits=12");
        }
        let kept = redirected(&post, "https://other.example/c", 307).unwrap();
        assert_eq!((kept.method(), kept.body()), (Method::Post, post.body()));
        let pairs = [("CallSid", "CA1"), ("Digits", "12")];
        assert_eq!(kept.header("X-Twilio-Signature").unwrap(), signer().sign_form(kept.url(), &pairs));
        assert_eq!(kept.header("Host"), Some("other.example"));
    }

    #[test]
    fn other_redirects_are_refused() {
        let post = make(Method::Post, "https://h.example/a", &[]).unwrap();
        for status in [200, 300, 304, 305, 306, 308, 310] {
            assert_eq!(redirected(&post, "/b", status).map(|_| ()), Err(11_216), "{status}");
        }
        for location in [
            "",
            "/x%0d%0aSet-Cookie:%20a=b",
            "/x%0A",
            "/x?y=%0D",
            "/x\r\ny",
            "ftp://h.example/",
            "//",
            "http://h:0/",
            "javascript:alert(1)",
        ] {
            assert_eq!(redirected(&post, location, 302).map(|_| ()), Err(11_216), "{location}");
        }
    }

    #[test]
    fn credentials_and_cookies_stay_with_their_origin() {
        let from = make(Method::Post, "https://h.example/a", &[]).unwrap().with_authorization("Basic eDp5");
        let mut jar = Jar::default();
        jar.store(&url("https://h.example/"), "s=1", NOW);
        jar.store(&url("https://h.example/"), "w=1; Domain=h.example", NOW);
        for (location, kept) in [
            ("/b", true),
            ("https://H.example:443/b", true),
            ("http://h.example/b", false),
            ("https://h.example:444/b", false),
            ("https://i.h.example/b", false),
        ] {
            for status in [302, 307] {
                let next = from.redirected(location, status, &signer(), NOW, Some(&jar)).unwrap();
                assert_eq!(next.header("Authorization"), kept.then_some("Basic eDp5"), "{location}");
                assert_eq!(next.header("Cookie"), kept.then_some("s=1; w=1"), "{location}");
            }
        }
    }

    #[test]
    fn a_request_survives_a_snapshot_to_the_byte() {
        for method in [Method::Get, Method::Post] {
            let request = make(method, "https://h.example/a?x=1#rc=2", &[("a", "1"), ("b", "2")]).unwrap();
            let read: Request = minicbor::decode(&minicbor::to_vec(&request).unwrap()).unwrap();
            assert_eq!(read, request);
            assert_eq!((read.wire(), read.body()), (request.wire(), request.body()));
        }
    }

    #[test]
    fn credentials_are_added_once_and_the_rest_stays() {
        let plain = make(Method::Post, "https://h.example/a", &[("a", "1")]).unwrap();
        let request = plain.with_authorization("Basic old").with_authorization("Basic new");
        assert_eq!(request.header("Authorization"), Some("Basic new"));
        assert_eq!(request.headers().count(), plain.headers().count() + 1);
        assert_eq!(request.body(), plain.body());
        assert_eq!(request.wire(), [request.head(), request.body()].concat());
        assert_eq!(plain.with_authorization("Basic x\r\nEvil: 1").head(), plain.head());
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_starts_a_header_of_its_own(
            name in "(?s).*", value in "(?s).*", token in "(?s).*", cookie in "(?s).*", path in "\\PC*",
            get in any::<bool>(),
        ) {
            let Ok(to) = Url::parse(&format!("https://h.example/{path}")) else { return Ok(()) };
            let signer = signer();
            let request = Request::webhook(&Webhook {
                method: if get { Method::Get } else { Method::Post },
                url: &to,
                    pairs: &[(&value, &name), (&name, &value)],
                signer: &signer,
                idempotency_token: &token,
                now: NOW,
                cookie: Some(&cookie),
                authorization: Some(&value),
                options: WebhookOptions { charset_suffix: true, standard_webhooks: true },
            });
            let Ok(request) = request else { return Ok(()) };
            let head = text(request.head());
            let lines = head.strip_suffix("\r\n\r\n").unwrap();
            prop_assert!(lines.split("\r\n").all(|line| !line.is_empty() && !line.contains(char::is_control)));
            prop_assert!(lines.split("\r\n").count() <= 15);
            prop_assert!(lines.starts_with(request.method().as_str()));
        }
    }
}
