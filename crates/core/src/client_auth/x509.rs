//! What a certificate says, RFC 5280.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use m2m_jose::PublicKey;
use m2m_types::admin::credentials::CertificateSubject;
use serde_json::{Value, json};
use x509_parser::asn1_rs::Oid;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey as CertifiedKey;

use super::distinguished_name::DistinguishedName;

/// P-256, RFC 5480 §2.1.1.1.
const PRIME256V1: &str = "1.2.840.10045.3.1.7";
/// Ed25519, RFC 8410 §3.
const ED25519: &str = "1.3.101.112";

/// A certificate whose form is right.
pub(super) struct Certificate<'a>(X509Certificate<'a>);

impl<'a> Certificate<'a> {
    /// Reads the DER. None: it is none, or something comes behind it.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        match X509Certificate::from_der(der) {
            Ok(([], certificate)) => Some(Self(certificate)),
            _ => None,
        }
    }

    /// Whether that moment lies in its validity.
    pub(super) fn is_valid_at(&self, now: Timestamp) -> bool {
        let validity = self.0.validity();
        let now = now.as_second();
        validity.not_before.timestamp() <= now && now <= validity.not_after.timestamp()
    }

    /// Whether it has this identifier, RFC 8705 §2.1.2.
    ///
    /// Names of hosts in any case, everything else to the byte; no wildcard stands for anything.
    pub(super) fn has(&self, subject: &CertificateSubject) -> bool {
        match subject {
            CertificateSubject::SubjectDn(text) => {
                let wanted = DistinguishedName::parse(text);
                wanted.is_some() && DistinguishedName::of(self.0.subject()) == wanted
            }
            CertificateSubject::SanDns(wanted) => self.has_name(|name| {
                matches!(name, GeneralName::DNSName(name) if name.eq_ignore_ascii_case(wanted))
            }),
            CertificateSubject::SanUri(wanted) => {
                self.has_name(|name| matches!(name, GeneralName::URI(name) if name == wanted))
            }
            CertificateSubject::SanIp(wanted) => self.has_name(
                |name| matches!(name, GeneralName::IPAddress(bytes) if is_address(bytes, wanted)),
            ),
            CertificateSubject::SanEmail(wanted) => self
                .has_name(|name| matches!(name, GeneralName::RFC822Name(name) if name == wanted)),
        }
    }

    fn has_name(&self, is_wanted: impl Fn(&GeneralName<'_>) -> bool) -> bool {
        // Err: the extension is there twice, and nobody knows which one counts.
        let Ok(Some(names)) = self.0.subject_alternative_name() else {
            return false;
        };
        names.value.general_names.iter().any(is_wanted)
    }

    /// The RFC 7638 thumbprint of its key. None: the key is of a kind that no client may register.
    pub(super) fn key_thumbprint(&self) -> Option<String> {
        let key = PublicKey::from_jwk(&self.jwk()?).ok()?;
        Some(key.thumbprint().to_owned())
    }

    fn jwk(&self) -> Option<Value> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let info = self.0.public_key();
        match info.parsed().ok()? {
            CertifiedKey::RSA(key) => Some(json!({
                "kty": "RSA", "n": encode(unsigned(key.modulus)), "e": encode(unsigned(key.exponent)),
            })),
            CertifiedKey::EC(point) => {
                let curve = info.algorithm.parameters.as_ref()?.as_oid().ok()?;
                let (x, y) = coordinates(point.data())?;
                let is_p256 = curve.to_id_string() == PRIME256V1;
                is_p256
                    .then(|| json!({"kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y)}))
            }
            CertifiedKey::Unknown(bytes) if is(&info.algorithm.algorithm, ED25519) => {
                Some(json!({"kty": "OKP", "crv": "Ed25519", "x": encode(bytes)}))
            }
            _ => None,
        }
    }
}

fn is(oid: &Oid<'_>, dotted: &str) -> bool {
    oid.to_id_string() == dotted
}

/// An INTEGER of DER without the zero that says that it is positive.
fn unsigned(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

/// The coordinates of an uncompressed point, SEC 1 §2.3.3.
fn coordinates(point: &[u8]) -> Option<(&[u8], &[u8])> {
    let coordinates = point.strip_prefix(&[4])?;
    (coordinates.len() == 64).then(|| coordinates.split_at(32))
}

/// RFC 5280 §4.2.1.6: four or sixteen bytes.
fn is_address(bytes: &[u8], wanted: &str) -> bool {
    match wanted.parse() {
        Ok(IpAddr::V4(address)) => bytes == address.octets(),
        Ok(IpAddr::V6(address)) => bytes == address.octets(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{
        CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_ECDSA_P384_SHA384,
        PKCS_ED25519, SanType,
    };

    use super::*;

    fn certificate(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[track_caller]
    fn check(der: &[u8], subject: CertificateSubject, expected: bool) {
        let certificate = Certificate::parse(der).unwrap();
        assert_eq!(certificate.has(&subject), expected, "{subject:?}");
    }

    #[test]
    fn c01_a_subject_is_compared_as_a_name() {
        let der = certificate(|params| {
            let mut name = DistinguishedName::new();
            name.push(DnType::CountryName, "DE");
            name.push(DnType::OrganizationName, "Acme, Inc.");
            name.push(DnType::CommonName, "payments");
            params.distinguished_name = name;
        });
        let dn = |text: &str| CertificateSubject::SubjectDn(text.to_owned());
        check(&der, dn("CN=payments,O=Acme\\, Inc.,C=DE"), true);
        check(&der, dn("CN=payments, O=Acme\\2C Inc., C=DE"), true);
        for other in [
            "CN=payments",
            "C=DE,O=Acme\\, Inc.,CN=payments",
            "CN=Payments,O=Acme\\, Inc.,C=DE",
            "CN=payments,O=Acme,C=DE",
            "payments",
            "",
        ] {
            check(&der, dn(other), false);
        }
    }

    #[test]
    fn c01_an_alternative_name_is_compared_with_its_own_kind() {
        let der = certificate(|params| {
            params
                .distinguished_name
                .push(DnType::CommonName, "spoof.example");
            params.subject_alt_names = vec![
                SanType::DnsName("Pay.example".try_into().unwrap()),
                SanType::URI("spiffe://acme/pay".try_into().unwrap()),
                SanType::IpAddress("192.0.2.1".parse().unwrap()),
                SanType::IpAddress("2001:db8::1".parse().unwrap()),
                SanType::Rfc822Name("pay@acme.example".try_into().unwrap()),
                SanType::DnsName("*.wild.example".try_into().unwrap()),
            ];
        });
        use CertificateSubject::{SanDns, SanEmail, SanIp, SanUri};
        for (subject, expected) in [
            (
                SanDns as fn(String) -> CertificateSubject,
                ["pay.example", "PAY.example"],
            ),
            (SanUri, ["spiffe://acme/pay", "spiffe://acme/pay"]),
            (SanIp, ["192.0.2.1", "2001:db8:0::1"]),
            (SanEmail, ["pay@acme.example", "pay@acme.example"]),
        ] {
            for text in expected {
                check(&der, subject(text.to_owned()), true);
            }
        }
        check(&der, SanDns("spoof.example".to_owned()), false);
        check(&der, SanDns("a.wild.example".to_owned()), false);
        check(&der, SanDns("spiffe://acme/pay".to_owned()), false);
        check(&der, SanUri("spiffe://acme/Pay".to_owned()), false);
        check(&der, SanUri("pay.example".to_owned()), false);
        check(&der, SanIp("192.0.2.2".to_owned()), false);
        check(&der, SanIp("::ffff:192.0.2.1".to_owned()), false);
        check(&der, SanEmail("Pay@acme.example".to_owned()), false);
    }

    #[test]
    fn the_validity_includes_its_ends() {
        let der = certificate(|params| {
            params.not_before = rcgen::date_time_ymd(2026, 1, 1);
            params.not_after = rcgen::date_time_ymd(2026, 2, 1);
        });
        let certificate = Certificate::parse(&der).unwrap();
        for (moment, expected) in [
            ("2025-12-31T23:59:59Z", false),
            ("2026-01-01T00:00:00Z", true),
            ("2026-02-01T00:00:00Z", true),
            ("2026-02-01T00:00:01Z", false),
        ] {
            assert_eq!(
                certificate.is_valid_at(moment.parse().unwrap()),
                expected,
                "{moment}"
            );
        }
    }

    #[test]
    fn a_key_has_the_thumbprint_of_its_jwk() {
        let p256 = KeyPair::generate().unwrap();
        let (x, y) = coordinates(p256.public_key_raw()).unwrap();
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y)});
        assert_eq!(
            thumbprint(&p256),
            Some(PublicKey::from_jwk(&jwk).unwrap().thumbprint().to_owned())
        );
        let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let x = URL_SAFE_NO_PAD.encode(ed25519.public_key_raw());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
        assert_eq!(
            thumbprint(&ed25519),
            Some(PublicKey::from_jwk(&jwk).unwrap().thumbprint().to_owned())
        );
        let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
        assert_eq!(thumbprint(&p384), None);
    }

    fn thumbprint(key: &KeyPair) -> Option<String> {
        let params = CertificateParams::new(Vec::new()).unwrap();
        let der = params.self_signed(key).unwrap().der().to_vec();
        Certificate::parse(&der).unwrap().key_thumbprint()
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let good = certificate(|_| ());
        let behind = [good.as_slice(), &[0]].concat();
        for der in [&[][..], &[0x30, 0x00], &good[..good.len() - 1], &behind] {
            assert!(Certificate::parse(der).is_none());
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(at in 0..300_usize, byte: u8) {
            let mut der = certificate(|params| {
                params.subject_alt_names = vec![SanType::DnsName("a.example".try_into().unwrap())];
            });
            let at = at % der.len();
            der[at] = byte;
            if let Some(certificate) = Certificate::parse(&der) {
                let _ = certificate.key_thumbprint();
                let _ = certificate.has(&CertificateSubject::SanDns("a.example".to_owned()));
            }
        }
    }
}
