//! The trace that a request belongs to, W3C Trace Context.

use crate::text::text_type;

text_type!(
    /// The value of the header `traceparent` and of the variable `TRACEPARENT`:
    /// version, trace id, id of the caller's span and flags.
    TraceParent,
    "traceparent",
    "as W3C Trace Context writes it, 00-{32 hexadecimal digits}-{16}-{2}",
    |text| is_trace_parent(text)
);

impl TraceParent {
    /// Which trace: 32 hexadecimal digits, not all of them 0.
    pub fn trace_id(&self) -> &str {
        // The grammar has it at a fixed place in every version.
        &self.0[3..35]
    }
}

/// From W3C Trace Context §3.2: lower-case digits; a version after 00 may have more behind a dash.
fn is_trace_parent(text: &str) -> bool {
    let mut parts = text.splitn(5, '-');
    let mut next = |length| {
        parts
            .next()
            .filter(|part| part.len() == length && part.bytes().all(is_lower_hex))
    };
    let (Some(version), Some(trace), Some(parent), Some(_flags)) =
        (next(2), next(32), next(16), next(2))
    else {
        return false;
    };
    let ends_well = parts.next().is_none() || version != "00";
    ends_well && version != "ff" && !is_zero(trace) && !is_zero(parent)
}

fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

fn is_zero(digits: &str) -> bool {
    digits.bytes().all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let parsed = TraceParent::parse(text).ok();
        let found = parsed.as_ref().map(TraceParent::trace_id);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_trace_is_taken_from_any_version_that_keeps_the_form() {
        check(&format!("00-{TRACE}-{SPAN}-01"), Some(TRACE));
        check(&format!("00-{TRACE}-{SPAN}-00"), Some(TRACE));
        check(&format!("cc-{TRACE}-{SPAN}-01"), Some(TRACE));
        check(&format!("cc-{TRACE}-{SPAN}-01-what-comes"), Some(TRACE));
    }

    #[test]
    fn anything_else_is_no_trace() {
        check("", None);
        check(TRACE, None);
        check(&format!("ff-{TRACE}-{SPAN}-01"), None);
        check(&format!("00-{TRACE}-{SPAN}-01-more"), None);
        check(&format!("00-{TRACE}-{SPAN}-1"), None);
        check(&format!("00-{TRACE}-{SPAN}"), None);
        check(&format!("00-{}-{SPAN}-01", "0".repeat(32)), None);
        check(&format!("00-{TRACE}-{}-01", "0".repeat(16)), None);
        check(&format!("00-{}-{SPAN}-01", TRACE.to_uppercase()), None);
        check(&format!("00-{TRACE}-{SPAN}-0é"), None);
    }
}
