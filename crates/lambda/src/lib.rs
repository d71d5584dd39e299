//! A router behind the Lambda runtime.
//!
//! Everything that the functions share and that is neither HTTP of ours nor AWS stores of ours: the log's
//! form, who called according to the gateway, and turning a router's answer into the runtime's.

mod gateway;
mod log;
mod run;
mod serve;

pub use run::run;
