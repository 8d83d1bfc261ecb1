//! The build clock.

use super::*;
use crate::tenant::actions::DeployStatus;

fn status(lab: &mut Lab) -> String {
    let body = lab.ok("GET /actions/actions/$1");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    body["status"].as_str().unwrap().to_owned()
}

fn with_package(lab: &mut Lab, package: &str) {
    lab.ok(&format!(
        r#"POST /actions/actions {{"name":"a","supported_triggers":[{{"id":"post-login","version":"v3"}}],"dependencies":[{{"name":"{package}","version":"1.0.0"}}]}}"#
    ));
}

#[test]
fn packages_take_longer() {
    let mut lab = Lab::new();
    with_package(&mut lab, "axios");
    assert_eq!(status(&mut lab), "pending");
    lab.wait(1000);
    assert_eq!(status(&mut lab), "building");
    lab.wait(1500);
    assert_eq!(status(&mut lab), "built");
}

#[test]
fn a_build_that_fails() {
    let check = |failing: &str, fails: bool| {
        let mut lab =
            Lab::with(Choices { failing: vec![failing.parse().unwrap()], ..Choices::default() });
        with_package(&mut lab, "crypto");
        let mut seen = vec![status(&mut lab)];
        for _ in 0..60 {
            lab.wait(1000);
            let now = status(&mut lab);
            if seen.last() != Some(&now) {
                seen.push(now);
            }
        }
        if !fails {
            assert_eq!(seen, ["pending", "building", "built"], "{failing}");
            return;
        }
        let turns = ["building", "retrying", "building", "retrying", "building", "failed"];
        assert_eq!(seen[1..], turns, "{failing}");
        // Its GET has no reason, and it can't be deployed.
        let body = lab.ok("GET /actions/actions/$1");
        assert!(!body.contains("errors"), "{body}");
        let refused =
            refused(400, "A draft must be in the 'built' state before it can be deployed.", "");
        lab.check("POST /actions/actions/$1/deploy", 400, &refused);
        // What is changed is built again.
        lab.ok(r#"PATCH /actions/actions/$1 {"name":"b","dependencies":[]}"#);
        lab.wait(300);
        assert_eq!(status(&mut lab), "built");
    };
    check("package:crypto", true);
    check("package:crypto@1.0.0", true);
    check("action:a", true);
    check("package:crypto@2.0.0", false);
    check("action:other", false);
}

#[test]
fn a_deploy_that_is_accepted() {
    let choices = Choices { deploy_status: DeployStatus::Accepted, ..Choices::instant() };
    let mut lab = Lab::with(choices);
    lab.action("a", false);
    assert_eq!(lab.send("POST /actions/actions/$1/deploy").0, 202);
}
