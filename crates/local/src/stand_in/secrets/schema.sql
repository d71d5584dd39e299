-- The format is in `PRAGMA user_version`. Times are milliseconds since 1970.
CREATE TABLE sealed_check (sealed BLOB NOT NULL);

CREATE TABLE secrets (
    -- In the order of creation; a page ends at one of these.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    arn TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    kms_key_id TEXT,
    -- A JSON array of {"Key", "Value"}.
    tags TEXT NOT NULL,
    created INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    -- When the recovery window of a deleted secret ends; NULL while it lives.
    purge_at INTEGER
);

CREATE TABLE versions (
    -- In the order of creation, whatever the clock does.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    arn TEXT NOT NULL REFERENCES secrets (arn) ON DELETE CASCADE,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (arn, id)
);

-- A staging label is attached to one version of a secret at a time.
CREATE TABLE stages (
    arn TEXT NOT NULL,
    stage TEXT NOT NULL,
    version_id TEXT NOT NULL,
    PRIMARY KEY (arn, stage),
    FOREIGN KEY (arn, version_id) REFERENCES versions (arn, id) ON DELETE CASCADE
) WITHOUT ROWID;
