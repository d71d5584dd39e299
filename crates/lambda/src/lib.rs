//! A router behind the Lambda runtime.
//!
//! Everything that the functions share and that is neither HTTP of ours nor AWS stores of ours: the log's
//! form, the metrics, who called according to the gateway, and turning a router's answer into the runtime's.

mod event;
mod front;
mod gateway;
mod log;
mod metrics;
mod run;
mod serve;

pub use front::Front;
pub use log::json_lines;
pub use run::run;
