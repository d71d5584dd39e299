//! What a token will be bound to: the client's key or certificate.

use jiff::Timestamp;
use m2m_types::confirmation::Confirmation;
use m2m_types::metadata::paths;

use super::{TokenEndpoint, TokenError};
use crate::client_auth::{AuthenticatedClient, Presentation, Proof};
use crate::dpop::ProofFor;

/// What a token is bound to, and what the client has to know for its next proof.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Binding {
    /// `cnf`.
    pub(super) confirmation: Option<Confirmation>,
    /// `DPoP-Nonce`.
    pub(super) next_nonce: Option<String>,
}

impl TokenEndpoint {
    /// Binds the token to the key of a DPoP proof, if there is one, and to the certificate that the client
    /// authenticated with or is registered to use. A client that is registered for either gets no other token.
    pub(super) async fn bind(
        &self,
        authenticated: &AuthenticatedClient,
        presentation: &Presentation<'_>,
        now: Timestamp,
    ) -> Result<Binding, TokenError> {
        let x5t_s256 = certificate(authenticated, presentation)?;
        let wanted = ProofFor {
            method: "POST",
            path: paths::TOKEN,
            access_token: None,
        };
        let key = self.dpop.check(presentation.dpop, wanted, now).await?;
        if key.is_none() && authenticated.client().dpop_bound {
            return Err(TokenError::ProofMissing);
        }
        let (jkt, next_nonce) = match key {
            Some(key) => (Some(key.thumbprint), key.next_nonce),
            None => (None, None),
        };
        let is_bound = jkt.is_some() || x5t_s256.is_some();
        Ok(Binding {
            confirmation: is_bound.then_some(Confirmation { jkt, x5t_s256 }),
            next_nonce,
        })
    }
}

/// The thumbprint of the certificate, RFC 8705 §3.
fn certificate(
    authenticated: &AuthenticatedClient,
    presentation: &Presentation<'_>,
) -> Result<Option<String>, TokenError> {
    if let Proof::Certificate(thumbprint) = authenticated.proof() {
        return Ok(Some(thumbprint.clone()));
    }
    match presentation.certificate {
        _ if !authenticated.client().certificate_bound => Ok(None),
        Some(certificate) => Ok(Some(certificate.thumbprint())),
        None => Err(TokenError::CertificateMissing),
    }
}
