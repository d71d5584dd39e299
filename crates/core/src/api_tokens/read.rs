//! Showing API access tokens.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use m2m_types::admin::api_token::{ApiTokenStatus, ApiTokenView};
use m2m_types::admin::page::Page;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;
use m2m_types::names::ApiTokenId;

use super::backing::Backing;
use super::{ApiToken, ApiTokensError, ManagedApiTokens};
use crate::active_client::NotActive;
use crate::caller::Caller;
use crate::ports::StoreError;

/// Which page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// How many, 1 to 200.
    pub limit: u32,
    /// Where the page starts, as the page before said.
    pub unverified_cursor: Option<String>,
}

impl ManagedApiTokens {
    /// A page of the caller's tokens in the order they were made.
    ///
    /// # Errors
    /// The caller may not read tokens, or the cursor is not one of this list.
    pub async fn list(
        &self,
        caller: &Caller,
        selection: &Selection,
    ) -> Result<Page<ApiTokenView>, ApiTokensError> {
        caller.require(ManagementScope::TokensRead)?;
        let owner = &caller.owner().id;
        let list = format!("api-tokens#{owner}");
        let after = match &selection.unverified_cursor {
            Some(cursor) => Some(self.open_cursor(&list, cursor).await?),
            None => None,
        };
        let (limit, now) = (selection.limit, self.clock.now());
        let found = self
            .store
            .list_by_owner(owner, after.as_ref(), limit + 1, now);
        let mut tokens = found.await?;
        let more = tokens.len() > limit as usize;
        tokens.truncate(limit as usize);
        let next_cursor = match tokens.last().filter(|_| more) {
            Some(last) => Some(self.cursors.seal(&list, last.id.as_str()).await?),
            None => None,
        };
        Ok(Page {
            items: self.views(&tokens).await?,
            next_cursor,
        })
    }

    /// One of the caller's tokens.
    ///
    /// # Errors
    /// The caller may not read tokens, or there is none of that id among theirs.
    pub async fn get(&self, caller: &Caller, id: &ApiTokenId) -> Result<ApiToken, ApiTokensError> {
        caller.require(ManagementScope::TokensRead)?;
        self.find_owned(caller, id).await
    }

    /// A token as every call shows it.
    ///
    /// # Errors
    /// It cannot be told whether it was stopped.
    pub async fn view(&self, token: &ApiToken) -> Result<ApiTokenView, StoreError> {
        let backing = self.backing(token).await?;
        Ok(view(token, status(token, backing.as_ref())))
    }

    pub(super) async fn find_owned(
        &self,
        caller: &Caller,
        id: &ApiTokenId,
    ) -> Result<ApiToken, ApiTokensError> {
        let owner = &caller.owner().id;
        let found = self.store.find_owned(owner, id, self.clock.now()).await?;
        found.ok_or(ApiTokensError::NotFound)
    }

    /// Reads who stands behind them, each client once.
    async fn views(&self, tokens: &[ApiToken]) -> Result<Vec<ApiTokenView>, StoreError> {
        let by_client: BTreeMap<Option<&ClientId>, &ApiToken> = tokens
            .iter()
            .map(|token| (token.client.as_ref(), token))
            .collect();
        let backings = by_client.into_iter().map(|(client, token)| async move {
            let backing = self.backing(token).await?;
            Ok::<_, StoreError>((client, backing))
        });
        let backings: BTreeMap<_, _> = try_join_all(backings).await?.into_iter().collect();
        let views = tokens.iter().map(|token| {
            let backing = backings.get(&token.client.as_ref());
            view(token, status(token, backing.and_then(Option::as_ref)))
        });
        Ok(views.collect())
    }

    /// Who stands behind the token; none: not all of them are active.
    async fn backing(&self, token: &ApiToken) -> Result<Option<Backing>, StoreError> {
        let deployment = self.keys.current().await?.generation();
        match Backing::read(&*self.directory, token, deployment).await {
            Ok(backing) => Ok(Some(backing)),
            Err(NotActive::Store(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    async fn open_cursor(
        &self,
        list: &str,
        unverified_cursor: &str,
    ) -> Result<ApiTokenId, ApiTokensError> {
        let last = self.cursors.open(list, unverified_cursor).await?;
        last.and_then(|last| ApiTokenId::parse(last).ok())
            .ok_or(ApiTokensError::InvalidCursor)
    }
}

fn status(token: &ApiToken, backing: Option<&Backing>) -> ApiTokenStatus {
    match backing.is_some_and(|backing| backing.carries(token)) {
        true => ApiTokenStatus::Active,
        false => ApiTokenStatus::Stopped,
    }
}

pub(super) fn view(token: &ApiToken, status: ApiTokenStatus) -> ApiTokenView {
    ApiTokenView {
        api_token_id: token.id.clone(),
        name: token.name.clone(),
        owner: token.owner.clone(),
        organization: token.organization.clone(),
        client_id: token.client.clone(),
        hint: token.hint.clone(),
        status,
        allowed_apis: token.allowed_apis.clone(),
        scopes: token.scopes.clone(),
        grants: token.grants.clone(),
        referers: token.referers.clone(),
        created_at: token.created_at,
        updated_at: token.updated_at,
        expires_at: token.expires_at,
    }
}
