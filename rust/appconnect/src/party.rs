//! Parties that can be called, and how to find out who answers.

use crate::address::Address;
use crate::pii::{Pii, Secret};

/// Whom a `Dial` calls (`twiml-voice.md` section 6.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// What kind of party it is.
    pub kind: EndpointKind,
    /// A phone number, `client:name`, a SIP URI without its headers, a SIM's SID, or `whatsapp:` and a number.
    pub address: Address,
    /// What a client is told, by name; the headers of a SIP request.
    pub parameters: Vec<(String, Pii)>,
    /// The credentials of a SIP URI.
    pub username: Option<Box<str>>,
    /// As `username`.
    pub password: Option<Secret>,
}

/// The kinds of parties that a `<Dial>` can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndpointKind {
    /// A Voice SDK client.
    Client,
    /// A phone number.
    Number,
    /// A SIM card.
    Sim,
    /// A SIP URI.
    Sip,
    /// A number on `WhatsApp`.
    WhatsApp,
}

impl EndpointKind {
    /// The name used across process borders.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Number => "number",
            Self::Sim => "sim",
            Self::Sip => "sip",
            Self::WhatsApp => "whatsapp",
        }
    }
}

/// How to find out who answered (`twiml-voice.md` section 6.1). Answer with `MachineDetected`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineDetection {
    /// Whether to wait for the end of a machine's greeting.
    pub message_end: bool,
    /// Seconds after which the answer is `unknown`, 3 to 60.
    pub timeout: u32,
    /// Milliseconds of speech that make it a machine, 1,000 to 6,000.
    pub speech_threshold: u32,
    /// Milliseconds of silence after speech that make it a person, 500 to 5,000.
    pub speech_end_threshold: u32,
    /// Milliseconds of silence at the beginning after which the answer is `unknown`, 2,000 to 10,000.
    pub silence_timeout: u32,
}
