//! What an outcome looks like from outside.

use std::borrow::Cow;
use std::time::Duration;

use m2m_core::api_tokens::ApiTokensError;
use m2m_core::attempts::AttemptsError;
use m2m_core::caller::{CallerError, IamError, InsufficientScope, LoginError};
use m2m_core::clients::ClientsError;
use m2m_core::dpop::{self, NotTheHolder};
use m2m_core::idempotency::RepeatError;
use m2m_core::keys::RotationError;
use m2m_core::principals::PrincipalsError;
use m2m_core::resource_servers::ResourceServersError;
use m2m_types::metadata::paths;
use m2m_types::oauth_error::OAuthErrorCode;
use m2m_types::problem::FieldError;

use super::Refusal;
use super::kind::{self, Kind};
use crate::State;
use crate::body::Unreadable;

/// How long to wait when a store gave no answer.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// How long to wait when a login provider's keys could not be fetched: they are not tried again before.
const KEYS_RETRY: Duration = Duration::from_secs(30);

/// What the caller sees of a refusal.
pub(super) struct Outside {
    pub(super) kind: Kind,
    pub(super) detail: Cow<'static, str>,
    pub(super) errors: Vec<FieldError>,
    /// `WWW-Authenticate`.
    pub(super) challenge: Option<String>,
    /// `Retry-After`.
    pub(super) retry_after: Option<Duration>,
    /// `DPoP-Nonce`.
    pub(super) fresh_nonce: Option<String>,
}

impl Outside {
    fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: vec![],
            challenge: None,
            retry_after: None,
            fresh_nonce: None,
        }
    }

    fn challenge(self, state: &State, parameters: &str) -> Self {
        Self {
            challenge: Some(challenge(state, parameters)),
            ..self
        }
    }

    /// RFC 9449 §7.1.
    fn dpop_challenge(self, error: &str) -> Self {
        let algorithms: Vec<_> = dpop::algorithms().collect();
        let algorithms = algorithms.join(" ");
        Self {
            challenge: Some(format!("DPoP error=\"{error}\", algs=\"{algorithms}\"")),
            ..self
        }
    }

    fn retry_after(self, wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..self
        }
    }
}

/// No wildcard arm: a new refusal does not compile until someone chooses.
pub(super) fn decide(state: &State, refusal: Refusal) -> Outside {
    match refusal {
        Refusal::NoCredentials => Outside::new(
            kind::AUTHENTICATION_REQUIRED,
            "send an access token of this service, or a token of a login provider that it trusts: \
             Authorization: Bearer …",
        )
        .challenge(state, ""),
        Refusal::TwoHeaders => {
            Outside::new(kind::INVALID_REQUEST, "more than one Authorization header")
        }
        Refusal::Caller(CallerError::Store(_)) => unavailable(),
        Refusal::Caller(CallerError::Holder(error)) => decide_holder(state, &error),
        Refusal::Caller(_) => invalid_token(
            state,
            "the access token is malformed, expired, revoked or not for this API: get a new one",
        ),
        Refusal::IamCaller(error) => decide_iam_caller(error),
        Refusal::Login(error) => decide_login(state, error),
        Refusal::Clients(error) => decide_clients(state, error),
        Refusal::ApiTokens(error) => decide_api_tokens(state, error),
        Refusal::Keys(error) => decide_keys(state, error),
        Refusal::ResourceServers(error) => decide_resource_servers(state, error),
        Refusal::Principals(error) => decide_principals(state, error),
        Refusal::Store(_) => unavailable(),
        Refusal::Attempts(error) => decide_attempts(state, error),
        Refusal::MediaType(expected) => Outside::new(
            kind::UNSUPPORTED_MEDIA_TYPE,
            format!("the Content-Type must be {expected}"),
        ),
        Refusal::Body(Unreadable::TooLong) => {
            Outside::new(kind::TOO_LARGE, "the body is longer than 65536 bytes")
        }
        Refusal::Body(Unreadable::Broken) => {
            Outside::new(kind::INVALID_REQUEST, "the body broke off")
        }
        Refusal::Malformed(error) => invalid(vec![error]),
        Refusal::NoSuchPath => Outside::new(kind::NO_SUCH_PATH, "there is nothing here"),
        Refusal::Method => Outside::new(
            kind::METHOD_NOT_ALLOWED,
            "this path does not take this method; Allow says which it takes",
        ),
        Refusal::Defect(_) => Outside::new(
            kind::INTERNAL,
            "the service has a defect; the operator finds it by the correlation_id",
        ),
    }
}

