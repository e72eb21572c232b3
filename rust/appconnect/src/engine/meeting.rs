//! What an account does with a conference and those in it, as the REST API does (`rest-api.md` section 12).

use super::Engine;
use crate::conference::{Conference, Participant};
use crate::id::ConferenceSid;
use crate::input::{ConferenceChange, InputError, ModifyConference, ModifyParticipant};
use crate::leg::not_begun;

impl Engine {
    pub(super) fn modify_conference(&mut self, modify: ModifyConference) -> Result<(), InputError> {
        let ModifyConference { conference, change } = modify;
        let room = self.conference(conference)?;
        match change {
            ConferenceChange::End => {
                // Somebody's call tells what follows; those that do not live here tell nothing.
                let mut speaker = room.participants.iter().map(|participant| participant.call);
                let speaker = speaker.find_map(|call| self.legs.of_call(call).map(|place| (call, place)));
                match speaker {
                    Some((call, place)) => self.step(place, |step| step.end_conference(call, conference)),
                    None => self.rooms.conferences.remove(conference).map(|_| ()),
                };
                Ok(())
            }
            ConferenceChange::Announce(document) => {
                let hears = |participant: &&Participant| room.begun.is_some() && !participant.hold;
                let first = room.participants.iter().find(hears).ok_or_else(not_begun)?.call;
                let place = self.legs.of_call(first).ok_or(InputError::NotInConference)?;
                self.step(place, |step| step.announce_by(first, document, true));
                Ok(())
            }
        }
    }

    pub(super) fn modify_participant(&mut self, modify: &ModifyParticipant) -> Result<(), InputError> {
        let ModifyParticipant { conference, call, change } = modify;
        self.conference(*conference)?.participant(*call).ok_or(InputError::NotInConference)?;
        let place = self.legs.of_call(*call).ok_or(InputError::NotInConference)?;
        let changed = self.step(place, |step| step.modify_participant(*call, *conference, change));
        changed.unwrap_or(Ok(()))
    }

    fn conference(&self, sid: ConferenceSid) -> Result<&Conference, InputError> {
        self.rooms.conferences.get(sid).ok_or(InputError::UnknownConference)
    }
}
