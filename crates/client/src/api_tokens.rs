//! `/v1/api-tokens`: API access tokens.

use m2m_types::admin::api_token::{ApiTokenView, CreateApiToken, CreatedApiToken};
use m2m_types::admin::page::Page;
use m2m_types::admin::scopes::ManagementScope::{TokensRead, TokensWrite};
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::ApiTokenId;
use reqwest::{Method, StatusCode};

use crate::api::{Api, Tagged};
use crate::error::Error;

impl Api {
    /// Makes an API access token, whose value the answer has this once. The key makes a repetition find the same token
    /// and the same value.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn create_api_token(
        &self,
        token: &CreateApiToken,
        key: &IdempotencyKey,
    ) -> Result<Tagged<CreatedApiToken>, Error> {
        let call = self
            .call(Method::POST, "/api-tokens", TokensWrite)
            .body("application/json", token)
            .idempotency_key(key);
        self.fetch(&call).await
    }

    /// All of the caller's API access tokens: a page takes more than an owner may have.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn all_api_tokens(&self) -> Result<Vec<ApiTokenView>, Error> {
        let mut call = self.call(Method::GET, "/api-tokens", TokensRead);
        call.url.set_query(Some("limit=200"));
        let page: Tagged<Page<ApiTokenView>> = self.fetch(&call).await?;
        Ok(page.body.items)
    }

    /// Deletes an API access token, which is dead from then on.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone already, which a repeated attempt may meet too; [`Error`] says what else.
    pub async fn delete_api_token(&self, id: &ApiTokenId) -> Result<(), Error> {
        let path = format!("/api-tokens/{id}");
        let call = self.call(Method::DELETE, &path, TokensWrite);
        let answer = self.run(&call).await?;
        // A page that somebody else puts in front of everything is a 200 too.
        if answer.status == StatusCode::NO_CONTENT {
            Ok(())
        } else {
            Err(self.protocol(&answer.outline(&self.redactor)))
        }
    }
}
