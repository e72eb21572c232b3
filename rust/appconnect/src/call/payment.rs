//! A payment while a `<Pay>` collects it: what the caller has keyed in, and how much of it may be said.

use minicbor::{Decode, Encode};

use super::Prompt;
use super::params::{Form, put};
use crate::effect::PaymentDetails;
use crate::pii::Concealed;

/// One table of words that webhooks say and attributes take.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $index:literal $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
        #[cbor(index_only)]
        pub(crate) enum $name { $($(#[$vdoc])* #[n($index)] $variant,)* }

        impl $name {
            /// The word for it.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}

words! {
    /// What is paid with (`paymentMethod`).
    PaymentMethod {
        CreditCard = 0 "credit-card",
        AchDebit = 1 "ach-debit",
    }
}

words! {
    /// What a `<Pay>` is at (`For`; `twiml-voice.md` section 7).
    PaymentStep {
        CardNumber = 0 "payment-card-number",
        ExpirationDate = 1 "expiration-date",
        SecurityCode = 2 "security-code",
        PostalCode = 3 "postal-code",
        RoutingNumber = 4 "bank-routing-number",
        AccountNumber = 5 "bank-account-number",
        /// Everything is there.
        Processing = 6 "payment-processing",
    }
}

words! {
    /// What is wrong with what the caller keyed in (`ErrorType`).
    PaymentFault {
        /// Nothing was keyed in.
        Timeout = 0 "input-timeout",
        CardNumber = 1 "invalid-card-number",
        CardType = 2 "invalid-card-type",
        Date = 3 "invalid-date",
        SecurityCode = 4 "invalid-security-code",
        PostalCode = 5 "invalid-postal-code",
        RoutingNumber = 6 "invalid-bank-routing-number",
        AccountNumber = 7 "invalid-bank-account-number",
        /// Two inputs that must be the same differ.
        Matching = 8 "input-matching-failed",
    }
}

impl PaymentFault {
    /// The word that `errorType` of a `<Prompt>` uses: its name of a timeout is another one.
    pub(crate) const fn prompt_word(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            other => other.as_str(),
        }
    }
}

words! {
    /// Whose card a number is of (`PaymentCardType`).
    CardType {
        Visa = 0 "visa",
        Mastercard = 1 "mastercard",
        Amex = 2 "amex",
        Maestro = 3 "maestro",
        Discover = 4 "discover",
        Jcb = 5 "jcb",
        DinersClub = 6 "diners-club",
        Enroute = 7 "enroute",
    }
}

/// A `<Pay>` that runs.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Payment {
    #[n(0)]
    pub(crate) method: PaymentMethod,
    #[n(1)]
    pub(crate) step: PaymentStep,
    /// Which attempt at this step, from 1.
    #[n(2)]
    pub(crate) attempt: u32,
    /// Why the attempt before this one failed.
    #[n(3)]
    pub(crate) fault: Option<PaymentFault>,
    /// What was keyed in so far at this step.
    #[n(4)]
    pub(crate) keys: Concealed,
    /// The first of two inputs that must be the same, while the second is asked for.
    #[n(5)]
    pub(crate) first: Option<Concealed>,
    #[n(6)]
    pub(crate) prompt: Prompt,
    #[n(7)]
    pub(crate) details: Details,
    /// The step of the `Charge` that is under way. From then on the details are masked.
    #[n(8)]
    pub(crate) charge: Option<u32>,
}

impl Payment {
    pub(crate) fn new(method: PaymentMethod) -> Self {
        let step = match method {
            PaymentMethod::CreditCard => PaymentStep::CardNumber,
            PaymentMethod::AchDebit => PaymentStep::RoutingNumber,
        };
        Self {
            method,
            step,
            attempt: 1,
            fault: None,
            keys: Concealed::default(),
            first: None,
            prompt: Prompt::Done,
            details: Details::default(),
            charge: None,
        }
    }

    /// Goes on to another step.
    pub(crate) fn go_to(&mut self, step: PaymentStep) {
        self.step = step;
        self.attempt = 1;
        self.fault = None;
    }
}

/// What a `<Pay>` has collected.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub(crate) struct Details {
    #[n(0)]
    pub(crate) card_number: Option<Concealed>,
    #[n(1)]
    pub(crate) card_type: Option<CardType>,
    #[n(2)]
    pub(crate) expiration_date: Option<Concealed>,
    #[n(3)]
    pub(crate) security_code: Option<Concealed>,
    #[n(4)]
    pub(crate) postal_code: Option<Concealed>,
    #[n(5)]
    pub(crate) routing_number: Option<Concealed>,
    #[n(6)]
    pub(crate) account_number: Option<Concealed>,
    #[n(7)]
    pub(crate) account_type: Option<String>,
}

impl Details {
    /// Hands everything over and keeps what may be shown.
    pub(crate) fn hand_over(&mut self) -> PaymentDetails {
        let whole = PaymentDetails {
            card_number: self.card_number.clone(),
            card_type: self.card_type.map(|card| card.as_str().into()),
            expiration_date: self.expiration_date.clone(),
            security_code: self.security_code.clone(),
            postal_code: self.postal_code.clone(),
            bank_routing_number: self.routing_number.clone(),
            bank_account_number: self.account_number.clone(),
            bank_account_type: self.account_type.as_deref().map(Into::into),
        };
        let mask = |kept: &mut Option<Concealed>, masked: fn(&Concealed) -> String| {
            *kept = kept.as_ref().map(|text| masked(text).into());
        };
        mask(&mut self.card_number, masked_card);
        mask(&mut self.security_code, masked_code);
        mask(&mut self.account_number, masked_account);
        whole
    }

    /// What webhooks are told of it. Masked twice is masked once.
    pub(crate) fn describe(&self, form: &mut Form<'_>) {
        let plain = |text: &Concealed| text.reveal().to_owned();
        let card_type = self.card_type.map(|card| card.as_str().to_owned());
        let fields = [
            ("PaymentCardNumber", self.card_number.as_ref().map(masked_card)),
            ("PaymentCardType", card_type),
            ("ExpirationDate", self.expiration_date.as_ref().map(plain)),
            ("SecurityCode", self.security_code.as_ref().map(masked_code)),
            ("PaymentCardPostalCode", self.postal_code.as_ref().map(plain)),
            ("BankAccountNumber", self.account_number.as_ref().map(masked_account)),
            ("BankRoutingNumber", self.routing_number.as_ref().map(plain)),
            ("BankAccountType", self.account_type.clone()),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                put(form, name, value);
            }
        }
    }

    /// Takes the card number out of a text that a payment gateway gave back.
    ///
    /// By the time of an answer only the mask of the number is kept, so a number of its length that ends alike and has
    /// a right check digit is taken for it.
    pub(crate) fn without_card(&self, text: &str) -> String {
        let card = self.card_number.as_ref().map(masked_card);
        without(text, card, |digits, masked| masked_card(&digits.into()) == masked && passes_luhn(digits))
    }

    /// Takes the card number and the number of the account out of an error message. Account numbers have no check
    /// digit, so this might hit another number: it is not for what must arrive as it was given.
    pub(crate) fn without_numbers(&self, text: &str) -> String {
        let account = self.account_number.as_ref().map(masked_account);
        let same = |digits: &str, masked: &str| masked_account(&digits.into()) == masked;
        without(&self.without_card(text), account, same)
    }
}

