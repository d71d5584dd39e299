//! The machine that uses the client.

use m2m_client::{AccessToken, Api, Error, TokenQuery};
use m2m_types::audience::Audience;
use m2m_types::client_id::ClientId;
use m2m_types::scope::ScopeSet;
use reqwest::StatusCode;

use crate::Outcome;
use crate::server::Server;

/// A program with the client's credentials, and with plain HTTP for presenting a token it has.
pub(crate) struct Machine {
    api: Api,
    http: reqwest::Client,
}

impl Machine {
    /// Gives a machine the secret, which is in no Terraform state: its owner has it shown by the API.
    pub(crate) async fn new(server: &Server, client_id: &ClientId) -> Outcome<Self> {
        let admin = server.api()?;
        let secrets = admin.list_secrets(client_id).await?;
        let newest = secrets.last().ok_or("the client has no secret")?;
        let revealed = admin.reveal_secret(client_id, &newest.secret_id).await?;
        let authority = reqwest::Certificate::from_pem(server.ca_cert())?;
        let http = reqwest::Client::builder()
            .tls_certs_only([authority])
            .no_proxy()
            .build()?;
        Ok(Self {
            api: server.api_as(client_id, revealed.client_secret.expose())?,
            http,
        })
    }

    /// A token for the default audience, or for an API of the service itself.
    pub(crate) async fn token(&self, path: Option<&str>) -> Outcome<AccessToken> {
        Ok(self.api.access_token(&self.query(path)?).await?)
    }

    /// The token opens the management API.
    pub(crate) async fn expect_accepted(&self, token: &AccessToken) -> Outcome<()> {
        match self.present(token).await? {
            StatusCode::OK => Ok(()),
            other => Err(format!("GET /v1/me answered {other}, not 200").into()),
        }
    }

    /// The token opens nothing any more.
    pub(crate) async fn expect_refused(&self, token: &AccessToken) -> Outcome<()> {
        match self.present(token).await? {
            StatusCode::UNAUTHORIZED => Ok(()),
            other => Err(format!("GET /v1/me answered {other}, not 401").into()),
        }
    }

    /// The credentials get no token any more.
    pub(crate) async fn expect_no_token(&self) -> Outcome<()> {
        match self.api.access_token(&self.query(None)?).await {
            Err(Error::Unauthenticated { .. }) => Ok(()),
            Err(error) => Err(error.into()),
            Ok(_) => Err("a deleted client got a token".into()),
        }
    }

    async fn present(&self, token: &AccessToken) -> Outcome<StatusCode> {
        let url = self.api.endpoint().join("/v1/me");
        Ok(self
            .http
            .get(url)
            .bearer_auth(token.expose())
            .send()
            .await?
            .status())
    }

    fn query(&self, path: Option<&str>) -> Outcome<TokenQuery> {
        let resource = path
            .map(|path| Audience::parse(self.api.endpoint().join(path)))
            .transpose()?;
        let scope = if path.is_some() {
            "clients:read"
        } else {
            "orders:read"
        };
        Ok(TokenQuery {
            credentials: None,
            resource,
            scope: Some(ScopeSet::parse(scope)?),
        })
    }
}
