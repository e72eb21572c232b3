//! The rules that the table of elements cannot say: which nouns share a `<Dial>`, which application an
//! `<Application>` names, which parameters are sent.

use super::document::{AmbiguousOrMissing, State};
use super::schema::{Attribute, AttributeRow, Element, Text, is_long_caller_id, is_url};
use super::validate::{Builder, Frame, index};
use crate::problem::{Code, Span, shown};

/// Most endpoints that ring at once (`twiml-voice.md` section 6).
const MAX_ENDPOINTS: u32 = 10;

/// More parameters than this are delivered, but reported (`application-connect.md` section 1.3).
const MANY_PARAMETERS: usize = 100;

/// Longest name of a parameter in characters, beyond which it is reported too.
const LONG_NAME: usize = 256;

/// Most bytes in the values of all parameters together (32 kB, read as KiB), beyond which they are reported too.
const LARGE_PARAMETERS: usize = 32_768;

/// Attributes of `<Dial>` that `<Application>` does not support (`application-connect.md` section 1.4).
const NOT_WITH_APPLICATION: [Attribute; 7] = [
    Attribute::Trim,
    Attribute::Sequential,
    Attribute::RecordingConfigurationId,
    Attribute::ReferUrl,
    Attribute::ReferMethod,
    Attribute::Events,
    Attribute::Passports,
];

/// The first thing that a `<Dial>` is to dial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum First {
    #[default]
    Nothing,
    /// Its text, which is a phone number.
    Text,
    Noun(Element),
}

impl First {
    const fn element(self) -> Option<Element> {
        match self {
            Self::Nothing => None,
            Self::Text => Some(Element::Number),
            Self::Noun(element) => Some(element),
        }
    }
}

/// What a `<Dial>` has met so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nouns {
    first: First,
    count: u32,
    /// Whether the first is dialled alone, whatever else is written.
    alone: bool,
    /// Index of the node of the first noun.
    first_node: u32,
    /// How many nodes and attributes there were when the first was complete.
    nodes: usize,
    attributes: usize,
}

/// Whether a noun is dialled alone. `<Application>` is: nothing may ring beside it (`application-connect.md`
/// section 1.5).
const fn is_single(element: Element) -> bool {
    matches!(element, Element::Application | Element::Conference | Element::Queue | Element::Sim)
}

const fn conflict(first: Element, second: Element) -> Code {
    match (first, second) {
        (Element::Conference, Element::Number) | (Element::Number, Element::Conference) => {
            Code::ConferenceWithNumber
        }
        _ => Code::DialNested,
    }
}

/// Whether a noun may join what its `<Dial>` holds already; the first one wins.
pub(super) fn admit_noun(builder: &mut Builder, element: Element, at: Span) -> bool {
    let (nodes, attributes) = (builder.document.nodes.len(), builder.document.attributes.len());
    let Some(frame) = builder.frames.last_mut() else { return false };
    let nouns = &mut frame.nouns;
    let Some(first) = nouns.first.element() else {
        *nouns = Nouns { first: First::Noun(element), count: 1, first_node: index(nodes), ..*nouns };
        return true;
    };
    if nouns.count == 1 && nouns.first != First::Text {
        (nouns.nodes, nouns.attributes) = (nodes, attributes);
    }
    if nouns.alone || is_single(first) || is_single(element) {
        builder.report(conflict(first, element), at, || {
            let (first, element) = (first.name(), element.name());
            format!("<{element}> cannot be dialled together with <{first}>, which comes first: it is skipped")
        });
        if element == Element::Application {
            keep_first_only(builder);
        }
        return false;
    }
    if nouns.count >= MAX_ENDPOINTS {
        let message = || format!("a <Dial> rings at most {MAX_ENDPOINTS} endpoints: this one is skipped");
        builder.report(Code::DialNested, at, message);
        return false;
    }
    nouns.count += 1;
    true
}

