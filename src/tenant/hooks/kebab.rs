//! The name that the tenant stores: lodash 4's `kebabCase`, for ASCII.
//!
//! Recorded in Auth0's own SDK tests: `test-hook520` is stored as
//! `test-hook-520`. Written here a second time and in another way than
//! elsewhere in this crate, so that one mistake can't hide on both sides of
//! a test.

/// Words are cut first at everything that is neither letter nor digit, then
/// at each inner border that [`is_border`] sees.
pub(in crate::tenant) fn kebab_case(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for run in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| !run.is_empty()) {
        let bytes = run.as_bytes();
        let mut start = 0;
        let mut at = 0;
        while at < bytes.len() {
            at += ordinal_at(bytes, at).unwrap_or(1);
            if at == bytes.len() || is_border(bytes, start, at) {
                words.extend(run.get(start..at).map(str::to_ascii_lowercase));
                start = at;
            }
        }
    }
    words.join("-")
}

/// Whether a word that began at `start` ends before `at`.
fn is_border(bytes: &[u8], start: usize, at: usize) -> bool {
    let (before, after) = (bytes[at - 1], bytes[at]);
    if bytes[start].is_ascii_digit() || after.is_ascii_digit() {
        // A run of digits is a word; an ordinal (`1st`) is one with its ending.
        let ordinal = bytes[start].is_ascii_digit() && before.is_ascii_alphabetic();
        return ordinal || before.is_ascii_digit() != after.is_ascii_digit();
    }
    let followed_by_lower = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    after.is_ascii_uppercase() && (before.is_ascii_lowercase() || followed_by_lower)
}

/// The length of the ordinal (`1st`, `22ND`, `104th`) that begins at `at`, if
/// `at` begins a run of digits. Only the last digit decides, and lodash knows
/// no `11th`. An ending that goes on with its own case, or with a digit, is
/// the start of another word.
fn ordinal_at(bytes: &[u8], at: usize) -> Option<usize> {
    if at > 0 && bytes[at - 1].is_ascii_digit() {
        return None;
    }
    let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let last = bytes[at..at + digits].last()?;
    let ending = bytes.get(at + digits..at + digits + 2)?;
    let expected: &[u8] = match last {
        b'1' => b"st",
        b'2' => b"nd",
        b'3' => b"rd",
        _ => b"th",
    };
    let next = bytes.get(at + digits + 2);
    let lower = ending == expected && next.is_none_or(u8::is_ascii_uppercase);
    let upper = ending == expected.to_ascii_uppercase() && next.is_none_or(u8::is_ascii_lowercase);
    (lower || upper).then_some(digits + 2)
}

#[cfg(test)]
mod tests {
    use super::kebab_case;

    #[test]
    fn equals_lodash_on_three_thousand_names() {
        let table = include_str!("../../../fixtures/names/lodash-kebab-case.tsv");
        let mut checked = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let (name, expected) = line.split_once('\t').unwrap();
            assert_eq!(kebab_case(name), expected, "of {name:?}");
            checked += 1;
        }
        assert!(checked >= 3000, "{checked} names");
    }

    #[test]
    fn recorded_names() {
        let check = |name, expected| assert_eq!(kebab_case(name), expected);
        check("test-hook520", "test-hook-520");
        check("auth0-hook-x", "auth-0-hook-x");
        check("My Pre User Registration Hook", "my-pre-user-registration-hook");
        check("testing-hook-creation", "testing-hook-creation");
        check("1STfoo 11th 22nd", "1st-foo-11-th-22nd");
        check("", "");
    }
}
