//! Attributes and how the standard plan treats them.

use std::collections::BTreeMap;

use super::Validator;
use crate::value::{Type, Value};

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The configuration must.
    Required,
    /// The configuration may.
    Optional,
    /// The provider does.
    Computed,
    /// The configuration may, else the provider does.
    OptionalComputed,
}

/// How nested attributes are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}

/// What an attribute holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A value of a type.
    Plain(Type),
    /// Objects whose attributes have a schema of their own.
    Nested(Nesting, BTreeMap<String, Attribute>),
}

/// An attribute of a schema; every method returns the attribute with one more property.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub(crate) kind: Kind,
    pub(crate) mode: Option<Mode>,
    pub(crate) sensitive: bool,
    pub(crate) write_only: bool,
    pub(crate) description: String,
    pub(crate) deprecation: Option<String>,
    pub(crate) requires_replace: bool,
    pub(crate) keep_prior: bool,
    pub(crate) default: Option<Value>,
    pub(crate) validators: Vec<Validator>,
}

impl Attribute {
    /// An attribute of any type.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            mode: None,
            sensitive: false,
            write_only: false,
            description: String::new(),
            deprecation: None,
            requires_replace: false,
            keep_prior: false,
            default: None,
            validators: Vec::new(),
        }
    }

    /// An attribute of a plain type.
    #[must_use]
    pub fn of(ty: Type) -> Self {
        Self::new(Kind::Plain(ty))
    }

    /// A string.
    #[must_use]
    pub fn string() -> Self {
        Self::of(Type::String)
    }

    /// A boolean.
    #[must_use]
    pub fn bool() -> Self {
        Self::of(Type::Bool)
    }

    /// A number of any size.
    #[must_use]
    pub fn number() -> Self {
        Self::of(Type::Number)
    }

    /// An object, or a collection of objects, whose attributes have properties of their own.
    pub fn nested<N: Into<String>>(
        nesting: Nesting,
        attributes: impl IntoIterator<Item = (N, Attribute)>,
    ) -> Self {
        let attributes = attributes
            .into_iter()
            .map(|(name, a)| (name.into(), a))
            .collect();
        Self::new(Kind::Nested(nesting, attributes))
    }

    /// A collection of what `element` is, its attributes kept if it is a nested object.
    #[must_use]
    pub fn collection(nesting: Nesting, element: Self) -> Self {
        match (nesting, element.kind) {
            (_, Kind::Nested(Nesting::Single, attributes)) => {
                Self::new(Kind::Nested(nesting, attributes))
            }
            (Nesting::Single, kind) => Self::new(kind),
            (nesting, kind) => {
                let element = Self::new(kind).value_type();
                Self::of(match nesting {
                    Nesting::Set => Type::set(element),
                    Nesting::Map => Type::map(element),
                    Nesting::Single | Nesting::List => Type::list(element),
                })
            }
        }
    }

    /// The configuration must set it.
    #[must_use]
    pub fn required(self) -> Self {
        self.mode(Mode::Required)
    }

    /// The configuration may set it.
    #[must_use]
    pub fn optional(self) -> Self {
        self.mode(Mode::Optional)
    }

    /// The provider sets it.
    #[must_use]
    pub fn computed(self) -> Self {
        self.mode(Mode::Computed)
    }

    /// The configuration may set it, else the provider does.
    #[must_use]
    pub fn optional_computed(self) -> Self {
        self.mode(Mode::OptionalComputed)
    }

    /// Who sets it.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Terraform hides its value.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// It is given to the provider and stored nowhere; it may take ephemeral values.
    #[must_use]
    pub fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// A change of it replaces the whole resource.
    #[must_use]
    pub fn requires_replace(mut self) -> Self {
        self.requires_replace = true;
        self
    }

    /// A computed value that only a replacement changes: an update plans the stored value again
    /// instead of "known after apply".
    #[must_use]
    pub fn keep_prior(mut self) -> Self {
        self.keep_prior = true;
        self
    }

    /// The value planned where the configuration sets none; it implies optional and computed.
    #[must_use]
    pub fn default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self.mode(Mode::OptionalComputed)
    }

    /// What the user reads about it, as Markdown.
    #[must_use]
    pub fn describe(mut self, text: impl Into<String>) -> Self {
        self.description = text.into();
        self
    }

    /// It should no longer be used; `text` says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, text: impl Into<String>) -> Self {
        self.deprecation = Some(text.into());
        self
    }

    /// A check of every value the configuration gives it.
    #[must_use]
    pub fn validate(mut self, validator: Validator) -> Self {
        self.validators.push(validator);
        self
    }

    /// The type of its values.
    #[must_use]
    pub fn value_type(&self) -> Type {
        match &self.kind {
            Kind::Plain(ty) => ty.clone(),
            Kind::Nested(nesting, attributes) => {
                let object = Type::Object(
                    attributes
                        .iter()
                        .map(|(name, a)| (name.clone(), a.value_type()))
                        .collect(),
                );
                match nesting {
                    Nesting::Single => object,
                    Nesting::List => Type::list(object),
                    Nesting::Set => Type::set(object),
                    Nesting::Map => Type::map(object),
                }
            }
        }
    }

    /// What it holds.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Who sets it; `None` if nothing was said, which the schema check refuses.
    #[must_use]
    pub fn set_by(&self) -> Option<Mode> {
        self.mode
    }

    /// What the user reads about it.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Why it should no longer be used.
    #[must_use]
    pub fn deprecation(&self) -> Option<&str> {
        self.deprecation.as_deref()
    }

    /// True if Terraform hides its value.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// True if the provider may set it.
    pub(crate) fn is_computed(&self) -> bool {
        matches!(self.mode, Some(Mode::Computed | Mode::OptionalComputed))
    }

    /// True if it, or an attribute within it, must not be pointed at.
    pub(crate) fn holds_secret(&self) -> bool {
        self.sensitive
            || self.write_only
            || matches!(&self.kind, Kind::Nested(_, attributes)
                if attributes.values().any(Self::holds_secret))
    }
}

/// Attributes are equal if their shapes are; validators cannot be compared.
impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.mode == other.mode
            && self.sensitive == other.sensitive
            && self.write_only == other.write_only
    }
}
