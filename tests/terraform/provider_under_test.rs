//! The provider as `terraform-provider-m2m` is it: a program of this package, so that Cargo builds it
//! with the tests that run it.

use std::process::ExitCode;

use provider_m2m::M2mProvider;

fn main() -> ExitCode {
    tfplugin::serve(M2mProvider::ADDRESS, M2mProvider::default())
}
