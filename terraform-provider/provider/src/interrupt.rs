//! What an interrupt (Ctrl-C) does to work in progress.

use std::future::Future;
use std::time::Duration;

use tfplugin::{Call, Diagnostic, Diagnostics};

/// How long a change may go on after an interrupt, so that its outcome gets into the state.
const GRACE: Duration = Duration::from_secs(10);

/// Work that changes nothing ends at once.
pub(crate) async fn looking<T>(
    call: &Call,
    work: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    tokio::select! {
        biased;
        result = work => result,
        () = call.cancelled() => Err(interrupted("Nothing was changed.")),
    }
}

/// Work that changes something gets some time to learn what became of it.
pub(crate) async fn changing<T>(
    call: &Call,
    work: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    let too_late = async {
        call.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        biased;
        result = work => result,
        () = too_late => Err(interrupted(
            "The service gave no answer, so it is not known whether the change was made. Run plan \
             to see; a client that was made but is not in the state is listed by the service and \
             can be imported or deleted.",
        )),
    }
}

fn interrupted(detail: &str) -> Diagnostics {
    Diagnostic::error("Interrupted", detail).into()
}
