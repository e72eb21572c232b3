//! Whether what a caller keyed in can be what a `<Pay>` asked for.
//!
//! The rules of card numbers are those that Twilio's documentation of `validCardTypes` lists; the bounds of account
//! and postal codes are our choice.

use crate::call::payment::{CardType, Details, PaymentFault, PaymentStep, passes_luhn};
use crate::time::Millis;
use crate::twiml::{Attribute, Node};

/// Digits of a bank account: what the format of American bank transfers has room for.
const ACCOUNT_DIGITS: std::ops::RangeInclusive<usize> = 4..=17;

/// Digits of an American routing number.
const ROUTING_DIGITS: usize = 9;

/// Checks an input; its fault, if it has one. `details` are those of the steps before.
pub(super) fn check(
    node: Node<'_>,
    step: PaymentStep,
    keys: &str,
    details: &Details,
    now: Millis,
) -> Option<PaymentFault> {
    match step {
        PaymentStep::CardNumber => check_number(node, keys),
        PaymentStep::ExpirationDate => (!is_in_date(keys, now)).then_some(PaymentFault::Date),
        PaymentStep::SecurityCode => {
            let digits = if details.card_type == Some(CardType::Amex) { 4 } else { 3 };
            (keys.len() != digits).then_some(PaymentFault::SecurityCode)
        }
        PaymentStep::PostalCode => {
            let least = node.number(Attribute::MinPostalCodeLength).unwrap_or(1).max(1);
            let enough = u32::try_from(keys.len()).is_ok_and(|length| length >= least);
            (!enough).then_some(PaymentFault::PostalCode)
        }
        PaymentStep::RoutingNumber => (!is_routing_number(keys)).then_some(PaymentFault::RoutingNumber),
        PaymentStep::AccountNumber => {
            (!ACCOUNT_DIGITS.contains(&keys.len())).then_some(PaymentFault::AccountNumber)
        }
        PaymentStep::Processing => None,
    }
}

fn check_number(node: Node<'_>, number: &str) -> Option<PaymentFault> {
    let Some(card) =
        card_type(number).filter(|card| has_length(*card, number) && has_check_digit(*card, number))
    else {
        return Some(PaymentFault::CardNumber);
    };
    let valid = node.word(Attribute::ValidCardTypes).unwrap_or_default();
    let accepted = valid.split_ascii_whitespace().any(|word| word == card.as_str());
    (!accepted).then_some(PaymentFault::CardType)
}

/// The type of a card by the first digits of its number. An `optima` cannot be told from an `amex`.
pub(super) fn card_type(number: &str) -> Option<CardType> {
    // The prefix of so many digits as a number; a number that is too short has none.
    let prefix =
        |digits: usize| number.get(..digits).and_then(|start| start.parse::<u32>().ok()).unwrap_or(0);
    let (one, two, three, four) = (prefix(1), prefix(2), prefix(3), prefix(4));
    match (one, two) {
        (_, 34 | 37) => Some(CardType::Amex),
        (_, 36 | 38 | 39) => Some(CardType::DinersClub),
        (_, 30) if (300..=304).contains(&three) || four == 3_095 => Some(CardType::DinersClub),
        (_, 35) if (3_528..=3_589).contains(&four) => Some(CardType::Jcb),
        (4, _) => Some(CardType::Visa),
        (_, 20 | 21) if four == 2_014 || four == 2_149 => Some(CardType::Enroute),
        (_, 51..=55) => Some(CardType::Mastercard),
        (2, _) if (2_221..=2_720).contains(&four) => Some(CardType::Mastercard),
        (_, 64 | 65) => Some(CardType::Discover),
        (_, 60) if four == 6_011 => Some(CardType::Discover),
        (_, 50 | 56..=58) | (6, _) => Some(CardType::Maestro),
        _ => None,
    }
}

fn has_length(card: CardType, number: &str) -> bool {
    match card {
        CardType::Amex | CardType::Enroute => number.len() == 15,
        CardType::DinersClub => (14..=19).contains(&number.len()),
        CardType::Discover | CardType::Jcb => (16..=19).contains(&number.len()),
        CardType::Maestro => (12..=19).contains(&number.len()),
        CardType::Mastercard => number.len() == 16,
        CardType::Visa => matches!(number.len(), 13 | 16 | 19),
    }
}

/// Cards of enRoute had no check digit.
fn has_check_digit(card: CardType, number: &str) -> bool {
    card == CardType::Enroute || passes_luhn(number)
}

/// Whether `MMYY` is a month that is not over, in the century of `now`.
fn is_in_date(keys: &str, now: Millis) -> bool {
    let number = |range: std::ops::Range<usize>| keys.get(range).and_then(|part| part.parse::<u64>().ok());
    let (Some(month), Some(year), 4) = (number(0..2), number(2..4), keys.len()) else { return false };
    let (this_year, this_month, _) = now.date();
    let year = this_year / 100 * 100 + year;
    (1..=12).contains(&month) && (year, month) >= (this_year, this_month)
}

