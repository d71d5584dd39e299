//! `private_key_jwt`: the client signs for itself.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use m2m_jose::{Header, PublicKey, PublicKeys};
use m2m_types::admin::credentials::AssertionAudience;
use m2m_types::client_id::ClientId;

use super::{Assertions, InvalidAssertion, Needed, Unverified, audience};
use crate::client_auth::{ClientKeys, Proof};
use crate::ports::SpentName;

/// How far ahead `exp` may be.
const MAX_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// The longest `jti`.
const MAX_JTI_LENGTH: usize = 128;
/// How much longer than it could be accepted an assertion is remembered: the clocks of instances differ.
const REMEMBERED_LONGER: SignedDuration = SignedDuration::from_mins(1);

impl Assertions {
    /// Checks all claims of an assertion that a client signed itself, and finds the key that it must have used.
    pub(super) async fn by_own_key(
        &self,
        unverified: &Unverified<'_>,
        client: &ClientId,
        keys: &ClientKeys,
        registered: AssertionAudience,
        now: Timestamp,
    ) -> Result<Needed, InvalidAssertion> {
        let (header, claims) = (unverified.jws.header(), &unverified.claims);
        if header.typ.is_some()
            && !header.is_typ("JWT")
            && !header.is_typ("client-authentication+jwt")
        {
            return Err(InvalidAssertion::OtherTyp);
        }
        let of_client = |claim: &Option<String>| claim.as_deref() == Some(client.as_str());
        if !of_client(&claims.iss) || !of_client(&claims.sub) {
            return Err(InvalidAssertion::NotOfTheClient);
        }
        audience::check(claims.aud.as_ref(), &self.issuer, registered)?;
        let exp = claims.holds_at(now, self.leeway)?;
        if exp > now.as_second() + (MAX_LIFE + self.leeway).as_secs() {
            return Err(InvalidAssertion::TooLong);
        }
        let jti = claims
            .jti
            .as_deref()
            .ok_or(InvalidAssertion::Missing("jti"))?;
        if jti.is_empty() || jti.chars().count() > MAX_JTI_LENGTH {
            return Err(InvalidAssertion::Jti);
        }
        let name = SpentName::of(&["assertion", client.as_str(), jti]);
        let expired = Timestamp::from_second(exp).map_err(|_| InvalidAssertion::TooLong)?;
        Ok(Needed {
            key: self.key_of(keys, header, now).await?,
            proof: Proof::Assertion,
            spent: Some((name, expired + self.leeway + REMEMBERED_LONGER)),
        })
    }

    async fn key_of(
        &self,
        keys: &ClientKeys,
        header: &Header,
        now: Timestamp,
    ) -> Result<Arc<PublicKey>, InvalidAssertion> {
        match keys {
            ClientKeys::Inline(jwks) => {
                let key = PublicKeys::find_in(jwks.keys(), header);
                key.map(Arc::new).ok_or(InvalidAssertion::UnknownKey)
            }
            ClientKeys::Uri(url) => Ok(self.remote_keys.find(url, header, now).await?),
        }
    }
}
