//! What the functions share: a router behind the Lambda runtime, and work that is no request.
//!
//! Everything that is neither HTTP of ours nor AWS stores of ours: the log's form, the metrics, who called according
//! to the gateway, and turning a router's answer into the runtime's.

mod authorizer;
mod escaping;
mod event;
mod front;
mod gateway;
mod log;
mod maintenance;
mod metrics;
mod run;
mod serve;

pub use authorizer::AuthorizerConfig;
pub use front::Front;
pub use log::json_lines;
pub use run::{run, run_authorizer, run_maintenance};
