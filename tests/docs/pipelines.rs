//! The pipelines that docs/ci shows: their very shell lines, run against a
//! local tenant, with GitHub's own tools played by small scripts.

use serde_yaml::Value;

use crate::machine::Machine;

fn read(path: &str) -> Value {
    let text = std::fs::read_to_string(crate::root().join(path)).unwrap();
    serde_yaml::from_str(&text).unwrap()
}

/// The shell lines of a step of a GitHub workflow or action.
fn lines(steps: &Value, name: &str) -> String {
    let named = |step: &&Value| step["name"].as_str() == Some(name);
    let step = steps.as_sequence().unwrap().iter().find(named).expect(name);
    // GitHub runs them with -e and pipefail
    format!("(set -eo pipefail\n{})", step["run"].as_str().unwrap())
}

const LOCAL: &str = "export AUTH0_DOMAIN=acme.eu.auth0.com AUTH0_CLIENT_ID=… \
                     AUTH0_CLIENT_SECRET=$SECRET_OF_THE_APPLICATION";

/// A machine whose current folder is a project, with a tenant to work on.
fn machine() -> Machine {
    let mut machine = Machine::new();
    machine.start_tenant();
    machine
}

/// Runs lines in the demo's project; gives what the last one printed.
fn run(machine: &Machine, before: &[&str], last: &str) -> (String, i32) {
    let commands: Vec<String> = [LOCAL, "cd fixtures/demo"]
        .iter()
        .chain(before)
        .chain([&last])
        .map(|c| (*c).into())
        .collect();
    let ran = machine.run(&commands, &[("GITHUB_ENV", "github-env"), ("RUNNER_TEMP", ".")]);
    let end = ran.last().unwrap();
    (end.printed.clone(), end.code)
}

#[test]
fn a_pull_request_gets_one_comment_that_is_kept_up_to_date() {
    let workflow = read("docs/ci/github-actions.yml");
    let plan = lines(&workflow["jobs"]["plan"]["steps"], "Plan");
    let comment = lines(&workflow["jobs"]["comment"]["steps"], "Comment");
    let machine = machine();
    // answers the list of comments with what is in `comments`, and notes the rest
    machine.program(
        "gh",
        "#!/bin/sh\ncase \"$*\" in\n  *--jq*) cat comments 2>/dev/null ;;\n  \
         *) echo \"$*\" >> calls ;;\nesac\nexit 0\n",
    );
    let variables = "export REPOSITORY=acme/hooks NUMBER=7";
    let (printed, code) = run(
        &machine,
        &[
            variables,
            &plan,
            &comment,
            "echo 42 > comments",
            &comment,
            "jq -r .fingerprint plan.json",
        ],
        "cat calls",
    );
    assert_eq!(code, 0, "{printed}");
    assert_eq!(
        printed,
        "api --method POST repos/acme/hooks/issues/7/comments --field body=@plan.md --silent\n\
         api --method PATCH repos/acme/hooks/issues/comments/42 --field body=@plan.md --silent\n"
    );
    let body = std::fs::read_to_string(machine.home().join("fixtures/demo/plan.md")).unwrap();
    assert!(body.starts_with("<!-- hooksync plan -->\n") && body.contains("5 to create"), "{body}");
}

#[test]
fn a_merge_applies_the_reviewed_plan_and_no_other() {
    let workflow = read("docs/ci/github-actions.yml");
    let steps = &workflow["jobs"]["apply"]["steps"];
    let find = lines(steps, "Find the plan that was reviewed");
    let apply = lines(steps, "Apply");
    let machine = machine();
    machine.program(
        "gh",
        "#!/bin/sh\ncase \"$*\" in\n  *'/pulls '*) echo abc ;;\n  'run list'*) echo 9 ;;\n  \
         'run download'*) mkdir -p reviewed && cp plan.json reviewed/ ;;\nesac\n",
    );
    let plan = "hooksync plan --out plan.json --quiet > plan.txt";
    let load = "export $(cat github-env)";
    let (printed, code) = run(&machine, &[plan, &find, load], &apply);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("5 applied"), "{printed}");
    // the tenant is another one now, so the reviewed plan is no longer today's
    let (printed, code) = run(&machine, &[&find, load], &apply);
    assert_eq!(code, 4, "{printed}");
    // and without a reviewed plan nothing is done
    machine.program("gh", "#!/bin/sh\n");
    let (printed, code) = run(&machine, &[], &find);
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains("No reviewed plan belongs to this commit"), "{printed}");
}

