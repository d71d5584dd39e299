//! Connections as they come in, through TLS where there is a certificate.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::lifetime::{Guard, Lifetime};

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// An open connection that keeps the process alive.
pub(super) struct Connection {
    io: Box<dyn Io>,
    _alive: Guard,
}

/// Accepts connections; each shakes hands in a task of its own, so that one that dawdles or
/// fails holds up no other.
pub(super) fn incoming(
    listener: UnixListener,
    acceptor: Option<TlsAcceptor>,
    lifetime: Lifetime,
) -> ReceiverStream<io::Result<Connection>> {
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(async move {
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        continue;
                    }
                },
                () = sender.closed() => return,
            };
            let (acceptor, sender, alive) =
                (acceptor.clone(), sender.clone(), lifetime.connected());
            tokio::spawn(async move {
                match secure(stream, acceptor).await {
                    // The server may be shutting down.
                    Ok(io) => drop(sender.send(Ok(Connection { io, _alive: alive })).await),
                    Err(error) => tracing::warn!(%error, "a client was refused"),
                }
            });
        }
    });
    ReceiverStream::new(receiver)
}

async fn secure(stream: UnixStream, acceptor: Option<TlsAcceptor>) -> io::Result<Box<dyn Io>> {
    Ok(match acceptor {
        Some(acceptor) => Box::new(acceptor.accept(stream).await?),
        None => Box::new(stream),
    })
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
