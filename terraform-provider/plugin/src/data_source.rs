//! Data sources.

use async_trait::async_trait;

use crate::call::{Call, Deferral};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::schema::Schema;

/// A kind of data source.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
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

    /// Looks the data up. The configuration is known; what it says must come back unchanged.
    ///
    /// # Errors
    /// If there is no such data.
    async fn read(
        &self,
        call: &Call,
        config: Self::Model,
    ) -> Result<Found<Self::Model>, Diagnostics>;
}

/// What a data source found, and what the user is told.
#[derive(Debug)]
pub struct Found<M> {
    pub(crate) model: M,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) deferral: Option<Deferral>,
}

impl<M> Found<M> {
    /// The data.
    pub fn new(model: M) -> Self {
        Self {
            model,
            diagnostics: Diagnostics::new(),
            deferral: None,
        }
    }

    /// The same, with a message.
    #[must_use]
    pub fn with(mut self, diagnostic: Diagnostic) -> Self {
        self.diagnostics.push(diagnostic);
        self
    }

    /// Puts the look-up off to a later run, if [`Call::deferral_allowed`].
    #[must_use]
    pub fn defer(mut self, reason: Deferral) -> Self {
        self.deferral = Some(reason);
        self
    }
}
