//! `show` and `--format html`: a saved plan, without tenant or credentials.

use crate::support::{Project, hook, script, tenant_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_shown_without_the_tenant() {
    let trigger = "post-user-registration";
    let project = Project::with(&[
        ("hooks/welcome.yaml", "name: welcome\ntriggerId: post-user-registration\nenabled: true\n"),
        ("hooks/welcome.js", &script(trigger, "// new\n  cb();")),
    ]);
    let tenant = tenant_with(vec![hook(1, "welcome", trigger)]).await;
    let planned = project.on(&tenant, &["plan", "--out", "plan.json"]).expect(0).stdout;
    drop(tenant);

    // no variable of a tenant is set here
    let shown = project.run(&["show", "plan.json"]).expect(0).stdout;
    let without_cost = |text: &str| {
        let lines = text.lines().filter(|line| !line.starts_with("Apply sends"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without_cost(&shown), without_cost(&planned));
    let again = project.run(&["show", "plan.json", "--format", "json"]).expect(0).stdout;
    assert_eq!(again, project.read("plan.json"));
    let markdown = project.run(&["show", "plan.json", "--format", "markdown"]).expect(0).stdout;
    assert!(markdown.starts_with("<!-- hooksync plan of hooks for "), "{markdown}");
    let page = project.run(&["show", "plan.json", "-o", "html"]).expect(0).stdout;
    assert!(page.starts_with("<!doctype html>") && page.contains("Content-Security-Policy"));
    project.run(&["show", "plan.json", "--detailed-exitcode"]).expect(2);

    project.write("plan.json", "{\"format_version\": \"9\"}");
    let reported = project.run(&["show", "plan.json"]).expect(1).stderr;
    assert_eq!(
        reported.replace(env!("CARGO_PKG_VERSION"), "VERSION"),
        "error: plan.json: format_version is `9`, and hooksync VERSION reads `1`; the plan was made by \
         another version, which can show it\n  hint: pass the file that `hooksync plan --out FILE` wrote\n"
    );
}
