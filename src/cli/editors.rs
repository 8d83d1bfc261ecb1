//! Which schema goes with which file, for editors that read it from the
//! project's settings.
//!
//! Must not overwrite anybody's settings.

use std::path::Path;

use serde_json::json;

use super::CliError;
use super::starters::write_missing;
use crate::source::schema;

/// A schema, where it lies, and the files that it is of.
struct Mapping {
    name: &'static str,
    schema: String,
    files: Vec<String>,
}

/// The settings of VS Code (with its YAML extension) and of JetBrains' editors.
///
/// # Errors
/// When one can't be written.
pub(super) fn write(dir: &Path) -> Result<Vec<String>, CliError> {
    let folders: Vec<&str> =
        ["actions", "hooks"].into_iter().filter(|name| dir.join(name).is_dir()).collect();
    let all = mappings(&folders);
    let files =
        [(".vscode/settings.json", vs_code(&all)), (".idea/jsonSchemas.xml", jetbrains(&all))];
    files.iter().map(|(file, text)| write_missing(&dir.join(file), text)).collect()
}

fn mappings(folders: &[&str]) -> Vec<Mapping> {
    let mut all = Vec::new();
    let mut add = |name, schema, files| all.push(Mapping { name, schema, files });
    for folder in folders {
        let place = |file: &str| format!("{folder}/{}/{file}", schema::FOLDER);
        let below = |pattern: &str| format!("{folder}/**/{pattern}");
        let (name, file, tests) = match *folder {
            "hooks" => ("hooksync hook", schema::HOOK_FILE, "hooksync tests of hooks"),
            _ => ("hooksync action", schema::ACTION_FILE, "hooksync tests"),
        };
        let [test, bindings] = ["*.test.yaml", "bindings.yaml"].map(below);
        let files = vec![below("*.yaml"), format!("!{test}"), format!("!{bindings}")];
        add(name, place(file), files);
        add(tests, place(schema::TEST_FILE), vec![test]);
        if *folder == "actions" {
            add("hooksync bindings", place(schema::BINDINGS_FILE), vec![bindings]);
        }
    }
    if let Some(folder) = folders.first() {
        let schema = format!("{folder}/{}/config.json", schema::FOLDER);
        add("hooksync.yaml", schema, vec!["hooksync.yaml".to_owned()]);
    }
    all
}

fn vs_code(all: &[Mapping]) -> String {
    let schemas: serde_json::Map<String, serde_json::Value> =
        all.iter().map(|one| (format!("./{}", one.schema), json!(one.files))).collect();
    let text = serde_json::to_string_pretty(&json!({ "yaml.schemas": schemas }));
    text.unwrap_or_default() + "\n"
}

/// Patterns here have no exceptions; that a test file is shown as a definition
/// is a blemish, so only the files right in the folder are named.
fn jetbrains(all: &[Mapping]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project version=\"4\">\n  \
         <component name=\"JsonSchemaMappingsProjectConfiguration\">\n    <state>\n      <map>\n",
    );
    for Mapping { name, schema, files } in all {
        let items: String = files
            .iter()
            .filter(|file| !file.starts_with('!'))
            .map(|file| {
                let path = file.replace("/**/", "/");
                format!(
                    "                    <Item>\n                      \
                     <option name=\"pattern\" value=\"true\" />\n                      \
                     <option name=\"path\" value=\"{path}\" />\n                      \
                     <option name=\"mappingKind\" value=\"Pattern\" />\n                    \
                     </Item>\n"
                )
            })
            .collect();
        out.push_str(&format!(
            "        <entry key=\"{name}\">\n          <value>\n            <SchemaInfo>\n              \
             <option name=\"name\" value=\"{name}\" />\n              \
             <option name=\"relativePathToSchema\" value=\"{schema}\" />\n              \
             <option name=\"patterns\">\n                <list>\n{items}                \
             </list>\n              </option>\n            </SchemaInfo>\n          </value>\n        \
             </entry>\n"
        ));
    }
    out + "      </map>\n    </state>\n  </component>\n</project>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_editor_finds_the_schemas_and_settings_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("actions")).unwrap();
        assert_eq!(write(dir.path()).unwrap().len(), 2);
        let read = |file: &str| std::fs::read_to_string(dir.path().join(file)).unwrap();
        let settings: serde_json::Value =
            serde_json::from_str(&read(".vscode/settings.json")).unwrap();
        assert_eq!(
            settings["yaml.schemas"]["./actions/.schema/bindings.json"],
            json!(["actions/**/bindings.yaml"])
        );
        assert_eq!(settings["yaml.schemas"].as_object().unwrap().len(), 4);
        let xml = read(".idea/jsonSchemas.xml");
        assert_eq!(xml.matches("<entry").count(), 4);
        assert_eq!(xml.matches("<entry").count(), xml.matches("</entry>").count());
        assert!(xml.contains("value=\"actions/.schema/action.json\""), "{xml}");
        std::fs::write(dir.path().join(".vscode/settings.json"), "{}").unwrap();
        let lines = write(dir.path()).unwrap();
        assert!(lines.iter().all(|line| line.starts_with("kept")), "{lines:?}");
        assert_eq!(read(".vscode/settings.json"), "{}");
    }
}
