//! Rating of an ended call: what it costs, in integer micro-dollars (`application-connect.md` section 10).

use crate::address::Address;
use crate::id::{AccountSid, ApplicationSid, CallSid};
use crate::money::MicroDollars;
use crate::time::Millis;

/// What kind of call is billed, as its own account sees it (`application-connect.md` section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LegKind {
    /// Came in from a phone, a SIP domain or a client.
    Inbound,
    /// Went out to a phone, a SIP address or a client.
    Outbound,
    /// The dialling account's view of a hop (A2): never charged.
    ApplicationHop,
    /// The receiving account's view of a hop (B1): the only side of a hop that is charged.
    ApplicationConnect,
}

impl LegKind {
    /// The name used across process borders.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::ApplicationHop => "application-hop",
            Self::ApplicationConnect => "application-connect",
        }
    }
}

/// Prices for each started minute.
///
/// The connect price is the one announced with the feature; the two of the phone network are examples of a local
/// number in the United States. All are meant to be replaced by the operator's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rates {
    /// A call that comes in.
    pub inbound: MicroDollars,
    /// A call that goes out.
    pub outbound: MicroDollars,
    /// A call that another application handed over, for the account that receives it.
    pub application_connect: MicroDollars,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            inbound: MicroDollars(8_500),
            outbound: MicroDollars(14_000),
            application_connect: MicroDollars(2_500),
        }
    }
}

impl Rates {
    /// The price of a minute of this kind of call.
    #[must_use]
    pub const fn of(&self, leg: LegKind) -> MicroDollars {
        match leg {
            LegKind::Inbound => self.inbound,
            LegKind::Outbound => self.outbound,
            LegKind::ApplicationHop => MicroDollars(0),
            LegKind::ApplicationConnect => self.application_connect,
        }
    }

    /// What a hand-over of `seconds` would have cost through a phone number instead: the outbound leg that the
    /// sender pays for plus the inbound leg that the receiver pays for.
    #[must_use]
    pub fn phone_number_detour(&self, seconds: u64) -> MicroDollars {
        self.outbound.for_seconds(seconds) + self.inbound.for_seconds(seconds)
    }
}

/// The outcome of rating one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rated {
    /// Whole seconds from answer to end; 0 when it was never answered.
    pub seconds: u64,
    /// The price of a started minute that was used.
    pub rate: MicroDollars,
    /// What is charged.
    pub amount: MicroDollars,
}

/// Rates a call of this kind.
///
/// A call that was rejected or never answered costs nothing; an answered one costs at least a minute.
#[must_use]
pub fn rate(leg: LegKind, answered: Option<Millis>, ended: Millis, rates: &Rates) -> Rated {
    let rate = rates.of(leg);
    answered.map_or(Rated { seconds: 0, rate, amount: MicroDollars(0) }, |answered| {
        let seconds = ended.seconds_since(answered);
        Rated { seconds, rate, amount: rate.for_seconds(seconds) }
    })
}

/// The rated record of an ended call (the CDR). Every call gets exactly one, in the transaction that ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The call.
    pub call: CallSid,
    /// The account that is charged.
    pub account: AccountSid,
    /// The call of the same account whose document dialled this one.
    pub parent_call: Option<CallSid>,
    /// The value of `Direction` in a webhook.
    pub direction: &'static str,
    /// Who called.
    pub from: Address,
    /// Who was called.
    pub to: Address,
    /// The application that the call belongs to.
    pub application: Option<ApplicationSid>,
    /// The terminal value of `CallStatus`.
    pub status: &'static str,
    /// When the call began.
    pub started: Millis,
    /// When it was answered, if it was.
    pub answered: Option<Millis>,
    /// When it ended.
    pub ended: Millis,
    /// Whole seconds from answer to end; 0 when it was never answered.
    pub seconds: u64,
    /// The price of a started minute.
    pub rate: MicroDollars,
    /// What is charged.
    pub amount: MicroDollars,
    /// What kind of call was rated.
    pub leg: LegKind,
}

