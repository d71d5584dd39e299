//! A1–A6 and HOSTILE 17–21: clients that sign for themselves, RFC 7523.

use jiff::SignedDuration;
use m2m_core::client::{Client, ClientState};
use m2m_core::client_auth::{AuthMethod, ClientKeys, RegisteredAuth, RetiringMethod};
use m2m_core::keys::{KeyState, SigningAlgorithm, SigningKey};
use m2m_core::ports::KeyRecord;
use m2m_local::stand_in::faults::Fault;
use m2m_testkit::builders::NOW;
use m2m_tests::assertions::{
    TYPE, ask, ask_with, by_key, claims, inline, registered, sign, with, without,
};
use m2m_tests::call::Answer;
use m2m_tests::dpop::ProofKey;
use m2m_tests::outside::Outside;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::{ada, client_of, secret_of};
use m2m_types::admin::credentials::AssertionAudience;
use serde_json::{Value, json};

use crate::support::assert_refused;

const ID: &str = "m2m_payments";

/// A service with `payments`, and the key that it is registered with.
async fn start() -> (TestService, ProofKey) {
    let (service, key) = (service::start().await, ProofKey::default());
    service.add_client(registered(by_key(&key))).await;
    (service, key)
}

#[track_caller]
fn accepted(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_refused(answer, 401, "invalid_client");
    assert_eq!(
        answer.member("error_description"),
        "client authentication failed"
    );
}

#[tokio::test]
async fn a01_one_assertion_of_the_one_type_authenticates() {
    let (service, key) = start().await;
    let assertion = || sign(&key, &claims(&service));
    accepted(&ask(&service, &assertion()).await);
    let form = |parameters: &[(&str, &str)]| {
        let mut all = vec![("grant_type", "client_credentials")];
        all.extend_from_slice(parameters);
        service.post("/oauth/token").form(&all)
    };
    let assertion = assertion();
    let one = ("client_assertion", assertion.as_str());
    for (parameters, status, error) in [
        (vec![one], 400, "invalid_request"),
        (
            vec![("client_assertion_type", TYPE)],
            400,
            "invalid_request",
        ),
        (
            vec![one, one, ("client_assertion_type", TYPE)],
            400,
            "invalid_request",
        ),
        (
            vec![one, ("client_assertion_type", "jwt-bearer")],
            401,
            "invalid_client",
        ),
        (
            vec![
                one,
                ("client_assertion_type", TYPE),
                ("client_id", ID),
                ("client_secret", "x"),
            ],
            400,
            "invalid_request",
        ),
    ] {
        assert_refused(&form(&parameters).send().await, status, error);
    }
    let with_basic =
        form(&[one, ("client_assertion_type", TYPE)]).basic(ID, &secret_of("payments"));
    assert_refused(&with_basic.send().await, 400, "invalid_request");
    accepted(&ask(&service, &assertion).await);
}

#[tokio::test]
async fn a02_issuer_and_subject_are_the_client() {
    let (service, key) = start().await;
    service.add_client(client_of(&ada(), "orders")).await;
    for changed in [
        with(claims(&service), "iss", "m2m_orders"),
        with(claims(&service), "sub", "m2m_orders"),
        with(claims(&service), "iss", "https://issuer.example"),
        without(claims(&service), "iss"),
        without(claims(&service), "sub"),
    ] {
        refused(&ask(&service, &sign(&key, &changed)).await);
        let named = ask_with(&service, &sign(&key, &changed), &[("client_id", ID)]).await;
        refused(&named);
    }
    let good = || sign(&key, &claims(&service));
    accepted(&ask_with(&service, &good(), &[("client_id", ID)]).await);
    refused(&ask_with(&service, &good(), &[("client_id", "m2m_orders")]).await);
}

