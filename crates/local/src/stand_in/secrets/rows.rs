//! The rows of secrets: finding and changing them.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::error::SecretsError;
use crate::stand_in::config::{ACCOUNT, REGION};

/// A tag on a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) value: String,
}

/// A secret without its values.
#[derive(Debug, Clone)]
pub(super) struct Secret {
    pub(super) number: i64,
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) kms_key_id: Option<String>,
    pub(super) tags: Vec<Tag>,
    pub(super) created: i64,
    pub(super) changed: i64,
    pub(super) purge_at: Option<i64>,
}

const COLUMNS: &str =
    "number, arn, name, description, kms_key_id, tags, created, changed, purge_at";

impl Secret {
    fn of_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let tags: String = row.get(5)?;
        Ok(Self {
            number: row.get(0)?,
            arn: row.get(1)?,
            name: row.get(2)?,
            description: row.get(3)?,
            kms_key_id: row.get(4)?,
            tags: serde_json::from_str(&tags).unwrap_or_default(),
            created: row.get(6)?,
            changed: row.get(7)?,
            purge_at: row.get(8)?,
        })
    }
}

/// What precedes the name in an ARN.
fn arn_prefix() -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:")
}

/// The name in an ARN that lacks the ending, or the identifier itself if it is no ARN.
pub(super) fn name_of(secret_id: &str) -> &str {
    secret_id.strip_prefix(&arn_prefix()).unwrap_or(secret_id)
}

impl Call<'_> {
    /// A new ARN for a secret of this name. The random ending keeps a permission for a deleted
    /// secret from covering a later one of the same name.
    pub(super) fn new_arn(&self, name: &str) -> Result<String, SecretsError> {
        Ok(format!(
            "{}{name}-{}",
            arn_prefix(),
            self.random_letters(6)?
        ))
    }

    /// The secret with this ARN, ARN without its ending, or name; deleted ones included.
    pub(super) fn find(&self, secret_id: &str) -> Result<Option<Secret>, SecretsError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM secrets
             WHERE (arn = ?1 OR name = ?2) AND (purge_at IS NULL OR purge_at > ?3)
             ORDER BY arn = ?1 DESC LIMIT 1"
        );
        let row = params![secret_id, name_of(secret_id), self.now];
        Ok(self
            .rows
            .prepare_cached(&sql)?
            .query_row(row, Secret::of_row)
            .optional()?)
    }

    /// The secret, which must exist.
    pub(super) fn existing(&self, secret_id: &str) -> Result<Secret, SecretsError> {
        self.find(secret_id)?
            .ok_or_else(SecretsError::no_such_secret)
    }

    /// The secret, which must exist and not be deleted.
    pub(super) fn live(&self, secret_id: &str) -> Result<Secret, SecretsError> {
        let secret = self.existing(secret_id)?;
        match secret.purge_at {
            None => Ok(secret),
            Some(_) => Err(SecretsError::marked_for_deletion()),
        }
    }

    /// All secrets in the order of creation.
    pub(super) fn all(&self) -> Result<Vec<Secret>, SecretsError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM secrets WHERE purge_at IS NULL OR purge_at > ?1 ORDER BY number"
        );
        let mut statement = self.rows.prepare_cached(&sql)?;
        let rows = statement.query_map(params![self.now], Secret::of_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds a secret, without versions.
    pub(super) fn insert(&self, secret: &Secret) -> Result<(), SecretsError> {
        self.rows.execute(
            "INSERT INTO secrets (arn, name, description, kms_key_id, tags, created, changed)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                secret.arn,
                secret.name,
                secret.description,
                secret.kms_key_id,
                tags_text(&secret.tags)?,
                secret.created,
                secret.changed
            ],
        )?;
        Ok(())
    }

    /// Writes what can change of a secret.
    pub(super) fn replace(&self, secret: &Secret) -> Result<(), SecretsError> {
        self.rows.execute(
            "UPDATE secrets SET description = ?2, kms_key_id = ?3, tags = ?4, changed = ?5,
             purge_at = ?6 WHERE arn = ?1",
            params![
                secret.arn,
                secret.description,
                secret.kms_key_id,
                tags_text(&secret.tags)?,
                secret.changed,
                secret.purge_at
            ],
        )?;
        Ok(())
    }

    /// Removes a secret with its versions.
    pub(super) fn remove(&self, secret: &Secret) -> Result<(), SecretsError> {
        self.rows
            .execute("DELETE FROM secrets WHERE arn = ?1", params![secret.arn])?;
        Ok(())
    }

    /// Removes the secrets whose recovery window has ended.
    pub(super) fn purge(&self) -> Result<(), SecretsError> {
        self.rows.execute(
            "DELETE FROM secrets WHERE purge_at <= ?1",
            params![self.now],
        )?;
        Ok(())
    }
}

fn tags_text(tags: &[Tag]) -> Result<String, SecretsError> {
    serde_json::to_string(tags).map_err(|_| SecretsError::Internal("tags were not rendered"))
}
