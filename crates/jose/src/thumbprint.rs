//! Thumbprints of certificates.

use aws_lc_rs::digest::{SHA256, digest};

use crate::base64url;

/// `x5t#S256` of a certificate in DER: SHA-256 in base64url (RFC 8705 §3.1).
pub fn certificate_thumbprint(der: &[u8]) -> String {
    base64url::encode(digest(&SHA256, der).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbprint_is_the_sha256_of_the_der() {
        // SHA-256 of the empty text, FIPS 180-4.
        assert_eq!(
            certificate_thumbprint(b""),
            "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
        );
    }
}
