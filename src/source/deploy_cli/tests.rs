//! Deploy CLI trees through [`load`].

use std::fs;
use std::path::Path;

use crate::model::{DesiredSecret, Diagnostic};
use crate::source::{Environment, Keywords, Layout, LoadOptions, Loaded, load};

fn options(mappings: &str, variables: &[(&str, &str)]) -> LoadOptions {
    let own = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
    LoadOptions {
        keywords: Keywords::new(
            vec![Keywords::mappings(mappings).unwrap()],
            Environment::new(variables.iter().map(own)),
            [],
        ),
        allow_unresolved: false,
    }
}

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn errors(loaded: &Loaded) -> Vec<&Diagnostic> {
    loaded.diagnostics.iter().filter(|found| found.is_error()).collect()
}

fn reported(loaded: &Loaded, dir: &Path) -> String {
    let shown = loaded.diagnostics.iter().map(|found| {
        let at = found.position.map_or((0, 0), |at| (at.line, at.column));
        let line = found.excerpt.as_ref().map_or("", |excerpt| &excerpt.line);
        let file = found.file.clone().unwrap_or_default();
        let hint = found.hint.clone().unwrap_or_default();
        format!("{file}:{}:{} {} {} | {line} | {hint}\n", at.0, at.1, found.code, found.message)
    });
    shown.collect::<String>().replace(&format!("{}/", dir.display()), "")
}

const MAPPINGS: &str = r#"{"CRM_HOST":"crm.example.com","CRM_LISTS":["a"],"ENV":"dev","DENY":false,
    "FREE_DOMAINS":["x.com"],"SOME_VALUE":": [broken"}"#;

#[test]
fn the_directory_layout_is_read_wherever_it_is_pointed_at() {
    for dir in ["deploy-cli-directory", "deploy-cli-directory/hooks"] {
        let loaded = load(&fixture(dir), &options(MAPPINGS, &[]));
        assert_eq!(loaded.layout, Layout::DeployCli);
        assert!(errors(&loaded).is_empty(), "{:#?}", loaded.diagnostics);
        let names: Vec<&str> =
            loaded.desired.definitions.iter().map(|hook| hook.name.as_str()).collect();
        assert_eq!(names, ["old-welcome", "welcome"]);
        let [old, welcome] = &loaded.desired.definitions[..] else { panic!() };
        assert!(old.script.as_str().ends_with("cb();\r\n};"));
        assert!(welcome.script.as_str().contains("https://crm.example.com/contacts"));
        assert!(welcome.script.as_str().contains("lists: [\"a\"] }"));
        let secrets = welcome.secrets.as_ref().unwrap();
        assert!(matches!(secrets["api-key"], DesiredSecret::Kept));
        assert!(matches!(secrets["CRM_TOKEN"], DesiredSecret::Unresolved { .. }));
    }
}

#[test]
fn the_yaml_layout_is_read_wherever_it_is_pointed_at() {
    for dir in ["deploy-cli-yaml", "deploy-cli-yaml/hooks", "deploy-cli-yaml/tenant.yaml"] {
        let loaded = load(&fixture(dir), &options(MAPPINGS, &[("CRM_TOKEN", "canary")]));
        assert_eq!(loaded.layout, Layout::DeployCliYaml, "{dir}");
        assert!(errors(&loaded).is_empty(), "{:#?}", loaded.diagnostics);
        let [deny, welcome] = &loaded.desired.definitions[..] else { panic!() };
        assert_eq!(deny.name.as_str(), "dev-deny-free-mail");
        assert_eq!((deny.enabled(), welcome.enabled()), (Some(false), Some(true)));
        assert_eq!(deny.dependencies, welcome.dependencies);
        assert!(deny.script.as_str().contains("const free = [\"x.com\"];"));
        let secrets = welcome.secrets.as_ref().unwrap();
        assert!(
            matches!(&secrets["CRM_TOKEN"], DesiredSecret::Value(value) if value.expose() == "canary")
        );
        assert!(!format!("{loaded:?}").contains("canary"));
        let own = welcome.written.slice(&welcome.written.region);
        assert!(own.contains("name: welcome") && !own.contains("friendly_name"), "{own}");
    }
}

