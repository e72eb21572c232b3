//! A checked document: nodes and attributes in vectors, text as places in the source.
//!
//! Nodes that validation dropped are not there, and an attribute with a bad value reads as if it had not been
//! written, so whoever runs a document meets only what may be run. Nothing is boxed per node, and nothing is
//! dropped recursively.

use std::borrow::Cow;
use std::sync::Arc;

use super::characters::trim;
use super::schema::{Attribute, DefaultValue, Element, Text};
use super::{encoding, validate};
use crate::http::Method;
use crate::problem::{Code, Problem, Span};

/// Largest answer in bytes (`webhooks.md` section 6.1: 64 kB, read as KiB).
pub const MAX_BYTES: usize = 65_536;

/// Largest text in bytes that [`Document::from_text`] takes: places are kept in 31 bits, and the side buffer may
/// grow to twice the source.
const MAX_TEXT: usize = 1 << 29;

/// A piece of text: in the source, or, where references or line ends changed it, in the side buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    start: u32,
    end: u32,
}

impl Place {
    /// Marks places in the side buffer. No text comes near 2 GiB.
    const ASIDE: u32 = 1 << 31;

    pub(super) const fn source(span: Span) -> Self {
        Self { start: span.start, end: span.end }
    }

    pub(super) fn aside(start: usize, end: usize) -> Self {
        let span = Span::new(start, end);
        Self { start: span.start | Self::ASIDE, end: span.end }
    }

    /// The span of a place that is in the source.
    pub(super) const fn span(self) -> Span {
        Span { start: self.start, end: self.end }
    }

    pub(super) const fn is_aside(self) -> bool {
        self.start & Self::ASIDE != 0
    }

    /// Whether this place is the last thing in the side buffer.
    pub(super) fn ends_aside(self, aside: &str) -> bool {
        self.is_aside() && self.end as usize == aside.len()
    }

    /// This place, grown to the end of the side buffer.
    pub(super) fn grown(self, aside: &str) -> Self {
        Self { end: Span::new(0, aside.len()).end, ..self }
    }
}

/// One piece of the text of a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) place: Place,
    /// One more than the index of the next piece; 0 after the last.
    pub(super) next: u32,
}

/// One node. Indices of other nodes are 0 for none: the root is nobody's child.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeRecord {
    pub(super) element: Element,
    pub(super) first_child: u32,
    pub(super) next: u32,
    /// One more than the index of the first piece of text; 0 for none.
    pub(super) first_piece: u32,
    pub(super) first_attribute: u32,
    pub(super) attributes: u32,
    /// What is wrong with the text or the node as a whole.
    pub(super) error: Option<Code>,
    /// The start tag.
    pub(super) at: Span,
    /// From the end of the start tag to the start of the end tag.
    pub(super) content: Span,
}

impl NodeRecord {
    pub(super) const fn new(element: Element, at: Span) -> Self {
        Self {
            element,
            first_child: 0,
            next: 0,
            first_piece: 0,
            first_attribute: 0,
            attributes: 0,
            error: None,
            at,
            content: Span { start: at.end, end: at.end },
        }
    }
}

/// What validation thinks of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It may be used.
    Good,
    /// Its value is bad.
    Bad(Code),
    /// It has no effect where it stands.
    Dropped,
}

/// One attribute that the table knows on its element.
#[derive(Clone, Copy, Debug)]
pub(super) struct AttributeRecord {
    pub(super) attribute: Attribute,
    pub(super) place: Place,
    /// The value of numbers, flags and methods.
    pub(super) number: Option<u32>,
    pub(super) state: State,
    pub(super) at: Span,
}

/// Why an `<Application>` names no application (`application-connect.md` section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmbiguousOrMissing {
    /// It names two different ones.
    Ambiguous,
    /// It names none.
    Missing,
}

/// A well-formed, checked TwiML document.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) source: Arc<str>,
    pub(super) aside: String,
    pub(super) nodes: Vec<NodeRecord>,
    pub(super) attributes: Vec<AttributeRecord>,
    pub(super) pieces: Vec<Piece>,
    pub(super) problems: Vec<Problem>,
    pub(super) omitted: u32,
}

impl Document {
    /// Parses the body of an answer. `charset` is the parameter of its Content-Type.
    ///
    /// The error is what makes the document unusable: 11750, 11770, 12100, 12101 or 12102.
    pub fn parse(source: &[u8], charset: Option<&str>) -> Result<Self, Problem> {
        if source.len() > MAX_BYTES {
            return Err(too_large(source.len()));
        }
        if source.is_empty() {
            let message = "the answer is empty: send at least <Response/>";
            return Err(Problem::new(Code::EmptyBody, message));
        }
        Self::from_text(&encoding::decode(source, charset)?)
    }

