//! How long a key signs.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

/// The most days that can be asked for: ten years.
const MAX_DAYS: u16 = 3650;

/// How long a key signs before another takes its place: 1 to 3650 days, 30 by default. 0 days: until it is
/// changed by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationPeriod(Option<SignedDuration>);

impl RotationPeriod {
    /// Until it is changed by hand.
    pub const BY_HAND: Self = Self(None);

    const fn days(days: u16) -> Self {
        Self(Some(SignedDuration::from_hours(24 * days as i64)))
    }

    /// Whether it is over for a key that signs since then.
    pub(super) fn is_over(self, since: Timestamp, now: Timestamp) -> bool {
        self.0
            .is_some_and(|period| now.duration_since(since) >= period)
    }
}

impl Default for RotationPeriod {
    fn default() -> Self {
        Self::days(30)
    }
}

impl FromStr for RotationPeriod {
    type Err = InvalidRotationPeriod;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(0) => Ok(Self::BY_HAND),
            Ok(days @ 1..=MAX_DAYS) => Ok(Self::days(days)),
            _ => Err(InvalidRotationPeriod),
        }
    }
}

/// It is no number of days that a key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing key signs for 1 to 3650 days, or 0: until it is changed by hand")]
pub struct InvalidRotationPeriod;
