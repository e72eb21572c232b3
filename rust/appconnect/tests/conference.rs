//! `<Dial><Conference>`: who waits, who is connected, who is told what, and how it ends (`twiml-voice.md` section 6.3,
//! `webhooks.md` section 10.4).

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may stop at their first surprise"
)]

mod support;

use appconnect::Config;
use appconnect::address::Address;
use appconnect::event::EventKind;
use appconnect::http::Url;
use appconnect::id::{CallSid, ConferenceSid, LegId};
use appconnect::input::{
    Change, ConferenceChange, Digits, FailureReason, HungUp, Input, InputError, MediaFailure,
    ModifyConference, ModifyParticipant, ParticipantChange, Speaking,
};
use appconnect::pii::Pii;
use support::{A, AFTER, APP_B, Answer, B, ENTRY, NUMBER, RECEIVER, World, dial_application, hook, registry};

const EVENTS: &str = "https://a.example/events";
const WAIT: &str = "https://a.example/wait";
const ALL: &str = r#"statusCallback="/events" statusCallbackEvent="start end join leave mute hold modify speaker announcement""#;

/// The document that joins the conference `room`.
fn joins(attributes: &str) -> String {
    format!(r#"<Dial action="/after"><Conference {attributes}>room</Conference></Dial>"#)
}

/// A world in which callers get these documents one after the other; saved and restored at every step.
fn callers(documents: &[&str]) -> World {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.serve(ENTRY, documents.iter().map(|document| Answer::twiml(document)));
    world
}

/// The next caller, on a line of this number.
fn caller(world: &mut World, number: u32) -> CallSid {
    let leg: LegId = format!("leg-{number}").parse().unwrap();
    world.dial_with(|call| {
        call.leg = leg;
        call.from = Address::new(&format!("+1555010{number}"));
    });
    world.to(ENTRY).last().unwrap().call.parse().unwrap()
}

/// Callers on lines 1, 2, … who join the conference with these attributes each.
fn meeting(attributes: &[&str]) -> (World, Vec<CallSid>) {
    let documents: Vec<_> = attributes.iter().map(|attributes| joins(attributes)).collect();
    let mut world = callers(&documents.iter().map(String::as_str).collect::<Vec<_>>());
    let calls = (1..).zip(attributes).map(|(number, _)| caller(&mut world, number)).collect();
    (world, calls)
}

fn hang_up(world: &mut World, number: u32) {
    let leg = format!("leg-{number}").parse().unwrap();
    world.input(Input::HungUp(HungUp { leg })).unwrap();
}

fn press(world: &mut World, number: u32, digits: &str) {
    let leg = format!("leg-{number}").parse().unwrap();
    world.input(Input::Digits(Digits { leg, digits: Pii::from(digits) })).unwrap();
}

fn speaks(world: &mut World, number: u32, started: bool) {
    let leg = format!("leg-{number}").parse().unwrap();
    world.input(Input::Speaking(Speaking { leg, started })).unwrap();
}

fn conference(world: &World) -> ConferenceSid {
    let joined = world.events.iter().find_map(|event| match &event.kind {
        EventKind::Joined(joined) => Some(joined.conference),
        _ => None,
    });
    joined.unwrap()
}

fn change(
    world: &mut World,
    call: CallSid,
    change: impl FnOnce(&mut ParticipantChange),
) -> Result<(), InputError> {
    let conference = conference(world);
    let mut wanted = ParticipantChange::default();
    change(&mut wanted);
    let modify = ModifyParticipant { conference, call, change: wanted };
    world.input(Input::ModifyParticipant(Box::new(modify)))
}

fn modify(world: &mut World, change: ConferenceChange) -> Result<(), InputError> {
    let conference = conference(world);
    world.input(Input::ModifyConference(ModifyConference { conference, change }))
}

/// The events that the callback was told, each with the place of its participant among the calls; the numbers in
/// their order from 0 are checked on the way.
fn told(world: &World, calls: &[CallSid]) -> Vec<String> {
    let all = world.to(EVENTS);
    all.iter()
        .enumerate()
        .map(|(number, seen)| {
            assert_eq!(seen.get("SequenceNumber"), Some(number.to_string().as_str()), "{:?}", seen.form);
            assert_eq!(seen.get("FriendlyName"), Some("room"));
            assert_eq!(seen.get("AccountSid"), Some(A));
            let event = seen.get("StatusCallbackEvent").unwrap();
            let whose = calls.iter().position(|call| seen.get("CallSid") == Some(call.as_str()));
            whose.map_or(event.to_owned(), |place| format!("{event} {}", place + 1))
        })
        .collect()
}

fn last<'a>(world: &'a World, event: &str) -> &'a support::Seen {
    let all = world.to(EVENTS);
    let found = all.iter().rev().find(|seen| seen.get("StatusCallbackEvent") == Some(event));
    found.unwrap_or_else(|| panic!("no {event}"))
}

