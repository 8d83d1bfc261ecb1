//! Texts without the values of secrets, in the forms in which code and
//! services repeat them.
//!
//! Main type: [`Mask`]. As they are, escaped for JSON, JavaScript, URLs and
//! XML, in base64 at any offset (`Basic` is `user:secret`), in hex, and as
//! lists of bytes. It guards against accidents: code that wants to hide a value
//! from it can. Must not show a value, not even in `Debug`.

mod forms;
mod views;

use std::fmt;
use std::ops::Range;

use forms::Form;
use views::View;

/// A shorter value is looked for as it is alone: its other forms are parts of
/// too many harmless texts.
const SHORTEST: usize = 3;

/// A line of a value that has several, such as a key's, is one more value from
/// this length on.
const SHORTEST_LINE: usize = 16;

/// Hides values in texts.
pub struct Mask {
    forms: Vec<(Form, usize)>,
    shown: Vec<String>,
    /// By the byte that a text begins with: the forms that may begin so.
    first: Vec<Vec<usize>>,
}

impl Mask {
    /// A mask over values, each with what stands in its place.
    pub fn new<V: AsRef<str>, S: Into<String>>(values: impl IntoIterator<Item = (V, S)>) -> Self {
        let mut mask = Self { forms: Vec::new(), shown: Vec::new(), first: vec![Vec::new(); 256] };
        for (value, shown) in values {
            let value = value.as_ref();
            if value.is_empty() {
                continue;
            }
            mask.shown.push(shown.into());
            mask.add(value);
            // keys are often kept with `\n` for their line ends
            let lines = value.replace("\\n", "\n");
            if lines != value {
                mask.add(&lines);
            }
            let is_own = |line: &&str| line.len() >= SHORTEST_LINE && !line.starts_with("-----");
            let all = lines.lines().map(str::trim).filter(is_own);
            for line in all.filter(|line| *line != lines) {
                mask.add(line);
            }
        }
        for (at, (form, _)) in mask.forms.iter().enumerate() {
            for byte in form.first_bytes() {
                if let Some(known) = mask.first.get_mut(usize::from(byte)) {
                    known.push(at);
                }
            }
        }
        mask
    }

    fn add(&mut self, value: &str) {
        let which = self.shown.len() - 1;
        let forms = if value.len() < SHORTEST { Form::plain(value) } else { Form::all(value) };
        self.forms.extend(forms.into_iter().map(|form| (form, which)));
    }

