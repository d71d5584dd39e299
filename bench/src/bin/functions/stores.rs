//! The stores of the functions: the local service's, on a loopback port behind TLS, as AWS's are.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use m2m_client::{Api, Config, Credentials, TokenQuery};
use m2m_local::serve::{AdminFile, Options, Server};
use m2m_local::stand_in::StandIn;
use m2m_types::admin::client::SecretStorage;
use m2m_types::audience::Audience;
use m2m_types::token_request::UnverifiedSecret;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::spawn_blocking;
use tokio_rustls::TlsAcceptor;

use crate::event::event;
use crate::{EMPTY, Outcome};

/// Where Debian and Amazon Linux keep the authorities that a program trusts.
const SYSTEM_AUTHORITIES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
];

/// Running stores with an admin client in them.
pub(crate) struct Stores {
    admin: AdminFile,
    /// A management token of the admin.
    token: String,
    address: SocketAddr,
    authorities: PathBuf,
    _directory: TempDir,
}

impl Stores {
    /// Lets the local service fill a data directory, and serves that one.
    pub(crate) async fn start() -> Outcome<Self> {
        let directory = tempfile::Builder::new().prefix("m2m-bench-").tempdir()?;
        let data_dir = directory.path().join("data");
        let to_fill = data_dir.clone();
        let token = spawn_blocking(move || fill_and_close(&to_fill)).await??;
        let plain = TcpListener::bind("127.0.0.1:0").await?;
        let behind = plain.local_addr()?;
        let stand_in = StandIn::open(&data_dir)?;
        tokio::spawn(stand_in.serve(plain, std::future::pending()));
        let authorities = directory.path().join("authorities.pem");
        let tls = authority(&authorities)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tokio::spawn(terminate_tls(listener, tls, behind));
        Ok(Self {
            admin: AdminFile::read(&data_dir)?,
            token,
            address,
            authorities,
            _directory: directory,
        })
    }

    /// What a function has to be told.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        let endpoint = format!("https://localhost:{}", self.address.port());
        vec![
            ("AWS_ENDPOINT_URL", endpoint),
            ("SSL_CERT_FILE", self.authorities.display().to_string()),
            ("M2M_ISSUER", self.admin.endpoint.to_string()),
            ("M2M_TABLE", "m2m".to_owned()),
            ("M2M_SECRET_PREFIX", "m2m".to_owned()),
        ]
    }

    /// A request that the function of that name answers with 200; none: the bench knows none.
    pub(crate) fn request_of(&self, function: &str) -> Option<Value> {
        match function {
            EMPTY => Some(event("GET", "/", &json!({}), None)),
            "token" => {
                let id = self.admin.client_id.as_str();
                let secret = self.admin.client_secret.expose();
                let basic = STANDARD.encode(format!("{id}:{secret}"));
                let headers = json!({
                    "authorization": format!("Basic {basic}"),
                    "content-type": "application/x-www-form-urlencoded",
                });
                let body = Some("grant_type=client_credentials");
                Some(event("POST", "/oauth/token", &headers, body))
            }
            "clients" => {
                let headers = json!({"authorization": format!("Bearer {}", self.token)});
                Some(event("GET", "/v1/clients", &headers, None))
            }
            _ => None,
        }
    }
}

/// Puts keys, an owner and an admin client into the directory; a management token of that one.
async fn fill(data_dir: &Path) -> Outcome<String> {
    let service = Server::start(&Options {
        secret_storage: SecretStorage::None,
        ..Options::new(data_dir.to_owned(), Audience::parse("urn:bench")?)
    })
    .await?;
    let admin = AdminFile::read(data_dir)?;
    let secret = UnverifiedSecret::new(admin.client_secret.expose());
    let credentials = Credentials::new(admin.client_id, secret);
    let api = Api::new(&Config::new(admin.endpoint, credentials))?;
    let query = TokenQuery::default();
    tokio::select! {
        stopped = service.run(std::future::pending()) => {
            stopped?;
            Err("the service stopped".into())
        }
        token = api.access_token(&query) => Ok(token?.expose().to_owned()),
    }
}

/// [`fill`] on a runtime of its own, at whose end nothing holds the directory any more.
fn fill_and_close(data_dir: &Path) -> Result<String, String> {
    let filled = || Runtime::new()?.block_on(fill(data_dir));
    filled().map_err(|error| format!("cannot fill the stores: {error}"))
}

/// A certificate of our own, trusted beside the system's authorities: those are what a function has to read.
fn authority(authorities: &Path) -> Outcome<TlsAcceptor> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()])?;
    let system = SYSTEM_AUTHORITIES
        .iter()
        .find_map(|path| std::fs::read_to_string(path).ok())
        .unwrap_or_default();
    std::fs::write(authorities, system + &cert.pem())?;
    let key = PrivateKeyDer::try_from(signing_key.serialize_der())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn terminate_tls(listener: TcpListener, tls: TlsAcceptor, behind: SocketAddr) {
    while let Ok((connection, _)) = listener.accept().await {
        let tls = tls.clone();
        tokio::spawn(async move {
            // Else the kernel holds small answers back, which AWS's front does not.
            connection.set_nodelay(true)?;
            let mut connection = tls.accept(connection).await?;
            let mut stores = TcpStream::connect(behind).await?;
            stores.set_nodelay(true)?;
            copy_bidirectional(&mut connection, &mut stores).await
        });
    }
}