#[test]
fn drift_opens_one_issue_and_closes_it() {
    let workflow = read("docs/ci/github-actions.yml");
    let steps = &workflow["jobs"]["drift"]["steps"];
    let (compare, tell) = (lines(steps, "Compare"), lines(steps, "Tell"));
    let machine = machine();
    machine.program(
        "gh",
        "#!/bin/sh\ncase \"$*\" in\n  'issue list'*) cat number 2>/dev/null ;;\n  \
         *) echo \"$1 $2 $3\" >> calls ;;\nesac\nexit 0\n",
    );
    let load = "export $(cat github-env)";
    let apply = "hooksync apply --yes --quiet > applied.txt";
    let (printed, code) = run(
        &machine,
        &[&compare, load, &tell, "echo 3 > number", &tell, apply, &compare, load, &tell],
        "cat calls",
    );
    assert_eq!(
        (printed.as_str(), code),
        ("issue create --title\nissue edit 3\nissue close 3\n", 0)
    );
}

#[test]
fn the_composite_action_tells_what_it_found() {
    let action = read(".github/actions/hooksync/action.yml");
    let plan = lines(&action["runs"]["steps"], "Plan");
    let variables =
        "export GITHUB_OUTPUT=outputs GITHUB_STEP_SUMMARY=summary DIRECTORY= ENVIRONMENT=";
    let (printed, code) =
        run(&machine(), &[variables, &plan, "grep -c Fingerprint summary"], "cat outputs");
    assert_eq!(code, 0, "{printed}");
    assert!(printed.starts_with("fingerprint=sha256:"), "{printed}");
    assert!(
        printed.ends_with("changes=true\njson=./hooksync-plan.json\nmarkdown=./hooksync-plan.md\n")
    );
}

#[test]
fn gitlab_plans_applies_that_plan_and_sees_drift() {
    let pipeline = read("docs/ci/gitlab-ci.yml");
    let script = |job: &str| {
        let lines = pipeline[job]["script"].as_sequence().unwrap();
        let lines: Vec<&str> = lines.iter().map(|line| line.as_str().unwrap()).collect();
        format!("(set -eo pipefail\n{}\n)", lines.join("\n"))
    };
    let machine = machine();
    let (printed, code) = run(&machine, &[&script("validate")], &script("drift"));
    assert_eq!(code, 2, "{printed}");
    let (printed, code) = run(&machine, &[&script("plan")], &script("apply"));
    assert_eq!(code, 0, "{printed}");
    let (printed, code) = run(&machine, &[], &script("drift"));
    assert_eq!(code, 0, "{printed}");
}

#[test]
fn the_note_of_a_merge_request_is_kept_up_to_date() {
    // The job brings its own jq; a machine without one can't play it.
    if !std::path::Path::new("/usr/bin/jq").exists() {
        return;
    }
    let pipeline = read("docs/ci/gitlab-ci.yml");
    let note = format!("(set -eo pipefail\n{})", pipeline["note"]["script"][0].as_str().unwrap());
    let machine = machine();
    machine.program(
        "curl",
        "#!/bin/sh\ncase \"$*\" in\n  *--request*) echo \"$*\" | sed 's/.*--request \\([A-Z]*\\).* /\\1 /' >> calls ;;\n  \
         *) cat notes.json ;;\nesac\n",
    );
    let variables = "export CI_API_V4_URL=https://gitlab.example/api/v4 CI_PROJECT_ID=1 \
                     CI_MERGE_REQUEST_IID=2 HOOKSYNC_NOTES_TOKEN=x; echo '[]' > notes.json";
    let plan = "hooksync plan --format markdown > plan.md";
    let there = "jq -n --rawfile body plan.md '[{id: 5, body: $body}]' > notes.json";
    let (printed, code) = run(&machine, &[variables, plan, &note, there, &note], "cat calls");
    assert_eq!(code, 0, "{printed}");
    assert_eq!(
        printed,
        "POST https://gitlab.example/api/v4/projects/1/merge_requests/2/notes\n\
         PUT https://gitlab.example/api/v4/projects/1/merge_requests/2/notes/5\n"
    );
}
