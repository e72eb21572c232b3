//! Named timers of a call.

use minicbor::{Decode, Encode};

use crate::time::Millis;

/// What a call waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// The running verb: a pause, the silence of a `<Gather>`, the length of a `<Record>`, a policy's answer.
    Verb,
    /// The answer of the dialled side, and after it the time limit.
    Dial,
    /// The answer of the webhook that the call waits for, should the driver lose it.
    Fetch,
    /// Who answered, where the call goes on before that is known.
    Detection,
    /// The longest that a call which its account placed may last.
    Limit,
}

impl Timer {
    /// Every timer, in the order in which those of one moment fire.
    pub(crate) const ALL: [Self; 5] = [Self::Verb, Self::Dial, Self::Fetch, Self::Detection, Self::Limit];
}

/// When each timer of a call fires.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct TimerTable {
    #[n(0)]
    verb: Option<Millis>,
    #[n(1)]
    dial: Option<Millis>,
    #[n(2)]
    fetch: Option<Millis>,
    #[n(3)]
    limit: Option<Millis>,
    #[n(4)]
    detection: Option<Millis>,
}

impl TimerTable {
    const fn slot(&self, timer: Timer) -> Option<Millis> {
        match timer {
            Timer::Verb => self.verb,
            Timer::Dial => self.dial,
            Timer::Fetch => self.fetch,
            Timer::Detection => self.detection,
            Timer::Limit => self.limit,
        }
    }

    const fn slot_mut(&mut self, timer: Timer) -> &mut Option<Millis> {
        match timer {
            Timer::Verb => &mut self.verb,
            Timer::Dial => &mut self.dial,
            Timer::Fetch => &mut self.fetch,
            Timer::Detection => &mut self.detection,
            Timer::Limit => &mut self.limit,
        }
    }

    /// Starts a timer, or starts it again.
    pub(crate) const fn set(&mut self, timer: Timer, at: Millis) {
        *self.slot_mut(timer) = Some(at);
    }

    /// Stops a timer.
    pub(crate) const fn stop(&mut self, timer: Timer) {
        *self.slot_mut(timer) = None;
    }

    /// Stops what belongs to a verb; what belongs to the whole call stays as it is.
    pub(crate) fn stop_those_of_verbs(&mut self) {
        *self = Self { limit: self.limit, detection: self.detection, ..Self::default() };
    }

    /// Whether a timer runs.
    #[must_use]
    pub(crate) const fn is_set(&self, timer: Timer) -> bool {
        self.slot(timer).is_some()
    }

    /// The earliest moment at which one fires.
    #[must_use]
    pub(crate) fn next(&self) -> Option<Millis> {
        Timer::ALL.iter().filter_map(|timer| self.slot(*timer)).min()
    }

    /// Takes out the first timer that is due at `now`.
    pub(crate) fn take_due(&mut self, now: Millis) -> Option<Timer> {
        let due = Timer::ALL
            .into_iter()
            .filter_map(|timer| self.slot(timer).map(|at| (at, timer)))
            .filter(|(at, _)| *at <= now)
            .min_by_key(|(at, _)| *at)?;
        self.stop(due.1);
        Some(due.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_due_timer_comes_first_and_only_once() {
        let mut table = TimerTable::default();
        table.set(Timer::Dial, Millis(20));
        table.set(Timer::Verb, Millis(30));
        assert_eq!(table.next(), Some(Millis(20)));
        assert_eq!(table.take_due(Millis(19)), None);
        assert_eq!(table.take_due(Millis(30)), Some(Timer::Dial));
        assert_eq!(table.take_due(Millis(30)), Some(Timer::Verb));
        assert_eq!(table.take_due(Millis(30)), None);
    }
}
