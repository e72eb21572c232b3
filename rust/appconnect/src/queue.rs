//! A queue: calls that wait in order, and calls that wait for one of them (`twiml-voice.md` section 6.4).
//!
//! A pure machine. It knows calls by their SIDs alone; what they hear and run is their own business, and who is
//! brought together with whom is told to them by the engine.

use std::collections::{BTreeSet, VecDeque};

use minicbor::{Decode, Encode};

use crate::id::{AccountSid, CallSid, QueueSid};
use crate::time::Millis;

/// Characters that the name of a queue may have (14205, 14213).
pub(crate) const MAX_NAME: usize = 64;
/// The size of a queue that was given none (`twiml-voice.md` section 10, C4).
const DEFAULT_SIZE: u32 = 1_000;
/// The largest size that a queue may be given (`twiml-voice.md` section 10, C4).
const MAX_SIZE: u32 = 5_000;

/// The queue holds as many calls as it may (14207).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Calls that wait, the first one first.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Queue {
    #[n(0)]
    pub(crate) sid: QueueSid,
    #[n(1)]
    pub(crate) account: AccountSid,
    #[n(2)]
    pub(crate) name: String,
    #[n(3)]
    members: VecDeque<Member>,
    /// Calls that dial the queue and wait for a member, the first one first.
    #[n(4)]
    diallers: VecDeque<CallSid>,
    #[n(5)]
    max_size: u32,
    /// When somebody last came.
    #[n(6)]
    used: Millis,
}

/// A call that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Member {
    #[n(0)]
    pub(crate) call: CallSid,
    /// Since when it waits.
    #[n(1)]
    pub(crate) since: Millis,
}

/// Two calls that have found each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) member: Member,
    pub(crate) dialler: CallSid,
}

/// What a member is told of its queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// From 1.
    pub(crate) position: usize,
    pub(crate) size: usize,
    pub(crate) max_size: u32,
    /// How long those who wait have waited on average, in whole seconds.
    pub(crate) average: u64,
}

impl Queue {
    pub(crate) const fn new(sid: QueueSid, account: AccountSid, name: String, now: Millis) -> Self {
        Self {
            sid,
            account,
            name,
            members: VecDeque::new(),
            diallers: VecDeque::new(),
            max_size: DEFAULT_SIZE,
            used: now,
        }
    }

    /// How many calls may wait here from now on.
    pub(crate) fn set_max_size(&mut self, size: u32) {
        self.max_size = size.min(MAX_SIZE);
    }

    /// A call joins at the end.
    pub(crate) fn join(&mut self, call: CallSid, now: Millis) -> Result<(), Full> {
        let size = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        if size >= self.max_size {
            return Err(Full);
        }
        self.used = now;
        self.members.push_back(Member { call, since: now });
        Ok(())
    }

    /// A call that was taken out and not connected stands at the head again, however full the queue is.
    pub(crate) fn put_back(&mut self, member: Member) {
        self.members.push_front(member);
    }

    /// A call waits for a member.
    pub(crate) fn dial(&mut self, dialler: CallSid, now: Millis) {
        self.used = now;
        self.diallers.push_back(dialler);
    }

    /// A call no longer waits, in the queue or for it.
    pub(crate) fn forget(&mut self, call: CallSid) {
        self.members.retain(|member| member.call != call);
        self.diallers.retain(|dialler| *dialler != call);
    }

    /// Takes out the first of those who wait on either side, if both sides wait.
    pub(crate) fn pair(&mut self) -> Option<Pair> {
        if self.members.is_empty() {
            return None;
        }
        let dialler = self.diallers.pop_front()?;
        let member = self.members.pop_front()?;
        Some(Pair { member, dialler })
    }

    /// Whether a call waits for a member.
    pub(crate) fn is_dialled(&self) -> bool {
        !self.diallers.is_empty()
    }

    /// Whether nobody waits on either side.
    pub(crate) fn is_idle(&self) -> bool {
        self.members.is_empty() && self.diallers.is_empty()
    }

    /// When somebody last came.
    pub(crate) const fn used(&self) -> Millis {
        self.used
    }

    /// The call at the head.
    pub(crate) fn front(&self) -> Option<CallSid> {
        self.members.front().map(|member| member.call)
    }

