//! The reference of commands, exit codes and fields, made from the program.

use clap::CommandFactory;
use hooksync::cli::{Exit, args::Cli};
use regex::Regex;
use serde_json::Value;

use crate::machine::Machine;

#[test]
fn the_reference_is_what_the_program_says() {
    let mut command = Cli::command().term_width(88);
    command.build();
    let mut text = String::from(
        "# Reference: commands and exit codes\n\n\
         <!-- Made from the program; UPDATE_DOCS=1 cargo test --test docs writes it. -->\n",
    );
    add(&mut command, "hooksync", &mut text);
    text.push_str("\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for exit in Exit::ALL {
        text.push_str(&format!("| {} | {} |\n", exit.code(), exit.meaning()));
    }
    crate::expect_file(&crate::root().join("docs/reference/commands.md"), &text);
}

#[test]
fn the_reference_of_fields_is_what_the_schemas_say() {
    let mut text = String::from(
        "# Reference: fields\n\n\
         <!-- Made from the schemas; UPDATE_DOCS=1 cargo test --test docs writes it. -->\n\n\
         The fields of the files that hooksync reads. [Files](files.md) describes where the files \
         are and how they are read; [JSON](json.md) describes what hooksync writes.\n",
    );
    for kind in ["hook", "action", "bindings", "test", "config"] {
        add_schema(kind, &mut text);
    }
    // who writes a file leaves a field out instead
    let text = text
        .replace(" or null", "")
        .replace(", always present", ", required")
        .replace("| object", "| map")
        .replace("| array", "| list");
    crate::expect_file(&crate::root().join("docs/reference/fields.md"), &text);
}

#[test]
fn the_reference_of_json_is_what_the_program_writes() {
    let mut text = String::from(JSON_INTRODUCTION);
    for (kind, example) in ["plan", "result", "validate"].into_iter().zip(examples()) {
        let schema = add_schema(kind, &mut text);
        text.push_str(&format!("\nFor example:\n\n```json\n{example}```\n"));
        let validator = jsonschema::validator_for(&schema).unwrap();
        let example: Value = serde_json::from_str(&example).unwrap();
        let faults: Vec<String> = validator.iter_errors(&example).map(|e| e.to_string()).collect();
        assert!(faults.is_empty(), "{kind}: {faults:?}");
        let several = Value::Array(vec![example.clone(), example]);
        assert_eq!(validator.is_valid(&several), kind != "validate", "several environments");
    }
    crate::expect_file(&crate::root().join("docs/reference/json.md"), &text);
}

const JSON_INTRODUCTION: &str = "\
# Reference: JSON

<!-- Made from the schemas and the program; UPDATE_DOCS=1 cargo test --test docs writes it. -->

What `plan`, `apply` and `validate` print with `--format json`, and what `plan --out FILE` writes.
[A policy of your own](../guide/policies.md) reads it.

- `hooksync schema KIND` prints the JSON Schema (draft 2020-12) of each; tests hold the output
  against it.
- `format_version` is `\"1\"`. A field may be added to it; one that goes away or changes its meaning
  takes another version. So ignore what you don't know.
- With several environments the output is a list with one object for each, in the order in which
  they were named; with one it is that object.
- The same definitions and the same live hooks give the same bytes, `requests` apart.
- No secret's value is in it, only names.
- Characters that would act on a terminal or in a pipeline's log are written as `\\uXXXX`.
";

