//! Calls by AWS IAM: signed, and checked by the gateway in front of the service.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;

use crate::answer::Answer;
use crate::api::Api;
use crate::call::Call;
use crate::error::Error;
use crate::identity::Signer;
use crate::retry::{Again, Failure, with_retries};

/// The gateway refuses a signature that is older or newer than this.
const TOLERATED_SKEW: Duration = Duration::from_secs(5 * 60);

impl Api {
    /// Sends the call, each attempt with a signature of its own.
    pub(crate) async fn run_signed(
        &self,
        call: &Call,
        signer: &dyn Signer,
    ) -> Result<Answer, Error> {
        let answer = with_retries(self.max_retries, || async {
            let mut request = call.request();
            signer.sign(&mut request).await.map_err(|error| Failure {
                error: error.into(),
                again: Again::No,
            })?;
            self.attempt(request, call.repeatable, &self.redactor).await
        })
        .await?;
        if answer.status == StatusCode::FORBIDDEN && answer.problem(&self.redactor).is_none() {
            return Err(self.signature_refused(&answer));
        }
        self.successful(answer)
    }

    fn signature_refused(&self, answer: &Answer) -> Error {
        Error::SignatureRefused {
            endpoint: self.endpoint().clone(),
            detail: answer.outline(&self.redactor),
            clock_skew: answer
                .date()
                .map(|theirs| theirs.duration_since(now()).unsigned_abs())
                .filter(|skew| *skew >= TOLERATED_SKEW),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clock in question is the machine's own"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
