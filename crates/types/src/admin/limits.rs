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

/// What a merge patch (RFC 7396) says of a quota; what it leaves out stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenQuotaPatch {
    /// The number of tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<NonZeroU32>,
    /// In which time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub per: Option<QuotaPeriod>,
    /// What happens beyond.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<QuotaMode>,
}

impl TokenQuotaPatch {
    /// The quota after the patch; none: there was none, and the patch does not say all of one.
    pub fn over(self, present: Option<TokenQuota>) -> Option<TokenQuota> {
        let mode = present.map_or_else(QuotaMode::default, |present| present.mode);
        Some(TokenQuota {
            limit: self.limit.or(present.map(|present| present.limit))?,
            per: self.per.or(present.map(|present| present.per))?,
            mode: self.mode.unwrap_or(mode),
        })
    }
}
