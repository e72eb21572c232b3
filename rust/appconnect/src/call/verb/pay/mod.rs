//! `<Pay>`: a card or a bank account keyed in by the caller, and a payment with it (`twiml-voice.md` section 7).
//!
//! The engine collects, checks and hands over; the application learns masks only, and so does everything that listens
//! along: while it runs, the caller is concealed.

mod card;
mod outcome;
mod prompt;

use super::{Flow, Goto, action_or_base, callback, parameters, prompts};
use crate::call::cx::Cx;
use crate::call::exchange::{Plan, Role};
use crate::call::params::{Form, put};
use crate::call::payment::{Payment, PaymentFault, PaymentMethod, PaymentStep};
use crate::call::{Errand, ErrandKind, Prompt, Running, Timer};
use crate::effect::{Charge, Collect, Conceal, Effect};
use crate::event::Purpose;
use crate::http::{Method, Url};
use crate::input::ChargeOutcome;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Node};

pub(crate) use outcome::{Ended, describe};

/// Keys that are kept of one input; no right one is longer.
const MOST_KEYS: usize = 32;

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    if let Err(problem) = action(cx, node) {
        return Flow::Fail(problem);
    }
    let method = match node.word(Attribute::PaymentMethod) {
        Some("ach-debit") => PaymentMethod::AchDebit,
        _ => PaymentMethod::CreditCard,
    };
    let mut payment = Box::new(Payment::new(method));
    if let Some((code, message)) = invalid(node, method) {
        return submit(cx, node, &payment, &Ended::Invalid(code, message));
    }
    match (method, node.word(Attribute::PostalCode)) {
        (PaymentMethod::CreditCard, Some(given)) if !matches!(given, "true" | "false") => {
            payment.details.postal_code = Some(given.into());
        }
        (PaymentMethod::AchDebit, _) => {
            payment.details.account_type = node.word(Attribute::BankAccountType).map(str::to_owned);
        }
        _ => {}
    }
    let (leg, call) = (cx.line.id.clone(), cx.call.sid);
    cx.effect(Effect::Conceal(Conceal { leg: leg.clone(), on: true }));
    cx.effect(Effect::Collect(Collect { leg, call, digits: true, speech: None }));
    ask(cx, node, payment)
}

/// Where the result goes: https only, unless the operator allows otherwise.
fn action(cx: &Cx<'_, '_>, node: Node<'_>) -> Result<Url, Problem> {
    let url = action_or_base(cx, node)?;
    if url.scheme() == "https" || cx.world.config.pay_over_http {
        return Ok(url);
    }
    Err(Problem::at(Code::PayAction, node.span(), "the result of a payment goes to an https URL only"))
}

/// What of the document makes a payment impossible. Other bad values were told of and have a default.
fn invalid(node: Node<'_>, method: PaymentMethod) -> Option<(Code, String)> {
    let fatal =
        [Attribute::ChargeAmount, Attribute::PaymentMethod, Attribute::TokenType, Attribute::BankAccountType];
    let bad = fatal.into_iter().find_map(|attribute| Some((attribute, node.attribute_error(attribute)?)));
    if let Some((attribute, code)) = bad {
        return Some((code, format!("the {} of this <Pay> is not valid", attribute.name())));
    }
    let misplaced =
        method == PaymentMethod::CreditCard && node.attribute(Attribute::BankAccountType).is_some();
    misplaced.then(|| {
        let message = "bankAccountType goes with paymentMethod=\"ach-debit\" only";
        (Code::PayBankAccountType, message.to_owned())
    })
}

/// Begins an attempt at the step: tells it, and asks the caller.
fn ask(cx: &mut Cx<'_, '_>, node: Node<'_>, payment: Box<Payment>) -> Flow {
    tell(cx, node, &payment);
    prompt(cx, node, payment)
}