    /// The text without the values.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, which) in self.found(text) {
            out.push_str(text.get(at..range.start).unwrap_or_default());
            out.push_str(self.shown.get(which).map_or("***", String::as_str));
            at = range.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }

    /// The first characters of a longer text and `…`. A value that would be cut
    /// in two is left out, since its beginning is no text of its own to mask.
    #[must_use]
    pub fn cut(&self, text: &str, most: usize) -> String {
        let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
        let over = |(range, _): &(Range<usize>, usize)| range.start < end && end < range.end;
        let end = self.found(text).iter().find(|it| over(it)).map_or(end, |(it, _)| it.start);
        format!("{}…", text.get(..end).unwrap_or_default())
    }

    /// Where values are, in order, and which; none overlap.
    fn found(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let mut all = Vec::new();
        for view in views::all(text) {
            self.found_in(&view, &mut all);
        }
        all.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        for (range, which) in all {
            let range = text.floor_char_boundary(range.start)..text.ceil_char_boundary(range.end);
            match found.last_mut() {
                Some((last, _)) if range.start < last.end => last.end = last.end.max(range.end),
                _ => found.push((range, which)),
            }
        }
        found
    }

    fn found_in(&self, view: &View, all: &mut Vec<(Range<usize>, usize)>) {
        let mut at = 0;
        while let Some(byte) = view.bytes.get(at) {
            let may = self.first.get(usize::from(*byte)).into_iter().flatten();
            let longest = may
                .filter_map(|form| self.forms.get(*form))
                .filter_map(|(form, which)| Some((form.range(&view.bytes, at)?, *which)))
                .max_by_key(|(range, _)| range.end);
            let Some((range, which)) = longest else {
                at += 1;
                continue;
            };
            at = range.end.max(at + 1);
            let place = |at: usize| view.starts.get(at).copied();
            if let (Some(start), Some(end)) = (place(range.start), place(range.end)) {
                all.push((start..end, which));
            }
        }
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
    use proptest::prelude::*;

    use super::*;

    fn check(value: &str, text: &str, expected: &str) {
        assert_eq!(Mask::new([(value, "***")]).text(text), expected, "{text}");
    }

    #[test]
    fn a_value_is_hidden_as_it_is() {
        check("s3cret", "a s3cret b s3cret", "a *** b ***");
        check("ü-é", "xü-éx", "x***x");
        check("", "nothing", "nothing");
        check("a", "banana %61 YQ==", "b***n***n*** *** YQ==");
        // URLs and headers change case; short words may be common ones
        check("Tenant.Example", "https://tenant.example/x", "https://***/x");
        check("Gold", "gold", "gold");
    }

    #[test]
    fn escapes_do_not_show_it() {
        let value = "p&w \"q\" /ü+\\%41";
        for text in [
            "p%26w%20%22q%22%20%2F%C3%BC%2B%5C%2541",
            "p%26w+%22q%22+%2f%c3%bc%2b%5c%2541",
            "p%2526w%2520%2522q%2522%2520%252F%25C3%25BC%252B%255C%252541",
            r#"p&w \"q\" /ü+\\%41"#,
            r#"p&w \"q\" \/\u00fc+\\%41"#,
            r#"p&w \\\"q\\\" /ü+\\\\%41"#,
            "p&amp;w &quot;q&quot; /ü+\\%41",
            "p&#38;w &#x22;q&#34; /ü+\\%41",
            "p%26w%20%5C%22q%5C%22%20/%C3%BC%2B%5C%5C%2541",
            "p%26w%2B%22q%22%2B%2F%C3%BC%252B%5C%252541",
        ] {
            check(value, &format!("<{text}>"), "<***>");
        }
        check("a\nbü😀c", "a\\nb\\u00fc\\ud83d\\ude00c", "***");
        check("it's", r"it\'s", "***");
        check("s3cret?>", "czNjcmV0Pz4%3D czNjcmV0Pz4=", "*** ***");
    }

    #[test]
    fn lists_of_bytes_and_hex_do_not_show_it() {
        check("s3cret", "733363726574 73:33:63:72:65:74", "*** ***");
        check("s3cret", "<Buffer 73 33 63 72 65 74>", "<Buffer ***>");
        check("s3cret", "7333637265", "7333637265");
        check("s3cret", r"\x73\x33\x63\x72\x65\x74", "***");
        check("s3cret", "[115,51,99,114,101,116]", "[***]");
        check("s3cret", "[\n  115, 51, 99,\n  114, 101, 116\n]", "[\n  ***\n]");
        check("s3cret", "1115,51,99,114,101,1160", "1115,51,99,114,101,1160");
    }

    #[test]
    fn a_beginning_of_a_long_value_is_hidden_too() {
        let long = "0123456789abcdefghij";
        check(long, "x 0123456789abcdefg y", "x *** y");
        check(long, "x 0123456789abcde y", "x 0123456789abcde y");
        let base64 = STANDARD.encode(long);
        check(long, &base64[..22], "***");
    }

    #[test]
    fn lines_of_a_key_are_hidden() {
        let key = "-----BEGIN KEY-----\\nMIIEvQIBADANBgkq\\nabc\\n-----END KEY-----";
        check(key, "line: MIIEvQIBADANBgkq", "line: ***");
        check(key, &key.replace("\\n", "\n"), "***");
        check(key, "-----END KEY-----", "-----END KEY-----");
    }

    #[test]
    fn a_cut_never_shows_the_beginning_of_a_value() {
        let mask = Mask::new([("s3cret", "***")]);
        let check = |text: &str, expected: &str| assert_eq!(mask.cut(text, 8), expected);
        check("ab s3cre", "ab s3cre");
        check("ab s3cret", "ab …");
        check("s3cret and more", "s3cret a…");
        check("äöüßäöüßäöüß", "äöüßäöüß…");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Mask::new([("canary", "***")])), "Mask");
    }

    proptest! {
        #[test]
        fn base64_shows_no_value_at_any_offset(
            before in "[ -~]{0,9}", value in "[ -~é]{3,40}", after in "[ -~]{0,9}",
        ) {
            let whole = format!("{before}{value}{after}");
            for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
                let text = engine.encode(&whole);
                let shown = Mask::new([(&value, "*")]).text(&format!("Basic {text}\""));
                // every character that is made of the value alone
                let bits = before.len() * 8..(before.len() + value.len()) * 8;
                let inner = text.get(bits.start.div_ceil(6)..bits.end / 6).unwrap_or_default();
                if inner.len() >= 4 {
                    prop_assert!(!shown.contains(inner), "{} {} {}", shown, text, value);
                }
                prop_assert!(shown.starts_with("Basic "));
            }
        }

        #[test]
        fn no_text_is_too_odd(value in any::<String>(), text in any::<String>(), most in 0..20_usize) {
            let mask = Mask::new([(&value, "")]);
            let shown = mask.text(&format!("{text}{value}"));
            prop_assert!(value.is_empty() || shown.len() <= text.len());
            prop_assert!(mask.cut(&text, most).chars().count() <= most + 1);
        }
    }
}
