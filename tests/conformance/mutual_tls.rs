//! C1–C4: client certificates, RFC 8705. What TLS itself proves is shown in the suite `http`.

use m2m_core::client::Client;
use m2m_core::client_auth::{AuthMethod, ClientKeys, RegisteredAuth, RetiringMethod};
use m2m_core::dpop::DpopNonces;
use m2m_core::mutual_tls::MutualTls;
use m2m_tests::call::Answer;
use m2m_tests::certificates::{Certified, ClientAuthority, self_signed};
use m2m_tests::jwt;
use m2m_tests::outside::Outside;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::{ada, client_of, secret_of};
use m2m_types::admin::credentials::{CertificateSubject, Jwks};
use m2m_types::issuer::Issuer;
use rcgen::{KeyPair, PKCS_ED25519, SanType};
use serde_json::{Map, Value, json};

use crate::support::assert_refused;

const ID: &str = "m2m_payments";

async fn start() -> TestService {
    let setup = Setup {
        mutual_tls: MutualTls::SameEndpoint,
        ..Setup::default()
    };
    service::start_with(setup).await
}

/// A service with the client `payments` that is registered like that.
async fn with_client(method: AuthMethod) -> TestService {
    let service = start().await;
    service.add_client(registered(method)).await;
    service
}

fn registered(method: AuthMethod) -> Client {
    Client {
        auth: RegisteredAuth {
            method,
            retiring: None,
        },
        ..client_of(&ada(), "payments")
    }
}

fn subject(text: &str) -> AuthMethod {
    AuthMethod::TlsClientAuth(CertificateSubject::SubjectDn(text.to_owned()))
}

/// Asks as `payments` with nothing but the certificate.
async fn ask(service: &TestService) -> Answer {
    let form = [("grant_type", "client_credentials"), ("client_id", ID)];
    service.post("/oauth/token").form(&form).send().await
}

/// Whether a certificate authenticates `payments`.
async fn is_let_in(service: &TestService, certified: &Certified, is_chain_trusted: bool) -> bool {
    service.present(Some(certified.presented(is_chain_trusted)));
    let answer = ask(service).await;
    if answer.status != 200 {
        assert_refused(&answer, 401, "invalid_client");
    }
    answer.status == 200
}

#[tokio::test]
async fn c01_a_trusted_certificate_with_the_registered_subject_authenticates() {
    let service = with_client(subject("CN=payments,O=Acme")).await;
    let authority = ClientAuthority::default();
    let good = authority.certify("payments", Vec::new());
    assert!(is_let_in(&service, &good, true).await);
    let other = authority.certify("orders", Vec::new());
    assert!(!is_let_in(&service, &other, true).await);
}

#[tokio::test]
async fn c01_a_chain_that_nobody_trusts_proves_nothing() {
    let service = with_client(subject("CN=payments,O=Acme")).await;
    let own = self_signed("payments", KeyPair::generate().unwrap());
    assert!(!is_let_in(&service, &own, false).await);
}

#[tokio::test]
async fn c01_each_kind_of_alternative_name_can_be_the_registered_one() {
    use CertificateSubject::{SanDns, SanEmail, SanIp, SanUri};
    let names = vec![
        SanType::DnsName("pay.example".try_into().unwrap()),
        SanType::URI("spiffe://acme/pay".try_into().unwrap()),
        SanType::IpAddress("192.0.2.1".parse().unwrap()),
        SanType::Rfc822Name("pay@acme.example".try_into().unwrap()),
    ];
    let authority = ClientAuthority::default();
    let named = authority.certify("payments", names);
    let unnamed = authority.certify("payments", Vec::new());
    for registered in [
        SanDns("pay.example".to_owned()),
        SanUri("spiffe://acme/pay".to_owned()),
        SanIp("192.0.2.1".to_owned()),
        SanEmail("pay@acme.example".to_owned()),
    ] {
        let service = with_client(AuthMethod::TlsClientAuth(registered)).await;
        assert!(is_let_in(&service, &named, true).await);
        assert!(!is_let_in(&service, &unnamed, true).await);
    }
}

#[tokio::test]
async fn c01_a_certificate_outside_its_validity_proves_nothing() {
    let service = with_client(subject("CN=payments,O=Acme")).await;
    let good = ClientAuthority::default().certify("payments", Vec::new());
    assert!(is_let_in(&service, &good, true).await);
    // It began in 1975.
    service.clock.set("1974-12-31T23:59:59Z".parse().unwrap());
    service.present(Some(good.presented(true)));
    assert_ne!(ask(&service).await.status, 200);
}

fn jwks(keys: &[&KeyPair]) -> ClientKeys {
    let keys = keys.iter().map(|key| jwk(key));
    let set = Map::from_iter([("keys".to_owned(), Value::from_iter(keys))]);
    ClientKeys::Inline(Jwks::try_from(set).unwrap())
}

