//! What may be logged.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

/// This service's own crates.
const OURS: &str = "m2m_";

/// What we say at that level; what others say at `info` at most, since below it the AWS SDK writes down
/// whole requests and answers, secrets included.
pub fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::INFO))
        .with_target(OURS, level)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn only_our_own_crates_may_say_everything() {
        let everything = filter(LevelFilter::TRACE);
        assert!(everything.would_enable("m2m_core::grant", &Level::TRACE));
        assert!(everything.would_enable("hyper", &Level::INFO));
        assert!(!everything.would_enable("aws_smithy_runtime::client", &Level::DEBUG));
        let little = filter(LevelFilter::ERROR);
        assert!(!little.would_enable("m2m_core", &Level::WARN));
        assert!(!little.would_enable("hyper", &Level::WARN));
    }
}
