//! What bounds the use of a client.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

/// How many tokens may be issued in each minute, hour or day of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenQuota {
    /// The number of tokens.
    pub limit: NonZeroU32,
    /// In which time.
    pub per: QuotaPeriod,
    /// What happens beyond.
    #[serde(default)]
    pub mode: QuotaMode,
}

/// The time that a quota is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaPeriod {
    /// Each minute of UTC.
    Minute,
    /// Each hour of UTC.
    Hour,
    /// Each day of UTC.
    Day,
}

/// What a quota does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaMode {
    /// Refuses what is beyond.
    #[default]
    Enforce,
    /// Counts and tells the operator, and refuses nothing.
    Monitor,
}
