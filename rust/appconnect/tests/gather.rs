//! `<Gather>`: keys, speech, prompts and their timers (`twiml-voice.md` sections 4 and 8).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::effect::{Effect, SpeechOptions};
use appconnect::http::Method;
use appconnect::input::MediaFailure;
use support::{A, ENTRY, PROMPT_MS, World};

const KEYS: &str = "https://a.example/keys";

/// A's document gathers with these attributes and prompts, then says "nothing".
fn gathering(attributes: &str, prompts: &str) -> World {
    let mut world = World::new();
    let gather = format!("<Gather action=\"/keys\" {attributes}>{prompts}</Gather><Say>nothing</Say>");
    world.on(ENTRY, &gather).on(KEYS, "<Say>thanks</Say>").dial();
    world
}

fn digits(world: &World) -> (Option<&str>, Option<&str>) {
    let seen = world.only(KEYS);
    assert_eq!(seen.get("msg"), Some("Gather End"));
    (seen.get("Digits"), seen.get("FinishedOnKey"))
}

#[test]
fn the_last_of_num_digits_ends_at_once() {
    let mut world = gathering(r#"numDigits="3""#, "");
    world.press("1").press("2");
    assert!(world.to(KEYS).is_empty());
    world.press("3");
    assert_eq!(digits(&world), (Some("123"), Some("")));
    assert_eq!(world.time_of(KEYS), 0);
}

#[test]
fn keys_after_the_end_are_dropped() {
    let mut world = gathering(r#"numDigits="2""#, "");
    world.press("1234").finish();
    assert_eq!(digits(&world).0, Some("12"));
    assert_eq!(world.heard, ["thanks"]);
}

#[test]
fn the_finish_key_ends_and_is_no_digit() {
    for (attributes, keys, expected) in [
        ("", "12#", (Some("12"), Some("#"))),
        (r#"finishOnKey="*""#, "1#2*", (Some("1#2"), Some("*"))),
        (r#"finishOnKey="5""#, "125", (Some("12"), Some("5"))),
        (r#"finishOnKey="" numDigits="4""#, "1#*2", (Some("1#*2"), Some(""))),
        (r#"numDigits="2""#, "1#", (Some("1"), Some("#"))),
        (r#"actionOnEmptyResult="true""#, "#", (Some(""), Some("#"))),
    ] {
        let mut world = gathering(attributes, "");
        world.press(keys).finish();
        assert_eq!(digits(&world), expected, "{attributes} {keys}");
        assert_eq!(world.heard, ["thanks"]);
    }
}

#[test]
fn a_finish_key_without_a_digit_is_an_empty_result() {
    let mut world = gathering("", "");
    world.press("#").finish();
    assert!(world.to(KEYS).is_empty());
    assert_eq!(world.heard, ["nothing"]);
    assert_eq!(world.now - support::START, PROMPT_MS, "at once");
}

#[test]
fn silence_ends_with_what_was_pressed() {
    let mut world = gathering("", "");
    world.advance(3_000).press("1").advance(4_999);
    assert!(world.to(KEYS).is_empty(), "every key starts the timer again");
    world.press("2").finish();
    assert_eq!(digits(&world), (Some("12"), Some("")));
    assert_eq!(world.time_of(KEYS), 12_999);
}

#[test]
fn an_empty_result_falls_through_after_the_prompts_and_the_timeout() {
    for (timeout, prompts, end) in [
        ("", "", 5_000),
        (r#"timeout="2""#, "", 2_000),
        (r#"timeout="0""#, "", 0),
        ("", "<Say>one</Say><Play>two.wav</Play>", 2 * PROMPT_MS + 5_000),
        ("", r#"<Say loop="3">one</Say><Pause length="4"/>"#, 3 * PROMPT_MS + 9_000),
        (r#"timeout="nonsense""#, "", 5_000),
    ] {
        let mut world = gathering(timeout, prompts);
        world.finish();
        assert!(world.to(KEYS).is_empty());
        assert_eq!(world.heard.last().map(String::as_str), Some("nothing"));
        assert_eq!(world.now - support::START, end + PROMPT_MS, "{timeout} {prompts}");
    }
}

#[test]
fn an_empty_result_may_be_sent_to_the_action() {
    let mut world = gathering(r#"actionOnEmptyResult="true" timeout="3""#, "");
    world.finish();
    assert_eq!(digits(&world), (Some(""), Some("")));
    assert_eq!(world.time_of(KEYS), 3_000);
    assert_eq!(world.heard, ["thanks"]);
}

#[test]
fn without_an_action_the_document_itself_is_requested_again() {
    let mut world = World::new();
    world.serve(
        ENTRY,
        [support::Answer::twiml(r#"<Gather numDigits="1"/>"#), support::Answer::twiml("<Say>again</Say>")],
    );
    world.dial().press("4").finish();
    let again = world.to(ENTRY)[1];
    assert_eq!(again.get("Digits"), Some("4"));
    assert_eq!(again.request.method(), Method::Post);
    assert_eq!(world.heard, ["again"]);
}

#[test]
fn a_get_action_carries_the_digits_in_its_query_once() {
    let mut world = gathering(r#"numDigits="1" method="GET""#, "");
    world.press("4").finish();
    let seen = world.only(KEYS);
    assert_eq!(seen.request.method(), Method::Get);
    assert_eq!(seen.form.iter().filter(|(name, _)| name == "Digits").count(), 1);
    assert_eq!(seen.get("Digits"), Some("4"));
}

#[test]
fn a_key_stops_every_remaining_prompt() {
    let mut world = gathering("", "<Say>one</Say><Say>two</Say>");
    world.advance(500).press("1");
    assert!(world.trace.iter().any(|effect| effect.starts_with("StopMedia")));
    world.finish();
    assert_eq!(world.heard, ["one", "thanks"]);
    assert_eq!(world.time_of(KEYS), 5_500);
}

#[test]
fn a_key_during_a_nested_pause_counts_and_stops_the_prompts() {
    let mut world = gathering("", r#"<Pause length="30"/><Say>two</Say>"#);
    world.advance(2_000).press("1").finish();
    assert_eq!(world.time_of(KEYS), 7_000);
    assert_eq!(world.heard, ["thanks"]);
}

#[test]
fn without_barge_in_the_prompts_are_heard_and_the_keys_are_kept() {
    let mut world = gathering(r#"bargeIn="false""#, "<Say>one</Say><Say>two</Say>");
    world.save_at_every_step = true;
    world.advance(500).press("1").finish();
    assert_eq!(digits(&world).0, Some("1"));
    assert_eq!(world.heard, ["one", "two", "thanks"]);
    assert_eq!(world.time_of(KEYS), 500 + 5_000, "the time counts from the key");
}

#[test]
fn speech_is_sent_with_its_confidence() {
    let mut world = gathering(r#"input="speech""#, "");
    world.say("two tickets please", true).finish();
    let seen = world.only(KEYS);
    assert_eq!(seen.get("SpeechResult"), Some("two tickets please"));
    assert_eq!(seen.get("Confidence"), Some("0.5"));
    assert_eq!(seen.get("Digits"), None);
    assert_eq!(world.heard, ["thanks"]);
}

#[test]
fn the_first_kind_of_input_wins() {
    let mut world = gathering(r#"input="dtmf speech""#, "");
    world.press("1").say("words", true).finish();
    assert_eq!(digits(&world).0, Some("1"));
    assert_eq!(world.only(KEYS).get("SpeechResult"), None);

    let mut world = gathering(r#"input="speech dtmf" numDigits="1""#, "");
    world.say("wo", false).press("1").press("#").say("words", true).finish();
    assert_eq!(world.only(KEYS).get("SpeechResult"), Some("words"));
    assert_eq!(world.only(KEYS).get("Digits"), None);
}

#[test]
fn input_of_the_other_kind_is_not_heard() {
    let mut world = gathering("", "");
    world.say("words", true).finish();
    assert_eq!(world.heard, ["nothing"]);
    let mut world = gathering(r#"input="speech""#, "");
    world.press("1#").finish();
    assert_eq!(world.heard, ["nothing"]);
}

#[test]
fn partial_results_are_numbered_and_nobody_waits_for_them() {
    let mut world = gathering(r#"input="speech" partialResultCallback="/partial""#, "<Say>one</Say>");
    world.say("two", false).say("two tick", false).say("two tickets", true).finish();
    let partials = world.to("https://a.example/partial");
    let told = |name| partials.iter().map(|seen| seen.get(name).unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(told("SequenceNumber"), ["0", "1"]);
    assert_eq!(told("UnstableSpeechResult"), ["two", "two tick"]);
    assert_eq!(told("CallStatus"), ["in-progress", "in-progress"]);
    assert!(partials.iter().all(|seen| !seen.awaited));
    assert_eq!(world.only(KEYS).get("SpeechResult"), Some("two tickets"));
    assert_eq!(world.heard, ["one", "thanks"], "speech stops the prompts");
}

#[test]
fn speech_without_an_end_is_cut_off() {
    let mut world = gathering(r#"input="speech""#, "");
    world.say("well", false).finish();
    assert_eq!(world.heard, ["nothing"]);
    assert_eq!(world.now - support::START, 60_000 + PROMPT_MS);
}

#[test]
fn the_recogniser_is_told_what_the_document_says() {
    let mut world = World::new();
    let attributes = r#"input="speech" language="de-DE" hints="ja, nein" speechModel="phone_call" profanityFilter="false" speechTimeout="3""#;
    world.on(ENTRY, &format!("<Gather {attributes} partialResultCallback=\"/p\"/>")).dial();
    let expected = SpeechOptions {
        language: "de-DE".into(),
        hints: "ja, nein".into(),
        model: "phone_call".into(),
        profanity_filter: false,
        speech_timeout: Some(3),
        partial_results: true,
    };
    let collect = world.trace.iter().find(|effect| effect.starts_with("Collect")).unwrap();
    assert!(collect.contains(&format!("{expected:?}")), "{collect}");
    assert!(collect.contains("digits: false"), "{collect}");
}

#[test]
fn profanity_is_masked_and_the_timeout_ends_speech_unless_the_document_says_otherwise() {
    for (attributes, timeout) in [
        ("", "Some(5)"),
        (r#"timeout="7""#, "Some(7)"),
        (r#"speechTimeout="auto""#, "None"),
        (r#"speechTimeout="nonsense""#, "Some(5)"),
    ] {
        let world = gathering(&format!("input=\"speech\" {attributes}"), "");
        let collect = world.trace.iter().find(|effect| effect.starts_with("Collect")).unwrap();
        assert!(collect.contains("profanity_filter: true"), "{collect}");
        assert!(collect.contains(&format!("speech_timeout: {timeout}")), "{attributes}: {collect}");
    }
}

#[test]
fn listening_begins_before_the_prompts_and_ends_with_the_verb() {
    let mut world = gathering("", "<Say>one</Say>");
    world.finish();
    let order: Vec<_> = world
        .trace
        .iter()
        .filter_map(|effect| effect.split(['(', ' ']).next())
        .filter(|name| ["Collect", "Say", "StopCollect"].contains(name))
        .collect();
    assert_eq!(order, ["Collect", "Say", "StopCollect", "Say"]);
}

#[test]
fn a_caller_who_hangs_up_while_gathering_makes_no_request() {
    let mut world = gathering("", "<Say>one</Say>");
    world.press("12").hang_up().finish();
    assert!(world.to(KEYS).is_empty());
    assert_eq!(world.heard, ["one"]);
}

#[test]
fn a_prompt_that_cannot_be_played_takes_its_document_to_the_fallback() {
    let registry = || {
        support::registry(|_, _, numbers| {
            if let appconnect::registry::Handler::Webhooks(hooks) = &mut numbers[0].handler {
                hooks.fallback = Some(support::hook("https://a.example/fallback"));
            }
        })
    };
    for (why, code) in [(MediaFailure::ContentType, 13_325), (MediaFailure::Retrieval, 11_200)] {
        let mut world = World::with(support::plain_config(), registry());
        world.on(ENTRY, "<Gather><Play>menu.wav</Play></Gather><Say>never</Say>");
        world.on("https://a.example/fallback", "<Say>saved</Say>").dial().fail_media(why).finish();
        let fallback = world.only("https://a.example/fallback");
        assert_eq!(fallback.get("ErrorCode"), Some(code.to_string().as_str()));
        assert_eq!(fallback.get("ErrorUrl"), Some("https://a.example/menu.wav"));
        assert_eq!(world.problems(A), [code]);
        assert_eq!(world.heard, ["play https://a.example/menu.wav", "saved"]);
    }
}

#[test]
fn a_saved_gather_goes_on_where_it_was() {
    let mut world = gathering(r#"numDigits="3""#, "<Say>one</Say><Say>two</Say>");
    world.save_at_every_step = true;
    world.advance(1_500).press("1").press("2").advance(4_000).press("3").finish();
    assert_eq!(digits(&world).0, Some("123"));
    assert_eq!(world.heard, ["one", "two", "thanks"]);
    assert!(world.engine.poll_effect().is_none_or(|effect| matches!(effect, Effect::Report(_))));
}
