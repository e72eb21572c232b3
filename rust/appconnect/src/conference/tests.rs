use super::*;

fn call(number: u128) -> CallSid {
    CallSid::from_bits(number)
}

fn participant(number: u128) -> Participant {
    Participant {
        call: call(number),
        leg: format!("leg-{number}").parse().unwrap(),
        label: None,
        muted: false,
        hold: false,
        coaching: None,
        start_on_enter: true,
        end_on_exit: false,
        beep_on_enter: true,
        beep_on_exit: true,
        status: CallStatus::InProgress,
    }
}

/// A conference that is saved and read back around every act.
struct Room(Conference);

impl Room {
    fn new() -> Self {
        Self(Conference::new(ConferenceSid::from_bits(1), AccountSid::from_bits(1), "room".to_owned()))
    }

    fn with(numbers: &[u128]) -> Self {
        let mut room = Self::new();
        for number in numbers {
            room.act(|conference| conference.join(participant(*number), Millis(1)));
        }
        room
    }

    fn act<R>(&mut self, act: impl FnOnce(&mut Conference) -> R) -> R {
        self.0 = minicbor::decode(&minicbor::to_vec(&self.0).unwrap()).unwrap();
        act(&mut self.0)
    }
}

fn events(notices: &[Notice]) -> Vec<&'static str> {
    notices.iter().map(|notice| notice.event).collect()
}

#[test]
fn it_begins_once_with_the_second_participant_if_one_of_them_begins_it() {
    for (first, second, begins) in
        [(true, true, true), (true, false, true), (false, true, true), (false, false, false)]
    {
        let mut room = Room::new();
        let one = Participant { start_on_enter: first, ..participant(1) };
        let two = Participant { start_on_enter: second, ..participant(2) };
        let alone = room.act(|conference| conference.join(one, Millis(1)));
        assert!(!alone.began && alone.connected.is_empty());
        let both = room.act(|conference| conference.join(two, Millis(2)));
        assert_eq!((both.began, both.connected.len()), (begins, if begins { 2 } else { 0 }));
        let third = room.act(|conference| conference.join(participant(3), Millis(3)));
        assert_eq!(third.began, !begins, "the third one begins it if nobody has");
        assert_eq!(third.connected.len(), if begins { 1 } else { 3 });
    }
}

#[test]
fn it_is_full_at_250_whatever_is_asked_for() {
    let mut room = Room::new();
    for number in 1..=250 {
        assert_eq!(room.0.admit(&participant(number), usize::MAX), Ok(()));
        room.0.join(participant(number), Millis(1));
    }
    assert_eq!(room.0.admit(&participant(251), usize::MAX), Err(Refusal::Full));
    assert_eq!(room.0.check(), Ok(()));
}

#[test]
fn whoever_is_not_there_leaves_nothing_behind() {
    let mut room = Room::with(&[1, 2]);
    let nothing = room.act(|conference| conference.leave(call(9), Cause::HungUp, CallStatus::Completed));
    assert!(nothing.notices.is_empty() && nothing.over.is_none());
    let change = ParticipantChange { muted: Some(true), ..ParticipantChange::default() };
    assert!(room.act(|conference| conference.change(call(9), &change)).unwrap().is_empty());
    assert_eq!(room.0.participants.len(), 2);
}

#[test]
fn the_reason_of_the_end_says_who_and_how() {
    for (moderator, kicked, others, over) in [
        (false, false, false, Some(Over::LastLeft)),
        (false, true, false, Some(Over::LastKicked)),
        (false, false, true, None),
        (true, false, true, Some(Over::ModeratorLeft)),
        (true, true, true, Some(Over::ModeratorKicked)),
    ] {
        let mut room = if others { Room::with(&[2, 3]) } else { Room::new() };
        let leaver = Participant { end_on_exit: moderator, ..participant(1) };
        room.act(|conference| conference.join(leaver, Millis(1)));
        let cause = if kicked { Cause::Kicked } else { Cause::HungUp };
        let follows = room.act(|conference| conference.leave(call(1), cause, CallStatus::InProgress));
        assert_eq!(follows.over, over);
        let taken_out = follows.taken_out.map_or(0, |(calls, _)| calls.len());
        assert_eq!(taken_out, if others && over.is_some() { 2 } else { 0 });
        assert_eq!(follows.notices.len(), 1 + taken_out + usize::from(over.is_some()));
    }
}

#[test]
fn a_moderator_who_could_not_join_takes_nobody_along() {
    let mut room = Room::with(&[2, 3]);
    let moderator = Participant { end_on_exit: true, ..participant(1) };
    room.act(|conference| conference.join(moderator, Millis(1)));
    let follows = room.act(|conference| conference.leave(call(1), Cause::AddFailed, CallStatus::InProgress));
    assert_eq!((follows.over, events(&follows.notices)), (None, vec!["participant-leave"]));
}

#[test]
fn nobody_coaches_himself_or_a_stranger() {
    let mut room = Room::with(&[1, 2]);
    for coached in [1, 9] {
        let change = ParticipantChange { coach: Some(call(coached)), ..ParticipantChange::default() };
        assert_eq!(room.act(|conference| conference.change(call(1), &change)).err(), Some(Refusal::Coach));
    }
    let change = ParticipantChange { coach: Some(call(2)), ..ParticipantChange::default() };
    let notices = room.act(|conference| conference.change(call(1), &change)).unwrap();
    assert_eq!(events(&notices), ["participant-modify"]);
    room.act(|conference| conference.leave(call(2), Cause::HungUp, CallStatus::Completed));
    assert_eq!(room.0.participant(call(1)).unwrap().coaching, Some(call(2)), "and nobody hears it");
}

#[test]
fn what_no_machine_leaves_behind_is_refused() {
    assert!(Room::new().0.check().is_err());
    let mut twice = Room::with(&[1, 2]).0;
    twice.participants[1].call = call(1);
    assert!(twice.check().is_err());
    let mut nameless = Room::with(&[1]).0;
    nameless.name.clear();
    assert!(nameless.check().is_err());
}
