//! The reference of commands, exit codes and fields, made from the program.

use clap::CommandFactory;
use hooksync::cli::{Exit, args::Cli};
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
         <!-- Made from the schemas; UPDATE_DOCS=1 cargo test --test docs writes it. -->\n",
    );
    for kind in ["hook", "config", "plan", "result"] {
        let command = format!("hooksync schema {kind}");
        let printed = &Machine::new().run(std::slice::from_ref(&command), &[])[0].printed;
        let schema: Value = serde_json::from_str(printed).unwrap();
        let title = schema["title"].as_str().unwrap();
        text.push_str(&format!("\n## {title}\n\nThe whole schema: `{command}`.\n"));
        add_fields(&schema, None, &mut text);
        for (name, shape) in schema["$defs"].as_object().unwrap() {
            add_fields(shape, Some(name), &mut text);
        }
    }
    crate::expect_file(&crate::root().join("docs/reference/fields.md"), &text);
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
    text.push_str("\n| field | is | meaning |\n|---|---|---|\n");
    let required = |field: &str| {
        shape["required"].as_array().is_some_and(|all| all.iter().any(|one| one == field))
    };
    for (field, value) in fields {
        let about = value["description"].as_str().unwrap_or_default().replace('\n', " ");
        let about = about.replace('|', "\\|");
        let must = if required(field) { ", always there" } else { "" };
        text.push_str(&format!("| `{field}` | {}{must} | {about} |\n", kind(value)));
    }
}

/// What a value is, in a few words.
fn kind(value: &Value) -> String {
    if let Some(shape) = value["$ref"].as_str() {
        return shape.rsplit('/').next().unwrap_or_default().to_owned();
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
        _ => "anything".to_owned(),
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
