//! How far a rotation is: whether anything is known to need the older secret.

use jiff::Timestamp;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::admin::secret::SecretRotation;
use m2m_types::client_id::ClientId;

use super::InUsePeriod;
use crate::caller::Caller;
use crate::client::Client;
use crate::clients::{Clients, ClientsError};

impl Clients {
    /// Whether the older of a client's two secrets can be retired, and why.
    ///
    /// # Errors
    /// The caller may not read clients, or there is none of that id among theirs.
    pub async fn rotation(
        &self,
        caller: &Caller,
        id: &ClientId,
    ) -> Result<SecretRotation, ClientsError> {
        caller.require(ManagementScope::ClientsRead)?;
        let client = self.find_readable(caller, id).await?;
        Ok(rotation(&client, self.in_use, self.clock.now()))
    }
}

fn rotation(client: &Client, in_use: InUsePeriod, now: Timestamp) -> SecretRotation {
    let live: Vec<_> = client.live_secrets(now).collect();
    let [old, .., new] = live[..] else {
        return SecretRotation {
            safe_to_retire: false,
            because: "the client has no second secret: there is nothing to retire".to_owned(),
            old_secret_id: None,
            old_last_used_at: None,
            old_expires_at: None,
            new_secret_id: None,
            new_last_used_at: None,
        };
    };
    let last_used = |id| client.last_used.get(id).copied();
    let (old_last_used_at, new_last_used_at) = (last_used(&old.id), last_used(&new.id));
    let (safe_to_retire, because) = judge(old_last_used_at, new_last_used_at, in_use, now);
    SecretRotation {
        safe_to_retire,
        because,
        old_secret_id: Some(old.id.clone()),
        old_last_used_at,
        old_expires_at: old.expires_at,
        new_secret_id: Some(new.id.clone()),
        new_last_used_at,
    }
}

/// Uses are noted to the hour, and a note can fail, so this never says that a secret is unused which was noted in use.
fn judge(
    old: Option<Timestamp>,
    new: Option<Timestamp>,
    in_use: InUsePeriod,
    now: Timestamp,
) -> (bool, String) {
    let hours = in_use.hours();
    match (old, new) {
        (Some(at), _) if in_use.covers(old, now) => {
            let because = format!(
                "the old secret got a token at {at}, to the hour, which is less than {hours} hours ago"
            );
            (false, because)
        }
        (_, None) => {
            let because = "the new secret has got no token yet: no program is known to have it";
            (false, because.to_owned())
        }
        (old, Some(new)) => {
            let unused = old.map_or_else(
                || "the old secret has got no token".to_owned(),
                |at| format!("the old secret got its last token at {at}, to the hour, which is {hours} hours ago or more"),
            );
            (true, format!("{unused}; the new one got a token at {new}"))
        }
    }
}
