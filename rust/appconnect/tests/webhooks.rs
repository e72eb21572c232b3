//! Webhooks of a call: failures and the fallback, redirects, cookies, credentials, retries, kinds of answers, and the
//! order of notices (`webhooks.md` sections 5 to 8 and 10).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use appconnect::Input;
use appconnect::http::{Method, Signer, Url};
use appconnect::input::{FailureReason, HttpResponse};
use appconnect::registry::{Handler, Registry, Webhook, Webhooks};
use support::{A, Answer, CALLER, ENTRY, Seen, World, hook, plain_config, registry, token};

const FALLBACK: &str = "https://a.example/fallback";
const NEXT: &str = "https://a.example/next";

/// A's number with this voice URL and, if wanted, a fallback.
fn number(voice: &str, method: Method, fallback: bool) -> Registry {
    let voice = Webhook { url: Url::parse(voice).unwrap(), method };
    registry(|_, _, numbers| {
        numbers[0].handler = Handler::Webhooks(Box::new(Webhooks {
            voice: Some(voice),
            fallback: fallback.then(|| hook(FALLBACK)),
            status_callback: Some(hook("https://a.example/status")),
        }));
    })
}

fn world(voice: &str, fallback: bool) -> World {
    World::with(plain_config(), number(voice, Method::Post, fallback))
}

fn signed(seen: &Seen) -> bool {
    let signer = Signer::new(&token(A));
    let pairs: Vec<_> = match seen.request.method() {
        Method::Post => seen.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        Method::Get => Vec::new(),
    };
    signer.verify(seen.request.url(), &pairs, seen.header("X-Twilio-Signature").unwrap())
}

fn token_of(seen: &Seen) -> &str {
    seen.header("I-Twilio-Idempotency-Token").unwrap()
}

#[test]
fn every_failure_has_its_code_and_leads_to_the_fallback() {
    for reason in FailureReason::ALL {
        let mut world = world(ENTRY, true);
        world.serve(ENTRY, [Answer::Fails(*reason)]).on(FALLBACK, "<Say>saved</Say>").dial().finish();
        let code = u32::from(reason.code_number());
        let fallback = world.only(FALLBACK);
        assert_eq!(fallback.get("ErrorCode"), Some(code.to_string().as_str()), "{reason:?}");
        assert_eq!(fallback.get("ErrorUrl"), Some(ENTRY), "{reason:?}");
        assert_eq!(world.problems(A), [code], "{reason:?}");
        assert_eq!(world.heard, ["saved"], "{reason:?}");
    }
}

#[test]
fn a_fallback_that_fails_is_final_and_the_caller_hears_an_apology() {
    let mut world = world(ENTRY, true);
    world.serve(ENTRY, [Answer::status(500)]).serve(FALLBACK, [Answer::typed("text/xml", b"<broken")]);
    world.dial().finish();
    assert_eq!(world.to(FALLBACK).len(), 1);
    assert_eq!(world.problems(A), [11_200, 12_100]);
    assert_eq!(world.heard.len(), 1);
    assert!(world.answered, "it is answered to be heard");
    assert_eq!(world.bill(&world.only(ENTRY).call).status, "completed");
}

#[test]
fn without_a_fallback_the_caller_hears_an_apology() {
    let mut world = world(ENTRY, false);
    world.serve(ENTRY, [Answer::status(404)]).dial().finish();
    assert_eq!(world.heard.len(), 1);
    assert_eq!(world.bill(&world.only(ENTRY).call).status, "completed");
}

#[test]
fn a_later_failure_asks_the_fallback_again() {
    let mut world = world(ENTRY, true);
    world.serve(ENTRY, [Answer::status(500)]).serve(NEXT, [Answer::status(502)]);
    world.serve(FALLBACK, [Answer::twiml("<Redirect>/next</Redirect>"), Answer::twiml("<Say>saved</Say>")]);
    world.dial().finish();
    let fallbacks = world.to(FALLBACK);
    assert_eq!(fallbacks.len(), 2);
    assert_eq!((fallbacks[0].get("ErrorUrl"), fallbacks[1].get("ErrorUrl")), (Some(ENTRY), Some(NEXT)));
    assert_eq!(world.heard, ["saved"]);
}

