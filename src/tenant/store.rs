//! Where the state is kept: in memory, or in a JSON file.
//!
//! Main type: [`Store`]. Several processes may share a file: each request
//! holds an advisory lock (`FILE.lock`), re-reads the file if another process
//! or a person has replaced it, and writes it whole before it lets go. A file
//! that can't be read is never written over.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::state::State;
use super::state_file::{self, Problem};

/// A state file that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It can't be read or written.
    #[error("the state file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Its content can't be used.
    #[error(
        "the state file {} can't be used: {source}. It was left as it is; repair it, move it away or choose another",
        path.display()
    )]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Problem,
    },
}

/// The state and the file that it is kept in.
pub(super) struct Store {
    state: State,
    /// What the file holds, as far as we know. Compared after each request,
    /// so that only a change is written.
    saved: State,
    file: Option<StateFile>,
    random: fastrand::Rng,
}

struct StateFile {
    path: PathBuf,
    lock: File,
    /// Which file was last read or written, to see a replaced one.
    seen: Option<Mark>,
}

/// What distinguishes one version of a file from another: every write makes a new
/// file, so that its number changes too.
#[derive(Debug, PartialEq, Eq)]
struct Mark {
    number: u64,
    length: u64,
    modified: Option<SystemTime>,
}

impl Store {
    /// A state that lives in memory only.
    pub(super) fn in_memory(mut random: fastrand::Rng) -> Self {
        let state = State::empty(state_file::new_key(&mut random));
        Self { saved: state.clone(), state, file: None, random }
    }

    /// A state kept in a file, which is made if it isn't there.
    pub(super) fn open(
        path: &Path,
        random: fastrand::Rng,
        now_ms: u64,
    ) -> Result<Self, StoreError> {
        let mut store = Self::in_memory(random);
        let lock = open_lock(path).map_err(|source| io_error(path, source))?;
        store.file = Some(StateFile { path: path.to_owned(), lock, seen: None });
        store.with(now_ms, |_| ())?;
        Ok(store)
    }

    /// Lets `work` see and change the state, alone among all processes that
    /// share the file. What it changed is on the disk when this returns.
    pub(super) fn with<T>(
        &mut self,
        now_ms: u64,
        work: impl FnOnce(&mut State) -> T,
    ) -> Result<T, StoreError> {
        let Some(mut file) = self.file.take() else {
            return Ok(work(&mut self.state));
        };
        let result = self.locked(&mut file, now_ms, work);
        if result.is_err() {
            // What is in memory may not be what is on the disk: read it again.
            file.seen = None;
        }
        self.file = Some(file);
        result
    }

    fn locked<T>(
        &mut self,
        file: &mut StateFile,
        now_ms: u64,
        work: impl FnOnce(&mut State) -> T,
    ) -> Result<T, StoreError> {
        let path = file.path.clone();
        let io = |source| io_error(&path, source);
        file.lock.lock().map_err(io)?;
        let done = self.refresh(file, now_ms).and_then(|()| {
            let answer = work(&mut self.state);
            if self.state != self.saved {
                self.save(file).map_err(io)?;
            }
            Ok(answer)
        });
        file.lock.unlock().map_err(io)?;
        done
    }

    /// Reads the file if it isn't the one that was last read or written.
    fn refresh(&mut self, file: &mut StateFile, now_ms: u64) -> Result<(), StoreError> {
        let path = file.path.clone();
        let io = |source| io_error(&path, source);
        let mark = match mark_of(&file.path) {
            Ok(mark) => mark,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // New, or deleted by somebody to start afresh.
                self.state = State::empty(self.state.key);
                return self.save(file).map_err(io);
            }
            Err(error) => return Err(io(error)),
        };
        if file.seen.as_ref() == Some(&mark) {
            return Ok(());
        }
        let content = |source| StoreError::Content { path: path.clone(), source };
        let text = std::fs::read_to_string(&file.path).map_err(io)?;
        let read =
            state_file::read(&text, self.state.key, &mut self.random, now_ms).map_err(content)?;
        self.state = read.state;
        self.saved = self.state.clone();
        file.seen = Some(mark);
        if read.incomplete {
            self.save(file).map_err(io)?;
        }
        Ok(())
    }

    /// Writes a new file beside the old one and puts it in its place, so that
    /// a crash at any moment leaves one of them whole. The new one always has
    /// the same name: what a crash leaves behind is gone with the next write.
    fn save(&mut self, file: &mut StateFile) -> io::Result<()> {
        let place = beside(&file.path, ".new");
        match std::fs::remove_file(&place) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut new = private(OpenOptions::new().write(true).create_new(true)).open(&place)?;
        new.write_all(state_file::write(&self.state).as_bytes())?;
        new.sync_all()?;
        std::fs::rename(&place, &file.path)?;
        #[cfg(unix)]
        File::open(directory_of(&file.path))?.sync_all()?;
        file.seen = Some(mark_of(&file.path)?);
        self.saved = self.state.clone();
        Ok(())
    }

    /// The state as it was after the last request.
    pub(super) fn state(&self) -> &State {
        &self.state
    }
}

fn io_error(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { path: path.to_owned(), source }
}

fn directory_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    std::fs::create_dir_all(directory_of(path))?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    private(&mut options).open(beside(path, ".lock"))
}

/// The path with something after it.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Readable by its owner only.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

fn mark_of(path: &Path) -> io::Result<Mark> {
    let metadata = std::fs::metadata(path)?;
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let number = 0;
    Ok(Mark { number, length: metadata.len(), modified: metadata.modified().ok() })
}