    /// Parses text that has been decoded already: inline TwiML, or the [`source`](Self::source) of a document
    /// that a snapshot kept. There is no bound of 64 KiB here, because decoding may have made more of less. An encoding named in its XML declaration has done its work and is not looked at.
    pub fn from_text(source: &str) -> Result<Self, Problem> {
        if source.len() > MAX_TEXT {
            return Err(too_large(source.len()));
        }
        validate::document(&Arc::from(source))
    }

    /// What is wrong without making the document unusable, in document order; the first 256 of it.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many more problems there are than [`problems`](Self::problems) holds.
    #[must_use]
    pub const fn omitted_problems(&self) -> u32 {
        self.omitted
    }

    /// The decoded text that spans point into.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The `<Response>`.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        // Parsing always stores a root, so this one is never seen.
        static EMPTY: NodeRecord = NodeRecord::new(Element::Response, Span { start: 0, end: 0 });
        Node { document: self, index: 0, record: self.nodes.first().unwrap_or(&EMPTY) }
    }

    /// The node with this index, as [`Node::index`] gave it.
    #[must_use]
    pub fn node(&self, index: u32) -> Option<Node<'_>> {
        let record = self.nodes.get(index as usize)?;
        Some(Node { document: self, index, record })
    }

    pub(super) fn at(&self, place: Place) -> &str {
        if place.is_aside() {
            self.aside.get((place.start & !Place::ASIDE) as usize..place.end as usize).unwrap_or_default()
        } else {
            self.source.get(place.start as usize..place.end as usize).unwrap_or_default()
        }
    }

    fn piece(&self, link: u32) -> Option<&Piece> {
        self.pieces.get((link as usize).checked_sub(1)?)
    }
}

fn too_large(length: usize) -> Problem {
    let message =
        format!("the answer has {length} bytes: send at most {MAX_BYTES}, or split it with <Redirect>");
    Problem::new(Code::BodyTooLarge, message)
}

/// One element of a document.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    document: &'a Document,
    index: u32,
    record: &'a NodeRecord,
}

impl<'a> Node<'a> {
    /// Where the node stands in its document: a number to keep in a snapshot. The root is 0, and a node comes
    /// before its children and siblings.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// Which element it is.
    #[must_use]
    pub const fn element(&self) -> Element {
        self.record.element
    }

