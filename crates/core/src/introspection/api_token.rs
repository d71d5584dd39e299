//! What a caller may know of an API access token.

use std::collections::BTreeSet;

use m2m_types::audience::Audience;
use m2m_types::introspection::ActiveApiToken;

use super::asker::Asker;
use super::{Introspection, NothingToSay};
use crate::api_tokens::{ApiToken, DeadApiToken};
use crate::resource_servers::KnownServers;

impl Introspection {
    /// Finds the token by its value, which is the one read that somebody causes who may know nothing of it.
    pub(super) async fn look_up_api_token(
        &self,
        asker: &Asker,
        unverified_token: &str,
    ) -> Result<ActiveApiToken, NothingToSay> {
        let token = self.api_tokens.find(unverified_token).await?;
        let known = self.catalog.current().await.map_err(DeadApiToken::Store)?;
        let apis = may_know(asker, &token, &known);
        if apis.is_empty() {
            return Err(NothingToSay::ApiTokenNotForCaller(token.id));
        }
        let live = self.api_tokens.check(token, &known).await?;
        Ok(self.api_tokens.tell(live, &apis)?)
    }
}

/// The APIs of the token that the caller may know of: to the client that made it all of them, to others those that list
/// them (RFC 7662 §2.2 lets the answer differ).
fn may_know(asker: &Asker, token: &ApiToken, known: &KnownServers) -> BTreeSet<Audience> {
    let is_own = token.client.as_ref() == Some(&asker.client_id);
    let apis = token.allowed_apis.iter();
    apis.filter(|api| is_own || known.lists(api, &asker.client_id))
        .filter(|_| asker.is_within(&token.organization))
        .cloned()
        .collect()
}
