//! Distinguished names as text, RFC 4514.

use std::str::Chars;

use x509_parser::asn1_rs::{Any, FromDer, Oid};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// The short names of RFC 4514 §3 and those that authorities use beside them, with their identifiers.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("serialNumber", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("title", "2.5.4.12"),
    ("businessCategory", "2.5.4.15"),
    ("postalCode", "2.5.4.17"),
    ("GN", "2.5.4.42"),
    ("givenName", "2.5.4.42"),
    ("dnQualifier", "2.5.4.46"),
    ("organizationIdentifier", "2.5.4.97"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("emailAddress", "1.2.840.113549.1.9.1"),
];

/// A distinguished name: its relative names in the order of the certificate, the attributes of each sorted.
///
/// Two are the same if they have the same attributes with the same texts, to the byte: RFC 4517 would let case and
/// runs of spaces differ, and then two subjects of one authority could stand for one client.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DistinguishedName(Vec<Vec<Attribute>>);

/// An attribute's identifier in dotted form and its text.
type Attribute = (String, String);

impl DistinguishedName {
    /// Reads the text of RFC 4514, which begins with the last relative name: `CN=payments,O=Acme`. Spaces around
    /// separators are left out, as older texts have them.
    ///
    /// None: it is no such text, or empty.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut names = Vec::new();
        for relative in split(text, ',')? {
            let attributes = split(&relative, '+')?;
            let attributes = attributes
                .iter()
                .map(|attribute| parse_attribute(attribute));
            names.push(sorted(attributes.collect::<Option<_>>()?));
        }
        names.reverse();
        Some(Self(names))
    }

    /// The name as a certificate has it. None: an attribute is no text.
    pub(super) fn of(name: &X509Name<'_>) -> Option<Self> {
        let relatives = name.iter_rdn().map(|relative| {
            let attributes = relative.iter().map(|attribute| {
                let text = attribute.as_str().ok()?;
                Some((attribute.attr_type().to_id_string(), text.to_owned()))
            });
            attributes.collect::<Option<Vec<_>>>().map(sorted)
        });
        relatives.collect::<Option<_>>().map(Self)
    }
}

/// Whether a text is a distinguished name of RFC 4514, for whoever registers one.
pub fn is_distinguished_name(text: &str) -> bool {
    DistinguishedName::parse(text).is_some()
}

fn sorted(mut attributes: Vec<Attribute>) -> Vec<Attribute> {
    attributes.sort();
    attributes
}

/// The parts between separators that no backslash precedes; the escapes stay in them.
fn split(text: &str, separator: char) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == separator {
            parts.push(String::new());
            continue;
        }
        let part = parts.last_mut()?;
        part.push(character);
        if character == '\\' {
            part.push(characters.next()?);
        }
    }
    Some(parts)
}

/// `type=value`.
fn parse_attribute(text: &str) -> Option<Attribute> {
    let (kind, value) = text.split_once('=')?;
    let kind = identifier(kind.trim())?;
    let value = value.trim_start_matches(' ');
    let text = match value.strip_prefix('#') {
        Some(hexadecimal) => encoded_text(hexadecimal.trim_end_matches(' '))?,
        None => unescape(without_trailing_spaces(value))?,
    };
    (!text.is_empty()).then_some((kind, text))
}

/// A short name in any case, or an identifier in dotted form.
fn identifier(kind: &str) -> Option<String> {
    let short = SHORT_NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(kind));
    match short {
        Some((_, dotted)) => Some((*dotted).to_owned()),
        None => kind.parse::<Oid<'_>>().ok().map(|oid| oid.to_id_string()),
    }
}

/// Spaces at the end that no backslash precedes.
fn without_trailing_spaces(value: &str) -> &str {
    let trimmed = value.trim_end_matches(' ');
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    let is_escaped = backslashes % 2 == 1 && trimmed.len() < value.len();
    &value[..trimmed.len() + usize::from(is_escaped)]
}

/// RFC 4514 §2.4: `\` before a special character or two hexadecimal digits. Special characters have to be escaped.
fn unescape(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => unescape_one(&mut characters, &mut bytes)?,
            '"' | ';' | '<' | '>' | '\0' => return None,
            other => bytes.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    String::from_utf8(bytes).ok()
}

