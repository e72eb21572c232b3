//! What an answer is, by its Content-Type: TwiML, text to speak, or audio to play (`webhooks.md` section 6.1).

use super::document::{Document, MAX_BYTES};
use super::{characters, encoding};
use crate::problem::{Code, Problem, shown};

/// Longest TwiML that may be given inline through REST, in characters.
pub const MAX_INLINE_CHARACTERS: usize = 4_000;

/// Subtypes of `audio/` that are played.
const AUDIO: [&str; 10] =
    ["mpeg", "wav", "wave", "x-wav", "aiff", "x-aifc", "x-aiff", "x-gsm", "gsm", "ulaw"];

/// Makes a document of an answer to a webhook. `url` is where the answer came from, redirects followed.
///
/// The error is what makes the answer unusable: 11750, 11770, 12100, 12101, 12102 or 12300.
pub fn answer(content_type: Option<&str>, body: &[u8], url: &str) -> Result<Document, Problem> {
    // An empty answer such as 204 seldom says what it would have been.
    if body.is_empty() {
        return Document::parse(body, None);
    }
    let written = content_type.unwrap_or_default();
    // What nearly every application sends needs no reading.
    if written == "text/xml" {
        return Document::parse(body, None);
    }
    let charset = encoding::charset(written);
    let media_type = written.split(';').next().unwrap_or_default().trim();
    let (kind, subtype) = media_type.split_once('/').unwrap_or_default();
    let is = |name: &str| subtype.eq_ignore_ascii_case(name);
    if kind.eq_ignore_ascii_case("text") && (is("xml") || is("html"))
        || kind.eq_ignore_ascii_case("application") && is("xml")
    {
        return Document::parse(body, charset);
    }
    if kind.eq_ignore_ascii_case("text") && is("plain") {
        return plain(body, charset);
    }
    if kind.eq_ignore_ascii_case("audio") && AUDIO.into_iter().any(is) {
        return Document::from_text(&then_hang_up("Play", url));
    }
    let message = if media_type.is_empty() {
        "the answer has no Content-Type: send text/xml".to_owned()
    } else {
        format!("Content-Type \"{}\" is not accepted: send text/xml", shown(written))
    };
    Err(Problem::new(Code::ContentTypeInvalid, message))
}

/// Makes a document of TwiML given inline through REST, which has no URL of its own.
pub fn inline(text: &str) -> Result<Document, Problem> {
    if text.len() > MAX_INLINE_CHARACTERS && text.chars().count() > MAX_INLINE_CHARACTERS {
        let message =
            format!("inline TwiML is longer than {MAX_INLINE_CHARACTERS} characters: serve it from a URL");
        return Err(Problem::new(Code::InlineTooLong, message));
    }
    Document::from_text(text)
}

/// Plain text is run when it is TwiML, else spoken (rule of 2024-07-22).
fn plain(body: &[u8], charset: Option<&str>) -> Result<Document, Problem> {
    match Document::parse(body, charset) {
        Err(problem) if body.len() <= MAX_BYTES => match encoding::decode(body, charset) {
            Ok(text) => Document::from_text(&then_hang_up("Say", &text)),
            Err(_) => Err(problem),
        },
        result => result,
    }
}

/// A document of one verb with this text, and the end of the call.
fn then_hang_up(verb: &str, text: &str) -> String {
    let mut source = String::with_capacity(text.len() + 64);
    source.push_str("<Response><");
    source.push_str(verb);
    source.push('>');
    for character in text.chars() {
        match character {
            '&' => source.push_str("&amp;"),
            '<' => source.push_str("&lt;"),
            '>' => source.push_str("&gt;"),
            legal if characters::is_char(legal) => source.push(legal),
            _ => source.push(' '),
        }
    }
    source.push_str("</");
    source.push_str(verb);
    source.push_str("><Hangup/></Response>");
    source
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::Element;

    const URL: &str = "https://a.example/x?a=1&b=<2>";
    const TWIML: &[u8] = b"<Response><Say>hi</Say></Response>";

    fn shape(content_type: &str, body: &[u8]) -> Vec<(&'static str, String)> {
        let document = answer(Some(content_type), body, URL).unwrap();
        document.root().children().map(|node| (node.element().name(), node.text().into_owned())).collect()
    }

    fn code(content_type: Option<&str>, body: &[u8]) -> u32 {
        answer(content_type, body, URL).unwrap_err().code.number()
    }

    #[test]
    fn three_types_are_twiml() {
        for name in ["text/xml", "TEXT/XML; charset=UTF-8", " application/xml ;q=1", "text/html"] {
            assert_eq!(shape(name, TWIML), [("Say", "hi".to_owned())], "{name}");
        }
        assert_eq!(code(Some("text/html"), b"<html><body/></html>"), 12_102);
        assert_eq!(code(Some("text/xml"), b""), 11_770);
    }

    #[test]
    fn the_charset_of_the_header_is_heard() {
        let document =
            answer(Some("text/xml; charset=iso-8859-1"), b"<Response><Say>\xe9</Say></Response>", URL);
        assert_eq!(document.unwrap().root().first_child().unwrap().text(), "é");
    }

    #[test]
    fn plain_text_is_run_or_spoken() {
        assert_eq!(shape("text/plain", TWIML), [("Say", "hi".to_owned())]);
        for text in ["Hello caller", "a < b & c ]]> d", "<Response><Say>hi</Response>", "<say/>", "a\u{b}b"] {
            let spoken = text.replace('\u{b}', " ");
            assert_eq!(shape("text/plain", text.as_bytes()), [("Say", spoken), ("Hangup", String::new())]);
        }
        assert_eq!(code(Some("text/plain"), b""), 11_770);
        assert_eq!(code(Some("text/plain"), b"\xff"), 12_100);
        assert_eq!(code(Some("text/plain"), &vec![b'a'; MAX_BYTES + 1]), 11_750);
        assert_eq!(shape("text/plain", &vec![b'&'; MAX_BYTES])[0].1.len(), MAX_BYTES);
    }

    #[test]
    fn audio_is_played_from_where_it_came() {
        for subtype in AUDIO {
            let shape = shape(&format!("audio/{subtype}"), b"RIFF\0\xff");
            assert_eq!(shape, [("Play", URL.to_owned()), ("Hangup", String::new())], "{subtype}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for name in [
            "image/png",
            "application/json",
            "application/twiml",
            "audio/ogg",
            "text",
            "xml",
            "text/xmlx",
            "/",
        ] {
            assert_eq!(code(Some(name), TWIML), 12_300, "{name}");
        }
        assert_eq!(code(None, TWIML), 12_300);
        assert_eq!(code(Some(" "), TWIML), 12_300);
    }

    #[test]
    fn inline_twiml_is_counted_in_characters_and_needs_no_encoding() {
        let document = |filler: usize| format!("<Response><Say>{}</Say></Response>", "é".repeat(filler));
        let room = MAX_INLINE_CHARACTERS - document(0).len();
        assert!(inline(&document(room)).is_ok());
        assert_eq!(inline(&document(room + 1)).unwrap_err().code, Code::InlineTooLong);
        let declared = "<?xml version='1.0' encoding='UTF-16'?><Response><Say>é</Say></Response>";
        let inline = inline(declared).unwrap();
        assert_eq!(inline.root().first_child().unwrap().element(), Element::Say);
        assert_eq!(super::inline("").unwrap_err().code, Code::XmlInvalid);
    }
}
