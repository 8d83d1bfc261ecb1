//! What a pull request can make `plan` print: nothing that the environment
//! holds. Every variable here has the canary in its value.

use crate::support::{Project, Run, run, script};

const CANARY: &str = "CANARY";
const TRIGGER: &str = "credentials-exchange";

/// The process's variables: hooksync's own, and what a pipeline has.
const VARIABLES: [(&str, &str); 10] = [
    ("AUTH0_CLIENT_SECRET", "CANARY-of-the-client"),
    ("AUTH0_CLIENT_SECRET_PROD", "CANARY-of-production"),
    ("AUTH0_ACCESS_TOKEN", "CANARY-as-a-token"),
    ("auth0_client_secret", "CANARY-in-lower-case"),
    ("COPY", "CANARY-of-the-client"),
    ("ALL_OF_THEM", "{\"secret\":\"CANARY-of-the-client\"}"),
    ("GH_TOKEN", "CANARY-of-the-forge"),
    ("HTTPS_PROXY", "http://me:CANARY-of-the-proxy@127.0.0.1:1"),
    ("REPOSITORY", "https://ci:CANARY-of-the-job@git.example/x.git"),
    ("PLAIN", "CANARY-of-nothing"),
];

/// Runs every form of a plan, and looks for the canary in all that comes out.
fn plans(project: &Project, more: &[&str]) -> Vec<Run> {
    let formats = ["text", "json", "markdown", "html", "github"].into_iter();
    let runs = formats.map(|format| {
        let mut args = vec!["plan", "--local", "state.json", "--out", "plan.json", "-vv"];
        args.extend(["--format", format]);
        args.extend(more);
        let mut command = project.command(&args);
        command.envs(VARIABLES).env("GITHUB_STEP_SUMMARY", project.path("summary.md"));
        let run = run(command, &args);
        let printed = format!("{}{}", run.stdout, run.stderr);
        assert!(!printed.contains(CANARY), "{run}");
        for (path, (bytes, _)) in project.files() {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert!(!text.contains(CANARY), "{}: {text}", path.display());
        }
        run
    });
    runs.collect()
}

/// A marker everywhere a definition can have one, in each layout.
fn projects(marker: &str) -> Vec<(&'static str, Project)> {
    let code = script(TRIGGER, "");
    let mut all = Vec::new();
    for (what, field) in [
        ("dependencies", format!("  dependencies: {{lodash: {marker}}}\n")),
        ("dependencies", format!("  dependencies: {{secrets: {marker}}}\n")),
        ("name", format!("  name: {marker}\n")),
        ("script", format!("  script: ./{marker}.js\n")),
        ("secrets", format!("  secrets: {{S: {marker}}}\n")),
        ("secrets", format!("  secrets:\n    S: x{marker}\n")),
    ] {
        let name = if what == "name" { "" } else { "  name: a\n" };
        let path = if what == "script" { "" } else { "  script: ./a.js\n" };
        let hook = format!("{name}{path}{field}  triggerId: {TRIGGER}\n");
        let list = format!("hooks:\n-{}", &hook[1..]);
        let native: String = hook.lines().map(|line| format!("{}\n", &line[2..])).collect();
        all.push((what, Project::with(&[("hooks/a.yaml", &native), ("hooks/a.js", &code)])));
        let tree =
            [("hooksync.yaml", "hooks: tenant.yaml\n"), ("tenant.yaml", &list), ("a.js", &code)];
        all.push((what, Project::with(&tree)));
    }
    for (what, field) in [
        ("dependencies", format!("\"dependencies\": {{\"lodash\": {marker}}}")),
        ("secrets", format!("\"secrets\": {{\"S\": {marker}}}")),
    ] {
        let json = format!(
            "{{\"name\": \"a\", \"script\": \"./a.js\", \"triggerId\": \"{TRIGGER}\", {field}}}"
        );
        all.push((what, Project::with(&[("hooks/a.json", &json), ("hooks/a.js", &code)])));
    }
    let in_script = script(TRIGGER, &format!("\n  const x = {marker};"));
    let native = format!("name: a\ntriggerId: {TRIGGER}\n");
    all.push(("code", Project::with(&[("hooks/a.yaml", &native), ("hooks/a.js", &in_script)])));
    all
}

