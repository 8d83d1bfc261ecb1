//! Tests of `config`.

use super::*;

fn read(text: &str) -> (Config, Vec<Diagnostic>) {
    parse(&Text::new(FILE, text), Path::new("project"))
}

#[test]
fn every_setting_is_read() {
    let (config, found) = read(
        "hooks: auth/hooks\nallowDelete: true\nkeywords:\n  ENV: dev\n  LIST: [1, {b: 2, a: x}]\n\
         keywordsFromEnv: [CI, HOME]\nenvironments:\n  prod:\n    domain: x.eu.auth0.com\n    keywords: {ENV: prod}\n\
         \x20   allowDelete: false\n  dev: {}\nrateLimit: {headroom: 20%, maxRps: 1.5, concurrency: 4, timeout: 10m}\n\
         rules:\n  HS401: off\n",
    );
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(config.hooks.as_deref(), Some(Path::new("project/auth/hooks")));
    assert_eq!(config.keywords["LIST"].value.json(), r#"[1,{"b":2,"a":"x"}]"#);
    let names: Vec<&str> = config.environments.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["prod", "dev"]);
    insta::assert_debug_snapshot!(config);
}

#[test]
fn what_may_be_deleted_is_a_flag_for_hooks_or_a_list_of_kinds() {
    let check = |text: &str, expected: (Option<bool>, Option<bool>)| {
        let (config, found) = read(&format!("allowDelete: {text}\n"));
        assert!(found.is_empty(), "{found:#?}");
        assert_eq!((config.allow_delete, config.allow_delete_actions), expected, "{text}");
    };
    check("true", (Some(true), None));
    check("false", (Some(false), None));
    check("[hooks, actions]", (Some(true), Some(true)));
    check("[actions]", (Some(false), Some(true)));
    check("[]", (Some(false), Some(false)));
    assert_eq!(read("allowDelete: [hook]\n").1.len(), 1);
}

#[test]
fn every_fault_is_told() {
    let (_, found) = read(
        "hooks: 1\nallowDelete: yes\nkeyword: {}\nkeywords: {a b: 1, OK: .nan}\nkeywordsFromEnv: [A-B, 'x y', AUTH0_CLIENT_SECRET_PROD]\n\
         environments: {prod: {domian: x}}\nrateLimit: {headroom: 120%, maxRps: 0, concurrency: 1.5, timeout: 10, burst: 3}\n\
         rules: {HS401: of, HS402: false}\n",
    );
    let reported: Vec<String> = found
        .iter()
        .map(|f| {
            format!(
                "{:?} {} {} | {:?} | {:?}",
                f.position.map(|p| (p.line, p.column)),
                f.code,
                f.message,
                f.hint,
                f.excerpt.as_ref().map(|e| &e.line)
            )
        })
        .collect();
    insta::assert_snapshot!(reported.join("\n"));
}

#[test]
fn the_rate_limit_takes_what_the_flags_take() {
    let (config, found) = read("rateLimit: {headroom: 12.5%, timeout: 1m30s}\n");
    assert!(found.is_empty(), "{found:#?}");
    let RateLimit { headroom, timeout, .. } = config.rate_limit;
    assert_eq!(headroom, Some(Headroom::Percent(12.5)));
    assert_eq!(timeout.map(|time| time.as_secs()), Some(90));
    let (config, found) = read("rateLimit: {headroom: 100%, timeout: 500ms}\n");
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(config.rate_limit.timeout.map(|time| time.as_millis()), Some(500));
}

#[test]
fn an_empty_file_sets_nothing() {
    for text in ["", "# nothing\n"] {
        assert!(read(text).1.is_empty());
    }
    assert_eq!(read("- a\n").1.len(), 1);
}
