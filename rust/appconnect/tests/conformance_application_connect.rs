//! The fourteen conformance rules of `application-connect.md` section 12; the number of each is in its tests' docs.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::http::{Method, Signer, Url};
use appconnect::input::{Change, FailureReason};
use appconnect::registry::{AccountStatus, Registry};
use support::{
    A, AFTER, APP_B, APP_C, Answer, B, C, CALLER, ENTRY, NUMBER, RECEIVER, Seen, THIRD, World,
    dial_application, plain_config, registry, token,
};

fn signed_by(account: &str, seen: &Seen) -> bool {
    let signer = Signer::new(&token(account));
    let signature = seen.header("X-Twilio-Signature").unwrap();
    let pairs: Vec<_> = match seen.request.method() {
        Method::Post => seen.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        Method::Get => Vec::new(),
    };
    signer.verify(seen.request.url(), &pairs, signature)
}

/// The request that B's application receives for an `<Application>` written like this.
fn arrival(application: &str) -> (World, Seen) {
    let mut world = World::new();
    world.on(ENTRY, &format!("<Dial>{application}</Dial>"));
    world.on(RECEIVER, "<Say>hello</Say>").dial().finish();
    let seen = world.only(RECEIVER).clone();
    (world, seen)
}

/// Rule 1.
#[test]
fn the_three_forms_of_the_sid_make_the_same_request() {
    let (_, text) = arrival(&format!("<Application>\n  {APP_B} </Application>"));
    let (_, nested) =
        arrival(&format!("<Application><ApplicationSid> {APP_B}\n</ApplicationSid></Application>"));
    assert_eq!(text.request.wire(), nested.request.wire());

    let parameters = r#"<Parameter name="a" value="1"/><Parameter name="b" value="2"/>"#;
    let (_, nested) =
        arrival(&format!("<Application><ApplicationSid>{APP_B}</ApplicationSid>{parameters}</Application>"));
    let (_, mixed) = arrival(&format!("<Application>{APP_B}{parameters}</Application>"));
    assert_eq!(mixed.request.wire(), nested.request.wire());
    assert_eq!((mixed.get("Param_a"), mixed.get("Param_b")), (Some("1"), Some("2")));
}

