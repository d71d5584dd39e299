//! Random texts that are found when they leak and refused when they were mistyped: a prefix, 256 random bits
//! and a checksum over both.

use zeroize::Zeroizing;

/// 256 random bits in base 62.
const BODY_LENGTH: usize = 43;
/// A CRC-32 in base 62.
const CHECKSUM_LENGTH: usize = 6;
/// How many characters of a text its hint shows.
const HINT_LENGTH: usize = 4;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The text of that prefix that these bits stand for.
pub(crate) fn write(prefix: &str, bytes: &[u8; 32]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(
        prefix.len() + BODY_LENGTH + CHECKSUM_LENGTH,
    ));
    text.push_str(prefix);
    push_base62(&mut text, bytes, BODY_LENGTH);
    let checksum = crc32fast::hash(text.as_bytes());
    push_base62(&mut text, &checksum.to_be_bytes(), CHECKSUM_LENGTH);
    text
}

/// Whether the text is one of that prefix whose checksum holds.
pub(crate) fn holds(prefix: &str, text: &str) -> bool {
    let body_end = prefix.len() + BODY_LENGTH;
    if !text.starts_with(prefix)
        || text.len() != body_end + CHECKSUM_LENGTH
        || !text[prefix.len()..]
            .bytes()
            .all(|b| b.is_ascii_alphanumeric())
    {
        return false;
    }
    let mut checksum = String::with_capacity(CHECKSUM_LENGTH);
    push_base62(
        &mut checksum,
        &crc32fast::hash(&text.as_bytes()[..body_end]).to_be_bytes(),
        CHECKSUM_LENGTH,
    );
    text[body_end..] == checksum
}

/// The last characters before the checksum of a text that holds.
pub(crate) fn hint(prefix: &str, text: &str) -> String {
    let end = prefix.len() + BODY_LENGTH;
    text[end - HINT_LENGTH..end].to_owned()
}

/// Appends the big-endian number in base 62, padded with zeros to `length` digits.
fn push_base62(text: &mut String, number: &[u8], length: usize) {
    let mut number = Zeroizing::new(number.to_vec());
    let mut digits = Zeroizing::new(vec![0_u8; length]);
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in number.iter_mut() {
            let value = remainder << 8 | u32::from(*byte);
            *byte = (value / 62) as u8;
            remainder = value % 62;
        }
        *digit = ALPHABET[remainder as usize];
    }
    text.extend(digits.iter().map(|digit| char::from(*digit)));
}