    /// Whether a call waits here.
    pub(crate) fn holds(&self, call: CallSid) -> bool {
        self.members.iter().any(|member| member.call == call)
    }

    /// Whether a call waits here, on either side.
    pub(crate) fn knows(&self, call: CallSid) -> bool {
        self.holds(call) || self.diallers.contains(&call)
    }

    /// Calls that wait here, the first one first.
    pub(crate) fn calls(&self) -> impl Iterator<Item = CallSid> {
        self.members.iter().map(|member| member.call)
    }

    /// How the queue looks to one of its members.
    pub(crate) fn standing(&self, call: CallSid, now: Millis) -> Standing {
        let place = self.members.iter().position(|member| member.call == call);
        let waited: u64 = self.members.iter().map(|member| now.since(member.since)).sum();
        let size = self.members.len();
        let average = u64::try_from(size).ok().and_then(|size| waited.checked_div(size)).unwrap_or(0);
        Standing {
            position: place.map_or(0, |place| place.saturating_add(1)),
            size,
            max_size: self.max_size,
            average: average / 1_000,
        }
    }

    /// Refuses a queue that the machine could not have left behind.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let length = self.name.chars().count();
        if !(1..=MAX_NAME).contains(&length) {
            return Err("the name of a queue has 1 to 64 characters");
        }
        let mut seen = BTreeSet::new();
        if !self.calls().chain(self.diallers.iter().copied()).all(|call| seen.insert(call)) {
            return Err("a call waits twice in one queue");
        }
        if !self.members.is_empty() && !self.diallers.is_empty() {
            return Err("calls wait for each other in one queue");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(bits: u128) -> CallSid {
        CallSid::from_bits(bits)
    }

    fn queue() -> Queue {
        let account = AccountSid::from_bits(1);
        Queue::new(QueueSid::from_bits(2), account, "support".to_owned(), Millis(0))
    }

    #[test]
    fn the_first_of_each_side_find_each_other() {
        let mut queue = queue();
        queue.join(call(1), Millis(1)).unwrap();
        queue.join(call(2), Millis(2)).unwrap();
        assert_eq!(queue.pair(), None);
        queue.dial(call(8), Millis(3));
        queue.dial(call(9), Millis(3));
        let first = Pair { member: Member { call: call(1), since: Millis(1) }, dialler: call(8) };
        assert_eq!(queue.pair(), Some(first));
        queue.put_back(first.member);
        assert_eq!(queue.pair().map(|pair| (pair.member.call, pair.dialler)), Some((call(1), call(9))));
        assert!(!queue.is_dialled());
        queue.dial(call(2), Millis(4));
        queue.forget(call(2));
        assert!(queue.is_idle());
    }

    #[test]
    fn a_member_is_told_its_place_the_size_and_the_average_of_those_who_wait() {
        let mut queue = queue();
        queue.set_max_size(2);
        queue.join(call(1), Millis(0)).unwrap();
        queue.join(call(2), Millis(3_000)).unwrap();
        assert_eq!(queue.join(call(3), Millis(3_000)), Err(Full));
        let standing = Standing { position: 2, size: 2, max_size: 2, average: 4 };
        assert_eq!(queue.standing(call(2), Millis(6_000)), standing);
        assert_eq!(queue.standing(call(7), Millis(6_000)).position, 0);
        queue.forget(call(1));
        assert_eq!(queue.standing(call(2), Millis(6_000)).position, 1);
        queue.set_max_size(9_999);
        assert_eq!(queue.standing(call(2), Millis(6_000)).max_size, 5_000);
    }

    #[test]
    fn a_queue_that_no_step_leaves_behind_is_refused() {
        assert_eq!(queue().check(), Ok(()));
        let nameless = Queue { name: String::new(), ..queue() };
        assert!(nameless.check().is_err());
        let mut twice = queue();
        twice.join(call(1), Millis(0)).unwrap();
        twice.join(call(1), Millis(0)).unwrap();
        assert!(twice.check().is_err());
        let mut both = queue();
        both.join(call(1), Millis(0)).unwrap();
        both.dial(call(2), Millis(0));
        assert!(both.check().is_err());
    }
}
