//! What a request brings beside its body.

use std::net::IpAddr;

use super::ClientCertificate;

/// What a request to a protocol endpoint presents beside its form. Nothing of it has been checked, but for the
/// possession of the certificate's key.
#[derive(Debug, Clone, Copy)]
pub struct Presentation<'a> {
    /// The values of all `Authorization` headers.
    pub authorization: &'a [&'a [u8]],
    /// The values of all `DPoP` headers.
    pub dpop: &'a [&'a [u8]],
    /// The certificate of the connection.
    pub certificate: Option<&'a ClientCertificate>,
    /// Where it comes from.
    pub source: IpAddr,
}
