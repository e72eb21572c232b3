//! A call joins a conference and leaves it, as its leg sees it.
//!
//! While it is there its own document stands aside (`leg::aside`): another one may run for the caller, until the
//! conference begins, on hold, or as an announcement.

use super::Step;
use crate::call::params::in_conference;
use crate::call::signal::Signal;
use crate::call::verb::{self, Ended, Goto, Participating};
use crate::call::{Conferring, Hears, Program, Running, Timer};
use crate::conference::{Cause, Conference, Follows, Left as Why, Participant, Refusal};
use crate::effect::{Effect, JoinConference, LeaveConference};
use crate::event::{ConferenceEnded, ConferenceStarted, EventKind, Joined, Left, Purpose};
use crate::id::{CallSid, ConferenceSid};
use crate::problem::{Code, Problem};
use crate::registry::Webhook;

impl Step<'_, '_> {
    /// Lets the call at `at` join a conference, which is made if it is not there.
    pub(super) fn confer(&mut self, at: usize, joining: Participating) {
        let now = self.world.now;
        let account = self.call(at).account;
        let known = self.world.rooms.conferences.named(account, &joining.name);
        let known = known.and_then(|sid| self.world.rooms.conferences.get(sid));
        let admitted = match known {
            Some(conference) => conference.admit(&joining.participant, joining.most).map(|()| conference.sid),
            None if joining.participant.coaching.is_some() => Err(Refusal::Coach),
            None => Ok(self.open_conference(at, &joining)),
        };
        let conference = match admitted {
            Ok(conference) => conference,
            Err(refusal) => return self.not_admitted(at, refusal),
        };
        let Some(room) = self.world.rooms.conferences.get_mut(conference) else { return };
        if room.recording.is_none() && room.wish.is_none() {
            room.wish = joining.wish;
        }
        let label = joining.participant.label.clone();
        let follows = room.join(joining.participant, now);
        let call = self.call(at).sid;
        let waits = !follows.connected.contains(&call);
        if let Some(mut cx) = self.cx(at)
            && let Some((document, index)) = cx.current_verb()
            && let Some(node) = document.node(index)
        {
            cx.call.timers.set(Timer::Dial, now.plus_seconds(verb::time_limit(node)));
            cx.report(|_| {
                let (name, label) = (joining.name.as_str().into(), label.map(Into::into));
                EventKind::Joined(Joined { conference, name, label, waits })
            });
        }
        let conferring = Conferring {
            conference,
            joined: now,
            connected: false,
            wait: joining.wait,
            music: joining.music,
            hold: None,
            jitter_buffer: joining.jitter_buffer,
            leaving: None,
            hears: None,
        };
        self.put_aside(at, Running::Conferring(Box::new(conferring)));
        self.follow_joining(at, conference, follows);
        if waits {
            self.listen(at);
        }
    }

    fn open_conference(&mut self, at: usize, joining: &Participating) -> ConferenceSid {
        let sid = self.leg.line.new_conference(self.world.seed);
        let mut conference = Conference::new(sid, self.call(at).account, joining.name.clone());
        conference.callback.clone_from(&joining.callback);
        conference.region.clone_from(&joining.region);
        self.world.rooms.conferences.insert(conference);
        sid
    }

    fn not_admitted(&mut self, at: usize, refusal: Refusal) {
        let (code, message) = match refusal {
            Refusal::Full => (Code::ConferenceFull, "the conference has as many participants as it may have"),
            Refusal::Coach => {
                (Code::ConferenceCoach, "nobody of this CallSid is in the conference to be coached")
            }
            Refusal::Label => (
                Code::LabelInUse,
                "another participant has this participantLabel: the call does not join and the next verb runs",
            ),
        };
        let Some(mut cx) = self.cx(at) else { return };
        if let Some((document, index)) = cx.current_verb()
            && let Some(noun) = document.node(index).and_then(|node| node.first_child())
        {
            cx.problem_at(noun, code, message);
        }
        match refusal {
            Refusal::Label => self.run(at),
            Refusal::Coach | Refusal::Full => self.resume(at, Ended::failed(code, message)),
        }
    }

    /// What a join brings about: it is told, and those who are to hear each other are connected.
    fn follow_joining(&mut self, at: usize, conference: ConferenceSid, follows: Follows) {
        let call = self.call(at).sid;
        self.tell_conference(at, conference, follows.notices);
        if follows.began
            && let Some(mut cx) = self.cx(at)
        {
            cx.report(|_| EventKind::ConferenceStarted(ConferenceStarted { conference }));
        }
        for participant in follows.connected {
            if participant == call {
                self.connect_to_conference(at);
            } else {
                self.world.tell(participant, Signal::Begun { conference });
            }
        }
        self.record_conference(at, conference);
    }

