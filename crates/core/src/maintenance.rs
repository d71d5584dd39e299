//! What has to be done again and again, whoever does it: in AWS a function, locally the server.

use std::sync::Arc;

use tracing::error;

use crate::clients::{Clients, LEFT_BEHIND, Repaired};
use crate::keys::{Rotation, RotationError, SigningAlgorithm};
use crate::ports::StoreError;
use crate::resource_servers::Catalog;

/// A part of the maintenance that failed. The next run tries it again.
#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    /// What was left half done was not mended.
    #[error("what was left half done could not be mended")]
    Repair(#[source] StoreError),
    /// Some notes could not be followed; the log has a line for each.
    #[error("{0} creates, deletes or rotations could not be repaired")]
    NotRepaired(u32),
    /// What is due was not done to the signing keys.
    #[error("the signing keys could not be maintained")]
    Keys(#[source] RotationError),
}

/// The rules and what they need.
pub struct Maintenance {
    /// What requests leave half done.
    pub clients: Clients,
    /// The signing keys' life.
    pub rotation: Rotation,
    /// What tokens are signed with.
    pub signing_algorithm: SigningAlgorithm,
    /// Who asks for another algorithm.
    pub catalog: Arc<Catalog>,
}

impl Maintenance {
    /// Finishes or undoes what was left half done, and lets the signing keys go on. Safe to run twice at once and
    /// beside requests. A part that fails keeps no other from being done, and is in the log.
    ///
    /// # Errors
    /// A part that failed.
    pub async fn run(&self) -> Result<Repaired, MaintenanceError> {
        let repaired = self.repair().await;
        let kept = self.maintain_keys().await.map_err(MaintenanceError::Keys);
        for error in [repaired.as_ref().err(), kept.as_ref().err()]
            .into_iter()
            .flatten()
        {
            error!(
                reason = error as &dyn std::error::Error,
                "maintenance failed"
            );
        }
        kept.and(repaired)
    }

    /// For the deployment's own algorithm and for each that a resource server asks for.
    async fn maintain_keys(&self) -> Result<(), RotationError> {
        let known = self.catalog.current().await?;
        let recorded = known.recorded().iter();
        let mut wanted = vec![self.signing_algorithm];
        for algorithm in recorded.filter_map(|server| server.algorithm) {
            if !wanted.contains(&algorithm) {
                wanted.push(algorithm);
            }
        }
        self.rotation.maintain(&wanted).await
    }

    async fn repair(&self) -> Result<Repaired, MaintenanceError> {
        let repaired = self.clients.repair(LEFT_BEHIND).await;
        match repaired.map_err(MaintenanceError::Repair)? {
            repaired if repaired.failed > 0 => Err(MaintenanceError::NotRepaired(repaired.failed)),
            repaired => Ok(repaired),
        }
    }
}
