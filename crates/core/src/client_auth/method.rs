//! How a client is registered to prove who it is.

use jiff::Timestamp;
use m2m_types::admin::credentials::{AssertionAudience, CertificateSubject, Jwks, Trust};
use url::Url;

/// The one method of a client and, after a change of it, the one before until its end.
///
/// The registered method is binding: a client cannot fall back to another, weaker one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredAuth {
    /// How it authenticates.
    pub method: AuthMethod,
    /// How it may still authenticate.
    pub retiring: Option<RetiringMethod>,
}

/// A method that was replaced and works for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetiringMethod {
    /// The method.
    pub method: AuthMethod,
    /// When it stops working.
    pub until: Timestamp,
}

/// What proves that a client is itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthMethod {
    /// One of its live secrets: `client_secret_basic` and `client_secret_post`.
    ClientSecret,
    /// An assertion signed by a key of its own: `private_key_jwt`.
    PrivateKeyJwt {
        /// Its keys.
        keys: ClientKeys,
        /// What its assertions may be for.
        audience: AssertionAudience,
    },
    /// A token of an outside issuer that it trusts, sent as `private_key_jwt`.
    WorkloadIdentity(Vec<Trust>),
    /// A certificate of a trusted authority with this identifier: `tls_client_auth`.
    TlsClientAuth(CertificateSubject),
    /// A certificate with one of its keys: `self_signed_tls_client_auth`.
    SelfSignedTlsClientAuth(ClientKeys),
}

/// The public keys of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientKeys {
    /// As it was registered with.
    Inline(Jwks),
    /// Where it publishes them.
    Uri(Url),
}

impl RegisteredAuth {
    /// Whether a secret proves who the client is, at that moment.
    pub fn takes_secrets(&self, now: Timestamp) -> bool {
        let is_retiring = self.retiring.as_ref().is_some_and(|retiring| {
            retiring.method == AuthMethod::ClientSecret && now < retiring.until
        });
        self.method == AuthMethod::ClientSecret || is_retiring
    }

    /// Registered for a secret.
    pub fn by_secret() -> Self {
        Self {
            method: AuthMethod::ClientSecret,
            retiring: None,
        }
    }

    /// The methods that work at that moment, the present one first.
    pub fn methods(&self, now: Timestamp) -> impl Iterator<Item = &AuthMethod> {
        let retiring = self
            .retiring
            .as_ref()
            .filter(|retiring| now < retiring.until);
        std::iter::once(&self.method).chain(retiring.map(|retiring| &retiring.method))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_method_works_until_its_end() {
        let until = Timestamp::from_second(100).unwrap();
        let auth = RegisteredAuth {
            method: AuthMethod::WorkloadIdentity(vec![]),
            retiring: Some(RetiringMethod {
                method: AuthMethod::ClientSecret,
                until,
            }),
        };
        let at = |second| {
            auth.methods(Timestamp::from_second(second).unwrap())
                .count()
        };
        assert_eq!((at(99), at(100)), (2, 1));
    }
}
