//! A random walk: documents, webhooks, callers and accounts that do anything in any order, and a record of it that
//! can be run again.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part of this")]

mod again;
mod checker;
mod documents;
mod rooms;
mod services;
mod world;

use std::sync::Arc;

use appconnect::address::Address;
use appconnect::effect::Effect;
use appconnect::http::Method;
use appconnect::id::{CallSid, LegId, ReplyId, Seed};
use appconnect::input::{
    Change, ChargeDone, ChargeOutcome, Digits, FailureReason, HttpFailure, HttpResponse, HungUp,
    IncomingCall, MediaDone, MediaFailure, MessageStatus, Modify, PolicyVerdict, Progress, ProgressState,
    RecordingTranscribed, ReferProgress, ReferStep, Referred, Speech,
};
use appconnect::pii::Pii;
use appconnect::policy::Verdict;
use appconnect::time::Millis;
use appconnect::{Config, Engine, Input, InputError};

pub use again::{Again, again, without_timeline};
pub use checker::Checker;
pub use documents::{Choices, Documents, PARTIES, Party, party};
use services::Services;
use world::configuration;
pub use world::{next_token, registries};

use crate::support::{APP_B, APP_C, Answer, CALLER, NUMBER, START, hook};

/// Nobody's: a time at which no other timer can fire.
const ROOT_SECONDS: u64 = 7_919;

/// What the walk did, so that it can be done again.
#[derive(Clone, Debug)]
pub struct Entry {
    pub now: u64,
    pub act: Act,
    /// A reply that nobody waits for: it must change nothing.
    pub stale: bool,
}

#[derive(Clone, Debug)]
pub enum Act {
    Input(Input),
    /// The registry with this number takes over.
    Swap(usize),
}

struct Pending {
    reply: ReplyId,
    call: CallSid,
    account: &'static Party,
}

pub struct Walk {
    engine: Engine,
    choices: Choices,
    documents: Documents,
    pub checker: Checker,
    pub config: Config,
    pub log: Vec<Entry>,
    /// The effects of each entry of the log.
    pub effects: Vec<Vec<Effect>>,
    /// A snapshot taken before each input, where a leg lived.
    pub snapshots: Vec<Vec<u8>>,
    now: u64,
    leg: LegId,
    pending: Vec<Pending>,
    media: Vec<(ReplyId, LegId)>,
    /// Calls that were placed and not answered yet.
    placed: Vec<LegId>,
    /// Called parties that have answered.
    talking: Vec<LegId>,
    consults: Vec<ReplyId>,
    /// Whether the caller hears the caller, which goes on for as long as the call does.
    echoing: bool,
    messages: Vec<ReplyId>,
    transcriptions: Vec<ReplyId>,
    services: Services,
    /// Answered, or stopped.
    used: Vec<ReplyId>,
    /// Never answered.
    dropped: Vec<Pending>,
    /// Callers besides the first.
    callers: usize,
    swaps: bool,
}

pub fn incoming(leg: &LegId, to: &str) -> Input {
    Input::IncomingCall(IncomingCall {
        leg: leg.clone(),
        from: Address::new(CALLER),
        to: Address::new(to),
        forwarded_from: Some(Pii::from("+15550177")),
        caller_name: Some(Pii::from("Zoe")),
        stir_verstat: Some("TN-Validation-Passed-A".into()),
        sip: None,
    })
}

impl Walk {
    pub fn new(made: Vec<u16>, seed: u8, swaps: bool) -> Self {
        let mut choices = Choices::new(made);
        let config = configuration(&mut choices);
        let mut engine = Engine::new(config.clone(), Seed::new([seed; 32]));
        engine.set_registry(Arc::clone(&registries()[0]));
        let mut documents = Documents::default();
        documents.meeting = choices.rarely(4);
        Self {
            engine,
            choices,
            documents,
            checker: Checker::new(config.clone(), swaps),
            config,
            log: Vec::new(),
            effects: Vec::new(),
            snapshots: Vec::new(),
            now: START,
            leg: "leg-1".parse().unwrap(),
            pending: Vec::new(),
            media: Vec::new(),
            placed: Vec::new(),
            talking: Vec::new(),
            consults: Vec::new(),
            echoing: false,
            messages: Vec::new(),
            transcriptions: Vec::new(),
            services: Services::default(),
            used: Vec::new(),
            dropped: Vec::new(),
            callers: 0,
            swaps,
        }
    }

