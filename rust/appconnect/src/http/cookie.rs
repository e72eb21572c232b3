//! The cookies of one call (RFC 6265, the part that a webhook needs).
//!
//! A jar belongs to one call and is never shared, not even between a call and the one that dialled it
//! (`webhooks.md` section 5, `reliability.md` T-15). `HttpOnly` and `SameSite` mean nothing here and are ignored.

use std::fmt;

use minicbor::{Decode, Encode};

use super::target::Url;
use crate::time::Millis;

/// Cookies a jar holds at most; the oldest gives way.
pub const MAX_COOKIES: usize = 50;
/// Bytes of name and value together; RFC 6265 section 6.1 asks for this much.
pub const MAX_COOKIE_BYTES: usize = 4_096;

/// The cookies that a call's applications have set, oldest first.
#[derive(Clone, Default, PartialEq, Eq, Encode, Decode)]
pub struct Jar {
    #[n(0)]
    cookies: Vec<Cookie>,
}

#[derive(Clone, PartialEq, Eq, Encode, Decode)]
struct Cookie {
    #[n(0)]
    name: String,
    #[n(1)]
    value: String,
    /// In lower case, without a leading dot.
    #[n(2)]
    domain: String,
    /// Only for the very host that set it.
    #[n(3)]
    host_only: bool,
    #[n(4)]
    path: String,
    #[n(5)]
    secure: bool,
    #[n(6)]
    expires: Option<Millis>,
}

impl Cookie {
    fn is_alive(&self, now: Millis) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    fn belongs_to(&self, url: &Url) -> bool {
        let domain_fits =
            if self.host_only { url.host() == self.domain } else { domain_matches(url.host(), &self.domain) };
        domain_fits && path_matches(url.path(), &self.path) && (url.is_https() || !self.secure)
    }
}

impl Jar {
    /// Takes in the value of one `Set-Cookie` header of an answer from `url`. A cookie that `url` may not set, that is
    /// malformed or too big is ignored; one that has expired removes its predecessor.
    pub fn store(&mut self, url: &Url, set_cookie: &str, now: Millis) {
        let Some(cookie) = parse(url, set_cookie, now) else { return };
        let same =
            |own: &Cookie| own.name == cookie.name && own.domain == cookie.domain && own.path == cookie.path;
        if !cookie.is_alive(now) {
            self.cookies.retain(|own| !same(own));
        } else if let Some(own) = self.cookies.iter_mut().find(|own| same(own)) {
            *own = cookie;
        } else {
            self.cookies.retain(|own| own.is_alive(now));
            if self.cookies.len() >= MAX_COOKIES {
                self.cookies.remove(0);
            }
            self.cookies.push(cookie);
        }
    }

    /// The value of the `Cookie` header of a request to `url`: longer paths first, then older cookies.
    #[must_use]
    pub fn header(&self, url: &Url, now: Millis) -> Option<String> {
        let mut due: Vec<&Cookie> =
            self.cookies.iter().filter(|cookie| cookie.is_alive(now) && cookie.belongs_to(url)).collect();
        due.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let mut header = String::new();
        for cookie in due {
            if !header.is_empty() {
                header.push_str("; ");
            }
            header.push_str(&cookie.name);
            header.push('=');
            header.push_str(&cookie.value);
        }
        (!header.is_empty()).then_some(header)
    }

    /// Whether no cookie was ever kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Jar(<{} cookies>)", self.cookies.len())
    }
}

