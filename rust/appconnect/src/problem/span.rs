//! Places in a document: byte offsets while parsing, lines and columns only when somebody asks.

use minicbor::{Decode, Encode};

/// A half-open range of bytes in the decoded (UTF-8, no byte order mark) source of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
pub struct Span {
    /// Offset of the first byte.
    #[n(0)]
    pub start: u32,
    /// Offset after the last byte.
    #[n(1)]
    pub end: u32,
}

/// A place as people count it, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line. CR LF, CR and LF each end one.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

impl Span {
    /// The span from `start` to `end`. Offsets past 4 GiB, which no document reaches, are held there.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: u32::try_from(start).unwrap_or(u32::MAX), end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// The text of the span; empty when the span does not lie in `source`.
    #[must_use]
    pub fn of(self, source: &str) -> &str {
        source.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Where the span starts. `source` is the text that was parsed.
    ///
    /// A start outside the source, or inside a character, counts as the next place that exists.
    #[must_use]
    pub fn line_column(self, source: &str) -> LineColumn {
        let mut at = LineColumn { line: 1, column: 1 };
        let mut after_return = false;
        for (offset, character) in source.char_indices() {
            if offset >= self.start as usize {
                break;
            }
            match character {
                '\n' if after_return => {}
                '\n' | '\r' => at = LineColumn { line: at.line.saturating_add(1), column: 1 },
                _ => at.column = at.column.saturating_add(1),
            }
            after_return = character == '\r';
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(source: &str, start: usize) -> (u32, u32) {
        let LineColumn { line, column } = Span::new(start, start).line_column(source);
        (line, column)
    }

    #[test]
    fn lines_end_at_lf_cr_and_cr_lf() {
        let source = "ab\ncd\r\nef\rgh";
        assert_eq!(at(source, 0), (1, 1));
        assert_eq!(at(source, 1), (1, 2));
        assert_eq!(at(source, 3), (2, 1));
        assert_eq!(at(source, 7), (3, 1));
        assert_eq!(at(source, 10), (4, 1));
        assert_eq!(at(source, 12), (4, 3));
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(at("né€😀x", "né€😀".len()), (1, 5));
    }

    #[test]
    fn a_place_outside_is_the_end() {
        assert_eq!(at("ab\n", 99), (2, 1));
        assert_eq!(Span::new(2, 9).of("ab"), "");
        assert_eq!(Span::new(2, 3).of("é!"), "!");
        assert_eq!(Span::new(1, 3).of("é!"), "");
    }
}
