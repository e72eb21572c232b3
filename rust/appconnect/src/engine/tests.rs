//! A defect costs one call: a step that panics ends its leg, with bills, and no other leg notices.

use super::*;
use crate::address::Address;
use crate::call::CallStatus;
use crate::conference::{Cause, Conference, Participant};
use crate::http::{Method, Url};
use crate::id::ConferenceSid;
use crate::input::{Change, HttpResponse, HungUp, Modify};
use crate::pii::Secret;
use crate::registry::{
    Access, Account, ApiVersion, Application, Handler, PhoneNumber, RegistryBuilder, Webhook, Webhooks,
};
use crate::settlement::Settlement;

const A: &str = "AC0000000000000000000000000000000a";
const B: &str = "AC0000000000000000000000000000000b";
const APPLICATION: &str = "AP0000000000000000000000000000000b";

fn hook(url: &str) -> Webhook {
    Webhook { url: Url::parse(url).unwrap(), method: Method::Post }
}

fn registry() -> Arc<Registry> {
    let mut builder = RegistryBuilder::new();
    for sid in [A, B] {
        builder.account(Account::new(sid.parse().unwrap(), None, AccountStatus::Active, Secret::new(sid)));
    }
    builder.application(Application {
        sid: APPLICATION.parse().unwrap(),
        account: B.parse().unwrap(),
        friendly_name: "b".into(),
        voice: Some(hook("https://b.example/voice")),
        fallback: None,
        status_callback: Some(hook("https://b.example/status")),
        public_application_connect_enabled: true,
        caller_name_lookup: false,
        api_version: ApiVersion::default(),
        access: Access::default(),
    });
    builder.number(PhoneNumber {
        number: "+15550199".into(),
        account: A.parse().unwrap(),
        handler: Handler::Webhooks(Box::new(Webhooks {
            voice: Some(hook("https://a.example/voice")),
            fallback: None,
            status_callback: Some(hook("https://a.example/status")),
        })),
        caller_name_lookup: false,
    });
    Arc::new(builder.build().unwrap())
}

/// An engine and what it asked for.
struct Desk {
    engine: Engine,
    effects: Vec<Effect>,
}

impl Desk {
    /// Two lines on which A has dialled B, whose application speaks.
    fn new() -> Self {
        let mut engine = Engine::new(Config::default(), Seed::new([1; 32]));
        engine.set_registry(registry());
        let mut desk = Self { engine, effects: Vec::new() };
        for name in ["broken", "sound"] {
            desk.handle(Input::IncomingCall(IncomingCall {
                leg: leg(name),
                from: Address::new("+15550100"),
                to: Address::new("+15550199"),
                forwarded_from: None,
                caller_name: None,
                stir_verstat: None,
                sip: None,
            }));
            desk.answer(&format!("<Dial><Application>{APPLICATION}</Application></Dial>"));
            desk.answer(r#"<Say>hello</Say><Pause length="60"/>"#);
        }
        desk.effects.clear();
        desk
    }

    fn handle(&mut self, input: Input) {
        self.engine.handle(Millis(1_000), input).unwrap();
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(effect) = self.engine.poll_effect() {
            self.effects.push(effect);
        }
    }

    /// Answers the newest webhook.
    fn answer(&mut self, verbs: &str) {
        let reply = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Fetch(fetch) => Some(fetch.reply),
            _ => None,
        });
        self.handle(Input::HttpResponse(HttpResponse {
            reply: reply.unwrap(),
            status: 200,
            headers: vec![("Content-Type".into(), "text/xml".into())],
            body: format!("<Response>{verbs}</Response>").into_bytes(),
        }));
    }

    /// A step of the line "broken" that does this and then panics.
    fn break_after(&mut self, act: impl FnOnce(&mut Step<'_, '_>)) {
        let result: Option<()> = self.engine.step_named(&leg("broken"), |step| {
            act(step);
            panic!("a defect, on purpose");
        });
        assert_eq!(result, None);
        self.collect();
    }

    fn bills(&self) -> Vec<&Settlement> {
        self.effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Settle(bill) => Some(bill),
                _ => None,
            })
            .collect()
    }

    fn hang_ups(&self) -> Vec<(&str, HangUpCause)> {
        self.effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::HangUp(end) => Some((end.leg.as_str(), end.cause)),
                _ => None,
            })
            .collect()
    }
}

fn leg(name: &str) -> LegId {
    name.parse().unwrap()
}

