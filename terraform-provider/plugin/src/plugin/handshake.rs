//! What the environment says at the start, and the line that answers it. No I/O here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Terraform sets this; it only keeps people from running a plugin by mistake.
const COOKIE_NAME: &str = "TF_PLUGIN_MAGIC_COOKIE";
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The only major version of the protocol spoken here.
const PROTOCOL: &str = "6";

/// Who the process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The Terraform that started it.
    Plugin,
    /// Any Terraform that attaches, until it is interrupted.
    Debug,
}

/// How the process is to serve.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Handshake {
    pub(super) mode: Mode,
    /// The certificate of the only client to let in, as PEM; without it there is no TLS.
    pub(super) client_certificate: Option<String>,
    pub(super) socket_dir: Option<PathBuf>,
}

/// Why the process does not serve at all.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error(
        "This program is a Terraform provider. Terraform starts it by itself: name the provider \
         in a configuration and run terraform init. To attach a debugger, start it with --debug."
    )]
    NotStartedByTerraform,
    #[error(
        "This provider speaks the plugin protocol {PROTOCOL}, but the Terraform that started it \
         offers {offered:?}. Use Terraform 1.0 or newer."
    )]
    NoCommonProtocol { offered: String },
}

impl Handshake {
    pub(super) fn from_env(
        arguments: &[OsString],
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Refusal> {
        let socket_dir = variable("PLUGIN_UNIX_SOCKET_DIR").filter(|dir| !dir.is_empty());
        let socket_dir = socket_dir.map(PathBuf::from);
        if arguments
            .iter()
            .any(|argument| argument == "--debug" || argument == "-debug")
        {
            return Ok(Self {
                mode: Mode::Debug,
                client_certificate: None,
                socket_dir,
            });
        }
        if variable(COOKIE_NAME).as_deref() != Some(COOKIE) {
            return Err(Refusal::NotStartedByTerraform);
        }
        if let Some(offered) = variable("PLUGIN_PROTOCOL_VERSIONS")
            && !offered.split(',').any(|version| version.trim() == PROTOCOL)
        {
            return Err(Refusal::NoCommonProtocol { offered });
        }
        let client_certificate = variable("PLUGIN_CLIENT_CERT").filter(|pem| !pem.is_empty());
        Ok(Self {
            mode: Mode::Plugin,
            client_certificate,
            socket_dir,
        })
    }
}

/// `core protocol | plugin protocol | network | address | transport | certificate`.
pub(super) fn line(socket: &Path, certificate: &[u8]) -> String {
    let certificate = STANDARD_NO_PAD.encode(certificate);
    format!("1|{PROTOCOL}|unix|{}|grpc|{certificate}", socket.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Handshake, Refusal> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        Handshake::from_env(&arguments, |name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_cookie_is_asked_for() {
        assert_eq!(from(&[], &[]), Err(Refusal::NotStartedByTerraform));
        assert_eq!(
            from(&[], &[(COOKIE_NAME, "x")]),
            Err(Refusal::NotStartedByTerraform)
        );
        assert!(from(&[], &[(COOKIE_NAME, COOKIE)]).is_ok());
    }

    #[test]
    fn protocol_6_must_be_offered() {
        let offer = |versions| {
            from(
                &[],
                &[
                    (COOKIE_NAME, COOKIE),
                    ("PLUGIN_PROTOCOL_VERSIONS", versions),
                ],
            )
        };
        assert!(offer("5,6").is_ok());
        assert!(offer("6").is_ok());
        assert!(offer("5, 6").is_ok());
        for versions in ["5", "", "66", "five"] {
            let refusal = offer(versions).unwrap_err();
            assert!(
                refusal.to_string().contains(&format!("{versions:?}")),
                "{refusal}"
            );
        }
    }

    #[test]
    fn debugging_needs_no_cookie_and_uses_no_certificate() {
        let handshake = from(&["--debug"], &[("PLUGIN_CLIENT_CERT", "x")]).unwrap();
        assert_eq!(handshake.mode, Mode::Debug);
        assert_eq!(handshake.client_certificate, None);
    }

    #[test]
    fn the_line_has_the_certificate_without_padding() {
        assert_eq!(
            line(Path::new("/tmp/p"), b"\xfb\xff"),
            "1|6|unix|/tmp/p|grpc|+/8"
        );
    }
}
