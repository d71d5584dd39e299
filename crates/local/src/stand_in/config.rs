//! The SDK configuration that goes with the in-process connector.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;

/// The region in which the stand-in claims to be.
pub(super) const REGION: &str = "us-east-1";

/// The account to which everything in the stand-in belongs.
pub(super) const ACCOUNT: &str = "000000000000";

/// Never resolves, so that this configuration cannot reach AWS even with another HTTP client.
const NOWHERE: &str = "http://stand-in.invalid";

/// A configuration with fixed region and made-up credentials; nothing comes from the environment.
pub(super) fn sdk_config(http_client: SharedHttpClient) -> SdkConfig {
    let credentials = Credentials::new("stand-in", "stand-in", None, None, "stand-in");
    SdkConfig::builder()
        .behavior_version(
            aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::latest(),
        )
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(NOWHERE)
        .http_client(http_client)
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(25)))
        .timeout_config(timeouts())
        // Guards against slow networks, of which there is none here.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(10))
        .build()
}
