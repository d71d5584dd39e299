//! Paths to a value inside a configuration or state.

use std::fmt;

/// One step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// To an attribute or block of an object.
    Attribute(String),
    /// To the element of a map.
    Key(String),
    /// To the element of a list, counted from 0.
    Index(i64),
    /// To some element of a set; Terraform cannot be told which.
    Element,
}

/// The way from the root of an object to one of its values, written `rule[0].port` in messages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

impl Path {
    /// The path of the object itself.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The path one attribute further.
    #[must_use]
    pub fn attribute(&self, name: impl Into<String>) -> Self {
        self.join(Step::Attribute(name.into()))
    }

    /// The path one map key further.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.join(Step::Key(key.into()))
    }

    /// The path one list index further.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.join(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)))
    }

    /// The path into an element of a set.
    #[must_use]
    pub fn element(&self) -> Self {
        self.join(Step::Element)
    }

    /// The steps from the root.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    fn join(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The part Terraform can follow: it ends before the first element of a set.
    pub(crate) fn addressable(&self) -> &[Step] {
        let end = self
            .0
            .iter()
            .position(|step| *step == Step::Element)
            .unwrap_or(self.0.len());
        &self.0[..end]
    }
}

/// A top-level attribute.
impl From<&str> for Path {
    fn from(name: &str) -> Self {
        Self::root().attribute(name)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("(root)");
        }
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Element => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_terraform() {
        let path = Path::from("rule").index(2).attribute("labels").key("a b");
        assert_eq!(path.to_string(), r#"rule[2].labels["a b"]"#);
        assert_eq!(Path::root().to_string(), "(root)");
    }

    #[test]
    fn a_path_is_addressable_up_to_a_set() {
        let path = Path::from("set").element().attribute("id");
        assert_eq!(path.addressable(), Path::from("set").steps());
    }
}
