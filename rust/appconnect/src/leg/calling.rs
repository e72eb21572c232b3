//! A `<Dial>` to parties on legs of their own, as the dialling call sees it: they ring, one answers first and is
//! connected, and when it is over the document goes on.

use super::Step;
use crate::call::exchange::Role;
use crate::call::signal::{Over, Signal};
use crate::call::verb::{self, Ended};
use crate::call::{Bridge as Bridged, CallStatus, Calling, Party, Running, Timer};
use crate::effect::{Bridge, Effect, Unbridge};
use crate::event::{Connected, EventKind};
use crate::id::{CallSid, LegId};

impl Step<'_, '_> {
    /// A call on another leg tells this one something. What it no longer waits for changes nothing.
    pub(crate) fn signal(&mut self, to: CallSid, signal: Signal) {
        let Some(at) = self.leg.calls.iter().position(|call| call.sid == to) else { return };
        match signal {
            Signal::Answered { child } => self.party_answered(at, child),
            Signal::Ready { child, leg } => self.party_ready(at, child, leg),
            Signal::Over(over) => self.party_over(at, over),
            Signal::Referred { child, target } => self.refer(at, child, &target),
            Signal::Connected => self.call(at).set_stage(crate::call::Stage::Connected),
            Signal::Dropped { unanswered } => self.dropped(unanswered),
        }
    }

    pub(super) fn calling(&mut self, at: usize) -> Option<&mut Calling> {
        match &mut self.leg.calls.get_mut(at)?.running {
            Running::Calling(calling) => Some(calling),
            _ => None,
        }
    }

    /// The dial that a call belongs to: the one that runs, or one that is about to be replaced.
    fn calling_of(&mut self, at: usize, child: CallSid) -> Option<&mut Calling> {
        let call = self.leg.calls.get_mut(at)?;
        let aside = call.suspended.as_deref_mut().map(|aside| &mut aside.running);
        [Some(&mut call.running), aside].into_iter().flatten().find_map(|running| match running {
            Running::Calling(calling) => {
                calling.parties.iter().any(|party| party.child == child).then_some(&mut **calling)
            }
            _ => None,
        })
    }

    /// The first that answers gets the call; the others stop ringing.
    fn party_answered(&mut self, at: usize, child: CallSid) {
        let now = self.world.now;
        let Some(calling) = self.calling(at) else { return };
        let Some(party) = calling.party(child) else { return };
        party.answered = Some(now);
        if calling.winner.is_some() || calling.ending {
            return self.drop_party(child, CallStatus::Canceled);
        }
        calling.winner = Some(child);
        let others: Vec<_> = calling.live().filter(|other| *other != child).collect();
        self.call(at).timers.stop(Timer::Dial);
        for other in others {
            self.drop_party(other, CallStatus::Canceled);
        }
    }

    fn drop_party(&mut self, child: CallSid, unanswered: CallStatus) {
        self.world.tell(child, Signal::Dropped { unanswered });
    }

    /// The caller is connected, and from now on the time limit counts.
    fn party_ready(&mut self, at: usize, child: CallSid, other: LegId) {
        let now = self.world.now;
        let Some(calling) = self.calling(at) else { return };
        if calling.winner != Some(child) || calling.bridged.is_some() || calling.ending {
            return self.drop_party(child, CallStatus::Canceled);
        }
        calling.bridged = Some(Bridged { since: now, other: other.clone() });
        if !self.call(at).is_answered() {
            self.answer(at);
        }
        self.replace_party(at);
        let Some(mut cx) = self.cx(at) else { return };
        cx.ringback(false, None);
        if let Some((document, index)) = cx.current_verb()
            && let Some(node) = document.node(index)
        {
            cx.call.timers.set(Timer::Dial, now.plus_seconds(verb::time_limit(node)));
            let recording = verb::start_recording(&mut cx, node, "answer");
            if let (Some(recording), Running::Calling(calling)) = (recording, &mut cx.call.running) {
                calling.recording = Some(recording);
            }
        }
        cx.report(|_| EventKind::Connected(Connected { with: child }));
        let leg = cx.line.id.clone();
        cx.effect(Effect::Bridge(Bridge { leg, other }));
        cx.world.tell(child, Signal::Connected);
    }

    fn party_over(&mut self, at: usize, over: Over) {
        let now = self.world.now;
        let Some(calling) = self.calling_of(at, over.child) else { return };
        let Some(party) = calling.party(over.child).filter(|party| party.over.is_none()) else { return };
        *party = Party {
            child: over.child,
            over: Some(over.status),
            answered: over.answered,
            ended: Some(now),
            redirected: over.redirected,
            sip: over.sip,
        };
        self.leg.line.budget.give_back(over.left);
        // One that is to be replaced leaves while the caller waits for the next.
        let Some(calling) = self.calling(at) else { return };
        if calling.live().next().is_some() {
            return;
        }
        let over = calling.winner.is_some() || calling.ending;
        if !over && self.dial_next(at) {
            return;
        }
        self.calling_over(at);
    }

