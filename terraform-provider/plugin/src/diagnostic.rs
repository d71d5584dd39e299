//! What the user is told: errors and warnings, perhaps at an attribute.

use crate::schema::Block;
use crate::value::{CodecError, Path, Step};
use crate::wire::tfplugin6 as wire;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation went on.
    Warning,
}

/// One message to the user: a short summary, a detail that says what to do, perhaps a path.
///
/// Neither text may contain a secret: Terraform prints both. A path makes Terraform print the
/// source line too, so a path at a sensitive or write-only attribute is refused when the
/// diagnostic is sent: the attribute is then only named in the detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    severity: Severity,
    summary: String,
    detail: String,
    path: Option<Path>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary, detail)
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary, detail)
    }

    fn new(severity: Severity, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity,
            summary: summary.into(),
            detail: detail.into(),
            path: None,
        }
    }

    /// The same message at an attribute: a name, or a [`Path`] further in.
    #[must_use]
    pub fn at(mut self, path: impl Into<Path>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The short text.
    #[must_use]
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// The long text.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Where in the configuration.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_ref()
    }

    /// The wire form; `block` decides which paths may be shown.
    pub(crate) fn into_wire(self, block: Option<&Block>) -> wire::Diagnostic {
        use wire::diagnostic::Severity as WireSeverity;
        let severity = match self.severity {
            Severity::Error => WireSeverity::Error,
            Severity::Warning => WireSeverity::Warning,
        };
        let mut detail = self.detail;
        let mut attribute = None;
        if let Some(path) = self.path {
            let secret = block.is_none_or(|block| block.is_secret(&path));
            // Terraform shows a source line only for a top-level attribute.
            if secret || path.steps().len() > 1 {
                if !detail.is_empty() {
                    detail.push_str("\n\n");
                }
                detail.push_str(&format!("Attribute: {path}"));
            }
            attribute = (!secret).then(|| path_to_wire(path.addressable()));
        }
        wire::Diagnostic {
            severity: severity.into(),
            summary: self.summary,
            detail,
            attribute,
        }
    }
}

pub(crate) fn path_to_wire(steps: &[Step]) -> wire::AttributePath {
    use wire::attribute_path::step::Selector;
    let selector = |step: &Step| match step {
        Step::Attribute(name) => Some(Selector::AttributeName(name.clone())),
        Step::Key(key) => Some(Selector::ElementKeyString(key.clone())),
        Step::Index(index) => Some(Selector::ElementKeyInt(*index)),
        Step::Element => None,
    };
    let steps = steps
        .iter()
        .map(|step| wire::attribute_path::Step {
            selector: selector(step),
        })
        .collect();
    wire::AttributePath { steps }
}

impl From<CodecError> for Diagnostic {
    fn from(error: CodecError) -> Self {
        Self::error("A value does not fit its schema", error.to_string())
    }
}

/// Messages to the user, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No message.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// True if one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.0
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// True if there is no message at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    pub(crate) fn into_wire(self, block: Option<&Block>) -> Vec<wire::Diagnostic> {
        self.0
            .into_iter()
            .map(|diagnostic| diagnostic.into_wire(block))
            .collect()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<CodecError> for Diagnostics {
    fn from(error: CodecError) -> Self {
        Diagnostic::from(error).into()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, iter: I) {
        self.0.extend(iter);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Attribute, Nesting};

    fn block() -> Block {
        let token = [
            ("ttl", Attribute::number().optional()),
            ("value", Attribute::string().optional().sensitive()),
        ];
        Block::new()
            .attribute("name", Attribute::string().required())
            .attribute("secret", Attribute::string().optional().write_only())
            .attribute(
                "token",
                Attribute::nested(Nesting::Single, token).optional(),
            )
    }

    #[test]
    fn a_plain_attribute_keeps_its_path() {
        let sent = Diagnostic::error("s", "d")
            .at("name")
            .into_wire(Some(&block()));
        assert_eq!(sent.attribute.unwrap().steps.len(), 1);
        assert_eq!(sent.detail, "d");
    }

    #[test]
    fn a_secret_attribute_is_named_but_not_pointed_at() {
        for path in [Path::from("secret"), Path::from("token").attribute("value")] {
            let sent = Diagnostic::error("s", "d")
                .at(path.clone())
                .into_wire(Some(&block()));
            assert_eq!(sent.attribute, None);
            assert_eq!(sent.detail, format!("d\n\nAttribute: {path}"));
        }
    }

    #[test]
    fn a_parent_of_a_secret_is_not_pointed_at_either() {
        let sent = Diagnostic::error("s", "")
            .at("token")
            .into_wire(Some(&block()));
        assert_eq!(sent.attribute, None);
    }

    #[test]
    fn a_path_without_a_schema_is_not_trusted() {
        let sent = Diagnostic::error("s", "d").at("unheard_of").into_wire(None);
        assert_eq!(sent.attribute, None);
    }
}
