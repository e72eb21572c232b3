//! A conference: who is in it, whether it has begun, and what follows from every change.
//!
//! A machine of its own that knows nothing of lines, documents and requests: it is told what a participant does, and
//! says as data who is connected, who is taken out, and what is to be told (`twiml-voice.md` section 6.3,
//! `webhooks.md` section 10.4).

#[cfg(test)]
mod tests;

use minicbor::{Decode, Encode};

use crate::call::callback::EventCallback;
use crate::call::record::Recording;
use crate::call::status::CallStatus;
use crate::id::{AccountSid, CallSid, ConferenceSid, LegId};
use crate::input::ParticipantChange;
use crate::time::Millis;

/// Most participants that any conference takes (`twiml-voice.md` section 6.3).
const MAX_PARTICIPANTS: usize = 250;

/// A conference. It ends with its last participant.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Conference {
    #[n(0)]
    pub(crate) sid: ConferenceSid,
    #[n(1)]
    pub(crate) account: AccountSid,
    #[n(2)]
    pub(crate) name: String,
    /// In the order in which they joined.
    #[n(3)]
    pub(crate) participants: Vec<Participant>,
    /// When the participants were connected. Until then they wait.
    #[n(4)]
    pub(crate) begun: Option<Millis>,
    /// Where its events go: as the first participant said.
    #[n(5)]
    pub(crate) callback: Option<EventCallback>,
    /// The number of the next event that is told, from 0.
    #[n(6)]
    pub(crate) sequence: u32,
    /// The recording that was asked for and has not begun.
    #[n(7)]
    pub(crate) wish: Option<RecordingWish>,
    #[n(8)]
    pub(crate) recording: Option<Recording>,
    /// Where it is mixed: as the first participant said, or wherever the platform likes.
    #[n(9)]
    pub(crate) region: Option<String>,
}

/// A recording that is made from the moment at which two participants hear each other.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct RecordingWish {
    #[n(0)]
    pub(crate) trim: bool,
    #[n(1)]
    pub(crate) callback: Option<EventCallback>,
}

/// A call in a conference.
#[derive(Clone, Debug, Encode, Decode)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of its own, not a state of the others"
)]
pub(crate) struct Participant {
    #[n(0)]
    pub(crate) call: CallSid,
    #[n(1)]
    pub(crate) leg: LegId,
    #[n(2)]
    pub(crate) label: Option<String>,
    #[n(3)]
    pub(crate) muted: bool,
    #[n(4)]
    pub(crate) hold: bool,
    /// The participant who alone hears this one. When that one leaves, nobody does: somebody who was to whisper is
    /// never heard by all of a sudden (our choice).
    #[n(5)]
    pub(crate) coaching: Option<CallSid>,
    #[n(6)]
    pub(crate) start_on_enter: bool,
    #[n(7)]
    pub(crate) end_on_exit: bool,
    #[n(8)]
    pub(crate) beep_on_enter: bool,
    #[n(9)]
    pub(crate) beep_on_exit: bool,
    /// The status of its call, as far as the conference knows: whether it was answered.
    #[n(10)]
    pub(crate) status: CallStatus,
}

/// Why a call may not join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nobody whom it could coach is there (13240).
    Coach,
    /// There are as many participants as there may be (16020).
    Full,
    /// Another participant has its label (16025).
    Label,
}

/// Why a participant leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum Cause {
    /// Its line is gone, or its own `<Dial>` is over: the caller pressed the star, or the time is up.
    #[n(0)]
    HungUp,
    /// The account took its call elsewhere, or ended it.
    #[n(1)]
    Updated,
    /// The account took it out of the conference.
    #[n(2)]
    Kicked,
    /// It could not be given what it was to hear before the conference begins.
    #[n(3)]
    AddFailed,
}

/// Why a participant is not in the conference any more: `ReasonParticipantLeft`. One who pressed the star, and one
/// whose time is up, are told as one who hung up (INFERRED: there is no word of their own).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    By(Cause),
    /// A moderator left (`endConferenceOnExit`).
    Moderator,
    /// The account ended the conference.
    Ended,
}

impl Left {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::By(Cause::HungUp) => "participant_hung_up",
            Self::By(Cause::Updated | Cause::Kicked) => "participant_updated_via_api",
            Self::By(Cause::AddFailed) => "participant_add_failed",
            Self::Moderator => "moderator_ended_conference",
            Self::Ended => "conference_ended_via_api",
        }
    }
}

/// Why a conference ended: `ReasonConferenceEnded`, and the sentence that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    LastLeft,
    LastKicked,
    ModeratorLeft,
    ModeratorKicked,
    ViaApi,
}

