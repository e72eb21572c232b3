//! `<Start>`, `<Stop>` and the `<Connect>`s that are no relay: what runs beside a document, what a document waits for,
//! and what their callbacks say (`twiml-voice.md` section 7, `webhooks.md` sections 10.2 and 10.5).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::Input;
use appconnect::effect::HangUpCause;
use appconnect::http::{Signer, Url};
use appconnect::input::{AgentDone, AgentStatus, Change, SocketEvent, Transcribed};
use support::{A, ENTRY, START, Seen, World, hook, token};

const DONE: &str = "https://a.example/done";
const CALLBACK: &str = "https://a.example/stream";
const STATUS: &str = "https://a.example/status";
const STREAM: &str = r#"<Stream url="wss://a.example/media" statusCallback="/stream""#;

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

/// The events that were told to a URL, in order.
fn events<'a>(world: &'a World, url: &str, name: &str) -> Vec<&'a str> {
    world.to(url).iter().map(|seen| seen.get(name).unwrap_or_default()).collect()
}

fn last<'a>(world: &'a World, url: &str) -> &'a Seen {
    world.to(url).last().copied().unwrap()
}

#[test]
fn a_stream_runs_beside_the_document_and_ends_with_the_call() {
    let verbs = format!("<Start>{STREAM} name=\"ear\" track=\"both_tracks\"/></Start><Say>one</Say>");
    each(&verbs, |world| {
        assert_eq!(world.heard, ["one"], "the document goes on at once");
        assert_eq!((&*world.streams[0].track, world.streams[0].bidirectional), ("both_tracks", false));
        world.stream(0, SocketEvent::Opened).stream(0, SocketEvent::Opened);
        assert_eq!(events(world, CALLBACK, "StreamEvent"), ["stream-started"], "an echo changes nothing");
        world.finish();
        assert_eq!(events(world, CALLBACK, "StreamEvent"), ["stream-started", "stream-stopped"]);
        let told = last(world, CALLBACK);
        let call = world.requests[0].call.clone();
        let expected = [
            ("AccountSid", A),
            ("CallSid", &call),
            ("StreamSid", world.streams[0].stream.as_str()),
            ("StreamName", "ear"),
            ("Timestamp", "2023-11-14T22:13:21.000Z"),
        ];
        for (name, value) in expected {
            assert_eq!(told.get(name), Some(value), "{name}");
        }
        assert_eq!((told.form.len(), told.get("StreamError"), told.awaited), (6, None, false));
        let order: Vec<_> = world.urls().into_iter().rev().take(2).collect();
        assert_eq!(order, [STATUS, CALLBACK], "the stream ends before the call is told to have ended");
        let closed = world.trace.iter().position(|effect| effect.starts_with("CloseStream")).unwrap();
        assert!(closed < world.trace.iter().position(|effect| effect.starts_with("HangUp")).unwrap());
        assert_eq!(world.count("CloseStream"), 1);
        assert!(world.problems(A).is_empty());
    });
}

#[test]
fn the_handshake_is_signed_by_its_account_over_the_wss_url() {
    let mut world = World::new();
    world.on(ENTRY, "<Start><Stream url=\"wss://a.example:8443/media\"/></Start><Pause/>").dial();
    let request = &world.streams[0].request;
    assert_eq!(
        (&*request.url, &*request.host, request.port),
        ("wss://a.example:8443/media", "a.example", 8443)
    );
    let (name, signature) = &request.headers[0];
    assert_eq!(name, "x-twilio-signature");
    // The twin's signature differs by nothing but the scheme, which a validator is given.
    let signer = Signer::new(&token(A));
    let url = appconnect::http::SocketUrl::parse("wss://a.example/media").unwrap();
    let signature = signature.reveal();
    assert_eq!(signature, signer.sign_socket(&url));
    assert!(!signer.verify(&Url::parse("https://a.example/media").unwrap(), &[], signature));
}

