//! An owner's clients are nobody else's: on every route they are what never was.

use http::Method;
use m2m_core::owner::Owner;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, organization, owner};
use serde_json::{Value, json};

/// What an owner may do who is no admin of its organization.
const NO_ADMIN: &str = "clients:delegate clients:read clients:reveal clients:write";

/// Every route below a client, with a body that it takes.
fn routes(id: &str, secret: &str) -> Vec<(Method, String, Value)> {
    let client = format!("/v1/clients/{id}");
    vec![
        (Method::GET, client.clone(), Value::Null),
        (Method::PUT, client.clone(), json!({"name": "stolen"})),
        (Method::PATCH, client.clone(), json!({"name": "stolen"})),
        (Method::DELETE, client.clone(), Value::Null),
        (Method::GET, format!("{client}/secrets"), Value::Null),
        (
            Method::GET,
            format!("{client}/secrets/{secret}/value"),
            Value::Null,
        ),
    ]
}

async fn call(service: &TestService, token: &str, route: &(Method, String, Value)) -> Answer {
    let (method, path, body) = route;
    let call = service.call(method.clone(), path).bearer(token);
    let call = call.header("if-match", "*");
    if body.is_null() {
        call.send().await
    } else {
        call.json(body).send().await
    }
}

fn without_correlation(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body["correlation_id"] = Value::Null;
    (answer.status, body)
}

async fn cannot_see(service: &TestService, eve: &Owner) {
    service.add_client(client_of(&ada(), "adas")).await;
    let secret = m2m_testkit::builders::secret("adas").0.id.to_string();
    let hers = service.manager(MANAGEMENT).await;
    let before = service
        .get("/v1/clients/m2m_adas")
        .bearer(&hers)
        .send()
        .await;
    assert_eq!(before.status, 200);
    let token = service.manager_of(eve, "eves", NO_ADMIN).await;
    let foreign = routes("m2m_adas", &secret);
    let missing = routes("m2m_missing", &secret);
    for (foreign, missing) in foreign.iter().zip(&missing) {
        let answer = call(service, &token, foreign).await;
        assert_eq!(
            answer.refusal(),
            (404, "not-found".to_owned()),
            "{foreign:?}"
        );
        let other = call(service, &token, missing).await;
        assert_eq!(without_correlation(&answer), without_correlation(&other));
    }
    for status in ["active", "deleted"] {
        let list = service.get(&format!("/v1/clients?limit=200&status={status}"));
        let list = list.bearer(&token).send().await;
        assert!(!list.text().contains("m2m_adas"), "{}", list.text());
    }
    let after = service
        .get("/v1/clients/m2m_adas")
        .bearer(&hers)
        .send()
        .await;
    assert_eq!(after.body, before.body);
    assert_eq!(after.header("etag"), before.header("etag"));
}

#[tokio::test]
async fn an_owner_of_another_organization_sees_nothing() {
    let service = service::start().await;
    let other = organization("other");
    let eve = owner("eve", &other);
    service.add_principals(&eve, &other).await;
    cannot_see(&service, &eve).await;
}

#[tokio::test]
async fn another_owner_of_the_same_organization_sees_nothing() {
    let service = service::start().await;
    let eve = owner("eve", &organization("acme"));
    service.directory.set_owner(eve.clone());
    cannot_see(&service, &eve).await;
}

#[tokio::test]
async fn a_deleted_client_of_somebody_else_never_was() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "adas")).await;
    let hers = service.manager(MANAGEMENT).await;
    let path = "/v1/clients/m2m_adas";
    assert_eq!(
        service
            .call(Method::DELETE, path)
            .bearer(&hers)
            .send()
            .await
            .status,
        204
    );
    let eve = owner("eve", &organization("acme"));
    service.directory.set_owner(eve.clone());
    let token = service.manager_of(&eve, "eves", NO_ADMIN).await;
    let answer = service.get(path).bearer(&token).send().await;
    assert_eq!(answer.refusal(), (404, "not-found".to_owned()));
}

#[tokio::test]
async fn a_client_acts_for_its_owner_only() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let me = service.get("/v1/me").bearer(&token).send().await.json();
    assert_eq!(me["owner"], "local|ada");
    assert_eq!(me["organization"], "acme");
    assert_eq!(me["client_id"], "m2m_manager");
    assert_eq!(me["issuer"], service.issuer.as_str());
    let created = service.create(&token, &json!({"name": "orders"})).await;
    assert_eq!(created["owner"], "local|ada");
    assert_eq!(created["organization"], "acme");
}