#[tokio::test]
async fn a03_the_audience_is_the_issuer_alone() {
    let (service, key) = start().await;
    let issuer = service.issuer.as_str();
    let endpoint = service.issuer.join("/oauth/token");
    accepted(
        &ask(
            &service,
            &sign(&key, &with(claims(&service), "aud", json!([issuer]))),
        )
        .await,
    );
    for aud in [
        json!(endpoint),
        json!([endpoint]),
        json!([issuer, "https://other.example"]),
        json!([issuer, issuer]),
        json!([]),
        json!("https://other.example"),
        json!(format!("{issuer}/")),
        json!(7),
        json!(null),
        json!({"aud": issuer}),
    ] {
        refused(&ask(&service, &sign(&key, &with(claims(&service), "aud", aud))).await);
    }
    refused(&ask(&service, &sign(&key, &without(claims(&service), "aud"))).await);
}

#[tokio::test]
async fn a03_a_client_may_be_registered_for_the_token_endpoint() {
    let (service, key) = (service::start().await, ProofKey::default());
    let method = AuthMethod::PrivateKeyJwt {
        keys: inline(&[key.jwk()]),
        audience: AssertionAudience::TokenEndpoint,
    };
    service.add_client(registered(method)).await;
    let endpoint = service.issuer.join("/oauth/token");
    let ask_for = async |aud: Value| {
        let assertion = sign(&key, &with(claims(&service), "aud", aud));
        ask(&service, &assertion).await
    };
    accepted(&ask_for(json!(endpoint)).await);
    accepted(&ask_for(json!(service.issuer.as_str())).await);
    refused(&ask_for(json!([endpoint, service.issuer.as_str()])).await);
    refused(&ask_for(json!(service.issuer.join("/oauth/introspect"))).await);
}

#[tokio::test]
async fn a04_h20_times_are_checked_with_ten_seconds_of_leeway() {
    let (service, key) = start().await;
    let now = service.now().as_second();
    let ask_with_times = async |exp: i64, nbf: i64, iat: i64| {
        let mut changed = with(claims(&service), "exp", now + exp);
        changed["nbf"] = json!(now + nbf);
        changed["iat"] = json!(now + iat);
        ask(&service, &sign(&key, &changed)).await
    };
    for (exp, nbf, iat) in [
        (60, 0, 0),
        (300, 0, 0),
        (310, 0, 0),
        (60, 8, 8),
        (-9, 0, 0),
        (60, -900, -900),
    ] {
        accepted(&ask_with_times(exp, nbf, iat).await);
    }
    for (exp, nbf, iat) in [
        (311, 0, 0),
        (86_400, 0, 0),
        (-10, 0, 0),
        (-300, 0, 0),
        (60, 61, 0),
        (60, 0, 61),
    ] {
        refused(&ask_with_times(exp, nbf, iat).await);
    }
    for name in ["exp", "nbf", "iat"] {
        for value in [json!((now + 60).to_string()), json!(null), json!([now])] {
            refused(&ask(&service, &sign(&key, &with(claims(&service), name, value))).await);
        }
    }
    refused(&ask(&service, &sign(&key, &without(claims(&service), "exp"))).await);
    accepted(&ask(&service, &sign(&key, &without(claims(&service), "iat"))).await);
}

#[tokio::test]
async fn a05_an_assertion_is_spent_once() {
    let (service, key) = start().await;
    let assertion = sign(&key, &claims(&service));
    accepted(&ask(&service, &assertion).await);
    refused(&ask(&service, &assertion).await);
    let jti = |jti: Value| sign(&key, &with(claims(&service), "jti", jti));
    for wrong in [json!(""), json!("a".repeat(129)), json!(7), json!(null)] {
        refused(&ask(&service, &jti(wrong)).await);
    }
    refused(&ask(&service, &sign(&key, &without(claims(&service), "jti"))).await);
    accepted(&ask(&service, &jti(json!("a".repeat(128)))).await);
}

#[tokio::test]
async fn a05_h19_another_instance_knows_what_was_spent() {
    let (service, key) = start().await;
    let spent = sign(&key, &claims(&service));
    accepted(&ask(&service, &spent).await);
    let other = service::start_with(Setup {
        after: Some(service.left()),
        ..Setup::default()
    })
    .await;
    refused(&ask(&other, &spent).await);
    let raced = sign(&key, &claims(&service));
    let (here, there) = tokio::join!(ask(&service, &raced), ask(&other, &raced));
    let mut statuses = [here.status, there.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401]);
}

