//! The character classes of XML 1.0 (fifth edition), and names for characters that only look right.

/// Whether XML allows the character in a document at all (production `Char`).
pub(super) const fn is_char(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// Whether the byte is white space (production `S`).
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// White space of XML cut off the front.
pub(super) fn trim_start(text: &str) -> &str {
    let spaces = text.bytes().position(|byte| !is_space(byte)).unwrap_or(text.len());
    text.get(spaces..).unwrap_or_default()
}

/// White space of XML cut off both ends. A no-break space is not white space here.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// Whether text is nothing but white space of XML.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(is_space)
}

/// Whether a name may start with the character (production `NameStartChar`).
const fn is_name_start(character: char) -> bool {
    matches!(character,
        ':' | '_' | 'A'..='Z' | 'a'..='z'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// Whether a name may contain the character (production `NameChar`).
const fn is_name_char(character: char) -> bool {
    is_name_start(character)
        || matches!(character,
            '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// What a byte of ASCII may be in a tag; the bytes of all other characters have none of these.
#[derive(Clone, Copy)]
struct Class(u8);

impl Class {
    const NAME_START: u8 = 1;
    const NAME: u8 = 2;
    /// Ends a value, or makes it differ from its normal form.
    const IN_VALUE: u8 = 4;
    const NOT_ASCII: u8 = 8;

    const TABLE: [Self; 256] = {
        let mut table = [Self(0); 256];
        let mut rest: &mut [Self] = &mut table;
        let mut byte = 0_u8;
        while let Some((class, tail)) = rest.split_first_mut() {
            class.0 = match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b':' | b'_' => Self::NAME_START | Self::NAME,
                b'0'..=b'9' | b'-' | b'.' => Self::NAME,
                b'"' | b'\'' | b'<' | b'&' | b'\t' | b'\n' | b'\r' => Self::IN_VALUE,
                0x80.. => Self::NOT_ASCII,
                _ => 0,
            };
            byte = byte.wrapping_add(1);
            rest = tail;
        }
        table
    };

    fn of(byte: u8, wanted: u8) -> bool {
        static TABLE: [Class; 256] = Class::TABLE;
        TABLE.get(usize::from(byte)).is_some_and(|class| class.0 & wanted != 0)
    }
}

/// Length in bytes of the name that `text` starts with; 0 when it starts with none.
pub(super) fn name_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if !bytes.first().is_some_and(|&byte| Class::of(byte, Class::NAME_START | Class::NOT_ASCII)) {
        return 0;
    }
    let ascii = bytes.iter().position(|&byte| !Class::of(byte, Class::NAME)).unwrap_or(bytes.len());
    if bytes.get(ascii).is_none_or(u8::is_ascii) {
        return ascii;
    }
    let mut characters = text.char_indices();
    if !characters.next().is_some_and(|(_, first)| is_name_start(first)) {
        return 0;
    }
    characters.find(|&(_, c)| !is_name_char(c)).map_or(text.len(), |(offset, _)| offset)
}

/// Length in bytes of what `text` starts with that means itself in an attribute's value, between either quotes.
pub(super) fn plain_length(text: &str) -> usize {
    text.bytes().position(|byte| Class::of(byte, Class::IN_VALUE)).unwrap_or(text.len())
}

/// What a whole document contains, found in one pass over its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Survey {
    /// Offset of the first character that XML does not allow.
    pub(super) illegal: Option<usize>,
    /// Whether a carriage return occurs, so that line ends need work.
    pub(super) returns: bool,
}

/// Looks over all characters of a document.
pub(super) fn survey(source: &str) -> Survey {
    if !is_unusual(source.as_bytes()) {
        return Survey { illegal: None, returns: false };
    }
    let returns = source.contains('\r');
    // Many documents have carriage returns, and nothing else to look for.
    let suspicious = |&byte: &u8| byte == 0xef || (byte < 0x20 && !is_space(byte));
    let illegal = if source.as_bytes().iter().any(suspicious) { source.find(|c| !is_char(c)) } else { None };
    Survey { illegal, returns }
}

/// Whether there is a control character other than tab and line feed, or the byte EF, with which U+FFFE and U+FFFF
/// start and much that is legal.
// Not inlined: beside other code the compiler no longer makes vector instructions of the loop, which is ten
// times slower.
#[inline(never)]
fn is_unusual(bytes: &[u8]) -> bool {
    // Without branches, so that the compiler can look at many bytes at once.
    let flag = u8::from;
    0 != bytes.iter().fold(0, |found, &byte| {
        found | (flag(byte < 0x20) & flag(byte != b'\t') & flag(byte != b'\n')) | flag(byte == 0xef)
    })
}

/// The name of a character that word processors and web pages put where XML wants a plain one, and the
/// plain one to write instead.
pub(super) const fn lookalike(character: char) -> Option<(&'static str, &'static str)> {
    Some(match character {
        '\u{ab}' => ("LEFT-POINTING DOUBLE ANGLE QUOTATION MARK", "\""),
        '\u{bb}' => ("RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK", "\""),
        '\u{201c}' => ("LEFT DOUBLE QUOTATION MARK", "\""),
        '\u{201d}' => ("RIGHT DOUBLE QUOTATION MARK", "\""),
        '\u{201e}' => ("DOUBLE LOW-9 QUOTATION MARK", "\""),
        '\u{201f}' => ("DOUBLE HIGH-REVERSED-9 QUOTATION MARK", "\""),
        '\u{2033}' => ("DOUBLE PRIME", "\""),
        '\u{2036}' => ("REVERSED DOUBLE PRIME", "\""),
        '\u{275d}' => ("HEAVY DOUBLE TURNED COMMA QUOTATION MARK ORNAMENT", "\""),
        '\u{275e}' => ("HEAVY DOUBLE COMMA QUOTATION MARK ORNAMENT", "\""),
        '\u{300c}' => ("LEFT CORNER BRACKET", "\""),
        '\u{300d}' => ("RIGHT CORNER BRACKET", "\""),
        '\u{301d}' => ("REVERSED DOUBLE PRIME QUOTATION MARK", "\""),
        '\u{301e}' => ("DOUBLE PRIME QUOTATION MARK", "\""),
        '\u{301f}' => ("LOW DOUBLE PRIME QUOTATION MARK", "\""),
        '\u{ff02}' => ("FULLWIDTH QUOTATION MARK", "\""),
        '`' => ("GRAVE ACCENT", "'"),
        '\u{b4}' => ("ACUTE ACCENT", "'"),
        '\u{2018}' => ("LEFT SINGLE QUOTATION MARK", "'"),
        '\u{2019}' => ("RIGHT SINGLE QUOTATION MARK", "'"),
        '\u{201a}' => ("SINGLE LOW-9 QUOTATION MARK", "'"),
        '\u{201b}' => ("SINGLE HIGH-REVERSED-9 QUOTATION MARK", "'"),
        '\u{2032}' => ("PRIME", "'"),
        '\u{2035}' => ("REVERSED PRIME", "'"),
        '\u{2039}' => ("SINGLE LEFT-POINTING ANGLE QUOTATION MARK", "'"),
        '\u{203a}' => ("SINGLE RIGHT-POINTING ANGLE QUOTATION MARK", "'"),
        '\u{275b}' => ("HEAVY SINGLE TURNED COMMA QUOTATION MARK ORNAMENT", "'"),
        '\u{275c}' => ("HEAVY SINGLE COMMA QUOTATION MARK ORNAMENT", "'"),
        '\u{ff07}' => ("FULLWIDTH APOSTROPHE", "'"),
        '\u{85}' => ("NEXT LINE", " "),
        '\u{a0}' => ("NO-BREAK SPACE", " "),
        '\u{1680}' => ("OGHAM SPACE MARK", " "),
        '\u{2000}' => ("EN QUAD", " "),
        '\u{2001}' => ("EM QUAD", " "),
        '\u{2002}' => ("EN SPACE", " "),
        '\u{2003}' => ("EM SPACE", " "),
        '\u{2004}' => ("THREE-PER-EM SPACE", " "),
        '\u{2005}' => ("FOUR-PER-EM SPACE", " "),
        '\u{2006}' => ("SIX-PER-EM SPACE", " "),
        '\u{2007}' => ("FIGURE SPACE", " "),
        '\u{2008}' => ("PUNCTUATION SPACE", " "),
        '\u{2009}' => ("THIN SPACE", " "),
        '\u{200a}' => ("HAIR SPACE", " "),
        '\u{2028}' => ("LINE SEPARATOR", " "),
        '\u{2029}' => ("PARAGRAPH SEPARATOR", " "),
        '\u{202f}' => ("NARROW NO-BREAK SPACE", " "),
        '\u{205f}' => ("MEDIUM MATHEMATICAL SPACE", " "),
        '\u{3000}' => ("IDEOGRAPHIC SPACE", " "),
        '\u{ad}' => ("SOFT HYPHEN", ""),
        '\u{200b}' => ("ZERO WIDTH SPACE", ""),
        '\u{200e}' => ("LEFT-TO-RIGHT MARK", ""),
        '\u{200f}' => ("RIGHT-TO-LEFT MARK", ""),
        '\u{2060}' => ("WORD JOINER", ""),
        '\u{feff}' => ("ZERO WIDTH NO-BREAK SPACE", ""),
        '\u{2010}' => ("HYPHEN", "-"),
        '\u{2011}' => ("NON-BREAKING HYPHEN", "-"),
        '\u{2013}' => ("EN DASH", "-"),
        '\u{2014}' => ("EM DASH", "-"),
        '\u{2212}' => ("MINUS SIGN", "-"),
        '\u{ff0f}' => ("FULLWIDTH SOLIDUS", "/"),
        '\u{ff1d}' => ("FULLWIDTH EQUALS SIGN", "="),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_where_the_grammar_says() {
        for (text, length) in [
            ("", 0),
            ("Say", 3),
            ("Say voice", 3),
            ("say-as>", 6),
            ("xml:lang=", 8),
            (":a", 2),
            ("_1.2-3", 6),
            ("1Say", 0),
            (".Say", 0),
            ("-Say", 0),
            ("\u{b7}a", 0),
            ("a\u{b7}b", 4),
            ("é漢字!", 8),
            ("Say\u{200b}", 3),
            ("Say\u{a0}voice", 3),
            ("a\u{d7}", 1),
            ("\u{f7}", 0),
            ("a\u{200d}b", 5),
        ] {
            assert_eq!(name_length(text), length, "{text:?}");
        }
    }

    #[test]
    fn a_survey_finds_the_first_illegal_character_and_only_those() {
        assert_eq!(survey("a\tb\nc"), Survey { illegal: None, returns: false });
        assert_eq!(survey("a\r\n"), Survey { illegal: None, returns: true });
        for legal in ["\u{7f}", "\u{85}", "\u{fffd}", "\u{ff02}", "\u{feff}", "\u{fdd0}", "\u{10ffff}"] {
            assert_eq!(survey(legal).illegal, None, "{legal:?}");
        }
        for illegal in ["\0", "\u{1}", "\u{b}", "\u{c}", "\u{1b}", "\u{1f}", "\u{fffe}", "\u{ffff}"] {
            assert_eq!(survey(&format!("\u{feff}é{illegal}")).illegal, Some(5), "{illegal:?}");
        }
    }

    #[test]
    fn only_the_four_spaces_are_white_space() {
        assert_eq!(trim(" \t\r\nAP1\n"), "AP1");
        assert_eq!(trim("\u{a0}AP1\u{200b}"), "\u{a0}AP1\u{200b}");
        assert!(is_blank(" \t\r\n") && is_blank("") && !is_blank("\u{a0}") && !is_blank("\u{b}"));
    }
}
