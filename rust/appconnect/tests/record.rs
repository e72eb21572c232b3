//! `<Record>`, `<Say>`, `<Play>`, `<Pause>`, `<Redirect>`, `<Hangup>` and verbs that only the schema knows
//! (`twiml-voice.md` sections 1, 3 and 5).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::config::{Echo, PlayFailure};
use appconnect::effect::HangUpCause;
use appconnect::http::Method;
use appconnect::input::{Change, FailureReason, MediaFailure, RecordingTranscribed};
use appconnect::pii::Pii;
use appconnect::registry::{Handler, Registry};
use appconnect::{Config, Input};
use support::{A, Answer, ENTRY, PROMPT_MS, World, hook, plain_config, registry};

const DONE: &str = "https://a.example/done";
const WORDS: &str = "https://a.example/words";
const FALLBACK: &str = "https://a.example/fallback";

fn running(verbs: &str) -> World {
    let mut world = World::new();
    world.on(ENTRY, verbs).dial();
    world
}

fn recording(attributes: &str) -> World {
    running(&format!("<Record action=\"/done\" {attributes}/><Say>never</Say>"))
}

fn with_fallback() -> Registry {
    registry(|_, _, numbers| {
        if let Handler::Webhooks(hooks) = &mut numbers[0].handler {
            hooks.fallback = Some(hook(FALLBACK));
        }
    })
}

