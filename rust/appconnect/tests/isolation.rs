//! What one account can learn of another, and who decides about a hop: `application-connect.md` sections 2 and 8,
//! programmable rules, and the registry that changes under a call.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::address::Address;
use appconnect::effect::HangUpCause;
use appconnect::event::EventKind;
use appconnect::policy::Verdict;
use appconnect::registry::{AccountStatus, Handler};
use appconnect::{Config, Effect, Input};
use support::{
    A, AFTER, APP_B, APP_C, Answer, B, C, CALLER, ENTRY, NUMBER, RECEIVER, THIRD, World, dial_application,
    plain_config, registry,
};

fn asking() -> World {
    let config = Config { consult: true, ..plain_config() };
    let mut world = World::with(config, registry(|_, _, _| {}));
    world.hand_over(
        r#"callerId="+15550777""#,
        r#"customerId="acme""#,
        r#"<Parameter name="x" value="1"/>"#,
        "<Say>hello</Say>",
    );
    world
}

fn deny() -> Verdict {
    Verdict::Deny { reason: "outside office hours".into() }
}

#[test]
fn a_programmable_rule_is_asked_before_the_application_hears_of_the_call() {
    let mut world = asking();
    world.dial();
    assert_eq!(world.consults.len(), 1);
    assert!(world.to(RECEIVER).is_empty());
    let consult = world.trace.iter().find(|effect| effect.starts_with("Consult")).unwrap();
    for text in [A, B, APP_B, "hops: 0"] {
        assert!(consult.contains(text), "{text} in {consult}");
    }
    world.decide(Verdict::Allow).finish();
    assert_eq!(world.only(RECEIVER).get("Param_x"), Some("1"));
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
}

#[test]
fn a_veto_and_an_unknown_application_are_the_same_to_the_dialling_account() {
    let mut denied = asking();
    denied.dial().decide(deny()).finish();
    let mut unknown = World::with(
        Config { consult: true, ..plain_config() },
        registry(|_, applications, _| applications.retain(|application| application.sid.as_str() != APP_B)),
    );
    unknown.hand_over(
        r#"callerId="+15550777""#,
        r#"customerId="acme""#,
        r#"<Parameter name="x" value="1"/>"#,
        "",
    );
    unknown.dial().finish();
    let (first, second) = (denied.only(AFTER), unknown.only(AFTER));
    assert_eq!(first.request.wire(), second.request.wire());
    assert_eq!(denied.seen_by(A), unknown.seen_by(A));
    assert_eq!(denied.problems(A), [21_218]);
    assert!(denied.to(RECEIVER).is_empty());
    assert!(denied.requests.iter().all(|seen| seen.form.iter().all(|(_, value)| !value.contains("office"))));
}

#[test]
fn the_owner_learns_of_every_decision_and_its_reason() {
    for verdict in [Verdict::Allow, deny()] {
        let mut world = asking();
        world.dial().decide(verdict.clone()).finish();
        let decisions: Vec<_> = world
            .events
            .iter()
            .filter_map(|event| match &event.kind {
                EventKind::Decided(decided) => {
                    Some((event.account.as_str(), decided.allowed, &*decided.reason))
                }
                _ => None,
            })
            .collect();
        let expected =
            if verdict == Verdict::Allow { (B, true, "") } else { (B, false, "outside office hours") };
        assert_eq!(decisions, [expected]);
    }
}

#[test]
fn a_rule_that_does_not_answer_in_time_says_no() {
    let mut world = asking();
    world.dial();
    let late = world.consults[0];
    world.finish();
    assert_eq!(world.time_of(AFTER), 5_000);
    assert_eq!(world.only(AFTER).get("ErrorCode"), Some("21218"));
    let before = world.trace.len();
    let answer = appconnect::input::PolicyVerdict { reply: late, verdict: Verdict::Allow };
    world.input(Input::Verdict(answer)).unwrap();
    assert_eq!(world.trace.len(), before, "a late yes changes nothing");
}

