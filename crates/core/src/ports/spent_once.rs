//! Names that may be used once.

use async_trait::async_trait;
use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;

use super::StoreError;

/// A name that may be used once: the `jti` of an assertion or of a proof, in the space of whoever chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpentName([u8; 32]);

impl SpentName {
    /// The name made of these parts. The parts of different spaces cannot make the same name if the first one says
    /// what they are: the length of each is part of it.
    pub fn of(parts: &[&str]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut name = [0; 32];
        name.copy_from_slice(context.finish().as_ref());
        Self(name)
    }

    /// Its 256 bits.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What became of spending a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spending {
    /// It was not spent: now it is.
    First,
    /// It is spent already.
    Again,
}

/// Remembers what was used, across all instances.
#[async_trait]
pub trait SpentOnce: Send + Sync {
    /// Spends a name; of many who do so at once, one is the first. After `until` it may be spent anew, so that has to be
    /// a moment at which whatever carries the name is refused anyway.
    ///
    /// A failure leaves open whether it is spent. Whoever carries it has to come back with a new one: an answer that
    /// was lost may cost a retry, but nothing is ever accepted twice.
    async fn spend(
        &self,
        name: &SpentName,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Spending, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_from_each_other() {
        let name = SpentName::of(&["assertion", "m2m_a", "b"]);
        assert_eq!(name, SpentName::of(&["assertion", "m2m_a", "b"]));
        for other in [
            &["assertion", "m2m_", "ab"][..],
            &["assertion", "m2m_ab"],
            &["assertion", "m2m_a", "b", ""],
            &["dpop", "m2m_a", "b"],
        ] {
            assert_ne!(name, SpentName::of(other));
        }
    }
}
