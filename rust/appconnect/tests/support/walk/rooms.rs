//! What accounts do with their conferences and queues in a walk, and who speaks there.

use appconnect::Input;
use appconnect::id::CallSid;
use appconnect::input::{
    ConferenceChange, Dequeue, ModifyConference, ModifyParticipant, ParticipantChange, Speaking,
};

use super::{Walk, party};
use crate::support::hook;

impl Walk {
    /// Somebody begins to speak, or stops; it may be one who is in no conference.
    pub(super) fn speaks_up(&mut self) {
        let leg = self.speaker();
        let started = self.choices.below(2) == 0;
        self.give(Input::Speaking(Speaking { leg, started })).unwrap();
    }

    /// The account of a conference changes it, or somebody in it; it may be over.
    pub(super) fn preside(&mut self) {
        let (conference, account) = self.choices.one(&self.checker.conferences);
        let document = hook(&format!("https://{}.example/announce", party(account.as_str()).canary));
        let among = |own: &CallSid| self.checker.owners[own] == account;
        let calls: Vec<_> = self.checker.calls.iter().copied().filter(among).collect();
        let call = self.choices.one(&calls);
        let mut change = ParticipantChange::default();
        let input = match self.choices.below(9) {
            0 => Input::ModifyConference(ModifyConference { conference, change: ConferenceChange::End }),
            1 | 2 => {
                let change = ConferenceChange::Announce(document);
                Input::ModifyConference(ModifyConference { conference, change })
            }
            other => {
                match other {
                    3 => change.kick = true,
                    4 => change.muted = Some(self.choices.rarely(2)),
                    5 => {
                        change.hold = Some(self.choices.rarely(2));
                        change.hold_document = self.choices.rarely(2).then_some(document);
                    }
                    6 => change.announcement = Some(document),
                    7 => change.coach = Some(self.choices.one(&calls)),
                    _ => change.end_on_exit = Some(true),
                }
                Input::ModifyParticipant(Box::new(ModifyParticipant { conference, call, change }))
            }
        };
        self.checker.modifications += 1;
        let before = self.effects.len();
        if self.give(input).is_err() {
            assert!(self.effects[before].is_empty(), "a refused change has effects");
        }
    }

    /// An account gives a call in a queue another document; there may be none.
    pub(super) fn dequeue(&mut self) {
        let (queue, account) = self.choices.one(&self.checker.queues);
        let hook = hook(&format!("https://{}.example/update", party(account.as_str()).canary));
        let call = if self.choices.rarely(2) { self.checker.queued.iter().min().copied() } else { None };
        self.checker.modifications += 1;
        let (url, method) = (hook.url, hook.method);
        let before = self.effects.len();
        if self.give(Input::Dequeue(Dequeue { queue, call, url, method })).is_err() {
            assert!(self.effects[before].is_empty(), "a refused change has effects");
        }
    }
}
