//! A provider that keeps secrets without storing them in a state: a resource with a write-only
//! argument, a data source without the secret, and an ephemeral resource with it.
//!
//! Items are files in the directory of the provider's configuration.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use tfplugin::{
    Attr, Call, Configured, Create, DataSource, Delete, Diagnostic, Diagnostics, EphemeralResource,
    Found, IdentitySchema, Import, Opened, Path, Plan, Private, Provider, Read, Registry, Renewed,
    Resource, Secret, State, Type, Update, async_trait, length, model, serve,
};

model! {
    /// Keeps secrets in files.
    pub struct Settings {
        /// The directory of the items.
        directory: String = required(),
    }
}

model! {
    /// A secret with a name.
    pub struct Item {
        /// The name again.
        id: String = computed().keep_prior(),
        /// The name; another name is another item.
        name: String = required().requires_replace().validate(length(1..=40)),
        /// The secret. It is written when `secret_wo_version` changes, and stored nowhere else.
        secret_wo: Secret = required().write_only(),
        /// Change it to write the secret anew.
        secret_wo_version: String = required(),
        /// How long the secret is.
        length: i64 = computed(),
    }
}

model! {
    /// What may be known of a secret.
    pub struct ItemData {
        /// The name.
        name: String = required(),
        /// How long the secret is.
        length: i64 = computed(),
    }
}

model! {
    /// A secret, for the length of a run.
    pub struct OpenItem {
        /// The name.
        name: String = required(),
        /// The secret.
        secret: Secret = computed(),
    }
}

/// The directory of the items.
#[derive(Clone, Default)]
struct Vault(Configured<PathBuf>);

impl Vault {
    fn file(&self, name: &Attr<String>) -> Result<PathBuf, Diagnostics> {
        Ok(self.0.get()?.join(name.as_str().unwrap_or_default()))
    }

    /// The secret of an item; `None` if there is no such item.
    fn find(&self, name: &Attr<String>) -> Result<Option<Secret>, Diagnostics> {
        match std::fs::read_to_string(self.file(name)?) {
            Ok(secret) => Ok(Some(Secret::from(secret))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&error).into()),
        }
    }

    fn get(&self, name: &Attr<String>) -> Result<Secret, Diagnostics> {
        self.find(name)?.ok_or_else(|| {
            Diagnostic::error("There is no such item", "Create it first.")
                .at("name")
                .into()
        })
    }

    fn write(&self, planned: Item, secret: Attr<Secret>) -> Result<State<Item>, Diagnostics> {
        let secret = secret.known_or(Secret::default());
        let file = self.file(&planned.name)?;
        tracing::info!(name = planned.name.as_str(), ?secret, "writing an item");
        std::fs::write(file, secret.expose()).map_err(|error| failed(&error))?;
        let length = i64::try_from(secret.expose().len())
            .unwrap_or(i64::MAX)
            .into();
        Ok(State::new(Item {
            id: planned.name.clone(),
            length,
            ..planned
        }))
    }
}

fn failed(error: &std::io::Error) -> Diagnostic {
    Diagnostic::error("The vault cannot be used", error.to_string())
}

struct VaultProvider(Vault);

#[async_trait]
impl Provider for VaultProvider {
    type Config = Settings;

    fn register(&self, registry: &mut Registry) {
        registry
            .resource("vault_item", self.0.clone())
            .data_source("vault_item", self.0.clone())
            .ephemeral("vault_item", self.0.clone());
    }

    async fn configure(&self, _: &Call, settings: Settings) -> Result<Diagnostics, Diagnostics> {
        if let Attr::Known(directory) = settings.directory {
            std::fs::create_dir_all(&directory).map_err(|error| failed(&error))?;
            self.0.0.set(directory.into());
        }
        Ok(Diagnostics::new())
    }
}

