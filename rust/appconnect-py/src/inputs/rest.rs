//! What accounts ask for, as the REST API does: calls that are placed, and changes to calls, conferences and queues.

use appconnect::address::Address;
use appconnect::http::{Method, Url};
use appconnect::id::{AccountSid, ApplicationSid, CallSid, ConferenceSid, LegId, QueueSid};
use appconnect::input as core;
use appconnect::registry::Webhook;
use pyo3::prelude::*;

use super::take;
use crate::effects::MachineDetection;
use crate::field::{Given, bad_value, parsed};
use crate::named;
use crate::names::Ending;
use crate::value::{Child, value};

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
