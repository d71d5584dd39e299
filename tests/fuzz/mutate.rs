//! Changing inputs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Pieces that mean something to somebody.
const WORDS: &[&[u8]] = &[
    b"&",
    b"=",
    b"%",
    b"%00",
    b"%ff",
    b"%25",
    b"+",
    b".",
    b"..",
    b"\"",
    b"{}",
    b"[]",
    b"null",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\\u0000",
    b"\\ud800",
    b"\"alg\":\"none\"",
    b"\"crit\":[\"exp\"]",
    b"\"exp\":\"1\"",
    b"\"kid\":null",
    b"\"d\":\"AA\"",
    b"\"kty\":\"oct\"",
    b"client_id=",
    b"client_secret=",
    b"resource=",
    b"Basic ",
    b"Bearer ",
    b":",
    b"//",
    b"#",
    b"?",
    b"\r\n",
    b"\0",
    b"\xff",
    "é".as_bytes(),
    "\u{202e}".as_bytes(),
    b"=====",
    b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];
/// An input grows no further.
const MAX_LENGTH: usize = 20_000;

/// Makes inputs of those of a corpus.
pub(crate) struct Mutator<'a> {
    state: u64,
    corpus: &'a [Vec<u8>],
}

impl<'a> Mutator<'a> {
    pub(crate) fn new(seed: u64, corpus: &'a [Vec<u8>]) -> Self {
        Self {
            state: seed | 1,
            corpus,
        }
    }

    /// One of the corpus after one to eight changes. Every other time what is inside a part in base64url is changed, so
    /// that the changes get past the outermost check.
    pub(crate) fn next_input(&mut self) -> Vec<u8> {
        let mut input = self.pick().clone();
        for _ in 0..=self.below(8) {
            input = if self.below(2) == 0 {
                self.change_inside(input)
            } else {
                self.change(input)
            };
            input.truncate(MAX_LENGTH);
        }
        input
    }

    fn change_inside(&mut self, input: Vec<u8>) -> Vec<u8> {
        let mut parts: Vec<Vec<u8>> = input
            .split(|byte| *byte == b'.')
            .map(<[u8]>::to_vec)
            .collect();
        let at = self.below(parts.len());
        match URL_SAFE_NO_PAD.decode(&parts[at]) {
            Ok(decoded) => {
                parts[at] = URL_SAFE_NO_PAD.encode(self.change(decoded)).into_bytes();
                parts.join(&b'.')
            }
            Err(_) => self.change(input),
        }
    }

    fn change(&mut self, mut input: Vec<u8>) -> Vec<u8> {
        let at = self.below(input.len() + 1);
        let end = at + self.below(input.len() - at + 1);
        match self.below(7) {
            0 => input.insert(at, self.next() as u8),
            1 if at < input.len() => input[at] ^= 1 << self.below(8),
            2 => drop(input.drain(at..end)),
            3 => {
                let copied = input[at..end].to_vec();
                input.splice(at..at, copied);
            }
            4 => {
                let other = self.pick();
                let from = self.below(other.len() + 1);
                input.splice(at..end, other[from..].iter().copied());
            }
            5 => input.truncate(at),
            _ => {
                let word = WORDS[self.below(WORDS.len())];
                input.splice(at..at, word.iter().copied());
            }
        }
        input
    }

    fn pick(&mut self) -> &'a Vec<u8> {
        &self.corpus[self.below(self.corpus.len())]
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// Xorshift: what is wanted is variety that can be repeated, not chance.
    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
}
