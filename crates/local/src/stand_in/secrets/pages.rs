//! Pages of lists.

use super::error::SecretsError;

/// A page of a list, and the token of the next one if there is one.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next_token: Option<String>,
}

/// Cuts a page out of `items`. `key` names an item's place in the list for good; the token is the
/// key of the last item of the page before.
pub(super) fn page<T>(
    items: Vec<T>,
    key: impl Fn(&T) -> String,
    token: Option<&str>,
    size: usize,
) -> Result<Page<T>, SecretsError> {
    let start = match token {
        None => 0,
        Some(token) => after(&items, &key, token)?,
    };
    let rest = items.len().saturating_sub(start);
    let items: Vec<T> = items.into_iter().skip(start).take(size).collect();
    let more = rest > items.len();
    let next_token = items
        .last()
        .filter(|_| more)
        .map(|last| format!("after:{}", key(last)));
    Ok(Page { items, next_token })
}

/// An item that has gone meanwhile makes its token invalid, as an expired one is with AWS.
fn after<T>(items: &[T], key: impl Fn(&T) -> String, token: &str) -> Result<usize, SecretsError> {
    token
        .strip_prefix("after:")
        .and_then(|last| items.iter().position(|item| key(item) == last))
        .map(|at| at + 1)
        .ok_or(SecretsError::InvalidNextToken)
}

/// The size of a page: what was asked for, at most and by default `limit`.
pub(super) fn size(asked: Option<usize>, limit: usize) -> Result<usize, SecretsError> {
    match asked {
        None => Ok(limit),
        Some(asked) if (1..=limit).contains(&asked) => Ok(asked),
        Some(_) => Err(SecretsError::InvalidParameter(format!(
            "MaxResults must be between 1 and {limit}."
        ))),
    }
}
