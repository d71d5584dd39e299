//! Why somebody who shows a login provider's token may not act.

use m2m_jose::{InvalidJson, KeyNotFound, NotVerified, Unavailable};
use m2m_types::names::{IssuerAlias, OrganizationId, OwnerId};

use crate::active_client::NotActive;
use crate::issuer_keys::NoIssuerKey;
use crate::ports::StoreError;

/// Why somebody who shows a login provider's token may not act.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The token proves nothing.
    #[error("the token of {alias} does not hold")]
    Invalid {
        /// Which provider's it says it is.
        alias: IssuerAlias,
        /// Why.
        #[source]
        reason: InvalidLogin,
    },
    /// Nobody can say whether it holds.
    #[error("the keys of {alias} cannot be had")]
    KeysUnavailable {
        /// Which provider's.
        alias: IssuerAlias,
        /// What happened.
        #[source]
        reason: Unavailable,
    },
    /// It names an organization that the provider may not name, or none.
    #[error(
        "logins of {alias} have to name one of the organizations that M2M_TRUSTED_ISSUERS lists for it"
    )]
    OtherOrganization {
        /// Which provider's token it is.
        alias: IssuerAlias,
    },
    /// The organization that it names does not exist.
    #[error("the organization {organization} of the login does not exist")]
    NoSuchOrganization {
        /// Which.
        organization: OrganizationId,
    },
    /// Its owner exists in another organization than the login names.
    #[error("the owner {owner} is in another organization than {named}, which its login names")]
    OwnerElsewhere {
        /// On whose behalf it would act.
        owner: OwnerId,
        /// Where the login wants it.
        named: OrganizationId,
    },
    /// Its owner or organization is switched off.
    #[error("{owner} may not act: {inactive}")]
    Inactive {
        /// Who.
        owner: OwnerId,
        /// What is switched off.
        inactive: NotActive,
    },
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a login provider's token proves nothing. For the log only: outside they are one answer.
#[derive(Debug, thiserror::Error)]
pub enum InvalidLogin {
    /// It is shown as a token that is bound to a key, or says that it is bound to one: no proof of that is checked.
    #[error("the token is bound to a key, or was not sent as Bearer")]
    Bound,
    /// It is signed with what the provider is not trusted to sign with.
    #[error("the token's alg is none of those of its issuer")]
    Algorithm,
    /// It is another kind of token.
    #[error("the token's typ is neither absent nor JWT nor at+jwt")]
    OtherTyp,
    /// The claims of every token have the wrong type, or one is repeated.
    #[error("the token's claims are malformed")]
    Claims(#[from] InvalidJson),
    /// A claim is missing.
    #[error("the token has no {0}")]
    Missing(String),
    /// A claim has the wrong type.
    #[error("the token's {0} has the wrong type")]
    WrongType(String),
    /// It is for somebody else.
    #[error("the token is for none of the audiences of its issuer")]
    OtherAudience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come: a clock is off.
    #[error("the token's nbf or iat lies in the future")]
    NotYet,
    /// It is older than the operator allows.
    #[error("the token is older than max_age_seconds")]
    TooOld,
    /// Who it is of cannot be an owner.
    #[error(
        "the token's {0} is longer than an owner's name may be, or has other characters than printable ASCII without '#'"
    )]
    Owner(String),
    /// There is no key of the issuer for it.
    #[error(transparent)]
    Key(NoIssuerKey),
    /// The signature is another's.
    #[error(transparent)]
    NotVerified(#[from] NotVerified),
}

impl InvalidLogin {
    /// What it means for whoever shows the token. Where keys cannot be had, nobody can say whether it holds.
    pub(super) fn of(self, alias: &IssuerAlias) -> LoginError {
        let alias = alias.clone();
        match self {
            Self::Key(
                NoIssuerKey::Metadata(reason) | NoIssuerKey::Key(KeyNotFound::Unavailable(reason)),
            ) => LoginError::KeysUnavailable { alias, reason },
            reason => LoginError::Invalid { alias, reason },
        }
    }
}
