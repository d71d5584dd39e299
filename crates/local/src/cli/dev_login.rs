//! `m2m dev-login`.

use std::path::PathBuf;

use clap::Args;
use m2m_core::clock::{Clock, SystemClock};
use m2m_local::serve::{DevIssuer, DevLogin as Login};
use m2m_types::names::OrganizationId;
use m2m_types::scope::ScopeSet;

use super::{Outcome, output};

#[derive(Debug, Args)]
pub(super) struct DevLogin {
    /// Who logs in: `ada` is the owner `local|ada`, who is made at the first call with the token; `admin` is the
    /// owner of the admin client.
    #[arg(long)]
    owner: String,
    /// The organization of the owner, which has to exist.
    #[arg(long, default_value = "local", value_parser = |text: &str| OrganizationId::parse(text))]
    organization: OrganizationId,
    /// What the login may do: scopes with spaces between them; left out: all that is known here but `admin` and
    /// `operator`.
    #[arg(long, value_parser = ScopeSet::parse)]
    permissions: Option<ScopeSet>,
    /// The data directory of the local service.
    #[arg(long, env = "M2M_DATA_DIR", default_value = ".m2m")]
    data_dir: PathBuf,
}

impl DevLogin {
    pub(super) fn run(self) -> Outcome {
        let name = self.owner.strip_prefix("local|").unwrap_or(&self.owner);
        let login = Login {
            name: name.to_owned(),
            organization: self.organization,
            permissions: self.permissions,
        };
        let issuer = DevIssuer::open(&self.data_dir)?;
        output::line(issuer.log_in(&login, SystemClock.now())?)?;
        Ok(())
    }
}
