//! The inputs as Python classes, and the way back into the core's.

mod stream;

pub(crate) use stream::{
    AgentDone, RelayEvent, RelayMessage, SiprecEvent, StreamEvent, Transcribed, TranscriptionFailed,
};

use appconnect::address::Address;
use appconnect::http::{Method, Url};
use appconnect::id::{AccountSid, ApplicationSid, CallSid, ConferenceSid, LegId, QueueSid, ReplyId};
use appconnect::input as core;
use appconnect::pii::Pii;
use appconnect::policy;
use appconnect::registry::Webhook;
use pyo3::exceptions::PyTypeError;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::type_hint_union;

use crate::effects::MachineDetection;
use crate::field::{Body, Confidence, Field, Given, Headers, bad_value, parsed};
use crate::named;
use crate::names::{Ending, Unplayable};
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
    /// How a call is recorded that an account places: from its answer to its end.
    CallRecording {
        /// One channel a party instead of one for both; only when both are recorded.
        dual: bool = false,
        /// Who is recorded: `inbound` (the called party), `outbound` (what it hears) or `both`.
        track: Box<str> = "both",
        /// Whether silence at both ends is cut off.
        trim: bool = true,
        /// Where its status goes, by POST.
        status_callback: Option<Url> = None,
        /// Which status: `in-progress`, `completed`, `absent`; only `completed` when it is empty.
        status_callback_events: Vec<Box<str>> = None,
    }
}

value! {
    /// A call that an account places, as the REST API does: exactly one of `url`, `twiml` and `application`.
    Originate {
        /// The name of the line, chosen by whoever owns its media; unique among live legs.
        leg: LegId,
        /// The account.
        account: AccountSid,
        /// Who calls.
        from_: Address,
        /// Who is called: a phone number, `client:…`, `sip:…` or `whatsapp:…`.
        to: Address,
        /// Where the document is that the call runs when it is answered.
        url: Option<Url>,
        /// GET or POST, for `url`.
        method: Method,
        /// The document itself, at most 4,000 characters (32018).
        twiml: Option<Box<str>>,
        /// An application of the account, whose URLs are used.
        application: Option<ApplicationSid>,
        /// What takes over when a document fails, by POST.
        fallback_url: Option<Url>,
        /// Where its progress goes, by POST.
        status_callback: Option<Url>,
        /// Which progress: `initiated`, `ringing`, `answered`, `completed`; only the last one when it is empty.
        status_callback_events: Vec<Box<str>>,
        /// Seconds that it may ring, 1 to 600.
        timeout: u32,
        /// Seconds that it may last once it is answered.
        time_limit: Option<u32>,
        /// Keys that are played when it is answered: at most 32 of `0-9 A-D # * w W`.
        send_digits: Option<Box<str>>,
        /// How to find out who answers.
        machine_detection: Option<Child<MachineDetection>>,
        /// Whether the document is run without waiting for what is found out.
        asynchronous_detection: bool,
        /// Where it is told who answered when the document does not wait for it, by POST.
        detection_callback: Option<Url>,
        /// How it is recorded; not at all without it.
        recording: Option<Child<CallRecording>>,
    }
    new {
        #[new]
        #[pyo3(signature = (
            leg, account, from_, to, *, url=None, method: "str" = "POST", twiml=None, application=None, fallback_url=None,
            status_callback=None, status_callback_events=None, timeout: "int" = 60, time_limit=None, send_digits=None,
            machine_detection=None, asynchronous_detection: "bool" = false, detection_callback=None,
            recording=None
        ))]
        #[expect(clippy::too_many_arguments, reason = "one keyword for each parameter of the REST API")]
        fn new(
            leg: Given<'_, '_, LegId>,
            account: Given<'_, '_, AccountSid>,
            from_: Given<'_, '_, Address>,
            to: Given<'_, '_, Address>,
            url: Option<Given<'_, '_, Url>>,
            #[pyo3(from_py_with = named::method)] method: &str,
            twiml: Option<Given<'_, '_, Box<str>>>,
            application: Option<Given<'_, '_, ApplicationSid>>,
            fallback_url: Option<Given<'_, '_, Url>>,
            status_callback: Option<Given<'_, '_, Url>>,
            status_callback_events: Option<Given<'_, '_, Vec<Box<str>>>>,
            #[pyo3(from_py_with = named::timeout)] timeout: u32,
            time_limit: Option<Given<'_, '_, u32>>,
            send_digits: Option<Given<'_, '_, Box<str>>>,
            machine_detection: Option<Given<'_, '_, Child<MachineDetection>>>,
            #[pyo3(from_py_with = named::asynchronous_detection)] asynchronous_detection: bool,
            detection_callback: Option<Given<'_, '_, Url>>,
            recording: Option<Given<'_, '_, Child<CallRecording>>>,
        ) -> PyResult<Self> {
            let sources = [url.is_some(), twiml.is_some(), application.is_some()];
            if sources.into_iter().filter(|given| *given).count() != 1 {
                return Err(bad_value("give exactly one of url, twiml and application"));
            }
            Ok(Self {
                leg: leg.take("leg")?,
                account: account.take("account")?,
                from_: from_.take("from_")?,
                to: to.take("to")?,
                url: take(url, "url")?,
                method: parsed("method", method)?,
                twiml: take(twiml, "twiml")?,
                application: take(application, "application")?,
                fallback_url: take(fallback_url, "fallback_url")?,
                status_callback: take(status_callback, "status_callback")?,
                status_callback_events: take(status_callback_events, "status_callback_events")?.unwrap_or_default(),
                timeout,
                time_limit: take(time_limit, "time_limit")?,
                send_digits: take(send_digits, "send_digits")?,
                machine_detection: take(machine_detection, "machine_detection")?,
                asynchronous_detection,
                detection_callback: take(detection_callback, "detection_callback")?,
                recording: take(recording, "recording")?,
            })
        }
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
        #[pyo3(signature = (call, *, url=None, method: "str" = "POST", twiml=None, status=None))]
        fn new(
            call: Given<'_, '_, CallSid>,
            url: Option<Given<'_, '_, Url>>,
            #[pyo3(from_py_with = named::method)] method: &str,
            twiml: Option<Given<'_, '_, Box<str>>>,
            status: Option<Given<'_, '_, Ending>>,
        ) -> PyResult<Self> {
            let changes = [url.is_some(), twiml.is_some(), status.is_some()];
            if changes.into_iter().filter(|given| *given).count() != 1 {
                return Err(bad_value("give exactly one of url, twiml and status"));
            }
            Ok(Self {
                call: call.take("call")?,
                url: take(url, "url")?,
                method: parsed("method", method)?,
                twiml: take(twiml, "twiml")?,
                status: take(status, "status")?,
            })
        }
    }
}

