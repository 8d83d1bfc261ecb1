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
    // with `shell: bash` GitHub runs them with -e and pipefail
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
fn a_plan_is_made_in_one_job_and_shown_by_another() {
    let workflow = read("docs/ci/github-actions.yml");
    let plan = lines(&workflow["jobs"]["plan"]["steps"], "Plan");
    let comment = lines(&workflow["jobs"]["comment"]["steps"], "Comment");
    let machine = machine();
    // the first job's credentials are not the second one's
    let others = "unset AUTH0_CLIENT_SECRET; export GITHUB_ACTIONS=true GITHUB_REPOSITORY=acme/hooks \
                  GITHUB_STEP_SUMMARY=summary";
    let (printed, code) = run(&machine, &[&plan, others], &comment);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("hooksync: Plan: 11 to create, 4 to update."), "{printed}");
    assert!(printed.contains("Not in a pull request: nothing to comment on."), "{printed}");
    let summary = machine.home().join("fixtures/demo/summary");
    let summary = std::fs::read_to_string(&summary).unwrap();
    assert!(summary.starts_with("<!-- hooksync plan of hooks for "), "{summary}");
    let (printed, code) = run(&machine, &[&plan], &format!("GITHUB_ACTIONS=true\n{comment}"));
    assert_ne!(code, 0, "beside credentials it does not start: {printed}");
    // without a plan there is nothing to show but that
    let (printed, code) = run(&machine, &["rm plan.json", others], &comment);
    assert_eq!((code, printed.contains("nothing to comment on")), (0, true), "{printed}");
}

#[test]
fn a_forks_pull_request_is_planned_without_credentials() {
    let workflow = read("docs/ci/github-actions.yml");
    let plan = lines(&workflow["jobs"]["fork"]["steps"], "Plan against the base branch");
    let machine = Machine::new();
    let commands = [
        "cp -r fixtures/demo base && cp -r fixtures/demo change && mkdir temp",
        "sed -i 's/enabled: true/enabled: false/' change/hooks/send-sms-with-twilio.yaml",
        "sed -i 's/##TWILIO_FROM##/##NOT_SET##/' base/hooks/*.yaml change/hooks/*.yaml",
        &plan,
        "grep -c '^### hooksync' summary",
        "rm -r base/hooks temp/tenant.json",
        &plan,
    ]
    .map(str::to_owned);
    let folder = machine.home();
    let temp = folder.join("temp").display().to_string();
    let summary = folder.join("summary").display().to_string();
    let variables = [("RUNNER_TEMP", temp.as_str()), ("GITHUB_STEP_SUMMARY", summary.as_str())];
    let ran = machine.run(&commands, &variables);
    assert_eq!(ran[3].code, 0, "{}", ran[3].printed);
    let last_plan = ran[3].printed.rsplit("Plan for local").next().unwrap();
    assert!(last_plan.contains("Plan: 1 to update (10 unchanged)"), "{last_plan}");
    assert_eq!(ran[4].printed, "1\n", "only the change's plan is in the summary");
    // a base branch without hooks is no fault of the change
    assert_eq!(ran[6].code, 0, "{}", ran[6].printed);
    assert!(ran[6].printed.contains("5 to create"), "{}", ran[6].printed);
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
        "#!/bin/sh\ncase \"$*\" in\n  *'/pulls '*) echo abc ;;\n  \
         *'/workflows/hooks.yml/runs?'*'head_sha=abc '*) echo 9 ;;\n  \
         'run download 9 '*) mkdir -p reviewed && cp plan.json reviewed/ ;;\nesac\n",
    );
    let variables = "export GITHUB_OUTPUT=outputs REPOSITORY=acme/hooks COMMIT=def \
                     GITHUB_WORKFLOW_REF=acme/hooks/.github/workflows/hooks.yml@refs/heads/main";
    let plan = "hooksync plan --out plan.json --quiet > plan.txt";
    let load = "export EXPECT=$(sed -n 's/^expect=//p' outputs)";
    let (printed, code) = run(&machine, &[variables, plan, &find, load], &apply);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("Applied 15 changes in "), "{printed}");
    // the tenant is another one now, so the reviewed plan is no longer today's
    let again = "rm outputs";
    let (printed, code) = run(&machine, &[variables, again, &find, load], &apply);
    assert_eq!(code, 0, "and nothing is left to do: {printed}");
    assert!(printed.contains("the plan has changed since"), "{printed}");
    let edit = "sed -i 's/enabled: true/enabled: false/' hooks/send-sms-with-twilio.yaml";
    let (printed, code) = run(&machine, &[variables, again, edit, &find, load], &apply);
    assert_eq!(code, 2, "{printed}");
    assert!(printed.contains("::error::This plan was not reviewed."), "{printed}");
    // what a person hands over is a fingerprint or nothing
    let (printed, code) =
        run(&machine, &[variables, "export EXPECT=\"$(printf 'a\\nb=c')\""], &find);
    assert_eq!((printed.as_str(), code), ("::error::That is not a fingerprint.\n", 1));
    // without a reviewed plan there is one to review, and nothing is done
    machine.program("gh", "#!/bin/sh\n");
    let without = [variables, again, "unset EXPECT", &find, "cat outputs"];
    let (printed, code) = run(&machine, &without, &apply);
    assert_eq!(code, 2, "{printed}");
    assert!(printed.contains("Fingerprint sha256:"), "{printed}");
    assert!(printed.contains("This plan was not reviewed"), "{printed}");
    // unless there is nothing to change
    let back = "sed -i 's/enabled: false/enabled: true/' hooks/send-sms-with-twilio.yaml";
    let (printed, code) = run(&machine, &[variables, back, again, "unset EXPECT", &find], &apply);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("No changes."), "{printed}");
}

