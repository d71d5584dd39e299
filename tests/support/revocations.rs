//! The revocation snapshot, checked with nothing but what the service publishes.

use m2m_types::claims::AccessTokenClaims;
use m2m_types::revocations::RevocationsClaims;
use serde_json::Value;

use crate::jwt;
use crate::service::TestService;

/// Where the snapshot is.
pub const REVOCATIONS: &str = "/.well-known/revocations";

impl TestService {
    /// The claims of the snapshot, whose signature held.
    pub async fn snapshot(&self) -> Value {
        let answer = self.get(REVOCATIONS).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let jwks = self.get("/.well-known/jwks.json").send().await.json();
        jwt::verified(answer.text(), &jwks).unwrap()
    }

    /// What the present snapshot says stops a token; none: it lives.
    pub async fn dead_by_snapshot(&self, token: &str) -> Option<&'static str> {
        let snapshot: RevocationsClaims = serde_json::from_value(self.snapshot().await).unwrap();
        let claims: AccessTokenClaims = serde_json::from_value(jwt::claims(token)).unwrap();
        let header = jwt::header(token);
        let stop = snapshot.stops(&claims, header["kid"].as_str().unwrap());
        stop.map(m2m_types::revocations::Stop::as_str)
    }
}