/// Takes back all that a `<Dial>` holds besides the first thing it is to dial.
fn keep_first_only(builder: &mut Builder) {
    let Some(frame) = builder.frames.last_mut() else { return };
    let (dial, nouns) = (frame.node, frame.nouns);
    frame.nouns.alone = true;
    let mut dropped = !nouns.alone && nouns.count > 1;
    frame.last_child = nouns.first_node;
    if nouns.first != First::Text {
        dropped |= std::mem::take(&mut frame.last_piece) != 0;
    }
    builder.document.nodes.truncate(nouns.nodes);
    builder.document.attributes.truncate(nouns.attributes);
    if let Some(record) = builder.node_mut(nouns.first_node).filter(|_| nouns.first_node != 0) {
        record.next = 0;
    }
    let Some(record) = builder.node_mut(dial) else { return };
    if nouns.first == First::Text {
        record.first_child = 0;
    } else {
        record.first_piece = 0;
    }
    let at = record.at;
    if dropped {
        builder.report(Code::DialNested, at, || {
            "this <Dial> holds an <Application> and more: only its first noun is dialled".to_owned()
        });
    }
}

/// Whether text, a phone number, may join what its `<Dial>` holds already.
pub(super) fn admit_text(builder: &mut Builder, text: &str, at: Span) -> bool {
    let (nodes, attributes) = (builder.document.nodes.len(), builder.document.attributes.len());
    let Some(frame) = builder.frames.last_mut() else { return false };
    let nouns = frame.nouns;
    let Some(first) = nouns.first.element() else {
        frame.nouns = Nouns { first: First::Text, count: 1, nodes, attributes, ..nouns };
        return true;
    };
    let refused = nouns.alone || is_single(first);
    if refused {
        builder.stray(conflict(first, Element::Number), at, text);
    }
    !refused
}

/// The code of a bad value, which for a `<Say>` depends on where it stands, and for a `callerId` on its length.
pub(super) fn code_of(row: &AttributeRow, element: Element, inside: Option<Element>, value: &str) -> Code {
    match (inside, element, row.attribute) {
        (Some(Element::Gather), Element::Say, Attribute::Voice) => Code::GatherSayVoice,
        (Some(Element::Gather), Element::Say, Attribute::Loop) => Code::GatherSayLoop,
        (_, Element::Dial, Attribute::CallerId) if is_long_caller_id(value) => Code::CallerIdTooLong,
        _ => row.code,
    }
}

/// Looks at an element whose start tag was read; false when it is to be left out.
pub(super) fn keep_opened(builder: &mut Builder, parent: Element) -> bool {
    let Some(node) = builder.frames.last().and_then(|frame| builder.document.node(frame.node)) else {
        return false;
    };
    let at = node.span();
    match node.element() {
        Element::Parameter => {
            let name = node.attribute(Attribute::Name).unwrap_or_default();
            let wrong = if name.trim().is_empty() {
                "has no name"
            } else if name.chars().any(char::is_control) {
                "has a control character in its name"
            } else {
                if name.len() > LONG_NAME && name.chars().count() > LONG_NAME {
                    builder.report(Code::SchemaWarning, at, || {
                        format!("the name of this <Parameter> is longer than {LONG_NAME} characters: it is sent, but receivers may refuse it")
                    });
                }
                return true;
            };
            builder.report(Code::SchemaWarning, at, || format!("this <Parameter> {wrong}: it is not sent"));
            false
        }
        Element::Play if parent == Element::Gather && node.attribute(Attribute::Digits).is_some() => {
            let message = || "<Play digits> does not belong in <Gather>: it is skipped".to_owned();
            builder.report(Code::GatherNested, at, message);
            false
        }
        Element::Gather => {
            let auto = node.attribute(Attribute::SpeechTimeout) == Some("auto");
            let model = node.attribute(Attribute::SpeechModel).is_some_and(|model| model != "default");
            let enhanced = node.flag(Attribute::Enhanced);
            if auto && model {
                drop_attribute(builder, Attribute::SpeechTimeout, Code::GatherSpeechTimeoutAuto);
                let message = "speechTimeout \"auto\" cannot be used with a speechModel: write seconds";
                builder.report(Code::GatherSpeechTimeoutAuto, at, || message.to_owned());
            }
            if enhanced {
                let message = "enhanced of <Gather> is deprecated: choose a speechModel instead";
                builder.report(Code::GatherEnhanced, at, || message.to_owned());
            }
            true
        }
        Element::Pause
            if node.attribute(Attribute::Length).is_some() && node.number(Attribute::Length) == Some(0) =>
        {
            let message = || "length of <Pause> is 0: nothing is waited for; write at least 1".to_owned();
            builder.report(Code::PauseLength, at, message);
            true
        }
        _ => true,
    }
}

