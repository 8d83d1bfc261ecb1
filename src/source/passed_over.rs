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

/// What a folder of hooksync's own layout passes over.
pub(crate) fn in_native(root: &Root) -> Vec<Diagnostic> {
    let (json, _) = root.files(&["json", "JSON"]);
    let json = json.into_iter().filter(|found| is_deploy_json(&found.path)).map(|found| {
        tell(
            found.file,
            "a definition in the Deploy CLI's layout",
            "this folder has definitions in YAML",
        )
    });
    let (upper, _) = root.files(&["YAML", "YML", "Yaml", "Yml"]);
    let upper = upper.into_iter().filter(|found| is_definition(&found.path)).map(|found| {
        tell(found.file, "a definition", "definitions end in `.yaml` or `.yml`, in lower case")
    });
    json.chain(upper).collect()
}

/// What a Deploy CLI tree passes over.
pub(crate) fn beside_tree(tree: &Tree) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let folder = deploy_cli::root_of(tree);
    for kind in [deploy_cli::HOOKS, deploy_cli::ACTIONS] {
        let Ok(root) = Root::open(&folder.join(kind)) else { continue };
        let (yaml, _) = root.files(&["yaml", "yml"]);
        let why = "this is a Deploy CLI tree, which holds its definitions elsewhere";
        let yaml = yaml.into_iter().filter(|at| is_definition(&at.path));
        found.extend(yaml.map(|at| tell(at.file, "a definition in hooksync's own layout", why)));
        let (json, _) = root.files(&["json"]);
        let is_read = |path: &Path| {
            matches!(tree, Tree::Directory(_)) && path.parent() == Some(&root.given)
                || matches!(tree, Tree::File(file) if file == path)
        };
        let json = json.into_iter().filter(|at| !is_read(&at.path) && is_deploy_json(&at.path));
        if !matches!(tree, Tree::File(_)) {
            found.extend(
                json.map(|at| {
                    tell(at.file, "a definition in the Deploy CLI's directory layout", why)
                }),
            );
        }
    }
    found
}

fn tell(file: String, what: &str, why: &str) -> Diagnostic {
    Diagnostic::warning(codes::PASSED_OVER, format!("this looks like {what}, and is passed over: {why}"))
        .in_file(file)
        .hint("bring both into one layout, or move the file elsewhere; to a plan that may delete, what it defines would be gone")
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

fn is_definition(path: &PathBuf) -> bool {
    let Some(text) = text(path) else { return false };
    yaml::parse(&text, yaml::SMALL)
        .is_ok_and(|tree| tree.get("name").is_some() && tree.get("triggerId").is_some())
}
