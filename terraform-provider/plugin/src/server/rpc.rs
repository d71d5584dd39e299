//! The table of RPCs: which handler answers which call.
//!
//! What is not here (list resources, actions, generated configuration) is answered UNIMPLEMENTED,
//! which is what Terraform expects of a provider that does not declare them.

use tonic::{Request, Response, Status};

use super::{Server, data_source, ephemeral, function, identity, provider, resource, state};
use crate::wire::tfplugin6 as wire;
use wire::provider_server::Provider;

/// Writes one method for each RPC; they differ in nothing but names and types.
macro_rules! rpcs {
    ($($method:ident, $name:literal, $handler:path, $($type_name:ident)?;)*) => {
        #[tonic::async_trait]
        impl Provider for Server {
            $(async fn $method(
                &self,
                request: Request<wire::$method::Request>,
            ) -> Result<Response<wire::$method::Response>, Status> {
                let type_name = String::new() $(+ &request.get_ref().$type_name)?;
                self.handle($name, &type_name, request, $handler).await
            })*

            async fn stop_provider(
                &self,
                _request: Request<wire::stop_provider::Request>,
            ) -> Result<Response<wire::stop_provider::Response>, Status> {
                tracing::info!("stopping the calls under way");
                self.0.stop();
                Ok(Response::new(wire::stop_provider::Response::default()))
            }
        }
    };
}

rpcs! {
    get_metadata, "GetMetadata", provider::metadata, ;
    get_provider_schema, "GetProviderSchema", provider::schema, ;
    get_resource_identity_schemas, "GetResourceIdentitySchemas", identity::schemas, ;
    upgrade_resource_identity, "UpgradeResourceIdentity", identity::upgrade, type_name;
    validate_provider_config, "ValidateProviderConfig", provider::validate_config, ;
    configure_provider, "ConfigureProvider", provider::configure, ;
    validate_resource_config, "ValidateResourceConfig", resource::validate_config, type_name;
    upgrade_resource_state, "UpgradeResourceState", state::upgrade, type_name;
    read_resource, "ReadResource", state::read, type_name;
    plan_resource_change, "PlanResourceChange", resource::plan, type_name;
    apply_resource_change, "ApplyResourceChange", resource::apply, type_name;
    import_resource_state, "ImportResourceState", state::import, type_name;
    move_resource_state, "MoveResourceState", state::move_state, target_type_name;
    validate_data_resource_config, "ValidateDataResourceConfig", data_source::validate_config, type_name;
    read_data_source, "ReadDataSource", data_source::read, type_name;
    validate_ephemeral_resource_config, "ValidateEphemeralResourceConfig", ephemeral::validate_config, type_name;
    open_ephemeral_resource, "OpenEphemeralResource", ephemeral::open, type_name;
    renew_ephemeral_resource, "RenewEphemeralResource", ephemeral::renew, type_name;
    close_ephemeral_resource, "CloseEphemeralResource", ephemeral::close, type_name;
    get_functions, "GetFunctions", function::list, ;
    call_function, "CallFunction", function::call, name;
}
