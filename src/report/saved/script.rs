//! Both sides of a script's difference, from the unified diff of a saved plan.
//!
//! Lines that the diff leaves out become stand-ins: numbered, so that no two
//! are alike, and the same on both sides. Must not compare anything.

use crate::model::Script;

/// The most lines of one side, and the most bytes of a difference.
const MOST_LINES: usize = 1 << 20;
const MOST_BYTES: usize = 8 << 20;

/// The old and the new script, as far as a diff holds them.
pub(super) fn both(diff: &str) -> Result<(Script, Script), String> {
    if diff.len() > MOST_BYTES {
        return Err(format!("script: a diff of {} bytes is too long", diff.len()));
    }
    let (mut old, mut new) = (Side::default(), Side::default());
    let mut in_hunk = false;
    let mut last = ' ';
    let mut lines = diff.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        // every line of a script has a sign first
        if let Some(header) = line.strip_prefix("@@ ") {
            let (before, after) = ranges(header).ok_or("script: a hunk without its range")?;
            let gap = before.checked_sub(old.lines).ok_or("script: hunks out of order")?;
            if new.lines + gap != after || gap > MOST_LINES {
                return Err("script: hunks that don't fit together".to_owned());
            }
            let with_cr = lines.peek().is_some_and(|next| next.ends_with("\r\n"));
            let end = if with_cr { "\r\n" } else { "\n" };
            for _ in 0..gap {
                let line = format!("\u{0}{}{end}", old.lines);
                old.push(&line);
                new.push(&line);
            }
            in_hunk = true;
            continue;
        }
        if !in_hunk {
            continue;
        }
        let sign = line.chars().next().unwrap_or(' ');
        let text = line.get(1..).unwrap_or_default();
        match sign {
            ' ' => {
                old.push(text);
                new.push(text);
            }
            '-' => old.push(text),
            '+' => new.push(text),
            '\\' => {
                if last != '+' {
                    old.unend();
                }
                if last != '-' {
                    new.unend();
                }
            }
            _ => return Err("script: not a unified diff".to_owned()),
        }
        last = sign;
    }
    Ok((Script::new(old.text), Script::new(new.text)))
}

/// A text of this many lines and bytes, where only those are known.
pub(super) fn of_size(lines: usize, bytes: usize) -> Script {
    let lines = lines.min(bytes.max(1));
    let ends = lines.saturating_sub(1);
    Script::new("\n".repeat(ends) + &"x".repeat(bytes.saturating_sub(ends)))
}

#[derive(Default)]
struct Side {
    text: String,
    lines: usize,
}

impl Side {
    fn push(&mut self, line: &str) {
        self.text.push_str(line);
        self.lines += 1;
    }

    /// Takes the newline away that the diff had to write.
    fn unend(&mut self) {
        if self.text.ends_with('\n') {
            self.text.pop();
        }
    }
}

/// `-12,3 +12,4 @@`: how many lines come before the hunk on either side.
fn ranges(header: &str) -> Option<(usize, usize)> {
    let mut words = header.split(' ');
    let before = |word: Option<&str>, sign: char| {
        let range = word?.strip_prefix(sign)?;
        let (start, length) = match range.split_once(',') {
            Some((start, length)) => (start.parse().ok()?, length.parse().ok()?),
            None => (range.parse::<usize>().ok()?, 1_usize),
        };
        // an empty range names the line before it
        if length == 0 { Some(start) } else { start.checked_sub(1) }
    };
    let old = before(words.next(), '-')?;
    Some((old, before(words.next(), '+')?))
}
