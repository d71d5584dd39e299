//! Ephemeral resources: values that are never stored.

use std::time::SystemTime;

use async_trait::async_trait;

use crate::call::Call;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::private::Private;
use crate::schema::Schema;

/// A kind of ephemeral resource.
///
/// Terraform opens it in every plan and again in every apply, so opening must not use anything
/// up: hand out what exists, or mint what expires by itself.
#[async_trait]
pub trait EphemeralResource: Send + Sync + 'static {
    /// Configuration and result.
    type Model: Model;

    /// The schema.
    fn schema(&self) -> Schema {
        Schema::of::<Self::Model>()
    }

    /// Checks the configuration beyond what the schema says; unknown values are fine.
    async fn validate(&self, _call: &Call, _config: Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Makes the value. The configuration is known; what it says must come back unchanged.
    ///
    /// # Errors
    /// If there is no value.
    async fn open(
        &self,
        call: &Call,
        config: Self::Model,
    ) -> Result<Opened<Self::Model>, Diagnostics>;

    /// Keeps an open value alive; it cannot change it.
    ///
    /// # Errors
    /// If the value is no longer valid.
    async fn renew(&self, _call: &Call, private: Private) -> Result<Renewed, Diagnostics> {
        Ok(Renewed {
            renew_at: None,
            private,
            diagnostics: Diagnostics::new(),
        })
    }

    /// Gives the value up at the end of the run. `Ok` may carry warnings.
    ///
    /// # Errors
    /// If it could not be given up.
    async fn close(&self, _call: &Call, _private: Private) -> Result<Diagnostics, Diagnostics> {
        Ok(Diagnostics::new())
    }
}

/// An open ephemeral value.
#[derive(Debug)]
pub struct Opened<M> {
    pub(crate) model: M,
    pub(crate) renew_at: Option<SystemTime>,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
}

impl<M> Opened<M> {
    /// The value.
    pub fn new(model: M) -> Self {
        let (private, diagnostics) = (Private::new(), Diagnostics::new());
        Self {
            model,
            renew_at: None,
            private,
            diagnostics,
        }
    }

    /// The same, to be renewed at that time if Terraform is still running.
    #[must_use]
    pub fn renew_at(mut self, at: SystemTime) -> Self {
        self.renew_at = Some(at);
        self
    }

    /// The same, with what `renew` and `close` need; it stays in memory.
    #[must_use]
    pub fn private(mut self, private: Private) -> Self {
        self.private = private;
        self
    }

    /// The same, with a message.
    #[must_use]
    pub fn with(mut self, diagnostic: Diagnostic) -> Self {
        self.diagnostics.push(diagnostic);
        self
    }
}

/// The outcome of a renewal.
#[derive(Debug, Default)]
pub struct Renewed {
    /// When to renew again; `None` for never.
    pub renew_at: Option<SystemTime>,
    /// What the next `renew` and `close` need.
    pub private: Private,
    /// Warnings.
    pub diagnostics: Diagnostics,
}
