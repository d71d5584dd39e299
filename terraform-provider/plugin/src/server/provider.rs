//! The calls about the provider itself.

use std::sync::{Arc, PoisonError};

use super::Inner;
use super::reply::{Reply, breaches};
use super::served::{HasSchema, Served};
use crate::call::Call;
use crate::diagnostic::Diagnostics;
use crate::schema::{Schema, validate};
use crate::wire::tfplugin6 as wire;
use wire::{configure_provider, get_metadata, get_provider_schema, validate_provider_config};

pub(super) async fn metadata(
    inner: Arc<Inner>,
    _call: Call,
    _request: get_metadata::Request,
) -> Reply<get_metadata::Response> {
    let type_name = |name: &String| get_metadata::TypeName {
        type_name: name.clone(),
    };
    let function_name = |name: &String| get_metadata::FunctionName { name: name.clone() };
    Ok(get_metadata::Response {
        server_capabilities: Some(inner.capabilities()),
        resources: inner.resources.keys().map(type_name).collect(),
        data_sources: inner.data_sources.keys().map(type_name).collect(),
        ephemeral_resources: inner.ephemerals.keys().map(type_name).collect(),
        functions: inner.functions.keys().map(function_name).collect(),
        ..get_metadata::Response::default()
    })
}

pub(super) async fn schema(
    inner: Arc<Inner>,
    _call: Call,
    _request: get_provider_schema::Request,
) -> Reply<get_provider_schema::Response> {
    let mut found = inner.problems.clone();
    let provider = schema_of("provider", &inner.provider, &mut found);
    let resource_schemas = inner.resources.iter().map(|(name, served)| {
        (
            name.clone(),
            schema_of(&format!("resource {name}"), served, &mut found),
        )
    });
    let resource_schemas = resource_schemas.collect();
    let data_source_schemas = inner.data_sources.iter().map(|(name, served)| {
        (
            name.clone(),
            schema_of(&format!("data source {name}"), served, &mut found),
        )
    });
    let data_source_schemas = data_source_schemas.collect();
    let ephemeral_resource_schemas = inner.ephemerals.iter().map(|(name, served)| {
        (
            name.clone(),
            schema_of(&format!("ephemeral resource {name}"), served, &mut found),
        )
    });
    let ephemeral_resource_schemas = ephemeral_resource_schemas.collect();
    Ok(get_provider_schema::Response {
        provider: Some(provider),
        resource_schemas,
        data_source_schemas,
        ephemeral_resource_schemas,
        functions: inner
            .functions
            .iter()
            .map(|(name, function)| (name.clone(), function.signature().to_wire()))
            .collect(),
        server_capabilities: Some(inner.capabilities()),
        diagnostics: found.into_wire(None),
        ..get_provider_schema::Response::default()
    })
}

fn schema_of<T: HasSchema + ?Sized>(
    what: &str,
    served: &Served<T>,
    found: &mut Diagnostics,
) -> wire::Schema {
    let schema: &Schema = &served.shape().schema;
    found.extend(breaches(
        &format!("schema of the {what}"),
        &schema.problems(),
    ));
    schema.to_wire()
}

pub(super) async fn validate_config(
    inner: Arc<Inner>,
    call: Call,
    request: validate_provider_config::Request,
) -> Reply<validate_provider_config::Response> {
    let shape = inner.provider.shape();
    let config = shape.decode(request.config.as_ref())?;
    let mut found = validate(shape.block(), &config);
    if !found.has_errors() {
        found.extend(inner.provider.item.validate(&call, config).await);
    }
    Ok(validate_provider_config::Response {
        diagnostics: shape.wire(found),
    })
}

pub(super) async fn configure(
    inner: Arc<Inner>,
    call: Call,
    request: configure_provider::Request,
) -> Reply<configure_provider::Response> {
    *inner
        .terraform_version
        .write()
        .unwrap_or_else(PoisonError::into_inner) = Arc::from(request.terraform_version);
    let shape = inner.provider.shape();
    let config = shape.decode(request.config.as_ref())?;
    let (Ok(found) | Err(found)) = inner.provider.item.configure(&call, config).await;
    Ok(configure_provider::Response {
        diagnostics: shape.wire(found),
    })
}