#[test]
fn the_digits_of_a_failed_action_are_not_repeated_at_the_fallback() {
    let mut world = world(ENTRY, true);
    world.on(ENTRY, "<Gather numDigits=\"1\" action=\"/next\"/>").serve(NEXT, [Answer::status(500)]);
    world.dial().press("1").finish();
    assert_eq!(world.only(FALLBACK).get("Digits"), None);
    assert_eq!(world.only(FALLBACK).get("CallStatus"), Some("in-progress"));
}

#[test]
fn the_fallback_is_the_base_of_its_own_document() {
    let mut world = World::with(
        plain_config(),
        registry(|_, _, numbers| {
            if let Handler::Webhooks(hooks) = &mut numbers[0].handler {
                hooks.fallback = Some(hook("https://backup.example/x/fallback"));
            }
        }),
    );
    world
        .serve(ENTRY, [Answer::status(500)])
        .on("https://backup.example/x/fallback", "<Redirect>next</Redirect>");
    world.dial().finish();
    assert_eq!(world.to("https://backup.example/x/next").len(), 1);
}

#[test]
fn answers_are_run_spoken_or_played_by_their_type() {
    for (kind, body, heard) in [
        ("text/xml", "<Response><Say>a</Say></Response>", vec!["a"]),
        ("application/xml; charset=utf-8", "<Response><Say>a</Say></Response>", vec!["a"]),
        ("text/html", "<Response><Say>a</Say></Response>", vec!["a"]),
        ("text/plain", "<Response><Say>a</Say></Response>", vec!["a"]),
        ("text/plain", "Hello & goodbye", vec!["Hello & goodbye"]),
        ("audio/mpeg", "ID3", vec!["play https://a.example/voice"]),
    ] {
        let mut world = world(ENTRY, true);
        world.serve(ENTRY, [Answer::typed(kind, body.as_bytes())]).dial().finish();
        assert_eq!(world.heard, heard, "{kind} {body}");
        assert!(world.to(FALLBACK).is_empty(), "{kind} {body}");
    }
}

#[test]
fn answers_that_cannot_be_used_have_their_codes() {
    let large = vec![b'a'; 65_537];
    for (kind, body, code) in [
        ("application/json", &b"{}"[..], "12300"),
        ("application/twiml", b"<Response/>", "12300"),
        ("", b"<Response/>", "12300"),
        ("text/xml", b"", "11770"),
        ("text/xml", &large, "11750"),
        ("text/xml", b"<Response><Say>x</Response>", "12100"),
        ("text/xml", b"<!DOCTYPE a><Response/>", "12100"),
        ("text/xml", b"<response/>", "12102"),
    ] {
        let mut world = world(ENTRY, true);
        world.serve(ENTRY, [Answer::typed(kind, body)]).dial().finish();
        assert_eq!(world.only(FALLBACK).get("ErrorCode"), Some(code), "{kind}");
    }
}

#[test]
fn the_body_of_a_failure_status_is_never_run() {
    for status in [100, 400, 401, 403, 404, 429, 500, 503, 599] {
        let mut world = world(ENTRY, true);
        let mut answer = Answer::twiml("<Say>never</Say>");
        if let Answer::Http { status: own, .. } = &mut answer {
            *own = status;
        }
        world.serve(ENTRY, [answer]).on(FALLBACK, "<Say>saved</Say>").dial().finish();
        assert_eq!(world.heard, ["saved"], "{status}");
        assert_eq!(world.only(FALLBACK).get("ErrorCode"), Some("11200"), "{status}");
        assert_eq!(world.to(ENTRY).len(), 1, "{status}");
    }
}

