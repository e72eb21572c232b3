//! What webhooks are told: the parameters of every request, in one place (`webhooks.md` sections 2 and 3,
//! `application-connect.md` section 4).

use std::borrow::Cow;

use super::{Call, CallStatus, Direction, Hop, Recording};
use crate::address::AddressKind;
use crate::conference::{Conference, Notice, Participant};
use crate::config::{Config, ExposeParent, Geography};
use crate::event::Purpose;
use crate::id::{AccountSid, CallSid, ConferenceSid, RecordingSid, TranscriptSid};
use crate::time::Millis;

/// Names and values of one request, in the order sent.
pub(crate) type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// Names and values that are made for one request.
pub(crate) type Form<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// The only version there is.
const API_VERSION: &str = "2010-04-01";

const GEOGRAPHY: [&str; 16] = [
    "FromCity",
    "FromState",
    "FromZip",
    "FromCountry",
    "ToCity",
    "ToState",
    "ToZip",
    "ToCountry",
    "CallerCity",
    "CallerState",
    "CallerZip",
    "CallerCountry",
    "CalledCity",
    "CalledState",
    "CalledZip",
    "CalledCountry",
];

/// Adds a pair.
pub(crate) fn put<'a>(form: &mut Form<'a>, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
    form.push((name.into(), value.into()));
}

/// The parameters that every request of a call carries, and those in `extra`.
pub(crate) fn standard<'a>(
    call: &'a Call,
    config: &Config,
    purpose: Purpose,
    extra: &'a Form<'_>,
) -> Pairs<'a> {
    let parameters = call.sender.as_ref().map_or(GEOGRAPHY.len(), |sender| sender.parameters.len());
    let mut pairs = Pairs::with_capacity(16 + parameters + extra.len());
    pairs.push(("CallSid", call.sid.as_str()));
    pairs.push(("AccountSid", call.account.as_str()));
    pairs.extend(parties(call.from.as_str(), call.to.as_str()));
    pairs.push(("CallStatus", call.status.as_str()));
    pairs.push(("Direction", call.direction().as_str()));
    pairs.push(("ApiVersion", API_VERSION));
    if let Some(application) = &call.application {
        pairs.push(("ApplicationSid", application.as_str()));
    }
    if let Some(forwarded) = &call.forwarded_from {
        pairs.push(("ForwardedFrom", forwarded.reveal()));
    }
    if let Some(name) = call.caller_name.as_ref().filter(|_| call.caller_name_lookup) {
        pairs.push(("CallerName", name.reveal()));
    }
    pairs.extend(sip(call));
    if let Some(sender) = &call.sender {
        pairs.push(("CustomerId", sender.customer_id.as_str()));
        if config.sender_account {
            pairs.push(("AppConnect_SenderAccountSid", sender.account.as_str()));
        }
    }
    pairs.extend(parent(call, config).map(|parent| ("ParentCallSid", parent.as_str())));
    let first = matches!(purpose, Purpose::Voice | Purpose::Fallback);
    if let Some(verstat) = call.stir_verstat.as_deref().filter(|_| first) {
        pairs.push(("StirVerstat", verstat));
    }
    if let Some(sender) = call.sender.as_ref().filter(|_| first || config.repeat_parameters) {
        pairs.extend(sender.parameters.iter().map(|(name, value)| (name.as_str(), value.reveal())));
    }
    if config.geography == Geography::Empty
        && call.sender.is_none()
        && call.from.kind() == AddressKind::PhoneNumber
    {
        pairs.extend(GEOGRAPHY.iter().map(|name| (*name, "")));
    }
    pairs.extend(borrowed(extra));
    pairs
}

/// The call that made this one, as far as its application may know.
pub(crate) fn parent<'a>(call: &'a Call, config: &Config) -> Option<&'a CallSid> {
    if let Some(outbound) = &call.outbound {
        return outbound.parent.as_ref();
    }
    let sender = call.sender.as_ref()?;
    let shown = match config.expose_parent_call_sid {
        ExposeParent::Always => true,
        ExposeParent::Never => false,
        ExposeParent::SameAccount => call.own_sender().is_some(),
    };
    sender.parent.as_ref().filter(|_| shown)
}

