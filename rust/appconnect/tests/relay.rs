//! `<Connect><ConversationRelay>`: the frames of both sides, interruption, languages, and how a session ends
//! (`twiml-voice.md` section 7, `webhooks.md` section 12.3).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::input::{Change, MediaFailure, SocketEvent};
use support::{A, ENTRY, PROMPT_MS, World};

const DONE: &str = "https://a.example/done";

/// Runs a test as it is, and with the leg saved and restored around every input; both must ask for the same.
fn each(verbs: &str, test: impl Fn(&mut World)) {
    let run = |save| {
        let mut world = World::new();
        world.save_at_every_step = save;
        world.on(ENTRY, verbs).dial();
        test(&mut world);
        world.trace
    };
    assert_eq!(run(false), run(true), "{verbs}");
}

/// A session with these attributes and children, whose socket is open.
fn relay(attributes: &str, children: &str, test: impl Fn(&mut World)) {
    let noun = format!(
        "<ConversationRelay url=\"wss://a.example/relay?v=1\" {attributes}>{children}</ConversationRelay>"
    );
    each(&format!("<Connect action=\"/done\">{noun}</Connect><Say>never</Say>"), |world| {
        world.relay(SocketEvent::Opened);
        test(world);
    });
}

/// The frames after the setup.
fn frames(world: &World) -> Vec<&str> {
    world.frames.iter().skip(1).map(String::as_str).collect()
}

fn text(token: &str, more: &str) -> String {
    format!(r#"{{"type":"text","token":"{token}","last":true{more}}}"#)
}

#[test]
fn the_setup_says_whose_call_it_is() {
    relay("", r#"<Parameter name="reason" value="test"/>"#, |world| {
        assert_eq!(&*world.relays[0].request.url, "wss://a.example/relay?v=1");
        let (session, call) = (world.relays[0].relay, &world.requests[0].call);
        let expected = format!(
            r#"{{"type":"setup","sessionId":"{session}","accountSid":"{A}","callSid":"{call}","parentCallSid":"","from":"+15550100","to":"+15550199","forwardedFrom":"","callerName":"","direction":"inbound","callType":"PSTN","callStatus":"IN-PROGRESS","customParameters":{{"reason":"test"}}}}"#
        );
        assert_eq!(world.frames, [expected]);
        assert!(world.answered);
        assert!(world.trace.iter().any(|effect| effect.starts_with("Collect") && effect.contains("en-US")));
    });
}

