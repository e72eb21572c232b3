//! Notices whose URL is bad, credentials, overrides and redirects: what a webhook's URL may do to a call.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::input::Change;
use appconnect::registry::{Handler, Registry, Webhooks};
use support::{
    A, AFTER, APP_B, Answer, ENTRY, RECEIVER, World, dial_application, hook, plain_config, registry,
};

const UNKNOWN: &str = "AP000000000000000000000000000000ff";

#[test]
fn a_bad_recording_callback_costs_the_callback_and_not_the_recording() {
    // The second is found by the validator's screen, the others only when the URL is made absolute.
    for callback in ["http://", "ftp://x/", "https://h.example:99999/"] {
        let mut world = World::new();
        let record =
            format!("<Record action=\"/done\" maxLength=\"2\" recordingStatusCallback=\"{callback}\"/>");
        world.on(ENTRY, &record).dial().finish();
        assert_eq!(world.only("https://a.example/done").get("RecordingDuration"), Some("2"), "{callback}");
        assert_eq!(world.problems(A), [13_256], "{callback}");
        for mode in ["record-from-answer", "record-from-ringing"] {
            let dial = format!("record=\"{mode}\" recordingStatusCallback=\"{callback}\"");
            let mut world = World::handing_over(&dial, "", "", "<Say>x</Say>");
            world.dial().finish();
            assert!(world.only(AFTER).get("RecordingUrl").is_some(), "{mode} {callback}");
            assert_eq!(world.problems(A), [13_256], "{mode} {callback}");
        }
    }
}

#[test]
fn a_bad_status_callback_tells_no_application_from_another() {
    for callback in ["ftp://x/", "https://h.example:99999/"] {
        let mut seen = Vec::new();
        for (sid, public) in [(UNKNOWN, true), (APP_B, false), (APP_B, true)] {
            let registry = registry(|_, applications, _| {
                applications[1].public_application_connect_enabled = public;
            });
            let mut world = World::with(plain_config(), registry);
            let noun = format!("statusCallback=\"{callback}\"");
            world
                .on(ENTRY, &dial_application("action=\"/after\"", &noun, sid, ""))
                .on(RECEIVER, "<Say>x</Say>");
            world.dial().finish();
            let connected = public && sid == APP_B;
            let status = world.only(AFTER).get("DialCallStatus").map(str::to_owned);
            assert_eq!(status.as_deref(), Some(if connected { "completed" } else { "failed" }), "{callback}");
            seen.push(world.problems(A).into_iter().filter(|code| *code != 21_218).collect::<Vec<_>>());
        }
        assert_eq!(seen, [[11_100], [11_100], [11_100]], "{callback}");
    }
}

#[test]
fn a_bad_callback_for_partial_speech_is_told_once() {
    for callback in ["ftp://x/", "https://h.example:99999/"] {
        let mut world = World::new();
        let gather = format!("<Gather input=\"speech\" partialResultCallback=\"{callback}\" action=\"/g\"/>");
        world.on(ENTRY, &gather).dial();
        for words in ["I", "I would", "I would like"] {
            world.say(words, false);
        }
        world.say("I would like tea", true).finish();
        assert_eq!(world.problems(A), [11_100], "{callback}");
        assert_eq!(world.only("https://a.example/g").get("SpeechResult"), Some("I would like tea"));
        assert!(world.trace.iter().any(|effect| effect.contains("partial_results: false")), "{callback}");
    }
}

#[test]
fn a_bad_action_of_an_updated_dial_is_told_once_and_the_old_document_does_not_go_on() {
    let mut world = World::new();
    let dial = dial_application("action=\"ftp://x/\"", "", APP_B, "");
    world.on(ENTRY, &format!("{dial}<Redirect>/old</Redirect>"));
    world.on(RECEIVER, "<Say>x</Say><Pause length=\"60\"/>").dial().advance(3_000);
    let call = world.requests[0].call.clone();
    let (url, method) = (hook("https://a.example/new").url, appconnect::http::Method::Post);
    world.modify(&call, Change::Redirect { url, method }).unwrap();
    world.finish();
    assert!(world.to("https://a.example/old").is_empty(), "{:?}", world.urls());
    assert_eq!(world.to("https://a.example/new").len(), 1);
    assert_eq!(world.problems(A), [11_100]);
}