/// Lets an attribute of the element opened last count as bad.
fn drop_attribute(builder: &mut Builder, attribute: Attribute, code: Code) {
    let first = builder.document.nodes.last().map_or(usize::MAX, |record| record.first_attribute as usize);
    let written = builder.document.attributes.get_mut(first..).unwrap_or_default();
    if let Some(record) = written.iter_mut().find(|record| record.attribute == attribute) {
        record.state = State::Bad(code);
    }
}

/// Looks at an element that is complete.
pub(super) fn check_closed(builder: &mut Builder, frame: Frame) {
    if frame.last_child != 0 && frame.row.children.contains(&Element::Parameter) {
        check_parameters(builder, frame);
    }
    match frame.row.element {
        Element::Say => check_speech(builder, frame),
        Element::Application => check_application(builder, frame),
        Element::Dial if frame.nouns.first == First::Noun(Element::Application) => {
            drop_unsupported(builder, frame);
        }
        _ => {}
    }
    if frame.row.text == Text::Url || frame.row.longest_text.is_some() {
        check_text(builder, frame);
    }
}

fn fail(builder: &mut Builder, frame: Frame, code: Code, message: impl FnOnce() -> String) {
    let Some(record) = builder.node_mut(frame.node) else { return };
    record.error = Some(code);
    let at = record.at;
    builder.report(code, at, message);
}

fn check_text(builder: &mut Builder, frame: Frame) {
    let Some(node) = builder.document.node(frame.node) else { return };
    let text = node.text();
    let name = frame.row.element.name();
    if frame.row.text == Text::Url && !is_url(&text, &["http", "https"]) {
        let shown = shown(&text).to_string();
        fail(builder, frame, Code::UrlInvalid, || {
            format!(
                "\"{shown}\" in <{name}> is not a URL that is fetched: write an http or https URL, or a relative one"
            )
        });
    } else if let Some((longest, code)) = frame.row.longest_text
        && text.len() > longest as usize
        && text.chars().count() > longest as usize
    {
        fail(builder, frame, code, || format!("the text of <{name}> is longer than {longest} characters"));
    }
}

fn check_speech(builder: &mut Builder, frame: Frame) {
    let Some(node) = builder.document.node(frame.node) else { return };
    let (at, most) = (node.span(), node.speech_limit());
    if node.is_silent() {
        let message = || "this <Say> has no text: nothing is spoken".to_owned();
        builder.report(Code::SayEmpty, at, message);
    } else if node.text().len() > most && node.speech().is_some_and(|speech| speech.cut) {
        let message = || format!("this <Say> is longer than the {most} characters of its voice: split it");
        builder.report(Code::SayTooLong, at, message);
    }
}

fn check_application(builder: &mut Builder, frame: Frame) {
    let Some(node) = builder.document.node(frame.node) else { return };
    let named = node.application_sid().map(|_| ());
    let nested = node.children().filter(|child| child.element() == Element::ApplicationSid).count();
    let (at, times) = (node.span(), nested + usize::from(!node.text().is_empty()));
    match named {
        Ok(()) if times > 1 => builder.report(Code::SchemaWarning, at, || {
            format!("this <Application> names its application {times} times: write one <ApplicationSid>")
        }),
        Ok(()) => {}
        Err(AmbiguousOrMissing::Missing) => fail(builder, frame, Code::ApplicationSidInvalid, || {
            "this <Application> names no application: write <ApplicationSid>AP…</ApplicationSid>".to_owned()
        }),
        Err(AmbiguousOrMissing::Ambiguous) => fail(builder, frame, Code::ApplicationSidInvalid, || {
            "this <Application> names two different applications, so none is dialled: write one".to_owned()
        }),
    }
}

