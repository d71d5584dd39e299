//! Changing the signing keys: by schedule, by hand, and at once when one has leaked.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use m2m_types::admin::scopes::ManagementScope;
use tracing::info;

use super::schedule::{
    Event, NotPublishedLongEnough, PUBLISH_LEAD, RETIREMENT, Transition, is_past,
};
use super::{InvalidKey, KeyRing, KeyState, RotationPeriod, SigningAlgorithm, SigningKey};
use crate::caller::{Caller, InsufficientScope};
use crate::clock::Clock;
use crate::ports::{KeptKeys, KeyRecord, KeyStore, Revocations, StoreError, WriteOutcome};
use crate::revision::ATTEMPTS;

/// A signing key as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// The RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// What it is going through.
    pub state: KeyState,
}

impl ListedKey {
    /// When it may sign, if it waits for that.
    pub fn ready_at(&self) -> Option<Timestamp> {
        match self.state {
            KeyState::Pending { since } => Some(since + PUBLISH_LEAD),
            KeyState::Active { .. } | KeyState::Retiring { .. } => None,
        }
    }
}

/// Why the keys were not changed.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The caller is no operator.
    #[error(transparent)]
    InsufficientScope(#[from] InsufficientScope),
    /// There is no such key.
    #[error("there is no such signing key")]
    NoSuchKey,
    /// The next keys are too new.
    #[error("{early}")]
    TooEarly {
        /// When they will not be.
        early: NotPublishedLongEnough,
        /// How long that is from now.
        wait: Duration,
    },
    /// A store failed, or others changed the keys again and again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The signing keys' life and what it needs.
pub struct Rotation {
    /// Where they are kept.
    pub store: Arc<dyn KeyStore>,
    /// What signs in this process, which sees a change of its own at once.
    pub ring: Arc<KeyRing>,
    /// Where a key that was taken away is declared dead to those who keep the published keys.
    pub revocations: Arc<dyn Revocations>,
    /// How long a key signs.
    pub period: RotationPeriod,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Rotation {
    /// Every published key, for operators.
    ///
    /// # Errors
    /// The caller is none, the store failed, or there are no keys yet.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<ListedKey>, RotationError> {
        caller.require(ManagementScope::Operator)?;
        let kept = self.read().await?;
        let now = self.clock.now();
        let published = kept.keys.iter().filter(|key| !is_past(key.state, now));
        Ok(published.map(listed).collect::<Result<_, _>>()?)
    }

    /// Does what is due for these algorithms, the deployment's own first. Safe to run twice at once and beside
    /// requests.
    ///
    /// # Errors
    /// The store failed.
    pub async fn maintain(&self, wanted: &[SigningAlgorithm]) -> Result<(), RotationError> {
        self.change(|transition, _| {
            transition
                .maintain(wanted, self.period)
                .map_err(unusable)
                .map_err(RotationError::Store)
        })
        .await
    }

    /// Lets the next keys sign now.
    ///
    /// # Errors
    /// They were not published long enough, the caller is no operator, or the store failed.
    pub async fn rotate(&self, caller: &Caller) -> Result<Vec<ListedKey>, RotationError> {
        caller.require(ManagementScope::Operator)?;
        self.change(|transition, _| {
            let rotated = transition.rotate().map_err(unusable)?;
            rotated.map_err(|early| RotationError::TooEarly {
                early,
                wait: early.wait(self.clock.now()),
            })
        })
        .await?;
        self.list(caller).await
    }

    /// Takes a key away at once, for one that has leaked: every token that it signed is dead.
    ///
    /// It is declared dead first. Stopped before it is taken away, its tokens are dead already, those that
    /// instances go on signing with it included, and the same call again ends it.
    ///
    /// # Errors
    /// There is no such key, the caller is no operator, or a store failed.
    pub async fn remove(&self, caller: &Caller, kid: &str) -> Result<(), RotationError> {
        caller.require(ManagementScope::Operator)?;
        let kept = self.read().await?;
        position_of(kid, &kept.keys)?.ok_or(RotationError::NoSuchKey)?;
        let until = self.clock.now() + RETIREMENT;
        self.revocations.remove_kid(kid, until).await?;
        self.change(|transition, kept| {
            let position = position_of(kid, kept)?.ok_or(RotationError::NoSuchKey)?;
            Ok(transition.remove(position).map_err(unusable)?)
        })
        .await
    }

    /// Reads the keys, makes others of them and writes those, as often as others were faster.
    async fn change(
        &self,
        step: impl Fn(&mut Transition, &[KeyRecord]) -> Result<(), RotationError>,
    ) -> Result<(), RotationError> {
        for _ in 0..ATTEMPTS {
            let KeptKeys { keys, revision, .. } = self.read().await?;
            let mut transition = Transition::of(keys.clone(), self.clock.now());
            step(&mut transition, &keys)?;
            let (keys, events) = transition.into_parts();
            if events.is_empty() {
                return Ok(());
            }
            let written = self.store.replace_signing_keys(&keys, &revision).await;
            // Whatever came of it, what this process knows may be of before.
            self.ring.forget();
            if written? == WriteOutcome::Written {
                events.into_iter().for_each(tell);
                return Ok(());
            }
        }
        Err(StoreError::new(
            "change the signing keys",
            "others changed them again and again",
        )
        .into())
    }

    async fn read(&self) -> Result<KeptKeys, StoreError> {
        let kept = self.store.find_signing_keys().await?;
        kept.ok_or_else(|| StoreError::new("read the signing keys", "there are none yet"))
    }
}

fn tell((algorithm, event): (SigningAlgorithm, Event)) {
    match event {
        Event::Made => info!(%algorithm, "a signing key was made"),
        Event::Activated => info!(%algorithm, "another signing key signs"),
        Event::Retired => info!(%algorithm, "a signing key retires"),
        Event::Removed => info!(%algorithm, "a signing key was removed"),
    }
}

fn position_of(kid: &str, keys: &[KeyRecord]) -> Result<Option<usize>, StoreError> {
    for (position, key) in keys.iter().enumerate() {
        if listed(key)?.kid == kid {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

fn listed(key: &KeyRecord) -> Result<ListedKey, StoreError> {
    Ok(ListedKey {
        kid: SigningKey::parse(key).map_err(unusable)?.kid().to_owned(),
        algorithm: key.algorithm,
        state: key.state,
    })
}

fn unusable(error: InvalidKey) -> StoreError {
    StoreError::new("make or read a signing key", error)
}
