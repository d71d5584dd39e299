//! Patterns of subjects.

/// What ends a part of a subject: GitHub, Kubernetes and SPIFFE build subjects of parts.
const ENDS: [char; 2] = [':', '/'];

/// Whether a text may be registered as a pattern: it has a `*`, and something stands before the first, so that nobody
/// trusts everybody of an issuer by mistake.
pub fn is_subject_pattern(text: &str) -> bool {
    text.find('*').is_some_and(|first| first > 0)
}

/// Whether a subject matches: `*` stands for any text within one part of the subject, also for none, and never for a
/// `:` or a `/`. So `repo:acme/*:ref:refs/heads/main` is every repository of `acme`, and no other branch of one.
/// There is no other special character.
pub(super) fn matches_pattern(subject: &str, pattern: &str) -> bool {
    if !is_subject_pattern(pattern) {
        return false;
    }
    let mut subjects = subject.split_inclusive(ENDS);
    let mut patterns = pattern.split_inclusive(ENDS);
    loop {
        match (subjects.next(), patterns.next()) {
            (None, None) => return true,
            (Some(subject), Some(pattern)) if matches_part(subject, pattern) => {}
            _ => return false,
        }
    }
}

/// One part, with what ends it.
fn matches_part(subject: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return subject == pattern;
    };
    let Some(mut left) = subject.strip_prefix(first) else {
        return false;
    };
    let mut pieces: Vec<_> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match left.split_once(piece) {
            Some((_, behind)) => left = behind,
            None => return false,
        }
    }
    // What ends the part is in the last piece, or the part ends with the star and nothing ends it.
    left.ends_with(last) && (!last.is_empty() || !left.ends_with(ENDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], others: &[&str]) {
        for subject in matching {
            assert!(matches_pattern(subject, pattern), "{subject}");
        }
        for subject in others {
            assert!(!matches_pattern(subject, pattern), "{subject}");
        }
    }

    #[test]
    fn w01_a_star_stays_within_its_part() {
        check(
            "repo:acme/*:ref:refs/heads/main",
            &[
                "repo:acme/app:ref:refs/heads/main",
                "repo:acme/:ref:refs/heads/main",
            ],
            &[
                "repo:acme/app:ref:refs/heads/main2",
                "repo:acme/app:ref:refs/heads/x:ref:refs/heads/main",
                "repo:acme/a/b:ref:refs/heads/main",
                "repo:acme2/app:ref:refs/heads/main",
                "repo:acme/app:ref:refs/heads/",
                "",
            ],
        );
        check(
            "system:serviceaccount:prod:*",
            &["system:serviceaccount:prod:payments"],
            &[
                "system:serviceaccount:prod:payments:x",
                "system:serviceaccount:prod:payments:",
                "system:serviceaccount:prod:payments/",
                "system:serviceaccount:test:payments",
                "system:serviceaccount:prod",
            ],
        );
    }

    #[test]
    fn w01_several_stars_in_a_part() {
        check(
            "a-*-b-*-c",
            &["a-1-b-2-c", "a--b--c", "a-b-b-b-c"],
            &["a-1-c", "a-1-b-c", "a-1-b-2-cc", "b-1-b-2-c"],
        );
        check("ab*ba", &["abba", "ab1ba"], &["aba"]);
    }

    #[test]
    fn w01_nobody_trusts_everybody() {
        for pattern in ["*", "*:x", "", "x"] {
            assert!(!is_subject_pattern(pattern));
            check(pattern, &[], &["x", "a:x", "*", ""]);
        }
        assert!(is_subject_pattern("x*"));
    }

    #[test]
    fn w01_nothing_else_is_special() {
        check("a.?[b]\\*", &["a.?[b]\\x"], &["axb", "aX?[b]\\x"]);
    }
}
