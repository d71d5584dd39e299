//! Whether whoever shows an access token is the one that it is bound to: RFC 9449 §7.1 and RFC 8705 §3.

use jiff::Timestamp;
use m2m_types::confirmation::Confirmation;
use m2m_types::oauth_error::OAuthErrorCode;
use m2m_types::token_response::TokenType;

use super::{DpopError, DpopProofs, ProofFor, ProvenKey};
use crate::client_auth::ClientCertificate;

/// How an access token is shown. Nothing of it has been checked, but for the possession of the certificate's key.
#[derive(Debug, Clone, Copy)]
pub struct ShownToken<'a> {
    /// The scheme of the `Authorization` header.
    pub scheme: TokenType,
    /// The token.
    pub unverified_token: &'a str,
    /// The values of all `DPoP` headers.
    pub dpop: &'a [&'a [u8]],
    /// The certificate of the connection.
    pub certificate: Option<&'a ClientCertificate>,
    /// The method of the request.
    pub method: &'a str,
    /// Its path below the issuer.
    pub path: &'a str,
}

/// Why whoever shows a token may not use it.
#[derive(Debug, thiserror::Error)]
pub enum NotTheHolder {
    /// RFC 9449 §7.2: a bound token must not work without its proof.
    #[error("the token is bound to a key and was sent as Bearer")]
    SentAsBearer,
    /// A token without a key was sent as one with.
    #[error("the token is bound to no key and was sent as DPoP")]
    SentAsDpop,
    /// There is no proof.
    #[error("there is no DPoP proof")]
    NoProof,
    /// The proof does not hold.
    #[error("the DPoP proof does not hold")]
    Proof(#[from] DpopError),
    /// The proof is of another key.
    #[error("the proof is of another key than the token's")]
    OtherKey,
    /// The token's certificate was not presented.
    #[error("the token's certificate was not presented")]
    OtherCertificate,
    /// The token is bound in a way that is not understood.
    #[error("the token is bound to something unknown")]
    UnknownBinding,
}

impl NotTheHolder {
    /// The code and the one fixed sentence that the caller sees, who can mend most of it.
    pub fn public(&self) -> (OAuthErrorCode, &'static str) {
        use OAuthErrorCode::{InvalidDpopProof, InvalidToken};
        match self {
            Self::SentAsBearer => (
                InvalidToken,
                "the access token is bound to a key: send it as Authorization: DPoP, with a proof in the header DPoP",
            ),
            Self::SentAsDpop => (
                InvalidToken,
                "the access token is bound to no key: send it as Authorization: Bearer",
            ),
            Self::NoProof => (
                InvalidDpopProof,
                "a DPoP proof is missing: send one in the header DPoP",
            ),
            Self::Proof(error) => error.public(),
            Self::OtherKey => (
                InvalidToken,
                "the DPoP proof is of another key than the one that the access token is bound to",
            ),
            Self::OtherCertificate => (
                InvalidToken,
                "the access token is bound to a certificate: connect with that one, where mutual TLS is served",
            ),
            Self::UnknownBinding => (
                InvalidToken,
                "the access token is bound to something unknown",
            ),
        }
    }

    /// The nonce to use, if that is all that is wrong.
    pub fn fresh_nonce(&self) -> Option<&str> {
        match self {
            Self::Proof(error) => error.fresh_nonce(),
            _ => None,
        }
    }
}

impl DpopProofs {
    /// Checks that a token is shown by the one that it is bound to, in the way that it has to be. The nonce for the
    /// next proof, if the one of this will end soon.
    ///
    /// # Errors
    /// What is missing or wrong.
    pub async fn check_holder(
        &self,
        confirmation: Option<&Confirmation>,
        shown: &ShownToken<'_>,
        now: Timestamp,
    ) -> Result<Option<String>, NotTheHolder> {
        let (jkt, x5t_s256) = match confirmation {
            None => (None, None),
            Some(Confirmation {
                jkt: None,
                x5t_s256: None,
            }) => return Err(NotTheHolder::UnknownBinding),
            Some(confirmation) => (
                confirmation.jkt.as_deref(),
                confirmation.x5t_s256.as_deref(),
            ),
        };
        let presented = shown.certificate.map(ClientCertificate::thumbprint);
        if x5t_s256.is_some_and(|bound_to| presented.as_deref() != Some(bound_to)) {
            return Err(NotTheHolder::OtherCertificate);
        }
        match (shown.scheme, jkt) {
            (TokenType::Bearer, None) => Ok(None),
            (TokenType::Bearer, Some(_)) => Err(NotTheHolder::SentAsBearer),
            (TokenType::Dpop, None) => Err(NotTheHolder::SentAsDpop),
            (TokenType::Dpop, Some(jkt)) => {
                let key = self.proven_key(shown, now).await?;
                if key.thumbprint == jkt {
                    Ok(key.next_nonce)
                } else {
                    Err(NotTheHolder::OtherKey)
                }
            }
        }
    }

    async fn proven_key(
        &self,
        shown: &ShownToken<'_>,
        now: Timestamp,
    ) -> Result<ProvenKey, NotTheHolder> {
        let wanted = ProofFor {
            method: shown.method,
            path: shown.path,
            access_token: Some(shown.unverified_token),
        };
        let key = self.check(shown.dpop, wanted, now).await?;
        key.ok_or(NotTheHolder::NoProof)
    }
}
