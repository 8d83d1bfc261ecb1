//! Small words: numbers with their nouns, sizes, times.
//!
//! Must not know plans or reports.

use std::time::Duration;

use crate::model::Position;

/// `1 change`, `2 changes`, `1,200 changes`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `12,345`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `812 bytes`, `1.2 KB`, `3.4 MB`.
pub(crate) fn size(bytes: usize) -> String {
    let tenths = |unit: usize| {
        let tenths = bytes.saturating_mul(10) / unit;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        0..1_000 => count(bytes, "byte"),
        1_000..1_000_000 => format!("{} KB", tenths(1_000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}

/// `less than 1 s`, `4 s`, `2 min 10 s`, `1 h 5 min`.
pub(crate) fn time(time: Duration) -> String {
    match time.as_secs() {
        0 => "less than 1 s".to_owned(),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds @ 60..3_600 if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        seconds @ 60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// `about 4 s`, or `less than 1 s`.
pub(crate) fn about(estimate: Duration) -> String {
    let about = if estimate.as_secs() > 0 { "about " } else { "" };
    format!("{about}{}", time(estimate))
}

/// `:12:3`, behind a file's name; empty where no place is known.
pub(crate) fn place(position: Option<Position>) -> String {
    position.map(|Position { line, column }| format!(":{line}:{column}")).unwrap_or_default()
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_with_their_nouns() {
        assert_eq!(count(1, "hook"), "1 hook");
        assert_eq!(count(0, "hook"), "0 hooks");
        assert_eq!(count(1_234_567, "hook"), "1,234,567 hooks");
        assert_eq!(grouped(100), "100");
    }

    #[test]
    fn sizes_and_times_are_short() {
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_250), "1.2 KB");
        assert_eq!(size(2_000_000), "2.0 MB");
        let seconds = |seconds| time(Duration::from_secs(seconds));
        assert_eq!(seconds(0), "less than 1 s");
        assert_eq!(seconds(59), "59 s");
        assert_eq!(seconds(120), "2 min");
        assert_eq!(seconds(130), "2 min 10 s");
        assert_eq!(seconds(3_900), "1 h 5 min");
    }

    #[test]
    fn lists_read_as_a_sentence() {
        let list =
            |items: &[&str]| listed(&items.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(list(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }

    #[test]
    fn an_estimate_is_one_figure() {
        assert_eq!(about(Duration::from_millis(900)), "less than 1 s");
        assert_eq!(about(Duration::from_millis(4_900)), "about 4 s");
        assert_eq!(about(Duration::from_millis(130_000)), "about 2 min 10 s");
    }
}
