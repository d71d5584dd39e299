//! Proof of possession of a key: DPoP, RFC 9449.

mod error;
mod holder;
mod nonce;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use m2m_jose::{Algorithm, DpopProof};
use m2m_types::issuer::Issuer;

pub use error::DpopError;
pub use holder::{NotTheHolder, ShownToken};

use crate::mutual_tls::MutualTls;
use crate::ports::{KeyStore, Spending, SpentName, SpentOnce};
use nonce::{NonceState, Nonces};

/// How far the `iat` of a proof may be from now, in both directions: clocks differ.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// The longest `jti`, in bytes.
const MAX_JTI_LENGTH: usize = 256;

/// Whether proofs need a nonce of this service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DpopNonces {
    /// They need none.
    #[default]
    Off,
    /// They do, which costs a client one more request every five minutes.
    Required,
}

/// What proofs may be signed with, by the names of `alg`.
pub fn algorithms() -> impl Iterator<Item = &'static str> {
    Algorithm::ALL.iter().map(|algorithm| algorithm.as_str())
}

/// What a proof has to be for.
#[derive(Debug, Clone, Copy)]
pub struct ProofFor<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// Its path below the issuer.
    pub path: &'a str,
    /// The access token beside it.
    pub access_token: Option<&'a str>,
}

/// A key whose possession was proved for one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenKey {
    /// `jkt`, RFC 9449 §6.1.
    pub thumbprint: String,
    /// The nonce for the next proof, if the one of this will end soon.
    pub next_nonce: Option<String>,
}

/// Checks proofs, and lets each be used once.
pub struct DpopProofs {
    issuer: Issuer,
    mutual_tls: MutualTls,
    spent: Arc<dyn SpentOnce>,
    nonces: Option<Nonces>,
}

impl DpopProofs {
    /// Proofs for a deployment under these names.
    pub fn new(
        issuer: Issuer,
        mutual_tls: MutualTls,
        nonces: DpopNonces,
        keys: Arc<dyn KeyStore>,
        spent: Arc<dyn SpentOnce>,
    ) -> Self {
        Self {
            issuer,
            mutual_tls,
            spent,
            nonces: match nonces {
                DpopNonces::Off => None,
                DpopNonces::Required => Some(Nonces::new(keys)),
            },
        }
    }

    /// Checks the `DPoP` headers of a request (RFC 9449 §4.3); none: there is none.
    ///
    /// # Errors
    /// Why they prove nothing.
    pub async fn check(
        &self,
        unverified_headers: &[&[u8]],
        wanted: ProofFor<'_>,
        now: Timestamp,
    ) -> Result<Option<ProvenKey>, DpopError> {
        match unverified_headers {
            [] => Ok(None),
            [header] => self.check_one(header, wanted, now).await.map(Some),
            _ => Err(DpopError::Several),
        }
    }

    /// The cheap checks come first, and what is written last.
    async fn check_one(
        &self,
        unverified_header: &[u8],
        wanted: ProofFor<'_>,
        now: Timestamp,
    ) -> Result<ProvenKey, DpopError> {
        // What is no text is no JWT either.
        let text = std::str::from_utf8(unverified_header).unwrap_or_default();
        let proof = DpopProof::parse(text)?;
        self.check_request(&proof, wanted)?;
        let age = now.as_second() - proof.issued_at();
        if age.abs() > WINDOW.as_secs() {
            return Err(DpopError::NotNow(age));
        }
        if proof.jti().is_empty() || proof.jti().len() > MAX_JTI_LENGTH {
            return Err(DpopError::Jti);
        }
        let next_nonce = self.check_nonce(&proof, now).await?;
        self.spend(&proof, now).await?;
        Ok(ProvenKey {
            thumbprint: proof.thumbprint().to_owned(),
            next_nonce,
        })
    }

    fn check_request(&self, proof: &DpopProof, wanted: ProofFor<'_>) -> Result<(), DpopError> {
        let mut origins = [Some(&self.issuer), self.mutual_tls.alias()]
            .into_iter()
            .flatten();
        if !origins.any(|origin| proof.is_for(wanted.method, &origin.join(wanted.path))) {
            return Err(DpopError::OtherRequest);
        }
        match wanted.access_token {
            Some(token) if !proof.is_for_token(token) => Err(DpopError::OtherToken),
            _ => Ok(()),
        }
    }

    async fn check_nonce(
        &self,
        proof: &DpopProof,
        now: Timestamp,
    ) -> Result<Option<String>, DpopError> {
        let Some(nonces) = &self.nonces else {
            return Ok(None);
        };
        let state = match proof.nonce() {
            Some(nonce) => nonces.state(nonce, now).await?,
            None => NonceState::Unknown,
        };
        match state {
            NonceState::Present => Ok(None),
            NonceState::Ending => Ok(Some(nonces.present(now).await?)),
            NonceState::Unknown => Err(DpopError::Nonce {
                fresh: nonces.present(now).await?,
            }),
        }
    }

    /// A `jti` is unique for its key. It is kept until its proof is too old to be shown again.
    async fn spend(&self, proof: &DpopProof, now: Timestamp) -> Result<(), DpopError> {
        let name = SpentName::of(&["dpop", proof.thumbprint(), proof.jti()]);
        // The window includes its last second.
        let until = now + WINDOW * 2 + SignedDuration::from_secs(1);
        match self.spent.spend(&name, until, now).await? {
            Spending::First => Ok(()),
            Spending::Again => Err(DpopError::Replayed),
        }
    }
}