#[test]
fn redirects_become_a_get_except_307() {
    for (status, method) in [(301, Method::Get), (302, Method::Get), (303, Method::Get), (307, Method::Post)]
    {
        let mut world = world(ENTRY, true);
        world.serve(ENTRY, [Answer::redirect(status, "/sub/moved?own=1")]);
        world.on("https://a.example/sub/moved", "<Redirect>next</Redirect>").dial().finish();
        let moved = world.only("https://a.example/sub/moved");
        assert_eq!(moved.request.method(), method, "{status}");
        assert!(signed(moved), "signed anew: {status}");
        assert_eq!(token_of(moved), token_of(world.only(ENTRY)), "one webhook, one token: {status}");
        assert_eq!(moved.get("From"), Some(CALLER), "{status}");
        assert!(moved.request.url().query().unwrap().starts_with("own=1"), "{status}");
        assert_eq!(world.to("https://a.example/sub/next").len(), 1, "the base is the final URL: {status}");
        assert!(world.problems(A).is_empty(), "{status}");
    }
}

#[test]
fn the_digits_of_a_gather_survive_a_redirect() {
    let mut world = World::new();
    world.on(ENTRY, "<Gather numDigits=\"1\" action=\"/next\"/>");
    world.serve(NEXT, [Answer::redirect(302, "/moved")]).on("https://a.example/moved", "<Hangup/>");
    world.dial().press("5").finish();
    assert_eq!(world.only("https://a.example/moved").get("Digits"), Some("5"));
}

#[test]
fn redirects_that_cannot_be_followed_have_their_code() {
    let evil = Answer::redirect(302, "/a%0d%0aSet-Cookie: x");
    for answer in [
        Answer::status(302),
        Answer::redirect(300, "/x"),
        Answer::redirect(304, "/x"),
        Answer::redirect(308, "/x"),
        Answer::redirect(302, "ftp://a.example/x"),
        evil,
    ] {
        let mut world = world(ENTRY, true);
        world.serve(ENTRY, [answer]).dial().finish();
        assert_eq!(world.only(FALLBACK).get("ErrorCode"), Some("11216"));
    }
}

#[test]
fn ten_redirects_are_followed_and_not_eleven() {
    for (hops, followed) in [(10, true), (11, false)] {
        let mut world = world(ENTRY, true);
        world.serve(ENTRY, [Answer::redirect(307, "/r")]);
        let mut answers = vec![Answer::redirect(307, "/r"); hops - 1];
        answers.push(Answer::twiml("<Say>there</Say>"));
        world.serve("https://a.example/r", answers).dial().finish();
        assert_eq!(world.heard == ["there"], followed, "{hops}");
        let code = world.to(FALLBACK).first().map(|seen| seen.get("ErrorCode").unwrap().to_owned());
        assert_eq!(code.as_deref(), (!followed).then_some("11215"), "{hops}");
        assert_eq!(world.to("https://a.example/r").len(), 10, "{hops}");
    }
}

#[test]
fn cookies_belong_to_their_call_and_to_document_requests() {
    let mut world = World::handing_over("", "", "", "<Say>hello</Say><Redirect>more</Redirect>");
    let first =
        "<Dial action=\"/after\"><Application>AP0000000000000000000000000000000b</Application></Dial>";
    world.serve(ENTRY, [Answer::twiml(first).with_header("Set-Cookie", "a=1; Domain=example; Path=/")]);
    let hello = Answer::twiml("<Say>hello</Say><Redirect>more</Redirect>");
    world.serve(support::RECEIVER, [hello.with_header("set-cookie", "session=b; Path=/")]);
    world.on("https://b.example/more", "<Hangup/>").dial().finish();
    assert_eq!(world.only("https://b.example/more").header("Cookie"), Some("session=b"));
    assert_eq!(world.only(support::RECEIVER).header("Cookie"), None, "A's cookies are A's");
    assert_eq!(world.only("https://b.example/status").header("Cookie"), None);
    assert_eq!(
        world.only(support::AFTER).header("Cookie"),
        None,
        "a cookie for all of a top domain is refused"
    );
}