    /// A walk in which webhooks answer with these documents only.
    pub fn among(given: &'static [Vec<u8>], made: Vec<u16>) -> Self {
        let mut walk = Self::new(made, 7, false);
        walk.documents.given = given;
        walk
    }

    /// Walks to the end of the call and of its last requests.
    pub fn run(mut self) -> Self {
        let (leg, to) = (self.leg.clone(), self.choices.one(&[NUMBER, NUMBER, APP_B, APP_C]));
        self.give(incoming(&leg, to)).unwrap();
        if self.documents.meeting {
            self.another_caller();
        }
        for _ in 0..5_000 {
            if self.engine.live_legs() == 0 {
                self.checker.finished();
                assert_eq!(self.engine.next_timeout(), None);
                return self;
            }
            self.step();
        }
        panic!("the call never comes to an end");
    }

    fn step(&mut self) {
        if self.choices.rarely(8) {
            self.now += self.choices.one(&[1, 400, 2_500]);
        }
        match self.choices.below(40) {
            36 | 37 if self.serve() => {}
            38 if !self.checker.conferences.is_empty() => self.preside(),
            39 => self.speaks_up(),
            24.. | 0..=8 => self.go_on(),
            9..=11 => self.answer_one(),
            12 if !self.pending.is_empty() => {
                let place = self.choices.below(self.pending.len());
                let lost = self.pending.remove(place);
                self.dropped.push(lost);
            }
            13 if !self.dropped.is_empty() => {
                let place = self.choices.below(self.dropped.len());
                let late = self.dropped.remove(place);
                self.answer(&late);
            }
            14 | 15 => self.press(),
            16 => self.speak(),
            17 => {
                self.now += self.choices.one(&[999, 6_000, 20_000, 61_000, 3_600_000]);
                self.tick();
            }
            18 if self.choices.rarely(3) && !self.talking.is_empty() => {
                let leg = self.talking[self.choices.below(self.talking.len())].clone();
                self.give(Input::Referred(Referred { leg, target: Pii::from("sip:carol@x.example") }))
                    .unwrap();
            }
            18 => self.modify(),
            19 if self.choices.rarely(2) && !self.checker.conferences.is_empty() => self.preside(),
            19 if self.choices.rarely(3) && !self.checker.queues.is_empty() => self.dequeue(),
            19 if self.choices.rarely(2) && self.talking.len() < 3 => self.another_caller(),
            19 => self.stale(),
            20 if self.choices.rarely(3) => self.leaves(self.leg.clone()),
            20 if !self.talking.is_empty() => {
                let leg = self.choices.below(self.talking.len());
                self.leaves(self.talking[leg].clone());
            }
            21 => self.media_ends(),
            22 if self.checker.top(&self.leg).is_some() => self.refused(),
            23 if self.swaps => {
                let number = self.choices.below(registries().len());
                self.engine.set_registry(Arc::clone(&registries()[number]));
                self.log.push(Entry { now: self.now, act: Act::Swap(number), stale: false });
                self.effects.push(Vec::new());
            }
            _ => self.tick(),
        }
    }

    /// Somebody else calls: for the queues, where calls of one account meet.
    fn another_caller(&mut self) {
        self.callers += 1;
        let leg: LegId = format!("caller-{}", self.callers).parse().unwrap();
        self.talking.push(leg.clone());
        let to = self.choices.one(&[NUMBER, APP_B, NUMBER, APP_C]);
        self.checker.callers += 1;
        self.give(incoming(&leg, to)).unwrap();
    }

