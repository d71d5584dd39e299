//! Verifies access tokens of m2m-oauth at a resource server: offline, and within ten seconds of their end.
//!
//! A token is a signed JWT (RFC 9068), so a resource server needs to ask nobody about it. What it has to know beside
//! the published keys is what was stopped since: a deleted client, an owner who left, a token that was revoked. The
//! service signs a small *revocation snapshot* of that, which a [`Verifier`] reads again when its own is older than ten
//! seconds, in line with the request that finds it so. Nothing runs in the background.
//!
//! ```no_run
//! use axum::{Extension, Router, routing::get};
//! use m2m_verify::{Verified, Verifier, VerifyLayer};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::builder("https://auth.example.com", "https://api.example.com").build()?;
//! let app: Router = Router::new()
//!     .route("/orders", get(|Extension(token): Extension<Verified>| async move { token.client_id().to_string() }))
//!     .layer(VerifyLayer::new(verifier).requiring("orders:read"));
//! # Ok(())
//! # }
//! ```
//!
//! # What is checked, in this order
//!
//! 1. Form, before anything is fetched: at most 16 KiB of canonical base64url, `typ` is `at+jwt`, `alg` is one of those that
//!    are accepted, there is a `kid`, every claim has its type; `jku`, `x5u`, `jwk` and `x5c` are ignored, `crit` is refused.
//! 2. `iss` equal to the byte, `aud` contains the audience, `exp` and `nbf` with a leeway of at most 60 seconds. What is no
//!    token for this server ends here and costs no fetch either.
//! 3. The signature, with the published key of that `kid` and the one algorithm which that key is for.
//! 4. The revocation snapshot: the key, the deployment, client, owner, organization, the token itself, and the same for
//!    every ancestor of an exchanged token.
//! 5. Bindings: a token with `cnf.jkt` needs a DPoP proof (RFC 9449) for this method and URL, made within the last minute and
//!    not seen before, and is refused as `Bearer`; one with `cnf.x5t#S256` needs that client certificate (RFC 8705).
//! 6. The scopes that are required.
//!
//! # What is fetched, and when it cannot be had
//!
//! * Keys: at first use, then when they are older than five minutes, and for an unknown `kid`; one request at a time, and never
//!   sooner than 30 seconds after the last. Within these 30 seconds an unknown `kid` is refused from memory, so that a flood
//!   of random ones causes one fetch. While the keys cannot be read the last ones are used; a key that was removed in an emergency is
//!   in the snapshot.
//! * The snapshot: when it is older than ten seconds (`ETag`, so mostly an empty answer), one request at a time. Its
//!   signature, `typ`, `iss` and times are checked, and one that is older than what is held is refused. When no fresh one can be had,
//!   [`WhenStale`] decides, by default [`WhenStale::RefuseAfter`] 60 seconds.
//!
//! A token that cannot be judged because something could not be fetched is [`Refusal::Unavailable`] (503 with
//! `Retry-After`), never an invalid one.
//!
//! # What it does not do
//!
//! The memory of seen DPoP proofs is this process's: with several instances a proof can be used once at each, within the
//! minute that it lives. A verifier learns of a stop within ten seconds; who needs it at once asks the introspection endpoint.

mod binding;
mod builder;
mod challenge;
mod clock;
mod error;
mod fetch;
#[cfg(feature = "reqwest")]
mod http_fetch;
mod keys;
mod layer;
mod replay;
mod request;
mod snapshot;
mod verified;
mod verifier;

pub use builder::{InvalidSettings, VerifierBuilder};
pub use error::{InvalidProof, InvalidToken, Refusal, Unavailable};
pub use fetch::{Fetch, FetchError, Fetched};
pub use layer::{PeerCertificate, VerifyLayer, VerifyService};
pub use request::RequestContext;
pub use snapshot::WhenStale;
pub use verified::Verified;
pub use verifier::Verifier;
