//! The process as Terraform starts it: cookie, handshake line, certificates, signals, its end.

#![expect(clippy::unwrap_used, reason = "it is all test code")]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// A client certificate as Terraform makes them: P-521, self-signed, an authority.
struct Identity {
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Identity {
    fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().der().clone();
        Self { certificate, key }
    }

    fn pem(&self) -> String {
        let body = STANDARD.encode(&self.certificate);
        let lines: Vec<&str> = body
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let lines = lines.join("\n");
        format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
    }
}

/// A running provider, killed at the end of the test.
struct Plugin {
    child: Child,
    /// The fields of the handshake line.
    line: Vec<String>,
}

impl Plugin {
    fn start(environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tfcoremock"))
            .env_remove("PLUGIN_CLIENT_CERT")
            .env_remove("PLUGIN_UNIX_SOCKET_DIR")
            .envs([COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "5,6")])
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let line = line
            .trim_end_matches('\n')
            .split('|')
            .map(str::to_owned)
            .collect();
        Self { child, line }
    }

    fn socket(&self) -> PathBuf {
        self.line[3].clone().into()
    }

    /// Waits for the process to end by itself.
    fn end(mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        assert!(!self.socket().exists(), "the socket is left behind");
        status
    }

    async fn connect(&self, identity: Option<&Identity>) -> Result<Channel, String> {
        let mut roots = RootCertStore::empty();
        let certificate = STANDARD_NO_PAD.decode(&self.line[5]).unwrap();
        roots.add(CertificateDer::from(certificate)).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match identity {
            Some(identity) => config
                .with_client_auth_cert(
                    vec![identity.certificate.clone()],
                    PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap(),
                )
                .unwrap(),
            None => config.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        let connector = TlsConnector::from(Arc::new(config));
        let socket = self.socket();
        Endpoint::from_static("http://localhost")
            .connect_with_connector(tower::service_fn(move |_| {
                let (connector, socket) = (connector.clone(), socket.clone());
                async move {
                    let stream = UnixStream::connect(socket).await?;
                    let name = ServerName::try_from("localhost").unwrap();
                    connector.connect(name, stream).await.map(TokioIo::new)
                }
            }))
            .await
            .map_err(|error| format!("{error:?}"))
    }

    async fn connect_plainly(&self) -> Channel {
        let socket = self.socket();
        Endpoint::from_static("http://localhost")
            .connect_with_connector(tower::service_fn(move |_| {
                let socket = socket.clone();
                async move { UnixStream::connect(socket).await.map(TokioIo::new) }
            }))
            .await
            .unwrap()
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Calls a method whose request is empty, and reads nothing of the answer.
async fn call(channel: &Channel, path: &'static str) -> Result<(), tonic::Status> {
    let mut client = Grpc::new(channel.clone()).max_decoding_message_size(64 << 20);
    client
        .ready()
        .await
        .map_err(|error| tonic::Status::unavailable(error.to_string()))?;
    let path = PathAndQuery::from_static(path);
    let codec = ProstCodec::<(), ()>::default();
    client
        .unary(tonic::Request::new(()), path, codec)
        .await
        .map(|_| ())
}

const SCHEMA: &str = "/tfplugin6.Provider/GetProviderSchema";
const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";

#[test]
fn a_person_who_starts_it_is_told_what_it_is() {
    let output = Command::new(env!("CARGO_BIN_EXE_tfcoremock"))
        .env_remove(COOKIE.0)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("This program is a Terraform provider."),
        "{said}"
    );
}

#[test]
fn a_terraform_without_protocol_6_is_refused() {
    let output = Command::new(env!("CARGO_BIN_EXE_tfcoremock"))
        .envs([COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "4,5")])
        .output()
        .unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("offers \"4,5\""), "{said}");
}

