//! What an attribute may hold, and the check that tells a good value from a bad one.

use crate::address::is_identity;
use crate::twiml::characters::trim;

/// The type of an attribute's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Any text of at most `max` characters; no bound when `max` is 0.
    Text {
        /// Longest value in characters, or 0.
        max: u32,
    },
    /// An http or https URL, or one relative to the document. Empty is a relative URL too.
    Url,
    /// A wss URL of a stream.
    StreamUrl,
    /// `true` or `false`.
    Flag,
    /// Decimal digits within bounds, both included.
    Number {
        /// Least value.
        min: u32,
        /// Greatest value.
        max: u32,
    },
    /// As `Number`, or one of the words.
    NumberOr {
        /// Least value.
        min: u32,
        /// Greatest value.
        max: u32,
        /// Words that may stand in place of a number.
        words: &'static [&'static str],
    },
    /// One of the words.
    Word(&'static [&'static str]),
    /// Some of the words, separated by white space.
    Words(&'static [&'static str]),
    /// `GET` or `POST`, in any case.
    Method,
    /// Telephone keys `0`–`9`, `#`, `*`: at most `max` of them, or none.
    Keys {
        /// Most keys.
        max: u32,
    },
    /// Keys to be sent: `0`–`9`, `A`–`D`, `#`, `*`, and the pauses `w` and `W`.
    Digits,
    /// A language tag such as `en-US`.
    Language,
    /// A voice: `man`, `woman`, `alice`, or a name that starts with `Polly.` or `Google.`.
    Voice,
    /// Who is to be shown as the caller: a phone number, `client:` and a name, or a name of `[A-Za-z0-9+-_.]`
    /// (`twiml-voice.md` section 6). At most 263 characters.
    CallerId,
    /// A time such as `500ms` or `1.5s`, up to ten seconds.
    Time,
    /// An amount of money from 0 to 1000000, with an optional fraction.
    Amount,
}

/// A value that was found good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::twiml) enum Good {
    /// As written; flags and methods are 0 or 1 (`true` and `GET` are 1), numbers are themselves, times
    /// are milliseconds.
    Whole(u32),
    /// A text or word, which has no number.
    Word,
    /// A list of which only some items are known.
    Part,
}

impl ValueType {
    /// Checks a value.
    pub(in crate::twiml) fn check(self, value: &str) -> Option<Good> {
        let word = |good: bool| good.then_some(Good::Word);
        match self {
            Self::Text { max } => {
                let limit = max as usize;
                word(max == 0 || value.len() <= limit || value.chars().take(limit + 1).count() <= limit)
            }
            Self::Url => word(is_url(value, &["http", "https"])),
            Self::StreamUrl => word(scheme(trim(value)).is_some() && is_url(value, &["wss"])),
            Self::Flag => match value {
                "true" => Some(Good::Whole(1)),
                "false" => Some(Good::Whole(0)),
                _ => None,
            },
            Self::Number { min, max } => number(value, min, max),
            Self::NumberOr { min, max, words } => {
                if words.contains(&value) {
                    Some(Good::Word)
                } else {
                    number(value, min, max)
                }
            }
            Self::Word(words) => word(words.contains(&value)),
            Self::Words(words) => {
                let known = value.split_ascii_whitespace().filter(|item| words.contains(item)).count();
                match (known, value.split_ascii_whitespace().count()) {
                    (0, _) => None,
                    (known, all) if known == all => Some(Good::Word),
                    _ => Some(Good::Part),
                }
            }
            Self::Method if value.eq_ignore_ascii_case("GET") => Some(Good::Whole(1)),
            Self::Method if value.eq_ignore_ascii_case("POST") => Some(Good::Whole(0)),
            Self::Method => None,
            Self::Keys { max } => {
                let keys = value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'#' | b'*'));
                word(keys && value.len() <= max as usize)
            }
            Self::Digits => word(
                value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'D' | b'#' | b'*' | b'w' | b'W')),
            ),
            Self::Language => word(
                (2..=35).contains(&value.len())
                    && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')),
            ),
            Self::Voice => word(is_voice(value)),
            Self::CallerId => word(is_caller_id(value)),
            Self::Time => milliseconds(value).filter(|&ms| ms <= 10_000).map(Good::Whole),
            Self::Amount => word(is_amount(value)),
        }
    }

    /// The words that may be written, for types that name them.
    #[must_use]
    pub const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Word(words) | Self::Words(words) | Self::NumberOr { words, .. } => words,
            Self::Flag => &["true", "false"],
            Self::Method => &["GET", "POST"],
            _ => &[],
        }
    }
}

