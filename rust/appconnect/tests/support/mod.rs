//! A small world around the engine: webhooks that answer from a table, media that takes a second, time that jumps.
//!
//! With `save_at_every_step` the leg is saved, released and restored around every input, which must change nothing.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part of this")]
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_in_result,
    clippy::unwrap_used,
    reason = "test code"
)]

pub mod cases;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use appconnect::address::Address;
use appconnect::effect::{
    Charge, Dial, Effect, Fetch, HangUpCause, Notify, OpenRelay, OpenStream, PlaySource, Refer, SendMessage,
    StartAgent, StartRecording, StartSiprec, StartTranscription, Transcribe,
};
use appconnect::event::{Event, EventKind};
use appconnect::http::{Method, Request, Url, form};
use appconnect::id::{AccountSid, CallSid, LegId, ReplyId, Seed};
use appconnect::input::{
    Change, Digits, DocumentSource, FailureReason, HttpFailure, HttpResponse, HungUp, IncomingCall,
    MediaDone, MediaFailure, Modify, Originate, PolicyVerdict, Progress, ProgressState, RelayEvent,
    RelayMessage, SiprecEvent, SocketEvent, Speech, StreamEvent,
};
use appconnect::pii::{Pii, Secret};
use appconnect::policy::Verdict;
use appconnect::registry::{
    Access, Account, AccountStatus, ApiVersion, Application, Handler, PhoneNumber, Registry, RegistryBuilder,
    Webhook, Webhooks,
};
use appconnect::settlement::Settlement;
use appconnect::time::Millis;
use appconnect::{Config, Engine, Input, InputError};

pub const A: &str = "AC0000000000000000000000000000000a";
pub const B: &str = "AC0000000000000000000000000000000b";
pub const C: &str = "AC0000000000000000000000000000000c";
pub const APP_A: &str = "AP0000000000000000000000000000000a";
pub const APP_B: &str = "AP0000000000000000000000000000000b";
pub const APP_C: &str = "AP0000000000000000000000000000000c";
pub const CALLER: &str = "+15550100";
pub const NUMBER: &str = "+15550199";
/// Where A's number is answered.
pub const ENTRY: &str = "https://a.example/voice";
/// Where B's application is answered.
pub const RECEIVER: &str = "https://b.example/voice";
/// Where C's application is answered.
pub const THIRD: &str = "https://c.example/voice";
/// The `action` of A's `<Dial>` in [`World::handing_over`].
pub const AFTER: &str = "https://a.example/after";
pub const START: u64 = 1_700_000_000_000;
/// How long every prompt takes, in milliseconds a round.
pub const PROMPT_MS: u64 = 1_000;

/// What a webhook answers.
#[derive(Clone)]
pub enum Answer {
    Http {
        status: u16,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    },
    Fails(FailureReason),
    /// Never answers.
    Silent,
}

impl Answer {
    pub fn twiml(body: &str) -> Self {
        let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{body}</Response>");
        Self::typed("text/xml", body.as_bytes())
    }

