//! How the service behaves.

use jiff::SignedDuration;
use m2m_core::caller::{IamCallers, TrustedIssuers};
use m2m_core::clients::InUsePeriod;
use m2m_core::dpop::DpopNonces;
use m2m_core::keys::{RotationPeriod, SigningAlgorithm};
use m2m_core::mutual_tls::MutualTls;
use m2m_types::admin::client::SecretStorage;
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;

use super::variables::Variables;
use super::{iam, logins};

/// How the service behaves.
#[derive(Debug, Clone)]
pub struct ServiceConfig {
    /// `M2M_ISSUER`: the origin of the service and the `iss` of its tokens. Required.
    pub issuer: Issuer,
    /// `M2M_SIGNING_ALG`: what tokens are signed with, `ES256`, `RS256` or `EdDSA`. `ES256` by default.
    pub signing_algorithm: SigningAlgorithm,
    /// `M2M_KEY_ROTATION_DAYS`: after how many days another key signs, up to 3650; 0: only by hand. 30 by
    /// default.
    pub key_rotation: RotationPeriod,
    /// `M2M_DEFAULT_AUDIENCE`: what the tokens of a new client are for, an absolute URI.
    /// `urn:m2m-oauth:api` by default.
    pub default_audience: Audience,
    /// `M2M_SECRET_STORAGE`: where the values of new clients' secrets are kept, `secrets_manager` or
    /// `none`. `secrets_manager` by default.
    pub secret_storage: SecretStorage,
    /// `M2M_SECRET_IN_USE_HOURS`: a secret that got a token within so many hours is retired only by force or with an
    /// overlap, 2 to 720 hours. 24 by default.
    pub secret_in_use: InUsePeriod,
    /// `M2M_IAM_PRINCIPALS`, `M2M_IAM_ACCOUNT_ID` and `M2M_IAM_API_ID`: who may call the management API
    /// by AWS IAM, and through which gateway. All three or none, which lets nobody.
    pub iam_callers: Option<IamCallers>,
    /// `M2M_TRUSTED_ISSUERS`: the login providers whose tokens people may call the management API with, by their
    /// aliases, as JSON: docs/login-providers.md. None by default.
    pub trusted_issuers: TrustedIssuers,
    /// `M2M_MTLS_ENDPOINT`: the https origin of the second domain, where the gateway demands a client's
    /// certificate, such as `https://mtls.auth.example.com`. Off by default.
    pub mutual_tls: MutualTls,
    /// `M2M_ASSERTION_LEEWAY_SECONDS`: by how much the clocks of those who sign client assertions and logins may be off,
    /// 0 to 60 seconds. 10 by default.
    pub assertion_leeway: SignedDuration,
    /// `M2M_ALLOW_PRIVATE_FETCH`: whether the keys of clients, of outside issuers and of login providers may be fetched from private
    /// addresses, `true` or `false`. `false` by default.
    pub allow_private_fetch: bool,
    /// `M2M_DPOP_NONCE`: whether DPoP proofs need a nonce of this service, `required` or `off`. `off` by default:
    /// each proof is accepted once and for a minute anyway, and a nonce costs a client a second request every five
    /// minutes, which libraries without nonces cannot make.
    pub dpop_nonces: DpopNonces,
}

impl ServiceConfig {
    pub(super) fn from_env(variables: &mut Variables<'_>) -> Option<Self> {
        // All are read before any is missed, so that one start tells everything.
        let issuer = variables.required("M2M_ISSUER", Issuer::parse);
        let algorithm = variables.optional("M2M_SIGNING_ALG", "ES256", |text| text.parse());
        let rotation = variables.optional("M2M_KEY_ROTATION_DAYS", "30", |text| text.parse());
        let audience =
            variables.optional("M2M_DEFAULT_AUDIENCE", "urn:m2m-oauth:api", Audience::parse);
        let storage = variables.optional(
            "M2M_SECRET_STORAGE",
            "secrets_manager",
            parse_secret_storage,
        );
        let in_use = variables.optional("M2M_SECRET_IN_USE_HOURS", "24", |text| text.parse());
        let iam_callers = iam::callers(variables);
        let trusted_issuers = logins::issuers(variables, issuer.as_ref());
        let mutual_tls = variables.optional("M2M_MTLS_ENDPOINT", "", parse_mutual_tls);
        let dpop_nonces = variables.optional("M2M_DPOP_NONCE", "off", parse_dpop_nonces);
        let mutual_tls = unlike_the_issuer(mutual_tls, issuer.as_ref(), variables);
        let leeway = variables.optional("M2M_ASSERTION_LEEWAY_SECONDS", "10", parse_leeway);
        let allow_private_fetch =
            variables.optional("M2M_ALLOW_PRIVATE_FETCH", "false", parse_boolean);
        Some(Self {
            issuer: issuer?,
            signing_algorithm: algorithm?,
            key_rotation: rotation?,
            default_audience: audience?,
            secret_storage: storage?,
            secret_in_use: in_use?,
            iam_callers: iam_callers?,
            trusted_issuers: trusted_issuers?,
            mutual_tls: mutual_tls?,
            assertion_leeway: leeway?,
            allow_private_fetch: allow_private_fetch?,
            dpop_nonces: dpop_nonces?,
        })
    }
}

fn parse_dpop_nonces(text: String) -> Result<DpopNonces, &'static str> {
    match text.as_str() {
        "required" => Ok(DpopNonces::Required),
        "off" => Ok(DpopNonces::Off),
        _ => Err("nonces of DPoP proofs must be required or off"),
    }
}

fn parse_mutual_tls(text: String) -> Result<MutualTls, &'static str> {
    if text.is_empty() {
        return Ok(MutualTls::Off);
    }
    Issuer::parse(text)
        .ok()
        .filter(|origin| origin.as_str().starts_with("https://"))
        .map(MutualTls::Aliases)
        .ok_or("the endpoint of mutual TLS must be an https origin like 'https://mtls.auth.example.com'")
}

/// Metadata and keys have to be read without a certificate, which the second domain demands of everybody.
fn unlike_the_issuer(
    mutual_tls: Option<MutualTls>,
    issuer: Option<&Issuer>,
    variables: &mut Variables<'_>,
) -> Option<MutualTls> {
    let is_the_issuer = issuer.is_some() && mutual_tls.as_ref()?.alias() == issuer;
    if is_the_issuer {
        variables.refuse(
            "M2M_MTLS_ENDPOINT",
            "must be another origin than M2M_ISSUER",
        );
        return None;
    }
    mutual_tls
}

fn parse_leeway(text: String) -> Result<SignedDuration, &'static str> {
    let seconds = text.parse().ok().filter(|seconds| *seconds <= 60);
    let seconds: u32 = seconds.ok_or("the leeway must be 0 to 60 seconds")?;
    Ok(SignedDuration::from_secs(seconds.into()))
}

fn parse_boolean(text: String) -> Result<bool, &'static str> {
    text.parse().map_err(|_| "it must be true or false")
}

fn parse_secret_storage(text: String) -> Result<SecretStorage, &'static str> {
    match text.as_str() {
        "secrets_manager" => Ok(SecretStorage::SecretsManager),
        "none" => Ok(SecretStorage::None),
        _ => Err("a secret storage must be secrets_manager or none"),
    }
}
