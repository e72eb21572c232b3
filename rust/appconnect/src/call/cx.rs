//! What a step of a call may use: the time, the rules, the line it stands on, and the queue of effects.

use std::collections::VecDeque;
use std::sync::Arc;

use minicbor::{Decode, Encode};

use super::Call;
use super::exchange::{Exchange, Role};
use super::signal::{Errand, Signal};
use crate::config::Config;
use crate::effect::{Effect, Ringback};
use crate::event::{Event, EventKind, ProblemRaised};
use crate::http::Url;
use crate::id::{
    AccountSid, CallSid, ConferenceSid, LegId, MessageSid, QueueSid, RecordingSid, RelaySid, ReplyId, Seed,
    SiprecSid, StreamSid, TranscriptSid, TranscriptionSid,
};
use crate::policy::Budget;
use crate::problem::{Code, Problem};
use crate::registry::Registry;
use crate::rooms::Rooms;
use crate::settlement::Settlement;
use crate::time::Millis;
use crate::twiml::{Document, Node};

/// The world of one step: nothing in it outlives the step but the effects.
pub(crate) struct World<'a> {
    pub(crate) now: Millis,
    pub(crate) config: &'a Config,
    pub(crate) registry: &'a Registry,
    pub(crate) seed: &'a Seed,
    pub(crate) effects: &'a mut VecDeque<Effect>,
    /// Where calls of different legs meet.
    pub(crate) rooms: &'a mut Rooms,
    /// What is to be done on other legs when this step is over.
    pub(crate) errands: &'a mut VecDeque<Errand>,
}

impl World<'_> {
    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    /// Tells a call on another leg something, when this step is over.
    pub(crate) fn tell(&mut self, call: CallSid, signal: Signal) {
        self.errands.push_back(Errand::Tell(call, signal));
    }
}

/// What a leg lends to the calls on it.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Line {
    #[n(0)]
    pub(crate) id: LegId,
    /// How many SIDs were made on this leg.
    #[n(1)]
    sids: u32,
    /// Requests under way, of live calls and of ended ones.
    #[n(2)]
    pub(crate) exchanges: Vec<Exchange>,
    /// What the root call may still use.
    #[n(3)]
    pub(crate) budget: Budget,
    /// Whether the caller's line was answered.
    #[n(4)]
    pub(crate) answered: bool,
    /// Whether the caller hears ringing that we make.
    #[n(5)]
    pub(crate) ringback: bool,
    /// When the leg began. A snapshot of a version that did not write it gives 0, which is as good for new SIDs.
    #[n(6)]
    #[cbor(default)]
    born: Millis,
    /// Its place in the order in which legs began, from 1; 0 until the engine has taken it in.
    #[n(7)]
    #[cbor(default)]
    pub(crate) order: u64,
}

impl Line {
    pub(crate) const fn new(id: LegId, budget: Budget, born: Millis) -> Self {
        Self { id, sids: 0, exchanges: Vec::new(), budget, answered: false, ringback: false, born, order: 0 }
    }

    /// Whether answers may still come that a call asked for.
    pub(crate) fn owes(&self, call: &Call) -> bool {
        !call.errands.is_empty() || self.exchanges.iter().any(|exchange| exchange.owner == call.sid)
    }

    /// Forgets the requests of what a party that asked to be replaced wants: it is no longer for it to say.
    pub(crate) fn forget_referral(&mut self, call: CallSid) {
        self.exchanges.retain(|exchange| exchange.owner != call || exchange.role != Role::Refer);
    }

    fn sid_bits(&mut self, seed: &Seed) -> u128 {
        let bits = seed.sid_bits(&self.id, self.born.0, self.sids);
        self.sids = self.sids.wrapping_add(1);
        bits
    }

    /// A new call's SID.
    pub(crate) fn new_call(&mut self, seed: &Seed) -> CallSid {
        CallSid::from_bits(self.sid_bits(seed))
    }

    /// The name of a new leg.
    pub(crate) fn new_leg(&mut self, seed: &Seed) -> LegId {
        LegId::from_bits(self.sid_bits(seed))
    }

    /// A new conference's SID.
    pub(crate) fn new_conference(&mut self, seed: &Seed) -> ConferenceSid {
        ConferenceSid::from_bits(self.sid_bits(seed))
    }

    /// A new queue's SID.
    pub(crate) fn new_queue(&mut self, seed: &Seed) -> QueueSid {
        QueueSid::from_bits(self.sid_bits(seed))
    }

    /// A new message's SID.
    pub(crate) fn new_message(&mut self, seed: &Seed) -> MessageSid {
        MessageSid::from_bits(self.sid_bits(seed))
    }

    /// A new recording's SID.
    pub(crate) fn new_recording(&mut self, seed: &Seed) -> RecordingSid {
        RecordingSid::from_bits(self.sid_bits(seed))
    }

    /// A new relay session's SID.
    pub(crate) fn new_relay(&mut self, seed: &Seed) -> RelaySid {
        RelaySid::from_bits(self.sid_bits(seed))
    }

    /// A new SIPREC fork's SID.
    pub(crate) fn new_siprec(&mut self, seed: &Seed) -> SiprecSid {
        SiprecSid::from_bits(self.sid_bits(seed))
    }