/// What is wrong is no secret: whoever made the proof, or took another certificate, can mend it.
fn decide_holder(state: &State, error: &NotTheHolder) -> Outside {
    let (code, description) = error.public();
    let kind = match code {
        OAuthErrorCode::UseDpopNonce => kind::USE_DPOP_NONCE,
        OAuthErrorCode::InvalidDpopProof => kind::INVALID_DPOP_PROOF,
        _ => kind::INVALID_TOKEN,
    };
    let outside = Outside {
        fresh_nonce: error.fresh_nonce().map(str::to_owned),
        ..Outside::new(kind, description)
    };
    match error {
        NotTheHolder::SentAsDpop
        | NotTheHolder::OtherCertificate
        | NotTheHolder::UnknownBinding => outside.challenge(state, ", error=\"invalid_token\""),
        NotTheHolder::SentAsBearer
        | NotTheHolder::NoProof
        | NotTheHolder::Proof(_)
        | NotTheHolder::OtherKey => outside.dpop_challenge(code.as_str()),
    }
}

/// A principal is told its own ARN, which it knows, and what its operator has to do.
fn decide_iam_caller(error: IamError) -> Outside {
    match error {
        IamError::NotConfigured | IamError::NotVouchedFor(_) => Outside::new(
            kind::IAM_REQUIRED,
            "this path is for principals of AWS IAM, and only through the deployment's own API, which \
             checks their signatures; with an access token call the same path without /iam",
        ),
        IamError::UnknownPrincipal { arn, principal } => {
            let entry = match principal {
                Some(principal) => {
                    format!("ask the operator to add {principal}, with its path if it has one")
                }
                None => "only roles and users can be added".to_owned(),
            };
            let detail = format!("{arn} is not in M2M_IAM_PRINCIPALS; {entry}");
            Outside::new(kind::IAM_PRINCIPAL_UNKNOWN, detail)
        }
        error @ IamError::OwnerElsewhere { .. } => {
            let detail = format!(
                "{error}; nothing was moved: the operator has to correct M2M_IAM_PRINCIPALS"
            );
            Outside::new(kind::IAM_OWNER_ELSEWHERE, detail)
        }
        error @ IamError::Inactive { .. } => {
            Outside::new(kind::IAM_OWNER_INACTIVE, error.to_string())
        }
        IamError::Store(_) => unavailable(),
    }
}

fn invalid_token(state: &State, detail: &'static str) -> Outside {
    Outside::new(kind::INVALID_TOKEN, detail).challenge(state, ", error=\"invalid_token\"")
}

/// Which part of a token does not hold is for the log. Whoever has one that holds is told what an admin or the
/// operator has to do.
fn decide_login(state: &State, error: LoginError) -> Outside {
    let detail = error.to_string();
    match error {
        LoginError::Invalid { .. } => invalid_token(
            state,
            "the login is malformed, expired, too old or not for this service: log in again",
        ),
        LoginError::KeysUnavailable { .. } => Outside::new(
            kind::UNAVAILABLE,
            "the keys of the login provider cannot be had at the moment",
        )
        .retry_after(KEYS_RETRY),
        LoginError::OtherOrganization { .. } => {
            Outside::new(kind::LOGIN_ORGANIZATION_REFUSED, detail)
        }
        LoginError::NoSuchOrganization { .. } => Outside::new(
            kind::LOGIN_ORGANIZATION_REFUSED,
            format!("{detail}: an operator has to make it under /v1/organizations"),
        ),
        LoginError::OwnerElsewhere { .. } => Outside::new(
            kind::LOGIN_OWNER_ELSEWHERE,
            format!("{detail}; nothing was moved: an owner never leaves its organization"),
        ),
        LoginError::Inactive { .. } => Outside::new(kind::LOGIN_OWNER_INACTIVE, detail),
        LoginError::Store(_) => unavailable(),
    }
}