    /// The conference has begun: the call at `at` hears the others from now on.
    pub(super) fn conference_begun(&mut self, at: usize, conference: ConferenceSid) {
        let waits = |conferring: &Conferring| conferring.conference == conference && !conferring.connected;
        if self.call(at).conferring().is_some_and(waits) {
            self.stop_aside(at, false);
            self.connect_to_conference(at);
        }
    }

    fn connect_to_conference(&mut self, at: usize) {
        if !self.call(at).is_answered() {
            self.answer(at);
        }
        let (leg, call) = (self.leg.line.id.clone(), self.call(at).sid);
        let Some(conferring) = self.call(at).conferring_mut() else { return };
        conferring.connected = true;
        conferring.hears = None;
        let (conference, jitter_buffer) = (conferring.conference, conferring.jitter_buffer.as_str().into());
        let Some(room) = self.world.rooms.conferences.get(conference) else { return };
        let Some(own) = room.participant(call) else { return };
        let hold = own.hold;
        let join = JoinConference {
            leg,
            call,
            account: room.account,
            conference,
            muted: own.muted,
            hold,
            coaching: own.coaching.is_some(),
            coached: coached(room, own),
            beep: own.beep_on_enter,
            jitter_buffer,
            region: room.region.as_deref().map(Into::into),
        };
        self.world.effect(Effect::JoinConference(join));
        if hold {
            self.listen(at);
        }
    }

    /// Lets the call at `at` hear what it is to hear in the state that it is in: what is played on hold, or until the
    /// conference begins, or nothing. A line that still rings hears nothing.
    pub(super) fn listen(&mut self, at: usize) {
        self.stop_aside(at, false);
        let call = self.call(at);
        let (sid, answered) = (call.sid, call.is_answered());
        let Some(conferring) = call.conferring().cloned() else { return };
        let Some(room) = self.world.rooms.conferences.get(conferring.conference) else { return };
        let held = room.participant(sid).is_some_and(|own| own.hold);
        let music = conferring.music && !held && !conferring.connected && answered;
        if let Some(music) = self.hold_music().filter(|_| music) {
            // It is the operator's, so what is wrong with it fails no join.
            self.set_hears(at, None);
            return self.load(at, Program::new(music, None));
        }
        let next = match (held, conferring.connected) {
            (true, _) => conferring.hold.map(|webhook| (webhook, Hears::Hold)),
            (false, false) => conferring.wait.map(|webhook| (webhook, Hears::Wait)),
            (false, true) => None,
        };
        match next.filter(|_| answered) {
            Some((webhook, hears)) => self.hear(at, webhook, hears),
            None => self.set_hears(at, None),
        }
    }

    /// Requests a document for the call at `at` to hear.
    pub(super) fn hear(&mut self, at: usize, webhook: Webhook, hears: Hears) {
        let Some(conference) = self.call(at).conferring().map(|own| own.conference) else { return };
        let room = self.world.rooms.conferences.get(conference);
        let extra = room.map(in_conference).unwrap_or_default();
        self.set_hears(at, Some(hears));
        self.goto(at, &Goto { url: webhook.url, method: webhook.method, purpose: Purpose::Wait, extra });
    }

    pub(super) fn set_hears(&mut self, at: usize, hears: Option<Hears>) {
        if let Some(conferring) = self.call(at).conferring_mut() {
            conferring.hears = hears;
        }
    }

    /// What the call at `at` heard has come to its end: silence, or after an announcement what it heard before.
    pub(super) fn heard_to_the_end(&mut self, at: usize) {
        self.call(at).program = None;
        match self.call(at).conferring().and_then(|conferring| conferring.hears.clone()) {
            Some(Hears::Announcement(announcement)) => {
                self.announced(at, &announcement, None);
                self.listen(at);
            }
            Some(Hears::Shared) => self.listen(at),
            Some(Hears::Wait | Hears::Hold) | None => {}
        }
    }

    /// What the call at `at` was to hear cannot be heard. Before the conference begins that means that it could not
    /// join.
    pub(super) fn cannot_hear(&mut self, at: usize, problem: Problem) {
        match self.call(at).conferring().and_then(|conferring| conferring.hears.clone()) {
            Some(Hears::Wait) => {
                if self.stop_conferring(at, Cause::AddFailed).is_some() {
                    self.resume(at, Ended::failed(problem.code, problem.message));
                }
            }
            Some(Hears::Announcement(announcement)) => {
                self.announced(at, &announcement, Some(&problem.message));
                self.listen(at);
            }
            Some(Hears::Hold | Hears::Shared) | None => self.stop_aside(at, false),
        }
    }

