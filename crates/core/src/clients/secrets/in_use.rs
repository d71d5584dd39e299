//! How long a secret has to be unused before nobody is taken to need it.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

/// A secret that got a token within so many hours is taken to be in use: 2 to 720, 24 by default.
///
/// Uses are noted to the hour, so less than two hours would tell nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InUsePeriod {
    hours: u16,
}

impl InUsePeriod {
    /// How many hours.
    pub fn hours(self) -> u16 {
        self.hours
    }

    /// Whether what was used then counts as in use now.
    pub(super) fn covers(self, last_used: Option<Timestamp>, now: Timestamp) -> bool {
        let period = SignedDuration::from_hours(self.hours.into());
        last_used.is_some_and(|at| now.duration_since(at) < period)
    }
}

impl Default for InUsePeriod {
    fn default() -> Self {
        Self { hours: 24 }
    }
}

/// The text is no such number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hours in which a used secret is in use must be 2 to 720")]
pub struct InvalidInUsePeriod;

impl FromStr for InUsePeriod {
    type Err = InvalidInUsePeriod;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hours = text.parse().ok().filter(|hours| (2..=720).contains(hours));
        hours.map(|hours| Self { hours }).ok_or(InvalidInUsePeriod)
    }
}

impl fmt::Display for InUsePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hours.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_counts_until_the_period_is_over() {
        let period: InUsePeriod = "2".parse().unwrap();
        let at = |second| Some(Timestamp::from_second(second).unwrap());
        let now = at(100_000).unwrap();
        assert!(period.covers(at(100_000 - 7_199), now));
        assert!(!period.covers(at(100_000 - 7_200), now));
        assert!(!period.covers(None, now));
    }

    #[test]
    fn less_than_two_hours_would_tell_nothing() {
        for text in ["1", "0", "721", "-2", "2.5", ""] {
            assert_eq!(text.parse::<InUsePeriod>(), Err(InvalidInUsePeriod));
        }
    }
}
