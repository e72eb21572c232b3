//! A leg: one caller's line, and the stack of calls that stand on it.
//!
//! The bottom call belongs to the account whose number was dialled. `<Dial><Application>` puts a call of the receiving
//! account on top; only the top call speaks to the caller. A call that ends is taken off, and the one below goes on
//! with what it returned. When the caller hangs up, the stack unwinds from the top.

mod aside;
mod calling;
mod check;
mod conferring;
mod errand;
mod hop;
mod input;
mod modify;
mod outbound;
mod participant;
mod queue;
mod refer;
mod run;
mod service;
mod unwind;
mod webhook;

use minicbor::{Decode, Encode};

pub(crate) use participant::not_begun;

use crate::call::cx::{Cx, Line, World};
use crate::call::{Call, Hop, Running};
use crate::id::{CallSid, LegId};
use crate::policy::Budget;
use crate::time::Millis;

/// How long the requests of an ended leg are waited for: the longest webhook, its retries, and a margin.
const LINGER_MS: u64 = 120_000;

/// One caller's line.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Leg {
    #[n(0)]
    pub(crate) line: Line,
    /// The stack, bottom first. Empty when the leg has ended.
    #[n(1)]
    calls: Vec<Call>,
    /// Calls that have ended and still have requests or errands under way.
    #[n(3)]
    ended: Vec<Call>,
    /// When the requests that an ended leg still has are given up.
    #[n(2)]
    linger: Option<Millis>,
}

impl Leg {
    pub(crate) const fn new(id: LegId, budget: Budget, born: Millis) -> Self {
        Self { line: Line::new(id, budget, born), calls: Vec::new(), ended: Vec::new(), linger: None }
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_over(&self) -> bool {
        self.calls.is_empty()
            && self.line.exchanges.is_empty()
            && self.ended.iter().all(|call| call.errands.is_empty())
    }

    /// The next moment at which something happens by itself.
    pub(crate) fn deadline(&self) -> Option<Millis> {
        let errand = self.next_errand();
        if self.calls.is_empty() {
            return [self.linger, errand].into_iter().flatten().min();
        }
        let timers = self.calls.iter().filter_map(|call| call.timers.next()).min();
        [Some(self.line.budget.deadline()), timers, errand].into_iter().flatten().min()
    }

    /// Frees the calls that have ended and have no more requests or errands under way.
    fn forget_ended(&mut self) {
        let line = &self.line;
        self.ended.retain(|call| line.owes(call));
    }

    /// The calls on other legs that the call at `from` and those above it have dialled, each after the one that did.
    fn dialled(&self, from: usize) -> Vec<(CallSid, CallSid)> {
        let dials = self.calls.iter().skip(from).flat_map(|call| {
            // A party that is to be replaced is dialled still.
            let aside = call.suspended.as_deref().map(|aside| &aside.running);
            [Some(&call.running), aside].into_iter().flatten().map(|running| (call.sid, running))
        });
        let calling = dials.filter_map(|(by, running)| match running {
            Running::Calling(calling) => Some(calling.live().map(move |child| (by, child))),
            _ => None,
        });
        calling.flatten().collect()
    }

    /// Whether a call stands on it; its line has ended otherwise.
    pub(crate) const fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Every SID under which this leg can be reached: its calls, the dialling side's views of its hops, and the calls
    /// that have ended and still have requests or errands under way. A SID may come twice.
    pub(crate) fn sids(&self) -> impl Iterator<Item = &CallSid> {
        let calls = self.calls.iter();
        let calls = calls.flat_map(|call| [&call.sid].into_iter().chain(hop_of(call).map(|hop| &hop.child)));
        // A reply finds its leg by the call that asked; that one may be gone while a request about another is open.
        let requests = self.line.exchanges.iter().flat_map(|exchange| [&exchange.call, &exchange.owner]);
        let errands = self.ended.iter().filter(|call| !call.errands.is_empty()).map(|call| &call.sid);
        calls.chain(requests).chain(errands)
    }
}

fn hop_of(call: &Call) -> Option<&Hop> {
    match &call.running {
        Running::Dialling(hop) => Some(hop),
        _ => None,
    }
}

/// One step of a leg.
pub(crate) struct Step<'a, 'w> {
    pub(crate) world: &'a mut World<'w>,
    pub(crate) leg: &'a mut Leg,
}

impl<'w> Step<'_, 'w> {
    /// The call at a place of the stack.
    ///
    /// A place that does not exist is a defect of this crate; the engine catches it at the step and ends the leg.
    #[expect(
        clippy::indexing_slicing,
        reason = "places come from the stack itself, and the engine catches a slip"
    )]
    fn call(&mut self, at: usize) -> &mut Call {
        &mut self.leg.calls[at]
    }

    /// The place of the call that speaks to the caller.
    fn top(&self) -> Option<usize> {
        self.leg.calls.len().checked_sub(1)
    }

    fn cx(&mut self, at: usize) -> Option<Cx<'_, 'w>> {
        let call = self.leg.calls.get_mut(at)?;
        let depth = u32::try_from(at).unwrap_or(u32::MAX);
        Some(Cx { world: self.world, line: &mut self.leg.line, call, depth })
    }

    fn hop(&mut self, at: usize) -> Option<&mut Hop> {
        match &mut self.leg.calls.get_mut(at)?.running {
            Running::Dialling(hop) => Some(hop),
            _ => None,
        }
    }
}
