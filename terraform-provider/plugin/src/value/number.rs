//! Numbers without loss: a 64-bit integer or canonical decimal text, never a rounded float.

use std::fmt;
use std::str::FromStr;

/// The largest exponent accepted in text, either way; it bounds what a few bytes can expand to.
const MAX_EXPONENT: i64 = 4096;

/// A Terraform number: exact, of any size.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(Repr);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Repr {
    Int(i64),
    /// Canonical: no exponent, no `+`, no superfluous zero; never a text that fits `Int`.
    Decimal(String),
}

/// A text that is not a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number")]
pub struct NumberError;

impl Number {
    /// The value as an integer, if it is one of 64 bits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(value) => Some(*value),
            Repr::Decimal(_) => None,
        }
    }

    /// The exact value of a float as it came over the wire, all its digits.
    pub(crate) fn from_wire_f64(value: f64) -> Result<Self, NumberError> {
        if !value.is_finite() {
            return Err(NumberError);
        }
        // The finest float needs 1074 digits after the point; parsing drops the zeros.
        format!("{value:.1074}").parse()
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(value) => value.fmt(f),
            Repr::Decimal(text) => f.write_str(text),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Int(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Self(Repr::Decimal(value.to_string())), Self::from)
    }
}

/// Takes the shortest decimal text that means the float, as a person would write it.
impl TryFrom<f64> for Number {
    type Error = NumberError;

    fn try_from(value: f64) -> Result<Self, NumberError> {
        if value.is_finite() {
            value.to_string().parse()
        } else {
            Err(NumberError)
        }
    }
}

/// Reads decimal text with an optional fraction and exponent.
impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        if let Ok(value) = text.parse::<i64>() {
            return Ok(Self::from(value));
        }
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = split_exponent(digits)?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction)
        {
            return Err(NumberError);
        }
        Ok(canonical(negative, whole, fraction, exponent))
    }
}

fn split_exponent(digits: &str) -> Result<(&str, i64), NumberError> {
    let Some((mantissa, exponent)) = digits.split_once(['e', 'E']) else {
        return Ok((digits, 0));
    };
    let exponent: i64 = exponent.parse().map_err(|_| NumberError)?;
    if exponent.abs() > MAX_EXPONENT {
        Err(NumberError)
    } else {
        Ok((mantissa, exponent))
    }
}

fn canonical(negative: bool, whole: &str, fraction: &str, exponent: i64) -> Number {
    let mut digits = format!("{whole}{fraction}");
    // Where the point stands, counted from the left end of `digits`.
    let mut point = whole.len() as i64 + exponent;
    if point < 0 {
        digits.insert_str(0, &"0".repeat(point.unsigned_abs() as usize));
        point = 0;
    }
    let point = point as usize;
    if digits.len() < point {
        let missing = point - digits.len();
        digits.push_str(&"0".repeat(missing));
    }
    let (whole, fraction) = digits.split_at(point);
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() && fraction.is_empty() {
        return Number::from(0_i64);
    }
    let sign = if negative { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let text = if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    };
    text.parse::<i64>()
        .map_or(Number(Repr::Decimal(text)), Number::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, canonical: &str) {
        assert_eq!(
            text.parse::<Number>().unwrap().to_string(),
            canonical,
            "{text}"
        );
    }

    #[test]
    fn text_becomes_canonical() {
        check("3.140", "3.14");
        check("-0", "0");
        check("-0.00", "0");
        check("1e3", "1000");
        check("9.87654321e+08", "987654321");
        check("12345e-3", "12.345");
        check("5e-4", "0.0005");
        check("00012.50", "12.5");
        check("18446744073709551615", "18446744073709551615");
        check("9223372036854775807", "9223372036854775807");
        check(
            "123456789012345678901234567890",
            "123456789012345678901234567890",
        );
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "1.2.3",
            "0x10",
            "NaN",
            "inf",
            "1e",
            "1e99999999999",
            "--1",
        ] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }

    #[test]
    fn wire_floats_keep_every_digit() {
        let tenth = Number::from_wire_f64(0.1).unwrap();
        assert!(
            tenth
                .to_string()
                .starts_with("0.1000000000000000055511151231257827")
        );
        assert_eq!(Number::from_wire_f64(0.5).unwrap().to_string(), "0.5");
        assert_eq!(Number::try_from(0.1).unwrap().to_string(), "0.1");
    }
}
