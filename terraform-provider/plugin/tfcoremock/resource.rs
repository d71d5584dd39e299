//! Resources: files by id.

use std::io::{self, Read as _};

use tfplugin::{
    Call, Configured, Create, Deferral, Delete, Diagnostic, Diagnostics, Dynamic, IdentitySchema,
    Import, Object, Plan, Read, Resource, Schema, State, Type, Update, Value, async_trait,
};

use crate::computed;
use crate::definition::Definition;
use crate::provider::Config;
use crate::schema::{Purpose, schema};
use crate::store::id;
use crate::stored;

/// A resource of some definition.
pub(crate) struct MockResource {
    name: String,
    definition: Definition,
    schema: Schema,
    config: Configured<Config>,
}

impl MockResource {
    pub(crate) fn new(name: &str, definition: Definition, config: Configured<Config>) -> Self {
        let schema = schema(&definition, Purpose::Resource);
        Self {
            name: name.to_owned(),
            definition,
            schema,
            config,
        }
    }
}

#[async_trait]
impl Resource for MockResource {
    type Model = Dynamic;

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema::new().required("id", Type::String, "The id of the resource."))
    }

    async fn plan(&self, call: &Call, plan: &mut Plan<Dynamic>) -> Result<(), Diagnostics> {
        let config = self.config.get()?;
        let id = id(&plan.planned.0);
        if id.is_empty() || !config.defer_changes.iter().any(|deferred| deferred == id) {
            return Ok(());
        }
        if !call.deferral_allowed() {
            let detail = "This id is marked to be put off, which this Terraform does not support.";
            return Err(Diagnostic::error("Invalid resource deferral", detail)
                .at("id")
                .into());
        }
        plan.defer(Deferral::ResourceConfigUnknown);
        Ok(())
    }

    async fn create(&self, _: &Call, new: Create<Dynamic>) -> Result<State<Dynamic>, Diagnostics> {
        let config = self.config.get()?;
        let mut object = new.planned.0;
        if id(&object).is_empty() {
            object.insert("id".to_owned(), uuid().map_err(failed("generate id"))?);
        }
        self.compute(&mut object)?;
        forced(&config.fail_on_create, id(&object), "create resource")?;
        let created = config.store.create(&self.name, id(&object), &object);
        created.map_err(failed("write resource"))?;
        Ok(State::new(Dynamic(object)))
    }

    async fn read(&self, _: &Call, old: Read<Dynamic>) -> Result<State<Dynamic>, Diagnostics> {
        let config = self.config.get()?;
        forced(&config.fail_on_read, id(&old.state.0), "read resource")?;
        if config.store.resources.is_none() {
            return Ok(State::new(old.state));
        }
        let found = config.store.read(id(&old.state.0), self.schema.block());
        let found = found.map_err(failed("read resource"))?;
        Ok(found.map_or_else(State::gone, |object| State::new(Dynamic(object))))
    }

    async fn update(&self, _: &Call, new: Update<Dynamic>) -> Result<State<Dynamic>, Diagnostics> {
        let config = self.config.get()?;
        let mut object = new.planned.0;
        self.compute(&mut object)?;
        forced(&config.fail_on_update, id(&object), "update resource")?;
        let updated = config.store.update(&self.name, id(&object), &object);
        updated.map_err(failed("update resource"))?;
        Ok(State::new(Dynamic(object)))
    }

    async fn delete(&self, _: &Call, old: Delete<Dynamic>) -> Result<State<Dynamic>, Diagnostics> {
        let config = self.config.get()?;
        let id = id(&old.prior.0);
        forced(&config.fail_on_delete, id, "delete resource")?;
        config.store.delete(id).map_err(failed("delete resource"))?;
        Ok(State::gone())
    }

    async fn import(&self, _: &Call, request: Import) -> Result<State<Dynamic>, Diagnostics> {
        let nothing = stored::read_object(&serde_json::Map::new(), self.schema.block());
        let mut object = nothing.map_err(|reason| Diagnostic::error("failed to import", reason))?;
        object.insert("id".to_owned(), request.id("id")?.into());
        Ok(State::new(Dynamic(object)))
    }
}

impl MockResource {
    fn compute(&self, object: &mut Object) -> Result<(), Diagnostic> {
        computed::fill(&self.definition, object)
            .map_err(|reason| Diagnostic::error("failed to generate computed values", reason))
    }
}

/// The failure a test asked for.
fn forced(ids: &[String], id: &str, what: &str) -> Result<(), Diagnostic> {
    if ids.iter().any(|failing| failing == id) {
        return Err(Diagnostic::error(
            format!("failed to {what}"),
            "forced failure",
        ));
    }
    Ok(())
}

fn failed(what: &'static str) -> impl Fn(io::Error) -> Diagnostic {
    move |error| Diagnostic::error(format!("failed to {what}"), error.to_string())
}

/// A random id in the form of a UUID.
fn uuid() -> io::Result<Value> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let mut text = String::with_capacity(36);
    for (position, byte) in bytes.iter().enumerate() {
        if matches!(position, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    Ok(Value::String(text))
}