#[async_trait]
impl Resource for Vault {
    type Model = Item;

    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("name", Type::String, "The name of the item."))
    }

    async fn validate(&self, _: &Call, config: Item) -> Diagnostics {
        match config.secret_wo {
            Attr::Known(secret) if secret.expose().len() < 8 => {
                Diagnostic::warning("The secret is short", "Use at least 8 characters.")
                    .at("secret_wo")
                    .into()
            }
            _ => Diagnostics::new(),
        }
    }

    /// The length changes with the secret only, not with everything else.
    async fn plan(&self, _: &Call, plan: &mut Plan<Item>) -> Result<(), Diagnostics> {
        if let Some(prior) = &plan.prior
            && prior.secret_wo_version == plan.config.secret_wo_version
        {
            plan.planned.length = prior.length;
        }
        Ok(())
    }

    async fn create(&self, _: &Call, new: Create<Item>) -> Result<State<Item>, Diagnostics> {
        if new.planned.name.as_str() == Some("panic") {
            unreachable!("the name that shows what a crash looks like");
        }
        self.write(new.planned, new.config.secret_wo)
    }

    async fn read(&self, _: &Call, old: Read<Item>) -> Result<State<Item>, Diagnostics> {
        let name = match &old.state.name {
            Attr::Known(_) => old.state.name.clone(),
            _ => old.state.id.clone(),
        };
        let Some(secret) = self.find(&name)? else {
            return Ok(State::gone());
        };
        let length = i64::try_from(secret.expose().len())
            .unwrap_or(i64::MAX)
            .into();
        Ok(State::new(Item {
            name,
            length,
            ..old.state
        }))
    }

    async fn update(&self, _: &Call, new: Update<Item>) -> Result<State<Item>, Diagnostics> {
        self.write(new.planned, new.config.secret_wo)
    }

    async fn delete(&self, _: &Call, old: Delete<Item>) -> Result<State<Item>, Diagnostics> {
        if self.find(&old.prior.name)?.is_some() {
            std::fs::remove_file(self.file(&old.prior.name)?).map_err(|error| failed(&error))?;
        }
        Ok(State::gone())
    }

    async fn import(&self, _: &Call, request: Import) -> Result<State<Item>, Diagnostics> {
        let name = request.id("name")?.to_owned();
        Ok(State::new(Item {
            id: name.clone().into(),
            name: name.into(),
            ..Item::default()
        }))
    }
}

#[async_trait]
impl DataSource for Vault {
    type Model = ItemData;

    async fn read(&self, _: &Call, config: ItemData) -> Result<Found<ItemData>, Diagnostics> {
        let length = self.get(&config.name)?.expose().len();
        let length = i64::try_from(length).unwrap_or(i64::MAX).into();
        Ok(Found::new(ItemData { length, ..config }))
    }
}

#[async_trait]
impl EphemeralResource for Vault {
    type Model = OpenItem;

    #[expect(
        clippy::disallowed_methods,
        reason = "the lease ends by the clock on the wall"
    )]
    async fn open(&self, _: &Call, config: OpenItem) -> Result<Opened<OpenItem>, Diagnostics> {
        let secret = self.get(&config.name)?;
        let lease = Private::new().with("name", config.name.as_str().unwrap_or_default());
        Ok(Opened::new(OpenItem {
            secret: secret.into(),
            ..config
        })
        .renew_at(SystemTime::now() + Duration::from_secs(600))
        .private(lease))
    }

    async fn renew(&self, _: &Call, private: Private) -> Result<Renewed, Diagnostics> {
        tracing::info!(name = private.get("name"), "renewing an item");
        Ok(Renewed {
            private,
            ..Renewed::default()
        })
    }

    async fn close(&self, _: &Call, private: Private) -> Result<Diagnostics, Diagnostics> {
        tracing::info!(name = private.get("name"), "closing an item");
        match private.get("name") {
            Some(_) => Ok(Diagnostics::new()),
            None => Err(Diagnostic::error("The lease is lost", "")
                .at(Path::root())
                .into()),
        }
    }
}

fn main() -> ExitCode {
    serve(
        "registry.terraform.io/example/vault",
        VaultProvider(Vault::default()),
    )
}
