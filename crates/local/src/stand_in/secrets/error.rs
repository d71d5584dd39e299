//! Why Secrets Manager refuses a call, in the words of its API.

use crate::stand_in::ambient::RandomError;
use crate::stand_in::answer::Answer;

/// Why a call is refused. The text is for the caller and never holds a secret's value.
#[derive(Debug, thiserror::Error)]
pub(super) enum SecretsError {
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Exists(String),
    #[error("{0}")]
    InvalidRequest(String),
    #[error("{0}")]
    InvalidParameter(String),
    #[error("{0}")]
    Validation(String),
    #[error("{0}")]
    LimitExceeded(String),
    #[error("The pagination token is not valid.")]
    InvalidNextToken,
    #[error("Secrets Manager can't decrypt the protected secret text.")]
    Decryption,
    #[error("The request could not be read: {0}")]
    Malformed(String),
    #[error("The secrets store failed: {0}")]
    Store(#[from] rusqlite::Error),
    #[error("The secrets store failed: {0}")]
    Random(#[from] RandomError),
    #[error("The secrets store failed: {0}")]
    Internal(&'static str),
}

impl SecretsError {
    /// The error's name in the API.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "ResourceNotFoundException",
            Self::Exists(_) => "ResourceExistsException",
            Self::InvalidRequest(_) => "InvalidRequestException",
            Self::InvalidParameter(_) => "InvalidParameterException",
            Self::Validation(_) => "ValidationException",
            Self::LimitExceeded(_) => "LimitExceededException",
            Self::InvalidNextToken => "InvalidNextTokenException",
            Self::Decryption => "DecryptionFailure",
            Self::Malformed(_) => "SerializationException",
            Self::Store(_) | Self::Random(_) | Self::Internal(_) => "InternalServiceError",
        }
    }

    pub(super) fn answer(&self) -> Answer {
        let status = if self.code() == "InternalServiceError" {
            500
        } else {
            400
        };
        Answer::error(status, super::CONTENT_TYPE, self.code(), &self.to_string())
    }

    /// No such secret.
    pub(super) fn no_such_secret() -> Self {
        Self::NotFound("Secrets Manager can't find the specified secret.".to_owned())
    }

    /// The secret waits for the end of its recovery window.
    pub(super) fn marked_for_deletion() -> Self {
        Self::InvalidRequest(
            "You can't perform this operation on the secret because it was marked for deletion."
                .to_owned(),
        )
    }
}
