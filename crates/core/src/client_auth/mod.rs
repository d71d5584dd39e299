//! Client authentication at the protocol endpoints, RFC 6749 §2.3.

mod authenticate;
mod basic;
mod certificate;
mod credentials;

pub use authenticate::{AuthenticatedClient, AuthenticationFailure, authenticate};
pub use certificate::ClientCertificate;
pub use credentials::{InvalidCredentials, PresentedCredentials};
