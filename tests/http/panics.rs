//! A defect of ours is an answer of ours.

use m2m_tests::service;
use m2m_tests::world::{ada, client_of, secret_of};

use crate::snapshot::assert_shows;

#[tokio::test]
async fn a_panic_is_answered_and_poisons_nothing() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let token = service.manager("clients:read").await;
    service.directory.panic_at_the_next_read();
    let answer = service.get("/v1/me").bearer(&token).send().await;
    assert_shows("internal", &answer);
    assert_eq!(
        service.get("/v1/me").bearer(&token).send().await.status,
        200
    );

    let ask = || async {
        service
            .ask("m2m_payments", &secret_of("payments"))
            .await
            .status
    };
    service.directory.panic_at_the_next_read();
    assert_eq!(ask().await, 500);
    assert_eq!(ask().await, 200);
}
