//! Managed resources.

use async_trait::async_trait;

use crate::call::{Call, Deferral};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use crate::private::Private;
use crate::schema::{IdentitySchema, Schema};
use crate::value::{Object, Path, Value};

/// A JSON object as it lies in a state file.
pub type JsonObject = serde_json::Map<String, serde_json::Value>;

/// A kind of managed resource.
///
/// The framework makes the standard plan from the schema; a resource that needs more changes it
/// in [`Resource::plan`]. Methods that return `Err` say that nothing changed; what exists after a
/// half-done operation is returned as [`State`] with an error in it.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// Configuration and state.
    type Model: Model;

    /// The schema.
    fn schema(&self) -> Schema {
        Schema::of::<Self::Model>()
    }

    /// The identity, if the resource has one; its values are those of the state by the same name.
    fn identity(&self) -> Option<IdentitySchema> {
        None
    }

    /// Checks the configuration beyond what the schema says; unknown values are fine.
    async fn validate(&self, _call: &Call, _config: Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Changes the standard plan of a creation or an update.
    ///
    /// # Errors
    /// If the change cannot be made.
    async fn plan(&self, _call: &Call, _plan: &mut Plan<Self::Model>) -> Result<(), Diagnostics> {
        Ok(())
    }

    /// Speaks up at the plan of a deletion: warnings, or errors that forbid it.
    async fn plan_destroy(&self, _call: &Call, _prior: Self::Model) -> Diagnostics {
        Diagnostics::new()
    }

    /// Makes the remote object.
    ///
    /// # Errors
    /// If nothing was made.
    async fn create(
        &self,
        call: &Call,
        request: Create<Self::Model>,
    ) -> Result<State<Self::Model>, Diagnostics>;

    /// Looks at the remote object; [`State::gone`] plans it anew.
    ///
    /// # Errors
    /// If it could not be looked at; the state stays.
    async fn read(
        &self,
        call: &Call,
        request: Read<Self::Model>,
    ) -> Result<State<Self::Model>, Diagnostics>;

    /// Changes the remote object. Without it every change must require a replacement.
    ///
    /// # Errors
    /// If nothing was changed.
    async fn update(
        &self,
        _call: &Call,
        _request: Update<Self::Model>,
    ) -> Result<State<Self::Model>, Diagnostics> {
        Err(Diagnostic::error(
            "The resource cannot be changed",
            "The provider planned a change in place for a resource that has none. This is a bug \
             in the provider.",
        )
        .into())
    }

    /// Removes the remote object; one that is gone already is a success.
    ///
    /// # Errors
    /// If it still exists; the state stays.
    async fn delete(
        &self,
        call: &Call,
        request: Delete<Self::Model>,
    ) -> Result<State<Self::Model>, Diagnostics>;

    /// Finds the remote object to import; Terraform reads it right after.
    ///
    /// # Errors
    /// If there is no such object, or the resource cannot be imported.
    async fn import(
        &self,
        _call: &Call,
        _request: Import,
    ) -> Result<State<Self::Model>, Diagnostics> {
        Err(Diagnostic::error(
            "The resource cannot be imported",
            "Resources of this type can only be created.",
        )
        .into())
    }

    /// Brings a state stored by an older version of the schema to the current one. Attributes
    /// that are missing afterwards are null, ones the schema does not know are dropped.
    ///
    /// # Errors
    /// If the state cannot be read.
    async fn upgrade(
        &self,
        _call: &Call,
        _from_version: i64,
        state: JsonObject,
    ) -> Result<JsonObject, Diagnostics> {
        Ok(state)
    }

    /// True if [`Resource::move_from`] takes states of other types.
    fn accepts_moves(&self) -> bool {
        false
    }

    /// Takes over the state of a resource of another type.
    ///
    /// # Errors
    /// If that type cannot be taken over.
    async fn move_from(
        &self,
        _call: &Call,
        request: Move,
    ) -> Result<State<Self::Model>, Diagnostics> {
        Err(Diagnostic::error(
            "The resource cannot be moved",
            format!(
                "A state of the type {} cannot be taken over.",
                request.type_name
            ),
        )
        .into())
    }
}

/// The plan of a creation or an update, to be changed in place.
///
/// A changed field of `planned` replaces the planned value of that attribute; the others stay
/// exactly as planned.
#[derive(Debug)]
pub struct Plan<M> {
    /// The state before; `None` for a creation, also one that is half of a replacement.
    pub prior: Option<M>,
    /// The configuration, with write-only values.
    pub config: M,
    /// The state after, as far as it is known.
    pub planned: M,
    /// Kept beside the plan and given to `create` and `update`.
    pub private: Private,
    pub(crate) requires_replace: Vec<Path>,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) deferral: Option<Deferral>,
}

