//! As whom the service is called.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::Request;

use crate::credentials::Credentials;

/// As whom the service is called, and so by which of its paths.
#[derive(Debug, Clone)]
pub enum Identity {
    /// A client, by access tokens.
    Client(Credentials),
    /// A principal of AWS IAM, by signatures that the service's gateway checks.
    AwsIam(Arc<dyn Signer>),
}

impl From<Credentials> for Identity {
    fn from(credentials: Credentials) -> Self {
        Self::Client(credentials)
    }
}

/// Signs requests. What it prints as `Debug` holds nothing secret.
#[async_trait]
pub trait Signer: Debug + Send + Sync {
    /// Adds the headers that prove who sends the request, which is complete otherwise. Each attempt of a
    /// call is signed anew, since signatures and what they are made with age.
    ///
    /// # Errors
    /// There is nothing to sign with.
    async fn sign(&self, request: &mut Request) -> Result<(), SigningError>;
}

/// Why a request was not signed: in words that say what was looked for, and never hold anything secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SigningError(pub String);
