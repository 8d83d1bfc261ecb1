//! `versions`: what the tenant has kept of an action.

use hooksync::tenant::{self, Options};

use crate::support::{Project, run};

const STATE: &str = r#"{"actions":[
  {"name":"Add roles","trigger":"post-login","code":"// code\n","deployed":true,"secrets":["KEY"]},
  {"name":"twin","trigger":"post-login"},{"name":"twin","trigger":"post-login"}]}"#;

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_listed_by_the_exact_name() {
    let project = Project::new();
    project.write("tenant.json", STATE);
    let state = Some(project.path("tenant.json"));
    let tenant = tenant::start(Options { state, ..Options::default() }).await.unwrap();
    let versions = |args: &[&'static str], code: i32| {
        let args = [&["versions"], args].concat();
        run(project.command_on(&tenant, &args), &args).expect(code)
    };
    let shown = versions(&["Add roles"], 0).stdout;
    assert!(shown.starts_with("Add roles on post-login, tenant "), "{shown}");
    assert!(shown.contains("\n  v1  deployed  "), "{shown}");
    assert!(shown.contains("code as in the draft"), "{shown}");

    let shown = versions(&["Add roles", "--format", "json"], 0).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown["format_version"], &shown["name"]), (&"1".into(), &"Add roles".into()));
    let version = &shown["versions"][0];
    assert_eq!((&version["number"], &version["deployed"]), (&1.into(), &true.into()));
    assert_eq!(version["secrets"], serde_json::json!(["KEY"]));

    let named = versions(&["action:Add roles"], 0).stdout;
    assert!(named.starts_with("Add roles on post-login, tenant "), "{named}");
    for (name, part) in [
        ("hook:Add roles", "only actions have versions"),
        ("action:nobody", "no action called `nobody`"),
    ] {
        let reported = versions(&[name], 1).stderr;
        assert!(reported.contains(part), "{name}: {reported}");
    }
    let reported = versions(&["add roles"], 1).stderr;
    assert!(reported.contains("no action called `add roles`"), "{reported}");
    assert!(reported.contains("did you mean `Add roles`?"), "{reported}");
    let reported = versions(&["twin"], 1).stderr;
    assert!(reported.contains("2 actions called `twin`"), "{reported}");
    let writes = tenant.requests().into_iter().filter(|entry| entry.method != "GET");
    assert_eq!(writes.filter(|entry| entry.path != "/oauth/token").count(), 0);
}