fn parse(url: &Url, set_cookie: &str, now: Millis) -> Option<Cookie> {
    if set_cookie.chars().any(|c| c.is_control() && c != '\t') {
        return None;
    }
    let mut parts = set_cookie.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    // A tab is white space around names and values; inside it would not survive as a header.
    if name.is_empty() || name.len() + value.len() > MAX_COOKIE_BYTES || [name, value].concat().contains('\t')
    {
        return None;
    }
    let mut cookie = Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        domain: url.host().to_owned(),
        host_only: true,
        path: default_path(url.path()).to_owned(),
        secure: false,
        expires: None,
    };
    let mut max_age = None;
    for part in parts {
        let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match attribute.trim().to_ascii_lowercase().as_str() {
            "domain" => {
                let domain = value.strip_prefix('.').unwrap_or(value).to_ascii_lowercase();
                if domain.is_empty() {
                    continue;
                }
                cookie.host_only = domain == url.host() && is_bare(url, &domain);
                if !cookie.host_only && (is_bare(url, &domain) || !domain_matches(url.host(), &domain)) {
                    return None;
                }
                cookie.domain = domain;
            }
            "expires" => cookie.expires = parse_date(value).or(cookie.expires),
            "max-age" => max_age = parse_max_age(value, now).or(max_age),
            "path" => {
                let path = if value.starts_with('/') { value } else { default_path(url.path()) };
                path.clone_into(&mut cookie.path);
            }
            "secure" => cookie.secure = true,
            _ => {}
        }
    }
    // Max-Age counts before Expires, in whatever order they stand.
    cookie.expires = max_age.or(cookie.expires);
    Some(cookie)
}

/// Whether a domain is an address or a single label, for which there are no domain cookies.
fn is_bare(url: &Url, domain: &str) -> bool {
    url.host_literal().is_some() || !domain.trim_end_matches('.').contains('.')
}

/// RFC 6265 section 5.1.3, for hosts that are names.
fn domain_matches(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// RFC 6265 section 5.1.4.
fn path_matches(path: &str, cookie_path: &str) -> bool {
    let path = if path.is_empty() { "/" } else { path };
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || cookie_path.ends_with('/') || rest.starts_with('/'))
}

/// The directory of the request's path, without its final slash (RFC 6265 section 5.1.4).
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(slash) => path.get(..slash).unwrap_or("/"),
    }
}

/// The end of a life of so many seconds; a negative number and zero end it at once.
fn parse_max_age(value: &str, now: Millis) -> Option<Millis> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if digits.len() < value.len() {
        return Some(Millis(0));
    }
    // A number beyond 64 bits means for ever.
    Some(now.plus_seconds(value.parse().unwrap_or(u64::MAX)))
}

/// A date of RFC 1123 or one of its elder forms, `Sun, 06 Nov 1994 08:49:37 GMT`; dates before 1970 are 1970.
fn parse_date(text: &str) -> Option<Millis> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut day, mut month, mut year, mut time) = (None, None, None, None);
    for token in text.split([' ', ',', '-', '\t']).filter(|token| !token.is_empty()) {
        let number = token.parse::<u64>().ok().filter(|_| token.len() <= 4);
        let named = token.get(..3).and_then(|name| {
            MONTHS
                .iter()
                .zip(1_u64..)
                .find(|(own, _)| own.eq_ignore_ascii_case(name))
                .map(|(_, number)| number)
        });
        match number {
            Some(number) if day.is_none() && token.len() <= 2 => day = Some(number),
            Some(number) if year.is_none() => year = Some(full_year(number)),
            _ if time.is_none() && token.contains(':') => time = Some(parse_time(token)?),
            _ if month.is_none() => month = named,
            _ => {}
        }
    }
    let (day, month, year) = (day?, month?, year?);
    if !(1..=31).contains(&day) || !(1601..=9999).contains(&year) {
        return None;
    }
    let days = days_before(year, month, day)?;
    Some(Millis(0).plus_seconds(days.saturating_mul(86_400).saturating_add(time?)))
}

/// Two digits mean 1970 to 2069 (RFC 6265 section 5.1.1).
const fn full_year(year: u64) -> u64 {
    match year {
        0..=69 => year + 2_000,
        70..=99 => year + 1_900,
        _ => year,
    }
}

