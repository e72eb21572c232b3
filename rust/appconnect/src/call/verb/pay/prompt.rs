//! What a caller hears while a `<Pay>` collects: the `<Prompt>` that fits best, or words of our own.

use std::cmp::Reverse;

use super::super::prompts::play_from;
use super::super::say::speak_own;
use super::card::card_type;
use crate::call::Prompt;
use crate::call::cx::Cx;
use crate::call::payment::{Payment, PaymentFault, PaymentStep};
use crate::problem::Problem;
use crate::twiml::{Attribute, Element, Node};

/// The node of a prompt that stands in no document.
const OWN_WORDS: u32 = u32::MAX;

/// Plays the prompt of the step, or its first part.
pub(super) fn play(cx: &mut Cx<'_, '_>, node: Node<'_>, payment: &Payment) -> Result<Prompt, Problem> {
    if let Some(prompt) = choose(node, payment) {
        return play_from(cx, prompt.first_child());
    }
    let step = speak_own(cx, &wording(payment)).step;
    Ok(Prompt::Media { node: OWN_WORDS, step, place: None })
}

/// Plays what comes after the part that has ended.
pub(super) fn go_on(cx: &mut Cx<'_, '_>, node: Node<'_>, payment: &Payment) -> Result<Prompt, Problem> {
    play_from(cx, part(node, payment).and_then(|part| part.next_sibling()))
}

/// The nested verb that plays.
pub(super) fn part<'a>(node: Node<'a>, payment: &Payment) -> Option<Node<'a>> {
    node.children().flat_map(|prompt| prompt.children()).find(|part| payment.prompt.is_at(*part))
}

/// Whether the document wants this step keyed in twice.
pub(super) fn wants_twice(node: Node<'_>, step: PaymentStep) -> bool {
    prompts_for(node, step).any(|prompt| prompt.flag(Attribute::RequireMatchingInputs))
}

fn prompts_for(node: Node<'_>, step: PaymentStep) -> impl Iterator<Item = Node<'_>> {
    node.children()
        .filter(|child| child.element() == Element::Prompt)
        .filter(move |prompt| prompt.attribute(Attribute::For) == Some(step.as_str()))
}

/// The `<Prompt>` of the step whose other attributes all hold, and of several the one that says most; the first of
/// equals. What Twilio does with several is not documented.
fn choose<'a>(node: Node<'a>, payment: &Payment) -> Option<Node<'a>> {
    let fitting = prompts_for(node, payment.step)
        .filter(|prompt| prompt.flag(Attribute::RequireMatchingInputs) == payment.first.is_some())
        .filter_map(|prompt| fit(prompt, payment).map(|fit| (fit, prompt)));
    fitting.min_by_key(|(fit, _)| Reverse(*fit)).map(|(_, prompt)| prompt)
}

/// How many attributes speak of this moment; none if one speaks of another.
fn fit(prompt: Node<'_>, payment: &Payment) -> Option<usize> {
    let attempt = payment.attempt.to_string();
    let fault = payment.fault.map_or("", PaymentFault::prompt_word);
    // After a number of a type that is not accepted, `cardType` speaks of that number.
    let card = payment.details.card_type.or_else(|| card_type(payment.keys.reveal()));
    let card = card.map_or("", |card| card.as_str());
    let wanted =
        [(Attribute::Attempt, attempt.as_str()), (Attribute::ErrorType, fault), (Attribute::CardType, card)];
    let mut said = 0_usize;
    for (attribute, value) in wanted {
        let Some(list) = prompt.attribute(attribute) else { continue };
        if !list.split_ascii_whitespace().any(|item| item == value) {
            return None;
        }
        said = said.saturating_add(1);
    }
    Some(said)
}

/// Our own words.
fn wording(payment: &Payment) -> String {
    let what = match payment.step {
        PaymentStep::CardNumber => "card number",
        PaymentStep::ExpirationDate => {
            "card's expiration date, two digits for the month and two for the year"
        }
        PaymentStep::SecurityCode => "card's security code",
        PaymentStep::PostalCode => "billing postal code",
        PaymentStep::RoutingNumber => "bank's routing number",
        PaymentStep::AccountNumber => "bank account number",
        PaymentStep::Processing => return "Thank you. Your payment is being processed.".to_owned(),
    };
    if payment.first.is_some() {
        return format!("To confirm, enter your {what} once more, then press the pound key.");
    }
    let fault = match payment.fault {
        None => "",
        Some(PaymentFault::Timeout) => "Nothing was entered. ",
        Some(PaymentFault::CardType) => "Cards of this type are not accepted. ",
        Some(PaymentFault::Matching) => "The two entries are not the same. ",
        Some(_) => "That is not valid. ",
    };
    format!("{fault}Enter your {what}, then press the pound key.")
}