#[tokio::test]
async fn a05_a_used_jti_of_one_client_does_not_stop_another() {
    let (service, key) = start().await;
    let other = Client {
        auth: RegisteredAuth {
            method: by_key(&key),
            retiring: None,
        },
        ..client_of(&ada(), "orders")
    };
    service.add_client(other).await;
    let first = with(claims(&service), "jti", "one");
    accepted(&ask(&service, &sign(&key, &first)).await);
    let second = with(with(first, "iss", "m2m_orders"), "sub", "m2m_orders");
    accepted(&ask(&service, &sign(&key, &second)).await);
}

#[tokio::test]
async fn a05_a_store_that_cannot_say_grants_nothing() {
    let (service, key) = start().await;
    let assertion = sign(&key, &claims(&service));
    for fault in [Fault::ServerError, Fault::AnswerLost] {
        service.faults.always("PutItem", fault);
        let answer = ask(&service, &assertion).await;
        assert_refused(&answer, 503, "temporarily_unavailable");
        assert!(answer.header("retry-after").is_some());
        service.faults.clear();
    }
    // The last write arrived, so it counts as used.
    refused(&ask(&service, &assertion).await);
}

#[tokio::test]
async fn a05_one_lost_answer_costs_nobody_anything() {
    let (service, key) = start().await;
    service.faults.next(1, "PutItem", Fault::AnswerLost);
    accepted(&ask(&service, &sign(&key, &claims(&service))).await);
}

#[tokio::test]
async fn a06_three_algorithms_and_no_other() {
    for algorithm in SigningAlgorithm::ALL {
        let service = service::start().await;
        let key = SigningKey::parse(&KeyRecord {
            algorithm: *algorithm,
            state: KeyState::Active { since: NOW },
            pkcs8: algorithm.generate().unwrap(),
        })
        .unwrap();
        let method = AuthMethod::PrivateKeyJwt {
            keys: inline(&[serde_json::to_value(key.jwk()).unwrap()]),
            audience: AssertionAudience::Issuer,
        };
        service.add_client(registered(method)).await;
        let assertion = key.sign_as("JWT", &claims(&service)).unwrap();
        accepted(&ask(&service, &assertion).await);
    }
    let (service, key) = start().await;
    for alg in [
        "none", "None", "HS256", "RS256", "EdDSA", "PS256", "ES384", "",
    ] {
        let assertion = key.sign_with(&json!({"alg": alg}), &claims(&service));
        refused(&ask(&service, &assertion).await);
        let unsigned = format!("{}.", assertion.rsplit_once('.').unwrap().0);
        refused(&ask(&service, &unsigned).await);
    }
}

/// Keys that have no name are called by their thumbprint.
#[tokio::test]
async fn a06_the_header_names_one_of_many_keys() {
    let keys: Vec<ProofKey> = (0..20).map(|_| ProofKey::default()).collect();
    let set: Vec<Value> = keys.iter().map(ProofKey::jwk).collect();
    let service = service::start().await;
    let method = AuthMethod::PrivateKeyJwt {
        keys: inline(&set),
        audience: AssertionAudience::Issuer,
    };
    service.add_client(registered(method)).await;
    for key in &keys {
        let named = json!({"alg": "ES256", "kid": key.thumbprint()});
        let assertion = key.sign_with(&named, &claims(&service));
        assert_eq!(ask(&service, &assertion).await.status, 200);
    }
    let by_another = json!({"alg": "ES256", "kid": keys[0].thumbprint()});
    let assertion = keys[1].sign_with(&by_another, &claims(&service));
    assert_refused(&ask(&service, &assertion).await, 401, "invalid_client");
    let unnamed = sign(&keys[1], &claims(&service));
    assert_refused(&ask(&service, &unnamed).await, 401, "invalid_client");
}

