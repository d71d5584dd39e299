//! Blocks: groups of attributes, and blocks within them.

use std::collections::BTreeMap;

use super::{Attribute, Kind};
use crate::value::{Path, Step, Type};

/// A group of attributes and nested blocks.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub(crate) attributes: BTreeMap<String, Attribute>,
    pub(crate) blocks: BTreeMap<String, NestedBlock>,
    pub(crate) description: String,
    pub(crate) deprecation: Option<String>,
}

/// How the blocks of one name are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockNesting {
    /// At most one; null if absent.
    Single,
    /// Exactly one object, of nulls if absent.
    Group,
    /// A list.
    List,
    /// A set.
    Set,
    /// A map by label.
    Map,
}

/// The blocks of one name within a block.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    pub(crate) nesting: BlockNesting,
    pub(crate) block: Block,
    pub(crate) min_items: i64,
    pub(crate) max_items: i64,
}

/// What a name in a block can stand for.
#[derive(Clone, Debug)]
pub enum Member {
    /// An attribute, written `name = value`.
    Attribute(Attribute),
    /// Blocks, written `name { … }`.
    Block(NestedBlock),
}

impl From<Attribute> for Member {
    fn from(attribute: Attribute) -> Self {
        Self::Attribute(attribute)
    }
}

impl From<NestedBlock> for Member {
    fn from(block: NestedBlock) -> Self {
        Self::Block(block)
    }
}

impl Block {
    /// An empty block.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The block with one more attribute.
    #[must_use]
    pub fn attribute(self, name: impl Into<String>, attribute: Attribute) -> Self {
        self.with(name, attribute)
    }

    /// The block with one more name for nested blocks.
    #[must_use]
    pub fn nested(self, name: impl Into<String>, block: NestedBlock) -> Self {
        self.with(name, block)
    }

    /// The block with one more attribute or nested block.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, member: impl Into<Member>) -> Self {
        match member.into() {
            Member::Attribute(attribute) => {
                self.attributes.insert(name.into(), attribute);
            }
            Member::Block(block) => {
                self.blocks.insert(name.into(), block);
            }
        }
        self
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

    /// The attributes by name.
    #[must_use]
    pub fn attributes(&self) -> &BTreeMap<String, Attribute> {
        &self.attributes
    }

    /// The nested blocks by name.
    #[must_use]
    pub fn blocks(&self) -> &BTreeMap<String, NestedBlock> {
        &self.blocks
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

    /// The type of its values: an object of the attributes and the blocks.
    #[must_use]
    pub fn value_type(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, a)| (name.clone(), a.value_type()));
        let blocks = self
            .blocks
            .iter()
            .map(|(name, b)| (name.clone(), b.value_type()));
        Type::Object(attributes.chain(blocks).collect())
    }

    /// True if `path` leads to a secret, holds one, or leads nowhere.
    pub(crate) fn is_secret(&self, path: &Path) -> bool {
        let mut steps = path.steps().iter().filter_map(|step| match step {
            Step::Attribute(name) => Some(name.as_str()),
            Step::Key(_) | Step::Index(_) | Step::Element => None,
        });
        let Some(first) = steps.next() else {
            return false;
        };
        let mut block = self;
        let mut name = first;
        let mut attribute = loop {
            if let Some(attribute) = block.attributes.get(name) {
                break attribute;
            }
            let Some(nested) = block.blocks.get(name) else {
                return true;
            };
            // Terraform shows a block by its header only.
            let Some(next) = steps.next() else {
                return false;
            };
            (block, name) = (&nested.block, next);
        };
        for name in steps {
            if attribute.sensitive || attribute.write_only {
                return true;
            }
            match &attribute.kind {
                Kind::Nested(_, attributes) => match attributes.get(name) {
                    Some(inner) => attribute = inner,
                    None => return true,
                },
                Kind::Plain(_) => return false,
            }
        }
        attribute.holds_secret()
    }
}

impl NestedBlock {
    /// Blocks of any number, held as `nesting` says.
    #[must_use]
    pub fn new(nesting: BlockNesting, block: Block) -> Self {
        Self {
            nesting,
            block,
            min_items: 0,
            max_items: 0,
        }
    }

    /// There need not be one.
    #[must_use]
    pub fn optional(self) -> Self {
        self.min_items(0)
    }

    /// There must be at least one.
    #[must_use]
    pub fn required(self) -> Self {
        self.min_items(1)
    }

    /// There must be at least `count`.
    #[must_use]
    pub fn min_items(mut self, count: i64) -> Self {
        self.min_items = count;
        self
    }

    /// There may be at most `count`; 0 means any number.
    #[must_use]
    pub fn max_items(mut self, count: i64) -> Self {
        self.max_items = count;
        self
    }

    /// What the user reads about it, as Markdown.
    #[must_use]
    pub fn describe(mut self, text: impl Into<String>) -> Self {
        self.block.description = text.into();
        self
    }

    /// It should no longer be used; `text` says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, text: impl Into<String>) -> Self {
        self.block.deprecation = Some(text.into());
        self
    }

    /// How the blocks are held.
    #[must_use]
    pub fn nesting(&self) -> BlockNesting {
        self.nesting
    }

    /// What stands in each.
    #[must_use]
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// The type of all blocks of this name together.
    #[must_use]
    pub fn value_type(&self) -> Type {
        let object = self.block.value_type();
        match self.nesting {
            BlockNesting::Single | BlockNesting::Group => object,
            BlockNesting::List => Type::list(object),
            BlockNesting::Set => Type::set(object),
            BlockNesting::Map => Type::map(object),
        }
    }
}
