//! A client ends an API access token that it made: the token is deleted, since it has no end of its own that a denial
//! could wait for.

use super::{NothingRevoked, Revocation, RevocationError};
use crate::api_tokens::DeadApiToken;
use crate::client::Client;

impl Revocation {
    /// Deletes the token if it is the client's. Its entry of the owner's list is left behind, and shows nothing.
    pub(super) async fn end_api_token(
        &self,
        client: &Client,
        unverified_token: &str,
    ) -> Result<Result<String, NothingRevoked>, RevocationError> {
        let token = match self.api_tokens.find(unverified_token).await {
            Ok(token) => token,
            Err(DeadApiToken::Store(error)) => return Err(error.into()),
            Err(reason) => return Ok(Err(reason.into())),
        };
        if token.client.as_ref() != Some(&client.id) {
            return Ok(Err(NothingRevoked::ApiTokenNotOfCaller(token.id)));
        }
        self.api_tokens.store.remove(&token.digest, None).await?;
        Ok(Ok(token.id.to_string()))
    }
}
