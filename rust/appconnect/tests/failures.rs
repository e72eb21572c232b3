//! What fails and how far it may go: fallbacks, voices, limits that accounts share, policies that are interrupted.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::Config;
use appconnect::effect::HangUpCause;
use appconnect::http::Method;
use appconnect::input::{Change, MediaFailure};
use appconnect::policy::Limits;
use appconnect::registry::{Handler, Registry};
use support::{
    A, AFTER, APP_A, APP_B, Answer, B, ENTRY, RECEIVER, World, dial_application, hook, plain_config, registry,
};

const FALLBACK: &str = "https://a.example/fallback";
const NEW: &str = "https://a.example/new";

fn with_fallback() -> Registry {
    registry(|_, _, numbers| {
        if let Handler::Webhooks(hooks) = &mut numbers[0].handler {
            hooks.fallback = Some(hook(FALLBACK));
        }
    })
}

#[test]
fn a_fallback_document_that_fails_while_it_runs_is_final() {
    for verbs in [
        "<Redirect>ftp://x/</Redirect>",
        "<Gather action=\"ftp://x/\" numDigits=\"1\" timeout=\"1\" actionOnEmptyResult=\"true\"/>",
        "<Gather><Say voice=\"Nobody\">x</Say></Gather>",
        "<Pause/><Play>/gone.mp3</Play>",
    ] {
        for save in [false, true] {
            let mut world = World::with(plain_config(), with_fallback());
            world.save_at_every_step = save;
            world.serve(ENTRY, [Answer::status(500)]).on(FALLBACK, verbs).dial();
            if verbs.contains("Play") {
                world.advance(1_000).fail_media(MediaFailure::Retrieval);
            }
            world.finish();
            assert_eq!(world.to(FALLBACK).len(), 1, "{verbs}");
            assert!(world.heard.last().unwrap().starts_with("We are sorry"), "{verbs}");
        }
    }
}

#[test]
fn a_document_after_the_fallback_may_fall_back_again() {
    let mut world = World::with(plain_config(), with_fallback());
    world.serve(ENTRY, [Answer::status(500), Answer::twiml("<Redirect>ftp://x/</Redirect>")]);
    world.serve(FALLBACK, [Answer::twiml("<Redirect>/voice</Redirect>"), Answer::twiml("<Say>saved</Say>")]);
    world.dial().finish();
    assert_eq!(world.to(FALLBACK).len(), 2);
    assert_eq!(world.heard, ["saved"]);
}

#[test]
fn a_voice_that_does_not_exist_fails_a_gather_and_only_a_gather() {
    let mut world = World::with(plain_config(), with_fallback());
    world.on(ENTRY, "<Gather><Say>a</Say><Say voice=\"Bing.x\">b</Say></Gather>");
    world.on(FALLBACK, "<Say>saved</Say>").dial().finish();
    assert_eq!(world.heard, ["saved"]);
    assert_eq!(world.only(FALLBACK).get("ErrorCode"), Some("13321"));
    assert_eq!(world.problems(A), [13_321], "told when the document came, and not again");
    let mut world = World::with(plain_config(), with_fallback());
    world.on(ENTRY, "<Say voice=\"Bing.x\">a</Say><Gather timeout=\"1\"><Say loop=\"x\">b</Say></Gather>");
    world.dial().finish();
    assert_eq!(world.heard, ["a", "b"]);
    assert!(world.to(FALLBACK).is_empty());
}

#[test]
fn the_document_limit_is_told_to_every_account_that_loses_its_call() {
    let limits = Limits { documents_per_root: 12, ..Limits::default() };
    let mut world = World::with(Config { limits, ..plain_config() }, registry(|_, _, _| {}));
    world.hand_over("", "", "", "<Redirect/>").dial().finish();
    assert_eq!((world.problems(A), world.problems(B)), (vec![90_003], vec![90_003]));
    let mut world = World::with(Config { limits, ..plain_config() }, registry(|_, _, _| {}));
    world.on(ENTRY, &dial_application("", "", APP_A, "")).on("https://own.example/voice", "<Redirect/>");
    world.dial().finish();
    assert_eq!(world.problems(A), [90_003], "once an account");
    let limit = world.trace.iter().position(|effect| effect.contains("DocumentLimit")).unwrap();
    let end = world.trace.iter().position(|effect| effect.starts_with("HangUp")).unwrap();
    assert!(limit < end);
}

#[test]
fn problems_that_are_too_many_to_tell_are_counted() {
    let mut world = World::new();
    world.on(ENTRY, &"<x/>".repeat(300)).dial().finish();
    let told = world.seen_by(A);
    assert_eq!(world.problems(A).len(), 257);
    assert!(told.iter().any(|entry| entry.contains("44 more problems")));
}

