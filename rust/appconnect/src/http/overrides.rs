//! Connection overrides in the fragment of a webhook's URL: `#rc=2&rp=5xx,ct` (`webhooks.md` section 7.2).

use super::form;
use super::target::{UrlError, UrlErrorKind};

/// After which failures a webhook is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RetryPolicy(u8);

impl RetryPolicy {
    /// An answer with a status from 400 to 499.
    pub const CLIENT_ERROR: Self = Self(1);
    /// An answer with a status from 500 to 599.
    pub const SERVER_ERROR: Self = Self(2);
    /// The TCP connection or the TLS handshake failed.
    pub const CONNECT: Self = Self(4);
    /// The read timeout passed.
    pub const READ: Self = Self(8);
    /// Any of them.
    pub const ALL: Self = Self(15);

    /// Whether this policy retries after every failure in `failure`.
    #[must_use]
    pub const fn covers(self, failure: Self) -> bool {
        self.0 & failure.0 == failure.0
    }

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn parse(list: &str) -> Result<Self, UrlError> {
        list.split(',').try_fold(Self(0), |policy, word| match word.trim() {
            "4xx" => Ok(policy.and(Self::CLIENT_ERROR)),
            "5xx" => Ok(policy.and(Self::SERVER_ERROR)),
            "all" => Ok(Self::ALL),
            "ct" => Ok(policy.and(Self::CONNECT)),
            "rt" => Ok(policy.and(Self::READ)),
            _ => Err(UrlError {
                kind: UrlErrorKind::RetryPolicy,
                message: "the retry policy (rp) of the URL is not a list of 4xx, 5xx, ct, rt and all",
            }),
        })
    }
}

/// How one webhook is tried: Twilio's defaults, changed by the fragment of the URL.
///
/// `sni` and `e` are read and have no effect here; only an edge that does not exist is an error. Names other than
/// those of section 7.2 are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overrides {
    /// Time for the TCP connection and the TLS handshake of one attempt: 100–10,000 ms.
    pub connect_ms: u16,
    /// Time to the first byte of the answer, and between two reads: 100–15,000 ms.
    pub read_ms: u16,
    /// Time for all attempts together: 100–15,000 ms.
    pub total_ms: u16,
    /// Further attempts after the first: 0–5.
    pub retries: u8,
    /// Which failures are tried again.
    pub retry_on: RetryPolicy,
    /// A number was outside its range and was clamped, or was no number and was ignored: worth a warning.
    pub adjusted: bool,
}

impl Default for Overrides {
    fn default() -> Self {
        Self {
            connect_ms: 5_000,
            read_ms: 15_000,
            total_ms: 15_000,
            retries: 1,
            retry_on: RetryPolicy::CONNECT,
            adjusted: false,
        }
    }
}

/// Edge locations, public ones and those of Interconnect.
const EDGES: [&str; 13] = [
    "ashburn",
    "ashburn-ix",
    "dublin",
    "frankfurt",
    "frankfurt-ix",
    "london-ix",
    "san-jose-ix",
    "sao-paulo",
    "singapore",
    "singapore-ix",
    "sydney",
    "tokyo",
    "umatilla",
];

impl Overrides {
    /// Reads a fragment without its `#`. Errors are of the kinds `Edge` and `RetryPolicy`.
    pub(super) fn parse(fragment: &str) -> Result<Self, UrlError> {
        let mut overrides = Self::default();
        for (key, value) in form::decode(fragment.as_bytes()) {
            match key.as_str() {
                "ct" => overrides.connect_ms = overrides.number(&value, 100, 10_000, overrides.connect_ms),
                "rt" => overrides.read_ms = overrides.number(&value, 100, 15_000, overrides.read_ms),
                "tt" => overrides.total_ms = overrides.number(&value, 100, 15_000, overrides.total_ms),
                "rc" => {
                    let retries = overrides.number(&value, 0, 5, u16::from(overrides.retries));
                    overrides.retries = u8::try_from(retries).unwrap_or_default();
                }
                "rp" => overrides.retry_on = RetryPolicy::parse(&value)?,
                "e" if !value.split(',').all(|edge| EDGES.contains(&edge.trim())) => {
                    return Err(UrlError {
                        kind: UrlErrorKind::Edge,
                        message: "the edge (e) of the URL is not a known edge location",
                    });
                }
                _ => {}
            }
        }
        Ok(overrides)
    }