value! {
    /// A call that waits in a queue is given another document by its account, as the REST API does with queue members.
    Dequeue {
        /// The queue.
        queue: QueueSid,
        /// The document that it goes on with.
        url: Url,
        /// The call; the one at the head without it.
        call: Option<CallSid> = None,
        /// GET or POST.
        method: Method = "POST",
    }
}

value! {
    /// A change of a conference by its account, as the REST API makes it: exactly one of `announce_url` and `end`.
    ModifyConference {
        /// The conference.
        conference: ConferenceSid,
        /// Let everybody in it hear this document once.
        announce_url: Option<Url>,
        /// GET or POST, for `announce_url`.
        announce_method: Method,
        /// End it.
        end: bool,
    }
    new {
        #[new]
        #[pyo3(signature = (conference, *, announce_url=None, announce_method: "str" = "POST", end: "bool" = false))]
        fn new(
            conference: Given<'_, '_, ConferenceSid>,
            announce_url: Option<Given<'_, '_, Url>>,
            #[pyo3(from_py_with = named::announce_method)] announce_method: &str,
            #[pyo3(from_py_with = named::end)] end: bool,
        ) -> PyResult<Self> {
            if announce_url.is_some() == end {
                return Err(bad_value("give exactly one of announce_url and end"));
            }
            Ok(Self {
                conference: conference.take("conference")?,
                announce_url: take(announce_url, "announce_url")?,
                announce_method: parsed("announce_method", announce_method)?,
                end,
            })
        }
    }
}

value! {
    /// A change of somebody in a conference by the account, as the REST API makes it; what is not given stays.
    ModifyParticipant {
        /// The conference.
        conference: ConferenceSid,
        /// The call that is in it.
        call: CallSid,
        /// Whether the others do not hear it.
        muted: Option<bool>,
        /// Whether it neither hears the others nor is heard.
        hold: Option<bool>,
        /// What it hears on hold; silence without it.
        hold_url: Option<Url>,
        /// GET or POST, for `hold_url`.
        hold_method: Method,
        /// `False` lets everybody hear it again.
        coaching: Option<bool>,
        /// The participant who alone hears it from now on.
        coach: Option<CallSid>,
        /// Whether its leaving ends the conference.
        end_on_exit: Option<bool>,
        /// Whether the others hear a beep when it leaves.
        beep_on_exit: Option<bool>,
        /// Let it alone hear this document once.
        announce_url: Option<Url>,
        /// GET or POST, for `announce_url`.
        announce_method: Method,
        /// Take it out; the `<Dial>` that brought it there is over.
        kick: bool,
    }
    new {
        #[new]
        #[pyo3(signature = (
            conference, call, *, muted=None, hold=None, hold_url=None, hold_method: "str" = "POST", coaching=None, coach=None,
            end_on_exit=None, beep_on_exit=None, announce_url=None, announce_method: "str" = "POST",
            kick: "bool" = false
        ))]
        #[expect(clippy::too_many_arguments, reason = "one keyword for each parameter of the REST API")]
        fn new(
            conference: Given<'_, '_, ConferenceSid>,
            call: Given<'_, '_, CallSid>,
            muted: Option<Given<'_, '_, bool>>,
            hold: Option<Given<'_, '_, bool>>,
            hold_url: Option<Given<'_, '_, Url>>,
            #[pyo3(from_py_with = named::hold_method)] hold_method: &str,
            coaching: Option<Given<'_, '_, bool>>,
            coach: Option<Given<'_, '_, CallSid>>,
            end_on_exit: Option<Given<'_, '_, bool>>,
            beep_on_exit: Option<Given<'_, '_, bool>>,
            announce_url: Option<Given<'_, '_, Url>>,
            #[pyo3(from_py_with = named::announce_method)] announce_method: &str,
            #[pyo3(from_py_with = named::kick)] kick: bool,
        ) -> PyResult<Self> {
            Ok(Self {
                conference: conference.take("conference")?,
                call: call.take("call")?,
                muted: take(muted, "muted")?,
                hold: take(hold, "hold")?,
                hold_url: take(hold_url, "hold_url")?,
                hold_method: parsed("hold_method", hold_method)?,
                coaching: take(coaching, "coaching")?,
                coach: take(coach, "coach")?,
                end_on_exit: take(end_on_exit, "end_on_exit")?,
                beep_on_exit: take(beep_on_exit, "beep_on_exit")?,
                announce_url: take(announce_url, "announce_url")?,
                announce_method: parsed("announce_method", announce_method)?,
                kick,
            })
        }
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

