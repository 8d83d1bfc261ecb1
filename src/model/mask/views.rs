//! A text with escapes undone, and where each byte of it comes from.
//!
//! Code escapes a value for JSON, puts that into a URL, and logs the URL as
//! JSON: every order of a few steps is undone. Must not know the values.

/// How many escapes within each other are undone.
const DEPTH: usize = 4;

/// More ways to read one text than these are no accident.
const MOST: usize = 40;

/// One way to read a text.
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    /// Where each byte begins in the text, and where the last one ends.
    pub(super) starts: Vec<usize>,
}

/// A way to escape: the bytes that stand at a place, and how long they are there.
type Undo = fn(&[u8]) -> Option<(Vec<u8>, usize)>;

const UNDO: [Undo; 4] = [percent, form, backslash, entity];

/// The text as it is, and with its escapes undone in every way.
pub(super) fn all(text: &str) -> Vec<View> {
    let whole = View { bytes: text.as_bytes().to_vec(), starts: (0..=text.len()).collect() };
    let mut all = vec![whole];
    let (mut from, mut depth) = (0, 0);
    while from < all.len() && depth < DEPTH {
        let until = all.len();
        for at in from..until {
            for undo in UNDO {
                let Some(view) = all.get(at).and_then(|view| undone(view, undo)) else { continue };
                if all.len() < MOST && !all.iter().any(|known| known.bytes == view.bytes) {
                    all.push(view);
                }
            }
        }
        from = until;
        depth += 1;
    }
    all
}

/// The view with one way to escape undone; `None` if nothing is escaped so.
fn undone(view: &View, undo: Undo) -> Option<View> {
    if !view.bytes.iter().any(|byte| matches!(byte, b'%' | b'+' | b'\\' | b'&')) {
        return None;
    }
    let mut out = View { bytes: Vec::new(), starts: Vec::new() };
    let (mut at, mut changed) = (0, false);
    while let Some(rest) = view.bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let start = view.starts.get(at).copied().unwrap_or_default();
        match undo(rest) {
            Some((bytes, length)) => {
                changed = true;
                out.starts.extend(bytes.iter().map(|_| start));
                out.bytes.extend(bytes);
                at += length;
            }
            None => {
                out.starts.push(start);
                out.bytes.extend(rest.first());
                at += 1;
            }
        }
    }
    out.starts.extend(view.starts.last());
    changed.then_some(out)
}

/// The number that some hexadecimal digits are.
pub(super) fn hex(rest: &[u8], from: usize, digits: usize) -> Option<u32> {
    let digits = rest.get(from..from + digits)?;
    digits.iter().try_fold(0, |sum, byte| Some(sum * 16 + char::from(*byte).to_digit(16)?))
}

fn character(code: u32) -> Option<Vec<u8>> {
    char::from_u32(code).map(|it| it.to_string().into_bytes())
}

/// `%2F`
fn percent(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    rest.first().filter(|byte| **byte == b'%')?;
    Some((vec![u8::try_from(hex(rest, 1, 2)?).ok()?], 3))
}

/// `%2F`, and `+` for a blank.
fn form(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    match rest.first() {
        Some(b'+') => Some((vec![b' '], 1)),
        _ => percent(rest),
    }
}

/// `\n`, `\"`, `\u00fc`, `\x2f`
fn backslash(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    rest.first().filter(|byte| **byte == b'\\')?;
    let one = |byte: u8| Some((vec![byte], 2));
    match *rest.get(1)? {
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b't' => one(b'\t'),
        b'b' => one(8),
        b'f' => one(12),
        b'x' => Some((character(hex(rest, 2, 2)?)?, 4)),
        b'u' => {
            let first = hex(rest, 2, 4)?;
            match first.checked_sub(0xd800).filter(|high| *high < 0x400) {
                None => Some((character(first)?, 6)),
                Some(high) => {
                    rest.get(6..8).filter(|it| it == b"\\u")?;
                    let low = hex(rest, 8, 4)?.checked_sub(0xdc00)?;
                    Some((character(0x1_0000 + (high << 10) + low)?, 12))
                }
            }
        }
        other if other.is_ascii() => one(other),
        _ => None,
    }
}

/// `&amp;`, `&#38;` and `&#x26;`
fn entity(rest: &[u8]) -> Option<(Vec<u8>, usize)> {
    rest.first().filter(|byte| **byte == b'&')?;
    let end = rest.iter().take(12).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(rest.get(1..end)?).ok()?;
    let code = match (name, name.strip_prefix('#')) {
        ("amp", _) => u32::from('&'),
        ("lt", _) => u32::from('<'),
        ("gt", _) => u32::from('>'),
        ("quot", _) => u32::from('"'),
        ("apos", _) => u32::from('\''),
        (_, Some(number)) => match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        },
        _ => return None,
    };
    Some((character(code)?, end + 1))
}
