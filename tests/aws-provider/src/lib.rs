//! A stand-in for the Terraform provider hashicorp/aws, for the tests of `infra/` without AWS.
//!
//! * It serves the real schema of the types that `infra/` uses (`schema.json`, made by `extract.mjs`), so that
//!   `validate`, `plan` and `terraform test` find every argument that does not exist or has another type. It knows no
//!   values: a misspelt runtime passes here and fails in AWS.
//! * With `AWS_ENDPOINT_URL` it makes, reads, changes and deletes the objects by the same calls of AWS that the real
//!   provider makes, signed with `AWS_ACCESS_KEY_ID`, against an emulator. Without it an apply is refused: this program
//!   never talks to AWS itself.
//! * A read reports what was changed outside only for plain values (texts, numbers, booleans) and policies.
//! * Functions get the further variable `AWS_SDK_UA_APP_ID`, their own name: the SDK names it in every call, so that a
//!   test can tell who called.
//! * The address of an HTTP API is the one it would have in AWS, whatever the emulator says; a test finds its own way.

mod aws;
mod data_source;
mod json;
mod kind;
mod provider;
mod resource;
mod schema;
mod services;
pub mod signed;

pub use provider::AwsProvider;
