//! `plan --behaviour`: what the new code does differently, for whom.

use serde_json::Value;

use crate::support::Project;

const HOOK: &str = "name: gate\ntriggerId: pre-user-registration\nenabled: true\n";
const OLD: &str = "module.exports = function (user, context, cb) {\n  cb(null, { user });\n};\n";
const NEW: &str = "module.exports = function (user, context, cb) {\n  if (!user.user_metadata) {\n    return cb(new PreUserRegistrationError('no metadata', 'Sorry'));\n  }\n  cb(null, { user });\n};\n";

const ACTION: &str = "name: stamp\ntriggerId: post-login\nruntime: node22\n";
const STAMP: &str = "exports.onExecutePostLogin = async (event, api) => {\n  if (event.client.metadata.plan === 'pro' && event.request.geoip.countryCode === 'DE') {\n    api.idToken.setCustomClaim('https://acme.example/plan', 'pro');\n  }\n};\n";

fn applied() -> Project {
    let project = Project::with(&[
        ("hooks/gate.yaml", HOOK),
        ("hooks/gate.js", OLD),
        ("actions/stamp.yaml", ACTION),
        ("actions/stamp.js", STAMP),
    ]);
    project.run(&["apply", "--local", "--yes"]).expect(0);
    project
}

#[test]
fn a_reviewer_reads_for_whom_it_differs() {
    let project = applied();
    project.write("hooks/gate.js", NEW);
    project.write("actions/stamp.js", STAMP.replace("'DE'", "'FR'"));
    let run = project.run(&["plan", "--local", "--behaviour"]).expect(0);
    for part in [
        "for users without `user_metadata`: now denied (no metadata)",
        "every branch reached",
        "no longer calls api.idToken.setCustomClaim(\"https://acme.example/plan\", \"pro\")",
        "now also calls api.idToken.setCustomClaim(\"https://acme.example/plan\", \"pro\")",
        "where `client.metadata.plan` is \"pro\" and `request.geoip.countryCode` is \"FR\"",
    ] {
        let flat = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(part), "{part}: {run}");
    }
    let again = project.run(&["plan", "--local", "--behaviour"]).expect(0);
    assert_eq!(again.stdout, run.stdout);

    // right after an apply, what is deployed takes a moment to be in traffic
    let plain = project.run(&["plan", "--local", "-o", "json"]).expect(0).json();
    assert_eq!(plain["changes"][0]["behaviour"], Value::Null);
    let json = project.run(&["plan", "--local", "--behaviour", "-o", "json"]).expect(0).json();
    assert_eq!(json["fingerprint"], plain["fingerprint"]);
    let gate = json["changes"].as_array().unwrap().iter().find(|it| it["name"] == "gate").unwrap();
    let found = &gate["behaviour"];
    assert_eq!(found["verdict"], "differs", "{json}");
    assert_eq!(found["branches"]["met"], found["branches"]["total"]);
    assert_eq!(found["differences"][0]["event"]["user"]["user_metadata"], Value::Null);

    let markdown =
        project.run(&["plan", "--local", "--behaviour", "-o", "markdown"]).expect(0).stdout;
    assert!(markdown.contains("**What the code does differently**"), "{markdown}");
    assert!(markdown.contains("**for users without `user_metadata`: now denied"), "{markdown}");
    let github = project.run(&["plan", "--local", "--behaviour", "-o", "github"]).expect(0).stdout;
    assert!(github.contains("title=behaviour::gate: for users without"), "{github}");
}

#[test]
fn a_plan_file_with_what_was_found_can_be_applied() {
    let project = applied();
    project.write("hooks/gate.js", NEW);
    project.run(&["plan", "--local", "--behaviour", "--out", "plan.json"]).expect(0);
    project.run(&["apply", "--local", "--plan", "plan.json"]).expect(0);
}

#[test]
fn what_can_t_be_compared_says_why() {
    let project = applied();
    project.write("hooks/gate.js", NEW.replace("no metadata", "##WHY##"));
    project.edit("hooks/gate.yaml", "enabled: true", "enabled: true\nsecrets:\n  WHY: '##WHY##'");
    let args = ["plan", "--local", "--behaviour", "--keyword", "WHY=canary-7f3a"];
    let run = project.run(&args).expect(0);
    let flat = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("not compared: its script holds the value of a secret"), "{run}");
    assert!(!run.stdout.contains("canary-7f3a"), "{run}");

    // a limit that is over at once leaves it out, and says so
    project.write("hooks/gate.js", NEW);
    let args = ["plan", "--local", "--behaviour", "--behaviour-limit", "1ms", "--keyword", "WHY=x"];
    let run = project.run(&args).expect(0);
    assert!(run.stdout.contains("not compared: the time limit was reached first"), "{run}");
    project.run(&["drift", "--local", "--behaviour"]).expect(64);
}

const TESTS: &str = "cases:\n  - name: everybody may\n    expect: { effect: { outcome: ok } }\n";

#[test]
fn apply_refuses_while_a_test_of_what_it_would_change_fails() {
    let project = applied();
    project.write("hooksync.yaml", "tests: required\n");
    project.write("hooks/gate.test.yaml", TESTS);
    project.write("hooks/gate.js", NEW.replace("!user.user_metadata", "true"));
    let run = project.run(&["apply", "--local", "--yes"]).expect(4);
    for part in
        ["x everybody may", "a behaviour test of what would change fails; nothing was written"]
    {
        assert!(run.stderr.contains(part), "{part}: {run}");
    }
    // what can't be run is no better
    project.write("hooks/gate.js", NEW);
    project.write("hooks/gate.test.yaml", TESTS.replace("effect", "efect"));
    let run = project.run(&["apply", "--local", "--yes"]).expect(4);
    assert!(run.stderr.contains("can't be run"), "{run}");
    // a switch-off is always possible, and so is what has passed
    project.write("hooks/gate.js", OLD);
    project.edit("hooks/gate.yaml", "enabled: true", "enabled: false");
    project.run(&["apply", "--local", "--yes"]).expect(0);
    project.write("hooks/gate.js", NEW);
    project.write("hooks/gate.test.yaml", TESTS);
    project.run(&["apply", "--local", "--yes"]).expect(0);

    project.write("hooksync.yaml", "tests: always\n");
    let run = project.run(&["apply", "--local", "--yes"]).expect(1);
    assert!(run.stderr.contains("`tests` is `required` or `optional`"), "{run}");
}

#[test]
fn migrate_takes_keywords_of_every_environment() {
    let hook = "module.exports = function (client, scope, audience, context, cb) {\n  const token = {};\n  token.scope = scope;\n  token['##NS##/plan'] = @@LEVEL@@;\n  cb(null, token);\n};\n";
    let project = Project::with(&[
        ("hooks/claim.yaml", "name: claim\ntriggerId: credentials-exchange\n"),
        ("hooks/claim.js", hook),
        (
            "hooksync.yaml",
            "environments:\n  staging: { keywords: { NS: 'https://staging.example' } }\n  live: { keywords: { NS: 'https://live.example', LEVEL: 3 } }\n",
        ),
    ]);
    let run = project.run(&["migrate", "hooks", "--events", "12"]).expect(0);
    assert!(run.stdout.contains("no difference"), "{run}");
    // what is written keeps its markers
    assert!(project.read("actions/claim.js").contains("##NS##/plan"), "{run}");
}
