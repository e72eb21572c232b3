//! A called party asks to be replaced (SIP REFER): `referUrl` says what becomes of the caller
//! (`twiml-voice.md` section 6, REFER).

use super::Step;
use crate::call::exchange::{Plan, Role};
use crate::call::params::put;
use crate::call::signal::Signal;
use crate::call::verb;
use crate::call::{Call, Program, Running, Timer};
use crate::effect::{Effect, Unbridge};
use crate::event::Purpose;
use crate::http::Url;
use crate::id::CallSid;
use crate::pii::Pii;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Document, Element, Node};

/// Longest target that is told, in characters.
const MAX_TARGET: usize = 256;

impl Step<'_, '_> {
    /// The far end of this leg asks to be replaced. Only a party that is connected through a `<Dial>` can.
    pub(crate) fn referred(&mut self, target: &Pii) {
        let Some(call) = self.leg.calls.first() else { return };
        let parent = call.outbound.as_ref().and_then(|outbound| outbound.awaited_by());
        if let Some(parent) = parent {
            let signal = Signal::Referred { child: call.sid, target: target.clone() };
            self.world.tell(parent, signal);
        }
    }

    /// Asks what becomes of the caller, who goes on talking meanwhile.
    pub(super) fn refer(&mut self, at: usize, child: CallSid, target: &Pii) {
        let connected = |step: &mut Self| {
            step.calling(at).is_some_and(|calling| calling.winner == Some(child) && calling.bridged.is_some())
        };
        if !connected(self) {
            return;
        }
        let Some(mut cx) = self.cx(at) else { return };
        let Some((document, index)) = cx.current_verb() else { return };
        let Some(node) = document.node(index) else { return };
        let url = match verb::refer_url(&cx, node) {
            Ok(Some(url)) => url,
            Ok(None) => {
                let message =
                    "the other side asked for a transfer, and this <Dial> has no referUrl: the call goes on";
                return cx.problem_at(node, Code::ReferWithoutUrl, message);
            }
            Err(problem) => return cx.problem(problem),
        };
        let told: String = target.reveal().chars().take(MAX_TARGET).collect();
        let mut extra = Vec::with_capacity(1);
        put(&mut extra, "ReferTransferTarget", told);
        let plan = Plan {
            purpose: Purpose::Refer,
            role: Role::Refer,
            method: node.method(Attribute::ReferMethod),
            url: &url,
            sequence: None,
        };
        if let Err(problem) = cx.request(&plan, &extra) {
            cx.problem_in(problem, None, Some(&url));
        }
    }

    /// The `referUrl` has answered: its document takes over the caller.
    ///
    /// The other side is let go at once, unless the document begins with a `<Dial>` that answers on bridge: then it
    /// stays until the new party is connected, and comes back when none is.
    pub(super) fn refer_answered(&mut self, at: usize, answer: Result<Document, Problem>, base: Url) {
        let document = match answer {
            Ok(document) => document,
            Err(problem) => return self.refer_failed(at, problem, &base),
        };
        if !self.calling(at).is_some_and(|calling| calling.bridged.is_some() && !calling.ending) {
            return;
        }
        let attended = document.root().first_child().is_some_and(keeps_the_bridge);
        if attended {
            let calling = std::mem::take(&mut self.call(at).running);
            self.put_aside(at, calling);
        } else {
            self.stop_calling(at, false);
        }
        self.load(at, Program::new(document, Some(base)));
    }

    pub(super) fn refer_failed(&mut self, at: usize, problem: Problem, base: &Url) {
        if let Some(mut cx) = self.cx(at) {
            cx.problem_in(problem, None, Some(base));
        }
    }

    /// Whether the caller still talks to a party that wants to be replaced.
    fn is_attended(&self, at: usize) -> bool {
        self.leg.calls.get(at).is_some_and(Call::is_attended)
    }

    /// The new party is connected, or the account wants something else: the former one is let go.
    pub(super) fn replace_party(&mut self, at: usize) {
        if !self.is_attended(at) {
            return;
        }
        let Some(aside) = self.call(at).suspended.take() else { return };
        let Running::Calling(calling) = aside.running else { return };
        if let Some(bridge) = calling.bridged.as_ref().filter(|_| calling.live().next().is_some()) {
            let (leg, other) = (self.leg.line.id.clone(), bridge.other.clone());
            self.world.effect(Effect::Unbridge(Unbridge { leg, other }));
        }
        let mut recording = calling.recording.clone();
        if let (Some(recording), Some(mut cx)) = (&mut recording, self.cx(at)) {
            verb::stop_recording(&mut cx, recording);
        }
        let by = self.call(at).sid;
        self.leg.line.forget_referral(by);
        for child in calling.live() {
            self.world.tell(child, Signal::Dropped { by, unanswered: crate::call::CallStatus::Canceled });
        }
    }

    /// Nobody took the place of the former party: the caller goes on with it, or with the document after it.
    ///
    /// Says whether that is so; what the new `<Dial>` came to is then told to nobody.
    pub(super) fn restore_party(&mut self, at: usize) -> bool {
        if !self.is_attended(at) {
            return false;
        }
        self.come_back(at, false);
        let over = self.calling(at).is_none_or(|calling| calling.live().next().is_none());
        if over {
            self.calling_over(at);
            return true;
        }
        let since = self.calling(at).and_then(|calling| calling.bridged.as_ref().map(|bridge| bridge.since));
        if let (Some(since), Some(cx)) = (since, self.cx(at))
            && let Some((document, index)) = cx.current_verb()
            && let Some(node) = document.node(index)
        {
            cx.call.timers.set(Timer::Dial, since.plus_seconds(verb::time_limit(node)));
        }
        true
    }
}

/// Only parties on lines of their own can be waited for beside the old one.
fn keeps_the_bridge(first: Node<'_>) -> bool {
    let elsewhere = |noun: Node<'_>| matches!(noun.element(), Element::Application | Element::Conference);
    first.element() == Element::Dial
        && first.flag(Attribute::AnswerOnBridge)
        && !first.first_child().is_some_and(elsewhere)
}
