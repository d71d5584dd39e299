//! Nonces for DPoP proofs, RFC 9449 §8: kept nowhere, since whoever has the root can tell them.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;

use crate::ports::{KeyStore, StoreError};
use crate::sealing::derive;

/// How long a nonce is the present one. It is accepted as long again.
const WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// What is known of a nonce that a client sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NonceState {
    /// It is the present one.
    Present,
    /// It was the present one until a moment ago.
    Ending,
    /// It is too old, or nobody here gave it.
    Unknown,
}

/// The nonces of a deployment: one for each window of time, the same on all instances.
pub(super) struct Nonces {
    keys: Arc<dyn KeyStore>,
    key: OnceCell<hmac::Key>,
}

impl Nonces {
    /// Nonces under the root that the store keeps.
    pub(super) fn new(keys: Arc<dyn KeyStore>) -> Self {
        Self {
            keys,
            key: OnceCell::new(),
        }
    }

    /// The present nonce.
    pub(super) async fn present(&self, now: Timestamp) -> Result<String, StoreError> {
        let tag = hmac::sign(self.key().await?, &message(window(now)));
        Ok(URL_SAFE_NO_PAD.encode(tag))
    }

    /// What a nonce is.
    pub(super) async fn state(
        &self,
        unverified_nonce: &str,
        now: Timestamp,
    ) -> Result<NonceState, StoreError> {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(unverified_nonce) else {
            return Ok(NonceState::Unknown);
        };
        let key = self.key().await?;
        let window = window(now);
        let is_of = |window| hmac::verify(key, &message(window), &tag).is_ok();
        Ok(if is_of(window) {
            NonceState::Present
        } else if is_of(window - 1) {
            NonceState::Ending
        } else {
            NonceState::Unknown
        })
    }

    async fn key(&self) -> Result<&hmac::Key, StoreError> {
        self.key
            .get_or_try_init(|| async {
                let root = self.keys.find_root().await?.ok_or_else(|| {
                    StoreError::new(
                        "read the root of nonces",
                        "there is none; has the deployment been bootstrapped?",
                    )
                })?;
                let key = derive(&root[..], &[b"dpop-nonce"])?;
                Ok(hmac::Key::new(hmac::HMAC_SHA256, &key[..]))
            })
            .await
    }
}

fn window(now: Timestamp) -> i64 {
    now.as_second().div_euclid(WINDOW.as_secs())
}

fn message(window: i64) -> [u8; 8] {
    window.to_be_bytes()
}
