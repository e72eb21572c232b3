//! A document that runs aside: while a verb waits, another document runs for the same caller, as in a queue or before a
//! conference begins. The verb and its document are put aside and come back when the wait is over.

use super::Step;
use crate::call::{Running, Suspended, Timer};

impl Step<'_, '_> {
    /// Puts the document of the call at `at` aside, whose verb waits in this state from now on. Nothing runs instead
    /// until a document is requested or loaded.
    pub(super) fn put_aside(&mut self, at: usize, running: Running) {
        let call = self.call(at);
        let program = call.program.take();
        call.running = Running::Idle;
        call.suspended = Some(Box::new(Suspended { program, running }));
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