#[test]
fn a_permission_taken_back_during_the_question_counts() {
    let mut world = asking();
    world.dial();
    world.set_registry(registry(|_, applications, _| {
        applications[1].public_application_connect_enabled = false;
    }));
    world.decide(Verdict::Allow).finish();
    assert!(world.to(RECEIVER).is_empty());
    assert_eq!(world.only(AFTER).get("ErrorCode"), Some("21218"));
}

#[test]
fn a_caller_who_leaves_during_the_question_ends_the_call() {
    let mut world = asking();
    world.dial().hang_up().finish();
    assert!(world.to(RECEIVER).is_empty());
    assert_eq!(world.engine.live_legs(), 0);
    assert_eq!(world.settlements.len(), 1);
}

#[test]
fn each_hop_of_a_chain_is_asked_about_with_its_own_accounts() {
    let mut world = asking();
    world.on(RECEIVER, &dial_application("", "", APP_C, "")).on(THIRD, "<Say>hello</Say>").dial();
    world.decide(Verdict::Allow);
    assert_eq!(world.consults.len(), 1);
    let consult = world.trace.iter().rfind(|effect| effect.starts_with("Consult")).unwrap();
    for text in [B, C, APP_C, "hops: 1"] {
        assert!(consult.contains(text), "{text} in {consult}");
    }
    world.decide(deny()).finish();
    assert!(world.to(THIRD).is_empty());
    assert_eq!(world.problems(B), [21_218]);
    assert!(world.problems(A).is_empty());
}

/// A never sees B's webhooks, nor B what concerns A alone (section 11).
#[test]
fn requests_and_events_hold_nothing_of_the_other_account() {
    let mut world =
        World::handing_over("", "", "", "<Say>a secret of B</Say><Play>/b.mp3</Play><Sms>x</Sms>");
    world.on(AFTER, "<Say>a secret of A</Say>").dial().finish();
    let (first, second) = (world.only(ENTRY).call.clone(), world.only(RECEIVER).call.clone());
    let child = world.hop_bill(0).call.to_string();
    let foreign = [("b.example", A), ("secret of B", A), (second.as_str(), A)];
    let own = [("a.example", B), ("secret of A", B), (first.as_str(), B), (child.as_str(), B)];
    for (text, account) in foreign.into_iter().chain(own) {
        for event in world.seen_by(account) {
            assert!(!event.contains(text), "{account} sees {text}: {event}");
        }
        for seen in world.requests.iter().filter(|seen| seen.account == account) {
            assert!(seen.form.iter().all(|(_, value)| !value.contains(text)), "{account} is sent {text}");
        }
    }
    assert!(world.requests.iter().all(|seen| (seen.account == A) == seen.url.contains("a.example")));
}

