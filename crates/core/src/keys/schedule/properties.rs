//! Whatever is done to the keys, and whenever: what verifiers rely on holds.

use std::collections::{BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::keys::SigningKey;

const OWN: SigningAlgorithm = SigningAlgorithm::Es256;
const OTHER: SigningAlgorithm = SigningAlgorithm::EdDsa;
/// The leeway of a verifier.
const LEEWAY: SignedDuration = SignedDuration::from_secs(60);
/// The longest life of a token.
const LONGEST_LIFE: i64 = 24 * 3600;

#[derive(Debug, Clone)]
enum Doing {
    Wait(i64),
    Maintain,
    Rotate,
    Remove(prop::sample::Index),
    /// A resource server begins or ceases to ask for another algorithm.
    WantOther(bool),
    /// A token of that many seconds is signed by an instance that read the keys so many seconds ago.
    Sign {
        life: i64,
        read_ago: i64,
    },
}

fn doing() -> impl Strategy<Value = Doing> {
    let staleness = MAX_STALENESS.as_secs();
    prop_oneof![
        4 => prop_oneof![0..=700i64, 0..=100_000i64, 0..=3_000_000i64].prop_map(Doing::Wait),
        4 => Just(Doing::Maintain),
        2 => Just(Doing::Rotate),
        1 => any::<prop::sample::Index>().prop_map(Doing::Remove),
        1 => any::<bool>().prop_map(Doing::WantOther),
        4 => (1..=LONGEST_LIFE, prop_oneof![0..300i64, 0..staleness])
            .prop_map(|(life, read_ago)| Doing::Sign { life, read_ago }),
    ]
}

struct Token {
    kid: String,
    expires: Timestamp,
}

/// A deployment, everything that it ever published, and every token that lives.
struct World {
    now: Timestamp,
    keys: Vec<KeyRecord>,
    wants_other: bool,
    /// From when on which keys were kept.
    history: Vec<(Timestamp, Vec<KeyRecord>)>,
    tokens: Vec<Token>,
    /// Keys that were taken away, and those that had to take their place.
    emergencies: BTreeSet<String>,
    kids: HashMap<Vec<u8>, String>,
}

impl World {
    fn new() -> Self {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1_000_000 / 24);
        let key = |state| KeyRecord::generate(OWN, state).unwrap();
        let keys = vec![
            key(KeyState::Active { since: now }),
            key(KeyState::Pending { since: now }),
        ];
        Self {
            now,
            history: vec![(now, keys.clone())],
            keys,
            wants_other: false,
            tokens: Vec::new(),
            emergencies: BTreeSet::new(),
            kids: HashMap::new(),
        }
    }

    fn kid(&mut self, key: &KeyRecord) -> String {
        let kid = || SigningKey::parse(key).unwrap().kid().to_owned();
        self.kids
            .entry(key.pkcs8.to_vec())
            .or_insert_with(kid)
            .clone()
    }

    fn kids(&mut self, keys: &[KeyRecord]) -> BTreeSet<String> {
        keys.iter().map(|key| self.kid(key)).collect()
    }

    fn kept_at(&self, moment: Timestamp) -> Vec<KeyRecord> {
        let (first, later) = self.history.split_first().unwrap();
        let kept = later.iter().rev().find(|(since, _)| *since <= moment);
        kept.unwrap_or(first).1.clone()
    }

    fn act(&mut self, doing: Doing) {
        let mut transition = Transition::of(self.keys.clone(), self.now);
        match doing {
            Doing::Wait(seconds) => self.now += SignedDuration::from_secs(seconds),
            Doing::WantOther(wants) => self.wants_other = wants,
            Doing::Sign { life, read_ago } => self.sign(life, read_ago),
            Doing::Maintain => {
                let wanted: &[_] = if self.wants_other {
                    &[OWN, OTHER]
                } else {
                    &[OWN]
                };
                transition
                    .maintain(wanted, RotationPeriod::default())
                    .unwrap();
                self.become_of(transition);
            }
            Doing::Rotate => match transition.rotate().unwrap() {
                Ok(()) => self.become_of(transition),
                Err(early) => assert!(early.ready_at > self.now),
            },
            Doing::Remove(index) => {
                let position = index.index(self.keys.len());
                let removed = self.keys[position].clone();
                transition.remove(position).unwrap();
                let before = self.active();
                self.become_of(transition);
                let gone = self.kid(&removed);
                let instead = self
                    .active()
                    .difference(&before)
                    .cloned()
                    .collect::<Vec<_>>();
                self.emergencies.extend(instead);
                self.emergencies.insert(gone.clone());
                let present = self.keys.clone();
                assert!(!self.kids(&present).contains(&gone));
            }
        }
    }

    fn active(&mut self) -> BTreeSet<String> {
        let is_active = |key: &&KeyRecord| matches!(key.state, KeyState::Active { .. });
        let active: Vec<_> = self.keys.iter().filter(is_active).cloned().collect();
        self.kids(&active)
    }

    fn become_of(&mut self, transition: Transition) {
        self.keys = transition.into_parts().0;
        self.history.push((self.now, self.keys.clone()));
    }

    fn sign(&mut self, life: i64, read_ago: i64) {
        let known = self.kept_at(self.now - SignedDuration::from_secs(read_ago));
        let long_known = self.kept_at(self.now - PUBLISH_LEAD);
        let long_known = self.kids(&long_known);
        for key in known {
            if !matches!(key.state, KeyState::Active { .. }) {
                continue;
            }
            let kid = self.kid(&key);
            assert!(
                long_known.contains(&kid) || self.emergencies.contains(&kid),
                "a key signs that verifiers may not know"
            );
            let expires = self.now + SignedDuration::from_secs(life);
            self.tokens.push(Token { kid, expires });
        }
    }

    fn check(&mut self) {
        let count = |algorithm, is: fn(KeyState) -> bool| {
            let of_it = self.keys.iter().filter(|key| key.algorithm == algorithm);
            of_it.filter(|key| is(key.state)).count()
        };
        let active = |algorithm| count(algorithm, |state| matches!(state, KeyState::Active { .. }));
        let pending =
            |algorithm| count(algorithm, |state| matches!(state, KeyState::Pending { .. }));
        assert_eq!(active(OWN), 1);
        assert!(pending(OWN) >= 1);
        assert!(active(OTHER) <= 1);
        assert!(pending(OTHER) >= active(OTHER));

        let now = self.now;
        let published = |key: &&KeyRecord| !is_past(key.state, now);
        let published: Vec<_> = self.keys.iter().filter(published).cloned().collect();
        let published = self.kids(&published);
        self.tokens.retain(|token| now < token.expires + LEEWAY);
        for token in &self.tokens {
            assert!(
                published.contains(&token.kid) || self.emergencies.contains(&token.kid),
                "a token that lives cannot be verified"
            );
        }
    }
}

