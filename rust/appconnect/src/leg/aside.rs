//! A document that runs aside: while a verb waits, another document runs for the same caller, as in a queue or before a
//! conference begins. The verb and its document are put aside and come back when the wait is over.

use super::Step;
use crate::call::{Running, Suspended, Timer};
use crate::time::Millis;

/// The shortest time from one request of a document that runs for somebody who waits to the next that is free of
/// charge, and from one round of the same document to the next: an empty one costs a second (our choice,
/// `twiml-voice.md` section 8).
const ROUND_MS: u64 = 1_000;

impl Step<'_, '_> {
    /// Puts the document of the call at `at` aside, whose verb waits in this state from now on. Nothing runs instead
    /// until a document is requested or loaded.
    pub(super) fn put_aside(&mut self, at: usize, running: Running) {
        let call = self.call(at);
        let program = call.program.take();
        call.running = Running::Idle;
        call.suspended = Some(Box::new(Suspended { program, running, asked: None }));
    }

    /// Whether the document that is about to be requested for the call at `at` is free of charge: time has passed since
    /// the last one that it heard while it waits, so time bounds them, and an honest wait may last as long as a call.
    /// The time of the request is kept.
    pub(super) fn is_free(&mut self, at: usize) -> bool {
        let now = self.world.now;
        let aside = self.call(at).suspended.as_mut();
        let Some(aside) =
            aside.filter(|aside| matches!(aside.running, Running::Queued(_) | Running::Conferring(_)))
        else {
            return false;
        };
        let last = aside.asked.replace(now);
        last.is_some_and(|last| now.since(last) >= ROUND_MS)
    }

    /// When what runs aside may begin again at the earliest.
    pub(super) fn next_round(&mut self, at: usize) -> Option<Millis> {
        let suspended = self.call(at).suspended.as_ref()?;
        suspended.asked.map(|asked| asked + ROUND_MS)
    }

    /// Stops what runs aside; the caller hears nothing more of it.
    pub(super) fn stop_aside(&mut self, at: usize, line_gone: bool) {
        self.stop_running(at, line_gone);
        let call = self.call(at);
        call.program = None;
        call.timers.stop(Timer::Verb);
        call.timers.stop(Timer::Fetch);
    }

    /// Ends the wait: what ran aside is stopped, and the call stands at its own verb again, in the state that it waited
    /// in.
    pub(super) fn come_back(&mut self, at: usize, line_gone: bool) {
        if self.call(at).suspended.is_none() {
            return;
        }
        self.stop_aside(at, line_gone);
        let call = self.call(at);
        if let Some(suspended) = call.suspended.take() {
            call.program = suspended.program;
            call.running = suspended.running;
        }
    }
}