/// A text with each number that `is_it` replaced by its mask. Its digits may stand in groups.
fn without(text: &str, masked: Option<String>, is_it: impl Fn(&str, &str) -> bool) -> String {
    let Some(masked) = masked.filter(|masked| !masked.is_empty()) else { return text.to_owned() };
    let digits: Vec<(usize, char)> = text.char_indices().filter(|(_, key)| key.is_ascii_digit()).collect();
    let adjoin = |pair: &[(usize, char)]| match pair {
        [(one, _), (other, _)] => {
            matches!(text.get(one.saturating_add(1)..*other), Some("" | " " | "-"))
        }
        _ => true,
    };
    let (mut clean, mut told) = (String::with_capacity(text.len()), 0);
    for number in digits.windows(masked.len()) {
        let [(start, _), .., (end, _)] = number else { continue };
        let written: String = number.iter().map(|(_, digit)| digit).collect();
        if *start >= told && number.windows(2).all(adjoin) && is_it(&written, &masked) {
            clean.push_str(text.get(told..*start).unwrap_or_default());
            clean.push_str(&masked);
            told = end.saturating_add(1);
        }
    }
    clean.push_str(text.get(told..).unwrap_or_default());
    clean
}

/// The last four digits stay.
fn masked_card(number: &Concealed) -> String {
    number.masked('x', 4)
}