impl From<&Originate> for core::Input {
    fn from(input: &Originate) -> Self {
        let document = match (&input.url, &input.twiml, &input.application) {
            (Some(url), ..) => core::DocumentSource::Url(Webhook { url: url.clone(), method: input.method }),
            (_, _, Some(application)) => core::DocumentSource::Application(application.clone()),
            (_, twiml, _) => core::DocumentSource::Twiml(twiml.clone().unwrap_or_default()),
        };
        let hook = |url: &Option<Url>| url.clone().map(|url| Webhook { url, method: Method::Post });
        Self::Originate(Box::new(core::Originate {
            leg: input.leg.clone(),
            account: input.account,
            from: input.from_.clone(),
            to: input.to.clone(),
            document,
            fallback: hook(&input.fallback_url),
            status_callback: hook(&input.status_callback),
            status_callback_events: input.status_callback_events.clone(),
            timeout: input.timeout,
            time_limit: input.time_limit,
            send_digits: input.send_digits.clone(),
            machine_detection: input.machine_detection.as_ref().map(|options| options.0.get().into()),
            asynchronous_detection: input.asynchronous_detection,
            detection_callback: hook(&input.detection_callback),
            recording: input.recording.as_ref().map(|recording| {
                let CallRecording { dual, track, trim, status_callback, status_callback_events } =
                    recording.0.get();
                core::CallRecording {
                    dual: *dual,
                    track: track.clone(),
                    trim: *trim,
                    callback: hook(status_callback),
                    callback_events: status_callback_events.clone(),
                }
            }),
        }))
    }
}

impl From<&MachineDetection> for appconnect::effect::MachineDetection {
    fn from(options: &MachineDetection) -> Self {
        Self {
            message_end: options.message_end,
            timeout: options.timeout,
            speech_threshold: options.speech_threshold,
            speech_end_threshold: options.speech_end_threshold,
            silence_timeout: options.silence_timeout,
        }
    }
}

impl From<&Dequeue> for core::Input {
    fn from(input: &Dequeue) -> Self {
        Self::Dequeue(core::Dequeue {
            queue: input.queue,
            call: input.call,
            url: input.url.clone(),
            method: input.method,
        })
    }
}

impl From<&ModifyConference> for core::Input {
    fn from(input: &ModifyConference) -> Self {
        let change = match &input.announce_url {
            Some(url) => {
                core::ConferenceChange::Announce(Webhook { url: url.clone(), method: input.announce_method })
            }
            None => core::ConferenceChange::End,
        };
        Self::ModifyConference(core::ModifyConference { conference: input.conference, change })
    }
}

impl From<&ModifyParticipant> for core::Input {
    fn from(input: &ModifyParticipant) -> Self {
        let hook = |url: &Option<Url>, method| url.clone().map(|url| Webhook { url, method });
        let change = core::ParticipantChange {
            muted: input.muted,
            hold: input.hold,
            hold_document: hook(&input.hold_url, input.hold_method),
            coaching: input.coaching,
            coach: input.coach,
            end_on_exit: input.end_on_exit,
            beep_on_exit: input.beep_on_exit,
            announcement: hook(&input.announce_url, input.announce_method),
            kick: input.kick,
        };
        let modify = core::ModifyParticipant { conference: input.conference, call: input.call, change };
        Self::ModifyParticipant(Box::new(modify))
    }
}

impl From<&Speaking> for core::Input {
    fn from(input: &Speaking) -> Self {
        Self::Speaking(core::Speaking { leg: input.leg.clone(), started: input.started })
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
