//! Strict well-formedness over quick-xml's tokenizer.
//!
//! The tokenizer finds where a comment, CDATA section, instruction or declaration ends, and where a tag or reference
//! does with which something is wrong; those in order are most of any document and are read here at once. Everything
//! else that XML 1.0 (fifth edition) demands of a document without a DTD is demanded here, because the tokenizer
//! does not: names, characters, attributes, references, nesting, one root, the XML declaration. A DOCTYPE of any kind
//! is refused, so that entities cannot exist (`reliability.md` threat T-09). Namespaces are not processed.
//!
//! Work is linear in the length of the document: depth and attributes are capped before they cost anything.

use memchr::memchr2;
use quick_xml::Reader as Tokenizer;
use quick_xml::events::Event as Token;

use super::characters::{is_char, is_space, lookalike, name_length, plain_length, survey, trim_start};
use crate::problem::{Code, Problem, Span, shown};

/// Deepest nesting, the root counted.
pub(super) const MAX_DEPTH: usize = 64;

/// Most attributes of one tag.
pub(super) const MAX_ATTRIBUTES: usize = 64;

/// What the document goes on with. Comments and processing instructions are checked and left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event<'s> {
    /// A start tag; its attributes are in [`Reader::attributes`]. An empty-element tag has no `End`.
    Start { name: &'s str, at: Span, empty: bool },
    /// The end tag of the innermost open element.
    End { at: Span },
    /// Text without references, or the content of a CDATA section; `at` is exactly where it stands.
    Text { text: &'s str, at: Span },
    /// A reference in text, resolved.
    Reference { character: char, at: Span },
    /// The end of a whole, well-formed document.
    Eof,
}

/// An attribute as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct RawAttribute<'s> {
    pub(super) name: &'s str,
    /// Between the quotes, references and white space as written.
    pub(super) value: &'s str,
    /// From the first character of the name to the closing quote.
    pub(super) at: Span,
    /// Whether the value is its own normal form.
    pub(super) plain: bool,
}

impl RawAttribute<'_> {
    /// Offset of the first character of the value.
    pub(super) fn value_start(&self) -> usize {
        (self.at.end as usize).saturating_sub(1 + self.value.len())
    }

    /// Appends the value as XML 1.0 section 3.3.3 normalises it: white space becomes spaces, references
    /// become characters.
    pub(super) fn normalise(&self, out: &mut String) {
        let mut rest = self.value;
        while let Some((piece, tail)) = rest.split_once('&') {
            push_spaced(piece, out);
            let (name, tail) = tail.split_once(';').unwrap_or((tail, ""));
            out.extend(resolve(name));
            rest = tail;
        }
        push_spaced(rest, out);
    }
}

/// Appends text with every line end as one LF (XML 1.0 section 2.11).
pub(super) fn push_line_ends(text: &str, out: &mut String) {
    let mut lines = text.split('\r');
    out.push_str(lines.next().unwrap_or_default());
    for line in lines {
        out.push('\n');
        out.push_str(line.strip_prefix('\n').unwrap_or(line));
    }
}

fn push_spaced(text: &str, out: &mut String) {
    let mut after_return = false;
    for character in text.chars() {
        match character {
            '\n' if after_return => {}
            '\t' | '\n' | '\r' => out.push(' '),
            _ => out.push(character),
        }
        after_return = character == '\r';
    }
}

/// The character of a reference without its `&` and `;`. Only the five entities of XML exist.
fn resolve(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        };
    };
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |hex| (hex, 16));
    // The parser of the standard library would also take a sign.
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).filter(|&c| is_char(c))
}

fn malformed(at: Span, message: impl Into<Box<str>>) -> Problem {
    Problem::at(Code::XmlInvalid, at, message)
}