/// What SIP says of a call. Every request of one that came in repeats it (`webhooks.md` section 2); of one that goes out
/// only the `Call-ID` is repeated.
fn sip(call: &Call) -> Pairs<'_> {
    let mut pairs = Pairs::new();
    if let Some(outbound) = &call.outbound {
        let call_id = outbound.sip.as_ref().and_then(|sip| sip.call_id.as_deref());
        pairs.extend(call_id.map(|call_id| ("SipCallId", call_id)));
        return pairs;
    }
    let (kind, domain) = call.to.kind_and_key();
    pairs.extend((kind == AddressKind::Sip).then_some(("SipDomain", domain)));
    if let Some(sip) = &call.sip {
        pairs.extend(sip.domain_sid.as_deref().map(|sid| ("SipDomainSid", sid)));
        pairs.extend(sip.call_id.as_deref().map(|call_id| ("SipCallId", call_id)));
        pairs.extend(sip.source_ip.as_ref().map(|address| ("SipSourceIp", address.reveal())));
        pairs.extend(sip.headers.iter().map(|(name, value)| (name.as_str(), value.reveal())));
    }
    pairs
}

/// The pairs of a form, to be sent.
pub(crate) fn borrowed<'a>(form: &'a Form<'_>) -> impl Iterator<Item = (&'a str, &'a str)> {
    form.iter().map(|(name, value)| (&**name, &**value))
}

const fn parties<'a>(from: &'a str, to: &'a str) -> [(&'static str, &'a str); 4] {
    [("From", from), ("To", to), ("Caller", from), ("Called", to)]
}

/// The parameters of A2, the dialling side's view of a hop: a child leg of its own account.
pub(crate) fn hop(hop: &Hop, parent: CallSid, account: AccountSid) -> Form<'_> {
    let mut form = Form::with_capacity(20);
    put(&mut form, "CallSid", hop.child.as_str().to_owned());
    put(&mut form, "AccountSid", account.as_str().to_owned());
    for (name, party) in parties(hop.from.as_str(), hop.application.as_str()) {
        put(&mut form, name, party);
    }
    put(&mut form, "CallStatus", hop.status.as_str());
    put(&mut form, "Direction", Direction::OutboundDial.as_str());
    put(&mut form, "ApiVersion", API_VERSION);
    put(&mut form, "ParentCallSid", parent.as_str().to_owned());
    form
}

/// How far a call has come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub(crate) status: CallStatus,
    /// Whether its application ended it before it was answered, rather than its caller or the time.
    pub(crate) refused: bool,
    /// The response code of SIP, where the far end gave one.
    pub(crate) sip: Option<u16>,
}

/// What a call-progress callback adds (`webhooks.md` section 10.1).
pub(crate) fn progress(
    form: &mut Form<'_>,
    Stage { status, refused, sip }: Stage,
    answered: Option<Millis>,
    now: Millis,
    sequence: u32,
) {
    put(form, "Timestamp", now.rfc2822());
    put(form, "CallbackSource", "call-progress-events");
    put(form, "SequenceNumber", sequence.to_string());
    if status.is_terminal() {
        let seconds = answered.map_or(0, |answered| now.seconds_since(answered));
        put(form, "CallDuration", seconds.to_string());
        if status == CallStatus::Completed {
            put(form, "Duration", seconds.div_ceil(60).to_string());
        }
        match sip {
            Some(response) => put(form, "SipResponseCode", response.to_string()),
            None => put(form, "SipResponseCode", sip_response(status, refused)),
        }
    }
}

/// A refused call is told to the line as 404 (`HangUpCause::Rejected`), so it is told here as the same.
const fn sip_response(status: CallStatus, refused: bool) -> &'static str {
    match status {
        CallStatus::Busy => "486",
        CallStatus::Failed => "500",
        CallStatus::NoAnswer if refused => "404",
        CallStatus::NoAnswer | CallStatus::Canceled => "487",
        _ => "200",
    }
}

/// Where a recording is served.
pub(crate) fn recording_url(config: &Config, account: AccountSid, recording: RecordingSid) -> String {
    format!("{}/{API_VERSION}/Accounts/{account}/Recordings/{recording}", config.recording_base)
}

