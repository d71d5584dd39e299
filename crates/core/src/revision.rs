//! Counting the changes of a record, and expecting one.

use serde::{Deserialize, Serialize};

/// How often a change is decided anew, on what is there then, because somebody else's was faster.
pub(crate) const ATTEMPTS: usize = 5;

/// Counts the changes of a record; the `ETag` of its reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision(pub u64);

impl Revision {
    /// The revision of a record that is written for the first time.
    pub const FIRST: Self = Self(1);

    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// What a change expects, RFC 9110 §13.1.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    None,
    /// That the record exists (`If-Match: *`).
    Exists,
    /// That it has one of these revisions; an empty list holds for none.
    OneOf(Vec<Revision>),
}

impl Precondition {
    /// Whether a record of that revision may be changed.
    pub fn holds_for(&self, revision: Revision) -> bool {
        match self {
            Self::None | Self::Exists => true,
            Self::OneOf(revisions) => revisions.contains(&revision),
        }
    }
}
