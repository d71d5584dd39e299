//! Why a management call was refused.

use std::time::Duration;

use jiff::Timestamp;
use m2m_types::names::SecretId;
use m2m_types::problem::FieldError;

use crate::api_tokens::ApiTokensError;
use crate::caller::InsufficientScope;
use crate::idempotency::RepeatError;
use crate::ports::StoreError;

/// Why a call about clients was refused. The caller has authenticated, so the texts say what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClientsError {
    /// The token lacks a scope, or the client would be stronger than the caller.
    #[error(transparent)]
    InsufficientScope(#[from] InsufficientScope),
    /// There is no such client among the caller's.
    #[error("there is no such client among yours")]
    NotFound,
    /// There was such a client.
    #[error("the client was deleted; it is kept until {restorable_until}")]
    Deleted {
        /// Until when it is kept.
        restorable_until: Timestamp,
    },
    /// An admin manages another owner's client, but not what is private to that owner.
    #[error(
        "only the client's own owner sees the values of its secrets and keeps its API access tokens"
    )]
    OwnerOnly,
    /// There is nothing to restore.
    #[error("the client is not deleted")]
    NotDeleted,
    /// The value of a secret that the client would come back with is gone.
    #[error(
        "the client cannot come back: the value of its secret is gone from Secrets Manager; make another client"
    )]
    SecretGone,
    /// On whose behalf the client would act is gone or switched off.
    #[error("the client's owner or organization is gone or switched off")]
    OwnerInactive,
    /// The client has no such secret.
    #[error("the client has no such secret, or it has expired")]
    SecretNotFound,
    /// The secret's value is not kept.
    #[error(
        "the value of this secret is not kept (secret_storage is \"none\"): it was shown once, when it was made"
    )]
    ValueNotKept,
    /// The organization's plan has no M2M OAuth clients.
    #[error("the plan {plan:?} of your organization does not include M2M OAuth clients")]
    PlanRequired {
        /// The plan it is on.
        plan: String,
    },
    /// The organization has as many clients as it may.
    #[error(
        "your organization may have {max_clients} clients and has them: delete one or raise the limit"
    )]
    LimitReached {
        /// How many it may have.
        max_clients: u32,
    },
    /// The organization has made as many clients today as it may in a day.
    #[error(
        "your organization made {max_made_a_day} clients today, deleted ones counted, and may make no more before midnight UTC: keep clients instead of making new ones, or ask the operator to raise max_clients, of which that is ten times"
    )]
    MadeTooMany {
        /// How many it may make in a day.
        max_made_a_day: u32,
        /// How long the day goes on.
        retry_after: Duration,
    },
    /// The client was to go over to a secret and has none.
    #[error(
        "the client has no live secret that it could authenticate with: make another client, which gets one"
    )]
    NoSecret,
    /// The client has as many secrets as it may.
    #[error(
        "the client has two live secrets already, {old} and {new}: retire one of them by DELETE, or take the rotation back by POST …/secrets/{new}/cancel"
    )]
    TwoSecrets {
        /// The older one.
        old: SecretId,
        /// The newer one.
        new: SecretId,
    },
    /// A secret was to be made for a client that authenticates otherwise.
    #[error(
        "the client does not authenticate by a secret (token_endpoint_auth_method): it has no use for one"
    )]
    TakesNoSecret,
    /// Programs may still use the secret.
    #[error(
        "the secret got a token at {last_used_at}, to the hour, which is less than {hours} hours ago: move the programs that have it to another secret and wait, give them a while with overlap_seconds, or end it at once with force=true"
    )]
    SecretInUse {
        /// When it was last used, to the hour.
        last_used_at: Timestamp,
        /// How long it has to be unused.
        hours: u16,
    },
    /// There is no rotation that could be taken back.
    #[error(
        "this secret has taken the place of none that still works: make a new one, or retire this one by DELETE"
    )]
    NothingToCancel,
    /// The client is protected.
    #[error("deletion_protection is on: set it to false first")]
    DeletionProtected,
    /// The client has another revision than the caller expects.
    #[error("the client has been changed since you read it: read it again and repeat the change")]
    PreconditionFailed,
    /// Others kept changing the client faster.
    #[error("others are changing this client at the same time: repeat the change in a moment")]
    Contended {
        /// How long to wait.
        retry_after: Duration,
    },
    /// A replace must say what it replaces.
    #[error("a replace needs If-Match with the ETag of the client as you read it")]
    PreconditionRequired,
    /// Fields are wrong.
    #[error("the request has wrong fields")]
    Invalid(Vec<FieldError>),
    /// It cannot be told from another request.
    #[error(transparent)]
    Repeat(#[from] RepeatError),
    /// The cursor is not one that this service gave this caller for this list, or it is too old.
    #[error("the cursor is not valid for this list, or older than a day: start again without it")]
    InvalidCursor,
    /// The API access tokens that it made cannot be kept.
    #[error(transparent)]
    ApiTokens(#[from] ApiTokensError),
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}
