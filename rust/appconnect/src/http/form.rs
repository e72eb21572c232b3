//! `application/x-www-form-urlencoded`: the pairs of a webhook, as a body and as the query of a GET.

/// A percent-encoded byte, in capitals.
pub(super) const fn percent(byte: u8) -> [u8; 3] {
    const fn digit(nibble: u8) -> u8 {
        if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
    }
    [b'%', digit(byte >> 4), digit(byte & 15)]
}

/// A number in decimal digits.
pub(super) struct Decimal {
    digits: [u8; 20],
    start: usize,
}

impl Decimal {
    pub(super) fn new(number: u64) -> Self {
        let mut decimal = Self { digits: [0; 20], start: 20 };
        let mut rest = number;
        for digit in decimal.digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            decimal.start -= 1;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        decimal
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }
}

/// Which bytes are written as they are, RFC 3986's unreserved characters: 1 for those, 0 for the others.
static PLAIN: [u8; 256] = {
    let mut table = [0; 256];
    let mut rest: &mut [u8] = &mut table;
    let mut byte = 0_u8;
    while let Some((entry, tail)) = rest.split_first_mut() {
        *entry = (byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')) as u8;
        byte = byte.wrapping_add(1);
        rest = tail;
    }
    table
};

/// 1 for a byte that is written as it is, 0 for another.
fn plain(byte: u8) -> u8 {
    PLAIN.get(usize::from(byte)).copied().unwrap_or_default()
}

fn encode_text(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    // Nearly every text is plain from end to end: eight bytes at a time, without an end in between.
    let (eights, others) = bytes.as_chunks::<8>();
    let all_plain = |bytes: &[u8]| bytes.iter().fold(1, |all, byte| all & plain(*byte));
    if eights.iter().fold(all_plain(others), |all, eight| all & all_plain(eight)) != 0 {
        out.extend_from_slice(bytes);
        return;
    }
    for byte in bytes {
        match byte {
            b' ' => out.push(b'+'),
            byte if plain(*byte) != 0 => out.push(*byte),
            byte => out.extend_from_slice(&percent(*byte)),
        }
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

/// Appends what is signed of a form: names in code point order, the values of one name sorted and without repeats
/// (`webhooks.md` section 9).
pub(super) fn push_signed(pairs: &[(&str, &str)], out: &mut Vec<u8>) {
    // Small items, since sorting moves them about.
    let mut sorted: Vec<_> = pairs.iter().map(|pair| (leading(pair.0), pair)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    for (_, (name, value)) in sorted {
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(value.as_bytes());
    }
}

/// The first eight bytes of a name as a number that orders like the name: nearly all names differ in them.
fn leading(name: &str) -> u64 {
    let bytes = name.as_bytes();
    match bytes.first_chunk() {
        Some(first) => u64::from_be_bytes(*first),
        None => (0..8).fold(0, |all, at| all << 8 | bytes.get(at).copied().map_or(0, u64::from)),
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

    fn signed(pairs: &[(&str, &str)]) -> String {
        let mut out = Vec::new();
        push_signed(pairs, &mut out);
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
    fn numbers_are_decimal() {
        for number in [0, 9, 10, 471, 1_700_000_000, u64::MAX] {
            let mut out = vec![b'x'];
            out.extend_from_slice(Decimal::new(number).as_bytes());
            assert_eq!(out, format!("x{number}").into_bytes());
        }
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
    fn names_are_signed_in_code_point_order() {
        assert_eq!(signed(&[]), "");
        assert_eq!(signed(&[("To", "2"), ("CallSid", "CA1"), ("From", "1")]), "CallSidCA1From1To2");
        assert_eq!(signed(&[("a", "z"), ("A", "y"), ("a\0", "x"), ("", "w")]), "wAyaza\0x");
        // Names that differ only behind their first eight bytes.
        assert_eq!(
            signed(&[("CallStatus", "b"), ("CallStat", "c"), ("CallStatUs", "a")]),
            "CallStatcCallStatUsaCallStatusb"
        );
        // Values of one name: no repeats, sorted.
        assert_eq!(signed(&[("t", "b"), ("t", "a"), ("t", "b"), ("t", "c")]), "tatbtc");
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
        fn pairs_are_signed_as_a_sorted_set(
            pairs in proptest::collection::vec(("(?s)([a-b\0é]{0,10}|.*)", "[x-z]{0,2}"), 0..30),
        ) {
            let set: std::collections::BTreeSet<_> = pairs.iter().cloned().collect();
            let expected: String = set.into_iter().map(|(name, value)| name + &value).collect();
            let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            prop_assert_eq!(signed(&pairs), expected);
        }
    }
}
