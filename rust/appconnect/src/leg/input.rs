//! What the caller, the media and the clock do to a leg.

use super::Step;
use crate::call::cx::Cx;
use crate::call::signal::End;
use crate::call::verb::{self, Finished, Flow};
use crate::call::{CallStatus, Record, Relay, Running, Stage, Timer};
use crate::conference::Cause;
use crate::config::PlayFailure;
use crate::effect::{Effect, HangUpCause, StopCollect};
use crate::event::{Decided, EventKind, Pressed, Said};
use crate::id::ReplyId;
use crate::input::{MediaDone, MediaFailure, Speech};
use crate::pii::Pii;
use crate::policy::Verdict;
use crate::problem::{Code, Problem};
use crate::time::Millis;
use crate::twiml::{Attribute, Node};

impl Step<'_, '_> {
    /// The caller is gone.
    pub(crate) fn hung_up(&mut self) {
        self.end_from(0, End::HungUp);
    }

    /// The caller pressed keys.
    pub(crate) fn digits(&mut self, digits: &Pii) {
        let Some(top) = self.top() else { return };
        if let Some(mut cx) = self.cx(top) {
            cx.report(|cx| {
                let paying = matches!(cx.call.running, Running::Paying(_));
                let digits = if paying { masked(digits) } else { digits.clone() };
                EventKind::Pressed(Pressed { digits })
            });
        }
        let keys = digits.reveal();
        if let Some((before, _)) = keys.split_once('*')
            && let Some(at) = (0..=top).find(|at| self.hangs_up_on_star(*at))
        {
            if self.call(at).conferring().is_some() {
                return self.leave_conference(at, Cause::HungUp);
            }
            if at == top {
                return self.end_calling(at, CallStatus::NoAnswer);
            }
            let child = self.hop(at).map(|hop| hop.child);
            self.keys(top, before);
            // The keys before the star may have ended the hop already.
            if self.hop(at).map(|hop| hop.child) == child {
                self.take_back(at);
            }
            return;
        }
        self.keys(top, keys);
    }

    /// Gives keys to the verb that speaks to the caller.
    fn keys(&mut self, top: usize, keys: &str) {
        self.with_verb(top, |cx, node, running| match running {
            Running::Gathering(gather) => verb::gather_digits(cx, node, gather, keys),
            Running::Recording(record) => match verb::record_key(node, keys) {
                Some(key) => finish_record(cx, node, record, Finished::Key(key)),
                None => Flow::Park(Running::Recording(record)),
            },
            Running::Streaming(stream) => {
                verb::stream_digits(cx, &stream, keys);
                Flow::Park(Running::Streaming(stream))
            }
            Running::Relaying(relay) => verb::relay_digits(cx, node, relay, keys),
            Running::Paying(payment) => verb::pay_keys(cx, node, payment, keys),
            other => Flow::Park(other),
        });
    }

    fn hangs_up_on_star(&mut self, at: usize) -> bool {
        let answered = self.hop(at).is_some_and(|hop| hop.answered.is_some())
            || self.calling(at).is_some_and(|calling| calling.bridged.is_some())
            || self.call(at).conferring().is_some();
        let program = self.call(at).own_program();
        let node = program.and_then(crate::call::Program::current);
        answered && node.is_some_and(|node| node.flag(Attribute::HangupOnStar))
    }

    /// The caller comes back to the call at `at`: what it dialled ends, and its document goes on.
    fn take_back(&mut self, at: usize) {
        self.end_from(at.saturating_add(1), End::TakenBack);
    }

    /// The recogniser heard something.
    pub(crate) fn speech(&mut self, heard: &Speech) {
        let Some(top) = self.top() else { return };
        if self.is_concealed() {
            return;
        }
        if heard.is_final
            && let Some(mut cx) = self.cx(top)
        {
            cx.report(|_| EventKind::Said(Said { text: heard.text.clone(), confidence: heard.confidence }));
        }
        self.with_verb(top, |cx, node, running| match running {
            Running::Gathering(gather) => verb::gather_speech(cx, node, gather, heard),
            Running::Relaying(relay) => verb::relay_speech(cx, node, relay, heard),
            other => Flow::Park(other),
        });
    }

