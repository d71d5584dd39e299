//! `m2m admin`.

mod after_restore;
mod bootstrap;
mod deployment;
mod owner;
mod recover;
mod repair;

use clap::Subcommand;
use m2m_local::admin::Admin;
use m2m_types::names::OwnerId;
use serde_json::json;

use super::{Outcome, output};

/// What operators do, with AWS credentials and not through the API.
#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Make the signing keys, the first owner and its admin client of a deployment in AWS.
    ///
    /// Needs credentials of AWS, found as the AWS command line finds them, and not the API. After a stop in
    /// between, the same command goes on. A local service does all of this at its first start.
    Bootstrap(bootstrap::Bootstrap),
    /// Make another admin client when the credentials of the others are lost.
    ///
    /// Works on a deployment in AWS, with credentials of AWS, or with --data-dir on a local service that is
    /// stopped. Changes no other client.
    Recover(recover::Recover),
    /// Finish or undo creates and deletes that a failure left half done.
    ///
    /// Those that are younger than 15 minutes may be under way and are left alone. Changes no live client and
    /// ends no token, and can be run at any time. A local service does it by itself.
    Repair(repair::Repair),
    /// See to it that nothing deleted comes alive after the table was restored from a backup.
    ///
    /// Run it on the restored table before the functions use it, while `clients` is stopped. Every token issued so far dies; clients that
    /// were deleted since the moment of the backup are deleted again, secrets of clients that were made since
    /// are removed in 30 days, and lists and counts are made to fit. Owners and their permissions are those of the
    /// backup. As long as `clients` is stopped it can be run again.
    AfterRestore(after_restore::AfterRestore),
}

impl AdminCommand {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Bootstrap(command) => command.run().await,
            Self::Recover(command) => command.run().await,
            Self::Repair(command) => command.run().await,
            Self::AfterRestore(command) => command.run().await,
        }
    }
}

/// Tells what was made, never the secret.
fn tell(admin: &Admin, owner: &OwnerId, out: &std::path::Path, as_json: bool) -> Outcome {
    for other in &admin.others {
        let used = other
            .last_used_at()
            .map_or("never".to_owned(), |at| at.to_string());
        output::remark(format_args!(
            "another admin client of {owner}: {} made {}, last used {used}",
            other.id, other.created_at
        ));
    }
    if let Some(old) = &admin.set_aside {
        output::remark(format_args!(
            "the credentials that were in {}, of a client that this table does not have, are in {} now",
            out.display(),
            old.display()
        ));
    }
    if as_json {
        let others: Vec<_> = admin.others.iter().map(|other| &other.id).collect();
        output::json(&json!({
            "client_id": admin.client_id,
            "created": admin.is_new,
            "credentials_file": out,
            "owner": owner,
            "other_admins": others,
        }))?;
        return Ok(());
    }
    let verb = if admin.is_new { "are" } else { "were already" };
    output::line(format_args!(
        "the credentials of the admin client {} {verb} in {}",
        admin.client_id,
        out.display()
    ))?;
    Ok(())
}
