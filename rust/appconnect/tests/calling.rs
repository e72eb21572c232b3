//! `<Dial>` to phones, clients and SIP endpoints: who rings, who answers, who is connected, and what is told of it
//! (`twiml-voice.md` section 6, `webhooks.md` sections 10.1 and 11).

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may stop at their first surprise"
)]

mod support;

use appconnect::address::Address;
use appconnect::effect::{EndpointKind, HangUpCause};
use appconnect::input::ProgressState::{Answered, Busy, Failed, NoAnswer, Ringing};
use appconnect::input::{
    AnsweredBy, Change, DocumentSource, HungUp, InputError, MachineDetected, MediaDone, Originate, Progress,
    SipFacts,
};
use appconnect::pii::Pii;
use appconnect::registry::{Handler, PhoneNumber, Webhooks};
use appconnect::{Config, Input};
use support::{A, AFTER, APP_B, Answer, CALLER, ENTRY, NUMBER, World, hook, plain_config, registry};

const ALL: &str = r#"statusCallback="/child" statusCallbackEvent="initiated ringing answered completed""#;
const CHILD: &str = "https://a.example/child";

/// A world in which A's document dials; saved and restored at every step.
fn dialling(attributes: &str, nouns: &str) -> World {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(ENTRY, &format!(r#"<Dial action="/after" {attributes}>{nouns}</Dial>"#)).dial();
    world
}

fn number(attributes: &str) -> String {
    format!("<Number {attributes}>+15550142</Number>")
}

/// The events of a child's status callback: number, status.
fn told(world: &World) -> Vec<(String, String)> {
    let all = world.to(CHILD);
    all.iter()
        .map(|seen| {
            (seen.get("SequenceNumber").unwrap().to_owned(), seen.get("CallStatus").unwrap().to_owned())
        })
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn a_number_rings_answers_and_is_connected_until_it_hangs_up() {
    let mut world = dialling("", &number(ALL));
    let dial = world.dialled[0].clone();
    assert_eq!((dial.endpoint.kind, dial.endpoint.address.as_str()), (EndpointKind::Number, "+15550142"));
    assert_eq!((dial.from.as_str(), dial.timeout), (CALLER, 30));
    assert_eq!(dial.parent.as_ref(), Some(&world.leg));
    assert_eq!(world.ringback, [(true, None)], "the caller hears it ring");
    world.advance(1_000).progress(0, Ringing).advance(4_000).progress(0, Answered);
    assert_eq!(world.bridges, [(world.leg.clone(), dial.leg.clone())]);
    assert_eq!(world.ringback, [(true, None), (false, None)]);
    world.advance(10_500).party_hangs_up(0);
    let after = world.only(AFTER);
    assert_eq!(after.get("DialCallStatus"), Some("completed"));
    assert_eq!(after.get("DialCallSid"), Some(dial.call.as_str()));
    assert_eq!(after.get("DialCallDuration"), Some("10"));
    assert_eq!(after.get("DialBridged"), Some("true"));
    assert_eq!(after.get("CallStatus"), Some("in-progress"));
    let expected = pairs(&[("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]);
    assert_eq!(told(&world), expected);
    let parent = after.get("CallSid").unwrap().to_owned();
    for seen in world.to(CHILD) {
        assert_eq!(seen.get("CallSid"), Some(dial.call.as_str()));
        assert_eq!(seen.get("ParentCallSid"), Some(parent.as_str()));
        assert_eq!(seen.get("Direction"), Some("outbound-dial"));
        assert_eq!((seen.get("From"), seen.get("To")), (Some(CALLER), Some("+15550142")));
    }
    let bill = world.bill(dial.call.as_str());
    assert_eq!((bill.seconds, bill.direction, bill.leg.as_str()), (10, "outbound-dial", "outbound"));
    assert_eq!(bill.parent_call.map(|sid| sid.to_string()), Some(parent));
    world.finish();
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn the_text_of_a_dial_is_a_number_and_numbers_may_be_written_as_people_do() {
    for (text, number) in [
        ("+15550142", "+15550142"),
        (" 415-555-0142\n", "+14155550142"),
        ("(415) 555.0142", "+14155550142"),
        ("1 415 555 0142", "+14155550142"),
    ] {
        let world = dialling("", text);
        assert_eq!(world.dialled[0].endpoint.address.as_str(), number, "{text}");
    }
    for (text, code) in [("bob", 13_223), ("+1555", 13_224), ("911", 13_224), ("client:bob", 13_223)] {
        let world = dialling("", text);
        assert!(world.dialled.is_empty());
        assert_eq!(world.problems(A), [code], "{text}");
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("failed"));
        assert_eq!(world.only(AFTER).get("DialCallSid"), None);
    }
}

#[test]
fn what_becomes_of_an_unanswered_dial_is_told_as_it_was() {
    for (state, status) in [(Busy, "busy"), (NoAnswer, "no-answer"), (Failed, "failed")] {
        let mut world = dialling("", &number(ALL));
        world.progress(0, Ringing).progress(0, state);
        let after = world.only(AFTER);
        assert_eq!(after.get("DialCallStatus"), Some(status));
        assert_eq!(after.get("DialCallDuration"), None);
        assert_eq!(after.get("DialBridged"), Some("false"));
        assert_eq!(told(&world).last().unwrap().1, status);
        assert!(world.dropped.is_empty(), "there is no line to end");
        assert_eq!(world.bill(world.dialled[0].call.as_str()).amount.0, 0);
    }
}

#[test]
fn nobody_answers_within_the_timeout() {
    for (attribute, seconds) in [("", 30_000), (r#"timeout="7""#, 7_000)] {
        let mut world = dialling(attribute, &number(ALL));
        world.progress(0, Ringing).advance(seconds - 1);
        assert!(world.to(AFTER).is_empty());
        world.advance(1);
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("no-answer"));
        assert_eq!(told(&world).last().unwrap().1, "no-answer");
        assert_eq!(world.dropped.len(), 1);
        assert_eq!(world.time_of(AFTER), seconds);
    }
}

#[test]
fn the_first_that_answers_wins_and_the_others_are_canceled() {
    let nouns = format!("{}<Client {ALL}>alice</Client><Sip {ALL}>sip:bob@phone.example</Sip>", number(ALL));
    let mut world = dialling("", &nouns);
    assert_eq!(world.dialled.len(), 3);
    let addresses: Vec<_> =
        world.dialled.iter().map(|dial| dial.endpoint.address.as_str().to_owned()).collect();
    assert_eq!(addresses, ["+15550142", "client:alice", "sip:bob@phone.example"]);
    world.progress(0, Ringing).progress(1, Ringing).progress(2, Busy).progress(1, Answered);
    assert_eq!(world.bridges.len(), 1);
    assert_eq!(world.bridges[0].1, world.dialled[1].leg);
    assert_eq!(world.dropped, [world.dialled[0].leg.clone()]);
    let status = |world: &World, place: usize| {
        let call = world.dialled[place].call.to_string();
        let mut of = world.to(CHILD).into_iter().filter(|seen| seen.get("CallSid") == Some(&call));
        of.next_back().unwrap().get("CallStatus").unwrap().to_owned()
    };
    assert_eq!(status(&world, 0), "canceled");
    assert_eq!(status(&world, 2), "busy");
    world.advance(3_000).party_hangs_up(1);
    let after = world.only(AFTER);
    assert_eq!(after.get("DialCallSid"), Some(world.dialled[1].call.as_str()));
    assert_eq!(after.get("DialCallStatus"), Some("completed"));
}

#[test]
fn of_several_that_fail_the_best_counts() {
    for (states, status) in [
        ([Failed, Busy], "busy"),
        ([Failed, NoAnswer], "no-answer"),
        ([NoAnswer, Busy], "busy"),
        ([Failed, Failed], "failed"),
    ] {
        let mut world = dialling("", &format!("{}<Client>bob</Client>", number("")));
        world.progress(0, states[0]);
        assert!(world.to(AFTER).is_empty(), "one still rings");
        world.progress(1, states[1]);
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some(status));
    }
}

#[test]
fn sequential_calls_one_after_the_other_until_one_answers() {
    let nouns = "<Number>+15550141</Number><Number>+15550142</Number><Number>+15550143</Number>";
    let mut world = dialling(r#"sequential="true" timeout="10""#, nouns);
    assert_eq!(world.dialled.len(), 1);
    world.progress(0, Busy);
    assert_eq!(world.dialled.len(), 2, "the next one rings");
    world.advance(10_000);
    assert_eq!(world.dialled.len(), 3, "each has the whole timeout");
    world.progress(2, Answered).advance(1_000).party_hangs_up(2);
    assert_eq!(world.dialled.len(), 3, "an answered dial is over");
    assert_eq!(world.only(AFTER).get("DialCallSid"), Some(world.dialled[2].call.as_str()));
}

#[test]
fn a_screening_document_decides_whether_the_caller_is_connected() {
    let screen = "https://a.example/screen";
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(
        ENTRY,
        &format!(r#"<Dial action="/after">{}</Dial>"#, number(&format!(r#"url="/screen" {ALL}"#))),
    );
    world.on(screen, r#"<Gather numDigits="1" action="/accept"><Say>Press 1</Say></Gather><Hangup/>"#);
    world.on("https://a.example/accept", "<Say>Connecting</Say>");
    world.dial().advance(2_000).progress(0, Answered);
    let asked = world.only(screen).clone();
    assert_eq!(asked.get("CallSid"), Some(world.dialled[0].call.as_str()));
    assert_eq!(asked.get("Direction"), Some("outbound-dial"));
    assert_eq!(asked.get("CallStatus"), Some("in-progress"));
    assert!(asked.get("ParentCallSid").is_some());
    assert_eq!(told(&world).last().unwrap().1, "in-progress", "the notice comes before the document");
    assert_eq!(world.ringback, [(true, None)], "the caller goes on hearing it ring");
    world.party_presses(0, "1").advance(500);
    assert!(world.bridges.is_empty());
    world.advance(500);
    assert_eq!(world.heard, ["Press 1", "Connecting"]);
    assert_eq!(world.bridges.len(), 1);
}

#[test]
fn a_called_party_that_is_not_connected_has_completed_and_the_dial_was_not_bridged() {
    for screening in ["<Hangup/>", "<Reject/>", "<Say>Bye</Say><Hangup/>"] {
        let mut world = World::new();
        world.save_at_every_step = true;
        world.on(ENTRY, r#"<Dial action="/after"><Number url="/screen">+15550142</Number></Dial>"#);
        world.on("https://a.example/screen", screening).dial().progress(0, Answered).advance(5_000);
        let after = world.only(AFTER);
        assert_eq!(after.get("DialCallStatus"), Some("completed"), "{screening}");
        assert_eq!(after.get("DialBridged"), Some("false"));
        assert_eq!(world.dropped.len(), 1);
    }
    let mut world = World::new();
    world.on(ENTRY, r#"<Dial action="/after"><Number url="/screen">+15550142</Number></Dial>"#);
    world.on("https://a.example/screen", r#"<Pause length="9"/>"#);
    world.dial().progress(0, Answered).advance(1_000).party_hangs_up(0);
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    assert_eq!(world.only(AFTER).get("DialBridged"), Some("false"));
}

#[test]
fn a_screening_document_takes_few_verbs_and_never_a_dial() {
    let screened = |document: &str| {
        let mut world = World::new();
        world.on(ENTRY, r#"<Dial action="/after"><Number url="/screen">+15550142</Number></Dial>"#);
        world.on("https://a.example/screen", document).dial().progress(0, Answered);
        world
    };
    let world = screened("<Dial>+15550143</Dial>");
    assert_eq!(world.problems(A), [13_201]);
    assert_eq!(world.only(AFTER).get("DialBridged"), Some("false"));
    let mut world = screened("<Record/><Say>Hello</Say>");
    assert_eq!(world.problems(A), [12_200]);
    world.advance(1_000);
    assert_eq!(world.bridges.len(), 1);
}

#[test]
fn a_screening_url_that_fails_ends_the_called_party() {
    let mut world = World::new();
    world.on(ENTRY, r#"<Dial action="/after"><Number url="/screen">+15550142</Number></Dial>"#);
    world.serve("https://a.example/screen", [Answer::status(500)]).dial().progress(0, Answered);
    assert_eq!(world.problems(A), [11_200]);
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    assert_eq!(world.only(AFTER).get("DialBridged"), Some("false"));
}

#[test]
fn keys_are_sent_before_the_screening_document() {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(ENTRY, r#"<Dial><Number sendDigits="ww12" url="/screen">+15550142</Number></Dial>"#);
    world.on("https://a.example/screen", "<Say>Hello</Say>").dial().progress(0, Answered);
    assert_eq!(world.heard, ["tones ww12"]);
    assert!(world.to("https://a.example/screen").is_empty());
    world.advance(1_000);
    assert_eq!(world.heard, ["tones ww12", "Hello"]);
    world.advance(1_000);
    assert_eq!(world.bridges.len(), 1);
}

#[test]
fn answer_on_bridge_leaves_the_caller_ringing_until_the_connection() {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(
        ENTRY,
        r#"<Dial answerOnBridge="true" action="/after"><Number url="/screen">+15550142</Number></Dial>"#,
    );
    world.on("https://a.example/screen", "<Say>Hello</Say>").dial().progress(0, Answered);
    assert!(!world.answered);
    assert!(world.ringback.is_empty(), "the carrier's own ringing is heard");
    world.advance(1_000);
    assert!(world.answered);
    assert_eq!(world.bridges.len(), 1);

    let mut world = dialling(r#"answerOnBridge="true""#, &number(""));
    world.progress(0, Busy);
    assert_eq!(world.only(AFTER).get("CallStatus"), Some("ringing"));
    world.finish();
    assert_eq!(world.only("https://a.example/status").get("CallStatus"), Some("no-answer"));
}

#[test]
fn the_caller_hangs_up_while_it_rings_or_talks() {
    for answered in [false, true] {
        let mut world = dialling("", &number(ALL));
        world.progress(0, Ringing);
        if answered {
            world.progress(0, Answered);
        }
        world.advance(2_000).hang_up();
        let order: Vec<_> = world.urls().into_iter().rev().take(3).map(str::to_owned).collect();
        assert_eq!(order, ["https://a.example/status", AFTER, CHILD], "child, action, parent");
        let after = world.only(AFTER);
        assert_eq!(after.get("CallStatus"), Some("completed"));
        let (dial, child) = if answered { ("completed", "completed") } else { ("no-answer", "canceled") };
        assert_eq!(after.get("DialCallStatus"), Some(dial));
        assert_eq!(after.get("DialBridged"), Some(if answered { "true" } else { "false" }));
        assert_eq!(told(&world).last().unwrap().1, child);
        assert_eq!(world.dropped.len(), 1);
        world.finish();
        assert_eq!(world.engine.live_legs(), 0);
    }
}

#[test]
fn the_time_limit_and_the_star_end_the_connection_and_the_document_goes_on() {
    let mut world = dialling(r#"timeLimit="60""#, &number(""));
    world.advance(5_000).progress(0, Answered).advance(59_999);
    assert_eq!(world.bridges.len(), 1);
    world.advance(1);
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    assert_eq!(world.only(AFTER).get("DialCallDuration"), Some("60"));
    assert_eq!(world.dropped.len(), 1);

    for (flag, ends) in [("true", true), ("false", false)] {
        let mut world = dialling(&format!(r#"hangupOnStar="{flag}""#), &number(""));
        world.press("*");
        assert!(world.to(AFTER).is_empty(), "nobody is connected yet");
        world.progress(0, Answered).press("1*");
        assert_eq!(world.to(AFTER).len(), usize::from(ends));
    }
}

#[test]
fn a_dial_without_action_falls_through() {
    let mut world = World::new();
    world.on(ENTRY, "<Dial>+15550142</Dial><Say>Goodbye</Say>").dial().progress(0, Busy);
    assert_eq!(world.heard, ["Goodbye"]);
}

#[test]
fn a_new_document_for_the_caller_comes_after_the_action_of_the_interrupted_dial() {
    for answered in [false, true] {
        let mut world = dialling("", &number(ALL));
        if answered {
            world.progress(0, Answered);
        }
        let call = world.only(ENTRY).call.clone();
        world.on("https://a.example/new", "<Say>New</Say>");
        let url = appconnect::http::Url::parse("https://a.example/new").unwrap();
        world.modify(&call, Change::Redirect { url, method: appconnect::http::Method::Post }).unwrap();
        let last: Vec<_> = world.urls().into_iter().rev().take(3).map(str::to_owned).collect();
        assert_eq!(last, ["https://a.example/new", AFTER, CHILD]);
        assert_eq!(world.heard, ["New"]);
        assert_eq!(world.dropped.len(), 1);
        let status = if answered { "completed" } else { "no-answer" };
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some(status));
        assert_eq!(told(&world).last().unwrap().1, if answered { "completed" } else { "canceled" });
    }
}

#[test]
fn a_new_document_for_the_called_party_takes_it_out_of_the_dial() {
    let mut world = dialling("", &number(ALL));
    let child = world.dialled[0].call.to_string();
    assert_eq!(
        world.modify(&child, Change::Twiml("<Response><Say>New</Say></Response>".into())),
        Err(InputError::NotInProgress)
    );
    world.progress(0, Answered).advance(3_000);
    world.modify(&child, Change::Twiml("<Response><Say>New</Say></Response>".into())).unwrap();
    assert!(world.bridges.is_empty());
    let after = world.only(AFTER);
    assert_eq!(after.get("DialCallStatus"), Some("completed"));
    assert_eq!(after.get("DialCallDuration"), None, "it is not known how long it will last");
    assert_eq!(world.heard, ["New"]);
    world.advance(1_000);
    assert_eq!(told(&world).last().unwrap(), &("2".to_owned(), "completed".to_owned()));
    assert_eq!(world.bill(&child).seconds, 4);
}

#[test]
fn ending_the_called_party_gives_the_caller_back_to_its_document() {
    let mut world = dialling("", &number(""));
    let child = world.dialled[0].call.to_string();
    world.modify(&child, Change::Cancel).unwrap();
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("canceled"));

    let mut world = dialling("", &number(""));
    let child = world.dialled[0].call.to_string();
    world.progress(0, Answered);
    world.modify(&child, Change::Complete).unwrap();
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    assert_eq!(world.dropped.len(), 1);
}

#[test]
fn a_call_to_a_phone_number_shows_a_number_that_is_the_accounts_to_show() {
    let mine = || {
        registry(|_, _, numbers| {
            let webhooks =
                Box::new(Webhooks { voice: Some(hook("https://a.example/2")), ..Webhooks::default() });
            numbers.push(PhoneNumber {
                number: "+15550177".into(),
                account: A.parse().unwrap(),
                handler: Handler::Webhooks(webhooks),
                caller_name_lookup: false,
            });
        })
    };
    for (caller, shown) in [(CALLER, true), (NUMBER, true), ("+15550177", true), ("+15550166", false)] {
        let mut world = World::with(plain_config(), mine());
        world.on(ENTRY, &format!(r#"<Dial callerId="{caller}" action="/after">+15550142</Dial>"#)).dial();
        assert_eq!(world.dialled.len(), usize::from(shown), "{caller}");
        if shown {
            assert_eq!(world.dialled[0].from.as_str(), caller);
        } else {
            assert_eq!(world.problems(A), [13_214]);
            assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("failed"));
        }
    }
    let any = Config { caller_id: appconnect::config::CallerIdRule::Any, ..plain_config() };
    let mut world = World::with(any, registry(|_, _, _| {}));
    world.on(ENTRY, r#"<Dial callerId="+15550166">+15550142</Dial>"#).dial();
    assert_eq!(world.dialled.len(), 1);
}

#[test]
fn a_client_that_calls_a_phone_number_needs_a_caller_id() {
    let mut world = World::new();
    world.on(ENTRY, r#"<Dial action="/after">+15550142</Dial>"#);
    world.dial_with(|call| call.from = Address::new("client:alice"));
    assert_eq!(world.problems(A), [13_214]);
    let mut world = World::new();
    world.on(ENTRY, &format!(r#"<Dial callerId="{NUMBER}">+15550142</Dial>"#));
    world.dial_with(|call| call.from = Address::new("client:alice"));
    assert_eq!(world.dialled.len(), 1);
}

#[test]
fn a_sip_uri_takes_headers_and_credentials_and_its_answer_is_told() {
    let noun =
        r#"<Sip username="u" password="p">bob@phone.example;transport=tls?x-Order=17&amp;Via=no</Sip>"#;
    let mut world = dialling("", noun);
    let endpoint = world.dialled[0].endpoint.clone();
    assert_eq!(endpoint.address.as_str(), "sip:bob@phone.example;transport=tls");
    assert_eq!(endpoint.parameters, [("x-Order".to_owned(), Pii::from("17"))]);
    assert_eq!(endpoint.username.as_deref(), Some("u"));
    assert!(!format!("{endpoint:?}").contains("\"p\""), "the password is not shown");
    assert_eq!(world.problems(A), [13_252]);
    let leg = world.dialled[0].leg.clone();
    let sip = SipFacts {
        call_id: Some("abc@phone".into()),
        response: Some(480),
        headers: vec![("X-Why".to_owned(), Pii::from("away"))],
    };
    world.input(Input::Progress(Progress { leg, state: NoAnswer, sip: Some(sip) })).unwrap();
    let after = world.only(AFTER);
    assert_eq!(after.get("DialSipCallId"), Some("abc@phone"));
    assert_eq!(after.get("DialSipResponseCode"), Some("480"));
    assert_eq!(after.get("DialSipHeader_X-Why"), Some("away"));

    for bad in ["sip:", "bob @phone.example", &format!("sip:{}@x.example", "b".repeat(256))] {
        let world = dialling("", &format!("<Sip>{bad}</Sip>"));
        assert_eq!(world.problems(A), [13_243], "{bad}");
    }
}

#[test]
fn a_client_gets_parameters_and_others_have_their_own_addresses() {
    let world =
        dialling("", r#"<Client><Identity>alice</Identity><Parameter name="Order" value="17"/></Client>"#);
    let endpoint = &world.dialled[0].endpoint;
    assert_eq!((endpoint.kind, endpoint.address.as_str()), (EndpointKind::Client, "client:alice"));
    assert_eq!(endpoint.parameters, [("Order".to_owned(), Pii::from("17"))]);

    let world = dialling(r#"callerId="whatsapp:+15550199""#, "<WhatsApp>+15550142</WhatsApp>");
    assert_eq!(world.dialled[0].endpoint.address.as_str(), "whatsapp:+15550142");
    let world = dialling("", "<WhatsApp>+15550142</WhatsApp>");
    assert_eq!(world.problems(A), [13_214]);

    let sim = format!("DE{}", "0".repeat(32));
    let world = dialling("", &format!("<Sim>{sim}</Sim>"));
    assert_eq!(world.dialled[0].endpoint.kind, EndpointKind::Sim);
}

#[test]
fn a_recording_begins_when_it_rings_or_when_it_is_answered() {
    for (mode, before) in [("record-from-ringing", 1), ("record-from-answer", 0), ("true", 0)] {
        let mut world = dialling(&format!(r#"record="{mode}""#), &number(""));
        assert_eq!(world.recordings.len(), before, "{mode}");
        world.advance(1_000).progress(0, Answered);
        assert_eq!(world.recordings.len(), 1);
        world.advance(4_000).party_hangs_up(0);
        let seconds = if before == 1 { "5" } else { "4" };
        assert_eq!(world.only(AFTER).get("RecordingDuration"), Some(seconds));
    }
}

#[test]
fn machine_detection_takes_its_times_from_the_noun() {
    let given = r#"machineDetection="DetectMessageEnd" machineDetectionTimeout="10" machineDetectionSpeechThreshold="3000"
        machineDetectionSpeechEndThreshold="700" machineDetectionSilenceTimeout="2500""#;
    for noun in ["Number", "Sip"] {
        let to = if noun == "Sip" { "bob@phone.example" } else { "+15550123" };
        for (attributes, times) in
            [(r#"machineDetection="Enable""#, (30, 2_400, 1_200, 5_000)), (given, (10, 3_000, 700, 2_500))]
        {
            let world = dialling("", &format!("<{noun} {attributes}>{to}</{noun}>"));
            let found = world.dialled[0].machine_detection.unwrap();
            let told =
                (found.timeout, found.speech_threshold, found.speech_end_threshold, found.silence_timeout);
            assert_eq!((told, found.message_end), (times, attributes == given), "{noun}");
        }
        assert_eq!(dialling("", &format!("<{noun}>{to}</{noun}>")).dialled[0].machine_detection, None);
    }
}

#[test]
fn machine_detection_runs_beside_the_call_and_is_told() {
    let attributes = r#"machineDetection="Enable" amdStatusCallback="/amd""#;
    let mut world = dialling("", &number(attributes));
    assert_eq!(world.dialled[0].machine_detection.unwrap().timeout, 30);
    world.progress(0, Answered);
    assert_eq!(world.bridges.len(), 1, "it delays nothing");
    let leg = world.dialled[0].leg.clone();
    let found = MachineDetected { leg, answered_by: AnsweredBy::MachineStart, duration_ms: 2_400 };
    world.input(Input::MachineDetected(found.clone())).unwrap();
    world.input(Input::MachineDetected(found)).unwrap();
    let told = world.only("https://a.example/amd");
    assert_eq!(told.get("AnsweredBy"), Some("machine_start"));
    assert_eq!(told.get("MachineDetectionDuration"), Some("2400"));
    assert_eq!(told.get("CallSid"), Some(world.dialled[0].call.as_str()));
}

fn originate() -> Originate {
    Originate {
        leg: "leg-1".parse().unwrap(),
        account: A.parse().unwrap(),
        from: Address::new(NUMBER),
        to: Address::new("+15550142"),
        document: DocumentSource::Url(hook(ENTRY)),
        fallback: None,
        status_callback: Some(hook(CHILD)),
        status_callback_events: ["initiated", "ringing", "answered", "completed"].map(Into::into).into(),
        timeout: 60,
        time_limit: None,
        send_digits: None,
        machine_detection: None,
        asynchronous_detection: false,
        detection_callback: None,
        recording: None,
    }
}

#[test]
fn a_call_that_its_account_places_runs_its_document_when_it_is_answered() {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(ENTRY, "<Say>Hello</Say>");
    world.input(Input::Originate(Box::new(originate()))).unwrap();
    assert!(world.to(ENTRY).is_empty(), "nothing runs before the answer");
    assert_eq!(world.dialled[0].parent, None);
    world.progress(0, Ringing).advance(5_000).progress(0, Answered);
    let first = world.only(ENTRY);
    assert_eq!(first.get("CallStatus"), Some("in-progress"));
    assert_eq!(first.get("Direction"), Some("outbound-api"));
    assert_eq!((first.get("From"), first.get("To")), (Some(NUMBER), Some("+15550142")));
    assert_eq!(first.get("ParentCallSid"), None);
    world.finish();
    assert_eq!(world.heard, ["Hello"]);
    assert_eq!(world.hung_up, Some(HangUpCause::Normal));
    let expected = pairs(&[("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]);
    assert_eq!(told(&world), expected);
    assert_eq!(world.settlements[0].leg.as_str(), "outbound");
}

#[test]
fn a_placed_call_that_nobody_answers_runs_nothing() {
    for (state, status) in [(Some(Busy), "busy"), (Some(Failed), "failed"), (None, "no-answer")] {
        let mut world = World::new();
        world.input(Input::Originate(Box::new(originate()))).unwrap();
        match state {
            Some(state) => world.progress(0, state),
            None => world.advance(60_000),
        };
        assert!(world.to(ENTRY).is_empty());
        assert_eq!(told(&world).last().unwrap().1, status);
        assert_eq!(world.engine.live_legs(), 0);
    }
}

#[test]
fn a_placed_call_can_wait_for_who_answered() {
    let with = |asynchronous| Originate {
        machine_detection: Some(appconnect::effect::MachineDetection {
            message_end: false,
            timeout: 30,
            speech_threshold: 2_400,
            speech_end_threshold: 1_200,
            silence_timeout: 5_000,
        }),
        asynchronous_detection: asynchronous,
        detection_callback: Some(hook("https://a.example/amd")),
        ..originate()
    };
    let found = || {
        let leg = "leg-1".parse().unwrap();
        Input::MachineDetected(MachineDetected { leg, answered_by: AnsweredBy::Human, duration_ms: 1_100 })
    };
    let mut world = World::new();
    world.save_at_every_step = true;
    world.input(Input::Originate(Box::new(with(false)))).unwrap();
    world.progress(0, Answered);
    assert!(world.to(ENTRY).is_empty());
    world.input(found()).unwrap();
    assert_eq!(world.only(ENTRY).get("AnsweredBy"), Some("human"));
    assert!(world.to("https://a.example/amd").is_empty());

    let mut world = World::new();
    world.input(Input::Originate(Box::new(with(false)))).unwrap();
    world.progress(0, Answered).advance(30_000);
    assert_eq!(world.only(ENTRY).get("AnsweredBy"), Some("unknown"));

    let mut world = World::new();
    world.on(ENTRY, r#"<Pause length="9"/>"#);
    world.input(Input::Originate(Box::new(with(true)))).unwrap();
    world.progress(0, Answered);
    assert_eq!(world.only(ENTRY).get("AnsweredBy"), None);
    world.input(found()).unwrap();
    assert_eq!(world.only("https://a.example/amd").get("AnsweredBy"), Some("human"));

    // Nobody says so: the documents go on meanwhile, whichever they are.
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(ENTRY, r#"<Pause length="9"/><Redirect>/next</Redirect>"#);
    world.on("https://a.example/next", r#"<Pause length="90"/>"#);
    world.input(Input::Originate(Box::new(with(true)))).unwrap();
    world.progress(0, Answered).advance(29_999);
    assert!(world.to("https://a.example/amd").is_empty());
    world.advance(1);
    let unknown = world.only("https://a.example/amd");
    assert_eq!(unknown.get("AnsweredBy"), Some("unknown"));
    assert_eq!(unknown.get("MachineDetectionDuration"), Some("30000"));
    world.finish();
    assert_eq!((world.to("https://a.example/amd").len(), world.engine.live_legs()), (1, 0));
}

#[test]
fn a_new_document_replaces_the_first_one_of_a_placed_call_that_is_not_ready_for_it() {
    let detection = appconnect::effect::MachineDetection {
        message_end: false,
        timeout: 30,
        speech_threshold: 2_400,
        speech_end_threshold: 1_200,
        silence_timeout: 5_000,
    };
    let waits = Originate { machine_detection: Some(detection), ..originate() };
    let keys = Originate { send_digits: Some("WW1".into()), ..originate() };
    for call in [waits, keys] {
        let mut world = World::new();
        world.save_at_every_step = true;
        world.input(Input::Originate(Box::new(call))).unwrap();
        world.progress(0, Answered);
        let reply = world.playing();
        let sid = world.dialled[0].call.to_string();
        let other = r#"<Response><Pause length="40"/><Say>Hello</Say></Response>"#;
        world.modify(&sid, Change::Twiml(other.into())).unwrap();
        let leg = world.dialled[0].leg.clone();
        let answered_by = AnsweredBy::Human;
        world.input(Input::MachineDetected(MachineDetected { leg, answered_by, duration_ms: 900 })).unwrap();
        if let Some(reply) = reply {
            world.input(Input::MediaDone(MediaDone { reply, failed: None })).unwrap();
        }
        world.finish();
        assert_eq!(world.heard.last().map(String::as_str), Some("Hello"));
        assert!(world.to(ENTRY).is_empty(), "its first document is never asked for");
    }
}

#[test]
fn a_placed_call_lasts_as_long_as_its_time_limit_and_sends_its_keys_first() {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(ENTRY, r#"<Pause length="600"/>"#);
    let call = Originate { time_limit: Some(20), send_digits: Some("1w2".into()), ..originate() };
    world.input(Input::Originate(Box::new(call))).unwrap();
    world.progress(0, Answered);
    assert_eq!(world.heard, ["tones 1w2"]);
    world.advance(1_000);
    assert_eq!(world.to(ENTRY).len(), 1);
    world.advance(18_999);
    assert_eq!(world.hung_up, None);
    world.advance(1);
    assert_eq!(world.hung_up, Some(HangUpCause::Normal));
    assert_eq!(told(&world).last().unwrap().1, "completed");
}

#[test]
fn the_time_limit_of_a_placed_call_outlives_its_documents() {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on(ENTRY, r#"<Pause length="600"/>"#);
    let call = Originate { time_limit: Some(20), ..originate() };
    world.input(Input::Originate(Box::new(call))).unwrap();
    world.progress(0, Answered).advance(5_000);
    let sid = world.dialled[0].call.to_string();
    let other = r#"<Response><Pause length="600"/></Response>"#;
    world.modify(&sid, Change::Twiml(other.into())).unwrap();
    world.advance(14_999);
    assert_eq!(world.hung_up, None);
    world.advance(1);
    assert_eq!(world.hung_up, Some(HangUpCause::Normal));
}

#[test]
fn what_the_rest_api_would_refuse_is_refused_and_changes_nothing() {
    type Spoil = fn(&mut Originate);
    let refused: [(&str, Spoil); 7] = [
        ("10001", |call| call.account = "AC000000000000000000000000000000ff".parse().unwrap()),
        ("21208", |call| call.timeout = 601),
        ("21206", |call| call.send_digits = Some("12x".into())),
        ("21211", |call| call.to = Address::new("bob")),
        ("21210", |call| call.from = Address::new("+15550123")),
        ("21218", |call| call.document = DocumentSource::Application(APP_B.parse().unwrap())),
        ("12100", |call| call.document = DocumentSource::Twiml("<Response>".into())),
    ];
    for (code, change) in refused {
        let mut world = World::new();
        let mut call = originate();
        change(&mut call);
        let result = world.input(Input::Originate(Box::new(call)));
        assert!(matches!(&result, Err(InputError::CannotPlace(why)) if why.starts_with(code)), "{result:?}");
        assert_eq!(world.engine.live_legs(), 0);
        assert!(world.trace.is_empty());
    }
}

#[test]
fn late_and_repeated_progress_changes_nothing() {
    let mut world = dialling("", &number(ALL));
    world.progress(0, Answered);
    let before = world.trace.len();
    world.progress(0, Ringing).progress(0, Busy).progress(0, Answered);
    assert_eq!(world.trace.len(), before);
    let leg = world.dialled[0].leg.clone();
    world.party_hangs_up(0);
    let before = world.trace.len();
    world.input(Input::HungUp(HungUp { leg: leg.clone() })).unwrap();
    world.input(Input::Progress(Progress { leg, state: Answered, sip: None })).unwrap();
    assert_eq!(world.trace.len(), before);
}