fn settle(world: &mut World) {
    world.finish();
    assert_eq!(world.engine.live_legs(), 0);
    assert_eq!(world.engine.subjects().count(), 0);
}

#[test]
fn two_callers_are_connected_and_part_again() {
    let (mut world, calls) = meeting(&[ALL, ""]);
    assert_eq!(world.conferences, ["join leg-2 beep", "join leg-1 beep"]);
    assert!(world.answered);
    world.advance(10_000);
    hang_up(&mut world, 2);
    world.advance(5_000);
    hang_up(&mut world, 1);
    assert_eq!(world.conferences[2..], ["leave leg-2 beep", "leave leg-1"]);
    let expected = [
        "participant-join 1",
        "participant-join 2",
        "conference-start",
        "participant-leave 2",
        "participant-leave 1",
        "conference-end",
    ];
    assert_eq!(told(&world, &calls), expected);
    let join = &world.to(EVENTS)[0];
    for (name, value) in [
        ("Muted", "false"),
        ("Hold", "false"),
        ("Coaching", "false"),
        ("EndConferenceOnExit", "false"),
        ("StartConferenceOnEnter", "true"),
    ] {
        assert_eq!(join.get(name), Some(value), "{name}");
    }
    assert_eq!(join.get("ConferenceSid"), Some(conference(&world).as_str()));
    assert!(join.get("Timestamp").is_some_and(|time| time.ends_with("+0000")), "{:?}", join.form);
    assert_eq!(join.get("ParticipantLabel"), None);
    assert_eq!(join.get("From"), None, "an event is not a request of a call");
    let leave = last(&world, "participant-leave");
    assert_eq!(leave.get("ParticipantCallStatus"), Some("completed"));
    assert_eq!(leave.get("ReasonParticipantLeft"), Some("participant_hung_up"));
    let end = last(&world, "conference-end");
    assert_eq!(end.get("CallSidEndingConference"), Some(calls[0].as_str()));
    assert_eq!(end.get("ParticipantLabelEndingConference"), None);
    assert_eq!(end.get("ReasonConferenceEnded"), Some("last-participant-left"));
    assert!(end.get("Reason").is_some());
    assert_eq!(world.to(AFTER).len(), 2, "each action hears of the end");
    for after in world.to(AFTER) {
        assert_eq!(after.get("DialCallStatus"), Some("answered"));
        assert_eq!(after.get("DialBridged"), Some("true"));
        assert_eq!((after.get("DialCallSid"), after.get("DialCallDuration")), (None, None));
    }
    settle(&mut world);
}

