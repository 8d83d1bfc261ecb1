//! How a file is called in its repository, which is how GitHub, GitLab and
//! code scanning look for it.
//!
//! Works on the text of paths alone. Must not look at a disk.

use std::path::{Component, Path, PathBuf};

/// Where the program stands, and which folders may be the repository's root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// The current folder, absolute.
    here: PathBuf,
    /// Absolute; the first that holds a file is that file's root.
    roots: Vec<PathBuf>,
}

impl Repository {
    /// Takes absolute folders, all of them with links followed.
    #[must_use]
    pub fn new(here: PathBuf, roots: Vec<PathBuf>) -> Self {
        Self { here, roots }
    }

    /// One whose files are named from this folder of it.
    #[must_use]
    pub fn below(base: &str) -> Self {
        let root = PathBuf::from("/repository");
        Self { here: root.join(base.trim_start_matches(['/', '\\'])), roots: vec![root] }
    }

    /// A file, as it is written from the current folder, as it is called from
    /// the root. Outside of every root it keeps its name.
    #[must_use]
    pub fn path(&self, file: &str) -> String {
        let absolute = normal(&self.here.join(file));
        let inside = self.roots.iter().find_map(|root| absolute.strip_prefix(root).ok());
        let Some(path) = inside else { return file.to_owned() };
        let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
        parts.collect::<Vec<_>>().join("/")
    }
}

/// A path without `.` and `..`, as text.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            Component::Normal(_) | Component::Prefix(_) | Component::RootDir => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_root() {
        let check = |here: &str, roots: &[&str], file: &str, expected: &str| {
            let repository = Repository::new(here.into(), roots.iter().map(Into::into).collect());
            assert_eq!(repository.path(file), expected, "{file} in {here} of {roots:?}");
        };
        check("/r", &["/r"], "hooks/a.js", "hooks/a.js");
        check("/r/auth", &["/r"], "hooks/a.js", "auth/hooks/a.js");
        check("/r/auth", &["/r"], "./hooks//a.js", "auth/hooks/a.js");
        check("/r/auth/x", &["/r"], "../hooks/a.js", "auth/hooks/a.js");
        check("/tmp", &["/r"], "/r/hooks/a.js", "hooks/a.js");
        check("/r/auth", &["/w", "/r"], "a.js", "auth/a.js");
        check("/r/auth", &["/r/auth", "/r"], "a.js", "a.js");
        check("/r", &["/r"], "../other/a.js", "../other/a.js");
        check("/rr", &["/r"], "a.js", "a.js");
        check("/r", &[], "a.js", "a.js");
        assert_eq!(Repository::default().path("a/b.js"), "a/b.js");
        assert_eq!(Repository::below("auth").path("hooks/a.js"), "auth/hooks/a.js");
        assert_eq!(Repository::below("../..").path("a.js"), "a.js");
    }
}
