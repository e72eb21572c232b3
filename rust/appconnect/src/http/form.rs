//! `application/x-www-form-urlencoded`: the pairs of a webhook, as a body and as the query of a GET.

/// A percent-encoded byte, in capitals.
pub(super) const fn percent(byte: u8) -> [u8; 3] {
    const fn digit(nibble: u8) -> u8 {
        if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
    }
    [b'%', digit(byte >> 4), digit(byte & 15)]
}

/// Whether a byte is written as it is: RFC 3986's unreserved characters.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// What each byte value becomes: how many bytes, and which.
static TABLE: [(u8, [u8; 3]); 256] = {
    let mut table = [(3, [0; 3]); 256];
    let mut rest: &mut [(u8, [u8; 3])] = &mut table;
    let mut byte = 0_u8;
    while let Some((entry, tail)) = rest.split_first_mut() {
        *entry = match byte {
            b' ' => (1, [b'+', 0, 0]),
            _ if is_plain(byte) => (1, [byte, 0, 0]),
            _ => (3, percent(byte)),
        };
        byte = byte.wrapping_add(1);
        rest = tail;
    }
    table
};

fn encode_text(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        // Most bytes of a webhook are plain: copy them in runs.
        let run = rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len());
        let (plain, other) = rest.split_at(run);
        out.extend_from_slice(plain);
        let Some((byte, tail)) = other.split_first() else { return };
        if let Some((length, encoded)) = TABLE.get(usize::from(*byte)) {
            out.extend_from_slice(encoded.get(..usize::from(*length)).unwrap_or_default());
        }
        rest = tail;
    }
}

/// Appends `name=value`, after a `&` unless `out` is empty. The same bytes as Python's `urllib.parse.urlencode`:
/// a space is `+`, all but letters, digits and `-._~` is percent-encoded UTF-8.
pub fn encode(name: &str, value: &str, out: &mut Vec<u8>) {
    if !out.is_empty() {
        out.push(b'&');
    }
    encode_text(name, out);
    out.push(b'=');
    encode_text(value, out);
}

fn decode_text(bytes: &[u8]) -> String {
    fn digit(byte: Option<&u8>) -> Option<u8> {
        char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((byte, mut tail)) = rest.split_first() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => match (digit(tail.first()), digit(tail.get(1))) {
                (Some(high), Some(low)) => {
                    tail = tail.get(2..).unwrap_or_default();
                    high << 4 | low
                }
                // Not an escape: a percent sign stands for itself.
                _ => b'%',
            },
            other => *other,
        });
        rest = tail;
    }
    match String::from_utf8(out) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

/// The pairs of a form or query, in order. Empty fields are skipped, a field without `=` has an empty value, and what is
/// not UTF-8 becomes U+FFFD.
#[must_use]
pub fn decode(form: &[u8]) -> Vec<(String, String)> {
    form.split(|byte| *byte == b'&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (name, value) = split_field(field);
            (decode_text(name), decode_text(value))
        })
        .collect()
}

fn split_field(field: &[u8]) -> (&[u8], &[u8]) {
    let mut sides = field.splitn(2, |byte| *byte == b'=');
    (sides.next().unwrap_or_default(), sides.next().unwrap_or_default())
}

/// The text of a URL (without fragment) with pairs appended to its query.
#[must_use]
pub fn append_query(url: &str, pairs: &[(&str, &str)]) -> String {
    let mut form = Vec::new();
    for (name, value) in pairs {
        encode(name, value, &mut form);
    }
    let mut text = String::with_capacity(url.len() + 1 + form.len());
    text.push_str(url);
    if !form.is_empty() {
        match url.split_once('?') {
            None => text.push('?'),
            Some((_, query)) if query.is_empty() || query.ends_with('&') => {}
            Some(_) => text.push('&'),
        }
        // An encoded form is ASCII, so nothing is ever replaced.
        text.push_str(&String::from_utf8_lossy(&form));
    }
    text
}

