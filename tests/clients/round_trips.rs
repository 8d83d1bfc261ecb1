//! The Deploy CLI and hooksync on one tenant: what one writes to disk, the
//! other has nothing to change about.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hooksync::tenant::{Options, Running, State, start};
use secrecy::ExposeSecret;
use serde_json::Value as Json;

use super::{installed, unlimited};

/// Hooks as tenants have them, and some that are hard on tools. The Deploy
/// CLI refuses names of fewer than three characters, so there are none.
fn state(folder: &Path) -> PathBuf {
    let script = |body: &str| format!("module.exports = function (a, b, c) {{{body}}};");
    let secrets: Vec<String> = (1..=20).map(|number| format!("KEY_{number}")).collect();
    let hook = |name: &str, trigger: &str, enabled: bool, script: String| {
        serde_json::json!({
            "name": name, "triggerId": trigger, "enabled": enabled, "script": script,
            "dependencies": {}, "secrets": [],
        })
    };
    let mut hooks = vec![
        hook("add-plan", "credentials-exchange", true, script(" /* \u{fc} \u{1f600} */ ")),
        hook("crlf", "pre-user-registration", true, script("\r\n  c();\r\n") + "\r\n"),
        hook("no-newline", "pre-user-registration", false, script("c()")),
        hook("many-newlines", "pre-user-registration", false, script("") + "\n\n\n"),
        hook("v-2-signup", "post-user-registration", false, script("\n\treturn `${a}\\n`;\n")),
        hook("on-off-null-yes-1-e-3", "post-user-registration", true, script(" c(null, '\\'\"') ")),
        hook("true", "post-change-password", true, script("\u{2028}")),
        hook("123", "send-phone-message", true, script(" const a = '$& $1 $$'; ") + "\n"),
    ];
    hooks[0]["dependencies"] = serde_json::json!({"@scope/x": "^2.0.0", "axios": "1.10"});
    hooks[0]["secrets"] = serde_json::json!(secrets);
    hooks[1]["secrets"] = serde_json::json!(["api-key", "yes", "with blank", "1"]);
    let file = folder.join("tenant.json");
    fs::write(&file, serde_json::json!({ "hooks": hooks }).to_string()).unwrap();
    file
}

/// Actions of which each is hard on tools: names that no file can have, line ends,
/// drafts that were not deployed, packages out of order, titles that YAML would
/// take for something else, and one without any code, which has no file.
fn actions_state(folder: &Path) -> PathBuf {
    let handler = "exports.onExecutePostLogin = async (event, api) => {};";
    let action = |name: &str, trigger: &str, code: String| serde_json::json!({"name": name, "trigger": trigger, "code": code, "deployed": true});
    let mut actions = [
        action("Add roles", "post-login", format!("{handler}\n")),
        action("\u{5f79}\u{5272} (v2)", "post-login", format!("{handler}\r\n// crlf\r\n")),
        action("a/b: c?", "post-login", format!("{handler} // no newline")),
        action("only a draft", "post-login", format!("{handler} // \u{fc} \u{1f600} $& `\\n`\n")),
        action("123", "post-change-password", handler.replace("PostLogin", "PostChangePassword")),
        action(
            "true",
            "pre-user-registration",
            handler.replace("PostLogin", "PreUserRegistration"),
        ),
        action("bare", "post-login", String::new()),
    ];
    actions[0]["secrets"] = serde_json::json!(["API_KEY", "with blank", "1"]);
    actions[0]["dependencies"] = serde_json::json!({"lodash": "4.17.21", "@a/b": "1.10"});
    actions[3]["deployed"] = false.into();
    actions[4]["runtime"] = "node18-actions".into();
    actions[5]["dependencies"] = serde_json::json!({"axios": "1.6.0"});
    actions[6]["deployed"] = false.into();
    let order = serde_json::json!([
        "\u{5f79}\u{5272} (v2)",
        {"action": "Add roles", "display_name": "Roles: of #users"},
        {"action": "a/b: c?", "display_name": "null"},
    ]);
    let bindings = serde_json::json!({"post-login": order, "post-change-password": ["123"]});
    let file = folder.join("tenant.json");
    fs::write(&file, serde_json::json!({"actions": actions, "bindings": bindings}).to_string())
        .unwrap();
    file
}

