//! When keys are made, begin to sign, stop and go: from one moment's keys to the next, without a store.
//!
//! Of every algorithm in use one key signs and at least one is published that will. A key begins to sign when
//! every verifier can have it, and stays until nothing that it signed is alive.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{InvalidKey, KeyState, RotationPeriod, SigningAlgorithm};
use crate::ports::KeyRecord;

/// How long whoever fetches the published keys may keep them, in seconds: the `max-age` of the answer.
pub const JWKS_MAX_AGE_SECONDS: i64 = 300;
/// How long a verifier may wait between two fetches.
const VERIFIER_COOLDOWN_SECONDS: i64 = 30;
/// How long an instance answers with the keys that it has read.
pub(super) const REFRESH_SECONDS: i64 = 300;
/// How long a key is published before it signs: whoever gets a token by then has had to fetch the key.
pub const PUBLISH_LEAD: SignedDuration =
    SignedDuration::from_secs(JWKS_MAX_AGE_SECONDS + REFRESH_SECONDS + VERIFIER_COOLDOWN_SECONDS);

/// How long an instance that cannot read the keys goes on with those it has.
pub(super) const MAX_STALENESS: SignedDuration = SignedDuration::from_hours(24);
/// The longest life of a token and the leeway of a verifier.
const LAST_TOKEN: SignedDuration = SignedDuration::from_secs(24 * 3600 + 60);
/// How long a key is published after another has taken its place: an instance may go on signing with it until
/// it has to read the keys, and what it signed last lives for a day.
pub const RETIREMENT: SignedDuration =
    SignedDuration::from_secs(LAST_TOKEN.as_secs() + MAX_STALENESS.as_secs());

/// The pending keys were not published long enough to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the next signing key is not known to all verifiers before {ready_at}")]
pub struct NotPublishedLongEnough {
    /// When they will be.
    pub ready_at: Timestamp,
}

impl NotPublishedLongEnough {
    /// How long that is from now.
    pub(super) fn wait(self, now: Timestamp) -> Duration {
        Duration::try_from(self.ready_at.duration_since(now)).unwrap_or_default()
    }
}

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// It was made, and is published.
    Made,
    /// It signs.
    Activated,
    /// It does not sign any more.
    Retired,
    /// It is gone.
    Removed,
}

/// The keys of one moment, on their way to the next.
pub(super) struct Transition {
    keys: Vec<KeyRecord>,
    now: Timestamp,
    events: Vec<(SigningAlgorithm, Event)>,
}

impl Transition {
    pub(super) fn of(keys: Vec<KeyRecord>, now: Timestamp) -> Self {
        Self {
            keys,
            now,
            events: Vec::new(),
        }
    }

    /// The keys, and what happened to them: nothing if they are as they were.
    pub(super) fn into_parts(self) -> (Vec<KeyRecord>, Vec<(SigningAlgorithm, Event)>) {
        (self.keys, self.events)
    }

    /// Does what is due. `wanted` are the algorithms in use, the deployment's own first.
    pub(super) fn maintain(
        &mut self,
        wanted: &[SigningAlgorithm],
        period: RotationPeriod,
    ) -> Result<(), InvalidKey> {
        self.remove_past();
        for &algorithm in wanted {
            let due = self
                .active_since(algorithm)
                .is_none_or(|since| period.is_over(since, self.now));
            if due && self.ready_at(algorithm).is_some_and(|at| at <= self.now) {
                self.promote(algorithm);
            }
            self.ensure_pending(algorithm)?;
        }
        // Without a key of the deployment's own algorithm the others' sign in its place.
        if wanted
            .first()
            .is_some_and(|own| self.active_since(*own).is_some())
        {
            self.retire_all_but(wanted);
        }
        Ok(())
    }

    /// Lets the next key of every algorithm sign.
    pub(super) fn rotate(&mut self) -> Result<Result<(), NotPublishedLongEnough>, InvalidKey> {
        let active = self.algorithms_that_sign();
        let not_ready = active
            .iter()
            .map(|algorithm| self.ready_at(*algorithm).unwrap_or(self.now + PUBLISH_LEAD))
            .filter(|at| *at > self.now)
            .max();
        if let Some(ready_at) = not_ready {
            return Ok(Err(NotPublishedLongEnough { ready_at }));
        }
        self.remove_past();
        for algorithm in active {
            self.promote(algorithm);
            self.ensure_pending(algorithm)?;
        }
        Ok(Ok(()))
    }

