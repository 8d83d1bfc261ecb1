//! A clean machine with hooksync on it, in a folder of its own.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The domain that documents use for a tenant at Auth0; it is played by a
/// local tenant.
const DOMAIN: &str = "acme.eu.auth0.com";

pub(crate) struct Machine {
    folder: TempDir,
    tenant: Option<Tenant>,
}

/// A running `hooksync tenant serve`.
struct Tenant {
    child: Child,
    url: String,
}

/// What one command printed, on both streams, and how it ended.
pub(crate) struct Ran {
    pub(crate) printed: String,
    pub(crate) code: i32,
}

impl Machine {
    /// A machine with this repository's demo in the current folder.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let machine = Self { folder, tenant: None };
        let programs = machine.programs();
        std::fs::create_dir_all(&programs).unwrap();
        symlink(env!("CARGO_BIN_EXE_hooksync"), programs.join("hooksync")).unwrap();
        // Building and testing it is what this test is a part of.
        machine.program(
            "cargo",
            "#!/bin/sh\ncase \"$*\" in\n  build) echo '    Finished `dev` profile [unoptimized] target(s) in 118.40s' ;;\n  \
             test | 'install --locked --path .') ;;\n  *) echo \"cargo $*: unknown\" >&2; exit 1 ;;\nesac\n",
        );
        std::fs::create_dir_all(machine.home().join("target/debug")).unwrap();
        let built = machine.home().join("target/debug/hooksync");
        symlink(env!("CARGO_BIN_EXE_hooksync"), built).unwrap();
        copy(&super::root().join("fixtures/demo"), &machine.home().join("fixtures/demo"));
        machine
    }

    /// Puts a program into the path.
    pub(crate) fn program(&self, name: &str, text: &str) {
        let path = self.programs().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn programs(&self) -> PathBuf {
        self.folder.path().join("bin")
    }

    /// Where commands are run.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("hooksync")
    }

    /// Starts the tenant that answers for the domain in documents.
    pub(crate) fn start_tenant(&mut self) {
        let output = self.folder.path().join("tenant.txt");
        let state = self.folder.path().join("tenant.json");
        let mut command = self.command("hooksync");
        command.args(["tenant", "serve", "--port", "0", "--state"]).arg(state);
        command.stdout(std::fs::File::create(&output).unwrap()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let tenant = self.tenant.insert(Tenant { child, url: String::new() });
        let began = Instant::now();
        loop {
            let printed = std::fs::read_to_string(&output).unwrap();
            let url =
                printed.lines().find_map(|line| line.trim().strip_prefix("export AUTH0_DOMAIN="));
            if let Some(url) = url.filter(|_| printed.contains("Ctrl-C")) {
                tenant.url = url.to_owned();
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "the local tenant never started");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A program in a clean environment.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:/usr/bin:/bin", self.programs().display());
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.home())
            .env("LC_ALL", "C.UTF-8")
            // a terminal that most readers have
            .env("COLUMNS", "100")
            .current_dir(self.home())
            .stdin(Stdio::null());
        command
    }

    /// Runs commands one after another in one shell.
    pub(crate) fn run(&self, commands: &[String], variables: &[(&str, &str)]) -> Vec<Ran> {
        const MARK: &str = "\u{1}";
        let mut script = String::from("exec 2>&1\n");
        for command in commands {
            // `$?` of the command before is kept for the next one
            let command = self.to_machine(command);
            script.push_str(&format!(
                "(exit ${{code:-0}})\n{command}\ncode=$?; printf '{MARK}%d{MARK}' $code\n"
            ));
        }
        let mut shell = self.command("bash");
        shell.args(["-c", &script]).envs(variables.iter().copied());
        let output = shell.output().unwrap();
        let printed = self.to_document(&String::from_utf8_lossy(&output.stdout));
        let mut parts = printed.split(MARK);
        let mut all = Vec::new();
        while let (Some(printed), Some(code)) = (parts.next(), parts.next()) {
            all.push(Ran { printed: printed.to_owned(), code: code.parse().unwrap() });
        }
        assert_eq!(all.len(), commands.len(), "the shell stopped early:\n{printed}");
        all
    }

    fn to_machine(&self, command: &str) -> String {
        match &self.tenant {
            Some(tenant) => command
                .replace(DOMAIN, &tenant.url)
                .replace("$SECRET_OF_THE_APPLICATION", "local-client-secret")
                .replace("AUTH0_CLIENT_ID=…", "AUTH0_CLIENT_ID=local-client"),
            None => command.to_owned(),
        }
    }

    fn to_document(&self, printed: &str) -> String {
        let folder = self.home();
        let printed = printed.replace(folder.to_str().unwrap(), "~");
        match &self.tenant {
            Some(Tenant { url, .. }) => {
                printed.replace(url, DOMAIN).replace(url.trim_start_matches("http://"), DOMAIN)
            }
            None => printed,
        }
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
