//! `m2m env`.

use std::path::PathBuf;

use clap::Args;
use m2m_local::serve::AdminFile;

use super::{Outcome, output};

#[derive(Debug, Args)]
pub(super) struct Env {
    /// The data directory of a local service.
    #[arg(long, env = "M2M_DATA_DIR", default_value = ".m2m")]
    data_dir: PathBuf,
}

impl Env {
    pub(super) fn run(&self) -> Outcome {
        let admin = AdminFile::read(&self.data_dir)?;
        output::line(format_args!(
            "export M2M_ENDPOINT={}",
            quoted(admin.endpoint.as_str())
        ))?;
        output::line(format_args!(
            "export M2M_CLIENT_ID={}",
            quoted(admin.client_id.as_str())
        ))?;
        output::line(format_args!(
            "export M2M_CLIENT_SECRET={}",
            quoted(admin.client_secret.expose())
        ))?;
        if let Some(ca_cert_file) = &admin.ca_cert_file {
            output::line(format_args!(
                "export M2M_CA_CERT_FILE={}",
                quoted(&ca_cert_file.to_string_lossy())
            ))?;
        }
        Ok(())
    }
}

/// In single quotes, as a POSIX shell reads them.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