/// Rule 2.
#[test]
fn to_is_the_sid_unless_the_parents_is_copied() {
    for (attributes, to) in [
        ("", APP_B),
        (r#"copyParentTo="false""#, APP_B),
        (r#"copyParentTo="perhaps""#, APP_B),
        (r#"copyParentTo="true""#, NUMBER),
    ] {
        let mut world = World::handing_over("", attributes, "", "<Say>hello</Say>");
        world.dial().finish();
        let seen = world.only(RECEIVER);
        assert_eq!((seen.get("To"), seen.get("Called")), (Some(to), Some(to)), "{attributes}");
        assert_eq!((seen.get("From"), seen.get("Caller")), (Some(CALLER), Some(CALLER)), "{attributes}");
        assert_eq!(world.bill(seen.get("CallSid").unwrap()).to.as_str(), to, "{attributes}");
        assert_eq!(world.hop_bill(0).to.as_str(), APP_B, "A's view names the SID: {attributes}");
    }
}

/// Rule 3.
#[test]
fn the_customer_id_is_the_senders_account_unless_it_is_given() {
    let longest = "é".repeat(256);
    let astral = "\u{1f600}".repeat(256);
    let too_long = "x".repeat(257);
    for (given, sent, warned) in [
        (None, A, false),
        (Some(""), A, false),
        (Some("acme & sons"), "acme & sons", false),
        (Some(longest.as_str()), longest.as_str(), false),
        (Some(astral.as_str()), astral.as_str(), false),
        (Some(too_long.as_str()), A, true),
    ] {
        let attribute =
            given.map_or(String::new(), |id| format!("customerId=\"{}\"", id.replace('&', "&amp;")));
        let mut world = World::handing_over("", &attribute, "", "<Say>hello</Say>");
        world.dial().finish();
        assert_eq!(world.only(RECEIVER).get("CustomerId"), Some(sent), "{given:?}");
        assert_eq!(world.problems(A).contains(&12_200), warned, "{given:?}");
    }
}

/// Rule 4.
#[test]
fn parameters_arrive_with_their_prefix_and_their_very_characters() {
    let inside = concat!(
        r#"<Parameter name="From" value="mallory"/>"#,
        r#"<Parameter name="AccountNumber" value="a&amp;b=c+d %2B"/>"#,
        r#"<Parameter name="Größe" value="漢字 👍"/>"#,
        r#"<Parameter name="lines" value="one&#10;two&#13;three"/>"#,
        "<Parameter name=\"literal\" value=\"one\ntwo\tthree\"/>",
        r#"<Parameter name="empty" value=""/>"#,
        r#"<Parameter name="absent"/>"#,
    );
    let mut world = World::handing_over("", "", inside, "<Say>hello</Say>");
    world.dial().finish();
    let seen = world.only(RECEIVER);
    for (name, value) in [
        ("Param_From", "mallory"),
        ("Param_AccountNumber", "a&b=c+d %2B"),
        ("Param_Größe", "漢字 👍"),
        ("Param_lines", "one\ntwo\rthree"),
        ("Param_literal", "one two three"),
        ("Param_empty", ""),
        ("Param_absent", ""),
        ("From", CALLER),
    ] {
        assert_eq!(seen.get(name), Some(value), "{name}");
    }
    let body = String::from_utf8(seen.request.body().to_vec()).unwrap();
    for wire in ["Param_AccountNumber=a%26b%3Dc%2Bd+%252B", "Param_lines=one%0Atwo%0Dthree", "%F0%9F%91%8D"] {
        assert!(body.contains(wire), "{wire} in {body}");
    }
    assert!(signed_by(B, seen));
}

/// Rule 4.
#[test]
fn a_repeated_parameter_is_sent_once_and_a_nameless_one_never() {
    let inside = concat!(
        r#"<Parameter name="a" value="first"/><Parameter name="b" value="2"/>"#,
        r#"<Parameter name="a" value="last"/><Parameter name="" value="x"/><Parameter value="y"/>"#,
    );
    let mut world = World::handing_over("", "", inside, "<Say>hello</Say>");
    world.dial().finish();
    let sent: Vec<_> =
        world.only(RECEIVER).form.iter().filter(|(name, _)| name.starts_with("Param_")).collect();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert_eq!(world.only(RECEIVER).get("Param_a"), Some("last"));
    assert_eq!(world.problems(A), [12_200; 3]);
}

/// Rule 5.
#[test]
fn every_request_is_signed_by_its_own_account_and_by_no_other() {
    for method in [Method::Post, Method::Get] {
        let registry = registry(|_, applications, _| {
            applications[1].voice.as_mut().unwrap().method = method;
            applications[1].voice.as_mut().unwrap().url =
                Url::parse("https://b.example:8443/voice?tenant=7&x=a%20b").unwrap();
        });
        let mut world = World::with(plain_config(), registry);
        let inside = r#"<Parameter name="x" value="a+b&amp;c"/>"#;
        world
            .hand_over("", "", inside, "")
            .on("https://b.example:8443/voice", "<Say>hello</Say><Redirect>next</Redirect>");
        world.on("https://b.example:8443/next", r#"<Hangup><Parameter name="ok" value="y"/></Hangup>"#);
        world.dial().finish();
        let received = world.only("https://b.example:8443/voice");
        assert_eq!(received.request.method(), method);
        assert_eq!(received.get("Param_x"), Some("a+b&c"));
        for seen in &world.requests {
            let other = if seen.account == A { B } else { A };
            assert!(signed_by(&seen.account, seen), "{}", seen.url);
            assert!(!signed_by(other, seen), "{}", seen.url);
        }
        assert_eq!(world.only(AFTER).account, A);
        assert_eq!(received.account, B);
    }
}

/// Which of the two registries a call meets, and what A can see of it.
fn attempt(registry: Registry, application: &str) -> (World, Option<Seen>, Seen) {
    let mut world = World::with(plain_config(), registry);
    world.on(ENTRY, &dial_application("action=\"/after\"", "", application, ""));
    world.on(RECEIVER, "<Say>hello</Say>").on("https://own.example/voice", "<Say>own</Say>");
    world.dial().finish();
    let reached = world.to(RECEIVER).first().map(|seen| (*seen).clone());
    let after = world.only(AFTER).clone();
    (world, reached, after)
}

/// Rule 6.
#[test]
fn an_application_of_the_own_account_needs_no_flag() {
    for public in [false, true] {
        let registry = registry(|_, applications, _| {
            applications[1].account = A.parse().unwrap();
            applications[1].public_application_connect_enabled = public;
        });
        let (_, reached, after) = attempt(registry, APP_B);
        assert_eq!(reached.unwrap().account, A);
        assert_eq!(after.get("DialCallStatus"), Some("completed"));
    }
}

/// Rule 6.
#[test]
fn an_application_of_another_account_needs_the_flag() {
    for public in [false, true] {
        let registry = registry(|_, applications, _| {
            applications[1].public_application_connect_enabled = public;
        });
        let (_, reached, after) = attempt(registry, APP_B);
        assert_eq!(reached.is_some(), public);
        assert_eq!(after.get("DialCallStatus"), Some(if public { "completed" } else { "failed" }));
    }
}

/// Rule 6: what does not exist, what is private, deleted, inactive or unset look alike from A's side.
#[test]
fn all_refusals_look_alike_to_the_dialling_account() {
    let unknown = || {
        registry(|_, applications, _| applications.retain(|application| application.sid.as_str() != APP_B))
    };
    let (world, _, expected) = attempt(unknown(), APP_B);
    let seen_by_a = world.seen_by(A);
    for (name, value) in [
        ("DialCallStatus", Some("failed")),
        ("DialBridged", Some("false")),
        ("DialCallDuration", None),
        ("DialCallSid", None),
        ("ErrorCode", Some("21218")),
    ] {
        assert_eq!(expected.get(name), value, "{name}");
    }
    assert_eq!(world.problems(A), [21_218]);

    let private = registry(|_, applications, _| applications[1].public_application_connect_enabled = false);
    let closed = registry(|accounts, _, _| accounts[1].status = AccountStatus::Closed);
    let suspended = registry(|accounts, _, _| accounts[1].status = AccountStatus::Suspended);
    let unset = registry(|_, applications, _| applications[1].voice = None);
    for (case, registry, owner_sees) in [
        ("private", private, vec![]),
        ("closed", closed, vec![10_003]),
        ("suspended", suspended, vec![10_003]),
        ("without a voice URL", unset, vec![11_100]),
    ] {
        let (world, reached, after) = attempt(registry, APP_B);
        assert!(reached.is_none(), "{case}");
        assert_eq!(after.request.wire(), expected.request.wire(), "{case}");
        assert_eq!(world.seen_by(A), seen_by_a, "{case}");
        assert_eq!(world.problems(B), owner_sees, "{case}");
        assert_eq!(world.settlements.len(), 1, "nobody is billed for a refusal: {case}");
    }
}

/// Rule 7.
#[test]
fn hangup_and_reject_return_their_parameters_with_the_status() {
    let parameters = concat!(
        r#"<Parameter name="CallSid" value="SMUGGLED"/><Parameter name="ReturnParam_x" value="1"/>"#,
        r#"<Parameter name="paid" value="no"/><Parameter name="paid" value="ja, 5 €"/>"#,
    );
    for (verb, status, bridged, duration) in [
        ("<Say>hello</Say><Hangup>", "completed", "true", Some("1")),
        ("<Hangup>", "completed", "true", Some("0")),
        ("<Reject>", "no-answer", "false", None),
        (r#"<Reject reason="rejected">"#, "no-answer", "false", None),
        (r#"<Reject reason="busy">"#, "busy", "false", None),
        (r#"<Reject reason="tired">"#, "no-answer", "false", None),
    ] {
        let end = if verb.contains("Hangup") { "</Hangup>" } else { "</Reject>" };
        let mut world = World::handing_over("", "", "", &format!("{verb}{parameters}{end}<Say>never</Say>"));
        world.dial().finish();
        let after = world.only(AFTER);
        assert_eq!(after.get("DialCallStatus"), Some(status), "{verb}");
        assert_eq!(after.get("DialBridged"), Some(bridged), "{verb}");
        assert_eq!(after.get("DialCallDuration"), duration, "{verb}");
        assert_eq!(after.get("ReturnParam_CallSid"), Some("SMUGGLED"), "{verb}");
        assert_eq!(after.get("ReturnParam_ReturnParam_x"), Some("1"), "{verb}");
        let paid: Vec<_> = after.form.iter().filter(|(name, _)| name == "ReturnParam_paid").collect();
        assert_eq!(paid, [&("ReturnParam_paid".to_owned(), "ja, 5 €".to_owned())], "{verb}");
        assert_eq!(after.get("CallSid"), world.only(ENTRY).get("CallSid"), "{verb}");
        assert!(!world.heard.contains(&"never".to_owned()), "{verb}");
    }
}

/// Rule 7: values come back by the verb only, not when the call ends in another way.
#[test]
fn nothing_is_returned_when_the_call_ends_otherwise() {
    let receiver = r#"<Say>hello</Say><Pause length="60"/><Hangup><Parameter name="x" value="1"/></Hangup>"#;
    for end in ["caller", "limit", "rest"] {
        let mut world = World::handing_over(r#"timeLimit="30""#, "", "", receiver);
        world.dial();
        let call = world.only(RECEIVER).call.clone();
        world.advance(10_000);
        match end {
            "caller" => drop(world.hang_up()),
            "rest" => world.modify(&call, Change::Complete).unwrap(),
            _ => {}
        }
        world.finish();
        let after = world.only(AFTER);
        assert_eq!(after.get("DialCallStatus"), Some("completed"), "{end}");
        assert_eq!(after.get("ReturnParam_x"), None, "{end}");
    }
}

/// Rule 8.
#[test]
fn without_an_action_the_next_verb_runs() {
    let mut world = World::new();
    world.on(ENTRY, &format!("{}<Say>back</Say>", dial_application("", "", APP_B, "")));
    world.on(RECEIVER, r#"<Say>hello</Say><Hangup><Parameter name="x" value="1"/></Hangup>"#);
    world.dial().finish();
    assert_eq!(world.heard, ["hello", "back"]);
    assert_eq!(world.urls().iter().filter(|url| url.starts_with("https://a.example/")).count(), 2);
    assert!(world.requests.iter().all(|seen| seen.get("ReturnParam_x").is_none()));
}

/// Rule 8.
#[test]
fn with_an_action_the_next_verb_never_runs() {
    let mut world = World::new();
    world.on(ENTRY, &format!("{}<Say>never</Say>", dial_application("action=\"/after\"", "", APP_B, "")));
    world.on(RECEIVER, "<Hangup/>").dial().finish();
    assert_eq!(world.to(AFTER).len(), 1);
    assert!(world.heard.is_empty());
    assert_eq!(world.engine.live_legs(), 0, "an empty answer to the action ends the call");
}

/// Rule 9.
#[test]
fn the_fallback_of_the_application_learns_what_failed() {
    for (answer, code) in [
        (Answer::status(500), "11200"),
        (Answer::status(404), "11200"),
        (Answer::Fails(FailureReason::Timeout), "11203"),
        (Answer::Fails(FailureReason::Dns), "11210"),
        (Answer::typed("text/xml", b""), "11770"),
        (Answer::typed("text/xml", b"<Response><Say>"), "12100"),
        (Answer::typed("text/xml", b"<Respond/>"), "12102"),
        (Answer::typed("image/png", b"<Response/>"), "12300"),
    ] {
        let registry = registry(|_, applications, _| {
            applications[1].fallback = Some(support::hook("https://b.example/fallback"));
        });
        let mut world = World::with(plain_config(), registry);
        world.hand_over("", "", r#"<Parameter name="x" value="1"/>"#, "");
        world.serve(RECEIVER, [answer]).on("https://b.example/fallback", "<Say>saved</Say>");
        world.dial().finish();
        let fallback = world.only("https://b.example/fallback");
        assert_eq!(fallback.get("ErrorCode"), Some(code));
        assert_eq!(fallback.get("ErrorUrl"), Some(RECEIVER));
        assert_eq!(fallback.get("Param_x"), Some("1"));
        assert_eq!(fallback.get("CallStatus"), Some("ringing"));
        assert_eq!(fallback.get("CallSid"), world.only(RECEIVER).get("CallSid"));
        assert!(signed_by(B, fallback));
        assert_eq!(world.problems(B), [code.parse::<u32>().unwrap()]);
        assert!(world.problems(A).is_empty());
        assert_eq!(world.heard, ["saved"]);
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    }
}

/// Rule 10.
#[test]
fn the_timeout_covers_the_leading_pause() {
    for (pause, status) in [(19, "completed"), (20, "no-answer"), (60, "no-answer")] {
        let receiver = format!("<Pause length=\"{pause}\"/><Say>hello</Say>");
        let mut world = World::handing_over(r#"timeout="20""#, "", "", &receiver);
        world.dial().finish();
        assert_eq!(world.only(AFTER).get("DialCallStatus"), Some(status), "{pause}");
        assert_eq!(world.time_of(AFTER), 20_000, "{pause}");
        assert_eq!(world.heard.is_empty(), status == "no-answer", "B's document is abandoned: {pause}");
        let (child, receiving) = (world.hop_bill(0), world.bill(&world.only(RECEIVER).call));
        assert_eq!((child.status, receiving.status), (status, status), "{pause}");
    }
}

/// Rule 10.
#[test]
fn the_timeout_covers_the_webhook_and_is_30_seconds_unless_given() {
    let mut world = World::handing_over(r#"timeout="5""#, "", "", "");
    world.serve(RECEIVER, [Answer::Silent]).dial().finish();
    assert_eq!(world.time_of(AFTER), 5_000);
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("no-answer"));
    assert_eq!(world.only(AFTER).get("DialCallDuration"), None);

    let mut world = World::handing_over("", "", "", r#"<Pause length="100"/>"#);
    world.dial().finish();
    assert_eq!(world.time_of(AFTER), 30_000);
}

/// Rule 11.
#[test]
fn a_redirect_of_the_dialling_call_requests_the_action_first_and_then_the_new_document() {
    let mut world = World::handing_over("", "", "", r#"<Say>hello</Say><Pause length="60"/>"#);
    world.on(AFTER, "<Say>ignored</Say>").on("https://a.example/new", "<Say>new</Say>");
    world.dial().advance(10_000);
    let call = world.only(ENTRY).call.clone();
    let url = Url::parse("https://a.example/new").unwrap();
    world.modify(&call, Change::Redirect { url, method: Method::Post }).unwrap();
    world.finish();
    let order: Vec<_> = world.urls().into_iter().filter(|url| !url.ends_with("/status")).collect();
    assert_eq!(order, [ENTRY, RECEIVER, AFTER, "https://a.example/new"]);
    let after = world.only(AFTER);
    for (name, value) in [
        ("DialCallStatus", "completed"),
        ("DialBridged", "true"),
        ("DialCallDuration", "10"),
        ("CallStatus", "in-progress"),
    ] {
        assert_eq!(after.get(name), Some(value), "{name}");
    }
    assert_eq!(world.heard, ["hello", "new"], "only the second document controls the call");
}

/// Rule 12.
#[test]
fn parameters_and_returns_cross_one_hop_only() {
    let mut world = World::handing_over("", "", r#"<Parameter name="secret" value="of A"/>"#, "");
    let own = r#"<Parameter name="note" value="of B"/>"#;
    world.on(RECEIVER, &dial_application("action=\"/done\"", "", APP_C, own));
    world.on(THIRD, r#"<Say>hello</Say><Hangup><Parameter name="hop" value="of C"/></Hangup>"#);
    world.on("https://b.example/done", r#"<Hangup><Parameter name="sum" value="of B"/></Hangup>"#);
    world.dial().finish();

    let third = world.only(THIRD);
    assert_eq!(third.get("AccountSid"), Some(C));
    assert_eq!(third.get("CustomerId"), Some(B), "the immediate sender");
    assert_eq!((third.get("Param_note"), third.get("Param_secret")), (Some("of B"), None));
    let second = world.only("https://b.example/done");
    assert_eq!((second.get("ReturnParam_hop"), second.get("Param_secret")), (Some("of C"), None));
    assert_eq!(second.get("CallSid"), world.only(RECEIVER).get("CallSid"));
    let first = world.only(AFTER);
    assert_eq!((first.get("ReturnParam_hop"), first.get("ReturnParam_sum")), (None, Some("of B")));
    for value in ["of C", "of A"] {
        let readers: Vec<_> =
            world.requests.iter().filter(|seen| seen.form.iter().any(|(_, v)| v == value)).collect();
        assert!(readers.iter().all(|seen| seen.account == B), "{value}: {readers:?}");
    }
}

/// Rule 13.
#[test]
fn a_loop_stops_at_the_hop_limit() {
    let mut world = World::handing_over("", "", "", "");
    world.on(RECEIVER, &dial_application("action=\"/done\"", "", APP_B, ""));
    world.dial().finish();
    assert_eq!(world.to(RECEIVER).len(), 10);
    let done = world.to("https://b.example/done");
    assert_eq!(done.len(), 10);
    assert_eq!(done[0].get("DialCallStatus"), Some("failed"));
    assert_eq!(done[0].get("ErrorCode"), Some("90001"));
    assert!(done[1..].iter().all(|seen| seen.get("DialCallStatus") == Some("completed")));
    assert_eq!(world.problems(B), [90_001]);
    assert!(world.problems(A).is_empty());
    assert_eq!(world.only(AFTER).get("DialCallStatus"), Some("completed"));
    // The caller's call, and two views of each hop.
    assert_eq!(world.settlements.len(), 1 + 2 * 10);
    assert_eq!(world.engine.live_legs(), 0);
}

/// Rule 14.
#[test]
fn the_receiving_account_pays_each_started_minute_in_micro_dollars() {
    for (receiver, seconds, micros, price) in [
        ("<Hangup/>", 0, 2_500, Some("-0.00250")),
        (r#"<Say>a</Say><Pause length="58"/>"#, 59, 2_500, Some("-0.00250")),
        (r#"<Say>a</Say><Pause length="59"/>"#, 60, 2_500, Some("-0.00250")),
        (r#"<Say>a</Say><Pause length="60"/>"#, 61, 5_000, Some("-0.00500")),
        (r#"<Say>a</Say><Pause length="3600"/>"#, 3_601, 152_500, Some("-0.15250")),
        ("<Reject/>", 0, 0, None),
        (r#"<Pause length="60"/><Say>a</Say>"#, 0, 0, None),
    ] {
        let mut world = World::handing_over("", "", "", receiver);
        world.dial().finish();
        let bill = world.bill(&world.only(RECEIVER).call);
        assert_eq!(bill.account.as_str(), B);
        assert_eq!((bill.seconds, bill.amount.0), (seconds, micros), "{receiver}");
        assert_eq!(bill.price().as_deref(), price, "{receiver}");
        let child = world.hop_bill(0);
        assert_eq!((child.account.as_str(), child.amount.0), (A, 0), "{receiver}");
        assert_eq!((child.seconds, child.status), (seconds, bill.status), "{receiver}");
    }
}