#[test]
fn a_cookie_comes_back_and_changes() {
    let mut world = World::new();
    let answer = |verbs: &str, cookie: &str| Answer::twiml(verbs).with_header("Set-Cookie", cookie);
    world.serve(ENTRY, [answer("<Redirect>/next</Redirect>", "n=1; Path=/")]);
    world.serve(
        NEXT,
        [
            answer("<Redirect>/next</Redirect>", "n=2; Path=/"),
            answer("<Redirect>/next</Redirect>", "n=; Max-Age=0; Path=/"),
            answer("<Hangup/>", "x=y"),
        ],
    );
    world.dial().finish();
    let sent: Vec<_> = world.to(NEXT).iter().map(|seen| seen.header("Cookie").map(str::to_owned)).collect();
    assert_eq!(sent, [Some("n=1".to_owned()), Some("n=2".to_owned()), None]);
}

#[test]
fn credentials_are_sent_when_asked_for_and_from_then_on() {
    let mut world = world("https://user:pass@a.example/voice", true);
    let asked = Answer::status(401).with_header("WWW-Authenticate", "Basic realm=\"x\"");
    let plain = "https://user:pass@a.example/voice";
    world.serve(plain, [asked, Answer::twiml("<Redirect>https://user:pass@a.example/next</Redirect>")]);
    world.on("https://user:pass@a.example/next", "<Hangup/>").dial().finish();
    let tries = world.to(plain);
    assert_eq!(tries.len(), 2);
    assert_eq!(tries[0].header("Authorization"), None);
    assert_eq!(tries[1].header("Authorization"), Some("Basic dXNlcjpwYXNz"));
    assert_eq!(token_of(tries[0]), token_of(tries[1]));
    let next = world.only("https://user:pass@a.example/next");
    assert_eq!(next.header("Authorization"), Some("Basic dXNlcjpwYXNz"));
    assert!(world.problems(A).is_empty());
    assert!(
        world
            .trace
            .iter()
            .filter(|effect| effect.starts_with("Report"))
            .all(|effect| !effect.contains("pass"))
    );
}

#[test]
fn credentials_that_are_refused_are_a_failure() {
    let mut world = world("https://user:pass@a.example/voice", true);
    let asked = Answer::status(401).with_header("WWW-Authenticate", "Basic realm=\"x\"");
    world.serve("https://user:pass@a.example/voice", [asked]).dial().finish();
    assert_eq!(world.to("https://user:pass@a.example/voice").len(), 2);
    assert_eq!(world.only(FALLBACK).get("ErrorCode"), Some("11200"));
    assert_eq!(world.only(FALLBACK).get("ErrorUrl"), Some(ENTRY), "no credentials in a parameter");
}

#[test]
fn asking_for_credentials_is_no_retry() {
    let mut world = world("https://user:pass@a.example/voice#rc=1", false);
    let asked = Answer::status(401).with_header("WWW-Authenticate", "Basic realm=\"x\"");
    let twiml = Answer::twiml("<Say>there</Say>");
    let refused = Answer::Fails(FailureReason::Refused);
    world.serve("https://user:pass@a.example/voice", [asked, refused, twiml]).dial().finish();
    assert_eq!(world.heard, ["there"], "{:?}", world.urls());
}

#[test]
fn retries_follow_the_overrides_of_the_url() {
    let fails = Answer::Fails;
    for (fragment, answer, tries) in [
        ("", fails(FailureReason::ConnectTimeout), 2),
        ("", fails(FailureReason::Refused), 2),
        ("", fails(FailureReason::Tls), 2),
        ("", fails(FailureReason::Timeout), 1),
        ("", fails(FailureReason::Truncated), 1),
        ("", Answer::status(503), 1),
        ("#rc=0", fails(FailureReason::Refused), 1),
        ("#rc=5", fails(FailureReason::Refused), 6),
        ("#rc=9", fails(FailureReason::Refused), 6),
        ("#rp=5xx", Answer::status(503), 2),
        ("#rp=5xx", Answer::status(404), 1),
        ("#rp=4xx&rc=3", Answer::status(404), 4),
        ("#rp=5xx", fails(FailureReason::Refused), 1),
        ("#rp=rt", fails(FailureReason::Timeout), 2),
        ("#rp=all&rc=2", Answer::status(500), 3),
        ("#rp=all&rc=2", fails(FailureReason::Truncated), 1),
    ] {
        let mut world = world(&format!("{ENTRY}{fragment}"), true);
        world.serve(ENTRY, [answer]).dial().finish();
        let made = world.to(ENTRY);
        assert_eq!(made.len(), tries, "{fragment}");
        assert!(made.iter().all(|seen| token_of(seen) == token_of(made[0])), "{fragment}");
        assert!(made.iter().all(|seen| seen.request.wire() == made[0].request.wire()), "{fragment}");
        assert_eq!(world.to(FALLBACK).len(), 1, "{fragment}");
        assert_ne!(token_of(world.only(FALLBACK)), token_of(made[0]), "another webhook: {fragment}");
    }
}

