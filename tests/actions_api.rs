//! Reader and writer of Actions against the local tenant: what is asked, and
//! what failures leave behind.

// Helpers outside of `#[test]` functions panic as the tests do.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::time::Duration;

use hooksync::api::{
    self, ApiErrorKind, BindingRef, Credentials, Domain, Gates, Patience, RateSettings, Session,
    Urgency,
};
use hooksync::model::{
    ActionPatch, BuildStatus, Id, Live, Name, NewAction, Script, SecretValue, SentSecret, Trigger,
};
use hooksync::model::{Kind, LiveState};
use hooksync::source::{self, LoadOptions};
use hooksync::tenant::actions::Behaviour;
use hooksync::tenant::{self, Limit, Limits, Mode, Options, Rate, Running};
use hooksync::{plan, sync};
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

struct Bench {
    tenant: Running,
    session: Session,
}

impl Bench {
    async fn new(actions: Behaviour) -> Self {
        let limits = Limits { api: Limit::new(5000, Rate::per_second(5000)), ..Limits::default() };
        let options = Options { actions, limits, ..Options::default() };
        let tenant = tenant::start(options).await.unwrap();
        let token = SecretValue::new(tenant.access_token().expose_secret().to_owned());
        let settings = api::Settings {
            domain: Domain::parse(&tenant.url()).unwrap(),
            audience: None,
            credentials: Credentials::Token(token),
            rate: RateSettings::default(),
            deadline: Duration::from_secs(60),
            patience: Patience::default(),
            stop: CancellationToken::new(),
            abort: CancellationToken::new(),
            gates: Gates::default(),
        };
        Self { session: api::connect(settings, None).unwrap(), tenant }
    }

    fn faults(&self, faults: &[&str]) {
        self.tenant.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
    }

    /// Method and path of the requests after the first `skipped`, ids as `*`.
    fn asked(&self, skipped: usize) -> Vec<String> {
        let line = |entry: &tenant::Entry| {
            let part = |part: &str| if part.len() == 36 { "*".to_owned() } else { part.to_owned() };
            let path: Vec<String> = entry.path.split('/').map(part).collect();
            let path = path.join("/").replace("/api/v2/actions", "");
            format!("{} {path}", entry.method)
        };
        self.tenant.requests().iter().skip(skipped).map(line).collect()
    }

    async fn create(&self, name: &str) -> Live {
        let known = self.tenant.state().actions.iter().map(|found| Id::new(&*found.id)).collect();
        let values = [("KEY".to_owned(), SecretValue::new("value".into()))];
        let writer = self.session.writer();
        let created =
            writer.create_action(&new(name), &values, &[], &known, Urgency::Begin).await.unwrap();
        created.action
    }

    async fn live(&self, name: &str) -> Live {
        let action = self.create(name).await;
        let live = self.session.reader().action(&action.id).await.unwrap();
        self.session.writer().deploy(&live, None, Urgency::Begin).await.unwrap();
        self.session.reader().action(&action.id).await.unwrap()
    }
}

fn new(name: &str) -> NewAction {
    NewAction {
        name: Name::action(name),
        trigger: Trigger::from_tenant("post-login"),
        trigger_version: Some("v3".into()),
        script: Script::new("exports.onExecutePostLogin = async () => {};"),
        runtime: Some("node22".into()),
        dependencies: None,
        modules: None,
        secrets: vec!["KEY".into()],
    }
}

fn entry(action: &Live) -> BindingRef {
    BindingRef { action: action.id.clone(), display_name: Some("Shown".into()) }
}

