//! How a client is registered to prove who it is.

use jiff::Timestamp;
use m2m_core::client_auth::{AuthMethod, ClientKeys, RegisteredAuth, RetiringMethod};
use m2m_types::admin::credentials::{AssertionAudience, CertificateSubject, Jwks, Trust};
use serde::{Deserialize, Serialize};
use url::Url;

/// The present method and the one before until its end.
#[derive(Serialize, Deserialize)]
pub(super) struct AuthItem {
    method: MethodItem,
    retiring: Option<RetiringItem>,
}

#[derive(Serialize, Deserialize)]
struct RetiringItem {
    method: MethodItem,
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MethodItem {
    ClientSecret,
    PrivateKeyJwt {
        keys: KeysItem,
        audience: AssertionAudience,
    },
    WorkloadIdentity(Vec<Trust>),
    TlsClientAuth(CertificateSubject),
    SelfSignedTlsClientAuth(KeysItem),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeysItem {
    Inline(Jwks),
    Uri(String),
}

impl From<&RegisteredAuth> for AuthItem {
    fn from(auth: &RegisteredAuth) -> Self {
        let retiring = auth.retiring.as_ref();
        Self {
            method: MethodItem::from(&auth.method),
            retiring: retiring.map(|retiring| RetiringItem {
                method: MethodItem::from(&retiring.method),
                until: retiring.until,
            }),
        }
    }
}

impl TryFrom<AuthItem> for RegisteredAuth {
    type Error = url::ParseError;
    fn try_from(item: AuthItem) -> Result<Self, Self::Error> {
        let retiring = item.retiring.map(|retiring| {
            Ok::<_, Self::Error>(RetiringMethod {
                method: retiring.method.try_into()?,
                until: retiring.until,
            })
        });
        Ok(Self {
            method: item.method.try_into()?,
            retiring: retiring.transpose()?,
        })
    }
}

impl From<&AuthMethod> for MethodItem {
    fn from(method: &AuthMethod) -> Self {
        match method {
            AuthMethod::ClientSecret => Self::ClientSecret,
            AuthMethod::PrivateKeyJwt { keys, audience } => Self::PrivateKeyJwt {
                keys: KeysItem::from(keys),
                audience: *audience,
            },
            AuthMethod::WorkloadIdentity(trust) => Self::WorkloadIdentity(trust.clone()),
            AuthMethod::TlsClientAuth(subject) => Self::TlsClientAuth(subject.clone()),
            AuthMethod::SelfSignedTlsClientAuth(keys) => {
                Self::SelfSignedTlsClientAuth(KeysItem::from(keys))
            }
        }
    }
}

impl TryFrom<MethodItem> for AuthMethod {
    type Error = url::ParseError;
    fn try_from(item: MethodItem) -> Result<Self, Self::Error> {
        Ok(match item {
            MethodItem::ClientSecret => Self::ClientSecret,
            MethodItem::PrivateKeyJwt { keys, audience } => Self::PrivateKeyJwt {
                keys: keys.try_into()?,
                audience,
            },
            MethodItem::WorkloadIdentity(trust) => Self::WorkloadIdentity(trust),
            MethodItem::TlsClientAuth(subject) => Self::TlsClientAuth(subject),
            MethodItem::SelfSignedTlsClientAuth(keys) => {
                Self::SelfSignedTlsClientAuth(keys.try_into()?)
            }
        })
    }
}

impl From<&ClientKeys> for KeysItem {
    fn from(keys: &ClientKeys) -> Self {
        match keys {
            ClientKeys::Inline(jwks) => Self::Inline(jwks.clone()),
            ClientKeys::Uri(url) => Self::Uri(url.as_str().to_owned()),
        }
    }
}

impl TryFrom<KeysItem> for ClientKeys {
    type Error = url::ParseError;
    fn try_from(item: KeysItem) -> Result<Self, Self::Error> {
        Ok(match item {
            KeysItem::Inline(jwks) => Self::Inline(jwks),
            KeysItem::Uri(url) => Self::Uri(Url::parse(&url)?),
        })
    }
}