fn number(value: &str, min: u32, max: u32) -> Option<Good> {
    // The parser of the standard library would also take a sign.
    if !value.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    value.parse().ok().filter(|n| (min..=max).contains(n)).map(Good::Whole)
}

/// The scheme of an absolute URL (RFC 3986 section 3.1), without its colon.
fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    valid.then_some(scheme)
}

/// The screen that every URL of a document passes; resolving and parsing come later (`webhooks.md`
/// section 6.5). A control character would be a way into a header or a log.
pub(in crate::twiml) fn is_url(value: &str, schemes: &[&str]) -> bool {
    let value = trim(value);
    !value.chars().any(char::is_control)
        && scheme(value).is_none_or(|scheme| schemes.iter().any(|known| known.eq_ignore_ascii_case(scheme)))
}

fn is_voice(value: &str) -> bool {
    if matches!(value, "man" | "woman" | "alice") {
        return true;
    }
    let name = value.strip_prefix("Polly.").or_else(|| value.strip_prefix("Google."));
    name.is_some_and(|name| {
        (1..=64).contains(&name.len())
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
    })
}

/// Longest `callerId` in characters: `client:` and an identity of 256.
const MAX_CALLER_ID: usize = 263;

/// Whether a `callerId` is longer than any may be, which has a code of its own.
pub(in crate::twiml) fn is_long_caller_id(value: &str) -> bool {
    let value = trim(value);
    value.len() > MAX_CALLER_ID && value.chars().count() > MAX_CALLER_ID
}

fn is_caller_id(value: &str) -> bool {
    let value = trim(value);
    if value.is_empty() || is_long_caller_id(value) {
        return false;
    }
    if let Some(identity) = value.strip_prefix("client:") {
        return is_identity(identity);
    }
    if let Some(number) = value.strip_prefix("whatsapp:+") {
        return !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    }
    let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'_' | b'.');
    let punctuated = |b: u8| b.is_ascii_digit() || matches!(b, b' ' | b'(' | b')' | b'-' | b'.');
    let number = value.strip_prefix('+').unwrap_or(value);
    value.bytes().all(name) || number.bytes().all(punctuated) && number.bytes().any(|b| b.is_ascii_digit())
}

/// Milliseconds of an SSML time; fractions of one are cut off.
fn milliseconds(value: &str) -> Option<u32> {
    let (amount, unit) = match value.strip_suffix("ms") {
        Some(amount) => (amount, 1),
        None => (value.strip_suffix('s')?, 1_000),
    };
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let thousandths =
        fraction.bytes().chain(*b"000").take(3).fold(0, |sum, b| sum * 10 + u32::from(b - b'0'));
    whole.parse::<u32>().ok()?.checked_mul(unit)?.checked_add(thousandths * unit / 1_000)
}

