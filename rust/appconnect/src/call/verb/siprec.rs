//! `<Siprec>`: the audio of the call goes to a SIP recorder (`twiml-voice.md` section 7).
//!
//! What its status callbacks are called is not published, beyond `SiprecError` and `SiprecErrorCode`: they are those of a
//! stream with `Siprec` for `Stream` (our choice).

use super::{start, stream};
use crate::call::cx::Cx;
use crate::call::params::put;
use crate::call::{Background, Siprec};
use crate::effect::{Effect, StartSiprec, StopSiprec};
use crate::event::{Purpose, Service, ServiceState};
use crate::input::SocketEvent;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Node};

/// A recorder gets both sides.
const FORKS: usize = 2;

pub(super) fn start(cx: &mut Cx<'_, '_>, noun: Node<'_>) {
    let siprec = Siprec {
        sid: cx.line.new_siprec(cx.world.seed),
        name: start::name(noun),
        callback: stream::callback(cx, noun, Attribute::StatusCallback),
        open: false,
    };
    if let Err(problem) = start::admit(cx, noun, Service::Siprec, FORKS) {
        return refuse(cx, &siprec, problem);
    }
    let parameters = start::parameters(cx, noun);
    cx.effect(Effect::StartSiprec(StartSiprec {
        siprec: siprec.sid,
        leg: cx.line.id.clone(),
        call: cx.call.sid,
        connector: noun.word(Attribute::ConnectorName).unwrap_or_default().into(),
        track: noun.word(Attribute::Track).unwrap_or_default().into(),
        parameters,
    }));
    cx.call.background.push(Background::Siprec(Box::new(siprec)));
}

fn refuse(cx: &mut Cx<'_, '_>, siprec: &Siprec, problem: Problem) {
    let (code, message) = (problem.code, problem.message.clone());
    cx.problem_once(problem);
    start::report(cx, Service::Siprec, label(siprec), ServiceState::Failed);
    tell(cx, siprec, "siprec-error", Some((code, &message)));
}

fn label(siprec: &Siprec) -> &str {
    siprec.name.as_deref().unwrap_or(siprec.sid.as_str())
}

fn tell(cx: &mut Cx<'_, '_>, siprec: &Siprec, event: &'static str, error: Option<(Code, &str)>) {
    let Some(callback) = &siprec.callback else { return };
    let mut form = stream::status(cx, "Siprec", event);
    put(&mut form, "SiprecSid", siprec.sid.as_str().to_owned());
    put(&mut form, "SiprecName", label(siprec));
    if let Some((code, message)) = error {
        put(&mut form, "SiprecErrorCode", code.number().to_string());
        put(&mut form, "SiprecError", message);
    }
    stream::notify(cx, callback, Purpose::SiprecStatus, &form);
}

pub(super) fn stop(cx: &mut Cx<'_, '_>, siprec: &Siprec) {
    let leg = cx.line.id.clone();
    cx.effect(Effect::StopSiprec(StopSiprec { siprec: siprec.sid, leg }));
    if siprec.open {
        stopped(cx, siprec);
    }
}

fn stopped(cx: &mut Cx<'_, '_>, siprec: &Siprec) {
    start::report(cx, Service::Siprec, label(siprec), ServiceState::Stopped);
    tell(cx, siprec, "siprec-stopped", None);
}

/// Takes in what happened between us and the recorder. Says whether the fork goes on.
pub(crate) fn event(cx: &mut Cx<'_, '_>, siprec: &mut Siprec, event: SocketEvent, detail: &str) -> bool {
    match event {
        SocketEvent::Opened => {
            if !std::mem::replace(&mut siprec.open, true) {
                start::report(cx, Service::Siprec, label(siprec), ServiceState::Started);
                tell(cx, siprec, "siprec-started", None);
            }
        }
        SocketEvent::Closed if siprec.open => stopped(cx, siprec),
        _ if event.is_end() => {
            let event = if event == SocketEvent::Closed { SocketEvent::Refused } else { event };
            refuse(cx, siprec, stream::socket_problem(event, detail));
        }
        _ => cx.problem(stream::socket_problem(event, detail)),
    }
    !event.is_end()
}
