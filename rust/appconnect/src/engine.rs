//! The engine: many legs, one clock that it is told, one queue of effects.

mod meeting;
mod originate;
mod saving;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::call::Call;
use crate::call::cx::World;
use crate::call::exchange::Outcome;
use crate::call::signal::{Errand, Over, Signal};
use crate::conference::Left;
use crate::config::Config;
use crate::effect::{Effect, HangUp, HangUpCause};
use crate::event::{Event, EventKind, ProblemRaised};
use crate::id::{CallSid, LegId, QueueSid, ReplyId, Seed};
use crate::input::{
    Change, Dequeue, IncomingCall, Input, InputError, RelayEvent, RelayMessage, SiprecEvent, StreamEvent,
};
use crate::leg::{Leg, Step};
use crate::policy::Budget;
use crate::problem::{Code, Problem};
use crate::queue::{Member, Pair, Queue};
use crate::registry::{AccountStatus, Registry};
use crate::rooms::Rooms;
use crate::time::Millis;

use tables::{Place, Tables};

/// Executes the calls of many legs. See the [crate documentation](crate) for the contract.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    seed: Seed,
    registry: Arc<Registry>,
    now: Millis,
    legs: Tables,
    rooms: Rooms,
    effects: VecDeque<Effect>,
    /// What calls have to tell each other; empty between inputs.
    errands: VecDeque<Errand>,
}

impl Engine {
    /// An engine without calls and without a registry.
    ///
    /// The seed makes its SIDs: random and secret in service, fixed for a run that is to be repeated exactly.
    #[must_use]
    pub fn new(config: Config, seed: Seed) -> Self {
        Self {
            config,
            seed,
            registry: Arc::default(),
            now: Millis(0),
            legs: Tables::default(),
            rooms: Rooms::default(),
            effects: VecDeque::new(),
            errands: VecDeque::new(),
        }
    }

    /// Swaps the registry. Calls that are under way keep the URLs they began with; permissions, tokens and new routes
    /// come from the new one at once.
    pub fn set_registry(&mut self, registry: Arc<Registry>) {
        self.registry = registry;
    }

