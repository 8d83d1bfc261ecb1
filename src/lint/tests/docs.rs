//! `docs/rules.md` is held against the table: every rule is there, each bad
//! example gives rise to exactly its rule, each good one to nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::lint::testing::{action, codes_of, hook, reported_of, written};
use crate::lint::{RULES, Rule};
use crate::model::{Definition, DesiredSecret};

/// Rules whose example would not fit on a page, or can't be written at all.
const WITHOUT_EXAMPLE: [&str; 4] = ["HS306", "HS390", "HS440", "HS441"];

struct Example<'d> {
    is_bad: bool,
    trigger: &'d str,
    definition: String,
    script: String,
}

/// The sections of the page: code, name, text, examples.
fn sections(page: &str) -> Vec<(&str, &str, &str, Vec<Example<'_>>)> {
    let mut found = Vec::new();
    for section in page.split("\n## ").skip(1) {
        let (title, text) = section.split_once('\n').unwrap();
        let (code, name) = title.split_once(' ').unwrap();
        found.push((code, name, text, examples(text)));
    }
    found
}

fn examples(text: &str) -> Vec<Example<'_>> {
    let mut found = Vec::new();
    let mut is_bad = true;
    let mut definition = String::new();
    let mut fence: Option<(&str, String)> = None;
    for line in text.lines() {
        match (&mut fence, line.strip_prefix("```")) {
            (Some((language, block)), Some(_)) => {
                match language.split_once(' ') {
                    Some(("js", trigger)) => found.push(Example {
                        is_bad,
                        trigger,
                        definition: std::mem::take(&mut definition),
                        script: std::mem::take(block),
                    }),
                    _ => definition = std::mem::take(block),
                }
                fence = None;
            }
            (Some((_, block)), None) => writeln!(block, "{line}").unwrap(),
            (None, Some(language)) => fence = Some((language, String::new())),
            (None, None) if line == "Bad:" => is_bad = true,
            (None, None) if line == "Good:" => is_bad = false,
            (None, None) => {}
        }
    }
    found
}

fn hook_of(example: &Example<'_>) -> Definition {
    #[derive(serde::Deserialize, Default)]
    struct Definition {
        dependencies: Option<BTreeMap<String, String>>,
        secrets: Option<BTreeMap<String, String>>,
    }
    let mut hook = match example.trigger.strip_prefix("action ") {
        Some(trigger) => action(trigger, &example.script),
        None => hook(example.trigger, &example.script),
    };
    if !example.definition.is_empty() {
        let definition: Definition = serde_yaml::from_str(&example.definition).unwrap();
        hook.dependencies = definition.dependencies;
        hook.secrets = definition.secrets.map(|all| {
            all.into_iter().map(|(key, value)| (key, DesiredSecret::from_text(value))).collect()
        });
        hook.written = written(&format!("{}{}", hook.written.text, example.definition));
    }
    hook
}

const PAGE: &str = include_str!("../../../docs/rules.md");

#[test]
fn the_page_has_every_rule_and_no_other() {
    let on_page: Vec<_> = sections(PAGE).iter().map(|(code, name, ..)| (*code, *name)).collect();
    let in_table: Vec<_> = RULES.iter().map(|rule| (rule.code.0, rule.name)).collect();
    assert_eq!(on_page, in_table);
}

#[test]
fn each_section_has_its_severity_a_source_and_examples() {
    for (code, _, text, examples) in sections(PAGE) {
        let severity = Rule::find(code).unwrap().severity.as_str();
        assert!(text.contains(&format!("**{severity}.**")), "{code} is a {severity}");
        assert!(text.contains("\nSource: "), "{code} names no source");
        let both = examples.iter().any(|it| it.is_bad) && examples.iter().any(|it| !it.is_bad);
        assert!(both || WITHOUT_EXAMPLE.contains(&code), "{code} has no examples");
    }
}

#[test]
fn each_example_is_what_it_says() {
    let mut wrong = String::new();
    for (code, _, _, examples) in sections(PAGE) {
        for example in examples {
            let hook = hook_of(&example);
            let expected: &[&str] = if example.is_bad { &[code] } else { &[] };
            if codes_of(&hook) != expected {
                writeln!(wrong, "{code}, bad: {}\n{}", example.is_bad, reported_of(&hook)).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn what_each_rule_says_of_its_example() {
    let mut reported = String::new();
    for (_, name, _, examples) in sections(PAGE) {
        for example in examples.iter().filter(|example| example.is_bad) {
            writeln!(reported, "# {name}\n{}", reported_of(&hook_of(example))).unwrap();
        }
    }
    insta::assert_snapshot!(reported);
}