fn is_amount(value: &str) -> bool {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let most = if fraction.bytes().all(|b| b == b'0') { 1_000_000 } else { 999_999 };
    digits(whole) && digits(fraction) && whole.parse::<u32>().is_ok_and(|amount| amount <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn good(value_type: ValueType, values: &[&str]) {
        for value in values {
            assert!(value_type.check(value).is_some(), "{value_type:?} {value:?}");
        }
    }

    #[track_caller]
    fn bad(value_type: ValueType, values: &[&str]) {
        for value in values {
            assert_eq!(value_type.check(value), None, "{value_type:?} {value:?}");
        }
    }

    #[test]
    fn numbers_are_digits_within_bounds() {
        let number = ValueType::Number { min: 5, max: 600 };
        assert_eq!(number.check("30"), Some(Good::Whole(30)));
        good(number, &["5", "600", "007"]);
        bad(
            number,
            &["", "4", "601", "+30", "-5", "1e3", "30.0", " 30", "0x10", "٣", "99999999999999999999"],
        );
        let auto = ValueType::NumberOr { min: 0, max: 9, words: &["auto"] };
        assert_eq!(auto.check("auto"), Some(Good::Word));
        bad(auto, &["Auto", "", "10"]);
    }

    #[test]
    fn flags_and_methods() {
        assert_eq!(ValueType::Flag.check("true"), Some(Good::Whole(1)));
        assert_eq!(ValueType::Flag.check("false"), Some(Good::Whole(0)));
        bad(ValueType::Flag, &["True", "yes", "1", "", " true"]);
        assert_eq!(ValueType::Method.check("get"), Some(Good::Whole(1)));
        assert_eq!(ValueType::Method.check("POST"), Some(Good::Whole(0)));
        bad(ValueType::Method, &["PUT", "", "GET "]);
    }

    #[test]
    fn lists_keep_what_is_known() {
        let list = ValueType::Words(&["dtmf", "speech"]);
        assert_eq!(list.check("speech  dtmf"), Some(Good::Word));
        assert_eq!(list.check("dtmf fax"), Some(Good::Part));
        bad(list, &["", " ", "fax", "DTMF"]);
    }

    #[test]
    fn text_is_counted_in_characters() {
        let text = ValueType::Text { max: 3 };
        good(text, &["", "abc", "😀😀😀"]);
        bad(text, &["abcd", "😀😀😀😀"]);
        good(ValueType::Text { max: 0 }, &["any length"]);
    }

    #[test]
    fn urls_are_relative_or_of_the_web() {
        good(
            ValueType::Url,
            &["", "/a", "a?x=y:z", "?a", "#f", "//h/x", "http://h/", "HTTPS://h/", " /a ", "./a:b"],
        );
        bad(
            ValueType::Url,
            &[
                "file:///etc/passwd",
                "gopher://h/",
                "javascript:alert(1)",
                "wss://h/",
                "http://h/\r\nX: 1",
                "/a\tb",
                "/\u{7f}",
                "localhost:80/x",
            ],
        );
        good(ValueType::StreamUrl, &["wss://h/media"]);
        bad(ValueType::StreamUrl, &["ws://h/", "https://h/", "/media", "", "wss://h/\n/x"]);
    }

    #[test]
    fn keys_digits_voices_and_amounts() {
        good(ValueType::Keys { max: 1 }, &["", "#", "*", "7"]);
        bad(ValueType::Keys { max: 1 }, &["##", "a", "A", " "]);
        good(ValueType::Digits, &["ww12#*AD", ""]);
        bad(ValueType::Digits, &["12a", "1,2", "E"]);
        good(
            ValueType::Voice,
            &["man", "alice", "Polly.Joanna-Neural", "Polly.Léa", "Google.en-US-Chirp3-HD-Aoede"],
        );
        bad(ValueType::Voice, &["Man", "", "a b c", "Polly.", "Polly.a b", "Bing.x"]);
        good(ValueType::Amount, &["0", "20.45", "1000000", "1000000.00"]);
        bad(ValueType::Amount, &["", "-1", "1000000.01", "1.", ".5", "1,5", "x"]);
        for (time, ms) in [("500ms", 500), ("1s", 1_000), ("1.25s", 1_250), ("0.5ms", 0), ("10s", 10_000)] {
            assert_eq!(ValueType::Time.check(time), Some(Good::Whole(ms)), "{time}");
        }
        bad(ValueType::Time, &["", "s", "ms", "1", "-1s", "10.001s", "1..5s", ".5s", "1 s", "99999999999s"]);
        good(
            ValueType::CallerId,
            &["+15550100", " +15550100 ", "(555) 010-0199", "client:jane@shop", "bob_1.x", &"a".repeat(263)],
        );
        bad(
            ValueType::CallerId,
            &[
                "",
                " ",
                "x y;z",
                "client:",
                "client:a b",
                "sip:a@b.example",
                "+1\r\nX: 1",
                "()",
                &"a".repeat(264),
            ],
        );
        assert!(is_long_caller_id(&"a".repeat(264)) && !is_long_caller_id(&"é".repeat(263)));
        good(ValueType::Language, &["en", "en-US", "cmn-Hans-CN", "multi"]);
        bad(ValueType::Language, &["", "e", "en US", "*"]);
    }
}
