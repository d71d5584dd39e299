//! Starts a Lambda function on this machine and invokes it.
//!
//! [`RuntimeApi`] is the HTTP API that Lambda gives to the process of a function, on a loopback port: the
//! process asks for the next event and sends back its answer. [`Function`] is such a process with the
//! environment that Lambda would give it. Which functions there are is read from the workspace.

mod function;
mod runtime_api;
mod workspace;

pub use function::Function;
pub use runtime_api::{Outcome, RuntimeApi};
pub use workspace::{WorkspaceError, functions};
