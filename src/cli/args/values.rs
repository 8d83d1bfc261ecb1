//! Texts of the command line that become typed values, each with a message
//! that says what would have been right.

use std::fmt;
use std::time::Duration;

use crate::plan::policy::NamePattern;
use crate::source::config::rate::{self, Headroom};
use crate::source::keyword::is_key;

/// A keyword and what it stands for. `Debug` shows the key only: the value
/// may be one that belongs into a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyword {
    /// The part between the markers.
    pub key: String,
    /// What it stands for.
    pub value: String,
}

impl fmt::Debug for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyword").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Reads `KEY=VALUE`.
pub(super) fn keyword(text: &str) -> Result<Keyword, String> {
    match text.split_once('=') {
        Some((key, value)) if is_key(key) => {
            Ok(Keyword { key: key.to_owned(), value: value.to_owned() })
        }
        _ => {
            Err("write it as KEY=VALUE, with a KEY of letters, digits, `_`, `-` and `.`".to_owned())
        }
    }
}

/// Reads a time such as `30s`, `10m` or `1m30s`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    rate::duration(text).map_err(write)
}

/// Reads a number of requests a second above zero.
pub(super) fn max_rps(text: &str) -> Result<f64, String> {
    rate::max_rps(text).map_err(write)
}

/// Reads how many requests there may be at a time.
pub(super) fn concurrency(text: &str) -> Result<usize, String> {
    rate::concurrency(text).map_err(write)
}

/// Reads a number of requests, or a part of the limit.
pub(super) fn headroom(text: &str) -> Result<Headroom, String> {
    rate::headroom(text).map_err(write)
}

fn write(right: &str) -> String {
    format!("write {right}")
}

/// Reads a hook's name or a pattern of names.
pub(super) fn hook_name(text: &str) -> Result<NamePattern, String> {
    NamePattern::parse(text)
        .map_err(|invalid| format!("{invalid} (a folder goes before --only, not after it)"))
}

/// Reads the number of a version: `9`, or `v9` as `versions` shows it.
pub(super) fn version_number(text: &str) -> Result<u64, String> {
    let number = text.strip_prefix('v').unwrap_or(text).parse().ok();
    number.filter(|number| *number > 0).ok_or_else(|| {
        "write the version's number, such as 9; `hooksync versions NAME` lists them".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_a_number() {
        assert_eq!((version_number("9"), version_number("v12")), (Ok(9), Ok(12)));
        for wrong in ["", "v", "0", "-1", "9.1", "latest", "99999999999999999999"] {
            assert!(version_number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_keyword_may_hold_equal_signs_and_is_never_shown() {
        let keyword = keyword("KEY=a=b").unwrap();
        assert_eq!((keyword.key.as_str(), keyword.value.as_str()), ("KEY", "a=b"));
        assert_eq!(format!("{keyword:?}"), "Keyword { key: \"KEY\", .. }");
        for wrong in ["canary", "=canary", "a b=canary"] {
            assert!(!super::keyword(wrong).unwrap_err().contains("canary"), "{wrong}");
        }
    }
}
