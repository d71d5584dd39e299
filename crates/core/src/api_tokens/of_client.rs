//! What becomes of a client's API access tokens when it is deleted.

use jiff::Timestamp;

use super::{ApiToken, MAX_PER_OWNER};
use crate::client::Client;
use crate::ports::{ApiTokens, StoreError, WriteOutcome};
use crate::revision::ATTEMPTS;

/// Lets the client's tokens outlive it: they die with their owner alone. One that a stop of the client has ended is
/// not among them. Whoever does it twice changes nothing more.
pub(crate) async fn detach_from(
    store: &dyn ApiTokens,
    client: &Client,
    now: Timestamp,
) -> Result<(), StoreError> {
    for _ in 0..ATTEMPTS {
        let mut all_written = true;
        let tokens = of(store, client, now).await?.into_iter();
        for token in tokens.filter(|token| token.generations.client >= client.generation) {
            let expected = token.revision;
            let detached = ApiToken {
                client: None,
                updated_at: now,
                revision: expected.next(),
                ..token
            };
            all_written &= store.replace(&detached, expected).await? == WriteOutcome::Written;
        }
        if all_written {
            return Ok(());
        }
    }
    let reason = "others kept changing them at the same time";
    Err(StoreError::new("keep a client's API access tokens", reason))
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