#[test]
fn tokens_are_spoken_when_the_last_has_come() {
    relay("welcomeGreeting=\" Hello   there \" voice=\"v\"", "", |world| {
        assert_eq!(world.heard, ["Hello there"]);
        world.frame(r#"{"type":"text","token":"How ","last":false}"#);
        world.frame(&text("are\\nyou?", "")).frame(&text("", "")).frame(&text(" Fine. ", ""));
        assert_eq!(world.heard.len(), 1, "the greeting is said to its end");
        world.advance(PROMPT_MS);
        assert_eq!(world.heard[1..], ["How are you?"]);
        world.advance(PROMPT_MS);
        assert_eq!(world.heard[2..], ["Fine."]);
        world.advance(60_000);
        assert_eq!((world.heard.len(), frames(world).len(), world.problems(A).len()), (3, 0, 0));
    });
}

#[test]
fn what_the_caller_says_and_presses_is_told() {
    relay("dtmfDetection=\"true\" partialPrompts=\"true\"", "", |world| {
        world.say("I would", false).say("I would like \"tea\"", true).say("  ", true).press("4#");
        assert_eq!(
            frames(world),
            [
                r#"{"type":"prompt","voicePrompt":"I would","lang":"en-US","last":false}"#,
                r#"{"type":"prompt","voicePrompt":"I would like \"tea\"","lang":"en-US","last":true}"#,
                r#"{"type":"dtmf","digit":"4"}"#,
                r##"{"type":"dtmf","digit":"#"}"##,
            ]
        );
    });
    relay("", "", |world| {
        world.say("I would", false).press("4");
        assert!(frames(world).is_empty(), "neither partial prompts nor keys were asked for");
    });
}

#[test]
fn an_interruption_stops_the_speech_and_tells_what_was_heard_of_it() {
    for (attributes, greeting, keys, speech) in [
        ("", "", true, true),
        ("interruptible=\"dtmf\"", "", true, false),
        ("interruptible=\"speech\"", "", false, true),
        ("interruptible=\"none\"", "", false, false),
        ("interruptible=\"false\"", "", false, false),
        ("", ",\"interruptible\":false", false, false),
        ("interruptible=\"none\"", ",\"interruptible\":true", true, true),
    ] {
        for by_key in [false, true] {
            let attributes = format!("{attributes} dtmfDetection=\"true\"");
            relay(&attributes, "", |world| {
                world.frame(&text("Life is a complex set", greeting)).frame(&text("of things", ""));
                world.advance(400);
                if by_key {
                    world.press("1")
                } else {
                    world.say("stop", true)
                };
                let interrupts = if by_key { keys } else { speech };
                assert_eq!(world.count("StopMedia"), usize::from(interrupts), "{attributes} {by_key}");
                if interrupts {
                    // 400 ms at 15 characters a second: six characters.
                    let told = r#"{"type":"interrupt","utteranceUntilInterrupt":"Life","durationUntilInterruptMs":"400"}"#;
                    assert_eq!((frames(world)[0], frames(world).len()), (told, 2), "{attributes} {by_key}");
                    world.advance(60_000);
                    assert_eq!(world.heard.len(), 1, "what waited is not said: {attributes}");
                } else {
                    assert!(frames(world).is_empty(), "{attributes} {by_key}");
                    world.advance(60_000);
                    assert_eq!(world.heard.len(), 2, "{attributes} {by_key}");
                }
            });
        }
    }
}

#[test]
fn input_during_speech_that_goes_on_is_told_where_it_was_asked_for() {
    for (asked, keys, speech) in
        [("none", false, false), ("dtmf", true, false), ("speech", false, true), ("any", true, true)]
    {
        let attributes =
            format!("interruptible=\"none\" dtmfDetection=\"true\" reportInputDuringAgentSpeech=\"{asked}\"");
        relay(&attributes, "", |world| {
            world.frame(&text("Listen", "")).press("1").say("no", true);
            let told: Vec<_> = frames(world).iter().map(|frame| frame.contains("dtmf")).collect();
            let expected = [(true, keys), (false, speech)];
            let expected: Vec<_> = expected.iter().filter(|(_, told)| *told).map(|(key, _)| *key).collect();
            assert_eq!(told, expected, "{asked}");
            assert_eq!(world.count("StopMedia"), 0, "{asked}");
        });
    }
}

#[test]
fn the_greeting_has_its_own_rule_of_interruption() {
    for (rule, stops) in [("none", 0), ("dtmf", 0), ("speech", 1), ("any", 1)] {
        let attributes = format!("welcomeGreeting=\"Hello\" welcomeGreetingInterruptible=\"{rule}\"");
        relay(&attributes, "", |world| {
            world.say("yes", true);
            assert_eq!(world.count("StopMedia"), stops, "{rule}");
        });
    }
}

#[test]
fn a_preemptible_piece_gives_way_to_the_next() {
    relay("", "", |world| {
        world.frame(&text("one", ",\"preemptible\":true")).frame(&text("two", ""));
        assert_eq!((&*world.heard, world.count("StopMedia")), (&["one".to_owned(), "two".to_owned()][..], 1));
        world.frame(&text("three", ",\"preemptible\":true")).frame(&text("four", ""));
        world.advance(60_000);
        assert_eq!(world.heard[2..], ["four"], "what waits gives way as well");
        assert!(frames(world).is_empty(), "giving way is no interruption by the caller");
    });
}

#[test]
fn files_and_tones_are_played_in_their_turn() {
    relay("", "", |world| {
        world.frame(r#"{"type":"play","source":"https://a.example/a.wav","loop":2}"#);
        world.frame(r#"{"type":"sendDigits","digits":"9w1#"}"#).advance(60_000);
        assert_eq!(world.heard, ["play https://a.example/a.wav", "tones 9w1#"]);
        world.frame(r#"{"type":"play","source":"https://a.example/b.wav"}"#);
        world.fail_media(MediaFailure::Retrieval);
        assert_eq!(frames(world).len(), 1);
        assert!(frames(world)[0].contains("could not be retrieved"));
        world.frame(&text("on", ""));
        assert_eq!(world.heard.last().unwrap(), "on");
    });
}

#[test]
fn languages_choose_voices_and_recognisers() {
    let children = r#"<Language code="de-DE" voice="Hans" speechModel="nova"/>"#;
    relay("voice=\"Jane\" ttsLanguage=\"en-GB\"", children, |world| {
        let says = |world: &World, voice: &str, language: &str| {
            let said = world.trace.iter().rev().find(|effect| effect.starts_with("Say")).unwrap();
            assert!(said.contains(&format!("voice: {voice:?}")), "{said}");
            assert!(said.contains(&format!("language: {language:?}")), "{said}");
        };
        world.frame(&text("a", "")).advance(PROMPT_MS);
        says(world, "Jane", "en-GB");
        world.frame(&text("b", ",\"lang\":\"de-DE\"")).advance(PROMPT_MS);
        says(world, "Hans", "de-DE");
        world.frame(r#"{"type":"language","ttsLanguage":"fr-FR","transcriptionLanguage":"de-DE"}"#);
        world.frame(&text("c", "")).advance(PROMPT_MS);
        says(world, "Jane", "fr-FR");
        let listens: Vec<_> = world.trace.iter().filter(|effect| effect.starts_with("Collect")).collect();
        assert_eq!(listens.len(), 2);
        assert!(listens[1].contains("\"de-DE\"") && listens[1].contains("\"nova\""), "{}", listens[1]);
        world.say("ja", true);
        assert_eq!(frames(world), [r#"{"type":"prompt","voicePrompt":"ja","lang":"de-DE","last":true}"#]);
    });
}

#[test]
fn frames_that_cannot_be_used_are_answered_with_an_error_and_nothing_else_happens() {
    let long = "x".repeat(65_537);
    let tones = format!(r#"{{"type":"sendDigits","digits":"{}"}}"#, "1".repeat(257));
    let much = format!(r#"{{"type":"text","token":"{}"}}"#, "x".repeat(40_000));
    for (frame, code) in [
        ("", 31_950),
        ("{\"type\":", 31_950),
        (&*long, 31_950),
        ("[]", 31_951),
        (r#"{"type":"dance"}"#, 31_951),
        (r#"{"type":"text","token":7}"#, 31_951),
        (r#"{"type":"text","token":"x","lang":"no language"}"#, 31_951),
        (r#"{"type":"play","source":"ftp://h/x"}"#, 31_951),
        (r#"{"type":"play","source":"/relative"}"#, 31_951),
        (r#"{"type":"sendDigits","digits":"12x"}"#, 31_951),
        (r#"{"type":"sendDigits","digits":""}"#, 31_951),
        (&*tones, 31_951),
        (r#"{"type":"language","ttsLanguage":"\r\n"}"#, 31_951),
    ] {
        relay("", "", |world| {
            world.frame(frame);
            assert_eq!((world.problems(A), frames(world).len()), (vec![code], 1), "{frame:.40}");
            assert!(frames(world)[0].starts_with(r#"{"type":"error","description":"Invalid message"#));
            world.frame(&text("on", ""));
            assert_eq!(world.heard, ["on"], "{frame:.40}");
        });
    }
    relay("", "", |world| {
        world.frame(&much).frame(&much);
        assert_eq!(world.problems(A), [31_951], "tokens without an end are not kept for ever");
        for _ in 0..300 {
            world.frame(&text("on", ""));
        }
        assert_eq!(world.problems(A).len(), 1 + 300 - 257, "nor is a queue without an end");
    });
}

#[test]
fn the_application_ends_the_session_with_what_it_hands_over() {
    for (frame, data) in [
        (r#"{"type":"end","handoffData":"{\"reason\":\"agent\"}"}"#, Some("{\"reason\":\"agent\"}")),
        (r#"{"type":"end","handoffData":{"reason":"agent"}}"#, Some("{\"reason\":\"agent\"}")),
        (r#"{"type":"end"}"#, None),
    ] {
        relay("", "", |world| {
            world.frame(&text("going", "")).advance(2_500).frame(frame);
            let done = world.only(DONE);
            assert_eq!(done.get("SessionStatus"), Some("ended"));
            assert_eq!(done.get("SessionId"), Some(world.relays[0].relay.as_str()));
            assert_eq!((done.get("SessionDuration"), done.get("HandoffData")), (Some("2"), data));
            assert_eq!(done.get("ErrorCode"), None);
            assert_eq!((world.count("CloseRelay"), world.count("StopCollect")), (1, 1));
            world.frame(&text("late", "")).relay(SocketEvent::Closed).finish();
            assert_eq!((world.to(DONE).len(), world.heard.len()), (1, 1), "a late frame changes nothing");
        });
    }
}

#[test]
fn a_socket_that_fails_ends_the_session() {
    for (open, event, code) in [
        (false, SocketEvent::Refused, "39001"),
        (false, SocketEvent::Handshake, "39001"),
        (false, SocketEvent::Closed, "39001"),
        (true, SocketEvent::Broken, "39001"),
        (true, SocketEvent::Protocol, "39001"),
        (true, SocketEvent::Closed, "64105"),
    ] {
        let noun = "<ConversationRelay url=\"wss://a.example/r\" welcomeGreeting=\"hi\"/>";
        each(&format!("<Connect action=\"/done\">{noun}</Connect>"), |world| {
            if open {
                world.relay(SocketEvent::Opened);
            }
            world.relay(event);
            let done = world.only(DONE);
            assert_eq!(
                (done.get("SessionStatus"), done.get("ErrorCode")),
                (Some("failed"), Some(code)),
                "{event:?}"
            );
            assert!(!done.get("ErrorMessage").unwrap().is_empty());
            assert_eq!(world.problems(A), [code.parse::<u32>().unwrap()], "{event:?}");
            assert_eq!(world.count("StopMedia"), usize::from(open), "{event:?}");
        });
    }
}

#[test]
fn a_session_that_never_opens_is_given_up_and_a_bad_url_never_tried() {
    each("<Connect action=\"/done\"><ConversationRelay url=\"wss://a.example/r\"/></Connect>", |world| {
        world.frame(&text("too early", "")).press("1").say("hello", true).advance(10_000);
        assert_eq!((world.only(DONE).get("ErrorCode"), world.count("CloseRelay")), (Some("39001"), 1));
        assert!(world.heard.is_empty() && world.frames.is_empty());
    });
    for (noun, code) in
        [("<ConversationRelay/>", "31923"), ("<ConversationRelay url=\"https://a.example/r\"/>", "31922")]
    {
        each(&format!("<Connect action=\"/done\">{noun}</Connect>"), |world| {
            let done = world.only(DONE);
            assert_eq!((done.get("SessionStatus"), done.get("ErrorCode")), (Some("failed"), Some(code)));
            assert_eq!((world.relays.len(), world.problems(A).len()), (0, 1), "{noun}");
        });
    }
}

#[test]
fn a_caller_who_hangs_up_completes_the_session() {
    relay("welcomeGreeting=\"hi\"", "", |world| {
        world.advance(700).hang_up();
        let done = world.only(DONE);
        assert_eq!(
            (done.get("SessionStatus"), done.get("CallStatus")),
            (Some("completed"), Some("completed"))
        );
        assert_eq!((world.count("CloseRelay"), world.count("StopMedia")), (1, 0));
        world.finish();
        assert_eq!(world.heard, ["hi"]);
    });
}

#[test]
fn an_update_takes_the_caller_out_of_the_session() {
    relay("welcomeGreeting=\"hi\"", "", |world| {
        let call = world.requests[0].call.clone();
        world.modify(&call, Change::Twiml("<Response><Say>new</Say></Response>".into())).unwrap();
        assert_eq!(
            (world.count("CloseRelay"), world.count("StopMedia"), world.count("StopCollect")),
            (1, 1, 1)
        );
        assert!(world.to(DONE).is_empty());
        assert_eq!(world.heard, ["hi", "new"]);
    });
}

#[test]
fn without_an_action_the_document_goes_on() {
    each("<Connect><ConversationRelay url=\"wss://a.example/r\"/></Connect><Say>next</Say>", |world| {
        world.relay(SocketEvent::Opened).frame(r#"{"type":"end"}"#);
        assert_eq!(world.heard, ["next"]);
    });
}
