//! What a developer needs to attach Terraform to a provider under a debugger.

use std::path::Path;

use serde_json::json;

/// The text for the terminal, with the variable to set.
pub(super) fn instructions(address: &str, socket: &Path) -> String {
    let attach = json!({
        address: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            "Test": true,
            "Addr": { "Network": "unix", "String": socket.to_string_lossy() },
        }
    });
    format!(
        "The provider waits for Terraform; Ctrl-C ends it. In another terminal, set\n\n\
         \tTF_REATTACH_PROVIDERS='{attach}'\n"
    )
}
