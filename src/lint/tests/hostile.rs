//! Whatever a script or a definition holds: no panic, places inside the file,
//! bounded depth.

use proptest::prelude::*;

use super::generated::{STATEMENTS, piece, program};
use crate::lint::testing::{action, hook, written};
use crate::lint::{RuleSettings, check};
use crate::model::{Definition, DesiredSecret, ScriptSource, Trigger};

/// Checks a hook and that every finding points into one of its files.
fn check_places(hook: &Definition) {
    for found in check(hook, &RuleSettings::default()) {
        let position = found.position.unwrap();
        let text = match found.file.as_deref().unwrap() {
            "hooks/test-hook.js" | "actions/test-action.js" => &hook.script_source.text,
            "hooks/test-hook.yaml" | "actions/test-action.yaml" => &*hook.written.text,
            other => panic!("{other} is no file of this hook"),
        };
        let line = text.split('\n').nth(position.line - 1).expect("a line of the file");
        assert!(position.column <= line.chars().count() + 1, "{found:?}");
        // A line that no person wrote is not shown.
        assert!(line.len() > 2000 || found.excerpt.as_ref().is_some_and(|it| it.width >= 1));
        assert_ne!(found.code.0, "HS390", "not checked: {found:?}");
    }
}

fn any_trigger() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "credentials-exchange",
        "pre-user-registration",
        "post-user-registration",
        "post-change-password",
        "send-phone-message",
    ])
}