#[test]
fn a_recording_that_an_update_stops_was_not_hung_up() {
    let mut world = World::new();
    world.on(ENTRY, "<Record action=\"/rec\"/>").dial().advance(3_000);
    let call = world.requests[0].call.clone();
    world.modify(&call, Change::Twiml("<Response><Say>new</Say></Response>".into())).unwrap();
    world.finish();
    let told = world.only("https://a.example/rec");
    assert_eq!((told.get("Digits"), told.get("CallStatus")), (Some(""), Some("in-progress")));
    assert_eq!((told.get("RecordingDuration"), world.heard.last().unwrap().as_str()), (Some("3"), "new"));
    let mut world = World::new();
    world.on(ENTRY, "<Record action=\"/rec\"/>").dial();
    let call = world.requests[0].call.clone();
    world.modify(&call, Change::Complete).unwrap();
    let told = world.only("https://a.example/rec");
    assert_eq!((told.get("Digits"), told.get("CallStatus")), (Some("hangup"), Some("completed")));
}

fn challenge(header: &str) -> Answer {
    Answer::status(401).with_header("WWW-Authenticate", header)
}

#[test]
fn basic_is_found_among_other_challenges() {
    let twice = challenge("Digest realm=\"x\", nonce=\"n\"").with_header("www-authenticate", "basic realm=x");
    let one_line = challenge("Digest realm=\"x\", nonce=\"n\", Basic realm=\"y\"");
    for (answer, asked) in
        [(twice, 2), (one_line, 2), (challenge("Basic"), 2), (challenge("Digest realm=\"basic\""), 1)]
    {
        let mut world = World::new();
        let url = "https://u:p@one.example/1";
        world
            .on(ENTRY, &format!("<Redirect>{url}</Redirect>"))
            .serve(url, [answer, Answer::twiml("<Hangup/>")]);
        world.dial().finish();
        assert_eq!(world.to(url).len(), asked);
        let problems: &[u32] = if asked == 2 { &[] } else { &[11_200] };
        assert_eq!(world.problems(A), problems);
    }
}

#[test]
fn each_origin_that_asked_gets_its_credentials_at_once_from_then_on() {
    let mut world = World::new();
    world.save_at_every_step = true;
    let (one, two) = ("https://u:p@one.example/1", "https://v:q@two.example/1");
    world.on(ENTRY, &format!("<Redirect>{one}</Redirect>"));
    world.serve(one, [challenge("Basic"), Answer::twiml(&format!("<Redirect>{two}</Redirect>"))]);
    let back = Answer::twiml("<Redirect>https://u:p@one.example/2</Redirect>");
    world.serve(two, [challenge("Basic"), back]).on("https://u:p@one.example/2", "<Hangup/>");
    world.dial().finish();
    let sent: Vec<_> = world.requests.iter().map(|seen| seen.header("Authorization").is_some()).collect();
    assert_eq!(sent, [false, false, true, false, true, true, false]);
}

fn with_voice_url(url: &str) -> Registry {
    registry(|_, _, numbers| {
        let hooks = Webhooks { voice: Some(hook(url)), fallback: None, status_callback: None };
        numbers[0].handler = Handler::Webhooks(Box::new(hooks));
    })
}

#[test]
fn a_redirect_keeps_the_fields_of_the_url_that_its_location_does_not_name() {
    for (location, status, kept) in [
        ("/next", 302, "tenant=42&step=1"),
        ("/next", 307, "tenant=42&step=1"),
        ("/next?step=2", 301, "step=2&tenant=42"),
        ("/next?step=2&tenant=7", 303, "step=2&tenant=7"),
        ("https://other.example/next?", 307, "tenant=42&step=1"),
    ] {
        let mut world =
            World::with(plain_config(), with_voice_url("https://a.example/voice?tenant=42&step=1"));
        world.serve(ENTRY, [Answer::redirect(status, location)]).dial();
        let next = &world.requests[1].request;
        let query = next.url().query().unwrap();
        assert!(query == kept || query.starts_with(&format!("{kept}&CallSid=")), "{location}: {query}");
        assert_eq!(next.document_url().query(), Some(kept), "{location}");
    }
}

#[test]
fn an_override_that_was_clamped_is_told_once_for_each_url() {
    let mut world = World::new();
    world.save_at_every_step = true;
    let again = "<Redirect>https://a.example/n#tt=99999</Redirect>";
    world.on(ENTRY, again);
    let last = "<Redirect>https://a.example/m#rc=9</Redirect>";
    world.serve("https://a.example/n", [Answer::twiml(again), Answer::twiml(again), Answer::twiml(last)]);
    world.on("https://a.example/m", "<Redirect>https://a.example/o#tt=9000</Redirect>");
    world.on("https://a.example/o", "<Hangup/>").dial().finish();
    assert_eq!(world.to("https://a.example/n").len(), 3);
    assert_eq!(world.problems(A), [12_200, 12_200]);
}
