//! Saving what lives in an engine, handing it over, and taking it in.

use super::Engine;
use crate::conference::Conference;
use crate::id::CallSid;
use crate::leg::Leg;
use crate::queue::Queue;
use crate::snapshot::{self, Saved, SnapshotError, Subject};
use crate::time::Millis;

impl Engine {
    /// Everything that lives here and is saved by itself: one call of each leg, and every room.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> + '_ {
        let calls = self.legs.iter().filter_map(|leg| leg.sids().next().copied());
        let conferences = self.rooms.conferences.iter().map(|room| Subject::Conference(room.sid));
        let queues = self.rooms.queues.iter().map(|queue| Subject::Queue(queue.sid));
        calls.map(Subject::Call).chain(conferences).chain(queues)
    }

    /// Saves the leg that a call stands on, with all its calls, or a room. It goes on living here until it is released.
    pub fn snapshot(&self, subject: impl Into<Subject>) -> Result<Vec<u8>, SnapshotError> {
        snapshot::save(match subject.into() {
            Subject::Call(call) => {
                let leg = self.legs.of_call(call).and_then(|place| self.legs.get(place));
                Saved::Leg(leg.ok_or(SnapshotError::UnknownCall)?.clone().into())
            }
            Subject::Conference(conference) => {
                let conference = self.rooms.conferences.get(conference);
                Saved::Conference(conference.ok_or(SnapshotError::UnknownConference)?.clone().into())
            }
            Subject::Queue(queue) => {
                Saved::Queue(self.rooms.queues.get(queue).ok_or(SnapshotError::UnknownQueue)?.clone().into())
            }
        })
    }

    /// Forgets the leg that a call stands on, or a room, without any effect.
    pub fn release(&mut self, subject: impl Into<Subject>) -> Result<(), SnapshotError> {
        match subject.into() {
            Subject::Call(call) => {
                let place = self.legs.of_call(call).ok_or(SnapshotError::UnknownCall)?;
                self.legs.remove(place);
            }
            Subject::Conference(conference) => {
                self.rooms.conferences.remove(conference).ok_or(SnapshotError::UnknownConference)?;
            }
            Subject::Queue(queue) => {
                self.rooms.queues.remove(queue).ok_or(SnapshotError::UnknownQueue)?;
            }
        }
        Ok(())
    }

    /// Takes in what was saved. Returns the calls of a leg, the bottom one first, or those in a room, the first one
    /// first. What became due meanwhile happens at the next `Tick`.
    pub fn restore(&mut self, now: Millis, bytes: &[u8]) -> Result<Vec<CallSid>, SnapshotError> {
        let calls = match snapshot::read(bytes)? {
            Saved::Leg(leg) => self.restore_leg(*leg)?,
            Saved::Conference(conference) => self.restore_conference(*conference)?,
            Saved::Queue(queue) => self.restore_queue(*queue)?,
        };
        // Clocks of two workers differ; this one's never steps back.
        self.now = self.now.max(now);
        Ok(calls)
    }

    fn restore_leg(&mut self, leg: Leg) -> Result<Vec<CallSid>, SnapshotError> {
        let mut sids: Vec<_> = leg.sids().copied().collect();
        sids.sort_unstable();
        sids.dedup();
        if self.legs.named(&leg.line.id).or(sids.iter().find_map(|sid| self.legs.of_call(*sid))).is_some() {
            return Err(SnapshotError::Duplicate);
        }
        let place = self.legs.insert(leg);
        self.legs.update(place);
        Ok(sids)
    }

    fn restore_conference(&mut self, conference: Conference) -> Result<Vec<CallSid>, SnapshotError> {
        let conferences = &mut self.rooms.conferences;
        let named = conferences.named(conference.account, &conference.name);
        if conferences.get(conference.sid).is_some() || named.is_some() {
            return Err(SnapshotError::Duplicate);
        }
        let calls = conference.participants.iter().map(|participant| participant.call).collect();
        conferences.insert(conference);
        Ok(calls)
    }

    fn restore_queue(&mut self, queue: Queue) -> Result<Vec<CallSid>, SnapshotError> {
        let queues = &mut self.rooms.queues;
        if queues.get(queue.sid).is_some() || queues.named(queue.account, &queue.name).is_some() {
            return Err(SnapshotError::Duplicate);
        }
        let calls = queue.calls().collect();
        queues.insert(queue);
        Ok(calls)
    }
}
