//! The kept answer of a create, so that a `POST` can be repeated safely.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use m2m_types::admin::client::{CreateClient, CreatedClient};
use m2m_types::client_id::ClientId;
use m2m_types::idempotency_key::IdempotencyKey;

use crate::caller::Caller;
use crate::ports::{KeptAnswer, StoreError};
use crate::sealing::{Sealer, derive};

/// How long an answer is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// Longer than any request may take.
const IN_FLIGHT_FOR: SignedDuration = SignedDuration::from_secs(30);

/// What a caller's `Idempotency-Key` opens: the name of the kept answer and the key that seals it.
///
/// Both are derived from the key, which is kept nowhere: whoever reads the table cannot open an answer.
pub(super) struct Ticket {
    id: [u8; 32],
    request: [u8; 32],
    sealer: Sealer,
}

impl Ticket {
    pub(super) fn new(
        caller: &Caller,
        key: &IdempotencyKey,
        request: &CreateClient,
    ) -> Result<Self, StoreError> {
        let bound_to = format!("POST /v1/clients by {}", caller.actor().lasting_name());
        let id = derive(key.expose(), &[b"answer name ", bound_to.as_bytes()])?;
        let sealing_key = derive(key.expose(), &[b"answer seal ", bound_to.as_bytes()])?;
        let body = serde_json::to_vec(request)
            .map_err(|error| StoreError::new("digest a request", error))?;
        let mut request = [0; 32];
        request.copy_from_slice(digest(&SHA256, &body).as_ref());
        Ok(Self {
            id: *id,
            request,
            sealer: Sealer::new(&sealing_key)?,
        })
    }

    pub(super) fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// Whether the kept answer is to the same request.
    pub(super) fn is_for(&self, kept: &KeptAnswer) -> bool {
        self.request == kept.request
    }

    pub(super) fn seal(
        &self,
        client: &ClientId,
        created: &CreatedClient,
        now: Timestamp,
    ) -> Result<KeptAnswer, StoreError> {
        let plain = serde_json::to_vec(created)
            .map_err(|error| StoreError::new("write an answer", error))?;
        Ok(KeptAnswer {
            id: self.id,
            request: self.request,
            client: client.clone(),
            sealed: self.sealer.seal(&self.id, plain)?,
            finished: false,
            in_flight_until: now + IN_FLIGHT_FOR,
            expires_at: now + KEPT_FOR,
        })
    }

    pub(super) fn open(&self, kept: &KeptAnswer) -> Result<CreatedClient, StoreError> {
        let damaged = || StoreError::new("open a kept answer", "it is damaged");
        let plain = self
            .sealer
            .open(&self.id, &kept.sealed)
            .ok_or_else(damaged)?;
        serde_json::from_slice(&plain).map_err(|_| damaged())
    }
}
