//! STS: who we are.

use tfplugin::Object;

use super::between;
use crate::aws::{Aws, Failure};
use crate::json::texts;

/// The account that the emulator says the credentials are of; without an emulator one for plans.
pub(crate) async fn account(aws: &Aws) -> Result<String, Failure> {
    if !aws.has_emulator() {
        return Ok(aws.account.clone());
    }
    let answer = aws
        .query("sts", "2011-06-15", "GetCallerIdentity", &[])
        .await?;
    Ok(between(&answer, "<Account>", "</Account>").to_owned())
}

/// The caller: always the account itself.
pub(crate) fn caller_identity(aws: &Aws) -> Object {
    let account = &aws.account;
    texts([
        ("id", account),
        ("account_id", account),
        ("arn", &format!("arn:aws:iam::{account}:root")),
        ("user_id", account),
    ])
}