    /// Takes a key away at once. If it signed, the next one does from now on, however long it was published.
    pub(super) fn remove(&mut self, position: usize) -> Result<(), InvalidKey> {
        let removed = self.keys.remove(position);
        let algorithm = removed.algorithm;
        self.note(algorithm, Event::Removed);
        match removed.state {
            KeyState::Active { .. } => {
                self.ensure_pending(algorithm)?;
                self.promote(algorithm);
                self.ensure_pending(algorithm)
            }
            KeyState::Pending { .. } => self.ensure_pending(algorithm),
            KeyState::Retiring { .. } => Ok(()),
        }
    }

    /// When the next key of the algorithm may sign, which is the one that was published first.
    fn ready_at(&self, algorithm: SigningAlgorithm) -> Option<Timestamp> {
        self.next(algorithm).map(|(_, since)| since + PUBLISH_LEAD)
    }

    fn next(&self, algorithm: SigningAlgorithm) -> Option<(usize, Timestamp)> {
        self.keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.algorithm == algorithm)
            .filter_map(|(position, key)| match key.state {
                KeyState::Pending { since } => Some((position, since)),
                KeyState::Active { .. } | KeyState::Retiring { .. } => None,
            })
            .min_by_key(|(_, since)| *since)
    }

    fn active_since(&self, algorithm: SigningAlgorithm) -> Option<Timestamp> {
        self.keys
            .iter()
            .filter(|key| key.algorithm == algorithm)
            .find_map(|key| match key.state {
                KeyState::Active { since } => Some(since),
                KeyState::Pending { .. } | KeyState::Retiring { .. } => None,
            })
    }

    fn algorithms_that_sign(&self) -> Vec<SigningAlgorithm> {
        let signs = |algorithm: &SigningAlgorithm| self.active_since(*algorithm).is_some();
        SigningAlgorithm::ALL
            .iter()
            .copied()
            .filter(signs)
            .collect()
    }

    /// The next key signs, and the one that did retires.
    fn promote(&mut self, algorithm: SigningAlgorithm) {
        let Some((next, _)) = self.next(algorithm) else {
            return;
        };
        self.retire(|key| key == algorithm);
        self.keys[next].state = KeyState::Active { since: self.now };
        self.note(algorithm, Event::Activated);
    }

    fn retire(&mut self, is_meant: impl Fn(SigningAlgorithm) -> bool) {
        let until = self.now + RETIREMENT;
        for key in &mut self.keys {
            if matches!(key.state, KeyState::Active { .. }) && is_meant(key.algorithm) {
                key.state = KeyState::Retiring { until };
                self.events.push((key.algorithm, Event::Retired));
            }
        }
    }

    /// What no resource server asks for any more stops signing, and its next keys will never begin.
    fn retire_all_but(&mut self, wanted: &[SigningAlgorithm]) {
        self.retire(|algorithm| !wanted.contains(&algorithm));
        self.remove_if(|key| {
            matches!(key.state, KeyState::Pending { .. }) && !wanted.contains(&key.algorithm)
        });
    }

    fn remove_past(&mut self) {
        let now = self.now;
        self.remove_if(|key| is_past(key.state, now));
    }

    fn remove_if(&mut self, is_meant: impl Fn(&KeyRecord) -> bool) {
        let Self { keys, events, .. } = self;
        for key in keys.extract_if(.., |key| is_meant(key)) {
            events.push((key.algorithm, Event::Removed));
        }
    }

    fn ensure_pending(&mut self, algorithm: SigningAlgorithm) -> Result<(), InvalidKey> {
        if self.next(algorithm).is_some() {
            return Ok(());
        }
        let since = self.now;
        self.keys
            .push(KeyRecord::generate(algorithm, KeyState::Pending { since })?);
        self.note(algorithm, Event::Made);
        Ok(())
    }

    fn note(&mut self, algorithm: SigningAlgorithm, event: Event) {
        self.events.push((algorithm, event));
    }
}

/// Whether nothing that the key signed is alive. Such a key is none, whether or not it was removed already.
pub(super) fn is_past(state: KeyState, now: Timestamp) -> bool {
    matches!(state, KeyState::Retiring { until } if until <= now)
}

#[cfg(test)]
mod properties;
