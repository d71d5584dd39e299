use std::pin::pin;

use futures_util::FutureExt as _;
use futures_util::future::{pending, ready};

use super::*;
use crate::clock::testing::SteeredClock;

const TERMS: Terms = Terms {
    what: "the number",
    refresh_after: SignedDuration::from_secs(60),
    retry_after: SignedDuration::from_secs(5),
    good_for: SignedDuration::from_secs(300),
};

struct Scene {
    kept: Kept<u32>,
    clock: Arc<SteeredClock>,
}

/// A value that may be read right now, or a store that fails; nothing: a store that has not answered yet.
type Told = Option<Result<u32, ()>>;

const FAILS: Told = Some(Err(()));

fn tells(value: u32) -> Told {
    Some(Ok(value))
}

/// What comes of it: a value, a failure, or none yet.
fn of(answer: Option<Result<Arc<u32>, StoreError>>) -> Told {
    answer.map(|answer| answer.map(|value| *value).map_err(drop))
}

async fn store(told: Told) -> Result<u32, StoreError> {
    match told {
        Some(told) => ready(told.map_err(|()| StoreError::new("read", "it is down"))).await,
        None => pending().await,
    }
}

impl Scene {
    fn new() -> Self {
        let clock = Arc::new(SteeredClock::default());
        Self {
            kept: Kept::new(TERMS, clock.clone()),
            clock,
        }
    }

    /// Where `1` was read just now.
    fn with_one() -> Self {
        let scene = Self::new();
        assert_eq!(scene.current(tells(1)), tells(1));
        scene
    }

    fn after(self, seconds: i64) -> Self {
        self.clock.advance(SignedDuration::from_secs(seconds));
        self
    }

    fn current(&self, told: Told) -> Told {
        of(self.kept.current(store(told)).now_or_never())
    }

    fn read_again(&self, told: Told) -> Told {
        of(self.kept.read_again(store(told)).now_or_never())
    }
}

#[test]
fn it_is_read_again_when_it_is_old_and_not_before() {
    assert_eq!(Scene::with_one().after(59).current(tells(2)), tells(1));
    assert_eq!(Scene::with_one().after(60).current(tells(2)), tells(2));
}

#[test]
fn a_clock_that_went_back_makes_it_old() {
    let scene = Scene::with_one().after(-1);
    assert_eq!(scene.current(FAILS), tells(1));
    let scene = Scene::with_one().after(-1);
    assert_eq!(scene.current(tells(2)), tells(2));
    assert_eq!(Scene::with_one().after(-300).current(FAILS), FAILS);
}

#[test]
fn the_last_good_one_is_used_while_the_store_fails_and_not_for_ever() {
    assert_eq!(Scene::with_one().after(299).current(FAILS), tells(1));
    assert_eq!(Scene::with_one().after(300).current(FAILS), FAILS);
}

#[test]
fn after_a_failure_there_is_a_pause_while_there_is_a_good_one() {
    let scene = Scene::with_one().after(60);
    assert_eq!(scene.current(FAILS), tells(1));
    let scene = scene.after(4);
    assert_eq!(scene.current(tells(2)), tells(1));
    assert_eq!(scene.after(1).current(tells(2)), tells(2));
    let scene = Scene::new();
    assert_eq!(scene.current(FAILS), FAILS);
    assert_eq!(scene.current(tells(2)), tells(2));
}

#[test]
fn the_pause_ends_when_the_good_one_does() {
    let scene = Scene::with_one().after(298);
    assert_eq!(scene.current(FAILS), tells(1));
    assert_eq!(scene.after(2).current(tells(2)), tells(2));
}

#[test]
fn while_somebody_reads_the_others_use_what_there_is_or_wait() {
    let scene = Scene::with_one().after(60);
    let mut reading = pin!(scene.kept.current(store(None)));
    assert!(reading.as_mut().now_or_never().is_none());
    assert_eq!(scene.current(tells(2)), tells(1));

    let scene = Scene::new();
    let mut reading = pin!(scene.kept.current(store(None)));
    assert!(reading.as_mut().now_or_never().is_none());
    assert_eq!(scene.current(tells(2)), None);
}

#[test]
fn a_read_that_was_given_up_lets_the_next_one_in() {
    let scene = Scene::new();
    assert_eq!(scene.current(None), None);
    assert_eq!(scene.current(tells(2)), tells(2));
}

#[test]
fn whoever_misses_something_has_it_read_again_once_in_a_while() {
    let scene = Scene::with_one();
    assert_eq!(scene.read_again(tells(2)), tells(1));
    let scene = scene.after(5);
    assert_eq!(scene.read_again(tells(2)), tells(2));
    assert_eq!(scene.read_again(tells(3)), tells(2));
    let scene = scene.after(5);
    assert_eq!(scene.read_again(FAILS), FAILS);
    assert_eq!(scene.read_again(tells(3)), FAILS);
    assert_eq!(scene.after(5).read_again(tells(3)), tells(3));
}

#[test]
fn an_outdated_one_is_read_again_and_good_while_that_fails() {
    let scene = Scene::with_one();
    scene.kept.outdate();
    assert_eq!(scene.current(FAILS), tells(1));
    scene.kept.outdate();
    assert_eq!(scene.current(tells(2)), tells(2));
}

#[test]
fn under_a_turn_nobody_reads_and_what_it_says_is_kept() {
    let scene = Scene::with_one().after(60);
    {
        let turn = scene.kept.turn().now_or_never().unwrap();
        assert_eq!(scene.read_again(tells(3)), None);
        turn.keep(2);
    }
    assert_eq!(scene.current(tells(3)), tells(2));
    scene.kept.turn().now_or_never().unwrap().clear();
    assert_eq!(scene.current(FAILS), FAILS);
}
