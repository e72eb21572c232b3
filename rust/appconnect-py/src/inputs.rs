//! The inputs as Python classes, and the way back into the core's.

use appconnect::address::Address;
use appconnect::http::{Method, Url};
use appconnect::id::{CallSid, LegId, ReplyId};
use appconnect::input as core;
use appconnect::pii::Pii;
use appconnect::policy;
use pyo3::exceptions::PyTypeError;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::type_hint_union;

use crate::field::{Body, Confidence, Given, Headers, bad_value};
use crate::names::{Ending, Unplayable};
use crate::value::value;

value! {
    /// A caller's line that rings at one of the registry's routes.
    IncomingCall {
        /// The name of the line, chosen by whoever owns its media; unique among live legs.
        leg: LegId,
        /// Who calls: a phone number, `client:…` or `sip:…`.
        from_: Address,
        /// What was dialled: a phone number, `client:…`, `sip:…`, `AP…` or `app:AP…`.
        to: Address,
        /// The number that forwarded the call, where the carrier says so.
        forwarded_from: Option<Pii> = None,
        /// The result of a caller-name look-up; sent on only where the route asks for it.
        caller_name: Option<Pii> = None,
        /// The carrier's attestation, for instance `TN-Validation-Passed-A`.
        stir_verstat: Option<Box<str>> = None,
    }
}

value! {
    /// A complete HTTP answer.
    HttpResponse {
        /// The `Fetch` or `Notify` it answers.
        reply: ReplyId,
        /// The status code.
        status: u16,
        /// Header fields in the order received; names in any case.
        headers: Headers,
        /// The body after content decoding, at most 65,537 bytes (one more than allowed shows the excess).
        body: Body,
    }
}

value! {
    /// An exchange without a complete answer.
    HttpFailure {
        /// The `Fetch` or `Notify` it answers.
        reply: ReplyId,
        /// What went wrong.
        reason: core::FailureReason,
    }
}

value! {
    /// Speech, audio or a recording that ended by itself.
    MediaDone {
        /// The `Say`, `Play` or `StartRecording` that ended.
        reply: ReplyId,
        /// Why the media could not be played: not audio that can be played, or not retrieved. `None` if it was.
        failed: Option<Unplayable> = None,
    }
}

value! {
    /// Keys that the caller pressed.
    Digits {
        /// The caller's line.
        leg: LegId,
        /// One or more of `0-9 * # A-D`.
        digits: Pii,
    }
}

value! {
    /// What the recogniser heard.
    Speech {
        /// The caller's line.
        leg: LegId,
        /// The words.
        text: Pii,
        /// How sure the recogniser is, 0.0 to 1.0.
        confidence: Option<Confidence> = None,
        /// False for a partial result: the caller still speaks.
        is_final: bool = true,
    }
}

value! {
    /// The caller hung up, or the line was lost.
    HungUp {
        /// The caller's line.
        leg: LegId,
    }
}

value! {
    /// A change of a live call by its account, as the REST API makes it: exactly one of `url`, `twiml` and `status`.
    Modify {
        /// The call: any on the stack, or the dialling side's view of a hop.
        call: CallSid,
        /// Request this URL and run what it answers.
        url: Option<Url>,
        /// GET or POST, for `url`.
        method: Method,
        /// Run this document, at most 4,000 characters (32018).
        twiml: Option<Box<str>>,
        /// `completed` ends the call; `canceled` ends it only if it was not answered yet.
        status: Option<Ending>,
    }
    new {
        #[new]
        #[pyo3(signature = (call, *, url=None, method="POST", twiml=None, status=None))]
        fn new(
            call: Given<'_, '_, CallSid>,
            url: Option<Given<'_, '_, Url>>,
            method: &str,
            twiml: Option<Given<'_, '_, Box<str>>>,
            status: Option<Given<'_, '_, Ending>>,
        ) -> PyResult<Self> {
            let changes = [url.is_some(), twiml.is_some(), status.is_some()];
            if changes.into_iter().filter(|given| *given).count() != 1 {
                return Err(bad_value("give exactly one of url, twiml and status"));
            }
            Ok(Self {
                call: call.take("call")?,
                url: url.map(|given| given.take("url")).transpose()?,
                method: method.parse().map_err(|error| bad_value(format_args!("method: {error}")))?,
                twiml: twiml.map(|given| given.take("twiml")).transpose()?,
                status: status.map(|given| given.take("status")).transpose()?,
            })
        }
    }
}

value! {
    /// The answer to a `Consult`.
    Verdict {
        /// The `Consult` it answers.
        reply: ReplyId,
        /// Whether the connection may be made.
        allow: bool,
        /// Why not, for the owner of the rule; never shown to the dialling side.
        reason: Box<str> = "",
    }
}

