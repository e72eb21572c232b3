//! What is done with somebody in a conference, and what is told of it: changes by the account, announcements, speech,
//! the recording, and the events themselves (`webhooks.md` section 10.4).

use super::Step;
use super::conferring::coached;
use crate::call::exchange::{Plan, Role};
use crate::call::params::{conference_event, conference_recording_status};
use crate::call::signal::Signal;
use crate::call::{Announcement, Conferring, Hears, Program, Recording, RecordingSource};
use crate::conference::{Cause, Notice};
use crate::effect::{ChangeParticipant, Effect, StartConferenceRecording, StopConferenceRecording};
use crate::event::Purpose;
use crate::id::{CallSid, ConferenceSid};
use crate::input::{InputError, ParticipantChange};
use crate::registry::Webhook;

impl Step<'_, '_> {
    /// Changes a participant. An error leaves everything as it was.
    pub(crate) fn modify_participant(
        &mut self,
        call: CallSid,
        conference: ConferenceSid,
        change: &ParticipantChange,
    ) -> Result<(), InputError> {
        let position = self.leg.calls.iter().position(|other| other.sid == call);
        let there = |conferring: &&Conferring| conferring.conference == conference;
        let at = position.ok_or(InputError::NotInConference)?;
        let connected =
            self.call(at).conferring().filter(there).ok_or(InputError::NotInConference)?.connected;
        if change.kick {
            self.leave_conference(at, Cause::Kicked);
            return Ok(());
        }
        if change.announcement.is_some() && !connected {
            return Err(not_begun());
        }
        let Some(room) = self.world.rooms.conferences.get_mut(conference) else {
            return Err(InputError::UnknownConference);
        };
        let held = room.participant(call).is_some_and(|own| own.hold);
        let notices = room.change(call, change).map_err(|_| {
            InputError::CannotChange(
                "13240: nobody of this CallSid is in the conference to be coached".into(),
            )
        })?;
        let holds = room.participant(call).is_some_and(|own| own.hold);
        if connected && !notices.is_empty() {
            self.change_participant(call, conference);
        }
        self.tell_conference(at, conference, notices);
        if held != holds || (holds && change.hold_document.is_some()) {
            if let Some(conferring) = self.call(at).conferring_mut() {
                conferring.hold.clone_from(&change.hold_document);
            }
            self.end_announcement(at, "the participant was put on hold, or taken off it");
            self.listen(at);
        }
        if let Some(document) = &change.announcement {
            self.announce(at, document.clone(), false);
        }
        Ok(())
    }

    fn change_participant(&mut self, call: CallSid, conference: ConferenceSid) {
        let Some(room) = self.world.rooms.conferences.get(conference) else { return };
        let Some(own) = room.participant(call) else { return };
        let changed = ChangeParticipant {
            leg: self.leg.line.id.clone(),
            conference,
            muted: own.muted,
            hold: own.hold,
            coaching: own.coaching.is_some(),
            coached: coached(room, own),
        };
        self.world.effect(Effect::ChangeParticipant(changed));
    }

    /// Requests an announcement on behalf of this call, for it alone or for everybody.
    pub(crate) fn announce_by(&mut self, call: CallSid, document: Webhook, to_all: bool) {
        if let Some(at) = self.leg.calls.iter().position(|other| other.sid == call) {
            self.announce(at, document, to_all);
        }
    }

    fn announce(&mut self, at: usize, document: Webhook, to_all: bool) {
        self.end_announcement(at, "another announcement took its place");
        self.stop_aside(at, false);
        let announcement = Announcement { url: document.url.clone(), to_all };
        self.hear(at, document, Hears::Announcement(announcement));
    }

    /// Breaks off an announcement that the call at `at` requests.
    fn end_announcement(&mut self, at: usize, why: &str) {
        if let Some(Hears::Announcement(announcement)) =
            self.call(at).conferring().and_then(|conferring| conferring.hears.clone())
        {
            self.announced(at, &announcement, Some(why));
        }
    }

    /// An announcement is over, or could not be heard.
    pub(super) fn announced(&mut self, at: usize, announcement: &Announcement, failed: Option<&str>) {
        if let Some(conference) = self.call(at).conferring().map(|conferring| conferring.conference) {
            self.tell_announced(at, conference, announcement, failed);
        }
        self.set_hears(at, None);
    }

    pub(super) fn tell_announced(
        &mut self,
        at: usize,
        conference: ConferenceSid,
        announcement: &Announcement,
        failed: Option<&str>,
    ) {
        let url = announcement.url.without_userinfo();
        self.tell_conference(at, conference, vec![Notice::announcement(url.as_str(), failed)]);
    }

