//! J5: claims of the organisation's own making never pass for others.

use aws_sdk_dynamodb::types::AttributeValue;
use m2m_core::client::Client;
use m2m_tests::jwt;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{ada, client_of};
use serde_json::{Value, json};

use crate::support::{ID, ask};

async fn with_claims(claims: Value) -> TestService {
    let service = service::start().await;
    let client = Client {
        custom_claims: serde_json::from_value(claims).unwrap(),
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    service
}

async fn claims(service: &TestService) -> Value {
    let token = ask(service, &[]).await.member("access_token");
    assert!(service.is_active("payments", &token).await);
    jwt::claims(&token)
}

#[tokio::test]
async fn j05_custom_claims_are_in_the_token_beside_the_others() {
    let own = json!({"https://acme.example/tenant": {"id": 7, "regions": ["eu"]}, "tier": "gold"});
    let plain = claims(&with_claims(json!({})).await).await;
    let with_own = claims(&with_claims(own.clone()).await).await;
    for (name, value) in own.as_object().unwrap() {
        assert_eq!(with_own[name], *value);
    }
    let (plain, with_own) = (plain.as_object().unwrap(), with_own.as_object().unwrap());
    assert_eq!(with_own.len(), plain.len() + 2);
    assert!(plain.keys().all(|name| with_own.contains_key(name)));
}

#[tokio::test]
async fn j05_a_stored_record_cannot_set_a_claim_of_ours() {
    let service = with_claims(json!({"tier": "silver"})).await;
    let before = claims(&service).await;
    let forged = json!({
        "iss": "https://evil.example", "sub": "local|root", "aud": "urn:other", "scope": "admin",
        "exp": 9_999_999_999_u64, "client_id": "m2m_other", "cnf": null, "act": {"sub": "m2m_other"},
        "gen": {"client": 99}, "Scope": "admin", "roles": ["root"], "tier": "gold",
    });
    let table = aws_sdk_dynamodb::Client::new(&service.stand_in.sdk_config());
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let update = table.update_item().table_name("m2m-test");
    update
        .key("pk", text(&format!("CLIENT#{ID}")))
        .key("sk", text("CLIENT"))
        .update_expression("SET custom_claims = :forged")
        .expression_attribute_values(":forged", text(&forged.to_string()))
        .send()
        .await
        .unwrap();
    let mut expected = before;
    let after = claims(&service).await;
    expected["tier"] = json!("gold");
    expected["jti"] = after["jti"].clone();
    assert_eq!(after, expected);
}
