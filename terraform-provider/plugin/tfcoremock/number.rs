//! Numbers as the public mock writes them: shortest digits, an exponent where it is long.

use tfplugin::Number;

/// Numbers with other exponents are written with one.
const PLAIN: std::ops::Range<i64> = -4..6;

/// The text of a number, as `12`, `0.5` or `9.87654321e+08`.
pub(crate) fn scientific(number: &Number) -> String {
    let text = number.to_string();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let leading = all.len() - significant.len();
    let significant = significant.trim_end_matches('0');
    if significant.is_empty() {
        return "0".to_owned();
    }
    // The exponent of the first significant digit.
    let exponent = whole.len() as i64 - leading as i64 - 1;
    if PLAIN.contains(&exponent) {
        return text;
    }
    let (first, rest) = significant.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let direction = if exponent < 0 { '-' } else { '+' };
    format!(
        "{sign}{first}{point}{rest}e{direction}{:02}",
        exponent.abs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_have_an_exponent() {
        let check = |text: &str, expected: &str| {
            assert_eq!(scientific(&text.parse().unwrap()), expected);
        };
        check("0", "0");
        check("10", "10");
        check("-3.14", "-3.14");
        check("123456", "123456");
        check("987654321", "9.87654321e+08");
        check("1000000", "1e+06");
        check("0.0001", "0.0001");
        check("0.00001", "1e-05");
    }
}
