//! Whom the nouns of a `<Dial>` name, and who calls (`twiml-voice.md` sections 6 and 6.2).

use crate::address::{Address, AddressKind, is_identity};
use crate::call::cx::Cx;
use crate::call::verb::parameters;
use crate::config::CallerIdRule;
use crate::effect::{Endpoint, EndpointKind};
use crate::http::form;
use crate::pii::{Pii, Secret};
use crate::problem::{Code, Problem};
use crate::twiml::{Attribute, Element, Node};

/// Longest SIP URI in characters, without its headers.
const MAX_SIP_URI: usize = 255;
/// Longest headers of a SIP URI in characters.
const MAX_SIP_HEADERS: usize = 1_024;
/// The headers that a document may send besides those that begin with `x-`.
const SIP_HEADERS: [&str; 4] =
    ["user-to-user", "remote-party-id", "p-preferred-identity", "p-called-party-id"];

/// Whom a noun names. The text of a `<Dial>` is a number.
pub(super) fn endpoint(cx: &mut Cx<'_, '_>, noun: Node<'_>) -> Result<Endpoint, Problem> {
    let text = noun.text();
    let text = text.trim();
    match noun.element() {
        Element::Client => client(noun, text),
        Element::Sip => sip(cx, noun, text),
        Element::Sim => {
            let good = text.len() == 34 && text.starts_with("DE");
            let message = "this is not the SID of a SIM card: write DE and 32 hexadecimal digits";
            if good { Ok(plain(EndpointKind::Sim, text)) } else { Err(at(noun, Code::SimRegion, message)) }
        }
        Element::WhatsApp => {
            let number = text.strip_prefix("whatsapp:").unwrap_or(text);
            Ok(plain(EndpointKind::WhatsApp, &format!("whatsapp:{}", phone_number(noun, number)?)))
        }
        _ => Ok(plain(EndpointKind::Number, &phone_number(noun, text)?)),
    }
}

fn at(noun: Node<'_>, code: Code, message: impl Into<Box<str>>) -> Problem {
    Problem::at(code, noun.span(), message)
}

fn plain(kind: EndpointKind, address: &str) -> Endpoint {
    Endpoint { kind, address: Address::new(address), parameters: Vec::new(), username: None, password: None }
}

/// A number in E.164, or an unformatted one of the United States.
fn phone_number(noun: Node<'_>, text: &str) -> Result<String, Problem> {
    let unspaced: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let digits = unspaced.strip_prefix('+').unwrap_or(&unspaced);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        let message = "this is not a phone number: write a plus sign, the country code and the number";
        return Err(at(noun, Code::NumberFormat, message));
    }
    match (unspaced.starts_with('+'), digits.len()) {
        (true, 8..=15) => Ok(unspaced),
        (false, 10) => Ok(format!("+1{digits}")),
        (false, 11) if digits.starts_with('1') => Ok(format!("+{digits}")),
        _ => {
            let message = "a phone number of this length cannot be called: write a plus sign, the country code and \
                           the number, 8 to 15 digits in all";
            Err(at(noun, Code::NumberUnsupported, message))
        }
    }
}

fn client(noun: Node<'_>, text: &str) -> Result<Endpoint, Problem> {
    let identity = noun.children().find(|child| child.element() == Element::Identity);
    let named = identity.map(|identity| identity.text().trim().to_owned());
    let name = named.unwrap_or_else(|| text.to_owned());
    let name = name.strip_prefix("client:").unwrap_or(&name);
    if !is_identity(name) {
        let message = "a client is named by 1 to 256 characters without blanks";
        return Err(at(noun, Code::SchemaWarning, message));
    }
    Ok(Endpoint {
        parameters: parameters(noun, ""),
        ..plain(EndpointKind::Client, &format!("client:{name}"))
    })
}

/// Whom a `<Sip>` names, in a `<Dial>` or a `<Refer>`.
pub(in crate::call::verb) fn sip(
    cx: &mut Cx<'_, '_>,
    noun: Node<'_>,
    text: &str,
) -> Result<Endpoint, Problem> {
    let (uri, headers) = text.split_once('?').unwrap_or((text, ""));
    let uri =
        if uri.starts_with("sip:") || uri.starts_with("sips:") { uri.into() } else { format!("sip:{uri}") };
    let address = Address::new(&uri);
    let host = address.key();
    if host.is_empty() || uri.len() > MAX_SIP_URI || uri.contains(char::is_whitespace) {
        let message = "this is not a SIP URI: write sip:user@host, at most 255 characters";
        return Err(at(noun, Code::SipUri, message));
    }
    let parameters = sip_headers(cx, noun, headers);
    let text = |attribute| noun.attribute(attribute).filter(|text| !text.is_empty());
    Ok(Endpoint {
        kind: EndpointKind::Sip,
        address,
        parameters,
        username: text(Attribute::Username).map(Into::into),
        password: text(Attribute::Password).map(Secret::new),
    })
}

/// The headers behind the question mark of a SIP URI; those that may not be sent are told of and left out.
fn sip_headers(cx: &mut Cx<'_, '_>, noun: Node<'_>, headers: &str) -> Vec<(String, Pii)> {
    if headers.len() > MAX_SIP_HEADERS {
        let message = "the headers of this SIP URI are longer than 1,024 characters: they are not sent";
        cx.problem_at(noun, Code::SipHeaderTooLong, message);
        return Vec::new();
    }
    let mut kept = Vec::new();
    for (name, value) in form::decode(headers.as_bytes()) {
        let lower = name.to_ascii_lowercase();
        let known = lower.starts_with("x-") || SIP_HEADERS.contains(&lower.as_str());
        // A line break would begin a header of the document's own making.
        if known && !name.contains(char::is_control) && !value.contains(char::is_control) {
            kept.push((name, value.into()));
        } else {
            let message =
                "a SIP header must begin with x-, or be one that the platform knows: it is not sent";
            cx.problem_at(noun, Code::SipHeaderName, message);
        }
    }
    kept
}

/// Who calls, as the called party will see it (`callerId` of `twiml-voice.md` section 6).
pub(super) fn caller(cx: &Cx<'_, '_>, dial: Node<'_>, kind: EndpointKind) -> Result<Address, Problem> {
    let own = dial.attribute(Attribute::CallerId);
    let given = own.is_some();
    let caller = match own {
        Some(text) => {
            phone_number(dial, text).map_or_else(|_| Address::new(text), |number| Address::new(&number))
        }
        None => cx.call.from.clone(),
    };
    let refuse = |message: &str| Err(at(dial, Code::DialCallerId, message));
    match kind {
        EndpointKind::WhatsApp if !caller.as_str().starts_with("whatsapp:+") => {
            refuse("a call to WhatsApp needs a callerId of the form whatsapp:+15550100")
        }
        EndpointKind::Number | EndpointKind::Sim => {
            if caller.kind() != AddressKind::PhoneNumber {
                return refuse("a call to a phone number needs a callerId that is a phone number");
            }
            if given && cx.world.config.caller_id == CallerIdRule::Owned && !is_own(cx, &caller) {
                return refuse(
                    "this callerId may not be used: it is neither a party of this call nor a number of the account",
                );
            }
            Ok(caller)
        }
        _ => Ok(caller),
    }
}

/// Whether a number is a party of the call or belongs to its account.
fn is_own(cx: &Cx<'_, '_>, number: &Address) -> bool {
    let party = [&cx.call.from, &cx.call.to].contains(&number);
    party || cx.world.registry.resolve(number).is_some_and(|route| route.account.sid == cx.call.account)
}
