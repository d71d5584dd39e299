//! What is said of an error where only text goes on.

use std::error::Error;

/// An error and what caused it, in one line: the messages with colons between them.
pub fn chain(error: &dyn Error) -> String {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        chain.push_str(": ");
        chain.push_str(&error.to_string());
        source = error.source();
    }
    chain
}
