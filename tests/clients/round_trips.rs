//! The Deploy CLI and hooksync on one tenant: what one writes to disk, the
//! other has nothing to change about.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hooksync::tenant::{Options, Running, start};
use secrecy::ExposeSecret;

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

struct Neighbours {
    tenant: Running,
    clients: PathBuf,
    folder: tempfile::TempDir,
}

impl Neighbours {
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
            .env("AUTH0_INCLUDED_ONLY", r#"["hooks"]"#)
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
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap())).collect()
}

#[tokio::test]
async fn what_one_tool_exports_the_other_leaves_as_it_is() {
    let Some(clients) = installed() else { return };
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        state: Some(state(folder.path())),
        tls: true,
        ca_file: Some(folder.path().join("ca.pem")),
        limits: unlimited(),
        ..Options::default()
    };
    let both = Neighbours { tenant: start(options).await.unwrap(), clients, folder };
    let before = both.tenant.state().hooks;

    // Theirs: no change to plan, and nothing to write into their files.
    both.deploy_cli("export -f directory -o theirs").await;
    both.deploy_cli("export -f yaml -o theirs-yaml").await;
    for tree in ["theirs", "theirs-yaml"] {
        let plan = format!("plan {tree} --detailed-exitcode --strict-newlines");
        let plan = both.hooksync(&plan, 0).await;
        assert!(plan.contains("No changes. 8 hooks are as desired"), "{plan}");
        let found = files(&both.at(tree));
        both.hooksync(&format!("export {tree} --prune"), 0).await;
        assert_eq!(files(&both.at(tree)), found);
    }

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

    // The same from both: file for file in one layout, and what the files say
    // in the other.
    let by_name = |tree: &str| -> BTreeMap<PathBuf, Vec<u8>> {
        let root = both.at(tree);
        let inside = |path: PathBuf| path.strip_prefix(&root).unwrap().to_owned();
        files(&root.join("hooks")).into_iter().map(|(path, text)| (inside(path), text)).collect()
    };
    assert_eq!(
        by_name("ours").keys().collect::<Vec<_>>(),
        by_name("theirs").keys().collect::<Vec<_>>()
    );
    assert_eq!(by_name("ours-yaml"), by_name("theirs-yaml"));
}
