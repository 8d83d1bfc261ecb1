//! Files that look like definitions and are not read, because the folder is
//! laid out in another way: a repository half-way from one layout to another.
//!
//! Passing over them in silence would make their hooks look deleted. Must not
//! read what it finds further than to recognise it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::deploy_cli::{self, Tree};
use super::file::MAX_BYTES;
use super::walk::Root;
use super::{codes, yaml};
use crate::model::Diagnostic;

/// The endings of files that may be definitions, as people write them.
const YAML: [&str; 6] = ["yaml", "yml", "YAML", "YML", "Yaml", "Yml"];
const JSON: [&str; 3] = ["json", "JSON", "Json"];

/// What a folder of hooksync's own layout passes over.
pub(crate) fn in_native(root: &Root) -> Vec<Diagnostic> {
    let (json, _) = root.files(&JSON);
    let json = json.into_iter().filter(|at| is_deploy_json(&at.path) || is_order(&at.path));
    let json = json.map(|found| {
        tell(
            found.file,
            "a definition in the Deploy CLI's layout",
            "this folder has definitions in YAML",
        )
    });
    let (upper, _) = root.files(&YAML[2..]);
    let upper = upper.into_iter().filter(|found| is_definition(&found.path)).map(|found| {
        tell(found.file, "a definition", "definitions end in `.yaml` or `.yml`, in lower case")
    });
    json.chain(upper).collect()
}

/// What a Deploy CLI tree passes over.
pub(crate) fn beside_tree(tree: &Tree) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let folder = deploy_cli::root_of(tree);
    let why = "this is a Deploy CLI tree, which holds its definitions elsewhere";
    for kind in deploy_cli::READ {
        let Ok(root) = Root::open(&folder.join(kind)) else { continue };
        let (yaml, _) = root.files(&YAML);
        let yaml = yaml.into_iter().filter(|at| is_definition(&at.path));
        found.extend(yaml.map(|at| tell(at.file, "a definition in hooksync's own layout", why)));
        if matches!(tree, Tree::File(_)) {
            continue;
        }
        let (json, _) = root.files(&JSON);
        let is_own = |path: &Path| {
            path.parent() == Some(&root.given) && path.extension().is_some_and(|end| end == "json")
        };
        // of the files with bindings the first one counts
        let most = if kind == deploy_cli::TRIGGERS { 1 } else { usize::MAX };
        let mut read: usize = 0;
        let json = json.into_iter().filter(|at| {
            let is_read = matches!(tree, Tree::Directory(_)) && is_own(&at.path) && read < most;
            read += usize::from(is_read);
            let is_meant = match kind {
                deploy_cli::TRIGGERS => is_order(&at.path),
                _ => is_deploy_json(&at.path),
            };
            !is_read && is_meant
        });
        let why = match tree {
            Tree::Directory(_) => "the Deploy CLI reads other files of this folder",
            Tree::Yaml(_) | Tree::File(_) => why,
        };
        let what = "a definition in the Deploy CLI's directory layout";
        found.extend(json.map(|at| tell(at.file, what, why)));
    }
    found
}

fn tell(file: String, what: &str, why: &str) -> Diagnostic {
    Diagnostic::warning(codes::PASSED_OVER, format!("this looks like {what}, and is ignored: {why}"))
        .in_file(file)
        .hint("use one layout for both, or move the file elsewhere: a plan that may delete would delete what it defines")
}

fn text(path: &PathBuf) -> Option<String> {
    let size = std::fs::metadata(path).ok()?.len();
    if size > MAX_BYTES {
        return None;
    }
    std::fs::read_to_string(path).ok()
}

/// Whether a JSON file describes a hook or an action. Markers may keep it from
/// being JSON, so the fields' names are enough.
fn is_deploy_json(path: &PathBuf) -> bool {
    let Some(text) = text(path) else { return false };
    let body = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Value>(body) {
        Ok(value) => {
            let has = |key: &str| value.get(key).is_some();
            has("name") && (has("triggerId") || has("supported_triggers"))
        }
        Err(_) => {
            body.contains("\"name\"")
                && (body.contains("\"triggerId\"") || body.contains("\"supported_triggers\""))
        }
    }
}

/// Whether a JSON file has the order of triggers.
fn is_order(path: &PathBuf) -> bool {
    let Some(text) = text(path) else { return false };
    match serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) {
        Ok(Value::Object(triggers)) => {
            let entries = triggers.values().filter_map(Value::as_array).flatten();
            entries.into_iter().any(|entry| entry.get("action_name").is_some())
        }
        Ok(_) => false,
        Err(_) => text.contains("\"action_name\""),
    }
}

/// Whether a YAML file is a definition of hooksync's own layout, bindings too.
fn is_definition(path: &PathBuf) -> bool {
    let Some(text) = text(path) else { return false };
    yaml::parse(&text, yaml::SMALL).is_ok_and(|tree| {
        let has = |key: &str| tree.get(key).is_some();
        has("name") && has("triggerId") || has("kind") && has("bindings")
    })
}
