//! Client authentication at the protocol endpoints, RFC 6749 §2.3.

mod assertion;
mod authenticate;
mod authenticated;
mod basic;
mod by_certificate;
mod certificate;
mod credentials;
mod distinguished_name;
mod error;
mod method;
mod presentation;
mod x509;

pub use assertion::{Assertions, InvalidAssertion, assertion_algorithms, is_subject_pattern};
pub use authenticate::ClientAuthentication;
pub use authenticated::{AuthenticatedClient, Proof};
pub use by_certificate::CertificateMismatch;
pub use certificate::ClientCertificate;
pub use credentials::{InvalidCredentials, PresentedCredentials};
pub use distinguished_name::is_distinguished_name;
pub use error::{AuthenticationFailure, ClientAuthError};
pub use method::{AuthMethod, ClientKeys, RegisteredAuth, RetiringMethod};
pub use presentation::Presentation;