/// A query without the fields that a form names too; `None` when it has none of them.
///
/// The pairs of a webhook are sent once and unchanged, whatever the query of its URL says (`reliability.md` T-06).
pub(super) fn without_names_of(query: &str, form: &[u8]) -> Option<String> {
    let mut name = Vec::new();
    let mut is_foreign = |field: &&str| {
        // A query may spell a name in several ways, a form of ours only in one.
        name.clear();
        encode_text(&decode_text(split_field(field.as_bytes()).0), &mut name);
        form.split(|byte| *byte == b'&').all(|own| split_field(own).0 != name)
    };
    if query.split('&').all(|field| is_foreign(&field)) {
        return None;
    }
    Some(query.split('&').filter(is_foreign).collect::<Vec<_>>().join("&"))
}

/// The pairs of a call that stay the same from step to step, encoded and sorted once.
///
/// A step then only encodes its own few pairs, and signing copies the long runs between them.
#[derive(Clone, Default)]
pub struct FormPrefix {
    encoded: Vec<u8>,
    /// Names and values in the order in which they are signed, one after the other.
    signed: String,
    pairs: Vec<SignedPair>,
}

/// Where a pair stands in `FormPrefix::signed`; it ends where the next one starts.
#[derive(Clone, Copy)]
struct SignedPair {
    start: usize,
    value: usize,
    end: usize,
}

impl FormPrefix {
    /// Takes the pairs in the order in which the body will have them.
    #[must_use]
    pub fn new(pairs: &[(&str, &str)]) -> Self {
        let mut prefix = Self::default();
        for (name, value) in pairs {
            encode(name, value, &mut prefix.encoded);
        }
        let mut sorted = pairs.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        for (name, value) in sorted {
            let start = prefix.signed.len();
            prefix.signed.push_str(name);
            prefix.signed.push_str(value);
            prefix.pairs.push(SignedPair { start, value: start + name.len(), end: prefix.signed.len() });
        }
        prefix
    }

    /// The encoded pairs, without a final `&`.
    #[must_use]
    pub fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    fn pair(&self, pair: SignedPair) -> (&str, &str) {
        let text = |range: std::ops::Range<usize>| self.signed.get(range).unwrap_or_default();
        (text(pair.start..pair.value), text(pair.value..pair.end))
    }

    /// Appends what is signed for these pairs and those of a step: names in code point order, the values of one name
    /// sorted and without repeats (`webhooks.md` section 9).
    pub(super) fn sign_into(&self, pairs: &[(&str, &str)], out: &mut Vec<u8>) {
        let mut sorted = pairs.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let (signed, mut copied, mut passed) = (self.signed.as_bytes(), 0, 0);
        for pair in sorted {
            let rest = self.pairs.get(passed..).unwrap_or_default();
            passed += rest.partition_point(|own| self.pair(*own) < pair);
            let next = self.pairs.get(passed).copied();
            if next.is_some_and(|own| self.pair(own) == pair) {
                continue;
            }
            let until = next.map_or(signed.len(), |own| own.start);
            out.extend_from_slice(signed.get(copied..until).unwrap_or_default());
            out.extend_from_slice(pair.0.as_bytes());
            out.extend_from_slice(pair.1.as_bytes());
            copied = until;
        }
        out.extend_from_slice(signed.get(copied..).unwrap_or_default());
    }

    /// The bytes that `sign_into` appends at most for the prefix itself.
    pub(super) fn signed_len(&self) -> usize {
        self.signed.len()
    }
}

