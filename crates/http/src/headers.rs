//! Headers that come more than once.

use http::{HeaderMap, HeaderName};

/// The header of a proof of possession, RFC 9449 §4.1.
pub(crate) const DPOP: HeaderName = HeaderName::from_static("dpop");

/// All values of a header, in their order.
pub(crate) fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a [u8]> {
    headers.get_all(name).iter().map(AsRef::as_ref).collect()
}
