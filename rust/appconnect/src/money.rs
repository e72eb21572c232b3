//! Money in integer micro-dollars.

use std::fmt;
use std::ops::Add;

use minicbor::{Decode, Encode};

/// An amount in millionths of a US dollar. Never a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct MicroDollars(#[n(0)] pub u64);

impl MicroDollars {
    /// The price of a duration at this rate a minute: per started minute, at least one.
    ///
    /// `application-connect.md` section 10: `ceil(seconds / 60)` times the rate; an answered call of 0 s is one minute.
    #[must_use]
    pub fn for_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_mul(seconds.div_ceil(60).max(1)))
    }
}

impl Add for MicroDollars {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for MicroDollars {
    /// Dollars with five decimals at least, as a Call resource shows them: `0.00250`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dollars, micros) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if micros % 10 == 0 {
            write!(f, "{dollars}.{:05}", micros / 10)
        } else {
            write!(f, "{dollars}.{micros:06}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_started_minute_is_charged() {
        let rate = MicroDollars(2_500);
        for (seconds, amount) in
            [(0, 2_500), (1, 2_500), (60, 2_500), (61, 5_000), (78, 5_000), (3_600, 150_000)]
        {
            assert_eq!(rate.for_seconds(seconds), MicroDollars(amount), "{seconds} s");
        }
    }

    #[test]
    fn amounts_print_as_decimal_dollars() {
        assert_eq!(MicroDollars(2_500).to_string(), "0.00250");
        assert_eq!(MicroDollars(1_234_567).to_string(), "1.234567");
    }
}
