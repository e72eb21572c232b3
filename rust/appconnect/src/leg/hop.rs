//! A hop: the receiving call is put on the leg, answers, and comes off again; the dialling side's view follows it.

use super::Step;
use super::unwind::Gone;
use crate::call::cx::Cx;
use crate::call::exchange::{Plan, Role};
use crate::call::params::{Stage, hop as hop_form, progress};
use crate::call::verb::{self, Connection, Ended, Goto};
use crate::call::{Call, CallStatus, Direction, Hop, Running, Timer};
use crate::effect::{Answer, Effect};
use crate::event::{Began, EventKind, Purpose, StatusChanged};
use crate::settlement::{LegKind, Settlement, rate};
use crate::twiml::{Attribute, Node};

impl Step<'_, '_> {
    /// Puts the receiving call on top of the call at `at`, and asks its application what to do.
    pub(super) fn connect(&mut self, at: usize, connection: Connection) {
        let Connection {
            hop,
            account,
            from,
            to,
            sender,
            voice,
            fallback,
            status_callback,
            caller_name_lookup,
        } = connection;
        let application = hop.application.clone();
        let now = self.world.now;
        let dialling = self.call(at);
        dialling.running = Running::Dialling(Box::new(hop));
        let forwarded_from = dialling.forwarded_from.clone();
        // What the carrier says of the caller is not said of a `callerId` that a document made up.
        let same_caller = from == dialling.from;
        let stir_verstat = dialling.stir_verstat.clone().filter(|_| same_caller);
        let caller_name = dialling.caller_name.clone().filter(|_| same_caller);
        self.begin_dial(at);
        let sid = self.leg.line.new_call(self.world.seed);
        let receiving = Call {
            application: Some(application),
            sender: Some(sender),
            forwarded_from,
            caller_name,
            stir_verstat,
            fallback,
            status_callback,
            caller_name_lookup,
            ..Call::ringing(sid, account, from, to, now)
        };
        self.push(receiving, &voice);
    }

    /// Puts a call on the stack and requests its first document.
    pub(crate) fn push(&mut self, call: Call, voice: &crate::registry::Webhook) {
        let at = self.put_on(call);
        let goto =
            Goto { url: voice.url.clone(), method: voice.method, purpose: Purpose::Voice, extra: Vec::new() };
        self.goto(at, &goto);
    }

    /// Puts a call on the stack; its place.
    pub(super) fn put_on(&mut self, call: Call) -> usize {
        let at = self.leg.calls.len();
        // Calls are large and most legs hold one or two: room for two, not for the four that a vector begins with.
        self.leg.calls.reserve_exact(2_usize.saturating_sub(at));
        self.leg.calls.push(call);
        if let Some(mut cx) = self.cx(at) {
            cx.report(|cx| {
                EventKind::Began(Began {
                    direction: cx.call.direction(),
                    from: cx.call.from.clone(),
                    to: cx.call.to.clone(),
                    application: cx.call.application.clone(),
                })
            });
            cx.report(|cx| EventKind::Status(StatusChanged { status: cx.call.status }));
        }
        at
    }

    /// The dialling side's part: the timer, the first progress, the recording, the ringing that the caller hears.
    fn begin_dial(&mut self, at: usize) {
        let buffer = self.world.config.dial_timeout_buffer;
        let Some(mut cx) = self.cx(at) else { return };
        let Some((document, index)) = cx.current_verb() else { return };
        let Some(node) = document.node(index) else { return };
        let until = cx.now().plus_seconds(verb::dial_timeout(node).saturating_add(buffer));
        cx.call.timers.set(Timer::Dial, until);
        hop_progress(&mut cx, CallStatus::Initiated, "initiated", false);
        hop_progress(&mut cx, CallStatus::Ringing, "ringing", false);
        start_recording(&mut cx, node, "ringing");
        if cx.line.answered {
            cx.ringback(true, node.attribute(Attribute::RingTone));
        }
    }

