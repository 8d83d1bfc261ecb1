//! Tenants that have ended hooks.

use hooksync::tenant::{self, Behaviour, Mode, Options, Running};

use crate::support::{Project, script, writes};

const MODES: [Mode; 3] = [Mode::Removed, Mode::Gone, Mode::NotAllowed];

async fn ended(mode: Mode) -> Running {
    let behaviour = Behaviour { mode, ..Behaviour::default() };
    tenant::start(Options { behaviour, ..Options::default() }).await.unwrap()
}

fn hooks() -> Project {
    Project::with(&[
        ("hooks/old.yaml", "name: old\ntriggerId: pre-user-registration\nenabled: true\n"),
        ("hooks/old.js", &script("pre-user-registration", "")),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn with_hooks_alone_each_is_blocked() {
    for mode in MODES {
        let (tenant, project) = (ended(mode).await, hooks());
        let plan = project.on(&tenant, &["plan", "--format", "json"]).expect(5);
        let json = plan.json();
        assert_eq!(json["changes"][0]["blocked"], "the tenant has ended hooks", "{plan}");
        assert_eq!(
            (&json["summary"]["delete"], &json["warnings"][0]["code"]),
            (&0.into(), &"HS509".into())
        );
        let text = project.on(&tenant, &["plan"]).expect(5);
        assert!(text.stdout.contains("blocked       the tenant has ended hooks"), "{text}");
        for args in [&["apply", "--yes"][..], &["apply", "--yes", "--allow-delete", "--force"]] {
            let run = project.on(&tenant, args).expect(5);
            assert!(run.stderr.contains("hooksync migrate"), "{run}");
        }
        assert_eq!(writes(&tenant), [""; 0]);
        // an export that can read nothing removes nothing
        project.on(&tenant, &["export", "hooks", "--prune"]).expect(5);
        assert!(project.path("hooks/old.yaml").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn actions_go_on() {
    for mode in MODES {
        let (tenant, project) = (ended(mode).await, hooks());
        project.write("actions/new.yaml", "name: new\ntriggerId: post-login\n");
        project.write("actions/new.js", "exports.onExecutePostLogin = async () => {};\n");
        let plan = project.on(&tenant, &["plan", "--format", "json"]).expect(0).json();
        let blocked: Vec<bool> = plan["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["blocked"].is_string())
            .collect();
        assert_eq!(blocked, [true, false]);
        let run = project.on(&tenant, &["apply", "--yes", "--format", "json"]).expect(3);
        let results = run.json()["results"].clone();
        let outcomes: Vec<&str> =
            results.as_array().unwrap().iter().map(|it| it["outcome"].as_str().unwrap()).collect();
        assert_eq!(outcomes, ["not_attempted", "applied"], "{run}");
        // now there is nothing left that could be written
        project.on(&tenant, &["apply", "--yes"]).expect(5);
    }
}
