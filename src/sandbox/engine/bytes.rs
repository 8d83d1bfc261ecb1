//! Texts and bytes between Rust and the engine, and Node's encodings.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use rquickjs::{Ctx, String as JsString, Value as Js};
use serde_json::Value;

/// A text. Half a pair of surrogates, which JavaScript allows, becomes U+FFFD.
pub(super) fn text_of<'js>(ctx: &Ctx<'js>, text: &JsString<'js>) -> String {
    if let Ok(text) = text.to_string() {
        return text;
    }
    ctx.catch();
    match json_of(ctx, text.as_value()) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

/// A value as JSON, by the engine's own writer. `None` for what has no JSON,
/// or can't be written.
pub(super) fn json_of<'js>(ctx: &Ctx<'js>, value: &Js<'js>) -> Option<Value> {
    match ctx.json_stringify(value.clone()) {
        Ok(Some(json)) => json.to_string().ok().and_then(|json| parse(&json)),
        Ok(None) => None,
        Err(_) => {
            ctx.catch();
            None
        }
    }
}

/// Reads JSON that JavaScript wrote, which may hold lone surrogates.
pub(super) fn parse(json: &str) -> Option<Value> {
    serde_json::from_str(json).ok().or_else(|| serde_json::from_str(&without_lone(json)).ok())
}

fn without_lone(json: &str) -> String {
    let code = |at: usize| {
        let hex = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    let (mut out, mut at) = (String::with_capacity(json.len()), 0);
    while let Some(c) = json.get(at..).and_then(|rest| rest.chars().next()) {
        let pair = c == '\\'
            && code(at).is_some_and(|c| (0xd800..0xdc00).contains(&c))
            && code(at + 6).is_some_and(|c| (0xdc00..0xe000).contains(&c));
        let length = match c {
            _ if pair => 12,
            '\\' if code(at).is_some() => 6,
            '\\' => 2,
            c => c.len_utf8(),
        };
        let lone =
            !pair && code(at).is_some_and(|code| (0xd800..0xe000).contains(&code)) && c == '\\';
        out.push_str(if lone { "\\ufffd" } else { json.get(at..at + length).unwrap_or_default() });
        at += length;
    }
    out
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// The bytes of a text in one of Node's encodings. What isn't part of the
/// encoding ends it or is passed over, as in Node.
pub(super) fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "hex" => {
            let digits: Vec<u8> =
                text.chars().map_while(|c| c.to_digit(16)).map(|d| d as u8).collect();
            digits
                .chunks_exact(2)
                .filter_map(|pair| Some(pair.first()? << 4 | pair.get(1)?))
                .collect()
        }
        "base64" | "base64url" => {
            let clean: String = text
                .chars()
                .take_while(|c| *c != '=')
                .filter_map(|c| match c {
                    '-' => Some('+'),
                    '_' => Some('/'),
                    c if c.is_ascii_alphanumeric() || c == '+' || c == '/' => Some(c),
                    _ => None,
                })
                .collect();
            // one character alone is less than a byte
            let whole = if clean.len() % 4 == 1 { clean.len() - 1 } else { clean.len() };
            let engine = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
            engine.decode(clean.get(..whole).unwrap_or_default()).unwrap_or_default()
        }
        "latin1" | "ascii" => text.encode_utf16().map(|unit| unit.to_le_bytes()[0]).collect(),
        "utf16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.as_bytes().to_vec(),
    }
}

/// The text of bytes in one of Node's encodings.
pub(super) fn decode(bytes: &[u8], encoding: &str) -> String {
    match encoding {
        "hex" => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        "base64" => general_purpose::STANDARD.encode(bytes),
        "base64url" => general_purpose::URL_SAFE_NO_PAD.encode(bytes),
        "latin1" => bytes.iter().map(|byte| char::from(*byte)).collect(),
        "ascii" => bytes.iter().map(|byte| char::from(byte & 0x7f)).collect(),
        "utf16le" => {
            let units: Vec<u16> = bytes
                .chunks_exact(2)
                .filter_map(|pair| Some(u16::from_le_bytes([*pair.first()?, *pair.get(1)?])))
                .collect();
            String::from_utf16_lossy(&units)
        }
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_those_of_node() {
        let check = |text: &str, encoding: &str, bytes: &[u8]| {
            assert_eq!(encode(text, encoding), bytes, "{text} {encoding}")
        };
        check("68656c6c6f", "hex", b"hello");
        check("6865zz", "hex", b"he");
        check("aGVsbG8=", "base64", b"hello");
        check("aGVs bG8", "base64", b"hello");
        check("_-8", "base64", &[0xff, 0xef]);
        check("aGVsbA=x", "base64", b"hell");
        check("é", "latin1", &[0xe9]);
        check("é", "utf8", &[0xc3, 0xa9]);
        assert_eq!(decode(&[0xff, 0xfe], "base64url"), "__4");
        assert_eq!(decode(&[0xe9], "utf8"), "\u{fffd}");
    }

    #[test]
    fn lone_surrogates_do_not_break_json() {
        let check = |json: &str, expected: &str| {
            assert_eq!(parse(json), Some(Value::from(expected)), "{json}")
        };
        check(r#""\ud83d\ude00""#, "😀");
        check(r#""a\ud83d""#, "a\u{fffd}");
        check(r#""\\ud83d\udc00\"\\""#, "\\ud83d\u{fffd}\"\\");
    }
}
