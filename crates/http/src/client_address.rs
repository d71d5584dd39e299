//! Where a request came from.

use std::net::{IpAddr, Ipv4Addr};

use http::Extensions;

/// The source address of a request, put into its extensions by whoever accepts it: the local server from
/// the socket, a function from the gateway's request context. Headers of the client are never believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address of a request; unspecified if nobody said.
    pub(crate) fn of(extensions: &Extensions) -> IpAddr {
        extensions
            .get::<Self>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
    }
}
