//! A project's folder, the program run in it, and a tenant to run it on.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::SystemTime;

use assert_cmd::Command;
use hooksync::tenant::{self, Hook, Limit, Limits, Ordered, Rate, Running};
use secrecy::ExposeSecret;
use serde_json::Value;

/// A folder that is gone when the test ends.
pub(crate) struct Project {
    dir: tempfile::TempDir,
}

/// What a run of the program came to; `{}` shows it for a snapshot.
pub(crate) struct Run {
    args: String,
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A file's content and when it was last written.
pub(crate) type Files = BTreeMap<PathBuf, (Vec<u8>, SystemTime)>;

impl Project {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// One with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let project = Self::new();
        files.iter().for_each(|(path, text)| project.write(path, text));
        project
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    /// Replaces a text that stands in a file exactly once.
    pub(crate) fn edit(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {path}");
        self.write(path, text.replace(old, new));
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hooksync"));
        command.args(args).env_clear().current_dir(self.dir.path());
        // without it Windows has no sockets
        command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        command
    }

    /// Runs it without any tenant in the environment.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        run(self.command(args), args)
    }

    /// Runs it on a tenant, which may live on the thread that waits here.
    pub(crate) fn on(&self, tenant: &Running, args: &[&str]) -> Run {
        tokio::task::block_in_place(|| run(self.command_on(tenant, args), args))
    }

    pub(crate) fn command_on(&self, tenant: &Running, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command
            .env("AUTH0_DOMAIN", tenant.url())
            .env("AUTH0_CLIENT_ID", tenant.client_id())
            .env("AUTH0_CLIENT_SECRET", tenant.client_secret().expose_secret());
        command
    }

    /// Every file, hidden ones included.
    pub(crate) fn files(&self) -> Files {
        let mut found = Files::new();
        collect(self.dir.path(), self.dir.path(), &mut found);
        found
    }
}

fn collect(root: &Path, dir: &Path, found: &mut Files) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            collect(root, &entry.path(), found);
        } else if kind.is_file() {
            let written = entry.metadata().unwrap().modified().unwrap();
            let path = entry.path().strip_prefix(root).unwrap().to_owned();
            found.insert(path, (std::fs::read(entry.path()).unwrap(), written));
        }
    }
}

pub(crate) fn run(mut command: Command, args: &[&str]) -> Run {
    let output = command.timeout(std::time::Duration::from_secs(60)).output().unwrap();
    Run::of(output, &args.join(" "))
}

impl Run {
    /// What the program came to that was started with these arguments.
    pub(crate) fn of(output: Output, args: &str) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let run = Self {
            args: args.to_owned(),
            code: output.status.code().expect("no signal ends it"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        };
        // A panic in the program's words, in those of Rust, or caught while a
        // script was checked.
        for fault in ["internal error in hooksync", "hooksync has a fault", "panicked"] {
            let is_clean = !run.stdout.contains(fault) && !run.stderr.contains(fault);
            assert!(is_clean, "a fault of the program itself: {run}");
        }
        run
    }

    /// Demands an exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Its stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { args, code, stdout, stderr } = self;
        writeln!(f, "$ hooksync {args}\n[exit {code}]")?;
        for (name, text) in [("stdout", stdout), ("stderr", stderr)] {
            if !text.is_empty() {
                writeln!(f, "-- {name}\n{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}

/// A tenant that limits nothing, with these hooks.
pub(crate) async fn tenant_with(hooks: Vec<Hook>) -> Running {
    tenant(tenant::Options::default(), hooks).await
}

/// The same with other options.
pub(crate) async fn tenant(options: tenant::Options, hooks: Vec<Hook>) -> Running {
    let plenty = Limit::new(1_000_000, Rate::per_second(1_000_000));
    let limits = Limits { api: plenty, token: plenty, ..Limits::default() };
    let running = tenant::start(tenant::Options { limits, ..options }).await.unwrap();
    running.edit(|state| state.hooks = hooks).unwrap();
    running
}

/// A live hook, switched off, with a script that the rules find nothing in.
pub(crate) fn hook(number: usize, name: &str, trigger: &str) -> Hook {
    Hook {
        id: format!("01{number:024}"),
        name: Some(name.to_owned()),
        script: script(trigger, ""),
        dependencies: Ordered::default(),
        enabled: false,
        trigger_id: trigger.to_owned(),
        secrets: Ordered::default(),
    }
}

/// A script for a trigger with something in its body.
pub(crate) fn script(trigger: &str, body: &str) -> String {
    let parameters = match trigger {
        "credentials-exchange" => "client, scope, audience, context, cb",
        "send-phone-message" => "recipient, text, context, cb",
        _ => "user, context, cb",
    };
    format!("module.exports = function ({parameters}) {{{body}\n  cb(null, {{}});\n}};\n")
}

/// The writes that a tenant was asked for: `METHOD path keys`.
pub(crate) fn writes(tenant: &Running) -> Vec<String> {
    let requests = tenant.requests().into_iter();
    requests
        .filter(|entry| entry.method != "GET" && entry.path != "/oauth/token")
        .map(|entry| {
            let path = entry.path.trim_start_matches("/api/v2").to_owned();
            format!("{} {path} {}", entry.method, entry.keys.join(",")).trim_end().to_owned()
        })
        .collect()
}

/// The content of every hook by name: all but ids and secrets.
pub(crate) fn content(tenant: &Running) -> BTreeMap<String, (String, String, bool, Vec<String>)> {
    let hooks = tenant.state().hooks.into_iter();
    hooks
        .map(|hook| {
            let packages =
                hook.dependencies.iter().map(|(name, version)| format!("{name}@{version}"));
            let mut packages: Vec<String> = packages.collect();
            packages.sort();
            (hook.name.unwrap(), (hook.trigger_id, hook.script, hook.enabled, packages))
        })
        .collect()
}

/// Replaces what differs from run to run.
pub(crate) fn steady() -> insta::internals::SettingsBindDropGuard {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"sha256:[0-9a-f]{64}", "sha256:[fingerprint]");
    settings.add_filter(r"127\.0\.0\.1:\d+", "[tenant]");
    settings.add_filter(r#"tcp connect error: .*""#, "tcp connect error: […]\"");
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ", "[time]");
    settings.add_filter(
        r"(?m)^(Apply sends \d+ write requests?), which takes .*$",
        "$1, which takes a while.",
    );
    settings.add_filter(
        r"(?m)^(Applied (?:\d+ of )?\d+ changes?) in .* with \d+ requests? \(\d+ writes?\)",
        "$1 in [time] with [n] requests",
    );
    settings.bind_to_scope()
}
