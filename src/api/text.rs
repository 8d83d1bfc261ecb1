//! Makes text that a tenant answered fit for a message.
//!
//! What comes over the wire may hold terminal escapes, bidirectional
//! overrides, a secret that was just sent, or megabytes of HTML. Must not
//! decide what a text means.

use crate::model::{Mask, SecretValue};

/// How much of a tenant's text goes into a message.
const LONGEST: usize = 300;

/// More of a text is not looked at: what is shown is far less.
const LONGEST_READ: usize = 16_384;

/// What stands in the place of a secret.
const BLOT: &str = "[secret]";

/// Says in words why JSON could not be read, without quoting any of it.
pub(super) fn problem(body: &[u8], error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Eof if body.is_empty() => "it is empty".into(),
        Category::Eof => "its JSON is cut off".into(),
        Category::Syntax | Category::Io => "it is no JSON".into(),
        Category::Data => "its JSON has an unexpected shape".into(),
    }
}

/// One line of `text`, without control and invisible characters, at most
/// [`LONGEST`] characters, with every one of `secrets` blotted out.
pub(super) fn harmless(text: &str, secrets: &[SecretValue]) -> String {
    let read = text.char_indices().take_while(|(at, _)| *at < LONGEST_READ);
    let text: String = read.map(|(_, character)| character).collect();
    // before and after invisible characters are gone: they may stand inside of one
    let mask = Mask::new(secrets.iter().map(|secret| (secret.expose(), BLOT)));
    let text = one_line(&mask.text(&text), LONGEST_READ);
    one_line(&mask.text(&text), LONGEST)
}

/// A text in one line of at most so many visible characters.
fn one_line(text: &str, longest: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    for character in text.chars() {
        let character = if character.is_whitespace() { ' ' } else { character };
        if is_hidden(character) || (character == ' ' && (out.is_empty() || out.ends_with(' '))) {
            continue;
        }
        if length == longest {
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
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

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

    #[test]
    fn a_token_is_blotted_out_in_every_form() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln+nature/x=";
        let secrets = [SecretValue::new(token.to_owned())];
        let form: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
        for quoted in [
            token.to_owned(),
            form,
            STANDARD.encode(token),
            token[..40].to_owned(),
            token.replacen("RSU", "R\u{200b}SU", 1),
            format!("{}…", &token[..20]),
        ] {
            let shown = harmless(&format!("bad header: Bearer {quoted}"), &secrets);
            assert_eq!(shown.trim_end_matches('…'), "bad header: Bearer [secret]", "{quoted}");
        }
        let long = harmless(&format!("{} {token}", "x".repeat(290)), &secrets);
        assert!(!long.contains("eyJ"), "{long}");
    }
}
