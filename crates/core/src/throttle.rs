//! Slowing down those who fail to authenticate.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use jiff::Timestamp;

use crate::clock::Clock;

/// How many failures in a row one source may have with one client id.
const BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// One more failure is allowed after this long.
const PERIOD: Duration = Duration::from_secs(3);
/// How many pairs are remembered before those that no longer count are dropped.
const SWEEP_ABOVE: usize = 10_000;

type Limiter = RateLimiter<u64, DashMapStateStore<u64>, SinceStart, NoOpMiddleware<Nanos>>;

/// Counts failed authentications by client id and source.
///
/// Only failures are counted and only failures are answered with 429, so nobody can lock a client
/// out: right credentials are never refused here.
pub struct FailureThrottle {
    limiter: Limiter,
    clock: SinceStart,
    hasher: RandomState,
    swept_at: AtomicI64,
}

impl FailureThrottle {
    /// Nobody has failed yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let clock = SinceStart {
            start: clock.now(),
            clock,
        };
        let quota = Quota::with_period(PERIOD)
            .unwrap_or(Quota::per_second(BURST))
            .allow_burst(BURST);
        Self {
            limiter: RateLimiter::new(quota, DashMapStateStore::default(), clock.clone()),
            clock,
            hasher: RandomState::new(),
            swept_at: AtomicI64::new(0),
        }
    }

    /// Counts one failure.
    ///
    /// # Errors
    /// There were too many: how long to wait.
    pub fn count(&self, source: IpAddr, unverified_client_id: &str) -> Result<(), Duration> {
        self.sweep();
        // A digest takes the same room whatever was sent.
        let pair = self
            .hasher
            .hash_one((network_of(source), unverified_client_id));
        self.limiter
            .check_key(&pair)
            .map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }

    /// Forgets pairs that no longer count, at most once a second however many there are.
    fn sweep(&self) {
        let now = self.clock.clock.now().as_second();
        if self.limiter.len() > SWEEP_ABOVE && self.swept_at.swap(now, Ordering::Relaxed) != now {
            self.limiter.retain_recent();
        }
    }
}

/// The service's clock as the limiter wants it: time since the start, which never goes back.
#[derive(Clone)]
struct SinceStart {
    clock: Arc<dyn Clock>,
    start: Timestamp,
}

impl GovernorClock for SinceStart {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let since = self.clock.now().duration_since(self.start);
        Duration::try_from(since).unwrap_or_default().into()
    }
}

/// A host may pick any address of its IPv6 /64, so the whole network counts as one source.
pub(crate) fn network_of(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::testing::SteeredClock;

    fn throttle() -> (FailureThrottle, Arc<SteeredClock>) {
        let clock = Arc::new(SteeredClock::default());
        (FailureThrottle::new(clock.clone()), clock)
    }

    #[test]
    fn another_source_or_client_is_not_slowed_down() {
        let (throttle, _) = throttle();
        let source: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..BURST.get() {
            assert!(throttle.count(source, "m2m_a").is_ok());
        }
        assert!(throttle.count(source, "m2m_a").is_err());
        assert!(throttle.count(source, "m2m_b").is_ok());
        assert!(
            throttle
                .count("192.0.2.2".parse().unwrap(), "m2m_a")
                .is_ok()
        );
    }

    #[test]
    fn whoever_waits_as_told_may_fail_again() {
        let (throttle, clock) = throttle();
        let source: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..BURST.get() {
            assert!(throttle.count(source, "m2m_a").is_ok());
        }
        let wait = throttle.count(source, "m2m_a").unwrap_err();
        assert!(wait <= PERIOD);
        clock.advance(wait.try_into().unwrap());
        assert!(throttle.count(source, "m2m_a").is_ok());
        assert!(throttle.count(source, "m2m_a").is_err());
    }

    #[test]
    fn one_ipv6_network_is_one_source() {
        let (throttle, _) = throttle();
        for host in 0..BURST.get() {
            let address = [0x2001, 0xdb8, 0, 1, 0, 0, 0, host as u16];
            assert!(throttle.count(IpAddr::V6(address.into()), "m2m_a").is_ok());
        }
        assert!(
            throttle
                .count("2001:db8:0:1:ffff::1".parse().unwrap(), "m2m_a")
                .is_err()
        );
    }
}
