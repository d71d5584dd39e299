//! Cursors: where a list goes on, sealed so that nobody can read, change or borrow one.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use m2m_types::client_id::ClientId;
use m2m_types::names::OwnerId;
use tokio::sync::OnceCell;

use super::ClientsError;
use crate::clock::Clock;
use crate::ports::{InsertKeysOutcome, KeyStore, StoreError};
use crate::random::Random;
use crate::sealing::{Sealer, derive};

/// How long a cursor can be used.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Seals and opens the cursors of a deployment.
///
/// A cursor is bound to its owner and its list and expires after a day.
pub struct Cursors {
    store: Arc<dyn KeyStore>,
    clock: Arc<dyn Clock>,
    sealer: OnceCell<Sealer>,
}

impl Cursors {
    /// Cursors under the root that the store keeps.
    pub fn new(store: Arc<dyn KeyStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            sealer: OnceCell::new(),
        }
    }

    /// Makes the root of a deployment's cursors unless there is one: of many that try, the store lets one win.
    ///
    /// # Errors
    /// The store failed.
    pub async fn provision(store: &dyn KeyStore, random: &dyn Random) -> Result<(), StoreError> {
        match store.insert_root(&random.bytes()).await? {
            InsertKeysOutcome::Inserted | InsertKeysOutcome::Exist => Ok(()),
        }
    }

    pub(super) async fn seal(
        &self,
        last: &ClientId,
        owner: &OwnerId,
        deleted: bool,
    ) -> Result<String, StoreError> {
        let expires_at = (self.clock.now() + LIFE).as_second();
        let plain = format!("{expires_at} {last}").into_bytes();
        let sealed = self
            .sealer()
            .await?
            .seal(binding(owner, deleted).as_bytes(), plain)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    pub(super) async fn open(
        &self,
        unverified_cursor: &str,
        owner: &OwnerId,
        deleted: bool,
    ) -> Result<ClientId, ClientsError> {
        let sealed = URL_SAFE_NO_PAD
            .decode(unverified_cursor)
            .map_err(|_| ClientsError::InvalidCursor)?;
        let plain = self
            .sealer()
            .await?
            .open(binding(owner, deleted).as_bytes(), &sealed);
        plain
            .and_then(|plain| parse(&plain, self.clock.now()))
            .ok_or(ClientsError::InvalidCursor)
    }

    async fn sealer(&self) -> Result<&Sealer, StoreError> {
        self.sealer
            .get_or_try_init(|| async {
                let root = self.store.find_root().await?.ok_or_else(|| {
                    StoreError::new(
                        "read the root of cursors",
                        "there is none; has the deployment been bootstrapped?",
                    )
                })?;
                Sealer::new(&*derive(&root[..], &[b"cursor"])?)
            })
            .await
    }
}

fn binding(owner: &OwnerId, deleted: bool) -> String {
    format!("clients#{owner}#{deleted}")
}

/// `{expiry} {client_id}`.
fn parse(plain: &[u8], now: Timestamp) -> Option<ClientId> {
    let (expires_at, id) = std::str::from_utf8(plain).ok()?.split_once(' ')?;
    if expires_at.parse::<i64>().ok()? <= now.as_second() {
        return None;
    }
    ClientId::parse(id).ok()
}
