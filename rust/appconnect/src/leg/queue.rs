//! A call in a queue: it joins, hears a wait document, is taken out and connected, and goes on with its own document.
//!
//! The `<Dial>` that takes it out is like any other (`leg::calling`): to it, the queued call is the party that answers.
//! When that `<Dial>` is over, the queued call is not hung up; it goes on after its `<Enqueue>`.

use super::Step;
use super::unwind::Told;
use crate::call::cx::Cx;
use crate::call::exchange::Role;
use crate::call::params::{Form, put};
use crate::call::signal::{Errand, Over, Signal};
use crate::call::verb::{self, Goto, Joining, Left};
use crate::call::{CallStatus, Leaving, Program, Queued, Running, Taken, Timer, Wait};
use crate::event::{Connected, Dequeued, EventKind, Purpose, QueueResult, Queued as Joined};
use crate::id::CallSid;
use crate::problem::{Code, Problem};
use crate::queue::{Member, Queue};
use crate::registry::Webhook;
use crate::time::Millis;
use crate::twiml::Document;

impl Step<'_, '_> {
    /// The state of the call at `at` in its queue, whatever runs for it meanwhile.
    pub(super) fn queued(&mut self, at: usize) -> Option<&mut Queued> {
        let call = self.leg.calls.get_mut(at)?;
        let running = match &mut call.suspended {
            Some(suspended) => &mut suspended.running,
            None => &mut call.running,
        };
        match running {
            Running::Queued(queued) => Some(queued),
            _ => None,
        }
    }

    /// Puts the call at `at` into a queue of its account, which is opened if there is none.
    pub(super) fn enqueue(&mut self, at: usize, joining: Joining) {
        let Joining { name, wait, max_size } = joining;
        let Some(mut cx) = self.cx(at) else { return };
        let (call, now) = (cx.call.sid, cx.now());
        let sid = open(&mut cx, &name);
        let Some(queue) = cx.world.rooms.queues.get_mut(sid) else { return };
        if let Some(size) = max_size {
            queue.set_max_size(size);
        }
        if queue.join(call, now).is_err() {
            cx.problem(full(&cx));
            return self.go_on(at, Left::outside(QueueResult::QueueFull));
        }
        let (position, is_dialled) = (queue.standing(call, now).position, queue.is_dialled());
        cx.report(|_| {
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            EventKind::Queued(Joined { queue: sid, name: name.as_str().into(), position })
        });
        let queued = Queued { queue: sid, name, since: now, wait, taken: None, connected: None };
        cx.call.running = Running::Queued(Box::new(queued));
        cx.world.errands.push_back(Errand::Meet(sid));
        // Somebody waits for this call already: there is nothing to be heard before that.
        if !is_dialled {
            self.wait(at);
        }
    }

    /// Lets the caller hear what is heard in the queue, from its beginning.
    pub(super) fn wait(&mut self, at: usize) {
        let now = self.world.now;
        let Some(queued) = self.queued(at) else { return };
        let (wait, sid, since) = (queued.wait.clone(), queued.queue, queued.since);
        match wait {
            Wait::Silence => self.wait_in_silence(at),
            Wait::Music => match self.hold_music() {
                Some(music) => {
                    self.run_aside(at);
                    self.load(at, Program::new(music, None));
                }
                None => self.wait_in_silence(at),
            },
            Wait::Document(Webhook { url, method }) => {
                let call = self.call(at).sid;
                let queue = self.world.rooms.queues.get(sid);
                let extra = queue.map_or_else(Vec::new, |queue| standing(queue, call, since, now));
                self.run_aside(at);
                self.goto(at, &Goto { url, method, purpose: Purpose::Wait, extra });
            }
        }
    }

    /// Nothing is heard, and nothing else would answer the call.
    fn wait_in_silence(&mut self, at: usize) {
        self.come_back(at, false);
        if !self.call(at).is_answered() {
            self.answer(at);
        }
    }

    /// A document is about to run for the queued call.
    fn run_aside(&mut self, at: usize) {
        if self.call(at).suspended.is_none() {
            let running = std::mem::take(&mut self.call(at).running);
            self.put_aside(at, running);
        }
    }

    /// What the operator plays, again and again.
    pub(super) fn hold_music(&self) -> Option<Document> {
        let url = self.world.config.hold_music.as_ref()?.as_str();
        let url = url.replace('&', "&amp;").replace('<', "&lt;");
        Document::from_text(&format!("<Response><Play loop=\"0\">{url}</Play></Response>")).ok()
    }