    /// Lets everybody else hear a document that the call at `at` is about to hear, if it is for all.
    pub(super) fn share_announcement(&mut self, at: usize, program: &Program) {
        let call = self.call(at);
        let sid = call.sid;
        let Some(conferring) = call.conferring() else { return };
        if !matches!(&conferring.hears, Some(Hears::Announcement(Announcement { to_all: true, .. }))) {
            return;
        }
        let conference = conferring.conference;
        let Some(room) = self.world.rooms.conferences.get(conference) else { return };
        let others: Vec<_> =
            room.participants.iter().map(|other| other.call).filter(|other| *other != sid).collect();
        for other in others {
            let (document, base) = (program.document.clone(), program.base.clone());
            self.world.tell(other, Signal::Announced { conference, document, base });
        }
    }

    /// The caller begins to speak, or stops. Only who is heard is told of.
    pub(crate) fn speaking(&mut self, started: bool) {
        let Some(top) = self.top() else { return };
        let call = self.call(top);
        let sid = call.sid;
        let Some(conference) = call
            .conferring()
            .filter(|conferring| conferring.connected)
            .map(|conferring| conferring.conference)
        else {
            return;
        };
        let Some(room) = self.world.rooms.conferences.get(conference) else { return };
        let heard = room.participant(sid).filter(|own| !own.muted && !own.hold);
        if let Some(notice) = heard.map(|own| Notice::speech(own, started)) {
            self.tell_conference(top, conference, vec![notice]);
        }
    }

    /// Begins the recording that somebody asked for, if its time has come.
    pub(super) fn record_conference(&mut self, at: usize, conference: ConferenceSid) {
        let now = self.world.now;
        let Some(room) = self.world.rooms.conferences.get_mut(conference) else { return };
        if !room.wants_recording() {
            return;
        }
        let Some(wish) = room.wish.take() else { return };
        let recording = Recording {
            sid: self.leg.line.new_recording(self.world.seed),
            source: RecordingSource::Conference,
            started: now,
            ended: None,
            dual: false,
            track: "both".to_owned(),
            callback: wish.callback,
        };
        room.recording = Some(recording.clone());
        let (account, trim) = (room.account, wish.trim);
        let start = StartConferenceRecording { conference, account, recording: recording.sid, trim };
        self.world.effect(Effect::StartConferenceRecording(start));
        self.tell_recording(at, conference, &recording, "in-progress");
    }

    /// Ends the recording of a conference that is over.
    pub(super) fn stop_recording_conference(&mut self, at: usize, conference: ConferenceSid) {
        let now = self.world.now;
        let room = self.world.rooms.conferences.get_mut(conference);
        let Some(mut recording) = room.and_then(|room| room.recording.take()) else { return };
        recording.ended = Some(now);
        let stop = StopConferenceRecording { conference, recording: recording.sid };
        self.world.effect(Effect::StopConferenceRecording(stop));
        self.tell_recording(at, conference, &recording, "completed");
    }

    fn tell_recording(
        &mut self,
        at: usize,
        conference: ConferenceSid,
        recording: &Recording,
        status: &'static str,
    ) {
        let Some(callback) = recording.callback.as_ref().filter(|callback| callback.wants(status)) else {
            return;
        };
        let Some(mut cx) = self.cx(at) else { return };
        let form =
            conference_recording_status(cx.world.config, conference, cx.call.account, recording, status);
        let plan = Plan {
            purpose: Purpose::RecordingStatus,
            role: Role::Callback,
            method: callback.method,
            url: &callback.url,
            sequence: None,
        };
        if let Err(problem) = cx.request_for_conference(conference, &plan, &form) {
            cx.problem_in(problem, None, Some(&callback.url));
        }
    }

    /// Tells what happened in a conference, on behalf of the call at `at`, which brought it about. The numbers are
    /// those of the events that are told.
    pub(super) fn tell_conference(&mut self, at: usize, conference: ConferenceSid, notices: Vec<Notice>) {
        let Some(room) = self.world.rooms.conferences.get(conference) else { return };
        let Some(callback) = room.callback.clone() else { return };
        let mut sequence = room.sequence;
        for notice in notices.into_iter().filter(|notice| callback.wants(notice.word)) {
            let Some(room) = self.world.rooms.conferences.get(conference) else { return };
            let form = conference_event(room, notice, self.world.now, sequence);
            let Some(mut cx) = self.cx(at) else { return };
            let plan = Plan {
                purpose: Purpose::ConferenceStatus,
                role: Role::Callback,
                method: callback.method,
                url: &callback.url,
                sequence: Some(sequence),
            };
            match cx.request_for_conference(conference, &plan, &form) {
                Ok(()) => sequence = sequence.saturating_add(1),
                // A notice that could not be made leaves no gap in the numbers.
                Err(problem) => cx.problem_in(problem, None, Some(&callback.url)),
            }
        }
        if let Some(room) = self.world.rooms.conferences.get_mut(conference) {
            room.sequence = sequence;
        }
    }
}

/// What an announcement is refused with that nobody could hear.
pub(crate) fn not_begun() -> InputError {
    let message = "16022: the conference has not begun, so nobody in it would hear the announcement";
    InputError::CannotChange(message.into())
}
