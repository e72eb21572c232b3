//! The enumerations of the core, which are a `str` with one of a few names in Python.

use std::fmt;

use appconnect::config::{
    CallerIdRule, Echo, EmptyDocument, ExposeParent, FailedApplication, Geography, MissingQueue, PlayFailure,
};
use appconnect::effect::{EndpointKind, HangUpCause};
use appconnect::event::{Medium, Purpose, QueueResult, Service, ServiceState};
use appconnect::http::Method;
use appconnect::input::{AgentStatus, AnsweredBy, FailureReason, MediaFailure, ProgressState, SocketEvent};
use appconnect::policy::{FamilyConnect, Point};
use appconnect::problem::Level;
use appconnect::registry::{AccountStatus, ApiVersion};
use appconnect::settlement::LegKind;
use appconnect::{CallStatus, Direction};
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;
use pyo3::type_hint_identifier;
use pyo3::types::PyString;

use crate::field::{Field, STR, bad_value, show_text};

/// How a `Modify` ends a call.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ending {
    /// Only if it was not answered yet.
    Canceled,
    /// In any case.
    Completed,
}

/// Why media could not be played, or that nothing was recorded.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Unplayable {
    /// It is not audio that can be played.
    ContentType,
    /// It could not be retrieved.
    Retrieval,
    /// The recording holds no sound.
    Silent,
}

impl From<Unplayable> for MediaFailure {
    fn from(reason: Unplayable) -> Self {
        match reason {
            Unplayable::ContentType => Self::ContentType,
            Unplayable::Retrieval => Self::Retrieval,
            Unplayable::Silent => Self::Silent,
        }
    }
}

/// Enumerations: their wire names read as a `Literal`, and any `str` with such a name is accepted.
///
/// The names come from the core; the variants are listed so that the compiler says when one is missing.
macro_rules! names {
    ($($name:ident { $($variant:ident $(= $wire:literal)?),* })*) => {$(
        impl Field for $name {
            const HINT: PyStaticExpr = PyStaticExpr::Subscript {
                value: &type_hint_identifier!("typing", "Literal"),
                slice: &PyStaticExpr::Tuple {
                    elts: &[$(PyStaticExpr::Constant {
                        value: PyStaticConstant::Str(names!(@wire $name $variant $($wire)?)),
                    }),*],
                },
            };
            const ACCEPTS: PyStaticExpr = STR;
            const WORDS: &'static [&'static str] = &[$(names!(@wire $name $variant $($wire)?)),*];

            fn get<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                let name = match self { $(Self::$variant => pyo3::intern!(py, names!(@wire $name $variant $($wire)?)),)* };
                Ok(name.clone().into_any())
            }

            fn set(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
                let text = object.cast::<PyString>()?;
                let text = text.to_str()?;
                $(if text == names!(@wire $name $variant $($wire)?) {
                    return Ok(Self::$variant);
                })*
                let known = Self::WORDS.join("', '");
                Err(bad_value(format_args!("'{}' is not one of '{known}'", text.escape_debug())))
            }

            fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                show_text(match self { $(Self::$variant => names!(@wire $name $variant $($wire)?),)* }, f)
            }
        }
    )*};
    (@wire $name:ident $variant:ident $wire:literal) => { $wire };
    (@wire $name:ident $variant:ident) => { $name::$variant.as_str() };
}

names! {
    AccountStatus { Active, Suspended, Closed }
    AnsweredBy { Fax, Human, MachineEndBeep, MachineEndOther, MachineEndSilence, MachineStart, Unknown }
    AgentStatus { Completed, Failed, LiveAgentHandoff }
    ApiVersion { V2008, V2010 }
    CallerIdRule { Any, Owned }
    CallStatus { Queued, Initiated, Ringing, InProgress, Completed, Busy, NoAnswer, Failed, Canceled }
    Direction { Inbound, OutboundDial, OutboundApi }
    Ending { Canceled = "canceled", Completed = "completed" }
    Echo { Echo, Skip }
    EmptyDocument { Completed, NoAnswer }
    EndpointKind { Client, Number, Sim, Sip, WhatsApp }
    ExposeParent { Always, Never, SameAccount }
    FailedApplication { Failed, PlayError }
    FailureReason {
        AddressDenied, BadEncoding, CertificateExpired, CertificateName, CertificateUntrusted, ConnectTimeout, Dns,
        Overloaded, Protocol, Refused, Reset, Timeout, Tls, TooLarge, Truncated
    }
    FamilyConnect { Deny, Allow }
    Geography { Empty, Omit }
    HangUpCause { Busy, Error, Normal, NotFound, Rejected }
    LegKind { Inbound, Outbound, ApplicationHop, ApplicationConnect }
    Level { Error = "error", Warning = "warning" }
    Medium { Audio, Speech, Tones }
    Method { Get, Post }
    MissingQueue { Failed, Wait }
    PlayFailure { Fallback, Skip }
    Point { Connect }
    ProgressState { Answered, Busy, Failed, NoAnswer, Ringing }
    Purpose {
        Action, ConferenceStatus, Fallback, MachineDetection, MessageStatus, PartialResult, PaymentStatus,
        RecordingStatus, Redirect, Refer, Screening, SiprecStatus, StatusCallback, StreamStatus, Transcription,
        TranscriptionEvent, Update, Voice, Wait
    }
    Service { ConversationRelay, Recording, Siprec, Stream, Transcription, VirtualAgent }
    ServiceState { Failed, Started, Stopped }
    SocketEvent {
        Broken, Closed, Discarded, Handshake, Invalid, Malformed, Opened, Overflow, Protocol, Refused, Timeout, Tls,
        Unknown, Unreachable
    }
    QueueResult {
        Bridged, BridgingInProcess, Error, HangUp, Leave, QueueFull, Redirected, RedirectedFromBridged, SystemError
    }
    Unplayable { ContentType = "content-type", Retrieval = "retrieval", Silent = "silent" }
}