    /// What was heard in the queue is over: it begins again.
    pub(super) fn wait_ended(&mut self, at: usize) {
        let now = self.world.now;
        match self.next_round(at).filter(|due| *due > now) {
            Some(due) => {
                let call = self.call(at);
                call.program = None;
                call.running = Running::Waiting;
                call.timers.set(Timer::Verb, due);
            }
            None => self.wait(at),
        }
    }

    /// What is heard in the queue has failed; the account was told why.
    pub(super) fn wait_failed(&mut self, at: usize) {
        // The music is the operator's: the account has no part in its failure.
        match self.queued(at) {
            Some(queued) if queued.wait == Wait::Music => {
                queued.wait = Wait::Silence;
                self.wait_in_silence(at);
            }
            _ => self.leave_queue(at, Leaving::Failed),
        }
    }

    /// Takes the call at `at` out of its queue, or out of the connection that came of it; its document goes on.
    pub(super) fn leave_queue(&mut self, at: usize, why: Leaving) {
        let connected = self.queued(at).is_some_and(|queued| queued.connected.is_some());
        match self.stop_queued(at, why) {
            Some(left) if connected => {
                let call = self.call(at).sid;
                self.world.tell(call, Signal::GoOn(left));
            }
            Some(left) => self.go_on(at, left),
            None => {}
        }
    }

    /// The document at `at` goes on after its `<Enqueue>`.
    pub(super) fn go_on(&mut self, at: usize, left: Left) {
        let Some(mut cx) = self.cx(at) else { return };
        let Some((document, index)) = cx.current_verb() else { return };
        let Some(node) = document.node(index) else { return };
        let flow = verb::after_enqueue(&mut cx, node, left);
        self.apply(at, flow);
    }

    /// Takes the call at `at` out of its queue: what the `action` is to be told.
    pub(super) fn stop_queued(&mut self, at: usize, why: Leaving) -> Option<Left> {
        self.queued(at)?;
        self.come_back(at, matches!(why, Leaving::Gone { line_stays: false }));
        let mut cx = self.cx(at)?;
        let Running::Queued(queued) = std::mem::take(&mut cx.call.running) else { return None };
        let (child, now) = (cx.call.sid, cx.now());
        if let Some(queue) = cx.world.rooms.queues.get_mut(queued.queue) {
            queue.forget(child);
        }
        if let Some(taken) = queued.taken {
            cx.world.tell(taken.by, Signal::Over(over(child, &queued, why)));
        }
        let (queue, result, seconds) = (queued.queue, queued.result(why), queued.seconds(now));
        cx.report(|_| EventKind::Dequeued(Dequeued { queue, result, seconds }));
        Some(Left { result, queued: Some((queue, seconds)) })
    }

    /// Tells the `action` of an `<Enqueue>` that was interrupted, whose answer no longer controls the call.
    pub(super) fn report_queue(&mut self, at: usize, left: Left, role: Role) -> Told {
        let Some(mut cx) = self.cx(at) else { return Told::NoAction };
        let Some((document, index)) = cx.current_verb() else { return Told::NoAction };
        let Some(node) = document.node(index) else { return Told::NoAction };
        let told = verb::queue_action(&cx, node, left);
        if let Err(problem) = &told {
            cx.problem_once(problem.clone());
        }
        match told {
            Ok(Some(goto)) if self.request_ignored(at, &goto, role) => Told::Requested,
            Ok(None) => Told::NoAction,
            Ok(Some(_)) | Err(_) => Told::Failed,
        }
    }

    /// A call that dials the queue takes this one out of it.
    pub(super) fn taken(&mut self, at: usize, by: CallSid, document: Option<Webhook>) {
        let (now, child) = (self.world.now, self.call(at).sid);
        let Some(queued) = self.queued(at).filter(|queued| queued.taken.is_none()) else {
            return self.world.tell(by, Signal::Over(Over::unreached(child)));
        };
        queued.taken = Some(Taken { by, at: now });
        let (queue, seconds) = (queued.queue, queued.seconds(now));
        self.come_back(at, false);
        let Some(Webhook { url, method }) = document else { return self.member_ready(at) };
        let mut extra = Vec::with_capacity(3);
        put(&mut extra, "QueueSid", queue.as_str().to_owned());
        put(&mut extra, "QueueTime", seconds.to_string());
        // Spelt as Twilio spells it.
        put(&mut extra, "DequeingCallSid", by.as_str().to_owned());
        self.run_aside(at);
        self.goto(at, &Goto { url, method, purpose: Purpose::Screening, extra });
    }

