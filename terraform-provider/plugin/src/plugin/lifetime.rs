//! When the process ends.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::handshake::Mode;

/// How long Terraform may take to connect at first; it gives a plugin as long to start.
const FIRST_CONNECTION: Duration = Duration::from_secs(60);

/// How long to wait for another connection after the last has gone.
const LAST_CONNECTION: Duration = Duration::from_secs(2);

/// How long calls may go on after the end has been asked for; Terraform kills after two seconds.
const GRACE: Duration = Duration::from_millis(500);

/// Counts connections: the process lives as long as there are any.
#[derive(Clone)]
pub(super) struct Lifetime(Arc<watch::Sender<Connections>>);

#[derive(Clone, Copy, Default)]
struct Connections {
    ever: bool,
    now: usize,
}

/// One connection, for as long as it is held.
pub(super) struct Guard(Lifetime);

impl Lifetime {
    /// Watches signals and connections, and fires `shutdown` when the process should end.
    pub(super) fn start(mode: Mode, shutdown: CancellationToken) -> std::io::Result<Self> {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (sender, receiver) = watch::channel(Connections::default());
        tokio::spawn(async move {
            let ended = async {
                match mode {
                    // Ctrl-C reaches the whole process group; Terraform then says what to do.
                    Mode::Plugin => loop {
                        tokio::select! {
                            _ = interrupt.recv() => tracing::debug!("interrupt ignored"),
                            () = abandoned(receiver.clone()) => return,
                        }
                    },
                    Mode::Debug => {
                        interrupt.recv().await;
                    }
                }
            };
            tokio::select! {
                () = ended => {}
                _ = terminate.recv() => {}
                () = shutdown.cancelled() => {}
            }
            shutdown.cancel();
        });
        Ok(Self(Arc::new(sender)))
    }

    /// Notes a connection.
    pub(super) fn connected(&self) -> Guard {
        self.0.send_modify(|connections| {
            connections.ever = true;
            connections.now += 1;
        });
        Guard(self.clone())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.send_modify(|connections| connections.now -= 1);
    }
}

/// Ends when nobody is connected any more: a killed Terraform says no good-bye.
async fn abandoned(mut connections: watch::Receiver<Connections>) {
    loop {
        let now = *connections.borrow_and_update();
        let patience = if now.ever {
            LAST_CONNECTION
        } else {
            FIRST_CONNECTION
        };
        let changed = connections.changed();
        let changed = if now.now > 0 {
            Ok(changed.await)
        } else {
            timeout(patience, changed).await
        };
        if !matches!(changed, Ok(Ok(()))) {
            return;
        }
    }
}

/// Runs `serving` to its end, but not long past the end of the process.
pub(super) async fn within_grace<E>(
    serving: impl Future<Output = Result<(), E>>,
    shutdown: CancellationToken,
) -> Result<(), E> {
    let expired = async {
        shutdown.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = serving => result,
        () = expired => Ok(()),
    }
}
