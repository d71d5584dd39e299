//! `/v1/signing-keys`: the keys that sign tokens, never their private part.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a signing key is going through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningKeyState {
    /// Published, does not sign yet.
    Pending,
    /// Signs.
    Active,
    /// Published until the last token that it signed has expired.
    Retiring,
}

/// A signing key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKeyView {
    /// Its RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs with: `ES256`, `RS256` or `EdDSA`.
    pub alg: String,
    /// What it is going through.
    pub state: SigningKeyState,
    /// Since when it is pending or active; null: it retires.
    pub since: Option<Timestamp>,
    /// When a pending key was published long enough to sign; null: it is not pending.
    pub ready_at: Option<Timestamp>,
    /// Until when a retiring key is published; null: it does not retire.
    pub until: Option<Timestamp>,
}
