//! A hash table that holds places in a vector instead of keys.
//!
//! The records own their keys, so a standard map would store each key twice. Eight bytes a slot and at most half of
//! the slots in use: 16 MiB for a million records, and one or two slots looked at for a lookup.

use std::hash::{BuildHasher, Hash, RandomState};

/// No record has this place.
const EMPTY: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The upper half of the key's hash. It keeps a lookup from reading records with other keys.
    tag: u32,
    place: u32,
}

/// Finds the place of a key. Keys are hashed with a key of the process, because customers choose some of them.
#[derive(Debug, Default)]
pub(super) struct Index {
    slots: Box<[Slot]>,
    hasher: RandomState,
}

impl Index {
    /// An index with room for `records` places.
    pub(super) fn with_room_for(records: usize) -> Self {
        let slots = records.saturating_mul(2).max(2).next_power_of_two();
        Self { slots: vec![Slot { tag: 0, place: EMPTY }; slots].into(), hasher: RandomState::new() }
    }

    /// The place whose key is `key`; `is_key` tells whether the record at a place has it.
    pub(super) fn find<K: Hash + ?Sized>(&self, key: &K, is_key: impl Fn(usize) -> bool) -> Option<usize> {
        let hash = self.hasher.hash_one(key);
        self.probe(hash, is_key).0
    }

    /// Whether there is such a key, and its place; or else the place of another, found with the same reads of memory.
    pub(super) fn find_or_stand_in<K: Hash + ?Sized>(
        &self,
        key: &K,
        is_key: impl Fn(usize) -> bool,
    ) -> (bool, Option<usize>) {
        let (found, free) = self.probe(self.hasher.hash_one(key), is_key);
        (found.is_some(), found.or_else(|| self.next_used(free)))
    }

    /// Adds a key, or gives the place that has it already.
    ///
    /// There must be room: an index never grows, it is made for the number of its records.
    pub(super) fn insert<K: Hash + ?Sized>(
        &mut self,
        key: &K,
        place: u32,
        is_key: impl Fn(usize) -> bool,
    ) -> Result<(), usize> {
        let hash = self.hasher.hash_one(key);
        let (found, free) = self.probe(hash, is_key);
        if let Some(found) = found {
            return Err(found);
        }
        if let Some(slot) = self.slots.get_mut(free) {
            *slot = Slot { tag: tag(hash), place };
        }
        Ok(())
    }

    /// The place in the first slot from this one on that has any.
    fn next_used(&self, from: usize) -> Option<usize> {
        let (before, after) = self.slots.split_at_checked(from)?;
        let slot = after.iter().chain(before).find(|slot| slot.place != EMPTY)?;
        usize::try_from(slot.place).ok()
    }

    /// The place of the key with this hash, and the slot where the search ended.
    fn probe(&self, hash: u64, is_key: impl Fn(usize) -> bool) -> (Option<usize>, usize) {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = truncate(hash) & mask;
        // Half of the slots are free, so one is met before the count ends; it ends an empty index at once.
        for _ in 0..self.slots.len() {
            let Some(slot) = self.slots.get(at).filter(|slot| slot.place != EMPTY) else { break };
            if slot.tag == tag(hash) {
                let found = usize::try_from(slot.place).ok().filter(|place| is_key(*place));
                if found.is_some() {
                    return (found, at);
                }
            }
            at = (at + 1) & mask;
        }
        (None, at)
    }
}

/// The upper half of a hash.
const fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// As much of a hash as an address has.
#[expect(clippy::cast_possible_truncation, reason = "the lower bits are what is wanted")]
const fn truncate(hash: u64) -> usize {
    hash as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_empty_index_finds_nothing() {
        assert_eq!(Index::default().find("key", |_| true), None);
        assert_eq!(Index::with_room_for(0).find("key", |_| true), None);
    }

    proptest! {
        #[test]
        fn it_finds_what_a_scan_finds(
            keys in proptest::collection::vec("[a-c]{0,3}", 0..60),
            asked in proptest::collection::vec("[a-d]{0,3}", 0..60),
        ) {
            let mut index = Index::with_room_for(keys.len());
            for (place, key) in keys.iter().enumerate() {
                let first = keys.iter().position(|other| other == key).unwrap();
                let inserted = index.insert(key, u32::try_from(place).unwrap(), |at| keys[at] == *key);
                prop_assert_eq!(inserted, if first == place { Ok(()) } else { Err(first) });
            }
            for key in asked.iter().chain(&keys) {
                let scanned = keys.iter().position(|other| other == key);
                prop_assert_eq!(index.find(key, |at| keys[at] == *key), scanned);
                let (found, place) = index.find_or_stand_in(key, |at| keys[at] == *key);
                prop_assert_eq!(found, scanned.is_some());
                prop_assert_eq!(place.is_some(), !keys.is_empty());
                prop_assert!(!found || place == scanned);
            }
        }
    }
}
