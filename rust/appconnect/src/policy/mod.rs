//! Rules about calls between accounts: the limits that compiled rules keep, the budget of a root call, and the
//! question that a programmable rule is asked.
//!
//! Compiled rules answer at once (`registry::admit`). A programmable rule runs outside the engine: the engine hands
//! out the [`Facts`] of a [`Point`] and waits for a [`Verdict`], so a decision is one more recorded input and a call
//! can be replayed.

mod budget;
mod limits;

use minicbor::{Decode, Encode};

use crate::address::Address;
use crate::id::{AccountSid, ApplicationSid};
use crate::pii::Pii;

pub use budget::{Budget, Exceeded};
pub use limits::{FamilyConnect, Limits};

/// A place in a call where a programmable rule is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Point {
    /// A `<Dial><Application>` that the compiled rules admit, before anything of the dialled account is touched.
    #[n(0)]
    Connect,
}

impl Point {
    /// The name used across process borders.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
        }
    }
}

/// What a programmable rule may look at.
///
/// Only the accounts, the application and the hop count are established by the platform. `customer_id`, `parameters`
/// and, with a `callerId`, `from` are whatever the dialling side wrote: they prove nothing about who it is
/// (`reliability.md` T-04).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Facts {
    /// Where the rule is asked.
    #[n(0)]
    pub point: Point,
    /// The account whose document dials.
    #[n(1)]
    pub caller_account: AccountSid,
    /// The account that owns the application.
    #[n(2)]
    pub callee_account: AccountSid,
    /// The dialled application.
    #[n(3)]
    pub application: ApplicationSid,
    /// `From` as the application will see it.
    #[n(4)]
    pub from: Address,
    /// `To` as the application will see it.
    #[n(5)]
    pub to: Address,
    /// `CustomerId` as the application will see it.
    #[n(6)]
    pub customer_id: Pii,
    /// How many applications this line has been handed through already.
    #[n(7)]
    pub hops: u32,
    /// The `<Parameter>`s in document order: names without the `Param_` prefix, and values.
    #[n(8)]
    pub parameters: Vec<(String, Pii)>,
}

/// The answer of a programmable rule.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Verdict {
    /// Go on.
    #[n(0)]
    Allow,
    /// Refuse. The dialling side sees what it sees for an unknown application.
    #[n(1)]
    Deny {
        /// Why, for the owner of the rule; never shown to the dialling side.
        #[n(0)]
        reason: Box<str>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_and_verdicts_survive_being_parked() {
        let facts = Facts {
            point: Point::Connect,
            caller_account: AccountSid::from_bits(1),
            callee_account: AccountSid::from_bits(2),
            application: "AP00000000000000000000000000000003".parse().unwrap(),
            from: Address::new("+15550100"),
            to: Address::new("AP00000000000000000000000000000003"),
            customer_id: Pii::from("a customer"),
            hops: 3,
            parameters: vec![
                ("Order".to_owned(), Pii::from("17")),
                ("Name".to_owned(), Pii::from("Zoë")),
                ("Empty".to_owned(), Pii::from("")),
            ],
        };
        let bytes = minicbor::to_vec(&facts).unwrap();
        assert_eq!(minicbor::decode::<Facts>(&bytes).unwrap(), facts);
        for verdict in [Verdict::Allow, Verdict::Deny { reason: "outside office hours".into() }] {
            let bytes = minicbor::to_vec(&verdict).unwrap();
            assert_eq!(minicbor::decode::<Verdict>(&bytes).unwrap(), verdict);
        }
    }

    /// Another version reads these very bytes.
    #[test]
    fn the_bytes_of_a_snapshot_stay_as_they_are() {
        assert_eq!(minicbor::to_vec(Point::Connect).unwrap(), [0]);
        assert_eq!(minicbor::to_vec(Verdict::Allow).unwrap(), [0x82, 0, 0x80]);
        let verdict = Verdict::Deny { reason: "x".into() };
        assert_eq!(minicbor::to_vec(verdict).unwrap(), [0x82, 1, 0x81, 0x61, b'x']);
        let facts = Facts {
            point: Point::Connect,
            caller_account: AccountSid::from_bits(1),
            callee_account: AccountSid::from_bits(2),
            application: "AP3".parse().unwrap(),
            from: Address::new("f"),
            to: Address::new("t"),
            customer_id: Pii::from("c"),
            hops: 9,
            parameters: vec![("n".to_owned(), Pii::from("v"))],
        };
        let mut expected = vec![0x89, 0];
        for account in [facts.caller_account, facts.callee_account] {
            expected.extend([0x78, 34]);
            expected.extend(account.as_str().bytes());
        }
        expected.extend(b"\x63AP3\x61f\x61t\x61c\x09\x81\x82\x61n\x61v");
        assert_eq!(minicbor::to_vec(&facts).unwrap(), expected);
    }

    #[test]
    fn debug_of_facts_shows_no_personal_data() {
        let facts = Facts {
            point: Point::Connect,
            caller_account: AccountSid::from_bits(1),
            callee_account: AccountSid::from_bits(2),
            application: "AP3".parse().unwrap(),
            from: Address::new("+15550100"),
            to: Address::new("+15550199"),
            customer_id: Pii::from("jane@shop.example"),
            hops: 0,
            parameters: vec![("Card".to_owned(), Pii::from("4111111111111111"))],
        };
        let shown = format!("{facts:?}");
        for secret in ["15550100", "15550199", "jane", "4111"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