#[test]
fn a_panic_ends_its_leg_with_a_problem_and_a_bill_for_every_call() {
    let mut desk = Desk::new();
    desk.break_after(|_| {});
    let bills = desk.bills();
    let billed: Vec<_> =
        bills.iter().map(|bill| (bill.account.as_str(), bill.direction, bill.status)).collect();
    assert_eq!(
        billed,
        [(B, "inbound", "completed"), (A, "outbound-dial", "completed"), (A, "inbound", "completed")]
    );
    let problems: Vec<_> = desk
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Report(Event { account, kind: EventKind::Problem(raised), .. }) => {
                Some((account.as_str(), raised.problem.code))
            }
            _ => None,
        })
        .collect();
    assert_eq!(problems, [(B, Code::InternalFailure), (A, Code::InternalFailure)]);
    let notices = desk.effects.iter().filter(|effect| matches!(effect, Effect::Notify(_))).count();
    assert_eq!(notices, 2, "both accounts are told that their calls ended");
    assert_eq!(desk.hang_ups(), [("broken", HangUpCause::Error)]);
}

#[test]
fn a_panic_leaves_the_other_legs_alone() {
    let mut desk = Desk::new();
    let broken = desk.engine.legs.named(&leg("broken")).unwrap();
    let call = desk.engine.legs.get(broken).unwrap().sids().next().copied().unwrap();
    desk.break_after(|_| {});
    assert!(desk.effects.iter().all(|effect| !format!("{effect:?}").contains("sound")));
    let changed = desk.engine.handle(Millis(1_000), Input::Modify(Modify { call, change: Change::Complete }));
    assert!(matches!(changed, Err(InputError::UnknownCall | InputError::NotLive)), "{changed:?}");
    desk.effects.clear();
    desk.handle(Input::HungUp(HungUp { leg: leg("sound") }));
    assert_eq!(desk.bills().len(), 3, "the other leg ends as it should");
}

#[test]
fn a_broken_step_asks_for_nothing() {
    let mut desk = Desk::new();
    desk.break_after(|step| {
        let line = leg("broken");
        step.world.effect(Effect::Answer(crate::effect::Answer { leg: line }));
    });
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Answer(_) | Effect::Fetch(_))));
}

#[test]
fn calls_that_ended_before_the_panic_are_billed_once() {
    let mut desk = Desk::new();
    desk.break_after(|step| {
        step.hung_up();
    });
    assert_eq!(desk.bills().len(), 3);
    let mut calls: Vec<_> = desk.bills().iter().map(|bill| bill.call).collect();
    calls.sort_unstable();
    calls.dedup();
    assert_eq!(calls.len(), 3);
    assert_eq!(desk.hang_ups().len(), 1);
}

#[test]
fn a_broken_leg_is_forgotten_when_its_last_notices_are_answered_or_given_up() {
    let mut desk = Desk::new();
    desk.break_after(|_| {});
    let due = desk.engine.next_timeout().unwrap();
    assert_eq!(desk.engine.live_legs(), 2);
    desk.engine.handle(due.plus_seconds(200), Input::Tick).unwrap();
    assert!(desk.engine.legs.named(&leg("broken")).is_none());
}

/// The line that stands "broken" has left or joined a conference when its step breaks: nobody is left waiting for it.
#[test]
fn a_panic_in_a_conference_lets_the_others_go_on() {
    for breaks_before_leaving in [true, false] {
        let mut desk = Desk::new();
        let conference = ConferenceSid::from_bits(1);
        let broken = desk.engine.legs.named(&leg("broken")).unwrap();
        let call = *desk.engine.legs.get(broken).unwrap().sids().next().unwrap();
        let mut room = Conference::new(conference, A.parse().unwrap(), "room".to_owned());
        for (call, end_on_exit) in [(call, true), (CallSid::from_bits(7), false)] {
            let (leg, status) = (leg("broken"), CallStatus::InProgress);
            room.join(Participant { call, leg, end_on_exit, status, ..participant() }, Millis(0));
        }
        room.sequence = 5;
        desk.engine.rooms.conferences.insert(room);
        desk.break_after(|step| {
            if !breaks_before_leaving {
                let room = step.world.rooms.conferences.get_mut(conference).unwrap();
                room.sequence = 6;
                room.leave(call, Cause::HungUp, CallStatus::Completed);
                step.world.rooms.conferences.remove(conference);
            }
        });
        assert!(desk.engine.rooms.conferences.get(conference).is_none(), "its moderator is gone");
        let told = desk.engine.errands.iter().filter(|errand| {
            matches!(errand, Errand::Tell(other, Signal::TakenOut { .. }) if *other == CallSid::from_bits(7))
        });
        assert_eq!(told.count(), 1, "who is left is told");
    }
}

fn participant() -> Participant {
    Participant {
        call: CallSid::from_bits(1),
        leg: leg("broken"),
        label: None,
        muted: false,
        hold: false,
        coaching: None,
        start_on_enter: true,
        end_on_exit: false,
        beep_on_enter: false,
        beep_on_exit: false,
        status: CallStatus::InProgress,
    }
}
