//! The engine: many legs, one clock that it is told, one queue of effects.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::call::Call;
use crate::call::cx::World;
use crate::call::exchange::Outcome;
use crate::config::Config;
use crate::effect::{Effect, HangUp, HangUpCause};
use crate::event::{Event, EventKind, ProblemRaised};
use crate::id::{CallSid, LegId, ReplyId, Seed};
use crate::input::{IncomingCall, Input, InputError};
use crate::leg::{Leg, Step};
use crate::policy::Budget;
use crate::problem::{Code, Problem};
use crate::registry::{AccountStatus, Registry};
use crate::snapshot::{self, SnapshotError};
use crate::time::Millis;

/// Executes the calls of many legs. See the [crate documentation](crate) for the contract.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    seed: Seed,
    registry: Arc<Registry>,
    now: Millis,
    legs: HashMap<LegId, Slot>,
    /// Which leg a call stands on: live calls, the dialling sides' views of hops, ended calls with requests under way.
    calls: HashMap<CallSid, LegId>,
    /// When each leg next needs a `Tick`.
    deadlines: BTreeSet<(Millis, LegId)>,
    effects: VecDeque<Effect>,
}

/// A leg, and how it is entered in the engine's tables.
#[derive(Debug)]
struct Slot {
    leg: Leg,
    deadline: Option<Millis>,
    sids: Vec<CallSid>,
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
            legs: HashMap::new(),
            calls: HashMap::new(),
            deadlines: BTreeSet::new(),
            effects: VecDeque::new(),
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
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "a method of a type with lifetimes is not general enough"
    )]
    pub fn handle(&mut self, now: Millis, input: Input) -> Result<(), InputError> {
        if now < self.now {
            return Err(InputError::TimeWentBack);
        }
        self.now = now;
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
            Input::Digits(digits) => {
                let keys = digits.digits.reveal();
                let valid = |key: char| matches!(key, '0'..='9' | '*' | '#' | 'A'..='D');
                if keys.is_empty() || !keys.chars().all(valid) {
                    return Err(InputError::BadDigits);
                }
                self.step(&digits.leg, |step| step.digits(&digits.digits));
            }
            Input::Speech(speech) => {
                self.step(&speech.leg, |step| step.speech(&speech));
            }
            Input::HungUp(gone) => {
                self.step(&gone.leg, |step| step.hung_up());
            }
            Input::IncomingCall(call) => return self.incoming(call),
            Input::Modify(modify) => {
                let leg = self.calls.get(&modify.call).cloned().ok_or(InputError::UnknownCall)?;
                let changed = self.step(&leg, |step| step.modify(modify.call, &modify.change));
                return changed.unwrap_or(Ok(()));
            }
            Input::Tick => self.tick(),
        }
        Ok(())
    }

    /// The next effect to perform.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The next moment at which a `Tick` is wanted.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        self.deadlines.first().map(|(at, _)| *at)
    }

    /// How many legs live here, with those that only wait for their last requests.
    #[must_use]
    pub fn live_legs(&self) -> usize {
        self.legs.len()
    }

    /// Saves the leg that a call stands on, with all its calls. The leg goes on living here until it is released.
    pub fn snapshot(&self, call: CallSid) -> Result<Vec<u8>, SnapshotError> {
        let slot =
            self.calls.get(&call).and_then(|leg| self.legs.get(leg)).ok_or(SnapshotError::UnknownCall)?;
        snapshot::save(&slot.leg, self.now)
    }

    /// Forgets the leg that a call stands on, without any effect.
    pub fn release(&mut self, call: CallSid) -> Result<(), SnapshotError> {
        let leg = self.calls.get(&call).cloned().ok_or(SnapshotError::UnknownCall)?;
        self.remove(&leg);
        Ok(())
    }

    /// Takes in a saved leg and returns its calls, the bottom one first. What became due meanwhile happens at the
    /// next `Tick`.
    pub fn restore(&mut self, now: Millis, bytes: &[u8]) -> Result<Vec<CallSid>, SnapshotError> {
        let (leg, _) = snapshot::read(bytes)?;
        let id = leg.line.id.clone();
        let sids = leg.sids();
        if self.legs.contains_key(&id) || sids.iter().any(|sid| self.calls.contains_key(sid)) {
            return Err(SnapshotError::Duplicate);
        }
        // Clocks of two workers differ; this one's never steps back.
        self.now = self.now.max(now);
        self.legs.insert(id.clone(), Slot { leg, deadline: None, sids: Vec::new() });
        self.enter(&id);
        Ok(sids)
    }

    fn incoming(&mut self, incoming: IncomingCall) -> Result<(), InputError> {
        if self.legs.contains_key(&incoming.leg) {
            return Err(InputError::DuplicateLeg);
        }
        let registry = Arc::clone(&self.registry);
        let Some(route) = registry.resolve(&incoming.to) else {
            self.effects
                .push_back(Effect::HangUp(HangUp { leg: incoming.leg, cause: HangUpCause::NotFound }));
            return Ok(());
        };
        let mut leg = Leg::new(incoming.leg.clone(), Budget::new(&self.config.limits, self.now));
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
        let id = incoming.leg;
        self.legs.insert(id.clone(), Slot { leg, deadline: None, sids: Vec::new() });
        self.step(&id, |step| step.push(call, voice));
        Ok(())
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
        while let Some((_, leg)) = self.deadlines.first().filter(|(at, _)| *at <= now).cloned() {
            self.step(&leg, |step| step.tick());
        }
    }

    /// A step of the leg that a reply belongs to. A reply that nobody waits for any more changes nothing.
    fn reply(&mut self, reply: ReplyId, act: impl FnOnce(&mut Step<'_, '_>)) {
        if let Some(leg) = self.calls.get(&reply.call).cloned() {
            self.step(&leg, act);
        }
    }

    /// One step of a leg, and the engine's tables after it. A panic in it costs this leg and no other.
    fn step<R>(&mut self, id: &LegId, act: impl FnOnce(&mut Step<'_, '_>) -> R) -> Option<R> {
        let slot = self.legs.get_mut(id)?;
        let before = self.effects.len();
        let mut world = World {
            now: self.now,
            config: &self.config,
            registry: &self.registry,
            seed: &self.seed,
            effects: &mut self.effects,
        };
        let leg = &mut slot.leg;
        let result = catch_unwind(AssertUnwindSafe(|| act(&mut Step { world: &mut world, leg })));
        if let Ok(result) = result {
            self.enter(id);
            return Some(result);
        }
        // What a broken step asked for is not done. What it ended has ended all the same: it is told and billed.
        let told =
            |effect: &Effect| matches!(effect, Effect::Notify(_) | Effect::Report(_) | Effect::Settle(_));
        let asked = self.effects.split_off(before);
        self.effects.extend(asked.into_iter().filter(told));
        self.crash(id);
        None
    }

    /// Ends a leg whose step broke (12400): every call gets its final status and its bill, and the line ends.
    fn crash(&mut self, id: &LegId) {
        let Some(mut slot) = self.legs.remove(id) else { return };
        let mut world = World {
            now: self.now,
            config: &self.config,
            registry: &self.registry,
            seed: &self.seed,
            effects: &mut self.effects,
        };
        let salvage = || Step { world: &mut world, leg: &mut slot.leg }.salvage();
        if catch_unwind(AssertUnwindSafe(salvage)).is_err() {
            self.effects.push_back(Effect::HangUp(HangUp { leg: id.clone(), cause: HangUpCause::Error }));
        }
        if slot.leg.is_over() {
            self.forget(id, &slot);
        } else {
            self.legs.insert(id.clone(), slot);
            self.enter(id);
        }
    }

    /// Brings the tables in line with a leg after its step.
    fn enter(&mut self, id: &LegId) {
        let Some(slot) = self.legs.get_mut(id) else { return };
        if slot.leg.is_over() {
            self.remove(id);
            return;
        }
        let deadline = slot.leg.deadline();
        if deadline != slot.deadline {
            if let Some(old) = slot.deadline {
                self.deadlines.remove(&(old, id.clone()));
            }
            if let Some(new) = deadline {
                self.deadlines.insert((new, id.clone()));
            }
            slot.deadline = deadline;
        }
        let sids = slot.leg.sids();
        if sids != slot.sids {
            for old in slot.sids.iter().filter(|old| !sids.contains(old)) {
                self.calls.remove(old);
            }
            for new in &sids {
                self.calls.entry(*new).or_insert_with(|| id.clone());
            }
            slot.sids = sids;
        }
    }

    fn remove(&mut self, id: &LegId) {
        if let Some(slot) = self.legs.remove(id) {
            self.forget(id, &slot);
        }
    }

    fn forget(&mut self, id: &LegId, slot: &Slot) {
        for sid in &slot.sids {
            self.calls.remove(sid);
        }
        if let Some(deadline) = slot.deadline {
            self.deadlines.remove(&(deadline, id.clone()));
        }
    }
}
