//! A `<Dial>` to parties on legs of their own, as the dialling call sees it: they ring, one answers first and is
//! connected, and when it is over the document goes on.

use super::Step;
use crate::call::exchange::Role;
use crate::call::signal::{Over, Signal};
use crate::call::verb::{self, Ended};
use crate::call::{Bridge as Bridged, CallStatus, Calling, Party, Program, Running, Timer};
use crate::effect::{Bridge, Effect, Unbridge};
use crate::event::{Connected, EventKind};
use crate::id::{CallSid, LegId};
use crate::time::Millis;
use crate::twiml::Attribute;

impl Step<'_, '_> {
    /// A call on another leg tells this one something. What it no longer waits for changes nothing.
    pub(crate) fn signal(&mut self, to: CallSid, signal: Signal) {
        let Some(at) = self.leg.calls.iter().position(|call| call.sid == to) else { return };
        match signal {
            Signal::Answered { child } => self.party_answered(at, child),
            Signal::Ready { child, leg } => self.party_ready(at, child, leg),
            Signal::Over(over) => self.party_over(at, over),
            Signal::Referred { child, target } => self.refer(at, child, &target),
            Signal::Connected if self.queued(at).is_some() => self.member_connected(at),
            Signal::Connected => self.call(at).set_stage(crate::call::Stage::Connected),
            Signal::Offered { child, since } => self.member_offered(at, child, since),
            Signal::Taken { by, document } => self.taken(at, by, document),
            Signal::Dropped { by, .. } if self.queued(at).is_some() => self.let_go(at, by),
            Signal::Dropped { unanswered, .. } => self.dropped(unanswered),
            Signal::Unmet => self.unmet(at),
            Signal::GoOn(left) => self.go_on(at, left),
            Signal::Update => self.carry_out_update(at),
            Signal::End(end) => self.carry_out_end(at, end),
            Signal::Begun { conference } => self.conference_begun(at, conference),
            Signal::Announced { conference, document, base } => {
                self.announce_shared(at, conference, Program::again(document, base));
            }
            Signal::TakenOut { conference, why } => self.taken_out(at, conference, why),
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
            return self.drop_party(at, child, CallStatus::Canceled);
        }
        calling.winner = Some(child);
        let others: Vec<_> = calling.live().filter(|other| *other != child).collect();
        self.call(at).timers.stop(Timer::Dial);
        for other in others {
            self.drop_party(at, other, CallStatus::Canceled);
        }
    }

    /// The queue that is dialled has somebody for this call, who may have to hear a document first.
    fn member_offered(&mut self, at: usize, child: CallSid, since: Millis) {
        let (now, by) = (self.world.now, self.call(at).sid);
        let calling = self.calling(at).filter(|calling| !calling.ending && calling.live().next().is_none());
        let Some((calling, document)) = calling.and_then(|calling| {
            let queue = calling.queue.as_mut()?;
            queue.seconds = now.seconds_since(since);
            let document = queue.document.clone();
            Some((calling, document))
        }) else {
            return self.drop_party(at, child, CallStatus::NoAnswer);
        };
        calling.parties = vec![Party::new(child)];
        self.call(at).timers.stop(Timer::Dial);
        self.world.tell(child, Signal::Taken { by, document });
    }

    /// A call from the queue was lost before it was connected: the next one is waited for.
    fn wait_for_member(&mut self, at: usize) -> bool {
        let Some(mut cx) = self.cx(at) else { return false };
        let Some((document, index)) = cx.current_verb() else { return false };
        let Some(node) = document.node(index) else { return false };
        let Running::Calling(calling) = &mut cx.call.running else { return false };
        if calling.queue.is_none() {
            return false;
        }
        let mut calling = std::mem::take(calling);
        calling.parties.clear();
        verb::ring_for_member(&mut cx, node, &mut calling);
        cx.call.running = Running::Calling(calling);
        true
    }

    fn drop_party(&mut self, at: usize, child: CallSid, unanswered: CallStatus) {
        let by = self.call(at).sid;
        self.world.tell(child, Signal::Dropped { by, unanswered });
    }

