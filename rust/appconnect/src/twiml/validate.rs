//! Applies the table to a document while it is read.
//!
//! What the table does not know is reported and left out; what it knows with a bad value is reported and reads as
//! its default (`twiml-voice.md` section 2). Rules that the table cannot say are in `rules`.

use std::sync::Arc;

use super::characters::is_blank;
use super::document::{AttributeRecord, Document, NodeRecord, Piece, Place, State};
use super::reader::{Event, RawAttribute, Reader, push_line_ends};
use super::rules::{self, Nouns};
use super::schema::{Attribute, AttributeRow, DefaultValue, Element, Good, Row, Support, Text, ValueType};
use crate::problem::{Code, Problem, Span, shown};

/// Most problems kept of one document, so that a hostile one cannot make its report larger than itself.
pub(super) const MAX_PROBLEMS: usize = 256;

/// An element that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Index of its node.
    pub(super) node: u32,
    pub(super) row: &'static Row,
    pub(super) last_child: u32,
    /// One more than the index of the last piece of its text; 0 for none.
    pub(super) last_piece: u32,
    /// Index of the frame that its text belongs to: itself, or the `Say` around speech mark-up.
    speaker: usize,
    /// Whether text that does not belong here was reported since the last child.
    pub(super) stray: bool,
    /// What a `Dial` has met.
    pub(super) nouns: Nouns,
}

/// Reads and checks a document.
pub(super) fn document(source: &Arc<str>) -> Result<Document, Problem> {
    let mut reader = Reader::new(source)?;
    let mut builder = Builder::new(Arc::clone(source), reader.has_returns());
    loop {
        match reader.next()? {
            Event::Start { name, at, empty } => builder.start(name, at, empty, reader.attributes()),
            Event::End { at } => builder.end(at),
            Event::Text { text, at } => builder.text(text, at, true),
            Event::Reference { character, at } => builder.text(character.encode_utf8(&mut [0; 4]), at, false),
            Event::Eof => return builder.finish(),
        }
    }
}

/// A document that is being built.
pub(super) struct Builder {
    pub(super) document: Document,
    pub(super) frames: Vec<Frame>,
    /// How many elements are open inside a part that is left out, that part counted.
    skipped: usize,
    returns: bool,
    /// Why the document cannot be used although it is well-formed. Reported only at its end, because a document
    /// that is not well-formed is 12100 before it is anything else.
    fatal: Option<Problem>,
}

impl Builder {
    fn new(source: Arc<str>, returns: bool) -> Self {
        let document = Document {
            source,
            aside: String::new(),
            nodes: Vec::with_capacity(8),
            attributes: Vec::with_capacity(8),
            pieces: Vec::with_capacity(4),
            problems: Vec::new(),
            omitted: 0,
        };
        Self { document, frames: Vec::with_capacity(8), skipped: 0, returns, fatal: None }
    }

    /// Reports a problem that does not make the document unusable.
    pub(super) fn report(&mut self, code: Code, at: Span, message: impl FnOnce() -> String) {
        if self.document.problems.len() < MAX_PROBLEMS {
            self.document.problems.push(Problem::at(code, at, message()));
        } else {
            self.document.omitted = self.document.omitted.saturating_add(1);
        }
    }

    fn finish(mut self) -> Result<Document, Problem> {
        if let Some(problem) = self.fatal {
            return Err(problem);
        }
        // Some rules look back, so the order of finding is not always that of the document.
        self.document.problems.sort_by_key(|problem| problem.span);
        Ok(self.document)
    }

