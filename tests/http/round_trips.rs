//! How often the stores are asked for a token: the first time on an instance and after it, by kind of authentication.
//! Each is a part of the answer's time and of the bill.

use m2m_core::client_auth::AuthMethod;
use m2m_core::mutual_tls::MutualTls;
use m2m_tests::assertions::{self, ask, ask_with, by_key, registered, sign};
use m2m_tests::call::Answer;
use m2m_tests::certificates::ClientAuthority;
use m2m_tests::dpop::{self, ProofKey};
use m2m_tests::outside::Outside;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::{ada, client_of, secret_of};
use m2m_types::admin::credentials::{CertificateSubject, Trust};
use serde_json::json;

const ID: &str = "m2m_payments";
const READ: &str = "BatchGetItem";

/// An instance that has served nobody yet and has its keys, as a function has after its init.
async fn cold(client: m2m_core::client::Client) -> TestService {
    let mutual_tls = MutualTls::SameEndpoint;
    let setup = |after| Setup {
        mutual_tls: mutual_tls.clone(),
        after,
        ..Setup::default()
    };
    let first = service::start_with(setup(None)).await;
    first.add_client(client).await;
    let second = service::start_with(setup(Some(first.left()))).await;
    second.get("/.well-known/jwks.json").send().await;
    second.faults.take_calls();
    second
}

/// What the stores were asked for a token that was got.
#[track_caller]
fn calls(service: &TestService, answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut calls = service.faults.take_calls();
    calls.sort();
    calls
}

async fn by_secret(service: &TestService) -> Answer {
    service
        .post("/oauth/token")
        .basic(ID, &secret_of("payments"))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
}

#[tokio::test]
async fn a_secret_costs_one_read() {
    let service = cold(client_of(&ada(), "payments")).await;
    // The client, then who its owner and organization are, which no instance knows beforehand; the use of the secret.
    let first = calls(&service, &by_secret(&service).await);
    assert_eq!(first, [READ, READ, "UpdateItem"]);
    let warm = calls(&service, &by_secret(&service).await);
    assert_eq!(warm, [READ]);
}

#[tokio::test]
async fn an_assertion_costs_one_read_and_the_name_that_is_spent() {
    let key = ProofKey::default();
    let service = cold(registered(by_key(&key))).await;
    let assertion = || sign(&key, &assertions::claims(&service));
    let first = calls(&service, &ask(&service, &assertion()).await);
    assert_eq!(first, [READ, READ, "PutItem"]);
    let warm = calls(&service, &ask(&service, &assertion()).await);
    assert_eq!(warm, [READ, "PutItem"]);
}

#[tokio::test]
async fn a_token_of_an_outside_issuer_costs_one_read() {
    let issuer = Outside::start().await;
    let (subject, audience) = ("system:serviceaccount:prod:payments", "https://m2m.example");
    let trust = Trust {
        issuer: issuer.issuer.clone(),
        subject: subject.to_owned(),
        subject_is_pattern: false,
        audience: audience.to_owned(),
        claims: std::collections::BTreeMap::new(),
        max_age_seconds: 3600,
        jwks_uri: None,
    };
    let service = cold(registered(AuthMethod::WorkloadIdentity(vec![trust]))).await;
    let now = service.now().as_second();
    let claims = json!({"iss": issuer.issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + 600});
    let token = issuer.sign(&claims);
    let present = async || ask_with(&service, &token, &[("client_id", ID)]).await;
    let first = calls(&service, &present().await);
    assert_eq!(first, [READ, READ]);
    assert_eq!(issuer.fetches(), 2, "metadata and keys");
    let warm = calls(&service, &present().await);
    assert_eq!(warm, [READ]);
    assert_eq!(issuer.fetches(), 2, "nothing is fetched again");
}

#[tokio::test]
async fn a_certificate_costs_one_read() {
    let subject = CertificateSubject::SubjectDn("CN=payments,O=Acme".to_owned());
    let service = cold(registered(AuthMethod::TlsClientAuth(subject))).await;
    let certified = ClientAuthority::default().certify("payments", Vec::new());
    service.present(Some(certified.presented(true)));
    let form = [("grant_type", "client_credentials"), ("client_id", ID)];
    let present = async || service.post("/oauth/token").form(&form).send().await;
    let first = calls(&service, &present().await);
    assert_eq!(first, [READ, READ]);
    let warm = calls(&service, &present().await);
    assert_eq!(warm, [READ]);
}

#[tokio::test]
async fn a_proof_of_possession_costs_the_name_that_is_spent_beside() {
    let service = cold(client_of(&ada(), "payments")).await;
    let key = ProofKey::default();
    by_secret(&service).await;
    service.faults.take_calls();
    let proof = key.sign(&dpop::claims(&service, "POST", "/oauth/token"));
    let bound = service
        .post("/oauth/token")
        .basic(ID, &secret_of("payments"))
        .header("DPoP", &proof)
        .form(&[("grant_type", "client_credentials")])
        .send();
    let warm = calls(&service, &bound.await);
    assert_eq!(warm, [READ, "PutItem"]);
}
