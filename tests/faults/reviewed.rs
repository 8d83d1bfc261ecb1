//! What was reviewed is what is applied, or nothing is.

use crate::process::{Bench, script, unlimited};

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_not_todays_any_more_is_refused() {
    let bench = Bench::new(unlimited(), &["a sign-up old", "b password old", "z token z"]).await;
    bench.define(&["a sign-up new", "b password old"]);
    bench.expect(0, &["plan", "--out", "plan.json"]);
    let plan = std::fs::read_to_string(bench.path("plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    let fingerprint = plan["fingerprint"].as_str().unwrap();
    let by_file = ["apply", "--yes", "--plan", "plan.json"];
    let by_print = ["apply", "--yes", "--expect", fingerprint];
    let refused = |reported: &str| {
        for args in [by_file, by_print] {
            let ended = bench.expect(4, &args);
            assert!(ended.stderr.contains("Nothing was written"), "{}", ended.stderr);
        }
        let ended = bench.run(&by_file);
        assert!(ended.stderr.contains(reported), "{reported}\n{}", ended.stderr);
    };
    let set = |name: &str, text: &str| {
        let hook = format!("01{}", name.to_uppercase());
        bench.tenant.edit(|state| state.hook_mut(&hook).unwrap().script = script(text)).unwrap();
    };
    set("a", "older");
    refused("a: its script on the tenant");
    set("a", "old");
    set("b", "older");
    refused("New in the plan: update b");
    set("b", "old");
    bench.define(&["a sign-up newer", "b password old"]);
    refused("a: its script in the definition");
    bench.define(&["a sign-up new off", "b password old"]);
    refused("");
    bench.define(&["a sign-up old", "b password old"]);
    refused("No longer in the plan: update a");
    assert!(bench.writes().is_empty());
    // what the plan doesn't touch may move
    bench.define(&["a sign-up new", "b password old"]);
    set("z", "moved");
    bench.expect(0, &by_file);
    // done is done: it is another plan now
    bench.expect(4, &by_file);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_one_tenant_is_not_applied_to_another() {
    let bench = Bench::new(unlimited(), &["a sign-up old"]).await;
    bench.define(&["a sign-up new"]);
    bench.expect(0, &["plan", "--out", "plan.json"]);
    let other = Bench::new(unlimited(), &["a sign-up old"]).await;
    other.define(&["a sign-up new"]);
    let plan = bench.path("plan.json");
    let ended = other.expect(4, &["apply", "--yes", "--plan", plan.to_str().unwrap()]);
    assert!(ended.stderr.contains("is for tenant"), "{}", ended.stderr);
    assert!(other.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_altered_is_refused() {
    let bench = Bench::new(unlimited(), &["a sign-up old", "b password old"]).await;
    bench.define(&["a sign-up new", "b password new"]);
    bench.expect(0, &["plan", "--out", "plan.json"]);
    let plan = std::fs::read_to_string(bench.path("plan.json")).unwrap();
    for (was, is) in
        [("\"action\": \"update\"", "\"action\": \"create\""), ("\"update\": 2", "\"update\": 1")]
    {
        assert!(plan.contains(was), "{plan}");
        std::fs::write(bench.path("altered.json"), plan.replacen(was, is, 1)).unwrap();
        let ended = bench.expect(4, &["apply", "--yes", "--plan", "altered.json"]);
        assert!(ended.stderr.contains("changes don't match the fingerprint"), "{}", ended.stderr);
    }
    assert!(bench.writes().is_empty());
    bench.expect(0, &["apply", "--yes", "--plan", "plan.json"]);
}
