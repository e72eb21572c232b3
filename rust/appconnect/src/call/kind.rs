//! What kind of document a call runs: which verbs it takes, and what its end means (`twiml-voice.md` section 9).

use super::{Call, Stage};
use crate::problem::Code;
use crate::twiml::Element;

/// The kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    /// Any that controls its call: its end is the end of the call.
    Ordinary,
    /// What a dialled party hears before it is connected: its end connects it.
    Screening,
}

impl DocumentKind {
    /// Whether such a document takes a verb.
    pub(crate) const fn takes(self, verb: Element) -> bool {
        match self {
            Self::Ordinary => true,
            Self::Screening => matches!(
                verb,
                Element::Say
                    | Element::Play
                    | Element::Gather
                    | Element::Hangup
                    | Element::Pause
                    | Element::Redirect
                    | Element::Reject
            ),
        }
    }

    /// The code with which the document fails that holds a verb it does not take; without one the verb is skipped.
    pub(crate) const fn refusal(self, verb: Element) -> Option<Code> {
        match (self, verb) {
            (Self::Screening, Element::Dial) => Some(Code::DialInScreening),
            _ => None,
        }
    }

    /// What it is called in a problem.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Ordinary => "a document",
            Self::Screening => "a screening document",
        }
    }
}

impl Call {
    /// What kind of document it runs.
    pub(crate) fn document_kind(&self) -> DocumentKind {
        match self.stage() {
            Some(Stage::Screening) => DocumentKind::Screening,
            _ => DocumentKind::Ordinary,
        }
    }
}
