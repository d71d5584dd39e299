//! Access tokens that are made otherwise than by asking for them, and what is said of tokens.

use jiff::Timestamp;
use m2m_core::ports::{Denial, DenyOutcome, TokenName};
use m2m_types::claims::AccessTokenClaims;

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
