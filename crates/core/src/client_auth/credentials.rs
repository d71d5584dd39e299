//! What a request presents to authenticate its client.

use m2m_types::oauth_error::OAuthErrorCode;
use m2m_types::token_request::{MAX_PARAMETER_LENGTH, TokenRequest, UnverifiedSecret};

use super::assertion::{ASSERTION_TYPE, unverified_client_id};
use super::{ClientCertificate, Presentation, basic};

/// What was presented, before anything of it was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresentedCredentials {
    /// `client_secret_basic` or `client_secret_post`.
    Secret {
        /// Who the client says it is.
        unverified_client_id: String,
        /// What it says to prove it.
        unverified_secret: UnverifiedSecret,
        /// Whether both are in the header.
        is_basic: bool,
    },
    /// `private_key_jwt`, or a token of an outside issuer in its place.
    Assertion {
        /// Who the client says it is; empty if it does not.
        unverified_client_id: String,
        /// The assertion.
        unverified_assertion: UnverifiedSecret,
    },
    /// The certificate of the connection: `tls_client_auth` or `self_signed_tls_client_auth`.
    Certificate {
        /// Who the client says it is.
        unverified_client_id: String,
        /// The certificate.
        certificate: ClientCertificate,
    },
}

/// Why a request presents no usable credentials. The texts are for the caller and echo nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.description())]
pub enum InvalidCredentials {
    /// Neither header nor parameters.
    Missing,
    /// RFC 6749 §2.3: more than one method in a request.
    TwoMethods,
    /// More than one `Authorization` header.
    TwoHeaders,
    /// A header that is no HTTP Basic as RFC 6749 §2.3.1 writes it.
    MalformedHeader,
    /// An `Authorization` header of another scheme.
    UnsupportedScheme,
    /// `client_assertion` without its type, or the other way round.
    HalfAnAssertion,
    /// Another type of assertion than RFC 7523's.
    UnsupportedAssertion,
    /// A header beyond 8192 bytes.
    HeaderTooLong,
    /// The `client_id` in the body is another than in the header.
    ClientIdMismatch,
    /// A secret without a `client_id`.
    SecretWithoutClientId,
}

impl InvalidCredentials {
    /// The code that the caller sees.
    pub fn code(self) -> OAuthErrorCode {
        match self {
            Self::Missing | Self::UnsupportedScheme | Self::UnsupportedAssertion => {
                OAuthErrorCode::InvalidClient
            }
            Self::TwoMethods
            | Self::TwoHeaders
            | Self::HalfAnAssertion
            | Self::MalformedHeader
            | Self::HeaderTooLong
            | Self::ClientIdMismatch
            | Self::SecretWithoutClientId => OAuthErrorCode::InvalidRequest,
        }
    }

    /// The one sentence that log and caller see.
    pub fn description(self) -> &'static str {
        match self {
            Self::Missing => {
                "no client authentication: send a client_secret, a client_assertion or a certificate"
            }
            Self::TwoMethods => "more than one client authentication method in a request",
            Self::TwoHeaders => "more than one Authorization header",
            Self::MalformedHeader => {
                "the Authorization header is not Basic with a form-encoded client_id and client_secret"
            }
            Self::UnsupportedScheme => "the authentication scheme is not supported: use Basic",
            Self::HalfAnAssertion => "client_assertion and client_assertion_type are sent together",
            Self::UnsupportedAssertion => {
                "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            }
            Self::HeaderTooLong => "the Authorization header is longer than 8192 bytes",
            Self::ClientIdMismatch => "client_id differs from the one in the Authorization header",
            Self::SecretWithoutClientId => "client_secret without client_id",
        }
    }
}

impl PresentedCredentials {
    /// Finds the one method that the request uses.
    ///
    /// # Errors
    /// There is none, more than one, or it is malformed.
    pub fn find(
        presentation: &Presentation<'_>,
        request: &TokenRequest,
    ) -> Result<Self, InvalidCredentials> {
        match presentation.authorization {
            [] => Self::in_body(presentation, request),
            [header] => Self::in_header(header, request),
            _ => Err(InvalidCredentials::TwoHeaders),
        }
    }

    /// A certificate counts only where nothing else is presented: it may be there to bind the token to it.
    fn in_body(
        presentation: &Presentation<'_>,
        request: &TokenRequest,
    ) -> Result<Self, InvalidCredentials> {
        match (
            &request.unverified_client_id,
            &request.unverified_client_secret,
        ) {
            (_, Some(_)) if has_assertion(request) => Err(InvalidCredentials::TwoMethods),
            _ if has_assertion(request) => Self::in_assertion(request),
            (Some(id), Some(secret)) => Ok(Self::Secret {
                unverified_client_id: id.clone(),
                unverified_secret: secret.clone(),
                is_basic: false,
            }),
            (None, Some(_)) => Err(InvalidCredentials::SecretWithoutClientId),
            (Some(id), None) => match presentation.certificate {
                Some(certificate) => Ok(Self::Certificate {
                    unverified_client_id: id.clone(),
                    certificate: certificate.clone(),
                }),
                None => Err(InvalidCredentials::Missing),
            },
            (None, None) => Err(InvalidCredentials::Missing),
        }
    }

