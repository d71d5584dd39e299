//! Providers: what they serve and how they are configured.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use crate::call::Call;
use crate::data_source::DataSource;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ephemeral::EphemeralResource;
use crate::erased::{AnyDataSource, AnyEphemeral, AnyResource, Erased};
use crate::function::Function;
use crate::model::Model;
use crate::resource::Resource;
use crate::schema::Schema;

/// A Terraform provider.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The arguments of the `provider` block.
    type Config: Model;

    /// The schema of the `provider` block.
    fn schema(&self) -> Schema {
        Schema::of::<Self::Config>()
    }

    /// Names everything the provider serves; called once, at the start.
    fn register(&self, registry: &mut Registry);

    /// Checks the configuration beyond what the schema says; unknown values are fine.
    async fn validate(&self, _call: &Call, _config: Self::Config) -> Diagnostics {
        Diagnostics::new()
    }

    /// Makes the provider ready for work, usually by filling a [`Configured`].
    ///
    /// At plan the configuration may hold unknown values: leave the provider unconfigured then,
    /// without an error. `Ok` may carry warnings.
    ///
    /// # Errors
    /// If the provider cannot work with this configuration.
    async fn configure(
        &self,
        call: &Call,
        config: Self::Config,
    ) -> Result<Diagnostics, Diagnostics>;
}

/// What a provider serves, by its full type name such as `board_note`.
#[derive(Default)]
pub struct Registry {
    pub(crate) resources: BTreeMap<String, Arc<dyn AnyResource>>,
    pub(crate) data_sources: BTreeMap<String, Arc<dyn AnyDataSource>>,
    pub(crate) ephemerals: BTreeMap<String, Arc<dyn AnyEphemeral>>,
    pub(crate) functions: BTreeMap<String, Arc<dyn Function>>,
    pub(crate) problems: Diagnostics,
}

impl Registry {
    /// Serves a managed resource.
    pub fn resource(&mut self, name: impl Into<String>, resource: impl Resource) -> &mut Self {
        self.resources
            .insert(name.into(), Arc::new(Erased(resource)));
        self
    }

    /// Serves a data source.
    pub fn data_source(&mut self, name: impl Into<String>, source: impl DataSource) -> &mut Self {
        self.data_sources
            .insert(name.into(), Arc::new(Erased(source)));
        self
    }

    /// Serves an ephemeral resource.
    pub fn ephemeral(
        &mut self,
        name: impl Into<String>,
        resource: impl EphemeralResource,
    ) -> &mut Self {
        self.ephemerals
            .insert(name.into(), Arc::new(Erased(resource)));
        self
    }

    /// Serves a function, called as `provider::NAME::function`.
    pub fn function(&mut self, name: impl Into<String>, function: impl Function) -> &mut Self {
        self.functions.insert(name.into(), Arc::new(function));
        self
    }

    /// Reports that what to serve could not be found out; every command of the user fails with it.
    pub fn problem(&mut self, diagnostic: Diagnostic) -> &mut Self {
        self.problems.push(diagnostic);
        self
    }
}

/// What `configure` made, shared by everything the provider serves.
#[derive(Debug)]
pub struct Configured<T>(Arc<RwLock<Option<Arc<T>>>>);

impl<T> Configured<T> {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// Keeps what `configure` made, in place of what an earlier one did.
    pub fn set(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(value));
    }

    /// What `configure` made.
    ///
    /// # Errors
    /// If it made nothing, as when the configuration depends on something not yet created.
    pub fn get(&self) -> Result<Arc<T>, Diagnostics> {
        let value = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        value.ok_or_else(|| {
            Diagnostic::error(
                "The provider is not configured",
                "Its configuration depends on values that are not known yet. Apply what they \
                 come from first, with -target, or give them as variables.",
            )
            .into()
        })
    }
}

impl<T> Default for Configured<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Configured<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
