//! One program that knows secrets, run once for each reference.
//!
//! The contract: it gets its arguments with the reference in place, an empty
//! stdin and our environment without our credentials; it prints the value on
//! stdout, ends with 0 within [`TIME`], and whatever else it prints is thrown
//! away. Must not show anything that it printed.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::MOST;
use crate::cli::CliError;
use crate::model::Reference;

/// How long a program may take.
const TIME: Duration = Duration::from_secs(30);

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// A program and its arguments, with places for the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    path: PathBuf,
    args: Vec<String>,
    time: Duration,
}

impl Program {
    /// From `/usr/bin/vault kv get -field={field} {path}`. Words are divided at
    /// blanks: there is no shell, and so nothing to quote.
    pub(super) fn parse(command: &str) -> Result<Self, String> {
        let mut words = command.split_whitespace().map(str::to_owned);
        let path = PathBuf::from(words.next().ok_or("no program")?);
        if !path.is_absolute() {
            return Err(format!("{} is not an absolute path", path.display()));
        }
        let mut args: Vec<String> = words.collect();
        if !args.iter().any(|arg| PLACES.iter().any(|place| arg.contains(place))) {
            args.push(PLACES[0].to_owned());
        }
        Ok(Self { path, args, time: TIME })
    }

    /// The same with less time.
    #[cfg(test)]
    pub(super) fn within(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    /// Why it is not run: what a pull request could have brought along is no
    /// judge of who gets secrets.
    pub(super) fn refusal(&self, checkout: Option<&Path>) -> Option<CliError> {
        let shown = self.path.display();
        let Ok(real) = self.path.canonicalize() else {
            let hint = "install it, or correct the path in the environment";
            return Some(CliError::new(format!("{shown} does not exist")).hint(hint));
        };
        let root = checkout.filter(|root| root.parent().is_some())?;
        let why = format!("{shown} is in the checkout, where a pull request can change it");
        let error =
            || CliError::refused(why).hint("use a program that is installed on the machine");
        real.starts_with(root).then(error)
    }

    /// What it prints for a reference: at most one byte more than a value may
    /// have.
    pub(super) fn run(
        &self,
        reference: &Reference,
        variables: &[(String, OsString)],
        stop: &CancellationToken,
    ) -> Result<Vec<u8>, String> {
        let shown = self.path.display();
        let mut command = Command::new(&self.path);
        command
            .args(self.args.iter().map(|arg| filled(arg, reference)))
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // it may hold the value
            .stderr(Stdio::null());
        // settings of the checkout are not the program's
        command.current_dir(self.path.parent().unwrap_or(Path::new("/")));
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child =
            command.spawn().map_err(|error| format!("{shown} can't be run: {}", error.kind()))?;
        let ended = self.outcome(&mut child, stop);
        end(&mut child);
        ended.map_err(|why| format!("{shown} {why}"))
    }

    fn outcome(&self, child: &mut Child, stop: &CancellationToken) -> Result<Vec<u8>, String> {
        let Some(stdout) = child.stdout.take() else { return Err("has no output".to_owned()) };
        let (sender, receiver) = mpsc::channel();
        // what it started may hold the pipe open for longer than we wait
        thread::spawn(move || {
            let mut bytes = Vec::with_capacity(MOST + 1);
            let read = stdout.take((MOST + 1) as u64).read_to_end(&mut bytes);
            let _ = sender.send(read.map(|_| bytes));
        });
        let began = Instant::now();
        let mut printed = None;
        loop {
            if stop.is_cancelled() {
                return Err("was interrupted".to_owned());
            }
            if printed.is_none() {
                printed = match receiver.recv_timeout(LOOK) {
                    Ok(Ok(bytes)) => Some(bytes),
                    Ok(Err(_)) | Err(mpsc::RecvTimeoutError::Disconnected) => {
                        return Err("can't be read".to_owned());
                    }
                    Err(mpsc::RecvTimeoutError::Timeout) => None,
                };
            } else {
                thread::sleep(LOOK);
            }
            if printed.as_ref().is_some_and(|bytes| bytes.len() > MOST) {
                return Err(format!("printed more than {} KB", MOST >> 10));
            }
            let status = child.try_wait().map_err(|error| format!("is lost: {}", error.kind()))?;
            match (status, printed.take()) {
                (Some(status), _) if !status.success() => {
                    let code = status.code().map_or("a signal".to_owned(), |code| code.to_string());
                    return Err(format!("ended with {code}; run it by hand to see why"));
                }
                (Some(_), Some(bytes)) => return Ok(bytes),
                (_, bytes) => printed = bytes,
            }
            if began.elapsed() > self.time {
                return Err(format!("took longer than {} s", self.time.as_secs()));
            }
        }
    }
}

/// What stands for the reference, for what is after its scheme, and for what is
/// after its `#`.
const PLACES: [&str; 3] = ["{ref}", "{path}", "{field}"];

/// An argument with the reference in place. What was put in is not looked at
/// again.
fn filled(arg: &str, reference: &Reference) -> String {
    let values = [reference.as_str(), reference.path(), reference.field()];
    let mut out = String::new();
    let mut rest = arg;
    while !rest.is_empty() {
        let next = PLACES
            .iter()
            .zip(values)
            .filter_map(|(place, value)| Some((rest.find(place)?, *place, value)))
            .min();
        let Some((at, place, value)) = next else { break };
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        out.push_str(value);
        rest = after.strip_prefix(place).unwrap_or_default();
    }
    out + rest
}

/// Ends the program and all that it started.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