    /// Goes on to the next party of a `<Dial>` that calls one after the other, if there is one.
    fn dial_next(&mut self, at: usize) -> bool {
        let Some(mut cx) = self.cx(at) else { return false };
        let Some((document, index)) = cx.current_verb() else { return false };
        let Some(node) = document.node(index) else { return false };
        if !node.flag(crate::twiml::Attribute::Sequential) {
            return false;
        }
        let Running::Calling(mut calling) = std::mem::take(&mut cx.call.running) else { return false };
        let more = verb::next_party(&mut cx, node, &mut calling);
        cx.call.running = Running::Calling(calling);
        more
    }

    /// Nobody has answered in time, or the connection has lasted as long as it may.
    pub(super) fn calling_timer(&mut self, at: usize) {
        let Some(calling) = self.calling(at) else { return };
        if calling.winner.is_some() {
            return self.end_calling(at, CallStatus::NoAnswer);
        }
        // When they are gone the next one is called, if there is one.
        let live: Vec<_> = calling.live().collect();
        for child in live {
            self.drop_party(child, CallStatus::NoAnswer);
        }
    }

    /// Ends the dial from this side: everybody is let go, and the document goes on when all are gone.
    ///
    /// `unanswered` is the status of those that still ring; to its own account, the `<Dial>` then had no answer.
    pub(super) fn end_calling(&mut self, at: usize, unanswered: CallStatus) {
        let Some(calling) = self.calling(at) else { return };
        if calling.ending {
            return;
        }
        calling.ending = true;
        let live: Vec<_> = calling.live().collect();
        self.call(at).timers.stop(Timer::Dial);
        for child in live {
            self.drop_party(child, unanswered);
        }
    }

    /// Everybody is gone: the `<Dial>` is over.
    pub(super) fn calling_over(&mut self, at: usize) {
        let Some(ended) = self.stop_calling(at) else { return };
        if self.restore_party(at, &ended) {
            return;
        }
        if self.call(at).update.is_some() {
            return self.report_interrupted(at, ended);
        }
        self.resume(at, ended);
    }

    /// Takes a call out of its `<Dial>`: what the `action` is to be told. Parties that are left are let go.
    pub(super) fn stop_calling(&mut self, at: usize) -> Option<Ended> {
        let now = self.world.now;
        let mut cx = self.cx(at)?;
        let Running::Calling(mut calling) = std::mem::take(&mut cx.call.running) else { return None };
        cx.call.timers.stop(Timer::Dial);
        cx.ringback(false, None);
        let mut recording = calling.recording.take();
        if let Some(recording) = &mut recording {
            verb::stop_recording(&mut cx, recording);
        }
        let leg = cx.line.id.clone();
        let winner = calling.winner;
        let live: Vec<_> = calling.live().collect();
        // Where the other line lives on, it must no longer be heard.
        let parted = winner.is_some_and(|winner| {
            calling.party(winner).is_some_and(|party| party.over.is_none() || party.redirected)
        });
        if let Some(bridge) = calling.bridged.as_ref().filter(|_| parted) {
            let other = bridge.other.clone();
            cx.effect(Effect::Unbridge(Unbridge { leg, other }));
        }
        for child in live {
            cx.world.tell(child, Signal::Dropped { unanswered: CallStatus::Canceled });
        }
        let shown = winner.or_else(|| calling.parties.last().map(|party| party.child));
        let status = outcome(&calling);
        let bridged = calling.bridged.is_some();
        let party = shown.and_then(|child| calling.party(child));
        let seconds = party.as_ref().filter(|party| !party.redirected).and_then(|party| {
            party.answered.map(|answered| party.ended.unwrap_or(now).seconds_since(answered))
        });
        Some(Ended {
            status,
            bridged,
            child: shown,
            seconds,
            returns: Vec::new(),
            recording,
            error: None,
            sip: party.and_then(|party| party.sip.clone()),
        })
    }

    /// Stops the dial of a call that ends itself, and tells its `action`.
    pub(super) fn finish_calling(&mut self, at: usize) {
        if let Some(ended) = self.stop_calling(at) {
            self.report_dial(at, ended, Role::Ended);
        }
    }
}

/// What `DialCallStatus` says (`twiml-voice.md` section 6).
///
/// An answered dial has completed, whatever came of it. Of several that failed nobody knows which one counts: the best
/// of them, in the order busy, no-answer, failed; of parties that were called one after the other the last one.
fn outcome(calling: &Calling) -> CallStatus {
    if calling.winner.is_some() {
        return CallStatus::Completed;
    }
    if calling.ending {
        return CallStatus::NoAnswer;
    }
    let over = || calling.parties.iter().filter_map(|party| party.over);
    [CallStatus::Busy, CallStatus::NoAnswer]
        .into_iter()
        .find(|status| over().any(|other| other == *status))
        .or_else(|| over().next_back())
        .unwrap_or(CallStatus::NoAnswer)
}
