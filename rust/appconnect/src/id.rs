//! Identifiers: Twilio SIDs, the leg a call stands on, and the reply an effect waits for.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

/// Why a text is not an identifier of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdError {
    /// What was expected, for instance `CA and 32 hexadecimal digits`.
    pub expected: &'static str,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an identifier: expected {}", self.expected)
    }
}

impl std::error::Error for IdError {}

/// The two hexadecimal digits of a byte, in lower case.
fn hex(byte: u8) -> [u8; 2] {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    [digit(byte >> 4), digit(byte & 15)]
}

/// The value of a hexadecimal digit.
fn nibble(digit: u8) -> u32 {
    char::from(digit).to_digit(16).unwrap_or_default()
}

/// The 34 characters of a SID: two capitals and 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SidText([u8; 34]);

impl Hash for SidText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // All are of one length, which therefore is not hashed.
        state.write(&self.0);
    }
}

impl SidText {
    fn generate(prefix: &str, bits: u128) -> Self {
        let mut text = [b'0'; 34];
        let (head, digits) = text.split_at_mut(2);
        for (place, letter) in head.iter_mut().zip(prefix.bytes()) {
            *place = letter;
        }
        for (digit, byte) in digits.chunks_exact_mut(2).zip(bits.to_be_bytes()) {
            digit.copy_from_slice(&hex(byte));
        }
        Self(text)
    }

    fn parse(prefix: &str, text: &str) -> Option<Self> {
        let bytes: [u8; 34] = text.as_bytes().try_into().ok()?;
        let (head, digits) = bytes.split_at(2);
        // Without an early end: nearly every text is a SID, and so many digits are looked at together.
        let valid =
            digits.iter().fold(head == prefix.as_bytes(), |valid, digit| valid & digit.is_ascii_hexdigit());
        valid.then_some(Self(bytes))
    }

    fn as_str(&self) -> &str {
        // Only ASCII was stored, so the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    fn bits(&self) -> u128 {
        self.0.iter().skip(2).fold(0, |bits, byte| bits << 4 | u128::from(nibble(*byte)))
    }
}

/// Writes an identifier into a snapshot as its text and reads it back through its own parser.
macro_rules! text_in_cbor {
    ($name:ident) => {
        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.str(self.as_str())?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                d.str()?
                    .parse()
                    .map_err(|_| minicbor::decode::Error::message(concat!("bad ", stringify!($name))))
            }
        }
    };
}

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(SidText);

        impl $name {
            /// The SID with these 128 bits, in lower-case hexadecimal.
            #[must_use]
            pub fn from_bits(bits: u128) -> Self {
                Self(SidText::generate($prefix, bits))
            }

            /// The 128 bits behind the two capitals.
            #[must_use]
            pub fn bits(&self) -> u128 {
                self.0.bits()
            }

            /// All 34 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_str()
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                SidText::parse($prefix, text)
                    .map(Self)
                    .ok_or(IdError { expected: concat!($prefix, " and 32 hexadecimal digits") })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        text_in_cbor!($name);
    };
}

sid!(
    /// An account (`AC` and 32 hexadecimal digits).
    AccountSid, "AC"
);
sid!(
    /// A call: one account's view and control of a leg (`CA` and 32 hexadecimal digits).
    CallSid, "CA"
);
sid!(
    /// A conference (`CF` and 32 hexadecimal digits).
    ConferenceSid, "CF"
);
sid!(
    /// A queue (`QU` and 32 hexadecimal digits).
    QueueSid, "QU"
);
sid!(
    /// A text message (`SM` and 32 hexadecimal digits).
    MessageSid, "SM"
);
sid!(
    /// A recording (`RE` and 32 hexadecimal digits).
    RecordingSid, "RE"
);
sid!(
    /// The session of a `<ConversationRelay>` (`VX` and 32 hexadecimal digits).
    RelaySid, "VX"
);
sid!(
    /// A forked recording by SIPREC (`SR` and 32 hexadecimal digits).
    SiprecSid, "SR"
);
sid!(
    /// A media stream (`MZ` and 32 hexadecimal digits).
    StreamSid, "MZ"
);
sid!(
    /// A transcription in real time (`GT` and 32 hexadecimal digits).
    TranscriptionSid, "GT"
);
sid!(
    /// What was said in a recording, written down (`TR` and 32 hexadecimal digits).
    TranscriptSid, "TR"
);

