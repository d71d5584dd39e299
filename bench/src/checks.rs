//! How many tokens a resource server checks, on the one thread of the bench.

use std::time::{Duration, Instant};

use m2m_verify::{RequestContext, Verifier};

use crate::Outcome;

/// What `m2m serve` issues tokens for unless it is told otherwise.
const AUDIENCE: &str = "urn:m2m-oauth:api";

/// Checks the same token again and again. Nothing of a check is remembered, and keys and snapshot are read as a resource
/// server reads them.
pub(crate) async fn per_second(issuer: &str, token: &str, seconds: u32) -> Outcome<f64> {
    let verifier = Verifier::builder(issuer, AUDIENCE).build()?;
    let request = RequestContext::bearer();
    verifier.verify(token, &request).await?;
    let (started, length) = (Instant::now(), Duration::from_secs(seconds.into()));
    let mut checks = 0_u32;
    while started.elapsed() < length {
        for _ in 0..100 {
            verifier.verify(token, &request).await?;
        }
        checks += 100;
    }
    Ok(f64::from(checks) / started.elapsed().as_secs_f64())
}
