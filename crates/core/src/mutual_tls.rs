//! Where clients may present a certificate, RFC 8705.

use m2m_types::issuer::Issuer;

/// Where clients may present a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MutualTls {
    /// Nowhere.
    #[default]
    Off,
    /// At the endpoints themselves, which ask for a certificate and do without.
    SameEndpoint,
    /// At the same paths of a second origin (RFC 8705 §5), which demands a certificate.
    Aliases(Issuer),
}

impl MutualTls {
    /// Whether there is such a place.
    pub fn is_on(&self) -> bool {
        *self != Self::Off
    }

    /// The second origin.
    pub fn alias(&self) -> Option<&Issuer> {
        match self {
            Self::Off | Self::SameEndpoint => None,
            Self::Aliases(origin) => Some(origin),
        }
    }
}