    /// Takes the call at `at` out of its conference, for a reason of its own, and goes on after its `<Dial>`.
    pub(super) fn leave_conference(&mut self, at: usize, cause: Cause) {
        if let Some(ended) = self.stop_conferring(at, cause) {
            self.resume(at, ended);
        }
    }

    /// Takes the call at `at` out of its conference, if it is in one: what its `<Dial>` is told.
    pub(super) fn stop_conferring(&mut self, at: usize, cause: Cause) -> Option<Ended> {
        let conferring = self.end_conferring(at)?;
        self.leave_room(at, &conferring, cause);
        Some(Ended::conferred())
    }

    /// The conference of the call at `at` is over.
    pub(super) fn taken_out(&mut self, at: usize, conference: ConferenceSid, why: Why) {
        if self.call(at).conferring().is_none_or(|conferring| conferring.conference != conference) {
            return;
        }
        let Some(conferring) = self.end_conferring(at) else { return };
        self.part(at, &conferring, why, false);
        self.resume(at, Ended::conferred());
    }

    /// The document of the call at `at` comes back, and is no longer in a conference.
    fn end_conferring(&mut self, at: usize) -> Option<Conferring> {
        self.call(at).conferring()?;
        self.come_back(at, false);
        self.call(at).timers.stop(Timer::Dial);
        match std::mem::take(&mut self.call(at).running) {
            Running::Conferring(conferring) => Some(*conferring),
            _ => None,
        }
    }

    /// Takes the call at `at` out of the conference itself, and tells everybody what follows.
    pub(super) fn leave_room(&mut self, at: usize, conferring: &Conferring, cause: Cause) {
        let (call, status) = (self.call(at).sid, self.call(at).status);
        if let Some(Hears::Announcement(announcement)) = &conferring.hears {
            self.tell_announced(at, conferring.conference, announcement, Some("the participant left"));
        }
        let conference = conferring.conference;
        let Some(room) = self.world.rooms.conferences.get_mut(conference) else { return };
        let beeps = room.participant(call).is_some_and(|own| own.beep_on_exit);
        let follows = room.leave(call, cause, status);
        self.part(at, conferring, Why::By(cause), beeps && follows.over.is_none());
        self.close(at, conference, follows);
    }

    fn part(&mut self, at: usize, conferring: &Conferring, why: Why, beep: bool) {
        let conference = conferring.conference;
        let Some(mut cx) = self.cx(at) else { return };
        if conferring.connected {
            let leg = cx.line.id.clone();
            cx.effect(Effect::LeaveConference(LeaveConference { leg, conference, beep }));
        }
        let seconds = cx.now().seconds_since(conferring.joined);
        cx.report(|_| EventKind::Left(Left { conference, reason: why.as_str(), seconds }));
    }

    /// The account ends the conference that this call is in.
    pub(crate) fn end_conference(&mut self, call: CallSid, conference: ConferenceSid) {
        let Some(at) = self.leg.calls.iter().position(|other| other.sid == call) else { return };
        let Some(room) = self.world.rooms.conferences.get_mut(conference) else { return };
        let follows = room.end();
        self.close(at, conference, follows);
    }

    /// Tells of somebody's leaving, and of the end of the conference if it has come to that.
    fn close(&mut self, at: usize, conference: ConferenceSid, follows: Follows) {
        let Some(over) = follows.over else {
            return self.tell_conference(at, conference, follows.notices);
        };
        self.stop_recording_conference(at, conference);
        self.tell_conference(at, conference, follows.notices);
        self.world.rooms.conferences.remove(conference);
        if let Some(mut cx) = self.cx(at) {
            let reason = over.as_str();
            cx.report(|_| EventKind::ConferenceEnded(ConferenceEnded { conference, reason }));
        }
        let (calls, why) = follows.taken_out.unwrap_or((Vec::new(), Why::Ended));
        for call in calls {
            self.world.tell(call, Signal::TakenOut { conference, why });
        }
    }

    /// What was requested for everybody runs for the call at `at`, too, unless it could not hear it.
    pub(super) fn announce_shared(&mut self, at: usize, conference: ConferenceSid, program: Program) {
        let sid = self.call(at).sid;
        let Some(room) = self.world.rooms.conferences.get(conference) else { return };
        let held = room.participant(sid).is_none_or(|own| own.hold);
        let connected = |own: &Conferring| own.conference == conference && own.connected;
        if held || !self.call(at).conferring().is_some_and(connected) {
            return;
        }
        self.stop_aside(at, false);
        self.set_hears(at, Some(Hears::Shared));
        self.load(at, program);
    }
}

/// The line that alone hears a participant who coaches.
pub(super) fn coached(room: &Conference, own: &Participant) -> Option<crate::id::LegId> {
    own.coaching.and_then(|call| room.participant(call)).map(|coached| coached.leg.clone())
}
