//! Programs that the demo runs.

use std::path::Path;

use tokio::process::Command;

/// What configures the service or Terraform from outside.
const PREFIXES: [&str; 2] = ["M2M_", "TF_"];

/// A program that sees nothing of how its user has set up the service or Terraform: the demo is the same
/// everywhere.
pub(crate) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    for (name, _) in std::env::vars_os() {
        if is_set_up(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
}

fn is_set_up(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::is_set_up;

    #[test]
    fn only_what_sets_up_the_service_or_terraform_is_hidden() {
        for hidden in [
            "M2M_ENDPOINT",
            "TF_CLI_ARGS_apply",
            "TF_WORKSPACE",
            "TF_DATA_DIR",
            "TF_LOG",
            "TF_VAR_a",
        ] {
            assert!(is_set_up(hidden), "{hidden}");
        }
        for kept in ["PATH", "HOME", "TFENV", "LANG"] {
            assert!(!is_set_up(kept), "{kept}");
        }
    }
}