    fn start(&mut self, name: &str, at: Span, empty: bool, attributes: &[RawAttribute<'_>]) {
        if self.skipped == 0 {
            let kept = match self.frames.last().map(|frame| frame.row) {
                Some(parent) => self.child(parent, name, at, attributes),
                None => self.root(name, at, attributes),
            };
            if kept {
                if empty {
                    self.close(at.end);
                }
                return;
            }
        }
        if !empty {
            self.skipped += 1;
        }
    }

    fn root(&mut self, name: &str, at: Span, attributes: &[RawAttribute<'_>]) -> bool {
        if name != Element::Response.name() {
            let name = shown(name);
            let message = format!("the root element is <{name}>: write <Response>");
            self.fatal = Some(Problem::at(Code::RootInvalid, at, message));
            return false;
        }
        // Historic; the only version that ever was is 1.0.
        if let Some(version) = attributes.iter().find(|a| a.name == "version" && a.value != "1.0") {
            let message = format!("version \"{}\" of TwiML is not known: leave it out", shown(version.value));
            self.fatal = Some(Problem::at(Code::VersionInvalid, version.at, message));
        }
        self.open(Element::Response, at, attributes);
        true
    }

    fn child(&mut self, parent: &'static Row, name: &str, at: Span, attributes: &[RawAttribute<'_>]) -> bool {
        if let Some(frame) = self.frames.last_mut() {
            frame.stray = false;
        }
        let Some(element) = parent.child_named(name) else {
            self.report(parent.nested, at, || unknown_element(parent.element, name));
            return false;
        };
        if parent.element == Element::Dial && !rules::admit_noun(self, element, at) {
            return false;
        }
        self.open(element, at, attributes);
        if rules::keep_opened(self, parent.element) {
            return true;
        }
        self.discard_opened();
        false
    }

    /// Adds a node and makes it the innermost open element.
    fn open(&mut self, element: Element, at: Span, attributes: &[RawAttribute<'_>]) {
        let node = index(self.document.nodes.len());
        let row = element.row();
        let mut record = NodeRecord::new(element, at);
        record.first_attribute = index(self.document.attributes.len());
        self.document.nodes.push(record);
        let speaker = match self.frames.last() {
            Some(parent) if parent.row.text == Text::Spoken => parent.speaker,
            _ => self.frames.len(),
        };
        if matches!(element, Element::Break | Element::P | Element::S) {
            self.separate(speaker);
        }
        self.frames.push(Frame {
            node,
            row,
            last_child: 0,
            last_piece: 0,
            speaker,
            stray: false,
            nouns: Nouns::default(),
        });
        let inside = self.frames.len().checked_sub(2).and_then(|i| self.frames.get(i)).map(|f| f.row.element);
        for attribute in attributes {
            self.attribute(row, inside, attribute);
        }
        let written = index(self.document.attributes.len()) - record.first_attribute;
        if let Some(record) = self.document.nodes.last_mut() {
            record.attributes = written;
        }
    }

    /// Takes back the element opened last, before it was linked to its parent.
    fn discard_opened(&mut self) {
        if self.frames.pop().is_some()
            && let Some(record) = self.document.nodes.pop()
        {
            self.document.attributes.truncate(record.first_attribute as usize);
        }
    }

    fn end(&mut self, at: Span) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else {
            self.close(at.start);
        }
    }

    /// Closes the innermost open element, whose content ends at `content_end`.
    fn close(&mut self, content_end: u32) {
        let Some(frame) = self.frames.last().copied() else { return };
        if let Some(record) = self.node_mut(frame.node) {
            record.content.end = content_end;
        }
        rules::check_closed(self, frame);
        self.frames.pop();
        if matches!(frame.row.element, Element::P | Element::S) {
            self.separate(frame.speaker);
        }
        let Some(parent) = self.frames.last_mut() else { return };
        let (before, parent_node) = (parent.last_child, parent.node);
        parent.last_child = frame.node;
        if before == 0 {
            if let Some(record) = self.node_mut(parent_node) {
                record.first_child = frame.node;
            }
        } else if let Some(record) = self.node_mut(before) {
            record.next = frame.node;
        }
    }

    pub(super) fn node_mut(&mut self, node: u32) -> Option<&mut NodeRecord> {
        self.document.nodes.get_mut(node as usize)
    }

    fn attribute(&mut self, row: &'static Row, inside: Option<Element>, raw: &RawAttribute<'_>) {
        let element = row.element;
        let Some((attribute, alias)) = row.attribute_named(raw.name) else {
            self.report(Code::SchemaWarning, raw.at, || unknown_attribute(row, raw.name));
            return;
        };
        let name = attribute.attribute.name();
        if alias {
            self.report(Code::SchemaWarning, raw.at, || {
                format!("{} is read as {name}: write {name}", raw.name)
            });
        }
        if attribute.support == Support::Ignored {
            let message =
                || format!("{name} of <{}> has no effect and is not fetched: remove it", element.name());
            self.report(Code::SchemaWarning, raw.at, message);
            return;
        }
        if attribute.aliases.is_empty() || !self.is_written(attribute.attribute) {
            self.value(attribute, element, inside, raw);
        }
    }

    /// Whether the element that is being opened has the attribute already, under another spelling.
    fn is_written(&self, attribute: Attribute) -> bool {
        let first = self.document.nodes.last().map_or(0, |record| record.first_attribute as usize);
        let written = self.document.attributes.get(first..).unwrap_or_default();
        written.iter().any(|record| record.attribute == attribute)
    }

    fn value(
        &mut self,
        row: &'static AttributeRow,
        element: Element,
        inside: Option<Element>,
        raw: &RawAttribute<'_>,
    ) {
        let document = &mut self.document;
        let mut place = Place::source(Span::new(raw.value_start(), raw.value_start() + raw.value.len()));
        if !raw.plain {
            let start = document.aside.len();
            raw.normalise(&mut document.aside);
            place = Place::aside(start, document.aside.len());
        }
        let value = if raw.plain { raw.value } else { document.at(place) };
        // An empty customerId counts as none (`application-connect.md` section 1.2).
        if value.is_empty() && row.attribute == Attribute::CustomerId {
            return;
        }
        let good = row.value_type.check(value);
        let code = rules::code_of(row, element, inside, value);
        let complaint = match good {
            Some(Good::Whole(_) | Good::Word) => None,
            Some(Good::Part) | None => Some(bad_value(row, element, value, code, good.is_some())),
        };
        if good == Some(Good::Part) {
            let written = |word: &&str| value.split_ascii_whitespace().any(|item| item == *word);
            let known: Vec<&'static str> = row.value_type.words().iter().copied().filter(written).collect();
            let start = document.aside.len();
            document.aside.push_str(&known.join(" "));
            place = Place::aside(start, document.aside.len());
        }
        document.attributes.push(AttributeRecord {
            attribute: row.attribute,
            place,
            number: match good {
                Some(Good::Whole(number)) => Some(number),
                _ => None,
            },
            state: if good.is_some() { State::Good } else { State::Bad(code) },
            at: raw.at,
        });
        if let Some(message) = complaint {
            self.report(code, raw.at, || message);
        }
    }

    /// Takes text. `verbatim` text stands at `at` as it is; other text is what a reference at `at` means.
    fn text(&mut self, text: &str, at: Span, verbatim: bool) {
        if self.skipped > 0 {
            return;
        }
        let Some(frame) = self.frames.last().copied() else { return };
        let wanted = frame.row.text;
        // Space between elements is layout, unless it is spoken.
        let layout = wanted == Text::None || frame.last_piece == 0 || frame.last_child != 0;
        if wanted != Text::Spoken && layout && is_blank(text) {
            return;
        }
        if wanted == Text::None {
            self.stray(Code::SchemaWarning, at, text);
            return;
        }
        if frame.row.element == Element::Dial && !is_blank(text) && !rules::admit_text(self, text, at) {
            return;
        }
        if verbatim && self.returns && text.contains('\r') {
            let mut mended = String::with_capacity(text.len());
            push_line_ends(text, &mut mended);
            self.add_piece(frame.speaker, &mended, None);
        } else {
            self.add_piece(frame.speaker, text, verbatim.then_some(at));
        }
    }

    /// Reports text that does not belong, once until the next child.
    pub(super) fn stray(&mut self, code: Code, at: Span, text: &str) {
        let Some(frame) = self.frames.last_mut() else { return };
        let element = frame.row.element.name();
        if !std::mem::replace(&mut frame.stray, true) {
            self.report(code, at, || {
                format!("text \"{}\" does not belong in this <{element}>: it is ignored", shown(text.trim()))
            });
        }
    }

    /// Adds a blank to what a `Say` speaks, so that words around a break or paragraph stay apart.
    fn separate(&mut self, speaker: usize) {
        if self.frames.get(speaker).is_some_and(|frame| frame.last_piece != 0) {
            self.add_piece(speaker, " ", None);
        }
    }

    /// Appends to the text of an open element. `at` is given for text that stands in the source as it is.
    fn add_piece(&mut self, frame: usize, text: &str, at: Option<Span>) {
        let Document { aside, pieces, nodes, source, .. } = &mut self.document;
        let Some(frame) = self.frames.get_mut(frame) else { return };
        let newest = frame.last_piece != 0 && frame.last_piece as usize == pieces.len();
        // Growing the newest piece keeps text in one place. A piece is copied aside once at most, so that
        // this stays linear.
        if newest && let Some(piece) = pieces.last_mut() {
            if !piece.place.is_aside() {
                let start = aside.len();
                aside.push_str(piece.place.span().of(source));
                aside.push_str(text);
                piece.place = Place::aside(start, aside.len());
                return;
            }
            if piece.place.ends_aside(aside) {
                aside.push_str(text);
                piece.place = piece.place.grown(aside);
                return;
            }
        }
        let place = at.map_or_else(
            || {
                let start = aside.len();
                aside.push_str(text);
                Place::aside(start, aside.len())
            },
            Place::source,
        );
        pieces.push(Piece { place, next: 0 });
        let link = index(pieces.len());
        let before = std::mem::replace(&mut frame.last_piece, link);
        if before == 0 {
            if let Some(record) = nodes.get_mut(frame.node as usize) {
                record.first_piece = link;
            }
        } else if let Some(piece) = pieces.get_mut(before as usize - 1) {
            piece.next = link;
        }
    }
}

/// A length as an index. Documents are far too small for the bound to matter.
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn unknown_element(parent: Element, name: &str) -> String {
    let parent = parent.name();
    if Element::from_name(name).is_some() {
        return format!("<{}> does not belong in <{parent}>: it is skipped", shown(name));
    }
    let meant = Element::ALL.iter().find(|element| element.name().eq_ignore_ascii_case(name));
    match meant {
        Some(meant) => {
            format!("<{}> in <{parent}> is not known, it is skipped: write <{}>", shown(name), meant.name())
        }
        None => format!("<{}> in <{parent}> is not known: it is skipped", shown(name)),
    }
}

fn unknown_attribute(row: &Row, name: &str) -> String {
    let element = row.element.name();
    let meant =
        row.attributes.iter().map(|a| a.attribute.name()).find(|known| known.eq_ignore_ascii_case(name));
    match meant {
        Some(meant) => format!("{} of <{element}> is not known, it is ignored: write {meant}", shown(name)),
        None => format!("{} of <{element}> is not known: it is ignored", shown(name)),
    }
}

fn bad_value(row: &AttributeRow, element: Element, value: &str, code: Code, partly: bool) -> String {
    let (name, element, value) = (row.attribute.name(), element.name(), shown(value));
    let wanted = match row.value_type {
        ValueType::Text { max } => format!("text of at most {max} characters"),
        ValueType::Url => "an http or https URL, or a relative one".to_owned(),
        ValueType::StreamUrl => "a wss URL".to_owned(),
        ValueType::Number { min, max: u32::MAX } => format!("a whole number from {min}"),
        ValueType::Number { min, max } => format!("a whole number from {min} to {max}"),
        ValueType::NumberOr { min, max, words } => {
            format!("a whole number from {min} to {max}, or {}", words.join(" or "))
        }
        ValueType::Flag | ValueType::Method | ValueType::Word(_) => {
            format!("one of {}", row.value_type.words().join(", "))
        }
        ValueType::Words(words) => format!("a list of {}", words.join(", ")),
        ValueType::Keys { max } => format!("at most {max} of 0-9, # and *"),
        ValueType::Digits => "keys 0-9, A-D, #, * and pauses w, W".to_owned(),
        ValueType::Language => "a language such as en-US".to_owned(),
        ValueType::Voice => "man, woman, alice, or a Polly. or Google. voice".to_owned(),
        ValueType::CallerId => {
            "a phone number, client: and a name, or letters, digits and + - _ .".to_owned()
        }
        ValueType::Time => "a time such as 500ms or 1.5s, of at most ten seconds".to_owned(),
        ValueType::Amount => "an amount from 0 to 1000000".to_owned(),
    };
    if partly {
        return format!(
            "{name} \"{value}\" of <{element}> has unknown items, they are ignored: write {wanted}"
        );
    }
    let used = match row.default {
        _ if code == Code::GatherSayVoice => "the document fails".to_owned(),
        DefaultValue::None => "it is ignored".to_owned(),
        DefaultValue::Flag(flag) => format!("{flag} is used"),
        DefaultValue::Number(number) => format!("{number} is used"),
        DefaultValue::Word(word) => format!("\"{word}\" is used"),
        DefaultValue::Method(method) => format!("{} is used", method.as_str()),
        DefaultValue::Computed(what) => format!("the default is used ({what})"),
    };
    format!("{name} \"{value}\" of <{element}> is not valid, {used}: write {wanted}")
}
