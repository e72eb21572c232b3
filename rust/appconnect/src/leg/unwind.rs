//! Ending calls: one that ends by itself, and a whole part of the stack when the caller leaves or an account says so.

use super::service::Connected;
use super::{LINGER_MS, Step};
use crate::address::AddressKind;
use crate::call::exchange::{Plan, Role};
use crate::call::params::{Stage, progress, put, recording};
use crate::call::signal::{End, Over, Signal};
use crate::call::verb::{self, Ended, Finished, action_of, finish_record};
use crate::call::{
    Call, CallStatus, Gather, Leaving, Parameters, Payment, Prompt, Record, Running, Stage as OutboundStage,
    TimerTable,
};
use crate::conference::{Cause, Left};
use crate::effect::{Echo, Effect, HangUp, HangUpCause, StopCollect, StopMedia};
use crate::event::{EventKind, Purpose, StatusChanged};
use crate::problem::{Code, Problem};
use crate::registry::Webhook;
use crate::settlement::{LegKind, Settlement, rate};

/// How a call ends by itself.
pub(super) struct Closing {
    status: CallStatus,
    returns: Parameters,
}

impl Closing {
    pub(super) const fn of(status: CallStatus) -> Self {
        Self { status, returns: Vec::new() }
    }

    pub(super) fn returning(self, returns: Parameters) -> Self {
        Self { returns, ..self }
    }
}

/// How the receiving call of a hop ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gone {
    pub(super) status: CallStatus,
    /// What the `<Dial>` is told.
    pub(super) dial: CallStatus,
    /// Whether its account had given it another document: then no duration is told.
    pub(super) redirected: bool,
    /// Whether its application ended it before it was answered.
    pub(super) refused: bool,
}

/// What became of the `action` of a `<Dial>` that was interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is being requested.
    Requested,
    /// There is none.
    NoAction,
    /// It cannot be requested.
    Failed,
}

/// Why calls are taken off the stack although their documents would go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unwinding {
    /// The lowest place that is taken off.
    pub(super) floor: usize,
    /// The status of the call at the floor if it was not answered; those above it are canceled.
    pub(super) unanswered: CallStatus,
    /// What a `<Dial>` is told of a call that was canceled.
    pub(super) canceled_as: CallStatus,
    /// Whether the caller is gone, so that nothing need be stopped.
    pub(super) line_gone: bool,
}

impl Step<'_, '_> {
    /// The top call ends by itself; the one below it goes on.
    pub(super) fn end(&mut self, at: usize, closing: Closing) {
        let (status, refused) = (closing.status, closing.status == CallStatus::NoAnswer);
        self.set_status(at, status);
        self.finish_running(at, false);
        self.finish_background(at);
        self.tell_end(at, refused);
        let redirected = self.take_off();
        let Some(below) = at.checked_sub(1) else {
            return self.hang_up(cause(status));
        };
        let gone = Gone { status, dial: status, redirected, refused };
        if let Some(mut ended) = self.hop_ended(below, gone) {
            ended.returns = closing.returns;
            self.resume(below, ended);
        }
    }

    /// The document at `at` goes on after its `<Dial>`.
    pub(super) fn resume(&mut self, at: usize, ended: Ended) {
        let Some(mut cx) = self.cx(at) else { return };
        let Some((document, index)) = cx.current_verb() else { return };
        let Some(node) = document.node(index) else { return };
        let flow = verb::after_dial(&mut cx, node, ended);
        self.apply(at, flow);
    }

    /// Ends the call at `at` and those above it, for a reason that is not in their documents.
    ///
    /// Whoever they have dialled on other legs is let go first: the end of a dialled call is told before that of the
    /// call that dialled it, and before its `action` (`webhooks.md` section 11).
    pub(super) fn end_from(&mut self, at: usize, end: End) {
        let Some(floor) = self.leg.calls.get(at).map(|call| call.sid) else { return };
        let parties = self.leg.dialled(at);
        if parties.is_empty() {
            return self.carry_out_end(at, end);
        }
        for (by, child) in parties {
            self.world.tell(child, Signal::Dropped { by, unanswered: CallStatus::Canceled });
        }
        // What is due at this very moment does not happen to them any more.
        for call in self.leg.calls.iter_mut().skip(at) {
            call.timers = TimerTable::default();
        }
        self.world.tell(floor, Signal::End(end));
    }

