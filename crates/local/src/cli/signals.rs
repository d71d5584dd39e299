//! Being asked to stop.

use tokio::signal::unix::{SignalKind, signal};

/// Ends at the first SIGINT or SIGTERM.
pub(super) async fn stop_requested() -> std::io::Result<()> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}
