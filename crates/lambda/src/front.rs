//! What a function answers with.

use axum::Router;
use m2m_core::deployment::Deployment;
use url::Url;

/// A router and where the gateway checks client certificates for it.
pub struct Front {
    pub(crate) router: Router,
    pub(crate) mtls_domain: Option<MtlsDomain>,
}

impl Front {
    /// The router of a deployment, which believes the certificates of the deployment's own second domain.
    pub fn of(deployment: &Deployment, router: Router) -> Self {
        let alias = deployment.settings().mutual_tls.alias();
        Self {
            router,
            mtls_domain: alias.and_then(|origin| MtlsDomain::of(origin.as_str())),
        }
    }
}

/// A router that no client certificate is of interest to.
impl From<Router> for Front {
    fn from(router: Router) -> Self {
        Self {
            router,
            mtls_domain: None,
        }
    }
}

/// The name of the domain where the gateway demands and checks a client's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MtlsDomain(String);

impl MtlsDomain {
    pub(crate) fn of(origin: &str) -> Option<Self> {
        let url = Url::parse(origin).ok()?;
        url.host_str().map(|host| Self(host.to_owned()))
    }

    /// Whether a request came through it, according to the gateway.
    pub(crate) fn is(&self, domain_name: Option<&str>) -> bool {
        domain_name.is_some_and(|name| name.eq_ignore_ascii_case(&self.0))
    }
}
