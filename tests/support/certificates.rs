//! Certificates of clients.

use m2m_http::ClientCertificate;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, SanType,
};

/// An authority for clients.
pub struct ClientAuthority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate.
    pub pem: String,
}

/// A client's certificate and its key.
pub struct Certified {
    /// The certificate.
    pub der: Vec<u8>,
    /// Certificate and key, for a client that connects with them.
    pub pem: String,
    /// The key.
    pub key: KeyPair,
}

impl Default for ClientAuthority {
    fn default() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "clients");
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            pem,
        }
    }
}

impl ClientAuthority {
    /// A certificate of this authority.
    pub fn certify(&self, common_name: &str, names: Vec<SanType>) -> Certified {
        let key = KeyPair::generate().unwrap();
        let params = params(common_name, names);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Certified::new(certificate.der(), certificate.pem(), key)
    }
}

/// A certificate that its own key signed.
pub fn self_signed(common_name: &str, key: KeyPair) -> Certified {
    let certificate = params(common_name, Vec::new()).self_signed(&key).unwrap();
    Certified::new(certificate.der(), certificate.pem(), key)
}

/// Valid since 1975, for `O=Acme` and a name.
fn params(common_name: &str, names: Vec<SanType>) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::OrganizationName, "Acme");
    subject.push(DnType::CommonName, common_name);
    params.distinguished_name = subject;
    params.subject_alt_names = names;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

impl Certified {
    fn new(der: &[u8], pem: String, key: KeyPair) -> Self {
        Self {
            der: der.to_vec(),
            pem: pem + &key.serialize_pem(),
            key,
        }
    }

    /// As the service gets it from whoever ended TLS.
    pub fn presented(&self, is_chain_trusted: bool) -> ClientCertificate {
        ClientCertificate {
            der: self.der.clone(),
            is_chain_trusted,
        }
    }
}
