//! Where calls of different legs meet: the conferences and queues of an engine.
//!
//! A room belongs to one account and is found by its name there, or by its SID: an account can neither reach nor notice
//! a room of another one. Steps of legs change rooms directly, so a step that breaks has to be undone: each table keeps
//! what a room was before the step that runs.

use std::collections::BTreeMap;

use crate::call::status::CallStatus;
use crate::conference::{Cause, Conference};
use crate::id::{AccountSid, CallSid, ConferenceSid, QueueSid};
use crate::queue::Queue;
use crate::time::Millis;

/// Queues without anybody that one account keeps; beyond them the one that was left alone longest is forgotten. Our
/// choice: a queue stays for whoever dials it next, and names that documents make up cannot fill the memory.
const MAX_IDLE_QUEUES: usize = 100;

/// What a table needs to know of a room.
pub(crate) trait Room: Clone {
    /// What names it among all rooms of its kind.
    type Sid: Copy + Ord;

    fn sid(&self) -> Self::Sid;
    fn account(&self) -> AccountSid;
    /// Its name, which no other room of its kind has in the same account. Upper and lower case differ.
    fn name(&self) -> &str;

    /// The room as it was before a step, when that step broke and left it like `broken`. What has been told to the
    /// outside cannot be undone.
    fn undone(self, _broken: &Self) -> Self {
        self
    }
}

impl Room for Conference {
    type Sid = ConferenceSid;

    fn sid(&self) -> ConferenceSid {
        self.sid
    }

    fn account(&self) -> AccountSid {
        self.account
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn undone(self, broken: &Self) -> Self {
        Self { sequence: broken.sequence, ..self }
    }
}

impl Room for Queue {
    type Sid = QueueSid;

    fn sid(&self) -> QueueSid {
        self.sid
    }

    fn account(&self) -> AccountSid {
        self.account
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// All rooms.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    pub(crate) conferences: Table<Conference>,
    pub(crate) queues: Table<Queue>,
}

impl Rooms {
    /// What was done until now stays.
    pub(crate) fn begin_step(&mut self) {
        self.conferences.before.clear();
        self.queues.before.clear();
    }

    /// Undoes what was done since the step began.
    pub(crate) fn take_back(&mut self) {
        self.conferences.take_back();
        self.queues.take_back();
    }

    /// Opens a queue whose name its account does not use yet.
    pub(crate) fn open_queue(&mut self, queue: Queue) {
        let own = self.queues.iter().filter(|other| other.account == queue.account);
        let idle: Vec<(Millis, QueueSid)> =
            own.filter(|other| other.is_idle()).map(|other| (other.used(), other.sid)).collect();
        if idle.len() >= MAX_IDLE_QUEUES
            && let Some((_, oldest)) = idle.into_iter().min()
        {
            self.queues.remove(oldest);
        }
        self.queues.insert(queue);
    }

    /// A call is gone without having said so: it is nowhere any more. Returned are those whose conference is over by
    /// that, and which it was.
    #[must_use]
    pub(crate) fn forget(&mut self, call: CallSid) -> Vec<(CallSid, ConferenceSid)> {
        let mut taken_out = Vec::new();
        let there =
            self.conferences.iter().filter(|room| room.participant(call).is_some()).map(|room| room.sid);
        for sid in there.collect::<Vec<_>>() {
            let Some(conference) = self.conferences.get_mut(sid) else { continue };
            let follows = conference.leave(call, Cause::HungUp, CallStatus::Completed);
            if follows.over.is_some() {
                self.conferences.remove(sid);
            }
            let others = follows.taken_out.into_iter().flat_map(|(calls, _)| calls);
            taken_out.extend(others.map(|other| (other, sid)));
        }
        let waits = self.queues.iter().filter(|queue| queue.knows(call)).map(|queue| queue.sid);
        for sid in waits.collect::<Vec<_>>() {
            if let Some(queue) = self.queues.get_mut(sid) {
                queue.forget(call);
            }
        }
        taken_out
    }
}

/// The rooms of one kind.
#[derive(Debug)]
pub(crate) struct Table<R: Room> {
    rooms: BTreeMap<R::Sid, R>,
    names: BTreeMap<(AccountSid, Box<str>), R::Sid>,
    /// What the rooms that were touched in this step were before it, in the order in which they were touched.
    before: Vec<(R::Sid, Option<R>)>,
}

impl<R: Room> Default for Table<R> {
    fn default() -> Self {
        Self { rooms: BTreeMap::new(), names: BTreeMap::new(), before: Vec::new() }
    }
}

impl<R: Room> Table<R> {
    /// All rooms, in the order of their SIDs.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &R> {
        self.rooms.values()
    }

