//! Client authentication at the protocol endpoints, RFC 6749 §2.3.

mod authenticate;
mod authenticated;
mod basic;
mod certificate;
mod credentials;
mod error;
mod method;
mod presentation;

pub use authenticate::ClientAuthentication;
pub use authenticated::{AuthenticatedClient, Proof};
pub use certificate::ClientCertificate;
pub use credentials::{InvalidCredentials, PresentedCredentials};
pub use error::{AuthenticationFailure, ClientAuthError};
pub use method::{AuthMethod, ClientKeys, RegisteredAuth, RetiringMethod};
pub use presentation::Presentation;
