//! Changing the signing keys: by schedule, by hand, and at once when one has leaked.

use std::sync::Arc;
use std::time::Duration;

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::admin::signing_key::{SigningKeyState, SigningKeyView};
use m2m_types::idempotency_key::IdempotencyKey;
use tracing::{info, warn};

use super::schedule::{
    Event, NotPublishedLongEnough, PUBLISH_LEAD, RETIREMENT, Transition, is_past,
};
use super::{InvalidKey, KeyRing, KeyState, RotationPeriod, SigningAlgorithm, SigningKey};
use crate::caller::{Caller, InsufficientScope};
use crate::clock::Clock;
use crate::idempotency::{KeptAnswers, RepeatError};
use crate::ports::{KeptKeys, KeyRecord, KeyStore, Revocations, StoreError, WriteOutcome};
use crate::revision::ATTEMPTS;

/// What is called to rotate.
const ROTATE: &str = "POST /v1/signing-keys/rotate";

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
    /// It cannot be told from another request.
    #[error(transparent)]
    Repeat(#[from] RepeatError),
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
    /// The answers that are kept for repetitions.
    pub answers: KeptAnswers,
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
    pub async fn list(&self, caller: &Caller) -> Result<Vec<SigningKeyView>, RotationError> {
        caller.require(ManagementScope::Operator)?;
        let kept = self.read().await?;
        let now = self.clock.now();
        let published = kept.keys.iter().filter(|key| !is_past(key.state, now));
        let views = published.map(view);
        Ok(views.collect::<Result<_, _>>()?)
    }

    /// Does what is due for these algorithms, the deployment's own first, once every removal that was stopped half
    /// way is finished. Safe to run twice at once and beside requests.
    ///
    /// # Errors
    /// A store failed.
    pub async fn maintain(&self, wanted: &[SigningAlgorithm]) -> Result<(), RotationError> {
        self.finish_removals().await?;
        self.change(|transition, _| {
            transition
                .maintain(wanted, self.period)
                .map_err(unusable)
                .map_err(RotationError::Store)
        })
        .await
    }

    /// Lets the next keys sign now; all keys as they are then.
    ///
    /// No transaction reaches the keys, so the answer is kept after the change. Stopped in between, a repetition is told
    /// that the next keys are too new, as is one that comes while the first is under way: for as long as a key has to
    /// be published there is no second rotation.
    ///
    /// # Errors
    /// They were not published long enough, the caller is no operator, or the store failed.
    pub async fn rotate(
        &self,
        caller: &Caller,
        key: Option<&IdempotencyKey>,
    ) -> Result<Vec<SigningKeyView>, RotationError> {
        caller.require(ManagementScope::Operator)?;
        let once = self.answers.once(caller, ROTATE, key, &())?;
        if let Some(first) = once.first().await? {
            return Ok(first);
        }
        self.change(|transition, _| {
            let rotated = transition.rotate().map_err(unusable)?;
            rotated.map_err(|early| RotationError::TooEarly {
                early,
                wait: early.wait(self.clock.now()),
            })
        })
        .await?;
        let keys = self.list(caller).await?;
        if let Err(error) = once.keep_alone(&keys).await {
            warn!(
                reason = &error as &dyn std::error::Error,
                "the answer of a rotation is not kept"
            );
        }
        Ok(keys)
    }

    /// Takes a key away at once, for one that has leaked: every token that it signed is dead.
    ///
    /// It is declared dead first. Stopped before it is taken away, its tokens are dead already, those that
    /// instances go on signing with it included, until the same call again or the next maintenance ends it.
    ///
    /// # Errors
    /// There is no such key, the caller is no operator, or a store failed.
    pub async fn remove(&self, caller: &Caller, kid: &str) -> Result<(), RotationError> {
        caller.require(ManagementScope::Operator)?;
        let kept = self.read().await?;
        position_of(kid, &kept.keys)?.ok_or(RotationError::NoSuchKey)?;
        let until = self.clock.now() + RETIREMENT;
        self.revocations.remove_kid(kid, until).await?;
        self.take_away(kid).await
    }

    /// Takes away what a removal has declared dead and did not come to take away.
    async fn finish_removals(&self) -> Result<(), RotationError> {
        for key in &self.read().await?.keys {
            let kid = kid_of(key)?;
            if !self.revocations.any_denied(&[], &[&kid]).await? {
                continue;
            }
            match self.take_away(&kid).await {
                // Somebody else was faster.
                Ok(()) | Err(RotationError::NoSuchKey) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn take_away(&self, kid: &str) -> Result<(), RotationError> {
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
        if kid_of(key)? == kid {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

fn kid_of(key: &KeyRecord) -> Result<String, StoreError> {
    let key = SigningKey::parse(key).map_err(unusable)?;
    Ok(key.kid().to_owned())
}

/// A key as an operator sees it.
fn view(key: &KeyRecord) -> Result<SigningKeyView, StoreError> {
    let kid = kid_of(key)?;
    let alg = key.algorithm.as_str().to_owned();
    let view = |state| SigningKeyView {
        kid,
        alg,
        state,
        since: None,
        ready_at: None,
        until: None,
    };
    Ok(match key.state {
        KeyState::Pending { since } => SigningKeyView {
            since: Some(since),
            ready_at: Some(since + PUBLISH_LEAD),
            ..view(SigningKeyState::Pending)
        },
        KeyState::Active { since } => SigningKeyView {
            since: Some(since),
            ..view(SigningKeyState::Active)
        },
        KeyState::Retiring { until } => SigningKeyView {
            until: Some(until),
            ..view(SigningKeyState::Retiring)
        },
    })
}

fn unusable(error: InvalidKey) -> StoreError {
    StoreError::new("make or read a signing key", error)
}