    /// The caller is connected, and from now on the time limit counts.
    fn party_ready(&mut self, at: usize, child: CallSid, other: LegId) {
        let now = self.world.now;
        let Some(calling) = self.calling(at) else { return };
        if calling.queue.is_some()
            && !calling.ending
            && let Some(party) = calling.party(child)
        {
            party.answered = Some(now);
            calling.winner = Some(child);
        }
        if calling.winner != Some(child) || calling.bridged.is_some() || calling.ending {
            return self.drop_party(at, child, CallStatus::Canceled);
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
        if let Some(left) = over.left {
            self.leg.line.budget.give_back(left);
        }
        let Some(calling) = self.calling_of(at, over.child) else { return };
        let Some(party) = calling.party(over.child).filter(|party| party.over.is_none()) else { return };
        *party = Party {
            child: over.child,
            over: Some(over.status),
            answered: over.answered,
            ended: Some(now),
            redirected: over.redirected,
            sip: over.sip,
            stays: over.stays,
        };
        // One that is to be replaced leaves while the caller waits for the next.
        let Some(calling) = self.calling(at) else { return };
        if calling.live().next().is_some() {
            return;
        }
        let over = calling.winner.is_some() || calling.ending;
        if !over && (self.wait_for_member(at) || self.dial_next(at)) {
            return;
        }
        self.calling_over(at);
    }

    /// Goes on to the next party of a `<Dial>` that calls one after the other, if there is one.
    fn dial_next(&mut self, at: usize) -> bool {
        let Some(mut cx) = self.cx(at) else { return false };
        let Some((document, index)) = cx.current_verb() else { return false };
        let Some(node) = document.node(index) else { return false };
        if !node.flag(Attribute::Sequential) {
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
        if live.is_empty() {
            return self.calling_over(at);
        }
        for child in live {
            self.drop_party(at, child, CallStatus::NoAnswer);
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
        if live.is_empty() {
            return self.calling_over(at);
        }
        for child in live {
            self.drop_party(at, child, unanswered);
        }
    }

    /// Everybody is gone: the `<Dial>` is over.
    pub(super) fn calling_over(&mut self, at: usize) {
        let Some(ended) = self.stop_calling(at, false) else { return };
        if self.call(at).update.is_some() {
            return self.report_interrupted(at, ended);
        }
        if ended.bridged || !self.restore_party(at) {
            self.resume(at, ended);
        }
    }

    /// Takes a call out of its `<Dial>`: what the `action` is to be told. Parties that are left are let go. `line_gone`
    /// says that the caller is gone, so that nothing need be stopped.
    pub(super) fn stop_calling(&mut self, at: usize, line_gone: bool) -> Option<Ended> {
        let now = self.world.now;
        let mut cx = self.cx(at)?;
        let Running::Calling(mut calling) = std::mem::take(&mut cx.call.running) else { return None };
        cx.call.timers.stop(Timer::Dial);
        cx.ringback(false, None);
        let mut recording = calling.recording.take();
        if let Some(recording) = &mut recording {
            verb::stop_recording(&mut cx, recording);
        }
        let call = cx.call.sid;
        if let Some(queue) = calling.queue.as_ref().and_then(|dial| cx.world.rooms.queues.get_mut(dial.queue))
        {
            queue.forget(call);
        }
        cx.line.forget_referral(call);
        let leg = cx.line.id.clone();
        let winner = calling.winner;
        let live: Vec<_> = calling.live().collect();
        // Where the other line lives on, it must no longer be heard.
        let parted = winner.is_some_and(|winner| {
            calling.party(winner).is_some_and(|party| party.over.is_none() || party.stays)
        });
        if let Some(bridge) = calling.bridged.as_ref().filter(|_| parted && !line_gone) {
            let other = bridge.other.clone();
            cx.effect(Effect::Unbridge(Unbridge { leg, other }));
        }
        for child in live {
            cx.world.tell(child, Signal::Dropped { by: call, unanswered: CallStatus::Canceled });
        }
        let sequential = cx.current_verb().is_some_and(|(document, index)| {
            document.node(index).is_some_and(|node| node.flag(Attribute::Sequential))
        });
        let (status, party) = outcome(&calling, sequential);
        let bridged = calling.bridged.is_some();
        let shown = party.map(|party| party.child);
        let seconds = party.filter(|party| !party.redirected).and_then(|party| {
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
            queue: calling.queue.as_ref().filter(|_| bridged).map(|dial| (dial.queue, dial.seconds)),
            conference: false,
        })
    }

    /// Stops the dial of a call that ends itself, and tells its `action`.
    pub(super) fn finish_calling(&mut self, at: usize, line_gone: bool) {
        if let Some(ended) = self.stop_calling(at, line_gone) {
            self.report_dial(at, ended, Role::Ended);
        }
    }
}

/// What `DialCallStatus` says, and of which party (`twiml-voice.md` section 6).
///
/// An answered dial has completed, whatever came of it. Of several that failed nobody knows which one counts: the best
/// of them, in the order busy, no-answer, failed; of parties that were called one after the other the last one.
fn outcome(calling: &Calling, sequential: bool) -> (CallStatus, Option<&Party>) {
    let parties = || calling.parties.iter();
    let last = parties().next_back();
    if let Some(winner) = calling.winner {
        return (CallStatus::Completed, parties().find(|party| party.child == winner));
    }
    if calling.ending {
        return (CallStatus::NoAnswer, last);
    }
    let best = [CallStatus::Busy, CallStatus::NoAnswer]
        .into_iter()
        .find_map(|status| parties().find(|party| party.over == Some(status)));
    let counts = best.filter(|_| !sequential).or(last);
    (counts.and_then(|party| party.over).unwrap_or(CallStatus::NoAnswer), counts)
}
