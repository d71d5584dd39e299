//! The generated wire types; nothing of them leaves the crate.

/// Messages and services of the Terraform plugin protocol 6.
#[expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::all,
    unreachable_pub,
    unused_qualifications,
    reason = "generated from proto/tfplugin6.proto, where the documentation is"
)]
pub(crate) mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// Side services of the plugin runtime.
#[expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::all,
    unreachable_pub,
    unused_qualifications,
    reason = "generated from proto/goplugin.proto, where the documentation is"
)]
pub(crate) mod goplugin {
    tonic::include_proto!("plugin");
}

/// The standard health service.
#[expect(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::all,
    unreachable_pub,
    unused_qualifications,
    reason = "generated from proto/health.proto, where the documentation is"
)]
pub(crate) mod health {
    tonic::include_proto!("grpc.health.v1");
}