    /// What a world without surprises would do next.
    fn go_on(&mut self) {
        if !self.pending.is_empty() {
            let next = self.pending.remove(0);
            return self.answer(&next);
        }
        if !self.media.is_empty() {
            return self.media_ends();
        }
        if !self.placed.is_empty() && !self.choices.rarely(4) {
            return self.progress();
        }
        if let Some(reply) = self.consults.pop() {
            let deny = Verdict::Deny { reason: "closed".into() };
            let verdict = if self.choices.rarely(4) { deny } else { Verdict::Allow };
            self.used.push(reply);
            return self.give(Input::Verdict(PolicyVerdict { reply, verdict })).unwrap();
        }
        if let Some(reply) = self.messages.pop() {
            self.used.push(reply);
            let sent = self.choices.rarely(2);
            return self.give(Input::MessageStatus(MessageStatus { reply, sent })).unwrap();
        }
        if let Some(reply) = self.transcriptions.pop() {
            self.used.push(reply);
            let text = self.choices.rarely(2).then(|| Pii::from("well"));
            return self.give(Input::RecordingTranscribed(RecordingTranscribed { reply, text })).unwrap();
        }
        match self.choices.below(3) {
            1 if self.serve() => return,
            2 if !self.checker.meeting.is_empty() => return self.preside(),
            _ => {}
        }
        // Who waits in a queue or a conference, or for a socket, would wait for hours.
        let waits =
            self.services.holds() || !self.checker.queued.is_empty() || !self.checker.meeting.is_empty();
        if self.choices.is_over() && waits {
            self.leaves(self.leg.clone());
            for leg in self.talking.clone() {
                self.leaves(leg);
            }
        }
        if let Some(Millis(next)) = self.engine.next_timeout() {
            self.now = self.now.max(next);
        }
        self.tick();
    }

    fn tick(&mut self) {
        self.give(Input::Tick).unwrap();
        let next = self.engine.next_timeout();
        assert!(next.is_none_or(|next| next.0 > self.now), "a timer of the past is still set");
    }

    fn answer_one(&mut self) {
        if self.pending.is_empty() {
            return self.go_on();
        }
        let place = self.choices.below(self.pending.len());
        let pending = self.pending.remove(place);
        self.answer(&pending);
    }

    fn answer(&mut self, pending: &Pending) {
        let reply = pending.reply;
        let input = match self.documents.answer(&mut self.choices, pending.account, pending.call) {
            Answer::Http { status, headers, body } => {
                Input::HttpResponse(HttpResponse { reply, status, headers, body })
            }
            Answer::Fails(reason) => Input::HttpFailure(HttpFailure { reply, reason }),
            Answer::Silent => return,
        };
        self.used.push(reply);
        self.checker.awaited.remove(&reply);
        self.give(input).unwrap();
    }

    /// Something becomes of a call that was placed.
    fn progress(&mut self) {
        let place = self.choices.below(self.placed.len());
        let leg = self.placed[place].clone();
        let state = self.choices.one(&[
            ProgressState::Answered,
            ProgressState::Ringing,
            ProgressState::Answered,
            ProgressState::Busy,
            ProgressState::NoAnswer,
            ProgressState::Failed,
        ]);
        match state {
            ProgressState::Ringing => {}
            ProgressState::Answered => self.talking.push(self.placed.remove(place)),
            _ => {
                self.placed.remove(place);
                self.checker.gone.insert(leg.clone());
            }
        }
        self.give(Input::Progress(Progress { leg, state, sip: None })).unwrap();
    }

    /// The far end of a line hangs up; it may have been ended already.
    fn leaves(&mut self, leg: LegId) {
        if !self.checker.ended.contains(&leg) {
            self.checker.gone.insert(leg.clone());
        }
        self.talking.retain(|own| *own != leg);
        self.silence(&leg);
        self.services.leg_is_gone(&leg);
        self.give(Input::HungUp(HungUp { leg })).unwrap();
    }

    /// Nothing plays on a line any more.
    fn silence(&mut self, leg: &LegId) {
        let stopped = self.media.extract_if(.., |(_, own)| own == leg);
        self.used.extend(stopped.map(|(reply, _)| reply));
    }

    fn media_ends(&mut self) {
        if self.media.is_empty() {
            return self.press();
        }
        let place = self.choices.below(self.media.len());
        let (reply, _) = self.media.remove(place);
        let failed = self.choices.one(&[
            None,
            None,
            None,
            Some(MediaFailure::Retrieval),
            Some(MediaFailure::ContentType),
        ]);
        self.used.push(reply);
        self.give(Input::MediaDone(MediaDone { reply, failed })).unwrap();
    }

