//! Something wrong that a customer should see: Twilio's code, a level, a place. Never an exception.

mod codes;
mod span;

use std::fmt;

use minicbor::{Decode, Encode};

pub use codes::{Code, Effect, Level};
pub use span::{LineColumn, Span};

/// Longest piece of a customer's text that a message repeats, in characters.
const SHOWN_CHARACTERS: usize = 64;

/// One problem of one document, request or call.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Problem {
    /// What kind of problem.
    #[n(0)]
    pub code: Code,
    /// Where in the document, when it is about a document.
    #[n(1)]
    pub span: Option<Span>,
    /// What is wrong and what to do about it, in one line.
    #[n(2)]
    pub message: Box<str>,
}

impl Problem {
    /// A problem that has no place in a document.
    #[must_use]
    pub fn new(code: Code, message: impl Into<Box<str>>) -> Self {
        Self { code, span: None, message: message.into() }
    }

    /// A problem at a place of a document.
    #[must_use]
    pub fn at(code: Code, span: Span, message: impl Into<Box<str>>) -> Self {
        Self { code, span: Some(span), message: message.into() }
    }

    /// How grave it is: the level of its code.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.code.level()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.level().log_level(), self.code, self.message)
    }
}

/// A customer's text as a message may repeat it: see [`shown`].
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(&'a str);

/// Shows a customer's text in a message: at most 64 characters, on one line, without hidden characters.
///
/// Control characters, line separators and the characters that reverse or hide text are written as
/// `\u{..}`, so that a log line or a terminal cannot be forged (`reliability.md` threat T-16).
#[must_use]
pub const fn shown(text: &str) -> Shown<'_> {
    Shown(text)
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(SHOWN_CHARACTERS) {
            if is_hidden(character) {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                f.write_char(character)?;
            }
        }
        if characters.next().is_some() { f.write_char('…') } else { Ok(()) }
    }
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_by_characters() {
        assert_eq!(shown(&"é".repeat(64)).to_string(), "é".repeat(64));
        assert_eq!(shown(&"é".repeat(65)).to_string(), format!("{}…", "é".repeat(64)));
    }

    #[test]
    fn nothing_hidden_reaches_a_message() {
        assert_eq!(shown("a\r\nb\u{1b}[2J").to_string(), r"a\u{d}\u{a}b\u{1b}[2J");
        assert_eq!(shown("x\u{202e}y\u{200b}\u{feff}").to_string(), r"x\u{202e}y\u{200b}\u{feff}");
        assert_eq!(shown("café 漢字 👍").to_string(), "café 漢字 👍");
    }

    #[test]
    fn a_problem_survives_a_snapshot() {
        for problem in [
            Problem::at(Code::XmlInvalid, Span::new(3, 9), "a tag is open"),
            Problem::new(Code::HopLimit, "too deep"),
        ] {
            let bytes = minicbor::to_vec(&problem).unwrap();
            assert_eq!(minicbor::decode::<Problem>(&bytes).unwrap(), problem);
        }
    }

    #[test]
    fn a_problem_reads_as_one_line() {
        let problem = Problem::new(Code::DialTimeout, "timeout is no number: 30 is used");
        assert_eq!(problem.to_string(), "WARN 13212: timeout is no number: 30 is used");
    }
}