fn drop_unsupported(builder: &mut Builder, frame: Frame) {
    let Some(record) = builder.node_mut(frame.node) else { return };
    let written = record.first_attribute as usize..(record.first_attribute + record.attributes) as usize;
    for position in written {
        let Some(record) = builder.document.attributes.get_mut(position) else { return };
        let (attribute, at) = (record.attribute, record.at);
        if NOT_WITH_APPLICATION.contains(&attribute) {
            record.state = State::Dropped;
            let name = attribute.name();
            builder.report(Code::SchemaWarning, at, || {
                format!("{name} of <Dial> has no effect with an <Application>: remove it")
            });
        }
    }
}

/// Of parameters with one name the last is sent (`application-connect.md` section 1.3).
fn check_parameters(builder: &mut Builder, frame: Frame) {
    let Some(node) = builder.document.node(frame.node) else { return };
    let parameters = || node.children().filter(|child| child.element() == Element::Parameter);
    let name = |index: u32| {
        builder.document.node(index).and_then(|child| child.attribute(Attribute::Name)).unwrap_or_default()
    };
    let count = parameters().count();
    let mut replaced = Vec::new();
    if count <= 8 {
        // Comparing each with each is quicker than sorting, and needs no memory.
        for parameter in parameters() {
            let later = std::iter::successors(parameter.next_sibling(), super::document::Node::next_sibling);
            if later
                .filter(|l| l.element() == Element::Parameter)
                .any(|l| name(l.index()) == name(parameter.index()))
            {
                replaced.push(parameter.index());
            }
        }
    } else {
        let mut sorted: Vec<u32> = parameters().map(|child| child.index()).collect();
        sorted.sort_by(|a, b| name(*a).cmp(name(*b)).then(a.cmp(b)));
        let twice = sorted.windows(2).filter_map(|pair| match pair {
            [first, second] if name(*first) == name(*second) => Some(*first),
            _ => None,
        });
        replaced.extend(twice);
        replaced.sort_unstable();
    }
    let at = node.span();
    // No value is longer than its document.
    if builder.document.source.len() > LARGE_PARAMETERS {
        let sent = parameters().filter(|parameter| replaced.binary_search(&parameter.index()).is_err());
        let size: usize =
            sent.map(|parameter| parameter.attribute(Attribute::Value).map_or(0, str::len)).sum();
        if size > LARGE_PARAMETERS {
            builder.report(Code::SchemaWarning, at, || {
                format!("the parameters hold {size} bytes, more than {LARGE_PARAMETERS}: all are sent, but receivers may refuse them")
            });
        }
    }
    if count > MANY_PARAMETERS {
        builder.report(Code::SchemaWarning, at, || {
            format!("{count} parameters are more than {MANY_PARAMETERS}: all are sent, but receivers may refuse them")
        });
    }
    if !replaced.is_empty() {
        unlink(builder, frame, &replaced);
    }
}

/// Takes children out of the chain of siblings. `replaced` is sorted.
fn unlink(builder: &mut Builder, frame: Frame, replaced: &[u32]) {
    let mut kept = 0;
    let mut child = builder.node_mut(frame.node).map_or(0, |record| std::mem::take(&mut record.first_child));
    while child != 0 {
        let Some(record) = builder.node_mut(child) else { return };
        let (at, next) = (record.at, std::mem::take(&mut record.next));
        if replaced.binary_search(&child).is_ok() {
            builder.report(Code::SchemaWarning, at, || {
                "a later <Parameter> has the same name: only the last one is sent".to_owned()
            });
        } else {
            let before = if kept == 0 { builder.node_mut(frame.node) } else { builder.node_mut(kept) };
            if let Some(before) = before {
                if kept == 0 { before.first_child = child } else { before.next = child }
            }
            kept = child;
        }
        child = next;
    }
}
