//! The steps of a verification.

use std::collections::BTreeSet;
use std::sync::Arc;

use m2m_jose::{CompactJws, Header, NotVerified, NumericDate, PublicKey};
use m2m_types::audience::Audience;
use m2m_types::claims::{ACCESS_TOKEN_TYP, AccessTokenClaims};
use m2m_types::scope::Scope;
use serde::Deserialize;

use crate::binding;
use crate::builder::VerifierBuilder;
use crate::clock::Clock;
use crate::error::{InvalidToken, Refusal, Unavailable};
use crate::fetch::Fetch;
use crate::keys::{Keys, Places};
use crate::replay::Replay;
use crate::request::RequestContext;
use crate::snapshot::{Snapshots, WhenStale};
use crate::verified::Verified;

/// The longest token that is looked at.
const MAX_LENGTH: usize = 16 * 1024;

/// What a token has to be.
pub(crate) struct Rules {
    pub(crate) audience: Audience,
    pub(crate) scopes: BTreeSet<Scope>,
    pub(crate) leeway_seconds: i64,
}

/// Verifies access tokens of one issuer for one audience. Clones share keys, snapshot and the memory of proofs.
///
/// ```no_run
/// use m2m_verify::{RequestContext, Verifier};
///
/// # async fn run(token: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Verifier::builder("https://auth.example.com", "https://api.example.com").build()?;
/// let verified = verifier.verify(token, &RequestContext::bearer()).await?;
/// verified.require("orders:read")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Verifier(Arc<Parts>);

/// For whom a token is, and when.
#[derive(Deserialize)]
struct Address {
    iss: String,
    aud: Audience,
    exp: NumericDate,
    #[serde(default, deserialize_with = "m2m_jose::present")]
    nbf: Option<NumericDate>,
}

struct Parts {
    rules: Rules,
    keys: Keys,
    snapshots: Snapshots,
    replay: Replay,
    clock: Clock,
}

impl Verifier {
    /// Of an issuer, as it calls itself, for a resource server with that identifier, as it stands in `aud`.
    pub fn builder(issuer: &str, audience: &str) -> VerifierBuilder {
        VerifierBuilder::new(issuer, audience)
    }

    pub(crate) fn new(
        rules: Rules,
        places: Places,
        fetch: &Arc<dyn Fetch>,
        when_stale: WhenStale,
        remembered_proofs: usize,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Parts {
            rules,
            keys: Keys::new(places, fetch),
            snapshots: Snapshots::new(Arc::clone(fetch), when_stale, clock.clone()),
            replay: Replay::new(remembered_proofs),
            clock,
        }))
    }

    /// Reads keys and snapshot while nobody waits.
    ///
    /// # Errors
    /// They cannot be had. The first request tries again.
    pub async fn warm_up(&self) -> Result<(), Unavailable> {
        self.0.snapshots.current(&self.0.keys).await.map(drop)
    }

    /// The audience that tokens have to be for.
    pub fn audience(&self) -> &str {
        self.0.rules.audience.as_str()
    }

    /// Checks a token for the request that it came with.
    ///
    /// # Errors
    /// Why the request is refused, or that nobody can say now.
    pub async fn verify(
        &self,
        unverified_token: &str,
        request: &RequestContext<'_>,
    ) -> Result<Verified, Refusal> {
        let parts = &*self.0;
        let jws = CompactJws::parse(unverified_token, MAX_LENGTH).map_err(InvalidToken::from)?;
        let kid = parts.check_header(jws.header())?;
        // What nobody has signed yet can only refuse: that costs no fetch.
        let unverified = jws.unverified_claims();
        parts.check_address(&unverified.map_err(|_| InvalidToken::Claims)?)?;
        let key = parts.key(jws.header()).await?;
        let claims: AccessTokenClaims = jws.verify(&key).map_err(why_not_verified)?;
        parts.check_not_stopped(&claims, kid).await?;
        let now = parts.clock.now();
        let confirmation = claims.cnf.as_ref();
        binding::check(confirmation, unverified_token, request, &parts.replay, now)?;
        let verified = Verified::new(claims);
        for scope in &parts.rules.scopes {
            verified.require(scope.as_str())?;
        }
        Ok(verified)
    }
}

impl Parts {
    fn check_header<'a>(&self, header: &'a Header) -> Result<&'a str, InvalidToken> {
        if !header.is_typ(ACCESS_TOKEN_TYP) {
            return Err(InvalidToken::Type);
        }
        header.kid.as_deref().ok_or(InvalidToken::UnknownKey)
    }

    fn check_address(&self, claims: &Address) -> Result<(), InvalidToken> {
        let (now, leeway) = (self.clock.now().as_second(), self.rules.leeway_seconds);
        if claims.iss != self.keys.issuer().as_str() {
            return Err(InvalidToken::Issuer);
        }
        if claims.aud != self.rules.audience {
            return Err(InvalidToken::Audience);
        }
        if claims.exp.seconds() + leeway <= now {
            return Err(InvalidToken::Expired);
        }
        if claims.nbf.is_some_and(|nbf| nbf.seconds() > now + leeway) {
            return Err(InvalidToken::NotYetValid);
        }
        Ok(())
    }

    async fn key(&self, header: &Header) -> Result<Arc<PublicKey>, Refusal> {
        let found = self.keys.find(header, self.clock.now()).await?;
        Ok(found.ok_or(InvalidToken::UnknownKey)?)
    }

    async fn check_not_stopped(
        &self,
        claims: &AccessTokenClaims,
        kid: &str,
    ) -> Result<(), Refusal> {
        let snapshot = self.snapshots.current(&self.keys).await?;
        match snapshot.and_then(|snapshot| snapshot.stops(claims, kid)) {
            Some(stop) => Err(InvalidToken::Stopped(stop).into()),
            None => Ok(()),
        }
    }
}

fn why_not_verified(error: NotVerified) -> InvalidToken {
    match error {
        NotVerified::OtherAlgorithm => InvalidToken::UnknownKey,
        NotVerified::Signature => InvalidToken::Signature,
        NotVerified::Claims(_) => InvalidToken::Claims,
    }
}
