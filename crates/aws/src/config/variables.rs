//! Reading variables and remembering everything that is wrong with them.

use std::fmt::Display;

/// Why the service cannot start: everything that is missing or refused, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// The variables of a process. What is wrong with them is collected, so that one start tells all.
pub struct Variables<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    missing: Vec<&'static str>,
    refused: Vec<String>,
}

impl<'a> Variables<'a> {
    /// Those that `lookup` finds.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            lookup,
            missing: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// A variable that must be there.
    pub fn required<T, E: Display>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(String) -> Result<T, E>,
    ) -> Option<T> {
        match self.value(name) {
            Some(value) => self.parse(name, value, parse),
            None => {
                self.missing.push(name);
                None
            }
        }
    }

    /// A variable that may be left out.
    pub fn optional<T, E: Display>(
        &mut self,
        name: &'static str,
        default: &str,
        parse: impl FnOnce(String) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.value(name).unwrap_or_else(|| default.to_owned());
        self.parse(name, value, parse)
    }

    /// Whether it is there.
    pub fn is_set(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Values that are well formed, each for itself, but contradict each other.
    pub fn refuse(&mut self, name: &str, error: impl Display) {
        self.refused.push(format!("{name}: {error}"));
    }

    fn value(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    fn parse<T, E: Display>(
        &mut self,
        name: &str,
        value: String,
        parse: impl FnOnce(String) -> Result<T, E>,
    ) -> Option<T> {
        parse(value).map_err(|error| self.refuse(name, error)).ok()
    }

    /// Everything that was wrong.
    pub fn into_error(self) -> ConfigError {
        let mut parts = self.refused;
        if !self.missing.is_empty() {
            parts.push(format!(
                "these variables are missing: {}",
                self.missing.join(", ")
            ));
        }
        ConfigError(parts.join("; "))
    }
}