/// The key of a certificate as it is registered.
fn jwk(key: &KeyPair) -> Value {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    match key.public_key_raw() {
        [4, point @ ..] => {
            let (x, y) = point.split_at(32);
            json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)})
        }
        ed25519 => json!({"kty": "OKP", "crv": "Ed25519", "x": encode(ed25519)}),
    }
}

#[tokio::test]
async fn c01_the_keys_of_self_signed_certificates_may_be_published() {
    let outside = Outside::start().await;
    let keys = ClientKeys::Uri(outside.jwks_uri().parse().unwrap());
    let service = with_client(AuthMethod::SelfSignedTlsClientAuth(keys)).await;
    let own = self_signed("anything", KeyPair::generate().unwrap());
    assert!(!is_let_in(&service, &own, false).await);
    outside.publish(&[jwk(&own.key)]);
    assert!(!is_let_in(&service, &own, false).await, "just fetched");
    service.clock.advance(jiff::SignedDuration::from_secs(30));
    assert!(is_let_in(&service, &own, false).await);
}

#[tokio::test]
async fn c01_a_self_signed_certificate_is_known_by_its_key() {
    let (first, second) = (
        KeyPair::generate().unwrap(),
        KeyPair::generate_for(&PKCS_ED25519).unwrap(),
    );
    let keys = jwks(&[&first, &second]);
    let service = with_client(AuthMethod::SelfSignedTlsClientAuth(keys)).await;
    // Whoever signed it and whatever it says: the key counts.
    for key in [first, second] {
        let own = self_signed("anything", key);
        assert!(is_let_in(&service, &own, false).await);
        assert!(is_let_in(&service, &own, true).await);
    }
    let other = self_signed("anything", KeyPair::generate().unwrap());
    assert!(!is_let_in(&service, &other, false).await);
    assert!(!is_let_in(&service, &other, true).await);
}

#[tokio::test]
async fn c02_a_mismatch_is_the_same_answer_as_a_wrong_secret() {
    let service = with_client(subject("CN=payments,O=Acme")).await;
    service.add_client(client_of(&ada(), "orders")).await;
    let authority = ClientAuthority::default();
    service.present(Some(authority.certify("other", Vec::new()).presented(true)));
    let wrong_certificate = ask(&service).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "m2m_nobody"),
    ];
    let unknown = service.post("/oauth/token").form(&form).send().await;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "m2m_orders"),
    ];
    let registered_for_a_secret = service.post("/oauth/token").form(&form).send().await;
    let form = [("grant_type", "client_credentials")];
    let call = service
        .post("/oauth/token")
        .basic(ID, &secret_of("payments"));
    let by_secret = call.form(&form).send().await;
    let call = service
        .post("/oauth/token")
        .basic("m2m_orders", &secret_of("payments"));
    let wrong_secret = call.form(&form).send().await;
    let bytes = |answer: &Answer| {
        let mut body = answer.json();
        body["correlation_id"] = Value::Null;
        (
            answer.status,
            body,
            answer.header("www-authenticate").map(str::to_owned),
        )
    };
    for answer in [unknown, registered_for_a_secret, by_secret, wrong_secret] {
        assert_eq!(bytes(&answer), bytes(&wrong_certificate));
    }
}

#[tokio::test]
async fn h17_the_registered_method_is_binding_until_its_overlap_has_ended() {
    let service = start().await;
    let until = service.now() + jiff::SignedDuration::from_mins(5);
    let client = registered(subject("CN=payments,O=Acme"));
    let auth = RegisteredAuth {
        retiring: Some(RetiringMethod {
            method: AuthMethod::ClientSecret,
            until,
        }),
        ..client.auth.clone()
    };
    service.add_client(Client { auth, ..client }).await;
    let by_secret = async || service.ask(ID, &secret_of("payments")).await;
    assert_eq!(by_secret().await.status, 200);
    service.clock.set(until);
    assert_refused(&by_secret().await, 401, "invalid_client");
    let good = ClientAuthority::default().certify("payments", Vec::new());
    assert!(is_let_in(&service, &good, true).await);
}

#[tokio::test]
async fn c03_a_token_is_bound_to_the_certificate_that_got_it() {
    let service = with_client(subject("CN=payments,O=Acme")).await;
    let good = ClientAuthority::default().certify("payments", Vec::new());
    service.present(Some(good.presented(true)));
    let answer = ask(&service).await;
    assert_eq!(answer.member("token_type"), "Bearer");
    let thumbprint = good.presented(true).thumbprint();
    let claims = jwt::claims(&answer.member("access_token"));
    assert_eq!(claims["cnf"], json!({"x5t#S256": thumbprint}));
}

