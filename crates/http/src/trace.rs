//! Which trace a request belongs to.

use http::HeaderMap;
use m2m_core::random::Random;
use m2m_types::trace_parent::TraceParent;

/// The header of W3C Trace Context.
const TRACE_PARENT: &str = "traceparent";
/// The header of AWS; in a function it is what the runtime says.
const AMAZON_TRACE_ID: &str = "x-amzn-trace-id";

/// The id of the trace that the caller named, else of the one that AWS began, else of a new one. A header
/// that breaks its form, or comes twice, names nothing.
pub(crate) fn id(headers: &HeaderMap, random: &dyn Random) -> String {
    only(headers, TRACE_PARENT)
        .and_then(|value| TraceParent::parse(value).ok())
        .map(|parent| parent.trace_id().to_owned())
        .or_else(|| only(headers, AMAZON_TRACE_ID).and_then(root))
        .unwrap_or_else(|| format!("{:032x}", u128::from_be_bytes(random.bytes())))
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

/// The trace of `Root=1-{8 hexadecimal digits}-{24};…`, in W3C's form.
fn root(header: &str) -> Option<String> {
    let root = header
        .split(';')
        .find_map(|part| part.strip_prefix("Root="))?;
    let (seconds, rest) = root.strip_prefix("1-")?.split_once('-')?;
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let holds = seconds.len() == 8 && rest.len() == 24 && is_hex(seconds) && is_hex(rest);
    holds.then(|| format!("{seconds}{rest}").to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;

    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const W3C: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const AWS: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    const NEW: &str = "00000000000000000000000000000000";

    #[track_caller]
    fn check(headers: &[(&'static str, &str)], expected: &str) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        assert_eq!(id(&map, &Zeros), expected, "{headers:?}");
    }

    #[test]
    fn the_callers_trace_comes_before_amazons() {
        let (w3c, aws) = ((TRACE_PARENT, W3C), (AMAZON_TRACE_ID, AWS));
        check(&[w3c], "0af7651916cd43dd8448eb211c80319c");
        check(&[aws, w3c], "0af7651916cd43dd8448eb211c80319c");
        check(&[aws], "5759e988bd862e3fe1be46a994272793");
        check(
            &[aws, (TRACE_PARENT, "00-zero-b7ad-01")],
            "5759e988bd862e3fe1be46a994272793",
        );
    }

    #[test]
    fn what_names_no_trace_begins_a_new_one() {
        check(&[], NEW);
        check(&[(TRACE_PARENT, W3C), (TRACE_PARENT, W3C)], NEW);
        check(
            &[(AMAZON_TRACE_ID, "Root=2-5759e988-bd862e3fe1be46a994272793")],
            NEW,
        );
        check(
            &[(AMAZON_TRACE_ID, "Self=1-5759e988-bd862e3fe1be46a994272793")],
            NEW,
        );
        check(
            &[(AMAZON_TRACE_ID, "Root=1-5759e988-bd862e3fe1be46a99427279\"")],
            NEW,
        );
    }
}