fn decide_attempts(state: &State, error: AttemptsError) -> Outside {
    match error {
        AttemptsError::InsufficientScope(missing) => insufficient_scope(state, &missing),
        AttemptsError::NotFound => Outside::new(kind::NOT_FOUND, error.to_string()),
        AttemptsError::Store(_) => unavailable(),
    }
}

fn decide_keys(state: &State, error: RotationError) -> Outside {
    let detail = error.to_string();
    match error {
        RotationError::InsufficientScope(missing) => insufficient_scope(state, &missing),
        RotationError::NoSuchKey => Outside::new(kind::NOT_FOUND, detail),
        RotationError::TooEarly { wait, .. } => {
            Outside::new(kind::KEY_TOO_NEW, detail).retry_after(wait)
        }
        RotationError::Repeat(error) => decide_repeat(&error),
        RotationError::Store(_) => unavailable(),
    }
}

fn insufficient_scope(state: &State, missing: &InsufficientScope) -> Outside {
    let scope = missing.scope();
    let parameters = format!(", error=\"insufficient_scope\", scope=\"{scope}\"");
    Outside::new(kind::INSUFFICIENT_SCOPE, missing.to_string()).challenge(state, &parameters)
}

fn decide_clients(state: &State, error: ClientsError) -> Outside {
    let detail = error.to_string();
    match error {
        ClientsError::InsufficientScope(missing) => insufficient_scope(state, &missing),
        ClientsError::NotFound => Outside::new(kind::NOT_FOUND, detail),
        ClientsError::Deleted { .. } => Outside::new(kind::CLIENT_DELETED, detail),
        ClientsError::OwnerOnly => Outside::new(kind::OWNER_ONLY, detail),
        ClientsError::NotDeleted => Outside::new(kind::NOT_DELETED, detail),
        ClientsError::SecretGone => Outside::new(kind::SECRET_GONE, detail),
        ClientsError::OwnerInactive => Outside::new(kind::OWNER_INACTIVE, detail),
        ClientsError::SecretNotFound => Outside::new(kind::SECRET_NOT_FOUND, detail),
        ClientsError::ValueNotKept => Outside::new(kind::VALUE_NOT_KEPT, detail),
        ClientsError::PlanRequired { .. } => Outside::new(kind::PLAN_REQUIRED, detail),
        ClientsError::LimitReached { .. } => Outside::new(kind::LIMIT_REACHED, detail),
        ClientsError::MadeTooMany { retry_after, .. } => {
            Outside::new(kind::DAILY_LIMIT_REACHED, detail).retry_after(retry_after)
        }
        ClientsError::NoSecret | ClientsError::TakesNoSecret => {
            Outside::new(kind::NO_SECRET, detail)
        }
        ClientsError::TwoSecrets { .. } => Outside::new(kind::TWO_SECRETS, detail),
        ClientsError::SecretInUse { .. } => Outside::new(kind::SECRET_IN_USE, detail),
        ClientsError::NothingToCancel => Outside::new(kind::NOTHING_TO_CANCEL, detail),
        ClientsError::DeletionProtected => Outside::new(kind::DELETION_PROTECTION, detail),
        ClientsError::PreconditionFailed => Outside::new(kind::PRECONDITION_FAILED, detail),
        ClientsError::Contended { retry_after } => {
            Outside::new(kind::CONTENDED, detail).retry_after(retry_after)
        }
        ClientsError::PreconditionRequired => Outside::new(kind::PRECONDITION_REQUIRED, detail),
        ClientsError::Invalid(errors) => invalid(errors),
        ClientsError::ApiTokens(error) => decide_api_tokens(state, error),
        ClientsError::Repeat(error) => decide_repeat(&error),
        ClientsError::InvalidCursor => Outside::new(kind::INVALID_CURSOR, detail),
        ClientsError::Store(_) => unavailable(),
    }
}

