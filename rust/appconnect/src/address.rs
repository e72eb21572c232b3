//! Who a leg comes from and where it goes: phone numbers, client identities, SIP URIs, application SIDs.

use std::fmt;
use std::sync::Arc;

use minicbor::{Decode, Encode};

use crate::pii;

/// The kind of party an address names. It decides which registry table a dialled address is looked up in and
/// which parameters the webhooks of the leg carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressKind {
    /// A TwiML App: `AP…` or `app:AP…`.
    Application,
    /// A Voice SDK identity: `client:name`.
    Client,
    /// Anything else: a phone number, or a withheld one (`anonymous`, `unknown`).
    PhoneNumber,
    /// A SIP URI: `sip:user@host`.
    Sip,
}

/// An address as the webhooks write it in `From` and `To`. Case and wording are kept: Twilio does not normalise
/// withheld numbers either (`webhooks.md` section 2). Cheap to clone: every call of a leg has it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(Arc<str>);

impl Address {
    /// Takes the text as it is, without leading and trailing blanks.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().into())
    }

    /// The text for a webhook.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What kind of party this names.
    #[must_use]
    pub fn kind(&self) -> AddressKind {
        self.kind_and_key().0
    }

    /// The part that a registry looks up: the identity, the SIP domain, the application SID, or the number itself.
    #[must_use]
    pub fn key(&self) -> &str {
        self.kind_and_key().1
    }

    /// Both at once, for a look-up.
    #[must_use]
    pub fn kind_and_key(&self) -> (AddressKind, &str) {
        let text = self.as_str();
        let name = |rest: &'_ str| rest.find('?').map_or(rest.len(), |end| end);
        match text.split_once(':') {
            Some(("client", rest)) => (AddressKind::Client, rest.get(..name(rest)).unwrap_or_default()),
            Some(("app", rest)) => (AddressKind::Application, rest.get(..name(rest)).unwrap_or_default()),
            Some(("sip" | "sips", rest)) => {
                let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
                (AddressKind::Sip, host.split([':', ';', '?', '>']).next().unwrap_or_default())
            }
            None if is_application_sid(text) => (AddressKind::Application, text),
            _ => (AddressKind::PhoneNumber, text),
        }
    }
}

/// Whether a Voice SDK client can have this identity: 1 to 256 characters, none of them blank or a control character
/// (`twiml-voice.md` section 6.2).
pub(crate) fn is_identity(text: &str) -> bool {
    (1..=MAX_IDENTITY).contains(&text.chars().count())
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// Longest identity of a Voice SDK client, in characters.
const MAX_IDENTITY: usize = 256;

fn is_application_sid(text: &str) -> bool {
    text.len() == 34 && text.starts_with("AP") && text.bytes().skip(2).all(|b| b.is_ascii_hexdigit())
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.kind())?;
        pii::show_length(&self.0, f)
    }
}

impl<C> Encode<C> for Address {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Address {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Ok(Self(d.str()?.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_lookup_keys() {
        for (text, kind, key) in [
            ("+15550100", AddressKind::PhoneNumber, "+15550100"),
            ("anonymous", AddressKind::PhoneNumber, "anonymous"),
            ("client:alice", AddressKind::Client, "alice"),
            ("sip:bob@voice.example:5060;transport=tls", AddressKind::Sip, "voice.example"),
            ("sips:voice.example", AddressKind::Sip, "voice.example"),
            (
                "AP0123456789abcdef0123456789abcdef",
                AddressKind::Application,
                "AP0123456789abcdef0123456789abcdef",
            ),
            ("app:APshort?x=1", AddressKind::Application, "APshort"),
        ] {
            let address = Address::new(text);
            assert_eq!((address.kind(), address.key()), (kind, key), "{text}");
        }
    }

    #[test]
    fn debug_hides_the_number() {
        assert_eq!(format!("{:?}", Address::new("+15550100")), "PhoneNumber<9 characters>");
    }
}