impl Settlement {
    /// The `price` of a Call resource: a negative decimal such as `-0.00250`; none when nothing is charged.
    #[must_use]
    pub fn price(&self) -> Option<String> {
        (self.amount != MicroDollars(0)).then(|| format!("-{}", self.amount))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Millis = Millis(1_700_000_000_000);

    fn amount(leg: LegKind, seconds: u64) -> u64 {
        rate(leg, Some(START), START.plus_seconds(seconds), &Rates::default()).amount.0
    }

    #[test]
    fn a_connected_application_costs_a_quarter_cent_a_started_minute() {
        for (seconds, expected) in [(0, 2_500), (1, 2_500), (60, 2_500), (61, 5_000), (78, 5_000)] {
            assert_eq!(amount(LegKind::ApplicationConnect, seconds), expected, "{seconds} s");
        }
    }

    #[test]
    fn the_dialling_side_of_a_hop_is_free_however_long() {
        assert_eq!(amount(LegKind::ApplicationHop, 0), 0);
        assert_eq!(amount(LegKind::ApplicationHop, 14_400), 0);
    }

    #[test]
    fn what_was_never_answered_is_free() {
        for leg in [LegKind::Inbound, LegKind::Outbound, LegKind::ApplicationHop, LegKind::ApplicationConnect]
        {
            let rated = rate(leg, None, START.plus_seconds(90), &Rates::default());
            assert_eq!((rated.seconds, rated.amount), (0, MicroDollars(0)), "{leg:?}");
        }
    }

    #[test]
    fn parts_of_a_second_are_cut_off_and_an_end_before_the_answer_is_one_minute() {
        let rated = rate(LegKind::Inbound, Some(START), START + 60_999, &Rates::default());
        assert_eq!((rated.seconds, rated.amount), (60, MicroDollars(8_500)));
        let rated = rate(LegKind::Inbound, Some(START), Millis(0), &Rates::default());
        assert_eq!((rated.seconds, rated.amount), (0, MicroDollars(8_500)));
    }

    #[test]
    fn a_detour_through_a_phone_number_is_an_outbound_and_an_inbound_leg() {
        let rates = Rates { inbound: MicroDollars(10), outbound: MicroDollars(300), ..Rates::default() };
        assert_eq!(rates.phone_number_detour(61), MicroDollars(620));
    }

    #[test]
    fn the_price_is_a_negative_decimal_or_absent() {
        let rated = rate(LegKind::ApplicationConnect, Some(START), START + 1, &Rates::default());
        let mut settlement = Settlement {
            call: CallSid::from_bits(1),
            account: AccountSid::from_bits(2),
            parent_call: None,
            direction: "inbound",
            from: Address::new("+15550100"),
            to: Address::new("+15550199"),
            application: None,
            status: "completed",
            started: START,
            answered: Some(START),
            ended: START + 1,
            seconds: rated.seconds,
            rate: rated.rate,
            amount: rated.amount,
            leg: LegKind::ApplicationConnect,
        };
        assert_eq!(settlement.price().as_deref(), Some("-0.00250"));
        settlement.amount = MicroDollars(0);
        assert_eq!(settlement.price(), None);
    }

    proptest! {
        #[test]
        fn the_amount_is_whole_minutes_that_just_cover_the_call(seconds in 0_u64..100_000, minute in 1_u64..50_000) {
            let rates = Rates { application_connect: MicroDollars(minute), ..Rates::default() };
            let rated =
                rate(LegKind::ApplicationConnect, Some(START), START.plus_seconds(seconds), &rates);
            prop_assert_eq!(rated.amount.0 % minute, 0);
            let minutes = rated.amount.0 / minute;
            prop_assert!(minutes >= 1 && minutes * 60 >= seconds);
            prop_assert!(minutes == 1 || (minutes - 1) * 60 < seconds);
        }
    }
}
