//! What a client's tokens are for, and what it may ask for there.

use m2m_types::admin::client::{AudienceGrant as WireGrant, ReplaceClient};
use m2m_types::audience::Audience;
use m2m_types::problem::FieldError;

use super::ClientSettings;
use crate::client::{AudienceGrant, Client};
use crate::resource_servers::{KnownServers, ResourceServer, ResourceServers};

/// How many audiences may be named.
const MAX_GRANTS: usize = 50;

/// Finds the audiences that a request names among the resource servers.
pub(super) fn understand(
    request: &ReplaceClient,
    known: &KnownServers,
    present: Option<&Client>,
    settings: &mut ClientSettings,
) -> Result<(), Vec<FieldError>> {
    let mut errors = Vec::new();
    if let Some(wanted) = &request.default_audience {
        match default_audience(wanted, known, present) {
            Ok(server) => settings.default_audience = server,
            Err(error) => errors.push(error),
        }
    }
    match present.filter(|client| wire_grants(client, known.fixed()) == request.grants) {
        Some(client) => settings.audience_grants = client.audience_grants.clone(),
        None => match grants(request.grants.as_deref(), known) {
            Ok(grants) => settings.audience_grants = grants,
            Err(wrong) => errors.extend(wrong),
        },
    }
    let is_granted = |grants: &Vec<AudienceGrant>| {
        grants
            .iter()
            .any(|grant| grant.audience == settings.default_audience)
    };
    if errors.is_empty() && !settings.audience_grants.as_ref().is_none_or(is_granted) {
        let detail = "one of the grants has to be for default_audience, or, if that is left out, for the deployment's";
        errors.push(FieldError::new("/grants", detail));
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

/// The management API is nobody's default but the bootstrap admin's: its scopes are for those who ask for them.
fn default_audience(
    wanted: &Audience,
    known: &KnownServers,
    present: Option<&Client>,
) -> Result<ResourceServer, FieldError> {
    let unchanged = present.filter(|client| known.audience_of(&client.default_audience) == wanted);
    if let Some(client) = unchanged {
        return Ok(client.default_audience.clone());
    }
    match known.find(wanted.as_str()) {
        Some(server @ ResourceServer::Api(_)) => Ok(server),
        Some(ResourceServer::Management) => Err(FieldError::new(
            "/default_audience",
            "the management API cannot be it: name it as resource in the token request",
        )),
        None => Err(FieldError::new("/default_audience", UNKNOWN)),
    }
}

const UNKNOWN: &str =
    "there is no resource server of that identifier: an operator has to record it first";

fn grants(
    wanted: Option<&[WireGrant]>,
    known: &KnownServers,
) -> Result<Option<Vec<AudienceGrant>>, Vec<FieldError>> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    if wanted.len() > MAX_GRANTS {
        let detail = format!("at most {MAX_GRANTS} of them");
        return Err(vec![FieldError::new("/grants", detail)]);
    }
    let mut grants: Vec<AudienceGrant> = Vec::new();
    for (position, wanted) in wanted.iter().enumerate() {
        let grant = grant(wanted, known).and_then(|grant| {
            let is_twin = grants.iter().any(|other| other.audience == grant.audience);
            if is_twin {
                Err(("audience", "an audience has one grant".to_owned()))
            } else {
                Ok(grant)
            }
        });
        let grant = grant.map_err(|(member, detail)| {
            vec![FieldError::new(
                format!("/grants/{position}/{member}"),
                detail,
            )]
        })?;
        grants.push(grant);
    }
    Ok(Some(grants))
}

fn grant(
    wanted: &WireGrant,
    known: &KnownServers,
) -> Result<AudienceGrant, (&'static str, String)> {
    let audience = known
        .find(wanted.audience.as_str())
        .ok_or_else(|| ("audience", UNKNOWN.to_owned()))?;
    if let Some(foreign) = wanted
        .scopes
        .iter()
        .find(|scope| !known.owns(&audience, scope))
    {
        let detail = format!("{foreign} is not one of the scopes of that resource server");
        return Err(("scopes", detail));
    }
    Ok(AudienceGrant {
        audience,
        scopes: wanted.scopes.clone(),
    })
}

/// The grants of a client in the words of the wire.
pub(in crate::clients) fn wire_grants(
    client: &Client,
    servers: &ResourceServers,
) -> Option<Vec<WireGrant>> {
    let grants = client.audience_grants.as_ref()?.iter();
    let grants = grants.map(|grant| WireGrant {
        audience: servers.audience_of(&grant.audience).clone(),
        scopes: grant.scopes.clone(),
    });
    Some(grants.collect())
}