/// Tells the `statusCallback` where the payment is.
fn tell(cx: &mut Cx<'_, '_>, node: Node<'_>, payment: &Payment) {
    let Some(url) = callback(cx, node, Attribute::StatusCallback) else { return };
    let mut form = Form::with_capacity(12);
    put(&mut form, "AccountSid", cx.call.account.as_str().to_owned());
    put(&mut form, "CallSid", cx.call.sid.as_str().to_owned());
    put(&mut form, "For", payment.step.as_str());
    if let Some(fault) = payment.fault {
        put(&mut form, "ErrorType", fault.as_str());
    }
    put(&mut form, "Attempt", payment.attempt.to_string());
    put(&mut form, "PaymentMethod", payment.method.as_str());
    payment.details.describe(&mut form);
    let method = node.method(Attribute::StatusCallbackMethod);
    let plan =
        Plan { purpose: Purpose::PaymentStatus, role: Role::Callback, method, url: &url, sequence: None };
    if let Err(problem) = cx.request_bare(cx.call.sid, &plan, &form) {
        cx.problem(problem);
    }
}

fn prompt(cx: &mut Cx<'_, '_>, node: Node<'_>, mut payment: Box<Payment>) -> Flow {
    let begun = prompt::play(cx, node, &payment);
    payment.keys = crate::pii::Concealed::default();
    prompted(cx, node, payment, begun)
}

/// After a prompt has begun, or none was left: then the silence counts, or the payment is made.
fn prompted(
    cx: &mut Cx<'_, '_>,
    node: Node<'_>,
    mut payment: Box<Payment>,
    begun: Result<Prompt, Problem>,
) -> Flow {
    payment.prompt = match begun {
        Ok(prompt) => prompt,
        Err(problem) => {
            leave(cx, &mut payment);
            return Flow::Fail(problem);
        }
    };
    match (&payment.prompt, payment.step) {
        (Prompt::Done, PaymentStep::Processing) => charge(cx, node, payment),
        (Prompt::Done, _) => {
            count(cx, node);
            park(payment)
        }
        _ => park(payment),
    }
}

const fn park(payment: Box<Payment>) -> Flow {
    Flow::Park(Running::Paying(payment))
}

/// Starts the time that the caller has for the next key.
fn count(cx: &mut Cx<'_, '_>, node: Node<'_>) {
    let seconds = node.number(Attribute::Timeout).unwrap_or_default();
    let until = cx.now().plus_seconds(u64::from(seconds));
    cx.call.timers.set(Timer::Verb, until);
}

/// A prompt ended by itself.
pub(crate) fn prompt_done(cx: &mut Cx<'_, '_>, node: Node<'_>, payment: Box<Payment>) -> Flow {
    let begun = prompt::go_on(cx, node, &payment);
    prompted(cx, node, payment, begun)
}

/// The nested verb that plays.
pub(crate) fn playing<'a>(node: Node<'a>, payment: &Payment) -> Option<Node<'a>> {
    prompt::part(node, payment)
}

/// The timer fired: a nested pause is over, nothing more was keyed in, or the connector is late.
pub(crate) fn timeout(cx: &mut Cx<'_, '_>, node: Node<'_>, payment: Box<Payment>) -> Flow {
    if payment.charge.is_some() {
        return finish(cx, node, payment, &Ended::NoAnswer);
    }
    match payment.prompt {
        Prompt::Pause { .. } => prompt_done(cx, node, payment),
        _ => entered(cx, node, payment, true),
    }
}

/// The caller pressed keys. What is left of them after the end of an input belongs to the next one.
pub(crate) fn keys(cx: &mut Cx<'_, '_>, node: Node<'_>, mut payment: Box<Payment>, keys: &str) -> Flow {
    for key in keys.chars() {
        match press(cx, node, payment, key) {
            Flow::Park(Running::Paying(next)) => payment = next,
            over => return over,
        }
    }
    park(payment)
}

