//! The service as one caller sees it: a call gets its token, is sent, repeated and understood.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::issuer::Issuer;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Method, Request, StatusCode};
use serde::de::DeserializeOwned;

use crate::answer::Answer;
use crate::call::Call;
use crate::config::{Config, ConfigError};
use crate::credentials::Credentials;
use crate::error::{Error, OAuthFailure};
use crate::identity::Identity;
use crate::redact::Redactor;
use crate::retry::{Again, Failure, with_retries};
use crate::token::{AccessToken, Needs, TokenCache};
use crate::transport::Transport;

/// The version of a resource, for `If-Match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The header value, quotes included.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A body and the version it was read at.
#[derive(Debug, Clone)]
pub struct Tagged<T> {
    /// What was read.
    pub body: T,
    /// Its version, if the service named one.
    pub etag: Option<ETag>,
}

/// The service as one caller sees it. Shared by reference; all methods may run at once.
pub struct Api {
    pub(crate) transport: Transport,
    pub(crate) identity: Identity,
    pub(crate) max_retries: usize,
    pub(crate) redactor: Redactor,
    pub(crate) tokens: TokenCache,
}

impl Api {
    /// Prepares the connection; nothing is sent yet.
    ///
    /// # Errors
    /// The CA certificate is no PEM, the timeout is zero, or TLS cannot be set up.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        Ok(Self {
            transport: Transport::new(config)?,
            identity: config.identity.clone(),
            max_retries: config.max_retries,
            redactor: Redactor::of(&config.identity),
            tokens: TokenCache::default(),
        })
    }

    /// Which service is called.
    pub fn endpoint(&self) -> &Issuer {
        &self.transport.endpoint
    }

    /// As whom it is called.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// A call of the management API below `/v1`, or below `/iam/v1` for who signs.
    pub(crate) fn call(&self, method: Method, path: &str, scope: ManagementScope) -> Call {
        let base = match &self.identity {
            Identity::Client(_) => "/v1",
            Identity::AwsIam(_) => "/iam/v1",
        };
        Call::new(method, self.transport.url(&format!("{base}{path}")), scope)
    }

    /// The body of the answer and its `ETag`.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, call: &Call) -> Result<Tagged<T>, Error> {
        let answer = self.run(call).await?;
        Ok(Tagged {
            body: answer.json(self.endpoint())?,
            etag: answer.etag().map(|etag| ETag(etag.to_owned())),
        })
    }

    /// Sends the call as whoever calls.
    pub(crate) async fn run(&self, call: &Call) -> Result<Answer, Error> {
        match &self.identity {
            Identity::Client(credentials) => self.run_with_tokens(call, credentials).await,
            Identity::AwsIam(signer) => self.run_signed(call, &**signer).await,
        }
    }

    /// Sends the call with a token, and with better ones as the service asks for them.
    async fn run_with_tokens(
        &self,
        call: &Call,
        credentials: &Credentials,
    ) -> Result<Answer, Error> {
        let mut needs = Needs::only(call.scope);
        let mut token = self.management_token(credentials, &needs).await?;
        let mut is_fresh = false;
        // Ends: a token is replaced by a fresh one once, and each wider one has one more scope.
        loop {
            let answer = self.send_with(call, &token).await?;
            let named = answer.missing_scope();
            let error = match self.successful_as(answer, credentials) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            token = match &error {
                Error::Unauthenticated { .. } if !is_fresh => {
                    is_fresh = true;
                    self.tokens.forget(&token).await;
                    self.management_token(credentials, &needs).await?
                }
                Error::Forbidden(_)
                    if call.may_delegate && error.kind() == Some("insufficient-scope") =>
                {
                    match self.wider_token(credentials, &mut needs, named).await? {
                        Some(wider) => wider,
                        // What the caller may not have is best said by the answer that asked for it.
                        None => return Err(error),
                    }
                }
                _ => return Err(error),
            };
        }
    }

    /// A token with the scope that the service named (RFC 6750 §3.1), else one that may delegate;
    /// none: this client can have neither.
    async fn wider_token(
        &self,
        credentials: &Credentials,
        needs: &mut Needs,
        named: Option<ManagementScope>,
    ) -> Result<Option<AccessToken>, Error> {
        let candidates = [named, Some(ManagementScope::ClientsDelegate)];
        for scope in candidates.into_iter().flatten() {
            let Some(wider) = needs.and(scope) else {
                continue;
            };
            match self.management_token(credentials, &wider).await {
                Ok(token) => {
                    *needs = wider;
                    return Ok(Some(token));
                }
                Err(Error::MissingScope { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(None)
    }

    async fn send_with(&self, call: &Call, token: &AccessToken) -> Result<Answer, Error> {
        let request = || {
            let mut request = call.request();
            let bearer = format!("Bearer {}", token.expose());
            let mut bearer = HeaderValue::try_from(bearer).ok()?;
            bearer.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, bearer);
            Some(request)
        };
        with_retries(self.max_retries, || async {
            match request() {
                Some(request) => self.attempt(request, call.repeatable, &self.redactor).await,
                None => Err(self.unusable_token()),
            }
        })
        .await
    }

    fn unusable_token(&self) -> Failure {
        Failure {
            error: self.protocol("an access token has characters that no header can carry"),
            again: Again::No,
        }
    }

    /// One attempt: an answer of any kind but "not now".
    pub(crate) async fn attempt(
        &self,
        request: Request,
        repeatable: bool,
        redactor: &Redactor,
    ) -> Result<Answer, Failure> {
        let answer = match self.transport.send(request).await {
            Ok(answer) => answer,
            Err(error) => {
                let again = match &error {
                    Error::Unreachable { reason, .. } if reason.allows_retry(repeatable) => {
                        Again::After(None)
                    }
                    _ => Again::No,
                };
                return Err(Failure { error, again });
            }
        };
        match self.again(&answer, repeatable, redactor) {
            Again::No => Ok(answer),
            again @ Again::After(_) => Err(Failure {
                error: self.error_of(&answer, redactor),
                again,
            }),
        }
    }

    /// Whether the answer asks for another attempt. A 429 says that nothing was done.
    fn again(&self, answer: &Answer, repeatable: bool, redactor: &Redactor) -> Again {
        let later = Again::After(answer.retry_after());
        match answer.status {
            StatusCode::TOO_MANY_REQUESTS => later,
            StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
                if repeatable =>
            {
                later
            }
            // The twin of this very request is still at work; its answer will be ours.
            StatusCode::CONFLICT
                if self.error_of(answer, redactor).kind() == Some("idempotency-key-in-flight") =>
            {
                later
            }
            _ => Again::No,
        }
    }

    pub(crate) fn successful(&self, answer: Answer) -> Result<Answer, Error> {
        if answer.status.is_success() {
            Ok(answer)
        } else {
            Err(self.error_of(&answer, &self.redactor))
        }
    }

    /// The same for an answer to a token, which may be no good any more.
    fn successful_as(&self, answer: Answer, credentials: &Credentials) -> Result<Answer, Error> {
        if answer.is_invalid_token() {
            return Err(self.token_not_accepted(credentials));
        }
        self.successful(answer)
    }

    /// The one place where a status of the management API becomes an error.
    fn error_of(&self, answer: &Answer, redactor: &Redactor) -> Error {
        let problem = answer.problem(redactor);
        match (answer.status.as_u16(), problem) {
            (429 | 500.., Some(problem)) => self.unavailable(answer, problem.detail),
            (403, Some(problem)) => Error::Forbidden(problem),
            (404, Some(problem)) => Error::NotFound(problem),
            (412 | 428, Some(problem)) => Error::PreconditionFailed(problem),
            (409, Some(problem)) => Error::Conflict(problem),
            (422, Some(problem)) if problem.kind.ends_with("/idempotency-key-reused") => {
                Error::Conflict(problem)
            }
            (400 | 405 | 413 | 415 | 422, Some(problem)) => Error::Invalid(problem),
            _ => self.error_of_untyped(answer, redactor),
        }
    }

    /// The error for an answer that no code of this service wrote: a gateway's, or a stranger's.
    pub(crate) fn error_of_untyped(&self, answer: &Answer, redactor: &Redactor) -> Error {
        let outline = answer.outline(redactor);
        match answer.status.as_u16() {
            429 | 500.. => self.unavailable(answer, outline),
            _ => self.protocol(&outline),
        }
    }

    fn unavailable(&self, answer: &Answer, detail: String) -> Error {
        Error::Unavailable {
            endpoint: self.endpoint().clone(),
            status: answer.status.as_u16(),
            detail,
            retry_after: answer.retry_after(),
        }
    }

    fn token_not_accepted(&self, credentials: &Credentials) -> Error {
        Error::Unauthenticated {
            endpoint: self.endpoint().clone(),
            client_id: credentials.client_id.clone(),
            failure: OAuthFailure {
                code: "invalid_token".to_owned(),
                description: Some("even a fresh access token was refused".to_owned()),
                correlation_id: None,
            },
        }
    }

    /// An answer that this service does not give.
    pub(crate) fn protocol(&self, detail: &str) -> Error {
        Error::Protocol {
            endpoint: self.endpoint().clone(),
            detail: detail.to_owned(),
        }
    }
}
