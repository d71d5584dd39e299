//! `private_key_jwt` and workload identity: RFC 7521, RFC 7523.

mod audience;
mod claims;
mod decoy;
mod error;
mod outside;
mod own_key;
mod subject_pattern;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use m2m_jose::{Algorithm, CompactJws, PublicKey, RemoteKeys};
use m2m_types::client_id::ClientId;
use m2m_types::issuer::Issuer;
use m2m_types::token_request::{MAX_PARAMETER_LENGTH, UnverifiedSecret};
use serde::de::IgnoredAny;

pub use error::InvalidAssertion;
pub use subject_pattern::is_subject_pattern;

use super::{AuthMethod, AuthenticatedClient, AuthenticationFailure, ClientAuthentication, Proof};
use crate::client::Client;
use crate::issuer_keys::IssuerKeys;
use crate::ports::{Spending, SpentName, SpentOnce};
use claims::AssertionClaims;

/// The one `client_assertion_type`, RFC 7523 §2.2.
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What assertions may be signed with.
pub fn assertion_algorithms() -> impl Iterator<Item = &'static str> {
    Algorithm::ALL.iter().map(|algorithm| algorithm.as_str())
}

/// What it takes to check assertions.
pub struct Assertions {
    /// What they have to be for.
    pub issuer: Issuer,
    /// By how much the clocks of those who sign them may be off.
    pub leeway: SignedDuration,
    /// Which were used.
    pub spent: Arc<dyn SpentOnce>,
    /// The keys that clients publish.
    pub remote_keys: Arc<RemoteKeys>,
    /// The keys that outside issuers publish.
    pub issuer_keys: Arc<IssuerKeys>,
}

/// An assertion whose form is right; nothing of it is verified.
struct Unverified<'a> {
    jws: CompactJws<'a>,
    claims: AssertionClaims,
}

/// Whose signature an assertion needs, all of its claims being as they should.
struct Needed {
    key: Arc<PublicKey>,
    proof: Proof,
    /// What may be used once.
    spent: Option<(SpentName, Timestamp)>,
}

/// The client that an assertion says it is of: who signs for itself names itself (RFC 7523 §3).
pub(super) fn unverified_client_id(assertion: &str) -> Option<String> {
    let jws = CompactJws::parse(assertion, MAX_PARAMETER_LENGTH).ok()?;
    jws.unverified_claims::<AssertionClaims>().ok()?.sub
}

impl ClientAuthentication {
    /// Whatever is wrong with a well-formed assertion, one read is made and at least one signature checked, against a
    /// key of nobody if need be; one that is malformed costs nothing. Keys are fetched only for a client that exists,
    /// is registered for it and sends an assertion that lacks nothing but a signature that holds; and it is spent only
    /// when everything else has held.
    pub(super) async fn by_assertion(
        &self,
        unverified_client_id: &str,
        unverified_assertion: &UnverifiedSecret,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, AuthenticationFailure> {
        let id = ClientId::parse(unverified_client_id)
            .map_err(|_| AuthenticationFailure::MalformedClientId)?;
        let unverified = parse(unverified_assertion.expose())
            .map_err(AuthenticationFailure::MalformedAssertion)?;
        let found = self.directory.find_client(&id).await?;
        let Some(client) = &found.client else {
            decoy::verify(&unverified.jws);
            return Err(AuthenticationFailure::UnknownClient);
        };
        let held = self.assertions.check(client, &unverified, now).await;
        let held = held.map_err(|invalid| invalid.of(id.clone()))?;
        let authenticated = self.active(id.clone(), found, held.proof).await?;
        if let Some((name, until)) = held.spent
            && self.assertions.spent.spend(&name, until, now).await? == Spending::Again
        {
            let replayed = InvalidAssertion::Replayed;
            return Err(AuthenticationFailure::WrongAssertion(id, replayed));
        }
        Ok(authenticated)
    }
}

/// The claims are read before the signature is checked, since they tell what to check it with.
fn parse(unverified: &str) -> Result<Unverified<'_>, InvalidAssertion> {
    let jws = CompactJws::parse(unverified, MAX_PARAMETER_LENGTH)?;
    let claims = jws.unverified_claims()?;
    Ok(Unverified { jws, claims })
}

impl Assertions {
    /// Any of the methods that the client is registered for at this moment may hold, if it is one by assertion.
    async fn check(
        &self,
        client: &Client,
        unverified: &Unverified<'_>,
        now: Timestamp,
    ) -> Result<Needed, InvalidAssertion> {
        let mut failure = InvalidAssertion::WrongMethod;
        for method in client.auth.methods(now) {
            let held = match method {
                AuthMethod::PrivateKeyJwt { keys, audience } => {
                    let id = &client.id;
                    let needed = self.by_own_key(unverified, id, keys, *audience, now).await;
                    needed.and_then(|needed| needed.verify(&unverified.jws))
                }
                AuthMethod::WorkloadIdentity(trusts) => {
                    self.by_trust(unverified, trusts, now).await
                }
                _ => continue,
            };
            match held {
                Ok(held) => return Ok(held),
                Err(invalid) => failure = invalid,
            }
        }
        if failure.is_before_the_signature() {
            decoy::verify(&unverified.jws);
        }
        Err(failure)
    }
}

impl Needed {
    fn verify(self, jws: &CompactJws<'_>) -> Result<Self, InvalidAssertion> {
        jws.verify::<IgnoredAny>(&self.key)?;
        Ok(self)
    }
}