fn press(cx: &mut Cx<'_, '_>, node: Node<'_>, mut payment: Box<Payment>, key: char) -> Flow {
    // What the gateway has can no longer be taken back.
    if payment.charge.is_some() {
        return park(payment);
    }
    match key {
        '*' => finish(cx, node, payment, &Ended::Star),
        '#' if payment.step != PaymentStep::Processing => entered(cx, node, payment, false),
        '0'..='9' if payment.step != PaymentStep::Processing => {
            prompts::stop(cx, &mut payment.prompt);
            if payment.keys.reveal().len() < MOST_KEYS {
                payment.keys.push(key);
            }
            count(cx, node);
            park(payment)
        }
        _ => park(payment),
    }
}

/// An input is over.
fn entered(cx: &mut Cx<'_, '_>, node: Node<'_>, mut payment: Box<Payment>, by_silence: bool) -> Flow {
    cx.call.timers.stop(Timer::Verb);
    prompts::stop(cx, &mut payment.prompt);
    let input = payment.keys.clone();
    let first = payment.first.take();
    let fault = match &first {
        _ if by_silence && input.reveal().is_empty() => Some(PaymentFault::Timeout),
        Some(first) => (*first != input).then_some(PaymentFault::Matching),
        None => card::check(node, payment.step, input.reveal(), &payment.details, cx.now()),
    };
    if let Some(fault) = fault {
        return failed(cx, node, payment, fault);
    }
    if first.is_none() && prompt::wants_twice(node, payment.step) {
        payment.first = Some(input);
        return prompt(cx, node, payment);
    }
    let details = &mut payment.details;
    let (kept, next) = match payment.step {
        PaymentStep::CardNumber => {
            details.card_type = card::card_type(input.reveal());
            (&mut details.card_number, PaymentStep::ExpirationDate)
        }
        PaymentStep::ExpirationDate => (&mut details.expiration_date, PaymentStep::SecurityCode),
        PaymentStep::SecurityCode => (&mut details.security_code, PaymentStep::PostalCode),
        PaymentStep::PostalCode => (&mut details.postal_code, PaymentStep::Processing),
        PaymentStep::RoutingNumber => (&mut details.routing_number, PaymentStep::AccountNumber),
        PaymentStep::AccountNumber | PaymentStep::Processing => {
            (&mut details.account_number, PaymentStep::Processing)
        }
    };
    *kept = Some(input);
    payment.go_to(wanted(node, next));
    ask(cx, node, payment)
}

/// The step itself, or the next one that the document does not leave out.
fn wanted(node: Node<'_>, step: PaymentStep) -> PaymentStep {
    match step {
        PaymentStep::SecurityCode if !node.flag(Attribute::SecurityCode) => {
            wanted(node, PaymentStep::PostalCode)
        }
        PaymentStep::PostalCode if node.word(Attribute::PostalCode) != Some("true") => {
            PaymentStep::Processing
        }
        step => step,
    }
}

/// An input was not right: the caller is asked again, while attempts are left.
fn failed(cx: &mut Cx<'_, '_>, node: Node<'_>, mut payment: Box<Payment>, fault: PaymentFault) -> Flow {
    payment.fault = Some(fault);
    if payment.attempt >= node.number(Attribute::MaxAttempts).unwrap_or_default() {
        tell(cx, node, &payment);
        return finish(cx, node, payment, &Ended::Failed(fault));
    }
    payment.attempt = payment.attempt.saturating_add(1);
    ask(cx, node, payment)
}

