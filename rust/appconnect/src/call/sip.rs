//! What SIP says of a call that came in, as webhooks are told of it (`webhooks.md` section 2).

use minicbor::{Decode, Encode};

use super::Parameters;
use crate::input::IncomingSip;
use crate::pii::Pii;

/// The SIP side of a call that came in.
#[derive(Clone, Debug, Encode, Decode)]
pub(crate) struct Sip {
    #[n(0)]
    pub(crate) call_id: Option<String>,
    #[n(1)]
    pub(crate) domain_sid: Option<String>,
    #[n(2)]
    pub(crate) source_ip: Option<Pii>,
    /// By the names under which they are sent, `SipHeader_` included.
    #[n(3)]
    pub(crate) headers: Parameters,
}

impl From<IncomingSip> for Sip {
    fn from(given: IncomingSip) -> Self {
        let mut headers = Parameters::new();
        for (name, value) in given.headers.into_iter().filter(|(name, _)| is_copied(name)) {
            let sent = format!("SipHeader_{name}");
            // A name is sent once, and SIP does not tell `X-A` from `x-a`.
            if !headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(&sent)) {
                headers.push((sent, value));
            }
        }
        Self {
            call_id: given.call_id.map(Into::into),
            domain_sid: given.domain_sid.map(Into::into),
            source_ip: given.source_ip,
            headers,
        }
    }
}

/// Whether a header is one that applications are told of: an `X-` header, or User-to-User.
fn is_copied(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("x-") || name == "user-to-user"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_copied_once_and_only_if_it_is_meant_for_applications() {
        let headers = [("x-a", "1"), ("X-A", "2"), ("Via", "3"), ("USER-TO-USER", "4"), ("My-X-B", "5")];
        let headers = headers.map(|(name, value)| (name.to_owned(), Pii::from(value))).into();
        let sip = Sip::from(IncomingSip { headers, ..IncomingSip::default() });
        let told: Vec<_> = sip.headers.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect();
        assert_eq!(told, [("SipHeader_x-a", "1"), ("SipHeader_USER-TO-USER", "4")]);
    }
}