value! {
    /// Nothing happened but time.
    Tick {}
}

/// Any input, taken over into the core.
pub(crate) struct AnyInput(pub(crate) core::Input);

impl<'a, 'py> FromPyObject<'a, 'py> for AnyInput {
    type Error = PyErr;

    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        <IncomingCall as IntoPyObject>::OUTPUT_TYPE,
        <HttpResponse as IntoPyObject>::OUTPUT_TYPE,
        <HttpFailure as IntoPyObject>::OUTPUT_TYPE,
        <MediaDone as IntoPyObject>::OUTPUT_TYPE,
        <Digits as IntoPyObject>::OUTPUT_TYPE,
        <Speech as IntoPyObject>::OUTPUT_TYPE,
        <HungUp as IntoPyObject>::OUTPUT_TYPE,
        <Modify as IntoPyObject>::OUTPUT_TYPE,
        <Verdict as IntoPyObject>::OUTPUT_TYPE,
        <Tick as IntoPyObject>::OUTPUT_TYPE
    );

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        // By frequency. A derived enum would build an error for every class that it is not.
        macro_rules! first_of {
            ($($class:ty),*) => {
                $(if let Ok(input) = object.cast::<$class>() {
                    return Ok(Self(input.get().into()));
                })*
            };
        }
        first_of!(
            HttpResponse,
            MediaDone,
            Tick,
            Digits,
            IncomingCall,
            HungUp,
            Speech,
            HttpFailure,
            Verdict,
            Modify
        );
        Err(PyTypeError::new_err(format!("not an input: {}", object.get_type().fully_qualified_name()?)))
    }
}

impl From<&IncomingCall> for core::Input {
    fn from(input: &IncomingCall) -> Self {
        Self::IncomingCall(core::IncomingCall {
            leg: input.leg.clone(),
            from: input.from_.clone(),
            to: input.to.clone(),
            forwarded_from: input.forwarded_from.clone(),
            caller_name: input.caller_name.clone(),
            stir_verstat: input.stir_verstat.clone(),
        })
    }
}

impl From<&HttpResponse> for core::Input {
    fn from(input: &HttpResponse) -> Self {
        let headers = &input.headers.0;
        Self::HttpResponse(core::HttpResponse {
            reply: input.reply,
            status: input.status,
            headers: headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect(),
            body: input.body.0.to_vec(),
        })
    }
}

impl From<&HttpFailure> for core::Input {
    fn from(input: &HttpFailure) -> Self {
        Self::HttpFailure(core::HttpFailure { reply: input.reply, reason: input.reason })
    }
}

impl From<&MediaDone> for core::Input {
    fn from(input: &MediaDone) -> Self {
        Self::MediaDone(core::MediaDone { reply: input.reply, failed: input.failed.map(Into::into) })
    }
}

impl From<&Digits> for core::Input {
    fn from(input: &Digits) -> Self {
        Self::Digits(core::Digits { leg: input.leg.clone(), digits: input.digits.clone() })
    }
}

impl From<&Speech> for core::Input {
    fn from(input: &Speech) -> Self {
        Self::Speech(core::Speech {
            leg: input.leg.clone(),
            text: input.text.clone(),
            confidence: input.confidence.map(|confidence| confidence.0),
            is_final: input.is_final,
        })
    }
}

impl From<&HungUp> for core::Input {
    fn from(input: &HungUp) -> Self {
        Self::HungUp(core::HungUp { leg: input.leg.clone() })
    }
}

impl From<&Modify> for core::Input {
    fn from(input: &Modify) -> Self {
        let change = match (&input.url, &input.twiml, input.status) {
            (Some(url), ..) => core::Change::Redirect { url: url.clone(), method: input.method },
            (None, Some(twiml), _) => core::Change::Twiml(twiml.clone()),
            (None, None, Some(Ending::Canceled)) => core::Change::Cancel,
            (None, None, Some(Ending::Completed) | None) => core::Change::Complete,
        };
        Self::Modify(core::Modify { call: input.call, change })
    }
}

impl From<&Verdict> for core::Input {
    fn from(input: &Verdict) -> Self {
        let verdict = if input.allow {
            policy::Verdict::Allow
        } else {
            policy::Verdict::Deny { reason: input.reason.clone() }
        };
        Self::Verdict(core::PolicyVerdict { reply: input.reply, verdict })
    }
}

impl From<&Tick> for core::Input {
    fn from(_: &Tick) -> Self {
        Self::Tick
    }
}
