//! Makes text that a tenant answered fit for a message.
//!
//! What comes over the wire may hold terminal escapes, bidirectional
//! overrides, a secret that was just sent, or megabytes of HTML. Must not
//! decide what a text means.

use crate::model::SecretValue;

/// How much of a tenant's text goes into a message.
const LONGEST: usize = 300;

/// Says in words why JSON could not be read, without quoting any of it.
pub(super) fn problem(body: &[u8], error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Eof if body.is_empty() => "it is empty".into(),
        Category::Eof => "its JSON ends too early".into(),
        Category::Syntax | Category::Io => "it is no JSON".into(),
        Category::Data => "its JSON has another form than expected".into(),
    }
}

/// One line of `text`, without control and invisible characters, at most
/// [`LONGEST`] characters, with every one of `secrets` blotted out.
pub(super) fn harmless(text: &str, secrets: &[SecretValue]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().map(SecretValue::expose).filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "[secret]");
        // The same value as JSON writes it, for answers that quote the body.
        if let Ok(quoted) = serde_json::to_string(secret) {
            text = text.replace(quoted.trim_matches('"'), "[secret]");
        }
    }
    let mut out = String::new();
    let mut length = 0;
    for character in text.chars() {
        let character = if character.is_whitespace() { ' ' } else { character };
        if is_hidden(character) || (character == ' ' && (out.is_empty() || out.ends_with(' '))) {
            continue;
        }
        if length == LONGEST {
            out.push('…');
            break;
        }
        out.push(character);
        length += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Control characters, and those that change how others are shown without
/// being seen themselves.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_characters_are_left() {
        let check = |text: &str, left: &str| assert_eq!(harmless(text, &[]), left);
        check("a\u{1b}[31mb\r\nc", "a[31mb c");
        check("a\u{202e}b\u{200b}c", "abc");
        check("  a  \t b \n", "a b");
        check(&"é".repeat(400), &format!("{}…", "é".repeat(300)));
    }

    #[test]
    fn a_secret_that_is_quoted_back_is_blotted_out() {
        let secrets = [SecretValue::new("ca\"nary".into()), SecretValue::new(String::new())];
        assert_eq!(harmless("bad: ca\"nary", &secrets), "bad: [secret]");
        assert_eq!(harmless(r#"{"K":"ca\"nary"}"#, &secrets), r#"{"K":"[secret]"}"#);
    }
}