    /// Media ended by itself.
    pub(crate) fn media_done(&mut self, done: &MediaDone) {
        let Some(top) = self.top() else { return };
        if self.call(top).sid != done.reply.call {
            return;
        }
        let ReplyId { step, .. } = done.reply;
        if self.call(top).stage() == Some(Stage::Keys(step)) {
            return self.after_keys();
        }
        let failure = done.failed;
        self.with_verb(top, |cx, node, running| match running {
            Running::Speaking(awaited) if awaited == step => {
                failure.map_or(Flow::Next, |why| unplayable(cx, node, why, Code::PlayType))
            }
            Running::Gathering(gather) if gather.prompt.awaits(step) => match failure {
                Some(why) => match unplayable(
                    cx,
                    verb::gather_prompt(node, &gather).unwrap_or(node),
                    why,
                    Code::GatherPlayType,
                ) {
                    Flow::Next => verb::gather_media_done(cx, node, gather),
                    flow => {
                        let leg = cx.line.id.clone();
                        cx.effect(Effect::StopCollect(StopCollect { leg }));
                        flow
                    }
                },
                None => verb::gather_media_done(cx, node, gather),
            },
            Running::Paying(payment) if payment.prompt.awaits(step) => match failure {
                Some(why) => {
                    let part = verb::pay_playing(node, &payment).unwrap_or(node);
                    match unplayable(cx, part, why, Code::PlayType) {
                        Flow::Next => verb::pay_prompt_done(cx, node, payment),
                        flow => verb::pay_fail(cx, payment, flow),
                    }
                }
                None => verb::pay_prompt_done(cx, node, payment),
            },
            Running::Recording(record) if record.step == step => {
                let silent = failure == Some(MediaFailure::Silent);
                finish_record(cx, node, record, if silent { Finished::Nothing } else { Finished::Silence })
            }
            Running::Relaying(relay) if says(&relay, step) => {
                verb::relay_media_done(cx, node, relay, failure)
            }
            other => Flow::Park(other),
        });
    }

    /// The policy has answered.
    pub(crate) fn verdict(&mut self, reply: ReplyId, verdict: &Verdict) {
        let Some(at) = self.leg.calls.iter().position(|call| call.sid == reply.call) else { return };
        self.with_verb(at, |cx, node, running| match running {
            Running::Consulting(step) if step == reply.step => {
                cx.call.timers.stop(Timer::Verb);
                decided(cx, node, verdict)
            }
            other => Flow::Park(other),
        });
    }

    /// Time has passed.
    pub(crate) fn tick(&mut self) {
        let now = self.world.now;
        self.fail_late_errands();
        if self.leg.calls.is_empty() {
            if self.leg.linger.is_some_and(|at| at <= now) {
                self.leg.line.exchanges.clear();
                self.leg.ended.clear();
            }
            return;
        }
        if self.leg.line.budget.deadline() <= now {
            return self.out_of_time();
        }
        while let Some((at, timer)) = self.take_due(now) {
            match timer {
                Timer::Verb if self.call(at).stage() == Some(Stage::Placed) => self.never_rang(),
                Timer::Verb => self.verb_timer(at),
                Timer::Dial if self.call(at).stage() == Some(Stage::Placed) => self.rang_out(),
                Timer::Dial if self.calling(at).is_some() => self.calling_timer(at),
                Timer::Dial if self.call(at).conferring().is_some() => {
                    self.leave_conference(at, Cause::HungUp);
                }
                Timer::Dial => self.take_back(at),
                Timer::Fetch => self.answer_lost(at),
                Timer::Detection => self.nobody_detected(),
                Timer::Limit => return self.abort(HangUpCause::Normal),
            }
        }
    }

    /// The timer that was due first; of one moment that of the lowest call, whose end ends those above it.
    fn take_due(&mut self, now: Millis) -> Option<(usize, Timer)> {
        let calls = self.leg.calls.iter_mut().enumerate();
        let timed = calls.filter_map(|(at, call)| call.timers.next().map(|due| (due, at, call)));
        let (_, at, call) = timed.min_by_key(|(due, at, _)| (*due, *at))?;
        call.timers.take_due(now).map(|timer| (at, timer))
    }

    fn out_of_time(&mut self) {
        if let Some(mut cx) = self.cx(0) {
            let message = "the call has lasted as long as one call may: it was ended";
            cx.problem(Problem::new(Code::MaximumDuration, message));
        }
        self.abort(HangUpCause::Normal);
    }

