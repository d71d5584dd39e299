//! Which uses of secrets this process has written down lately.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use m2m_types::names::SecretId;

/// A use is written by one request at a time, and tried again after this long if it was not seen to arrive.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// How many secrets are remembered.
const CAPACITY: usize = 10_000;

/// Lets one request of many write down the use of a secret: the others need not wait for a note.
#[derive(Debug, Default)]
pub struct NotedUses(Mutex<HashMap<SecretId, Timestamp>>);

impl NotedUses {
    /// Whether the caller is the one to write.
    pub(super) fn claim(&self, secret: &SecretId, now: Timestamp) -> bool {
        let mut claims = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if claims
            .get(secret)
            .is_some_and(|claimed| now.duration_since(*claimed).abs() < TRY_AGAIN_AFTER)
        {
            return false;
        }
        if claims.len() >= CAPACITY {
            claims.retain(|_, claimed| now.duration_since(*claimed).abs() < TRY_AGAIN_AFTER);
        }
        if claims.len() < CAPACITY {
            claims.insert(secret.clone(), now);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_request_a_minute_writes() {
        let uses = NotedUses::default();
        let secret = SecretId::parse("0e725387-69e8-456e-a857-5d641e85f7ec").unwrap();
        let start = Timestamp::UNIX_EPOCH;
        assert!(uses.claim(&secret, start));
        assert!(!uses.claim(&secret, start + SignedDuration::from_secs(59)));
        assert!(uses.claim(&secret, start + SignedDuration::from_secs(60)));
    }
}
