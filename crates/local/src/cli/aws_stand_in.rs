//! `m2m aws-stand-in`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use m2m_aws::config::StoresConfig;
use m2m_aws::tables;
use m2m_local::stand_in::StandIn;
use tokio::net::TcpListener;

use super::signals::StopSignals;
use super::{Outcome, output};

#[derive(Debug, Args)]
pub(super) struct AwsStandIn {
    /// Where the table and the secrets are kept; made at the first start.
    #[arg(long, env = "M2M_DATA_DIR", default_value = ".m2m")]
    data_dir: PathBuf,
    /// The loopback address to listen on; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// The table to make if it is not there, as infra/ makes it in AWS; left out: none.
    #[arg(long, env = "M2M_TABLE")]
    table: Option<String>,
}

impl AwsStandIn {
    pub(super) async fn run(self) -> Outcome {
        let stop = StopSignals::listen()?;
        let stand_in = StandIn::open(&self.data_dir)?;
        if let Some(table) = self.table {
            make_table(&stand_in, table).await?;
        }
        let listener = TcpListener::bind(self.listen).await?;
        output::line(format_args!(
            "export AWS_ENDPOINT_URL='http://{}'",
            listener.local_addr()?
        ))?;
        output::line(
            "export AWS_REGION='us-east-1' AWS_ACCESS_KEY_ID='stand-in' AWS_SECRET_ACCESS_KEY='stand-in'",
        )?;
        stand_in.serve(listener, stop.received()).await?;
        Ok(())
    }
}

async fn make_table(stand_in: &StandIn, table: String) -> Outcome {
    let config = StoresConfig {
        table,
        // Secrets Manager has nothing to be made.
        secret_prefix: String::new(),
        secret_kms_key: None,
    };
    Ok(tables::create_table_if_missing(&stand_in.sdk_config(), &config).await?)
}