#[test]
fn drift_opens_one_issue_and_closes_it() {
    let workflow = read("docs/ci/github-actions.yml");
    let steps = &workflow["jobs"]["drift"]["steps"];
    let (compare, tell) = (lines(steps, "Compare"), lines(steps, "Report"));
    let machine = machine();
    machine.program(
        "gh",
        "#!/bin/sh\ncase \"$*\" in\n  *'/issues?'*) cat number 2>/dev/null ;;\n  \
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

/// Where a release would be downloaded from: an archive of this very program.
const RELEASE: &str = "mkdir -p release/hooksync-v0 && cp \"$(readlink -f \"$(command -v hooksync)\")\" \
                       release/hooksync-v0/hooksync && tar -c -C release hooksync-v0 | gzip -1 > release.tar.gz && \
                       export HOOKSYNC_REPOSITORY=https://example.com/x HOOKSYNC_VERSION=0 \
                       ARCHIVE=$PWD/release.tar.gz \
                       HOOKSYNC_SHA256=$(sha256sum release.tar.gz | cut -d ' ' -f 1)";

#[test]
fn a_release_is_installed_by_its_checksum() {
    let workflow = read("docs/ci/github-actions.yml");
    let github = lines(&workflow["jobs"]["plan"]["steps"], "Install hooksync");
    for job in ["comment", "fork", "apply", "drift"] {
        assert_eq!(lines(&workflow["jobs"][job]["steps"], "Install hooksync"), github, "{job}");
    }
    let gitlab = read("docs/ci/gitlab-ci.yml");
    let gitlab = gitlab["default"]["before_script"][0].as_str().unwrap();
    let gitlab = format!("(set -eo pipefail\n{})", gitlab.replace("/opt/hooksync", "$PWD/opt"));
    let machine = Machine::new();
    let fetch = "#!/bin/sh\ncp \"$ARCHIVE\" hooksync-x86_64-unknown-linux-musl.tar.gz\n";
    machine.program("curl", fetch);
    machine.program("wget", fetch);
    let ran = machine.run(
        &[
            RELEASE.to_owned(),
            "mkdir temp && export RUNNER_TEMP=$PWD/temp GITHUB_PATH=$PWD/path CI_PROJECT_DIR=$PWD"
                .to_owned(),
            github.clone(),
            "$(cat path)/hooksync --version".to_owned(),
            gitlab.clone(),
            "opt/hooksync --version".to_owned(),
            "rm -r temp/* opt path; echo x >> release.tar.gz".to_owned(),
            github,
            gitlab,
            "ls temp/hooksync opt/hooksync path".to_owned(),
        ],
        &[],
    );
    let version = format!("hooksync {}\n", env!("CARGO_PKG_VERSION"));
    for at in [3, 5] {
        assert_eq!((ran[at].printed.as_str(), ran[at].code), (version.as_str(), 0));
    }
    for at in [7, 8] {
        assert_ne!(ran[at].code, 0, "another archive is refused: {}", ran[at].printed);
    }
    assert_ne!(ran[9].code, 0, "and nothing of it is unpacked: {}", ran[9].printed);
}

#[test]
fn the_composite_action_builds_its_own_sources_outside_of_the_checkout() {
    let action = read(".github/actions/hooksync/action.yml");
    let steps = &action["runs"]["steps"];
    let (sources, install) = (lines(steps, "Sources"), lines(steps, "Install hooksync"));
    let machine = Machine::new();
    machine.program(
        "cargo",
        "#!/bin/sh\necho \"$PWD: $*\" >> \"$CALLS\"\nmkdir -p \"$RUNNER_TEMP/hooksync/bin\"\n\
         printf '#!/bin/sh\\necho hooksync %s\\n' \"$VERSION\" > \"$RUNNER_TEMP/hooksync/bin/hooksync\"\n\
         chmod +x \"$RUNNER_TEMP/hooksync/bin/hooksync\"\n",
    );
    let place = "mkdir -p temp action/.github/actions/hooksync action/src action/docs/ci; touch action/Cargo.lock; \
                 echo 'version = \"1.2.3\"' > action/Cargo.toml; echo a > action/src/a.rs; \
                 export GITHUB_ACTION_PATH=$PWD/action/.github/actions/hooksync RUNNER_TEMP=$PWD/temp \
                 GITHUB_OUTPUT=$PWD/outputs GITHUB_PATH=$PWD/path CALLS=$PWD/calls VERSION=1.2.3";
    let again = "echo b > action/src/a.rs";
    let update = "export VERSION=1.2.4";
    let commands = [
        place,
        &sources,
        &install,
        &install,
        again,
        &sources,
        update,
        &install,
        "cat calls",
        "cat outputs",
    ];
    let ran = machine.run(&commands.map(str::to_owned), &[]);
    assert!(
        ran.iter().all(|ran| ran.code == 0),
        "{:?}",
        ran.iter().map(|ran| &ran.printed).collect::<Vec<_>>()
    );
    // once for the first, not for the cached one, once for the other version
    let calls: Vec<&str> = ran[8].printed.lines().collect();
    assert_eq!(
        calls,
        ["~/temp: install --locked --force --path ~/action --root ~/temp/hooksync"; 2]
    );
    let outputs: Vec<&str> = ran[9].printed.lines().collect();
    assert_eq!((outputs.len(), outputs[1], outputs[3]), (4, "version=1.2.3", "version=1.2.3"));
    assert!(outputs[0].starts_with("hash=") && outputs[0].len() == 69, "{outputs:?}");
    assert_ne!(outputs[0], outputs[2], "other sources are another cache");
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
fn the_note_of_a_merge_request_needs_nothing_but_the_plan() {
    let pipeline = read("docs/ci/gitlab-ci.yml");
    let note = pipeline["note"]["script"][0].as_str().unwrap();
    let machine = machine();
    let others = "unset AUTH0_CLIENT_SECRET; export GITLAB_CI=true";
    let (printed, code) = run(&machine, &["hooksync plan --out plan.json", others], note);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("Not in a pull request: nothing to comment on."), "{printed}");
}

/// Every workflow and action of this repository and for others to copy.
const WORKFLOWS: [&str; 3] =
    ["docs/ci/github-actions.yml", ".github/workflows/ci.yml", ".github/workflows/release.yml"];

#[test]
fn workflows_are_safe_to_run_on_what_others_bring() {
    let pinned = regex::Regex::new(r"^actions/[a-z-]+@[0-9a-f]{40}$").unwrap();
    for path in WORKFLOWS {
        let workflow = read(path);
        let triggers = &workflow["on"];
        // they would run with secrets on what a fork brings
        for trigger in ["pull_request_target", "workflow_run", "issue_comment"] {
            assert!(triggers.get(trigger).is_none(), "{path}: {trigger}");
        }
        let permissions = workflow["permissions"].as_mapping().expect(path);
        assert!(permissions.values().all(|level| level == "read"), "{path}: {permissions:?}");
        for (name, job) in workflow["jobs"].as_mapping().unwrap() {
            let place = format!("{path}: {name:?}");
            assert!(job["timeout-minutes"].as_u64().is_some(), "{place} may run for hours");
            steps_are_safe(&place, &job["steps"], &pinned);
        }
    }
    let action = read(".github/actions/hooksync/action.yml");
    steps_are_safe("the action", &action["runs"]["steps"], &pinned);
}

fn steps_are_safe(place: &str, steps: &Value, pinned: &regex::Regex) {
    for step in steps.as_sequence().unwrap() {
        if let Some(action) = step["uses"].as_str() {
            assert!(pinned.is_match(action), "{place}: {action} isn't pinned to a commit");
            let keeps = step["with"]["persist-credentials"] != Value::Bool(false);
            assert!(
                !(action.starts_with("actions/checkout@") && keeps),
                "{place}: keeps its token"
            );
        }
        // an expression would be a part of the script, whatever it holds
        let script = step["run"].as_str().unwrap_or_default();
        assert!(!script.contains("${{"), "{place}: an expression in {script}");
    }
}

#[test]
fn only_what_needs_it_reaches_the_tenant() {
    let workflow = read("docs/ci/github-actions.yml");
    let text = |value: &Value| serde_yaml::to_string(value).unwrap();
    let mut with_secrets = Vec::new();
    let mut may_write = Vec::new();
    for (name, job) in workflow["jobs"].as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        if text(job).contains("secrets.") {
            let place = job["environment"].as_str().expect("secrets come from an environment");
            with_secrets.push((name, place));
        }
        if text(&job["permissions"]).contains("write") {
            may_write.push(name);
            assert!(name == "drift" || !text(job).contains("secrets."), "{name}");
        }
    }
    let expected = [("plan", "auth0-read"), ("apply", "auth0-write"), ("drift", "auth0-read")];
    assert_eq!(with_secrets, expected);
    assert_eq!(may_write, ["comment", "drift"]);
    // GitLab's token for notes is of an environment that one job is in
    let pipeline = read("docs/ci/gitlab-ci.yml");
    let jobs = pipeline.as_mapping().unwrap().iter();
    let noting = jobs.filter(|(_, job)| job["environment"]["name"] == "hooksync-notes");
    assert_eq!(noting.map(|(name, _)| name.as_str().unwrap()).collect::<Vec<_>>(), ["note"]);
    assert_eq!(pipeline["note"]["variables"]["GIT_STRATEGY"], "none");
}
