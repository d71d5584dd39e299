//! Versions of a secret and the staging labels on them.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};

use super::call::Call;
use super::error::SecretsError;
use super::rows::Secret;
use super::seal::Place;
use super::value::Value;

/// The label of the version that is served when none is asked for.
pub(super) const CURRENT: &str = "AWSCURRENT";

/// The label of the version that was current before.
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

/// Versions without a label are kept as long as they are among so many of the most recent.
const KEPT: i64 = 100;

/// No version younger than a day is dropped.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A secret has at most so many labels.
const STAGES_LIMIT: usize = 20;

/// A version without its value.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) id: String,
    pub(super) created: i64,
}

/// Which version has which labels.
pub(super) type Stages = BTreeMap<String, Vec<String>>;

impl Call<'_> {
    /// The name of a new version: the caller's token, or a random one.
    pub(super) fn version_id(&self, token: Option<String>) -> Result<String, SecretsError> {
        let Some(token) = token else {
            return self.random_letters(32);
        };
        if (32..=64).contains(&token.len()) {
            return Ok(token);
        }
        Err(SecretsError::InvalidParameter(
            "ClientRequestToken must be 32-64 characters long.".to_owned(),
        ))
    }

    /// Adds a version with `labels`, under the id `version_id`. Does nothing if there is one with
    /// this id and value, so that a call can be repeated.
    pub(super) fn add_version(
        &self,
        secret: &Secret,
        version_id: &str,
        value: &Value,
        labels: &[String],
    ) -> Result<(), SecretsError> {
        let arn = &secret.arn;
        if let Some(known) = self.value(arn, version_id)? {
            return if known.equals(value) {
                Ok(())
            } else {
                Err(modified_version())
            };
        }
        let place = Place { arn, version_id };
        self.rows.execute(
            "INSERT INTO versions (arn, id, created, sealed) VALUES (?1, ?2, ?3, ?4)",
            params![
                arn,
                version_id,
                self.now,
                self.sealer.seal(place, value.tagged())?
            ],
        )?;
        for label in labels {
            self.attach(arn, label, version_id)?;
        }
        if self.holder(arn, CURRENT)?.is_none() {
            // The first version is current, whatever the caller called it.
            self.attach(arn, CURRENT, version_id)?;
        }
        self.limit_stages(arn)?;
        self.drop_old_versions(arn)?;
        self.replace(&Secret {
            changed: self.now,
            ..secret.clone()
        })
    }

    /// The value of a version.
    pub(super) fn value(&self, arn: &str, version_id: &str) -> Result<Option<Value>, SecretsError> {
        let sql = "SELECT sealed FROM versions WHERE arn = ?1 AND id = ?2";
        let sealed: Option<Vec<u8>> = self
            .rows
            .prepare_cached(sql)?
            .query_row(params![arn, version_id], |row| row.get(0))
            .optional()?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let opened = self.sealer.open(Place { arn, version_id }, &sealed)?;
        Ok(Some(Value::of_tagged(opened)))
    }

    /// All versions, oldest first.
    pub(super) fn versions(&self, arn: &str) -> Result<Vec<Version>, SecretsError> {
        let sql = "SELECT id, created FROM versions WHERE arn = ?1 ORDER BY number";
        let mut statement = self.rows.prepare_cached(sql)?;
        let rows = statement.query_map(params![arn], |row| {
            Ok(Version {
                id: row.get(0)?,
                created: row.get(1)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One version.
    pub(super) fn version(&self, arn: &str, id: &str) -> Result<Option<Version>, SecretsError> {
        let sql = "SELECT created FROM versions WHERE arn = ?1 AND id = ?2";
        let created = self
            .rows
            .prepare_cached(sql)?
            .query_row(params![arn, id], |row| row.get(0))
            .optional()?;
        Ok(created.map(|created| Version {
            id: id.to_owned(),
            created,
        }))
    }

    /// The labels by version.
    pub(super) fn stages(&self, arn: &str) -> Result<Stages, SecretsError> {
        let sql = "SELECT version_id, stage FROM stages WHERE arn = ?1 ORDER BY stage";
        let mut statement = self.rows.prepare_cached(sql)?;
        let rows = statement.query_map(params![arn], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut stages = Stages::new();
        for row in rows {
            let (version, stage): (String, String) = row?;
            stages.entry(version).or_default().push(stage);
        }
        Ok(stages)
    }

    /// The version with this label.
    pub(super) fn holder(&self, arn: &str, label: &str) -> Result<Option<String>, SecretsError> {
        let sql = "SELECT version_id FROM stages WHERE arn = ?1 AND stage = ?2";
        let mut statement = self.rows.prepare_cached(sql)?;
        Ok(statement
            .query_row(params![arn, label], |row| row.get(0))
            .optional()?)
    }

    /// Moves a label to a version, from wherever it was. The version that loses `AWSCURRENT` gets
    /// `AWSPREVIOUS`.
    pub(super) fn attach(&self, arn: &str, label: &str, to: &str) -> Result<(), SecretsError> {
        let from = self.holder(arn, label)?;
        self.rows.execute(
            "INSERT INTO stages (arn, stage, version_id) VALUES (?1, ?2, ?3)
             ON CONFLICT (arn, stage) DO UPDATE SET version_id = excluded.version_id",
            params![arn, label, to],
        )?;
        match from {
            Some(from) if label == CURRENT && from != to => self.attach(arn, PREVIOUS, &from),
            _ => Ok(()),
        }
    }

    /// Takes a label off.
    pub(super) fn detach(&self, arn: &str, label: &str) -> Result<(), SecretsError> {
        self.rows.execute(
            "DELETE FROM stages WHERE arn = ?1 AND stage = ?2",
            params![arn, label],
        )?;
        Ok(())
    }

    /// To be called after labels were attached.
    pub(super) fn limit_stages(&self, arn: &str) -> Result<(), SecretsError> {
        if self.stages(arn)?.values().map(Vec::len).sum::<usize>() <= STAGES_LIMIT {
            return Ok(());
        }
        Err(SecretsError::LimitExceeded(format!(
            "A secret can have at most {STAGES_LIMIT} staging labels."
        )))
    }

    /// Versions without a label go when they are over a day old and not among the most recent.
    fn drop_old_versions(&self, arn: &str) -> Result<(), SecretsError> {
        self.rows.execute(
            "DELETE FROM versions WHERE arn = ?1 AND created < ?2
             AND id NOT IN (SELECT version_id FROM stages WHERE arn = ?1)
             AND id NOT IN (SELECT id FROM versions WHERE arn = ?1
                            ORDER BY number DESC LIMIT ?3)",
            params![arn, self.now - DAY, KEPT],
        )?;
        Ok(())
    }
}

fn modified_version() -> SecretsError {
    SecretsError::Exists(
        "You can't modify an existing version, you can only create a new version.".to_owned(),
    )
}

/// No version with this id.
pub(super) fn no_such_version(version_id: &str) -> SecretsError {
    SecretsError::NotFound(format!(
        "Secrets Manager can't find the specified secret value for VersionId: {version_id}"
    ))
}