/// A TwiML App: `AP` and 1 to 64 letters and digits.
///
/// Created ones have 32 hexadecimal digits; a registry loaded by an operator may hold others, so that the
/// 32-character sample of the vendor's own documentation can be run as printed. Looked up by exact match.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApplicationSid(Arc<str>);

text_in_cbor!(ApplicationSid);

impl ApplicationSid {
    /// All characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the SID has the 34 characters that created applications have.
    #[must_use]
    pub fn is_canonical(&self) -> bool {
        SidText::parse("AP", &self.0).is_some()
    }
}

impl FromStr for ApplicationSid {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let valid = text.strip_prefix("AP").is_some_and(|rest| {
            (1..=64).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        valid.then(|| Self(text.into())).ok_or(IdError { expected: "AP and 1 to 64 letters and digits" })
    }
}

impl fmt::Display for ApplicationSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for ApplicationSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One real connection to a party, named by whoever owns its media: 1 to 128 printable ASCII characters.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegId(Arc<str>);

text_in_cbor!(LegId);

impl LegId {
    /// The name of a leg that the engine makes. It is no SID: accounts that share the leg do not share their calls.
    pub(crate) fn from_bits(bits: u128) -> Self {
        Self(format!("leg-{bits:032x}").into())
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LegId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let valid = (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        valid.then(|| Self(text.into())).ok_or(IdError { expected: "1 to 128 printable ASCII characters" })
    }
}

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The step of a call that an effect belongs to, and the address of its answer: `CA…:7`.
///
/// It survives snapshot and restore, so an answer finds its call from any process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
pub struct ReplyId {
    /// The call whose step it is.
    #[n(0)]
    pub call: CallSid,
    /// The number of the step, from 1.
    #[n(1)]
    pub step: u32,
}

impl ReplyId {
    /// The idempotency token of this step, as the UUID that Twilio's header carries.
    ///
    /// A function of call and step alone, so every retry of the step sends the same one, from any worker.
    #[must_use]
    pub fn idempotency_token(&self) -> IdempotencyToken {
        /// Where digits of the SID go: the first place in the token, the first digit, how many. Version 8 (our own
        /// layout) and the RFC 9562 variant take the place of two digits.
        const PIECES: [(usize, usize, usize); 5] =
            [(0, 0, 8), (9, 8, 4), (15, 13, 3), (20, 17, 3), (24, 20, 4)];
        let [_, _, digits @ ..] = &self.call.0.0;
        let mut token = *b"00000000-0000-8000-a000-000000000000";
        for (to, from, length) in PIECES {
            if let (Some(to), Some(from)) = (token.get_mut(to..to + length), digits.get(from..from + length))
            {
                to.copy_from_slice(from);
            }
        }
        token.make_ascii_lowercase();
        let low = digits.last_chunk::<8>().copied().unwrap_or_default();
        let low = low.into_iter().fold(0, |bits, digit| bits << 4 | nibble(digit)) ^ self.step;
        if let Some(place) = token.last_chunk_mut::<8>() {
            for (digits, byte) in place.chunks_exact_mut(2).zip(low.to_be_bytes()) {
                digits.copy_from_slice(&hex(byte));
            }
        }
        IdempotencyToken(token)
    }
}

/// The text of a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotencyToken([u8; 36]);

impl IdempotencyToken {
    /// All characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII was stored, so the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for ReplyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.call, self.step)
    }
}

impl fmt::Debug for ReplyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ReplyId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let error = IdError { expected: "a CallSid, a colon and a step number" };
        let (call, step) = text.split_at_checked(34).ok_or(error)?;
        let step = step.strip_prefix(':').ok_or(error)?;
        if step.starts_with('+') {
            return Err(error);
        }
        Ok(Self { call: call.parse().map_err(|_| error)?, step: step.parse().map_err(|_| error)? })
    }
}

/// Where the SIDs of a leg come from: a keyed function of the leg's name, the time it began, and a counter.
///
/// Not a running generator: a leg that was moved to another worker goes on exactly where it was, and the order
/// in which other legs act cannot change its SIDs. The seed must be secret and random wherever SIDs must not be
/// guessable (`reliability.md` T-02: 128 bits).
#[derive(Clone)]
pub struct Seed([u8; 32]);