    fn listener(&self, leg: &LegId) -> &'static Party {
        self.checker.top(leg).map_or(&PARTIES[0], |(_, account)| party(account.as_str()))
    }

    /// The caller's line, or now and then that of a called party.
    fn speaker(&mut self) -> LegId {
        let called = if self.choices.rarely(3) { self.choices.below(self.talking.len()) } else { usize::MAX };
        self.talking.get(called).unwrap_or(&self.leg).clone()
    }

    fn press(&mut self) {
        let leg = self.speaker();
        let keys: Vec<char> = self.listener(&leg).keys.chars().chain("*##".chars()).collect();
        let count = 1 + self.choices.below(3);
        let digits: String = (0..count).map(|_| self.choices.one(&keys)).collect();
        self.give(Input::Digits(Digits { leg, digits: Pii::from(digits) })).unwrap();
    }

    fn speak(&mut self) {
        let leg = self.speaker();
        let canary = self.listener(&leg).canary;
        let text = if self.choices.rarely(4) { String::new() } else { format!("{canary} words") };
        let confidence = self.choices.one(&[Some(0.5), None, Some(1.0)]);
        let is_final = self.choices.below(2) == 0;
        self.give(Input::Speech(Speech { leg, text: text.into(), confidence, is_final })).unwrap();
    }

    fn modify(&mut self) {
        let call = self.choices.one(&self.checker.calls);
        let account = self.checker.owners[&call];
        let party = party(account.as_str());
        let change = match self.choices.below(8) {
            0 | 4 | 5 => Change::Twiml(
                format!("<Response>{}</Response>", self.documents.twiml(&mut self.choices, party, call))
                    .into(),
            ),
            1 | 6 | 7 => {
                let hook = hook(&format!("https://{}.example/update", party.canary));
                let method = self.choices.one(&[Method::Post, Method::Get]);
                Change::Redirect { url: hook.url, method }
            }
            2 => Change::Cancel,
            _ => Change::Complete,
        };
        self.checker.modified(call);
        let before = self.effects.len();
        let result = self.give(Input::Modify(Modify { call, change }));
        if result.is_err() {
            assert!(self.effects[before].is_empty(), "a refused change has effects");
        }
    }

    /// A reply a second time, or one of a step that never was.
    fn stale(&mut self) {
        let never = ReplyId { call: CallSid::from_bits(7), step: 1 };
        let future = self.checker.top(&self.leg).map_or(never, |(call, _)| ReplyId { call, step: 9_999 });
        let mut known = self.used.clone();
        known.extend([never, future]);
        let reply = self.choices.one(&known);
        let input = match self.choices.below(8) {
            4 => {
                let outcome =
                    ChargeOutcome::Failed { code: 0, message: "stale".into(), connector_error: None };
                Input::ChargeDone(ChargeDone { reply, outcome })
            }
            5 => Input::MessageStatus(MessageStatus { reply, sent: true }),
            6 => Input::RecordingTranscribed(RecordingTranscribed { reply, text: None }),
            7 => Input::ReferProgress(ReferProgress { reply, step: ReferStep::Response(500) }),
            0 => Input::HttpResponse(HttpResponse {
                reply,
                status: 200,
                headers: vec![("content-type".into(), "text/xml".into())],
                body: b"<Response><Say>stale</Say></Response>".to_vec(),
            }),
            1 => Input::HttpFailure(HttpFailure { reply, reason: FailureReason::Reset }),
            2 => Input::MediaDone(MediaDone { reply, failed: None }),
            _ => Input::Verdict(PolicyVerdict { reply, verdict: Verdict::Allow }),
        };
        let state = self.state();
        self.give(input).unwrap();
        assert_eq!(self.effects.last().map(Vec::len), Some(0), "a stale reply has effects");
        assert_eq!(self.state(), state, "a stale reply changes the call");
        self.log.last_mut().unwrap().stale = true;
    }

    /// Inputs that are mistakes of the driver: an error, and nothing happens.
    fn refused(&mut self) {
        // The first caller may be gone while others are there: then its line is free.
        if self.checker.top(&self.leg).is_none() {
            return self.go_on();
        }
        let leg = self.leg.clone();
        if self.checker.top(&leg).is_none() {
            // The caller has left, and called parties talk on: the name may be used again.
            return;
        }
        let state = self.state();
        let errors = [
            self.engine.handle(Millis(self.now), incoming(&leg, NUMBER)).err(),
            self.engine.handle(Millis(self.now - 1), Input::Tick).err(),
            self.engine
                .handle(Millis(self.now), Input::Digits(Digits { leg, digits: Pii::from("1x") }))
                .err(),
        ];
        assert_eq!(
            errors,
            [Some(InputError::DuplicateLeg), Some(InputError::TimeWentBack), Some(InputError::BadDigits)]
        );
        assert!(self.engine.poll_effect().is_none());
        assert_eq!(self.state(), state);
    }

    /// What would be saved now.
    fn state(&mut self) -> Vec<Vec<u8>> {
        // The time of saving is part of it, so the engine is told the time first, by a reply to nobody.
        let reply = ReplyId { call: CallSid::from_bits(7), step: 1 };
        let never = HttpFailure { reply, reason: FailureReason::Reset };
        self.engine.handle(Millis(self.now), Input::HttpFailure(never)).unwrap();
        self.snapshot()
    }

    /// Every leg and every room, as it would be saved.
    fn snapshot(&self) -> Vec<Vec<u8>> {
        self.engine.subjects().map(|subject| self.engine.snapshot(subject).unwrap()).collect()
    }

    fn give(&mut self, input: Input) -> Result<(), InputError> {
        self.snapshots.extend(self.snapshot());
        if input == Input::Tick {
            // What was to come by now counts as lost.
            let now = self.now;
            self.checker.awaited.retain(|_, awaited| awaited.until > now);
        }
        self.log.push(Entry { now: self.now, act: Act::Input(input.clone()), stale: false });
        let result = self.engine.handle(Millis(self.now), input);
        let mut effects = Vec::new();
        self.checker.now = self.now;
        while let Some(effect) = self.engine.poll_effect() {
            self.checker.effect(&effect, &self.documents);
            self.take(&effect);
            effects.push(effect);
        }
        self.effects.push(effects);
        self.parked();
        result
    }

    fn take(&mut self, effect: &Effect) {
        let pending =
            |reply: ReplyId, account: &str| Pending { reply, call: reply.call, account: party(account) };
        self.services.take(effect);
        match effect {
            Effect::Fetch(fetch) => self.pending.push(pending(fetch.reply, fetch.account.as_str())),
            Effect::Notify(notify) => self.pending.push(pending(notify.reply, notify.account.as_str())),
            Effect::Say(say) => self.media.push((say.reply, say.leg.clone())),
            Effect::Play(play) => self.media.push((play.reply, play.leg.clone())),
            Effect::StartRecording(start) => self.media.push((start.reply, start.leg.clone())),
            Effect::StopMedia(stop) => self.silence(&stop.leg),
            Effect::Dial(dial) => self.placed.push(dial.leg.clone()),
            Effect::HangUp(end) => {
                self.placed.retain(|leg| *leg != end.leg);
                self.talking.retain(|leg| *leg != end.leg);
                self.silence(&end.leg);
            }
            Effect::Consult(consult) => self.consults.push(consult.reply),
            Effect::Echo(echo) => self.echoing = echo.on,
            Effect::SendMessage(message) => self.messages.push(message.reply),
            Effect::Transcribe(transcribe) => self.transcriptions.push(transcribe.reply),
            _ => {}
        }
    }

    /// A live call waits for something, and not for ever; an ended one is gone when its last request is over.
    fn parked(&self) {
        let next = self.engine.next_timeout();
        if self.checker.is_over() {
            let errands = !self.messages.is_empty() || !self.transcriptions.is_empty();
            let open = errands || !self.pending.is_empty() || !self.dropped.is_empty();
            assert!(open || self.engine.live_legs() == 0, "I17: an ended leg with nothing open stays");
            return;
        }
        let next = next.expect("a live call has a deadline").0;
        let last = START + ROOT_SECONDS * 1_000;
        let waits = !self.pending.is_empty() || !self.media.is_empty() || !self.consults.is_empty();
        let waits = waits || self.echoing;
        // Whoever was called may answer or leave.
        let called = !self.placed.is_empty() || !self.talking.is_empty();
        // A conference or a socket is waited for until the time of the whole call is over.
        let elsewhere = self.services.holds();
        assert!(
            elsewhere
                || waits
                || called
                || !self.checker.queued.is_empty()
                || !self.checker.meeting.is_empty()
                || !self.dropped.is_empty()
                || next < last,
            "a call is parked without a reason"
        );
        // Who is taken out of a queue, or hears the others of a conference, no longer waits for what it was to hear
        // before, and nothing tells of that.
        let still = |awaited: &&checker::Awaited| !self.checker.waits_elsewhere(awaited.call);
        for awaited in self.checker.awaited.values().filter(still) {
            assert!(
                next <= awaited.until,
                "a lost answer of {} is missed at {next}, not at {}",
                awaited.call,
                awaited.until
            );
        }
    }
}
