//! What runs beside a document or holds the line in a walk: sockets, recorders, transcribers and agents.

use appconnect::Input;
use appconnect::effect::Effect;
use appconnect::id::{LegId, RelaySid, ReplyId, SiprecSid, StreamSid, TranscriptionSid};
use appconnect::input::{
    AgentDone, AgentStatus, RelayEvent, RelayMessage, SiprecEvent, SocketEvent, StreamEvent, Transcribed,
};
use appconnect::pii::Pii;

use super::{Choices, Walk};

/// Something that the engine has begun and that tells it of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Service {
    Agent(ReplyId),
    Relay(RelaySid),
    Siprec(SiprecSid),
    Stream(StreamSid),
    Transcription(TranscriptionSid),
}

/// What the engine has begun.
#[derive(Debug, Default)]
pub struct Services {
    live: Vec<(Service, LegId)>,
    over: Vec<(Service, LegId)>,
    /// Of them, those that went with their leg.
    gone: Vec<Service>,
}

impl Services {
    /// Whether a call may be waiting for one of them.
    pub fn holds(&self) -> bool {
        self.live.iter().any(|(service, _)| !matches!(service, Service::Transcription(_)))
    }

    pub fn take(&mut self, effect: &Effect) {
        match effect {
            Effect::OpenRelay(open) => self.begin(Service::Relay(open.relay), &open.leg),
            Effect::OpenStream(open) => self.begin(Service::Stream(open.stream), &open.leg),
            Effect::StartAgent(start) => self.begin(Service::Agent(start.reply), &start.leg),
            Effect::StartSiprec(start) => self.begin(Service::Siprec(start.siprec), &start.leg),
            Effect::StartTranscription(start) => {
                self.begin(Service::Transcription(start.transcription), &start.leg);
            }
            Effect::CloseRelay(close) => self.end(&Service::Relay(close.relay)),
            Effect::CloseStream(close) => self.end(&Service::Stream(close.stream)),
            Effect::StopAgent(stop) => self.end(&Service::Agent(stop.reply)),
            Effect::StopSiprec(stop) => self.end(&Service::Siprec(stop.siprec)),
            Effect::StopTranscription(stop) => self.end(&Service::Transcription(stop.transcription)),
            Effect::HangUp(end) => self.leg_is_gone(&end.leg),
            _ => {}
        }
    }

    /// Whatever is open on a leg ends with it.
    pub fn leg_is_gone(&mut self, leg: &LegId) {
        let ended: Vec<_> = self.live.extract_if(.., |(_, own)| own == leg).collect();
        self.gone.extend(ended.iter().map(|(service, _)| service.clone()));
        self.over.extend(ended);
    }

    fn begin(&mut self, service: Service, leg: &LegId) {
        let begun = |(own, _): &(Service, LegId)| *own == service;
        assert!(!self.live.iter().chain(&self.over).any(begun), "{service:?} is begun twice");
        self.live.push((service, leg.clone()));
    }

    /// The engine ends it. When its leg is gone that is one word too many, and does no harm.
    fn end(&mut self, service: &Service) {
        match self.live.iter().position(|(own, _)| own == service) {
            Some(place) => self.over.push(self.live.remove(place)),
            None => assert!(self.gone.contains(service), "{service:?} is ended and does not run"),
        }
    }
}

impl Walk {
    /// Something that runs beside a document tells of itself; says whether there was anything.
    pub(super) fn serve(&mut self) -> bool {
        let stale = self.choices.rarely(6) && !self.services.over.is_empty();
        let known = if stale { &self.services.over } else { &self.services.live };
        if known.is_empty() {
            return false;
        }
        let place = self.choices.below(known.len());
        let (service, leg) =
            if stale { self.services.over[place].clone() } else { self.services.live[place].clone() };
        let (input, ends) = told(&mut self.choices, &service, leg);
        if ends && !stale {
            self.services.over.push(self.services.live.remove(place));
        }
        self.give(input).unwrap();
        if stale {
            assert_eq!(self.effects.last().map(Vec::len), Some(0), "what is over has effects");
            self.log.last_mut().unwrap().stale = true;
        }
        true
    }
}

/// What a service tells, and whether it is over by that.
fn told(c: &mut Choices, service: &Service, leg: LegId) -> (Input, bool) {
    let event = c.one(&[SocketEvent::Opened, SocketEvent::Closed, SocketEvent::Opened]);
    let event = if c.rarely(3) { c.one(SocketEvent::ALL) } else { event };
    let detail: Box<str> = c.one(&["", "no such host"]).into();
    match service {
        Service::Agent(reply) => {
            let done = AgentDone {
                reply: *reply,
                status: c.one(AgentStatus::ALL),
                provider: "simulated".into(),
                data: None,
                error_code: None,
                error: None,
            };
            (Input::AgentDone(done), true)
        }
        Service::Relay(relay) if c.below(2) == 0 => {
            let text = c.one(&[
                r#"{"type":"text","token":"Hello","last":true}"#,
                r#"{"type":"end","handoffData":"{\"reason\":\"live-agent\"}"}"#,
                r#"{"type":"play","source":"https://media.example/a.wav","loop":1}"#,
                r#"{"type":"sendDigits","digits":"1w2"}"#,
                r#"{"type":"language","ttsLanguage":"sv-SE"}"#,
                r#"{"type":"shout"}"#,
                "nonsense",
            ]);
            (Input::RelayMessage(RelayMessage { leg, relay: *relay, text: Pii::from(text) }), false)
        }
        Service::Relay(relay) => {
            (Input::RelayEvent(RelayEvent { leg, relay: *relay, event, detail }), event.is_end())
        }
        Service::Siprec(siprec) => {
            (Input::SiprecEvent(SiprecEvent { leg, siprec: *siprec, event, detail }), event.is_end())
        }
        Service::Stream(stream) => {
            (Input::StreamEvent(StreamEvent { leg, stream: *stream, event, detail }), event.is_end())
        }
        Service::Transcription(transcription) => {
            let words = Transcribed {
                leg,
                transcription: *transcription,
                inbound: c.below(2) == 0,
                text: Pii::from("words"),
                confidence: c.one(&[None, Some(0.5)]),
                is_final: c.below(2) == 0,
                stability: None,
            };
            (Input::Transcribed(words), false)
        }
    }
}
