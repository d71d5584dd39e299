//! How a client proves who it is: exactly one mode, and that one whole.

use m2m_jose::PublicKeys;
use m2m_jose::error_chain::chain;
use m2m_types::admin::credentials::{
    AssertionAudience, CertificateSubject, Credentials, Jwks, TokenEndpointAuthMethod as Method,
};
use m2m_types::problem::FieldError;
use url::Url;

use super::trust;
use crate::client_auth::{AuthMethod, ClientKeys, is_distinguished_name};

/// How many keys a client may register.
const MAX_KEYS: usize = 20;
/// The longest URL or identifier.
const MAX_LENGTH: usize = 512;

type Wrong = Vec<FieldError>;

fn wrong(pointer: &str, detail: impl ToString) -> Wrong {
    vec![FieldError::new(pointer, detail)]
}

/// The members that are there and say what proves who the client is.
fn present(credentials: &Credentials) -> Vec<&'static str> {
    let members = [
        ("/jwks", credentials.jwks.is_some()),
        ("/jwks_uri", credentials.jwks_uri.is_some()),
        ("/trust", credentials.trust.is_some()),
        (SUBJECT_DN, credentials.tls_client_auth_subject_dn.is_some()),
        (SAN_DNS, credentials.tls_client_auth_san_dns.is_some()),
        (SAN_URI, credentials.tls_client_auth_san_uri.is_some()),
        (SAN_IP, credentials.tls_client_auth_san_ip.is_some()),
        (SAN_EMAIL, credentials.tls_client_auth_san_email.is_some()),
    ];
    let present = members.into_iter().filter(|(_, is_there)| *is_there);
    present.map(|(pointer, _)| pointer).collect()
}

const SUBJECT_DN: &str = "/tls_client_auth_subject_dn";
const SAN_DNS: &str = "/tls_client_auth_san_dns";
const SAN_URI: &str = "/tls_client_auth_san_uri";
const SAN_IP: &str = "/tls_client_auth_san_ip";
const SAN_EMAIL: &str = "/tls_client_auth_san_email";

/// What each method goes with.
fn goes_with(method: Method) -> (&'static [&'static str], &'static str) {
    match method {
        Method::ClientSecretBasic => (
            &[],
            "client_secret_basic, which is the default, goes with none of these members: name the token_endpoint_auth_method",
        ),
        Method::PrivateKeyJwt => (
            &["/jwks", "/jwks_uri", "/trust"],
            "private_key_jwt goes with exactly one of jwks, jwks_uri and trust",
        ),
        Method::TlsClientAuth => (
            &[SUBJECT_DN, SAN_DNS, SAN_URI, SAN_IP, SAN_EMAIL],
            "tls_client_auth goes with exactly one of tls_client_auth_subject_dn, _san_dns, _san_uri, _san_ip \
             and _san_email",
        ),
        Method::SelfSignedTlsClientAuth => (
            &["/jwks", "/jwks_uri"],
            "self_signed_tls_client_auth goes with exactly one of jwks and jwks_uri",
        ),
    }
}

/// The method that the members describe.
pub(super) fn method_of(credentials: &Credentials) -> Result<AuthMethod, Wrong> {
    let method = credentials.token_endpoint_auth_method;
    let (fitting, rule) = goes_with(method);
    let present = present(credentials);
    if let Some(stray) = present.iter().find(|member| !fitting.contains(member)) {
        return Err(wrong(stray, rule));
    }
    match present.as_slice() {
        [_, second, ..] => return Err(wrong(second, rule)),
        [] if method != Method::ClientSecretBasic => {
            return Err(wrong("/token_endpoint_auth_method", rule));
        }
        _ => {}
    }
    let takes_audience = method == Method::PrivateKeyJwt && credentials.trust.is_none();
    if credentials.assertion_audience.is_some() && !takes_audience {
        let detail = "only for private_key_jwt with keys of the client's own";
        return Err(wrong("/assertion_audience", detail));
    }
    understand(credentials)
}

/// The one member that is there.
fn understand(credentials: &Credentials) -> Result<AuthMethod, Wrong> {
    match credentials.token_endpoint_auth_method {
        Method::ClientSecretBasic => Ok(AuthMethod::ClientSecret),
        Method::SelfSignedTlsClientAuth => {
            Ok(AuthMethod::SelfSignedTlsClientAuth(keys_of(credentials)?))
        }
        Method::TlsClientAuth => Ok(AuthMethod::TlsClientAuth(subject_of(credentials)?)),
        Method::PrivateKeyJwt => match &credentials.trust {
            Some(trusts) => {
                trust::check(trusts)?;
                Ok(AuthMethod::WorkloadIdentity(trusts.clone()))
            }
            None => Ok(AuthMethod::PrivateKeyJwt {
                keys: keys_of(credentials)?,
                audience: credentials.assertion_audience.unwrap_or_default(),
            }),
        },
    }
}

fn keys_of(credentials: &Credentials) -> Result<ClientKeys, Wrong> {
    match (&credentials.jwks, &credentials.jwks_uri) {
        (Some(jwks), _) => {
            check_keys(jwks)?;
            Ok(ClientKeys::Inline(jwks.clone()))
        }
        (None, uri) => {
            let uri = https_url(uri.as_deref().unwrap_or_default());
            uri.map(ClientKeys::Uri)
                .map_err(|detail| wrong("/jwks_uri", detail))
        }
    }
}

