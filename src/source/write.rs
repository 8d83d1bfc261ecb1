//! Files to the disk: all prepared before the first is replaced, each
//! replaced at once or not at all.
//!
//! The main type is [`Batch`]. Nothing outside the folder is ever written,
//! through links neither. Must not decide what is written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::file::reason;
use super::walk::{display, folder_of};

/// Why files could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {what}: {why}{}", reported(.written))]
pub struct WriteError {
    /// The file that failed.
    pub file: String,
    /// What was tried.
    pub what: &'static str,
    /// What the system says.
    pub why: String,
    /// The files that were written before; nothing else was touched.
    pub written: Vec<String>,
}

fn reported(written: &[String]) -> String {
    match written {
        [] => "; nothing was written".to_owned(),
        some => format!("; written before that: {}", some.join(", ")),
    }
}

/// A file's new content.
#[derive(Debug, Clone)]
pub(crate) struct NewContent {
    pub(crate) text: String,
    /// What the file held when this was decided; `None` if it wasn't there.
    pub(crate) before: Option<String>,
}

/// How many files are open, and on their way to the disk, at once. A disk takes
/// many as fast as one, and macOS lets a process open no more than 256.
const AT_ONCE: usize = 64;

/// Files to write and to remove below one folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    pub(crate) folder: PathBuf,
    pub(crate) writes: BTreeMap<PathBuf, NewContent>,
    pub(crate) removals: BTreeSet<PathBuf>,
    /// Folders that are to be there, empty or not.
    pub(crate) folders: BTreeSet<PathBuf>,
    /// Whether only the owner may read what is written.
    pub(crate) private: bool,
}

impl Batch {
    /// A file that isn't there yet.
    pub(crate) fn create(&mut self, path: PathBuf, text: impl Into<String>) {
        self.writes.insert(path, NewContent { text: text.into(), before: None });
    }

    /// Writes and removes, in this order.
    pub(crate) fn carry_out(&self) -> Result<(), WriteError> {
        if self.writes.is_empty() && self.removals.is_empty() && self.folders.is_empty() {
            return Ok(());
        }
        make_folder(&self.folder, self.private)
            .map_err(|error| fail(&self.folder, "the folder can't be made", &error, &[]))?;
        let root = self
            .folder
            .canonicalize()
            .map_err(|error| fail(&self.folder, "the folder can't be read", &error, &[]))?;
        let mut prepared = Vec::with_capacity(self.writes.len());
        let writes: Vec<_> = self.writes.iter().collect();
        for some in writes.chunks(AT_ONCE) {
            let mut staged = Vec::with_capacity(some.len());
            for (path, content) in some {
                let file = stage(&root, path, content, self.private)
                    .map_err(|error| fail(path, "the file can't be written", &error, &[]))?;
                staged.push((*path, file));
            }
            sync_all(&staged)?;
            prepared.extend(staged.into_iter().map(|(path, (file, target))| {
                // closed: a process may have few files open
                (path, file.into_temp_path(), target)
            }));
        }
        for path in &self.removals {
            inside(&root, path)
                .map_err(|error| fail(path, "the file can't be removed", &error, &[]))?;
        }
        for folder in &self.folders {
            make_folder(folder, self.private)
                .and_then(|()| inside(&root, folder))
                .map_err(|error| fail(folder, "the folder can't be made", &error, &[]))?;
        }
        let mut written = Vec::new();
        for (path, file, target) in prepared {
            let put = file.persist(&target).map_err(|error| error.error);
            put.map_err(|error| fail(path, "the file can't be replaced", &error, &written))?;
            written.push(display(path));
        }
        for path in &self.removals {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(fail(path, "the file can't be removed", &error, &written));
                }
                _ => written.push(display(path)),
            }
        }
        Ok(())
    }
}

fn fail(path: &Path, what: &'static str, error: &io::Error, written: &[String]) -> WriteError {
    WriteError { file: display(path), what, why: reason(error), written: written.to_vec() }
}

/// Waits until the files are on the disk.
fn sync_all(staged: &[(&PathBuf, (NamedTempFile, PathBuf))]) -> Result<(), WriteError> {
    std::thread::scope(|scope| {
        let syncing: Vec<_> = staged
            .iter()
            .map(|(path, (file, _))| (path, scope.spawn(|| file.as_file().sync_all())))
            .collect();
        for (path, thread) in syncing {
            let synced = thread.join().unwrap_or_else(|panic| resume_unwind(panic));
            synced.map_err(|error| fail(path, "the file can't be written", &error, &[]))?;
        }
        Ok(())
    })
}

