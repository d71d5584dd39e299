//! The executable that Terraform starts.

use std::process::ExitCode;

use provider_m2m::M2mProvider;

fn main() -> ExitCode {
    tfplugin::serve(M2mProvider::ADDRESS, M2mProvider::default())
}
