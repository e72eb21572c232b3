//! What the outcome of a webhook does to the calls of its leg.

use super::Step;
use crate::call::cx::Cx;
use crate::call::exchange::{Exchange, Next, Outcome, Role};
use crate::event::Purpose;
use crate::id::ReplyId;
use crate::input::FailureReason;
use crate::problem::{Code, Problem};
use crate::twiml::{answer, charset, decode};

impl<'w> Step<'_, 'w> {
    /// Takes in the outcome of the exchange with this reply id. One that nobody waits for any more changes nothing.
    pub(crate) fn respond(&mut self, reply: ReplyId, outcome: &Outcome<'_>) {
        let exchanges = &mut self.leg.line.exchanges;
        let Some(place) = exchanges.iter().position(|exchange| exchange.reply == reply) else { return };
        let exchange = exchanges.remove(place);
        let (owner, role, purpose, base) =
            (exchange.owner, exchange.role, exchange.purpose, exchange.base().clone());
        let Some(mut cx) = self.owner(&exchange) else { return };
        let next = cx.settle_exchange(exchange, outcome);
        if let Next::Failed(problem) = &next {
            match role {
                Role::Callback => {
                    let dropped = matches!(outcome, Outcome::Failure(FailureReason::Overloaded));
                    let code = if dropped { Code::CallProgressQueue } else { Code::StatusCallbackAnswer };
                    let message =
                        format!("a callback failed ({}): {}", problem.code.number(), problem.message);
                    cx.problem_in(Problem::new(code, message), None, Some(&base));
                }
                Role::Ended | Role::Interrupted => cx.problem_in(problem.clone(), None, Some(&base)),
                Role::Document | Role::Refer => {}
            }
        }
        let at = self.leg.calls.iter().position(|call| call.sid == owner);
        match (role, next, at) {
            (_, Next::Again, _) => {}
            (Role::Document, Next::Answered, Some(at)) => {
                let Outcome::Response { body, .. } = outcome else { return };
                let content_type = outcome.headers("content-type").next();
                let document = answer(content_type, body, base.as_str());
                let has_place = document.as_ref().is_err_and(|problem| problem.span.is_some());
                let source = has_place.then(|| decode(body, content_type.and_then(charset)).ok()).flatten();
                self.answered_with(at, document, source.as_deref(), base, purpose == Purpose::Fallback);
            }
            (Role::Document, Next::Failed(problem), Some(at)) => {
                self.failed(at, problem, None, Some(base), purpose == Purpose::Fallback);
            }
            (Role::Refer, Next::Answered, Some(at)) => {
                let Outcome::Response { body, .. } = outcome else { return };
                let document = answer(outcome.headers("content-type").next(), body, base.as_str());
                self.refer_answered(at, document, base);
            }
            (Role::Refer, Next::Failed(problem), Some(at)) => self.refer_failed(at, problem, &base),
            (Role::Interrupted, _, Some(at)) => self.carry_out_update(at),
            _ => self.leg.forget_ended(),
        }
    }

    /// The driver has lost the answer that the call at `at` waits for.
    pub(super) fn answer_lost(&mut self, at: usize) {
        let call = self.call(at).sid;
        let awaited = |exchange: &&Exchange| exchange.owner == call && exchange.role.is_awaited();
        let lost = self.leg.line.exchanges.iter().find(awaited).map(|exchange| exchange.reply);
        if let Some(reply) = lost {
            self.respond(reply, &Outcome::Failure(FailureReason::Timeout));
        }
    }

    /// The call whose cookies and timeline an exchange uses, live or ended.
    fn owner(&mut self, exchange: &Exchange) -> Option<Cx<'_, 'w>> {
        let is_owner = |call: &&mut crate::call::Call| call.sid == exchange.owner;
        let mut calls = self.leg.calls.iter_mut().chain(self.leg.ended.iter_mut());
        let call = calls.find(is_owner)?;
        Some(Cx { world: self.world, line: &mut self.leg.line, call, depth: 0 })
    }
}
