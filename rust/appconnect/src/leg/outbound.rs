//! A call that goes out, on a leg of its own: it is placed, answered, screened, and connected to whoever dialled it.

use super::Step;
use super::unwind::Unwinding;
use crate::address::AddressKind;
use crate::call::exchange::{Plan, Role};
use crate::call::params::put;
use crate::call::signal::{Over, Placing, Signal};
use crate::call::verb::{self, Goto};
use crate::call::{Call, CallStatus, FirstDocument, Program, Running, Stage, Timer};
use crate::effect::{Effect, EndpointKind, HangUpCause, Play, PlaySource};
use crate::event::Purpose;
use crate::input::{AnsweredBy, Progress, ProgressState};
use crate::policy::Budget;
use crate::problem::{Code, Problem};
use crate::twiml::inline;

/// Seconds after which a call to a phone number fails that does not even ring: the post-dial delay of the telephone
/// network (32016, `twiml-voice.md` section 8). A timeout that is not longer comes first.
const POST_DIAL_SECONDS: u32 = 60;

impl Step<'_, '_> {
    /// Begins the leg of a call that goes out.
    pub(crate) fn place(&mut self, placing: Placing) {
        let Placing { call, dial, .. } = placing;
        let is_awaited = call.stage().is_some() && call.parent().is_some();
        let timeout = u64::from(dial.timeout);
        let is_delayed = dial.endpoint.kind == EndpointKind::Number && dial.timeout > POST_DIAL_SECONDS;
        let at = self.put_on(call);
        if is_delayed {
            let until = self.world.now.plus_seconds(u64::from(POST_DIAL_SECONDS));
            self.call(at).timers.set(Timer::Verb, until);
        }
        // Whoever dialled from a document keeps the time.
        if !is_awaited {
            let until = self.world.now.plus_seconds(timeout);
            self.call(at).timers.set(Timer::Dial, until);
        }
        self.tell_progress(at, "initiated", false);
        self.world.effect(Effect::Dial(dial));
    }

    /// What became of the call that was placed. Nothing changes what was answered or is over.
    pub(crate) fn progress(&mut self, progress: &Progress) {
        let placed = |call: &Call| call.stage() == Some(Stage::Placed);
        if !self.leg.calls.first().is_some_and(placed) {
            return;
        }
        if let Some(outbound) = &mut self.call(0).outbound
            && progress.sip.is_some()
        {
            outbound.sip.clone_from(&progress.sip);
        }
        match progress.state {
            ProgressState::Ringing => {
                self.call(0).timers.stop(Timer::Verb);
                if self.call(0).status == CallStatus::Initiated {
                    self.set_status(0, CallStatus::Ringing);
                    self.tell_progress(0, "ringing", false);
                }
            }
            ProgressState::Answered => self.picked_up(),
            ProgressState::Busy => self.not_reached(CallStatus::Busy),
            ProgressState::NoAnswer => self.not_reached(CallStatus::NoAnswer),
            ProgressState::Failed => self.not_reached(CallStatus::Failed),
        }
    }

    /// The far end is not there: the call is over without a line to hang up.
    fn not_reached(&mut self, status: CallStatus) {
        self.unwind(Unwinding { floor: 0, unanswered: status, canceled_as: status, line_gone: true });
    }