impl std::fmt::Debug for FormPrefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FormPrefix(<{} pairs>)", self.pairs.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(pairs: &[(&str, &str)]) -> String {
        let mut out = Vec::new();
        for (name, value) in pairs {
            encode(name, value, &mut out);
        }
        String::from_utf8(out).unwrap()
    }

    fn signed(prefix: &[(&str, &str)], step: &[(&str, &str)]) -> String {
        let mut out = Vec::new();
        FormPrefix::new(prefix).sign_into(step, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_encoding_is_that_of_urlencode() {
        for (value, expected) in [
            ("", "k="),
            ("AZaz09-._~", "k=AZaz09-._~"),
            ("a b", "k=a+b"),
            ("+15550100", "k=%2B15550100"),
            ("a&b=c", "k=a%26b%3Dc"),
            ("x\r\nSet-Cookie: y=1", "k=x%0D%0ASet-Cookie%3A+y%3D1"),
            ("\0\t\u{7f}\u{1b}", "k=%00%09%7F%1B"),
            ("CallSid%00", "k=CallSid%2500"),
            ("é", "k=%C3%A9"),
            ("漢字", "k=%E6%BC%A2%E5%AD%97"),
            ("😀", "k=%F0%9F%98%80"),
            (
                "!\"#$%'()*,/:;<>?@[\\]^`{|}",
                "k=%21%22%23%24%25%27%28%29%2A%2C%2F%3A%3B%3C%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D",
            ),
        ] {
            assert_eq!(encoded(&[("k", value)]), expected);
        }
        assert_eq!(encoded(&[("a[]", "1"), ("", "2"), ("a[]", "3")]), "a%5B%5D=1&=2&a%5B%5D=3");
    }

    #[test]
    fn decoding_forgives_what_is_not_encoded_well() {
        for (form, pairs) in [
            ("", vec![]),
            ("&&", vec![]),
            ("a", vec![("a", "")]),
            ("a=b=c", vec![("a", "b=c")]),
            ("a+b=%2b+%2B", vec![("a b", "+ +")]),
            ("a=%", vec![("a", "%")]),
            ("a=%4", vec![("a", "%4")]),
            ("a=%zz%+1", vec![("a", "%zz% 1")]),
            ("a=%FF&b=%C3%A9", vec![("a", "\u{fffd}"), ("b", "é")]),
        ] {
            let expected: Vec<_> = pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            assert_eq!(decode(form.as_bytes()), expected, "{form}");
        }
    }

    #[test]
    fn pairs_go_behind_the_urls_own_query() {
        for (url, expected) in [
            ("http://h", "http://h?a=1"),
            ("http://h/p", "http://h/p?a=1"),
            ("http://h/p?", "http://h/p?a=1"),
            ("http://h/p?x=2", "http://h/p?x=2&a=1"),
            ("http://h/p?x=2&", "http://h/p?x=2&a=1"),
        ] {
            assert_eq!(append_query(url, &[("a", "1")]), expected);
            assert_eq!(append_query(url, &[]), url);
        }
    }

    #[test]
    fn a_query_gives_way_to_the_names_of_a_form() {
        let form = b"CallSid=CA1&Digits=12";
        assert_eq!(without_names_of("step=2&x", form), None);
        assert_eq!(without_names_of("step=2&Digits=9&Call%53id=X", form).as_deref(), Some("step=2"));
        assert_eq!(without_names_of("Digits", form).as_deref(), Some(""));
    }

    #[test]
    fn a_step_is_merged_into_the_order_of_its_prefix() {
        let prefix = [("To", "2"), ("CallSid", "CA1"), ("From", "1")];
        assert_eq!(signed(&prefix, &[]), "CallSidCA1From1To2");
        assert_eq!(
            signed(&prefix, &[("Digits", "9"), ("a", "z"), ("A", "y")]),
            "AyCallSidCA1Digits9From1To2az"
        );
        assert_eq!(signed(&[], &[("b", "2"), ("B", "1")]), "B1b2");
        // Values of one name: no repeats, sorted, wherever they come from.
        assert_eq!(signed(&[("t", "b")], &[("t", "a"), ("t", "b"), ("t", "c")]), "tatbtc");
        assert_eq!(signed(&[("t", "b"), ("t", "b")], &[]), "tb");
    }

    proptest! {
        #[test]
        fn what_is_encoded_decodes_to_itself(pairs in proptest::collection::vec((".*", ".*"), 0..6)) {
            let borrowed: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let form = encoded(&borrowed);
            prop_assert!(form.bytes().all(|b| b.is_ascii_graphic()));
            prop_assert_eq!(decode(form.as_bytes()), pairs);
        }

        #[test]
        fn decoding_never_fails(form in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&form);
        }

        #[test]
        fn splitting_pairs_between_prefix_and_step_signs_alike(
            pairs in proptest::collection::vec(("[a-c]{0,2}", "[x-z]{0,2}"), 0..8), cut in 0..8_usize,
        ) {
            let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let (prefix, step) = pairs.split_at(cut.min(pairs.len()));
            prop_assert_eq!(signed(prefix, step), signed(&pairs, &[]));
        }
    }
}