    /// The queued call may be connected.
    pub(super) fn member_ready(&mut self, at: usize) {
        self.come_back(at, false);
        if !self.call(at).is_answered() {
            self.answer(at);
        }
        let (child, leg) = (self.call(at).sid, self.leg.line.id.clone());
        if let Some(taken) = self.queued(at).and_then(|queued| queued.taken) {
            self.world.tell(taken.by, Signal::Ready { child, leg });
        }
    }

    /// The queued call is connected.
    pub(super) fn member_connected(&mut self, at: usize) {
        let now = self.world.now;
        let Some(queued) = self.queued(at) else { return };
        queued.connected = Some(now);
        let by = queued.taken.map(|taken| taken.by);
        if let (Some(with), Some(mut cx)) = (by, self.cx(at)) {
            cx.report(|_| EventKind::Connected(Connected { with }));
        }
    }

    /// The call that had taken this one out no longer wants it.
    ///
    /// After a bridge its document goes on; before one it waits again, at the head of the queue (our choice: it must
    /// not lose its place because somebody else hung up).
    pub(super) fn let_go(&mut self, at: usize, by: CallSid) {
        let own = |queued: &&mut Queued| queued.taken.is_some_and(|taken| taken.by == by);
        let Some(queued) = self.queued(at).filter(own) else { return };
        if queued.connected.is_some() {
            return self.leave_queue(at, Leaving::Parted);
        }
        queued.taken = None;
        let (sid, name, since) = (queued.queue, queued.name.clone(), queued.since);
        self.come_back(at, false);
        let Some(cx) = self.cx(at) else { return };
        let (child, account, now) = (cx.call.sid, cx.call.account, cx.now());
        // Left alone meanwhile, its queue may have been forgotten, and another one opened by the same name.
        let sid = cx.world.rooms.queues.named(account, &name).unwrap_or(sid);
        if cx.world.rooms.queues.get(sid).is_none() {
            cx.world.rooms.open_queue(Queue::new(sid, account, name, now));
        }
        if let Some(queue) = cx.world.rooms.queues.get_mut(sid) {
            queue.put_back(Member { call: child, since });
        }
        if let Running::Queued(queued) = &mut cx.call.running {
            queued.queue = sid;
        }
        cx.world.errands.push_back(Errand::Meet(sid));
        cx.world.tell(by, Signal::Over(Over::unreached(child)));
        self.wait(at);
    }

    /// Nobody takes the call out after all: it hears what is heard in the queue, unless it does already.
    pub(super) fn unmet(&mut self, at: usize) {
        if matches!(&self.call(at).running, Running::Queued(queued) if queued.taken.is_none()) {
            self.wait(at);
        }
    }
}

/// The SID of the account's queue of this name.
fn open(cx: &mut Cx<'_, '_>, name: &str) -> crate::id::QueueSid {
    let account = cx.call.account;
    cx.world.rooms.queues.named(account, name).unwrap_or_else(|| {
        let sid = cx.line.new_queue(cx.world.seed);
        cx.world.rooms.open_queue(Queue::new(sid, account, name.to_owned(), cx.now()));
        sid
    })
}

fn full(cx: &Cx<'_, '_>) -> Problem {
    let message = "the queue is full: the call was not put into it";
    match cx.call.program.as_ref().and_then(Program::current) {
        Some(node) => Problem::at(Code::QueueFull, node.span(), message),
        None => Problem::new(Code::QueueFull, message),
    }
}

/// What a wait document is told (`webhooks.md` section 3).
fn standing(queue: &Queue, call: CallSid, since: Millis, now: Millis) -> Form<'static> {
    let standing = queue.standing(call, now);
    let mut form = Vec::with_capacity(6);
    put(&mut form, "QueueSid", queue.sid.as_str().to_owned());
    put(&mut form, "QueueTime", now.seconds_since(since).to_string());
    put(&mut form, "QueuePosition", standing.position.to_string());
    put(&mut form, "AvgQueueTime", standing.average.to_string());
    put(&mut form, "CurrentQueueSize", standing.size.to_string());
    put(&mut form, "MaxQueueSize", standing.max_size.to_string());
    form
}

/// What the call that had taken a queued one out is told when it loses it.
const fn over(child: CallSid, queued: &Queued, why: Leaving) -> Over {
    Over {
        child,
        status: CallStatus::Completed,
        answered: queued.connected,
        redirected: matches!(why, Leaving::Updated),
        stays: !matches!(why, Leaving::Gone { line_stays: false }),
        sip: None,
        left: None,
    }
}
