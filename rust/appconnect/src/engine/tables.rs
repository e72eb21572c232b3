//! The legs that live in an engine, and how they are found: by name, by call, by deadline.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use crate::id::{CallSid, LegId};
use crate::leg::Leg;
use crate::time::Millis;

/// Where a leg is kept, until it is removed. The place of a leg that is gone is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(usize);

/// All legs.
#[derive(Debug, Default)]
pub(super) struct Tables {
    slots: Vec<Option<Slot>>,
    free: Vec<Place>,
    names: HashMap<LegId, Place>,
    /// Which leg a call stands on: live calls, the dialling sides' views of hops, ended calls with requests under way.
    calls: HashMap<CallSid, Place, BuildHasherDefault<SidHasher>>,
    /// When each leg next needs a `Tick`; of one moment, in the order in which the legs began.
    deadlines: BTreeSet<(Millis, u64, Place)>,
    /// How many legs have begun, here or where they come from.
    begun: u64,
    /// Room for the SIDs of one leg, kept so that a step needs none of its own.
    fresh: Vec<CallSid>,
}

/// Hashes the SIDs of calls by digits of their own. The engine makes these SIDs, from a secret seed and at random, so
/// nobody outside can fill the table with such as collide; to ask for one that is not there costs a look-up at most.
#[derive(Debug, Default)]
struct SidHasher(u64);

impl Hasher for SidHasher {
    fn write(&mut self, bytes: &[u8]) {
        for digits in bytes.rchunks_exact(8).take(2) {
            let digits = digits.first_chunk().copied().map_or(0, u64::from_le_bytes);
            // An odd factor of many bits: a digit is four bits of a byte, and the table looks at the ends.
            self.0 = (self.0.rotate_left(32) ^ digits).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A leg, and how it is entered in the tables.
#[derive(Debug)]
struct Slot {
    leg: Leg,
    deadline: Option<Millis>,
    /// Without repeats.
    sids: Vec<CallSid>,
}

impl Tables {
    /// How many legs there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// All legs.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Leg> {
        self.slots.iter().flatten().map(|slot| &slot.leg)
    }

    /// The leg of this name.
    pub(super) fn named(&self, leg: &LegId) -> Option<Place> {
        self.names.get(leg).copied()
    }

    /// The leg that a call stands on.
    pub(super) fn of_call(&self, call: CallSid) -> Option<Place> {
        self.calls.get(&call).copied()
    }

    /// A leg with something to do by now: the longest overdue.
    pub(super) fn due(&self, now: Millis) -> Option<Place> {
        self.deadlines.first().filter(|(at, ..)| *at <= now).map(|(.., place)| *place)
    }

    /// When the next leg has something to do.
    pub(super) fn next_deadline(&self) -> Option<Millis> {
        self.deadlines.first().map(|(at, ..)| *at)
    }

    /// The leg at a place.
    pub(super) fn get(&self, place: Place) -> Option<&Leg> {
        self.slots.get(place.0)?.as_ref().map(|slot| &slot.leg)
    }

    /// The SIDs by which the leg at a place was found before the step that runs.
    pub(super) fn sids(&self, place: Place) -> Vec<CallSid> {
        self.slots.get(place.0).and_then(Option::as_ref).map(|slot| slot.sids.clone()).unwrap_or_default()
    }

    /// The leg at a place, for a step. Afterwards the tables want an [`update`](Self::update).
    pub(super) fn get_mut(&mut self, place: Place) -> Option<&mut Leg> {
        self.slots.get_mut(place.0)?.as_mut().map(|slot| &mut slot.leg)
    }

    /// Takes in a leg whose name is not taken. It wants an [`update`](Self::update).
    pub(super) fn insert(&mut self, mut leg: Leg) -> Place {
        let name = leg.line.id.clone();
        if leg.line.order == 0 {
            leg.line.order = self.begun + 1;
        }
        self.begun = self.begun.max(leg.line.order);
        let slot = Some(Slot { leg, deadline: None, sids: Vec::new() });
        let place = self.free.pop().unwrap_or(Place(self.slots.len()));
        match self.slots.get_mut(place.0) {
            Some(free) => *free = slot,
            None => self.slots.push(slot),
        }
        self.names.insert(name, place);
        place
    }

    /// Brings the tables in line with the leg at a place. One that is over is removed.
    pub(super) fn update(&mut self, place: Place) {
        let Some(Some(slot)) = self.slots.get_mut(place.0) else { return };
        if slot.leg.is_over() {
            self.remove(place);
            return;
        }
        let deadline = slot.leg.deadline();
        if deadline != slot.deadline {
            let order = slot.leg.line.order;
            if let Some(old) = slot.deadline {
                self.deadlines.remove(&(old, order, place));
            }
            self.deadlines.extend(deadline.map(|new| (new, order, place)));
            slot.deadline = deadline;
        }
        // A leg has few SIDs, so that looking through them beats any order.
        self.fresh.clear();
        slot.leg.sids().for_each(|sid| {
            if !self.fresh.contains(sid) {
                self.fresh.push(*sid);
            }
        });
        if self.fresh != slot.sids {
            for old in slot.sids.iter().filter(|old| !self.fresh.contains(old)) {
                self.calls.remove(old);
            }
            for new in self.fresh.iter().filter(|new| !slot.sids.contains(new)) {
                self.calls.insert(*new, place);
            }
            slot.sids.clone_from(&self.fresh);
        }
    }

    /// Takes out the leg at a place.
    pub(super) fn remove(&mut self, place: Place) -> Option<Leg> {
        let slot = self.slots.get_mut(place.0)?.take()?;
        self.names.remove(&slot.leg.line.id);
        for sid in &slot.sids {
            self.calls.remove(sid);
        }
        if let Some(deadline) = slot.deadline {
            self.deadlines.remove(&(deadline, slot.leg.line.order, place));
        }
        self.free.push(place);
        Some(slot.leg)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::hash::{BuildHasher, BuildHasherDefault};

    use super::*;
    use crate::id::Seed;

    #[test]
    fn sids_spread_over_both_ends_of_their_hashes() {
        let (seed, leg) = (Seed::new([7; 32]), "leg".parse().unwrap());
        let table = BuildHasherDefault::<SidHasher>::default();
        let hashes: Vec<u64> =
            (0..4_096).map(|n| table.hash_one(CallSid::from_bits(seed.sid_bits(&leg, 0, n)))).collect();
        let distinct = |part: fn(u64) -> u64| hashes.iter().map(|h| part(*h)).collect::<BTreeSet<_>>().len();
        assert_eq!(distinct(|hash| hash), 4_096);
        // A table of 4,096 places, drawn from at random, has about 63 % of them taken.
        assert!((2_400..2_800).contains(&distinct(|hash| hash & 0xfff)), "{}", distinct(|hash| hash & 0xfff));
        assert_eq!(distinct(|hash| hash >> 57), 128);
    }
}