/// Public keys only, each one that can be used.
fn check_keys(jwks: &Jwks) -> Result<(), Wrong> {
    let keys =
        PublicKeys::registered(&jwks.to_json()).map_err(|error| wrong("/jwks", chain(&error)))?;
    if keys.iter().count() > MAX_KEYS {
        return Err(wrong("/jwks/keys", format!("at most {MAX_KEYS} keys")));
    }
    Ok(())
}

/// An https URL without credentials and fragment, written in its normal form, so that it reads back as it was sent.
pub(super) fn https_url(text: &str) -> Result<Url, String> {
    let refused = || format!("must be an https URL of at most {MAX_LENGTH} characters");
    let url = Url::parse(text).map_err(|_| refused())?;
    let is_plain =
        url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if url.scheme() != "https" || !is_plain || text.len() > MAX_LENGTH {
        return Err(refused());
    }
    if url.as_str() == text {
        Ok(url)
    } else {
        Err(format!("must be written in its normal form, {url}"))
    }
}

fn subject_of(credentials: &Credentials) -> Result<CertificateSubject, Wrong> {
    if let Some(text) = &credentials.tls_client_auth_subject_dn {
        let rule = "must be a distinguished name, such as CN=payments,O=Acme";
        let name = identifier(SUBJECT_DN, text, is_distinguished_name, rule)?;
        return Ok(CertificateSubject::SubjectDn(name));
    }
    if let Some(text) = &credentials.tls_client_auth_san_dns {
        let rule = "must be a DNS name without wildcard";
        return identifier(SAN_DNS, text, is_dns_name, rule).map(CertificateSubject::SanDns);
    }
    if let Some(text) = &credentials.tls_client_auth_san_uri {
        let is_uri = |text: &str| Url::parse(text).is_ok();
        let uri = identifier(SAN_URI, text, is_uri, "must be an absolute URI")?;
        return Ok(CertificateSubject::SanUri(uri));
    }
    if let Some(text) = &credentials.tls_client_auth_san_ip {
        let address = identifier(SAN_IP, text, is_ip_address, "must be an IP address")?;
        return Ok(CertificateSubject::SanIp(address));
    }
    let text = credentials.tls_client_auth_san_email.as_deref();
    let text = text.unwrap_or_default();
    identifier(SAN_EMAIL, text, is_mail_address, "must be a mail address")
        .map(CertificateSubject::SanEmail)
}

/// A text that keeps the rule, and can be shown.
fn identifier(
    pointer: &str,
    text: &str,
    keeps: impl Fn(&str) -> bool,
    rule: &str,
) -> Result<String, Wrong> {
    let is_plain = (1..=MAX_LENGTH).contains(&text.len()) && !text.chars().any(char::is_control);
    if is_plain && keeps(text) {
        Ok(text.to_owned())
    } else {
        Err(wrong(pointer, rule))
    }
}

fn is_dns_name(text: &str) -> bool {
    let is_fitting = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    text.bytes().all(is_fitting)
}

/// In its normal form: it is compared as text.
fn is_ip_address(text: &str) -> bool {
    let address = text.parse::<std::net::IpAddr>();
    address.is_ok_and(|address| address.to_string() == text)
}

fn is_mail_address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

/// The members that describe a method.
pub(in crate::clients) fn credentials_of(method: &AuthMethod) -> Credentials {
    let mut credentials = Credentials {
        token_endpoint_auth_method: method_name(method),
        ..Credentials::default()
    };
    match method {
        AuthMethod::ClientSecret => {}
        AuthMethod::PrivateKeyJwt { keys, audience } => {
            set_keys(&mut credentials, keys);
            credentials.assertion_audience =
                (*audience != AssertionAudience::default()).then_some(*audience);
        }
        AuthMethod::WorkloadIdentity(trusts) => credentials.trust = Some(trusts.clone()),
        AuthMethod::SelfSignedTlsClientAuth(keys) => set_keys(&mut credentials, keys),
        AuthMethod::TlsClientAuth(subject) => set_subject(&mut credentials, subject.clone()),
    }
    credentials
}

/// How a method is called on the wire.
pub(in crate::clients) fn method_name(method: &AuthMethod) -> Method {
    match method {
        AuthMethod::ClientSecret => Method::ClientSecretBasic,
        AuthMethod::PrivateKeyJwt { .. } | AuthMethod::WorkloadIdentity(_) => Method::PrivateKeyJwt,
        AuthMethod::TlsClientAuth(_) => Method::TlsClientAuth,
        AuthMethod::SelfSignedTlsClientAuth(_) => Method::SelfSignedTlsClientAuth,
    }
}

fn set_keys(credentials: &mut Credentials, keys: &ClientKeys) {
    match keys {
        ClientKeys::Inline(jwks) => credentials.jwks = Some(jwks.clone()),
        ClientKeys::Uri(url) => credentials.jwks_uri = Some(url.to_string()),
    }
}

fn set_subject(credentials: &mut Credentials, subject: CertificateSubject) {
    match subject {
        CertificateSubject::SubjectDn(text) => credentials.tls_client_auth_subject_dn = Some(text),
        CertificateSubject::SanDns(text) => credentials.tls_client_auth_san_dns = Some(text),
        CertificateSubject::SanUri(text) => credentials.tls_client_auth_san_uri = Some(text),
        CertificateSubject::SanIp(text) => credentials.tls_client_auth_san_ip = Some(text),
        CertificateSubject::SanEmail(text) => credentials.tls_client_auth_san_email = Some(text),
    }
}