    fn verb_timer(&mut self, at: usize) {
        if self.call(at).stage() == Some(Stage::Detecting) {
            return self.nobody_detected();
        }
        if matches!(self.call(at).running, Running::Waiting) {
            return self.wait(at);
        }
        self.with_verb(at, |cx, node, running| match running {
            Running::Pausing => Flow::Next,
            Running::Gathering(gather) => verb::gather_silence(cx, node, gather),
            Running::Paying(payment) => verb::pay_timeout(cx, node, payment),
            Running::Referring(referral) => verb::refer_timeout(cx, node, referral),
            Running::Recording(record) => finish_record(cx, node, record, Finished::MaxLength),
            Running::Consulting(_) => {
                let late = Verdict::Deny { reason: "the policy did not answer in time".into() };
                decided(cx, node, &late)
            }
            Running::Streaming(stream) if !stream.open => verb::stream_lost(cx, node, &stream),
            Running::Relaying(relay) if relay.opened.is_none() => verb::relay_lost(cx, node, &relay),
            other => Flow::Park(other),
        });
    }

    /// Lets the running verb of the call at `at` go on.
    pub(super) fn with_verb(
        &mut self,
        at: usize,
        go_on: impl FnOnce(&mut Cx<'_, '_>, Node<'_>, Running) -> Flow,
    ) {
        let Some(mut cx) = self.cx(at) else { return };
        let Some((document, index)) = cx.current_verb() else { return };
        let Some(node) = document.node(index) else { return };
        let running = std::mem::take(&mut cx.call.running);
        let flow = go_on(&mut cx, node, running);
        self.apply(at, flow);
    }
}

/// What the timeline shows of keys that belong to a payment.
fn masked(keys: &Pii) -> Pii {
    keys.reveal().replace(|key: char| key.is_ascii_digit(), "x").into()
}

fn says(relay: &Relay, awaited: u32) -> bool {
    relay.playing.as_ref().is_some_and(|playing| playing.step == awaited)
}

fn finish_record(cx: &mut Cx<'_, '_>, node: Node<'_>, record: Record, ended: Finished) -> Flow {
    verb::finish_record(cx, node, record, ended).map_or_else(Flow::Fail, Flow::Goto)
}

/// A prompt cannot be played; `wrong_type` is the code for media of a type that is not played.
fn unplayable(cx: &mut Cx<'_, '_>, node: Node<'_>, why: MediaFailure, wrong_type: Code) -> Flow {
    let (code, message) = match why {
        MediaFailure::ContentType => (wrong_type, "this is not audio that can be played: use WAV or MP3"),
        MediaFailure::Retrieval => (Code::RetrievalFailed, "the audio could not be retrieved: check its URL"),
        // Only a recording can be told to be so; audio that says nothing was played all the same.
        MediaFailure::Silent => return Flow::Next,
    };
    let problem = Problem::at(code, node.span(), message);
    match cx.world.config.play_failure {
        PlayFailure::Fallback => match verb::play_url(cx, node) {
            Some(url) => Flow::FailAt(problem, url),
            None => Flow::Fail(problem),
        },
        PlayFailure::Skip => {
            cx.problem(problem);
            Flow::Next
        }
    }
}

/// Goes on with a `<Dial>` that was put to the policy.
fn decided(cx: &mut Cx<'_, '_>, node: Node<'_>, verdict: &Verdict) -> Flow {
    let (allowed, reason) = match verdict {
        Verdict::Allow => (true, ""),
        Verdict::Deny { reason } => (false, &**reason),
    };
    // The decision gets a SID of its own, timeline or not, so that a seeded run has the same SIDs either way.
    let decision = cx.line.new_call(cx.world.seed);
    let sid = node.first_child().and_then(|noun| noun.application_sid().ok());
    let application = sid.and_then(|sid| cx.world.registry.application(&sid));
    if let Some(application) = application.filter(|_| cx.world.config.timeline) {
        let decided = Decided {
            caller_account: cx.call.account,
            application: application.sid.clone(),
            allowed,
            reason: reason.into(),
        };
        cx.report_to(decision, application.account, EventKind::Decided(decided));
    }
    if !allowed {
        return verb::vetoed(cx, node);
    }
    verb::dial(cx, node, true)
}
