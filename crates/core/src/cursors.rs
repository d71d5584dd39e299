//! Cursors: where a list goes on, sealed so that nobody can read, change or borrow one.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;

use crate::clock::Clock;
use crate::ports::{InsertKeysOutcome, KeyStore, StoreError};
use crate::random::Random;
use crate::sealing::{Sealer, derive};

/// How long a cursor can be used.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Seals and opens the cursors of a deployment.
///
/// A cursor is bound to its list, which says whose it is, and expires after a day.
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

    /// A cursor of that list that goes on behind `last`.
    pub(crate) async fn seal(&self, list: &str, last: &str) -> Result<String, StoreError> {
        let expires_at = (self.clock.now() + LIFE).as_second();
        let plain = format!("{expires_at} {last}").into_bytes();
        let sealed = self.sealer().await?.seal(list.as_bytes(), plain)?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Behind what the list goes on; none: the cursor is not one of this list, or too old.
    pub(crate) async fn open(
        &self,
        list: &str,
        unverified_cursor: &str,
    ) -> Result<Option<String>, StoreError> {
        let Ok(sealed) = URL_SAFE_NO_PAD.decode(unverified_cursor) else {
            return Ok(None);
        };
        let plain = self.sealer().await?.open(list.as_bytes(), &sealed);
        Ok(plain.and_then(|plain| parse(&plain, self.clock.now())))
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

/// `{expiry} {last}`.
fn parse(plain: &[u8], now: Timestamp) -> Option<String> {
    let (expires_at, last) = std::str::from_utf8(plain).ok()?.split_once(' ')?;
    let is_live = expires_at.parse::<i64>().ok()? > now.as_second();
    is_live.then(|| last.to_owned())
}
