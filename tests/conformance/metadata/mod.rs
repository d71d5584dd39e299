//! M1–M6: what the service says of itself.

mod browsers;

use jiff::SignedDuration;
use m2m_core::client::{Client, GrantType};
use m2m_core::client_auth::{AuthMethod, RegisteredAuth, RetiringMethod};
use m2m_local::stand_in::faults::Fault;
use m2m_tests::assertions::{by_key, sign};
use m2m_tests::call::Answer;
use m2m_tests::dpop::ProofKey;
use m2m_tests::service::TestService;
use m2m_tests::world::{MANAGEMENT, ada, client_of};
use m2m_tests::{assertions, jwt, service};
use serde_json::{Value, json};

use crate::support::{ID, ask, secret, with_payments};

const WELL_KNOWN: [&str; 2] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
];
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWKS: &str = "/.well-known/jwks.json";

async fn metadata(service: &TestService) -> Value {
    service.get(WELL_KNOWN[0]).send().await.json()
}

#[tokio::test]
async fn m01_both_places_have_the_same_metadata() {
    let service = service::start().await;
    let answers = [
        service.get(WELL_KNOWN[0]).send().await,
        service.get(WELL_KNOWN[1]).send().await,
    ];
    for answer in &answers {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert_eq!(answers[0].body, answers[1].body);
    let issuer = service.issuer.as_str();
    let methods = [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ];
    let algorithms = ["ES256", "RS256", "EdDSA"];
    assert_eq!(
        answers[0].json(),
        json!({
            "issuer": issuer,
            "token_endpoint": format!("{issuer}/oauth/token"),
            "jwks_uri": format!("{issuer}{JWKS}"),
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials", EXCHANGE],
            "token_endpoint_auth_methods_supported": methods,
            "token_endpoint_auth_signing_alg_values_supported": algorithms,
            "introspection_endpoint": format!("{issuer}/oauth/introspect"),
            "introspection_endpoint_auth_methods_supported": methods,
            "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
            "introspection_signing_alg_values_supported": ["ES256"],
            "revocation_endpoint": format!("{issuer}/oauth/revoke"),
            "revocation_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
            "revocations_uri": format!("{issuer}/.well-known/revocations"),
            "scopes_supported": MANAGEMENT.split(' ').collect::<Vec<_>>(),
            "dpop_signing_alg_values_supported": algorithms,
            "protected_resources": [format!("{issuer}/v1")],
        })
    );
}

#[tokio::test]
async fn m02_issuer_equals_iss_to_the_byte() {
    let service = with_payments().await;
    let token = ask(&service, &[]).await.member("access_token");
    assert_eq!(
        metadata(&service).await["issuer"],
        jwt::claims(&token)["iss"]
    );
}

#[tokio::test]
async fn m03_grants_are_explicit_and_response_types_empty() {
    let service = service::start().await;
    let metadata = metadata(&service).await;
    assert_eq!(
        metadata["grant_types_supported"],
        json!(["client_credentials", EXCHANGE])
    );
    assert_eq!(metadata["response_types_supported"], json!([]));
}

/// Everything of ours is below the issuer, which is where the test's service listens.
async fn fetch(service: &TestService, url: &Value) -> Answer {
    let path = url
        .as_str()
        .unwrap()
        .strip_prefix(service.issuer.as_str())
        .unwrap();
    service.get(path).send().await
}

#[tokio::test]
async fn m04_every_advertised_thing_works() {
    let (service, key) = with_exchanging_payments().await;
    let subject = ask(&service, &[]).await.member("access_token");
    let metadata = metadata(&service).await;
    assert_eq!(fetch(&service, &metadata["jwks_uri"]).await.status, 200);
    let endpoint = fetch(&service, &metadata["token_endpoint"]).await;
    assert_eq!(
        (endpoint.status, endpoint.header("allow")),
        (405, Some("POST"))
    );
    for resource in metadata["protected_resources"].as_array().unwrap() {
        let path = resource
            .as_str()
            .unwrap()
            .strip_prefix(service.issuer.as_str())
            .unwrap();
        let url = service
            .issuer
            .join(&format!("/.well-known/oauth-protected-resource{path}"));
        assert_eq!(
            fetch(&service, &json!(url)).await.json()["resource"],
            *resource
        );
    }
    let secret = secret();
    for grant in metadata["grant_types_supported"].as_array().unwrap() {
        for method in metadata["token_endpoint_auth_methods_supported"]
            .as_array()
            .unwrap()
        {
            let mut form = vec![("grant_type", grant.as_str().unwrap())];
            let assertion = sign(&key, &assertions::claims(&service));
            let by_assertion = [
                ("client_assertion_type", assertions::TYPE),
                ("client_assertion", assertion.as_str()),
            ];
            if *grant == EXCHANGE {
                let kind = "urn:ietf:params:oauth:token-type:access_token";
                form.extend([("subject_token", &*subject), ("subject_token_type", kind)]);
            }
            let call = service.post("/oauth/token");
            let call = match method.as_str().unwrap() {
                "client_secret_basic" => call.basic(ID, &secret),
                "client_secret_post" => {
                    form.extend([("client_id", ID), ("client_secret", secret.as_str())]);
                    call
                }
                "private_key_jwt" => {
                    form.extend(by_assertion.iter().copied());
                    call
                }
                other => unreachable!("{other} is advertised"),
            };
            assert_eq!(
                call.form(&form).send().await.status,
                200,
                "{grant} {method}"
            );
        }
    }
    check_introspection(&service, &key, &metadata).await;
    check_revocation(&service, &key, &metadata).await;
    for scope in metadata["scopes_supported"].as_array().unwrap() {
        let resource = service.issuer.join("/v1");
        let asked = [
            ("resource", resource.as_str()),
            ("scope", scope.as_str().unwrap()),
        ];
        assert_eq!(ask(&service, &asked).await.status, 200, "{scope}");
    }
}

/// A service whose client may use every grant and, while one replaces the other, two methods; and its key.
async fn with_exchanging_payments() -> (TestService, ProofKey) {
    let (service, key) = (service::start().await, ProofKey::default());
    let client = Client {
        grant_types: GrantType::ALL.to_vec(),
        auth: RegisteredAuth {
            method: by_key(&key),
            retiring: Some(RetiringMethod {
                method: AuthMethod::ClientSecret,
                until: service.now() + SignedDuration::from_hours(1),
            }),
        },
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    (service, key)
}

/// Every method works there, and the answer is signed with an algorithm that is listed.
async fn check_introspection(service: &TestService, key: &ProofKey, metadata: &Value) {
    let (secret, url) = (secret(), &metadata["introspection_endpoint"]);
    let path = url.as_str().unwrap().strip_prefix(service.issuer.as_str());
    for method in metadata["introspection_endpoint_auth_methods_supported"]
        .as_array()
        .unwrap()
    {
        let mut form = vec![("token", "x")];
        let assertion = sign(key, &assertions::claims(service));
        let call = service.post(path.unwrap());
        let call = match method.as_str().unwrap() {
            "client_secret_basic" => call.basic(ID, &secret),
            "client_secret_post" => {
                form.extend([("client_id", ID), ("client_secret", secret.as_str())]);
                call
            }
            "private_key_jwt" => {
                form.extend([
                    ("client_assertion_type", assertions::TYPE),
                    ("client_assertion", assertion.as_str()),
                ]);
                call
            }
            other => unreachable!("{other} is advertised"),
        };
        let media_type = "application/token-introspection+jwt";
        let answer = call.header("accept", media_type).form(&form).send().await;
        let algorithms = &metadata["introspection_signing_alg_values_supported"];
        let used = jwt::header(answer.text())["alg"].clone();
        assert!(algorithms.as_array().unwrap().contains(&used), "{method}");
    }
}

/// Every method works there, and what is revoked is in the snapshot.
async fn check_revocation(service: &TestService, key: &ProofKey, metadata: &Value) {
    let (secret, url) = (secret(), &metadata["revocation_endpoint"]);
    let path = url.as_str().unwrap().strip_prefix(service.issuer.as_str());
    for method in metadata["revocation_endpoint_auth_methods_supported"]
        .as_array()
        .unwrap()
    {
        let token = ask(service, &[]).await.member("access_token");
        let mut form = vec![("token", token.as_str())];
        let assertion = sign(key, &assertions::claims(service));
        let call = service.post(path.unwrap());
        let call = match method.as_str().unwrap() {
            "client_secret_basic" => call.basic(ID, &secret),
            "client_secret_post" => {
                form.extend([("client_id", ID), ("client_secret", secret.as_str())]);
                call
            }
            "private_key_jwt" => {
                form.extend([
                    ("client_assertion_type", assertions::TYPE),
                    ("client_assertion", assertion.as_str()),
                ]);
                call
            }
            other => unreachable!("{other} is advertised"),
        };
        assert_eq!(call.form(&form).send().await.status, 200, "{method}");
        let snapshot = fetch(service, &metadata["revocations_uri"]).await;
        let revoked = jwt::claims(snapshot.text())["jtis"].clone();
        let jti = jwt::claims(&token)["jti"].clone();
        assert!(revoked.as_array().unwrap().contains(&jti), "{method}");
    }
}

#[tokio::test]
async fn m04_what_is_left_out_while_a_store_fails_is_not_kept() {
    let service = service::start().await;
    let kept = async || {
        let answer = service.get(WELL_KNOWN[0]).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.header("cache-control").unwrap().to_owned()
    };
    assert_eq!(kept().await, "public, max-age=300");
    service.clock.advance(SignedDuration::from_mins(6));
    service.faults.always("Query", Fault::ServerError);
    assert_eq!(kept().await, "no-store");
    service.faults.clear();
    assert_eq!(kept().await, "public, max-age=300");
}

#[tokio::test]
async fn m04_everything_that_works_is_advertised() {
    let service = with_payments().await;
    let metadata = metadata(&service).await;
    // Whatever RFC 6749, 7523, 8628, 8693 and OpenID CIBA know; only what is advertised is supported.
    for grant in [
        "client_credentials",
        "authorization_code",
        "password",
        "refresh_token",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:openid:params:grant-type:ciba",
    ] {
        let call = service.post("/oauth/token").basic(ID, &secret());
        let answer = call.form(&[("grant_type", grant)]).send().await;
        let works = answer.refusal().1 != "unsupported_grant_type";
        let advertised = metadata["grant_types_supported"]
            .as_array()
            .unwrap()
            .contains(&json!(grant));
        assert_eq!(works, advertised, "{grant}");
    }
    // Every endpoint that RFC 8414 has a name for is there exactly if it is named.
    for (name, path) in [
        ("token_endpoint", "/oauth/token"),
        ("introspection_endpoint", "/oauth/introspect"),
        ("revocation_endpoint", "/oauth/revoke"),
        ("authorization_endpoint", "/oauth/authorize"),
        ("registration_endpoint", "/oauth/register"),
        ("pushed_authorization_request_endpoint", "/oauth/par"),
        ("userinfo_endpoint", "/userinfo"),
    ] {
        let is_there = service.post(path).form(&[]).send().await.status != 404;
        assert_eq!(is_there, metadata.get(name).is_some(), "{name}");
    }
    // Assertions of another type are not, so they do not authenticate.
    let assertion = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    let answer = service
        .post("/oauth/token")
        .form(&[
            ("grant_type", "client_credentials"),
            ("client_id", ID),
            ("client_assertion_type", assertion),
            ("client_assertion", "a.b.c"),
        ])
        .send()
        .await;
    assert_eq!(answer.refusal(), (401, "invalid_client".to_owned()));
}

#[tokio::test]
async fn m05_algorithms_are_listed_only_with_jwt_authentication() {
    let service = service::start().await;
    let metadata = metadata(&service).await;
    let methods = metadata["token_endpoint_auth_methods_supported"]
        .as_array()
        .unwrap();
    let with_jwt = methods
        .iter()
        .any(|method| method.as_str().unwrap().ends_with("_jwt"));
    let algorithms = metadata.get("token_endpoint_auth_signing_alg_values_supported");
    assert_eq!(algorithms.is_some(), with_jwt);
    assert!(!metadata.to_string().contains("\"none\""));
}