/// What a text stands for whose keywords the process environment answers.
#[track_caller]
fn secret(yaml: &str, expected: Result<&str, &str>) {
    let folder = tempfile::tempdir().unwrap();
    let text =
        format!("hooks:\n- name: a\n  triggerId: credentials-exchange\n  script: a.js\n{yaml}\n");
    fs::write(folder.path().join("tenant.yaml"), text).unwrap();
    fs::write(folder.path().join("a.js"), "module.exports = 1;").unwrap();
    let variables =
        [("A", "a: \"b\" #c"), ("N", "1"), ("AUTH0_CLIENT_SECRET", "canary"), ("S", "secrets")];
    let loaded = load(folder.path(), &options("{\"C\":\"c\"}", &variables));
    let found = match errors(&loaded).first() {
        Some(error) => Err(error.code.0),
        None => match &loaded.desired.definitions[0].secrets.as_ref().unwrap()["K"] {
            DesiredSecret::Value(value) => Ok(value.expose()),
            other => panic!("{other:?}"),
        },
    };
    assert_eq!(found, expected, "{yaml}");
}

#[test]
fn the_environment_answers_for_secrets_alone() {
    secret("  secrets: {K: \"##A##\"}", Ok("a: \"b\" #c"));
    secret("  secrets: {K: ##A##}", Ok("a: \"b\" #c"));
    secret("  secrets: {K: @@A@@}", Ok("a: \"b\" #c"));
    secret("  secrets: {K: \"@@A@@\"}", Ok("a: \"b\" #c"));
    secret("  secrets:\n    K: Bearer ##N## # why", Ok("Bearer 1"));
    secret("  secrets:\n    K: ##N##", Ok("1"));
    secret("  secrets:\n    K: |-\n      ##N##\n      ##C##", Ok("1\nc"));
    secret("  secrets: {K: ##AUTH0_CLIENT_SECRET##}", Err("HS210"));
    secret("  dependencies: {x: ##N##}\n  secrets: {K: x}", Err("HS201"));
    secret("  dependencies: {secrets: \"##N##\"}\n  secrets: {K: x}", Err("HS201"));
    secret("  dependencies: {secrets: {K: \"##N##\"}}\n  secrets: {K: x}", Err("HS103"));
    secret("  secrets: &s {K: \"##N##\"}\n  dependencies: *s", Err("HS201"));
    secret("  enabled: @@N@@\n  secrets: {K: x}", Err("HS201"));
    secret("  ##S##: {K: \"##N##\"}", Err("HS201"));
    secret("  secrets: {\"##N##\": x, K: x}", Ok("x"));
}

#[test]
fn markers_without_a_value_are_told_where_they_stand() {
    let dir = fixture("deploy-cli-yaml");
    insta::assert_snapshot!(reported(&load(&dir, &options("{}", &[])), &dir));
    let dir = fixture("deploy-cli-directory");
    insta::assert_snapshot!(reported(&load(&dir, &options("{}", &[])), &dir));
}

#[test]
fn faults_are_told_and_habits_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let put = |name: &str, text: &str| {
        fs::create_dir_all(dir.join(name).parent().unwrap()).unwrap();
        fs::write(dir.join(name), text).unwrap();
    };
    put(
        "hooks/a.json",
        "{\n\t\"name\": \"My Hook\",\n\t\"script\": \"./dist/a.js\",\n\t\"triggerId\": \"post-change-password\",\n\t\"active\": true,\n\t\"dependencies\": null\n}",
    );
    put(
        "hooks/b.json",
        "{\"name\": \"b\", \"script\": \"../../outside.js\", \"triggerId\": \"x\",}",
    );
    put(
        "hooks/c.json",
        "{\"name\": \"c\", \"script\": \"../../outside.js\", \"triggerId\": \"send-phone-message\"}",
    );
    put(
        "hooks/d.json",
        "{\"name\": \"MyHook\", \"script\": \"..\\\\shared\\\\d.js\", \"triggerId\": \"send-phone-message\", \"secrets\": {\"A\": 1}}",
    );
    put("hooks/e.json", "[]");
    put("hooks/f.json", "{}");
    put("shared/d.js", "1");
    insta::assert_snapshot!(reported(&load(dir, &LoadOptions::default()), dir));
}

