//! The provider: its settings and its types.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tfplugin::{
    Attr, Call, Configured, Diagnostic, Diagnostics, Provider, Registry, async_trait, model,
};

use crate::builtin;
use crate::data::MockData;
use crate::definition::Definition;
use crate::resource::MockResource;
use crate::store::Store;

model! {
    /// Serves resources and data sources that live in files, to test Terraform itself.
    pub(crate) struct Settings {
        /// Where resources lie, by their id. Default: `terraform.resource`.
        resource_directory: String = optional(),
        /// Where the data of data sources lies, by its id. Default: `terraform.data`.
        data_directory: String = optional(),
        /// Keep resources in the state alone and write no files. Default: `false`.
        use_only_state: bool = optional(),
        /// The ids of resources whose creation fails.
        fail_on_create: Vec<String> = optional(),
        /// The ids of resources whose deletion fails.
        fail_on_delete: Vec<String> = optional(),
        /// The ids of resources whose reading fails.
        fail_on_read: Vec<String> = optional(),
        /// The ids of resources whose update fails.
        fail_on_update: Vec<String> = optional(),
        /// The ids of resources whose changes are put off to a later run.
        defer_changes: Vec<String> = optional(),
    }
}

/// The settings in effect.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) store: Store,
    pub(crate) fail_on_create: Vec<String>,
    pub(crate) fail_on_delete: Vec<String>,
    pub(crate) fail_on_read: Vec<String>,
    pub(crate) fail_on_update: Vec<String>,
    pub(crate) defer_changes: Vec<String>,
}

impl From<Settings> for Config {
    fn from(settings: Settings) -> Self {
        let directory =
            |name: Attr<String>, default: &str| PathBuf::from(name.known_or(default.to_owned()));
        let only_state = settings.use_only_state.known_or(false);
        let resources = directory(settings.resource_directory, "terraform.resource");
        Self {
            store: Store {
                resources: (!only_state).then_some(resources),
                data: directory(settings.data_directory, "terraform.data"),
            },
            fail_on_create: settings.fail_on_create.known_or(Vec::new()),
            fail_on_delete: settings.fail_on_delete.known_or(Vec::new()),
            fail_on_read: settings.fail_on_read.known_or(Vec::new()),
            fail_on_update: settings.fail_on_update.known_or(Vec::new()),
            defer_changes: settings.defer_changes.known_or(Vec::new()),
        }
    }
}

/// The mock.
pub(crate) struct Mock {
    definitions: Result<BTreeMap<String, Definition>, String>,
    config: Configured<Config>,
}

impl Mock {
    pub(crate) fn new(definitions: Result<BTreeMap<String, Definition>, String>) -> Self {
        Self {
            definitions,
            config: Configured::new(),
        }
    }

    fn serve(&self, registry: &mut Registry, name: &str, definition: Definition) {
        let config = self.config.clone();
        registry.data_source(name, MockData::new(&definition, config.clone()));
        registry.resource(name, MockResource::new(name, definition, config));
    }
}

#[async_trait]
impl Provider for Mock {
    type Config = Settings;

    fn register(&self, registry: &mut Registry) {
        self.serve(registry, "tfcoremock_simple_resource", builtin::simple());
        self.serve(registry, "tfcoremock_complex_resource", builtin::complex());
        match &self.definitions {
            Ok(definitions) => {
                for (name, definition) in definitions {
                    self.serve(registry, name, definition.clone());
                }
            }
            Err(reason) => {
                registry.problem(Diagnostic::error(
                    "The dynamic resources cannot be read",
                    format!("The fault is in the file, not in the provider: {reason}"),
                ));
            }
        }
    }

    async fn configure(&self, _: &Call, settings: Settings) -> Result<Diagnostics, Diagnostics> {
        self.config.set(Config::from(settings));
        Ok(Diagnostics::new())
    }
}
