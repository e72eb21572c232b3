//! `<Sms>`: a text message on the side (`twiml-voice.md` section 3).

use super::{Flow, Goto, action, callback};
use crate::address::{Address, AddressKind};
use crate::call::cx::Cx;
use crate::call::params::{Form, put};
use crate::call::{Errand, ErrandKind};
use crate::effect::{Effect, SendMessage};
use crate::event::Purpose;
use crate::pii::Pii;
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Node};

/// Characters of a message: ten parts of 160.
const LONGEST_BODY: usize = 1_600;

/// Messages of one call whose fate may be waited for at once. Our choice: a call that sends more is one that loops.
const MOST_WAITED_FOR: usize = 100;

pub(super) fn enter(cx: &mut Cx<'_, '_>, node: Node<'_>) -> Flow {
    let action = match action(cx, node) {
        Ok(action) => action,
        Err(problem) => return Flow::Fail(problem),
    };
    let callback = callback(cx, node, Attribute::StatusCallback);
    let sid = cx.line.new_message(cx.world.seed);
    let status = match message(cx, node) {
        Ok((from, to, body)) if callback.is_none() || cx.call.errands.len() < MOST_WAITED_FOR => {
            let reply = cx.next_reply();
            let (call, account) = (cx.call.sid, cx.call.account);
            cx.effect(Effect::SendMessage(SendMessage {
                reply,
                call,
                account,
                message: sid,
                from,
                to,
                body,
            }));
            if let Some(callback) = callback {
                let kind = ErrandKind::Message { sid, callback };
                cx.call.errands.push(Errand { step: reply.step, kind, deadline: None });
            }
            "sending"
        }
        Ok(_) => {
            let message = "too many messages of this call wait for their status: this one was not sent";
            cx.problem_at(node, Code::SmsRateLimit, message);
            "invalid"
        }
        Err(problem) => {
            cx.problem_once(problem);
            "invalid"
        }
    };
    let Some(url) = action else { return Flow::Next };
    let mut extra = Form::with_capacity(2);
    put(&mut extra, "SmsSid", sid.as_str().to_owned());
    put(&mut extra, "SmsStatus", status);
    Flow::Goto(Goto { url, method: node.method(Attribute::Method), purpose: Purpose::Action, extra })
}

/// From whom, to whom and what; the problem of a message that cannot be sent.
fn message(cx: &Cx<'_, '_>, node: Node<'_>) -> Result<(Pii, Pii, Pii), Problem> {
    let (other, own) = cx.call.ends();
    let to = number(node, Attribute::To, other, Code::SmsTo)?;
    let from = number(node, Attribute::From, own, Code::SmsFrom)?;
    let text = node.text();
    let body = text.trim();
    if body.is_empty() || body.chars().count() > LONGEST_BODY {
        let message = format!("the text of an <Sms> has 1 to {LONGEST_BODY} characters: it was not sent");
        return Err(Problem::at(Code::SmsBody, node.span(), message));
    }
    Ok((from, to, body.into()))
}

/// A phone number that messages can go to or come from.
fn number(node: Node<'_>, attribute: Attribute, default: &Address, code: Code) -> Result<Pii, Problem> {
    let text = node.attribute(attribute).unwrap_or_else(|| default.as_str());
    let address = Address::new(text);
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '(' | ')' | '-' | '.')).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    // Short codes have three digits at least, and a number has fifteen at most (E.164).
    let dials = (3..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    if address.kind() == AddressKind::PhoneNumber && dials {
        return Ok(number.into());
    }
    let name = attribute.name();
    let message = format!("the {name} of this <Sms> is no phone number: it was not sent");
    Err(Problem::at(code, node.span(), message))
}
