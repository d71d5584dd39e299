//! How many refused requests are written down.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use jiff::Timestamp;
use tracing::warn;

use crate::throttle::network_of;

/// How many of one source a process writes down each minute.
const OF_A_SOURCE: u32 = 60;
/// How many of all sources together.
const OF_ALL: u32 = 600;
/// Beyond either it writes down one of so many, and of those that were answered with 429 from the first on.
const SAMPLE: u32 = 100;
/// Sources share this many counters: the room is bounded, whoever asks.
const COUNTERS: usize = 1024;

/// Bounds what a flood of refusals can write, so that the flood of one source hides no attempt of another's. It does
/// not matter whom a request names, so that the work tells nothing.
pub struct Sampling {
    sources: Box<[PerMinute]>,
    all: PerMinute,
    throttled: AtomicU32,
    hasher: RandomState,
}

/// A minute, in the upper half, and how many there were in it.
#[derive(Default)]
struct PerMinute(AtomicU64);

impl Default for Sampling {
    fn default() -> Self {
        Self {
            sources: (0..COUNTERS).map(|_| PerMinute::default()).collect(),
            all: PerMinute::default(),
            throttled: AtomicU32::new(0),
            // Nobody outside can tell which sources share a counter.
            hasher: RandomState::new(),
        }
    }
}

impl Sampling {
    /// Whether one more is written down.
    pub(super) fn admits(&self, now: Timestamp, source: IpAddr, is_throttled: bool) -> bool {
        if is_throttled {
            let before = self.throttled.fetch_add(1, Ordering::Relaxed);
            return before.is_multiple_of(SAMPLE);
        }
        let minute = now.as_second() / 60;
        let at = self.hasher.hash_one(network_of(source)) as usize % COUNTERS;
        let of_source = self.sources[at].count(minute);
        if !is_sampled(of_source, OF_A_SOURCE) {
            return false;
        }
        let of_all = self.all.count(minute);
        if of_all == OF_ALL {
            warn!(
                "many token requests are refused: of the rest of the minute's, one in a hundred is written down"
            );
        }
        is_sampled(of_all, OF_ALL)
    }
}

fn is_sampled(before: u32, whole: u32) -> bool {
    before < whole || before.is_multiple_of(SAMPLE)
}

impl PerMinute {
    /// Counts one; how many there were before in that minute.
    fn count(&self, minute: i64) -> u32 {
        let minute = minute as u32;
        let in_minute = |seen: u64| {
            let is_of_it = (seen >> 32) as u32 == minute;
            if is_of_it { seen as u32 } else { 0 }
        };
        let one_more = |seen| {
            let counted = in_minute(seen).saturating_add(1);
            Some(u64::from(minute) << 32 | u64::from(counted))
        };
        let counted = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        in_minute(counted.unwrap_or_else(|seen| seen))
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1)
    }

    /// Of so many refusals of that source, how many are written down.
    fn admitted(sampling: &Sampling, source: [u8; 4], count: u32) -> usize {
        let admits = |_: &u32| sampling.admits(now(), source.into(), false);
        (0..count).filter(admits).count()
    }

    #[test]
    fn a_flood_is_sampled_until_the_minute_is_over() {
        let sampling = Sampling::default();
        assert_eq!(admitted(&sampling, [192, 0, 2, 1], 60), 60);
        assert_eq!(admitted(&sampling, [192, 0, 2, 1], 9_940), 99);
        let later = now() + SignedDuration::from_mins(1);
        let source = [192, 0, 2, 1].into();
        assert!((0..60).all(|_| sampling.admits(later, source, false)));
    }

    #[test]
    fn the_flood_of_one_source_hides_nobody_elses_attempts() {
        let sampling = Sampling::default();
        admitted(&sampling, [192, 0, 2, 1], 10_000);
        let all = |source: [u8; 4]| admitted(&sampling, source, 60) == 60;
        // One of them may happen to share the counter.
        let neighbours = [2, 3, 4].map(|host| all([198, 51, 100, host]));
        assert!(neighbours.into_iter().filter(|whole| *whole).count() >= 2);
    }

    #[test]
    fn floods_of_many_sources_are_bounded_together() {
        let sampling = Sampling::default();
        let written: usize = (0..=255)
            .map(|host| admitted(&sampling, [192, 0, 2, host], 1_000))
            .sum();
        assert!((600..=1_000).contains(&written), "{written}");
    }

    #[test]
    fn what_the_throttle_refused_is_sampled_at_once() {
        let sampling = Sampling::default();
        let source = [192, 0, 2, 1].into();
        let throttled = (0..1_000).filter(|_| sampling.admits(now(), source, true));
        assert_eq!(throttled.count(), 10);
        assert_eq!(admitted(&sampling, [192, 0, 2, 1], 60), 60);
    }
}