struct Neighbours {
    tenant: Running,
    clients: PathBuf,
    folder: tempfile::TempDir,
    /// What the Deploy CLI is set to.
    kinds: &'static str,
}

impl Neighbours {
    async fn new(clients: PathBuf, state: impl Fn(&Path) -> PathBuf, kinds: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            state: Some(state(folder.path())),
            tls: true,
            ca_file: Some(folder.path().join("ca.pem")),
            limits: unlimited(),
            ..Options::default()
        };
        Self { tenant: start(options).await.unwrap(), clients, folder, kinds }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, program: &Path) -> Command {
        let ca_file = self.tenant.ca_file().unwrap();
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("AUTH0_DOMAIN", self.tenant.host())
            .env("AUTH0_CLIENT_ID", self.tenant.client_id())
            .env("AUTH0_CLIENT_SECRET", self.tenant.client_secret().expose_secret())
            .env("AUTH0_INCLUDED_ONLY", self.kinds)
            .env("NODE_EXTRA_CA_CERTS", ca_file)
            .env("SSL_CERT_FILE", ca_file);
        command
    }

    async fn run(&self, mut command: Command, exit: i32) -> String {
        let output = tokio::task::spawn_blocking(move || (command.output(), command));
        let (output, command) = output.await.unwrap();
        let Output { status, stdout, stderr } = output.unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(status.code(), Some(exit), "{command:?}\n{said}");
        said
    }

    async fn hooksync(&self, args: &str, exit: i32) -> String {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_hooksync")));
        command.args(args.split(' '));
        self.run(command, exit).await
    }

    async fn deploy_cli(&self, args: &str) -> String {
        let mut command = self.command(Path::new("node"));
        command.arg(self.clients.join("deploy-cli/node_modules/auth0-deploy-cli/lib/index.js"));
        command.args(args.split(' '));
        self.run(command, 0).await
    }

    /// Their trees: no change to plan, and nothing to write into their files.
    async fn takes_theirs(&self, unchanged: &str) {
        self.deploy_cli("export -f directory -o theirs").await;
        self.deploy_cli("export -f yaml -o theirs-yaml").await;
        for tree in ["theirs", "theirs-yaml"] {
            let plan = format!("plan {tree} --detailed-exitcode --strict-newlines");
            let plan = self.hooksync(&plan, 0).await;
            assert!(plan.contains(unchanged), "{plan}");
            let found = files(&self.at(tree));
            self.hooksync(&format!("export {tree} --prune"), 0).await;
            assert_eq!(files(&self.at(tree)), found);
        }
    }

    /// The same files from both, to the byte, or at least saying the same: gives
    /// those that only do that.
    fn differ_in_form(&self, ours: &str, theirs: &str) -> Vec<PathBuf> {
        let tree = |tree: &str| -> BTreeMap<PathBuf, Vec<u8>> {
            let root = self.at(tree);
            let inside = |path: PathBuf| path.strip_prefix(&root).unwrap().to_owned();
            files(&root).into_iter().map(|(path, text)| (inside(path), text)).collect()
        };
        let (ours, theirs) = (tree(ours), tree(theirs));
        assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
        let differing = ours.into_iter().filter(|(path, text)| theirs[path] != *text);
        let differing: Vec<_> = differing.collect();
        for (path, text) in &differing {
            assert_eq!(said(path, text), said(path, &theirs[path]), "{}", path.display());
        }
        differing.into_iter().map(|(path, _)| path).collect()
    }
}