#[test]
fn problems_of_a_document_go_to_its_owner() {
    let mut world =
        World::handing_over(r#"timeout="x" colour="red""#, "", "", r#"<Say loop="many">hello</Say><Shout/>"#);
    world.on(AFTER, "<Whisper/>").dial().finish();
    let mut of_a = world.problems(A);
    of_a.sort_unstable();
    assert_eq!(of_a, [12_200, 12_200, 13_212]);
    assert_eq!(world.problems(B), [13_510, 12_200]);
}

#[test]
fn bad_attributes_of_the_dial_are_warnings_and_the_default_is_used() {
    for (attribute, code) in [
        (r#"timeout="soon""#, 13_212),
        (r#"timeLimit="0""#, 13_216),
        (r#"hangupOnStar="perhaps""#, 13_213),
        (r#"record="loud""#, 13_217),
        (r#"answerOnBridge="1""#, 13_219),
        (r#"ringTone="xx""#, 13_220),
        (r#"method="PUT""#, 13_210),
        (r#"referUrl="/r""#, 12_200),
        (r#"sequential="true""#, 12_200),
        (r#"colour="red""#, 12_200),
    ] {
        let mut world = World::handing_over(attribute, "", "", "<Say>hello</Say>");
        world.dial().finish();
        assert_eq!(world.problems(A), [code], "{attribute}");
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"), "{attribute}");
        assert!(world.problems(B).is_empty(), "{attribute}");
    }
}

#[test]
fn of_several_nouns_only_the_first_is_dialled() {
    let application = |sid: &str| format!("<Application>{sid}</Application>");
    for (nouns, reached, code) in [
        (format!("{}{}", application(APP_B), application(APP_C)), true, None),
        (format!("{}<Number>+15550123</Number>", application(APP_B)), true, None),
        (format!("<Number>+15550123</Number>{}", application(APP_B)), false, None),
        (format!("<Conference>room</Conference>{}", application(APP_B)), false, None),
    ] {
        let mut world = World::new();
        world.on(ENTRY, &format!("<Dial action=\"/after\">{nouns}</Dial>")).on(RECEIVER, "<Say>hello</Say>");
        world.dial().finish();
        assert_eq!(!world.to(RECEIVER).is_empty(), reached, "{nouns}");
        assert!(world.to(THIRD).is_empty(), "{nouns}");
        assert!(world.problems(A).contains(&13_215), "{nouns}: {:?}", world.problems(A));
        assert_eq!(world.only(AFTER).get("ErrorCode"), code, "{nouns}");
    }
}

#[test]
fn a_strict_operator_fails_a_dial_that_breaks_a_rule() {
    let two = format!("<Application>{APP_B}</Application><Application>{APP_C}</Application>");
    let one = format!("<Application>{APP_B}</Application>");
    let many: Vec<_> = (0..101).map(|name| format!("<Parameter name=\"p{name}\" value=\"\"/>")).collect();
    let many = many.concat();
    let many = format!("<Application>{APP_B}{many}</Application>");
    for (before, attribute, nouns, code) in [
        ("", "", &one, None),
        ("<Say loop=\"many\">a</Say>", "", &one, None),
        ("", "", &two, Some("13215")),
        ("", "timeout=\"soon\"", &one, Some("13212")),
        ("", "", &many, Some("12200")),
    ] {
        let config = Config { strict: true, ..plain_config() };
        let mut world = World::with(config, registry(|_, _, _| {}));
        let dial =
            format!("{before}<Dial action=\"/after\" {attribute}>{nouns}</Dial><Say loop=\"many\">b</Say>");
        world.on(ENTRY, &dial).on(RECEIVER, "<Say>hello</Say>").dial().finish();
        let after = world.only(AFTER);
        assert_eq!(after.get("ErrorCode"), code, "{before} {attribute} {nouns}");
        let status = if code.is_some() { "failed" } else { "completed" };
        assert_eq!(after.get("DialCallStatus"), Some(status), "{before} {attribute} {nouns}");
        assert_eq!(world.to(RECEIVER).is_empty(), code.is_some(), "{before} {attribute} {nouns}");
    }
}

#[test]
fn a_sid_that_names_no_application_fails_the_dial_like_an_unknown_one() {
    for application in [
        "<Application/>".to_owned(),
        "<Application><ApplicationSid/></Application>".to_owned(),
        "<Application>nonsense</Application>".to_owned(),
        format!("<Application>{A}</Application>"),
        format!("<Application><ApplicationSid>{APP_B}</ApplicationSid>{APP_C}</Application>"),
    ] {
        let mut world = World::new();
        world.on(ENTRY, &format!("<Dial action=\"/after\">{application}</Dial>")).dial().finish();
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("failed"), "{application}");
        assert_eq!(world.only(AFTER).get("ErrorCode"), Some("21218"), "{application}");
        assert!(world.problems(A).contains(&21_218), "{application}");
        assert_eq!(world.settlements.len(), 1, "{application}");
    }
}

#[test]
fn an_account_that_is_not_active_gets_no_calls_and_makes_none() {
    for status in [AccountStatus::Suspended, AccountStatus::Closed] {
        let mut world = World::with(plain_config(), registry(|accounts, _, _| accounts[0].status = status));
        world.dial().finish();
        assert!(world.requests.is_empty());
        assert_eq!(world.problems(A), [10_003]);
        assert_eq!(world.hung_up, Some(HangUpCause::Rejected));

        // Suspended while its call is under way.
        let mut world = World::handing_over("", "", "", "<Say>hello</Say>");
        world
            .on(
                ENTRY,
                &format!("<Pause length=\"5\"/>{}", dial_application("action=\"/after\"", "", APP_B, "")),
            )
            .dial();
        world.set_registry(registry(|accounts, _, _| accounts[0].status = status));
        world.finish();
        assert!(world.to(RECEIVER).is_empty());
        assert_eq!(world.only(AFTER).get("ErrorCode"), Some("10001"));
        assert_eq!(world.problems(A), [10_001]);
    }
}

#[test]
fn a_number_that_nobody_has_is_not_found() {
    let mut world = World::new();
    world.dial_to("+15559999");
    assert_eq!(world.hung_up, Some(HangUpCause::NotFound));
    assert!(world.requests.is_empty() && world.settlements.is_empty());
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn a_number_may_be_answered_by_an_application() {
    let registry = registry(|_, applications, numbers| {
        numbers[0].handler = Handler::Application(applications[0].sid.clone());
    });
    let mut world = World::with(plain_config(), registry);
    world.on("https://own.example/voice", "<Say>own</Say>");
    world.dial_with(|call| call.from = Address::new("sip:anna@desk.example")).finish();
    let seen = world.only("https://own.example/voice");
    assert_eq!(seen.get("ApplicationSid"), Some(support::APP_A));
    assert_eq!((seen.get("To"), seen.get("CustomerId"), seen.get("FromCity")), (Some(NUMBER), None, None));
    assert_eq!(world.to("https://own.example/status").len(), 1);
}

#[test]
fn a_new_token_signs_from_the_next_request_on() {
    let mut world = World::new();
    world.on(ENTRY, "<Pause length=\"5\"/><Redirect>/next</Redirect>").dial();
    world.set_registry(registry(|accounts, _, _| {
        accounts[0] = appconnect::registry::Account::new(
            A.parse().unwrap(),
            None,
            AccountStatus::Active,
            support::token("rotated"),
        );
    }));
    world.finish();
    let signer = appconnect::http::Signer::new(&support::token("rotated"));
    for (url, valid) in [(ENTRY, false), ("https://a.example/next", true)] {
        let seen = world.only(url);
        let pairs: Vec<_> = seen.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let signature = seen.header("X-Twilio-Signature").unwrap();
        assert_eq!(signer.verify(seen.request.url(), &pairs, signature), valid, "{url}");
    }
}

#[test]
fn nothing_personal_is_in_the_text_of_inputs_effects_and_events() {
    let inside = r#"<Parameter name="card" value="4111111111111111"/>"#;
    let receiver = r#"<Gather numDigits="6"/>"#;
    let mut world = World::handing_over("", r#"customerId="jane-doe""#, inside, receiver);
    world.serve("https://a.example/other", [Answer::status(500)]);
    world.dial().press("864213").finish();
    for text in [CALLER, "4111111111111111", "864213"] {
        for effect in
            world.trace.iter().filter(|effect| effect.starts_with("Report") || effect.starts_with("Settle"))
        {
            assert!(!effect.contains(text), "{text} in {effect}");
        }
    }
}

#[test]
fn without_a_timeline_only_problems_are_reported() {
    let config = Config { timeline: false, ..plain_config() };
    let mut quiet = World::with(config, registry(|_, _, _| {}));
    quiet.hand_over("", "", "", "<Say>hello</Say><Shout/>").dial().finish();
    assert_eq!(quiet.problems(B), [12_200]);
    assert_eq!(quiet.events.len(), 1);
    let mut loud = World::handing_over("", "", "", "<Say>hello</Say><Shout/>");
    loud.dial().finish();
    let wires =
        |world: &World| world.requests.iter().map(|seen| seen.request.wire().to_vec()).collect::<Vec<_>>();
    assert_eq!(wires(&quiet), wires(&loud), "the timeline changes nothing that happens");
    assert!(matches!(quiet.engine.poll_effect(), None | Some(Effect::Report(_))));
}