    /// Everybody whom the call at `at` and those above it had dialled is let go: they end.
    pub(super) fn carry_out_end(&mut self, at: usize, end: End) {
        let (unanswered, canceled_as) = match end {
            End::HungUp | End::TakenBack => (CallStatus::NoAnswer, CallStatus::NoAnswer),
            End::Aborted(HangUpCause::Error) => (CallStatus::Failed, CallStatus::NoAnswer),
            End::Aborted(_) | End::Replaced => (CallStatus::Canceled, CallStatus::NoAnswer),
            End::Completed => (CallStatus::Canceled, CallStatus::Canceled),
        };
        let line_gone = matches!(end, End::HungUp);
        let ended = self.unwind(Unwinding { floor: at, unanswered, canceled_as, line_gone });
        match (end, at.checked_sub(1), ended) {
            (End::Aborted(cause), ..) => self.hang_up(cause),
            (End::Completed | End::TakenBack, Some(below), Some(ended)) => self.resume(below, ended),
            (End::Replaced, Some(below), Some(ended)) => self.report_interrupted(below, ended),
            _ => {}
        }
    }

    /// Takes every call from the top down to the floor off the stack. What the `<Dial>` below the floor is to be told
    /// is returned; those in between are told, and their answers ignored.
    pub(super) fn unwind(&mut self, how: Unwinding) -> Option<Ended> {
        let mut told: Option<Ended> = None;
        while let Some(at) = self.top().filter(|at| *at >= how.floor) {
            let unanswered = if at == how.floor { how.unanswered } else { CallStatus::Canceled };
            let status = if self.call(at).is_answered() { CallStatus::Completed } else { unanswered };
            self.set_status(at, status);
            match told.take() {
                Some(ended) => {
                    self.report_dial(at, ended, Role::Ended);
                }
                None => self.finish_running(at, how.line_gone),
            }
            self.finish_background(at);
            self.tell_end(at, false);
            let redirected = self.take_off();
            let below = at.checked_sub(1)?;
            let dial = if status == CallStatus::Canceled { how.canceled_as } else { status };
            told = self.hop_ended(below, Gone { status, dial, redirected, refused: false });
        }
        told
    }

    /// Ends the whole leg from our side.
    pub(super) fn abort(&mut self, cause: HangUpCause) {
        self.end_from(0, End::Aborted(cause));
    }

    /// Ends a leg whose step broke: nothing is asked of its documents any more (12400).
    pub(crate) fn salvage(&mut self) {
        while let Some(at) = self.top() {
            if let Some(mut cx) = self.cx(at) {
                cx.problem_in(
                    Problem::new(Code::InternalFailure, "the engine failed: the call was ended"),
                    None,
                    None,
                );
            }
            let status = if self.call(at).is_answered() { CallStatus::Completed } else { CallStatus::Failed };
            self.call(at).status = status;
            self.finish_background(at);
            if let Some(conferring) = self.call(at).conferring().cloned() {
                self.leave_room(at, &conferring, Cause::HungUp);
            }
            self.abandon(at);
            self.drop_awaited(at);
            self.tell_end(at, false);
            let redirected = self.take_off();
            if let Some(below) = at.checked_sub(1) {
                self.hop_ended(below, Gone { status, dial: status, redirected, refused: false });
            }
        }
        self.hang_up(HangUpCause::Error);
    }

    /// Lets go whoever waits for the call at `at`, whose step broke, or was waited for by it.
    fn abandon(&mut self, at: usize) {
        let call = self.call(at);
        let child = call.sid;
        let (taken, dialled) = match call.own_running() {
            Running::Queued(queued) => (queued.taken, Vec::new()),
            Running::Calling(calling) => (None, calling.live().collect()),
            _ => (None, Vec::new()),
        };
        if let Some(taken) = taken {
            self.world.tell(taken.by, Signal::Over(Over { stays: false, ..Over::unreached(child) }));
        }
        for party in dialled {
            self.world.tell(party, Signal::Dropped { by: child, unanswered: CallStatus::Canceled });
        }
        for (other, conference) in self.world.rooms.forget(child) {
            self.world.tell(other, Signal::TakenOut { conference, why: Left::Moderator });
        }
    }

    pub(super) fn hang_up(&mut self, cause: HangUpCause) {
        let leg = self.leg.line.id.clone();
        self.world.effect(Effect::HangUp(HangUp { leg, cause }));
    }

    /// Tells the `action` of an interrupted `<Dial>`, whose answer no longer controls the call.
    pub(super) fn report_dial(&mut self, at: usize, ended: Ended, role: Role) -> Told {
        let Some(mut cx) = self.cx(at) else { return Told::NoAction };
        let Some((document, index)) = cx.current_verb() else { return Told::NoAction };
        let Some(node) = document.node(index) else { return Told::NoAction };
        match action_of(&mut cx, node, ended) {
            Ok(Some(goto)) => {
                if self.request_ignored(at, &goto, role) {
                    Told::Requested
                } else {
                    Told::Failed
                }
            }
            Ok(None) => Told::NoAction,
            Err(problem) => {
                cx.problem_once(problem);
                Told::Failed
            }
        }
    }

