//! What kind of document a call runs: which verbs it takes, and what its end means (`twiml-voice.md` section 9).

use super::{Call, Running, Stage};
use crate::problem::Code;
use crate::twiml::Element;

/// The kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    /// Any that controls its call: its end is the end of the call.
    Ordinary,
    /// What somebody hears who waits in a queue: at its end it is requested again.
    QueueWait,
    /// What a dialled party hears before it is connected: its end connects it.
    Screening,
    /// What somebody from a queue hears before the connection (`url` of `<Queue>`): its end connects them.
    Whisper,
    /// What somebody in a conference hears until it begins, on hold, or as an announcement: silence follows.
    Conference,
}

impl DocumentKind {
    /// Whether such a document takes a verb.
    pub(crate) const fn takes(self, verb: Element) -> bool {
        match self {
            Self::Ordinary => true,
            Self::QueueWait => matches!(
                verb,
                Element::Play
                    | Element::Say
                    | Element::Pause
                    | Element::Hangup
                    | Element::Redirect
                    | Element::Leave
                    | Element::Gather
            ),
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
            Self::Whisper => {
                matches!(verb, Element::Play | Element::Say | Element::Pause | Element::Redirect)
            }
            Self::Conference => {
                matches!(verb, Element::Say | Element::Play | Element::Pause | Element::Redirect)
            }
        }
    }

    /// The code with which the document fails that holds a verb it does not take; without one the verb is skipped.
    pub(crate) const fn refusal(self, verb: Element) -> Option<Code> {
        match (self, verb) {
            (Self::Screening, Element::Dial) => Some(Code::DialInScreening),
            (Self::QueueWait, _) => Some(Code::SchemaWarning),
            (Self::Conference, _) => Some(Code::WaitVerb),
            _ => None,
        }
    }

    /// What it is called in a problem.
    pub(crate) const fn describe(self) -> &'static str {
        match self {
            Self::Ordinary => "a document",
            Self::QueueWait => "a wait document of <Enqueue>",
            Self::Screening => "a screening document",
            Self::Whisper => "the document of a dialled <Queue>",
            Self::Conference => "a wait, hold or announce document",
        }
    }
}

impl Call {
    /// What kind of document it runs.
    pub(crate) fn document_kind(&self) -> DocumentKind {
        match (self.suspended.as_ref().map(|aside| &aside.running), self.stage()) {
            (Some(Running::Queued(queued)), _) if queued.taken.is_some() => DocumentKind::Whisper,
            (Some(Running::Queued(_)), _) => DocumentKind::QueueWait,
            (Some(Running::Conferring(_)), _) => DocumentKind::Conference,
            (_, Some(Stage::Screening)) => DocumentKind::Screening,
            _ => DocumentKind::Ordinary,
        }
    }
}