/// The check digit of an American routing number: weights 3, 7, 1.
fn is_routing_number(keys: &str) -> bool {
    let digits = keys.chars().filter_map(|key| key.to_digit(10));
    let sum: u32 = digits.zip([3, 7, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    keys.len() == ROUTING_DIGITS && sum != 0 && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twiml::Document;

    fn document(attributes: &str) -> Document {
        Document::from_text(&format!("<Response><Pay {attributes}/></Response>")).unwrap()
    }

    fn fault(attributes: &str, step: PaymentStep, keys: &str, details: &Details) -> Option<PaymentFault> {
        // Mid-November 2023.
        let now = Millis(1_700_000_000_000);
        check(document(attributes).root().first_child()?, step, keys, details, now)
    }

    #[test]
    fn a_card_number_has_a_known_prefix_its_length_and_a_check_digit() {
        let all = "validCardTypes=\"visa mastercard amex maestro discover jcb diners-club enroute\"";
        for (number, card) in [
            ("4111111111111111", CardType::Visa),
            ("4222222222222", CardType::Visa),
            ("5555555555554444", CardType::Mastercard),
            ("2223003122003222", CardType::Mastercard),
            ("378282246310005", CardType::Amex),
            ("6011111111111117", CardType::Discover),
            ("3530111333300000", CardType::Jcb),
            ("36227206271667", CardType::DinersClub),
            ("6304000000000000", CardType::Maestro),
            ("201400000000009", CardType::Enroute),
        ] {
            assert_eq!(card_type(number), Some(card), "{number}");
            assert_eq!(fault(all, PaymentStep::CardNumber, number, &Details::default()), None, "{number}");
        }
        for number in
            ["", "4", "4111111111111112", "411111111111111", "9111111111111111", "37828224631000", "2720"]
        {
            let found = fault(all, PaymentStep::CardNumber, number, &Details::default());
            assert_eq!(found, Some(PaymentFault::CardNumber), "{number}");
        }
    }

    #[test]
    fn a_card_must_be_of_an_accepted_type() {
        for (attributes, number, wanted) in [
            ("", "378282246310005", None),
            ("", "6011111111111117", Some(PaymentFault::CardType)),
            ("validCardTypes=\"discover\"", "6011111111111117", None),
            ("validCardTypes=\"discover\"", "4111111111111111", Some(PaymentFault::CardType)),
        ] {
            let found = fault(attributes, PaymentStep::CardNumber, number, &Details::default());
            assert_eq!(found, wanted, "{attributes} {number}");
        }
    }

    #[test]
    fn a_date_is_a_month_that_is_not_over() {
        for (date, good) in [
            ("1123", true),
            ("1223", true),
            ("0124", true),
            ("1299", true),
            ("1023", false),
            ("1222", false),
            ("0024", false),
            ("1324", false),
            ("", false),
            ("124", false),
            ("12024", false),
        ] {
            let found = fault("", PaymentStep::ExpirationDate, date, &Details::default());
            assert_eq!(found.is_none(), good, "{date}");
        }
    }

    #[test]
    fn codes_have_their_length() {
        let of = |card| Details { card_type: Some(card), ..Details::default() };
        for (card, code, good) in [
            (CardType::Visa, "123", true),
            (CardType::Visa, "1234", false),
            (CardType::Amex, "1234", true),
            (CardType::Amex, "123", false),
        ] {
            let found = fault("", PaymentStep::SecurityCode, code, &of(card));
            assert_eq!(found.is_none(), good, "{card:?} {code}");
        }
        for (attributes, code, good) in [
            ("", "1", true),
            ("", "", false),
            ("minPostalCodeLength=\"5\"", "1234", false),
            ("minPostalCodeLength=\"5\"", "12345", true),
        ] {
            let found = fault(attributes, PaymentStep::PostalCode, code, &Details::default());
            assert_eq!(found.is_none(), good, "{attributes} {code}");
        }
    }

    #[test]
    fn a_bank_is_known_by_its_check_digit() {
        for (number, good) in [
            ("121181976", true),
            ("110000000", true),
            ("121181977", false),
            ("000000000", false),
            ("12118197", false),
        ] {
            let found = fault("", PaymentStep::RoutingNumber, number, &Details::default());
            assert_eq!(found.is_none(), good, "{number}");
        }
        for (number, good) in
            [("1234", true), ("123", false), ("12345678901234567", true), ("123456789012345678", false)]
        {
            let found = fault("", PaymentStep::AccountNumber, number, &Details::default());
            assert_eq!(found.is_none(), good, "{number}");
        }
    }
}