impl Over {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::LastLeft => "last-participant-left",
            Self::LastKicked => "last-participant-kicked",
            Self::ModeratorLeft => "participant-with-end-conference-on-exit-left",
            Self::ModeratorKicked => "participant-with-end-conference-on-exit-kicked",
            Self::ViaApi => "conference-ended-via-api",
        }
    }

    /// The sentence of `Reason`; its wording is ours.
    const fn sentence(self) -> &'static str {
        match self {
            Self::LastLeft => "The last participant left",
            Self::LastKicked => "The last participant was taken out through the API",
            Self::ModeratorLeft => "A participant with endConferenceOnExit left",
            Self::ModeratorKicked => "A participant with endConferenceOnExit was taken out through the API",
            Self::ViaApi => "The conference was ended through the API",
        }
    }
}

/// An event of the conference that its callback may want.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// The word of `statusCallbackEvent` that asks for it.
    pub(crate) word: &'static str,
    /// `StatusCallbackEvent`.
    pub(crate) event: &'static str,
    /// The participant whom it is about.
    pub(crate) about: Option<Participant>,
    /// What it says besides.
    pub(crate) more: Vec<(&'static str, String)>,
}

impl Notice {
    const fn new(word: &'static str, event: &'static str) -> Self {
        Self { word, event, about: None, more: Vec::new() }
    }

    fn about(word: &'static str, event: &'static str, participant: &Participant) -> Self {
        Self { about: Some(participant.clone()), ..Self::new(word, event) }
    }

    /// A participant has begun to speak, or has stopped.
    pub(crate) fn speech(participant: &Participant, started: bool) -> Self {
        let event = if started { "participant-speech-start" } else { "participant-speech-stop" };
        Self::about("speaker", event, participant)
    }

    /// An announcement has been heard to its end, or could not be: then why.
    pub(crate) fn announcement(url: &str, failed: Option<&str>) -> Self {
        let event = if failed.is_some() { "announcement-fail" } else { "announcement-end" };
        let mut notice = Self::new("announcement", event);
        notice.more.push(("AnnounceUrl", url.to_owned()));
        notice.more.extend(failed.map(|why| ("ReasonAnnouncementFailed", why.to_owned())));
        notice
    }
}

/// What follows from a change.
#[derive(Debug, Default)]
pub(crate) struct Follows {
    /// To be told, in this order.
    pub(crate) notices: Vec<Notice>,
    /// Those who hear the others from now on.
    pub(crate) connected: Vec<CallSid>,
    /// Those who were taken out, besides the one who left, and why they are not there any more.
    pub(crate) taken_out: Option<(Vec<CallSid>, Left)>,
    /// Whether it has begun by this.
    pub(crate) began: bool,
    /// Why it is over, if it is.
    pub(crate) over: Option<Over>,
}

impl Conference {
    /// A conference that nobody is in.
    pub(crate) const fn new(sid: ConferenceSid, account: AccountSid, name: String) -> Self {
        Self {
            sid,
            account,
            name,
            participants: Vec::new(),
            begun: None,
            callback: None,
            sequence: 0,
            wish: None,
            recording: None,
            region: None,
        }
    }

    /// The participant that this call is.
    pub(crate) fn participant(&self, call: CallSid) -> Option<&Participant> {
        self.participants.iter().find(|participant| participant.call == call)
    }

    /// Whether a call may join. `most` is what its own document allows.
    pub(crate) fn admit(&self, newcomer: &Participant, most: usize) -> Result<(), Refusal> {
        let coached = newcomer.coaching.is_none_or(|call| self.participant(call).is_some());
        let labelled = |other: &Participant| other.label.is_some() && other.label == newcomer.label;
        if self.participants.len() >= most.min(MAX_PARTICIPANTS) {
            Err(Refusal::Full)
        } else if self.participants.iter().any(labelled) {
            Err(Refusal::Label)
        } else if !coached {
            Err(Refusal::Coach)
        } else {
            Ok(())
        }
    }

    /// A call joins. It begins with the second participant, if one of them begins it by entering.
    pub(crate) fn join(&mut self, newcomer: Participant, now: Millis) -> Follows {
        let mut follows = Follows {
            notices: vec![Notice::about("join", "participant-join", &newcomer)],
            ..Follows::default()
        };
        let call = newcomer.call;
        self.participants.push(newcomer);
        if self.begun.is_some() {
            follows.connected.push(call);
        } else if self.participants.len() > 1 && self.participants.iter().any(|other| other.start_on_enter) {
            self.begun = Some(now);
            follows.began = true;
            follows.connected.extend(self.participants.iter().map(|participant| participant.call));
            follows.notices.push(Notice::new("start", "conference-start"));
        }
        for participant in &mut self.participants {
            if follows.connected.contains(&participant.call) {
                participant.status = CallStatus::InProgress;
            }
        }
        follows
    }

