//! Every error of the introspection endpoint and of a token exchange: status, headers and body.

use m2m_core::client::{Client, GrantType};
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};

use crate::snapshot::assert_shows;

const ID: &str = "m2m_payments";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

async fn service() -> TestService {
    let service = service::start().await;
    let client = Client {
        grant_types: GrantType::ALL.to_vec(),
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    service
}

async fn introspect(service: &TestService, form: &[(&str, &str)]) -> Answer {
    let call = service.post("/oauth/introspect");
    let call = call.basic(ID, &secret_of("payments"));
    call.form(form).send().await
}

#[tokio::test]
async fn what_an_introspection_refuses() {
    let service = service().await;
    let method = service.get("/oauth/introspect").send().await;
    assert_shows("introspection_method", &method);
    let missing = introspect(&service, &[]).await;
    assert_shows("introspection_token_missing", &missing);
    let nobody = service.post("/oauth/introspect").form(&[("token", "x")]);
    assert_shows("introspection_unauthenticated", &nobody.send().await);
    let by = async |bearer: &str| {
        let call = service.post("/oauth/introspect").bearer(bearer);
        call.form(&[("token", "x")]).send().await
    };
    assert_shows("introspection_invalid_token", &by("garbage").await);
    let reader = service.manager(MANAGEMENT).await;
    assert_eq!(by(&reader).await.status, 200);
    let reader = service.management_token("manager", "clients:read").await;
    assert_shows("introspection_insufficient_scope", &by(&reader).await);
}

#[tokio::test]
async fn an_introspection_that_a_store_fails() {
    let service = service().await;
    let token = service.ask(ID, &secret_of("payments")).await;
    service.faults.always("BatchGetItem", Fault::ServerError);
    let token = token.member("access_token");
    let answer = introspect(&service, &[("token", &token)]).await;
    assert_shows("introspection_store", &answer);
}

async fn exchange(service: &TestService, parameters: &[(&str, &str)]) -> Answer {
    let mut form = vec![(
        "grant_type",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    )];
    form.extend_from_slice(parameters);
    let call = service.post("/oauth/token");
    let call = call.basic(ID, &secret_of("payments"));
    call.form(&form).send().await
}

#[tokio::test]
async fn what_an_exchange_refuses() {
    let service = service().await;
    let token = service.ask(ID, &secret_of("payments")).await;
    let token = token.member("access_token");
    let (subject, kind) = (
        ("subject_token", token.as_str()),
        ("subject_token_type", ACCESS_TOKEN),
    );
    assert_shows(
        "exchange_subject_missing",
        &exchange(&service, &[kind]).await,
    );
    let id_token = (
        "subject_token_type",
        "urn:ietf:params:oauth:token-type:id_token",
    );
    let answer = exchange(&service, &[subject, id_token]).await;
    assert_shows("exchange_subject_type", &answer);
    let answer = exchange(&service, &[("subject_token", "x"), kind]).await;
    assert_shows("exchange_subject_not_active", &answer);
    for (name, more) in [
        ("exchange_actor", ("actor_token", "x")),
        ("exchange_requested_type", ("requested_token_type", "x")),
        ("exchange_target", ("resource", "https://other.example")),
        ("exchange_scope", ("scope", "clients:read")),
        (
            "exchange_details",
            ("authorization_details", r#"[{"type":"x"}]"#),
        ),
    ] {
        assert_shows(name, &exchange(&service, &[subject, kind, more]).await);
    }
}
