//! How many tokens a client, and all clients of an organization, may get in a minute, an hour or a day of UTC.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use m2m_types::admin::limits::{QuotaMode, QuotaPeriod, TokenQuota};
use m2m_types::oauth_error::OAuthErrorCode;
use tracing::warn;

use crate::active_client::ActiveClient;
use crate::ports::{Counted, Counter, Counting, Quotas, StoreError};
use crate::protocol_error::{ProtocolError, Retry, UNAVAILABLE};

/// Why a quota lets no token through.
#[derive(Debug, thiserror::Error)]
pub enum QuotaError {
    /// It is used up.
    #[error("the quota of {whose} is used up: {limit} tokens each {}", word(*.period))]
    UsedUp {
        /// Whose.
        whose: Whose,
        /// How many tokens.
        limit: u32,
        /// In which time.
        period: QuotaPeriod,
        /// How long until the next begins.
        wait: Duration,
    },
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ProtocolError for QuotaError {
    fn public(&self) -> (OAuthErrorCode, &'static str) {
        match self {
            Self::UsedUp { .. } => (
                OAuthErrorCode::TemporarilyUnavailable,
                "the token quota is used up: wait as Retry-After says",
            ),
            Self::Store(_) => UNAVAILABLE,
        }
    }

    fn retry(&self) -> Option<Retry> {
        match self {
            Self::UsedUp { wait, .. } => Some(Retry::TooMany(*wait)),
            Self::Store(_) => Some(Retry::Unavailable),
        }
    }
}

/// Whose quota it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The client's.
    Client,
    /// Its organization's.
    Organization,
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "the client",
            Self::Organization => "the organization",
        })
    }
}

/// How far a quota is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaState {
    /// Whose it is.
    pub whose: Whose,
    /// What it says.
    pub quota: TokenQuota,
    /// How many tokens were issued in the present time.
    pub used: u64,
    /// When the next begins.
    pub ends: Timestamp,
}

impl QuotaState {
    /// Why a token would not be let through now; none: it would be.
    pub fn refusal(&self, now: Timestamp) -> Option<QuotaError> {
        let limit = u64::from(self.quota.limit.get());
        let refuses = self.quota.mode == QuotaMode::Enforce && self.used >= limit;
        refuses.then(|| used_up(self.whose, self.quota, self.ends, now))
    }
}

/// Counts tokens where there is a quota; where there is none it asks no store.
pub struct TokenQuotas {
    /// Where they are counted.
    pub store: Arc<dyn Quotas>,
}

impl TokenQuotas {
    /// Counts a token of the client's quota and of its organization's, in this order, each by a write of its own. What
    /// is refused later stays counted.
    ///
    /// # Errors
    /// A quota that is enforced is used up, or cannot be counted.
    pub async fn take(&self, active: &ActiveClient, now: Timestamp) -> Result<(), QuotaError> {
        for (whose, quota) in quotas_of(active) {
            self.take_one(active, whose, quota, now).await?;
        }
        Ok(())
    }

    /// How far the quotas of a client are used. Counts nothing.
    ///
    /// # Errors
    /// The store failed.
    pub async fn look(
        &self,
        active: &ActiveClient,
        now: Timestamp,
    ) -> Result<Vec<QuotaState>, StoreError> {
        let mut states = Vec::new();
        for (whose, quota) in quotas_of(active) {
            let counter = counter_of(active, whose, quota, now);
            states.push(QuotaState {
                whose,
                quota,
                used: self.store.counted(&counter).await?,
                ends: counter.ends,
            });
        }
        Ok(states)
    }

    async fn take_one(
        &self,
        active: &ActiveClient,
        whose: Whose,
        quota: TokenQuota,
        now: Timestamp,
    ) -> Result<(), QuotaError> {
        let counter = counter_of(active, whose, quota, now);
        match quota.mode {
            QuotaMode::Enforce => {
                let limit = Some(quota.limit.get());
                match self.store.count(&counter, limit).await? {
                    Counting::Counted => Ok(()),
                    Counting::Full => Err(used_up(whose, quota, counter.ends, now)),
                }
            }
            QuotaMode::Monitor => {
                if let Err(error) = self.watch(active, whose, quota, &counter).await {
                    warn!(
                        client_id = %active.client.id, quota = %whose, reason = &error as &dyn std::error::Error,
                        "a token was not counted"
                    );
                }
                Ok(())
            }
        }
    }

    /// Counts what is never refused.
    async fn watch(
        &self,
        active: &ActiveClient,
        whose: Whose,
        quota: TokenQuota,
        counter: &Counter,
    ) -> Result<(), StoreError> {
        let limit = Some(quota.limit.get());
        if self.store.count(counter, limit).await? == Counting::Full {
            warn!(client_id = %active.client.id, quota = %whose, "a token is beyond the quota");
            self.store.count(counter, None).await?;
        }
        Ok(())
    }
}

fn used_up(whose: Whose, quota: TokenQuota, ends: Timestamp, now: Timestamp) -> QuotaError {
    QuotaError::UsedUp {
        whose,
        limit: quota.limit.get(),
        period: quota.per,
        wait: Duration::try_from(ends.duration_since(now)).unwrap_or_default(),
    }
}

fn quotas_of(active: &ActiveClient) -> impl Iterator<Item = (Whose, TokenQuota)> {
    let of_client = active
        .client
        .token_quota
        .map(|quota| (Whose::Client, quota));
    let of_organization = active.organization.token_quota;
    of_client
        .into_iter()
        .chain(of_organization.map(|quota| (Whose::Organization, quota)))
}

fn counter_of(active: &ActiveClient, whose: Whose, quota: TokenQuota, now: Timestamp) -> Counter {
    let counted = match whose {
        Whose::Client => Counted::Client(active.client.id.clone()),
        Whose::Organization => Counted::Organization(active.organization.id.clone()),
    };
    let length = seconds(quota.per);
    let begins = now.as_second() - now.as_second().rem_euclid(length);
    let at = |second| Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
    Counter {
        counted,
        period: quota.per,
        begins: at(begins),
        ends: at(begins.saturating_add(length)),
    }
}

fn seconds(period: QuotaPeriod) -> i64 {
    match period {
        QuotaPeriod::Minute => 60,
        QuotaPeriod::Hour => 3_600,
        QuotaPeriod::Day => 86_400,
    }
}

fn word(period: QuotaPeriod) -> &'static str {
    match period {
        QuotaPeriod::Minute => "minute",
        QuotaPeriod::Hour => "hour",
        QuotaPeriod::Day => "day",
    }
}