#[test]
fn a_retry_that_succeeds_is_all_the_customer_notices() {
    let mut world = world(ENTRY, true);
    world.serve(ENTRY, [Answer::Fails(FailureReason::Refused), Answer::twiml("<Say>there</Say>")]);
    world.dial().finish();
    assert_eq!(world.heard, ["there"]);
    assert!(world.to(FALLBACK).is_empty());
    assert!(world.problems(A).is_empty());
}

#[test]
fn a_get_webhook_carries_everything_in_its_query() {
    let voice = "https://a.example/voice?own=1";
    let mut world = World::with(plain_config(), number(voice, Method::Get, false));
    world.on(ENTRY, r#"<Gather numDigits="1" method="GET"/>"#).dial().press("3").finish();
    let seen = world.to(ENTRY);
    assert_eq!(seen.len(), 2);
    for request in &seen {
        assert!(request.request.url().as_str().starts_with("https://a.example/voice?own=1&"));
        assert!(request.request.body().is_empty());
        assert!(signed(request));
        assert_eq!(request.form.iter().filter(|(name, _)| name == "CallSid").count(), 1, "the base is clean");
        assert_eq!(request.form.iter().filter(|(name, _)| name == "own").count(), 1);
    }
    assert_eq!(seen[1].get("Digits"), Some("3"));
}

#[test]
fn an_answer_that_the_driver_lost_is_a_timeout() {
    let mut world = world(ENTRY, true);
    world.serve(ENTRY, [Answer::Silent]).on(FALLBACK, "<Say>saved</Say>").dial().finish();
    assert_eq!(world.only(FALLBACK).get("ErrorCode"), Some("11203"));
    assert_eq!(world.heard, ["saved"]);
    assert!((15_000..=30_000).contains(&world.time_of(FALLBACK)), "{}", world.time_of(FALLBACK));
}

#[test]
fn late_and_repeated_answers_change_nothing() {
    let mut world = world(ENTRY, true);
    world.serve(ENTRY, [Answer::Silent]).on(FALLBACK, r#"<Pause length="60"/>"#).dial().advance(30_000);
    let call = world.only(ENTRY).call.parse().unwrap();
    let before = world.trace.len();
    for step in 0..10 {
        let reply = appconnect::id::ReplyId { call, step };
        let body = b"<Response><Say>late</Say></Response>".to_vec();
        let headers = vec![("Content-Type".to_owned(), "text/xml".to_owned())];
        world.input(Input::HttpResponse(HttpResponse { reply, status: 200, headers, body })).unwrap();
    }
    assert_eq!(world.trace.len(), before, "{:?}", &world.trace[before..]);
}

#[test]
fn a_status_callback_that_fails_is_a_warning_and_no_more() {
    for answer in [Answer::status(500), Answer::status(404), Answer::Fails(FailureReason::Timeout)] {
        let mut world = world(ENTRY, true);
        world.on(ENTRY, "<Say>a</Say>").serve("https://a.example/status", [answer]);
        world.dial().finish();
        assert_eq!(world.problems(A), [15_003]);
        assert!(world.to(FALLBACK).is_empty());
        assert_eq!(world.to("https://a.example/status").len(), 1);
        assert_eq!(world.engine.live_legs(), 0);
    }
}

#[test]
fn notices_of_one_call_start_in_the_order_of_their_numbers() {
    let events = r#"statusCallback="/child" statusCallbackEvent="initiated ringing answered completed""#;
    for dials in 1..4 {
        let mut world = World::new();
        let dial = support::dial_application("", events, support::APP_B, "");
        world.on(ENTRY, &dial.repeat(dials)).on(support::RECEIVER, "<Say>hello</Say>").dial().finish();
        let children = world.to("https://a.example/child");
        let mut calls: Vec<_> = children.iter().map(|seen| seen.call.clone()).collect();
        calls.dedup();
        assert_eq!(calls.len(), dials);
        for call in calls {
            let numbers: Vec<_> =
                children.iter().filter(|seen| seen.call == call).map(|seen| seen.sequence).collect();
            assert_eq!(numbers, [Some(0), Some(1), Some(2), Some(3)]);
        }
    }
}

#[test]
fn an_ended_leg_waits_for_its_last_notices_and_then_for_nothing() {
    let mut world = world(ENTRY, false);
    world.on(ENTRY, "<Say>a</Say>").serve("https://a.example/status", [Answer::Silent]).dial().advance(2_000);
    assert!(world.hung_up.is_some());
    assert_eq!(world.engine.live_legs(), 1);
    world.finish();
    assert_eq!(world.engine.live_legs(), 0);
    assert!(world.now - support::START < 200_000);
}

#[test]
fn the_action_of_a_dial_that_fails_takes_the_dialling_document_to_its_fallback() {
    let mut world = world(ENTRY, true);
    world.hand_over("", "", "", "<Say>hello</Say>").serve(support::AFTER, [Answer::status(500)]);
    world.on(FALLBACK, "<Say>saved</Say>").dial().finish();
    let fallback = world.only(FALLBACK);
    assert_eq!((fallback.get("ErrorCode"), fallback.get("ErrorUrl")), (Some("11200"), Some(support::AFTER)));
    assert_eq!(fallback.get("DialCallStatus"), None);
    assert_eq!(world.problems(A), [11_200]);
    assert!(world.problems(support::B).is_empty());
    assert_eq!(world.heard, ["hello", "saved"]);
}

#[test]
fn parameters_too_long_for_a_url_fail_a_get_webhook_of_their_receiver() {
    let registry = registry(|_, applications, _| {
        applications[1].voice.as_mut().unwrap().method = Method::Get;
        applications[1].fallback = Some(hook("https://b.example/fallback"));
    });
    let mut world = World::with(plain_config(), registry);
    let inside = format!("<Parameter name=\"a\" value=\"{}\"/>", "x".repeat(32_000));
    world.hand_over("", "", &inside, "").on("https://b.example/fallback", "<Say>saved</Say>").dial().finish();
    assert!(world.to(support::RECEIVER).is_empty());
    let fallback = world.only("https://b.example/fallback");
    assert_eq!(fallback.get("ErrorCode"), Some("11100"));
    assert_eq!(fallback.get("Param_a").map(str::len), Some(32_000), "a POST has room");
    assert_eq!(world.problems(support::B), [11_100]);
    assert_eq!(world.heard, ["saved"]);
}

#[test]
fn a_caller_who_leaves_while_a_document_is_under_way_makes_its_answer_stale() {
    let mut world = World::handing_over("", "", "", "");
    world.serve(support::RECEIVER, [Answer::Silent]).dial().advance(2_000).hang_up();
    let call = world.only(support::RECEIVER).call.parse().unwrap();
    assert_eq!(world.settlements.len(), 3);
    assert_eq!(world.engine.live_legs(), 0, "nobody waits for the document any more");
    let before = world.trace.len();
    let reply = appconnect::id::ReplyId { call, step: 1 };
    let body = b"<Response><Say>late</Say></Response>".to_vec();
    world.input(Input::HttpResponse(HttpResponse { reply, status: 200, headers: Vec::new(), body })).unwrap();
    assert_eq!(world.trace.len(), before);
}
