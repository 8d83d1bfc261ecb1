//! `--engine node`: one run in Node.js, for code that the sandbox can't run.
//!
//! There is no wall around it: the code has the rights of the user. It gets an
//! empty environment and a time limit, and requests through Node's own clients
//! are recorded instead of sent; that is a help, not a protection. Must never
//! be chosen by anything but the user's own word.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::outcome::{Outcome, Stop};
use super::pool::{GRACE, late};
use super::world::{Job, Limits, Program};
use super::{compile, engine};
use crate::script::actions;

/// What is read of its output at most.
const MAX_OUTPUT: u64 = 16 << 20;

/// How much of what it complains of is kept.
const MAX_COMPLAINT: u64 = 4 << 10;

const DRIVER: &str = include_str!("js/on-node.js");

/// Why Node could not run it.
#[derive(Debug, thiserror::Error)]
pub enum NodeError {
    /// It can't be started.
    #[error("{0} can't be started: {1}")]
    Start(String, #[source] io::Error),
    /// It ended, and nothing was seen of the run.
    #[error("{program} ended without an outcome ({status}){complaint}")]
    Silent {
        /// Its file.
        program: String,
        /// How it ended.
        status: String,
        /// What it said, with a colon in front; or nothing.
        complaint: String,
    },
}

/// The limits of a run in Node: its timers run on the real clock, so the wall
/// clock is that of Auth0.
#[must_use]
pub fn node_limits() -> Limits {
    let usual = Limits::default();
    Limits { wall_ms: usual.virtual_ms, ..usual }
}

/// Node's own file in the folders of `PATH`, of which only absolute ones count:
/// a relative one would be looked for in whatever folder one stands in.
#[must_use]
pub fn find_node(folders: &[PathBuf]) -> Option<PathBuf> {
    let name = if cfg!(windows) { "node.exe" } else { "node" };
    let files = folders.iter().filter(|folder| folder.is_absolute()).map(|it| it.join(name));
    files.into_iter().find(|file| is_program(file))
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// Runs a job once. `file` is the script's own: packages are looked for beside
/// and above it.
///
/// # Errors
/// When Node can't be started, or says nothing of the run. What the code does
/// is never an error.
pub fn run_on_node(node: &Path, job: &Job, file: &Path) -> Result<Outcome, NodeError> {
    let compiled = match compile::compile(&job.program, compile::Observed::Nothing) {
        Ok(compiled) => compiled,
        Err(fault) => return Ok(engine::not_compiled(&job.program, *fault)),
    };
    let program = node.display().to_string();
    let mark = format!("{:032x} ", fastrand::u128(..));
    let text = driver(job, &compiled.text, file, &mark);
    let failed = |error| NodeError::Start(program.clone(), error);
    let mut command = Command::new(node);
    command
        .args(["--input-type=commonjs", "-"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    // Windows can't start a process without it
    if cfg!(windows) {
        command.env("SystemRoot", "C:\\Windows");
    }
    let mut child = command.spawn().map_err(failed)?;
    let answer = ask(&mut child, text, &mark, &job.limits);
    // It may just be ending by itself: then there is nothing to kill.
    let _ = child.kill();
    let status = child.wait().map_or_else(|_| String::new(), |status| status.to_string());
    match answer {
        Answer::Seen(seen) => Ok(engine::replay(job, &seen, &compiled.columns)),
        Answer::Late => Ok(Outcome::stopped(Stop::Time, late(&job.limits))),
        Answer::Nothing(complaint) => {
            let first = complaint.lines().find(|line| line.contains("Error"));
            let first = first.or_else(|| complaint.lines().find(|line| !line.trim().is_empty()));
            let complaint = first.map_or_else(String::new, |line| format!(": {}", line.trim()));
            Err(NodeError::Silent { program, status, complaint })
        }
    }
}

/// The text that Node runs.
fn driver(job: &Job, text: &str, file: &Path, mark: &str) -> String {
    let (is_hook, handler) = match &job.program {
        Program::Hook { .. } => (true, String::new()),
        Program::Action { trigger, handler, .. } => {
            (false, handler.clone().unwrap_or_else(|| actions::handler(trigger)))
        }
    };
    let trigger = job.program.trigger();
    let what = json!({
        "hook": is_hook, "trigger": trigger, "handler": handler, "text": text, "file": file, "mark": mark,
        "event": job.world.event.to_string(),
        "secrets": serde_json::to_string(&job.world.secrets).unwrap_or_default(),
        "methods": engine::api_of(trigger),
        "wall": job.limits.wall_ms, "output": job.limits.output,
    });
    let parts = ["api", "call", "http", "modules"];
    let parts = parts.map(|name| format!("{name}: {},\n", engine::source(name))).concat();
    format!(
        "const PARTS = {{ {parts} }};\nconst JOB = {};\n{DRIVER}",
        Value::from(what.to_string())
    )
}

enum Answer {
    Seen(Vec<Vec<Value>>),
    Nothing(String),
    Late,
}

/// Hands it the text and waits for the line that begins with the mark. The
/// pipes are not read to their end: what the code started may hold them open.
fn ask(child: &mut Child, text: String, mark: &str, limits: &Limits) -> Answer {
    let (send, received) = mpsc::channel();
    if let Some(mut input) = child.stdin.take() {
        // a process that ends early shows in what it says
        thread::spawn(move || drop(input.write_all(text.as_bytes())));
    }
    let complaints = child.stderr.take().map(|stderr| {
        let (send, complaints) = mpsc::channel();
        thread::spawn(move || {
            let mut out = Vec::new();
            let _ = stderr.take(MAX_COMPLAINT).read_to_end(&mut out);
            // a line that was cut may end in the middle of a secret
            if out.len() as u64 == MAX_COMPLAINT {
                out.truncate(out.iter().rposition(|byte| *byte == b'\n').unwrap_or(0));
            }
            let _ = send.send(String::from_utf8_lossy(&out).into_owned());
        });
        complaints
    });
    if let Some(output) = child.stdout.take() {
        let mark = mark.to_owned();
        thread::spawn(move || {
            let mut lines = BufReader::new(output.take(MAX_OUTPUT));
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                if let Some(json) = line.strip_prefix(mark.as_bytes()) {
                    let _ = send.send(serde_json::from_slice(json).ok());
                    return;
                }
                line.clear();
            }
            let _ = send.send(None);
        });
    }
    match received.recv_timeout(Duration::from_millis(limits.wall_ms) + GRACE) {
        Ok(Some(seen)) => Answer::Seen(seen),
        Err(RecvTimeoutError::Timeout) => Answer::Late,
        Ok(None) | Err(RecvTimeoutError::Disconnected) => {
            let said = complaints.and_then(|it| it.recv_timeout(GRACE).ok());
            Answer::Nothing(said.unwrap_or_default())
        }
    }
}