/// Says what is wrong with the character at the start of `rest`, by name when it only looks right.
fn unexpected(rest: &str, offset: usize, wanted: &str) -> Problem {
    let Some(found) = rest.chars().next() else {
        return malformed(Span::new(offset, offset), format!("the tag ends where {wanted} belongs"));
    };
    let at = Span::new(offset, offset + found.len_utf8());
    let message = match lookalike(found) {
        Some((name, "")) => {
            format!("U+{:04X} {name} where {wanted} belongs: it cannot be seen; remove it", u32::from(found))
        }
        Some((name, " ")) => {
            format!(
                "U+{:04X} {name} is not a space to XML, and {wanted} belongs here: replace it with a space",
                u32::from(found)
            )
        }
        Some((name, plain)) => {
            format!("U+{:04X} {name} where {wanted} belongs: replace it with {plain}", u32::from(found))
        }
        None => {
            let mut bytes = [0; 4];
            format!("'{}' where {wanted} belongs", shown(found.encode_utf8(&mut bytes)))
        }
    };
    malformed(at, message)
}

/// Which part of the document has been reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Prolog,
    Root,
    Epilog,
}

/// Reads a document that has been decoded.
pub(super) struct Reader<'s> {
    source: &'s str,
    /// How far it has been read.
    at: usize,
    part: Part,
    open: Vec<(&'s str, Span)>,
    attributes: Vec<RawAttribute<'s>>,
    returns: bool,
}

impl<'s> Reader<'s> {
    /// Starts at the beginning. Characters that XML does not allow are found before anything is read.
    pub(super) fn new(source: &'s str) -> Result<Self, Problem> {
        let survey = survey(source);
        if let Some(offset) = survey.illegal {
            let character = source.get(offset..).and_then(|rest| rest.chars().next()).unwrap_or_default();
            return Err(malformed(
                Span::new(offset, offset + character.len_utf8()),
                format!("U+{:04X} is not allowed in XML, not even as a reference", u32::from(character)),
            ));
        }
        if source.starts_with('\u{feff}') {
            return Err(malformed(
                Span::new(0, 3),
                "a second byte order mark before the root element: send one, or none",
            ));
        }
        Ok(Self {
            source,
            at: 0,
            part: Part::Prolog,
            open: Vec::with_capacity(8),
            attributes: Vec::with_capacity(8),
            returns: survey.returns,
        })
    }

    /// Whether the document has a carriage return anywhere.
    pub(super) const fn has_returns(&self) -> bool {
        self.returns
    }

    /// The attributes of the start tag that was read last, in document order.
    pub(super) fn attributes(&self) -> &[RawAttribute<'s>] {
        &self.attributes
    }