fn parse_time(text: &str) -> Option<u64> {
    let mut fields = text.split(':').map(|field| field.parse::<u64>().ok());
    let (hour, minute, second) = (fields.next()??, fields.next()??, fields.next()??);
    (hour < 24 && minute < 60 && second < 60 && fields.next().is_none())
        .then_some(hour * 3_600 + minute * 60 + second)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar; 0 for earlier dates, `None` for a day that a month has not.
fn days_before(year: u64, month: u64, day: u64) -> Option<u64> {
    const LENGTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = |month: u64| {
        let base =
            usize::try_from(month - 1).ok().and_then(|index| LENGTHS.get(index)).copied().unwrap_or_default();
        base + u64::from(month == 2 && leap(year))
    };
    if day > length(month) {
        return None;
    }
    if year < 1970 {
        return Some(0);
    }
    let leap_years = |before: u64| (before - 1) / 4 - (before - 1) / 100 + (before - 1) / 400;
    let years = (year - 1970) * 365 + leap_years(year) - leap_years(1970);
    Some(years + (1..month).map(length).sum::<u64>() + day - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    /// What a jar sends to `to` after `from` set one cookie.
    fn sent(from: &str, set_cookie: &str, to: &str) -> Option<String> {
        let mut jar = Jar::default();
        jar.store(&url(from), set_cookie, NOW);
        jar.header(&url(to), NOW)
    }

    #[test]
    fn cookies_go_where_domain_path_and_scheme_allow() {
        let host = "https://a.hooks.example/voice/start";
        for (set_cookie, to, back) in [
            ("s=1", "https://a.hooks.example/voice/next", true),
            ("s=1", "https://a.hooks.example/voice", true),
            ("s=1", "https://a.hooks.example/voicemail", false),
            ("s=1", "https://a.hooks.example/", false),
            ("s=1; Path=/", "https://a.hooks.example", true),
            ("s=1; Path=/", "http://a.hooks.example:8080/x", true),
            ("s=1; path=relative", "https://a.hooks.example/voice/x", true),
            ("s=1; Path=/", "https://b.hooks.example/", false),
            ("s=1; Path=/", "https://x.a.hooks.example/", false),
            ("s=1; Path=/; Domain=hooks.example", "https://b.hooks.example/", true),
            ("s=1; Path=/; Domain=.Hooks.Example", "https://hooks.example/", true),
            ("s=1; Path=/; Domain=hooks.example", "https://badhooks.example/", false),
            ("s=1; Path=/; Domain=a.hooks.example", "https://x.a.hooks.example/", true),
            ("s=1; Path=/; Domain=", "https://a.hooks.example/", true),
            ("s=1; Path=/; Domain=example", "https://a.hooks.example/", false),
            ("s=1; Path=/; Domain=.example", "https://a.hooks.example/", false),
            ("s=1; Path=/; Domain=other.example", "https://a.hooks.example/", false),
            ("s=1; Path=/; Domain=b.hooks.example", "https://b.hooks.example/", false),
            ("s=1; Path=/; Secure", "https://a.hooks.example/", true),
            ("s=1; Path=/; Secure", "http://a.hooks.example/", false),
            ("s=1; Path=/; HttpOnly; SameSite=Strict; Whatever", "https://a.hooks.example/", true),
        ] {
            assert_eq!(sent(host, set_cookie, to).is_some(), back, "{set_cookie} -> {to}");
        }
    }

    #[test]
    fn addresses_and_single_labels_keep_their_cookies_to_themselves() {
        for (from, domain, to, back) in [
            ("http://127.0.0.1:8000/", "127.0.0.1", "http://127.0.0.1:8000/", true),
            ("http://127.0.0.1/", "0.0.1", "http://127.0.0.1/", false),
            ("http://localhost/", "localhost", "http://localhost/", true),
            ("http://localhost/", "localhost", "http://a.localhost/", false),
        ] {
            assert_eq!(sent(from, &format!("s=1; Domain={domain}"), to).is_some(), back, "{from} {domain}");
        }
    }

    #[test]
    fn lifetimes() {
        let host = "https://h.example/";
        for (attributes, alive) in [
            ("Max-Age=1", true),
            ("Max-Age=0", false),
            ("Max-Age=-1", false),
            ("Max-Age=x", true),
            ("Max-Age=99999999999999999999999", true),
            ("Expires=Sun, 06 Nov 1994 08:49:37 GMT", false),
            ("Expires=Sunday, 06-Nov-94 08:49:37 GMT", false),
            ("Expires=Sun Nov  6 08:49:37 1994", false),
            ("Expires=Wed, 01 Jan 2098 00:00:00 GMT", true),
            ("Expires=Thu, 01 Jan 1601 00:00:00 GMT", false),
            ("Expires=yesterday", true),
            ("Expires=Sun, 31 Feb 1994 08:49:37 GMT", true),
            ("Expires=Sun, 06 Nov 1994 08:49:37 GMT; Max-Age=60", true),
            ("Max-Age=0; Expires=Wed, 01 Jan 2098 00:00:00 GMT", false),
        ] {
            assert_eq!(sent(host, &format!("s=1; {attributes}"), host).is_some(), alive, "{attributes}");
        }
        let mut jar = Jar::default();
        jar.store(&url(host), "s=1; Max-Age=10", NOW);
        assert!(jar.header(&url(host), NOW + 9_999).is_some());
        assert_eq!(jar.header(&url(host), NOW + 10_000), None);
    }

    #[test]
    fn dates_are_read_to_the_second() {
        for (text, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
            ("Fri, 01 Jan 2100 00:00:00 GMT", 4_102_444_800),
        ] {
            assert_eq!(parse_date(text), Some(Millis(seconds * 1_000)), "{text}");
        }
    }

    #[test]
    fn a_new_value_replaces_the_old_one_and_an_expired_one_removes_it() {
        let host = url("https://h.example/a/b");
        let mut jar = Jar::default();
        jar.store(&host, "s=1; Path=/", NOW);
        jar.store(&host, " t = 2 ; Path=/a", NOW);
        jar.store(&host, "s=\"3 4\"; Path=/", NOW);
        assert_eq!(jar.header(&host, NOW).as_deref(), Some("t=2; s=\"3 4\""));
        jar.store(&host, "s=; Max-Age=0; Path=/", NOW);
        assert_eq!(jar.header(&host, NOW).as_deref(), Some("t=2"));
    }

    #[test]
    fn malformed_and_oversized_cookies_are_ignored_and_the_oldest_gives_way() {
        let host = url("https://h.example/");
        let mut jar = Jar::default();
        for bad in
            ["", "novalue", "=1", "a=1\r\nX: 2", "a\tb=1", &format!("a={}", "x".repeat(MAX_COOKIE_BYTES))]
        {
            jar.store(&host, bad, NOW);
        }
        assert!(jar.is_empty());
        for number in 0..=MAX_COOKIES {
            jar.store(&host, &format!("c{number}=1"), NOW);
        }
        let header = jar.header(&host, NOW).unwrap();
        assert_eq!(header.split("; ").count(), MAX_COOKIES);
        assert!(header.starts_with("c1=1; ") && header.ends_with("; c50=1"));
    }

    #[test]
    fn a_jar_survives_a_snapshot() {
        let host = url("https://h.example/");
        let mut jar = Jar::default();
        jar.store(&host, "s=1; Max-Age=10; Secure; Domain=h.example", NOW);
        let read: Jar = minicbor::decode(&minicbor::to_vec(&jar).unwrap()).unwrap();
        assert_eq!(read, jar);
        assert_eq!(format!("{jar:?}"), "Jar(<1 cookies>)");
    }

    proptest! {
        #[test]
        fn no_header_of_a_server_breaks_the_jar(set_cookie in "\\PC*|[a-z=; ,:0-9\\r\\n-]*") {
            let mut jar = Jar::default();
            let host = url("https://h.example/");
            jar.store(&host, &set_cookie, NOW);
            if let Some(header) = jar.header(&host, NOW) {
                prop_assert!(!header.chars().any(char::is_control));
            }
        }
    }
}