#[test]
fn parameters_beyond_the_guard_rails_are_told_and_sent() {
    let name = "n".repeat(257);
    let large = "v".repeat(20_000);
    for (inside, problems) in [
        (format!("<Parameter name=\"{}\" value=\"v\"/>", "é".repeat(256)), vec![]),
        (format!("<Parameter name=\"{name}\" value=\"v\"/>"), vec![12_200]),
        (format!("<Parameter name=\"a\" value=\"{}\"/>", "v".repeat(32_768)), vec![]),
        (
            format!("<Parameter name=\"a\" value=\"{large}\"/><Parameter name=\"b\" value=\"{large}\"/>"),
            vec![12_200],
        ),
    ] {
        let mut world = World::handing_over("", "", &inside, "<Say>x</Say>");
        world.dial().finish();
        assert_eq!(world.problems(A), problems);
        let sent = world.only(RECEIVER).form.iter().filter(|(name, _)| name.starts_with("Param_")).count();
        assert_eq!(sent, inside.matches("<Parameter").count());
        let strict = Config { strict: true, ..plain_config() };
        let mut world = World::with(strict, registry(|_, _, _| {}));
        world.hand_over("", "", &inside, "<Say>x</Say>").dial().finish();
        let status = if problems.is_empty() { "completed" } else { "failed" };
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some(status));
    }
}

#[test]
fn a_strict_operator_judges_a_dial_by_what_stands_inside_it() {
    let dial = dial_application("action=\"/after\"", "", APP_B, "");
    let bad = dial_application("action=\"/after\"", "url=\"/x\"", APP_B, "");
    for (document, status) in [
        (format!("{dial}stray text"), "completed"),
        (format!("<x/>{dial}<Say loop=\"x\">a</Say>"), "completed"),
        (bad, "failed"),
    ] {
        let mut world = World::with(Config { strict: true, ..plain_config() }, registry(|_, _, _| {}));
        world.on(ENTRY, &document).on(RECEIVER, "<Say>hi</Say>").dial().finish();
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some(status), "{document}");
    }
}

fn asking(dial: &str) -> World {
    let mut world = World::with(Config { consult: true, ..plain_config() }, registry(|_, _, _| {}));
    world.on(ENTRY, &format!("{}<Redirect>/old</Redirect>", dial_application(dial, "", APP_B, "")));
    world.dial();
    world
}

#[test]
fn a_dial_that_waits_for_a_verdict_reports_the_hang_up_as_one_that_rang() {
    for save in [false, true] {
        let mut world = asking("action=\"/after\"");
        world.save_at_every_step = save;
        world.hang_up().finish();
        let after = world.only(AFTER);
        assert!(!after.awaited);
        assert_eq!(after.get("CallStatus"), Some("completed"));
        assert_eq!(
            (after.get("DialCallStatus"), after.get("DialBridged")),
            (Some("no-answer"), Some("false"))
        );
        assert_eq!((after.get("DialCallSid"), after.get("DialCallDuration")), (None, None));
        assert_eq!(world.hung_up, None);
    }
}

#[test]
fn a_dial_that_waits_for_a_verdict_reports_an_update_first() {
    let change = || Change::Redirect { url: hook(NEW).url, method: Method::Post };
    let mut world = asking("action=\"/after\"");
    let call = world.requests[0].call.clone();
    world.modify(&call, change()).unwrap();
    world.decide(appconnect::policy::Verdict::Allow).finish();
    assert_eq!(world.urls(), [ENTRY, AFTER, NEW, "https://a.example/status"]);
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("no-answer"));
    let mut world = asking("");
    let call = world.requests[0].call.clone();
    world.modify(&call, change()).unwrap();
    world.finish();
    assert_eq!(world.urls(), [ENTRY, "https://a.example/old", NEW, "https://a.example/status"]);
    assert_eq!(world.hung_up, Some(HangUpCause::Normal));
}

#[test]
fn speech_waits_for_prompts_that_must_be_heard_and_then_has_its_own_time() {
    let attributes =
        "input=\"speech\" action=\"/g\" actionOnEmptyResult=\"true\" maxSpeechTime=\"5\" timeout=\"2\"";
    let gather = |more: &str, prompts: &str| {
        let mut world = World::new();
        world.on(ENTRY, &format!("<Gather {attributes} {more}>{prompts}</Gather>")).dial();
        world.advance(1_000).say("hel", false).finish();
        let time = world.time_of("https://a.example/g");
        (time, world.heard)
    };
    assert_eq!(gather("", ""), (6_000, vec![]));
    let heard = vec!["late".to_owned()];
    let prompts = "<Pause length=\"4\"/><Say>late</Say>";
    assert_eq!(gather("bargeIn=\"false\"", prompts), (4_000 + support::PROMPT_MS + 5_000, heard.clone()));
    assert_eq!(gather("", prompts), (6_000, vec![]));
    assert_eq!(gather("bargeIn=\"false\"", "<Say loop=\"3\">late</Say>"), (3_000 + 5_000, heard));
}

#[test]
fn a_say_of_blanks_says_nothing_and_answers_nothing() {
    for blank in [" ", "\u{a0}", "\u{3000} \n"] {
        let mut world = World::new();
        world.on(ENTRY, &format!("<Say>{blank}</Say><Reject/>")).dial().finish();
        assert!(!world.answered && world.heard.is_empty(), "{blank:?}");
        assert_eq!(world.problems(A), [13_520], "{blank:?}");
    }
}
