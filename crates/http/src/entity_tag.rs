//! Entity tags, RFC 9110 §8.8.3 and §13.1.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use m2m_core::principals::Expectation;
use m2m_core::revision::{Precondition, Revision};

/// The tag of a record: its revision.
pub(crate) fn of_revision(revision: Revision) -> String {
    format!("\"{}\"", revision.0)
}

/// The tag of any other answer: a digest of what it says.
pub(crate) fn of_body(body: &[u8]) -> String {
    format!(
        "\"{}\"",
        URL_SAFE_NO_PAD.encode(&digest(&SHA256, body).as_ref()[..16])
    )
}

/// The `If-Match` of a request; none: it is malformed.
pub(crate) fn precondition(headers: &HeaderMap) -> Option<Precondition> {
    let Some(tags) = tags(headers, &IF_MATCH)? else {
        return Some(Precondition::None);
    };
    if tags == ["*"] {
        return Some(Precondition::Exists);
    }
    // A weak tag never matches a change (§13.1.1), a tag that is no revision never was one of ours.
    let revisions = tags
        .iter()
        .filter_map(|tag| tag.trim_matches('"').parse().ok().map(Revision));
    Some(Precondition::OneOf(revisions.collect()))
}

/// What a `PUT` that may make what it names expects; none: it is malformed, or expects both.
pub(crate) fn expectation(headers: &HeaderMap) -> Option<Expectation> {
    let new = tags(headers, &IF_NONE_MATCH)?;
    let present = tags(headers, &IF_MATCH)?;
    let is_any = |tags: &[String]| tags == ["*"];
    match (new, present) {
        (None, None) => Some(Expectation::Nothing),
        (Some(new), None) if is_any(&new) => Some(Expectation::Absent),
        (None, Some(tags)) if is_any(&tags) => Some(Expectation::Present),
        (None, Some(tags)) => Some(Expectation::Tagged(tags)),
        (Some(_), _) => None,
    }
}

/// Whether the caller already has what carries this tag (`If-None-Match`).
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let tags = tags(headers, &IF_NONE_MATCH).flatten().unwrap_or_default();
    tags.iter()
        .any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// The tags of a header: none inside if the header is absent, none outside if it is malformed.
fn tags(headers: &HeaderMap, name: &HeaderName) -> Option<Option<Vec<String>>> {
    let mut tags = Vec::new();
    for value in headers.get_all(name) {
        for tag in value.to_str().ok()?.split(',').map(str::trim) {
            let bare = tag.trim_start_matches("W/");
            let quoted = bare.len() >= 2 && bare.starts_with('"') && bare.ends_with('"');
            if !quoted && tag != "*" {
                return None;
            }
            tags.push(tag.to_owned());
        }
    }
    Some((!tags.is_empty()).then_some(tags))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(values: &[&'static str], expected: Option<Precondition>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_MATCH, HeaderValue::from_static(value));
        }
        assert_eq!(precondition(&headers), expected);
    }

    #[test]
    fn a_put_expects_nothing_yet_or_something_there() {
        let expects = |headers: &[(HeaderName, &'static str)]| {
            let headers = headers.iter().cloned();
            let value = |(name, text)| (name, HeaderValue::from_static(text));
            expectation(&headers.map(value).collect())
        };
        assert_eq!(expects(&[]), Some(Expectation::Nothing));
        let none = (IF_NONE_MATCH, "*");
        assert_eq!(
            expects(std::slice::from_ref(&none)),
            Some(Expectation::Absent)
        );
        assert_eq!(expects(&[(IF_MATCH, "*")]), Some(Expectation::Present));
        let tagged = Expectation::Tagged(vec!["\"a\"".to_owned()]);
        assert_eq!(expects(&[(IF_MATCH, "\"a\"")]), Some(tagged));
        assert_eq!(expects(&[none, (IF_MATCH, "*")]), None);
        assert_eq!(expects(&[(IF_NONE_MATCH, "\"a\"")]), None);
        assert_eq!(expects(&[(IF_MATCH, "a")]), None);
    }

    #[test]
    fn if_match_lists_revisions() {
        check(&[], Some(Precondition::None));
        check(&["*"], Some(Precondition::Exists));
        check(&["\"3\""], Some(Precondition::OneOf(vec![Revision(3)])));
        check(
            &["\"3\", \"4\"", "\"5\""],
            Some(Precondition::OneOf([3, 4, 5].map(Revision).to_vec())),
        );
        check(&["W/\"3\""], Some(Precondition::OneOf(vec![])));
        check(&["\"other\""], Some(Precondition::OneOf(vec![])));
        check(&["3"], None);
    }
}
