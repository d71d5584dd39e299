//! Managing owners and organizations: who may do what, and switching them off.

mod error;
mod expectation;
mod organizations;
mod owners;

use std::sync::Arc;

pub use error::PrincipalsError;
pub use expectation::{Expectation, tag_of};

use crate::caller::TrustedIssuers;
use crate::clock::Clock;
use crate::ports::Directory;
use crate::random::Random;

/// The management API's rules for owners and organizations and what they need.
pub struct ManagedPrincipals {
    /// Reading and writing them.
    pub directory: Arc<dyn Directory>,
    /// Whose people make their owners by their first login.
    pub trusted_issuers: TrustedIssuers,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New handles.
    pub random: Arc<dyn Random>,
}