    fn picked_up(&mut self) {
        let now = self.world.now;
        self.call(0).answered = Some(now);
        self.call(0).timers.stop(Timer::Dial);
        self.call(0).timers.stop(Timer::Verb);
        self.leg.line.answered = true;
        self.set_status(0, CallStatus::InProgress);
        self.tell_progress(0, "answered", false);
        let Some(mut cx) = self.cx(0) else { return };
        let child = cx.call.sid;
        let Some(outbound) = &mut cx.call.outbound else { return };
        let (parent, keys, limit) = (outbound.awaited_by(), outbound.send_digits.take(), outbound.time_limit);
        let detection = outbound.detection.as_ref().filter(|detection| detection.in_background);
        let undecided = detection.map(|detection| detection.timeout);
        if let Some(plan) = outbound.recording.take() {
            verb::start_call_recording(&mut cx, plan);
        }
        if let Some(parent) = parent {
            cx.world.tell(parent, Signal::Answered { child });
        }
        for (timer, seconds) in [(Timer::Limit, limit), (Timer::Detection, undecided)] {
            if let Some(seconds) = seconds {
                cx.call.timers.set(timer, now.plus_seconds(u64::from(seconds)));
            }
        }
        match keys.filter(|keys| !keys.is_empty()) {
            Some(keys) => {
                let reply = cx.next_reply();
                cx.call.set_stage(Stage::Keys(reply.step));
                let (leg, source) = (cx.line.id.clone(), PlaySource::Tones(keys.into()));
                cx.effect(Effect::Play(Play { reply, leg, call: child, source, rounds: 1 }));
            }
            None => self.after_keys(),
        }
    }

    /// The keys have been played, or there were none.
    pub(super) fn after_keys(&mut self) {
        let now = self.world.now;
        let call = self.call(0);
        let Some(outbound) = &call.outbound else { return };
        let detection = outbound.detection.as_ref();
        let waits = detection.filter(|detection| !detection.in_background && detection.result.is_none());
        match waits.map(|detection| u64::from(detection.timeout)) {
            Some(seconds) => {
                call.set_stage(Stage::Detecting);
                call.timers.set(Timer::Verb, now.plus_seconds(seconds));
            }
            None => self.begin_documents(),
        }
    }

    /// It is known who answered.
    pub(crate) fn machine_detected(&mut self, answered_by: AnsweredBy, duration_ms: u32) {
        let Some(mut cx) = self.cx(0) else { return };
        let Some(outbound) = &mut cx.call.outbound else { return };
        let Some(detection) = outbound.detection.as_mut().filter(|detection| detection.result.is_none())
        else {
            return;
        };
        detection.result = Some((answered_by, duration_ms));
        cx.call.timers.stop(Timer::Detection);
        if outbound.stage == Stage::Detecting {
            cx.call.timers.stop(Timer::Verb);
            return self.begin_documents();
        }
        let Some(callback) = detection.callback.clone() else { return };
        let mut form = Vec::with_capacity(4);
        put(&mut form, "AccountSid", cx.call.account.as_str().to_owned());
        put(&mut form, "CallSid", cx.call.sid.as_str().to_owned());
        put(&mut form, "AnsweredBy", answered_by.as_str());
        put(&mut form, "MachineDetectionDuration", duration_ms.to_string());
        let plan = Plan {
            purpose: Purpose::MachineDetection,
            role: Role::Callback,
            method: callback.method,
            url: &callback.url,
            sequence: None,
        };
        if let Err(problem) = cx.request_bare(cx.call.sid, &plan, &form) {
            cx.problem_in(problem, None, Some(&callback.url));
        }
    }

    /// Nobody has said in time who answered (`twiml-voice.md` section 8, AMD).
    pub(super) fn nobody_detected(&mut self) {
        let outbound = self.leg.calls.first().and_then(|call| call.outbound.as_ref());
        let detection = outbound.and_then(|outbound| outbound.detection.as_ref());
        let waited = detection.map_or(0, |detection| detection.timeout.saturating_mul(1_000));
        self.machine_detected(AnsweredBy::Unknown, waited);
    }

