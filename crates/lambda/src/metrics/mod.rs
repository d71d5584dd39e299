//! What an instance counts, and when it says so.
//!
//! Writing metrics for every request would double the log, the largest part of the bill after the gateway and
//! the reads. So they are gathered, and written by a request that finishes ten seconds or more after the last writing: an
//! instance is frozen between requests, so nothing else could write them.

mod emf;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use m2m_http::Outcome;

/// How long numbers are gathered.
const WRITE_EVERY: SignedDuration = SignedDuration::from_secs(10);

/// What is known of a request that was answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered {
    /// The status.
    pub(crate) status: u16,
    /// How long it took.
    pub(crate) took: Duration,
    /// What came of it, if it was a token request.
    pub(crate) outcome: Option<Outcome>,
}

/// The numbers of one instance since they were last written.
pub(crate) struct Metrics {
    function: String,
    gathered: Mutex<Gathered>,
}

/// Sums, and each duration on its own, so that percentiles can be had.
#[derive(Debug, Default)]
struct Gathered {
    written_at: Option<Timestamp>,
    requests: u64,
    server_errors: u64,
    tokens_issued: u64,
    tokens_refused: u64,
    throttled: u64,
    durations: Vec<f64>,
    initialized_in: Option<Duration>,
}

impl Metrics {
    /// Of a function's instance that took so long to start.
    pub(crate) fn new(function: String, initialized_in: Duration) -> Self {
        let gathered = Gathered {
            initialized_in: Some(initialized_in),
            ..Gathered::default()
        };
        Self {
            function,
            gathered: Mutex::new(gathered),
        }
    }

    /// Counts a request; a line for the log when it is time: with the first request, after ten seconds, with
    /// a failure of the service at once, and before a line gets more values than one may have.
    pub(crate) fn count(&self, now: Timestamp, answered: Answered) -> Option<String> {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        gathered.add(answered);
        if !gathered.is_due(now, answered.status) {
            return None;
        }
        let due = std::mem::take(&mut *gathered);
        gathered.written_at = Some(now);
        drop(gathered);
        Some(emf::line(&self.function, now, &due))
    }
}

impl Gathered {
    fn add(&mut self, answered: Answered) {
        self.requests += 1;
        self.server_errors += u64::from(answered.status >= 500);
        self.throttled += u64::from(answered.status == 429);
        self.tokens_issued += u64::from(answered.outcome == Some(Outcome::TokenIssued));
        self.tokens_refused += u64::from(answered.outcome == Some(Outcome::TokenRefused));
        self.durations.push(emf::milliseconds(answered.took));
    }

    fn is_due(&self, now: Timestamp, status: u16) -> bool {
        let Some(written_at) = self.written_at else {
            return true;
        };
        let age = now.duration_since(written_at);
        // A clock that went back would otherwise keep the numbers until it has caught up.
        let is_old = age >= WRITE_EVERY || age.is_negative();
        is_old || status >= 500 || self.durations.len() >= emf::MAX_VALUES
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const START: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn metrics() -> Metrics {
        Metrics::new("m2m-token".to_owned(), Duration::from_micros(12_340))
    }

    fn answered(status: u16, outcome: Option<Outcome>) -> Answered {
        let took = Duration::from_micros(1_234);
        Answered {
            status,
            took,
            outcome,
        }
    }

    /// What is written for a request so many seconds after the start.
    fn written(metrics: &Metrics, seconds: i64, answered: Answered) -> Option<Value> {
        let now = START + SignedDuration::from_secs(seconds);
        let line = metrics.count(now, answered)?;
        Some(serde_json::from_str(&line).unwrap())
    }

    #[test]
    fn the_first_request_tells_of_the_start_and_later_ones_do_not() {
        let metrics = metrics();
        let ok = answered(200, Some(Outcome::TokenIssued));
        let first = written(&metrics, 0, ok).unwrap();
        assert_eq!(first["Starts"], 1);
        assert_eq!(first["InitDuration"], 12.3);
        let second = written(&metrics, 10, ok).unwrap();
        assert_eq!(second.get("Starts").or(second.get("InitDuration")), None);
    }

    #[test]
    fn ten_seconds_of_requests_are_one_line() {
        let metrics = metrics();
        let ok = answered(200, Some(Outcome::TokenIssued));
        written(&metrics, 0, ok).unwrap();
        assert_eq!(written(&metrics, 1, ok), None);
        let refused = answered(401, Some(Outcome::TokenRefused));
        assert_eq!(written(&metrics, 5, refused), None);
        let throttled = answered(429, Some(Outcome::TokenRefused));
        assert_eq!(written(&metrics, 9, throttled), None);
        let line = written(&metrics, 10, answered(200, None)).unwrap();
        assert_eq!(line["Requests"], 4);
        assert_eq!(line["TokensIssued"], 1);
        assert_eq!(line["TokensRefused"], 2);
        assert_eq!(line["Throttled"], 1);
        assert_eq!(line.get("ServerErrors"), None, "what is zero is left out");
        assert_eq!(line["Duration"].as_array().unwrap().len(), 4);
    }

    #[test]
    fn a_failure_of_the_service_is_told_at_once() {
        let metrics = metrics();
        written(&metrics, 0, answered(200, None)).unwrap();
        let line = written(&metrics, 1, answered(503, None)).unwrap();
        assert_eq!(line["ServerErrors"], 1);
        assert_eq!(line["Requests"], 1);
    }

    #[test]
    fn a_clock_that_went_back_delays_nothing() {
        let metrics = metrics();
        written(&metrics, 0, answered(200, None)).unwrap();
        assert!(written(&metrics, -60, answered(200, None)).is_some());
    }

    #[test]
    fn no_line_has_more_values_than_one_may_have() {
        let metrics = metrics();
        let lines: Vec<_> = (0..1_001)
            .filter_map(|_| written(&metrics, 0, answered(200, None)))
            .collect();
        let counts: Vec<_> = lines.iter().map(|line| line["Requests"].as_u64()).collect();
        assert_eq!(counts[0], Some(1));
        assert_eq!(counts[1..], [Some(100); 10]);
    }
}
