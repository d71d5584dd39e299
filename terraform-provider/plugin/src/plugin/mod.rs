//! The process: how Terraform starts a provider, talks to it and ends it.

mod connection;
mod handshake;
mod lifetime;
mod reattach;
mod side;
mod socket;
mod tls;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use tokio::net::UnixListener;
use tokio_util::sync::CancellationToken;

use crate::log;
use crate::provider::Provider;
use crate::server::Server;
use crate::wire::tfplugin6::provider_server::ProviderServer;
use connection::incoming;
use handshake::{Handshake, Mode};
use lifetime::Lifetime;
use socket::Socket;

/// The largest message either way; Terraform itself reads no larger schema than 64 MiB.
const MAX_MESSAGE: usize = 256 << 20;

/// Four threads also on one core: a handler that blocks one must not hold up the others.
const WORKERS: usize = 4;

/// Serves a provider to the Terraform that started this process, and returns when it is done.
///
/// `address` is the source address users write, such as `registry.terraform.io/example/board`.
/// Started with the argument `--debug`, the process instead waits for a Terraform that attaches
/// to it through `TF_REATTACH_PROVIDERS`, until it is interrupted.
///
/// Plans and results are held to Terraform's rules in debug builds, so that a mistake shows as an
/// error that names it. Connections go over a Unix socket; Windows is not supported.
pub fn serve(address: &str, provider: impl Provider) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let handshake = match Handshake::from_env(&arguments, |name| std::env::var(name).ok()) {
        Ok(handshake) => handshake,
        Err(refusal) => return fail(&refusal.to_string()),
    };
    log::init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("The provider could not start: {error}")),
    };
    let outcome = runtime.block_on(run(address, provider, handshake));
    // What still runs has been given its time.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("The provider could not serve: {error}")),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "a person reads this: there is no Terraform to tell"
)]
fn fail(message: &str) -> ExitCode {
    eprintln!("{message}");
    ExitCode::FAILURE
}

/// Why serving failed.
type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn run(address: &str, provider: impl Provider, handshake: Handshake) -> Result<(), Failure> {
    let shutdown = CancellationToken::new();
    let lifetime = Lifetime::start(handshake.mode, shutdown.clone())?;
    let socket = Socket::bind(handshake.socket_dir.as_deref())?;
    let listener = UnixListener::from_std(socket.listener()?)?;
    let (acceptor, certificate) = match &handshake.client_certificate {
        Some(pem) => {
            let identity = tls::acceptor(pem)?;
            (Some(identity.acceptor), identity.certificate)
        }
        None => (None, Vec::new()),
    };
    announce(&match handshake.mode {
        Mode::Plugin => handshake::line(socket.path(), &certificate),
        Mode::Debug => reattach::instructions(address, socket.path()),
    })?;
    tokio::task::spawn_blocking({
        let directory = socket.directory();
        move || socket::sweep(&directory, socket::LEFT_BEHIND)
    });
    let server = Server::new(provider, cfg!(debug_assertions));
    let incoming = incoming(listener, acceptor, lifetime);
    let serving = tonic::transport::Server::builder()
        .add_service(side::controller(shutdown.clone()))
        .add_service(side::broker(shutdown.clone()))
        .add_service(side::stdio(shutdown.clone()))
        .add_service(side::health())
        .add_service(
            ProviderServer::new(server)
                .max_decoding_message_size(MAX_MESSAGE)
                .max_encoding_message_size(MAX_MESSAGE),
        )
        .serve_with_incoming_shutdown(incoming, shutdown.clone().cancelled_owned());
    lifetime::within_grace(serving, shutdown).await?;
    Ok(())
}

/// Writes the one thing Terraform reads from the standard output.
fn announce(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}