/// Hands the payment over. From here on only masks are kept.
fn charge(cx: &mut Cx<'_, '_>, node: Node<'_>, mut payment: Box<Payment>) -> Flow {
    prompts::stop_listening(cx);
    let text = |attribute| node.word(attribute).unwrap_or_default().into();
    let timeout_ms = cx.world.config.charge_timeout_ms;
    let reply = cx.next_reply();
    let charge = Charge {
        reply,
        call: cx.call.sid,
        account: cx.call.account,
        connector: text(Attribute::PaymentConnector),
        method: payment.method.as_str().into(),
        details: payment.details.hand_over(),
        amount: amount(node).map(Into::into),
        currency: text(Attribute::Currency),
        token_type: text(Attribute::TokenType),
        description: node.attribute(Attribute::Description).map(Into::into),
        parameters: parameters(node, ""),
        timeout_ms,
    };
    cx.effect(Effect::Charge(Box::new(charge)));
    payment.charge = Some(reply.step);
    let until = cx.now() + timeout_ms;
    cx.call.timers.set(Timer::Verb, until);
    park(payment)
}

/// What is to be charged. An amount of 0 is none: a token is asked for.
fn amount(node: Node<'_>) -> Option<&str> {
    let amount = node.attribute(Attribute::ChargeAmount)?;
    amount.bytes().any(|digit| matches!(digit, b'1'..=b'9')).then_some(amount)
}

/// The connector has answered.
pub(crate) fn charged(
    cx: &mut Cx<'_, '_>,
    node: Node<'_>,
    payment: Box<Payment>,
    outcome: &ChargeOutcome,
) -> Flow {
    finish(cx, node, payment, &Ended::Answered { outcome, charged: amount(node).is_some() })
}

fn finish(cx: &mut Cx<'_, '_>, node: Node<'_>, mut payment: Box<Payment>, ended: &Ended<'_>) -> Flow {
    leave(cx, &mut payment);
    submit(cx, node, &payment, ended)
}

/// A prompt cannot be played, and the document does not go on without it.
pub(crate) fn fail(cx: &mut Cx<'_, '_>, mut payment: Box<Payment>, flow: Flow) -> Flow {
    leave(cx, &mut payment);
    flow
}

/// Gives the caller's line back as it was.
fn leave(cx: &mut Cx<'_, '_>, payment: &mut Payment) {
    cx.call.timers.stop(Timer::Verb);
    prompts::stop(cx, &mut payment.prompt);
    if payment.charge.is_none() {
        prompts::stop_listening(cx);
    }
    let leg = cx.line.id.clone();
    cx.effect(Effect::Conceal(Conceal { leg, on: false }));
}

/// Tells the `action` how it ended. POST only.
fn submit(cx: &mut Cx<'_, '_>, node: Node<'_>, payment: &Payment, ended: &Ended<'_>) -> Flow {
    if let Some(code) = ended.code() {
        let message = format!("the payment failed: {}", code.meaning());
        cx.problem_once(Problem::at(code, node.span(), message));
    }
    match action(cx, node) {
        Ok(url) => {
            let extra = describe(payment, ended);
            Flow::Goto(Goto { url, method: Method::Post, purpose: Purpose::Action, extra })
        }
        Err(problem) => Flow::Fail(problem),
    }
}

/// The call ends while its `<Pay>` runs, or its account gives it another document: what is left to be told.
///
/// A payment that the connector has already is waited for, so that its `action` learns what became of the money.
pub(crate) fn break_off(
    cx: &mut Cx<'_, '_>,
    node: Node<'_>,
    mut payment: Box<Payment>,
    line_gone: bool,
) -> Option<Goto> {
    if !line_gone {
        leave(cx, &mut payment);
    }
    let action = action(cx, node).ok()?;
    if let Some(step) = payment.charge {
        let deadline = Some(cx.now() + cx.world.config.charge_timeout_ms);
        let kind = ErrandKind::Charge { payment, action, charged: amount(node).is_some() };
        cx.call.errands.push(Errand { step, kind, deadline });
        return None;
    }
    // An account that redirects its own call knows why.
    cx.call.status.is_terminal().then(|| {
        let extra = describe(&payment, &Ended::HungUp);
        Goto { url: action, method: Method::Post, purpose: Purpose::Action, extra }
    })
}
