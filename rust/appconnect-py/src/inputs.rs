//! The inputs as Python classes, and the way back into the core's.

mod rest;
mod stream;

pub(crate) use rest::{CallRecording, Dequeue, Modify, ModifyConference, ModifyParticipant, Originate};
pub(crate) use stream::{
    AgentDone, RelayEvent, RelayMessage, SiprecEvent, StreamEvent, Transcribed, TranscriptionFailed,
};

use appconnect::address::Address;
use appconnect::id::{LegId, ReplyId};
use appconnect::input as core;
use appconnect::pii::Pii;
use appconnect::policy;
use pyo3::exceptions::PyTypeError;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::type_hint_union;

use crate::field::{Body, Confidence, Field, Given, Headers, bad_value};
use crate::names::Unplayable;
use crate::value::{Child, value};

/// An argument that may be left out.
fn take<T: Field>(given: Option<Given<'_, '_, T>>, name: &str) -> PyResult<Option<T>> {
    given.map(|given| given.take(name)).transpose()
}

value! {
    /// What SIP says of a call that came in; its domain is in what was dialled.
    IncomingSip {
        /// The `Call-ID`.
        call_id: Option<Box<str>> = None,
        /// The SID of the SIP domain, where it has one.
        domain_sid: Option<Box<str>> = None,
        /// The address that the INVITE came from.
        source_ip: Option<Pii> = None,
        /// Header fields of the INVITE; the application is told of the `X-` headers and User-to-User, of each name
        /// once.
        headers: Vec<(String, Pii)> = None,
    }
}

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
        /// What SIP says of it, if it came in so.
        sip: Option<Child<IncomingSip>> = None,
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
        /// Why the media could not be played: not audio that can be played, or not retrieved; or that a recording holds
        /// no sound. `None` if all went well.
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
    /// Who answered a call that was placed with machine detection.
    MachineDetected {
        /// The line.
        leg: LegId,
        /// Who.
        answered_by: core::AnsweredBy,
        /// How long it took to find out, in milliseconds.
        duration_ms: u32,
    }
}

value! {
    /// What SIP says of a call that was placed.
    SipFacts {
        /// The `Call-ID`.
        call_id: Option<Box<str>> = None,
        /// The last final response, 200 to 699.
        response: Option<u16> = None,
        /// The `X-` headers of that response, as they came.
        headers: Vec<(String, Pii)> = None,
    }
}

value! {
    /// How far a call that was placed has come. How an answered one ends is told by `HungUp`.
    Progress {
        /// Its line.
        leg: LegId,
        /// How far.
        state: core::ProgressState,
        /// What SIP says of it, for a SIP endpoint.
        sip: Option<Child<SipFacts>> = None,
    }
}

value! {
    /// A connected party asks to be replaced by somebody else (SIP REFER).
    Referred {
        /// Its line.
        leg: LegId,
        /// The `Refer-To` with its headers; the first 256 characters are told.
        target: Pii,
    }
}

value! {
    /// Somebody in a conference begins to speak, or stops.
    Speaking {
        /// The line.
        leg: LegId,
        /// Begins, or stops.
        started: bool,
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
    /// The answer to a `Charge`: the payment was made, or it failed when there is a `code`.
    ChargeDone {
        /// The `Charge` it answers.
        reply: ReplyId,
        /// Sent as `PaymentToken`, for a payment without an amount.
        token: Option<Pii> = None,
        /// Sent as `PaymentConfirmationCode`, for one with an amount.
        confirmation_code: Option<Pii> = None,
        /// Sent as `ProfileId`: the gateway's name for the customer.
        profile_id: Option<Pii> = None,
        /// Why it failed, sent as `PayErrorCode`: 64001 to 64022; any other counts as 64002.
        code: Option<u32> = None,
        /// Why it failed, sent as `PaymentError`.
        message: Box<str> = "",
        /// The gateway's own words, sent as `ConnectorError`.
        connector_error: Option<Box<str>> = None,
    }
}

value! {
    /// The answer to a `SendMessage`.
    MessageStatus {
        /// The `SendMessage` it answers.
        reply: ReplyId,
        /// Whether it was sent; otherwise it has failed.
        sent: bool,
    }
}

value! {
    /// The answer to a `Transcribe`.
    RecordingTranscribed {
        /// The `Transcribe` it answers.
        reply: ReplyId,
        /// The words; `None` when the transcription failed.
        text: Option<Pii> = None,
    }
}

value! {
    /// What is heard of a `Refer`: exactly one of `response` and `notify`.
    ReferProgress {
        /// The `Refer` it answers.
        reply: ReplyId,
        /// The SIP status code of the final response to the REFER.
        response: Option<u16>,
        /// The SIP status code that a NOTIFY carries; provisional until it is 200 or more.
        notify: Option<u16>,
    }
    new {
        #[new]
        #[pyo3(signature = (reply, *, response=None, notify=None))]
        fn new(
            reply: Given<'_, '_, ReplyId>,
            response: Option<Given<'_, '_, u16>>,
            notify: Option<Given<'_, '_, u16>>,
        ) -> PyResult<Self> {
            if response.is_some() == notify.is_some() {
                return Err(bad_value("give exactly one of response and notify"));
            }
            Ok(Self {
                reply: reply.take("reply")?,
                response: take(response, "response")?,
                notify: take(notify, "notify")?,
            })
        }
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
        <Dequeue as IntoPyObject>::OUTPUT_TYPE,
        <Digits as IntoPyObject>::OUTPUT_TYPE,
        <Speech as IntoPyObject>::OUTPUT_TYPE,
        <HungUp as IntoPyObject>::OUTPUT_TYPE,
        <MachineDetected as IntoPyObject>::OUTPUT_TYPE,
        <Modify as IntoPyObject>::OUTPUT_TYPE,
        <ModifyConference as IntoPyObject>::OUTPUT_TYPE,
        <ModifyParticipant as IntoPyObject>::OUTPUT_TYPE,
        <Originate as IntoPyObject>::OUTPUT_TYPE,
        <Speaking as IntoPyObject>::OUTPUT_TYPE,
        <Progress as IntoPyObject>::OUTPUT_TYPE,
        <Referred as IntoPyObject>::OUTPUT_TYPE,
        <Verdict as IntoPyObject>::OUTPUT_TYPE,
        <AgentDone as IntoPyObject>::OUTPUT_TYPE,
        <RelayEvent as IntoPyObject>::OUTPUT_TYPE,
        <RelayMessage as IntoPyObject>::OUTPUT_TYPE,
        <SiprecEvent as IntoPyObject>::OUTPUT_TYPE,
        <StreamEvent as IntoPyObject>::OUTPUT_TYPE,
        <Transcribed as IntoPyObject>::OUTPUT_TYPE,
        <TranscriptionFailed as IntoPyObject>::OUTPUT_TYPE,
        <ChargeDone as IntoPyObject>::OUTPUT_TYPE,
        <MessageStatus as IntoPyObject>::OUTPUT_TYPE,
        <RecordingTranscribed as IntoPyObject>::OUTPUT_TYPE,
        <ReferProgress as IntoPyObject>::OUTPUT_TYPE,
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
            Progress,
            HttpFailure,
            Verdict,
            RelayMessage,
            Transcribed,
            TranscriptionFailed,
            StreamEvent,
            RelayEvent,
            AgentDone,
            SiprecEvent,
            Modify,
            Originate,
            MachineDetected,
            Referred,
            ChargeDone,
            Dequeue,
            MessageStatus,
            ModifyConference,
            ModifyParticipant,
            RecordingTranscribed,
            ReferProgress,
            Speaking
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
            sip: input.sip.as_ref().map(|sip| {
                let IncomingSip { call_id, domain_sid, source_ip, headers } = sip.0.get();
                core::IncomingSip {
                    call_id: call_id.clone(),
                    domain_sid: domain_sid.clone(),
                    source_ip: source_ip.clone(),
                    headers: headers.clone(),
                }
            }),
        })
    }
}