/// What a file of a tree says, whatever the order of keys, packages and secrets: ours
/// are by name, theirs as they were sent.
fn said(path: &Path, text: &[u8]) -> String {
    fn in_order(value: &mut Json) {
        match value {
            Json::Object(fields) => {
                fields.values_mut().for_each(in_order);
                for list in ["dependencies", "secrets"] {
                    if let Some(Json::Array(items)) = fields.get_mut(list) {
                        items.sort_by_key(|item| item["name"].to_string());
                    }
                }
            }
            Json::Array(items) => items.iter_mut().for_each(in_order),
            _ => {}
        }
    }
    let is_yaml = path.extension().is_some_and(|it| it == "yaml");
    let mut value: Json = match is_yaml {
        true => serde_yaml::from_slice(text).unwrap(),
        false => serde_json::from_slice(text).unwrap_or_else(|_| panic!("{}", path.display())),
    };
    in_order(&mut value);
    value.sort_all_objects();
    value.to_string()
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap())).collect()
}

#[tokio::test]
async fn what_one_tool_exports_the_other_leaves_as_it_is() {
    let Some(clients) = installed() else { return };
    let both = Neighbours::new(clients, state, r#"["hooks"]"#).await;
    let before = both.tenant.state().hooks;
    both.takes_theirs("No changes. 8 hooks are as desired").await;

    // Ours: nothing to change for their dry run, and their import changes
    // nothing in effect.
    both.hooksync("export ours --layout deploy-cli", 0).await;
    both.hooksync("export ours-yaml --layout deploy-cli-yaml", 0).await;
    for tree in ["ours", "ours-yaml/tenant.yaml"] {
        let preview = both.deploy_cli(&format!("import --dry_run -i {tree}")).await;
        assert!(preview.contains("No changes detected"), "{preview}");
        both.deploy_cli(&format!("import -i {tree}")).await;
        assert_eq!(both.tenant.state().hooks, before);
    }
    // `secrets` comes before `triggerId`, and keys of secrets are by name; scripts are
    // the same to the byte
    let in_form = both.differ_in_form("ours", "theirs");
    assert!(in_form.iter().all(|path| path.extension().is_some_and(|it| it == "json")));
    // that, and quotes
    assert_eq!(both.differ_in_form("ours-yaml", "theirs-yaml"), [PathBuf::from("tenant.yaml")]);
}

/// Drafts, secrets and orders: all but versions, since their import deploys every
/// action whatever it holds.
fn in_effect(state: &State) -> (Vec<String>, Vec<String>) {
    let mut actions: Vec<String> = state
        .actions
        .iter()
        .map(|action| {
            let names = action.draft.secrets.iter().map(|secret| (&secret.name, &secret.value));
            let secrets: Vec<_> = names.collect();
            format!("{} {:?} {secrets:?}", action.name, action.draft.code)
        })
        .collect();
    actions.sort();
    let bindings = state.bindings.iter();
    let order = bindings.map(|it| format!("{} {} {:?}", it.trigger, it.action, it.display_name));
    (actions, order.collect())
}

#[tokio::test]
async fn actions_and_their_order_are_the_same_from_both() {
    let Some(clients) = installed() else { return };
    let kinds = r#"["actions","triggers"]"#;
    let both = Neighbours::new(clients, actions_state, kinds).await;
    let before = in_effect(&both.tenant.state());
    both.takes_theirs("No changes. 7 definitions are as desired").await;
    both.hooksync("export ours --layout deploy-cli", 0).await;
    both.hooksync("export ours-yaml --layout deploy-cli-yaml", 0).await;
    // the order of its packages and secrets
    let in_form = both.differ_in_form("ours", "theirs");
    assert_eq!(in_form, [PathBuf::from("actions/Add roles.json")]);
    // that, quotes, and the order of triggers
    assert_eq!(both.differ_in_form("ours-yaml", "theirs-yaml"), [PathBuf::from("tenant.yaml")]);
    for tree in ["ours", "ours-yaml/tenant.yaml"] {
        let preview = both.deploy_cli(&format!("import --dry_run -i {tree}")).await;
        assert!(preview.contains("No changes detected"), "{preview}");
        both.deploy_cli(&format!("import -i {tree}")).await;
        assert_eq!(in_effect(&both.tenant.state()), before);
    }
}
