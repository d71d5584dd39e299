//! What a data directory remembers of its first start.

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;

use m2m_types::issuer::Issuer;
use serde::{Deserialize, Serialize};

use super::{Options, ServeError};
use crate::private_file;

const FILE: &str = "deployment.json";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    schema_version: u32,
    issuer: Issuer,
    /// Whether the issuer is the address listened on, because nobody said otherwise.
    from_address: bool,
}

/// The issuer of this start: the recorded one, or another if that is allowed.
pub(super) fn issuer(options: &Options, address: SocketAddr) -> Result<Issuer, ServeError> {
    let path = options.data_dir.join(FILE);
    let recorded = read(&path)?;
    let wanted = wanted(options, address, recorded.as_ref())?;
    if let Some(recorded) = recorded {
        if recorded.issuer == wanted.issuer {
            return Ok(recorded.issuer);
        }
        if !options.change_issuer {
            return Err(ServeError::AnotherIssuer {
                recorded: recorded.issuer,
                wanted: wanted.issuer,
            });
        }
    }
    write(&path, &wanted)?;
    Ok(wanted.issuer)
}

/// What this start asks for: the issuer it names, else the one that was named before, else its address.
fn wanted(
    options: &Options,
    address: SocketAddr,
    recorded: Option<&Record>,
) -> Result<Record, ServeError> {
    let record = |issuer, from_address| Record {
        schema_version: 1,
        issuer,
        from_address,
    };
    match (&options.issuer, recorded) {
        (Some(issuer), _) => Ok(record(issuer.clone(), false)),
        (None, Some(recorded)) if !recorded.from_address => Ok(recorded.clone()),
        (None, _) => {
            let scheme = if options.tls { "https" } else { "http" };
            Ok(record(
                Issuer::parse(format!("{scheme}://{address}"))?,
                true,
            ))
        }
    }
}

fn read(path: &Path) -> Result<Option<Record>, ServeError> {
    let file_error = |source| ServeError::File {
        path: path.to_owned(),
        source,
    };
    let json = match fs::read(path) {
        Ok(json) => json,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(error)),
    };
    serde_json::from_slice(&json)
        .map(Some)
        .map_err(|error| file_error(error.into()))
}

fn write(path: &Path, record: &Record) -> Result<(), ServeError> {
    let file_error = |source| ServeError::File {
        path: path.to_owned(),
        source,
    };
    let json = serde_json::to_vec_pretty(record).map_err(|error| file_error(error.into()))?;
    private_file::replace(path, &json).map_err(file_error)
}

#[cfg(test)]
mod tests {
    use m2m_core::keys::SigningAlgorithm;
    use m2m_types::admin::client::SecretStorage;
    use m2m_types::audience::Audience;
    use m2m_types::scope::ScopeSet;

    use super::*;

    fn options(data_dir: &Path, issuer: Option<&str>, change_issuer: bool) -> Options {
        Options {
            data_dir: data_dir.to_owned(),
            listen: ([127, 0, 0, 1], 0).into(),
            tls: false,
            issuer: issuer.map(|text| Issuer::parse(text).unwrap()),
            change_issuer,
            signing_algorithm: SigningAlgorithm::Es256,
            default_audience: Audience::parse("urn:test").unwrap(),
            secret_storage: SecretStorage::None,
            permissions: ScopeSet::default(),
        }
    }

    /// Starts in this order, each with an issuer, a port and whether a change is allowed.
    #[track_caller]
    fn check(starts: &[(Option<&str>, u16, bool, Option<&str>)]) {
        let directory = tempfile::tempdir().unwrap();
        for (named, port, change, expected) in starts {
            let options = options(directory.path(), *named, *change);
            let found = issuer(&options, ([127, 0, 0, 1], *port).into());
            assert_eq!(
                found.as_ref().ok().map(Issuer::as_str),
                *expected,
                "{named:?} {port}"
            );
        }
    }

    #[test]
    fn the_address_is_the_issuer_until_it_changes() {
        check(&[
            (None, 1, false, Some("http://127.0.0.1:1")),
            (None, 1, false, Some("http://127.0.0.1:1")),
            (None, 2, false, None),
            (None, 2, true, Some("http://127.0.0.1:2")),
            (Some("https://auth.example"), 2, false, None),
        ]);
    }

    #[test]
    fn an_issuer_that_was_named_once_need_not_be_named_again() {
        check(&[
            (
                Some("https://auth.example"),
                1,
                false,
                Some("https://auth.example"),
            ),
            (None, 2, false, Some("https://auth.example")),
            (Some("https://other.example"), 2, false, None),
            (
                Some("https://other.example"),
                2,
                true,
                Some("https://other.example"),
            ),
        ]);
    }
}
