//! Who stands behind a client, and that they are active.

use crate::client::Client;
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::{Directory, Principals, StoreError};

/// Why nobody active stands behind a client.
#[derive(Debug, thiserror::Error)]
pub enum Inactive {
    /// The owner is switched off or gone.
    #[error("the owner is not active")]
    Owner,
    /// The organization is switched off or gone.
    #[error("the organization is not active")]
    Organization,
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The owner and the organization of a client; they are read if they were not read along with it.
pub(crate) async fn active_principals(
    directory: &dyn Directory,
    client: &Client,
    read_along: Option<Principals>,
) -> Result<(Owner, Organization), Inactive> {
    let principals = match read_along {
        Some(principals) => principals,
        None => {
            directory
                .find_principals(&client.owner, &client.organization)
                .await?
        }
    };
    both_active(principals)
}

/// The two, if both exist and are active.
pub(crate) fn both_active(principals: Principals) -> Result<(Owner, Organization), Inactive> {
    let Principals {
        owner,
        organization,
    } = principals;
    let owner = owner.filter(|owner| owner.active).ok_or(Inactive::Owner)?;
    let organization = organization
        .filter(|organization| organization.active)
        .ok_or(Inactive::Organization)?;
    Ok((owner, organization))
}
