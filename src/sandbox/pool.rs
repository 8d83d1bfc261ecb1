//! The parent's side: workers, their deadlines, and what a dead one means.
//!
//! A worker is a child process of the same binary with an empty environment.
//! Must not run code itself, and must not trust what a worker sends beyond
//! its form: a worker may be in the script's hands.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::outcome::{Outcome, Stop};
use super::worker::{read, write};
use super::world::{Job, Limits};

/// A worker is replaced after this many runs.
const RUNS: u32 = 500;

/// What is waited after the limit of a run for the process to end by itself.
pub(super) const GRACE: Duration = Duration::from_millis(700);

/// Outcomes are bounded in the worker; this bounds a worker that lies.
const MAX_OUTCOME: usize = 16 << 20;

/// Why a run could not be had.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The child process could not be started.
    #[error("the sandbox's process can't be started: {0}")]
    Start(#[source] io::Error),
    /// The child process ended before it could be asked anything.
    #[error(
        "the sandbox's process ended at once ({0}); does this system allow a process to limit itself?"
    )]
    Useless(String),
}

/// Workers that run jobs. Shared by threads: each run takes a worker for
/// itself, and waits for one where all are taken.
#[derive(Debug)]
pub struct Pool {
    program: PathBuf,
    places: Mutex<Places>,
    freed: Condvar,
}

#[derive(Debug)]
struct Places {
    idle: Vec<Worker>,
    /// How many more may be started.
    left: usize,
}

#[derive(Debug)]
struct Worker {
    child: Child,
    input: ChildStdin,
    outcomes: Receiver<io::Result<Option<Vec<u8>>>>,
    runs: u32,
}

impl Pool {
    /// Workers of a binary, at most one for each core.
    #[must_use]
    pub fn new(program: &Path) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            program: program.to_owned(),
            places: Mutex::new(Places { idle: Vec::new(), left: cores }),
            freed: Condvar::new(),
        }
    }

    /// How many runs can go on at the same time.
    #[must_use]
    pub fn width(&self) -> usize {
        let places = self.lock();
        places.left + places.idle.len()
    }

    /// Runs one job, and comes back within its limit and a second.
    ///
    /// # Errors
    /// When no worker can be had. What the code does is never an error.
    pub fn run(&self, job: &Job) -> Result<Outcome, PoolError> {
        let message = serde_json::to_vec(job).map_err(|error| PoolError::Start(error.into()))?;
        let mut worker = self.take()?;
        let answer = worker.ask(&message, &job.limits);
        match answer {
            Ok(outcome) => {
                self.give_back(worker);
                Ok(outcome)
            }
            Err(end) => {
                let runs = worker.runs;
                let status = worker.end();
                self.free();
                match (end, runs) {
                    (End::Late, _) => Ok(Outcome::stopped(Stop::Time, late(&job.limits))),
                    (End::Gone, 0) if is_refusal(&status) => Err(PoolError::Useless(status)),
                    (End::Gone, _) => Ok(gone(&status, &job.limits)),
                }
            }
        }
    }

    /// Runs many jobs on all cores, in any order; the outcomes are in theirs.
    ///
    /// # Errors
    /// When no worker can be had.
    pub fn run_all(&self, jobs: &[Job]) -> Result<Vec<Outcome>, PoolError> {
        let next = std::sync::atomic::AtomicUsize::new(0);
        let done = Mutex::new(Vec::with_capacity(jobs.len()));
        thread::scope(|scope| {
            for _ in 0..self.width().min(jobs.len()) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        let Some(job) = jobs.get(at) else { return };
                        let outcome = self.run(job);
                        let failed = outcome.is_err();
                        done.lock().unwrap_or_else(PoisonError::into_inner).push((at, outcome));
                        if failed {
                            next.store(jobs.len(), std::sync::atomic::Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, outcome)| outcome).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Result<Worker, PoolError> {
        let mut places = self.lock();
        loop {
            if let Some(worker) = places.idle.pop() {
                return Ok(worker);
            }
            if places.left > 0 {
                places.left -= 1;
                drop(places);
                return Worker::start(&self.program)
                    .inspect_err(|_| self.free())
                    .map_err(PoolError::Start);
            }
            places = self.freed.wait(places).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, worker: Worker) {
        if worker.runs < RUNS {
            self.lock().idle.push(worker);
            self.freed.notify_one();
        } else {
            worker.end();
            self.free();
        }
    }

    fn free(&self) {
        self.lock().left += 1;
        self.freed.notify_one();
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        for worker in self.lock().idle.drain(..) {
            worker.end();
        }
    }
}

enum End {
    Late,
    Gone,
}

impl Worker {
    fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("__sandbox")
            .env_clear()
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(folder) = empty_folder() {
            command.current_dir(folder);
        }
        // Windows can't start a process without it
        if let Some(root) = cfg!(windows).then_some("SystemRoot") {
            command.env(root, "C:\\Windows");
        }
        let mut child = command.spawn()?;
        let (Some(input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the pipes are missing"));
        };
        let (send, outcomes) = mpsc::channel();
        thread::spawn(move || {
            loop {
                let message = read(&mut output, MAX_OUTCOME);
                let is_last = !matches!(message, Ok(Some(_)));
                if send.send(message).is_err() || is_last {
                    return;
                }
            }
        });
        Ok(Self { child, input, outcomes, runs: 0 })
    }

    fn ask(&mut self, message: &[u8], limits: &Limits) -> Result<Outcome, End> {
        write(&mut self.input, message).map_err(|_| End::Gone)?;
        let answer = self.outcomes.recv_timeout(Duration::from_millis(limits.wall_ms) + GRACE);
        match answer {
            Ok(Ok(Some(outcome))) => {
                self.runs += 1;
                serde_json::from_slice(&outcome).map_err(|_| End::Gone)
            }
            Ok(Ok(None) | Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(End::Gone),
            Err(RecvTimeoutError::Timeout) => Err(End::Late),
        }
    }

    /// Kills it, if it is still there, and says how it ended.
    fn end(self) -> String {
        let Self { mut child, input, outcomes, runs: _ } = self;
        drop((input, outcomes));
        let ended = child.try_wait().ok().flatten();
        if ended.is_none() {
            // It may just be ending by itself: then there is nothing to kill.
            let _ = child.kill();
        }
        let status = ended.or_else(|| child.wait().ok());
        status.map_or_else(String::new, |status| status.to_string())
    }
}

/// A folder in which there is nothing to find.
fn empty_folder() -> Option<&'static Path> {
    ["/var/empty", "/"].into_iter().map(Path::new).find(|path| path.is_dir())
}

/// What is said of a run that only a kill ended.
pub(super) fn late(limits: &Limits) -> String {
    format!("it was ended from outside after {} s", limits.wall_ms as f64 / 1000.0)
}

/// What it means that a worker died in a run.
fn gone(status: &str, limits: &Limits) -> Outcome {
    let is_time = ["SIGXCPU", "signal: 24", "signal: 9"].iter().any(|word| status.contains(word));
    if is_time {
        Outcome::stopped(Stop::Time, late(limits))
    } else {
        Outcome::stopped(Stop::Memory, format!("its process was ended by the system ({status})"))
    }
}

fn is_refusal(status: &str) -> bool {
    status.contains("exit status") || status.contains("exit code")
}