#[tokio::test]
async fn h17_the_registered_method_is_binding() {
    let (service, key) = start().await;
    service.add_client(client_of(&ada(), "orders")).await;
    // The client still has a secret, which proves nothing any more.
    refused(&service.ask(ID, &secret_of("payments")).await);
    let of_orders = with(
        with(claims(&service), "iss", "m2m_orders"),
        "sub",
        "m2m_orders",
    );
    refused(&ask(&service, &sign(&key, &of_orders)).await);
    accepted(&service.ask("m2m_orders", &secret_of("orders")).await);
}

#[tokio::test]
async fn h17_a_replaced_method_works_until_its_end() {
    let (service, key) = (service::start().await, ProofKey::default());
    let until = service.now() + SignedDuration::from_mins(10);
    let client = Client {
        auth: RegisteredAuth {
            method: by_key(&key),
            retiring: Some(RetiringMethod {
                method: AuthMethod::ClientSecret,
                until,
            }),
        },
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    accepted(&service.ask(ID, &secret_of("payments")).await);
    accepted(&ask(&service, &sign(&key, &claims(&service))).await);
    service.clock.set(until);
    refused(&service.ask(ID, &secret_of("payments")).await);
    accepted(&ask(&service, &sign(&key, &claims(&service))).await);
}

#[tokio::test]
async fn h17_replaced_keys_work_until_their_end() {
    let (service, old, new) = (
        service::start().await,
        ProofKey::default(),
        ProofKey::default(),
    );
    let until = service.now() + SignedDuration::from_mins(10);
    let client = Client {
        auth: RegisteredAuth {
            method: by_key(&new),
            retiring: Some(RetiringMethod {
                method: by_key(&old),
                until,
            }),
        },
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    for key in [&old, &new] {
        accepted(&ask(&service, &sign(key, &claims(&service))).await);
    }
    service.clock.set(until);
    refused(&ask(&service, &sign(&old, &claims(&service))).await);
    accepted(&ask(&service, &sign(&new, &claims(&service))).await);
}

#[tokio::test]
async fn h18_keys_and_kinds_of_token_are_the_clients_own() {
    let (service, key) = start().await;
    let thief = ProofKey::default();
    refused(&ask(&service, &sign(&thief, &claims(&service))).await);
    let header =
        json!({"alg": "ES256", "jwk": thief.jwk(), "jku": "http://127.0.0.1:1/", "x5u": "x"});
    refused(&ask(&service, &thief.sign_with(&header, &claims(&service))).await);
    for typ in [
        "JWT",
        "jwt",
        "client-authentication+jwt",
        "application/client-authentication+jwt",
    ] {
        let header = json!({"alg": "ES256", "typ": typ});
        accepted(&ask(&service, &key.sign_with(&header, &claims(&service))).await);
    }
    for header in [
        json!({"alg": "ES256", "typ": "at+jwt"}),
        json!({"alg": "ES256", "typ": "dpop+jwt"}),
        json!({"alg": "ES256", "typ": ""}),
        json!({"alg": "ES256", "crit": ["exp"]}),
        json!({"alg": "ES256", "kid": "../../etc/passwd"}),
        json!({"alg": "ES256", "kid": 7}),
    ] {
        refused(&ask(&service, &key.sign_with(&header, &claims(&service))).await);
    }
}

#[tokio::test]
async fn h21_published_keys_are_fetched_once_and_only_for_their_client() {
    let (service, outside) = (service::start().await, Outside::start().await);
    let method = AuthMethod::PrivateKeyJwt {
        keys: ClientKeys::Uri(outside.jwks_uri().parse().unwrap()),
        audience: AssertionAudience::Issuer,
    };
    service.add_client(registered(method)).await;
    let key = &outside.key;
    // Nothing of this is worth a fetch.
    let unknown = with(
        with(claims(&service), "iss", "m2m_nobody"),
        "sub",
        "m2m_nobody",
    );
    let expired = with(claims(&service), "exp", 1);
    for hopeless in [sign(key, &unknown), sign(key, &expired), "a.b.c".to_owned()] {
        refused(&ask_with(&service, &hopeless, &[("client_id", ID)]).await);
    }
    refused(&service.ask(ID, &secret_of("payments")).await);
    assert_eq!(outside.fetches(), 0);
    for _ in 0..3 {
        accepted(&ask(&service, &sign(key, &claims(&service))).await);
    }
    for kid in 0..10 {
        let header = json!({"alg": "ES256", "kid": kid.to_string()});
        refused(&ask(&service, &key.sign_with(&header, &claims(&service))).await);
    }
    assert_eq!(outside.fetches(), 1);
    // A key that is new is found after the cooldown.
    let new = ProofKey::default();
    outside.publish(&[new.jwk()]);
    service
        .clock
        .set(service.now() + SignedDuration::from_secs(30));
    let header = json!({"alg": "ES256", "kid": new.thumbprint()});
    accepted(&ask(&service, &new.sign_with(&header, &claims(&service))).await);
    assert_eq!(outside.fetches(), 2);
}

#[tokio::test]
async fn t16_keys_that_cannot_be_had_are_503_and_count_as_no_failure() {
    let service = service::start().await;
    let key = ProofKey::default();
    let method = AuthMethod::PrivateKeyJwt {
        keys: ClientKeys::Uri("http://127.0.0.1:1/keys".parse().unwrap()),
        audience: AssertionAudience::Issuer,
    };
    service.add_client(registered(method)).await;
    for _ in 0..25 {
        let answer = ask(&service, &sign(&key, &claims(&service))).await;
        assert_refused(&answer, 503, "temporarily_unavailable");
        assert!(answer.header("retry-after").is_some());
    }
}

#[tokio::test]
async fn t15_every_failed_assertion_has_the_same_bytes_and_costs_the_same_reads() {
    let (service, key) = start().await;
    let deleted = Client {
        state: ClientState::Deleted {
            restorable_until: NOW + SignedDuration::from_hours(24),
            was_disabled: false,
        },
        auth: RegisteredAuth {
            method: by_key(&key),
            retiring: None,
        },
        ..client_of(&ada(), "deleted")
    };
    service.add_client(deleted).await;
    service.add_client(client_of(&ada(), "by-secret")).await;
    let of = |id: &str| with(with(claims(&service), "iss", id), "sub", id);
    let replayed = sign(&key, &claims(&service));
    accepted(&ask(&service, &replayed).await);
    let mut answers = Vec::new();
    for (what, assertion) in [
        ("wrong key", sign(&ProofKey::default(), &claims(&service))),
        ("unknown", sign(&key, &of("m2m_nobody"))),
        ("deleted", sign(&key, &of("m2m_deleted"))),
        ("another method", sign(&key, &of("m2m_by-secret"))),
        ("expired", sign(&key, &with(claims(&service), "exp", 1))),
        (
            "another audience",
            sign(&key, &with(claims(&service), "aud", "https://a.example")),
        ),
    ] {
        // The service gets to know who stands behind the client.
        ask(&service, &assertion).await;
        service.faults.take_calls();
        let mut answer = ask(&service, &assertion).await;
        // One read, and the record of the attempt.
        let calls = service.faults.take_calls();
        assert_eq!(calls, ["BatchGetItem", "PutItem"], "{what}");
        refused(&answer);
        let id = answer.member("correlation_id");
        answer.body = answer.text().replace(&id, "-").into_bytes();
        answer.headers.remove("date");
        answers.push(answer);
    }
    assert!(
        answers.windows(2).all(|two| two[0] == two[1]),
        "{answers:?}"
    );
    service.directory.take_reads();
    for malformed in ["", "a.b.c", "e30.e30.AA", &replayed[1..]] {
        let answer = ask_with(&service, malformed, &[("client_id", ID)]).await;
        assert!(answer.status == 401 || malformed.is_empty());
    }
    assert_eq!(service.directory.take_reads(), 0);
}

#[tokio::test]
async fn a_token_by_assertion_costs_one_read_and_one_write() {
    let (service, key) = start().await;
    for _ in 0..2 {
        accepted(&ask(&service, &sign(&key, &claims(&service))).await);
    }
    service.faults.take_calls();
    accepted(&ask(&service, &sign(&key, &claims(&service))).await);
    assert_eq!(service.faults.take_calls(), ["BatchGetItem", "PutItem"]);
}