    pub fn typed(content_type: &str, body: &[u8]) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self::Http { status: 200, headers, body: body.to_vec() }
    }

    pub fn status(status: u16) -> Self {
        Self::Http { status, headers: Vec::new(), body: Vec::new() }
    }

    pub fn redirect(status: u16, location: &str) -> Self {
        Self::Http { status, headers: vec![("Location".to_owned(), location.to_owned())], body: Vec::new() }
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Http { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A request that was made.
#[derive(Clone, Debug)]
pub struct Seen {
    pub url: String,
    pub account: String,
    pub call: String,
    pub form: Vec<(String, String)>,
    pub awaited: bool,
    pub sequence: Option<u32>,
    pub request: Request,
}

impl Seen {
    fn new(
        request: &Request,
        account: AccountSid,
        call: CallSid,
        awaited: bool,
        sequence: Option<u32>,
    ) -> Self {
        let form = match request.method() {
            Method::Post => form::decode(request.body()),
            Method::Get => form::decode(request.url().query().unwrap_or_default().as_bytes()),
        };
        Self {
            url: request.document_url().as_str().to_owned(),
            account: account.to_string(),
            call: call.to_string(),
            form,
            awaited,
            sequence,
            request: request.clone(),
        }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.header(name)
    }
}

pub struct World {
    pub engine: Engine,
    pub now: u64,
    pub requests: Vec<Seen>,
    pub heard: Vec<String>,
    /// Every effect, in order, as text.
    pub trace: Vec<String>,
    pub events: Vec<Event>,
    pub settlements: Vec<Settlement>,
    pub hung_up: Option<HangUpCause>,
    pub answered: bool,
    /// Every switch of the ringing that the caller hears, with its tone.
    pub ringback: Vec<(bool, Option<String>)>,
    pub consults: Vec<ReplyId>,
    pub recordings: Vec<StartRecording>,
    /// The calls that were placed, in order.
    pub dialled: Vec<Dial>,
    /// The lines that are connected to each other right now, the dialling one first.
    pub bridges: Vec<(LegId, LegId)>,
    /// The lines other than the caller's that the engine has ended, in order.
    pub dropped: Vec<LegId>,
    pub streams: Vec<OpenStream>,
    pub relays: Vec<OpenRelay>,
    /// The frames that the application of a relay was sent.
    pub frames: Vec<String>,
    pub siprecs: Vec<StartSiprec>,
    pub transcriptions: Vec<StartTranscription>,
    pub agents: Vec<StartAgent>,
    /// What happened to conferences, in order: `join leg-1`, `change leg-1 muted`, `leave leg-1 beep`, `record`, `stop`.
    pub conferences: Vec<String>,
    pub charges: Vec<Charge>,
    pub messages: Vec<SendMessage>,
    pub transfers: Vec<Refer>,
    pub written_down: Vec<Transcribe>,
    /// Every switch of what keeps the caller from everything that listens along.
    pub concealed: Vec<bool>,
    /// When each request was made, in milliseconds since the start, by its place in `requests`.
    pub request_times: Vec<u64>,
    pub save_at_every_step: bool,
    answers: HashMap<String, VecDeque<Answer>>,
    media: Vec<(u64, ReplyId, LegId)>,
    pub leg: LegId,
    config: Config,
    registry: Arc<Registry>,
}

pub fn token(account: &str) -> Secret {
    Secret::new(format!("token-of-{account}"))
}

pub fn hook(url: &str) -> Webhook {
    Webhook { url: Url::parse(url).unwrap(), method: Method::Post }
}

pub fn application(sid: &str, account: &str, host: &str, public: bool) -> Application {
    Application {
        sid: sid.parse().unwrap(),
        account: account.parse().unwrap(),
        friendly_name: host.into(),
        voice: Some(hook(&format!("https://{host}/voice"))),
        fallback: None,
        status_callback: Some(hook(&format!("https://{host}/status"))),
        public_application_connect_enabled: public,
        caller_name_lookup: false,
        api_version: ApiVersion::default(),
        access: Access::default(),
    }
}

/// A's number rings at `https://a.example/voice`; B and C have public applications; A has one of its own.
pub fn registry(
    change: impl FnOnce(&mut Vec<Account>, &mut Vec<Application>, &mut Vec<PhoneNumber>),
) -> Registry {
    let mut accounts: Vec<_> = [A, B, C]
        .map(|sid| Account::new(sid.parse().unwrap(), None, AccountStatus::Active, token(sid)))
        .into();
    let mut applications = vec![
        application(APP_A, A, "own.example", false),
        application(APP_B, B, "b.example", true),
        application(APP_C, C, "c.example", true),
    ];
    let mut numbers = vec![PhoneNumber {
        number: NUMBER.into(),
        account: A.parse().unwrap(),
        handler: Handler::Webhooks(Box::new(Webhooks {
            voice: Some(hook("https://a.example/voice")),
            fallback: None,
            status_callback: Some(hook("https://a.example/status")),
        })),
        caller_name_lookup: false,
    }];
    change(&mut accounts, &mut applications, &mut numbers);
    let mut builder = RegistryBuilder::new();
    for account in accounts {
        builder.account(account);
    }
    for application in applications {
        builder.application(application);
    }
    for number in numbers {
        builder.number(number);
    }
    builder.build().unwrap()
}

pub fn plain_config() -> Config {
    Config { timeline: true, ..Config::default() }
}

impl World {
    pub fn new() -> Self {
        Self::with(plain_config(), registry(|_, _, _| {}))
    }

    pub fn with(config: Config, registry: Registry) -> Self {
        let registry = Arc::new(registry);
        let mut engine = Engine::new(config.clone(), Seed::new([7; 32]));
        engine.set_registry(Arc::clone(&registry));
        Self {
            engine,
            now: START,
            requests: Vec::new(),
            heard: Vec::new(),
            trace: Vec::new(),
            events: Vec::new(),
            settlements: Vec::new(),
            hung_up: None,
            answered: false,
            ringback: Vec::new(),
            consults: Vec::new(),
            recordings: Vec::new(),
            dialled: Vec::new(),
            bridges: Vec::new(),
            dropped: Vec::new(),
            streams: Vec::new(),
            relays: Vec::new(),
            frames: Vec::new(),
            siprecs: Vec::new(),
            transcriptions: Vec::new(),
            agents: Vec::new(),
            conferences: Vec::new(),
            charges: Vec::new(),
            messages: Vec::new(),
            transfers: Vec::new(),
            written_down: Vec::new(),
            concealed: Vec::new(),
            request_times: Vec::new(),
            save_at_every_step: false,
            answers: HashMap::new(),
            media: Vec::new(),
            leg: "leg-1".parse().unwrap(),
            config,
            registry,
        }
    }

    /// A dials B's application, whose document is `receiver`; `dial` and `application` are attributes, `inside` are
    /// the children of `<Application>` besides the SID.
    pub fn handing_over(dial: &str, application: &str, inside: &str, receiver: &str) -> Self {
        let mut world = Self::new();
        world.hand_over(dial, application, inside, receiver);
        world
    }

    pub fn hand_over(&mut self, dial: &str, application: &str, inside: &str, receiver: &str) -> &mut Self {
        let dial = format!("action=\"/after\" {dial}");
        self.on(ENTRY, &dial_application(&dial, application, APP_B, inside)).on(RECEIVER, receiver)
    }

    /// Swaps the registry while calls are under way.
    pub fn set_registry(&mut self, registry: Registry) {
        self.registry = Arc::new(registry);
        self.engine.set_registry(Arc::clone(&self.registry));
    }

    /// The URL answers with these, the last one again and again.
    pub fn serve(&mut self, url: &str, answers: impl IntoIterator<Item = Answer>) -> &mut Self {
        self.answers.insert(url.to_owned(), answers.into_iter().collect());
        self
    }

    /// The URL answers with this TwiML, without its root.
    pub fn on(&mut self, url: &str, twiml: &str) -> &mut Self {
        self.serve(url, [Answer::twiml(twiml)])
    }

    /// The caller dials A's number.
    pub fn dial(&mut self) -> &mut Self {
        self.dial_to(NUMBER)
    }

    pub fn dial_to(&mut self, to: &str) -> &mut Self {
        self.dial_with(|call| call.to = Address::new(to))
    }

    /// The caller dials A's number, with more that the carrier says.
    pub fn dial_with(&mut self, change: impl FnOnce(&mut IncomingCall)) -> &mut Self {
        let mut call = IncomingCall {
            leg: self.leg.clone(),
            from: Address::new(CALLER),
            to: Address::new(NUMBER),
            forwarded_from: None,
            caller_name: None,
            stir_verstat: None,
            sip: None,
        };
        change(&mut call);
        self.input(Input::IncomingCall(call)).unwrap();
        self
    }

    /// Another caller, on a line of this name, dials a number.
    pub fn caller(&mut self, leg: &str, to: &str) -> &mut Self {
        let name: LegId = leg.parse().unwrap();
        self.dial_with(|call| {
            call.leg = name;
            call.to = Address::new(to);
        })
    }

    /// The caller on the line of this name hangs up.
    pub fn caller_hangs_up(&mut self, leg: &str) -> &mut Self {
        let leg: LegId = leg.parse().unwrap();
        self.gone(&leg);
        self.input(Input::HungUp(HungUp { leg })).unwrap();
        self
    }

    /// The caller on the line of this name presses keys.
    pub fn caller_presses(&mut self, leg: &str, digits: &str) -> &mut Self {
        let leg = leg.parse().unwrap();
        self.input(Input::Digits(Digits { leg, digits: Pii::from(digits) })).unwrap();
        self
    }

    /// A's account places a call to somebody, who answers.
    pub fn place(&mut self, to: &str) -> &mut Self {
        let call = Originate {
            leg: self.leg.clone(),
            account: A.parse().unwrap(),
            from: Address::new(NUMBER),
            to: Address::new(to),
            document: DocumentSource::Url(hook(ENTRY)),
            fallback: None,
            status_callback: None,
            status_callback_events: Vec::new(),
            timeout: 60,
            time_limit: None,
            send_digits: None,
            machine_detection: None,
            asynchronous_detection: false,
            detection_callback: None,
            recording: None,
        };
        self.input(Input::Originate(Box::new(call))).unwrap();
        self.progress(0, ProgressState::Answered)
    }

    /// What the end of the prompt that plays answers, if one plays.
    pub fn playing(&self) -> Option<ReplyId> {
        self.media.last().map(|(_, reply, _)| *reply)
    }

    /// The prompt that plays cannot be played.
    pub fn fail_media(&mut self, why: MediaFailure) -> &mut Self {
        let (_, reply, _) = self.media.pop().unwrap();
        self.input(Input::MediaDone(MediaDone { reply, failed: Some(why) })).unwrap();
        self
    }

    /// The caller has been silent for as long as the recording allows.
    pub fn fall_silent(&mut self) -> &mut Self {
        let reply = self.recordings.last().unwrap().reply;
        self.input(Input::MediaDone(MediaDone { reply, failed: None })).unwrap();
        self
    }

    pub fn press(&mut self, digits: &str) -> &mut Self {
        self.input(Input::Digits(Digits { leg: self.leg.clone(), digits: Pii::from(digits) })).unwrap();
        self
    }

    pub fn say(&mut self, text: &str, is_final: bool) -> &mut Self {
        let speech = Speech { leg: self.leg.clone(), text: Pii::from(text), confidence: Some(0.5), is_final };
        self.input(Input::Speech(speech)).unwrap();
        self
    }

    /// What becomes of the call that was placed at this place, from 0.
    pub fn progress(&mut self, place: usize, state: ProgressState) -> &mut Self {
        let leg = self.dialled[place].leg.clone();
        self.input(Input::Progress(Progress { leg, state, sip: None })).unwrap();
        self
    }

    /// The party that was called hangs up.
    pub fn party_hangs_up(&mut self, place: usize) -> &mut Self {
        let leg = self.dialled[place].leg.clone();
        self.gone(&leg);
        self.input(Input::HungUp(HungUp { leg })).unwrap();
        self
    }

    /// The party that was called presses keys.
    pub fn party_presses(&mut self, place: usize, digits: &str) -> &mut Self {
        let leg = self.dialled[place].leg.clone();
        self.input(Input::Digits(Digits { leg, digits: Pii::from(digits) })).unwrap();
        self
    }

    /// A line is gone, with what plays on it and what it is connected to.
    fn gone(&mut self, gone: &LegId) {
        self.media.retain(|(_, _, leg)| leg != gone);
        self.bridges.retain(|(leg, other)| leg != gone && other != gone);
    }

    /// Something happens to the socket of a stream, by its place among those that were opened.
    pub fn stream(&mut self, place: usize, event: SocketEvent) -> &mut Self {
        let (leg, stream) = (self.leg.clone(), self.streams[place].stream);
        self.input(Input::StreamEvent(StreamEvent { leg, stream, event, detail: "".into() })).unwrap();
        self
    }

    /// Something happens between us and a SIP recorder.
    pub fn siprec(&mut self, place: usize, event: SocketEvent) -> &mut Self {
        let (leg, siprec) = (self.leg.clone(), self.siprecs[place].siprec);
        self.input(Input::SiprecEvent(SiprecEvent { leg, siprec, event, detail: "".into() })).unwrap();
        self
    }

    /// Something happens to the socket of the last relay.
    pub fn relay(&mut self, event: SocketEvent) -> &mut Self {
        let (leg, relay) = (self.leg.clone(), self.relays.last().unwrap().relay);
        self.input(Input::RelayEvent(RelayEvent { leg, relay, event, detail: "".into() })).unwrap();
        self
    }

    /// The application of the last relay sends a frame.
    pub fn frame(&mut self, text: &str) -> &mut Self {
        let (leg, relay) = (self.leg.clone(), self.relays.last().unwrap().relay);
        self.input(Input::RelayMessage(RelayMessage { leg, relay, text: text.into() })).unwrap();
        self
    }

    /// How many effects of this kind there were.
    pub fn count(&self, kind: &str) -> usize {
        self.trace.iter().filter(|effect| effect.starts_with(kind)).count()
    }

    pub fn hang_up(&mut self) -> &mut Self {
        self.gone(&self.leg.clone());
        self.input(Input::HungUp(HungUp { leg: self.leg.clone() })).unwrap();
        self
    }

    /// What plays right now turns out to be unplayable.
    pub fn break_media(&mut self) -> &mut Self {
        for (_, reply, _) in std::mem::take(&mut self.media) {
            let failed = Some(MediaFailure::Retrieval);
            self.input(Input::MediaDone(MediaDone { reply, failed })).unwrap();
        }
        self
    }

    pub fn modify(&mut self, call: &str, change: Change) -> Result<(), InputError> {
        self.input(Input::Modify(Modify { call: call.parse().unwrap(), change }))
    }

    pub fn decide(&mut self, verdict: Verdict) -> &mut Self {
        let reply = self.consults.pop().unwrap();
        self.input(Input::Verdict(PolicyVerdict { reply, verdict })).unwrap();
        self
    }

    /// Gives the engine one input and performs what follows at once.
    pub fn input(&mut self, input: Input) -> Result<(), InputError> {
        let result = self.handle(input);
        self.perform();
        result
    }

    fn handle(&mut self, input: Input) -> Result<(), InputError> {
        if self.save_at_every_step {
            self.save_and_restore();
        }
        self.engine.handle(Millis(self.now), input)
    }

    fn save_and_restore(&mut self) {
        let subjects: Vec<_> = self.engine.subjects().collect();
        let mut fresh = Engine::new(self.config.clone(), Seed::new([7; 32]));
        fresh.set_registry(Arc::clone(&self.registry));
        for subject in subjects {
            let bytes = self.engine.snapshot(subject).unwrap();
            self.engine.release(subject).unwrap();
            fresh.restore(Millis(self.now), &bytes).unwrap();
        }
        assert_eq!(self.engine.subjects().count(), 0);
        self.engine = fresh;
    }

    fn perform(&mut self) {
        let mut replies = VecDeque::new();
        loop {
            while let Some(effect) = self.engine.poll_effect() {
                self.trace.push(format!("{effect:?}"));
                self.one(effect, &mut replies);
            }
            let Some(reply) = replies.pop_front() else { return };
            self.handle(reply).unwrap();
        }
    }

    fn one(&mut self, effect: Effect, replies: &mut VecDeque<Input>) {
        match effect {
            Effect::Fetch(Fetch { reply, call, account, request, .. }) => {
                self.requests.push(Seen::new(&request, account, call, true, None));
                self.request_times.push(self.now - START);
                replies.extend(self.respond(reply, request.document_url().as_str()));
            }
            Effect::Notify(Notify { reply, call, account, sequence, request, .. }) => {
                self.requests.push(Seen::new(&request, account, call, false, sequence));
                self.request_times.push(self.now - START);
                replies.extend(self.respond(reply, request.document_url().as_str()));
            }
            Effect::Say(say) => {
                self.heard.push(say.text.to_string());
                self.media.push((self.now + PROMPT_MS * u64::from(say.rounds), say.reply, say.leg));
            }
            Effect::Play(play) => {
                let what = match &play.source {
                    PlaySource::Tones(tones) => format!("tones {tones}"),
                    PlaySource::Url(url) => format!("play {url}"),
                };
                self.heard.push(what);
                self.media.push((self.now + PROMPT_MS * u64::from(play.rounds), play.reply, play.leg));
            }
            Effect::StopMedia(stop) => self.media.retain(|(_, _, leg)| *leg != stop.leg),
            Effect::Report(event) => self.events.push(event),
            Effect::Settle(settlement) => self.settlements.push(settlement),
            Effect::HangUp(hang_up) => {
                self.gone(&hang_up.leg);
                if hang_up.leg == self.leg {
                    self.hung_up = Some(hang_up.cause);
                } else {
                    self.dropped.push(hang_up.leg);
                }
            }
            Effect::Dial(dial) => self.dialled.push(dial),
            Effect::Bridge(bridge) => self.bridges.push((bridge.leg, bridge.other)),
            Effect::Unbridge(bridge) => {
                self.bridges.retain(|pair| *pair != (bridge.leg.clone(), bridge.other.clone()));
            }
            Effect::JoinConference(join) => {
                let state = state(join.muted, join.hold, join.coaching, join.coached.as_ref());
                let beep = if join.beep { " beep" } else { "" };
                self.conferences.push(format!("join {}{state}{beep}", join.leg));
            }
            Effect::ChangeParticipant(change) => {
                let state = state(change.muted, change.hold, change.coaching, change.coached.as_ref());
                self.conferences.push(format!("change {}{state}", change.leg));
            }
            Effect::LeaveConference(leave) => {
                let beep = if leave.beep { " beep" } else { "" };
                self.conferences.push(format!("leave {}{beep}", leave.leg));
            }
            Effect::StartConferenceRecording(_) => self.conferences.push("record".to_owned()),
            Effect::StopConferenceRecording(_) => self.conferences.push("stop".to_owned()),
            Effect::Answer(_) => self.answered = true,
            Effect::Ringback(ringback) => self.ringback.push((ringback.on, ringback.tone.map(Into::into))),
            Effect::Consult(consult) => self.consults.push(consult.reply),
            Effect::StartRecording(start) => self.recordings.push(start),
            Effect::Charge(charge) => self.charges.push(*charge),
            Effect::Conceal(conceal) => self.concealed.push(conceal.on),
            Effect::Refer(refer) => self.transfers.push(refer),
            Effect::SendMessage(message) => self.messages.push(message),
            Effect::Transcribe(transcribe) => self.written_down.push(transcribe),
            Effect::OpenRelay(open) => self.relays.push(open),
            Effect::OpenStream(open) => self.streams.push(open),
            Effect::SendRelay(send) => self.frames.push(send.text.reveal().to_owned()),
            Effect::StartAgent(start) => self.agents.push(start),
            Effect::StartSiprec(start) => self.siprecs.push(start),
            Effect::StartTranscription(start) => self.transcriptions.push(start),
            Effect::CloseRelay(_)
            | Effect::CloseStream(_)
            | Effect::Collect(_)
            | Effect::Echo(_)
            | Effect::SendDtmf(_)
            | Effect::StopAgent(_)
            | Effect::StopCollect(_)
            | Effect::StopRecording(_)
            | Effect::StopSiprec(_)
            | Effect::StopTranscription(_) => {}
        }
    }

    fn respond(&mut self, reply: ReplyId, url: &str) -> Option<Input> {
        let plain = url.split('?').next().unwrap();
        let answer = match self.answers.get_mut(plain) {
            Some(answers) if answers.len() > 1 => answers.pop_front().unwrap(),
            Some(answers) => answers.front().unwrap().clone(),
            None => Answer::twiml(""),
        };
        match answer {
            Answer::Http { status, headers, body } => {
                Some(Input::HttpResponse(HttpResponse { reply, status, headers, body }))
            }
            Answer::Fails(reason) => Some(Input::HttpFailure(HttpFailure { reply, reason })),
            Answer::Silent => None,
        }
    }

    /// Lets time pass, one moment at a time.
    pub fn advance(&mut self, millis: u64) -> &mut Self {
        let until = self.now + millis;
        while let Some(next) = self.next().filter(|next| *next <= until) {
            self.jump(next);
        }
        self.now = until;
        self
    }

    /// Lets time pass until nothing more happens by itself.
    pub fn finish(&mut self) -> &mut Self {
        for _ in 0..10_000 {
            let Some(next) = self.next() else { return self };
            self.jump(next);
        }
        panic!("the call never comes to an end");
    }

    fn next(&self) -> Option<u64> {
        let media = self.media.iter().map(|(at, _, _)| *at).min();
        let timer = self.engine.next_timeout().map(|at| at.0);
        [media, timer].into_iter().flatten().min()
    }

    fn jump(&mut self, to: u64) {
        self.now = self.now.max(to);
        let done = self.media.iter().position(|(at, _, _)| *at <= self.now);
        let input = match done {
            Some(place) => {
                let (_, reply, _) = self.media.remove(place);
                Input::MediaDone(MediaDone { reply, failed: None })
            }
            None => Input::Tick,
        };
        self.input(input).unwrap();
    }

    /// The requests to a URL, its query left out.
    pub fn to(&self, url: &str) -> Vec<&Seen> {
        self.requests.iter().filter(|seen| seen.url.split('?').next() == Some(url)).collect()
    }

    /// The only request to a URL.
    pub fn only(&self, url: &str) -> &Seen {
        let requests = self.to(url);
        assert_eq!(requests.len(), 1, "requests to {url}: {:?}", self.urls());
        requests[0]
    }

    /// When the only request to a URL was made, in milliseconds since the start.
    pub fn time_of(&self, url: &str) -> u64 {
        let place = self.requests.iter().position(|seen| seen.url.split('?').next() == Some(url));
        self.request_times[place.unwrap_or_else(|| panic!("no request to {url}: {:?}", self.urls()))]
    }

    /// The bill of the dialling side's view of a hop, by its place.
    pub fn hop_bill(&self, place: usize) -> &Settlement {
        let mut hops = self.settlements.iter().filter(|bill| bill.leg.as_str() == "application-hop");
        hops.nth(place).unwrap_or_else(|| panic!("no hop {place}: {:?}", self.settlements))
    }

    pub fn urls(&self) -> Vec<&str> {
        self.requests.iter().map(|seen| seen.url.as_str()).collect()
    }

    /// Codes of the problems that an account was told of.
    pub fn problems(&self, account: &str) -> Vec<u32> {
        let own = self.events.iter().filter(|event| event.account.as_str() == account);
        own.filter_map(|event| match &event.kind {
            EventKind::Problem(raised) => Some(raised.problem.code.number()),
            _ => None,
        })
        .collect()
    }

    /// Everything that an account can see of the timeline, as text.
    pub fn seen_by(&self, account: &str) -> Vec<String> {
        let own = self.events.iter().filter(|event| event.account.as_str() == account);
        own.map(|event| format!("{:?}", event.kind)).collect()
    }

    /// The settlement of a call.
    pub fn bill(&self, call: &str) -> &Settlement {
        let mut bills = self.settlements.iter().filter(|settlement| settlement.call.as_str() == call);
        let bill = bills.next().unwrap_or_else(|| panic!("no bill for {call}"));
        assert!(bills.next().is_none(), "two bills for {call}");
        bill
    }
}

fn state(muted: bool, hold: bool, coaching: bool, coached: Option<&LegId>) -> String {
    let mut state = String::new();
    for (on, word) in [(muted, " muted"), (hold, " hold")] {
        state.push_str(if on { word } else { "" });
    }
    if coaching {
        state.push_str(" coaches ");
        state.push_str(coached.map_or("nobody", LegId::as_str));
    }
    state
}

/// The `<Dial>` of an application, with attributes and with what stands inside besides the SID.
pub fn dial_application(dial: &str, application: &str, sid: &str, inside: &str) -> String {
    format!(
        "<Dial {dial}><Application {application}><ApplicationSid>{sid}</ApplicationSid>{inside}</Application></Dial>"
    )
}