    /// Requests a document whose answer is ignored; says whether it was requested.
    pub(super) fn request_ignored(&mut self, at: usize, goto: &verb::Goto, role: Role) -> bool {
        let requested = self.request_document(at, goto, role);
        if let (Err(problem), Some(mut cx)) = (requested.clone(), self.cx(at)) {
            cx.problem_in(problem, None, Some(&goto.url));
        }
        requested.is_ok()
    }

    /// Stops what the call at `at` is doing, and reports what reports its own end (`twiml-voice.md` section 1).
    pub(super) fn finish_running(&mut self, at: usize, line_gone: bool) {
        self.come_back(at, line_gone);
        self.stop_running(at, line_gone);
        self.call(at).timers.stop_those_of_verbs();
    }

    /// Stops the running verb, and forgets the document that is awaited.
    pub(super) fn stop_running(&mut self, at: usize, line_gone: bool) {
        let running = std::mem::take(&mut self.call(at).running);
        let leg = self.leg.line.id.clone();
        let mut media = false;
        match running {
            Running::Speaking(_) => media = true,
            Running::Gathering(Gather { prompt, .. }) => {
                media = matches!(prompt, Prompt::Media { .. });
                if !line_gone {
                    self.world.effect(Effect::StopCollect(StopCollect { leg: leg.clone() }));
                }
            }
            Running::Consulting(_) => {
                self.report_dial(at, Ended::unanswered(), Role::Ended);
            }
            Running::Calling(calling) => {
                self.call(at).running = Running::Calling(calling);
                self.finish_calling(at, line_gone);
            }
            Running::Queued(queued) => {
                self.call(at).running = Running::Queued(queued);
                let line_stays = at > 0 && !line_gone;
                if let Some(left) = self.stop_queued(at, Leaving::Gone { line_stays }) {
                    self.report_queue(at, left, Role::Ended);
                }
            }
            Running::Echoing if !line_gone => self.stop_echo(at),
            Running::Paying(payment) => {
                self.break_off_payment(at, payment, line_gone);
            }
            Running::Outbound => {
                media = matches!(self.call(at).stage(), Some(OutboundStage::Keys(_)));
            }
            Running::Recording(record) => self.stop_record(at, record),
            Running::Streaming(stream) => self.finish_connect(at, Connected::Stream(stream), line_gone),
            Running::Relaying(relay) => self.finish_connect(at, Connected::Relay(relay), line_gone),
            Running::WithAgent(step) => self.finish_connect(at, Connected::Agent(step), line_gone),
            Running::Conferring(conferring) => {
                self.leave_room(at, &conferring, conferring.leaving.unwrap_or(Cause::HungUp));
                self.report_dial(at, Ended::conferred(), Role::Ended);
            }
            _ => {}
        }
        if media && !line_gone {
            self.world.effect(Effect::StopMedia(StopMedia { leg }));
        }
        self.drop_awaited(at);
    }

    fn stop_record(&mut self, at: usize, record: Record) {
        let ended = if self.call(at).status.is_terminal() { Finished::HungUp } else { Finished::Updated };
        let Some(mut cx) = self.cx(at) else { return };
        let Some((document, index)) = cx.current_verb() else { return };
        let Some(node) = document.node(index) else { return };
        match finish_record(&mut cx, node, record, ended) {
            Ok(goto) => {
                self.request_ignored(at, &goto, Role::Ended);
            }
            Err(problem) => cx.problem_once(problem),
        }
    }

    fn stop_echo(&mut self, at: usize) {
        let (leg, call) = (self.leg.line.id.clone(), self.call(at).sid);
        self.world.effect(Effect::Echo(Echo { leg, call, on: false }));
    }

    fn break_off_payment(&mut self, at: usize, payment: Box<Payment>, line_gone: bool) {
        let Some(mut cx) = self.cx(at) else { return };
        let Some((document, index)) = cx.current_verb() else { return };
        let Some(node) = document.node(index) else { return };
        if let Some(goto) = verb::pay_break_off(&mut cx, node, payment, line_gone) {
            self.request_ignored(at, &goto, Role::Ended);
        }
    }

    /// Forgets the document that the call waits for; a late answer is then stale.
    pub(super) fn drop_awaited(&mut self, at: usize) {
        let call = self.call(at).sid;
        self.leg.line.exchanges.retain(|exchange| exchange.owner != call || !exchange.role.is_awaited());
    }

    pub(super) fn set_status(&mut self, at: usize, status: CallStatus) {
        let call = self.call(at);
        debug_assert!(call.status.may_become(status), "{} -> {status}", call.status);
        call.status = status;
        if let Some(mut cx) = self.cx(at) {
            cx.report(|_| EventKind::Status(StatusChanged { status }));
        }
    }