    /// Whether a recording that was asked for is to begin now.
    pub(crate) fn wants_recording(&self) -> bool {
        self.wish.is_some() && self.recording.is_none() && self.begun.is_some() && self.participants.len() > 1
    }

    /// A participant leaves; `status` is that of its call by now. With the last one, or with one who takes all along,
    /// the conference is over and nobody is in it any more. A call that could not join takes nobody along.
    pub(crate) fn leave(&mut self, call: CallSid, cause: Cause, status: CallStatus) -> Follows {
        let mut follows = Follows::default();
        let Some(place) = self.participants.iter().position(|participant| participant.call == call) else {
            return follows;
        };
        let left = self.participants.remove(place);
        follows.notices.push(departure(&left, status, Left::By(cause)));
        let kicked = cause == Cause::Kicked;
        follows.over = match (left.end_on_exit && cause != Cause::AddFailed, self.participants.is_empty()) {
            (true, _) if kicked => Some(Over::ModeratorKicked),
            (true, _) => Some(Over::ModeratorLeft),
            (false, true) if kicked => Some(Over::LastKicked),
            (false, true) => Some(Over::LastLeft),
            (false, false) => None,
        };
        if let Some(over) = follows.over {
            self.close(&mut follows, over, Left::Moderator, Some(&left));
        }
        follows
    }

    /// The account ends it.
    pub(crate) fn end(&mut self) -> Follows {
        let mut follows = Follows { over: Some(Over::ViaApi), ..Follows::default() };
        self.close(&mut follows, Over::ViaApi, Left::Ended, None);
        follows
    }

    fn close(&mut self, follows: &mut Follows, over: Over, why: Left, by: Option<&Participant>) {
        let out = std::mem::take(&mut self.participants);
        follows.notices.extend(out.iter().map(|participant| departure(participant, participant.status, why)));
        let mut end = Notice::new("end", "conference-end");
        if let Some(by) = by {
            end.more.push(("CallSidEndingConference", by.call.to_string()));
            end.more.extend(by.label.clone().map(|label| ("ParticipantLabelEndingConference", label)));
        }
        end.more.push(("ReasonConferenceEnded", over.as_str().to_owned()));
        end.more.push(("Reason", over.sentence().to_owned()));
        follows.notices.push(end);
        follows.taken_out = Some((out.into_iter().map(|participant| participant.call).collect(), why));
    }

    /// The account changes a participant; only what becomes different is told. Whom it is to coach must be there.
    pub(crate) fn change(
        &mut self,
        call: CallSid,
        change: &ParticipantChange,
    ) -> Result<Vec<Notice>, Refusal> {
        if change.coach.is_some_and(|coached| coached == call || self.participant(coached).is_none()) {
            return Err(Refusal::Coach);
        }
        let mut notices = Vec::new();
        let Some(participant) = self.participants.iter_mut().find(|other| other.call == call) else {
            return Ok(notices);
        };
        let before = participant.clone();
        participant.muted = change.muted.unwrap_or(before.muted);
        participant.hold = change.hold.unwrap_or(before.hold);
        participant.end_on_exit = change.end_on_exit.unwrap_or(before.end_on_exit);
        participant.beep_on_exit = change.beep_on_exit.unwrap_or(before.beep_on_exit);
        participant.coaching = match (change.coaching, change.coach) {
            (Some(false), _) => None,
            (_, Some(coached)) => Some(coached),
            _ => before.coaching,
        };
        if participant.muted != before.muted {
            let event = if participant.muted { "participant-mute" } else { "participant-unmute" };
            notices.push(Notice::about("mute", event, participant));
        }
        if participant.hold != before.hold {
            let event = if participant.hold { "participant-hold" } else { "participant-unhold" };
            notices.push(Notice::about("hold", event, participant));
        }
        let rest = |of: &Participant| (of.end_on_exit, of.beep_on_exit, of.coaching);
        if rest(participant) != rest(&before) {
            notices.push(Notice::about("modify", "participant-modify", participant));
        }
        Ok(notices)
    }

    /// Refuses one that the machine could not have left behind.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let mut calls: Vec<_> = self.participants.iter().map(|participant| participant.call).collect();
        calls.sort_unstable();
        calls.dedup();
        if calls.is_empty() {
            Err("a conference without participants")
        } else if calls.len() != self.participants.len() {
            Err("a call is in a conference twice")
        } else if calls.len() > MAX_PARTICIPANTS {
            Err("a conference has more participants than there can be")
        } else if self.name.is_empty() {
            Err("a conference has no name")
        } else {
            Ok(())
        }
    }
}

fn departure(participant: &Participant, status: CallStatus, why: Left) -> Notice {
    let mut notice = Notice::about("leave", "participant-leave", participant);
    notice.more.push(("ParticipantCallStatus", status.as_str().to_owned()));
    notice.more.push(("ReasonParticipantLeft", why.as_str().to_owned()));
    notice
}
