//! The query of a list.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use m2m_types::problem::FieldError;

use super::input;
use crate::problem_answer::Refusal;

/// The query of a request, or what is wrong with it.
pub(super) type QueryOf<T> = Result<Query<T>, QueryRejection>;

/// The query, if it is one.
pub(super) fn query<T>(query: QueryOf<T>) -> Result<T, Refusal> {
    let Query(query) = query.map_err(|rejection| {
        let expected = input::expectation(&rejection.body_text());
        Refusal::Malformed(FieldError::new("", expected))
    })?;
    Ok(query)
}

/// How many a page has unless the caller says.
pub(super) fn default_limit() -> u32 {
    50
}

/// A limit of 1 to 200.
pub(super) fn check_limit(limit: u32) -> Result<u32, Refusal> {
    if (1..=200).contains(&limit) {
        return Ok(limit);
    }
    let error = FieldError::new("", "limit must be 1 to 200");
    Err(Refusal::Malformed(error))
}
