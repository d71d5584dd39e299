//! Who called according to the gateway.

use std::net::IpAddr;

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use m2m_http::ClientAddress;

/// Puts what the gateway says of the caller into the request's extensions; headers are never believed.
pub(crate) fn note_caller(request: &mut Request) {
    if let Some(address) = client_address(request) {
        request.extensions_mut().insert(ClientAddress(address));
    }
}

fn client_address(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok(),
        _ => None,
    }
}