fn decide_api_tokens(state: &State, error: ApiTokensError) -> Outside {
    use ApiTokensError as Error;
    let detail = error.to_string();
    match error {
        Error::InsufficientScope(missing) => insufficient_scope(state, &missing),
        Error::NotFound => Outside::new(kind::NOT_FOUND, detail),
        Error::LimitReached => Outside::new(kind::LIMIT_REACHED, detail),
        Error::PreconditionFailed => Outside::new(kind::PRECONDITION_FAILED, detail),
        Error::Contended { retry_after } => {
            Outside::new(kind::CONTENDED, detail).retry_after(retry_after)
        }
        Error::Invalid(errors) => invalid(errors),
        Error::InvalidCursor => Outside::new(kind::INVALID_CURSOR, detail),
        Error::Repeat(error) => decide_repeat(&error),
        Error::Store(_) => unavailable(),
    }
}

fn decide_resource_servers(state: &State, error: ResourceServersError) -> Outside {
    use ResourceServersError as Error;
    let detail = error.to_string();
    match error {
        Error::InsufficientScope(missing) => insufficient_scope(state, &missing),
        Error::NotFound => Outside::new(kind::NOT_FOUND, detail),
        Error::IdentifierTaken => Outside::new(kind::IDENTIFIER_TAKEN, detail),
        Error::ScopeTaken { .. } => Outside::new(kind::SCOPE_TAKEN, detail),
        Error::LimitReached => Outside::new(kind::LIMIT_REACHED, detail),
        Error::PreconditionFailed => Outside::new(kind::PRECONDITION_FAILED, detail),
        Error::PreconditionRequired => Outside::new(kind::PRECONDITION_REQUIRED, detail),
        Error::Contended { retry_after } => {
            Outside::new(kind::CONTENDED, detail).retry_after(retry_after)
        }
        Error::Repeat(error) => decide_repeat(&error),
        Error::Invalid(errors) => invalid(errors),
        Error::InvalidCursor => Outside::new(kind::INVALID_CURSOR, detail),
        Error::Store(_) => unavailable(),
    }
}

fn decide_principals(state: &State, error: PrincipalsError) -> Outside {
    let detail = error.to_string();
    match error {
        PrincipalsError::InsufficientScope(missing) => insufficient_scope(state, &missing),
        PrincipalsError::NotFound => Outside::new(kind::NOT_FOUND, detail),
        PrincipalsError::PreconditionFailed => Outside::new(kind::PRECONDITION_FAILED, detail),
        PrincipalsError::PreconditionRequired => Outside::new(kind::PRECONDITION_REQUIRED, detail),
        PrincipalsError::Invalid(error) => invalid(vec![error]),
        PrincipalsError::Store(_) => unavailable(),
    }
}

fn decide_repeat(error: &RepeatError) -> Outside {
    let detail = error.to_string();
    match error {
        RepeatError::KeyReused => Outside::new(kind::KEY_REUSED, detail),
        RepeatError::InFlight { retry_after } => {
            Outside::new(kind::KEY_IN_FLIGHT, detail).retry_after(*retry_after)
        }
        RepeatError::Store(_) => unavailable(),
    }
}

fn invalid(errors: Vec<FieldError>) -> Outside {
    let details: Vec<String> = errors
        .iter()
        .map(|error| match error.pointer.as_str() {
            "" => error.detail.clone(),
            pointer => format!("{pointer}: {}", error.detail),
        })
        .collect();
    Outside {
        errors,
        ..Outside::new(kind::INVALID_REQUEST, details.join("; "))
    }
}

fn unavailable() -> Outside {
    Outside::new(
        kind::UNAVAILABLE,
        "a store gave no answer; nothing was half done that a retry would not mend",
    )
    .retry_after(STORE_RETRY)
}

/// `WWW-Authenticate` with where to learn how to get a token (RFC 9728 §5.1).
pub(super) fn challenge(state: &State, parameters: &str) -> String {
    let metadata = state.issuer.join(paths::PROTECTED_RESOURCE);
    format!("Bearer resource_metadata=\"{metadata}\"{parameters}")
}
