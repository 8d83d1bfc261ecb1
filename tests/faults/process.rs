//! The program itself, against a tenant in this process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hooksync::tenant::{self, Entry, Hook, Limit, Limits, Rate, Running, SecretDigest};
use secrecy::ExposeSecret;

/// A folder to work in, and a tenant.
pub(crate) struct Bench {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) tenant: Running,
}

/// What a run of the program came to.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Both streams.
    pub(crate) fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Options of a tenant that limits nothing.
pub(crate) fn unlimited() -> tenant::Options {
    let plenty = Limit::new(1_000_000, Rate::per_second(1_000_000));
    tenant::Options {
        limits: Limits { api: plenty, token: plenty, ..Limits::default() },
        ..tenant::Options::default()
    }
}

/// A live hook: `name trigger script [on] [+SECRET…]`.
pub(crate) fn hook(line: &str) -> Hook {
    let words: Vec<&str> = line.split(' ').collect();
    let keys = words.iter().filter_map(|word| word.strip_prefix('+'));
    Hook {
        id: format!("01{}", words[0].to_uppercase()),
        name: Some(words[0].to_owned()),
        script: script(words[2]),
        dependencies: hooksync::tenant::Ordered::default(),
        enabled: words.contains(&"on"),
        trigger_id: trigger(words[1]).to_owned(),
        secrets: keys.map(|key| (key.to_owned(), SecretDigest::Unknown)).collect(),
    }
}

fn trigger(short: &str) -> &str {
    match short {
        "sign-up" => "pre-user-registration",
        "signed-up" => "post-user-registration",
        "token" => "credentials-exchange",
        "password" => "post-change-password",
        other => other,
    }
}

/// A script that the rules find nothing in.
pub(crate) fn script(word: &str) -> String {
    format!(
        "module.exports = function (user, context, cb) {{\n  // {word}\n  cb(null, {{ user }});\n}};\n"
    )
}

impl Bench {
    pub(crate) async fn new(options: tenant::Options, live: &[&str]) -> Self {
        let tenant = tenant::start(options).await.unwrap();
        tenant.edit(|state| state.hooks = live.iter().map(|line| hook(line)).collect()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("hooks")).unwrap();
        Self { dir, tenant }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes definitions, in the words of [`hook`]; `off` says so, `<name`
    /// is a former name and `+KEY=VALUE` a secret.
    pub(crate) fn define(&self, lines: &[&str]) {
        let dir = self.path("hooks");
        std::fs::remove_dir_all(&dir).unwrap();
        std::fs::create_dir(&dir).unwrap();
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let mut text = format!(
                "name: {}\ntriggerId: {}\nscript: {}.js\n",
                words[0],
                trigger(words[1]),
                words[0]
            );
            let mut secrets = String::new();
            for word in &words[3..] {
                match *word {
                    "on" => text.push_str("enabled: true\n"),
                    "off" => text.push_str("enabled: false\n"),
                    "+" => secrets.push_str("secrets: {}\n"),
                    _ => match (word.strip_prefix('<'), word.strip_prefix('+')) {
                        (Some(name), _) => text.push_str(&format!("renamedFrom: {name}\n")),
                        (_, Some(secret)) => {
                            let (key, value) = secret.split_once('=').unwrap();
                            let lead = if secrets.is_empty() { "secrets:\n" } else { "" };
                            secrets.push_str(&format!("{lead}  {key}: \"{value}\"\n"));
                        }
                        _ => panic!("{word}"),
                    },
                }
            }
            std::fs::write(dir.join(format!("{}.yaml", words[0])), text + &secrets).unwrap();
            std::fs::write(dir.join(format!("{}.js", words[0])), script(words[2])).unwrap();
        }
    }

    pub(crate) fn faults(&self, faults: &[&str]) {
        self.tenant.set_faults(faults.iter().map(|fault| fault.parse().unwrap()).collect());
    }

    /// The program with these arguments, its environment cleared.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hooksync"));
        command
            .args(args)
            .env_clear()
            .env("AUTH0_DOMAIN", self.tenant.url())
            .env("AUTH0_CLIENT_ID", self.tenant.client_id())
            .env("AUTH0_CLIENT_SECRET", self.tenant.client_secret().expose_secret())
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn spawn(&self, args: &[&str]) -> Child {
        self.command(args).spawn().unwrap()
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        tokio::task::block_in_place(|| ended(self.spawn(args)))
    }

    /// Runs it and demands an exit code.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, args: &[&str]) -> Ended {
        let ended = self.run(args);
        assert_eq!(ended.code, Some(code), "{args:?}\n{}", ended.all());
        ended
    }

    /// The writes that the tenant was asked for.
    pub(crate) fn writes(&self) -> Vec<Entry> {
        let requests = self.tenant.requests().into_iter();
        requests.filter(|entry| entry.method != "GET" && entry.path != "/oauth/token").collect()
    }

    /// The hooks in words, ordered by name: `name trigger script [on] [+SECRET…]`.
    pub(crate) fn live(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.tenant.state().hooks.iter().map(in_words).collect();
        lines.sort();
        lines
    }

    /// Waits for something on the tenant.
    pub(crate) fn wait_for(&self, what: impl Fn(&[Entry]) -> bool) {
        let begun = Instant::now();
        while !what(&self.tenant.requests()) {
            assert!(begun.elapsed() < Duration::from_secs(20), "{:#?}", self.tenant.requests());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The folders of backups, oldest first.
    pub(crate) fn backups(&self) -> Vec<PathBuf> {
        let folder = self.path(".hooksync/backups");
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        let mut all: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all
    }
}

/// A hook in the words of [`hook`].
fn in_words(hook: &Hook) -> String {
    let script = hook.script.lines().nth(1).unwrap_or_default().trim_start_matches([' ', '/']);
    let mut line =
        format!("{} {} {script}", hook.name.as_deref().unwrap(), short(&hook.trigger_id));
    if hook.enabled {
        line.push_str(" on");
    }
    hook.secrets.keys().for_each(|key| line.push_str(&format!(" +{key}")));
    line
}

fn short(trigger: &str) -> &str {
    match trigger {
        "pre-user-registration" => "sign-up",
        "post-user-registration" => "signed-up",
        "credentials-exchange" => "token",
        "post-change-password" => "password",
        other => other,
    }
}

pub(crate) fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[cfg(unix)]
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Every file below a folder with its content.
pub(crate) fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), std::fs::read(&path).unwrap()));
        }
    }
    found
}