    /// The next event, or why the document is not well-formed (12100).
    pub(super) fn next(&mut self) -> Result<Event<'s>, Problem> {
        loop {
            let rest = self.source.get(self.at..).unwrap_or_default();
            match rest.as_bytes() {
                [b'<', b'/', ..] => {
                    if let Some(at) = self.plain_end_tag(rest) {
                        return Ok(self.close(at));
                    }
                }
                [b'<', b'!' | b'?', ..] => {}
                [b'<', ..] => {
                    if let Some((name, at, empty)) = self.plain_start_tag(rest) {
                        return self.open(name, at, empty);
                    }
                }
                [b'&', ..] => {
                    if let Some((character, at)) = self.plain_reference(rest) {
                        return Ok(Event::Reference { character, at });
                    }
                }
                [] => return self.end_of_document(),
                text => {
                    let length = memchr2(b'<', b'&', text).unwrap_or(text.len());
                    let at = self.advance(length);
                    if let Some(event) = self.text(at)? {
                        return Ok(event);
                    }
                    continue;
                }
            }
            if let Some(event) = self.token(rest)? {
                return Ok(event);
            }
        }
    }

    /// Goes on by so many bytes, and says where they stand.
    fn advance(&mut self, length: usize) -> Span {
        let start = self.at;
        self.at = start + length;
        Span::new(start, self.at)
    }

    /// Reads a start tag with which nothing is wrong, at the start of `rest`.
    fn plain_start_tag(&mut self, rest: &'s str) -> Option<(&'s str, Span, bool)> {
        let (name, after) = split_name(rest.get(1..)?);
        let tail = self.scan_attributes(after, self.source.len() - after.len()).ok()?;
        let empty = tail.starts_with('/');
        let length = rest.len() - tail.len() + if empty { 2 } else { 1 };
        (!name.is_empty() && !tail.is_empty()).then(|| (name, self.advance(length), empty))
    }

    /// Reads the end tag of the innermost open element, at the start of `rest`, without white space in it.
    fn plain_end_tag(&mut self, rest: &str) -> Option<Span> {
        let &(open, _) = self.open.last()?;
        rest.get(2..)?.strip_prefix(open)?.starts_with('>').then(|| self.advance(open.len() + 3))
    }

    /// Reads a reference that names a character, at the start of `rest` in the root.
    fn plain_reference(&mut self, rest: &str) -> Option<(char, Span)> {
        /// The longest that is worth a look: `&#x10FFFF;`.
        const LONGEST: usize = 10;
        let end =
            rest.bytes().take(LONGEST).position(|byte| byte == b';').filter(|_| self.part == Part::Root)?;
        let character = resolve(rest.get(1..end)?)?;
        Some((character, self.advance(end + 1)))
    }

    /// Reads what the tokenizer finds at the start of `rest`.
    fn token(&mut self, rest: &'s str) -> Result<Option<Event<'s>>, Problem> {
        self.refuse_declarations(rest)?;
        let mut tokens = Tokenizer::from_str(rest);
        let config = tokens.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        let Ok(token) = tokens.read_event() else { return Err(self.unfinished(rest)) };
        let at = self.advance(usize::try_from(tokens.buffer_position()).unwrap_or(usize::MAX));
        match token {
            Token::Start(_) => return self.start_tag(at, false).map(Some),
            Token::Empty(_) => return self.start_tag(at, true).map(Some),
            Token::End(end) => return self.end_tag(at, end.name().as_ref()).map(Some),
            Token::Text(_) => return self.text(at),
            Token::CData(_) => return self.cdata(at).map(Some),
            Token::GeneralRef(_) => return self.reference(at).map(Some),
            Token::Comment(_) => self.comment(at)?,
            Token::Decl(_) => self.declaration(at)?,
            Token::PI(_) => self.instruction(at)?,
            Token::DocType(_) => return Err(Self::doctype(at)),
            Token::Eof => return self.end_of_document().map(Some),
        }
        Ok(None)
    }

    fn slice(&self, start: usize, end: usize) -> &'s str {
        self.source.get(start..end).unwrap_or_default()
    }

    fn doctype(at: Span) -> Problem {
        malformed(at, "a DOCTYPE is not accepted in TwiML: remove it")
    }

    /// Refuses `<!DOCTYPE` and its like before the tokenizer looks for their ends.
    fn refuse_declarations(&self, rest: &str) -> Result<(), Problem> {
        if !rest.starts_with("<!") || rest.starts_with("<!--") || rest.starts_with("<![CDATA[") {
            return Ok(());
        }
        let at = Span::new(self.at, self.at + 2);
        if rest.as_bytes().get(2..9).is_some_and(|word| word.eq_ignore_ascii_case(b"DOCTYPE")) {
            return Err(Self::doctype(at));
        }
        Err(malformed(at, "<! starts neither a comment nor a CDATA section: write &lt;! for text"))
    }

    /// Explains why the tokenizer found no end of what `rest` starts with.
    fn unfinished(&mut self, rest: &'s str) -> Problem {
        let message = if rest.starts_with('&') {
            "& starts no reference: write &amp;"
        } else if rest.starts_with("<!--") {
            "this comment is never closed"
        } else if rest.starts_with("<![") {
            "this CDATA section is never closed"
        } else if rest.starts_with("<?") {
            "this processing instruction is never closed"
        } else if rest.starts_with("</") {
            "this end tag is never closed"
        } else {
            let (_, after) = split_name(rest.get(1..).unwrap_or_default());
            if let Err(problem) = self.scan_all_attributes(after, self.source.len() - after.len()) {
                return problem;
            }
            "this tag is never closed"
        };
        malformed(Span::new(self.at, self.at + 1), message)
    }

    fn start_tag(&mut self, at: Span, empty: bool) -> Result<Event<'s>, Problem> {
        let start = at.start as usize + 1;
        let end = (at.end as usize).saturating_sub(if empty { 2 } else { 1 });
        let inside = self.slice(start, end);
        let (name, rest) = split_name(inside);
        if name.is_empty() {
            return Err(unexpected(inside, start, "the name of an element"));
        }
        let attributes_at = start + name.len();
        if rest.bytes().next().is_some_and(|b| !is_space(b)) {
            return Err(unexpected(rest, attributes_at, "a space or the end of the tag"));
        }
        let event = self.open(name, at, empty)?;
        self.scan_all_attributes(rest, attributes_at)?;
        Ok(event)
    }

    /// Takes in a start tag that is well-formed by itself.
    fn open(&mut self, name: &'s str, at: Span, empty: bool) -> Result<Event<'s>, Problem> {
        if self.part == Part::Epilog {
            let name = shown(name);
            return Err(malformed(at, format!("<{name}> follows the root element: there can be only one")));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(malformed(at, format!("elements are nested deeper than {MAX_DEPTH}")));
        }
        self.part = Part::Root;
        if !empty {
            self.open.push((name, at));
        } else if self.open.is_empty() {
            self.part = Part::Epilog;
        }
        Ok(Event::Start { name, at, empty })
    }

    fn end_tag(&mut self, at: Span, name: &str) -> Result<Event<'s>, Problem> {
        match self.open.last() {
            Some((open, _)) if *open == name => Ok(self.close(at)),
            Some((open, _)) => {
                let (name, open) = (shown(name), shown(open));
                Err(malformed(at, format!("</{name}> where </{open}> belongs")))
            }
            None => Err(malformed(at, format!("</{}> closes no element", shown(name)))),
        }
    }

    /// Takes in the end tag of the innermost open element.
    fn close(&mut self, at: Span) -> Event<'s> {
        self.open.pop();
        if self.open.is_empty() {
            self.part = Part::Epilog;
        }
        Event::End { at }
    }

    fn text(&self, at: Span) -> Result<Option<Event<'s>>, Problem> {
        let text = self.slice(at.start as usize, at.end as usize);
        if self.part != Part::Root {
            return match text.bytes().position(|b| !is_space(b)) {
                None => Ok(None),
                Some(blank) => {
                    let offset = at.start as usize + blank;
                    Err(unexpected(text.get(blank..).unwrap_or_default(), offset, self.outside()))
                }
            };
        }
        if text.as_bytes().contains(&b']')
            && let Some(found) = text.find("]]>")
        {
            let offset = at.start as usize + found;
            return Err(malformed(Span::new(offset, offset + 3), "]]> in text: write ]]&gt;"));
        }
        Ok(Some(Event::Text { text, at }))
    }

    const fn outside(&self) -> &'static str {
        match self.part {
            Part::Prolog | Part::Root => "the root element",
            Part::Epilog => "the end of the document",
        }
    }

    fn cdata(&self, at: Span) -> Result<Event<'s>, Problem> {
        if self.part != Part::Root {
            return Err(malformed(at, format!("a CDATA section where {} belongs", self.outside())));
        }
        let (start, end) = (at.start as usize + 9, (at.end as usize).saturating_sub(3));
        Ok(Event::Text { text: self.slice(start, end), at: Span::new(start, end) })
    }

    fn reference(&self, at: Span) -> Result<Event<'s>, Problem> {
        if self.part != Part::Root {
            return Err(malformed(at, format!("a reference where {} belongs", self.outside())));
        }
        let name = self.slice(at.start as usize + 1, (at.end as usize).saturating_sub(1));
        match resolve(name) {
            Some(character) => Ok(Event::Reference { character, at }),
            None => Err(bad_reference(name, at)),
        }
    }

    fn comment(&self, at: Span) -> Result<(), Problem> {
        let text = self.slice(at.start as usize + 4, (at.end as usize).saturating_sub(3));
        if text.ends_with('-') || text.contains("--") {
            return Err(malformed(at, "-- inside a comment: write it with a space between"));
        }
        Ok(())
    }

    fn instruction(&self, at: Span) -> Result<(), Problem> {
        let inside = self.slice(at.start as usize + 2, (at.end as usize).saturating_sub(2));
        let length = name_length(inside);
        let (target, rest) = inside.split_at_checked(length).unwrap_or_default();
        if target.is_empty() {
            return Err(unexpected(inside, at.start as usize + 2, "the target of a processing instruction"));
        }
        if target.eq_ignore_ascii_case("xml") {
            return Err(malformed(at, "this processing instruction has a name that XML keeps for itself"));
        }
        if rest.bytes().next().is_some_and(|b| !is_space(b)) {
            return Err(unexpected(rest, at.start as usize + 2 + length, "a space"));
        }
        Ok(())
    }

    /// Checks `<?xml version="1.x" encoding="…" standalone="…"?>`: what, in which order, and where.
    fn declaration(&mut self, at: Span) -> Result<(), Problem> {
        if at.start != 0 {
            return Err(malformed(
                at,
                "the XML declaration must be the very first thing: remove what precedes it",
            ));
        }
        let inside = self.slice(5, (at.end as usize).saturating_sub(2));
        self.scan_all_attributes(inside, 5)?;
        let mut parts = self.attributes.iter().peekable();
        let version = parts.next_if(|a| a.name == "version").is_some_and(|a| {
            let minor = a.value.strip_prefix("1.");
            minor.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        });
        let encoding = parts.next_if(|a| a.name == "encoding").is_none_or(|a| {
            a.value.starts_with(|c: char| c.is_ascii_alphabetic())
                && a.value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        });
        let standalone =
            parts.next_if(|a| a.name == "standalone").is_none_or(|a| matches!(a.value, "yes" | "no"));
        if version && encoding && standalone && parts.next().is_none() {
            return Ok(());
        }
        Err(malformed(at, "bad XML declaration: write <?xml version=\"1.0\" encoding=\"UTF-8\"?>"))
    }

    fn end_of_document(&self) -> Result<Event<'s>, Problem> {
        if let Some(&(name, at)) = self.open.last() {
            return Err(malformed(at, format!("<{}> is never closed", shown(name))));
        }
        if self.part == Part::Prolog {
            let end = Span::new(self.source.len(), self.source.len());
            return Err(malformed(end, "there is no root element: write <Response>…</Response>"));
        }
        Ok(Event::Eof)
    }

    /// Reads the attributes in `text`, which stands at `offset` of the source and holds nothing else.
    fn scan_all_attributes(&mut self, text: &'s str, offset: usize) -> Result<(), Problem> {
        let tail = self.scan_attributes(text, offset)?;
        if tail.is_empty() {
            return Ok(());
        }
        let before = text.len() - tail.len();
        let spaced = text.as_bytes().get(..before).and_then(<[u8]>::last).copied().is_some_and(is_space);
        let wanted = if spaced { "the name of an attribute" } else { "a space between attributes" };
        Err(unexpected(tail, offset + before, wanted))
    }

    /// Reads the attributes of a tag. `text` starts after the name, at `offset` of the source. Gives what follows them:
    /// nothing, or a text that starts with `>` or `/>`.
    fn scan_attributes(&mut self, text: &'s str, offset: usize) -> Result<&'s str, Problem> {
        self.attributes.clear();
        let end = offset + text.len();
        let mut rest = text;
        loop {
            let trimmed = trim_start(rest);
            if matches!(trimmed.as_bytes(), [] | [b'>', ..] | [b'/', b'>', ..]) {
                return Ok(trimmed);
            }
            let at = end - trimmed.len();
            if trimmed.len() == rest.len() {
                return Err(unexpected(trimmed, at, "a space between attributes"));
            }
            let (attribute, tail) = scan_attribute(trimmed, at)?;
            if self.attributes.len() >= MAX_ATTRIBUTES {
                return Err(malformed(
                    attribute.at,
                    format!("more than {MAX_ATTRIBUTES} attributes on one tag"),
                ));
            }
            if self.attributes.iter().any(|other| other.name == attribute.name) {
                let name = shown(attribute.name);
                return Err(malformed(attribute.at, format!("attribute {name} is written twice")));
            }
            self.attributes.push(attribute);
            rest = tail;
        }
    }
}

