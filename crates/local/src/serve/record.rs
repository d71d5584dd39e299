//! What a data directory remembers of its first start.

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;

use m2m_types::issuer::Issuer;
use serde::{Deserialize, Serialize};

use super::{Options, ServeError};
use crate::private_file;

const FILE: &str = "deployment.json";

#[derive(Serialize, Deserialize)]
struct Record {
    schema_version: u32,
    issuer: Issuer,
}

/// The issuer: the wanted one if it may be, else the recorded one, else the address listened on.
pub(super) fn issuer(options: &Options, address: SocketAddr) -> Result<Issuer, ServeError> {
    let path = options.data_dir.join(FILE);
    let recorded = read(&path)?;
    let wanted = match &options.issuer {
        Some(issuer) => issuer.clone(),
        None => Issuer::parse(format!(
            "{}://{address}",
            if options.tls { "https" } else { "http" }
        ))?,
    };
    match recorded {
        Some(recorded) if recorded == wanted => return Ok(recorded),
        Some(recorded) if !options.change_issuer => {
            return Err(ServeError::AnotherIssuer { recorded, wanted });
        }
        Some(_) | None => {}
    }
    let json = serde_json::to_vec_pretty(&Record {
        schema_version: 1,
        issuer: wanted.clone(),
    });
    let json = json.map_err(|error| ServeError::File {
        path: path.clone(),
        source: error.into(),
    })?;
    private_file::replace(&path, &json).map_err(|source| ServeError::File { path, source })?;
    Ok(wanted)
}

fn read(path: &Path) -> Result<Option<Issuer>, ServeError> {
    let file_error = |source| ServeError::File {
        path: path.to_owned(),
        source,
    };
    let json = match fs::read(path) {
        Ok(json) => json,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(error)),
    };
    let record: Record = serde_json::from_slice(&json).map_err(|error| file_error(error.into()))?;
    Ok(Some(record.issuer))
}
