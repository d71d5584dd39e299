//! Foreign text made fit to be shown: short, printable and without anything secret.

use zeroize::Zeroizing;

use crate::credentials::{Credentials, encoded};
use crate::identity::Identity;

/// How many characters of foreign text are ever shown.
const MAX_SHOWN: usize = 400;
const REDACTED: &str = "[redacted]";
/// How the secrets, API tokens and JWTs of the service begin.
const SECRET_PREFIXES: [&str; 3] = ["m2ms_", "m2mt_", "eyJ"];

/// Knows what must not be shown.
#[derive(Clone)]
pub(crate) struct Redactor(Vec<Zeroizing<String>>);

impl Redactor {
    /// Hides what an identity may hold. A signer's secrets never leave it, and what is sent of them is no
    /// secret.
    pub(crate) fn of(identity: &Identity) -> Self {
        match identity {
            Identity::Client(credentials) => Self::new(credentials),
            Identity::AwsIam(_) => Self(Vec::new()),
        }
    }

    /// Hides these credentials in each form that they are sent in.
    pub(crate) fn new(credentials: &Credentials) -> Self {
        let secret = credentials.client_secret.expose();
        let basic = credentials.basic();
        let header = basic.strip_prefix("Basic ").unwrap_or(&basic).to_owned();
        let forms = [
            Zeroizing::new(secret.to_owned()),
            encoded(secret),
            Zeroizing::new(header),
        ];
        Self(forms.into_iter().filter(|form| !form.is_empty()).collect())
    }

    /// The text as one short line with nothing secret in it.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for needle in &self.0 {
            text = text.replace(needle.as_str(), REDACTED);
        }
        shorten(&hide_look_alikes(&one_line(&text)))
    }
}

/// Controls (a terminal would act on them) and runs of white space become single spaces.
fn one_line(text: &str) -> String {
    let spaced = text.replace(char::is_control, " ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Hides every word that looks like a secret of this kind of service, whoever it belongs to.
fn hide_look_alikes(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    text.split_inclusive(|c| !is_word(c))
        .map(|piece| {
            let word = piece.trim_end_matches(|c| !is_word(c));
            if SECRET_PREFIXES.iter().any(|p| word.contains(p)) {
                piece.replacen(word, REDACTED, 1)
            } else {
                piece.to_owned()
            }
        })
        .collect()
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use m2m_types::client_id::ClientId;
    use m2m_types::token_request::UnverifiedSecret;

    fn redactor() -> Redactor {
        Redactor::new(&Credentials::new(
            ClientId::parse("m2m_x").unwrap(),
            UnverifiedSecret::new("can/ary"),
        ))
    }

    #[test]
    fn no_form_of_the_own_secret_is_shown() {
        let basic = Credentials::new(
            ClientId::parse("m2m_x").unwrap(),
            UnverifiedSecret::new("can/ary"),
        )
        .basic();
        let shown = redactor().clean(&format!("a can/ary b can%2Fary c {}", *basic));
        assert_eq!(shown, "a [redacted] b [redacted] c Basic [redacted]");
    }

    #[test]
    fn other_secrets_and_tokens_are_hidden_by_their_look() {
        let shown = redactor().clean("{\"x\":\"m2ms_abc\",\"y\":\"Bearer eyJh.b-c.d_e\"}");
        assert_eq!(shown, "{\"x\":\"[redacted]\",\"y\":\"Bearer [redacted]\"}");
    }

    #[test]
    fn long_and_controlling_text_becomes_one_short_line() {
        assert_eq!(redactor().clean("a\u{1b}[31m\r\n\tb"), "a [31m b");
        assert_eq!(redactor().clean(&"é".repeat(5_000)).chars().count(), 401);
    }
}