    /// The number clamped to its range; `unchanged` if it is none.
    fn number(&mut self, value: &str, low: u16, high: u16, unchanged: u16) -> u16 {
        let digits = value.strip_prefix('-').unwrap_or(value);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            self.adjusted = true;
            return unchanged;
        }
        // Digits beyond 64 bits are out of range in the direction of their sign.
        let limit = if digits.len() == value.len() { i64::MAX } else { i64::MIN };
        let number = value.parse().unwrap_or(limit);
        let clamped = number.clamp(i64::from(low), i64::from(high));
        self.adjusted |= clamped != number;
        u16::try_from(clamped).unwrap_or(unchanged)
    }
}

#[cfg(test)]
mod tests {
    use super::super::target::Url;
    use super::*;

    fn overrides(fragment: &str) -> Result<Overrides, u16> {
        Url::parse(&format!("https://hooks.example/x{fragment}"))
            .map(|url| url.overrides())
            .map_err(|error| error.code_number())
    }

    #[test]
    fn without_known_keys_the_defaults_hold() {
        for fragment in ["", "#", "#top", "#x=1&sni=n&e=ashburn,dublin&=&&", "#e=london-ix"] {
            assert_eq!(overrides(fragment), Ok(Overrides::default()), "{fragment}");
        }
    }

    #[test]
    fn values_in_range_are_taken_and_others_clamped_with_a_note() {
        let read = overrides("#ct=100&rt=14999&tt=15000&rc=0&rp=4xx,rt").unwrap();
        assert_eq!(
            (read.connect_ms, read.read_ms, read.total_ms, read.retries, read.adjusted),
            (100, 14_999, 15_000, 0, false)
        );
        for (fragment, connect, read_ms, total, retries) in [
            ("#rt=999999&rc=99&tt=-1", 5_000, 15_000, 100, 5),
            ("#ct=99&rc=-3", 100, 15_000, 15_000, 0),
            ("#ct=10001", 10_000, 15_000, 15_000, 1),
            ("#ct=99999999999999999999999", 10_000, 15_000, 15_000, 1),
            ("#tt=-99999999999999999999999", 5_000, 15_000, 100, 1),
            ("#ct=abc&rt=&tt=1.5&rc=+2", 5_000, 15_000, 15_000, 1),
        ] {
            let read = overrides(fragment).unwrap();
            assert_eq!(
                (read.connect_ms, read.read_ms, read.total_ms, read.retries, read.adjusted),
                (connect, read_ms, total, retries, true),
                "{fragment}"
            );
        }
    }

    #[test]
    fn retry_policies_are_sets() {
        let policy = overrides("#rp=5xx%2Cct").unwrap().retry_on;
        assert!(policy.covers(RetryPolicy::SERVER_ERROR) && policy.covers(RetryPolicy::CONNECT));
        assert!(!policy.covers(RetryPolicy::CLIENT_ERROR) && !policy.covers(RetryPolicy::READ));
        assert!(!policy.covers(RetryPolicy::ALL));
        assert!(overrides("#rp=all").unwrap().retry_on.covers(RetryPolicy::READ));
    }

    #[test]
    fn bad_edges_and_policies_have_their_own_codes() {
        for (fragment, code) in [
            ("#e=nowhere", 11_240),
            ("#e=ashburn,mars", 11_240),
            ("#e=", 11_240),
            ("#rp=6xx", 11_243),
            ("#rp=", 11_243),
            ("#rp=ct,,rt", 11_243),
        ] {
            assert_eq!(overrides(fragment), Err(code), "{fragment}");
        }
    }
}