#[tokio::test]
async fn only_the_client_with_the_pinned_certificate_is_served() {
    let identity = Identity::new();
    let plugin = Plugin::start(&[("PLUGIN_CLIENT_CERT", &identity.pem())]);
    assert_eq!(plugin.line[..3], ["1", "6", "unix"]);
    assert_eq!(plugin.line[4], "grpc");
    for stranger in [Some(&Identity::new()), None] {
        let refused = match plugin.connect(stranger).await {
            Ok(channel) => call(&channel, SCHEMA)
                .await
                .err()
                .map(|status| status.to_string()),
            Err(error) => Some(error),
        };
        assert!(refused.is_some());
    }
    let channel = plugin.connect(Some(&identity)).await.unwrap();
    call(&channel, SCHEMA).await.unwrap();
    call(&channel, "/grpc.health.v1.Health/Check")
        .await
        .unwrap();
    call(&channel, SHUTDOWN).await.unwrap();
    assert!(plugin.end().success());
}

#[tokio::test]
async fn the_process_ends_when_nobody_is_connected_any_more() {
    let plugin = Plugin::start(&[]);
    let first = plugin.connect_plainly().await;
    let second = plugin.connect_plainly().await;
    call(&first, SCHEMA).await.unwrap();
    drop(first);
    call(&second, SCHEMA).await.unwrap();
    drop(second);
    assert!(
        tokio::task::spawn_blocking(|| plugin.end())
            .await
            .unwrap()
            .success()
    );
}

#[tokio::test]
async fn an_interrupt_is_left_to_terraform_and_shutdown_is_heard() {
    let plugin = Plugin::start(&[]);
    let channel = plugin.connect_plainly().await;
    call(&channel, SCHEMA).await.unwrap();
    let pid = plugin.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    call(&channel, SCHEMA).await.unwrap();
    // The side streams Terraform holds open must not keep the process from ending.
    let streams = [
        "/plugin.GRPCStdio/StreamStdio",
        "/plugin.GRPCBroker/StartStream",
    ];
    let mut open = Vec::new();
    for path in streams {
        let mut client = Grpc::new(channel.clone());
        client.ready().await.unwrap();
        let codec = ProstCodec::<(), ()>::default();
        let path = PathAndQuery::from_static(path);
        open.push(
            client
                .server_streaming(tonic::Request::new(()), path, codec)
                .await
                .unwrap(),
        );
    }
    call(&channel, SHUTDOWN).await.unwrap();
    assert!(
        tokio::task::spawn_blocking(|| plugin.end())
            .await
            .unwrap()
            .success()
    );
}

#[tokio::test]
async fn a_termination_ends_the_process_and_removes_the_socket() {
    let plugin = Plugin::start(&[]);
    let pid = plugin.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert!(
        tokio::task::spawn_blocking(|| plugin.end())
            .await
            .unwrap()
            .success()
    );
}

#[test]
fn a_temporary_directory_that_is_too_long_is_avoided() {
    let directory = tempfile::tempdir().unwrap();
    let long = directory.path().join("x".repeat(100));
    std::fs::create_dir(&long).unwrap();
    let plugin = Plugin::start(&[("TMPDIR", long.to_str().unwrap())]);
    assert_eq!(plugin.socket().parent(), Some(Path::new("/tmp")));
    assert!(plugin.socket().exists());
}

#[test]
fn sockets_of_killed_processes_are_swept() {
    let directory = tempfile::tempdir().unwrap();
    let place = [("PLUGIN_UNIX_SOCKET_DIR", directory.path().to_str().unwrap())];
    let mut killed = Plugin::start(&place);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    let left = killed.socket();
    assert!(left.exists());
    // A young socket may be that of a process which is just starting.
    let aged = Command::new("touch").args(["-d", "@0"]).arg(&left).status();
    assert!(aged.unwrap().success());
    let next = Plugin::start(&place);
    // The sweep runs beside the start: the file goes away while the next process lives.
    while left.exists() {
        std::thread::yield_now();
    }
    assert!(next.socket().exists());
}

#[test]
fn nothing_but_the_line_is_written_and_nothing_is_read() {
    let mut plugin = Plugin::start(&[]);
    let pid = plugin.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .unwrap()
            .success()
    );
    let mut rest = String::new();
    plugin
        .child
        .stdout
        .as_mut()
        .unwrap()
        .read_to_string(&mut rest)
        .unwrap();
    assert_eq!(rest, "");
    assert_eq!(plugin.line[5], "", "there is no certificate without TLS");
}
