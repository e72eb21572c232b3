//! The timeline's events as Python classes.

use std::fmt;

use appconnect::address::Address;
use appconnect::event as core;
use appconnect::http::Method;
use appconnect::id::{AccountSid, ApplicationSid, CallSid, ConferenceSid, LegId, QueueSid, ReplyId};
use appconnect::pii::Pii;
use appconnect::problem::Level;
use appconnect::time::Millis;
use appconnect::{CallStatus, Direction};
use pyo3::exceptions::PyTypeError;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::type_hint_union;
use pyo3::types::PyDict;

use crate::field::{Confidence, Field, Text, Word, Wrap};
use crate::settlement::Settlement;
use crate::value::{Child, value};

/// What every event begins with.
struct Place {
    at: Millis,
    leg: LegId,
    call: CallSid,
    account: AccountSid,
}

/// Defines the class of an event: the common fields, then its own. `name = "wire name"` is what `to_dict` calls it;
/// `from path` makes it from the core's struct of the same fields.
macro_rules! event {
    (
        $(#[$doc:meta])* $name:ident = $wire:literal $(from $core:path)? {
            $($(#[$fdoc:meta])* $field:ident $(($inner:ident))? : $type:ty,)*
        }
    ) => {
        value! {
            $(#[$doc])*
            $name {
                /// When, in milliseconds since the Unix epoch.
                at: Millis,
                /// On which line.
                leg: LegId,
                /// In which call.
                call: CallSid,
                /// Whose call it is: the one account that may see this event.
                account: AccountSid,
                $($(#[$fdoc])* $field: $type,)*
            }
            also {
                /// The fields by name, as JSON takes them, and the kind as `event`. Nothing is redacted.
                #[pyo3(signature = () -> "dict[str, object]")]
                fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
                    let fields = PyDict::new(py);
                    fields.set_item("event", $wire)?;
                    self.fields(fields)
                }
            }
        }

        event! { @wrap [$($core)?] $name { $($field [$($inner)?],)* } }
    };
    (@wrap [] $($rest:tt)*) => {};
    (@wrap [$core:path] $name:ident { $($field:ident [$($inner:ident)?],)* }) => {
        impl Wrap<(Place, $core)> for $name {
            fn wrap(py: Python<'_>, (place, own): (Place, $core)) -> PyResult<Self> {
                type Core = $core;
                let Place { at, leg, call, account } = place;
                let Core { $($($inner:)? $field),* } = own;
                Ok(Self { at, leg, call, account, $($field: Wrap::wrap(py, $field)?),* })
            }
        }
    };
}

event! {
    /// A call began.
    Began = "began" from core::Began {
        /// As the account sees it.
        direction: Direction,
        /// Who calls.
        from_ (from): Address,
        /// What was dialled.
        to: Address,
        /// The application that handles the call.
        application: Option<ApplicationSid>,
    }
}

event! {
    /// A policy decided about a call to this account's application.
    Decided = "decided" from core::Decided {
        /// Who asked to be connected.
        caller_account: AccountSid,
        /// To which application.
        application: ApplicationSid,
        /// Whether it was allowed.
        allowed: bool,
        /// Why not; never shown to the dialling side.
        reason: Box<str>,
    }
}

event! {
    /// An application was dialled.
    Dialled = "dialled" from core::Dialled {
        /// The dialling side's view of the hop.
        child: CallSid,
        /// The text that was dialled.
        application: Box<str>,
        /// What is sent as `CustomerId`.
        customer_id: Box<str>,
        /// The arguments, without their prefix.
        parameters: Vec<(String, Pii)>,
    }
}

event! {
    /// The caller was given something to hear.
    Heard = "heard" from core::Heard {
        /// How it was made.
        medium: core::Medium,
        /// The words, the URL or the tones.
        text: Box<str>,
    }
}

event! {
    /// The call was connected to another one: they hear each other from now on.
    Connected = "connected" from core::Connected {
        /// The other call.
        with_ (with): CallSid,
    }
}

event! {
    /// The call's document placed a call.
    Placed = "placed" from core::Placed {
        /// The call that was placed.
        child: CallSid,
        /// To whom.
        to: Address,
    }
}

event! {
    /// The call joined a queue.
    Queued = "queued" from core::Queued {
        /// The queue.
        queue: QueueSid,
        /// What the account calls it.
        name: Box<str>,
        /// Its place in it, from 1.
        position: u32,
    }
}

event! {
    /// The call left its queue; who was connected leaves it when the connection has ended.
    Dequeued = "dequeued" from core::Dequeued {
        /// The queue.
        queue: QueueSid,
        /// What is sent as `QueueResult`.
        result: core::QueueResult,
        /// Seconds that it waited.
        seconds: u64,
    }
}

event! {
    /// The call joined a conference.
    Joined = "joined" from core::Joined {
        /// Which.
        conference: ConferenceSid,
        /// What its account calls it.
        name: Box<str>,
        /// How the account calls this participant, if it does.
        label: Option<Box<str>>,
        /// Whether it has to wait until the conference begins.
        waits: bool,
    }
}

event! {
    /// The call left a conference. Not to be taken for its end.
    Left = "left" from core::Left {
        /// Which.
        conference: ConferenceSid,
        /// What its callback calls it: `ReasonParticipantLeft`.
        reason: Word,
        /// Seconds since it had joined.
        seconds: u64,
    }
}

event! {
    /// The call's conference began: those in it hear each other. Reported once, in the call that brought it about.
    ConferenceStarted = "conference-started" from core::ConferenceStarted {
        /// Which.
        conference: ConferenceSid,
    }
}

event! {
    /// The call's conference ended. Reported once, in the call that brought it about.
    ConferenceEnded = "conference-ended" from core::ConferenceEnded {
        /// Which.
        conference: ConferenceSid,
        /// What its callback calls it: `ReasonConferenceEnded`.
        reason: Word,
    }
}

event! {
    /// The caller pressed keys.
    Pressed = "pressed" from core::Pressed {
        /// Which.
        digits: Pii,
    }
}

event! {
    /// Something is wrong that the account should see.
    ProblemRaised = "problem" {
        /// Twilio's number for it.
        code: u32,
        /// How grave it is.
        level: Level,
        /// What is wrong and what to do about it, in one line.
        message: Box<str>,
        /// The document or request concerned, without credentials.
        url: Option<Box<str>>,
        /// Line from 1, where a document has a position for it.
        line: Option<u32>,
        /// Column from 1, in characters.
        column: Option<u32>,
    }
}

impl Wrap<(Place, core::ProblemRaised)> for ProblemRaised {
    fn wrap(_: Python<'_>, (place, raised): (Place, core::ProblemRaised)) -> PyResult<Self> {
        let Place { at, leg, call, account } = place;
        let core::ProblemRaised { problem, url, line, column } = raised;
        let (code, level, message) = (problem.code.number(), problem.level(), problem.message);
        Ok(Self { at, leg, call, account, code, level, message, url, line, column })
    }
}

event! {
    /// A text frame of a `<ConversationRelay>`.
    Relayed = "relayed" from core::Relayed {
        /// Whether it came from the application; otherwise we sent it.
        received: bool,
        /// The frame.
        text: Pii,
    }
}

event! {
    /// A webhook was requested.
    Requested = "requested" from core::Requested {
        /// The step.
        reply: ReplyId,
        /// Why.
        purpose: core::Purpose,
        /// GET or POST.
        method: Method,
        /// Where, without credentials.
        url: Box<str>,
        /// What was sent, in order.
        form: Vec<(String, Pii)>,
    }
}

event! {
    /// A webhook answered, or failed.
    Responded = "responded" from core::Responded {
        /// The step.
        reply: ReplyId,
        /// The HTTP status, if there was an answer.
        status: Option<u16>,
        /// The reason, if there was none.
        failure: Option<Word>,
    }
}

event! {
    /// A dialled application gave the call back.
    Returned = "returned" from core::Returned {
        /// The dialling side's view of the hop.
        child: CallSid,
        /// What is sent as `DialCallStatus`.
        status: CallStatus,
        /// Whether the caller was connected.
        bridged: bool,
        /// Seconds since the answer, if there was one.
        seconds: Option<u64>,
        /// The return values, without their prefix.
        parameters: Vec<(String, Pii)>,
    }
}

event! {
    /// The caller spoke.
    Said = "said" from core::Said {
        /// The words.
        text: Pii,
        /// How sure the recogniser is, 0.0 to 1.0.
        confidence: Option<Confidence>,
    }
}

event! {
    /// A stream, transcription or the like started, stopped or failed.
    ServiceChanged = "service" from core::ServiceChanged {
        /// The noun that asked for it.
        service: core::Service,
        /// Its name in the document, or its SID.
        name: Box<str>,
        /// What became of it.
        state: core::ServiceState,
    }
}

event! {
    /// A call was billed.
    Settled = "settled" {
        /// What it costs, and why.
        settlement: Child<Settlement>,
    }
}

impl Wrap<(Place, appconnect::settlement::Settlement)> for Settled {
    fn wrap(py: Python<'_>, value: (Place, appconnect::settlement::Settlement)) -> PyResult<Self> {
        let (Place { at, leg, call, account }, settlement) = value;
        Ok(Self { at, leg, call, account, settlement: Child::wrap(py, settlement)? })
    }
}

event! {
    /// A call's status changed.
    StatusChanged = "status" from core::StatusChanged {
        /// To what.
        status: CallStatus,
    }
}

event! {
    /// A verb began.
    VerbBegan = "verb" from core::VerbBegan {
        /// Its name.
        verb: Word,
        /// Line from 1.
        line: u32,
        /// Column from 1, in characters.
        column: u32,
        /// Its attributes as written and valid.
        attributes: Vec<(Word, Text)>,
    }
}

/// One line for each event: the core's variant and its Python class.
macro_rules! events {
    ($($variant:ident => $class:ident),*) => {
        /// Any event.
        #[derive(PartialEq, Hash)]
        pub(crate) enum AnyEvent { $($class(Child<$class>),)* }

        impl Wrap<core::Event> for AnyEvent {
            fn wrap(py: Python<'_>, event: core::Event) -> PyResult<Self> {
                let core::Event { at, leg, call, account, kind } = event;
                let place = Place { at, leg, call, account };
                match kind {
                    $(core::EventKind::$variant(own) => {
                        Ok(Self::$class(Child(Py::new(py, $class::wrap(py, (place, own))?)?)))
                    })*
                }
            }
        }

        impl Field for AnyEvent {
            const HINT: PyStaticExpr = type_hint_union!($(<$class as IntoPyObject>::OUTPUT_TYPE),*);

            fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                match self { $(Self::$class(event) => event.get(py),)* }
            }

            fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                $(if object.is_instance_of::<$class>() {
                    return Child::set(object).map(Self::$class);
                })*
                Err(PyTypeError::new_err(format!("not an event: {}", object.get_type().fully_qualified_name()?)))
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$class(event) => event.show(f),)* }
            }
        }
    };
}

events! {
    Began => Began,
    ConferenceEnded => ConferenceEnded,
    ConferenceStarted => ConferenceStarted,
    Connected => Connected,
    Decided => Decided,
    Dequeued => Dequeued,
    Dialled => Dialled,
    Heard => Heard,
    Joined => Joined,
    Left => Left,
    Placed => Placed,
    Pressed => Pressed,
    Problem => ProblemRaised,
    Relayed => Relayed,
    Queued => Queued,
    Requested => Requested,
    Responded => Responded,
    Returned => Returned,
    Said => Said,
    ServiceChanged => ServiceChanged,
    Settled => Settled,
    Status => StatusChanged,
    Verb => VerbBegan
}

value! {
    /// Record something for the timeline.
    Report {
        /// What happened.
        event: AnyEvent,
    }
}

impl Wrap<core::Event> for Report {
    fn wrap(py: Python<'_>, event: core::Event) -> PyResult<Self> {
        Ok(Self { event: AnyEvent::wrap(py, event)? })
    }
}