    /// A new stream's SID.
    pub(crate) fn new_stream(&mut self, seed: &Seed) -> StreamSid {
        StreamSid::from_bits(self.sid_bits(seed))
    }

    /// The SID of what was said in a recording.
    pub(crate) fn new_transcript(&mut self, seed: &Seed) -> TranscriptSid {
        TranscriptSid::from_bits(self.sid_bits(seed))
    }

    /// A new transcription's SID.
    pub(crate) fn new_transcription(&mut self, seed: &Seed) -> TranscriptionSid {
        TranscriptionSid::from_bits(self.sid_bits(seed))
    }
}

/// One call at work: the world, its line, and the call itself. A verb sees no more than this.
pub(crate) struct Cx<'a, 'w> {
    pub(crate) world: &'a mut World<'w>,
    pub(crate) line: &'a mut Line,
    pub(crate) call: &'a mut Call,
    /// How many hops lie below this call.
    pub(crate) depth: u32,
}

impl Cx<'_, '_> {
    pub(crate) const fn now(&self) -> Millis {
        self.world.now
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.world.effect(effect);
    }

    /// Lets the caller hear ringing, or stops it.
    pub(crate) fn ringback(&mut self, on: bool, tone: Option<&str>) {
        if self.line.ringback != on {
            self.line.ringback = on;
            let leg = self.line.id.clone();
            self.effect(Effect::Ringback(Ringback { leg, on, tone: tone.map(Into::into) }));
        }
    }

    /// The address of the answer to the next effect.
    pub(crate) fn next_reply(&mut self) -> ReplyId {
        self.call.step = self.call.step.saturating_add(1);
        ReplyId { call: self.call.sid, step: self.call.step }
    }

    /// The URL that relative references of the running document are resolved against.
    pub(crate) fn base(&self) -> Option<Url> {
        self.call.program.as_ref().and_then(|program| program.base.clone())
    }

    /// Puts an entry into the timeline, if there is one. The entry is only made when it is wanted.
    pub(crate) fn report(&mut self, kind: impl FnOnce(&Self) -> EventKind) {
        if self.world.config.timeline {
            let event = self.event(self.call.sid, self.call.account, kind(self));
            self.effect(Effect::Report(event));
        }
    }

    fn event(&self, call: CallSid, account: AccountSid, kind: EventKind) -> Event {
        Event { at: self.now(), leg: self.line.id.clone(), call, account, kind }
    }

    /// Tells the account of a problem, with the place in the running document.
    pub(crate) fn problem(&mut self, problem: Problem) {
        let source = self.call.program.as_ref().map(|program| Arc::clone(&program.document));
        let url = self.base();
        self.problem_in(problem, source.as_ref().map(|document| document.source()), url.as_ref());
    }

    /// Tells the account of a problem, unless the validator has found it: then it was told when the document came.
    pub(crate) fn problem_once(&mut self, problem: Problem) {
        if !self.is_known(&problem) {
            self.problem(problem);
        }
    }

    /// Whether the validator has found this problem at the same place of the running document.
    fn is_known(&self, problem: &Problem) -> bool {
        let Some((program, at)) = self.call.program.as_ref().zip(problem.span) else { return false };
        program.document.problems().iter().any(|known| {
            let inside = known.span.is_some_and(|span| at.start <= span.start && span.end <= at.end);
            known.code == problem.code && inside
        })
    }

    /// Tells the account of a problem in a document or request of its own.
    pub(crate) fn problem_in(&mut self, problem: Problem, source: Option<&str>, url: Option<&Url>) {
        let place = source.zip(problem.span).map(|(source, span)| span.line_column(source));
        let raised = ProblemRaised {
            problem,
            url: url.map(|url| url.without_userinfo().as_str().into()),
            line: place.map(|place| place.line),
            column: place.map(|place| place.column),
        };
        // Problems are reported whether or not the timeline is.
        let event = self.event(self.call.sid, self.call.account, EventKind::Problem(raised));
        self.effect(Effect::Report(event));
    }

    /// Tells the account of a problem at a node of the running document.
    pub(crate) fn problem_at(&mut self, node: Node<'_>, code: Code, message: impl Into<Box<str>>) {
        self.problem(Problem::at(code, node.span(), message));
    }

    /// The running document and its verb.
    ///
    /// Shared, so that the verb can be looked at while the call changes.
    pub(crate) fn current_verb(&self) -> Option<(Arc<Document>, u32)> {
        let program = self.call.program.as_ref()?;
        Some((Arc::clone(&program.document), program.current()?.index()))
    }

    /// Bills an ended call.
    pub(crate) fn settle(&mut self, settlement: Settlement) {
        if self.world.config.timeline {
            let kind = EventKind::Settled(settlement.clone());
            self.report_to(settlement.call, settlement.account, kind);
        }
        self.effect(Effect::Settle(settlement));
    }

    /// Puts an entry into the timeline of another account: of the owner of an application that was refused.
    pub(crate) fn report_to(&mut self, call: CallSid, account: AccountSid, kind: EventKind) {
        let event = self.event(call, account, kind);
        self.effect(Effect::Report(event));
    }
}