    /// Runs what the answered call is to run first, or offers it to whoever dialled it.
    fn begin_documents(&mut self) {
        let call = self.call(0);
        let Some(outbound) = &mut call.outbound else { return };
        let awaited = outbound.awaited_by().is_some();
        outbound.stage = if awaited { Stage::Screening } else { Stage::Free };
        let mut extra = Vec::new();
        if let Some((answered_by, duration)) = outbound.detection.as_ref().and_then(|found| found.result) {
            put(&mut extra, "AnsweredBy", answered_by.as_str());
            put(&mut extra, "MachineDetectionDuration", duration.to_string());
        }
        // What SIP said is told with the first document only (our choice: whether it repeats is not known).
        let host = (call.to.kind() == AddressKind::Sip).then(|| call.to.key().to_owned());
        if let (Some(sip), Some(host)) = (&outbound.sip, host) {
            put(&mut extra, "SipDomain", host);
            for (name, value) in &sip.headers {
                put(&mut extra, format!("SipHeader_{name}"), value.reveal().to_owned());
            }
        }
        let purpose = if awaited { Purpose::Screening } else { Purpose::Voice };
        match outbound.first.take() {
            None => self.ready(),
            Some(FirstDocument::Fetched { url, method }) => {
                self.goto(0, &Goto { url, method, purpose, extra });
            }
            Some(FirstDocument::Inline(text)) => match inline(&text) {
                Ok(document) => self.load(0, Program::new(document, None)),
                Err(problem) => self.document_failed(0, problem, None),
            },
        }
    }

    /// The called party may be connected.
    pub(super) fn ready(&mut self) {
        let leg = self.leg.line.id.clone();
        let call = self.call(0);
        call.program = None;
        call.running = Running::Outbound;
        call.set_stage(Stage::Ready);
        let child = call.sid;
        if let Some(parent) = call.outbound.as_ref().and_then(|outbound| outbound.awaited_by()) {
            self.world.tell(parent, Signal::Ready { child, leg });
        }
    }

    /// The dialling call no longer wants this one.
    pub(super) fn dropped(&mut self, unanswered: CallStatus) {
        if self.leg.calls.first().is_some_and(|call| call.stage().is_some()) {
            self.unwind(Unwinding { floor: 0, unanswered, canceled_as: unanswered, line_gone: false });
            self.hang_up(HangUpCause::Normal);
        }
    }

    /// Nobody answered a call that its account had placed.
    pub(super) fn rang_out(&mut self) {
        self.give_up_placing(CallStatus::NoAnswer);
    }

    /// The network has taken the call and does not let it ring: it has failed (32016).
    pub(super) fn never_rang(&mut self) {
        if let Some(mut cx) = self.cx(0) {
            let message = "the telephone network did not let it ring within 60 seconds: the call has failed";
            cx.problem(Problem::new(Code::PostDialDelay, message));
        }
        self.give_up_placing(CallStatus::Failed);
    }

    fn give_up_placing(&mut self, status: CallStatus) {
        self.unwind(Unwinding { floor: 0, unanswered: status, canceled_as: status, line_gone: false });
        self.hang_up(HangUpCause::Normal);
    }

    /// The call at `at` gets a document of its own. One that goes out does nothing more of what it was placed for, and
    /// whoever dialled it goes on.
    pub(super) fn set_free(&mut self, at: usize) {
        if matches!(self.call(at).running, Running::Outbound) {
            // Its keys may still be played.
            self.stop_running(at, false);
        }
        self.leave_dial(at, true);
        self.call(at).set_stage(Stage::Free);
    }

    /// Tells whoever dialled the call at `at` that it is over, or that its account has taken it away.
    pub(super) fn leave_dial(&mut self, at: usize, redirected: bool) {
        let call = self.call(at);
        let Some(outbound) = &mut call.outbound else { return };
        let Some(parent) = outbound.awaited_by() else { return };
        outbound.stage = Stage::Free;
        let over = Over {
            child: call.sid,
            status: if redirected { CallStatus::Completed } else { call.status },
            answered: call.answered,
            redirected,
            stays: redirected,
            sip: outbound.sip.clone(),
            left: Some(self.leg.line.budget),
        };
        if redirected {
            // A call that its account takes out of the dial is a root of its own.
            self.leg.line.budget = Budget::new(&self.world.config.limits, self.world.now);
        }
        self.world.tell(parent, Signal::Over(over));
    }
}