/// What an `action` request says of a recording.
pub(crate) fn recording(form: &mut Form<'_>, config: &Config, account: AccountSid, recording: &Recording) {
    put(form, "RecordingUrl", recording_url(config, account, recording.sid));
    put(form, "RecordingSid", recording.sid.as_str().to_owned());
    put(form, "RecordingDuration", recording.seconds().to_string());
}

/// What a `transcribeCallback` is told besides the standard parameters (`webhooks.md` section 3). Without a text the
/// transcription has failed.
pub(crate) fn transcription(
    config: &Config,
    account: AccountSid,
    sid: TranscriptSid,
    recording: RecordingSid,
    text: Option<&str>,
) -> Form<'static> {
    let mut form = Form::with_capacity(6);
    put(&mut form, "TranscriptionSid", sid.as_str().to_owned());
    put(&mut form, "TranscriptionText", text.unwrap_or_default().to_owned());
    put(&mut form, "TranscriptionStatus", if text.is_some() { "completed" } else { "failed" });
    let url = format!("{}/{API_VERSION}/Accounts/{account}/Transcriptions/{sid}", config.recording_base);
    put(&mut form, "TranscriptionUrl", url);
    put(&mut form, "RecordingSid", recording.as_str().to_owned());
    put(&mut form, "RecordingUrl", recording_url(config, account, recording));
    form
}

/// A recording callback (`webhooks.md` section 10.2). `call` is always the call that ran the verb.
pub(crate) fn recording_status<'a>(
    config: &Config,
    call: CallSid,
    account: AccountSid,
    of: &'a Recording,
    status: &'static str,
) -> Form<'a> {
    recording_of(config, ("CallSid", call.to_string()), account, of, status)
}

/// A recording callback of a conference.
pub(crate) fn conference_recording_status<'a>(
    config: &Config,
    conference: ConferenceSid,
    account: AccountSid,
    of: &'a Recording,
    status: &'static str,
) -> Form<'a> {
    recording_of(config, ("ConferenceSid", conference.to_string()), account, of, status)
}

fn recording_of<'a>(
    config: &Config,
    (name, of_what): (&'static str, String),
    account: AccountSid,
    of: &'a Recording,
    status: &'static str,
) -> Form<'a> {
    let mut form = Form::with_capacity(12);
    put(&mut form, "AccountSid", account.as_str().to_owned());
    put(&mut form, name, of_what);
    put(&mut form, "RecordingStatus", status);
    recording(&mut form, config, account, of);
    put(&mut form, "RecordingChannels", if of.dual { "2" } else { "1" });
    put(&mut form, "RecordingStartTime", of.started.rfc2822());
    put(&mut form, "RecordingSource", of.source.as_str());
    put(&mut form, "RecordingTrack", of.track.as_str());
    form
}

/// What the documents of somebody in a conference are requested with (`webhooks.md` section 3).
pub(crate) fn in_conference(conference: &Conference) -> Form<'static> {
    let mut form = Form::with_capacity(2);
    put(&mut form, "ConferenceSid", conference.sid.to_string());
    put(&mut form, "FriendlyName", conference.name.clone());
    form
}

/// An event of a conference (`webhooks.md` section 10.4).
pub(crate) fn conference_event(
    conference: &Conference,
    notice: Notice,
    now: Millis,
    sequence: u32,
) -> Form<'static> {
    let mut form = in_conference(conference);
    put(&mut form, "AccountSid", conference.account.to_string());
    put(&mut form, "SequenceNumber", sequence.to_string());
    put(&mut form, "Timestamp", now.rfc2822());
    put(&mut form, "StatusCallbackEvent", notice.event);
    if let Some(about) = &notice.about {
        participant(&mut form, about);
    }
    for (name, value) in notice.more {
        put(&mut form, name, value);
    }
    form
}

fn participant(form: &mut Form<'static>, about: &Participant) {
    let word = |flag: bool| if flag { "true" } else { "false" };
    put(form, "CallSid", about.call.to_string());
    put(form, "Muted", word(about.muted));
    put(form, "Hold", word(about.hold));
    put(form, "Coaching", word(about.coaching.is_some()));
    put(form, "EndConferenceOnExit", word(about.end_on_exit));
    put(form, "StartConferenceOnEnter", word(about.start_on_enter));
    if let Some(label) = &about.label {
        put(form, "ParticipantLabel", label.clone());
    }
}