#[test]
fn a_recording_always_ends_at_its_action() {
    for (attributes, end, digits, seconds) in [
        ("", "key", "7", "4"),
        (r##"finishOnKey="#""##, "hash", "#", "4"),
        ("", "silence", "", "4"),
        (r#"maxLength="10""#, "wait", "", "10"),
        ("", "wait", "", "3600"),
        ("", "hang up", "hangup", "4"),
    ] {
        let mut world = recording(attributes);
        world.advance(if end == "wait" { 0 } else { 4_500 });
        match end {
            "key" => drop(world.press("7")),
            "hash" => drop(world.press("12").press("#")),
            "silence" => drop(world.fall_silent()),
            "hang up" => drop(world.hang_up()),
            _ => {}
        }
        world.finish();
        let done = world.only(DONE);
        assert_eq!(done.get("Digits"), Some(digits), "{attributes} {end}");
        assert_eq!(done.get("RecordingDuration"), Some(seconds), "{attributes} {end}");
        let sid = world.recordings[0].recording;
        assert_eq!(done.get("RecordingSid"), Some(sid.as_str()), "{attributes} {end}");
        assert!(done.get("RecordingUrl").unwrap().ends_with(&format!("/Accounts/{A}/Recordings/{sid}")));
        let status = if end == "hang up" { "completed" } else { "in-progress" };
        assert_eq!(done.get("CallStatus"), Some(status), "{attributes} {end}");
        let stopped = world.trace.iter().any(|effect| effect.starts_with("StopRecording"));
        assert_eq!(stopped, end != "silence", "what ended by itself is not stopped: {attributes} {end}");
        assert!(world.heard.is_empty(), "{attributes} {end}");
    }
}

#[test]
fn no_key_ends_a_recording_that_wants_none() {
    let mut world = recording(r#"finishOnKey="" maxLength="9""#);
    world.press("123*#").finish();
    assert_eq!(world.only(DONE).get("RecordingDuration"), Some("9"));
}

#[test]
fn the_answer_after_a_hangup_is_ignored() {
    let mut world = recording("");
    world.on(DONE, "<Say>ignored</Say>").hang_up().finish();
    assert!(world.heard.is_empty());
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn the_recorder_is_told_what_the_document_says() {
    for (attributes, beep, silence, trim) in [
        ("", true, Some(5), true),
        (r#"playBeep="false" timeout="0" trim="do-not-trim""#, false, None, false),
        (r#"timeout="12" trim="trim-silence""#, true, Some(12), true),
    ] {
        let world = recording(attributes);
        let start = &world.recordings[0];
        assert_eq!((start.beep, start.silence_timeout, start.trim), (beep, silence, trim), "{attributes}");
        assert!(!start.dual);
    }
}

#[test]
fn the_status_of_a_recording_goes_where_it_is_wanted() {
    for (events, wanted) in [
        ("", vec!["completed"]),
        (r#"recordingStatusCallbackEvent="in-progress completed""#, vec!["in-progress", "completed"]),
    ] {
        let mut world = recording(&format!(
            "recordingStatusCallback=\"/rec\" recordingStatusCallbackMethod=\"GET\" {events}"
        ));
        world.advance(2_000).press("1").finish();
        let told = world.to("https://a.example/rec");
        assert_eq!(told.iter().map(|seen| seen.get("RecordingStatus").unwrap()).collect::<Vec<_>>(), wanted);
        for seen in told {
            assert_eq!(seen.get("RecordingSource"), Some("RecordVerb"));
            assert_eq!(seen.request.method(), Method::Get);
            assert!(!seen.awaited);
        }
    }
}

#[test]
fn the_answer_to_a_notice_does_not_stop_the_watch_over_the_awaited_one() {
    let mut world = recording(r#"recordingStatusCallback="/rec""#);
    world.serve(DONE, [Answer::Silent]);
    world.press("1").finish();
    assert_eq!(world.problems(A), [11_203], "a lost answer is noticed after its time");
    assert!(world.now - support::START < 60_000, "{}", world.now - support::START);
}

#[test]
fn prompts_play_one_after_the_other_as_often_as_asked() {
    let mut world = running(
        r#"<Say loop="2">  one
        two </Say><Play loop="3">/music.mp3</Play><Play digits="1w2"/><Pause/><Say>end</Say>"#,
    );
    world.finish();
    assert_eq!(world.heard, ["one two", "play https://a.example/music.mp3", "tones 1w2", "end"]);
    assert_eq!(world.now - support::START, 7 * PROMPT_MS + 1_000);
}

#[test]
fn an_endless_loop_is_a_thousand_rounds() {
    let mut world = running(r#"<Say loop="0">a</Say>"#);
    world.finish();
    assert_eq!(world.now - support::START, 1_000 * PROMPT_MS);
}

#[test]
fn a_pause_lasts_as_long_as_it_says() {
    for (pause, seconds) in [("<Pause/>", 1), (r#"<Pause length="90"/>"#, 90), (r#"<Pause length="x"/>"#, 1)]
    {
        let mut world = running(&format!("<Say>a</Say>{pause}<Redirect>/done</Redirect>"));
        world.finish();
        assert_eq!(world.time_of(DONE), PROMPT_MS + seconds * 1_000, "{pause}");
    }
}

#[test]
fn a_redirect_ends_its_document() {
    let mut world = running("<Redirect method=\"GET\">done?x=1</Redirect><Say>never</Say>");
    world.on(DONE, "<Say>new</Say>").finish();
    let done = world.only(DONE);
    assert_eq!((done.request.method(), done.url.as_str()), (Method::Get, "https://a.example/done?x=1"));
    assert_eq!(done.get("x"), Some("1"));
}

#[test]
fn an_empty_redirect_is_the_same_document_again() {
    let mut world = World::new();
    world.serve(ENTRY, [Answer::twiml("<Pause/><Redirect> </Redirect>"), Answer::twiml("<Say>again</Say>")]);
    world.dial().finish();
    assert_eq!(world.to(ENTRY).len(), 2);
    assert_eq!(world.heard, ["again"]);
}

#[test]
fn the_first_verbs_decide_the_final_status_of_the_callers_call() {
    for (verbs, status, cause) in [
        ("<Hangup/>", "completed", HangUpCause::Normal),
        ("<Pause/><Hangup/>", "no-answer", HangUpCause::Rejected),
        ("<Reject/>", "no-answer", HangUpCause::Rejected),
        (r#"<Reject reason="busy"/>"#, "busy", HangUpCause::Busy),
        (r#"<Pause/><Reject reason="busy"/>"#, "busy", HangUpCause::Busy),
        ("", "completed", HangUpCause::Normal),
        ("<Say>a</Say>", "completed", HangUpCause::Normal),
        ("<Pause/>", "no-answer", HangUpCause::Rejected),
    ] {
        let mut world = running(verbs);
        world.finish();
        assert_eq!(world.bill(&world.only(ENTRY).call).status, status, "{verbs}");
        assert_eq!(world.only("https://a.example/status").get("CallStatus"), Some(status), "{verbs}");
        assert_eq!(world.hung_up, Some(cause), "{verbs}");
    }
}

#[test]
fn return_parameters_of_a_call_that_no_dial_opened_are_dropped_in_silence() {
    let mut world = running(r#"<Say>a</Say><Hangup><Parameter name="x" value="1"/></Hangup>"#);
    world.finish();
    assert!(world.problems(A).is_empty());
    assert_eq!(world.bill(&world.only(ENTRY).call).status, "completed");
}

#[test]
fn audio_that_cannot_be_played_fails_the_document_with_its_own_url() {
    for (why, code) in [(MediaFailure::ContentType, 13_420), (MediaFailure::Retrieval, 11_200)] {
        let mut world = World::with(plain_config(), with_fallback());
        world.on(ENTRY, "<Play>song.mp3</Play><Say>never</Say>").on(FALLBACK, "<Say>saved</Say>");
        world.dial().fail_media(why).finish();
        let fallback = world.only(FALLBACK);
        assert_eq!(fallback.get("ErrorCode"), Some(code.to_string().as_str()));
        assert_eq!(fallback.get("ErrorUrl"), Some("https://a.example/song.mp3"));
        assert_eq!(world.problems(A), [code]);
        assert_eq!(world.heard.last().map(String::as_str), Some("saved"));
    }
}

#[test]
fn audio_that_cannot_be_played_may_be_skipped() {
    let config = Config { play_failure: PlayFailure::Skip, ..plain_config() };
    let mut world = World::with(config, with_fallback());
    world.on(ENTRY, "<Play>song.mp3</Play><Say>next</Say>");
    world.dial().fail_media(MediaFailure::Retrieval).finish();
    assert!(world.to(FALLBACK).is_empty());
    assert_eq!(world.problems(A), [11_200]);
    assert_eq!(world.heard.last().map(String::as_str), Some("next"));
}

#[test]
fn verbs_that_only_the_schema_knows_are_skipped() {
    for verb in ["<Echo/>", "<Queue>q</Queue>", r#"<Prompt for="postal-code"><Say>no</Say></Prompt>"#] {
        let mut world = running(&format!("<Say>a</Say>{verb}<Say>next</Say>"));
        world.finish();
        assert_eq!(world.heard, ["a", "next"], "{verb}");
        assert_eq!(world.problems(A), [12_200], "{verb}");
    }
}

#[test]
fn an_echo_lasts_until_the_call_ends_or_its_account_intervenes() {
    let switches = |world: &World| -> Vec<bool> {
        let echoes = world.trace.iter().filter(|effect| effect.starts_with("Echo("));
        echoes.map(|effect| effect.contains("on: true")).collect()
    };
    let echoing = || {
        let config = Config { echo: Echo::Echo, ..plain_config() };
        let mut world = World::with(config, registry(|_, _, _| {}));
        world.save_at_every_step = true;
        world.on(ENTRY, "<Echo/><Say>never</Say>").dial().advance(3_600_000);
        assert_eq!(switches(&world), [true]);
        world
    };
    let mut world = echoing();
    world.hang_up();
    assert_eq!(switches(&world), [true]);
    let mut world = echoing();
    let call = world.requests[0].call.clone();
    world.modify(&call, Change::Twiml("<Response><Say>new</Say></Response>".into())).unwrap();
    world.finish();
    assert_eq!((switches(&world), world.heard), (vec![true, false], vec!["new".to_owned()]));
}

fn transcribed(world: &mut World, text: Option<&str>) {
    let reply = world.written_down[0].reply;
    let text = text.map(Pii::from);
    world.input(Input::RecordingTranscribed(RecordingTranscribed { reply, text })).unwrap();
}

#[test]
fn what_was_said_is_told_when_it_was_written_down() {
    for (text, status) in [(Some("call me back"), "completed"), (None, "failed")] {
        for after in [false, true] {
            let mut world = World::new();
            world.save_at_every_step = true;
            world
                .on(ENTRY, r#"<Record action="/done" transcribe="true" transcribeCallback="/words"/>"#)
                .dial();
            world.on(DONE, r#"<Pause length="60"/>"#).advance(4_000);
            if after {
                world.hang_up();
            } else {
                world.press("1");
            }
            let asked = world.written_down[0].clone();
            assert_eq!(asked.recording, world.recordings[0].recording);
            assert!(world.to(WORDS).is_empty());
            transcribed(&mut world, text);
            let told = world.only(WORDS);
            assert_eq!(told.get("TranscriptionText"), Some(text.unwrap_or_default()));
            assert_eq!(told.get("TranscriptionStatus"), Some(status));
            assert_eq!(told.get("RecordingSid"), Some(asked.recording.as_str()));
            assert_eq!(told.get("RecordingUrl"), world.only(DONE).get("RecordingUrl"));
            let sid = told.get("TranscriptionSid").unwrap();
            assert!(sid.starts_with("TR"));
            assert!(
                told.get("TranscriptionUrl")
                    .unwrap()
                    .ends_with(&format!("/Accounts/{A}/Transcriptions/{sid}"))
            );
            assert_eq!(told.get("CallStatus"), Some(if after { "completed" } else { "in-progress" }));
            transcribed(&mut world, text);
            assert_eq!(world.to(WORDS).len(), 1, "a repeated answer changes nothing");
            let codes = if text.is_some() { vec![] } else { vec![13_620] };
            assert_eq!(world.problems(A), codes);
            world.hang_up().finish();
            assert_eq!(world.engine.live_legs(), 0);
        }
    }
}

#[test]
fn a_transcription_that_never_comes_has_failed() {
    let mut world = recording(r#"transcribe="true" transcribeCallback="/words""#);
    world.advance(4_000).hang_up().finish();
    assert_eq!(world.only(WORDS).get("TranscriptionStatus"), Some("failed"));
    assert_eq!(world.time_of(WORDS), 604_000);
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn a_recording_of_the_wrong_length_is_not_transcribed() {
    for (millis, asked) in [(2_000, false), (2_001, true), (119_000, true), (120_000, true)] {
        let mut world = recording(r#"transcribe="true" transcribeCallback="/words" timeout="0""#);
        world.advance(millis).press("1").advance(1_000);
        assert_eq!(world.written_down.len(), usize::from(asked), "{millis}");
        assert_eq!(world.problems(A), if asked { vec![] } else { vec![13_617] }, "{millis}");
        assert!(world.only(DONE).get("RecordingSid").is_some());
    }
}

#[test]
fn a_recording_to_be_transcribed_ends_after_two_minutes() {
    for (attributes, seconds, problems) in [
        ("", "120", vec![]),
        (r#"maxLength="60""#, "60", vec![]),
        (r#"maxLength="121""#, "120", vec![13_615]),
    ] {
        let mut world = recording(&format!(r#"transcribe="true" {attributes}"#));
        world.advance(200_000);
        assert_eq!(world.only(DONE).get("RecordingDuration"), Some(seconds), "{attributes}");
        assert_eq!(world.problems(A), problems, "{attributes}");
        transcribed(&mut world, Some("words"));
        assert!(world.to(WORDS).is_empty(), "nobody asked to be told");
    }
}

#[test]
fn a_transcribe_callback_alone_transcribes_nothing() {
    let mut world = recording(r#"transcribeCallback="/words""#);
    world.advance(4_000).press("1");
    assert!(world.written_down.is_empty());
}

#[test]
fn a_document_that_runs_out_after_a_failed_action_apologises() {
    let mut world = recording("");
    world.serve(DONE, [Answer::Fails(FailureReason::Refused)]).press("1").finish();
    assert_eq!(world.problems(A), [11_202]);
    assert_eq!(world.heard.len(), 1);
    assert_eq!(world.bill(&world.only(ENTRY).call).status, "completed");
}
