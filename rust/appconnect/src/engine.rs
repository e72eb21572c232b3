//! The engine: many legs, one clock that it is told, one queue of effects.

mod originate;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::call::cx::World;
use crate::call::exchange::Outcome;
use crate::call::signal::{Errand, Signal};
use crate::call::{Call, CallStatus};
use crate::config::Config;
use crate::effect::{Effect, HangUp, HangUpCause};
use crate::event::{Event, EventKind, ProblemRaised};
use crate::id::{CallSid, LegId, ReplyId, Seed};
use crate::input::{
    Change, IncomingCall, Input, InputError, RelayEvent, RelayMessage, SiprecEvent, StreamEvent,
};
use crate::leg::{Leg, Step};
use crate::policy::Budget;
use crate::problem::{Code, Problem};
use crate::registry::{AccountStatus, Registry};
use crate::snapshot::{self, SnapshotError};
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
                if let Some(place) = self.legs.named(&gone.leg) {
                    self.let_go(place, None);
                    self.step(place, |step| step.hung_up());
                }
            }
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
                if matches!(modify.change, Change::Complete) {
                    self.let_go(place, Some(modify.call));
                }
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

    /// One call of each leg that lives here: what it takes to save them all.
    pub fn calls(&self) -> impl Iterator<Item = CallSid> + '_ {
        self.legs.iter().filter_map(|leg| leg.sids().next().copied())
    }

    /// Saves the leg that a call stands on, with all its calls. The leg goes on living here until it is released.
    pub fn snapshot(&self, call: CallSid) -> Result<Vec<u8>, SnapshotError> {
        let leg = self.legs.of_call(call).and_then(|place| self.legs.get(place));
        snapshot::save(leg.ok_or(SnapshotError::UnknownCall)?)
    }

    /// Forgets the leg that a call stands on, without any effect.
    pub fn release(&mut self, call: CallSid) -> Result<(), SnapshotError> {
        let place = self.legs.of_call(call).ok_or(SnapshotError::UnknownCall)?;
        self.legs.remove(place);
        Ok(())
    }

    /// Takes in a saved leg and returns its calls, the bottom one first. What became due meanwhile happens at the
    /// next `Tick`.
    pub fn restore(&mut self, now: Millis, bytes: &[u8]) -> Result<Vec<CallSid>, SnapshotError> {
        let leg = snapshot::read(bytes)?;
        let mut sids: Vec<_> = leg.sids().copied().collect();
        sids.sort_unstable();
        sids.dedup();
        if self.legs.named(&leg.line.id).or(sids.iter().find_map(|sid| self.legs.of_call(*sid))).is_some() {
            return Err(SnapshotError::Duplicate);
        }
        // Clocks of two workers differ; this one's never steps back.
        self.now = self.now.max(now);
        let place = self.legs.insert(leg);
        self.legs.update(place);
        Ok(sids)
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
            fallback: route.fallback.cloned(),
            status_callback: route.status_callback.cloned(),
            caller_name_lookup: route.caller_name_lookup,
            ..Call::ringing(sid, route.account.sid, incoming.from, incoming.to, self.now)
        };
        let place = self.legs.insert(leg);
        self.step(place, |step| step.push(call, voice));
        Ok(())
    }

    /// Lets whoever a leg has dialled go, before the leg itself ends: the end of a dialled call is told before that of
    /// the call that dialled it (`webhooks.md` section 11). With a call, only what it and those above it have dialled.
    fn let_go(&mut self, place: Place, from: Option<CallSid>) {
        let Some(leg) = self.legs.get(place) else { return };
        for child in leg.dialled(from) {
            self.deliver(child, Signal::Dropped { unanswered: CallStatus::Canceled });
        }
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
                Errand::Tell(call, signal) => self.deliver(call, signal),
            }
        }
    }

    /// Tells a call something; one that is gone changes nothing.
    fn deliver(&mut self, call: CallSid, signal: Signal) {
        if let Some(place) = self.legs.of_call(call) {
            self.step(place, |step| step.signal(call, signal));
        }
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
        let mut world = World {
            now: self.now,
            config: &self.config,
            registry: &self.registry,
            seed: &self.seed,
            effects: &mut self.effects,
            errands: &mut self.errands,
        };
        let result = catch_unwind(AssertUnwindSafe(|| act(&mut Step { world: &mut world, leg })));
        if let Ok(result) = result {
            self.legs.update(place);
            return Some(result);
        }
        // What a broken step asked for is not done. What it ended has ended all the same: it is told and billed.
        let told =
            |effect: &Effect| matches!(effect, Effect::Notify(_) | Effect::Report(_) | Effect::Settle(_));
        let asked = self.effects.split_off(before.0);
        self.errands.truncate(before.1);
        self.effects.extend(asked.into_iter().filter(told));
        self.crash(place);
        None
    }

    /// Ends a leg whose step broke (12400): every call gets its final status and its bill, and the line ends.
    fn crash(&mut self, place: Place) {
        let Some(leg) = self.legs.get_mut(place) else { return };
        let mut world = World {
            now: self.now,
            config: &self.config,
            registry: &self.registry,
            seed: &self.seed,
            effects: &mut self.effects,
            errands: &mut self.errands,
        };
        let salvage = || Step { world: &mut world, leg }.salvage();
        if catch_unwind(AssertUnwindSafe(salvage)).is_err() {
            let leg = leg.line.id.clone();
            self.effects.push_back(Effect::HangUp(HangUp { leg, cause: HangUpCause::Error }));
            // A leg that cannot even be ended must not break again at its next timer.
            self.legs.remove(place);
            return;
        }
        self.legs.update(place);
    }
}
