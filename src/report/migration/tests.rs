//! How a migration is shown.

use serde_json::json;

use super::*;
use crate::migrate::Style as How;
use crate::migrate::outcome::Differs;
use crate::model::{Code, Diagnostic, Position};
use crate::report::Style;

fn sample() -> Vec<Migrated> {
    let base = |name: &str, verdict| Migrated {
        name: name.to_owned(),
        trigger_id: "pre-user-registration".to_owned(),
        source: format!("hooks/{name}.yaml"),
        script: format!("hooks/{name}.js"),
        verdict,
        style: Some(How::Rewrite),
        why_wrapped: None,
        events: 200,
        branches_met: 4,
        branches_total: 4,
        findings: Vec::new(),
        differences: Vec::new(),
        original: "module.exports = function (user, context, cb) {\n  cb();\n};\n".to_owned(),
        converted: "exports.onExecutePreUserRegistration = async (event, api) => {\n};\n"
            .to_owned(),
        files: Vec::new(),
    };
    let mut finding =
        Diagnostic::error(Code("HM103"), "The password is not part of an Action's event.")
            .in_file("hooks/strong.js".to_owned())
            .hint("use the password policy of the connection");
    finding.position = Some(Position { line: 3, column: 7 });
    vec![
        base("plain", Verdict::Proven),
        Migrated {
            style: Some(How::Wrap),
            why_wrapped: Some(
                "the callback is used where the hook does not end (hooks/strong.js:9)".to_owned(),
            ),
            branches_met: 3,
            findings: vec![finding],
            differences: vec![Differs {
                line: Some(3),
                message: "denied (weak), now goes through".to_owned(),
                when: "when user.password is \"<script>alert(1)</script>\"".to_owned(),
                event: json!({ "user": { "password": "</pre><script>x</script>" } }),
            }],
            ..base("strong", Verdict::Differs)
        },
        Migrated { style: None, converted: String::new(), ..base("<img src=x>", Verdict::Refused) },
    ]
}

#[test]
fn as_text() {
    let style = Style { width: 80, color: false, unicode: true, full: false };
    insta::assert_snapshot!(text(&sample(), &["hooksync plan hooks actions".to_owned()], &style));
}

#[test]
fn as_json() {
    insta::assert_snapshot!(json(&sample()));
    let hostile = Migrated { name: "a\u{202e}b".to_owned(), ..Migrated::default() };
    assert!(json(&[hostile]).contains("a\\u202eb"));
}

#[test]
fn as_markdown() {
    insta::assert_snapshot!(markdown(&sample()));
}

#[test]
fn as_a_page_where_hostile_text_is_inert() {
    let page = html(&sample());
    // the page's own script is the only one
    assert!(page.matches("<script>").count() == 1 && !page.contains("<img"), "{page}");
    assert!(!page.contains("http://") && !page.contains("https://"), "{page}");
    let body = page.split("<main id=\"main\">").nth(1).unwrap();
    insta::assert_snapshot!(body.split("</main>").next().unwrap());
}
