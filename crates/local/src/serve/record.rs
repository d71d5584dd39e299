//! What a data directory remembers of its first start.

use std::fmt::Display;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;

use m2m_core::keys::SigningAlgorithm;
use m2m_types::issuer::Issuer;
use m2m_types::scope::ScopeSet;
use serde::{Deserialize, Serialize};

use super::{Options, ServeError};
use crate::private_file;

const FILE: &str = "deployment.json";
/// What the first owner may do beside managing clients, if nobody says otherwise.
const DEFAULT_PERMISSIONS: &str = "read write";

/// What was said at the first start. Only the issuer can be another later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    schema_version: u32,
    pub(super) issuer: Issuer,
    /// Whether the issuer is the address listened on, because nobody said otherwise.
    from_address: bool,
    /// What the first signing keys are made for.
    #[serde(with = "as_text")]
    pub(super) signing_algorithm: SigningAlgorithm,
    /// What the first owner may do beside managing clients.
    pub(super) permissions: ScopeSet,
}

/// What holds for this start: what is recorded, at the first start what is wanted.
pub(super) fn settle(options: &Options, address: SocketAddr) -> Result<Record, ServeError> {
    let path = options.data_dir.join(FILE);
    let Some(recorded) = read(&path)? else {
        let first = first(options, address)?;
        write(&path, &first)?;
        return Ok(first);
    };
    refuse_another(
        &path,
        "--signing-alg",
        &recorded.signing_algorithm,
        options.signing_algorithm.as_ref(),
    )?;
    refuse_another(
        &path,
        "--permissions",
        &recorded.permissions,
        options.permissions.as_ref(),
    )?;
    let (issuer, from_address) = issuer(options, address, Some(&recorded))?;
    if recorded.issuer == issuer {
        return Ok(recorded);
    }
    if !options.change_issuer {
        return Err(ServeError::AnotherIssuer {
            recorded: recorded.issuer,
            wanted: issuer,
        });
    }
    let changed = Record {
        issuer,
        from_address,
        ..recorded
    };
    write(&path, &changed)?;
    Ok(changed)
}

/// What was said at the first start of a directory that has had one.
pub(super) fn read_recorded(data_dir: &Path) -> Result<Record, ServeError> {
    read(&data_dir.join(FILE))?.ok_or_else(|| ServeError::NeverServed(data_dir.to_owned()))
}

fn first(options: &Options, address: SocketAddr) -> Result<Record, ServeError> {
    let (issuer, from_address) = issuer(options, address, None)?;
    let permissions = match &options.permissions {
        Some(permissions) => permissions.clone(),
        None => ScopeSet::parse(DEFAULT_PERMISSIONS)?,
    };
    Ok(Record {
        schema_version: 1,
        issuer,
        from_address,
        signing_algorithm: options.signing_algorithm.unwrap_or_default(),
        permissions,
    })
}

/// An option that is read at the first start only must not say anything else later.
fn refuse_another<T: PartialEq + Display>(
    path: &Path,
    option: &'static str,
    recorded: &T,
    wanted: Option<&T>,
) -> Result<(), ServeError> {
    match wanted {
        Some(wanted) if wanted != recorded => Err(ServeError::AnotherSetting {
            option,
            recorded: recorded.to_string(),
            wanted: wanted.to_string(),
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// The issuer that this start names, else the one that was named before, else its address; and whether it is
/// the address.
fn issuer(
    options: &Options,
    address: SocketAddr,
    recorded: Option<&Record>,
) -> Result<(Issuer, bool), ServeError> {
    match (&options.issuer, recorded) {
        (Some(issuer), _) => Ok((issuer.clone(), false)),
        (None, Some(recorded)) if !recorded.from_address => Ok((recorded.issuer.clone(), false)),
        (None, _) => {
            let scheme = if options.tls { "https" } else { "http" };
            Ok((Issuer::parse(format!("{scheme}://{address}"))?, true))
        }
    }
}

/// The algorithm as the name it has everywhere.
mod as_text {
    use m2m_core::keys::SigningAlgorithm;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        algorithm: &SigningAlgorithm,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(algorithm.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SigningAlgorithm, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// Whoever has served before has clients: a store that is gone or empty must not be started anew.
pub(super) fn refuse_a_lost_store(data_dir: &Path) -> Result<(), ServeError> {
    if !data_dir.join(FILE).exists() {
        return Ok(());
    }
    for store in ["dynamodb.db", "secrets.db"] {
        let path = data_dir.join(store);
        if fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
            return Err(ServeError::LostStore { path });
        }
    }
    Ok(())
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
    use super::*;

    fn options(data_dir: &Path, issuer: Option<&str>, change_issuer: bool) -> Options {
        Options {
            issuer: issuer.map(|text| Issuer::parse(text).unwrap()),
            change_issuer,
            ..Options::for_test(data_dir)
        }
    }

    /// Starts in this order, each with an issuer, a port and whether a change is allowed.
    #[track_caller]
    fn check(starts: &[(Option<&str>, u16, bool, Option<&str>)]) {
        let directory = tempfile::tempdir().unwrap();
        for (named, port, change, expected) in starts {
            let options = options(directory.path(), *named, *change);
            let found = settle(&options, ([127, 0, 0, 1], *port).into());
            assert_eq!(
                found.as_ref().ok().map(|record| record.issuer.as_str()),
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

    /// Starts once as `first` says, then as `later` says; what holds then, or the option that is refused.
    fn later(
        first: impl Fn(&mut Options),
        later: impl Fn(&mut Options),
    ) -> Result<(String, String), &'static str> {
        let directory = tempfile::tempdir().unwrap();
        let start = |said: &dyn Fn(&mut Options)| {
            let mut options = options(directory.path(), None, false);
            said(&mut options);
            settle(&options, ([127, 0, 0, 1], 1).into())
        };
        start(&first).unwrap();
        match start(&later) {
            Ok(record) => Ok((
                record.signing_algorithm.to_string(),
                record.permissions.to_string(),
            )),
            Err(ServeError::AnotherSetting { option, .. }) => Err(option),
            Err(error) => panic!("{error}"),
        }
    }

    fn permissions(text: &str) -> impl Fn(&mut Options) {
        let scopes = ScopeSet::parse(text).unwrap();
        move |options| options.permissions = Some(scopes.clone())
    }

    fn algorithm(algorithm: SigningAlgorithm) -> impl Fn(&mut Options) {
        move |options| options.signing_algorithm = Some(algorithm)
    }

    #[test]
    fn what_was_said_at_the_first_start_holds_without_being_said_again() {
        let held = |algorithm: &str, permissions: &str| Ok((algorithm.into(), permissions.into()));
        assert_eq!(later(|_| (), |_| ()), held("ES256", "read write"));
        assert_eq!(later(permissions("a b"), |_| ()), held("ES256", "a b"));
        assert_eq!(
            later(permissions("a b"), permissions("b a")),
            held("ES256", "a b")
        );
        let rs256 = || algorithm(SigningAlgorithm::Rs256);
        assert_eq!(later(rs256(), |_| ()), held("RS256", "read write"));
        assert_eq!(later(rs256(), rs256()), held("RS256", "read write"));
    }

    #[test]
    fn something_else_than_at_the_first_start_is_refused() {
        assert_eq!(later(|_| (), permissions("a")), Err("--permissions"));
        assert_eq!(
            later(permissions("a b"), permissions("a")),
            Err("--permissions")
        );
        assert_eq!(
            later(|_| (), algorithm(SigningAlgorithm::EdDsa)),
            Err("--signing-alg")
        );
    }
}