    /// The call at `at` is answered; so is the call below that waited for it (`answerOnBridge`), down to the line.
    pub(super) fn answer(&mut self, at: usize) {
        let now = self.world.now;
        self.call(at).answered = Some(now);
        self.set_status(at, CallStatus::InProgress);
        let Some(below) = at.checked_sub(1) else {
            self.leg.line.answered = true;
            let leg = self.leg.line.id.clone();
            return self.world.effect(Effect::Answer(Answer { leg }));
        };
        if let Some(mut cx) = self.cx(below)
            && let Some((document, index)) = cx.current_verb()
            && let Some(node) = document.node(index)
        {
            cx.call.timers.set(Timer::Dial, now.plus_seconds(verb::time_limit(node)));
            if let Running::Dialling(hop) = &mut cx.call.running {
                hop.answered = Some(now);
            }
            hop_progress(&mut cx, CallStatus::InProgress, "answered", false);
            start_recording(&mut cx, node, "answer");
        }
        if !self.call(below).is_answered() {
            self.answer(below);
        }
        if let Some(mut cx) = self.cx(below) {
            cx.ringback(false, None);
        }
    }

    /// The receiving call has been taken off: the dialling side's view of the hop ends with it, and is billed.
    pub(super) fn hop_ended(&mut self, at: usize, gone: Gone) -> Option<Ended> {
        // The `<Dial>` that opened a call which still rings has not ended: its caller goes on hearing it ring.
        let silent = at == 0 || self.call(at).is_answered();
        let mut cx = self.cx(at)?;
        if silent {
            cx.ringback(false, None);
        }
        cx.call.timers.stop(Timer::Dial);
        let Running::Dialling(hop) = &mut cx.call.running else { return None };
        let mut recording = hop.recording.take();
        if let Some(recording) = &mut recording {
            verb::stop_recording(&mut cx, recording);
        }
        hop_progress(&mut cx, gone.status, "completed", gone.refused);
        let Running::Dialling(hop) = std::mem::take(&mut cx.call.running) else { return None };
        let now = cx.now();
        settle_hop(&mut cx, &hop);
        let seconds = hop.answered.filter(|_| !gone.redirected).map(|answered| now.seconds_since(answered));
        Some(Ended {
            status: gone.dial,
            bridged: hop.answered.is_some(),
            child: Some(hop.child),
            seconds,
            returns: Vec::new(),
            recording,
            error: None,
            sip: None,
            queue: None,
            conference: false,
        })
    }
}

fn start_recording(cx: &mut Cx<'_, '_>, node: Node<'_>, moment: &str) {
    let recording = verb::start_recording(cx, node, moment);
    if let (Some(recording), Running::Dialling(hop)) = (recording, &mut cx.call.running) {
        hop.recording = Some(recording);
    }
}

/// Moves the dialling side's view of the hop to a status, and tells who wants to know (`webhooks.md` section 10.1).
/// `refused` says that the application ended it unanswered.
fn hop_progress(cx: &mut Cx<'_, '_>, status: CallStatus, event: &str, refused: bool) {
    let now = cx.now();
    let Running::Dialling(hop) = &mut cx.call.running else { return };
    hop.status = status;
    if !hop.callback.as_ref().is_some_and(|callback| callback.wants(event)) {
        return;
    }
    let sequence = hop.sequence;
    let hop: Hop = (**hop).clone();
    let Some(callback) = &hop.callback else { return };
    let mut form = hop_form(&hop, cx.call.sid, cx.call.account);
    progress(&mut form, Stage { status, refused, sip: None }, hop.answered, now, sequence);
    let plan = Plan {
        purpose: Purpose::StatusCallback,
        role: Role::Callback,
        method: callback.method,
        url: &callback.url,
        sequence: Some(sequence),
    };
    match (cx.request_bare(hop.child, &plan, &form), &mut cx.call.running) {
        // A notice that could not be made leaves no gap in the numbers.
        (Ok(()), Running::Dialling(hop)) => hop.sequence = sequence.saturating_add(1),
        (Ok(()), _) => {}
        (Err(problem), _) => cx.problem_in(problem, None, Some(&callback.url)),
    }
}

fn settle_hop(cx: &mut Cx<'_, '_>, hop: &Hop) {
    let now = cx.now();
    let rated = rate(LegKind::ApplicationHop, hop.answered, now, &cx.world.config.rates);
    let settlement = Settlement {
        call: hop.child,
        account: cx.call.account,
        parent_call: Some(cx.call.sid),
        direction: Direction::OutboundDial.as_str(),
        from: hop.from.clone(),
        to: crate::address::Address::new(hop.application.as_str()),
        application: None,
        status: hop.status.as_str(),
        started: hop.started,
        answered: hop.answered,
        ended: now,
        seconds: rated.seconds,
        rate: rated.rate,
        amount: rated.amount,
        leg: LegKind::ApplicationHop,
    };
    cx.settle(settlement);
}