/// Writes the content to a file beside its target. Returns it with the target, links resolved.
fn stage(
    root: &Path,
    path: &Path,
    content: &NewContent,
    private: bool,
) -> io::Result<(NamedTempFile, PathBuf)> {
    let parent = path.parent().unwrap_or(Path::new(""));
    make_folder(parent, private)?;
    let target = inside(root, path)?;
    if current(&target)? != content.before {
        return Err(io::Error::other("it changed in the meantime; run the command again"));
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".hooksync-").tempfile_in(folder)?;
    file.write_all(content.text.as_bytes())?;
    set_mode(&file, &target, private)?;
    Ok((file, target))
}

/// Where a path leads, if that is inside the folder.
fn inside(root: &Path, path: &Path) -> io::Result<PathBuf> {
    let real = match path.canonicalize() {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if fs::symlink_metadata(path).is_ok() {
                return Err(io::Error::other("it is a broken symbolic link"));
            }
            let name = path.file_name().ok_or_else(|| io::Error::other("it has no name"))?;
            folder_of(path).canonicalize()?.join(name)
        }
        Err(error) => return Err(error),
    };
    if real.starts_with(root) {
        Ok(real)
    } else {
        Err(io::Error::other("it leads out of the folder through a symbolic link"))
    }
}

/// What a file holds now; `None` if there is none.
fn current(path: &Path) -> io::Result<Option<String>> {
    match fs::read(path) {
        // Bytes that are no text never equal what was read as text before.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn make_folder(path: &Path, private: bool) -> io::Result<()> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    #[cfg(not(unix))]
    let _ = private;
    builder.create(path)
}

/// The old file's permissions, else those of a file that others may read
/// (temporary files are made for the owner alone).
fn set_mode(file: &NamedTempFile, target: &Path, private: bool) -> io::Result<()> {
    #[cfg(unix)]
    if !private {
        use std::os::unix::fs::PermissionsExt;
        let old = fs::metadata(target).map(|metadata| metadata.permissions());
        let permissions = old.unwrap_or_else(|_| fs::Permissions::from_mode(0o644));
        file.as_file().set_permissions(permissions)?;
    }
    #[cfg(not(unix))]
    let _ = (file, target, private);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(folder: &Path, writes: &[(&str, &str, Option<&str>)]) -> Batch {
        Batch {
            folder: folder.to_owned(),
            writes: writes
                .iter()
                .map(|(name, text, before)| {
                    let before = before.map(str::to_owned);
                    (folder.join(name), NewContent { text: (*text).to_owned(), before })
                })
                .collect(),
            removals: BTreeSet::new(),
            ..Batch::default()
        }
    }

    #[test]
    fn nothing_is_replaced_unless_everything_can_be() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("b"), "changed").unwrap();
        let error = batch(folder.path(), &[("a", "1", None), ("b", "2", Some("old"))])
            .carry_out()
            .unwrap_err();
        assert!(
            error.to_string().contains("changed in the meantime; run the command again; nothing"),
            "{error}"
        );
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["b"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_out_are_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |name: &str| folder.path().join(name);
        let mode = |name: &str| fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
        fs::write(at("old"), "x").unwrap();
        fs::set_permissions(at("old"), fs::Permissions::from_mode(0o750)).unwrap();
        batch(folder.path(), &[("old", "y", Some("x")), ("sub/new", "z", None)])
            .carry_out()
            .unwrap();
        assert_eq!((mode("old"), mode("sub/new")), (0o750, 0o644));
        symlink(outside.path(), at("out")).unwrap();
        symlink(outside.path().join("gone"), at("dangling")).unwrap();
        for name in ["out/x", "dangling"] {
            let error = batch(folder.path(), &[(name, "y", None)]).carry_out().unwrap_err();
            assert!(error.to_string().contains("symbolic link"), "{error}");
        }
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn private_files_are_the_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        Batch { private: true, ..batch(&inner, &[("c", "1", None)]) }.carry_out().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&inner), mode(&inner.join("c"))), (0o700, 0o600));
    }
}
