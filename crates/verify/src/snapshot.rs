//! The revocation snapshot, as it was last read.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::Timestamp;
use m2m_jose::CompactJws;
use m2m_types::revocations::{REVOCATIONS_TYP, RevocationsClaims};
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use crate::clock::{Clock, is_within};
use crate::error::Unavailable;
use crate::fetch::{Fetch, Fetched};
use crate::keys::Keys;

/// How old a snapshot may be before it is read again.
pub(crate) const FRESH: Duration = Duration::from_secs(10);
/// The least time between two tries that failed.
const RETRY: Duration = Duration::from_secs(1);
/// How far the clocks may be apart.
const LEEWAY_SECONDS: i64 = 60;
/// The longest that is read.
const MAX_LENGTH: usize = 16 << 20;

/// What to do with good tokens while no fresh revocation snapshot can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenStale {
    /// Refuse them ([`Refusal::Unavailable`](crate::Refusal::Unavailable)) when the last snapshot is older than that, or there
    /// was none: nobody who was stopped gets in for longer. Ten seconds at least. The default is a minute.
    RefuseAfter(Duration),
    /// Accept them until they expire: who was stopped meanwhile gets in for as long as a token lives.
    AcceptUntilExpiry,
}

impl Default for WhenStale {
    fn default() -> Self {
        Self::RefuseAfter(Duration::from_secs(60))
    }
}

/// The snapshot, read when it is needed.
pub(crate) struct Snapshots {
    held: RwLock<Held>,
    /// Whoever has it fetches; the others wait and then look again, or go on with what there is ([`Snapshots::turn`]).
    flight: Mutex<()>,
    fetch: Arc<dyn Fetch>,
    when_stale: WhenStale,
    clock: Clock,
}

#[derive(Default)]
struct Held {
    snapshot: Option<Arc<RevocationsClaims>>,
    etag: Option<String>,
    /// When it was certainly what the issuer says.
    fresh_at: Option<Timestamp>,
    failure: Option<Failure>,
}

/// The last try, if it failed.
struct Failure {
    /// When it ended: a try may take longer than the time until the next one.
    at: Timestamp,
    reason: String,
}

impl Snapshots {
    pub(crate) fn new(fetch: Arc<dyn Fetch>, when_stale: WhenStale, clock: Clock) -> Self {
        Self {
            held: RwLock::default(),
            flight: Mutex::new(()),
            fetch,
            when_stale,
            clock,
        }
    }

    /// The snapshot to judge by; none: there never was one, and that is to be no reason to refuse.
    pub(crate) async fn current(
        &self,
        keys: &Keys,
    ) -> Result<Option<Arc<RevocationsClaims>>, Unavailable> {
        if self.has_to_be_read()
            && let Some(_turn) = self.turn().await
            // Somebody else may have read it meanwhile.
            && self.has_to_be_read()
        {
            self.read(keys).await;
        }
        self.as_read()
    }

