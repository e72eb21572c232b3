//! Time as an argument: milliseconds since the Unix epoch, from a clock that never steps back.

use std::fmt;
use std::ops::Add;

use minicbor::{Decode, Encode};

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Millis(#[n(0)] pub u64);

impl Millis {
    /// Milliseconds from `earlier` to this point; 0 when it is not later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole seconds from `earlier` to this point, cut off.
    ///
    /// The one place that decides how a duration becomes seconds: every `…Duration` parameter and every
    /// settlement goes through here.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> u64 {
        self.since(earlier) / 1_000
    }

    /// This point plus a number of seconds.
    #[must_use]
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000)))
    }

    /// Year, month (from 1) and day (from 1) in GMT.
    #[must_use]
    pub const fn date(self) -> (u64, u64, u64) {
        civil_from_days(self.0 / 86_400_000)
    }

    /// RFC 2822 in GMT, written with `+0000` as Twilio does: `Fri, 21 Aug 2015 00:07:25 +0000`.
    #[must_use]
    pub fn rfc2822(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let seconds = self.0 / 1_000;
        let days = seconds / 86_400;
        let (year, month, day) = civil_from_days(days);
        let weekday = usize::try_from(days % 7).ok().and_then(|i| DAYS.get(i)).copied().unwrap_or_default();
        let month = usize::try_from(month - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or_default();
        format!(
            "{weekday}, {day:02} {month} {year:04} {:02}:{:02}:{:02} +0000",
            seconds / 3_600 % 24,
            seconds / 60 % 60,
            seconds % 60
        )
    }

    /// ISO 8601 in UTC with milliseconds: `2015-08-21T00:07:25.000Z`.
    #[must_use]
    pub fn iso8601(self) -> String {
        let (seconds, millis) = (self.0 / 1_000, self.0 % 1_000);
        let (year, month, day) = civil_from_days(seconds / 86_400);
        let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

impl Add<u64> for Millis {
    type Output = Self;

    /// This point plus a number of milliseconds.
    fn add(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// Year, month and day of a day counted from 1970-01-01, by the Gregorian calendar (400-year eras of 146,097 days).
const fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_rfc_2822_with_a_numeric_zone() {
        for (seconds, text) in [
            (0, "Thu, 01 Jan 1970 00:00:00 +0000"),
            (1_440_115_645, "Fri, 21 Aug 2015 00:07:25 +0000"),
            (1_709_164_799, "Wed, 28 Feb 2024 23:59:59 +0000"),
            (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 +0000"),
            (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 +0000"),
        ] {
            assert_eq!(Millis(seconds * 1_000).rfc2822(), text);
        }
    }

    #[test]
    fn dates_are_iso_8601_in_utc() {
        assert_eq!(Millis(1_440_115_645_007).iso8601(), "2015-08-21T00:07:25.007Z");
        assert_eq!(Millis(1_709_164_799_999).iso8601(), "2024-02-28T23:59:59.999Z");
    }

    #[test]
    fn durations_are_whole_seconds_and_never_negative() {
        assert_eq!(Millis(42_999).seconds_since(Millis(0)), 42);
        assert_eq!(Millis(0).seconds_since(Millis(42_000)), 0);
    }
}
