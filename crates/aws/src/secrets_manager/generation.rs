//! Raising the deployment's generation, which lies with the signing keys.

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_sdk_secretsmanager::operation::update_secret_version_stage::UpdateSecretVersionStageError;
use m2m_core::ports::StoreError;
use m2m_types::generation::Generation;
use zeroize::Zeroizing;

use super::documents::signing_keys::raise_generation;
use super::{Secrets, failed};

const WHAT: &str = "raise the deployment's generation";
/// The label of a version that is to become the current one.
const NEXT: &str = "M2MNEXT";
const CURRENT: &str = "AWSCURRENT";
/// It is tried again this often when others change the keys meanwhile.
const ATTEMPTS: usize = 8;

/// Secrets Manager has no conditional write, but moves a label only from the version that the caller knows: so
/// the raised document is written beside the current one and made current if that is still the one read.
pub(super) async fn raise(secrets: &Secrets) -> Result<Generation, StoreError> {
    for _ in 0..ATTEMPTS {
        let read = read(secrets).await?;
        let text = Zeroizing::new(read.secret_string.unwrap_or_default());
        let (raised, document) = raise_generation(&text)?;
        let next = write_beside(secrets, &document).await?;
        if make_current(secrets, read.version_id, next).await? {
            return Ok(raised);
        }
    }
    Err(StoreError::new(
        WHAT,
        "others changed the signing keys again and again",
    ))
}

async fn read(secrets: &Secrets) -> Result<GetSecretValueOutput, StoreError> {
    secrets
        .client
        .get_secret_value()
        .secret_id(secrets.name_of_signing_keys())
        .send()
        .await
        .map_err(|error| {
            failed(
                WHAT,
                "GetSecretValue",
                &secrets.name_of_signing_keys(),
                &error,
            )
        })
}

/// The version that was written.
async fn write_beside(secrets: &Secrets, document: &str) -> Result<Option<String>, StoreError> {
    let written = secrets
        .client
        .put_secret_value()
        .secret_id(secrets.name_of_signing_keys())
        .secret_string(document)
        .version_stages(NEXT)
        .send()
        .await
        .map_err(|error| {
            failed(
                WHAT,
                "PutSecretValue",
                &secrets.name_of_signing_keys(),
                &error,
            )
        })?;
    Ok(written.version_id)
}

/// Whether the version became the current one; not if the current one is another than the one read.
async fn make_current(
    secrets: &Secrets,
    read: Option<String>,
    next: Option<String>,
) -> Result<bool, StoreError> {
    let moved = secrets
        .client
        .update_secret_version_stage()
        .secret_id(secrets.name_of_signing_keys())
        .version_stage(CURRENT)
        .set_remove_from_version_id(read)
        .set_move_to_version_id(next)
        .send()
        .await;
    match moved {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(UpdateSecretVersionStageError::InvalidParameterException(_)) => Ok(false),
            _ => Err(failed(
                WHAT,
                "UpdateSecretVersionStage",
                &secrets.name_of_signing_keys(),
                &error,
            )),
        },
    }
}
