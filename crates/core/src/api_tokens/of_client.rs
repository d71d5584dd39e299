//! What becomes of a client's API access tokens when it is deleted.

use jiff::Timestamp;
use m2m_types::scope::ScopeSet;

use super::create::contended;
use super::settings::require_no_weaker;
use super::{ApiToken, ApiTokensError, MAX_PER_OWNER};
use crate::caller::Caller;
use crate::client::{Client, scopes_at};
use crate::owner::Owner;
use crate::ports::{ApiTokens, StoreError, WriteOutcome};
use crate::resource_servers::KnownServers;
use crate::revision::ATTEMPTS;

/// Lets the client's tokens outlive it: they die with their owner alone. One that a stop of the client has ended, or
/// that allows nothing by now, is not among them, and none gets back what the client may no longer do. The caller could
/// get all that they allow. Whoever does it twice changes nothing more.
pub(crate) async fn detach_from(
    store: &dyn ApiTokens,
    client: &Client,
    caller: &Caller,
    known: &KnownServers,
    now: Timestamp,
) -> Result<(), ApiTokensError> {
    for _ in 0..ATTEMPTS {
        let tokens = of(store, client, now).await?.into_iter();
        let living = tokens.filter(|token| token.generations.client >= client.generation);
        let kept = living.map(|token| {
            let expected = token.revision;
            (
                expected,
                detached(token, client, caller.owner(), known, now),
            )
        });
        let kept: Vec<_> = kept.filter(|(_, token)| !token.scopes.is_empty()).collect();
        for (_, token) in &kept {
            require_no_weaker(caller, token, known)?;
        }
        let mut all_written = true;
        for (expected, token) in &kept {
            let written = store.replace(token, *expected).await?;
            all_written &= written == WriteOutcome::Written;
        }
        if all_written {
            return Ok(());
        }
    }
    Err(contended())
}

/// The token without the client, and without what the client's limits kept from it.
fn detached(
    token: ApiToken,
    client: &Client,
    owner: &Owner,
    known: &KnownServers,
    now: Timestamp,
) -> ApiToken {
    let (most, grants) = (
        client.allowed_scopes(owner),
        client.audience_grants.as_deref(),
    );
    let apis = token.allowed_apis.iter();
    let servers = apis.filter_map(|api| known.find(api.as_str()));
    let of_apis: Vec<ScopeSet> = servers
        .map(|server| scopes_at(known, &server, &most, grants))
        .collect();
    let allowed: ScopeSet = of_apis.iter().flat_map(ScopeSet::iter).cloned().collect();
    ApiToken {
        client: None,
        scopes: token.scopes.intersection(&allowed),
        updated_at: now,
        revision: token.revision.next(),
        ..token
    }
}

/// Removes the client's tokens, which are dead already.
pub(crate) async fn remove_of(
    store: &dyn ApiTokens,
    client: &Client,
    now: Timestamp,
) -> Result<(), StoreError> {
    for token in of(store, client, now).await? {
        store.remove(&token.digest, None).await?;
        store.unlist(&token.owner, &token.id).await?;
    }
    Ok(())
}

/// The owner's tokens that die with the client.
async fn of(
    store: &dyn ApiTokens,
    client: &Client,
    now: Timestamp,
) -> Result<Vec<ApiToken>, StoreError> {
    let most = u32::try_from(MAX_PER_OWNER).unwrap_or(u32::MAX);
    let mut tokens = store.list_by_owner(&client.owner, None, most, now).await?;
    tokens.retain(|token| token.client.as_ref() == Some(&client.id));
    Ok(tokens)
}
