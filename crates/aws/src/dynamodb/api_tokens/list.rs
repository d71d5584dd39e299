//! Listing an owner's API access tokens.

use jiff::Timestamp;
use m2m_core::api_tokens::ApiToken;
use m2m_core::ports::{OwnedApiTokens, StoreError};
use m2m_types::names::{ApiTokenId, OwnerId};

use crate::dynamodb::items::api_token::{self, INSERTS};
use crate::dynamodb::key::{API_TOKEN_ENTRY, API_TOKENS, Key, SORT_KEY, text_of};
use crate::dynamodb::query::Query;
use crate::dynamodb::{Item, Table};
use crate::failure::failed;

const WHAT: &str = "list API access tokens";

impl Table {
    /// Reads the entries, then their tokens. A token that is gone is left out, and further entries are read until
    /// the page is full: a short page is the last one.
    pub(super) async fn list_api_tokens(
        &self,
        owner: &OwnerId,
        after: Option<&ApiTokenId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<ApiToken>, StoreError> {
        let mut tokens = Vec::new();
        let mut after = after.map(|id| Key::api_token_entry(owner, id));
        loop {
            let missing = limit.saturating_sub(u32::try_from(tokens.len()).unwrap_or(u32::MAX));
            let query = Query {
                pk: Key::owner(owner).pk,
                prefix: API_TOKEN_ENTRY.into(),
                after,
                limit: missing,
            };
            let entries = self.query(WHAT, query).await?;
            let is_last_page = entries.len() < missing as usize;
            after = entries.last().map(Key::of);
            let found = self.api_tokens_of(entries, now).await?;
            tokens.extend(found.into_iter().filter_map(|(_, token)| token));
            if is_last_page || tokens.len() >= limit as usize {
                return Ok(tokens);
            }
        }
    }

    /// What counts the inserts sorts before the entries, so it is read first, and all that it counts is seen.
    pub(super) async fn owned_api_tokens(
        &self,
        owner: &OwnerId,
        now: Timestamp,
    ) -> Result<OwnedApiTokens, StoreError> {
        let query = Query {
            pk: Key::owner(owner).pk,
            prefix: API_TOKENS.into(),
            after: None,
            limit: u32::MAX,
        };
        let mut entries = self.query(WHAT, query).await?;
        let list = Key::api_tokens(owner);
        let counted = entries.iter().position(|item| list.is_of(item));
        let inserts = match counted {
            Some(position) => inserts_of(&entries.remove(position))?,
            None => 0,
        };
        let mut owned = OwnedApiTokens {
            inserts,
            ..OwnedApiTokens::default()
        };
        for (id, token) in self.api_tokens_of(entries, now).await? {
            match token {
                Some(_) => owned.live += 1,
                None => owned.left_over.push(id),
            }
        }
        Ok(owned)
    }

    /// The tokens of the entries, in their order; none: it is gone.
    async fn api_tokens_of(
        &self,
        entries: Vec<Item>,
        now: Timestamp,
    ) -> Result<Vec<(ApiTokenId, Option<ApiToken>)>, StoreError> {
        let named: Vec<(ApiTokenId, Key)> =
            entries.into_iter().map(named).collect::<Result<_, _>>()?;
        let keys = named.iter().map(|(_, key)| key.clone()).collect();
        let mut found = self.find_all(WHAT, keys).await?;
        let tokens = named.into_iter().map(|(id, key)| {
            let item = found.take(&key);
            let token = item.map_or(Ok(None), |item| api_token::from_item(item, now));
            Ok((id, token?))
        });
        tokens.collect()
    }
}

/// The token that an entry names, and where it lies.
fn named(entry: Item) -> Result<(ApiTokenId, Key), StoreError> {
    let id = text_of(&entry, SORT_KEY).and_then(|sk| sk.strip_prefix(API_TOKEN_ENTRY));
    let id = ApiTokenId::parse(id.unwrap_or_default()).map_err(|error| failed(WHAT, &error))?;
    Ok((id, Key::api_token(&api_token::digest_of(entry)?)))
}

fn inserts_of(item: &Item) -> Result<u64, StoreError> {
    let number = item.get(INSERTS).and_then(|value| value.as_n().ok());
    number
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| StoreError::new(WHAT, "how many were inserted is no number"))
}
