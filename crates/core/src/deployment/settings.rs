//! What an operator decides.

use jiff::SignedDuration;
use m2m_types::admin::client::SecretStorage;
use m2m_types::issuer::Issuer;

use crate::caller::{IamCallers, TrustedIssuers};
use crate::clients::InUsePeriod;
use crate::dpop::DpopNonces;
use crate::keys::{RotationPeriod, SigningAlgorithm};
use crate::mutual_tls::MutualTls;
use crate::resource_servers::ResourceServers;

/// What is decided once per deployment.
#[derive(Debug, Clone)]
pub struct DeploymentSettings {
    /// Who issues.
    pub issuer: Issuer,
    /// What tokens are for.
    pub resource_servers: ResourceServers,
    /// What tokens are signed with unless a resource server asks for another algorithm.
    pub signing_algorithm: SigningAlgorithm,
    /// How long a signing key signs.
    pub key_rotation: RotationPeriod,
    /// Where the values of secrets are kept unless a client says otherwise.
    pub secret_storage: SecretStorage,
    /// How long a secret has to be unused before it is retired without further ado.
    pub secret_in_use: InUsePeriod,
    /// Who may call the management API by AWS IAM; none: nobody.
    pub iam_callers: Option<IamCallers>,
    /// Whose tokens people may call it with.
    pub trusted_issuers: TrustedIssuers,
    /// Where clients may present a certificate.
    pub mutual_tls: MutualTls,
    /// By how much the clocks of those who sign assertions may be off.
    pub assertion_leeway: SignedDuration,
    /// Whether DPoP proofs need a nonce of this service.
    pub dpop_nonces: DpopNonces,
}
