//! One call under way.

use rusqlite::Connection;

use super::error::SecretsError;
use super::seal::Sealer;
use crate::stand_in::ambient::Random;

/// What an operation works with.
pub(super) struct Call<'a> {
    /// Inside a transaction.
    pub(super) rows: &'a Connection,
    pub(super) sealer: &'a Sealer,
    pub(super) random: &'a Random,
    /// Milliseconds since 1970, the same throughout the call.
    pub(super) now: i64,
}

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Call<'_> {
    /// Unpredictable letters and digits. Slightly uneven, which does not matter where they only
    /// tell names apart.
    pub(super) fn random_letters(&self, count: usize) -> Result<String, SecretsError> {
        let mut bytes = vec![0; count];
        (self.random)(&mut bytes)?;
        Ok(bytes
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(*byte) % 62]))
            .collect())
    }
}

/// Seconds since 1970, as the API writes times. Exact to the millisecond.
pub(super) fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}
