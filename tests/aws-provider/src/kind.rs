//! What a type of resource is, beside its schema.

use async_trait::async_trait;
use tfplugin::Object;

use crate::aws::{Aws, Failure};

/// A type of resource.
pub(crate) struct Kind {
    /// Its name in configurations.
    pub(crate) name: &'static str,
    /// The attributes whose change makes another object.
    pub(crate) replaced_by: &'static [&'static str],
    /// How its objects are made.
    pub(crate) calls: &'static dyn Calls,
}

/// The calls of AWS behind a type. Each gives the attributes that AWS decides, or reports differently; the others
/// stay as they are.
#[async_trait]
pub(crate) trait Calls: Send + Sync {
    /// Makes the object.
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure>;

    /// Looks at the object.
    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure>;

    /// Changes the object.
    async fn update(&self, aws: &Aws, prior: &Object, wanted: &Object) -> Result<Object, Failure>;

    /// Removes the object.
    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure>;
}
