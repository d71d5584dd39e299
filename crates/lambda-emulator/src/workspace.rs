//! The functions of the workspace.

use std::path::Path;

use cargo_metadata::MetadataCommand;

/// Why the functions could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("cannot list the functions of the workspace")]
pub struct WorkspaceError(#[from] cargo_metadata::Error);

/// The names of the packages below `functions/` in the workspace of that manifest; each has one program of the
/// same name.
///
/// # Errors
/// cargo cannot be run or the manifest is not there.
pub fn functions(manifest: &Path) -> Result<Vec<String>, WorkspaceError> {
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()?;
    let below = metadata.workspace_root.join("functions");
    let packages = metadata.workspace_packages().into_iter();
    Ok(packages
        .filter(|package| package.manifest_path.starts_with(&below))
        .map(|package| package.name.to_string())
        .collect())
}
