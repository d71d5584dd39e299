//! DPoP proofs, RFC 9449 §4.

use aws_lc_rs::digest::{SHA256, digest};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use url::Url;

use crate::base64url;
use crate::claim::{NumericDate, present};
use crate::compact_jws::{CompactJws, MalformedJws, NotVerified};
use crate::public_key::{InvalidPublicKey, PublicKey};

/// A longer proof is refused unread: one with an RSA key of 4096 bits has 2 KiB.
const MAX_LENGTH: usize = 8 * 1024;
/// The `typ` header, RFC 9449 §4.2.
const TYP: &str = "dpop+jwt";

/// Why a text is no DPoP proof. The texts are for the log only.
#[derive(Debug, thiserror::Error)]
pub enum InvalidDpopProof {
    /// It is no compact JWS that is accepted.
    #[error(transparent)]
    Malformed(#[from] MalformedJws),
    /// It is another kind of token.
    #[error("the proof's typ is not dpop+jwt")]
    Type,
    /// It brings no key.
    #[error("the proof has no jwk in its header")]
    NoKey,
    /// The key that it brings is none that is accepted, or a private one.
    #[error("the proof's jwk: {0}")]
    Key(#[from] InvalidPublicKey),
    /// Its own key did not sign it, or a claim is missing, repeated or of the wrong type.
    #[error("the proof: {0}")]
    NotVerified(#[from] NotVerified),
}

/// A proof that its own key signed. Whether it is new, made just now, and of the right key, its reader decides.
#[derive(Debug)]
pub struct DpopProof {
    thumbprint: String,
    claims: Claims,
}

#[derive(Debug, Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: NumericDate,
    #[serde(default, deserialize_with = "present")]
    ath: Option<String>,
    #[serde(default, deserialize_with = "present")]
    nonce: Option<String>,
}

impl DpopProof {
    /// Reads the value of the header `DPoP` and checks it as far as it speaks for itself: RFC 9449 §4.3, 2 to 7.
    ///
    /// # Errors
    /// It is no proof.
    pub fn parse(unverified: &str) -> Result<Self, InvalidDpopProof> {
        let jws = CompactJws::parse(unverified, MAX_LENGTH)?;
        if !jws.header().is_typ(TYP) {
            return Err(InvalidDpopProof::Type);
        }
        let key: PublicKey = jws.embedded_key()?.ok_or(InvalidDpopProof::NoKey)?;
        Ok(Self {
            claims: jws.verify(&key)?,
            thumbprint: key.thumbprint().to_owned(),
        })
    }

    /// The RFC 7638 thumbprint of its key: `jkt` of a token that is bound to it.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Its name, unique for its key.
    pub fn jti(&self) -> &str {
        &self.claims.jti
    }

    /// When it was made, in seconds since 1970.
    pub fn issued_at(&self) -> i64 {
        self.claims.iat.seconds()
    }

    /// The nonce that a server gave (RFC 9449 §8).
    pub fn nonce(&self) -> Option<&str> {
        self.claims.nonce.as_deref()
    }

    /// Whether it is for a request with that method to that absolute URL. Query and fragment do not count, nor does how
    /// scheme, host and default port are written (RFC 3986 §6.2.2 and §6.2.3), nor which characters of the path are escaped:
    /// gateways, routers and clients disagree about that. An escaped slash is none.
    pub fn is_for(&self, method: &str, url: &str) -> bool {
        let htu = Target::parse(&self.claims.htu);
        self.claims.htm == method && htu.is_some() && htu == Target::parse(url)
    }

    /// Whether it is for a request with that access token: its `ath`.
    pub fn is_for_token(&self, access_token: &str) -> bool {
        let hash = base64url::encode(digest(&SHA256, access_token.as_bytes()).as_ref());
        self.claims.ath.as_deref() == Some(&hash)
    }
}

/// What of a URL has to be the same.
#[derive(PartialEq, Eq)]
struct Target {
    server: Url,
    segments: Vec<Vec<u8>>,
}

impl Target {
    fn parse(url: &str) -> Option<Self> {
        let mut server = Url::parse(url).ok()?;
        let decoded = |segment: &str| percent_decode_str(segment).collect();
        let segments = server.path_segments()?.map(decoded).collect();
        server.set_path("");
        server.set_query(None);
        server.set_fragment(None);
        Some(Self { server, segments })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9449 §4.1, figure 2: a proof for the token endpoint.
    const FOR_TOKEN_ENDPOINT: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    /// RFC 9449 §7.1, figure 12: one for a resource, and the token that it came with.
    const FOR_RESOURCE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    /// §6.1: the thumbprint of the key of both.
    const THUMBPRINT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

    #[test]
    fn d01_the_proofs_of_the_rfc_hold() {
        let proof = DpopProof::parse(FOR_TOKEN_ENDPOINT).unwrap();
        assert_eq!(proof.thumbprint(), THUMBPRINT);
        assert_eq!(proof.jti(), "-BwC3ESc6acc2lTc");
        assert_eq!(proof.issued_at(), 1_562_262_616);
        assert_eq!(proof.nonce(), None);
        assert!(proof.is_for("POST", "https://server.example.com/token"));
        assert!(!proof.is_for_token(TOKEN));
        let proof = DpopProof::parse(FOR_RESOURCE).unwrap();
        assert_eq!(proof.thumbprint(), THUMBPRINT);
        assert!(proof.is_for_token(TOKEN));
        assert!(!proof.is_for_token("another"));
    }

    #[test]
    fn h36_how_a_url_is_written_does_not_matter_but_which_it_is() {
        let proof = DpopProof::parse(FOR_RESOURCE).unwrap();
        for same in [
            "https://resource.example.org/protectedresource",
            "HTTPS://Resource.Example.ORG:443/protectedresource",
            "https://resource.example.org/protectedresource?a=b#c",
        ] {
            assert!(proof.is_for("GET", same), "{same}");
        }
        for other in [
            "http://resource.example.org/protectedresource",
            "https://resource.example.org:8443/protectedresource",
            "https://resource.example.org/protectedresource/",
            "https://resource.example.org/Protectedresource",
            "https://example.org/protectedresource",
            "/protectedresource",
            "",
        ] {
            assert!(!proof.is_for("GET", other), "{other}");
        }
        for method in ["POST", "get", ""] {
            let url = "https://resource.example.org/protectedresource";
            assert!(!proof.is_for(method, url), "{method}");
        }
    }

    #[test]
    fn h36_the_path_counts_however_it_is_escaped() {
        let is_same = |one: &str, other: &str| {
            let target = |path: &str| Target::parse(&format!("https://api.example{path}"));
            target(one) == target(other)
        };
        for (one, other) in [
            ("/owners/local%7Cada", "/owners/local|ada"),
            ("/owners/local%7cada", "/owners/local%7Cada"),
            ("/a%40b%3Ac", "/a@b:c"),
            ("/%61%C3%BC", "/a\u{fc}"),
            ("/a%20b", "/a b"),
            ("", "/"),
        ] {
            assert!(is_same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("/a%2Fb", "/a/b"),
            ("/a%252Fb", "/a%2Fb"),
            ("/a%3Fb", "/a?b"),
            ("/a%23b", "/a#b"),
            ("/a/", "/a"),
            ("/a//b", "/a/b"),
            ("/a%5Cb", "/a/b"),
            ("/a%00", "/a"),
        ] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }

    #[track_caller]
    fn refused(proof: &str, is_expected: fn(&InvalidDpopProof) -> bool) {
        let error = DpopProof::parse(proof).unwrap_err();
        assert!(is_expected(&error), "{error}");
    }

    fn with_header(header: &str) -> String {
        let (_, rest) = FOR_RESOURCE.split_once('.').unwrap();
        format!("{}.{rest}", base64url::encode(header.as_bytes()))
    }

    #[test]
    fn d01_a_proof_has_its_type_and_brings_a_public_key() {
        let header = with_header(r#"{"typ":"JWT","alg":"ES256"}"#);
        refused(&header, |error| matches!(error, InvalidDpopProof::Type));
        let header = with_header(r#"{"typ":"dpop+jwt","alg":"ES256"}"#);
        refused(&header, |error| matches!(error, InvalidDpopProof::NoKey));
        let header =
            with_header(r#"{"typ":"dpop+jwt","alg":"HS256","jwk":{"kty":"oct","k":"AA"}}"#);
        refused(&header, |error| {
            matches!(error, InvalidDpopProof::Malformed(_))
        });
        let header = with_header(
            r#"{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","crv":"P-256","d":"AA",
                "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}}"#,
        );
        let is_private =
            |error: &_| matches!(error, InvalidDpopProof::Key(InvalidPublicKey::Private));
        refused(&header, is_private);
    }

    #[test]
    fn d01_another_header_breaks_the_signature() {
        let header = with_header(
            r#"{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","crv":"P-256",
                "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}}"#,
        );
        let expected =
            |error: &_| matches!(error, InvalidDpopProof::NotVerified(NotVerified::Signature));
        refused(&header, expected);
    }

    #[test]
    fn h36_what_is_no_proof_is_refused_without_looking_at_a_key() {
        let long = "a".repeat(MAX_LENGTH + 1);
        for text in ["", "a.b.c", "..", &long, &FOR_RESOURCE[1..]] {
            refused(text, |error| {
                matches!(error, InvalidDpopProof::Malformed(_))
            });
        }
    }

    proptest::proptest! {
        #[test]
        fn h36_no_text_panics(text: String) {
            let _ = DpopProof::parse(&text);
        }

        #[test]
        fn h36_a_changed_proof_is_none(at in 0..FOR_RESOURCE.len(), byte in 0x20..0x7f_u8) {
            let mut changed = FOR_RESOURCE.as_bytes().to_vec();
            let is_changed = changed[at] != byte;
            changed[at] = byte;
            let text = String::from_utf8(changed).unwrap();
            proptest::prop_assert_eq!(DpopProof::parse(&text).is_err(), is_changed);
        }
    }
}