#[test]
fn somebody_alone_hears_the_wait_document_until_another_comes() {
    let attributes = format!(r#"waitUrl="/wait" {ALL}"#);
    let documents = [joins(&attributes), joins("")];
    let mut world = callers(&[&documents[0], &documents[1]]);
    world.on(
        WAIT,
        "<Say>Please wait</Say><Pause length=\"2\"/><Play>/music.wav</Play><Redirect>/wait</Redirect>",
    );
    let first = caller(&mut world, 1);
    let wait = world.only(WAIT);
    assert_eq!(wait.get("FriendlyName"), Some("room"));
    assert_eq!(wait.get("ConferenceSid"), Some(conference(&world).as_str()));
    assert_eq!((wait.get("CallSid"), wait.get("CallStatus")), (Some(first.as_str()), Some("in-progress")));
    assert_eq!(wait.request.method().as_str(), "POST");
    world.advance(4_500);
    assert_eq!(world.heard, ["Please wait", "play https://a.example/music.wav", "Please wait"]);
    assert!(world.conferences.is_empty(), "nobody is there to be heard");
    let stopped = world.trace.iter().filter(|effect| effect.contains("StopMedia")).count();
    caller(&mut world, 2);
    assert_eq!(world.conferences, ["join leg-2 beep", "join leg-1 beep"]);
    assert_eq!(world.trace.iter().filter(|effect| effect.contains("StopMedia")).count(), stopped + 1);
    world.advance(60_000);
    assert_eq!(world.heard.len(), 3, "nothing goes on beside the conference");
    hang_up(&mut world, 1);
    hang_up(&mut world, 2);
    settle(&mut world);
}

#[test]
fn an_empty_wait_url_and_the_end_of_a_wait_document_are_silence() {
    let (mut world, _) = meeting(&[r#"waitUrl="""#]);
    world.advance(3_600_000);
    assert_eq!(world.urls(), [ENTRY], "nothing is requested");
    hang_up(&mut world, 1);
    settle(&mut world);
    let documents = [joins(r#"waitUrl="/wait" waitMethod="GET""#)];
    let mut world = callers(&[&documents[0]]);
    world.on(WAIT, "<Say>Once</Say>");
    caller(&mut world, 1);
    world.advance(600_000);
    assert_eq!(world.heard, ["Once"]);
    assert_eq!(world.only(WAIT).request.method().as_str(), "GET");
    hang_up(&mut world, 1);
    settle(&mut world);
}

#[test]
fn where_the_document_says_nothing_the_operators_music_plays() {
    let music = Url::parse("https://music.example/a.mp3?x=1&y=2").unwrap();
    let config = Config { hold_music: Some(music), ..support::plain_config() };
    for (attributes, heard) in [("", "play https://music.example/a.mp3?x=1&y=2"), (r#"waitUrl="""#, "")] {
        let mut world = World::with(config.clone(), registry(|_, _, _| {}));
        world.save_at_every_step = true;
        world.on(ENTRY, &joins(attributes));
        caller(&mut world, 1);
        assert_eq!(world.heard.first().map_or("", String::as_str), heard);
        if !heard.is_empty() {
            world.fail_media(MediaFailure::Retrieval);
            assert!(world.to(AFTER).is_empty(), "it waits on in silence");
        }
        hang_up(&mut world, 1);
        settle(&mut world);
    }
}

#[test]
fn a_wait_of_hours_may_go_round_and_round() {
    let documents = [joins(r#"waitUrl="/wait""#)];
    let mut world = callers(&[&documents[0]]);
    world.save_at_every_step = false;
    world.on(WAIT, "<Pause length=\"5\"/><Redirect/>");
    caller(&mut world, 1);
    world.advance(3 * 3_600_000);
    assert!(world.to(WAIT).len() > 2_000, "{}", world.to(WAIT).len());
    assert_eq!(world.hung_up, None);
    assert_eq!(world.problems(A), [0; 0]);
}

#[test]
fn a_wait_document_that_redirects_to_itself_without_end_is_stopped() {
    let documents = [joins(r#"waitUrl="/wait""#)];
    let mut world = callers(&[&documents[0]]);
    world.save_at_every_step = false;
    world.on(WAIT, "<Redirect/>");
    caller(&mut world, 1);
    assert!(world.hung_up.is_some());
    assert!(world.to(WAIT).len() <= 500);
}

#[test]
fn what_cannot_be_heard_while_waiting_is_a_join_that_failed() {
    for (answer, code) in [
        (Answer::twiml("<Say>Hello</Say><Gather/>"), "13238"),
        (Answer::status(404), "11200"),
        (Answer::Fails(FailureReason::Refused), "11202"),
        (Answer::typed("text/xml", b"<Response>"), "12100"),
    ] {
        let attributes = format!(r#"waitUrl="/wait" endConferenceOnExit="true" {ALL}"#);
        let documents = [joins(&attributes)];
        let mut world = callers(&[&documents[0]]);
        world.serve(WAIT, [answer]);
        let first = caller(&mut world, 1);
        world.advance(5_000);
        let after = world.only(AFTER);
        assert_eq!(after.get("DialCallStatus"), Some("failed"));
        assert_eq!(after.get("ErrorCode"), Some(code));
        assert_eq!(told(&world, &[first]), ["participant-join 1", "participant-leave 1", "conference-end"]);
        let left = last(&world, "participant-leave");
        assert_eq!(left.get("ReasonParticipantLeft"), Some("participant_add_failed"));
        assert_eq!(left.get("ParticipantCallStatus"), Some("in-progress"));
        let end = last(&world, "conference-end");
        assert_eq!(end.get("ReasonConferenceEnded"), Some("last-participant-left"));
        settle(&mut world);
    }
}

#[test]
fn nobody_is_connected_before_somebody_comes_who_starts_the_conference() {
    let waits = format!(r#"startConferenceOnEnter="false" {ALL}"#);
    let (mut world, calls) = meeting(&[&waits, r#"startConferenceOnEnter="false""#, ""]);
    assert_eq!(world.conferences, ["join leg-3 beep", "join leg-1 beep", "join leg-2 beep"]);
    let expected = ["participant-join 1", "participant-join 2", "participant-join 3", "conference-start"];
    assert_eq!(told(&world, &calls), expected);
    assert_eq!(world.to(EVENTS)[0].get("StartConferenceOnEnter"), Some("false"));
    for number in 1..=3 {
        hang_up(&mut world, number);
    }
    settle(&mut world);
}

#[test]
fn a_conference_that_has_begun_goes_on_with_one_and_takes_whoever_comes() {
    let late = r#"startConferenceOnEnter="false" beep="false""#;
    let documents = [joins(ALL), joins(""), joins(late)];
    let mut world = callers(&[&documents[0], &documents[1], &documents[2]]);
    caller(&mut world, 1);
    caller(&mut world, 2);
    hang_up(&mut world, 1);
    caller(&mut world, 3);
    assert_eq!(world.conferences.last().unwrap(), "join leg-3", "at once, and without a beep");
    hang_up(&mut world, 3);
    assert_eq!(world.conferences.last().unwrap(), "leave leg-3");
    hang_up(&mut world, 2);
    let starts =
        world.to(EVENTS).iter().filter(|s| s.get("StatusCallbackEvent") == Some("conference-start")).count();
    assert_eq!(starts, 1);
    settle(&mut world);
}

#[test]
fn a_moderator_takes_everybody_along() {
    let moderator = r#"endConferenceOnExit="true" participantLabel="chair""#;
    let (mut world, calls) = meeting(&[ALL, moderator, r#"beep="onEnter""#]);
    hang_up(&mut world, 2);
    assert_eq!(world.conferences[3..], ["leave leg-2", "leave leg-1", "leave leg-3"]);
    let expected = ["participant-leave 2", "participant-leave 1", "participant-leave 3", "conference-end"];
    assert_eq!(told(&world, &calls)[4..], expected);
    let reasons: Vec<_> =
        world.to(EVENTS).iter().filter_map(|s| s.get("ReasonParticipantLeft")).map(str::to_owned).collect();
    assert_eq!(reasons, ["participant_hung_up", "moderator_ended_conference", "moderator_ended_conference"]);
    let statuses: Vec<_> =
        world.to(EVENTS).iter().filter_map(|s| s.get("ParticipantCallStatus")).map(str::to_owned).collect();
    assert_eq!(statuses, ["completed", "in-progress", "in-progress"]);
    let end = last(&world, "conference-end");
    assert_eq!(end.get("CallSidEndingConference"), Some(calls[1].as_str()));
    assert_eq!(end.get("ParticipantLabelEndingConference"), Some("chair"));
    assert_eq!(end.get("ReasonConferenceEnded"), Some("participant-with-end-conference-on-exit-left"));
    assert_eq!(world.to(AFTER).len(), 3);
    settle(&mut world);
}

#[test]
fn the_star_and_the_time_limit_end_ones_own_stay() {
    let dial = |attributes: &str| {
        format!("<Dial action=\"/after\" {attributes}><Conference {ALL}>room</Conference></Dial>")
    };
    let documents = [dial("hangupOnStar=\"true\""), dial("timeLimit=\"60\""), dial("")];
    let mut world = callers(&[&documents[0], &documents[1], &documents[2]]);
    world.on(AFTER, "<Say>Welcome back</Say>");
    let calls: Vec<_> = (1..=3).map(|number| caller(&mut world, number)).collect();
    press(&mut world, 3, "*");
    assert!(world.to(AFTER).is_empty(), "nobody asked for that");
    press(&mut world, 1, "12*3");
    assert_eq!(world.to(AFTER).len(), 1);
    assert_eq!(world.heard, ["Welcome back"]);
    assert_eq!(last(&world, "participant-leave").get("CallSid"), Some(calls[0].as_str()));
    assert_eq!(last(&world, "participant-leave").get("ParticipantCallStatus"), Some("in-progress"));
    world.advance(59_000);
    assert_eq!(world.to(AFTER).len(), 1);
    world.advance(2_000);
    assert_eq!(world.to(AFTER).len(), 2);
    assert_eq!(last(&world, "participant-leave").get("CallSid"), Some(calls[1].as_str()));
    assert_eq!(last(&world, "participant-leave").get("ReasonParticipantLeft"), Some("participant_hung_up"));
    hang_up(&mut world, 3);
    settle(&mut world);
}

#[test]
fn without_an_action_the_next_verb_runs() {
    let mut world = callers(&[
        "<Dial><Conference endConferenceOnExit=\"true\">room</Conference></Dial>",
        "<Dial><Conference>room</Conference></Dial><Say>Over</Say>",
    ]);
    caller(&mut world, 1);
    caller(&mut world, 2);
    hang_up(&mut world, 1);
    assert_eq!(world.heard, ["Over"]);
    settle(&mut world);
}

#[test]
fn too_many_bad_names_bad_labels_and_nobody_to_coach_do_not_join() {
    let nobody = format!(r#"coach="CA{}""#, "0".repeat(32));
    for (attributes, name, code) in [
        (r#"maxParticipants="1""#, "room", 16020),
        (nobody.as_str(), "room", 13240),
        (r#"coach="me""#, "room", 13240),
        ("", "", 13237),
        ("", &"x".repeat(129), 13237),
    ] {
        let second = format!(
            r#"<Dial action="/after"><Conference {attributes}>{name}</Conference></Dial><Say>Next</Say>"#
        );
        let first = joins(ALL);
        let mut world = callers(&[&first, &second]);
        let one = caller(&mut world, 1);
        caller(&mut world, 2);
        let after = world.only(AFTER);
        assert_eq!(after.get("DialCallStatus"), Some("failed"), "{code}");
        assert_eq!(after.get("DialBridged"), Some("false"));
        assert_eq!(after.get("ErrorCode"), Some(code.to_string().as_str()));
        assert_eq!(world.problems(A), [code]);
        assert_eq!(told(&world, &[one]), ["participant-join 1"]);
        hang_up(&mut world, 1);
        settle(&mut world);
    }
    let sid = format!("CA{}", "a".repeat(32));
    for (label, code) in [("same", 16025), ("a/b", 16023), (&*sid, 16023), (&*"x".repeat(129), 16023)] {
        let second = format!(
            r#"<Dial action="/after"><Conference participantLabel="{label}">room</Conference></Dial><Say>Next</Say>"#
        );
        let first = joins(r#"participantLabel="same""#);
        let mut world = callers(&[&first, &second]);
        caller(&mut world, 1);
        caller(&mut world, 2);
        assert!(world.to(AFTER).is_empty(), "the action hears nothing of it");
        assert_eq!(world.heard, ["Next"]);
        assert_eq!(world.problems(A), [code]);
        hang_up(&mut world, 1);
        settle(&mut world);
    }
}

#[test]
fn the_first_participant_says_where_events_go_and_which() {
    let some = r#"statusCallback="/events" statusCallbackMethod="GET" statusCallbackEvent="join end""#;
    let (mut world, calls) = meeting(&[some, ALL]);
    change(&mut world, calls[1], |change| change.muted = Some(true)).unwrap();
    hang_up(&mut world, 2);
    hang_up(&mut world, 1);
    assert_eq!(told(&world, &calls), ["participant-join 1", "participant-join 2", "conference-end"]);
    assert!(world.to(EVENTS).iter().all(|seen| seen.request.method().as_str() == "GET"));
    settle(&mut world);
    let (mut world, _) = meeting(&[r#"statusCallback="/events""#, ALL]);
    hang_up(&mut world, 2);
    hang_up(&mut world, 1);
    assert!(world.to(EVENTS).is_empty(), "no event was asked for");
    settle(&mut world);
}

#[test]
fn the_account_mutes_holds_and_changes_participants() {
    let (mut world, calls) = meeting(&[ALL, r#"muted="true""#, ""]);
    assert_eq!(world.conferences[..2], ["join leg-2 muted beep", "join leg-1 beep"]);
    assert_eq!(world.to(EVENTS)[1].get("Muted"), Some("true"));
    world.on("https://a.example/hold", "<Say>On hold</Say>");
    let document = Some(hook("https://a.example/hold"));
    change(&mut world, calls[1], |change| change.muted = Some(false)).unwrap();
    change(&mut world, calls[1], |change| change.muted = Some(false)).unwrap();
    change(&mut world, calls[0], |change| {
        (change.muted, change.hold, change.hold_document) = (Some(true), Some(true), document);
    })
    .unwrap();
    assert_eq!(world.heard, ["On hold"]);
    assert_eq!(world.only("https://a.example/hold").get("CallSid"), Some(calls[0].as_str()));
    world.advance(60_000);
    change(&mut world, calls[0], |change| change.hold = Some(false)).unwrap();
    change(&mut world, calls[2], |change| {
        (change.coach, change.end_on_exit, change.beep_on_exit) = (Some(calls[0]), Some(true), Some(false));
    })
    .unwrap();
    change(&mut world, calls[2], |change| change.coaching = Some(false)).unwrap();
    let expected = [
        "participant-unmute 2",
        "participant-mute 1",
        "participant-hold 1",
        "participant-unhold 1",
        "participant-modify 3",
        "participant-modify 3",
    ];
    assert_eq!(told(&world, &calls)[4..], expected);
    let expected = [
        "change leg-2",
        "change leg-1 muted hold",
        "change leg-1 muted",
        "change leg-3 coaches leg-1",
        "change leg-3",
    ];
    assert_eq!(world.conferences[3..], expected);
    let modified = &world.to(EVENTS)[8];
    assert_eq!((modified.get("Coaching"), modified.get("EndConferenceOnExit")), (Some("true"), Some("true")));
    hang_up(&mut world, 3);
    assert_eq!(world.conferences[8], "leave leg-3");
    assert_eq!(world.to(AFTER).len(), 3, "the third one takes all along now");
    settle(&mut world);
}

#[test]
fn a_change_that_makes_no_sense_changes_nothing() {
    let (mut world, calls) = meeting(&[ALL]);
    let stranger = CallSid::from_bits(7);
    let announcement = Some(hook("https://a.example/news"));
    assert_eq!(change(&mut world, stranger, |_| {}), Err(InputError::NotInConference));
    let refused =
        change(&mut world, calls[0], |change| (change.muted, change.coach) = (Some(true), Some(stranger)));
    assert!(matches!(refused, Err(InputError::CannotChange(why)) if why.starts_with("13240")));
    let refused = change(&mut world, calls[0], |change| change.announcement = announcement);
    assert!(matches!(refused, Err(InputError::CannotChange(why)) if why.starts_with("16022")));
    let refused = modify(&mut world, ConferenceChange::Announce(hook("https://a.example/news")));
    assert!(matches!(refused, Err(InputError::CannotChange(why)) if why.starts_with("16022")));
    assert_eq!(told(&world, &calls), ["participant-join 1"]);
    let conference = conference(&world);
    hang_up(&mut world, 1);
    let gone = ModifyConference { conference, change: ConferenceChange::End };
    assert_eq!(world.input(Input::ModifyConference(gone)), Err(InputError::UnknownConference));
    settle(&mut world);
}

#[test]
fn somebody_is_kicked_and_the_last_one_ends_it() {
    let (mut world, calls) = meeting(&[ALL, ""]);
    change(&mut world, calls[0], |change| change.kick = true).unwrap();
    assert_eq!(world.to(AFTER).len(), 1);
    assert_eq!(world.only(AFTER).get("CallStatus"), Some("in-progress"), "the call itself goes on");
    let leave = last(&world, "participant-leave");
    assert_eq!(leave.get("ReasonParticipantLeft"), Some("participant_updated_via_api"));
    change(&mut world, calls[1], |change| change.kick = true).unwrap();
    assert_eq!(last(&world, "conference-end").get("ReasonConferenceEnded"), Some("last-participant-kicked"));
    settle(&mut world);
    let (mut world, calls) = meeting(&[ALL, r#"endConferenceOnExit="true""#]);
    change(&mut world, calls[1], |change| change.kick = true).unwrap();
    let end = last(&world, "conference-end");
    assert_eq!(end.get("ReasonConferenceEnded"), Some("participant-with-end-conference-on-exit-kicked"));
    assert_eq!(world.to(AFTER).len(), 2);
    settle(&mut world);
}

#[test]
fn the_account_ends_the_conference() {
    let (mut world, calls) = meeting(&[ALL, "", r#"startConferenceOnEnter="false""#]);
    modify(&mut world, ConferenceChange::End).unwrap();
    let expected = ["participant-leave 1", "participant-leave 2", "participant-leave 3", "conference-end"];
    assert_eq!(told(&world, &calls)[4..], expected);
    assert_eq!(
        last(&world, "participant-leave").get("ReasonParticipantLeft"),
        Some("conference_ended_via_api")
    );
    let end = last(&world, "conference-end");
    assert_eq!(end.get("ReasonConferenceEnded"), Some("conference-ended-via-api"));
    assert_eq!(end.get("CallSidEndingConference"), None);
    assert_eq!(world.to(AFTER).len(), 3);
    settle(&mut world);
}

#[test]
fn who_is_taken_out_by_a_change_of_a_call_below_leaves_because_of_it() {
    let update = || Change::Twiml("<Response><Say>Elsewhere</Say></Response>".into());
    for (below, change) in
        [(ENTRY, Change::Complete), (ENTRY, update()), ("https://a.example/hop", Change::Complete)]
    {
        let view = r#"statusCallback="/hop" statusCallbackEvent="initiated""#;
        let mut world = World::handing_over("", view, "", &joins(&ALL.replace("/events", EVENTS)));
        world.save_at_every_step = true;
        world.dial().advance(2_000);
        let sid = world.only(below).get("CallSid").unwrap().to_owned();
        world.modify(&sid, change).unwrap();
        let leave = last(&world, "participant-leave");
        assert_eq!(leave.get("ReasonParticipantLeft"), Some("participant_updated_via_api"), "{below}");
        settle(&mut world);
    }
}

#[test]
fn who_is_given_another_document_leaves() {
    let (mut world, calls) = meeting(&[ALL, ""]);
    let twiml = "<Response><Say>Elsewhere</Say></Response>";
    world.modify(calls[0].as_str(), Change::Twiml(twiml.into())).unwrap();
    assert_eq!(
        last(&world, "participant-leave").get("ReasonParticipantLeft"),
        Some("participant_updated_via_api")
    );
    assert_eq!(
        world.only(AFTER).get("DialCallStatus"),
        Some("answered"),
        "the action is requested all the same"
    );
    assert_eq!(world.heard, ["Elsewhere"]);
    world.modify(calls[1].as_str(), Change::Complete).unwrap();
    assert_eq!(
        last(&world, "participant-leave").get("ReasonParticipantLeft"),
        Some("participant_updated_via_api")
    );
    assert_eq!(last(&world, "participant-leave").get("ParticipantCallStatus"), Some("completed"));
    settle(&mut world);
}

#[test]
fn who_waits_is_given_another_document_in_the_middle_of_the_wait() {
    let documents = [joins(&format!("waitUrl=\"/wait\" {ALL}"))];
    let mut world = callers(&[&documents[0]]);
    world.on(WAIT, "<Say>Please wait</Say>").on("https://a.example/new", "<Say>Elsewhere</Say>");
    let first = caller(&mut world, 1);
    let url = Url::parse("https://a.example/new").unwrap();
    let change = Change::Redirect { url, method: appconnect::http::Method::Post };
    world.modify(first.as_str(), change).unwrap();
    assert_eq!(world.heard, ["Please wait", "Elsewhere"]);
    assert_eq!(told(&world, &[first]), ["participant-join 1", "participant-leave 1", "conference-end"]);
    settle(&mut world);
}

#[test]
fn an_announcement_is_heard_by_one_or_by_all() {
    let news = "https://a.example/news";
    let (mut world, calls) = meeting(&[ALL, "", ""]);
    world.on(news, "<Say>News</Say>");
    change(&mut world, calls[1], |change| change.announcement = Some(hook(news))).unwrap();
    assert_eq!(world.heard, ["News"]);
    world.advance(1_000);
    let end = last(&world, "announcement-end");
    assert_eq!(end.get("AnnounceUrl"), Some(news));
    assert_eq!(end.get("ReasonAnnouncementFailed"), None);
    change(&mut world, calls[2], |change| change.hold = Some(true)).unwrap();
    world.serve(news, [Answer::twiml("<Say>More</Say><Redirect>/rest</Redirect>")]);
    world.on("https://a.example/rest", "<Say>Rest</Say>");
    modify(&mut world, ConferenceChange::Announce(hook(news))).unwrap();
    world.advance(10_000);
    assert_eq!(world.heard, ["News", "More", "More", "Rest", "Rest"], "but not by somebody on hold");
    assert_eq!(world.to(news).len(), 2, "requested once for all");
    assert_eq!(world.to("https://a.example/rest").len(), 1);
    let ends =
        world.to(EVENTS).iter().filter(|s| s.get("StatusCallbackEvent") == Some("announcement-end")).count();
    assert_eq!(ends, 2);
    for number in 1..=3 {
        hang_up(&mut world, number);
    }
    settle(&mut world);
}

#[test]
fn an_announcement_that_fails_is_told_and_changes_nothing_else() {
    let news = "https://a.example/news";
    let (mut world, calls) = meeting(&[ALL, ""]);
    for answer in [Answer::status(500), Answer::twiml("<Say>a</Say><Hangup/>")] {
        world.serve(news, [answer]);
        change(&mut world, calls[0], |change| change.announcement = Some(hook(news))).unwrap();
        world.advance(2_000);
        let failed = last(&world, "announcement-fail");
        assert!(failed.get("ReasonAnnouncementFailed").is_some_and(|why| !why.is_empty()));
    }
    world.on(news, "<Pause length=\"60\"/>");
    change(&mut world, calls[0], |change| change.announcement = Some(hook(news))).unwrap();
    hang_up(&mut world, 1);
    let told = told(&world, &calls);
    assert_eq!(told[told.len() - 2..], ["announcement-fail", "participant-leave 1"]);
    assert!(world.to(AFTER).len() == 1, "only of who has gone");
    hang_up(&mut world, 2);
    settle(&mut world);
}

#[test]
fn who_is_heard_to_speak_is_told() {
    let (mut world, calls) = meeting(&[ALL, r#"muted="true""#]);
    speaks(&mut world, 1, true);
    speaks(&mut world, 2, true);
    speaks(&mut world, 1, false);
    assert_eq!(told(&world, &calls)[3..], ["participant-speech-start 1", "participant-speech-stop 1"]);
    hang_up(&mut world, 1);
    hang_up(&mut world, 2);
    speaks(&mut world, 1, true);
    settle(&mut world);
}

#[test]
fn a_coach_is_heard_by_one_alone() {
    let first = joins(ALL);
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(ENTRY, &first);
    let one = caller(&mut world, 1);
    caller(&mut world, 2);
    world.on(ENTRY, &joins(&format!("coach=\"{one}\"")));
    caller(&mut world, 3);
    assert_eq!(world.conferences.last().unwrap(), "join leg-3 coaches leg-1 beep");
    assert_eq!(last(&world, "participant-join").get("Coaching"), Some("true"));
    for number in 1..=3 {
        hang_up(&mut world, number);
    }
    settle(&mut world);
}

#[test]
fn a_recording_begins_with_the_second_participant_and_ends_with_the_conference() {
    let records = r#"record="record-from-start" trim="do-not-trim" recordingStatusCallback="/recording" recordingStatusCallbackEvent="in-progress completed""#;
    let (mut world, _) = meeting(&["", records]);
    assert_eq!(world.conferences, ["join leg-2 beep", "record", "join leg-1 beep"]);
    world.advance(30_000);
    hang_up(&mut world, 1);
    world.advance(10_000);
    hang_up(&mut world, 2);
    let told = world.to("https://a.example/recording");
    let statuses: Vec<_> = told.iter().map(|seen| seen.get("RecordingStatus").unwrap()).collect();
    assert_eq!(statuses, ["in-progress", "completed"]);
    for (name, value) in [
        ("ConferenceSid", conference(&world).as_str()),
        ("RecordingSource", "Conference"),
        ("RecordingDuration", "40"),
        ("RecordingChannels", "1"),
    ] {
        assert_eq!(told[1].get(name), Some(value), "{name}");
    }
    assert_eq!(told[1].get("CallSid"), None);
    assert!(
        world
            .trace
            .iter()
            .any(|effect| effect.starts_with("StartConferenceRecording") && effect.contains("trim: false"))
    );
    settle(&mut world);
}

#[test]
fn a_caller_who_still_rings_is_answered_when_the_conference_begins() {
    let rings =
        r#"<Dial action="/after" answerOnBridge="true"><Conference waitUrl="/wait">room</Conference></Dial>"#;
    let second = joins("");
    let mut world = callers(&[rings, &second]);
    caller(&mut world, 1);
    assert!(!world.answered, "it rings, and hears nothing");
    assert!(world.to(WAIT).is_empty());
    world.advance(20_000);
    caller(&mut world, 2);
    assert_eq!(world.conferences.len(), 2);
    hang_up(&mut world, 1);
    hang_up(&mut world, 2);
    let bill = world.settlements.iter().find(|bill| bill.from.as_str() == "+15550101").unwrap();
    assert_eq!(bill.status, "completed");
    settle(&mut world);
}

#[test]
fn a_dialled_application_brings_its_caller_into_its_own_conference() {
    let hop = dial_application("action=\"/after\" hangupOnStar=\"true\"", "", APP_B, "");
    let own = joins("");
    let mut world = callers(&[&hop, &own, &own]);
    world.on(RECEIVER, &joins(""));
    caller(&mut world, 1);
    caller(&mut world, 2);
    assert!(world.conferences.is_empty(), "a name means another conference in each account");
    caller(&mut world, 3);
    assert_eq!(world.conferences, ["join leg-3 beep", "join leg-2 beep"]);
    let foreign = world.seen_by(B).iter().filter(|event| event.contains("ConferenceStarted")).count();
    assert_eq!(foreign, 0);
    press(&mut world, 1, "*");
    let after = world.to(AFTER);
    assert_eq!(after[0].get("DialCallStatus"), Some("completed"), "the star brings the caller back to A");
    let b = world.to("https://b.example/after");
    assert_eq!(b[0].get("DialCallStatus"), Some("answered"), "B is told that its own dial is over");
    hang_up(&mut world, 2);
    hang_up(&mut world, 3);
    settle(&mut world);
}

#[test]
fn conferences_of_one_name_are_one_after_the_other() {
    let again = joins("").replace("action=\"/after\"", "").repeat(2);
    let mut world = callers(&[&joins(r#"endConferenceOnExit="true""#), &again]);
    caller(&mut world, 1);
    caller(&mut world, 2);
    hang_up(&mut world, 1);
    let mut rooms: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Joined(joined) => Some(joined.conference),
            _ => None,
        })
        .collect();
    assert_eq!(rooms.len(), 3, "the second caller is in a new one");
    rooms.dedup();
    assert_eq!(rooms.len(), 2);
    hang_up(&mut world, 2);
    settle(&mut world);
}

#[test]
fn the_timeline_shows_joining_and_leaving() {
    let (mut world, _) = meeting(&[r#"participantLabel="one""#, ""]);
    world.advance(7_900);
    hang_up(&mut world, 1);
    hang_up(&mut world, 2);
    let shown = |event: &&appconnect::Event| {
        matches!(
            event.kind,
            EventKind::Joined(_)
                | EventKind::Left(_)
                | EventKind::ConferenceStarted(_)
                | EventKind::ConferenceEnded(_)
        )
    };
    let kinds: Vec<_> = world.events.iter().filter(shown).map(|event| event.kind.clone()).collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    assert!(
        matches!(&kinds[0], EventKind::Joined(joined) if joined.waits && joined.label.as_deref() == Some("one") && &*joined.name == "room")
    );
    assert!(matches!(&kinds[1], EventKind::Joined(joined) if !joined.waits && joined.label.is_none()));
    assert!(matches!(&kinds[2], EventKind::ConferenceStarted(_)));
    assert!(
        matches!(&kinds[3], EventKind::Left(left) if left.seconds == 7 && left.reason == "participant_hung_up")
    );
    assert!(
        matches!(&kinds[5], EventKind::ConferenceEnded(ended) if ended.reason == "last-participant-left")
    );
    settle(&mut world);
}

#[test]
fn record_of_the_dial_is_told_to_be_of_no_use_here() {
    let mut world = callers(&[r#"<Dial record="true"><Conference>room</Conference></Dial>"#]);
    caller(&mut world, 1);
    assert_eq!(world.problems(A), [12200]);
    hang_up(&mut world, 1);
    settle(&mut world);
}

#[test]
fn nothing_of_a_conference_is_shown_to_another_account() {
    let registry = registry(|_, _, _| {});
    let mut world = World::with(support::plain_config(), registry);
    world.on(ENTRY, &joins(ALL)).dial_to(NUMBER);
    assert!(world.seen_by(B).is_empty());
    hang_up(&mut world, 1);
    settle(&mut world);
}

#[test]
fn a_conference_takes_250_participants_and_no_more() {
    let mut world = World::new();
    world.on(ENTRY, &joins("")).on(AFTER, "<Hangup/>");
    let refused = |world: &World| world.problems(A).iter().filter(|code| **code == 16_020).count();
    for number in 1..=250 {
        caller(&mut world, number);
    }
    assert_eq!(refused(&world), 0);
    caller(&mut world, 251);
    assert_eq!(refused(&world), 1);
    let told = world.only(AFTER);
    assert_eq!((told.get("DialCallStatus"), told.get("ErrorCode")), (Some("failed"), Some("16020")));
}
