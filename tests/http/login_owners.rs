//! The owners of people: made at the first login, and what their records and their logins let them do.

use jiff::SignedDuration;
use m2m_core::organization::Organization;
use m2m_core::owner::{Owner, PermissionsSource as Source};
use m2m_testkit::builders::scopes;
use m2m_tests::call::Answer;
use m2m_tests::logins::{PERMISSIONS, telling, trusted, trusting};
use m2m_tests::outside::Outside;
use m2m_tests::service::TestService;
use m2m_tests::world::{self, MANAGEMENT, ORDERS, client_of, organization, secret_of};
use m2m_types::admin::principals::PermissionsSource;
use serde_json::{Value, json};

use crate::snapshot::assert_shows;

/// A provider whose tokens tell permissions and organization, and a service that trusts it.
async fn start(source: PermissionsSource) -> (TestService, Outside) {
    let provider = Outside::start().await;
    let service = trusting([telling(&provider, source)], None).await;
    (service, provider)
}

/// What `corp|ada` gets with these roles.
async fn log_in(service: &TestService, provider: &Outside, roles: &[&str]) -> Answer {
    let login = service.telling_login(provider, "ada", "acme", roles);
    service.me(&provider.sign(&login)).await
}

#[track_caller]
fn holds(answer: &Answer, permissions: &str, granted: &str) {
    let list = |text: &str| json!(text.split_whitespace().collect::<Vec<_>>());
    let me = answer.json();
    assert_eq!(me["permissions"], list(permissions), "{me}");
    assert_eq!(me["scopes"], list(granted), "{me}");
}

