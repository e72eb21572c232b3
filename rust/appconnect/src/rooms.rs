//! The rooms where calls of different legs meet, as one engine holds them: queues, each known by its account and name.
//!
//! Names are looked up within an account alone, so an account can neither reach nor notice a room of another one.

use std::collections::BTreeMap;

use crate::id::{AccountSid, CallSid, QueueSid};
use crate::queue::Queue;
use crate::time::Millis;

/// Queues without anybody that one account keeps; beyond them the one that was left alone longest is forgotten. Our
/// choice: a queue stays for whoever dials it next, and names that documents make up cannot fill the memory.
const MAX_IDLE_QUEUES: usize = 100;

/// All rooms.
#[derive(Debug, Default)]
pub(crate) struct Rooms {
    queues: BTreeMap<QueueSid, Queue>,
    queue_names: BTreeMap<(AccountSid, String), QueueSid>,
}

impl Rooms {
    /// The queue of an account by its name.
    pub(crate) fn queue_named(&mut self, account: AccountSid, name: &str) -> Option<&mut Queue> {
        let sid = self.queue_names.get(&(account, name.to_owned()))?;
        self.queues.get_mut(sid)
    }

    pub(crate) fn queue(&mut self, sid: QueueSid) -> Option<&mut Queue> {
        self.queues.get_mut(&sid)
    }

    pub(crate) fn queue_to_save(&self, sid: QueueSid) -> Option<&Queue> {
        self.queues.get(&sid)
    }

    /// All queues, in an order of their own.
    pub(crate) fn queues(&self) -> impl Iterator<Item = &Queue> {
        self.queues.values()
    }

    /// Opens a queue whose name its account does not use yet.
    pub(crate) fn open_queue(&mut self, queue: Queue) {
        self.drop_idle_queue(queue.account);
        self.insert_queue(queue);
    }

    /// Takes in a queue. Says whether its SID and its name were free.
    pub(crate) fn insert_queue(&mut self, queue: Queue) -> bool {
        let name = (queue.account, queue.name.clone());
        if self.queues.contains_key(&queue.sid) || self.queue_names.contains_key(&name) {
            return false;
        }
        self.queue_names.insert(name, queue.sid);
        self.queues.insert(queue.sid, queue);
        true
    }

    pub(crate) fn remove_queue(&mut self, sid: QueueSid) -> Option<Queue> {
        let queue = self.queues.remove(&sid)?;
        self.queue_names.remove(&(queue.account, queue.name.clone()));
        Some(queue)
    }

    /// A call is gone without having said so: it waits nowhere any more.
    pub(crate) fn forget(&mut self, call: CallSid) {
        for queue in self.queues.values_mut() {
            queue.forget(call);
        }
    }

    fn drop_idle_queue(&mut self, account: AccountSid) {
        let of_account = self.queue_names.range((account, String::new())..);
        let own = of_account.take_while(|((owner, _), _)| *owner == account);
        let idle = own.filter_map(|(_, sid)| self.queues.get(sid)).filter(|queue| queue.is_idle());
        let idle: Vec<(Millis, QueueSid)> = idle.map(|queue| (queue.used(), queue.sid)).collect();
        if idle.len() >= MAX_IDLE_QUEUES
            && let Some((_, oldest)) = idle.into_iter().min()
        {
            self.remove_queue(oldest);
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
    fn a_name_means_another_queue_in_each_account() {
        let mut rooms = Rooms::default();
        assert!(rooms.insert_queue(named(1, 1, "support", 0)));
        assert!(rooms.insert_queue(named(2, 2, "support", 0)));
        assert!(!rooms.insert_queue(named(3, 2, "support", 0)), "the name is taken");
        assert!(!rooms.insert_queue(named(2, 2, "sales", 0)), "the SID is taken");
        let mut sid = |account, name| {
            rooms.queue_named(AccountSid::from_bits(account), name).map(|queue| queue.sid.bits())
        };
        assert_eq!((sid(1, "support"), sid(2, "support"), sid(3, "support")), (Some(1), Some(2), None));
        assert_eq!(sid(1, "Support"), None, "names are case sensitive");
        assert!(rooms.remove_queue(QueueSid::from_bits(2)).is_some());
        assert!(rooms.insert_queue(named(3, 2, "support", 0)));
    }

    #[test]
    fn of_too_many_idle_queues_the_one_left_alone_longest_goes() {
        let mut rooms = Rooms::default();
        for number in 0..100_u64 {
            rooms.open_queue(named(number.into(), 1, &format!("queue {number}"), 1_000 - number));
        }
        rooms.open_queue(named(500, 2, "of another account", 0));
        let waiting = rooms.queue(QueueSid::from_bits(99)).unwrap();
        waiting.join(CallSid::from_bits(7), Millis(2)).unwrap();
        rooms.open_queue(named(200, 1, "one more", 3_000));
        assert_eq!(rooms.queues().count(), 102, "99 are idle: there is room for one");
        rooms.open_queue(named(201, 1, "and another", 3_000));
        assert_eq!(rooms.queues().count(), 102);
        assert!(rooms.queue(QueueSid::from_bits(98)).is_none(), "the oldest idle one");
        assert!(rooms.queue(QueueSid::from_bits(99)).is_some(), "a call waits in it");
        assert!(rooms.queue(QueueSid::from_bits(500)).is_some());
    }
}
