//! Access tokens that are made otherwise than by asking for them, and what is said of tokens.

use jiff::{SignedDuration, Timestamp};
use m2m_core::ports::{Denial, DenyOutcome, TokenName, WriteOutcome};
use m2m_core::resource_servers::ResourceServerRecord;
use m2m_core::revision::Revision;
use m2m_testkit::builders::{self, NOW};
use m2m_types::audience::Audience;
use m2m_types::authorization_details::DetailType;
use m2m_types::claims::AccessTokenClaims;
use m2m_types::names::{ResourceServerId, ResourceServerName};

use crate::call::Answer;
use crate::jwt;
use crate::service::TestService;
use crate::world::secret_of;

impl TestService {
    /// A token like the given one, changed and signed by the service's own key.
    pub async fn signed_like(
        &self,
        token: &str,
        change: impl FnOnce(&mut AccessTokenClaims),
    ) -> String {
        let mut claims = serde_json::from_value(jwt::claims(token)).unwrap();
        change(&mut claims);
        let keys = self.deployment.keys().current().await.unwrap();
        keys.active().sign(&claims).unwrap()
    }

    /// Adds an API that lists these clients and knows the authorization details of type `payment`.
    pub async fn add_resource_server(&self, identifier: &str, scopes: &str, clients: &[&str]) {
        let store = &self.deployment.ports().resource_servers;
        let known = store.list().await.unwrap();
        let clients = clients.iter().map(|id| id.parse().unwrap());
        let record = ResourceServerRecord {
            id: ResourceServerId::parse(format!("rs_{:026}", known.servers.len())).unwrap(),
            identifier: Audience::parse(identifier).unwrap(),
            name: ResourceServerName::parse("An API").unwrap(),
            scopes: builders::scopes(scopes),
            access_token_ttl: None,
            algorithm: None,
            introspection_clients: clients.collect(),
            authorization_details_types: [DetailType::parse("payment").unwrap()].into(),
            created_at: NOW,
            updated_at: NOW,
            revision: Revision::FIRST,
        };
        let written = store.write(&record, known.revision, None).await.unwrap();
        assert_eq!(written, WriteOutcome::Written);
        // Whoever has read the APIs before reads them again.
        self.clock.advance(SignedDuration::from_secs(61));
    }

    /// Denies a token by itself, as a revocation does.
    pub async fn deny(&self, token: &str) {
        let claims: AccessTokenClaims = serde_json::from_value(jwt::claims(token)).unwrap();
        let denial = Denial {
            generation: claims.generations.client,
            expires_at: Timestamp::from_second(claims.exp).unwrap(),
            token: TokenName {
                client_id: claims.client_id,
                jti: claims.jti,
            },
        };
        let revocations = &self.deployment.ports().revocations;
        assert_eq!(
            revocations.deny(&denial).await.unwrap(),
            DenyOutcome::Denied
        );
    }

    /// Asks as the client of that name what a token is.
    pub async fn introspect(&self, name: &str, token: &str) -> Answer {
        self.post("/oauth/introspect")
            .basic(&format!("m2m_{name}"), &secret_of(name))
            .form(&[("token", token)])
            .send()
            .await
    }

    /// Whether a client that may know finds the token active; what it says otherwise is exactly "inactive".
    pub async fn is_active(&self, name: &str, token: &str) -> bool {
        let answer = self.introspect(name, token).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let active = answer.json()["active"].as_bool().unwrap();
        assert!(active || answer.text() == r#"{"active":false}"#);
        active
    }
}