/// One output of each kind, without what differs from run to run.
fn examples() -> [String; 3] {
    let commands = [
        "rm fixtures/demo/hooks/[d-s]*",
        "hooksync apply fixtures/demo --local --yes --quiet > before.txt",
        "sed -i \"s/|| 'free';/|| 'trial';/\" fixtures/demo/hooks/add-plan-claim.js",
        "sed -i 's/enabled: false/enabled: true/' fixtures/demo/hooks/add-plan-claim.yaml",
        "hooksync plan fixtures/demo --local --format json --secrets missing",
        "hooksync apply fixtures/demo --local --format json --secrets missing --yes --quiet",
        "sed -i 's/module.exports =/exports.default =/' fixtures/demo/hooks/add-plan-claim.js",
        "hooksync validate fixtures/demo --format json",
    ];
    let ran = Machine::new().run(&commands.map(str::to_owned), &[]);
    let own = [
        (r"sha256:[0-9a-f]{64}", format!("sha256:{}", "0".repeat(64))),
        (r"\b01[0-9A-HJKMNP-TV-Z]{24}\b", "01K0A1B2C3D4E5F6G7H8J9KMNP".to_owned()),
        (r#""waited_ms": \d+"#, r#""waited_ms": 0"#.to_owned()),
    ];
    [4, 5, 7].map(|at| {
        own.iter().fold(ran[at].printed.clone(), |text, (pattern, shown)| {
            Regex::new(pattern).unwrap().replace_all(&text, shown).into_owned()
        })
    })
}

/// Everything that a schema says; gives the schema.
fn add_schema(kind: &str, text: &mut String) -> Value {
    let command = format!("hooksync schema {kind}");
    let printed = &Machine::new().run(std::slice::from_ref(&command), &[])[0].printed;
    let schema: Value = serde_json::from_str(printed).unwrap();
    let title = schema["title"].as_str().unwrap();
    text.push_str(&format!("\n## {title}\n\nThe complete JSON Schema: `{command}`.\n"));
    add_fields(&schema, None, text);
    for (name, shape) in schema["$defs"].as_object().unwrap() {
        add_fields(shape, Some(name), text);
        add_variants(shape, name, text);
    }
    schema
}

/// A table for each of the shapes that an object may have.
fn add_variants(shape: &Value, name: &str, text: &mut String) {
    let Some(variants) = shape["oneOf"].as_array() else { return };
    if variants.iter().all(|variant| variant["properties"].is_null()) {
        return;
    }
    text.push_str(&format!("\n### {name}\n\n{}\n", shape["description"].as_str().unwrap()));
    for variant in variants {
        add_fields(variant, None, text);
    }
}

/// A table of an object's fields; nothing for other shapes.
fn add_fields(shape: &Value, name: Option<&str>, text: &mut String) {
    let Some(fields) = shape["properties"].as_object() else { return };
    if let Some(name) = name {
        text.push_str(&format!("\n### {name}\n"));
    }
    if let Some(about) = shape["description"].as_str() {
        text.push_str(&format!("\n{about}\n"));
    }
    text.push_str("\n| field | type | meaning |\n|---|---|---|\n");
    let required = |field: &str| {
        shape["required"].as_array().is_some_and(|all| all.iter().any(|one| one == field))
    };
    for (field, value) in fields {
        let about = value["description"].as_str().unwrap_or_default().replace('\n', " ");
        let about = about.replace('|', "\\|");
        let must = if required(field) { ", always present" } else { "" };
        text.push_str(&format!("| `{field}` | {}{must} | {about} |\n", kind(value)));
    }
}

/// Shapes of the schemas that say no more than a type of YAML.
const SHAPES: [(&str, &str); 16] = [
    ("NonEmpty", "string"),
    ("TriggerId", "string"),
    ("BooleanOrMarker", "boolean"),
    ("TextsOrMarker", "map"),
    ("SecretsOrMarker", "map"),
    ("MapOrMarker", "map"),
    ("NumberOrMarker", "number"),
    ("NumberOrText", "number or string"),
    ("OneOrMany", "string or list"),
    ("HookKind", "`hook`"),
    ("ActionKind", "`action`"),
    ("BindingsKind", "`bindings`"),
    ("AllowDelete", "boolean or list"),
    ("TestsSetting", "string"),
    ("Time", "string"),
    ("Bound", "string or map"),
];

/// What a value is, in a few words.
fn kind(value: &Value) -> String {
    if let Some(shape) = value["$ref"].as_str() {
        let shape = shape.rsplit('/').next().unwrap_or_default();
        // what is a name to the schema is a type of YAML to a reader
        let known = SHAPES.iter().find(|(name, _)| *name == shape);
        return known.map_or(shape, |(_, words)| words).to_owned();
    }
    let list = |all: &[Value], between: &str| {
        let kinds: Vec<String> = all.iter().map(kind).collect();
        kinds.join(between)
    };
    match (&value["anyOf"], &value["type"], &value["const"], &value["enum"]) {
        (Value::Array(any), ..) => list(any, " or "),
        (_, _, Value::String(only), _) => format!("`{only}`"),
        (_, _, _, Value::Array(all)) => all
            .iter()
            .map(|one| format!("`{}`", one.as_str().unwrap_or("null")))
            .collect::<Vec<_>>()
            .join(", "),
        (_, Value::Array(all), ..) => {
            all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        (_, Value::String(one), ..) if one == "array" => {
            format!("list of {}", kind(&value["items"]))
        }
        (_, Value::String(one), ..) => one.clone(),
        _ => "any".to_owned(),
    }
}

fn add(command: &mut clap::Command, name: &str, text: &mut String) {
    let help = command.render_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    text.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.join("\n")));
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        let name = format!("{name} {}", sub.get_name());
        add(sub, &name, text);
    }
}

/// Every code that the program has is on the page of codes, and no other.
#[test]
fn the_reference_of_codes_has_those_of_the_program() {
    let quoted = Regex::new(r#""(HS[0125]\d\d|HM\d\d\d)""#).unwrap();
    let mut used = std::collections::BTreeSet::new();
    for entry in walkdir::WalkDir::new(crate::root().join("src")) {
        let entry = entry.unwrap();
        let path = entry.path();
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        if is_test || path.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        used.extend(quoted.captures_iter(&text).map(|found| found[1].to_owned()));
    }
    // of a test of places, and an algorithm of JWT
    used.retain(|code| !["HS000", "HS256"].contains(&code.as_str()));
    let page = std::fs::read_to_string(crate::root().join("docs/reference/codes.md")).unwrap();
    let row = Regex::new(r"(?m)^\| (H[SM]\d{3}) \|").unwrap();
    let listed: Vec<String> = row.captures_iter(&page).map(|found| found[1].to_owned()).collect();
    assert_eq!(listed.iter().cloned().collect::<std::collections::BTreeSet<_>>(), used);
    assert_eq!(listed.len(), used.len(), "a code is listed twice");
}
