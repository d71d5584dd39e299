//! What every call of a provider carries along.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

/// The circumstances of one call from Terraform.
#[derive(Clone, Debug)]
pub struct Call {
    token: CancellationToken,
    terraform_version: Arc<str>,
    deferral_allowed: bool,
}

impl Call {
    pub(crate) fn new(token: CancellationToken, terraform_version: Arc<str>) -> Self {
        Self {
            token,
            terraform_version,
            deferral_allowed: false,
        }
    }

    pub(crate) fn with_deferral(mut self, allowed: bool) -> Self {
        self.deferral_allowed = allowed;
        self
    }

    /// Ends when the user interrupts Terraform or the call is given up; wait for it beside long
    /// work, and return soon after.
    pub async fn cancelled(&self) {
        self.token.cancelled().await;
    }

    /// True once the call should end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.token.is_cancelled()
    }

    /// The token behind [`Call::cancelled`], for libraries that take one.
    #[must_use]
    pub fn token(&self) -> &CancellationToken {
        &self.token
    }

    /// The version of Terraform, empty before the provider is configured.
    #[must_use]
    pub fn terraform_version(&self) -> &str {
        &self.terraform_version
    }

    /// True if Terraform can put this operation off to a later run.
    #[must_use]
    pub fn deferral_allowed(&self) -> bool {
        self.deferral_allowed
    }
}

/// Why an operation is put off to a later run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deferral {
    /// Part of the configuration of the resource is unknown.
    ResourceConfigUnknown,
    /// Part of the configuration of the provider is unknown.
    ProviderConfigUnknown,
    /// Something the resource needs does not exist yet.
    AbsentPrerequisite,
}