    /// Sends the final status of the call at `at`, and its bill. `refused` says that its application ended it
    /// unanswered.
    pub(super) fn tell_end(&mut self, at: usize, refused: bool) {
        self.tell_progress(at, "completed", refused);
        let Some(mut cx) = self.cx(at) else { return };
        let (now, status, answered) = (cx.now(), cx.call.status, cx.call.answered);
        let leg = match &cx.call.outbound {
            _ if at > 0 => LegKind::ApplicationConnect,
            Some(_) => LegKind::Outbound,
            None => LegKind::Inbound,
        };
        let rated = rate(leg, answered, now, &cx.world.config.rates);
        let call = &*cx.call;
        let settlement = Settlement {
            call: call.sid,
            account: call.account,
            parent_call: call.parent(),
            direction: call.direction().as_str(),
            from: call.from.clone(),
            to: call.to.clone(),
            application: call.application.clone(),
            status: status.as_str(),
            started: call.created,
            answered,
            ended: now,
            seconds: rated.seconds,
            rate: rated.rate,
            amount: rated.amount,
            leg,
        };
        cx.settle(settlement);
        self.leave_dial(at, false);
    }

    /// Tells how far the call at `at` has come, to whoever wants to know of this event.
    pub(super) fn tell_progress(&mut self, at: usize, event: &str, refused: bool) {
        let Some(mut cx) = self.cx(at) else { return };
        let (sequence, sip) = cx.call.outbound.as_ref().map_or((0, None), |outbound| {
            (outbound.sequence, outbound.sip.as_ref().and_then(|sip| sip.response))
        });
        let Some(callback) = progress_callback(cx.call, event) else { return };
        let mut extra = Vec::with_capacity(6);
        let stage = Stage { status: cx.call.status, refused, sip };
        progress(&mut extra, stage, cx.call.answered, cx.now(), sequence);
        let found = cx.call.outbound.as_ref().and_then(|outbound| outbound.detection.as_ref()?.result);
        if let Some((answered_by, _)) = found.filter(|_| cx.call.status.is_terminal()) {
            put(&mut extra, "AnsweredBy", answered_by.as_str());
        }
        if let Some(recorded) = cx.call.recorded.as_deref().filter(|_| cx.call.status.is_terminal()) {
            recording(&mut extra, cx.world.config, cx.call.account, recorded);
        }
        if reaches_the_network(cx.call) && matches!(event, "ringing" | "answered") {
            // A, B, C or empty (`webhooks.md` section 10.1): the engine attests nothing.
            put(&mut extra, "StirStatus", "");
        }
        let plan = Plan {
            purpose: Purpose::StatusCallback,
            role: Role::Callback,
            method: callback.method,
            url: &callback.url,
            sequence: Some(sequence),
        };
        match cx.request(&plan, &extra) {
            Ok(()) => {
                if let Some(outbound) = &mut cx.call.outbound {
                    outbound.sequence = sequence.saturating_add(1);
                }
            }
            // A notice that could not be made leaves no gap in the numbers.
            Err(problem) => cx.problem_in(problem, None, Some(&callback.url)),
        }
    }

    /// Takes the top call off the stack; it is kept aside while requests of its own are under way. Says whether its
    /// account had given it another document.
    pub(super) fn take_off(&mut self) -> bool {
        let Some(mut call) = self.leg.calls.pop() else { return false };
        let redirected = call.redirected;
        if self.leg.line.owes(&call) {
            call.program = None;
            call.running = Running::Idle;
            call.timers = TimerTable::default();
            self.leg.ended.push(call);
        }
        if self.leg.calls.is_empty() {
            let last =
                self.leg.ended.iter().flat_map(|call| &call.errands).filter_map(|errand| errand.deadline);
            self.leg.linger = Some(last.max().unwrap_or_default().max(self.world.now) + LINGER_MS);
        }
        redirected
    }
}

/// Whether it goes out to a phone number, so that its caller can be attested.
fn reaches_the_network(call: &Call) -> bool {
    call.outbound.is_some() && call.to.kind() == AddressKind::PhoneNumber
}

/// Where an event of a call's progress goes, if it is wanted. A call that came in tells its end only
/// (`webhooks.md` section 10.1).
fn progress_callback(call: &Call, event: &str) -> Option<Webhook> {
    match &call.outbound {
        None => call.status_callback.clone().filter(|_| event == "completed"),
        Some(outbound) => {
            let callback = outbound.callback.as_ref().filter(|callback| callback.wants(event))?;
            Some(Webhook { url: callback.url.clone(), method: callback.method })
        }
    }
}

/// What the caller's line is told when the bottom call ends.
const fn cause(status: CallStatus) -> HangUpCause {
    match status {
        CallStatus::Busy => HangUpCause::Busy,
        CallStatus::NoAnswer => HangUpCause::Rejected,
        CallStatus::Failed => HangUpCause::Error,
        _ => HangUpCause::Normal,
    }
}
