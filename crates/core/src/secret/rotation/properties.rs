//! Whatever is done to the secrets of a client, and whenever: who holds one that was shown to work is never refused, and
//! what was shown to be gone never works.

use jiff::SignedDuration;
use m2m_types::client_secret::ClientSecret;
use proptest::prelude::*;

use super::*;
use crate::random::SystemRandom;
use crate::secret::{SecretDigest, find_matching};

#[derive(Debug, Clone)]
enum Doing {
    Wait(i64),
    Rotate {
        overlap: Option<i64>,
        lives: Option<i64>,
    },
    Cancel(prop::sample::Index),
    Retire {
        which: prop::sample::Index,
        overlap: Option<i64>,
    },
    Patch {
        which: prop::sample::Index,
        lives: Option<i64>,
    },
}

fn doing() -> impl Strategy<Value = Doing> {
    let which = any::<prop::sample::Index>;
    let seconds = || prop::option::of(0..500i64);
    prop_oneof![
        3 => (0..400i64).prop_map(Doing::Wait),
        4 => (seconds(), prop::option::of(1..900i64))
            .prop_map(|(overlap, lives)| Doing::Rotate { overlap, lives }),
        2 => which().prop_map(Doing::Cancel),
        2 => (which(), seconds()).prop_map(|(which, overlap)| Doing::Retire { which, overlap }),
        2 => (which(), prop::option::of(1..900i64))
            .prop_map(|(which, lives)| Doing::Patch { which, lives }),
    ]
}

/// A client's secrets, everybody who ever got one, and what was last shown of them.
struct World {
    now: Timestamp,
    secrets: Vec<Secret>,
    holders: Vec<(SecretId, SecretDigest)>,
    shown: Vec<(SecretId, Option<Timestamp>)>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            now: Timestamp::UNIX_EPOCH,
            secrets: vec![],
            holders: vec![],
            shown: vec![],
        };
        let first = world.made(None);
        world.secrets = vec![first];
        world.shown = world.list();
        world
    }

    fn made(&mut self, lives: Option<i64>) -> Secret {
        let (secret, value): (Secret, ClientSecret) = Secret::generate(&SystemRandom, self.now);
        self.holders
            .push((secret.id.clone(), SecretDigest::of(&value)));
        Secret {
            expires_at: lives.map(|seconds| self.after(seconds)),
            ..secret
        }
    }

    fn after(&self, seconds: i64) -> Timestamp {
        self.now + SignedDuration::from_secs(seconds)
    }

    fn live(&self) -> Vec<Secret> {
        let live = self
            .secrets
            .iter()
            .filter(|secret| secret.is_live(self.now));
        live.cloned().collect()
    }

    fn list(&self) -> Vec<(SecretId, Option<Timestamp>)> {
        let live = self.live().into_iter();
        live.map(|secret| (secret.id, secret.expires_at)).collect()
    }

    fn pick(&self, which: prop::sample::Index) -> Option<SecretId> {
        let live = self.live();
        (!live.is_empty()).then(|| which.get(&live).id.clone())
    }

    fn run(&mut self, doing: Doing) {
        let before = self.list();
        match doing {
            Doing::Wait(seconds) => self.wait(seconds),
            Doing::Rotate { overlap, lives } => self.rotate(overlap, lives, &before),
            Doing::Cancel(which) => self.cancel(which, &before),
            Doing::Retire { which, overlap } => self.retire(which, overlap, &before),
            Doing::Patch { which, lives } => self.patch(which, lives, &before),
        }
        self.shown = self.list();
        self.assert_promises();
    }

    /// At every second in between, what was shown is what holds.
    fn wait(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now = self.after(1);
            self.assert_promises();
        }
    }

    fn rotate(
        &mut self,
        overlap: Option<i64>,
        lives: Option<i64>,
        before: &[(SecretId, Option<Timestamp>)],
    ) {
        if before.len() >= MAX_LIVE {
            return;
        }
        let end = overlap.map(|seconds| self.after(seconds));
        let new = self.made(lives);
        self.secrets = added(self.live(), new.clone(), end);
        for (id, was) in before {
            assert_eq!(self.end_of(id), Some(sooner(*was, end)));
        }
        assert_eq!(self.end_of(&new.id), Some(new.expires_at));
        assert_eq!(preferred(self.live().iter()), Some(&new));
    }

    fn cancel(&mut self, which: prop::sample::Index, before: &[(SecretId, Option<Timestamp>)]) {
        let Some(id) = self.pick(which) else { return };
        let Some(secrets) = cancelled(self.live(), &id) else {
            return;
        };
        self.secrets = secrets;
        assert_eq!(self.end_of(&id), None);
        for (other, was) in before.iter().filter(|(other, _)| *other != id) {
            let end = self.end_of(other).unwrap();
            assert_eq!(sooner(end, *was), *was, "a cancel shortens nothing");
        }
        assert!(!self.live().is_empty());
    }

    fn retire(
        &mut self,
        which: prop::sample::Index,
        overlap: Option<i64>,
        before: &[(SecretId, Option<Timestamp>)],
    ) {
        let Some(id) = self.pick(which) else { return };
        let end = overlap.map(|seconds| self.after(seconds));
        self.secrets = retired(self.live(), &id, end);
        for (other, was) in before {
            let expected = match end {
                _ if *other != id => Some(*was),
                None => None,
                Some(_) => Some(sooner(*was, end)),
            };
            assert_eq!(self.end_of(other), expected);
        }
    }

    fn patch(
        &mut self,
        which: prop::sample::Index,
        lives: Option<i64>,
        before: &[(SecretId, Option<Timestamp>)],
    ) {
        let Some(id) = self.pick(which) else { return };
        let end = lives.map(|seconds| self.after(seconds));
        self.secrets = ending(self.live(), &id, end);
        for (other, was) in before {
            let expected = if *other == id { end } else { *was };
            assert_eq!(self.end_of(other), Some(expected));
        }
    }

    /// The end of a secret that is kept.
    fn end_of(&self, id: &SecretId) -> Option<Option<Timestamp>> {
        let mut secrets = self.secrets.iter();
        let found = secrets.find(|secret| secret.id == *id)?;
        Some(found.expires_at)
    }

    /// Every holder meets what was last shown of its secret.
    fn assert_promises(&self) {
        for (id, digest) in &self.holders {
            let mut shown = self.shown.iter();
            let promised = shown
                .find(|(shown, _)| shown == id)
                .is_some_and(|(_, end)| end.is_none_or(|end| self.now < end));
            let found = find_matching(&self.secrets, digest, self.now);
            assert_eq!(found.map(|secret| &secret.id), promised.then_some(id));
        }
        let live = self.live();
        assert!(live.len() <= MAX_LIVE);
        assert_eq!(preferred(live.iter()).is_some(), !live.is_empty());
    }
}

proptest! {
    #[test]
    fn no_holder_of_a_valid_secret_is_ever_refused(
        doings in prop::collection::vec(doing(), 1..30)
    ) {
        let mut world = World::new();
        for doing in doings {
            world.run(doing);
        }
    }
}