#[tokio::test]
async fn c03_a_client_that_is_registered_for_bound_tokens_gets_no_others() {
    let service = start().await;
    let bound = Client {
        certificate_bound: true,
        ..client_of(&ada(), "payments")
    };
    service.add_client(bound).await;
    let by_secret = async || service.ask(ID, &secret_of("payments")).await;
    assert_refused(&by_secret().await, 400, "invalid_request");
    // To bind a token to, any certificate will do: the secret says who asks.
    let own = self_signed("anything", KeyPair::generate().unwrap());
    service.present(Some(own.presented(false)));
    let answer = by_secret().await;
    let claims = jwt::claims(&answer.member("access_token"));
    let thumbprint = own.presented(false).thumbprint();
    assert_eq!(claims["cnf"], json!({"x5t#S256": thumbprint}));
}

#[tokio::test]
async fn c03_without_registration_a_certificate_beside_a_secret_binds_nothing() {
    let service = start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let own = self_signed("anything", KeyPair::generate().unwrap());
    service.present(Some(own.presented(false)));
    let answer = service.ask(ID, &secret_of("payments")).await;
    assert_eq!(jwt::claims(&answer.member("access_token")).get("cnf"), None);
}

#[tokio::test]
async fn c03_the_management_api_takes_a_bound_token_with_its_certificate_alone() {
    let service = start().await;
    let manager = Client {
        certificate_bound: true,
        ..client_of(&ada(), "manager")
    };
    service.add_client(manager).await;
    let own = self_signed("anything", KeyPair::generate().unwrap());
    let other = self_signed("anything", KeyPair::generate().unwrap());
    service.present(Some(own.presented(false)));
    let token = service.management_token("manager", "clients:read").await;
    let me = || service.get("/v1/me").bearer(&token).send();
    assert_eq!(me().await.status, 200);
    for presented in [None, Some(other.presented(true))] {
        service.present(presented);
        assert_eq!(me().await.refusal(), (401, "invalid-token".to_owned()));
    }
}

#[tokio::test]
async fn c04_no_header_of_a_client_is_a_certificate() {
    let service = with_client(subject("CN=payments,O=Acme")).await;
    let good = ClientAuthority::default().certify("payments", Vec::new());
    let (pem, _) = good.pem.split_once("-----END").unwrap();
    let one_line: String = pem.lines().skip(1).collect();
    let encoded = format!(":{one_line}:");
    let form = [("grant_type", "client_credentials"), ("client_id", ID)];
    let mut call = service.post("/oauth/token").form(&form);
    for name in [
        "client-cert",
        "x-client-cert",
        "x-forwarded-client-cert",
        "x-amzn-mtls-clientcert",
        "x-amzn-mtls-clientcert-leaf",
        "x-ssl-client-cert",
        "ssl-client-cert",
    ] {
        call = call.header(name, &encoded);
    }
    assert_refused(&call.send().await, 401, "invalid_client");
}

async fn metadata(mutual_tls: MutualTls) -> Value {
    let setup = Setup {
        mutual_tls,
        dpop_nonces: DpopNonces::Off,
        ..Setup::default()
    };
    let service = service::start_with(setup).await;
    let path = "/.well-known/oauth-authorization-server";
    service.get(path).send().await.json()
}

#[tokio::test]
async fn m04_mutual_tls_is_advertised_only_where_it_is_on() {
    let methods = |metadata: &Value| {
        let methods = metadata["token_endpoint_auth_methods_supported"].as_array();
        let methods = methods.unwrap().iter();
        methods
            .filter(|method| method.as_str().unwrap().contains("tls_client_auth"))
            .count()
    };
    let off = metadata(MutualTls::Off).await;
    assert_eq!(methods(&off), 0);
    assert_eq!(off.get("tls_client_certificate_bound_access_tokens"), None);
    assert_eq!(off.get("mtls_endpoint_aliases"), None);

    let same = metadata(MutualTls::SameEndpoint).await;
    assert_eq!(methods(&same), 2);
    assert_eq!(same["tls_client_certificate_bound_access_tokens"], true);
    assert_eq!(same.get("mtls_endpoint_aliases"), None);

    let origin = Issuer::parse("https://mtls.auth.example").unwrap();
    let aliases = metadata(MutualTls::Aliases(origin)).await;
    assert_eq!(methods(&aliases), 2);
    assert_eq!(aliases["tls_client_certificate_bound_access_tokens"], true);
    let alias = &aliases["mtls_endpoint_aliases"]["token_endpoint"];
    assert_eq!(alias, "https://mtls.auth.example/oauth/token");
    let alias = &aliases["mtls_endpoint_aliases"]["revocation_endpoint"];
    assert_eq!(alias, "https://mtls.auth.example/oauth/revoke");
}