/// Words of which scripts are made, put together without sense.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "module.exports",
        " = ",
        "function",
        "(user, context, cb)",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ";",
        ",",
        "\n",
        "=>",
        " async ",
        " await ",
        " return ",
        " if ",
        " else ",
        "cb",
        "callback",
        "(null, user)",
        "'",
        "\"",
        "`",
        "${",
        "//",
        "/*",
        "*/",
        " hooksync-allow HS402 x",
        " hooksync-allow ",
        ".then",
        ".catch",
        "context.webtask.secrets",
        ".API_KEY",
        "['a-b']",
        " - key",
        "require",
        "('axios@1')",
        "throw ",
        "new Error('x')",
        "class ",
        "PreUserRegistrationError",
        " extends Error ",
        "switch",
        "case 1:",
        "default:",
        "for",
        "while",
        "try",
        "catch (e)",
        "finally",
        "const ",
        "let ",
        "var ",
        " ? ",
        " : ",
        "&&",
        "||",
        "é",
        "\u{feff}",
        "\u{2028}",
        "\0",
        "\\",
        "#",
        "/a/",
        "user.user_id",
        "console.log",
        "password",
        "'p9Kq2vN5rT7wZ1mB4cD6'",
        "429",
        "label:",
        "break ",
        "yield ",
        "import ",
        "export ",
        "axios.post",
        "fetch",
        "(err, res)",
        "module",
        ".exports",
        "arguments",
        "eval",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in ".{0,300}", trigger in any_trigger()) {
        check_places(&hook(trigger, &text));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check_places(&hook("pre-user-registration", &String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn no_words_make_it_panic(words in prop::collection::vec(word(), 0..60), trigger in any_trigger()) {
        check_places(&hook(trigger, &words.concat()));
    }

    #[test]
    fn no_words_in_a_hook_make_it_panic(words in prop::collection::vec(word(), 0..40), trigger in any_trigger()) {
        let script = format!("module.exports = function (user, context, cb) {{\n{}\n}};\n", words.concat());
        check_places(&hook(trigger, &script));
    }

    #[test]
    fn no_definition_makes_it_panic(
        text in "[ \\-a-zA-Z:{}\\[\\]\"'#@,.\n]{0,200}",
        keys in prop::collection::btree_set("[a-z\\-]{1,6}", 0..4),
    ) {
        let mut hook = hook("post-user-registration", "module.exports = (user, context, cb) => cb();");
        hook.written = written(&text);
        hook.dependencies = Some(keys.iter().map(|key| (key.clone(), key.clone())).collect());
        hook.secrets = Some(keys.into_iter().map(|key| (key, DesiredSecret::Kept)).collect());
        check_places(&hook);
    }

    #[test]
    fn every_statement_after_every_character(pieces in prop::collection::vec(piece(), 1..6), trigger in any_trigger()) {
        let script = program(trigger, &pieces);
        check_places(&hook(trigger, &script));
        let (_, body) = script.split_once('=').unwrap();
        check_places(&action(trigger, &format!("exports.onExecutePostUserRegistration ={}", body.replacen("function", "async function", 1).replace("context.webtask", "event").replace("cb(", "api.access.deny("))));
    }

    #[test]
    fn places_stay_inside_after_keyword_replacement(before in "[a-z\n;]{0,20}", value in "[a-z(){}\n]{0,40}", after in "[a-z\n;]{0,20}") {
        let mut hook = hook("post-user-registration", &format!("{before}{value}{after}"));
        let (start, end) = (before.len(), before.len() + value.len());
        hook.script_source = ScriptSource {
            file: "hooks/test-hook.js".into(),
            text: format!("{before}##KEY##{after}"),
            replaced: vec![(start..end, start..start + 7)],
        };
        check_places(&hook);
    }
}

/// The texts above are scripts: what can't be parsed reaches no rule.
#[test]
fn the_statements_reach_the_rules() {
    for statement in STATEMENTS {
        let piece = ("é".to_owned(), 0, statement, "é".to_owned());
        let script = program("pre-user-registration", &[piece]);
        let found = check(&hook("pre-user-registration", &script), &RuleSettings::default());
        assert!(!found.iter().any(|it| it.code.0 == "HS301"), "{script}: {found:?}");
    }
}

#[test]
fn a_character_of_several_bytes_before_a_condition_is_survived() {
    for character in ["é", "語", "😀"] {
        for length in 380..430 {
            let script = format!(
                "module.exports = function (recipient, text, context, cb) {{\n/*{}*/\nif (context.message_type === 'sms') {{ cb(); }}\n}};",
                character.repeat(length / character.len())
            );
            check_places(&hook("send-phone-message", &script));
        }
    }
}

#[test]
fn a_long_expression_is_checked() {
    let sum = vec!["'a'"; 1_100].join(" + ");
    let script = format!(
        "module.exports = function (user, context, cb) {{ log({sum}); if (user.a) cb(); }};"
    );
    let found = check(&hook("pre-user-registration", &script), &RuleSettings::default());
    let codes: Vec<_> = found.iter().map(|it| it.code.0).collect();
    assert_eq!(codes, ["HS415", "HS402"]);
}

#[test]
fn what_is_too_deep_is_an_error_and_checked_as_far_as_it_goes() {
    let sum = vec!["'a'"; 8_000].join(" + ");
    let script = format!(
        "module.exports = function (user, context, cb) {{ console.log({sum}); require('axios@1'); if (user.a) cb(); }};"
    );
    let found = check(&hook("pre-user-registration", &script), &RuleSettings::default());
    let codes: Vec<_> = found.iter().map(|it| (it.code.0, it.is_error())).collect();
    assert_eq!(codes, [("HS390", true), ("HS423", false)]);
}

/// Ways to nest, each a text that opens a level and one that closes it.
const NESTING: [(&str, &str, &str); 26] = [
    ("(", "1", ")"),
    ("[", "1", "]"),
    ("{", "", "}"),
    ("!", "1", ""),
    ("- ", "1", ""),
    ("typeof ", "1", ""),
    ("new ", "A", ""),
    ("a(", "1", ")"),
    ("a[", "1", "]"),
    ("a.b+", "1", ""),
    ("a**", "1", ""),
    ("a=", "1", ""),
    ("a?1:", "1", ""),
    ("a?", "1", ":1"),
    ("a=>", "1", ""),
    ("()=>{", "", "}"),
    ("function a(){", "", "}"),
    ("if(a)", "1", ""),
    ("if(a){}else ", "1", ""),
    ("for(;;)", "1", ""),
    ("a:", "1", ""),
    ("`${", "1", "}`"),
    ("class A extends (", "A", "){}"),
    ("try{", "", "}finally{}"),
    ("a&&", "cb()", ""),
    ("p.then(()=>", "cb()", ")"),
];

fn nested((open, middle, close): (&str, &str, &str), bytes: usize) -> String {
    let levels = bytes / (open.len() + close.len());
    format!("{}{middle}{}", open.repeat(levels), close.repeat(levels))
}

#[test]
fn deep_nesting_is_survived() {
    for family in NESTING {
        let text = nested(family, 100 * 1024 - 200);
        let in_hook = format!("module.exports = function (user, context, cb) {{ {text} }};");
        let _ = check(&hook("pre-user-registration", &in_hook), &RuleSettings::default());
    }
}

#[test]
fn a_chain_of_calls_is_survived() {
    let chain = ".then(cb)".repeat(10_000);
    let script = format!("module.exports = (user, context, cb) => {{ p{chain}; }};");
    let _ = check(&hook("pre-user-registration", &script), &RuleSettings::default());
}

#[test]
fn a_script_over_1_mb_is_not_parsed() {
    let script = "(".repeat(1024 * 1024 + 1);
    let found = check(&hook("pre-user-registration", &script), &RuleSettings::default());
    assert_eq!(found.iter().map(|it| it.code.0).collect::<Vec<_>>(), ["HS306"]);
}

#[test]
fn a_script_over_100_kb_is_told_and_checked() {
    let padding = "// padding\n".repeat(10_000);
    let script = format!("{padding}module.exports = (user, context, cb) => {{}};");
    let found = check(&hook("pre-user-registration", &script), &RuleSettings::default());
    assert_eq!(found.iter().map(|it| it.code.0).collect::<Vec<_>>(), ["HS440", "HS401"]);
}

#[test]
fn an_unknown_trigger_is_no_reason_to_panic() {
    let mut hook = hook("pre-user-registration", "module.exports = (a, b) => b();");
    hook.trigger = Trigger::Other("post-login".into());
    check_places(&hook);
}
