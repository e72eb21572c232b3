//! Whether a leg that was read from outside is one that the machine can go on with.
//!
//! Snapshots come from stores and other workers, so a damaged one is refused as a whole before it lives here: every
//! call waits for something that can come, and everything under way belongs to a call.

use std::collections::BTreeSet;

use super::{Leg, hop_of};
use crate::call::exchange::Exchange;
use crate::call::{Background, Call, CallStatus, MAX_FORKS, Program, Prompt, Running, Stage, Timer};
use crate::twiml::Element;

/// Calls that one line may carry. Far above any useful hop limit, and low enough for the machine's own stack.
const MAX_STACK: usize = 256;

/// What is wrong, in a few words for an error message.
type Flaw = &'static str;

/// A condition that must hold.
const fn must(holds: bool, flaw: Flaw) -> Result<(), Flaw> {
    if holds { Ok(()) } else { Err(flaw) }
}

impl Leg {
    /// Refuses a leg that the machine could not have left behind.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        must(!self.is_over(), "a leg without calls or requests")?;
        must(self.calls.len() <= MAX_STACK, "more calls than a line can carry")?;
        must(
            self.calls.is_empty() == self.linger.is_some(),
            "a live leg does not linger, an ended one does",
        )?;
        self.check_names()?;
        for (at, call) in self.calls.iter().enumerate() {
            let above = self.calls.get(at.saturating_add(1));
            let fetching = self.awaited_by(call);
            check_call(call, above, fetching)?;
        }
        must(
            self.ended.iter().all(|call| call.status.is_terminal()),
            "a call that has ended has no final status",
        )?;
        let answered = self.calls.first().is_none_or(|call| call.is_answered() == self.line.answered);
        must(answered, "the line is answered when its first call is")?;
        self.line.exchanges.iter().try_for_each(|exchange| self.check_exchange(exchange))
    }

    /// No SID and no reply id stands for two things.
    fn check_names(&self) -> Result<(), Flaw> {
        let calls = self.calls.iter().chain(&self.ended);
        let sids = calls.flat_map(|call| [Some(call.sid), hop_of(call).map(|hop| hop.child)]).flatten();
        let mut seen = BTreeSet::new();
        must(sids.into_iter().all(|sid| seen.insert(sid)), "two calls have one SID")?;
        let mut seen = BTreeSet::new();
        let mut replies = self.line.exchanges.iter().map(|exchange| exchange.reply);
        must(replies.all(|reply| seen.insert(reply)), "two requests have one reply id")
    }

    /// How many requests the call waits for.
    fn awaited_by(&self, call: &Call) -> usize {
        let awaited = |exchange: &&Exchange| exchange.owner == call.sid && exchange.role.is_awaited();
        self.line.exchanges.iter().filter(awaited).count()
    }

    fn check_exchange(&self, exchange: &Exchange) -> Result<(), Flaw> {
        let mut calls = self.calls.iter().chain(&self.ended);
        let owner = calls.find(|call| call.sid == exchange.owner).ok_or("a request belongs to no call")?;
        let reply = exchange.reply;
        must(reply.call == owner.sid && reply.step <= owner.step, "a request has a step that was not taken")?;
        must(exchange.account == owner.account, "a request belongs to another account than its call")?;
        must(!exchange.request.head().is_empty(), "a request has no head")
    }
}

fn check_call(call: &Call, above: Option<&Call>, fetching: usize) -> Result<(), Flaw> {
    let status = match call.stage() {
        _ if call.is_answered() => [CallStatus::InProgress; 2],
        Some(_) => [CallStatus::Initiated, CallStatus::Ringing],
        None => [CallStatus::Ringing; 2],
    };
    must(status.contains(&call.status), "the status of a live call does not fit its answer")?;
    must(hop_of(call).is_some() == above.is_some(), "calls stand on calls that dial, and on no others")?;
    let verb = call.program.as_ref().and_then(Program::current).map(|node| node.element());
    let at = |elements: &[Element]| verb.is_some_and(|verb| elements.contains(&verb));
    let has = |timer| call.timers.is_set(timer);
    let taken = |step| step <= call.step;
    let fits = match &call.running {
        // Silence, while its own verb waits.
        Running::Idle => call.suspended.is_some(),
        Running::Fetching => has(Timer::Fetch),
        Running::Speaking(step) => at(&[Element::Say, Element::Play]) && taken(*step),
        Running::Pausing => at(&[Element::Pause]) && has(Timer::Verb),
        Running::Gathering(gather) => {
            let timed = matches!(gather.prompt, Prompt::Media { .. }) || has(Timer::Verb);
            at(&[Element::Gather]) && timed
        }
        Running::Echoing => at(&[Element::Echo]),
        Running::Paying(payment) => {
            let timed = matches!(payment.prompt, Prompt::Media { .. }) || has(Timer::Verb);
            at(&[Element::Pay]) && timed && payment.charge.is_none_or(taken)
        }
        Running::Referring(referral) => at(&[Element::Refer]) && has(Timer::Verb) && taken(referral.step),
        Running::Recording(record) => at(&[Element::Record]) && has(Timer::Verb) && taken(record.step),
        Running::Consulting(step) => at(&[Element::Dial]) && has(Timer::Verb) && taken(*step),
        Running::Dialling(hop) => {
            let answered = above.is_some_and(|above| above.answered == hop.answered);
            at(&[Element::Dial]) && has(Timer::Dial) && answered
        }
        // What it waits for is told by the network, or by the call on another leg that dialled it.
        Running::Outbound => call.stage().is_some_and(|stage| stage != Stage::Screening),
        Running::Streaming(stream) => at(&[Element::Connect]) && (stream.open || has(Timer::Verb)),
        Running::Relaying(relay) => {
            let said = relay.playing.as_ref().is_none_or(|playing| taken(playing.step));
            at(&[Element::Connect]) && (relay.opened.is_some() || has(Timer::Verb)) && said
        }
        Running::WithAgent(step) => at(&[Element::Connect]) && taken(*step),
        Running::Calling(calling) => {
            let stands_by = calling.queue.is_some() && has(Timer::Dial);
            at(&[Element::Dial]) && (stands_by || calling.live().next().is_some())
        }
        Running::Queued(_) => at(&[Element::Enqueue]),
        Running::Conferring(_) => false,
        Running::Waiting => call.suspended.is_some() && has(Timer::Verb),
    };
    let forks: usize = call.background.iter().map(Background::forks).sum();
    must(forks <= MAX_FORKS, "a call has more forked tracks than it may")?;
    must(fits, "a call waits for what cannot come")?;
    if let Some(aside) = &call.suspended {
        let verb = aside.program.as_ref().and_then(Program::current).map(|node| node.element());
        let waits = match &aside.running {
            Running::Queued(_) => verb == Some(Element::Enqueue),
            Running::Calling(_) => verb == Some(Element::Dial),
            Running::Conferring(_) => verb == Some(Element::Dial) && has(Timer::Dial),
            _ => false,
        };
        must(waits, "a document runs aside for a verb that does not wait")?;
    }
    must(call.errands.iter().all(|errand| taken(errand.step)), "an errand has a step that was not taken")?;
    let waits = usize::from(matches!(call.running, Running::Fetching));
    must(fetching == waits, "a call waits for one document at a time, and only when it fetches one")
}
