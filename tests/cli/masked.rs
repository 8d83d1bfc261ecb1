//! No value of a secret leaves `run` or `test`, in whatever form code repeats it.

use crate::support::Project;

const VALUE: &str = "Z1-canary/\"q\" +ü&%x";
const HOOK: &str = "name: tell\ntriggerId: post-user-registration\n";
/// Says the value in every form, through every way out.
const SCRIPT: &str = r#"const https = require('https');
module.exports = function (user, context, cb) {
  const key = context.webtask.secrets.KEY;
  const forms = [key, encodeURIComponent(key), JSON.stringify({ key }), JSON.stringify(JSON.stringify({ key })),
    ...['', 'u', 'us', 'user:'].map((front) => 'Basic ' + Buffer.from(front + key).toString('base64')),
    Buffer.from('a' + key + 'b').toString('base64url'), Buffer.from(key).toString('hex'), new URLSearchParams({ key }).toString()];
  for (const form of forms) {
    console.log('log', form, { form }, [form]);
    console.error(new Error(form));
    console.log('x'.repeat(256 - 4) + form);
    const request = https.request({ method: 'POST', host: 'crm.example', path: '/' + encodeURIComponent(form), headers: { authorization: encodeURI(form) } });
    request.on('error', () => {});
    request.end(form);
    require('crm').send(form, { [form]: form });
  }
  console.log(Buffer.from(key), key.split('').map((c) => c.charCodeAt(0)), Buffer.from(key).toJSON());
  const error = new Error('failed with ' + key);
  error.data = forms;
  cb(error);
};
"#;

/// The least that would show of it, in the forms above.
fn leaks(text: &str) -> Option<&'static str> {
    [
        "canary", "WFyeS", "jYW5h", "Y2FuY", "NhbmFye", "63616e", "63 61 6e", "97, 110", "99, 97",
        "Z1-", "=Z1", "WjEt", "oxLW", "aMS1",
    ]
    .into_iter()
    .find(|part| text.contains(part))
}

fn project(tests: &str) -> Project {
    Project::with(&[
        ("hooks/tell.yaml", HOOK),
        ("hooks/tell.js", SCRIPT),
        ("hooks/tell.test.yaml", tests),
    ])
}

const CASES: &str = "cases:\n  - name: nothing\n    expect: { effect: { outcome: ok } }\n";

#[test]
fn a_run_shows_no_form_of_a_secret() {
    let project = project(CASES);
    for more in [&["-o", "text"][..], &["-o", "json"], &["--record", "kept"]] {
        let arguments = [&["run", "tell", "--secret", "KEY"][..], more].concat();
        let output = project.command(&arguments).env("KEY", VALUE).output().unwrap();
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8_lossy(&shown);
        assert!(output.status.success() && shown.contains("***"), "{shown}");
        assert_eq!(leaks(&shown), None, "{shown}");
    }
    let kept = project.read("hooks/tell.test.yaml");
    assert!(kept.contains("name: \"kept\"") && leaks(&kept).is_none(), "{kept}");
}

#[test]
fn a_recorded_case_holds_though_the_code_encodes_its_secret() {
    let script = "module.exports = (user, context, cb) => { require('crm').send(Buffer.from('u:' + context.webtask.secrets.KEY).toString('base64')); cb(); };";
    let project = Project::with(&[("hooks/tell.yaml", HOOK), ("hooks/tell.js", script)]);
    let arguments = ["run", "tell", "--secret", "KEY", "--record", "kept"];
    let output = project.command(&arguments).env("KEY", VALUE).output().unwrap();
    assert!(output.status.success());
    let run = project.run(&["test"]).expect(0);
    assert!(run.stdout.contains("1 case passed"), "{run}");
}

#[test]
fn a_failing_test_names_the_secret_instead_of_its_value() {
    let secrets = serde_json::json!({ "KEY": VALUE });
    let expect = "{ effect: { outcome: ok }, logs: [nothing], requests: [], calls: [], error: { message: 1 } }";
    let tests = format!(
        "cases:\n  - name: fails\n    secrets: {secrets}\n    expect: {expect}\n  - name: row ${{key}}\n    each: [{{ key: {} }}]\n    secrets: {{ KEY: \"${{key}}\" }}\n    expect: {expect}\n",
        secrets["KEY"]
    );
    let project = project(&tests);
    for format in ["text", "json", "junit", "github"] {
        let run = project.run(&["test", "-o", format]).expect(1);
        let shown = format!("{}{}", run.stdout, run.stderr);
        assert!(shown.contains("[secret KEY]"), "{shown}");
        assert_eq!(leaks(&shown), None, "{format}: {shown}");
    }
}
