//! From the bytes of an answer to text: byte order mark, then the charset of the Content-Type, then the
//! XML declaration (RFC 7303 and XML 1.0 section 4.3.3).
//!
//! A declaration that cannot be true (16-bit declared in an 8-bit document or the reverse) and a name that
//! is not one of ours are errors even when something stronger has decided: the document says that it
//! was meant to be read otherwise, and a guess would let two readers see two documents.

use std::borrow::Cow;

use super::characters::{is_space, trim};
use crate::problem::{Code, Problem, Span, shown};

/// An encoding that documents may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16,
    Latin1,
    Ascii,
    Windows1252,
}

impl Encoding {
    fn from_name(name: &str) -> Option<Self> {
        const NAMES: [(&str, Encoding); 12] = [
            ("utf-8", Encoding::Utf8),
            ("utf8", Encoding::Utf8),
            ("utf-16", Encoding::Utf16),
            ("utf-16le", Encoding::Utf16),
            ("utf-16be", Encoding::Utf16),
            ("iso-8859-1", Encoding::Latin1),
            ("iso_8859-1", Encoding::Latin1),
            ("latin1", Encoding::Latin1),
            ("us-ascii", Encoding::Ascii),
            ("ascii", Encoding::Ascii),
            ("windows-1252", Encoding::Windows1252),
            ("cp1252", Encoding::Windows1252),
        ];
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|&(_, encoding)| encoding)
    }

    fn named(name: &str) -> Result<Self, Problem> {
        Self::from_name(name).ok_or_else(|| {
            let name = shown(name);
            refused(format!("the encoding \"{name}\" is not supported: send the document as UTF-8"))
        })
    }
}

fn refused(message: impl Into<Box<str>>) -> Problem {
    Problem::new(Code::XmlInvalid, message)
}

/// Decodes a document; borrowed when the bytes already are UTF-8. A byte order mark is not part of the text.
///
/// `charset` is the parameter of the Content-Type, if there was one. Everything that cannot be decoded
/// is 12100.
pub fn decode<'a>(bytes: &'a [u8], charset: Option<&str>) -> Result<Cow<'a, str>, Problem> {
    let charset = charset.map(Encoding::named).transpose()?;
    let (text, encoding) = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => (utf8(rest)?, Encoding::Utf8),
        [0xff, 0xfe, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_le_bytes)?), Encoding::Utf16),
        [0xfe, 0xff, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_be_bytes)?), Encoding::Utf16),
        _ => {
            let declared = || declared(bytes).map(Encoding::named).transpose();
            let encoding = charset.map_or_else(declared, |known| Ok(Some(known)))?.unwrap_or(Encoding::Utf8);
            (without_mark(bytes, encoding)?, encoding)
        }
    };
    if let Some(name) = declared(text.as_bytes()) {
        let declared = Encoding::named(name)?;
        if (declared == Encoding::Utf16) != (encoding == Encoding::Utf16) {
            return Err(refused(format!(
                "the XML declaration names {}, but the document is not encoded so: write what is sent",
                shown(name)
            )));
        }
    }
    Ok(text)
}

fn without_mark(bytes: &[u8], encoding: Encoding) -> Result<Cow<'_, str>, Problem> {
    match encoding {
        Encoding::Utf8 => utf8(bytes),
        Encoding::Utf16 => {
            Err(refused("a UTF-16 document must start with a byte order mark: send it as UTF-8"))
        }
        Encoding::Ascii => match bytes.iter().position(|b| !b.is_ascii()) {
            None => utf8(bytes),
            Some(offset) => Err(Problem::at(
                Code::XmlInvalid,
                Span::new(offset, offset),
                "a byte above 127 in a document said to be US-ASCII: name the encoding that is used",
            )),
        },
        Encoding::Latin1 | Encoding::Windows1252 if bytes.is_ascii() => utf8(bytes),
        Encoding::Latin1 => Ok(Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect())),
        Encoding::Windows1252 => windows_1252(bytes).map(Cow::Owned),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, Problem> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let offset = error.valid_up_to();
        let byte = bytes.get(offset).copied().unwrap_or_default();
        Problem::at(
            Code::XmlInvalid,
            Span::new(offset, offset),
            format!("byte {offset} (0x{byte:02X}) is not UTF-8: send UTF-8, or declare the encoding"),
        )
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Problem> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(refused("a UTF-16 document with an odd number of bytes: it was cut"));
    }
    char::decode_utf16(pairs.iter().map(|&pair| unit(pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| refused("an unpaired surrogate in a UTF-16 document: send it as UTF-8"))
}

fn windows_1252(bytes: &[u8]) -> Result<String, Problem> {
    /// The characters of bytes 0x80 to 0x9F; the five that are not assigned are `\0`.
    const HIGH: [char; 32] = [
        '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘', '’',
        '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
    ];
    let character = |(offset, &byte): (usize, &u8)| {
        let special = usize::from(byte).checked_sub(0x80).and_then(|index| HIGH.get(index));
        match special {
            Some('\0') => Err(Problem::at(
                Code::XmlInvalid,
                Span::new(offset, offset),
                format!("byte {offset} (0x{byte:02X}) is no character of windows-1252: send UTF-8"),
            )),
            Some(&special) => Ok(special),
            None => Ok(char::from(byte)),
        }
    };
    bytes.iter().enumerate().map(character).collect()
}

/// The encoding named in an XML declaration, from the part of a document that is ASCII in every encoding
/// but UTF-16. The grammar of the declaration is checked later, by the reader.
fn declared(bytes: &[u8]) -> Option<&str> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    if !rest.first().copied().is_some_and(is_space) {
        return None;
    }
    let end = rest.iter().position(|&b| b == b'>' || !b.is_ascii())?;
    let declaration = std::str::from_utf8(rest.get(..end)?).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = trim(trim(value).strip_prefix('=')?);
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split_once(quote).map(|(name, _)| name)
}