/// Cuts a text behind the name that it starts with.
fn split_name(text: &str) -> (&str, &str) {
    text.split_at_checked(name_length(text)).unwrap_or_default()
}

/// Reads one attribute at the start of `text`, and gives what follows it.
fn scan_attribute(text: &str, offset: usize) -> Result<(RawAttribute<'_>, &str), Problem> {
    let end = offset + text.len();
    let (name, rest) = split_name(text);
    if name.is_empty() {
        return Err(unexpected(text, offset, "the name of an attribute"));
    }
    let rest = trim_start(rest);
    let Some(rest) = rest.strip_prefix('=') else {
        return Err(unexpected(rest, end - rest.len(), "the = after the name of an attribute"));
    };
    let rest = trim_start(rest);
    let Some(quote) = rest.bytes().next().filter(|byte| matches!(byte, b'"' | b'\'')) else {
        return Err(unexpected(rest, end - rest.len(), "a straight quote"));
    };
    let quoted = rest.get(1..).unwrap_or_default();
    let value_at = end - quoted.len();
    // Nearly every value means itself, and ends where that ends.
    let mut length = plain_length(quoted);
    let plain = quoted.as_bytes().get(length) == Some(&quote);
    if !plain {
        length = quoted.bytes().position(|byte| byte == quote || byte == b'<').unwrap_or(quoted.len());
    }
    let (value, tail) = quoted.split_at_checked(length).unwrap_or_default();
    if tail.bytes().next() != Some(quote) {
        return Err(open_value(value, value_at));
    }
    let tail = tail.get(1..).unwrap_or_default();
    let plain = plain || !value.bytes().any(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r'));
    if !plain {
        check_references(value, value_at)?;
    }
    let at = Span::new(offset, end - tail.len());
    Ok((RawAttribute { name, value, at, plain }, tail))
}

/// Why a value that was opened runs into `<` or the end: often a typographic quote was to close it.
fn open_value(text: &str, offset: usize) -> Problem {
    let curly =
        text.char_indices().find(|&(_, c)| c > '\u{7f}' && matches!(lookalike(c), Some((_, "\"" | "'"))));
    match curly.and_then(|(at, _)| text.get(at..).map(|rest| (at, rest))) {
        Some((at, rest)) => unexpected(rest, offset + at, "a straight quote"),
        None => malformed(
            Span::new(offset, offset + text.len()),
            "this value is not closed before the next tag; for a < in a value write &lt;",
        ),
    }
}

fn check_references(value: &str, offset: usize) -> Result<(), Problem> {
    let end = offset + value.len();
    let mut rest = value;
    while let Some((_, tail)) = rest.split_once('&') {
        let at = end - tail.len() - 1;
        // Looking no further than the next & keeps this linear.
        let length = tail.find([';', '&']).unwrap_or(tail.len());
        let (name, after) = tail.split_at_checked(length).unwrap_or_default();
        let Some(after) = after.strip_prefix(';') else {
            return Err(malformed(Span::new(at, at + 1), "& starts no reference: write &amp;"));
        };
        if resolve(name).is_none() {
            return Err(bad_reference(name, Span::new(at, at + name.len() + 2)));
        }
        rest = after;
    }
    Ok(())
}

fn bad_reference(name: &str, at: Span) -> Problem {
    let help = if name.starts_with('#') {
        "names no character that XML allows"
    } else {
        "is not known to XML, which has only amp, lt, gt, quot and apos: write the character itself, or &amp; for &"
    };
    malformed(at, format!("&{}; {help}", shown(name)))
}

#[cfg(test)]
mod tests;