    /// Takes in one input; the effects that follow wait in [`Engine::poll_effect`].
    ///
    /// `now` must never be earlier than before.
    pub fn handle(&mut self, now: Millis, input: Input) -> Result<(), InputError> {
        if now < self.now {
            return Err(InputError::TimeWentBack);
        }
        self.now = now;
        let result = self.take_in(input);
        self.run_errands();
        result
    }

    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "a method of a type with lifetimes is not general enough"
    )]
    fn take_in(&mut self, input: Input) -> Result<(), InputError> {
        match input {
            Input::HttpResponse(response) => {
                let outcome = Outcome::Response {
                    status: response.status,
                    headers: &response.headers,
                    body: &response.body,
                };
                self.reply(response.reply, |step| step.respond(response.reply, &outcome));
            }
            Input::HttpFailure(failure) => {
                self.reply(failure.reply, |step| {
                    step.respond(failure.reply, &Outcome::Failure(failure.reason));
                });
            }
            Input::MediaDone(done) => self.reply(done.reply, |step| step.media_done(&done)),
            Input::Verdict(answer) => {
                self.reply(answer.reply, |step| step.verdict(answer.reply, &answer.verdict));
            }
            Input::ChargeDone(done) => self.reply(done.reply, |step| step.charge_done(&done)),
            Input::MessageStatus(status) => self.reply(status.reply, |step| step.message_status(&status)),
            Input::RecordingTranscribed(done) => self.reply(done.reply, |step| step.written_down(&done)),
            Input::ReferProgress(progress) => {
                self.reply(progress.reply, |step| step.refer_progress(&progress));
            }
            Input::Digits(digits) => {
                let keys = digits.digits.reveal();
                let valid = |key: char| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D');
                if keys.is_empty() || !keys.chars().all(valid) {
                    return Err(InputError::BadDigits);
                }
                self.step_named(&digits.leg, |step| step.digits(&digits.digits));
            }
            Input::Speech(speech) => {
                self.step_named(&speech.leg, |step| step.speech(&speech));
            }
            Input::HungUp(gone) => {
                self.step_named(&gone.leg, |step| step.hung_up());
            }
            Input::Dequeue(dequeue) => return self.dequeue(&dequeue),
            Input::IncomingCall(call) => return self.incoming(call),
            Input::MachineDetected(found) => {
                self.step_named(&found.leg, |step| {
                    step.machine_detected(found.answered_by, found.duration_ms);
                });
            }
            Input::Originate(originate) => return self.originate(*originate),
            Input::Progress(progress) => {
                self.step_named(&progress.leg, |step| step.progress(&progress));
            }
            Input::Referred(referred) => {
                self.step_named(&referred.leg, |step| step.referred(&referred.target));
            }
            Input::Modify(modify) => {
                let place = self.legs.of_call(modify.call).ok_or(InputError::UnknownCall)?;
                let changed = self.step(place, |step| step.modify(modify.call, &modify.change));
                return changed.unwrap_or(Ok(()));
            }
            Input::AgentDone(done) => self.reply(done.reply, |step| step.agent_done(&done)),
            Input::RelayEvent(RelayEvent { leg, relay, event, detail }) => {
                self.step_named(&leg, |step| step.relay_event(relay, event, &detail));
            }
            Input::RelayMessage(RelayMessage { leg, relay, text }) => {
                self.step_named(&leg, |step| step.relay_message(relay, text.reveal()));
            }
            Input::SiprecEvent(SiprecEvent { leg, siprec, event, detail }) => {
                self.step_named(&leg, |step| step.siprec_event(siprec, event, &detail));
            }
            Input::StreamEvent(StreamEvent { leg, stream, event, detail }) => {
                self.step_named(&leg, |step| step.stream_event(stream, event, &detail));
            }
            Input::Transcribed(heard) => {
                self.step_named(&heard.leg, |step| step.transcribed(&heard));
            }
            Input::TranscriptionFailed(failed) => {
                self.step_named(&failed.leg, |step| step.transcription_failed(&failed));
            }
            Input::ModifyConference(modify) => return self.modify_conference(modify),
            Input::ModifyParticipant(modify) => return self.modify_participant(&modify),
            Input::Speaking(speaking) => {
                self.step_named(&speaking.leg, |step| step.speaking(speaking.started));
            }
            Input::Tick => self.tick(),
        }
        Ok(())
    }

    /// The next effect to perform.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// All effects that wait, in the order to perform them: what [`Engine::poll_effect`] would give one by one.
    pub fn take_effects(&mut self) -> Vec<Effect> {
        // As many are likely to follow next time.
        let room = VecDeque::with_capacity(self.effects.len());
        std::mem::replace(&mut self.effects, room).into()
    }

    /// The next moment at which a `Tick` is wanted.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        self.legs.next_deadline()
    }

    /// How many legs live here, with those that only wait for their last requests.
    #[must_use]
    pub fn live_legs(&self) -> usize {
        self.legs.len()
    }

    fn incoming(&mut self, incoming: IncomingCall) -> Result<(), InputError> {
        if self.legs.named(&incoming.leg).is_some() {
            return Err(InputError::DuplicateLeg);
        }
        let registry = Arc::clone(&self.registry);
        let Some(route) = registry.resolve(&incoming.to) else {
            self.effects
                .push_back(Effect::HangUp(HangUp { leg: incoming.leg, cause: HangUpCause::NotFound }));
            return Ok(());
        };
        let mut leg = Leg::new(incoming.leg.clone(), Budget::new(&self.config.limits, self.now), self.now);
        let sid = leg.line.new_call(&self.seed);
        let refusal = match (route.status, route.voice) {
            (AccountStatus::Active, Some(_)) => None,
            (AccountStatus::Active, None) => Some((Code::UrlInvalid, "nothing answers: set a voice URL")),
            _ => Some((Code::IncomingRefused, "the account is not active: the call was refused")),
        };
        if let Some((code, message)) = refusal {
            self.refuse(incoming.leg, sid, route.account.sid, Problem::new(code, message));
            return Ok(());
        }
        let Some(voice) = route.voice else { return Ok(()) };
        let call = Call {
            application: route.application.map(|application| application.sid.clone()),
            forwarded_from: incoming.forwarded_from,
            caller_name: incoming.caller_name,
            stir_verstat: incoming.stir_verstat.map(Into::into),
            sip: incoming.sip.map(|sip| Box::new(sip.into())),
            fallback: route.fallback.cloned(),
            status_callback: route.status_callback.cloned(),
            caller_name_lookup: route.caller_name_lookup,
            ..Call::ringing(sid, route.account.sid, incoming.from, incoming.to, self.now)
        };
        let place = self.legs.insert(leg);
        self.step(place, |step| step.push(call, voice));
        Ok(())
    }

    /// Does what calls have asked of other legs, until nothing is left.
    fn run_errands(&mut self) {
        while let Some(errand) = self.errands.pop_front() {
            match errand {
                Errand::Place(placing) => {
                    let leg = Leg::new(placing.dial.leg.clone(), placing.budget, self.now);
                    let place = self.legs.insert(leg);
                    self.step(place, |step| step.place(*placing));
                }
                Errand::Meet(queue) => self.meet(queue),
                Errand::Tell(call, signal) => {
                    self.deliver(call, signal);
                }
            }
        }
    }

    /// Tells a call something; one that is gone changes nothing. Says whether it was told.
    fn deliver(&mut self, call: CallSid, signal: Signal) -> bool {
        let waits = match &signal {
            Signal::Taken { by, .. } => Some(*by),
            _ => None,
        };
        let place = self.legs.of_call(call);
        let told = place.and_then(|place| self.step(place, |step| step.signal(call, signal))).is_some();
        if let (false, Some(by)) = (told, waits) {
            self.errands.push_back(Errand::Tell(by, Signal::Over(Over::unreached(call))));
        }
        told
    }

    /// Brings together those who wait in a queue and those who wait for them, the first ones first.
    fn meet(&mut self, sid: QueueSid) {
        while let Some(Pair { member, dialler }) = self.rooms.queues.get_mut(sid).and_then(Queue::pair) {
            let Member { call: child, since } = member;
            if self.deliver(dialler, Signal::Offered { child, since }) {
                continue;
            }
            if let Some(queue) = self.rooms.queues.get_mut(sid) {
                queue.put_back(member);
            }
            self.deliver(child, Signal::Unmet);
        }
    }

    /// Gives a call in a queue another document (`rest-api.md` section 12, queue members).
    fn dequeue(&mut self, dequeue: &Dequeue) -> Result<(), InputError> {
        let queue = self.rooms.queues.get(dequeue.queue).ok_or(InputError::UnknownQueue)?;
        let call = match dequeue.call {
            Some(call) => Some(call).filter(|call| queue.holds(*call)),
            None => queue.front(),
        };
        let call = call.ok_or(InputError::NotQueued)?;
        let place = self.legs.of_call(call).ok_or(InputError::UnknownCall)?;
        let change = Change::Redirect { url: dequeue.url.clone(), method: dequeue.method };
        self.step(place, |step| step.modify(call, &change)).unwrap_or(Ok(()))
    }

    /// A call that no application may take: the account is told, the caller hears that it was refused.
    fn refuse(&mut self, leg: LegId, call: CallSid, account: crate::id::AccountSid, problem: Problem) {
        let raised = ProblemRaised { problem, url: None, line: None, column: None };
        let event = Event { at: self.now, leg: leg.clone(), call, account, kind: EventKind::Problem(raised) };
        self.effects.push_back(Effect::Report(event));
        self.effects.push_back(Effect::HangUp(HangUp { leg, cause: HangUpCause::Rejected }));
    }

    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "a method of a type with lifetimes is not general enough"
    )]
    fn tick(&mut self) {
        let now = self.now;
        while let Some(place) = self.legs.due(now) {
            self.step(place, |step| step.tick());
            // What this leads to on other legs may be due at once, too.
            self.run_errands();
        }
    }

    /// A step of the leg that a reply belongs to. A reply that nobody waits for any more changes nothing.
    fn reply(&mut self, reply: ReplyId, act: impl FnOnce(&mut Step<'_, '_>)) {
        if let Some(place) = self.legs.of_call(reply.call) {
            self.step(place, act);
        }
    }

    /// A step of the leg of this name. One that is gone, or was never here, changes nothing.
    fn step_named<R>(&mut self, leg: &LegId, act: impl FnOnce(&mut Step<'_, '_>) -> R) -> Option<R> {
        self.step(self.legs.named(leg)?, act)
    }

    /// One step of a leg, and the engine's tables after it. A panic in it costs this leg and no other.
    fn step<R>(&mut self, place: Place, act: impl FnOnce(&mut Step<'_, '_>) -> R) -> Option<R> {
        let leg = self.legs.get_mut(place)?;
        let before = (self.effects.len(), self.errands.len());
        self.rooms.begin_step();
        let mut world = World {
            now: self.now,
            config: &self.config,
            registry: &self.registry,
            seed: &self.seed,
            effects: &mut self.effects,
            rooms: &mut self.rooms,
            errands: &mut self.errands,
        };
        let result = catch_unwind(AssertUnwindSafe(|| act(&mut Step { world: &mut world, leg })));
        if let Ok(result) = result {
            self.legs.update(place);
            self.part_from_none_who_left(before.0);
            return Some(result);
        }
        // What a broken step asked for is not done. What it ended has ended all the same: it is told and billed.
        let told =
            |effect: &Effect| matches!(effect, Effect::Notify(_) | Effect::Report(_) | Effect::Settle(_));
        let asked = self.effects.split_off(before.0);
        self.errands.truncate(before.1);
        self.rooms.take_back();
        self.effects.extend(asked.into_iter().filter(told));
        self.crash(place);
        None
    }

    /// Takes out of the effects from `first` on what would part a line from one that has ended.
    fn part_from_none_who_left(&mut self, first: usize) {
        let legs = &self.legs;
        let there =
            |leg: &LegId| legs.named(leg).and_then(|place| legs.get(place)).is_some_and(Leg::has_calls);
        let needless = |effect: &Effect| matches!(effect, Effect::Unbridge(parted) if !there(&parted.other));
        if self.effects.iter().skip(first).any(needless) {
            let new = self.effects.split_off(first);
            self.effects.extend(new.into_iter().filter(|effect| !needless(effect)));
        }
    }

    /// Ends a leg whose step broke (12400): every call gets its final status and its bill, and the line ends.
    fn crash(&mut self, place: Place) {
        let calls = self.legs.sids(place);
        let Some(leg) = self.legs.get_mut(place) else { return };
        let mut world = World {
            now: self.now,
            config: &self.config,
            registry: &self.registry,
            seed: &self.seed,
            effects: &mut self.effects,
            rooms: &mut self.rooms,
            errands: &mut self.errands,
        };
        let salvage = || Step { world: &mut world, leg }.salvage();
        if catch_unwind(AssertUnwindSafe(salvage)).is_err() {
            self.rooms.take_back();
            let leg = leg.line.id.clone();
            self.effects.push_back(Effect::HangUp(HangUp { leg, cause: HangUpCause::Error }));
            // A leg that cannot even be ended must not break again at its next timer.
            self.legs.remove(place);
        } else {
            self.legs.update(place);
        }
        for (other, conference) in calls.into_iter().flat_map(|call| self.rooms.forget(call)) {
            let over = Signal::TakenOut { conference, why: Left::Moderator };
            self.errands.push_back(Errand::Tell(other, over));
        }
    }
}
