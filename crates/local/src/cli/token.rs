//! `m2m token`.

use clap::Args;
use m2m_client::TokenQuery;
use m2m_types::audience::Audience;
use m2m_types::scope::ScopeSet;

use super::connection::Connection;
use super::{Outcome, output};

#[derive(Debug, Args)]
pub(super) struct Token {
    /// What the token shall allow: scopes with spaces between them; left out: the client's default.
    #[arg(long, value_parser = ScopeSet::parse)]
    scope: Option<ScopeSet>,
    /// What the token is for: an absolute URI; left out: the client's default.
    #[arg(long, value_parser = |text: &str| Audience::parse(text))]
    resource: Option<Audience>,
    /// Print the token with its scope and life as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: Connection,
}

impl Token {
    pub(super) async fn run(self) -> Outcome {
        let api = self.connection.api()?;
        let query = TokenQuery {
            credentials: None,
            resource: self.resource,
            scope: self.scope,
        };
        let token = api.access_token(&query).await?;
        if self.json {
            output::json(&serde_json::json!({
                "access_token": token.expose(),
                "token_type": "Bearer",
                "expires_in": token.lifetime.as_secs(),
                "scope": token.scope.to_string(),
            }))?;
        } else {
            output::line(token.expose())?;
        }
        Ok(())
    }
}
