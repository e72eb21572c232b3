//! How a `<Pay>` ends, and what its `action` is told of it (`twiml-voice.md` section 7).

use crate::call::params::{Form, put};
use crate::call::payment::{Payment, PaymentFault};
use crate::input::ChargeOutcome;
use crate::problem::Code;

/// How a `<Pay>` ended.
#[derive(Clone, Debug)]
pub(crate) enum Ended<'a> {
    /// The connector has answered.
    Answered {
        outcome: &'a ChargeOutcome,
        /// Whether there was an amount: otherwise a token was asked for.
        charged: bool,
    },
    /// The connector did not answer in time.
    NoAnswer,
    /// Nothing right was keyed in as often as the document allows.
    Failed(PaymentFault),
    HungUp,
    /// The caller pressed `*`.
    Star,
    /// The document asks for what cannot be done.
    Invalid(Code, String),
}

impl Ended<'_> {
    const fn result(&self) -> &'static str {
        match self {
            Self::Answered { outcome: ChargeOutcome::Paid { .. }, .. } => "success",
            Self::Answered { .. } | Self::NoAnswer => "payment-connector-error",
            Self::Failed(_) => "too-many-failed-attempts",
            Self::HungUp => "caller-hung-up",
            Self::Star => "caller-interrupted-with-star",
            Self::Invalid(..) => "validation-error",
        }
    }

    /// What went wrong, where that is worth a notification.
    pub(crate) fn code(&self) -> Option<Code> {
        match self {
            Self::Answered { outcome: ChargeOutcome::Failed { code, .. }, .. } => Some(pay_code(*code)),
            Self::NoAnswer => Some(Code::PayUnavailable),
            Self::Invalid(code, _) => Some(*code),
            _ => None,
        }
    }
}

/// The code that a connector gave, if it is one of a payment.
fn pay_code(number: u32) -> Code {
    let known = Code::from_number(number).filter(|_| (64_001..=64_022).contains(&number));
    known.unwrap_or(Code::PayUnavailable)
}

/// What the `action` is told.
pub(crate) fn describe(payment: &Payment, ended: &Ended<'_>) -> Form<'static> {
    let mut form = Form::with_capacity(16);
    put(&mut form, "Result", ended.result());
    put(&mut form, "PaymentMethod", payment.method.as_str());
    payment.details.describe(&mut form);
    match ended {
        Ended::Answered { outcome, charged } => describe_answer(&mut form, payment, outcome, *charged),
        Ended::NoAnswer => put(&mut form, "PaymentError", "the payment connector did not answer in time"),
        Ended::Failed(fault) => put(&mut form, "PaymentError", fault.as_str()),
        Ended::Invalid(_, message) => put(&mut form, "PaymentError", message.clone()),
        Ended::HungUp | Ended::Star => {}
    }
    if let Some(code) = ended.code() {
        put(&mut form, "PayErrorCode", code.number().to_string());
    }
    form
}

fn describe_answer(form: &mut Form<'static>, payment: &Payment, outcome: &ChargeOutcome, charged: bool) {
    let details = &payment.details;
    match outcome {
        ChargeOutcome::Paid { token, confirmation_code, profile_id } => {
            let token = token.as_ref().filter(|_| !charged);
            let confirmation = confirmation_code.as_ref().filter(|_| charged);
            let given = [
                ("PaymentToken", token),
                ("PaymentConfirmationCode", confirmation),
                ("ProfileId", profile_id.as_ref()),
            ];
            for (name, value) in given {
                if let Some(value) = value {
                    put(form, name, details.without_card(value.reveal()));
                }
            }
        }
        ChargeOutcome::Failed { message, connector_error, .. } => {
            put(form, "PaymentError", details.without_numbers(message));
            if let Some(words) = connector_error {
                put(form, "ConnectorError", details.without_numbers(words));
            }
        }
    }
}
