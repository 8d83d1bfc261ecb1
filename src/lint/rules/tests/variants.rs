//! The same thing in other words: what misled a rule once, or might.

use crate::lint::testing::{codes, reported};

/// The cases of `variants.txt`: trigger, expected codes, script.
fn cases() -> Vec<(&'static str, Vec<&'static str>, String)> {
    include_str!("variants.txt")
        .split("\n=== ")
        .skip(1)
        .map(|case| {
            let (head, body) = case.split_once('\n').unwrap();
            let (trigger, expected) = head.split_once(':').unwrap();
            let parameters = match trigger {
                "credentials-exchange" => "client, scope, audience, context, cb",
                "send-phone-message" => "recipient, text, context, cb",
                _ => "user, context, cb",
            };
            let script = if body.contains("exports") {
                body.to_owned()
            } else {
                format!("module.exports = function ({parameters}) {{\n{body}\n}};\n")
            };
            (trigger, expected.split_whitespace().collect(), script)
        })
        .collect()
}

#[test]
fn each_variant_has_its_findings_and_no_other() {
    let cases = cases();
    assert!(cases.len() > 80, "{}", cases.len());
    let mut wrong = String::new();
    for (trigger, expected, script) in cases {
        let mut found = codes(trigger, &script);
        found.dedup();
        if found != expected {
            wrong +=
                &format!("--- expected {expected:?}\n{script}\n{}\n", reported(trigger, &script));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