    /// The room of this SID.
    pub(crate) fn get(&self, sid: R::Sid) -> Option<&R> {
        self.rooms.get(&sid)
    }

    /// The SID of the room that an account calls by this name.
    pub(crate) fn named(&self, account: AccountSid, name: &str) -> Option<R::Sid> {
        self.names.get(&(account, name.into())).copied()
    }

    /// The room of this SID, to be changed. Neither its SID nor its account nor its name may change.
    pub(crate) fn get_mut(&mut self, sid: R::Sid) -> Option<&mut R> {
        let room = self.rooms.get_mut(&sid)?;
        self.before.push((sid, Some(room.clone())));
        Some(room)
    }

    /// Takes in a room whose name is not taken.
    pub(crate) fn insert(&mut self, room: R) {
        self.before.push((room.sid(), None));
        self.names.insert((room.account(), room.name().into()), room.sid());
        self.rooms.insert(room.sid(), room);
    }

    /// Takes out the room of this SID.
    pub(crate) fn remove(&mut self, sid: R::Sid) -> Option<R> {
        let room = self.rooms.remove(&sid)?;
        self.names.remove(&(room.account(), room.name().into()));
        self.before.push((sid, Some(room.clone())));
        Some(room)
    }

    fn take_back(&mut self) {
        while let Some((sid, before)) = self.before.pop() {
            let broken = self.rooms.remove(&sid);
            if let Some(broken) = &broken {
                self.names.remove(&(broken.account(), broken.name().into()));
            }
            if let Some(before) = before {
                let before = match &broken {
                    Some(broken) => before.undone(broken),
                    None => before,
                };
                self.names.insert((before.account(), before.name().into()), sid);
                self.rooms.insert(sid, before);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(bits: u128, account: u128, name: &str, now: u64) -> Queue {
        Queue::new(QueueSid::from_bits(bits), AccountSid::from_bits(account), name.to_owned(), Millis(now))
    }

    #[test]
    fn a_name_means_another_room_in_each_account() {
        let mut rooms = Rooms::default();
        rooms.open_queue(named(1, 1, "support", 0));
        rooms.open_queue(named(2, 2, "support", 0));
        let sid = |account, name| rooms.queues.named(AccountSid::from_bits(account), name);
        assert_eq!(sid(1, "support"), Some(QueueSid::from_bits(1)));
        assert_eq!(sid(2, "support"), Some(QueueSid::from_bits(2)));
        assert_eq!(sid(3, "support"), None);
        assert_eq!(sid(1, "Support"), None, "names are case sensitive");
    }

    #[test]
    fn what_a_broken_step_did_is_undone() {
        let mut rooms = Rooms::default();
        let call = CallSid::from_bits(7);
        rooms.open_queue(named(1, 1, "support", 0));
        rooms.queues.get_mut(QueueSid::from_bits(1)).unwrap().join(call, Millis(1)).unwrap();
        rooms.begin_step();
        rooms.open_queue(named(2, 1, "sales", 0));
        assert!(rooms.forget(call).is_empty());
        rooms.queues.remove(QueueSid::from_bits(1));
        rooms.take_back();
        assert_eq!(rooms.queues.iter().map(|queue| queue.sid.bits()).collect::<Vec<_>>(), [1]);
        assert!(rooms.queues.get(QueueSid::from_bits(1)).unwrap().holds(call));
        assert_eq!(rooms.queues.named(AccountSid::from_bits(1), "sales"), None);
        assert!(rooms.queues.named(AccountSid::from_bits(1), "support").is_some());
    }

    #[test]
    fn of_too_many_idle_queues_the_one_left_alone_longest_goes() {
        let mut rooms = Rooms::default();
        for number in 0..100_u64 {
            rooms.open_queue(named(number.into(), 1, &format!("queue {number}"), 1_000 - number));
        }
        rooms.open_queue(named(500, 2, "of another account", 0));
        let waiting = rooms.queues.get_mut(QueueSid::from_bits(99)).unwrap();
        waiting.join(CallSid::from_bits(7), Millis(2)).unwrap();
        rooms.open_queue(named(200, 1, "one more", 3_000));
        assert_eq!(rooms.queues.iter().count(), 102, "99 are idle: there is room for one");
        rooms.open_queue(named(201, 1, "and another", 3_000));
        assert_eq!(rooms.queues.iter().count(), 102);
        let is_there = |bits| rooms.queues.get(QueueSid::from_bits(bits)).is_some();
        assert_eq!([98, 99, 500].map(is_there), [false, true, true], "in 99 a call waits");
    }
}