#[tokio::test]
async fn the_first_login_makes_the_owner_and_later_ones_write_nothing() {
    let provider = Outside::start().await;
    let service = trusting([trusted(&provider)], None).await;
    assert_eq!(service.principals("corp|ada", "acme").await.owner, None);
    let token = provider.sign(&service.login(&provider, "ada"));
    let answers = tokio::join!(service.me(&token), service.me(&token), service.me(&token));
    for answer in [answers.0, answers.1, answers.2] {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let made = service.owner("corp|ada").await;
    assert_eq!(made.permissions, scopes(PERMISSIONS));
    assert_eq!(made.permissions_source, Source::Record);
    service.faults.take_calls();
    assert_eq!(service.me(&token).await.status, 200);
    let calls = service.faults.take_calls();
    assert_eq!(calls, ["BatchGetItem"], "one read, no write");
}

#[tokio::test]
async fn an_organization_is_never_made_by_a_login_nor_named_beyond_the_list() {
    let (service, provider) = start(PermissionsSource::Record).await;
    let ask = async |org: &Value| {
        let mut login = service.telling_login(&provider, "ada", "", &["clients:read"]);
        login["org"] = org.clone();
        service.me(&provider.sign(&login)).await
    };
    let expected = (403, "login-organization-refused".to_owned());
    // One that is listed and does not exist; one that is not listed; none.
    for org in [json!("globex"), json!("initech"), json!(""), json!("Acme")] {
        assert_eq!(ask(&org).await.refusal(), expected, "{org}");
    }
    assert_eq!(ask(&json!(7)).await.refusal().0, 401);
    assert_eq!(ask(&Value::Null).await.refusal().0, 401);
    let mut login = service.telling_login(&provider, "ada", "", &[]);
    login.as_object_mut().unwrap().remove("org");
    assert_eq!(service.me(&provider.sign(&login)).await.refusal(), expected);
    let nobody = service.principals("corp|ada", "globex").await;
    assert_eq!((nobody.owner, nobody.organization), (None, None));
}

#[tokio::test]
async fn an_owner_does_not_change_its_organization_by_a_login() {
    let (service, provider) = start(PermissionsSource::Record).await;
    let globex = organization("globex");
    let someone = world::owner("someone", &globex);
    service.add_principals(&someone, &globex).await;
    assert_eq!(log_in(&service, &provider, &[]).await.status, 200);
    let elsewhere = service.telling_login(&provider, "ada", "globex", &[]);
    let answer = service.me(&provider.sign(&elsewhere)).await;
    assert_eq!(answer.refusal(), (403, "login-owner-elsewhere".to_owned()));
    let still = service.owner("corp|ada").await;
    assert_eq!(still.organization.as_str(), "acme");
}

#[tokio::test]
async fn a_switched_off_owner_or_organization_stops_its_people() {
    let provider = Outside::start().await;
    let service = trusting([trusted(&provider)], None).await;
    let token = provider.sign(&service.login(&provider, "ada"));
    assert_eq!(service.me(&token).await.status, 200);
    let ada = service.owner("corp|ada").await;
    let off = Owner {
        active: false,
        ..ada.clone()
    };
    service.replace_owner(&off, &ada).await;
    let inactive = (403, "login-owner-inactive".to_owned());
    assert_eq!(service.me(&token).await.refusal(), inactive);
    service.replace_owner(&ada, &off).await;
    assert_eq!(service.me(&token).await.status, 200);

    let acme: Organization = service
        .principals("corp|ada", "acme")
        .await
        .organization
        .unwrap();
    service.close(&acme).await;
    assert_eq!(service.me(&token).await.refusal(), inactive);
    // Nobody is made in an organization that is switched off.
    let grace = provider.sign(&service.login(&provider, "grace"));
    assert_eq!(service.me(&grace).await.refusal(), inactive);
    assert_eq!(service.principals("corp|grace", "acme").await.owner, None);
}

#[tokio::test]
async fn by_record_claims_narrow_one_request_and_change_nothing() {
    let (service, provider) = start(PermissionsSource::Record).await;
    let narrow = log_in(
        &service,
        &provider,
        &["clients:read", "Everybody", "refunds:write"],
    )
    .await;
    holds(&narrow, PERMISSIONS, "clients:read");
    holds(&log_in(&service, &provider, &[]).await, PERMISSIONS, "");
    let all: Vec<_> = PERMISSIONS.split(' ').collect();
    holds(
        &log_in(&service, &provider, &all).await,
        PERMISSIONS,
        PERMISSIONS,
    );
    let mut login = service.telling_login(&provider, "ada", "acme", &[]);
    login["realm"]["roles"] = json!("clients:read orders:read");
    let as_text = service.me(&provider.sign(&login)).await;
    holds(&as_text, PERMISSIONS, "clients:read orders:read");
    for wrong in [
        json!(7),
        json!(["clients:read", 7]),
        json!({"clients:read": true}),
    ] {
        login["realm"]["roles"] = wrong;
        assert_eq!(service.me(&provider.sign(&login)).await.refusal().0, 401);
    }
}

#[tokio::test]
async fn by_login_each_that_claims_something_else_changes_the_record() {
    let (service, provider) = start(PermissionsSource::Login).await;
    let made = log_in(
        &service,
        &provider,
        &["clients:read", "orders:read", "refunds:write"],
    )
    .await;
    holds(
        &made,
        "clients:read orders:read",
        "clients:read orders:read",
    );
    let changed = log_in(&service, &provider, &["clients:write"]).await;
    holds(&changed, "clients:write", "clients:write");
    let emptied = log_in(&service, &provider, &[]).await;
    holds(&emptied, "", "");
}

#[tokio::test]
async fn by_login_the_owners_clients_lose_what_its_login_lost() {
    let (service, provider) = start(PermissionsSource::Login).await;
    let all: Vec<_> = PERMISSIONS.split(' ').collect();
    log_in(&service, &provider, &all).await;
    let ada = service.owner("corp|ada").await;
    service.add_client(client_of(&ada, "payments")).await;
    let secret = secret_of("payments");
    let ask = || service.ask("m2m_payments", &secret);
    assert_eq!(ask().await.member("scope"), "orders:read");
    log_in(&service, &provider, &["clients:read"]).await;
    assert_eq!(ask().await.refusal(), (400, "invalid_scope".to_owned()));
}

#[tokio::test]
async fn a_token_of_before_brings_nothing_back_that_was_lost() {
    let (service, provider) = start(PermissionsSource::Login).await;
    let before =
        service.telling_login(&provider, "ada", "acme", &["clients:read", "clients:write"]);
    let before = provider.sign(&before);
    holds(
        &service.me(&before).await,
        "clients:read clients:write",
        "clients:read clients:write",
    );
    service.clock.advance(SignedDuration::from_secs(60));
    let now = log_in(&service, &provider, &["clients:read"]).await;
    holds(&now, "clients:read", "clients:read");
    holds(&service.me(&before).await, "clients:read", "clients:read");
    assert_eq!(
        service.owner("corp|ada").await.permissions,
        scopes("clients:read")
    );
}

#[tokio::test]
async fn admin_and_operator_are_of_no_use_to_a_login_unless_its_issuer_lists_them() {
    let provider = Outside::start().await;
    let issuer = trusted(&provider);
    let service = trusting([issuer.clone()], None).await;
    let token = provider.sign(&service.login(&provider, "ada"));
    assert_eq!(service.me(&token).await.status, 200);
    let ada = service.owner("corp|ada").await;
    let everything = Owner {
        permissions: scopes(&format!("{MANAGEMENT} {ORDERS} refunds:write")),
        ..ada.clone()
    };
    service.replace_owner(&everything, &ada).await;
    let me = service.me(&token).await.json();
    let held: Vec<_> = me["scopes"].as_array().unwrap().iter().collect();
    assert!(held.contains(&&json!("refunds:write")), "{me}");
    for privileged in ["admin", "operator"] {
        assert!(!held.contains(&&json!(privileged)), "{me}");
    }
    let path = "/v1/owners/corp%7Cada";
    let answer = service.get(path).bearer(&token).send().await;
    assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
    // A client would be the way around that.
    for scopes in [Value::Null, json!(["operator"])] {
        let body = json!({"name": "payments", "scopes": scopes});
        let made = service
            .post("/v1/clients")
            .bearer(&token)
            .json(&body)
            .send()
            .await;
        assert_eq!(
            made.refusal(),
            (403, "insufficient-scope".to_owned()),
            "{scopes}"
        );
    }
    let mut admins = issuer;
    admins.permissions = scopes(&format!("{PERMISSIONS} admin"));
    let service = trusting([admins], Some(service.left())).await;
    let seen = service.get(path).bearer(&token).send().await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    // What its record has beyond that makes it no match for an operator's client either.
    service
        .add_client(client_of(&world::ada(), "operators"))
        .await;
    let path = "/v1/clients/m2m_operators";
    let seen = service.get(path).bearer(&token).send().await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    let call = service.call(http::Method::PATCH, path).bearer(&token);
    let changed = call.json(&json!({"description": "mine"})).send().await;
    assert_eq!(changed.refusal(), (403, "insufficient-scope".to_owned()));
}

#[tokio::test]
async fn a_narrowed_login_makes_nothing_stronger_than_itself() {
    let (service, provider) = start(PermissionsSource::Record).await;
    let roles = ["clients:write", "clients:delegate", "clients:read"];
    let login = provider.sign(&service.telling_login(&provider, "ada", "acme", &roles));
    for (scopes, status) in [
        (Value::Null, 403),
        (json!(["orders:read"]), 403),
        (json!(["clients:read"]), 201),
    ] {
        let body = json!({"name": "payments", "scopes": scopes});
        let made = service
            .post("/v1/clients")
            .bearer(&login)
            .json(&body)
            .send()
            .await;
        assert_eq!(made.status, status, "{scopes}: {}", made.text());
    }
}

#[tokio::test]
async fn an_admin_makes_an_owner_before_its_first_login_and_says_who_decides() {
    let (service, provider) = start(PermissionsSource::Record).await;
    let admin = service.manager(MANAGEMENT).await;
    let put = async |owner: &str, organization: &str| {
        let body = json!({
            "organization": organization, "permissions": ["clients:read"], "permissions_source": "login",
        });
        let path = format!("/v1/owners/{owner}");
        let call = service.call(http::Method::PUT, &path).bearer(&admin);
        call.header("if-none-match", "*").json(&body).send().await
    };
    let made = put("corp%7Cada", "acme").await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.member("permissions_source"), "login");
    service.clock.advance(SignedDuration::from_secs(1));
    let changed = log_in(&service, &provider, &["clients:write"]).await;
    holds(&changed, "clients:write", "clients:write");
}

