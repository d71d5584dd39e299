//! What a server does beside answering.

use std::convert::Infallible;
use std::time::Duration;

use jiff::SignedDuration;
use m2m_core::clients::Clients;
use tracing::error;

/// A create or delete that is older than this is not under way any more.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_mins(15);

/// Finishes or undoes what was left half done, again and again.
pub(super) async fn every_five_minutes(clients: &Clients) -> Infallible {
    let mut ticks = tokio::time::interval(Duration::from_secs(300));
    loop {
        ticks.tick().await;
        if let Err(error) = clients.repair(LEFT_BEHIND).await {
            error!(
                error = &error as &dyn std::error::Error,
                "maintenance failed"
            );
        }
    }
}
