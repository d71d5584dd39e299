//! Slowing down those who fail to authenticate.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

/// How many failures in a row one source may have with one client id.
const BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// One more failure is allowed after this many seconds.
const SECONDS_PER_FAILURE: u64 = 3;
/// How many pairs are remembered before the stale ones are dropped.
const SWEEP_ABOVE: usize = 10_000;

/// Counts failed authentications by client id and source.
///
/// Only failures are counted and only failures are answered with 429, so nobody can lock a client
/// out: right credentials are never refused here.
pub struct FailureThrottle {
    limiter: DefaultKeyedRateLimiter<(IpAddr, String)>,
    clock: DefaultClock,
}

impl Default for FailureThrottle {
    fn default() -> Self {
        let quota = Quota::with_period(Duration::from_secs(SECONDS_PER_FAILURE))
            .unwrap_or(Quota::per_second(BURST))
            .allow_burst(BURST);
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(quota),
            clock: DefaultClock::default(),
        }
    }
}

impl FailureThrottle {
    /// Counts one failure.
    ///
    /// # Errors
    /// There were too many: how long to wait.
    pub fn count(&self, source: IpAddr, unverified_client_id: &str) -> Result<(), Duration> {
        if self.limiter.len() > SWEEP_ABOVE {
            self.limiter.retain_recent();
        }
        let id: String = unverified_client_id.chars().take(128).collect();
        self.limiter
            .check_key(&(network_of(source), id))
            .map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }
}

/// A host may pick any address of its IPv6 /64, so the whole network counts as one source.
fn network_of(source: IpAddr) -> IpAddr {
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

    #[test]
    fn another_source_or_client_is_not_slowed_down() {
        let throttle = FailureThrottle::default();
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
    fn one_ipv6_network_is_one_source() {
        let throttle = FailureThrottle::default();
        for host in 0..BURST.get() {
            let _ = throttle.count(
                IpAddr::V6([0x2001, 0xdb8, 0, 1, 0, 0, 0, host as u16].into()),
                "m2m_a",
            );
        }
        assert!(
            throttle
                .count("2001:db8:0:1:ffff::1".parse().unwrap(), "m2m_a")
                .is_err()
        );
    }
}
