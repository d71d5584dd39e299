//! Whose admin client, and where its credentials go.

use std::path::PathBuf;

use clap::Args;
use m2m_core::caller::IamCallers;
use m2m_local::admin::AdminRequest;
use m2m_types::names::{OrganizationId, OwnerId};

#[derive(Debug, Args)]
pub(super) struct OwnerArgs {
    /// On whose behalf the admin client acts.
    #[arg(long, default_value = "local|admin", value_parser = parse_owner)]
    owner: OwnerId,
    /// The organization of the owner; left out: `main`, in a data directory `local`.
    #[arg(long, value_parser = |text: &str| OrganizationId::parse(text))]
    organization: Option<OrganizationId>,
    /// The file for the credentials, made with mode 0600; left out: `admin.json` here or in the data directory.
    /// Credentials of a live client are never overwritten; those of a client that is not in the table are moved
    /// to a file of the same name with `.old` behind it.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Why somebody cannot have an admin client.
#[derive(Debug, thiserror::Error)]
enum UnfitOwner {
    #[error(transparent)]
    Name(#[from] m2m_types::InvalidText),
    #[error(
        "owners whose names begin with iam| stand for principals of AWS IAM, and iam_principals alone says what \
         they may do; name another, such as local|admin"
    )]
    StandsForPrincipals,
}

fn parse_owner(text: &str) -> Result<OwnerId, UnfitOwner> {
    let owner = OwnerId::parse(text)?;
    if IamCallers::may_own(&owner) {
        return Err(UnfitOwner::StandsForPrincipals);
    }
    Ok(owner)
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
