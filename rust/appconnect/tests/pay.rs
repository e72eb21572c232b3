//! `<Pay>`: what is asked for, what is right, what is told, and that nobody but the connector sees a card
//! (`twiml-voice.md` section 7).

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper that panics fails its test, which is what it is for"
)]

mod support;

use std::fmt::Write as _;

use appconnect::effect::Charge;
use appconnect::event::EventKind;
use appconnect::id::CallSid;
use appconnect::input::{Change, ChargeDone, ChargeOutcome, MediaFailure, Transcribed};
use appconnect::pii::{Concealed, Pii};
use appconnect::registry::Handler;
use appconnect::{Config, Input};
use support::{A, B, ENTRY, Seen, World, hook, plain_config, registry};

const PAID: &str = "https://a.example/paid";
const STATUS: &str = "https://a.example/progress";
const CARD: &str = "4111111111111111";
const CODE: &str = "987";

fn paying(attributes: &str, prompts: &str) -> World {
    let mut world = World::new();
    world.save_at_every_step = true;
    start(&mut world, attributes, prompts);
    world
}

fn start(world: &mut World, attributes: &str, prompts: &str) {
    let document = format!(r#"<Pay action="/paid" {attributes}>{prompts}</Pay><Say>never</Say>"#);
    world.on(ENTRY, &document).on(PAID, "<Say>thanks</Say>").dial();
}

/// Keys in one input after another; each prompt is heard to its end first.
fn key_in(world: &mut World, inputs: &[&str]) {
    for input in inputs {
        world.advance(1_000);
        world.press(input).press("#");
    }
}

/// A card with all that is asked for, up to the moment at which the connector has it.
fn charged(attributes: &str) -> World {
    let mut world = paying(attributes, "");
    key_in(&mut world, &[CARD, "1230", CODE, "94109"]);
    world.advance(1_000);
    assert_eq!(world.charges.len(), 1);
    world
}

fn answer(world: &mut World, outcome: ChargeOutcome) {
    let reply = world.charges.last().unwrap().reply;
    world.input(Input::ChargeDone(ChargeDone { reply, outcome })).unwrap();
}

fn given(token: Option<&str>, confirmation: Option<&str>, profile: Option<&str>) -> ChargeOutcome {
    let pii = |text: Option<&str>| text.map(Pii::from);
    ChargeOutcome::Paid { token: pii(token), confirmation_code: pii(confirmation), profile_id: pii(profile) }
}

fn declined(code: u32, message: &str, words: Option<&str>) -> ChargeOutcome {
    ChargeOutcome::Failed { code, message: message.into(), connector_error: words.map(Into::into) }
}

/// Name and value of everything that is told beyond the call itself.
fn told(seen: &Seen) -> String {
    let standard = "CallSid AccountSid From To Caller Called CallStatus Direction ApiVersion";
    let own = |name: &str| {
        let place = ["City", "State", "Zip", "Country"].iter().any(|end| name.ends_with(end));
        !place && !standard.split(' ').any(|known| known == name)
    };
    let pairs = seen.form.iter().filter(|(name, _)| own(name));
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

/// Everything that left the engine but the charge itself: requests as bytes, the timeline with what it hides, and the
/// printed form of every effect.
fn everything(world: &World) -> String {
    let mut text = world.trace.join("\n");
    for seen in &world.requests {
        text += &String::from_utf8_lossy(seen.request.wire());
        write!(text, "{:?}{:?}", seen.form, seen.request).unwrap();
    }
    for event in &world.events {
        write!(text, "{event:?}").unwrap();
        match &event.kind {
            EventKind::Pressed(pressed) => text += pressed.digits.reveal(),
            EventKind::Requested(requested) => {
                requested.form.iter().for_each(|(_, value)| text += value.reveal());
            }
            _ => {}
        }
    }
    text
}

fn snapshot(world: &World) -> String {
    let calls = world.requests.iter().map(|seen| seen.call.parse::<CallSid>().unwrap());
    let bytes = calls.into_iter().find_map(|call| world.engine.snapshot(call).ok()).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_card_is_asked_for_and_charged() {
    let mut world = paying(
        r#"chargeAmount="20.45" currency="eur" description="Order 7" paymentConnector="Shop" tokenType="one-time""#,
        r#"<Parameter name="order" value="7"/>"#,
    );
    assert!(world.answered);
    key_in(&mut world, &[CARD, "1230", CODE, "94109"]);
    assert!(world.charges.is_empty(), "what is said of the processing is said first");
    world.advance(1_000);
    let Charge {
        details,
        amount,
        currency,
        connector,
        method,
        token_type,
        description,
        parameters,
        account,
        ..
    } = world.charges[0].clone();
    assert_eq!((amount.as_deref(), &*currency, &*connector), (Some("20.45"), "eur", "Shop"));
    assert_eq!(
        (&*method, &*token_type, description.as_deref()),
        ("credit-card", "one-time", Some("Order 7"))
    );
    assert_eq!(parameters, [("order".to_owned(), Pii::from("7"))]);
    assert_eq!(account.as_str(), A);
    assert_eq!(details.card_number.unwrap().reveal(), CARD);
    assert_eq!(details.card_type.as_deref(), Some("visa"));
    assert_eq!(details.expiration_date.unwrap().reveal(), "1230");
    assert_eq!(details.security_code.unwrap().reveal(), CODE);
    assert_eq!(details.postal_code.unwrap().reveal(), "94109");
    assert_eq!(details.bank_account_number, None);
    assert_eq!(world.heard.len(), 5);
    answer(&mut world, given(Some("tok_1"), Some("ok-17"), Some("cus_9")));
    let paid = world.only(PAID);
    assert_eq!(paid.request.method().as_str(), "POST");
    assert_eq!(
        told(paid),
        "Result=success PaymentMethod=credit-card PaymentCardNumber=xxxxxxxxxxxx1111 PaymentCardType=visa \
         ExpirationDate=1230 SecurityCode=xxx PaymentCardPostalCode=94109 PaymentConfirmationCode=ok-17 \
         ProfileId=cus_9"
    );
    world.finish();
    assert_eq!(world.heard.last().map(String::as_str), Some("thanks"));
    assert!(world.problems(A).is_empty());
}

#[test]
fn without_an_amount_a_token_is_made() {
    for attributes in ["", r#"chargeAmount="0""#, r#"chargeAmount="0.00""#] {
        let mut world = charged(attributes);
        assert_eq!(world.charges[0].amount, None);
        answer(&mut world, given(Some("tok_1"), Some("ok-17"), None));
        let paid = told(world.only(PAID));
        assert!(paid.ends_with("PaymentToken=tok_1"), "{paid}");
    }
}

#[test]
fn a_bank_account_is_asked_for_and_charged() {
    let mut world =
        paying(r#"paymentMethod="ach-debit" bankAccountType="consumer-savings" chargeAmount="5""#, "");
    key_in(&mut world, &["121181976", "508862392"]);
    world.advance(1_000);
    let details = &world.charges[0].details;
    assert_eq!(details.bank_routing_number.as_ref().unwrap().reveal(), "121181976");
    assert_eq!(details.bank_account_number.as_ref().unwrap().reveal(), "508862392");
    assert_eq!(details.bank_account_type.as_deref(), Some("consumer-savings"));
    assert_eq!(&*world.charges[0].method, "ach-debit");
    answer(&mut world, declined(64_008, "account 508862392 is closed", Some("R02 508862392")));
    assert_eq!(
        told(world.only(PAID)),
        "Result=payment-connector-error PaymentMethod=ach-debit BankAccountNumber=*******92 \
         BankRoutingNumber=121181976 BankAccountType=consumer-savings PaymentError=account *******92 is closed \
         ConnectorError=R02 *******92 PayErrorCode=64008"
    );
    assert_eq!(world.problems(A), [64_008]);
    assert!(!everything(&world).contains("508862392"));
}

#[test]
fn nobody_but_the_connector_sees_the_card() {
    let mut world = paying(r#"chargeAmount="1" statusCallback="/progress""#, "");
    // One key after the other, a wrong number first, one at the end too many.
    key_in(&mut world, &["4111111111111112"]);
    world.advance(1_000);
    for key in CARD.chars() {
        world.press(&key.to_string());
    }
    world.press("#");
    key_in(&mut world, &["1230", CODE, "94109"]);
    world.press("555").advance(1_000);
    let sealed = snapshot(&world);
    answer(
        &mut world,
        declined(64_012, "4111-1111-1111-1111 declined", Some("do not honour 4111111111111111")),
    );
    let paid = told(world.only(PAID));
    assert!(paid.contains("PaymentError=xxxxxxxxxxxx1111 declined"), "{paid}");
    assert!(paid.contains("ConnectorError=do not honour xxxxxxxxxxxx1111"), "{paid}");
    world.finish();
    for secret in [CARD, "4111111111111112", "4111-1111", "41111111", CODE] {
        assert!(!everything(&world).contains(secret), "{secret} is shown");
    }
    for secret in [CARD, CODE] {
        assert!(!sealed.contains(secret), "{secret} is kept after it was handed over");
    }
    let pressed = world.events.iter().filter_map(|event| match &event.kind {
        EventKind::Pressed(pressed) => Some(pressed.digits.reveal()),
        _ => None,
    });
    let pressed: Vec<_> = pressed.collect();
    assert_eq!(pressed[0], "x".repeat(16));
    assert_eq!(pressed[1], "#");
}

#[test]
fn the_caller_is_concealed_while_it_runs() {
    let mut world = charged("");
    assert_eq!(world.concealed, [true]);
    answer(&mut world, given(Some("t"), None, None));
    assert_eq!(world.concealed, [true, false]);

    let mut world = paying("", "");
    world.press("*");
    assert_eq!(world.concealed, [true, false]);

    let mut world = paying("", "");
    let call = world.requests[0].call.clone();
    world.modify(&call, Change::Twiml("<Response><Say>new</Say></Response>".into())).unwrap();
    assert_eq!(world.concealed, [true, false]);
    assert!(world.to(PAID).is_empty(), "the account itself broke it off");

    let mut world =
        paying("", r#"<Prompt for="payment-card-number"><Play>ftp://a.example/x</Play></Prompt>"#);
    assert_eq!(world.concealed, [true, false]);
    world.finish();
    assert_eq!(world.problems(A), [11_100]);

    let mut world = paying(r#"chargeAmount="-1""#, "");
    assert!(world.concealed.is_empty());
    world.finish();
}

#[test]
fn the_account_that_dialled_learns_nothing_of_a_payment_to_another() {
    let pay = r#"<Pay action="/paid" chargeAmount="1" statusCallback="/progress"/>"#;
    let mut world = World::handing_over(r#"record="record-from-answer" hangupOnStar="true""#, "", "", pay);
    world.dial();
    key_in(&mut world, &[CARD, "1230", CODE, "94109"]);
    world.advance(1_000);
    answer(&mut world, given(None, Some("ok-17"), None));
    assert_eq!(world.only("https://b.example/paid").account, B);
    assert_eq!(world.recordings.len(), 1);
    assert_eq!(world.concealed, [true, false], "the recording of the other account holds no keys");
    for line in world.seen_by(A) {
        assert!(!line.contains("Pressed") && !line.contains("Payment"), "{line}");
    }
    assert!(!everything(&world).contains(CARD));
    // A star of the dialling side ends the payment with its call.
    let mut world = World::handing_over(r#"hangupOnStar="true""#, "", "", pay);
    world.dial().advance(1_000).press("4111*");
    assert_eq!(world.concealed, [true, false]);
    assert_eq!(world.only("https://b.example/paid").get("Result"), Some("caller-hung-up"));
}

#[test]
fn each_step_is_told_with_masks_only() {
    let mut world = paying(r#"statusCallback="/progress" statusCallbackMethod="GET""#, "");
    key_in(&mut world, &["4111111111111112", CARD, "1230", CODE, "94109"]);
    world.advance(1_000);
    let steps: Vec<_> = world.to(STATUS).into_iter().map(told).collect();
    let card = "PaymentMethod=credit-card PaymentCardNumber=xxxxxxxxxxxx1111 PaymentCardType=visa";
    assert_eq!(
        steps,
        [
            "For=payment-card-number Attempt=1 PaymentMethod=credit-card".to_owned(),
            "For=payment-card-number ErrorType=invalid-card-number Attempt=2 PaymentMethod=credit-card"
                .to_owned(),
            format!("For=expiration-date Attempt=1 {card}"),
            format!("For=security-code Attempt=1 {card} ExpirationDate=1230"),
            format!("For=postal-code Attempt=1 {card} ExpirationDate=1230 SecurityCode=xxx"),
            format!(
                "For=payment-processing Attempt=1 {card} ExpirationDate=1230 SecurityCode=xxx \
                 PaymentCardPostalCode=94109"
            ),
        ]
    );
    let first = world.to(STATUS)[0];
    assert_eq!(first.get("CallStatus"), None, "no standard parameters");
    assert_eq!(first.request.method().as_str(), "GET");
    assert!(!first.awaited);
}

#[test]
fn steps_that_the_document_leaves_out_are_not_asked_for() {
    for (attributes, inputs, postal) in [
        (r#"securityCode="false" postalCode="false""#, vec![CARD, "1230"], None),
        (r#"securityCode="false""#, vec![CARD, "1230", "94109"], Some("94109")),
        (r#"postalCode="false""#, vec![CARD, "1230", CODE], None),
        (r#"postalCode="95105""#, vec![CARD, "1230", CODE], Some("95105")),
    ] {
        let mut world = paying(attributes, "");
        key_in(&mut world, &inputs);
        world.advance(1_000);
        let details = &world.charges[0].details;
        assert_eq!(details.postal_code.as_ref().map(Concealed::reveal), postal, "{attributes}");
        assert_eq!(details.security_code.is_some(), inputs.contains(&CODE), "{attributes}");
        assert_eq!(world.heard.len(), inputs.len() + 1, "{attributes}");
    }
}

#[test]
fn an_input_ends_with_a_pound_key_or_with_silence() {
    let mut world = paying(r#"timeout="3""#, "");
    world.advance(1_000).press(CARD).advance(2_999);
    assert_eq!(world.heard.len(), 1);
    world.advance(1);
    assert_eq!(world.heard.len(), 2);
    assert!(world.heard[1].contains("expiration date"), "{:?}", world.heard);
    // Keys while the prompt plays stop it, and count.
    world.press("1230#");
    assert!(world.heard[2].contains("security code"), "{:?}", world.heard);
    // What is left of the keys belongs to the next input.
    world.press("987#94109#");
    assert!(world.heard.last().unwrap().contains("processed"), "{:?}", world.heard);
    assert_eq!(world.heard.len(), 5);
    world.advance(1_000);
    assert_eq!(world.charges.len(), 1);
}

#[test]
fn what_is_not_right_is_asked_for_again_until_the_attempts_are_used_up() {
    for (attributes, attempts) in [(r#"maxAttempts="1""#, 1), (r#"maxAttempts="2""#, 2), ("", 3)] {
        let mut world = paying(&format!(r#"{attributes} statusCallback="/progress""#), "");
        for _ in 0..attempts {
            assert!(world.to(PAID).is_empty());
            key_in(&mut world, &["4111"]);
        }
        assert_eq!(
            told(world.only(PAID)),
            "Result=too-many-failed-attempts PaymentMethod=credit-card PaymentError=invalid-card-number",
            "{attributes}"
        );
        let last = world.to(STATUS).last().map(|seen| told(seen));
        let last = last.unwrap();
        assert!(last.contains("ErrorType=invalid-card-number"), "{last}");
        assert!(last.contains(&format!("Attempt={attempts}")), "{last}");
        assert_eq!(world.to(STATUS).len(), attempts + 1);
        assert!(world.problems(A).is_empty(), "a caller who mistypes is no problem of the account");
    }
}

#[test]
fn every_kind_of_mistake_has_its_name() {
    let card = [CARD, "1230", CODE];
    for (attributes, before, input, fault) in [
        ("", &card[..0], "", "input-timeout"),
        ("", &card[..0], "378282246310006", "invalid-card-number"),
        (r#"validCardTypes="amex""#, &card[..0], CARD, "invalid-card-type"),
        ("", &card[..1], "1023", "invalid-date"),
        ("", &card[..2], "12", "invalid-security-code"),
        (r#"minPostalCodeLength="5""#, &card[..3], "9410", "invalid-postal-code"),
        (r#"paymentMethod="ach-debit""#, &card[..0], "121181977", "invalid-bank-routing-number"),
        (r#"paymentMethod="ach-debit""#, &["121181976"][..], "123", "invalid-bank-account-number"),
    ] {
        let mut world = paying(&format!(r#"maxAttempts="1" timeout="2" {attributes}"#), "");
        key_in(&mut world, before);
        world.advance(1_000);
        if !input.is_empty() {
            world.press(input);
        }
        world.advance(2_000);
        let paid = world.only(PAID);
        assert_eq!(paid.get("PaymentError"), Some(fault), "{attributes} {input}");
        assert_eq!(paid.get("Result"), Some("too-many-failed-attempts"));
    }
}

#[test]
fn an_attempt_counts_for_its_step_only() {
    let mut world = paying(r#"maxAttempts="2""#, "");
    key_in(&mut world, &["1", CARD, "1", "1230", "1", CODE, "94109"]);
    world.advance(1_000);
    assert_eq!(world.charges.len(), 1);
}

#[test]
fn the_fitting_prompt_is_heard_and_otherwise_words_of_our_own() {
    let prompts = r#"
        <Prompt for="payment-card-number"><Say>card</Say><Pause/><Say>please</Say></Prompt>
        <Prompt for="payment-card-number" errorType="timeout invalid-card-number"><Say>wrong card</Say></Prompt>
        <Prompt for="payment-card-number" errorType="invalid-card-number" attempt="3"><Say>last time</Say></Prompt>
        <Prompt for="security-code" cardType="amex"><Say>four digits</Say></Prompt>
        <Prompt for="security-code" cardType="visa mastercard"><Say>three digits</Say></Prompt>
        <Prompt for="payment-processing"><Play>/wait.mp3</Play></Prompt>"#;
    let mut world = paying(r#"timeout="2""#, prompts);
    assert_eq!(world.heard, ["card"]);
    // The prompt: a second each for two sentences and a pause; then two seconds of silence.
    world.advance(4_999);
    assert_eq!(world.heard, ["card", "please"]);
    world.advance(1);
    assert_eq!(world.heard[2..], ["wrong card"]);
    key_in(&mut world, &["4"]);
    assert_eq!(world.heard[3..], ["last time"]);
    key_in(&mut world, &[CARD]);
    assert!(world.heard[4].contains("expiration"));
    key_in(&mut world, &["1230"]);
    assert_eq!(world.heard[5..], ["three digits"]);
    key_in(&mut world, &[CODE, "94109"]);
    assert_eq!(world.heard[7..], ["play https://a.example/wait.mp3"]);
    world.advance(1_000);
    assert_eq!(world.charges.len(), 1);
}

#[test]
fn an_input_that_must_be_confirmed_is_keyed_in_twice() {
    let prompts = r#"
        <Prompt for="payment-card-number"><Say>card</Say></Prompt>
        <Prompt for="payment-card-number" requireMatchingInputs="true"><Say>again</Say></Prompt>
        <Prompt for="payment-card-number" errorType="input-matching-failed"><Say>not the same</Say></Prompt>"#;
    let attributes = r#"securityCode="false" postalCode="false" statusCallback="/progress""#;
    let mut world = paying(attributes, prompts);
    key_in(&mut world, &[CARD]);
    assert_eq!(world.heard, ["card", "again"]);
    key_in(&mut world, &["5555555555554444"]);
    assert_eq!(world.heard[2..], ["not the same"]);
    assert_eq!(world.to(STATUS)[1].get("ErrorType"), Some("input-matching-failed"));
    key_in(&mut world, &[CARD, CARD]);
    assert_eq!(world.heard[3], "again");
    key_in(&mut world, &["1230"]);
    world.advance(1_000);
    assert_eq!(world.charges[0].details.card_number.as_ref().unwrap().reveal(), CARD);
}

#[test]
fn a_star_ends_it_at_any_step_but_not_once_the_connector_has_it() {
    for inputs in 0..=4 {
        let mut world = paying("", "");
        key_in(&mut world, &[CARD, "1230", CODE, "94109"][..inputs]);
        world.press("4*").finish();
        let paid = world.only(PAID);
        assert_eq!(paid.get("Result"), Some("caller-interrupted-with-star"), "{inputs}");
        assert_eq!(paid.get("PaymentError"), None);
        assert!(world.charges.is_empty());
        assert_eq!(world.heard.last().map(String::as_str), Some("thanks"));
    }
    let mut world = charged("");
    world.press("*");
    assert!(world.to(PAID).is_empty());
    answer(&mut world, given(Some("t"), None, None));
    assert_eq!(world.only(PAID).get("Result"), Some("success"));
}

#[test]
fn a_caller_who_hangs_up_before_the_charge_is_told_of() {
    let mut world = paying("", "");
    key_in(&mut world, &[CARD]);
    world.hang_up();
    let paid = world.only(PAID);
    assert_eq!(paid.get("Result"), Some("caller-hung-up"));
    assert_eq!(paid.get("CallStatus"), Some("completed"));
    assert_eq!(paid.get("PaymentCardNumber"), Some("xxxxxxxxxxxx1111"));
    assert_eq!(world.engine.live_legs(), 0);
    assert!(world.heard.iter().all(|text| text != "thanks"), "the answer controls nothing any more");
}

#[test]
fn money_that_moved_is_told_of_although_the_caller_is_gone() {
    let mut world = charged(r#"chargeAmount="1""#);
    world.hang_up();
    assert!(world.to(PAID).is_empty(), "nobody knows yet");
    assert_eq!(world.engine.live_legs(), 1);
    answer(&mut world, given(None, Some("ok-17"), None));
    let paid = world.only(PAID);
    assert_eq!((paid.get("Result"), paid.get("PaymentConfirmationCode")), (Some("success"), Some("ok-17")));
    assert_eq!(paid.get("CallStatus"), Some("completed"));
    assert_eq!(world.engine.live_legs(), 0);

    // So it is when the account gives its call another document meanwhile, which goes on undisturbed.
    let mut world = charged(r#"chargeAmount="1""#);
    let call = world.requests[0].call.clone();
    world.modify(&call, Change::Twiml("<Response><Say>new</Say><Pause/></Response>".into())).unwrap();
    answer(&mut world, declined(64_012, "no", None));
    assert_eq!(world.only(PAID).get("Result"), Some("payment-connector-error"));
    world.finish();
    assert_eq!(world.heard.last().map(String::as_str), Some("new"));
    assert_eq!(world.settlements[0].seconds, 7);

    // A connector that never answers.
    let mut world = charged(r#"chargeAmount="1""#);
    world.hang_up().finish();
    assert_eq!(world.only(PAID).get("PayErrorCode"), Some("64002"));
    assert_eq!(world.engine.live_legs(), 0);
}

#[test]
fn a_connector_has_so_long_and_its_late_answer_changes_nothing() {
    let config = Config { charge_timeout_ms: 7_000, ..plain_config() };
    let mut world = World::with(config, registry(|_, _, _| {}));
    start(&mut world, "", "");
    key_in(&mut world, &[CARD, "1230", CODE, "94109"]);
    world.advance(1_000);
    assert_eq!(world.charges[0].timeout_ms, 7_000);
    world.advance(6_999);
    assert!(world.to(PAID).is_empty());
    world.advance(1);
    let paid = world.only(PAID);
    assert_eq!(
        (paid.get("Result"), paid.get("PayErrorCode")),
        (Some("payment-connector-error"), Some("64002"))
    );
    answer(&mut world, given(Some("t"), None, None));
    assert_eq!(world.to(PAID).len(), 1);
    assert_eq!(world.problems(A), [64_002]);
}

#[test]
fn a_connector_that_fails_says_why() {
    for (code, told) in
        [(64_004, "64004"), (64_012, "64012"), (0, "64002"), (12_100, "64002"), (64_105, "64002")]
    {
        let mut world = charged("");
        answer(&mut world, declined(code, "refused", Some("51")));
        let paid = world.only(PAID);
        assert_eq!(paid.get("Result"), Some("payment-connector-error"), "{code}");
        assert_eq!(paid.get("PayErrorCode"), Some(told), "{code}");
        assert_eq!((paid.get("PaymentError"), paid.get("ConnectorError")), (Some("refused"), Some("51")));
        assert_eq!(world.problems(A), [told.parse::<u32>().unwrap()]);
    }
}

#[test]
fn a_gateway_that_gives_the_card_for_a_token_tells_the_application_a_mask() {
    let mut world = charged("");
    answer(&mut world, given(Some(CARD), None, Some("customer 4111-1111-1111-1111")));
    let paid = world.only(PAID);
    assert_eq!(paid.get("PaymentToken"), Some("xxxxxxxxxxxx1111"));
    assert_eq!(paid.get("ProfileId"), Some("customer xxxxxxxxxxxx1111"));
    assert!(!everything(&world).contains("1111-1111"));
}

#[test]
fn a_document_that_asks_for_what_cannot_be_is_told_so_and_nobody_is_asked_anything() {
    for (attributes, code) in [
        (r#"chargeAmount="-0.5""#, 64_003),
        (r#"chargeAmount="1000000.01""#, 64_003),
        (r#"paymentMethod="cash""#, 64_020),
        (r#"tokenType="forever""#, 64_020),
        (r#"paymentMethod="ach-debit" bankAccountType="mattress""#, 64_020),
        (r#"bankAccountType="consumer-checking""#, 64_017),
    ] {
        let mut world = paying(attributes, "");
        let paid = world.only(PAID);
        assert_eq!(paid.get("Result"), Some("validation-error"), "{attributes}");
        assert_eq!(paid.get("PayErrorCode"), Some(code.to_string().as_str()), "{attributes}");
        assert!(paid.get("PaymentError").is_some());
        assert_eq!(world.problems(A), [code], "{attributes}");
        world.finish();
        assert_eq!(world.heard, ["thanks"], "{attributes}");
    }
}

#[test]
fn the_result_goes_to_https_only() {
    for (action, over_http, fails) in [
        ("https://a.example/paid", false, false),
        ("http://a.example/paid", false, true),
        ("http://a.example/paid", true, false),
    ] {
        let config = Config { pay_over_http: over_http, ..plain_config() };
        let registry = registry(|_, _, numbers| {
            if let Handler::Webhooks(hooks) = &mut numbers[0].handler {
                hooks.fallback = Some(hook("https://a.example/fallback"));
            }
        });
        let mut world = World::with(config, registry);
        world.on(ENTRY, &format!("<Pay action=\"{action}\"/>")).dial();
        assert_eq!(world.problems(A), if fails { vec![64_016] } else { vec![] }, "{action}");
        assert_eq!(world.to("https://a.example/fallback").len(), usize::from(fails), "{action}");
        assert_eq!(world.concealed.len(), usize::from(!fails), "{action}");
    }
}

#[test]
fn without_an_action_the_document_itself_is_asked_again() {
    let mut world = World::new();
    world.on(ENTRY, "<Pay/>").dial().press("*");
    assert_eq!(world.to(ENTRY)[1].get("Result"), Some("caller-interrupted-with-star"));
}

#[test]
fn a_prompt_that_cannot_be_played_fails_the_document_or_is_skipped() {
    for skip in [false, true] {
        let play_failure = if skip {
            appconnect::config::PlayFailure::Skip
        } else {
            appconnect::config::PlayFailure::Fallback
        };
        let config = Config { play_failure, ..plain_config() };
        let mut world = World::with(config, registry(|_, _, _| {}));
        let prompt = r#"<Prompt for="payment-card-number"><Play>/x.wav</Play><Say>card</Say></Prompt>"#;
        start(&mut world, "", prompt);
        world.fail_media(MediaFailure::Retrieval);
        assert_eq!(world.problems(A), [11_200]);
        if skip {
            assert_eq!(world.heard, ["play https://a.example/x.wav", "card"]);
            assert_eq!(world.concealed, [true]);
        } else {
            assert_eq!(world.concealed, [true, false]);
        }
    }
}

#[test]
fn an_answer_to_another_step_changes_nothing() {
    let mut world = charged("");
    let mut reply = world.charges[0].reply;
    reply.step -= 1;
    let outcome = given(Some("t"), None, None);
    world.input(Input::ChargeDone(ChargeDone { reply, outcome: outcome.clone() })).unwrap();
    assert!(world.to(PAID).is_empty());
    answer(&mut world, outcome.clone());
    answer(&mut world, outcome);
    assert_eq!(world.to(PAID).len(), 1);
}

#[test]
fn what_the_caller_says_while_it_runs_is_told_to_nobody() {
    let transcription = r#"<Start><Transcription statusCallbackUrl="/words"/></Start>"#;
    let mut world = World::new();
    let document = format!(r#"{transcription}<Pay action="/paid" chargeAmount="1"/>"#);
    world.on(ENTRY, &document).on(PAID, "<Pause/>").dial();
    let hear = |world: &mut World, inbound, text: &str| {
        let heard = Transcribed {
            leg: world.leg.clone(),
            transcription: world.transcriptions[0].transcription,
            inbound,
            text: text.into(),
            confidence: None,
            is_final: true,
            stability: None,
        };
        world.input(Input::Transcribed(heard)).unwrap();
    };
    hear(&mut world, true, "four one one one");
    world.say("four one one one", true);
    hear(&mut world, false, "your card number");
    world.press("*");
    hear(&mut world, true, "never mind");
    world.say("never mind", true);
    world.finish();
    let told = everything(&world);
    assert!(!told.contains("four one"), "{told}");
    let words: Vec<_> = world
        .to("https://a.example/words")
        .iter()
        .filter_map(|request| request.get("TranscriptionData").map(str::to_owned))
        .collect();
    assert!(
        words.len() == 2 && words[0].contains("your card") && words[1].contains("never mind"),
        "{words:?}"
    );
    let said = world.seen_by(A).into_iter().filter(|line| line.contains("Said")).count();
    assert_eq!(said, 1);
}
