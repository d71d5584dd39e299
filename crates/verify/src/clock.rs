//! What time it is, according to whoever made the verifier.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

/// The time, which tests set.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that asks the system; everything else is told"
        )]
        Self::new(Timestamp::now)
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// Whether that was less than `limit` ago. What lies in the future was not: the clock was set back, and nobody knows how
/// long ago it was.
pub(crate) fn is_within(limit: Duration, then: Option<Timestamp>, now: Timestamp) -> bool {
    let age = then.map(|then| now.duration_since(then));
    age.and_then(|age| Duration::try_from(age).ok())
        .is_some_and(|age| age < limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_the_future_is_no_short_while_ago() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let limit = Duration::from_secs(10);
        let check = |then| is_within(limit, Some(at(then)), at(1000));
        assert!(check(1000) && check(991));
        assert!(!check(990) && !check(1001));
        assert!(!is_within(limit, None, at(1000)));
    }
}