impl From<&HttpResponse> for core::Input {
    fn from(input: &HttpResponse) -> Self {
        let headers = &input.headers.0;
        // Not `to_string`, which would go through a formatter.
        let copy = |(name, value): &(PyBackedStr, PyBackedStr)| (str::to_owned(name), str::to_owned(value));
        Self::HttpResponse(core::HttpResponse {
            reply: input.reply,
            status: input.status,
            headers: headers.iter().map(copy).collect(),
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

impl From<&MachineDetected> for core::Input {
    fn from(input: &MachineDetected) -> Self {
        Self::MachineDetected(core::MachineDetected {
            leg: input.leg.clone(),
            answered_by: input.answered_by,
            duration_ms: input.duration_ms,
        })
    }
}

impl From<&Progress> for core::Input {
    fn from(input: &Progress) -> Self {
        let sip = input.sip.as_ref().map(|sip| {
            let SipFacts { call_id, response, headers } = sip.0.get();
            core::SipFacts { call_id: call_id.clone(), response: *response, headers: headers.clone() }
        });
        Self::Progress(core::Progress { leg: input.leg.clone(), state: input.state, sip })
    }
}

impl From<&Referred> for core::Input {
    fn from(input: &Referred) -> Self {
        Self::Referred(core::Referred { leg: input.leg.clone(), target: input.target.clone() })
    }
}

impl From<&Speaking> for core::Input {
    fn from(input: &Speaking) -> Self {
        Self::Speaking(core::Speaking { leg: input.leg.clone(), started: input.started })
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

impl From<&ChargeDone> for core::Input {
    fn from(input: &ChargeDone) -> Self {
        let outcome = match input.code {
            None => core::ChargeOutcome::Paid {
                token: input.token.clone(),
                confirmation_code: input.confirmation_code.clone(),
                profile_id: input.profile_id.clone(),
            },
            Some(code) => core::ChargeOutcome::Failed {
                code,
                message: input.message.clone(),
                connector_error: input.connector_error.clone(),
            },
        };
        Self::ChargeDone(core::ChargeDone { reply: input.reply, outcome })
    }
}

impl From<&MessageStatus> for core::Input {
    fn from(input: &MessageStatus) -> Self {
        Self::MessageStatus(core::MessageStatus { reply: input.reply, sent: input.sent })
    }
}

impl From<&RecordingTranscribed> for core::Input {
    fn from(input: &RecordingTranscribed) -> Self {
        let text = input.text.clone();
        Self::RecordingTranscribed(core::RecordingTranscribed { reply: input.reply, text })
    }
}

impl From<&ReferProgress> for core::Input {
    fn from(input: &ReferProgress) -> Self {
        let step = match (input.response, input.notify) {
            (Some(code), _) => core::ReferStep::Response(code),
            (None, code) => core::ReferStep::Notify(code.unwrap_or_default()),
        };
        Self::ReferProgress(core::ReferProgress { reply: input.reply, step })
    }
}

impl From<&Tick> for core::Input {
    fn from(_: &Tick) -> Self {
        Self::Tick
    }
}
