//! Why no answer came, in words that say what to look at.

use std::error::Error as StdError;
use std::io;

/// Why the service gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreachable {
    /// The name has no address.
    #[error("the host name cannot be resolved; check the spelling of the endpoint")]
    Name,
    /// Nobody listens.
    #[error("the connection was refused; check that the service runs and that the port is right")]
    Refused,
    /// No answer in time.
    #[error("no answer within the request timeout")]
    Timeout,
    /// The certificate is not trusted or is for another name.
    #[error(
        "its certificate is not accepted ({0}); if a private CA issued it, give that CA's \
         certificate"
    )]
    Certificate(String),
    /// The connection broke.
    #[error("the connection broke before the answer was complete")]
    Closed,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Unreachable {
    /// Reads the chain of causes.
    pub(crate) fn from_reqwest(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        if error.is_dns() {
            return Self::Name;
        }
        let mut deepest = None;
        let mut cause: Option<&(dyn StdError + 'static)> = error.source();
        while let Some(error) = cause {
            if let Some(reason) = known(error) {
                return reason;
            }
            deepest = Some(error);
            cause = inner_of(error);
        }
        Self::Other(deepest.map_or_else(
            || "the request could not be sent".to_owned(),
            ToString::to_string,
        ))
    }

    /// Whether another attempt may end otherwise and does no harm.
    ///
    /// Nobody knows whether a request whose answer is missing was carried out.
    pub(crate) fn allows_retry(&self, repeatable: bool) -> bool {
        match self {
            Self::Certificate(_) => false,
            Self::Name | Self::Refused => true,
            Self::Timeout | Self::Closed | Self::Other(_) => repeatable,
        }
    }
}

/// The next cause; an `io::Error` hides its own inner error from `source`.
fn inner_of<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn known(error: &(dyn StdError + 'static)) -> Option<Unreachable> {
    if let Some(rustls::Error::InvalidCertificate(why)) = error.downcast_ref::<rustls::Error>() {
        return Some(Unreachable::Certificate(why.to_string()));
    }
    match error.downcast_ref::<io::Error>()?.kind() {
        io::ErrorKind::ConnectionRefused => Some(Unreachable::Refused),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::UnexpectedEof => Some(Unreachable::Closed),
        _ => None,
    }
}
