//! Many denied tokens of one client become one stop of the client, so that the snapshot stays small.

use tracing::{info, warn};

use super::Revocation;
use crate::client::Client;
use crate::ports::{StoreError, WriteOutcome};

/// So many tokens of a client may be denied one by one at the same time.
const MOST_DENIALS: u32 = 500;

impl Revocation {
    /// Stops the client if it has too many denied tokens. The token is denied already, so a failure refuses
    /// nothing: the next revocation tries again.
    pub(super) async fn collapse_if_many(&self, client: &Client) {
        if let Err(error) = self.try_collapse(client).await {
            warn!(
                client_id = %client.id,
                reason = &error as &dyn std::error::Error,
                "denied tokens were not put together"
            );
        }
    }

    async fn try_collapse(&self, client: &Client) -> Result<(), StoreError> {
        let now = self.clock.now();
        let live =
            self.revocations
                .count_live(&client.id, client.generation, now, MOST_DENIALS + 1);
        if live.await? <= MOST_DENIALS {
            return Ok(());
        }
        let stopped = client.clone().stopped(client.state, now);
        let written = self
            .clients
            .stop(&stopped, client.revision, now, None)
            .await?;
        // Whoever changed the client meanwhile does not matter: the next revocation counts again.
        if written == WriteOutcome::Written {
            info!(client_id = %client.id, "all tokens of the client are stopped: too many were revoked one by one");
            self.revocations
                .forget_denials(&client.id, stopped.generation)
                .await?;
        }
        Ok(())
    }
}
