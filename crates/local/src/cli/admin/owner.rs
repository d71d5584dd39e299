//! Whose admin client, and where its credentials go.

use std::path::PathBuf;

use clap::Args;
use m2m_local::admin::AdminRequest;
use m2m_types::names::{OrganizationId, OwnerId};

#[derive(Debug, Args)]
pub(super) struct OwnerArgs {
    /// On whose behalf the admin client acts.
    #[arg(long, default_value = "local|admin", value_parser = |text: &str| OwnerId::parse(text))]
    owner: OwnerId,
    /// The organization of the owner; left out: `main`, in a data directory `local`.
    #[arg(long, value_parser = |text: &str| OrganizationId::parse(text))]
    organization: Option<OrganizationId>,
    /// The file for the credentials, made with mode 0600 and never overwritten; left out: `admin.json` here or
    /// in the data directory.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl OwnerArgs {
    pub(super) fn request(
        self,
        organization: &str,
        out: PathBuf,
    ) -> Result<AdminRequest, m2m_types::InvalidText> {
        Ok(AdminRequest {
            owner: self.owner,
            organization: match self.organization {
                Some(organization) => organization,
                None => OrganizationId::parse(organization)?,
            },
            out: self.out.unwrap_or(out),
        })
    }
}
