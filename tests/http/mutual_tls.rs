//! Mutual TLS on the local server, with real handshakes (RFC 8705).

use std::path::Path;

use jiff::Timestamp;
use m2m_core::client::{Client, ClientState, Revision};
use m2m_core::client_auth::{AuthMethod, RegisteredAuth};
use m2m_core::ports::PendingClient;
use m2m_local::serve::{Options, Server};
use m2m_testkit::builders;
use m2m_tests::call::{Answer, Call};
use m2m_tests::certificates::{Certified, ClientAuthority, self_signed};
use m2m_tests::jwt;
use m2m_types::admin::client::SecretStorage;
use m2m_types::admin::credentials::CertificateSubject;
use m2m_types::audience::Audience;
use m2m_types::names::{OrganizationId, OwnerId};
use rcgen::KeyPair;
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// `m2m serve --tls --client-ca` with the client `m2m_payments`, which is known by its certificate.
struct Running {
    authority: ClientAuthority,
    data: TempDir,
    issuer: String,
    server: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn options(data_dir: &Path, client_ca: &Path) -> Options {
    Options {
        tls: true,
        client_ca: Some(client_ca.to_owned()),
        secret_storage: SecretStorage::None,
        ..Options::new(
            data_dir.to_owned(),
            Audience::parse("urn:m2m-oauth:api").unwrap(),
        )
    }
}

async fn start() -> Running {
    let data = tempfile::tempdir().unwrap();
    let authority = ClientAuthority::default();
    let client_ca = data.path().join("clients.pem");
    std::fs::write(&client_ca, &authority.pem).unwrap();
    let options = options(&data.path().join("data"), &client_ca);
    let server = Server::start(&options).await.unwrap();
    add_payments(&server).await;
    Running {
        authority,
        issuer: server.issuer().as_str().to_owned(),
        server: tokio::spawn(async move { server.run(std::future::pending()).await.unwrap() }),
        data,
    }
}

async fn add_payments(server: &Server) {
    let subject = CertificateSubject::SubjectDn("CN=payments,O=Acme".to_owned());
    let active = Client {
        owner: OwnerId::parse("local|admin").unwrap(),
        organization: OrganizationId::parse("local").unwrap(),
        auth: RegisteredAuth {
            method: AuthMethod::TlsClientAuth(subject),
            retiring: None,
        },
        secret_storage: SecretStorage::None,
        ..builders::client("payments")
    };
    let pending = Client {
        state: ClientState::Pending,
        revision: Revision::FIRST,
        ..active.clone()
    };
    let clients = &server.deployment().ports().clients;
    let insert = PendingClient {
        client: &pending,
        max_clients: None,
        max_made_a_day: u32::MAX,
        answer: None,
        now: Timestamp::UNIX_EPOCH,
    };
    clients.insert_pending(insert).await.unwrap();
    let written = clients.activate(&active, pending.revision, None).await;
    written.unwrap();
}

impl Running {
    /// Asks for a token over a connection with this certificate.
    async fn ask(&self, certified: Option<&Certified>) -> Answer {
        let ca = std::fs::read(self.data.path().join("data/ca.pem")).unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([reqwest::Certificate::from_pem(&ca).unwrap()]);
        let http = match certified {
            Some(certified) => {
                http.identity(reqwest::Identity::from_pem(certified.pem.as_bytes()).unwrap())
            }
            None => http,
        };
        let url = format!("{}/oauth/token", self.issuer);
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "m2m_payments"),
        ];
        let call = Call::new(&http.build().unwrap(), http::Method::POST, &url);
        call.form(&form).send().await
    }
}

#[tokio::test]
async fn c01_the_local_server_takes_a_certificate_of_the_authority_it_is_given() {
    let running = start().await;
    let payments = running.authority.certify("payments", Vec::new());
    let answer = running.ask(Some(&payments)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let claims = jwt::claims(&answer.member("access_token"));
    let thumbprint = payments.presented(true).thumbprint();
    assert_eq!(claims["cnf"], json!({"x5t#S256": thumbprint}));
}

#[tokio::test]
async fn c02_who_is_not_the_client_is_told_what_everybody_is_told() {
    let running = start().await;
    let other = running.authority.certify("orders", Vec::new());
    let stranger = ClientAuthority::default().certify("payments", Vec::new());
    let own = self_signed("payments", KeyPair::generate().unwrap());
    for presented in [None, Some(&other), Some(&stranger), Some(&own)] {
        let answer = running.ask(presented).await;
        assert_eq!(answer.refusal(), (401, "invalid_client".to_owned()));
    }
    // The server is none the worse for it.
    let payments = running.authority.certify("payments", Vec::new());
    assert_eq!(running.ask(Some(&payments)).await.status, 200);
}
