//! What webhooks are told: the parameters of every request, in one place (`webhooks.md` sections 2 and 3,
//! `application-connect.md` section 4).

use std::borrow::Cow;

use super::{Call, CallStatus, Direction, Hop, Recording};
use crate::address::AddressKind;
use crate::config::{Config, Geography};
use crate::event::Purpose;
use crate::id::{AccountSid, CallSid};
use crate::time::Millis;

/// Names and values of one request, in the order sent.
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

/// The parameters that every request of a call carries. `more` says how many will follow.
pub(crate) fn standard<'a>(call: &'a Call, config: &Config, purpose: Purpose, more: usize) -> Form<'a> {
    let mut form = Form::with_capacity(32 + more);
    put(&mut form, "CallSid", call.sid.as_str());
    put(&mut form, "AccountSid", call.account.as_str());
    parties(&mut form, call.from.as_str(), call.to.as_str());
    put(&mut form, "CallStatus", call.status.as_str());
    put(&mut form, "Direction", Direction::Inbound.as_str());
    put(&mut form, "ApiVersion", API_VERSION);
    if let Some(application) = &call.application {
        put(&mut form, "ApplicationSid", application.as_str());
    }
    if let Some(forwarded) = &call.forwarded_from {
        put(&mut form, "ForwardedFrom", forwarded.reveal());
    }
    if let Some(name) = call.caller_name.as_ref().filter(|_| call.caller_name_lookup) {
        put(&mut form, "CallerName", name.reveal());
    }
    if let Some(sender) = &call.sender {
        put(&mut form, "CustomerId", sender.customer_id.as_str());
        if config.sender_account {
            put(&mut form, "AppConnect_SenderAccountSid", sender.account.as_str());
        }
        if let Some(parent) = &sender.parent {
            put(&mut form, "ParentCallSid", parent.as_str());
        }
    }
    let first = matches!(purpose, Purpose::Voice | Purpose::Fallback);
    if let Some(verstat) = call.stir_verstat.as_deref().filter(|_| first) {
        put(&mut form, "StirVerstat", verstat);
    }
    if let Some(sender) = call.sender.as_ref().filter(|_| first || config.repeat_parameters) {
        for (name, value) in &sender.parameters {
            put(&mut form, format!("Param_{name}"), value.reveal());
        }
    }
    if config.geography == Geography::Empty
        && call.sender.is_none()
        && call.from.kind() == AddressKind::PhoneNumber
    {
        form.extend(GEOGRAPHY.iter().map(|name| (Cow::Borrowed(*name), Cow::Borrowed(""))));
    }
    form
}

fn parties<'a>(form: &mut Form<'a>, from: &'a str, to: &'a str) {
    put(form, "From", from);
    put(form, "To", to);
    put(form, "Caller", from);
    put(form, "Called", to);
}

/// The parameters of A2, the dialling side's view of a hop: a child leg of its own account.
pub(crate) fn hop(hop: &Hop, parent: CallSid, account: AccountSid) -> Form<'_> {
    let mut form = Form::with_capacity(20);
    put(&mut form, "CallSid", hop.child.as_str().to_owned());
    put(&mut form, "AccountSid", account.as_str().to_owned());
    parties(&mut form, hop.from.as_str(), hop.application.as_str());
    put(&mut form, "CallStatus", hop.status.as_str());
    put(&mut form, "Direction", Direction::OutboundDial.as_str());
    put(&mut form, "ApiVersion", API_VERSION);
    put(&mut form, "ParentCallSid", parent.as_str().to_owned());
    form
}

/// What a call-progress callback adds (`webhooks.md` section 10.1).
pub(crate) fn progress(
    form: &mut Form<'_>,
    status: CallStatus,
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
        put(form, "SipResponseCode", sip_response(status));
    }
}

const fn sip_response(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Busy => "486",
        CallStatus::Canceled => "487",
        CallStatus::Failed => "500",
        CallStatus::NoAnswer => "480",
        _ => "200",
    }
}

/// Where a recording is served.
pub(crate) fn recording_url(config: &Config, account: AccountSid, recording: &Recording) -> String {
    format!("{}/{API_VERSION}/Accounts/{account}/Recordings/{}", config.recording_base, recording.sid)
}

/// What an `action` request says of a recording.
pub(crate) fn recording(form: &mut Form<'_>, config: &Config, account: AccountSid, recording: &Recording) {
    put(form, "RecordingUrl", recording_url(config, account, recording));
    put(form, "RecordingSid", recording.sid.as_str().to_owned());
    put(form, "RecordingDuration", recording.seconds().to_string());
}

/// A recording callback (`webhooks.md` section 10.2). `call` is always the call that ran the verb.
pub(crate) fn recording_status<'a>(
    config: &Config,
    call: CallSid,
    account: AccountSid,
    of: &'a Recording,
    status: &'static str,
) -> Form<'a> {
    let mut form = Form::with_capacity(12);
    put(&mut form, "AccountSid", account.as_str().to_owned());
    put(&mut form, "CallSid", call.as_str().to_owned());
    put(&mut form, "RecordingStatus", status);
    recording(&mut form, config, account, of);
    put(&mut form, "RecordingChannels", if of.dual { "2" } else { "1" });
    put(&mut form, "RecordingStartTime", of.started.rfc2822());
    put(&mut form, "RecordingSource", of.source.as_str());
    put(&mut form, "RecordingTrack", of.track.as_str());
    form
}