fn unescape_one(characters: &mut Chars<'_>, bytes: &mut Vec<u8>) -> Option<()> {
    let first = characters.next()?;
    if " \"#+,;<=>\\".contains(first) {
        bytes.push(u8::try_from(first).ok()?);
        return Some(());
    }
    let second = characters.next()?;
    let digits = [first.to_digit(16)?, second.to_digit(16)?];
    bytes.push(u8::try_from(digits[0] * 16 + digits[1]).ok()?);
    Some(())
}

/// The text of a value that is written as its encoding, in hexadecimal digits.
fn encoded_text(hexadecimal: &str) -> Option<String> {
    let digits: Vec<u32> = hexadecimal
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect::<Option<_>>()?;
    let bytes = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    let bytes = bytes.collect::<Option<Vec<u8>>>()?;
    let (rest, value) = Any::from_der(&bytes).ok()?;
    // The type does not matter for the text.
    let attribute = AttributeTypeAndValue::new(Oid::from(&[2, 5]).ok()?, value);
    let text = attribute.as_str().ok()?.to_owned();
    rest.is_empty().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&[(&str, &str)]]) {
        let names = expected.iter().map(|relative| {
            let attributes = relative.iter();
            sorted(
                attributes
                    .map(|(kind, text)| ((*kind).to_owned(), (*text).to_owned()))
                    .collect(),
            )
        });
        let expected = DistinguishedName(names.collect());
        assert_eq!(
            DistinguishedName::parse(text).as_ref(),
            Some(&expected),
            "{text}"
        );
    }

    const CN: &str = "2.5.4.3";
    const O: &str = "2.5.4.10";
    const OU: &str = "2.5.4.11";
    const DC: &str = "0.9.2342.19200300.100.1.25";

    #[test]
    fn the_examples_of_the_rfc_are_read() {
        // RFC 4514 §4.
        check(
            "UID=jsmith,DC=example,DC=net",
            &[
                &[(DC, "net")],
                &[(DC, "example")],
                &[("0.9.2342.19200300.100.1.1", "jsmith")],
            ],
        );
        check(
            "OU=Sales+CN=J.  Smith,DC=example,DC=net",
            &[
                &[(DC, "net")],
                &[(DC, "example")],
                &[(OU, "Sales"), (CN, "J.  Smith")],
            ],
        );
        check(
            "CN=James \\\"Jim\\\" Smith\\, III,DC=net",
            &[&[(DC, "net")], &[(CN, "James \"Jim\" Smith, III")]],
        );
        check(
            "CN=Before\\0dAfter,DC=net",
            &[&[(DC, "net")], &[(CN, "Before\rAfter")]],
        );
        check("2.5.4.3=#0c024869", &[&[(CN, "Hi")]]);
        check("CN=Lu\\C4\\8Di\\C4\\87", &[&[(CN, "Lučić")]]);
    }

    #[test]
    fn spaces_around_separators_and_the_case_of_types_do_not_matter() {
        check(
            "cn = payments , O=Acme",
            &[&[(O, "Acme")], &[(CN, "payments")]],
        );
        check("CN=\\ a\\ ", &[&[(CN, " a ")]]);
        check("2.5.4.10=Acme", &[&[(O, "Acme")]]);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "payments",
            "CN=",
            "CN=a,",
            ",CN=a",
            "XY=a",
            "CN=a;O=b",
            "CN=a\\",
            "CN=\\g0",
            "CN=\"a\"",
            "CN=a<b",
            "CN=#0c",
            "CN=#0",
            "CN=#02010a",
            "CN=a+",
            "=a",
            "CN=\\ff",
        ] {
            assert_eq!(DistinguishedName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn order_case_and_number_of_names_matter() {
        let name = |text| DistinguishedName::parse(text).unwrap();
        for other in [
            "O=Acme,CN=a",
            "CN=A,O=Acme",
            "CN=a",
            "CN=a,O=Acme,O=Acme",
            "CN=a+O=Acme",
        ] {
            assert_ne!(name("CN=a,O=Acme"), name(other), "{other}");
        }
        assert_eq!(name("CN=a+O=Acme"), name("O=Acme+CN=a"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text: String) {
            let _ = DistinguishedName::parse(&text);
        }
    }
}
