//! A called party asks to be replaced (SIP REFER): what becomes of it, of the caller, and of whoever is to take its
//! place (`twiml-voice.md` section 6, REFER).

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests, too, may stop at their first surprise"
)]

mod support;

use appconnect::Input;
use appconnect::id::ReplyId;
use appconnect::input::ProgressState::{Answered, Busy, Failed};
use appconnect::input::{Change, HttpResponse, Referred};
use appconnect::pii::Pii;
use support::{A, AFTER, APP_B, Answer, ENTRY, World, hook};

const ALL: &str = r#"statusCallback="/child" statusCallbackEvent="initiated ringing answered completed""#;
const CHILD: &str = "https://a.example/child";

/// The events of a child's status callback: number, status.
fn told(world: &World) -> Vec<(String, String)> {
    let all = world.to(CHILD);
    all.iter()
        .map(|seen| {
            (seen.get("SequenceNumber").unwrap().to_owned(), seen.get("CallStatus").unwrap().to_owned())
        })
        .collect()
}

/// The last requests.
fn last(world: &World, most: usize) -> Vec<&str> {
    let urls = world.urls();
    urls[urls.len() - most..].to_vec()
}

/// A caller who talks to a called party that asks to be replaced by carol.
fn referring(refer: &str, answer: &str) -> World {
    let mut world = World::new();
    world.save_at_every_step = true;
    world.on("https://a.example/refer", answer);
    world
        .on(ENTRY, &format!(r#"<Dial action="/after" {refer}><Sip {ALL}>bob@phone.example</Sip></Dial>"#))
        .dial();
    world.progress(0, Answered).advance(2_000);
    let leg = world.dialled[0].leg.clone();
    let target = Pii::from("sip:carol@phone.example?x-a=1");
    world.input(Input::Referred(Referred { leg, target })).unwrap();
    world
}

#[test]
fn a_party_that_asks_to_be_replaced_is_let_go_and_the_caller_gets_the_new_document() {
    let world = referring(r#"referUrl="/refer" referMethod="GET""#, "<Say>One moment</Say>");
    let asked = world.only("https://a.example/refer");
    assert_eq!(asked.get("ReferTransferTarget"), Some("sip:carol@phone.example?x-a=1"));
    assert_eq!(asked.get("CallSid"), world.only(ENTRY).get("CallSid"));
    assert_eq!(asked.request.method(), appconnect::http::Method::Get);
    assert_eq!(world.heard, ["One moment"]);
    assert!(world.bridges.is_empty());
    assert_eq!(told(&world).last().unwrap().1, "completed");
    assert!(world.to(AFTER).is_empty(), "the document of the <Dial> is left");
}

#[test]
fn the_target_of_a_transfer_is_told_by_post_with_256_characters_at_most() {
    let mut world = World::new();
    world.on("https://a.example/refer", "<Hangup/>");
    world.on(ENTRY, r#"<Dial referUrl="/refer"><Sip>bob@phone.example</Sip></Dial>"#).dial();
    world.progress(0, Answered);
    let leg = world.dialled[0].leg.clone();
    let target = Pii::from(format!("sip:carol@phone.example?x-a={}", "1".repeat(300)).as_str());
    world.input(Input::Referred(Referred { leg, target })).unwrap();
    let asked = world.only("https://a.example/refer");
    assert_eq!(asked.request.method(), appconnect::http::Method::Post);
    assert_eq!(asked.get("ReferTransferTarget").map(str::len), Some(256));
}

#[test]
fn without_a_refer_url_or_when_it_fails_the_call_goes_on() {
    let world = referring("", "");
    assert_eq!((world.problems(A), world.bridges.len()), (vec![13_802], 1));
    let mut world = World::new();
    world.serve("https://a.example/refer", [Answer::status(500)]);
    world.on(ENTRY, r#"<Dial referUrl="/refer"><Sip>bob@phone.example</Sip></Dial>"#).dial();
    world.progress(0, Answered);
    let leg = world.dialled[0].leg.clone();
    world.input(Input::Referred(Referred { leg, target: Pii::from("sip:carol@x.example") })).unwrap();
    assert_eq!((world.problems(A), world.bridges.len()), (vec![11_200], 1));
    world.party_hangs_up(0).finish();
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn an_attended_transfer_keeps_the_old_party_until_the_new_one_is_connected() {
    let document = r#"<Dial answerOnBridge="true" action="/new"><Sip>carol@phone.example</Sip></Dial>"#;
    let mut world = referring(r#"referUrl="/refer""#, document);
    assert_eq!(world.bridges.len(), 1, "they go on talking");
    world.progress(1, Answered);
    assert_eq!(world.bridges.len(), 1);
    assert_eq!(world.bridges[0].1, world.dialled[1].leg);
    assert_eq!(told(&world).last().unwrap().1, "completed");
    world.party_hangs_up(1);
    assert_eq!(world.only("https://a.example/new").get("DialCallStatus"), Some("completed"));
    assert!(world.to(AFTER).is_empty());

    let mut world = referring(r#"referUrl="/refer" timeLimit="60""#, document);
    world.advance(3_000).progress(1, Busy);
    assert_eq!(world.bridges[0].1, world.dialled[0].leg, "the old party is back");
    assert!(world.to("https://a.example/new").is_empty());
    world.advance(54_999);
    assert_eq!(world.bridges.len(), 1);
    world.advance(1);
    assert_eq!(world.only(AFTER).get("DialCallDuration"), Some("60"));

    let mut world = referring(r#"referUrl="/refer""#, document);
    world.advance(1_000).party_hangs_up(0);
    assert!(world.to(AFTER).is_empty(), "the new one may still answer");
    world.advance(5_000).progress(1, Failed);
    assert_eq!(world.only(AFTER).get("DialCallDuration"), Some("3"), "it lasted until the old one hung up");

    let mut world = referring(r#"referUrl="/refer""#, document);
    world.hang_up().finish();
    assert_eq!(world.dropped.len(), 2);
    assert_eq!(
        last(&world, 4)[..3],
        [CHILD, "https://a.example/new", AFTER],
        "those who were dialled end first"
    );
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn an_attended_transfer_to_nobody_leaves_the_caller_with_the_old_party() {
    let document = r#"<Dial answerOnBridge="true" action="/new"><Number>12</Number></Dial><Say>never</Say>"#;
    let mut world = referring(r#"referUrl="/refer""#, document);
    assert_eq!(world.problems(A), [13_224]);
    assert_eq!((world.bridges.len(), world.dropped.len(), world.heard.len()), (1, 0, 0));
    assert!(world.to("https://a.example/new").is_empty());
    world.party_hangs_up(0);
    assert_eq!(world.only(AFTER).get("DialCallDuration"), Some("2"));
    world.finish();
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn only_parties_on_lines_of_their_own_are_waited_for_beside_the_old_one() {
    for noun in ["<Conference>room</Conference>", &format!("<Application>{APP_B}</Application>")] {
        let document = format!(r#"<Dial answerOnBridge="true" action="/new">{noun}</Dial>"#);
        let mut world = referring(r#"referUrl="/refer""#, &document);
        assert!(world.bridges.is_empty(), "{noun}");
        assert_eq!(told(&world).last().unwrap().1, "completed");
        world.hang_up().finish();
        assert_eq!((world.engine.live_legs(), world.to(AFTER).len()), (0, 0));
    }
}

#[test]
fn a_new_document_for_the_caller_ends_an_attended_transfer_and_both_connections() {
    let document = r#"<Dial answerOnBridge="true" action="/new"><Sip>carol@phone.example</Sip></Dial>"#;
    let mut world = referring(r#"referUrl="/refer""#, document);
    world.on("https://a.example/update", "<Say>something else</Say>");
    let sid = world.only(ENTRY).get("CallSid").unwrap().to_owned();
    let hook = hook("https://a.example/update");
    world.modify(&sid, Change::Redirect { url: hook.url, method: hook.method }).unwrap();
    assert_eq!(world.only("https://a.example/new").get("DialCallStatus"), Some("no-answer"));
    assert_eq!(world.heard, ["something else"]);
    assert!(world.bridges.is_empty());
    assert_eq!(world.dropped.len(), 2, "nobody is left on a line");
    assert_eq!(last(&world, 3), [CHILD, "https://a.example/new", "https://a.example/update"]);
    world.finish();
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn what_a_party_asked_for_is_not_done_when_it_has_been_replaced() {
    for attended in ["true", "false"] {
        let next = format!(r#"<Dial answerOnBridge="{attended}"><Sip>carol@phone.example</Sip></Dial>"#);
        let mut world = World::new();
        world.serve("https://a.example/refer", [Answer::Silent, Answer::twiml(&next)]);
        world.on(ENTRY, r#"<Dial referUrl="/refer"><Sip>bob@phone.example</Sip></Dial>"#).dial();
        world.progress(0, Answered);
        for _ in 0..2 {
            let leg = world.dialled[0].leg.clone();
            world.input(Input::Referred(Referred { leg, target: Pii::from("sip:carol@x.example") })).unwrap();
        }
        world.progress(1, Answered);
        let call = world.only(ENTRY).get("CallSid").unwrap().parse().unwrap();
        let body = b"<Response><Say>too late</Say></Response>".to_vec();
        for step in 0..100 {
            let headers = vec![("Content-Type".to_owned(), "text/xml".to_owned())];
            let late =
                HttpResponse { reply: ReplyId { call, step }, status: 200, headers, body: body.clone() };
            world.input(Input::HttpResponse(late)).unwrap();
        }
        assert!(world.heard.is_empty());
        assert_eq!(world.bridges.last().unwrap().1, world.dialled[1].leg);
    }
}
