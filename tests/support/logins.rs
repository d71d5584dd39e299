//! People who come from a login provider.

use jiff::SignedDuration;
use m2m_core::caller::{
    Algorithm, ClaimName, ClaimNames, Organizations, TrustedIssuer, TrustedIssuers,
};
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::Principals;
use m2m_testkit::builders;
use m2m_types::admin::principals::PermissionsSource;
use m2m_types::issuer::Issuer;
use m2m_types::names::{IssuerAlias, OrganizationId, OwnerId};
use serde_json::{Value, json};

use crate::call::Answer;
use crate::outside::Outside;
use crate::service::{self, Left, Setup, TestService};

/// Whom logins are for.
pub const AUDIENCE: &str = "m2m-console";
/// What people may do unless a test says otherwise.
pub const PERMISSIONS: &str =
    "clients:delegate clients:read clients:reveal clients:write orders:read";

/// A provider, trusted as `corp` for the organization `acme`, whose logins claim nothing but who they are.
pub fn trusted(provider: &Outside) -> TrustedIssuer {
    let acme = builders::organization().id;
    TrustedIssuer {
        alias: IssuerAlias::parse("corp").unwrap(),
        issuer: provider.issuer.clone(),
        jwks_uri: None,
        audiences: [AUDIENCE.to_owned()].into(),
        algorithms: Algorithm::ALL.to_vec(),
        claims: ClaimNames {
            owner: ClaimName::sub(),
            audience: ClaimName::aud(),
            organization: None,
            permissions: None,
        },
        organizations: Organizations::These([acme].into()),
        permissions: builders::scopes(PERMISSIONS),
        permissions_source: PermissionsSource::Record,
        max_age: SignedDuration::from_hours(1),
    }
}

/// The same with claims for the permissions and, of `acme` and `globex`, the organization.
pub fn telling(provider: &Outside, source: PermissionsSource) -> TrustedIssuer {
    let named = trusted(provider);
    let organizations = ["acme", "globex"].map(|name| OrganizationId::parse(name).unwrap());
    TrustedIssuer {
        claims: ClaimNames {
            organization: ClaimName::parse("org"),
            permissions: ClaimName::parse("/realm/roles"),
            ..named.claims
        },
        organizations: Organizations::These(organizations.into()),
        permissions_source: source,
        ..named
    }
}

/// A service that trusts these.
pub async fn trusting(
    issuers: impl IntoIterator<Item = TrustedIssuer>,
    after: Option<Left>,
) -> TestService {
    let own = Issuer::parse("https://auth.example").unwrap();
    let setup = Setup {
        trusted_issuers: TrustedIssuers::new(&own, issuers).unwrap(),
        after,
        ..Setup::default()
    };
    service::start_with(setup).await
}

impl TestService {
    /// What a token says that a provider of [`trusted`] has just issued to somebody.
    pub fn login(&self, provider: &Outside, who: &str) -> Value {
        let now = self.now().as_second();
        json!({"iss": provider.issuer, "sub": who, "aud": AUDIENCE, "iat": now, "exp": now + 600})
    }

    /// The same with the claims of [`telling`].
    pub fn telling_login(&self, provider: &Outside, who: &str, org: &str, roles: &[&str]) -> Value {
        let mut login = self.login(provider, who);
        login["org"] = json!(org);
        login["realm"] = json!({ "roles": roles });
        login
    }

    /// `GET /v1/me` with that token.
    pub async fn me(&self, token: &str) -> Answer {
        self.get("/v1/me").bearer(token).send().await
    }

    /// The record of an owner and its organization.
    pub async fn principals(&self, owner: &str, organization: &str) -> Principals {
        let owner = OwnerId::parse(owner).unwrap();
        let organization = OrganizationId::parse(organization).unwrap();
        let directory = &self.deployment.ports().directory;
        let found = directory.find_principals(&owner, &organization).await;
        found.unwrap()
    }

    /// The record of an owner that there has to be.
    pub async fn owner(&self, owner: &str) -> Owner {
        let found = self.principals(owner, "acme").await;
        found.owner.unwrap()
    }

    /// Writes an owner over the one that there is.
    pub async fn replace_owner(&self, owner: &Owner, present: &Owner) {
        let directory = &self.deployment.ports().directory;
        let written = directory.replace_owner(owner, Some(present)).await.unwrap();
        assert_eq!(written, m2m_core::ports::WriteOutcome::Written);
    }

    /// Switches an organization off.
    pub async fn close(&self, organization: &Organization) {
        let directory = &self.deployment.ports().directory;
        let closed = Organization {
            active: false,
            generation: organization.generation.raised(),
            ..organization.clone()
        };
        let now = self.now();
        let stopped = directory
            .stop_organization(&closed, organization, now)
            .await;
        assert_eq!(stopped.unwrap(), m2m_core::ports::WriteOutcome::Written);
    }
}
