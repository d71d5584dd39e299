//! K3: a key that leaked is removed, by operators alone.

use m2m_core::clock::Clock;
use m2m_core::keys::PUBLISH_LEAD;
use m2m_tests::world::{ada, client_of};
use m2m_tests::{jwt, service};

use super::{in_state, in_time, jwks, kid, remove, rotate, token};

#[tokio::test]
async fn k03_a_leaked_key_is_gone_at_once() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    service.add_client(client_of(&ada(), "payments")).await;
    let forged = token(&service).await;
    let next = in_state(&service, &operator, "pending").await;
    let answer = remove(&service, &operator, &kid(&forged)).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let published = jwks(&service).await;
    assert!(jwt::verified(&forged, &published).is_none());
    assert_eq!(published["keys"].as_array().unwrap().len(), 2);
    let instead = token(&service).await;
    assert_eq!([kid(&instead)], next[..]);
    assert!(jwt::verified(&instead, &published).is_some());
    let revocations = &service.deployment.ports().revocations;
    let revoked = revocations.read_all(service.clock.now()).await.unwrap();
    assert!(
        format!("{revoked:?}").contains(&kid(&forged)),
        "who keeps the keys is told"
    );
    // What it signed for the operator is dead, too.
    assert_eq!(in_time(&service, &operator).await, None);
    let operator = service.management_token("manager", "operator").await;
    let again = remove(&service, &operator, &kid(&forged)).await;
    assert_eq!(again.refusal(), (404, "not-found".to_owned()));
}

#[tokio::test]
async fn k03_every_published_key_can_be_removed() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    service.clock.advance(PUBLISH_LEAD);
    assert_eq!(rotate(&service, &operator).await.status, 200);
    for state in ["pending", "retiring"] {
        let operator = service.management_token("manager", "operator").await;
        let kids = in_state(&service, &operator, state).await;
        let answer = remove(&service, &operator, &kids[0]).await;
        assert_eq!(answer.status, 204, "{state}");
        assert!(
            !in_state(&service, &operator, state)
                .await
                .contains(&kids[0])
        );
        assert_eq!(in_state(&service, &operator, "pending").await.len(), 1);
    }
}

#[tokio::test]
async fn k03_only_operators_see_and_change_keys() {
    let service = service::start().await;
    let manager = service.manager("clients:read clients:write").await;
    let some = kid(&manager);
    let answers = [
        service
            .get("/v1/signing-keys")
            .bearer(&manager)
            .send()
            .await,
        rotate(&service, &manager).await,
        remove(&service, &manager, &some).await,
    ];
    for answer in answers {
        assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .contains("scope=\"operator\"")
        );
    }
}

#[tokio::test]
async fn k03_a_list_of_keys_has_nothing_private() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    let answer = service
        .get("/v1/signing-keys")
        .bearer(&operator)
        .send()
        .await;
    for key in answer.json()["items"].as_array().unwrap() {
        let members: Vec<_> = key.as_object().unwrap().keys().collect();
        assert_eq!(
            members,
            ["alg", "kid", "ready_at", "since", "state", "until"]
        );
    }
}