    /// The right to fetch, for one at a time; none: somebody else is at it, and nobody is to wait for that. While the issuer
    /// cannot be reached, each try may take seconds, and what is held goes on counting for as long as the operator said.
    async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        if self.is_failing() && self.as_read().is_ok() {
            self.flight.try_lock().ok()
        } else {
            Some(self.flight.lock().await)
        }
    }

    /// Whether the last try failed. One of long ago says nothing of the next.
    fn is_failing(&self) -> bool {
        let failed_at = self.held().failure.as_ref().map(|failure| failure.at);
        is_within(FRESH, failed_at, self.clock.now())
    }

    fn has_to_be_read(&self) -> bool {
        let (held, now) = (self.held(), self.clock.now());
        let failed_at = held.failure.as_ref().map(|failure| failure.at);
        !is_within(FRESH, held.fresh_at, now) && !is_within(RETRY, failed_at, now)
    }

    fn as_read(&self) -> Result<Option<Arc<RevocationsClaims>>, Unavailable> {
        let held = self.held();
        match self.when_stale {
            WhenStale::RefuseAfter(limit) if !is_within(limit, held.fresh_at, self.clock.now()) => {
                let failure = held.failure.as_ref();
                let reason = failure.map_or("it was not read yet", |failure| &failure.reason);
                Err(Unavailable::Snapshot(reason.to_owned()))
            }
            _ => Ok(held.snapshot.clone()),
        }
    }

    async fn read(&self, keys: &Keys) {
        // What was stopped later than now need not be in the answer.
        let now = self.clock.now();
        let read = self.fetch(keys, now).await;
        let mut held = self.held_mut();
        match read {
            Ok((fetched, snapshot)) => {
                if let Some(snapshot) = snapshot {
                    held.snapshot = Some(Arc::new(snapshot));
                    held.etag = fetched.etag;
                }
                held.fresh_at = now.checked_sub(fetched.age).ok();
                held.failure = None;
            }
            Err(reason) => {
                let at = self.clock.now();
                held.failure = Some(Failure { at, reason });
            }
        }
    }

    /// A new snapshot that was checked; none: the one that is held still is what there is.
    async fn fetch(
        &self,
        keys: &Keys,
        now: Timestamp,
    ) -> Result<(Fetched, Option<RevocationsClaims>), String> {
        let url = keys.snapshot_url(now).await;
        let url: Url = url.map_err(|unavailable| unavailable.to_string())?;
        let etag = self.etag_of_what_may_be_kept(now);
        let fetched = self.fetch.fetch(&url, etag.as_deref()).await;
        let mut fetched = fetched.map_err(|error| format!("{url}: {error}"))?;
        if fetched.age >= FRESH {
            return Err(format!("{url}: somebody's cache keeps it for too long"));
        }
        let snapshot = match (fetched.body.take(), etag) {
            (Some(body), _) => self.check(&body, keys, now).await.map(Some),
            (None, Some(_)) => Ok(None),
            (None, None) => Err("it is said not to be modified, and there is none"),
        };
        let snapshot = snapshot.map_err(|reason| format!("{url}: {reason}"))?;
        Ok((fetched, snapshot))
    }

    /// Only with a snapshot that holds by itself may the answer be that nothing has changed.
    fn etag_of_what_may_be_kept(&self, now: Timestamp) -> Option<String> {
        let held = self.held();
        let snapshot = held.snapshot.as_deref();
        snapshot.filter(|snapshot| !is_past(snapshot.exp, now))?;
        held.etag.clone()
    }

    async fn check(
        &self,
        body: &[u8],
        keys: &Keys,
        now: Timestamp,
    ) -> Result<RevocationsClaims, &'static str> {
        let text = std::str::from_utf8(body).map_err(|_| "it is no text")?;
        let jws = CompactJws::parse(text.trim_end(), MAX_LENGTH);
        let jws = jws.map_err(|_| "it is no signed JWT")?;
        if !jws.header().is_typ(REVOCATIONS_TYP) {
            return Err("it is no revocation snapshot");
        }
        let kid = jws.header().kid.as_deref().ok_or("it names no key")?;
        let key = keys.find(jws.header(), now).await;
        let key = key.map_err(|_| "its key cannot be had")?;
        let key = key.ok_or("its key is not published")?;
        let claims: RevocationsClaims = jws
            .verify(&key)
            .map_err(|_| "its key did not sign it as a snapshot")?;
        if claims.iss != keys.issuer().as_str() {
            return Err("it is of another issuer");
        }
        if claims.iat > now.as_second().saturating_add(LEEWAY_SECONDS) || is_past(claims.exp, now) {
            return Err("it is not of this time");
        }
        self.check_against_held(&claims, kid)?;
        Ok(claims)
    }

    fn check_against_held(&self, new: &RevocationsClaims, kid: &str) -> Result<(), &'static str> {
        let held = self.held();
        let held = held.snapshot.as_deref();
        let removed = held.is_some_and(|held| held.revoked.kids.contains(kid));
        if removed || new.revoked.kids.contains(kid) {
            return Err("its key was removed");
        }
        if held.is_some_and(|held| new.is_older_than(held)) {
            return Err("it is older than the one before");
        }
        Ok(())
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn held_mut(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a snapshot's time is over.
fn is_past(exp: i64, now: Timestamp) -> bool {
    exp.saturating_add(LEEWAY_SECONDS) <= now.as_second()
}
