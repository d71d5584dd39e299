//! How the secrets of a client follow one another. Each step takes the secrets that work and gives those that are to
//! be kept: what is dead is forgotten.

use jiff::Timestamp;
use m2m_types::names::SecretId;

use super::{Outgoing, Secret};

/// At most so many secrets of a client work at the same time.
pub(crate) const MAX_LIVE: usize = 2;

/// A new secret beside those that work; these end no later than `end`, if there is one.
pub(crate) fn added(live: Vec<Secret>, new: Secret, end: Option<Timestamp>) -> Vec<Secret> {
    let replaced = live.into_iter().map(|secret| Secret {
        expires_at: sooner(secret.expires_at, end),
        outgoing: Some(Outgoing::Replaced {
            by: new.id.clone(),
            former_end: secret.expires_at,
        }),
        ..secret
    });
    let mut secrets: Vec<_> = replaced.collect();
    secrets.push(new);
    secrets
}

/// A rotation taken back: the new secret goes, the one before gets its former end again. None: no secret that this
/// one replaced still works.
pub(crate) fn cancelled(live: Vec<Secret>, new: &SecretId) -> Option<Vec<Secret>> {
    let mut is_undone = false;
    let others = live.into_iter().filter(|secret| secret.id != *new);
    let others = others
        .map(|secret| match secret.outgoing {
            Some(Outgoing::Replaced { by, former_end }) if by == *new => {
                is_undone = true;
                Secret {
                    expires_at: former_end,
                    outgoing: None,
                    ..secret
                }
            }
            _ => secret,
        })
        .collect();
    is_undone.then_some(others)
}

/// A secret ends at that moment, or at once. What it has replaced does not come back.
pub(crate) fn retired(live: Vec<Secret>, gone: &SecretId, end: Option<Timestamp>) -> Vec<Secret> {
    let kept = live.into_iter().filter_map(|secret| match end {
        _ if secret.id != *gone => Some(no_longer_replaced_by(secret, gone)),
        None => None,
        Some(_) => Some(Secret {
            expires_at: sooner(secret.expires_at, end),
            outgoing: Some(Outgoing::Retired),
            ..secret
        }),
    });
    kept.collect()
}

/// Another end of a secret. It is the end that counts also if the rotation that it is replaced by is taken back.
pub(crate) fn ending(live: Vec<Secret>, id: &SecretId, end: Option<Timestamp>) -> Vec<Secret> {
    let secrets = live.into_iter().map(|secret| {
        if secret.id != *id {
            return secret;
        }
        Secret {
            expires_at: end,
            outgoing: match secret.outgoing {
                Some(Outgoing::Replaced { by, .. }) => Some(Outgoing::Replaced {
                    by,
                    former_end: end,
                }),
                Some(Outgoing::Retired) | None => None,
            },
            ..secret
        }
    });
    secrets.collect()
}

/// The one that a program should take: the newest that works and is not on its way out, else the newest that works.
pub(crate) fn preferred<'a>(live: impl Iterator<Item = &'a Secret>) -> Option<&'a Secret> {
    live.max_by_key(|secret| secret.outgoing.is_none())
}

fn no_longer_replaced_by(secret: Secret, gone: &SecretId) -> Secret {
    match &secret.outgoing {
        Some(Outgoing::Replaced { by, .. }) if by == gone => Secret {
            outgoing: None,
            ..secret
        },
        _ => secret,
    }
}

fn sooner(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod properties;