#[test]
fn own_credentials_are_inserted_nowhere() {
    for key in ["AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_SECRET_PROD", "auth0_client_secret", "COPY"] {
        for (what, project) in projects(&format!("\"##{key}##\"")) {
            for run in plans(&project, &[]) {
                assert_eq!(run.code, 1, "{key} in {what}: {run}");
            }
        }
    }
    for (_, project) in projects("@@AUTH0_ACCESS_TOKEN@@") {
        plans(&project, &["--allow-unresolved"]);
    }
    for (what, project) in projects("\"##ALL_OF_THEM##\"") {
        let runs = plans(&project, &[]);
        assert!(runs.iter().all(|run| run.code == 1), "{what}: {}", runs[0]);
    }
}

#[test]
fn outside_of_secrets_the_environment_does_not_answer() {
    for (what, project) in projects("\"##PLAIN##\"") {
        let expected = if what == "secrets" { 0 } else { 1 };
        for run in plans(&project, &[]) {
            assert_eq!(run.code, expected, "{what}: {run}");
        }
    }
}

#[test]
fn what_looks_like_a_secret_is_not_taken_from_keywords_from_env() {
    for key in ["GH_TOKEN", "HTTPS_PROXY", "REPOSITORY", "COPY", "AUTH0_CLIENT_SECRET_PROD"] {
        for (_, project) in projects(&format!("\"##{key}##\"")) {
            let settings = project.path("hooksync.yaml");
            let before = std::fs::read_to_string(settings).unwrap_or_default();
            project.write("hooksync.yaml", format!("{before}keywordsFromEnv: [{key}]\n"));
            for run in plans(&project, &[]) {
                assert!(run.code == 1 && run.stderr.contains("HS210"), "{key}: {run}");
            }
        }
    }
}

#[test]
fn the_environment_itself_can_allow_it() {
    let files = [
        ("hooksync.yaml", "keywordsFromEnv: [BUILD_KEY]\n"),
        ("hooks/a.yaml", "name: a\ntriggerId: credentials-exchange\n"),
        ("hooks/a.js", &script(TRIGGER, "\n  const x = \"##BUILD_KEY##\";")),
    ];
    let project = Project::with(&files);
    let args = ["plan", "--local"];
    let plan = |allowed: &str| {
        let mut command = project.command(&args);
        command.env("BUILD_KEY", "shown").env("HOOKSYNC_KEYWORDS_FROM_ENV", allowed);
        run(command, &args)
    };
    assert!(plan("BUILD_KEY, OTHER").expect(0).stdout.contains("create"));
    let refused = plan("OTHER").expect(1);
    assert!(refused.stderr.contains("HOOKSYNC_KEYWORDS_FROM_ENV=BUILD_KEY"), "{refused}");
}

