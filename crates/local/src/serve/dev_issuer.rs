//! The login provider of this machine: people without a provider of their own, for the console, for tests and for trying
//! out. Whoever can read the data directory can be anybody here, as with everything else that lies in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use jiff::{SignedDuration, Timestamp};
use m2m_core::caller::{Algorithm, ClaimName, ClaimNames, Organizations, TrustedIssuer};
use m2m_core::keys::{KeyState, SigningAlgorithm, SigningKey};
use m2m_core::ports::{FetchDocument, KeyRecord, OwnDocument};
use m2m_types::admin::principals::PermissionsSource;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::issuer::Issuer;
use m2m_types::names::{IssuerAlias, OrganizationId, OwnerId};
use m2m_types::scope::{Scope, ScopeSet};
use serde::Serialize;
use zeroize::Zeroizing;

use super::record::{self, Record};
use super::{ServeError, everything};
use crate::private_file;

const FILE: &str = "dev-login.key";
/// What the owners of this machine's people begin with, as the first one does: `local|admin`.
const ALIAS: &str = "local";
/// How long a login lives.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);
const ALGORITHM: SigningAlgorithm = SigningAlgorithm::EdDsa;

/// Who logs in on this machine.
#[derive(Debug, Clone)]
pub struct DevLogin {
    /// Who: the part of the owner's identifier behind `local|`.
    pub name: String,
    /// In which organization.
    pub organization: OrganizationId,
    /// What it may do, of what anybody here may; none: all of it but `admin` and `operator`.
    pub permissions: Option<ScopeSet>,
}

/// The issuer of a data directory.
pub struct DevIssuer {
    service: Issuer,
    key: SigningKey,
    everything: ScopeSet,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    sub: &'a str,
    aud: String,
    iat: i64,
    exp: i64,
    organization: &'a OrganizationId,
    permissions: &'a ScopeSet,
}

#[derive(Serialize)]
struct KeySet<K> {
    keys: [K; 1],
}

impl DevIssuer {
    /// The issuer of a directory that a service has run on.
    ///
    /// # Errors
    /// No service has, or its key cannot be read.
    pub fn open(data_dir: &Path) -> Result<Self, ServeError> {
        let record = record::read_recorded(data_dir)?;
        let path = data_dir.join(FILE);
        match read(&path)? {
            Some(pkcs8) => Self::new(&path, pkcs8, &record),
            None => Err(ServeError::NeverServed(data_dir.to_owned())),
        }
    }

    /// The same for the service, which makes the key at its first start.
    pub(super) fn ensure(data_dir: &Path, record: &Record) -> Result<Self, ServeError> {
        let path = data_dir.join(FILE);
        let pkcs8 = match read(&path)? {
            Some(pkcs8) => pkcs8,
            None => {
                let made = ALGORITHM.generate().map_err(|_| damaged(&path))?;
                private_file::create(&path, &made).map_err(failed(&path))?;
                made
            }
        };
        Self::new(&path, pkcs8, record)
    }

    fn new(path: &Path, pkcs8: Zeroizing<Vec<u8>>, record: &Record) -> Result<Self, ServeError> {
        let since = Timestamp::UNIX_EPOCH;
        let key = SigningKey::parse(&KeyRecord {
            algorithm: ALGORITHM,
            state: KeyState::Active { since },
            pkcs8,
        });
        Ok(Self {
            service: record.issuer.clone(),
            key: key.map_err(|_| damaged(path))?,
            everything: everything(record),
        })
    }

    fn issuer(&self) -> String {
        self.service.join("/dev-login")
    }

    fn jwks_uri(&self) -> String {
        self.service.join("/dev-login/keys")
    }

    /// Signs a token for somebody, good for an hour.
    ///
    /// # Errors
    /// The name cannot be that of an owner, or the key refused.
    pub fn log_in(&self, login: &DevLogin, now: Timestamp) -> Result<String, ServeError> {
        OwnerId::parse(format!("{ALIAS}|{}", login.name))?;
        let ordinary = self.ordinary();
        let now = now.as_second();
        let claims = Claims {
            iss: self.issuer(),
            sub: &login.name,
            aud: self.service.to_string(),
            iat: now,
            exp: now + LIFETIME.as_secs(),
            organization: &login.organization,
            permissions: login.permissions.as_ref().unwrap_or(&ordinary),
        };
        let signed = self.key.sign_as("JWT", &claims);
        signed.map_err(|_| ServeError::DevLogin)
    }

    /// All that anybody may do here but what is for administrators.
    fn ordinary(&self) -> ScopeSet {
        let privileged = [ManagementScope::Admin, ManagementScope::Operator];
        let is_ordinary =
            |scope: &&Scope| privileged.iter().all(|it| it.as_str() != scope.as_str());
        self.everything
            .iter()
            .filter(is_ordinary)
            .cloned()
            .collect()
    }

    /// As the service trusts it.
    pub(super) fn trusted(&self) -> Result<TrustedIssuer, ServeError> {
        Ok(TrustedIssuer {
            alias: IssuerAlias::parse(ALIAS)?,
            issuer: self.issuer(),
            jwks_uri: Some(self.jwks_uri()),
            audiences: [self.service.to_string()].into(),
            algorithms: vec![Algorithm::EdDsa],
            claims: ClaimNames {
                owner: ClaimName::sub(),
                audience: ClaimName::aud(),
                organization: ClaimName::parse("organization"),
                permissions: ClaimName::parse("permissions"),
            },
            organizations: Organizations::Every,
            permissions: self.everything.clone(),
            permissions_source: PermissionsSource::Login,
            max_age: LIFETIME,
        })
    }

    /// Its keys are read on the same way as those of others, but never leave the process.
    pub(super) fn published_beside(
        &self,
        otherwise: Arc<dyn FetchDocument>,
    ) -> Result<Arc<dyn FetchDocument>, ServeError> {
        let keys = [self.key.jwk()];
        let body = serde_json::to_vec(&KeySet { keys }).map_err(|_| ServeError::DevLogin)?;
        let url = self.jwks_uri();
        Ok(Arc::new(OwnDocument {
            url,
            body,
            otherwise,
        }))
    }
}

fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, ServeError> {
    match fs::read(path) {
        Ok(pkcs8) => Ok(Some(Zeroizing::new(pkcs8))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path)(error)),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ServeError {
    let path: PathBuf = path.to_owned();
    |source| ServeError::File { path, source }
}

fn damaged(path: &Path) -> ServeError {
    let what = "it is no key: remove it and start the service, which makes another";
    failed(path)(io::Error::new(io::ErrorKind::InvalidData, what))
}
