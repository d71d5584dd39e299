//! What a token exchange gives: never more than the token had that is exchanged.

use m2m_types::authorization_details::{AuthorizationDetails, DetailType};
use m2m_types::claims::{AccessTokenClaims, Actor, Ancestor};
use m2m_types::client_id::ClientId;
use m2m_types::confirmation::Confirmation;
use m2m_types::custom_claims::CustomClaims;
use m2m_types::names::OwnerId;
use m2m_types::scope::ScopeSet;

use super::ExchangeError;

/// A token carries at most this many that it descends from.
pub(super) const MAX_ANCESTORS: usize = 4;

/// The token that is exchanged.
pub(super) struct Parent<'a> {
    /// What it says.
    pub(super) claims: &'a AccessTokenClaims,
    /// The key that signed it.
    pub(super) kid: &'a str,
}

/// Who exchanges it, and what it could have.
pub(super) struct Exchanger<'a> {
    /// Which client.
    pub(super) id: &'a ClientId,
    /// The scopes that it, and every client that the token went through, may have at this moment.
    pub(super) allowed: &'a ScopeSet,
    /// Which authorization details it may have.
    pub(super) detail_types: &'a [DetailType],
    /// How long a token of its own would live.
    pub(super) lifetime_seconds: u32,
    /// The key or certificate whose possession the request proves.
    pub(super) proved: Option<&'a Confirmation>,
}

/// What is asked for; nothing: all that there is.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) scopes: Option<ScopeSet>,
    pub(super) details: Option<AuthorizationDetails>,
}

/// What is given.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) scopes: ScopeSet,
    pub(super) details: Option<AuthorizationDetails>,
    pub(super) lifetime_seconds: u32,
    pub(super) descent: Descent,
}

/// What an exchanged token keeps of those that it descends from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descent {
    /// On whose behalf, from the first token on.
    pub sub: OwnerId,
    /// Who exchanged another's token, the last first.
    pub act: Option<Actor>,
    /// The tokens, the parent first.
    pub ancestors: Vec<Ancestor>,
    /// What the first client's owner added: an exchanger adds nothing.
    pub custom: CustomClaims,
}

/// Scopes and details are all or nothing when they are asked for by name. The life ends with the parent's at
/// the latest.
pub(super) fn attenuate(
    parent: &Parent<'_>,
    exchanger: &Exchanger<'_>,
    wanted: Wanted,
    now: i64,
) -> Result<Child, ExchangeError> {
    if parent.claims.ancestors.len() >= MAX_ANCESTORS {
        return Err(ExchangeError::TooManyAncestors);
    }
    if !proves_binding(parent, exchanger) {
        return Err(ExchangeError::Bound);
    }
    let left = u32::try_from(parent.claims.exp - now).unwrap_or_default();
    Ok(Child {
        scopes: scopes(parent, exchanger, wanted.scopes)?,
        details: details(parent, exchanger, wanted.details)?,
        lifetime_seconds: exchanger.lifetime_seconds.min(left),
        descent: descent(parent, exchanger),
    })
}

/// A bound token is exchanged by its own client alone, which proves that it holds the same key.
fn proves_binding(parent: &Parent<'_>, exchanger: &Exchanger<'_>) -> bool {
    let Some(bound) = &parent.claims.cnf else {
        return true;
    };
    let is_proved = |proved: &Confirmation| {
        let key = bound.jkt.is_none() || bound.jkt == proved.jkt;
        let certificate = bound.x5t_s256.is_none() || bound.x5t_s256 == proved.x5t_s256;
        key && certificate
    };
    parent.claims.client_id == *exchanger.id && exchanger.proved.is_some_and(is_proved)
}

fn scopes(
    parent: &Parent<'_>,
    exchanger: &Exchanger<'_>,
    wanted: Option<ScopeSet>,
) -> Result<ScopeSet, ExchangeError> {
    let most = parent.claims.scope.intersection(exchanger.allowed);
    let granted = match wanted {
        Some(wanted) => match wanted.first_missing_from(&most) {
            Some(missing) => return Err(ExchangeError::Scope(missing.clone())),
            None => wanted,
        },
        None => most,
    };
    if granted.is_empty() {
        return Err(ExchangeError::NoScope);
    }
    Ok(granted)
}

fn details(
    parent: &Parent<'_>,
    exchanger: &Exchanger<'_>,
    wanted: Option<AuthorizationDetails>,
) -> Result<Option<AuthorizationDetails>, ExchangeError> {
    let of_parent = parent.claims.authorization_details.iter();
    let most: AuthorizationDetails = of_parent
        .flat_map(AuthorizationDetails::iter)
        .filter(|detail| exchanger.detail_types.contains(detail.kind()))
        .cloned()
        .collect();
    let granted = match wanted {
        Some(wanted) if !wanted.are_among(&most) => return Err(ExchangeError::Details),
        Some(wanted) => wanted,
        None => most,
    };
    Ok(Some(granted).filter(|details| !details.is_empty()))
}

fn descent(parent: &Parent<'_>, exchanger: &Exchanger<'_>) -> Descent {
    let claims = parent.claims;
    let act = if claims.client_id == *exchanger.id {
        claims.act.clone()
    } else {
        Some(Actor {
            sub: exchanger.id.clone(),
            act: claims.act.clone().map(Box::new),
        })
    };
    let ancestor = Ancestor {
        client_id: claims.client_id.clone(),
        jti: claims.jti.clone(),
        generations: claims.generations,
        kid: parent.kid.to_owned(),
    };
    let ancestors = std::iter::once(ancestor).chain(claims.ancestors.iter().cloned());
    Descent {
        sub: claims.sub.clone(),
        act,
        ancestors: ancestors.collect(),
        custom: claims.custom.clone(),
    }
}

#[cfg(test)]
mod tests;