/// The charset parameter of a Content-Type: `text/xml; charset="utf-8"`.
#[must_use]
pub fn charset(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"').trim();
        (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_le(text: &str) -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    }

    #[test]
    fn utf8_is_borrowed_and_loses_its_mark() {
        assert!(matches!(decode("<a>é</a>".as_bytes(), None), Ok(Cow::Borrowed("<a>é</a>"))));
        assert!(matches!(decode("\u{feff}<a/>".as_bytes(), None), Ok(Cow::Borrowed("<a/>"))));
        assert_eq!(decode("\u{feff}\u{feff}<a/>".as_bytes(), None).unwrap(), "\u{feff}<a/>");
    }

    #[test]
    fn what_comes_first_decides() {
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>";
        assert!(decode(latin, None).unwrap().contains("<a>é</a>"));
        assert!(decode(latin, Some("UTF-8")).is_err());
        assert!(decode(latin, Some("windows-1252")).unwrap().contains("<a>é</a>"));
        let utf8 = "<?xml version='1.0' encoding='UTF-8'?><a>é</a>".as_bytes();
        assert!(decode(utf8, Some("latin1")).unwrap().contains("<a>Ã©</a>"));
        let marked = "\u{feff}<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>".as_bytes();
        assert!(decode(marked, Some("latin1")).unwrap().contains("<a>é</a>"));
    }

    #[test]
    fn utf16_needs_its_mark_and_whole_characters() {
        let text = "<?xml version='1.0' encoding='UTF-16'?><a>é😀</a>";
        let little = utf16_le(text);
        let mut big = little.clone();
        big.as_chunks_mut::<2>().0.iter_mut().for_each(|pair| pair.reverse());
        assert_eq!(decode(&little, None).unwrap(), text);
        assert_eq!(decode(&big, Some("utf-8")).unwrap(), text);
        assert!(decode(&little[..little.len() - 1], None).is_err());
        assert!(decode(&[0xff, 0xfe, 0x00, 0xd8], None).is_err());
        assert!(decode(&little[2..], None).is_err());
        assert!(decode(&little[2..], Some("utf-16")).is_err());
    }

    #[test]
    fn declarations_that_cannot_be_true_are_refused() {
        for name in ["UTF-16", "utf-16le", "UTF-7", "EBCDIC-CP-US", "made-up", ""] {
            let text = format!("<?xml version=\"1.0\" encoding = \"{name}\"?><a/>");
            assert!(decode(text.as_bytes(), None).is_err(), "{name}");
            assert!(decode(text.as_bytes(), Some("utf-8")).is_err(), "{name}");
        }
        assert!(decode(&utf16_le("<?xml version='1.0' encoding='UTF-8'?><a/>"), None).is_err());
        assert!(decode(&utf16_le("<a/>"), None).is_ok());
        assert!(decode(b"<a/>", Some("utf-7")).is_err());
    }

    #[test]
    fn eight_bit_encodings_know_their_bytes() {
        assert_eq!(decode(b"it\x92s", Some("windows-1252")).unwrap(), "it\u{2019}s");
        assert_eq!(decode(b"it\x92s", Some("ISO-8859-1")).unwrap(), "it\u{92}s");
        for byte in [0x81, 0x8d, 0x8f, 0x90, 0x9d] {
            assert!(decode(&[byte], Some("cp1252")).is_err(), "{byte:x}");
        }
        assert!(decode(b"\xe9", Some("us-ascii")).is_err());
        assert_eq!(decode(b"e", Some("us-ascii")).unwrap(), "e");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_named() {
        for bytes in [&b"a\xc3"[..], b"a\xc0\xbc", b"a\xed\xa0\x80", b"a\xf4\x90\x80\x80", b"a\x80", b"a\xff"]
        {
            let problem = decode(bytes, None).unwrap_err();
            assert_eq!(problem.span, Some(Span::new(1, 1)), "{bytes:x?}");
        }
    }

    #[test]
    fn the_charset_parameter_is_found() {
        assert_eq!(charset("text/xml"), None);
        assert_eq!(charset("text/xml; charset=utf-8"), Some("utf-8"));
        assert_eq!(charset("text/xml;q=1; Charset = \"ISO-8859-1\" "), Some("ISO-8859-1"));
        assert_eq!(charset("text/xml; x=charset"), None);
        assert_eq!(charset("text/xml; charset="), None);
    }
}