impl<M> Plan<M> {
    /// True if there is no state before.
    pub fn is_create(&self) -> bool {
        self.prior.is_none()
    }

    /// Plans to replace the resource because of the value at `path`.
    pub fn require_replace(&mut self, path: impl Into<Path>) {
        self.requires_replace.push(path.into());
    }

    /// Adds a message; an error fails the plan.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Puts the change off to a later run, if [`Call::deferral_allowed`].
    pub fn defer(&mut self, reason: Deferral) {
        self.deferral = Some(reason);
    }
}

/// What `create` works from.
#[derive(Debug)]
pub struct Create<M> {
    /// The configuration, with write-only values.
    pub config: M,
    /// The state to reach: what is known must come to be, what is unknown must become known.
    pub planned: M,
    /// What the plan kept.
    pub private: Private,
}

/// What `read` works from.
#[derive(Debug)]
pub struct Read<M> {
    /// The state as stored.
    pub state: M,
    /// What is kept beside it.
    pub private: Private,
}

/// What `update` works from.
#[derive(Debug)]
pub struct Update<M> {
    /// The state before.
    pub prior: M,
    /// The configuration, with write-only values.
    pub config: M,
    /// The state to reach: what is known must come to be, what is unknown must become known.
    pub planned: M,
    /// What the plan kept.
    pub private: Private,
}

/// What `delete` works from.
#[derive(Debug)]
pub struct Delete<M> {
    /// The state before.
    pub prior: M,
    /// What is kept beside it.
    pub private: Private,
}

/// What names the object to import.
#[derive(Debug)]
pub enum Import {
    /// The text the user gave.
    Id(String),
    /// The identity the user gave (Terraform 1.12 and newer).
    Identity(Object),
}

impl Import {
    /// The text the user gave, or the string `attribute` of the identity.
    ///
    /// # Errors
    /// If the identity has no such text.
    pub fn id(&self, attribute: &str) -> Result<&str, Diagnostics> {
        let text = match self {
            Self::Id(id) => Some(id.as_str()),
            Self::Identity(identity) => identity.get(attribute).and_then(Value::as_str),
        };
        text.filter(|text| !text.is_empty()).ok_or_else(|| {
            Diagnostic::error(
                "The import names no object",
                format!("Give the {attribute} of the object to import."),
            )
            .into()
        })
    }
}

/// A state of another type that is to become one of ours.
#[derive(Debug)]
pub struct Move {
    /// The address of the other provider, such as `registry.terraform.io/hashicorp/null`.
    pub provider: String,
    /// The other type.
    pub type_name: String,
    /// The version of the other schema.
    pub version: i64,
    /// The state as stored.
    pub state: JsonObject,
}

/// What exists after an operation, and what the user is told.
#[derive(Debug)]
pub struct State<M> {
    pub(crate) model: Option<M>,
    pub(crate) private: Option<Private>,
    pub(crate) identity: Object,
    pub(crate) diagnostics: Diagnostics,
}

impl<M> State<M> {
    /// The object exists like this. Write-only values in it are dropped by the framework.
    pub fn new(model: M) -> Self {
        Self {
            model: Some(model),
            ..Self::gone()
        }
    }

    /// The object does not exist.
    #[must_use]
    pub fn gone() -> Self {
        Self {
            model: None,
            private: None,
            identity: Object::new(),
            diagnostics: Diagnostics::new(),
        }
    }

    /// The object exists like this, but not as it should: it is stored, and after a creation
    /// marked to be replaced.
    pub fn partial(model: M, errors: impl Into<Diagnostics>) -> Self {
        Self {
            diagnostics: errors.into(),
            ..Self::new(model)
        }
    }

    /// The same, with something kept beside the state; without it, what was kept stays.
    #[must_use]
    pub fn private(mut self, private: Private) -> Self {
        self.private = Some(private);
        self
    }

    /// The same, with a value of the identity that is not an attribute of the state.
    #[must_use]
    pub fn identity(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.identity.insert(name.into(), value.into());
        self
    }

    /// The same, with a message.
    #[must_use]
    pub fn with(mut self, diagnostic: Diagnostic) -> Self {
        self.diagnostics.push(diagnostic);
        self
    }
}
