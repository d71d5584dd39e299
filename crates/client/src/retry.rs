//! When a call is repeated, and after how long.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use tokio::time::Instant;

use crate::error::Error;

/// How long a call may go on with all its repetitions; no pause that would end later begins.
const BUDGET: Duration = Duration::from_secs(120);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// A failed attempt and whether another one may end otherwise.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) again: Again,
}

/// What is to be done after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// Nothing will change it, or nobody knows what the attempt did.
    No,
    /// Try again, not before the service asks for it.
    After(Option<Duration>),
}

/// Repeats `attempt` with growing, jittered pauses; the service's `Retry-After` is a lower bound.
pub(crate) async fn with_retries<T, F, Fut>(max_retries: usize, attempt: F) -> Result<T, Error>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Result<T, Failure>>,
{
    let started = Instant::now();
    let pauses = ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_max_times(max_retries)
        .with_jitter();
    attempt
        .retry(pauses)
        .sleep(tokio::time::sleep)
        .when(|failure| failure.again != Again::No)
        .adjust(|failure, pause| next_pause(failure, pause?, started.elapsed()))
        .notify(|failure, pause| {
            tracing::debug!(error = %failure.error, ?pause, "the call is repeated");
        })
        .await
        .map_err(|failure| failure.error)
}

/// The pause before the next attempt, unless it would end after the budget.
fn next_pause(failure: &Failure, pause: Duration, elapsed: Duration) -> Option<Duration> {
    let pause = match failure.again {
        Again::After(Some(asked)) => pause.max(asked),
        Again::After(None) => pause,
        Again::No => return None,
    };
    (elapsed.saturating_add(pause) <= BUDGET).then_some(pause)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use m2m_types::issuer::Issuer;

    fn failure(again: Again) -> Failure {
        Failure {
            error: Error::Protocol {
                endpoint: Issuer::parse("https://a.example").unwrap(),
                detail: String::new(),
            },
            again,
        }
    }

    /// Runs a call whose every attempt fails so, and tells how many there were and the time taken.
    async fn attempts(max_retries: usize, again: Again) -> (usize, Duration) {
        let count = Cell::new(0);
        let started = Instant::now();
        let result = with_retries(max_retries, || {
            count.set(count.get() + 1);
            async { Err::<(), _>(failure(again)) }
        })
        .await;
        assert!(result.is_err());
        (count.get(), started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn retries_are_counted_and_their_pauses_grow() {
        let (count, time) = attempts(3, Again::After(None)).await;
        assert_eq!(count, 4);
        assert!(time >= Duration::from_millis(250 + 500 + 1_000), "{time:?}");
        assert!(time <= Duration::from_millis(2 * 1_750 + 50), "{time:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_repeated_when_it_would_not_help() {
        assert_eq!(attempts(3, Again::No).await, (1, Duration::ZERO));
        assert_eq!(attempts(0, Again::After(None)).await, (1, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_is_a_lower_bound() {
        let (count, time) = attempts(2, Again::After(Some(Duration::from_secs(7)))).await;
        assert_eq!(count, 3);
        assert!(
            time >= Duration::from_secs(14) && time < Duration::from_secs(16),
            "{time:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_beyond_the_budget_does_not_begin() {
        let (count, time) = attempts(9, Again::After(Some(Duration::from_secs(50)))).await;
        assert_eq!(count, 3);
        assert!(time < Duration::from_secs(101), "{time:?}");
    }
}
