//! Which DPoP proofs were seen.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// How many proofs are remembered: 1,000 a second, at about 80 bytes each.
pub(crate) const CAPACITY: usize = 70_000;

/// What became of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remembered {
    /// It is new.
    New,
    /// It was seen.
    Seen,
    /// There is no room for it: forgetting another one too early would let that one be used again.
    Full,
}

/// The proofs of the last while. All of them live equally long, so the oldest goes first.
#[derive(Debug)]
pub(crate) struct Replay {
    capacity: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    digests: HashSet<[u8; 32]>,
    /// With the second until which each has to be remembered.
    in_order: VecDeque<(i64, [u8; 32])>,
}

impl Replay {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            seen: Mutex::default(),
        }
    }

    /// Remembers a proof by its digest until `until`.
    pub(crate) fn remember(&self, digest: [u8; 32], until: i64, now: i64) -> Remembered {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget_before(now);
        if seen.digests.contains(&digest) {
            return Remembered::Seen;
        }
        if seen.digests.len() >= self.capacity {
            return Remembered::Full;
        }
        seen.digests.insert(digest);
        seen.in_order.push_back((until, digest));
        Remembered::New
    }
}

impl Seen {
    fn forget_before(&mut self, now: i64) {
        while let Some((until, digest)) = self.in_order.front() {
            if *until >= now {
                return;
            }
            self.digests.remove(digest);
            self.in_order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_new_once_while_it_lives() {
        let replay = Replay::new(2);
        assert_eq!(replay.remember([1; 32], 70, 0), Remembered::New);
        assert_eq!(replay.remember([1; 32], 70, 0), Remembered::Seen);
        assert_eq!(replay.remember([1; 32], 140, 70), Remembered::Seen);
        assert_eq!(replay.remember([1; 32], 141, 71), Remembered::New);
    }

    #[test]
    fn a_full_memory_forgets_nothing_too_early() {
        let replay = Replay::new(2);
        for digest in [[1; 32], [2; 32]] {
            assert_eq!(replay.remember(digest, 70, 0), Remembered::New);
        }
        assert_eq!(replay.remember([3; 32], 70, 0), Remembered::Full);
        assert_eq!(replay.remember([1; 32], 70, 0), Remembered::Seen);
        assert_eq!(replay.remember([3; 32], 141, 71), Remembered::New);
    }
}
