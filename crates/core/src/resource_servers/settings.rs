//! What an operator decides about a resource server, and the rules it must keep.

use m2m_types::admin::patch::Patch;
use m2m_types::admin::resource_server::{
    CreateResourceServer, PatchResourceServer, ReplaceResourceServer, ResourceServerView,
};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::problem::FieldError;

use super::{KnownServers, ResourceServer, ResourceServerRecord, ResourceServersError};
use crate::keys::SigningAlgorithm;

/// How many scopes one may have.
const MAX_SCOPES: usize = 200;
/// How many clients may introspect its tokens.
const MAX_INTROSPECTION_CLIENTS: usize = 100;
/// How many types of authorization details it may know.
const MAX_DETAIL_TYPES: usize = 50;

/// Everything but the identifier.
pub(super) fn settings_of(request: &CreateResourceServer) -> ReplaceResourceServer {
    ReplaceResourceServer {
        name: request.name.clone(),
        scopes: request.scopes.clone(),
        access_token_ttl_seconds: request.access_token_ttl_seconds,
        algorithm: request.algorithm.clone(),
        introspection_clients: request.introspection_clients.clone(),
        authorization_details_types: request.authorization_details_types.clone(),
    }
}

/// What was decided about a resource server.
pub(super) fn present_settings(server: &ResourceServerRecord) -> ReplaceResourceServer {
    ReplaceResourceServer {
        name: server.name.clone(),
        scopes: server.scopes.clone(),
        access_token_ttl_seconds: server.access_token_ttl,
        algorithm: server.algorithm.map(|algorithm| algorithm.to_string()),
        introspection_clients: server.introspection_clients.clone(),
        authorization_details_types: server.authorization_details_types.clone(),
    }
}

/// The settings after a merge patch, RFC 7396.
pub(super) fn patched(
    patch: PatchResourceServer,
    present: ReplaceResourceServer,
) -> Result<ReplaceResourceServer, ResourceServersError> {
    let name = match patch.name {
        Patch::Absent => present.name,
        Patch::Value(name) => name,
        Patch::Null => {
            let error = FieldError::new("/name", "a resource server needs a name");
            return Err(ResourceServersError::Invalid(vec![error]));
        }
    };
    Ok(ReplaceResourceServer {
        name,
        scopes: patch.scopes.over(present.scopes),
        access_token_ttl_seconds: (patch.access_token_ttl_seconds)
            .over_option(present.access_token_ttl_seconds),
        algorithm: patch.algorithm.over_option(present.algorithm),
        introspection_clients: (patch.introspection_clients).over(present.introspection_clients),
        authorization_details_types: (patch.authorization_details_types)
            .over(present.authorization_details_types),
    })
}

/// The record with these settings, if they keep the rules; `known` are all resource servers.
pub(super) fn apply(
    settings: ReplaceResourceServer,
    record: ResourceServerRecord,
    known: &KnownServers,
) -> Result<ResourceServerRecord, ResourceServersError> {
    let algorithm = check_form(&settings)?;
    check_scopes(&settings, &record, known)?;
    Ok(ResourceServerRecord {
        name: settings.name,
        scopes: settings.scopes,
        access_token_ttl: settings.access_token_ttl_seconds,
        algorithm,
        introspection_clients: settings.introspection_clients,
        authorization_details_types: settings.authorization_details_types,
        ..record
    })
}

fn check_form(
    settings: &ReplaceResourceServer,
) -> Result<Option<SigningAlgorithm>, ResourceServersError> {
    let mut errors = Vec::new();
    let algorithm = settings.algorithm.as_deref().map(str::parse).transpose();
    if let Err(unknown) = &algorithm {
        errors.push(FieldError::new("/algorithm", unknown));
    }
    for (pointer, number, most) in [
        ("/scopes", settings.scopes.len(), MAX_SCOPES),
        (
            "/introspection_clients",
            settings.introspection_clients.len(),
            MAX_INTROSPECTION_CLIENTS,
        ),
        (
            "/authorization_details_types",
            settings.authorization_details_types.len(),
            MAX_DETAIL_TYPES,
        ),
    ] {
        if number > most {
            errors.push(FieldError::new(pointer, format!("at most {most} of them")));
        }
    }
    match algorithm {
        Ok(algorithm) if errors.is_empty() => Ok(algorithm),
        _ => Err(ResourceServersError::Invalid(errors)),
    }
}

fn check_scopes(
    settings: &ReplaceResourceServer,
    record: &ResourceServerRecord,
    known: &KnownServers,
) -> Result<(), ResourceServersError> {
    for scope in settings.scopes.iter() {
        let owner = if ManagementScope::includes(scope) {
            Some(known.audience_of(&ResourceServer::Management))
        } else {
            let owner = known.recorded_owner_of(scope);
            owner
                .filter(|owner| owner.id != record.id)
                .map(|owner| &owner.identifier)
        };
        if let Some(owner) = owner {
            return Err(ResourceServersError::ScopeTaken {
                scope: scope.clone(),
                owner: owner.clone(),
            });
        }
    }
    Ok(())
}

/// A resource server as every call shows it.
pub(super) fn view(server: &ResourceServerRecord) -> ResourceServerView {
    ResourceServerView {
        resource_server_id: server.id.clone(),
        identifier: server.identifier.clone(),
        name: server.name.clone(),
        scopes: server.scopes.clone(),
        access_token_ttl_seconds: server.access_token_ttl,
        algorithm: server.algorithm.map(|algorithm| algorithm.to_string()),
        introspection_clients: server.introspection_clients.clone(),
        authorization_details_types: server.authorization_details_types.clone(),
        created_at: server.created_at,
        updated_at: server.updated_at,
    }
}
