//! The revocation snapshot: what was stopped, signed, for whoever verifies tokens offline.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use m2m_types::generation::Generation;
use m2m_types::issuer::Issuer;
use m2m_types::revocations::{REVOCATIONS_TYP, RevocationsClaims, Revoked};
use tokio::sync::Mutex;
use tracing::{info, warn};

use crate::clock::Clock;
use crate::keys::{InvalidKey, KeyRing, KeySet, SigningKey};
use crate::ports::{Revocations, StoreError};

/// A snapshot older than this is made anew although nothing was stopped: what has expired leaves it.
const MADE_ANEW_AFTER: SignedDuration = SignedDuration::from_hours(1);
/// How long a snapshot holds at most. Whoever verifies goes by when it last got one, which is much shorter.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Lambda answers with 6 MB at most, so an operator has to know long before.
const LARGE: usize = 4_000_000;

/// Why there is no snapshot now.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A store gave no answer. What was made before is not given out, since it may lack a stop.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signing key refused.
    #[error(transparent)]
    Key(#[from] InvalidKey),
}

/// Makes snapshots, and keeps the last for as long as nothing is stopped.
pub struct Snapshots {
    issuer: Issuer,
    revocations: Arc<dyn Revocations>,
    keys: Arc<KeyRing>,
    clock: Arc<dyn Clock>,
    kept: RwLock<Option<Kept>>,
    /// How many snapshots this process began to make.
    begun: AtomicU64,
    one_at_a_time: Mutex<()>,
}

/// A snapshot and what it was made of.
#[derive(Clone)]
struct Kept {
    jwt: Arc<[u8]>,
    sequence: u64,
    kid: String,
    generation: Generation,
    made_at: Timestamp,
    number: u64,
}

impl Snapshots {
    /// Of a deployment; nothing is made yet.
    pub fn new(
        issuer: Issuer,
        revocations: Arc<dyn Revocations>,
        keys: Arc<KeyRing>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            issuer,
            revocations,
            keys,
            clock,
            kept: RwLock::new(None),
            begun: AtomicU64::new(0),
            one_at_a_time: Mutex::new(()),
        }
    }

    /// The snapshot, with every stop that was answered before this was called.
    ///
    /// # Errors
    /// It could not be read that nothing was stopped since, or a new one could not be made.
    pub async fn current(&self) -> Result<Arc<[u8]>, SnapshotError> {
        let begun = self.begun.load(Ordering::SeqCst);
        let keys = self.keys.current().await?;
        let sequence = self.revocations.sequence().await?;
        if let Some(kept) = self.kept(|kept| self.still_holds(kept, &keys, sequence)) {
            return Ok(kept);
        }
        let _one = self.one_at_a_time.lock().await;
        // Whatever somebody else began to make since this was called has every stop that this needs.
        if let Some(kept) = self.kept(|kept| kept.number > begun) {
            return Ok(kept);
        }
        self.make(&keys).await
    }

    fn still_holds(&self, kept: &Kept, keys: &KeySet, sequence: u64) -> bool {
        let age = self.clock.now().duration_since(kept.made_at);
        kept.sequence == sequence
            && kept.kid == keys.active().kid()
            && kept.generation == keys.generation()
            // A clock that went back makes it old.
            && age >= SignedDuration::ZERO
            && age < MADE_ANEW_AFTER
    }

    async fn make(&self, keys: &KeySet) -> Result<Arc<[u8]>, SnapshotError> {
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let made_at = self.clock.now();
        let read = self.revocations.read_all(made_at).await?;
        let claims = RevocationsClaims {
            iss: self.issuer.as_str().to_owned(),
            iat: made_at.as_second(),
            exp: (made_at + LIFE).as_second(),
            seq: read.sequence,
            generation: keys.generation(),
            revoked: read.revoked,
        };
        let key = self.key(keys, &claims.revoked.kids)?;
        let jwt = key.sign_as(REVOCATIONS_TYP, &claims)?;
        let jwt: Arc<[u8]> = jwt.into_bytes().into();
        tell(&claims.revoked, jwt.len());
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(Kept {
            jwt: Arc::clone(&jwt),
            sequence: read.sequence,
            kid: keys.active().kid().to_owned(),
            generation: keys.generation(),
            made_at,
            number,
        });
        Ok(jwt)
    }

    /// What signs: nobody would take a snapshot of a key that it removes, and this process may not know yet that
    /// its active key was removed.
    fn key<'a>(
        &self,
        keys: &'a KeySet,
        removed: &BTreeSet<String>,
    ) -> Result<&'a SigningKey, StoreError> {
        if removed.contains(keys.active().kid()) {
            self.keys.forget();
        }
        keys.well_known(removed, self.clock.now()).ok_or_else(|| {
            let reason = "every key that this process knows was removed";
            StoreError::new("sign the revocation snapshot", reason)
        })
    }

    fn kept(&self, is_wanted: impl Fn(&Kept) -> bool) -> Option<Arc<[u8]>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref().filter(|kept| is_wanted(kept));
        kept.map(|kept| Arc::clone(&kept.jwt))
    }
}

/// Tells how large a snapshot is, which all verifiers fetch.
fn tell(revoked: &Revoked, bytes: usize) {
    let Revoked {
        clients,
        handles,
        jtis,
        kids,
    } = revoked;
    let entries = clients.len() + handles.len() + jtis.len() + kids.len();
    if bytes < LARGE {
        info!(entries, bytes, "a revocation snapshot was made");
    } else {
        warn!(entries, bytes, "a revocation snapshot is very large");
    }
}
