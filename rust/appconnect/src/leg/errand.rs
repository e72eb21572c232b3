//! What services outside answer: payment gateways, message senders, transcribers, SIP peers. The verb that asked may
//! wait for it, or the call goes on meanwhile, or is over.

use super::Step;
use crate::call::cx::Cx;
use crate::call::exchange::{Plan, Role};
use crate::call::params::{Form, put, transcription};
use crate::call::verb::{self, Flow, PayEnded};
use crate::call::{Errand, ErrandKind, Running};
use crate::event::Purpose;
use crate::http::{Method, Url};
use crate::id::{RecordingSid, ReplyId, TranscriptSid};
use crate::input::{ChargeDone, MessageStatus, RecordingTranscribed, ReferProgress};
use crate::pii::Pii;
use crate::problem::{Code, Problem};
use crate::time::Millis;

impl<'w> Step<'_, 'w> {
    /// The connector has answered.
    pub(crate) fn charge_done(&mut self, done: &ChargeDone) {
        let ReplyId { call, step } = done.reply;
        if let Some(at) = self.leg.calls.iter().position(|live| live.sid == call) {
            self.with_verb(at, |cx, node, running| match running {
                Running::Paying(payment) if payment.charge == Some(step) => {
                    verb::pay_charged(cx, node, payment, &done.outcome)
                }
                other => Flow::Park(other),
            });
        }
        let is_charge = |kind: &ErrandKind| matches!(kind, ErrandKind::Charge { .. });
        if let Some((errand, mut cx)) = self.take_errand(done.reply, is_charge)
            && let ErrandKind::Charge { payment, action, charged } = errand.kind
        {
            let ended = PayEnded::Answered { outcome: &done.outcome, charged };
            tell_late(&mut cx, &action, &verb::describe_payment(&payment, &ended), &ended);
        }
        self.leg.forget_ended();
    }

    /// A message was sent, or could not be.
    pub(crate) fn message_status(&mut self, status: &MessageStatus) {
        let is_message = |kind: &ErrandKind| matches!(kind, ErrandKind::Message { .. });
        if let Some((errand, mut cx)) = self.take_errand(status.reply, is_message)
            && let ErrandKind::Message { sid, callback } = errand.kind
        {
            let mut form = Form::with_capacity(4);
            put(&mut form, "AccountSid", cx.call.account.as_str().to_owned());
            put(&mut form, "SmsSid", sid.as_str().to_owned());
            put(&mut form, "SmsStatus", if status.sent { "sent" } else { "failed" });
            let plan = notice(Purpose::MessageStatus, &callback);
            if let Err(problem) = cx.request_bare(cx.call.sid, &plan, &form) {
                cx.problem_in(problem, None, Some(&callback));
            }
        }
        self.leg.forget_ended();
    }

    /// A recording was written down, or could not be.
    pub(crate) fn written_down(&mut self, done: &RecordingTranscribed) {
        let is_transcription = |kind: &ErrandKind| matches!(kind, ErrandKind::Transcription { .. });
        if let Some((errand, mut cx)) = self.take_errand(done.reply, is_transcription)
            && let ErrandKind::Transcription { sid, recording, callback } = errand.kind
        {
            tell_words(&mut cx, (sid, recording), callback.as_ref(), done.text.as_ref());
        }
        self.leg.forget_ended();
    }

    /// The caller's SIP peer has answered a transfer.
    pub(crate) fn refer_progress(&mut self, progress: &ReferProgress) {
        let ReplyId { call, step } = progress.reply;
        let Some(at) = self.leg.calls.iter().position(|live| live.sid == call) else { return };
        self.with_verb(at, |cx, node, running| match running {
            Running::Referring(referral) if referral.step == step => {
                verb::refer_progress(cx, node, referral, progress.step)
            }
            other => Flow::Park(other),
        });
    }

    /// Gives up the errands whose time is over.
    pub(super) fn fail_late_errands(&mut self) {
        let now = self.world.now;
        let calls = self.leg.calls.iter_mut().chain(self.leg.ended.iter_mut());
        let late = |errand: &mut Errand| errand.deadline.is_some_and(|deadline| deadline <= now);
        for call in calls {
            let failed: Vec<_> = call.errands.extract_if(.., late).collect();
            let mut cx = Cx { world: self.world, line: &mut self.leg.line, call, depth: 0 };
            for errand in failed {
                match errand.kind {
                    ErrandKind::Charge { payment, action, .. } => {
                        let ended = PayEnded::NoAnswer;
                        tell_late(&mut cx, &action, &verb::describe_payment(&payment, &ended), &ended);
                    }
                    ErrandKind::Message { .. } => {}
                    ErrandKind::Transcription { sid, recording, callback } => {
                        tell_words(&mut cx, (sid, recording), callback.as_ref(), None);
                    }
                }
            }
        }
        self.leg.forget_ended();
    }

    /// Takes out the errand that a reply answers, with the call that it belongs to, live or ended. An answer to
    /// something of another kind takes nothing.
    fn take_errand(
        &mut self,
        reply: ReplyId,
        is_kind: impl Fn(&ErrandKind) -> bool,
    ) -> Option<(Errand, Cx<'_, 'w>)> {
        let mut calls = self.leg.calls.iter_mut().chain(self.leg.ended.iter_mut());
        let call = calls.find(|call| call.sid == reply.call)?;
        let place =
            call.errands.iter().position(|errand| errand.step == reply.step && is_kind(&errand.kind))?;
        let errand = call.errands.remove(place);
        Some((errand, Cx { world: self.world, line: &mut self.leg.line, call, depth: 0 }))
    }
}

impl super::Leg {
    /// When the next errand counts as failed.
    pub(super) fn next_errand(&self) -> Option<Millis> {
        let errands = self.calls.iter().chain(&self.ended).flat_map(|call| &call.errands);
        errands.filter_map(|errand| errand.deadline).min()
    }
}

const fn notice(purpose: Purpose, url: &Url) -> Plan<'_> {
    Plan { purpose, role: Role::Callback, method: Method::Post, url, sequence: None }
}

/// Tells the `action` of a `<Pay>` that is no longer waited for what became of the money.
fn tell_late(cx: &mut Cx<'_, '_>, action: &Url, form: &Form<'_>, ended: &PayEnded<'_>) {
    if let Some(code) = ended.code() {
        let message = format!("the payment failed: {}", code.meaning());
        cx.problem_in(Problem::new(code, message), None, Some(action));
    }
    let plan = Plan {
        purpose: Purpose::Action,
        role: Role::Ended,
        method: Method::Post,
        url: action,
        sequence: None,
    };
    if let Err(problem) = cx.request(&plan, form) {
        cx.problem_in(problem, None, Some(action));
    }
}

/// Tells the `transcribeCallback` what was said in a recording, or that nobody knows.
fn tell_words(
    cx: &mut Cx<'_, '_>,
    (sid, recording): (TranscriptSid, RecordingSid),
    callback: Option<&Url>,
    text: Option<&Pii>,
) {
    if text.is_none() {
        let message = "the recording could not be transcribed: it is there all the same";
        cx.problem_in(Problem::new(Code::TranscriptionFailed, message), None, callback);
    }
    let Some(callback) = callback else { return };
    let form = transcription(cx.world.config, cx.call.account, sid, recording, text.map(Pii::reveal));
    if let Err(problem) = cx.request(&notice(Purpose::Transcription, callback), &form) {
        cx.problem_in(problem, None, Some(callback));
    }
}
