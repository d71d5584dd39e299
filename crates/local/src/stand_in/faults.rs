//! Scripted failures between the SDK and whatever answers it. Test support.
//!
//! No stand-in throttles, loses answers or dies between two writes, and AWS does. [`Faults`] wraps
//! any HTTP client of the SDK, notes every call, and lets the calls named by a rule fail:
//!
//! ```
//! # use m2m_local::stand_in::StandIn;
//! # use m2m_local::stand_in::faults::{Fault, Faults};
//! # fn main() -> Result<(), m2m_local::stand_in::StandInError> {
//! let stand_in = StandIn::memory()?;
//! let faults = Faults::around(stand_in.http_client());
//! faults.on_nth(2, "PutItem", Fault::AnswerLost);
//! let config = stand_in.sdk_config().into_builder().http_client(faults.http_client()).build();
//! # let _ = config;
//! assert_eq!(faults.calls(), Vec::<String>::new());
//! # Ok(())
//! # }
//! ```
//!
//! A retry by the SDK is a call of its own, and is counted and noted as one.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::answer::Answer;
use super::connector::into_response;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Refused with `ProvisionedThroughputExceededException`, as DynamoDB does; nothing happens.
    ThroughputExceeded,
    /// Refused with `ThrottlingException`; nothing happens.
    Throttled,
    /// Refused with `AccessDeniedException`; nothing happens.
    AccessDenied,
    /// Refused with an internal error and status 500; nothing happens.
    ServerError,
    /// The connection breaks before the call arrives; nothing happens.
    NotDelivered,
    /// The call is done, and then the connection breaks: the caller cannot know.
    AnswerLost,
    /// There is never an answer, and nothing happens. Ends with the caller's timeout.
    Hang,
    /// The call is done, and there is never an answer.
    HangAfterwards,
    /// This call and all later ones, whatever they are for, fail undelivered: to the stores, the
    /// program was stopped just before this call.
    Killed,
}

/// A wrapper around an HTTP client of the SDK which makes chosen calls fail.
#[derive(Debug, Clone)]
pub struct Faults {
    inner: SharedHttpClient,
    script: Arc<Mutex<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    rules: Vec<Rule>,
    calls: Vec<String>,
    killed: bool,
}

#[derive(Debug)]
struct Rule {
    operation: String,
    /// How many matching calls pass before it applies.
    after: usize,
    /// To how many matching calls it then applies.
    times: usize,
    fault: Fault,
}

impl Faults {
    /// Wraps `inner`; without rules every call goes through.
    pub fn around(inner: SharedHttpClient) -> Self {
        Self {
            inner,
            script: Arc::default(),
        }
    }

    /// The `n`-th call of `operation` from now on meets `fault`; the first is number 1. The
    /// operation is the last part of the target (`PutItem`, `GetSecretValue`); `*` is any.
    pub fn on_nth(&self, n: usize, operation: &str, fault: Fault) {
        self.add(operation, n.saturating_sub(1), 1, fault);
    }

    /// Every call of `operation` from now on meets `fault`.
    pub fn always(&self, operation: &str, fault: Fault) {
        self.add(operation, 0, usize::MAX, fault);
    }

    /// The next `times` calls of `operation` meet `fault`.
    pub fn next(&self, times: usize, operation: &str, fault: Fault) {
        self.add(operation, 0, times, fault);
    }

    /// The `n`-th call from now on, of whatever operation, and all after it are not delivered. Run
    /// a use case with every `n` up to the number of its calls to stop it between any two writes.
    pub fn kill_at(&self, n: usize) {
        self.on_nth(n, "*", Fault::Killed);
    }

    /// Forgets all rules and calls; what was killed is alive again.
    pub fn clear(&self) {
        *self.script() = Script::default();
    }

    /// The operations called so far, in order, including those that failed.
    pub fn calls(&self) -> Vec<String> {
        self.script().calls.clone()
    }

    /// The operations called since the last [`Faults::take_calls`].
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut self.script().calls)
    }

    /// The client to give to the SDK.
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    fn add(&self, operation: &str, after: usize, times: usize, fault: Fault) {
        let operation = operation.to_owned();
        self.script().rules.push(Rule {
            operation,
            after,
            times,
            fault,
        });
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Script {
    /// Notes a call and says what happens to it: the first rule that applies. Every rule counts
    /// every call that it matches.
    fn meet(&mut self, operation: &str) -> Option<Fault> {
        self.calls.push(operation.to_owned());
        let mut met = None;
        for rule in &mut self.rules {
            if rule.operation != "*" && rule.operation != operation {
                continue;
            }
            if rule.after > 0 {
                rule.after -= 1;
            } else if rule.times > 0 {
                rule.times -= 1;
                met = met.or(Some(rule.fault));
            }
        }
        self.killed |= met == Some(Fault::Killed);
        if self.killed {
            Some(Fault::Killed)
        } else {
            met
        }
    }
}

impl HttpClient for Faults {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Faulty {
            inner,
            script: Arc::clone(&self.script),
        })
    }
}

#[derive(Debug)]
struct Faulty {
    inner: SharedHttpConnector,
    script: Arc<Mutex<Script>>,
}

impl HttpConnector for Faulty {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let fault = self
            .script
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .meet(operation);
        let inner = self.inner.clone();
        HttpConnectorFuture::new(async move {
            match fault {
                None => inner.call(request).await,
                Some(Fault::Hang) => std::future::pending().await,
                Some(Fault::HangAfterwards) => {
                    inner.call(request).await?;
                    std::future::pending().await
                }
                Some(Fault::AnswerLost) => {
                    inner.call(request).await?;
                    Err(broken_connection())
                }
                Some(Fault::NotDelivered | Fault::Killed) => Err(broken_connection()),
                Some(Fault::ThroughputExceeded) => {
                    refuse(400, "ProvisionedThroughputExceededException")
                }
                Some(Fault::Throttled) => refuse(400, "ThrottlingException"),
                Some(Fault::AccessDenied) => refuse(400, "AccessDeniedException"),
                Some(Fault::ServerError) => refuse(500, "InternalServerError"),
            }
        })
    }
}

fn refuse(status: u16, code: &str) -> Result<HttpResponse, ConnectorError> {
    into_response(Answer::error(
        status,
        "application/x-amz-json-1.0",
        code,
        "Scripted fault",
    ))
}

fn broken_connection() -> ConnectorError {
    ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionReset).into())
}
