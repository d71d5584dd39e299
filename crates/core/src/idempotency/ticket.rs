//! What an `Idempotency-Key` opens.

use aws_lc_rs::digest::{SHA256, digest};
use m2m_types::idempotency_key::IdempotencyKey;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::caller::Caller;
use crate::ports::{KeptAnswer, StoreError};
use crate::sealing::{Sealer, derive};

/// The name of the kept answer and the key that seals it.
///
/// Both are derived from the `Idempotency-Key`, which is kept nowhere: whoever reads the table cannot open an answer.
pub(super) struct Ticket {
    pub(super) id: [u8; 32],
    pub(super) request: [u8; 32],
    sealer: Sealer,
}

impl Ticket {
    /// Bound to who calls and what is called; `request` is the body.
    pub(super) fn new(
        caller: &Caller,
        call: &str,
        key: &IdempotencyKey,
        request: &impl Serialize,
    ) -> Result<Self, StoreError> {
        let bound_to = format!("{call} by {}", caller.actor().lasting_name());
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

    pub(super) fn seal(&self, answer: &impl Serialize) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(answer)
            .map_err(|error| StoreError::new("write an answer", error))?;
        self.sealer.seal(&self.id, plain)
    }

    pub(super) fn open<T: DeserializeOwned>(&self, kept: &KeptAnswer) -> Result<T, StoreError> {
        let damaged = || StoreError::new("open a kept answer", "it is damaged");
        let plain = self.sealer.open(&self.id, &kept.sealed);
        serde_json::from_slice(&plain.ok_or_else(damaged)?).map_err(|_| damaged())
    }
}
