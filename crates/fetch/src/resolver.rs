//! Names to addresses, of which only those that may be reached are left.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::address::Reach;

/// Resolves through the operating system for the very connection that is made then, so a name that resolves to
/// something else a moment later gains nothing.
pub(crate) struct CheckedResolver(pub(crate) Reach);

/// A name has no address that may be reached.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} has no public address: if it is in the operator's own network, M2M_ALLOW_PRIVATE_FETCH=true admits it"
)]
struct NoAddress(String);

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let admitted: Vec<SocketAddr> =
                found.filter(|found| reach.admits(found.ip())).collect();
            if admitted.is_empty() {
                return Err(NoAddress(name.as_str().to_owned()).into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}
