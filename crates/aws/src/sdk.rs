//! How patient the SDK's clients are.

use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::deadline::DEADLINE;

/// Bounds every call: 1 second to connect, 2 seconds an attempt, 5 seconds in all.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(DEADLINE)
        .build()
}

/// Three attempts with exponential backoff and full jitter from 25 milliseconds to a second.
pub(crate) fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(25))
        .with_max_backoff(Duration::from_secs(1))
}

/// The SDK's configuration as the environment gives it, `AWS_ENDPOINT_URL*` included.
#[cfg(feature = "environment")]
pub async fn sdk_config() -> aws_types::SdkConfig {
    sdk_config_in(None).await
}

/// As [`sdk_config`], in that region where one is named.
#[cfg(feature = "environment")]
pub async fn sdk_config_in(region: Option<String>) -> aws_types::SdkConfig {
    use aws_config::meta::region::RegionProviderChain;
    let region = region.map(aws_types::region::Region::new);
    aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(RegionProviderChain::first_try(region).or_default_provider())
        .timeout_config(timeouts())
        .retry_config(retries())
        .load()
        .await
}