impl Seed {
    /// A seed of 32 bytes, from a cryptographic source unless a run is to be repeated.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 128 bits of the `counter`-th SID of the `leg` that began at `born_ms`.
    ///
    /// The time keeps a name that is used again from making the same SIDs again.
    #[must_use]
    pub fn sid_bits(&self, leg: &LegId, born_ms: u64, counter: u32) -> u128 {
        // In one piece but for the name, which is hashed quicker than its parts one after the other.
        let mut head = [0; 44];
        let (seed, numbers) = head.split_at_mut(32);
        let (count, born) = numbers.split_at_mut(4);
        seed.copy_from_slice(&self.0);
        count.copy_from_slice(&counter.to_be_bytes());
        born.copy_from_slice(&born_ms.to_be_bytes());
        let digest = Sha256::new().chain_update(head).chain_update(leg.as_str()).finalize();
        digest.first_chunk().copied().map_or(0, u128::from_be_bytes)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sid_reads_back_what_it_writes() {
        let sid = CallSid::from_bits(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(sid.as_str(), "CA0123456789abcdef0123456789abcdef");
        assert_eq!(sid.as_str().parse::<CallSid>(), Ok(sid));
        assert_eq!(sid.bits(), 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
    }

    #[test]
    fn a_sid_of_another_kind_or_length_is_refused() {
        for text in [
            "",
            "CA",
            "AC0123456789abcdef0123456789abcdef",
            "CA0123456789abcdef0123456789abcde",
            "CA0123456789abcdef0123456789abcdeg",
        ] {
            assert!(text.parse::<CallSid>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_refused_sid_says_how_one_begins() {
        macro_rules! check {
            ($($name:ident)*) => {$(
                let written = $name::from_bits(0);
                let prefix = written.as_str().trim_end_matches('0');
                let expected = format!("not an identifier: expected {prefix} and 32 hexadecimal digits");
                assert_eq!("SID".parse::<$name>().unwrap_err().to_string(), expected);
            )*};
        }
        check!(AccountSid CallSid ConferenceSid QueueSid MessageSid RecordingSid RelaySid SiprecSid StreamSid);
        check!(TranscriptionSid TranscriptSid);
        assert_eq!("x".parse::<AccountSid>().unwrap_err().expected, "AC and 32 hexadecimal digits");
    }

    #[test]
    fn an_application_sid_may_be_the_vendors_short_sample() {
        let sid: ApplicationSid = "AP1234567890abcdef1234567890abcd".parse().unwrap();
        assert!(!sid.is_canonical());
        for text in ["AP", "ap12", "AP 1", "AP1/2", "AC12"] {
            assert!(text.parse::<ApplicationSid>().is_err(), "{text}");
        }
    }

    #[test]
    fn reply_ids_read_back_and_tokens_are_uuids_of_the_step() {
        let reply = ReplyId { call: CallSid::from_bits(42), step: 7 };
        assert_eq!(reply.to_string().parse::<ReplyId>(), Ok(reply));
        assert!("CA:1".parse::<ReplyId>().is_err());
        let other = ReplyId { step: 8, ..reply };
        let token = |bits, step| {
            let reply = ReplyId { call: CallSid::from_bits(bits), step };
            reply.idempotency_token().as_str().to_owned()
        };
        assert_eq!(token(0xFF, 0x0F), "00000000-0000-8000-a000-0000000000f0");
        assert_eq!(token(u128::MAX, 0), "ffffffff-ffff-8fff-afff-ffffffffffff");
        assert_eq!(
            token(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef, 1),
            "01234567-89ab-8def-a123-456789abcdee"
        );
        assert_eq!(reply.idempotency_token(), reply.idempotency_token());
        assert_ne!(reply.idempotency_token(), other.idempotency_token());
        let capitals: CallSid = "CAABCDEF00000000000000000000000000".parse().unwrap();
        let token = ReplyId { call: capitals, step: 1 }.idempotency_token();
        assert_eq!(token.as_str(), "abcdef00-0000-8000-a000-000000000001");
    }

    #[test]
    fn sids_depend_on_seed_leg_and_counter() {
        let leg: LegId = "leg-1".parse().unwrap();
        let other: LegId = "leg-2".parse().unwrap();
        let seed = Seed::new([7; 32]);
        let (born, later) = (1_000, 1_001);
        let first = seed.sid_bits(&leg, born, 0);
        assert_eq!(first, seed.sid_bits(&leg, born, 0));
        assert_ne!(first, seed.sid_bits(&leg, born, 1));
        assert_ne!(first, seed.sid_bits(&other, born, 0));
        assert_ne!(first, seed.sid_bits(&leg, later, 0));
        assert_ne!(first, Seed::new([8; 32]).sid_bits(&leg, born, 0));
    }
}
