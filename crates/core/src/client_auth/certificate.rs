//! The certificate that a client presents in the handshake of mutual TLS.

use m2m_jose::certificate_thumbprint;

/// A client certificate whose private key the client proved to have in the TLS handshake.
///
/// Whoever ends TLS puts one into a request's extensions: the local server from its own handshake, a function
/// from the gateway's request context. No header makes one.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate itself, without what it was issued by.
    pub der: Vec<u8>,
    /// Whether it chains to an authority that the operator trusts for clients.
    pub is_chain_trusted: bool,
}

impl ClientCertificate {
    /// `x5t#S256`, RFC 8705 §3.1.
    pub fn thumbprint(&self) -> String {
        certificate_thumbprint(&self.der)
    }
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("is_chain_trusted", &self.is_chain_trusted)
            .finish_non_exhaustive()
    }
}