#[test]
fn a_secret_that_a_script_inserts_too_is_hidden() {
    let files = [
        ("hooks/a.yaml", "name: a\ntriggerId: credentials-exchange\nsecrets: {S: \"x ##KEY##\"}\n"),
        ("hooks/a.js", &script(TRIGGER, "\n  const k = \"##KEY##\";")),
        ("hooks/b.yaml", "name: b\ntriggerId: send-phone-message\n"),
        ("hooks/b.js", &script("send-phone-message", "\n  const k = @@KEY@@;")),
    ];
    let project = Project::with(&files);
    let keyword = |value: &str| format!("KEY={value}");
    for run in plans(&project, &["--keyword", &keyword("CANARY-of-the-script")]) {
        assert!(run.code == 0 && run.stdout.contains("secret"), "{run}");
    }
    let apply = ["apply", "--local", "state.json", "--yes", "--format", "json"];
    let with = |value: &str| {
        let keyword = keyword(value);
        project.run(&[&apply[..], &["--keyword", &keyword]].concat()).expect(0)
    };
    with("CANARY-of-the-script");
    // the plan of another value shows neither
    let args = ["plan", "--local", "state.json", "--keyword", "KEY=CANARY-of-another-time"];
    let run = project.run(&args).expect(0);
    assert!(run.stdout.contains("[another secret]") && !run.stdout.contains(CANARY), "{run}");
    // nor does applying it, in any format
    for (at, format) in ["text", "json", "text"].into_iter().enumerate() {
        let keyword = keyword(&format!("CANARY-number-{at}"));
        let args = ["apply", "--local", "state.json", "--yes", "-v", "--format", format];
        let run = project.run(&[&args[..], &["--keyword", &keyword]].concat()).expect(0);
        let printed = format!("{}{}", run.stdout, run.stderr);
        assert!(!printed.contains(CANARY) && printed.contains("applied"), "{run}");
        assert!(printed.contains("HS507") || printed.contains("secret"), "{run}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_checkout_is_read() {
    use std::os::unix::fs::symlink;
    for (settings, link) in [
        ("hooks: ..\n", None),
        ("hooks: ../..\n", None),
        ("hooks: /\n", None),
        ("hooks: linked\n", Some("linked")),
        ("actions: linked\n", Some("linked")),
        ("", Some("hooks")),
    ] {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("a.yaml"), "CANARY: [\n").unwrap();
        let project = Project::with(&[("sub/hooksync.yaml", settings), ("b.yaml", "CANARY: [\n")]);
        if let Some(link) = link {
            symlink(outside.path(), project.path("sub").join(link)).unwrap();
        }
        for args in [["plan", "--local"].as_slice(), &["validate"], &["export", "--local"]] {
            let mut command = project.command(args);
            command.current_dir(project.path("sub"));
            let run = run(command, args);
            assert!(run.code == 4 && !run.to_string().contains(CANARY), "{settings}: {run}");
        }
    }
    // the settings themselves
    let project = Project::with(&[("credentials", "CANARY: [\n"), ("sub/hooks/x", "")]);
    symlink("../credentials", project.path("sub/hooksync.yaml")).unwrap();
    let args = ["validate"];
    let mut command = project.command(&args);
    command.current_dir(project.path("sub"));
    let run = run(command, &args).expect(1);
    assert!(run.stderr.contains("HS005") && !run.to_string().contains(CANARY), "{run}");
}

/// Answers every request with an error that quotes its `Authorization` and its
/// body, as gateways do.
fn echo(content_type: &'static str) -> String {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 8192];
            let length = stream.read(&mut request).unwrap_or(0);
            let request =
                String::from_utf8_lossy(&request[..length]).replace(['"', '\r', '\n'], " ");
            let said = request.split("uthorization:").nth(1).unwrap_or(&request);
            let body = format!("{{\"message\":\"bad header: {said}\",\"errorCode\":\"{said}\"}}");
            let _ = write!(
                stream,
                "HTTP/1.1 400 Bad Request\r\ncontent-type: {content_type}; x={said}\r\n\
                 connection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    format!("http://{address}")
}

#[test]
fn an_error_that_echoes_the_request_shows_no_credential() {
    let project = Project::with(&[
        ("hooks/a.yaml", "name: a\ntriggerId: credentials-exchange\n"),
        ("hooks/a.js", &script(TRIGGER, "")),
    ]);
    let token = "eyJhbGciOiJSUzI1NiJ9.CANARY-of-a-token.CANARY";
    let client = [("AUTH0_CLIENT_ID", "x"), ("AUTH0_CLIENT_SECRET", "CANARY-of-the-client")];
    for content_type in ["application/json", "text/html"] {
        for variables in [[("AUTH0_ACCESS_TOKEN", token), ("X", "")], client] {
            for args in [
                ["plan", "-vv"].as_slice(),
                &["plan", "--format", "json"],
                &["apply", "--yes", "--format", "json"],
                &["export"],
                &["doctor"],
            ] {
                let mut command = project.command(args);
                command.env("AUTH0_DOMAIN", echo(content_type)).envs(variables);
                let run = run(command, args).expect(1);
                assert!(!run.to_string().contains(CANARY), "{run}");
                assert!(run.to_string().contains("400"), "{run}");
            }
        }
    }
}

#[test]
fn nothing_is_applied_unasked() {
    let project = Project::with(&[
        ("hooks/a.yaml", "name: a\ntriggerId: credentials-exchange\n"),
        ("hooks/a.js", &script(TRIGGER, "")),
    ]);
    let plan = ["plan", "--local", "state.json", "--format", "json"];
    for answer in ["", "n\n", "y\n", "yes\n"] {
        let args = ["apply", "--local", "state.json"];
        let mut command = project.command(&args);
        command.write_stdin(answer);
        let refused = run(command, &args).expect(4);
        assert!(refused.stderr.contains("--yes") && refused.stderr.contains("--plan"), "{refused}");
        assert!(refused.stdout.contains("create"), "the plan is shown: {refused}");
        assert_eq!(project.run(&plan).json()["summary"]["create"], 1);
    }
    let fingerprint = project.run(&plan).json()["fingerprint"].as_str().unwrap().to_owned();
    project.run(&["apply", "--local", "state.json", "--expect", &fingerprint]).expect(0);
    // with nothing to do there is nothing to ask
    project.run(&["apply", "--local", "state.json"]).expect(0);
}