#[test]
fn other_sections_may_be_anything_and_an_empty_list_manages_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.yaml");
    for (text, findings) in [
        ("hooks: []\nrules: [\n  broken: {", 1),
        (
            "a: !!binary x\nhooks:\n- name: a\n  triggerId: send-phone-message\n  script: ./a.js\nb: @@X@@\n",
            0,
        ),
        (
            "x: &x {name: a}\nhooks:\n  - <<: *x\n    triggerId: send-phone-message\n    script: ./a.js\n",
            0,
        ),
    ] {
        fs::write(folder.path().join("a.js"), "").unwrap();
        fs::write(&file, text).unwrap();
        let loaded = load(folder.path(), &LoadOptions::default());
        assert_eq!(loaded.layout, Layout::DeployCliYaml);
        assert!(errors(&loaded).is_empty(), "{:#?}", loaded.diagnostics);
        assert_eq!(loaded.diagnostics.len(), findings, "{:#?}", loaded.diagnostics);
    }
    // No list is no empty list: nothing may be deleted then.
    fs::write(&file, "tenant: {}\n").unwrap();
    for dir in [folder.path(), &file] {
        let loaded = load(dir, &LoadOptions::default());
        assert_eq!(loaded.layout, Layout::DeployCliYaml);
        let [found] = &errors(&loaded)[..] else { panic!("{:#?}", loaded.diagnostics) };
        assert_eq!(
            found.message,
            "this file has neither hooks nor actions, so there is nothing to compare"
        );
    }
    // A hook that is called so is none of theirs.
    fs::write(&file, "name: tenant\ntriggerId: send-phone-message\n").unwrap();
    assert_eq!(load(folder.path(), &LoadOptions::default()).layout, Layout::Native);
}

#[test]
fn a_values_own_markers_are_replaced_up_to_a_ring() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("hooks")).unwrap();
    let put =
        |name: &str, text: &str| fs::write(dir.path().join("hooks").join(name), text).unwrap();
    put("a.js", "'##URL##'; @@LIST@@; '##GONE##'");
    put(
        "a.json",
        r###"{"name":"a","script":"./a.js","triggerId":"send-phone-message","dependencies":{"x":"##URL##"}}"###,
    );
    let mappings = r###"{"URL":"https://##HOST##/x","HOST":"##SUB##.com","SUB":"s","LIST":["##SUB##"],"GONE":"##NOTHING##","RING":"a##RING##"}"###;
    let loaded = load(dir.path(), &options(mappings, &[]));
    let hook = loaded.desired.definitions.first();
    assert_eq!(
        hook.map(|hook| hook.script.as_str()),
        Some(r###"'https://s.com/x'; ["s"]; '##NOTHING##'"###)
    );
    assert_eq!(
        reported(&loaded, dir.path()).matches("HS201 keyword `NOTHING` has no value").count(),
        1
    );
    put("a.js", "'##RING##'");
    let loaded = load(dir.path(), &options(mappings, &[]));
    assert_eq!(errors(&loaded)[0].code.0, "HS209");
    // however its values multiply, the work is bounded
    let bomb: String =
        (0..9).map(|n| format!("\"B{n}\":\"{}\",", format!("##B{}##", n + 1).repeat(50))).collect();
    put("a.js", "'##B0##'");
    let loaded = load(dir.path(), &options(&format!("{{{bomb}\"B9\":\"\"}}"), &[]));
    assert_eq!(errors(&loaded)[0].code.0, "HS007");
}