    /// Who signs for itself may leave out `client_id` (RFC 7521 §4.2).
    fn in_assertion(request: &TokenRequest) -> Result<Self, InvalidCredentials> {
        let (Some(assertion), Some(assertion_type)) = (
            &request.unverified_client_assertion,
            &request.unverified_client_assertion_type,
        ) else {
            return Err(InvalidCredentials::HalfAnAssertion);
        };
        if assertion_type != ASSERTION_TYPE {
            return Err(InvalidCredentials::UnsupportedAssertion);
        }
        let said = request.unverified_client_id.clone();
        Ok(Self::Assertion {
            unverified_client_id: said
                .or_else(|| unverified_client_id(assertion.expose()))
                .unwrap_or_default(),
            unverified_assertion: assertion.clone(),
        })
    }

    fn in_header(header: &[u8], request: &TokenRequest) -> Result<Self, InvalidCredentials> {
        if request.unverified_client_secret.is_some() || has_assertion(request) {
            return Err(InvalidCredentials::TwoMethods);
        }
        if header.len() > MAX_PARAMETER_LENGTH {
            return Err(InvalidCredentials::HeaderTooLong);
        }
        let scheme = header.split(|b| *b == b' ').next().unwrap_or_default();
        if !scheme.eq_ignore_ascii_case(b"basic") {
            return Err(InvalidCredentials::UnsupportedScheme);
        }
        let (id, secret) = basic::parse(header).ok_or(InvalidCredentials::MalformedHeader)?;
        if request
            .unverified_client_id
            .as_ref()
            .is_some_and(|other| *other != id)
        {
            return Err(InvalidCredentials::ClientIdMismatch);
        }
        Ok(Self::Secret {
            unverified_client_id: id,
            unverified_secret: secret,
            is_basic: true,
        })
    }

    /// How the client wants to prove who it is, in the words of RFC 8414. A certificate that chains to nobody whom
    /// the operator trusts can only be a self-signed one's.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Secret { is_basic: true, .. } => "client_secret_basic",
            Self::Secret { .. } => "client_secret_post",
            Self::Assertion { .. } => "private_key_jwt",
            Self::Certificate { certificate, .. } if certificate.is_chain_trusted => {
                "tls_client_auth"
            }
            Self::Certificate { .. } => "self_signed_tls_client_auth",
        }
    }

    /// Who the client says it is.
    pub fn unverified_client_id(&self) -> &str {
        match self {
            Self::Secret {
                unverified_client_id,
                ..
            }
            | Self::Assertion {
                unverified_client_id,
                ..
            }
            | Self::Certificate {
                unverified_client_id,
                ..
            } => unverified_client_id,
        }
    }
}

fn has_assertion(request: &TokenRequest) -> bool {
    request.unverified_client_assertion.is_some()
        || request.unverified_client_assertion_type.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(authorization: &[&[u8]], body: &str, expected: InvalidCredentials) {
        let request = TokenRequest::parse(body.as_bytes()).unwrap();
        let presentation = Presentation {
            authorization,
            dpop: &[],
            certificate: None,
            source: std::net::Ipv4Addr::LOCALHOST.into(),
        };
        assert_eq!(
            PresentedCredentials::find(&presentation, &request).unwrap_err(),
            expected
        );
    }

    #[test]
    fn exactly_one_method_is_accepted() {
        let basic: &[u8] = b"Basic YTpi";
        check(&[], "grant_type=x", InvalidCredentials::Missing);
        check(&[], "client_id=a", InvalidCredentials::Missing);
        check(
            &[],
            "client_secret=b",
            InvalidCredentials::SecretWithoutClientId,
        );
        check(&[basic, basic], "", InvalidCredentials::TwoHeaders);
        check(&[basic], "client_secret=b", InvalidCredentials::TwoMethods);
        check(
            &[basic],
            "client_assertion=b",
            InvalidCredentials::TwoMethods,
        );
        check(
            &[],
            "client_id=a&client_secret=b&client_assertion=c",
            InvalidCredentials::TwoMethods,
        );
        check(
            &[],
            "client_id=a&client_assertion=c",
            InvalidCredentials::HalfAnAssertion,
        );
        check(
            &[],
            "client_assertion=c&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            InvalidCredentials::UnsupportedAssertion,
        );
        check(
            &[basic],
            "client_id=other",
            InvalidCredentials::ClientIdMismatch,
        );
        check(&[b"Bearer x"], "", InvalidCredentials::UnsupportedScheme);
        check(&[b"Basic %"], "", InvalidCredentials::MalformedHeader);
    }
}