#[test]
fn a_stream_that_cannot_be_had_is_told_of_and_the_document_goes_on() {
    for (noun, code) in [
        (r#"<Stream statusCallback="/stream"/>"#, 31_923),
        (r#"<Stream url="https://a.example/media" statusCallback="/stream"/>"#, 31_922),
        (r#"<Stream url="wss://a.example/media?x=1" statusCallback="/stream"/>"#, 31_923),
        (r#"<Stream url="wss://u:p@a.example/media" statusCallback="/stream"/>"#, 31_923),
        (r#"<Stream url="wss://a.example/media#x" statusCallback="/stream"/>"#, 31_923),
    ] {
        each(&format!("<Start>{noun}</Start><Say>on</Say>"), |world| {
            assert_eq!(world.problems(A), [code], "{noun}");
            assert_eq!(events(world, CALLBACK, "StreamEvent"), ["stream-error"], "{noun}");
            assert!(!last(world, CALLBACK).get("StreamError").unwrap().is_empty(), "{noun}");
            assert_eq!((world.streams.len(), world.heard.len()), (0, 1), "{noun}");
            world.finish();
            assert_eq!(world.to(CALLBACK).len(), 1, "what never ran does not stop: {noun}");
        });
    }
}

#[test]
fn a_socket_that_fails_ends_its_stream_and_a_warning_does_not() {
    for event in
        SocketEvent::ALL.iter().copied().filter(|event| event.is_end() && *event != SocketEvent::Closed)
    {
        each(&format!("<Start>{STREAM}/></Start><Pause length=\"9\"/>"), |world| {
            world.stream(0, event).stream(0, SocketEvent::Opened);
            assert_eq!(world.problems(A), [u32::from(event.code_number().unwrap())], "{event:?}");
            assert_eq!(events(world, CALLBACK, "StreamEvent"), ["stream-error"], "{event:?}");
            world.finish();
            assert_eq!((world.to(CALLBACK).len(), world.count("CloseStream")), (1, 0), "{event:?}");
        });
    }
    each(&format!("<Start>{STREAM}/></Start><Pause length=\"9\"/>"), |world| {
        world.stream(0, SocketEvent::Opened);
        for event in SocketEvent::ALL.iter().copied().filter(|event| !event.is_end()) {
            world.stream(0, event);
        }
        assert_eq!(world.problems(A), [31_931, 31_951, 31_950, 31_930]);
        world.stream(0, SocketEvent::Closed);
        assert_eq!(events(world, CALLBACK, "StreamEvent"), ["stream-started", "stream-stopped"]);
    });
}

#[test]
fn at_most_four_tracks_are_forked_and_a_stopped_one_makes_room() {
    let verbs = format!(
        "<Start><Siprec name=\"s\"/>{STREAM} name=\"a\"/>{STREAM} name=\"b\" track=\"both_tracks\"/>\
         {STREAM} name=\"c\"/></Start><Stop><Siprec/></Stop><Start>{STREAM} name=\"d\" track=\"both_tracks\"/></Start>\
         <Say>x</Say>"
    );
    each(&verbs, |world| {
        let names: Vec<_> = world.streams.iter().map(|stream| &*stream.track).collect();
        assert_eq!(names, ["inbound_track", "inbound_track", "both_tracks"]);
        assert_eq!(world.problems(A), [31_960]);
        assert_eq!(last(world, CALLBACK).get("StreamName"), Some("b"));
    });
}

#[test]
fn stop_ends_by_name_or_the_only_one_of_its_kind() {
    let two = format!("<Start>{STREAM} name=\"a\"/>{STREAM} name=\"b\"/></Start>");
    for (stop, stopped, code) in [
        ("<Stop><Stream name=\"b\"/></Stop>", 1, None),
        ("<Stop><Stream name=\" a \"/></Stop>", 1, None),
        ("<Stop><Stream name=\"c\"/></Stop>", 0, Some(12_200)),
        ("<Stop><Stream/></Stop>", 0, Some(12_200)),
        ("<Stop><Siprec/></Stop>", 0, Some(12_200)),
        ("<Stop><Stream name=\"a\"/><Stream/></Stop>", 2, None),
        ("<Stop><Stream name=\"a\"/><Stream name=\"a\"/></Stop>", 1, Some(12_200)),
        ("<Stop><Say>x</Say></Stop>", 0, Some(14_300)),
    ] {
        each(&format!("{two}{stop}<Say>on</Say>"), |world| {
            assert_eq!(world.count("CloseStream"), stopped, "{stop}");
            assert_eq!(world.problems(A), code.into_iter().collect::<Vec<_>>(), "{stop}");
            assert_eq!(world.heard, ["on"], "{stop}");
            world.finish();
            assert_eq!(world.count("CloseStream"), 2, "{stop}");
        });
    }
}

#[test]
fn a_name_is_taken_while_its_stream_runs_and_the_sid_is_the_name_of_one_without() {
    let verbs = format!("<Start>{STREAM} name=\"a\"/>{STREAM} name=\"a\"/>{STREAM}/></Start><Pause/>");
    each(&verbs, |world| {
        assert_eq!((world.streams.len(), world.problems(A)), (2, vec![12_200]));
        world.stream(1, SocketEvent::Opened);
        assert_eq!(last(world, CALLBACK).get("StreamName"), Some(world.streams[1].stream.as_str()));
    });
}

#[test]
fn parameters_reach_the_application_unless_they_are_too_long() {
    let fits = "v".repeat(498);
    let verbs = format!(
        "<Start><Stream url=\"wss://a.example/m\"><Parameter name=\"a\" value=\"1\"/>\
         <Parameter name=\"b\" value=\"{fits}\"/><Parameter name=\"c\" value=\"{fits}x\"/></Stream></Start><Pause/>"
    );
    each(&verbs, |world| {
        let sent: Vec<_> = world.streams[0].parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((sent, world.problems(A)), (vec!["a", "b"], vec![12_200]));
    });
}

#[test]
fn connect_waits_for_the_end_of_its_stream() {
    for (attributes, after) in [("", vec!["after"]), ("action=\"/done\"", vec![])] {
        each(&format!("<Connect {attributes}>{STREAM}/></Connect><Say>after</Say>"), |world| {
            assert!(world.answered && world.streams[0].bidirectional, "{attributes}");
            world.stream(0, SocketEvent::Opened).press("1#").advance(60_000);
            assert_eq!((world.heard.len(), world.count("SendDtmf")), (0, 1), "{attributes}");
            world.stream(0, SocketEvent::Closed);
            assert_eq!(world.heard, after, "{attributes}");
            assert_eq!(world.to(DONE).len(), usize::from(!attributes.is_empty()));
            assert_eq!(events(world, CALLBACK, "StreamEvent"), ["stream-started", "stream-stopped"]);
            world.finish();
            assert_eq!(world.count("CloseStream"), 0, "{attributes}");
        });
    }
}

#[test]
fn a_connect_that_cannot_be_had_ends_at_once() {
    for (noun, code) in [
        ("", 12_200),
        (r#"<Stream url="wss://a.example/m" track="both_tracks"/>"#, 31_941),
        (r#"<Stream url="ws://a.example/m"/>"#, 31_922),
        ("<Room>x</Room>", 90_002),
        ("<Conversation/>", 90_002),
        ("<ConversationRelaySession/>", 90_002),
        ("<AiSession/>", 90_002),
        ("<Autopilot>UAx</Autopilot>", 90_002),
        ("<Assistant/>", 90_002),
    ] {
        each(&format!("<Connect>{noun}</Connect><Say>on</Say>"), |world| {
            assert_eq!((world.problems(A), &*world.heard), (vec![code], &["on".to_owned()][..]), "{noun}");
        });
        each(&format!("<Connect action=\"/done\">{noun}</Connect><Say>never</Say>"), |world| {
            assert_eq!((world.to(DONE).len(), world.heard.len()), (1, 0), "{noun}");
        });
    }
}

#[test]
fn a_socket_that_nobody_reports_of_is_given_up() {
    each(&format!("<Connect>{STREAM}/></Connect><Say>on</Say>"), |world| {
        world.advance(9_999);
        assert!(world.heard.is_empty());
        world.advance(1);
        assert_eq!((world.problems(A), &*world.heard), (vec![31_901], &["on".to_owned()][..]));
        assert_eq!(world.count("CloseStream"), 1);
    });
}

#[test]
fn a_caller_who_hangs_up_ends_the_stream_and_the_action_is_told() {
    each(&format!("<Connect action=\"/done\">{STREAM}/></Connect><Say>never</Say>"), |world| {
        world.stream(0, SocketEvent::Opened).hang_up();
        assert_eq!(world.only(DONE).get("CallStatus"), Some("completed"));
        assert_eq!(events(world, CALLBACK, "StreamEvent"), ["stream-started", "stream-stopped"]);
        assert_eq!(world.urls()[2..], [CALLBACK, DONE, STATUS]);
        world.stream(0, SocketEvent::Closed).finish();
        assert!(world.heard.is_empty() && world.to(CALLBACK).len() == 2);
    });
}

#[test]
fn an_update_ends_a_connect_and_leaves_what_runs_beside_it() {
    let verbs = format!("<Start>{STREAM} name=\"x\"/></Start><Connect action=\"/done\">{STREAM}/></Connect>");
    each(&verbs, |world| {
        world.stream(0, SocketEvent::Opened).stream(1, SocketEvent::Opened);
        world.on("https://a.example/new", "<Say>new</Say>");
        let call = world.requests[0].call.clone();
        let url = hook("https://a.example/new");
        world.modify(&call, Change::Redirect { url: url.url, method: url.method }).unwrap();
        assert_eq!((&*world.heard, world.count("CloseStream")), (&["new".to_owned()][..], 1));
        assert!(world.to(DONE).is_empty());
        world.finish();
        assert_eq!((world.count("CloseStream"), world.hung_up), (2, Some(HangUpCause::Normal)));
    });
}

#[test]
fn what_runs_beside_a_dialled_application_is_its_own_callers() {
    let mut world = World::new();
    world.save_at_every_step = true;
    let dial = support::dial_application("action=\"/after\"", "", support::APP_B, "");
    world.on(ENTRY, &format!("<Start>{STREAM}/></Start>{dial}"));
    world.on(support::RECEIVER, "<Start><Stream url=\"wss://b.example/m\"/></Start><Say>hi</Say>").dial();
    assert_eq!(world.streams[0].account.as_str(), A);
    assert_eq!(world.streams[1].account.as_str(), support::B);
    world.advance(support::PROMPT_MS);
    assert!(world.count("CloseStream") >= 1, "the receiver's stream ends with its call");
    world.finish();
    assert_eq!(world.count("CloseStream"), 2);
}

#[test]
fn siprec_tells_its_recorder_and_its_callback() {
    let noun = r#"<Siprec name="r" connectorName="Rec" statusCallback="/stream"><Parameter name="k" value="v"/></Siprec>"#;
    each(&format!("<Start>{noun}</Start><Say>x</Say>"), |world| {
        assert_eq!((&*world.siprecs[0].connector, &*world.siprecs[0].track), ("Rec", "both_tracks"));
        assert_eq!(world.siprecs[0].parameters.len(), 1);
        world.siprec(0, SocketEvent::Opened).finish();
        assert_eq!(events(world, CALLBACK, "SiprecEvent"), ["siprec-started", "siprec-stopped"]);
        assert_eq!((last(world, CALLBACK).get("SiprecName"), world.count("StopSiprec")), (Some("r"), 1));
    });
    each(&format!("<Start>{noun}</Start><Say>x</Say>"), |world| {
        world.siprec(0, SocketEvent::Refused);
        let told = last(world, CALLBACK);
        assert_eq!(
            (told.get("SiprecEvent"), told.get("SiprecErrorCode")),
            (Some("siprec-error"), Some("31902"))
        );
        assert!(told.get("SiprecError").is_some());
        world.finish();
        assert_eq!((world.to(CALLBACK).len(), world.count("StopSiprec")), (1, 0));
    });
}

fn hear(world: &mut World, inbound: bool, text: &str, is_final: bool) {
    let heard = Transcribed {
        leg: world.leg.clone(),
        transcription: world.transcriptions[0].transcription,
        inbound,
        text: text.into(),
        confidence: Some(0.5),
        is_final,
        stability: Some(0.25),
    };
    world.input(Input::Transcribed(heard)).unwrap();
}

#[test]
fn a_transcription_numbers_what_it_tells() {
    let noun = r#"<Transcription statusCallbackUrl="/stream" partialResults="true" languageCode="de-DE"/>"#;
    each(&format!("<Start>{noun}</Start><Say>x</Say>"), |world| {
        hear(world, true, "I \"would\"", false);
        hear(world, false, "yes", true);
        world.finish();
        let expected = [
            "transcription-started",
            "transcription-content",
            "transcription-content",
            "transcription-stopped",
        ];
        assert_eq!(events(world, CALLBACK, "TranscriptionEvent"), expected);
        assert_eq!(events(world, CALLBACK, "SequenceId"), ["1", "2", "3", "4"]);
        let told = world.to(CALLBACK);
        assert_eq!((told[0].get("Track"), told[0].get("LanguageCode")), (Some("both_tracks"), Some("de-DE")));
        assert_eq!(told[0].get("TranscriptionEngine"), Some("google"));
        let data = r#"{"confidence":0.5,"transcript":"I \"would\""}"#;
        assert_eq!(told[1].get("TranscriptionData"), Some(data));
        assert_eq!((told[1].get("Final"), told[1].get("Stability")), (Some("false"), Some("0.25")));
        assert_eq!(
            (told[1].get("Track"), told[2].get("Track")),
            (Some("inbound_track"), Some("outbound_track"))
        );
        assert_eq!((told[2].get("Final"), told[2].get("Stability")), (Some("true"), None));
        assert_eq!(world.count("StopTranscription"), 1);
    });
}

#[test]
fn a_transcription_tells_what_was_asked_for_and_no_more() {
    let noun = r#"<Transcription statusCallbackUrl="/stream" track="inbound_track"/>"#;
    each(&format!("<Start>{noun}</Start><Pause/><Stop><Transcription/></Stop><Pause/>"), |world| {
        hear(world, true, "partial", false);
        hear(world, false, "the other side", true);
        assert_eq!(world.to(CALLBACK).len(), 1);
        world.advance(1_000);
        hear(world, true, "too late", true);
        assert_eq!(
            events(world, CALLBACK, "TranscriptionEvent"),
            ["transcription-started", "transcription-stopped"]
        );
    });
}

#[test]
fn a_recording_beside_the_document_has_its_own_source_and_ends_by_stop_or_with_the_call() {
    let noun = r#"<Recording name="r" recordingStatusCallback="/stream" recordingStatusCallbackEvent="in-progress completed" "#;
    for (more, channels, track) in
        [("", "2", "both"), ("channels=\"mono\"", "1", "both"), ("track=\"inbound\"", "1", "inbound")]
    {
        each(
            &format!(
                "<Start>{noun}{more}/></Start><Say>a</Say><Stop><Recording name=\"r\"/></Stop><Say>b</Say>"
            ),
            |world| {
                let start = &world.recordings[0];
                assert_eq!((start.beep, start.silence_timeout, start.trim), (false, None, true));
                assert_eq!((start.dual, &*start.track), (channels == "2", track), "{more}");
                assert_eq!(events(world, CALLBACK, "RecordingStatus"), ["in-progress"]);
                world.advance(1_000);
                let told = last(world, CALLBACK);
                assert_eq!(told.get("RecordingStatus"), Some("completed"));
                assert_eq!(told.get("RecordingSource"), Some("StartCallRecordingTwiML"));
                assert_eq!(
                    (told.get("RecordingChannels"), told.get("RecordingTrack")),
                    (Some(channels), Some(track))
                );
                assert_eq!(told.get("RecordingDuration"), Some("1"));
                world.finish();
                assert_eq!(world.count("StopRecording"), 1);
            },
        );
    }
    each(&format!("<Start>{noun}/></Start><Say>a</Say>"), |world| {
        world.hang_up();
        assert_eq!(events(world, CALLBACK, "RecordingStatus"), ["in-progress", "completed"]);
        assert_eq!(world.urls().last(), Some(&STATUS));
    });
}

#[test]
fn start_tells_what_it_does_not_take_and_does_not_answer() {
    each("<Start><Say>x</Say></Start><Start/><Reject/>", |world| {
        assert_eq!(world.problems(A), [14_300, 14_300, 14_300]);
        assert_eq!(world.hung_up, Some(HangUpCause::Rejected));
    });
}

fn agent_done(world: &mut World, status: AgentStatus) {
    let done = AgentDone {
        reply: world.agents[0].reply,
        status,
        provider: "Dialogflow".into(),
        data: Some("{\"EndUserId\":\"7\"}".into()),
        error_code: (status == AgentStatus::Failed).then_some(31_942),
        error: (status == AgentStatus::Failed).then(|| "gone".into()),
    };
    world.input(Input::AgentDone(done)).unwrap();
}

#[test]
fn a_virtual_agent_gives_the_caller_back_with_what_its_provider_says() {
    let noun = r#"<VirtualAgent connectorName="Bot" language="de-DE"><Config name="speed" value="2"/><Parameter name="k" value="v"/></VirtualAgent>"#;
    for status in AgentStatus::ALL.iter().copied() {
        each(&format!("<Connect action=\"/done\">{noun}</Connect><Say>never</Say>"), |world| {
            let start = &world.agents[0];
            assert_eq!((&*start.connector, start.language.as_deref()), ("Bot", Some("de-DE")));
            assert_eq!((start.settings.len(), start.parameters.len()), (1, 1));
            world.advance(60_000);
            agent_done(world, status);
            agent_done(world, status);
            let done = world.only(DONE);
            assert_eq!(done.get("VirtualAgentStatus"), Some(status.as_str()));
            assert_eq!(done.get("VirtualAgentProvider"), Some("Dialogflow"));
            assert_eq!(done.get("VirtualAgentProviderData"), Some("{\"EndUserId\":\"7\"}"));
            let failed = status == AgentStatus::Failed;
            assert_eq!(done.get("VirtualAgentErrorCode").is_some(), failed);
            assert_eq!(done.get("VirtualAgentError").is_some(), failed);
            assert_eq!(world.problems(A).len(), usize::from(failed));
        });
    }
}

#[test]
fn a_virtual_agent_without_an_action_comes_back_to_its_document() {
    let mut world = World::new();
    world.save_at_every_step = true;
    let connect = "<Connect><VirtualAgent connectorName=\"Bot\"/></Connect><Say>never</Say>";
    world.serve(ENTRY, [support::Answer::twiml(connect), support::Answer::twiml("<Say>again</Say>")]).dial();
    agent_done(&mut world, AgentStatus::Completed);
    assert_eq!((world.to(ENTRY).len(), &*world.heard), (2, &["again".to_owned()][..]));
    assert_eq!(last(&world, ENTRY).get("VirtualAgentStatus"), Some("completed"));
}

#[test]
fn a_virtual_agent_that_nobody_named_fails_and_one_whose_caller_left_is_stopped() {
    each("<Connect action=\"/done\"><VirtualAgent/></Connect>", |world| {
        assert_eq!((world.problems(A), world.agents.len()), (vec![31_940], 0));
        assert_eq!(world.only(DONE).get("VirtualAgentStatus"), Some("failed"));
    });
    each("<Connect action=\"/done\"><VirtualAgent connectorName=\"Bot\"/></Connect>", |world| {
        world.advance(1_000).hang_up();
        assert_eq!((world.count("StopAgent"), world.only(DONE).get("CallStatus")), (1, Some("completed")));
        agent_done(world, AgentStatus::Completed);
        assert_eq!(world.to(DONE).len(), 1);
    });
}

#[test]
fn a_call_that_lasts_too_long_closes_its_sockets() {
    each(&format!("<Start>{STREAM}/></Start><Connect>{STREAM}/></Connect>"), |world| {
        world.stream(0, SocketEvent::Opened).stream(1, SocketEvent::Opened).finish();
        assert_eq!((world.now - START, world.count("CloseStream")), (14_400_000, 2));
        assert_eq!(world.problems(A), [32_015]);
    });
}