    /// The start tag.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.record.at
    }

    /// From the start tag to the end tag.
    #[must_use]
    pub const fn extent(&self) -> Span {
        Span { start: self.record.at.start, end: self.record.content.end }
    }

    fn linked(&self, index: u32) -> Option<Self> {
        if index == 0 { None } else { self.document.node(index) }
    }

    /// The first child.
    #[must_use]
    pub fn first_child(&self) -> Option<Self> {
        self.linked(self.record.first_child)
    }

    /// The next child of the same parent.
    #[must_use]
    pub fn next_sibling(&self) -> Option<Self> {
        self.linked(self.record.next)
    }

    /// The children, in document order.
    pub fn children(&self) -> impl Iterator<Item = Self> + use<'a> {
        std::iter::successors(self.first_child(), Self::next_sibling)
    }

    /// The text: of `<Say>` all that is spoken, mark-up left out; of other elements their own text without the
    /// white space around it. Text of speech mark-up belongs to its `<Say>`.
    #[must_use]
    pub fn text(&self) -> Cow<'a, str> {
        let Some(first) = self.document.piece(self.record.first_piece) else {
            return Cow::Borrowed("");
        };
        let spoken = self.element().row().text == Text::Spoken;
        if first.next == 0 {
            let text = self.document.at(first.place);
            return Cow::Borrowed(if spoken { text } else { trim(text) });
        }
        let mut text = String::new();
        let document = self.document;
        for piece in std::iter::successors(Some(first), |piece| document.piece(piece.next)) {
            text.push_str(document.at(piece.place));
        }
        if spoken { Cow::Owned(text) } else { Cow::Owned(trim(&text).to_owned()) }
    }

    /// What is wrong with the node or its text, for the machine to act on. The problem itself is in
    /// [`Document::problems`].
    #[must_use]
    pub const fn error(&self) -> Option<Code> {
        self.record.error
    }

    /// The text of a `<Redirect>` or `<Play>` as a URL, or the code of why it is none.
    pub fn text_url(&self) -> Result<Cow<'a, str>, Code> {
        self.record.error.map_or_else(|| Ok(self.text()), Err)
    }

    fn record_of(&self, attribute: Attribute) -> Option<&'a AttributeRecord> {
        let first = self.record.first_attribute as usize;
        let records = self.document.attributes.get(first..first + self.record.attributes as usize)?;
        records.iter().find(|record| record.attribute == attribute)
    }

    fn valid(&self, attribute: Attribute) -> Option<&'a AttributeRecord> {
        self.record_of(attribute).filter(|record| record.state == State::Good)
    }

    fn default_of(&self, attribute: Attribute) -> DefaultValue {
        self.element().row().attribute(attribute).map_or(DefaultValue::None, |row| row.default)
    }

    /// The value of an attribute, when it is written and good.
    #[must_use]
    pub fn attribute(&self, attribute: Attribute) -> Option<&'a str> {
        self.valid(attribute).map(|record| self.document.at(record.place))
    }

    /// The code of a value that is written and bad.
    #[must_use]
    pub fn attribute_error(&self, attribute: Attribute) -> Option<Code> {
        match self.record_of(attribute)?.state {
            State::Bad(code) => Some(code),
            State::Good | State::Dropped => None,
        }
    }

    /// The attributes that are written and good, in the order of the document.
    pub fn attributes(&self) -> impl Iterator<Item = (Attribute, &'a str)> + use<'a> {
        let (document, record) = (self.document, self.record);
        let first = record.first_attribute as usize;
        let records = document.attributes.get(first..first + record.attributes as usize).unwrap_or_default();
        records
            .iter()
            .filter(|record| record.state == State::Good)
            .map(|record| (record.attribute, document.at(record.place)))
    }

    /// A word, text or list, else the default of the table.
    #[must_use]
    pub fn word(&self, attribute: Attribute) -> Option<&'a str> {
        self.attribute(attribute).or_else(|| match self.default_of(attribute) {
            DefaultValue::Word(word) => Some(word),
            _ => None,
        })
    }

    /// A flag, else the default of the table, else false.
    #[must_use]
    pub fn flag(&self, attribute: Attribute) -> bool {
        match self.valid(attribute) {
            Some(record) => record.number == Some(1),
            None => self.default_of(attribute) == DefaultValue::Flag(true),
        }
    }

    /// A number, else the default of the table. None also when a word such as `auto` stands in its place.
    #[must_use]
    pub fn number(&self, attribute: Attribute) -> Option<u32> {
        match self.valid(attribute) {
            Some(record) => record.number,
            None => match self.default_of(attribute) {
                DefaultValue::Number(number) => Some(number),
                _ => None,
            },
        }
    }

    /// As [`number`](Self::number), but a word in its place stands for the default, and without a default it is 0.
    #[must_use]
    pub fn count(&self, attribute: Attribute) -> u32 {
        let default = match self.default_of(attribute) {
            DefaultValue::Number(number) => number,
            _ => 0,
        };
        self.number(attribute).unwrap_or(default)
    }

    /// A method, else the default of the table, else POST.
    #[must_use]
    pub fn method(&self, attribute: Attribute) -> Method {
        match self.valid(attribute) {
            Some(record) if record.number == Some(1) => Method::Get,
            Some(_) => Method::Post,
            None => match self.default_of(attribute) {
                DefaultValue::Method(method) => method,
                _ => Method::Post,
            },
        }
    }

    /// A URL as written, without the white space around it; none when it is not written; the code when it
    /// cannot be one.
    pub fn url(&self, attribute: Attribute) -> Result<Option<&'a str>, Code> {
        match self.attribute_error(attribute) {
            Some(code) => Err(code),
            None => Ok(self.attribute(attribute).map(trim)),
        }
    }

    /// The content of a `<Say>` with speech mark-up, as written; none when there is no mark-up.
    #[must_use]
    pub fn markup(&self) -> Option<&'a str> {
        self.first_child().map(|_| self.record.content.of(&self.document.source))
    }

    /// All pauses of the `<break>`s in a `<Say>`, in milliseconds.
    ///
    /// A break without a time counts by its strength: weak 250, medium (the default) 500, strong 750, x-strong
    /// 1000. These lengths are our own; voices differ.
    #[must_use]
    pub fn speech_breaks_ms(&self) -> u32 {
        let later = self.document.nodes.iter().zip(0..).skip(self.index as usize + 1);
        later
            .take_while(|(record, _)| record.at.start < self.record.content.end)
            .filter(|(record, _)| record.element == Element::Break)
            .map(|(record, index)| Node { document: self.document, index, record }.break_ms())
            .fold(0, u32::saturating_add)
    }

    fn break_ms(&self) -> u32 {
        if let Some(time) = self.number(Attribute::Time) {
            return time;
        }
        match self.word(Attribute::Strength) {
            Some("none" | "x-weak") => 0,
            Some("weak") => 250,
            Some("strong") => 750,
            Some("x-strong") => 1_000,
            _ => 500,
        }
    }

    /// The SID that an `<Application>` names, in any of its three forms.
    pub fn application_sid(&self) -> Result<Cow<'a, str>, AmbiguousOrMissing> {
        let text = Some(self.text()).filter(|text| !text.is_empty());
        let nested = self.children().filter(|child| child.element() == Element::ApplicationSid);
        let mut candidates = text.into_iter().chain(nested.map(|child| child.text()));
        let sid = candidates.next().ok_or(AmbiguousOrMissing::Missing)?;
        if candidates.any(|other| other != sid) {
            return Err(AmbiguousOrMissing::Ambiguous);
        }
        if sid.is_empty() { Err(AmbiguousOrMissing::Missing) } else { Ok(sid) }
    }
}