#[tokio::test]
async fn created_deployed_bound_changed_and_deleted() {
    let bench = Bench::new(Behaviour::instant()).await;
    let (reader, writer) = (bench.session.reader(), bench.session.writer());
    let live = bench.live("Add roles (日本)").await;
    let action = live.action().unwrap();
    assert_eq!(action.build, BuildStatus::Built);
    assert_eq!(action.deployed.as_ref().unwrap().number, Some(1));
    assert_eq!(action.all_changes_deployed, Some(true));
    let bound = writer.bind(&live.trigger, &[entry(&live)], Urgency::Begin).await.unwrap();
    assert_eq!(bound, reader.bindings(&live.trigger).await.unwrap());
    assert_eq!(bound.entries[0].display_name.as_deref(), Some("Shown"));

    let patch = ActionPatch {
        script: Some(Script::new("// other")),
        secrets: Some(vec![
            SentSecret { key: "KEY".into(), with_value: false },
            SentSecret { key: "NEW".into(), with_value: true },
        ]),
        ..ActionPatch::default()
    };
    let values = [("NEW".to_owned(), SecretValue::new("another".into()))];
    let patched =
        writer.patch_action(&live.id, &patch, &values, &[], Urgency::Begin).await.unwrap();
    assert_eq!(patched.secrets, Some(BTreeSet::from(["KEY".to_owned(), "NEW".to_owned()])));
    let state = bench.tenant.state();
    assert_eq!(state.action_secret_is(live.id.as_str(), "KEY", "value"), Some(true));
    assert_eq!(patched.action().unwrap().all_changes_deployed, Some(false));

    let error = writer.delete_action(&live.id, Urgency::Begin).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::StillBound);
    assert!(writer.bind(&live.trigger, &[], Urgency::Begin).await.unwrap().entries.is_empty());
    writer.delete_action(&live.id, Urgency::Begin).await.unwrap();
    let error = writer.delete_action(&live.id, Urgency::Begin).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::ActionMissing);
    assert!(reader.actions().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_change_costs_the_requests_that_it_must() {
    let bench = Bench::new(Behaviour::instant()).await;
    let (reader, writer) = (bench.session.reader(), bench.session.writer());
    let live = bench.live("a").await;
    let before = bench.asked(0).len();
    let patch = ActionPatch { script: Some(Script::new("// b")), ..ActionPatch::default() };
    let patched = writer.patch_action(&live.id, &patch, &[], &[], Urgency::Begin).await.unwrap();
    reader.actions_page(0).await.unwrap();
    writer.deploy(&patched, Some(1), Urgency::Finish).await.unwrap();
    assert_eq!(bench.asked(before), ["PATCH /actions/*", "GET /actions", "POST /actions/*/deploy"]);
}

#[tokio::test]
async fn a_lost_answer_never_makes_two() {
    for fault in ["reset-after@POST,1", "503-after@POST,1", "html-after:200@POST,1", "cut@POST,1"] {
        let bench = Bench::new(Behaviour::instant()).await;
        // One of the same name was there before, and is not taken for ours.
        let other = bench.create("a").await;
        bench.faults(&[fault]);
        let ours = bench.create("a").await;
        assert_ne!(ours.id, other.id, "{fault}");
        assert_eq!(bench.tenant.state().actions.len(), 2, "{fault}");

        bench.faults(&[fault]);
        let version = bench.session.writer().deploy(&ours, None, Urgency::Begin).await.unwrap();
        assert_eq!(version.version.number, Some(1), "{fault}");
        let state = bench.tenant.state();
        assert_eq!(state.action(ours.id.as_str()).unwrap().versions.len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn what_was_not_carried_out_is_made_once() {
    let bench = Bench::new(Behaviour::instant()).await;
    bench.faults(&["reset-before@POST,1"]);
    let ours = bench.create("a").await;
    bench.faults(&["503@POST,1"]);
    bench.session.writer().deploy(&ours, None, Urgency::Begin).await.unwrap();
    let state = bench.tenant.state();
    assert_eq!((state.actions.len(), state.actions[0].versions.len()), (1, 1));
}

#[tokio::test]
async fn a_new_action_that_cannot_be_bound_yet_is_waited_for() {
    let lag = tenant::Latency { fixed_ms: 1200, jitter_ms: 0 };
    let bench = Bench::new(Behaviour { bind_lag: lag, ..Behaviour::instant() }).await;
    let live = bench.live("a").await;
    let bound =
        bench.session.writer().bind(&live.trigger, &[entry(&live)], Urgency::Begin).await.unwrap();
    assert_eq!(bound.entries.len(), 1);
    let patches = bench.asked(0).iter().filter(|line| line.starts_with("PATCH")).count();
    assert_eq!(patches, 3);
}

#[tokio::test]
async fn a_draft_that_is_not_built_is_not_deployed() {
    let bench = Bench::new(Behaviour::default()).await;
    let action = bench.create("a").await;
    let error = bench.session.writer().deploy(&action, None, Urgency::Begin).await.unwrap_err();
    assert_eq!((error.kind.clone(), error.maybe_done), (ApiErrorKind::NotBuilt, false));
}

#[tokio::test]
async fn an_old_version_goes_live_again_as_a_new_one() {
    let bench = Bench::new(Behaviour::instant()).await;
    let (reader, writer) = (bench.session.reader(), bench.session.writer());
    let live = bench.live("a").await;
    let patch = ActionPatch { script: Some(Script::new("// b")), ..ActionPatch::default() };
    let patched = writer.patch_action(&live.id, &patch, &[], &[], Urgency::Begin).await.unwrap();
    writer.deploy(&patched, Some(1), Urgency::Begin).await.unwrap();
    let versions = reader.versions(&live.id).await.unwrap();
    assert_eq!(versions.iter().map(|v| v.version.number).collect::<Vec<_>>(), [Some(2), Some(1)]);
    bench.faults(&["reset-after@POST,1"]);
    let again = writer
        .deploy_version(&live.id, &versions[1], Some(2), false, Urgency::Begin)
        .await
        .unwrap();
    assert_eq!(again.version.number, Some(3));
    let now = reader.action(&live.id).await.unwrap();
    assert_eq!(now.action().unwrap().deployed.as_ref().unwrap().script, live.script);
    assert_eq!(now.script, patched.script);
    assert_eq!(bench.tenant.state().actions[0].versions.len(), 3);
}

#[tokio::test]
async fn more_than_a_page_of_actions_is_read() {
    let bench = Bench::new(Behaviour::instant()).await;
    bench.create("a").await;
    bench
        .tenant
        .edit(|state| {
            for at in 0..150 {
                let mut action = state.actions[0].clone();
                action.id = format!("{at}");
                action.name = "all of one name".to_owned();
                state.actions.push(action);
            }
        })
        .unwrap();
    let before = bench.asked(0).len();
    assert_eq!(bench.session.reader().actions().await.unwrap().len(), 151);
    assert_eq!(bench.asked(before), ["GET /actions", "GET /actions"]);
}

#[tokio::test]
async fn a_placeholder_is_never_sent_as_a_value() {
    let bench = Bench::new(Behaviour::instant()).await;
    for value in ["", "_VALUE_NOT_SHOWN_"] {
        let values = [("KEY".to_owned(), SecretValue::new(value.into()))];
        let writer = bench.session.writer();
        let known = BTreeSet::new();
        let result = writer.create_action(&new("a"), &values, &[], &known, Urgency::Begin).await;
        assert!(matches!(result.unwrap_err().kind, ApiErrorKind::Settings(_)));
    }
    assert!(bench.asked(0).is_empty());
}

/// What a plan of these files reads, and the requests that it takes.
async fn fetched(bench: &Bench, files: &[(&str, &str)]) -> (LiveState, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let loaded = source::load(folder.path(), &LoadOptions::default());
    let faults: Vec<_> = loaded.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let before = bench.asked(0).len();
    let options = plan::Options::default();
    let live = sync::fetch(&bench.session.reader(), &loaded.desired, &options).await.unwrap();
    let mut asked = bench.asked(before);
    asked.sort();
    (live, asked)
}

const A: (&str, &str) = ("actions/a.yaml", "name: a\ntriggerId: post-login\n");
const CODE: (&str, &str) = ("actions/a.js", "exports.onExecutePostLogin = async () => {};\n");

#[tokio::test]
async fn reading_costs_one_list_and_one_request_for_each_trigger_that_matters() {
    let bench = Bench::new(Behaviour::instant()).await;
    let live = bench.live("a").await;
    bench.session.writer().bind(&live.trigger, &[entry(&live)], Urgency::Begin).await.unwrap();
    bench.live("not ours").await;
    let bindings = "GET /triggers/post-login/bindings";
    let (state, asked) = fetched(&bench, &[A, CODE]).await;
    assert_eq!(asked, ["GET /actions", bindings]);
    assert_eq!((state.resources.len(), state.bindings.len()), (2, 1));
    let runs: Vec<bool> = state.resources.iter().map(|live| live.runs).collect();
    assert_eq!(runs, [true, false]);
    // A runtime that is the live one is no question; another is.
    let same = ("actions/a.yaml", "name: a\ntriggerId: post-login\nruntime: node22\n");
    assert_eq!(fetched(&bench, &[same, CODE]).await.1, ["GET /actions", bindings]);
    let other = ("actions/a.yaml", "name: a\ntriggerId: post-login\nruntime: node18\n");
    assert_eq!(
        fetched(&bench, &[other, CODE]).await.1,
        ["GET /actions", "GET /triggers", bindings]
    );
    // A new action asks for the trigger's version; a list of bindings for its own.
    let new = ("actions/b.yaml", "name: b\ntriggerId: post-login\nscript: a.js\n");
    let (state, asked) = fetched(&bench, &[new, CODE]).await;
    assert_eq!(asked, ["GET /actions", "GET /triggers", bindings]);
    assert!(state.triggers.iter().any(|found| found.current && found.version == "v3"));
    let order = (
        "actions/bindings.yaml",
        "kind: bindings\nbindings:\n  post-login: [a]\n  send-phone-message: []\n",
    );
    let (_, asked) = fetched(&bench, &[A, CODE, order]).await;
    assert_eq!(asked, ["GET /actions", bindings, "GET /triggers/send-phone-message/bindings"]);
    // Moved to another trigger: the old one's bindings are needed, too.
    let moved = ("actions/a.yaml", "name: a\ntriggerId: credentials-exchange\n");
    let (_, asked) = fetched(&bench, &[moved, CODE]).await;
    let old = "GET /triggers/credentials-exchange/bindings";
    assert_eq!(asked, ["GET /actions", "GET /triggers", old, bindings]);
}

#[tokio::test]
async fn hooks_that_are_removed_are_part_of_the_state_beside_actions() {
    let hook = ("hooks/h.yaml", "name: h\ntriggerId: send-phone-message\n");
    let script = ("hooks/h.js", "module.exports = function (r, t, c, cb) { cb(null, {}); };\n");
    for mode in [Mode::Removed, Mode::Gone, Mode::NotAllowed] {
        let bench = Bench::new(Behaviour::instant()).await;
        bench.live("a").await;
        bench.tenant.set_behaviour(tenant::Behaviour { mode, ..tenant::Behaviour::default() });
        let (state, _) = fetched(&bench, &[A, CODE, hook, script]).await;
        assert!(state.ended.contains_key(&Kind::Hook), "{mode:?}");
        assert_eq!(state.resources.len(), 1, "{mode:?}");
    }
}

#[tokio::test]
async fn a_kind_that_is_not_in_play_is_not_read() {
    let bench = Bench::new(Behaviour::instant()).await;
    let (state, asked) = fetched(&bench, &[A, CODE]).await;
    assert!(asked.iter().all(|line| !line.contains("hooks")), "{asked:?}");
    assert!(state.ended.is_empty());
}