fn masked_code(code: &Concealed) -> String {
    code.masked('x', 0)
}

/// The last two digits stay.
fn masked_account(number: &Concealed) -> String {
    number.masked('*', 2)
}

/// Whether the last digit is the check digit of the others (ISO/IEC 7812-1).
pub(crate) fn passes_luhn(digits: &str) -> bool {
    let values = digits.chars().rev().filter_map(|key| key.to_digit(10));
    let sum: u32 = values
        .zip([false, true].into_iter().cycle())
        .map(|(value, double)| match (double, value) {
            (false, value) => value,
            (true, value) if value < 5 => value * 2,
            (true, value) => value * 2 - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "4111111111111111";

    fn collected() -> Details {
        Details {
            card_number: Some(CARD.into()),
            card_type: Some(CardType::Visa),
            expiration_date: Some("1230".into()),
            security_code: Some("987".into()),
            postal_code: Some("94109".into()),
            account_number: Some("508862392".into()),
            ..Details::default()
        }
    }

    #[test]
    fn what_is_kept_after_the_charge_is_masked_and_told_alike() {
        let mut details = collected();
        let told = |details: &Details| {
            let mut form = Form::new();
            details.describe(&mut form);
            form.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        let before = told(&details);
        assert_eq!(
            before,
            "PaymentCardNumber=xxxxxxxxxxxx1111 PaymentCardType=visa ExpirationDate=1230 SecurityCode=xxx \
             PaymentCardPostalCode=94109 BankAccountNumber=*******92"
        );
        let whole = details.hand_over();
        assert_eq!(whole.card_number.unwrap().reveal(), CARD);
        assert_eq!(told(&details), before);
        let saved = String::from_utf8_lossy(&minicbor::to_vec(&details).unwrap()).into_owned();
        for secret in [CARD, "987", "508862392"] {
            assert!(!saved.contains(secret), "{saved}");
        }
    }

    #[test]
    fn the_card_number_is_taken_out_of_what_the_gateway_says() {
        let mut details = collected();
        details.hand_over();
        for (said, kept) in [
            ("card 4111111111111111 was declined.", "card xxxxxxxxxxxx1111 was declined."),
            ("4111111111111111", "xxxxxxxxxxxx1111"),
            ("é4111111111111111é", "éxxxxxxxxxxxx1111é"),
            ("no 8 4111 1111-1111 1111.", "no 8 xxxxxxxxxxxx1111."),
            ("order 4111111111111112, 1 4111111111111111", "order 4111111111111112, 1 xxxxxxxxxxxx1111"),
            ("order 508862392", "order 508862392"),
            ("code 17", "code 17"),
            ("", ""),
        ] {
            assert_eq!(details.without_card(said), kept);
        }
        assert_eq!(details.without_numbers("508862392: 4111111111111111"), "*******92: xxxxxxxxxxxx1111");
        assert_eq!(Details::default().without_numbers(CARD), CARD);
    }
}
