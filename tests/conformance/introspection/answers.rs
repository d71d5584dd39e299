//! I4, I5: what is said of an active token, as JSON and signed.

use m2m_core::client::Client;
use m2m_tests::call::Answer;
use m2m_tests::service::TestService;
use m2m_tests::world::{ada, client_of, secret_of};
use m2m_tests::{jwt, service, world};
use m2m_types::confirmation::Confirmation;
use serde_json::json;

use super::{INACTIVE, token, with_api};
use crate::support::{ID, ask, secret};

const JWT: &str = "application/token-introspection+jwt";

#[tokio::test]
async fn i04_an_active_token_says_what_it_is() {
    let service = with_api().await;
    let token = token(&service).await;
    let claims = jwt::claims(&token);
    let answer = service.introspect("api", &token).await;
    assert_eq!(
        answer.json(),
        json!({
            "active": true,
            "scope": "orders:read",
            "client_id": ID,
            "token_type": "Bearer",
            "exp": claims["exp"],
            "iat": claims["iat"],
            "sub": "local|ada",
            "aud": world::DEFAULT_AUDIENCE,
            "iss": service.issuer.as_str(),
            "jti": claims["jti"],
            "org": "acme",
        })
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn i04_a_bound_token_says_to_what() {
    let service = with_api().await;
    let token = token(&service).await;
    let bound = service
        .signed_like(&token, |claims| {
            claims.cnf = Some(Confirmation {
                jkt: None,
                x5t_s256: Some("bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2".to_owned()),
            });
        })
        .await;
    let answer = service.introspect("api", &bound).await;
    assert_eq!(
        answer.json()["cnf"],
        json!({"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})
    );
}

#[tokio::test]
async fn i04_custom_claims_are_said_and_cannot_pass_for_others() {
    let service = service::start().await;
    let claims = json!({"tier": "gold", "https://acme.example/region": ["eu"]});
    let client = Client {
        custom_claims: serde_json::from_value(claims).unwrap(),
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    let token = ask(&service, &[]).await.member("access_token");
    let answer = service.introspect("payments", &token).await.json();
    assert_eq!(answer["tier"], "gold");
    assert_eq!(answer["https://acme.example/region"], json!(["eu"]));
    assert_eq!(answer["sub"], "local|ada");
}

async fn introspect_signed(service: &TestService, name: &str, token: &str) -> Answer {
    service
        .post("/oauth/introspect")
        .basic(&format!("m2m_{name}"), &secret_of(name))
        .header("accept", JWT)
        .form(&[("token", token)])
        .send()
        .await
}

#[tokio::test]
async fn i05_the_signed_answer_is_for_its_caller_and_says_what_the_json_says() {
    let service = with_api().await;
    let token = token(&service).await;
    let jwks = service.get("/.well-known/jwks.json").send().await.json();
    for token in [token.as_str(), "garbage"] {
        let answer = introspect_signed(&service, "api", token).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(JWT));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(jwt::header(answer.text())["typ"], "token-introspection+jwt");
        let claims = jwt::verified(answer.text(), &jwks).unwrap();
        let plain = service.introspect("api", token).await.json();
        assert_eq!(
            claims,
            json!({
                "iss": service.issuer.as_str(),
                "aud": "m2m_api",
                "iat": claims["iat"],
                "token_introspection": plain,
            })
        );
    }
}

#[tokio::test]
async fn i05_the_signed_answer_tells_a_stranger_no_more() {
    let service = with_api().await;
    let token = token(&service).await;
    let answer = introspect_signed(&service, "stranger", &token).await;
    let claims = jwt::claims(answer.text());
    assert_eq!(claims["token_introspection"], json!({"active": false}));
    assert_eq!(claims["aud"], "m2m_stranger");
}

#[tokio::test]
async fn i05_a_signed_answer_is_no_token() {
    let service = with_api().await;
    let token = token(&service).await;
    let answer = introspect_signed(&service, "api", &token).await;
    let me = service.get("/v1/me").bearer(answer.text()).send().await;
    assert_eq!(me.status, 401);
    assert!(!service.is_active("api", answer.text()).await);
    assert_eq!(service.introspect("api", &secret()).await.text(), INACTIVE);
}
