//! A hook's JavaScript, byte for byte, and the ways two of them can differ.
//!
//! Must not parse JavaScript: that is `lint`'s.

use std::fmt;

/// The text of a script as it is sent or was received.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Script(String);

impl Script {
    /// Takes the text as it is.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, unchanged.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// SHA-256 of the UTF-8 bytes, the same that `sha256sum FILE` prints.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(self.0.as_bytes())
    }

    /// Whether the two differ at most in CRLF against LF and in one newline
    /// at the end: differences that editors and Git make by themselves.
    #[must_use]
    pub fn same_but_newlines(&self, other: &Self) -> bool {
        fn folded(text: &str) -> String {
            let mut text = text.replace("\r\n", "\n");
            if text.ends_with('\n') {
                text.pop();
            }
            text
        }
        self == other || folded(&self.0) == folded(&other.0)
    }
}

/// A SHA-256 digest. Shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut digest = [0; 32];
        digest.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref());
        Self(digest)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newlines_alone_do_not_differ() {
        let check = |a: &str, b: &str| Script::new(a).same_but_newlines(&Script::new(b));
        assert!(check("a\nb\n", "a\r\nb"));
        assert!(check("", "\n"));
        assert!(check("a", "a\r\n"));
        assert!(!check("a", "a\n\n"));
        assert!(!check("a\nb", "a\rb"));
        assert!(!check("a ", "a"));
    }

    #[test]
    fn digest_is_that_of_sha256sum() {
        assert_eq!(
            Script::new("abc").sha256().to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
