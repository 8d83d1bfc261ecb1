//! Short ways to a hook, for tests.

use crate::model::{
    ActionBody, Body, Definition, Name, Place, Script, ScriptSource, Section, Trigger, Written,
};

/// A hook named `test-hook` with this trigger and script and nothing else.
pub(super) fn hook(trigger: &str, script: &str) -> Definition {
    Definition {
        name: Name::hook("test-hook").unwrap(),
        written_name: "test-hook".into(),
        trigger: Trigger::known(trigger).unwrap(),
        script: Script::new(script),
        script_source: ScriptSource {
            file: "hooks/test-hook.js".into(),
            text: script.into(),
            replaced: Vec::new(),
        },
        dependencies: None,
        secrets: None,
        renamed_from: Vec::new(),
        place: Place::file("hooks/test-hook.yaml"),
        written: written(&format!("name: test-hook\ntriggerId: {trigger}\n")),
        body: Body::Hook { enabled: None },
    }
}

/// An action named `test-action` with this trigger and code and nothing else.
pub(super) fn action(trigger: &str, code: &str) -> Definition {
    Definition {
        name: Name::action("test-action"),
        written_name: "test-action".into(),
        trigger: Trigger::from_tenant(trigger),
        place: Place::file("actions/test-action.yaml"),
        written: written(&format!("name: test-action\ntriggerId: {trigger}\n")),
        script_source: ScriptSource {
            file: "actions/test-action.js".into(),
            text: code.into(),
            replaced: Vec::new(),
        },
        body: Body::Action(ActionBody::default()),
        ..hook("post-user-registration", code)
    }
}

/// The findings about a script, a line each: code, place, message.
pub(super) fn reported(trigger: &str, script: &str) -> String {
    reported_of(&hook(trigger, script))
}

/// The findings about a hook, a line each: code, place, message, and what is
/// underlined there.
pub(super) fn reported_of(hook: &Definition) -> String {
    super::check(hook, &super::RuleSettings::default())
        .iter()
        .map(|found| {
            let position = found.position.unwrap();
            // Lines that no person wrote aren't shown.
            let marked: String = found.excerpt.as_ref().map_or_else(String::new, |excerpt| {
                excerpt.line.chars().skip(position.column - 1).take(excerpt.width).collect()
            });
            let file = found.file.as_deref().unwrap();
            let hint =
                found.hint.as_deref().map(|hint| format!("\n  = {hint}")).unwrap_or_default();
            format!(
                "{} {} {file}:{}:{} `{marked}`\n  {}{hint}\n",
                found.code,
                found.severity.as_str(),
                position.line,
                position.column,
                found.message
            )
        })
        .collect()
}

/// The codes of the findings about a script.
pub(super) fn codes(trigger: &str, script: &str) -> Vec<&'static str> {
    codes_of(&hook(trigger, script))
}

/// The codes of the findings about a hook.
pub(super) fn codes_of(hook: &Definition) -> Vec<&'static str> {
    super::check(hook, &super::RuleSettings::default()).iter().map(|found| found.code.0).collect()
}

/// The places of a definition in block style: keys, and below `dependencies`
/// and `secrets` the entries, one a line.
pub(super) fn written(text: &str) -> Written {
    let mut written = Written { text: text.into(), region: 0..text.len(), ..Written::default() };
    let (mut start, mut section) = (0, String::new());
    for line in text.split_inclusive('\n') {
        let bare = line.split(" #").next().unwrap().trim_end();
        if let Some((key, value)) = bare.split_once(':') {
            let at = start + bare.len() - bare.trim_start().len();
            let key_at = at..start + key.len();
            let key = key.trim().trim_matches('\'');
            let value_at = start + bare.len() - value.trim_start().len()..start + bare.len();
            let indented = at > start;
            let map = match if indented { &section } else { key } {
                "secrets" => &mut written.secrets,
                "dependencies" => &mut written.dependencies,
                _ => &mut Section::default(),
            };
            if indented {
                map.entries.insert(key.to_owned(), (key_at, value_at.clone()));
            } else {
                key.clone_into(&mut section);
                map.key = Some(key_at);
            }
            if key == "name" && !indented {
                written.name = value_at.clone();
            }
            if !value_at.is_empty() {
                written.values.push(value_at);
            }
        }
        start += line.len();
    }
    written
}
