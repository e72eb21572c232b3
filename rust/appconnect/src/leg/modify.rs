//! Changes of a live call by its account, as the REST API makes them (`twiml-voice.md` section 1,
//! `application-connect.md` section 6.1).

use super::unwind::Told;
use super::{Step, hop_of};
use crate::call::exchange::Role;
use crate::call::signal::{End, Signal};
use crate::call::verb::{Ended, Goto, redirect_target};
use crate::call::{CallStatus, Leaving, Program, Running, Stage, Timer, Update};
use crate::conference::Cause;
use crate::effect::HangUpCause;
use crate::event::Purpose;
use crate::id::CallSid;
use crate::input::{Change, InputError};
use crate::problem::Problem;
use crate::twiml::{Element, inline};

impl Step<'_, '_> {
    /// Changes a call of this leg. An error leaves everything as it was.
    pub(crate) fn modify(&mut self, sid: CallSid, change: &Change) -> Result<(), InputError> {
        if let Some(at) = self.leg.calls.iter().position(|call| call.sid == sid) {
            return self.modify_call(at, change);
        }
        let views = |call| hop_of(call).is_some_and(|hop| hop.child == sid);
        if let Some(at) = self.leg.calls.iter().position(views) {
            return match change {
                Change::Cancel => self.end_by_account(at.saturating_add(1), true),
                Change::Complete => self.end_by_account(at.saturating_add(1), false),
                Change::Redirect { .. } | Change::Twiml(_) => Err(InputError::CannotRedirect),
            };
        }
        Err(InputError::NotLive)
    }

    fn modify_call(&mut self, at: usize, change: &Change) -> Result<(), InputError> {
        let update = match change {
            Change::Cancel => return self.end_by_account(at, true),
            Change::Complete => return self.end_by_account(at, false),
            Change::Redirect { url, method } => Update::Redirect { url: url.clone(), method: *method },
            Change::Twiml(text) => {
                if let Err(problem) = inline(text) {
                    return Err(InputError::BadTwiml(describe(&problem, text)));
                }
                Update::Twiml(text.to_string())
            }
        };
        if self.leg.calls.get(at).is_some_and(|call| matches!(call.stage(), Some(Stage::Placed))) {
            return Err(InputError::NotInProgress);
        }
        self.set_free(at);
        let call = self.call(at);
        call.redirected = true;
        call.update = Some(update);
        self.interrupt(at);
        Ok(())
    }

    /// Ends the call at `at` and everything above it. The call below goes on.
    fn end_by_account(&mut self, at: usize, only_unanswered: bool) -> Result<(), InputError> {
        let Some(call) = self.leg.calls.get(at) else { return Err(InputError::NotLive) };
        if only_unanswered && call.is_answered() {
            return Ok(());
        }
        self.leave_by_update(at);
        let end = if at == 0 { End::Aborted(HangUpCause::Normal) } else { End::Completed };
        self.end_from(at, end);
        Ok(())
    }

    /// The call at `at` and those above it leave their conferences, if they do, because an account has changed a call
    /// (`webhooks.md` section 10.4, `ReasonParticipantLeft`).
    fn leave_by_update(&mut self, at: usize) {
        for call in self.leg.calls.iter_mut().skip(at) {
            if let Some(conferring) = call.conferring_mut() {
                conferring.leaving = Some(Cause::Updated);
            }
        }
    }

    /// Stops what the call does, reports it where the verb reports itself, and then carries out the update.
    ///
    /// The action of an interrupted `<Dial>` is requested first and its answer thrown away; a `<Dial>` without one is
    /// followed by the `<Redirect>` after it, if there is one (`twiml-voice.md` section 1, rule 5).
    fn interrupt(&mut self, at: usize) {
        let reporting = self.leg.line.exchanges.iter().any(|exchange| {
            exchange.owner == self.leg.calls.get(at).map_or(exchange.call, |call| call.sid)
                && exchange.role == Role::Interrupted
        });
        if reporting {
            // An earlier update waits for the same report; the newer one replaces it.
            return;
        }
        if matches!(self.call(at).running, Running::Dialling(_)) {
            let above = at.saturating_add(1);
            self.leave_by_update(above);
            return self.end_from(above, End::Replaced);
        }
        if self.calling(at).is_some() {
            // What is left to be done is done when everybody who was dialled is gone, the party that was to be
            // replaced included.
            self.replace_party(at);
            return self.end_calling(at, CallStatus::Canceled);
        }
        if let Some(left) = self.stop_queued(at, Leaving::Updated) {
            let told = self.report_queue(at, left, Role::Interrupted);
            return self.after_report(at, told);
        }
        let Some(ended) = self.stop_dial(at) else {
            self.finish_running(at, false);
            return self.update_soon(at);
        };
        self.report_interrupted(at, ended);
    }

    /// Requests the `action` of an interrupted `<Dial>`, or the `<Redirect>` after it, before the update.
    pub(super) fn report_interrupted(&mut self, at: usize, ended: Ended) {
        let told = self.report_dial(at, ended, Role::Interrupted);
        self.after_report(at, told);
    }

    fn after_report(&mut self, at: usize, told: Told) {
        let requested = match told {
            Told::Requested => true,
            Told::NoAction => self.request_next_redirect(at),
            Told::Failed => false,
        };
        if !requested && self.leg.calls.len() > at {
            self.update_soon(at);
        }
    }

    /// Runs the new document of a call when everybody has heard what became of it: whoever it was connected to does
    /// not hear that document.
    fn update_soon(&mut self, at: usize) {
        let call = self.call(at).sid;
        self.world.tell(call, Signal::Update);
    }

    /// Stops the `<Dial>` that the call at `at` runs, if that has called nobody: what its `action` is to be told.
    fn stop_dial(&mut self, at: usize) -> Option<Ended> {
        if let Some(ended) = self.stop_conferring(at, Cause::Updated) {
            return Some(ended);
        }
        let call = self.call(at);
        if !matches!(call.running, Running::Consulting(_)) {
            return None;
        }
        call.running = Running::Idle;
        call.timers.stop(Timer::Verb);
        Some(Ended::unanswered())
    }

    fn request_next_redirect(&mut self, at: usize) -> bool {
        let Some(mut cx) = self.cx(at) else { return false };
        let Some(program) = cx.call.program.clone() else { return false };
        let Some(node) = program.upcoming().filter(|node| node.element() == Element::Redirect) else {
            return false;
        };
        match redirect_target(&cx, node) {
            Ok(goto) => self.request_ignored(at, &goto, Role::Interrupted),
            Err(problem) => {
                cx.problem(problem);
                false
            }
        }
    }

    /// Runs the new document of a call.
    pub(super) fn carry_out_update(&mut self, at: usize) {
        match self.call(at).update.take() {
            Some(Update::Redirect { url, method }) => {
                let goto = Goto { url, method, purpose: Purpose::Update, extra: Vec::new() };
                self.goto(at, &goto);
            }
            Some(Update::Twiml(text)) => match inline(&text) {
                Ok(document) => self.load(at, Program::new(document, None)),
                Err(problem) => self.document_failed(at, problem, None),
            },
            None => {}
        }
    }
}

/// A problem in one line, for whoever sent the document.
fn describe(problem: &Problem, source: &str) -> Box<str> {
    let code = problem.code.number();
    let place = problem.span.map(|span| span.line_column(source));
    let place = place.map_or(String::new(), |at| format!(" at line {}, column {}", at.line, at.column));
    format!("{code}{place}: {}", problem.message).into()
}
