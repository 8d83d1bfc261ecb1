//! A name as the identity of a hook or action.
//!
//! The tenant stores every hook's name in kebab-case (recorded in Auth0's own SDK
//! tests: `test-hook520` comes back as `test-hook-520`), in the form that
//! lodash's `kebabCase` gives. So identity is the kebab-cased name: `My Hook`
//! and `my-hook` are one hook. An action's name is compared to the letter.
//! Must not know where a name was written.

use std::fmt;

/// An identity within a kind: the name in the form the tenant stores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// A name that the Management API would refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a hook's name is made of letters, digits, blanks and hyphens (ASCII), and begins and ends with a letter or digit"
)]
pub struct InvalidName;

impl Name {
    /// The identity of a hook's name as it is written.
    ///
    /// # Errors
    /// When it doesn't match the API's pattern
    /// `^[a-zA-Z0-9]([ \-a-zA-Z0-9]*[a-zA-Z0-9])?$`.
    pub fn hook(written: &str) -> Result<Self, InvalidName> {
        let bytes = written.as_bytes();
        let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-');
        if edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(inside) {
            Ok(Self(kebab_case(written)))
        } else {
            Err(InvalidName)
        }
    }

    /// An action's name, as the tenant has it or a file writes it.
    #[must_use]
    pub fn action(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The identity of a live hook. Old hooks have no name; they go by their
    /// id, as they do in Auth0's Deploy CLI.
    #[must_use]
    pub fn of_live_hook(name: Option<&str>, id: &str) -> Self {
        let kebab = name.map(kebab_case).unwrap_or_default();
        Self(if kebab.is_empty() { kebab_case(id) } else { kebab })
    }

    /// This name with a suffix, for the short while in which a hook has to
    /// make room for another.
    #[must_use]
    pub fn with_suffix(&self, suffix: &str) -> Self {
        Self(format!("{}-{suffix}", self.0))
    }

    /// The stored form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// lodash 4's `kebabCase`, for ASCII. Any character that is neither letter
/// nor digit separates words.
#[must_use]
pub fn kebab_case(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len() + 8);
    let mut at = 0;
    while at < bytes.len() {
        let length = word_length(&bytes[at..]);
        if length == 0 {
            at += 1;
            continue;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.extend(
            bytes[at..at + length].iter().map(|&byte| char::from(byte.to_ascii_lowercase())),
        );
        at += length;
    }
    out
}

/// The length of the word that lodash's word pattern finds at the start, 0 at
/// a separator. The alternatives of that pattern, in its order, are named
/// beside each case.
fn word_length(rest: &[u8]) -> usize {
    let run = |from: usize, class: fn(&u8) -> bool| {
        rest[from..].iter().take_while(|byte| class(byte)).count()
    };
    match rest.first() {
        // `[A-Z]?[a-z]+`, whatever follows it
        Some(b'a'..=b'z') => run(0, u8::is_ascii_lowercase),
        Some(b'A'..=b'Z') => {
            let lower = run(1, u8::is_ascii_lowercase);
            if lower > 0 {
                return 1 + lower;
            }
            // `[A-Z]+`, less its last letter where that begins `[A-Z][a-z]+`
            let upper = run(0, u8::is_ascii_uppercase);
            if rest.get(upper).is_some_and(u8::is_ascii_lowercase) { upper - 1 } else { upper }
        }
        Some(b'0'..=b'9') => {
            let digits = run(0, u8::is_ascii_digit);
            if is_ordinal(rest, digits) { digits + 2 } else { digits }
        }
        _ => 0,
    }
}

/// `1st`, `22ND`, `4th`: lodash keeps the ending with its number unless a
/// letter of the same case or a digit follows. (`11th` is no ordinal to it.)
fn is_ordinal(rest: &[u8], digits: usize) -> bool {
    let Some(ending) = rest.get(digits..digits + 2) else {
        return false;
    };
    let fits = |ending: &[u8]| match rest[digits - 1] {
        b'1' => ending == b"st",
        b'2' => ending == b"nd",
        b'3' => ending == b"rd",
        _ => ending == b"th",
    };
    let next = rest.get(digits + 2);
    if ending.iter().all(u8::is_ascii_lowercase) {
        fits(ending) && !next.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    } else {
        ending.iter().all(u8::is_ascii_uppercase)
            && fits(&ending.to_ascii_lowercase())
            && !next.is_some_and(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_is_the_form_the_tenant_stores() {
        let check = |written: &str, stored: &str| {
            assert_eq!(Name::hook(written).unwrap().as_str(), stored, "{written}");
            assert_eq!(kebab_case(stored), stored, "not stable: {written}");
        };
        check("test-hook520", "test-hook-520");
        check("auth0-hook-x", "auth-0-hook-x");
        check("My Pre User Registration Hook", "my-pre-user-registration-hook");
        check("FooBar", "foo-bar");
        check("a1b2c3", "a-1-b-2-c-3");
        check("v2-Signup", "v-2-signup");
        check("foo--bar", "foo-bar");
        check("A", "a");
        check("HTMLParser", "html-parser");
        check("1st hook", "1st-hook");
        check("11th hook", "11-th-hook");
    }

    #[test]
    fn identity_is_that_of_lodash() {
        let vectors = include_str!("../../fixtures/names/lodash-kebab-case.tsv");
        for line in vectors.lines().filter(|line| !line.starts_with('#')) {
            let (written, stored) = line.split_once('\t').unwrap();
            assert_eq!(Name::hook(written).unwrap().as_str(), stored, "{written}");
        }
    }

    #[test]
    fn names_the_api_refuses_are_refused() {
        for written in ["", " ", "-a", "a-", "a_b", "é", "a\n", "a\tb", "a."] {
            assert_eq!(Name::hook(written), Err(InvalidName), "{written:?}");
        }
    }

    #[test]
    fn hooks_without_a_name_go_by_their_id() {
        assert_eq!(Name::of_live_hook(None, "auth-0-hook").as_str(), "auth-0-hook");
        assert_eq!(Name::of_live_hook(Some(""), "Ab1").as_str(), "ab-1");
    }
}
