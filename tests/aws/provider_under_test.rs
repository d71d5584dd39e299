//! The stand-in for Terraform's AWS provider, built together with the tests.

use std::process::ExitCode;

use aws_provider_stub::AwsProvider;

fn main() -> ExitCode {
    tfplugin::serve(AwsProvider::ADDRESS, AwsProvider::default())
}
