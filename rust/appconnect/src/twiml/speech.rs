//! What a `<Say>` speaks: which words, and how many of them its voice takes (`twiml-voice.md` section 3).

use super::{Attribute, Node};

/// The words of a `<Say>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    /// The text, each run of white space one blank, cut at what the voice speaks.
    pub text: String,
    /// Whether something was cut off.
    pub cut: bool,
}

impl Node<'_> {
    /// Whether there is nothing to speak. White space is nothing, that of Unicode such as a no-break space too.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.text().trim().is_empty()
    }

    /// Most characters that the voice of this `<Say>` speaks.
    #[must_use]
    pub fn speech_limit(&self) -> usize {
        match self.attribute(Attribute::Voice) {
            Some(voice) if voice.starts_with("Polly.") => 3_000,
            Some(voice) if voice.starts_with("Google.") => 5_000,
            _ => 4_096,
        }
    }

    /// What is spoken; none when there is nothing to speak.
    #[must_use]
    pub fn speech(&self) -> Option<Speech> {
        if self.is_silent() {
            return None;
        }
        let whole = self.text();
        let mut text = String::with_capacity(whole.len());
        // Only white space of XML is layout; other blanks were meant to be spoken around.
        for word in whole.split_ascii_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        let end = text.char_indices().nth(self.speech_limit()).map(|(end, _)| end);
        if let Some(end) = end {
            text.truncate(end);
        }
        Some(Speech { text, cut: end.is_some() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::Document;

    fn spoken(voice: &str, text: &str) -> (Option<Speech>, Vec<u32>) {
        let source = format!("<Response><Say {voice}>{text}</Say></Response>");
        let document = Document::from_text(&source).unwrap();
        let problems = document.problems().iter().map(|problem| problem.code.number()).collect();
        (document.root().first_child().unwrap().speech(), problems)
    }

    #[test]
    fn runs_of_white_space_are_one_blank_and_nothing_but_white_space_is_nothing() {
        assert_eq!(spoken("", " a\n\t b ").0.unwrap().text, "a b");
        assert_eq!(spoken("", "a\u{a0} b").0.unwrap().text, "a\u{a0} b");
        for blank in ["", " \n ", "\u{a0}", " \u{3000}\t", "\u{2003}<break/>"] {
            assert_eq!(spoken("", blank), (None, vec![13_520]), "{blank:?}");
        }
    }

    #[test]
    fn a_text_is_reported_as_too_long_exactly_when_it_is_cut() {
        for (voice, limit) in [
            ("", 4_096),
            ("voice=\"alice\"", 4_096),
            ("voice=\"Polly.Amy\"", 3_000),
            ("voice=\"Google.x\"", 5_000),
        ] {
            let fits = spoken(voice, &"é".repeat(limit));
            assert_eq!((fits.0.unwrap().cut, fits.1), (false, vec![]), "{voice}");
            let spread = spoken(voice, &"é   ".repeat(limit / 2));
            assert_eq!((spread.0.unwrap().cut, spread.1), (false, vec![]), "{voice}");
            let (long, problems) = spoken(voice, &"é".repeat(limit + 1));
            assert_eq!((long.as_ref().unwrap().cut, problems), (true, vec![13_521]), "{voice}");
            assert_eq!(long.unwrap().text.chars().count(), limit, "{voice}");
        }
    }
}
