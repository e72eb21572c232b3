//! What TwiML may say: one table for every verb, noun and attribute, from which the parser, the engine, the
//! documentation and the editor tables are all made.

mod attributes;
mod elements;
mod values;
mod words;

pub use attributes::{Attribute, AttributeRow, DefaultValue, Support};
pub use elements::Element;
pub use values::ValueType;
pub(super) use values::{Good, is_long_caller_id, is_url};

use crate::problem::Code;

/// What part an element plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Response`.
    Root,
    /// Something to do.
    Verb,
    /// Something that a verb does it with.
    Noun,
    /// Speech mark-up inside `Say`.
    Speech,
}

/// In which order elements were to be built (`twiml-voice.md` section 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Voice menus and Application Connect.
    Core,
    /// Media streams.
    Stream,
    /// The rest.
    Later,
}

/// Whether a verb answers a call that still rings (`twiml-voice.md` section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It depends on its attributes, text, or place in the document.
    Custom,
}

/// What text an element takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// None: text is reported and ignored.
    None,
    /// Text without the white space around it.
    Trimmed,
    /// A URL without the white space around it.
    Url,
    /// Text to be spoken, as written.
    Spoken,
}

/// One element of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which element.
    pub element: Element,
    /// What part it plays.
    pub kind: Kind,
    /// When it was to be built.
    pub priority: Priority,
    /// What it does, in a sentence or two.
    pub meaning: &'static str,
    /// Whether the engine runs it. What is not executed is parsed, checked and reported.
    pub executed: bool,
    /// Whether it answers a ringing call.
    pub answers: Answers,
    /// What text it takes.
    pub text: Text,
    /// The longest text in characters, and the code of a longer one.
    pub longest_text: Option<(u32, Code)>,
    /// The code of an element that does not belong inside this one.
    pub nested: Code,
    /// What the engine does where the vendor's documentation says nothing.
    pub choices: &'static [&'static str],
    /// The elements that belong inside this one.
    pub children: &'static [Element],
    /// The attributes.
    pub attributes: &'static [AttributeRow],
}

impl Row {
    /// The row of an attribute of this element.
    #[must_use]
    pub fn attribute(&self, attribute: Attribute) -> Option<&'static AttributeRow> {
        self.attributes.iter().find(|row| row.attribute == attribute)
    }

    /// The child of this name.
    pub(super) fn child_named(&self, name: &str) -> Option<Element> {
        self.children.iter().copied().find(|child| child.name() == name)
    }

    /// The attribute of this name, and whether the name is one of its other spellings.
    pub(super) fn attribute_named(&self, name: &str) -> Option<(&'static AttributeRow, bool)> {
        let exact = self.attributes.iter().find(|row| row.attribute.name() == name);
        exact
            .map(|row| (row, false))
            .or_else(|| self.attributes.iter().find(|row| row.aliases.contains(&name)).map(|row| (row, true)))
    }
}

impl Element {
    /// The element of a name, wherever it belongs.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|element| element.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for element in Element::ALL {
            assert_eq!(Element::from_name(element.name()), Some(*element));
            assert_eq!(element.row().element, *element);
        }
        for pair in Attribute::ALL.windows(2) {
            assert_ne!(pair[0].name(), pair[1].name());
        }
    }

    #[test]
    fn no_row_names_an_attribute_twice() {
        for element in Element::ALL {
            let rows = element.row().attributes;
            for (index, row) in rows.iter().enumerate() {
                let later = &rows[index + 1..];
                assert!(later.iter().all(|other| other.attribute != row.attribute), "{element:?} {row:?}");
                assert_eq!(element.row().attribute_named(row.attribute.name()), Some((row, false)));
            }
        }
    }

    #[test]
    fn every_element_but_the_root_belongs_somewhere_and_every_attribute_is_used() {
        let belongs = |child| Element::ALL.iter().any(|parent| parent.row().children.contains(&child));
        for element in Element::ALL {
            assert_eq!(belongs(*element), *element != Element::Response, "{element:?}");
        }
        for attribute in Attribute::ALL {
            assert!(Element::ALL.iter().any(|e| e.row().attribute(*attribute).is_some()), "{attribute:?}");
        }
    }

    #[test]
    fn defaults_are_values_that_may_be_written() {
        for row in Element::ALL.iter().flat_map(|element| element.row().attributes) {
            let written = match row.default {
                DefaultValue::Flag(flag) => flag.to_string(),
                DefaultValue::Number(number) => number.to_string(),
                DefaultValue::Word(word) => word.to_owned(),
                DefaultValue::Method(_) | DefaultValue::None | DefaultValue::Computed(_) => continue,
            };
            assert!(row.value_type.check(&written).is_some(), "{row:?}");
        }
    }
}
