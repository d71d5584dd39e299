//! Resource identity: the attributes that name a remote object beyond one state.

use std::collections::BTreeMap;

use crate::value::Type;

/// One attribute of an identity.
#[derive(Clone, Debug, PartialEq)]
pub struct IdentityAttribute {
    pub(crate) ty: Type,
    pub(crate) required_for_import: bool,
    pub(crate) description: String,
}

/// The attributes that identify a resource. Each takes its value from the attribute of the same
/// name in the state, unless the resource gives another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdentitySchema {
    pub(crate) version: i64,
    pub(crate) attributes: BTreeMap<String, IdentityAttribute>,
}

impl IdentitySchema {
    /// An identity without attributes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same identity with another version; raise it together with an upgrade.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// One more attribute, which an import by identity must give.
    #[must_use]
    pub fn required(self, name: &str, ty: Type, description: &str) -> Self {
        self.with(name, ty, description, true)
    }

    /// One more attribute, which an import by identity may give.
    #[must_use]
    pub fn optional(self, name: &str, ty: Type, description: &str) -> Self {
        self.with(name, ty, description, false)
    }

    fn with(mut self, name: &str, ty: Type, description: &str, required_for_import: bool) -> Self {
        let description = description.to_owned();
        let attribute = IdentityAttribute {
            ty,
            required_for_import,
            description,
        };
        self.attributes.insert(name.to_owned(), attribute);
        self
    }

    pub(crate) fn value_type(&self) -> Type {
        Type::Object(
            self.attributes
                .iter()
                .map(|(name, a)| (name.clone(), a.ty.clone()))
                .collect(),
        )
    }
}
