//! The executable that Terraform starts in place of hashicorp/aws.

use std::process::ExitCode;

use aws_provider_stub::AwsProvider;

fn main() -> ExitCode {
    tfplugin::serve(AwsProvider::ADDRESS, AwsProvider::default())
}
