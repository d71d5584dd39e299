//! A stand-in for HashiCorp's public mock provider `hashicorp/tfcoremock`, for tests only: with it
//! the equivalence tests of Terraform judge this framework.
//!
//! Objects are files: `terraform.resource/ID.json` for resources, `terraform.data/ID.json` for
//! data sources. Beside two built-in types it serves those of `dynamic_resources.json`, or of the
//! file named by `TFCOREMOCK_DYNAMIC_RESOURCES_FILE`.

mod builtin;
mod computed;
mod data;
mod definition;
mod number;
mod provider;
mod resource;
mod schema;
mod store;
mod stored;

use std::process::ExitCode;

fn main() -> ExitCode {
    let file = std::env::var("TFCOREMOCK_DYNAMIC_RESOURCES_FILE").ok();
    let file = file.filter(|file| !file.is_empty());
    let file = file.as_deref().unwrap_or("dynamic_resources.json");
    let mock = provider::Mock::new(definition::read(file));
    tfplugin::serve("registry.terraform.io/hashicorp/tfcoremock", mock)
}
