//! The forms of a value, each as what finds it at a place of a text.
//!
//! Must not decide what is shown in its place.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::views::hex;

/// The least of a value that is recognised where only its beginning is there.
const SHORTEST_START: usize = 16;

/// From this length on, upper and lower case are the same.
const SHORTEST_WITHOUT_CASE: usize = 8;

/// Fewer characters of base64 are a part of too many texts.
const SHORTEST_BASE64: usize = 4;

/// One form of one value.
pub(super) enum Form {
    /// As it is.
    Plain(Vec<u8>),
    /// The characters that are made of the value alone, and whether the ones
    /// beside them are made of a part of it.
    Base64 { inner: Vec<u8>, left: bool, right: bool },
    /// Two digits for each byte.
    Hex(Vec<u8>),
    /// A number for each byte.
    Numbers(Vec<u8>),
}

impl Form {
    /// For a short value.
    pub(super) fn plain(value: &str) -> Vec<Self> {
        vec![Self::Plain(value.as_bytes().to_vec())]
    }

    /// Every form of a value.
    pub(super) fn all(value: &str) -> Vec<Self> {
        let bytes = value.as_bytes();
        let mut all = Self::plain(value);
        all.push(Self::Hex(bytes.to_vec()));
        all.push(Self::Numbers(bytes.to_vec()));
        for before in 0..3 {
            let whole = STANDARD_NO_PAD.encode([vec![0; before], bytes.to_vec()].concat());
            let bits = before * 8..(before + bytes.len()) * 8;
            let inner = whole.as_bytes().get(bits.start.div_ceil(6)..bits.end / 6);
            let Some(inner) = inner.filter(|it| it.len() >= SHORTEST_BASE64) else { continue };
            all.push(Self::Base64 {
                inner: inner.to_vec(),
                left: bits.start % 6 != 0,
                right: bits.end % 6 != 0,
            });
        }
        all
    }

    /// What a text that has this form may begin with.
    pub(super) fn first_bytes(&self) -> Vec<u8> {
        match self {
            Self::Plain(value) => {
                let first = value.first().copied().unwrap_or_default();
                cases(first, value.len() >= SHORTEST_WITHOUT_CASE)
            }
            Self::Base64 { inner, .. } => {
                let first = inner.first().copied().unwrap_or_default();
                match first {
                    b'+' => vec![b'+', b'-'],
                    b'/' => vec![b'/', b'_'],
                    other => vec![other],
                }
            }
            Self::Hex(value) => {
                let high = value.first().map_or(0, |byte| byte >> 4);
                let digit = char::from_digit(u32::from(high), 16).unwrap_or('0');
                cases(u8::try_from(digit).unwrap_or(b'0'), true)
            }
            Self::Numbers(value) => {
                let text = value.first().map(u8::to_string).unwrap_or_default();
                text.bytes().take(1).collect()
            }
        }
    }

    /// Where the form is, if it begins here.
    pub(super) fn range(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        match self {
            Self::Plain(value) => {
                let any_case = value.len() >= SHORTEST_WITHOUT_CASE;
                let same = |a: u8, b: u8| a == b || (any_case && a.eq_ignore_ascii_case(&b));
                let step =
                    |at: usize, rest: &[u8]| same(*text.get(at)?, *rest.first()?).then_some(at + 1);
                Some(at..along(value, at, SHORTEST_START, step)?)
            }
            Self::Base64 { inner, left, right } => {
                let usual = |byte: u8| match byte {
                    b'-' => b'+',
                    b'_' => b'/',
                    other => other,
                };
                let step = |at: usize, rest: &[u8]| {
                    let after = line_end(text, at).filter(|_| rest.len() < inner.len());
                    let at = after.unwrap_or(at);
                    (usual(*text.get(at)?) == *rest.first()?).then_some(at + 1)
                };
                let mut end = along(inner, at, SHORTEST_START * 4 / 3 - 1, step)?;
                let is_part = |at: usize| text.get(at).copied().is_some_and(is_base64);
                let before = at.checked_sub(1).filter(|before| *left && is_part(*before));
                if *right && is_part(end) {
                    end += 1;
                }
                while text.get(end) == Some(&b'=') {
                    end += 1;
                }
                Some(before.unwrap_or(at)..end)
            }
            Self::Hex(value) => {
                let step = |at: usize, rest: &[u8]| {
                    let is_between = |byte: &&u8| matches!(byte, b' ' | b':' | b'-');
                    let gap = text.get(at).filter(is_between).filter(|_| rest.len() < value.len());
                    let at = at + usize::from(gap.is_some());
                    (hex(text, at, 2)? == u32::from(*rest.first()?)).then_some(at + 2)
                };
                Some(at..along(value, at, SHORTEST_START, step)?)
            }
            Self::Numbers(value) => {
                let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
                if at.checked_sub(1).is_some_and(digit) {
                    return None;
                }
                let step = |mut at: usize, rest: &[u8]| {
                    if rest.len() < value.len() {
                        let is_between = |byte: &&u8| matches!(byte, b',' | b' ' | b'\n' | b'\r');
                        let gap = text.get(at..)?.iter().take_while(is_between).count();
                        at += Some(gap).filter(|gap| *gap > 0)?;
                    }
                    let number = rest.first()?.to_string();
                    let end = at + number.len();
                    let fits = text.get(at..end)? == number.as_bytes() && !digit(end);
                    fits.then_some(end)
                };
                Some(at..along(value, at, SHORTEST_START, step)?)
            }
        }
    }
}

fn cases(byte: u8, both: bool) -> Vec<u8> {
    let other = if byte.is_ascii_lowercase() {
        byte.to_ascii_uppercase()
    } else {
        byte.to_ascii_lowercase()
    };
    if both && byte != other { vec![byte, other] } else { vec![byte] }
}

/// Goes along a value, step by step; where it ends, or where a part ends that
/// is long enough.
fn along(
    value: &[u8],
    mut at: usize,
    enough: usize,
    step: impl Fn(usize, &[u8]) -> Option<usize>,
) -> Option<usize> {
    for done in 0..value.len() {
        match step(at, value.get(done..)?) {
            Some(after) => at = after,
            None if done >= enough => return Some(at),
            None => return None,
        }
    }
    Some(at)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// After a line end, as they are put into long base64.
fn line_end(text: &[u8], at: usize) -> Option<usize> {
    match (text.get(at)?, text.get(at + 1)) {
        (b'\n', _) => Some(at + 1),
        (b'\r', Some(b'\n')) => Some(at + 2),
        _ => None,
    }
}