#[tokio::test]
async fn nobody_takes_the_owner_of_a_person_of_another_organization() {
    let provider = Outside::start().await;
    // One that names acme alone, and one that names mallory's organization, too.
    for issuer in [
        trusted(&provider),
        telling(&provider, PermissionsSource::Record),
    ] {
        let service = trusting([issuer], None).await;
        let globex = organization("globex");
        let mallory = world::owner("mallory", &globex);
        service.add_principals(&mallory, &globex).await;
        let admin = service.manager_of(&mallory, "mallory", "admin").await;
        let body = json!({"organization": "globex", "permissions": []});
        let call = service.call(http::Method::PUT, "/v1/owners/corp%7Cada");
        let put = call.bearer(&admin).header("if-none-match", "*").json(&body);
        let expected = (400, "invalid-request".to_owned());
        assert_eq!(put.send().await.refusal(), expected);
        let found = service.principals("corp|ada", "globex").await;
        assert_eq!(found.owner, None);
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_with_what_to_do() {
    let (service, provider) = start(PermissionsSource::Record).await;
    let globex = organization("globex");
    let ask = async |org: &str| {
        let login = service.telling_login(&provider, "ada", org, &[]);
        service.me(&provider.sign(&login)).await
    };
    assert_shows(
        "login_invalid",
        &service
            .me(&provider.sign(&json!({"iss": provider.issuer})))
            .await,
    );
    assert_shows("login_organization_not_listed", &ask("initech").await);
    assert_shows("login_organization_unknown", &ask("globex").await);
    assert_eq!(ask("acme").await.status, 200);
    service
        .add_principals(&world::owner("someone", &globex), &globex)
        .await;
    assert_shows("login_owner_elsewhere", &ask("globex").await);
    let acme = service.principals("corp|ada", "acme").await.organization;
    service.close(&acme.unwrap()).await;
    assert_shows("login_owner_inactive", &ask("acme").await);
}
