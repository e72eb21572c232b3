//! Acts about calls that are placed: what becomes of them, who answers, and those that an account places itself.

use appconnect::address::Address;
use appconnect::http::{Method, Url};
use appconnect::input::{
    AnsweredBy, CallRecording, DocumentSource, Input, MachineDetected, Originate, Progress, ProgressState,
    Referred, SipFacts,
};
use appconnect::party::MachineDetection;
use appconnect::pii::Pii;
use appconnect::registry::Webhook;

use super::file::{Fields, plain};
use super::setup::{CALLER, account_sid, application_sid, whole};
use super::stage::Stage;

pub fn act(stage: &mut Stage, kind: &str, leg: &str, value: &str, keys: Fields) -> Result<(), String> {
    match kind {
        "progress" => progress(stage, leg, value, keys),
        "detected" => detected(stage, leg, value, keys),
        "referred" => referred(stage, leg, value),
        _ => originate(stage, leg, value, keys),
    }
}

/// A whole number of a file.
pub fn whole_number(fields: &mut Fields, key: &str) -> Result<Option<u32>, String> {
    let wrong = format!("{key} must be a whole number");
    match fields.take(key) {
        None => Ok(None),
        Some(value) => value.as_integer().and_then(|number| number.try_into().ok()).map(Some).ok_or(wrong),
    }
}

/// How far the call of a line has come.
fn progress(stage: &mut Stage, leg: &str, name: &str, mut keys: Fields) -> Result<(), String> {
    let reached = match name {
        "answered" => ProgressState::Answered,
        "busy" => ProgressState::Busy,
        "failed" => ProgressState::Failed,
        "no-answer" => ProgressState::NoAnswer,
        "ringing" => ProgressState::Ringing,
        other => return Err(format!("progress: there is no state {other}")),
    };
    let response = whole_number(&mut keys, "sip_response")?.and_then(|number| number.try_into().ok());
    let call_id = keys.text("sip_call_id")?.map(Into::into);
    let headers = sip_headers(&mut keys)?;
    let says_sip = response.is_some() || call_id.is_some() || !headers.is_empty();
    let sip = says_sip.then_some(SipFacts { call_id, response, headers });
    let leg = stage.leg(leg)?;
    super::give(stage, Input::Progress(Progress { leg, state: reached, sip }), None)
}

/// Header fields of SIP.
pub fn sip_headers(keys: &mut Fields) -> Result<Vec<(String, Pii)>, String> {
    let headers = keys.entries("sip_headers")?.into_iter();
    Ok(headers.map(|(name, value)| (name, Pii::from(plain(&value).unwrap_or_default()))).collect())
}

/// Who answered.
fn detected(stage: &mut Stage, leg: &str, who: &str, mut keys: Fields) -> Result<(), String> {
    let answered_by = match who {
        "fax" => AnsweredBy::Fax,
        "human" => AnsweredBy::Human,
        "machine_end_beep" => AnsweredBy::MachineEndBeep,
        "machine_end_other" => AnsweredBy::MachineEndOther,
        "machine_end_silence" => AnsweredBy::MachineEndSilence,
        "machine_start" => AnsweredBy::MachineStart,
        "unknown" => AnsweredBy::Unknown,
        other => return Err(format!("detected: there is no {other}")),
    };
    let duration_ms = whole_number(&mut keys, "after_ms")?.unwrap_or_default();
    let leg = stage.leg(leg)?;
    super::give(stage, Input::MachineDetected(MachineDetected { leg, answered_by, duration_ms }), None)
}

fn hook(url: Option<String>, method: Method) -> Result<Option<Webhook>, String> {
    let Some(url) = url else { return Ok(None) };
    let url = Url::parse(&whole(&url)).map_err(|error| format!("originate: {error}"))?;
    Ok(Some(Webhook { url, method }))
}

/// A connected party asks to be replaced.
fn referred(stage: &mut Stage, leg: &str, target: &str) -> Result<(), String> {
    let referred = Referred { leg: stage.leg(leg)?, target: Pii::from(target) };
    super::give(stage, Input::Referred(referred), None)
}

/// How a call that is placed is to be recorded, if it is.
fn recording(keys: &mut Fields) -> Result<Option<CallRecording>, String> {
    let dual = match keys.text("recording")?.as_deref() {
        None => return Ok(None),
        Some("mono") => false,
        Some("dual") => true,
        Some(other) => return Err(format!("recording: {other} is neither mono nor dual")),
    };
    let events = keys.text("recording_events")?.unwrap_or_default();
    Ok(Some(CallRecording {
        dual,
        track: keys.text("recording_track")?.unwrap_or_else(|| "both".to_owned()).into(),
        trim: keys.flag("recording_trim")?.unwrap_or(true),
        callback: hook(keys.text("recording_callback")?, Method::Post)?,
        callback_events: events.split_ascii_whitespace().map(Into::into).collect(),
    }))
}

/// An account places a call.
fn originate(stage: &mut Stage, leg: &str, to: &str, mut keys: Fields) -> Result<(), String> {
    let leg = stage.add_line(leg)?;
    let account = account_sid(&keys.text("account")?.unwrap_or_else(|| "alpha".to_owned()));
    let method = match keys.text("method")?.as_deref() {
        None | Some("POST") => Method::Post,
        Some("GET") => Method::Get,
        Some(other) => return Err(format!("originate: {other} is neither GET nor POST")),
    };
    let document = if let Some(webhook) = hook(keys.text("url")?, method)? {
        DocumentSource::Url(webhook)
    } else if let Some(twiml) = keys.text("twiml")? {
        let document =
            if twiml.starts_with("<Response") { twiml } else { format!("<Response>{twiml}</Response>") };
        DocumentSource::Twiml(stage.names.fill(&document)?.into())
    } else if let Some(name) = keys.text("application")? {
        DocumentSource::Application(application_sid(&name))
    } else {
        return Err("originate: one of url, twiml and application is needed".to_owned());
    };
    let events = keys.text("events")?.unwrap_or_default();
    let machine_detection = keys.text("detection")?.map(|kind| MachineDetection {
        message_end: kind == "DetectMessageEnd",
        timeout: 30,
        speech_threshold: 2_400,
        speech_end_threshold: 1_200,
        silence_timeout: 5_000,
    });
    let call = Originate {
        leg,
        account,
        from: Address::new(&keys.text("from")?.unwrap_or_else(|| CALLER.to_owned())),
        to: Address::new(to),
        document,
        fallback: hook(keys.text("fallback")?, Method::Post)?,
        status_callback: hook(keys.text("status_callback")?, Method::Post)?,
        status_callback_events: events.split_ascii_whitespace().map(Into::into).collect(),
        timeout: whole_number(&mut keys, "timeout")?.unwrap_or(60),
        time_limit: whole_number(&mut keys, "time_limit")?,
        send_digits: keys.text("send_digits")?.map(Into::into),
        machine_detection,
        asynchronous_detection: false,
        detection_callback: None,
        recording: recording(&mut keys)?,
    };
    let refused = keys.text("refused")?;
    keys.done()?;
    super::give(stage, Input::Originate(Box::new(call)), refused)
}