proptest! {
    #[test]
    fn one_key_signs_another_waits_and_every_token_verifies(
        doings in prop::collection::vec(doing(), 1..60)
    ) {
        let mut world = World::new();
        for doing in doings {
            world.act(doing);
            world.check();
        }
    }
}

/// What was done, in order.
fn after(doings: &[Doing]) -> World {
    let mut world = World::new();
    for doing in doings {
        world.act(doing.clone());
        world.check();
    }
    world
}

#[test]
fn a_key_signs_for_a_month_and_goes_two_days_later() {
    const DAY: i64 = 24 * 3600;
    let mut start = World::new();
    let first = start.active();
    let mut world = start;
    world.act(Doing::Wait(30 * DAY - 1));
    world.act(Doing::Maintain);
    assert_eq!(world.active(), first);
    world.act(Doing::Wait(1));
    world.act(Doing::Maintain);
    assert_ne!(world.active(), first);
    assert_eq!(world.keys.len(), 3, "one signs, one will, one did");
    world.act(Doing::Wait(2 * DAY + 60));
    world.act(Doing::Maintain);
    assert_eq!(world.keys.len(), 2);
}

#[test]
fn another_algorithm_signs_once_its_key_is_known() {
    let lead = PUBLISH_LEAD.as_secs();
    let mut world = after(&[
        Doing::WantOther(true),
        Doing::Maintain,
        Doing::Wait(lead - 1),
    ]);
    world.act(Doing::Maintain);
    assert_eq!(world.active().len(), 1);
    world.act(Doing::Wait(1));
    world.act(Doing::Maintain);
    assert_eq!(world.active().len(), 2);
    world.act(Doing::WantOther(false));
    world.act(Doing::Maintain);
    assert_eq!(world.active().len(), 1);
}

#[test]
fn rotating_twice_takes_the_time_that_verifiers_need() {
    let lead = PUBLISH_LEAD.as_secs();
    let mut world = after(&[Doing::Wait(lead), Doing::Rotate]);
    let second = world.active();
    world.act(Doing::Wait(lead - 1));
    world.act(Doing::Rotate);
    assert_eq!(world.active(), second);
    world.act(Doing::Wait(1));
    world.act(Doing::Rotate);
    assert_ne!(world.active(), second);
}
