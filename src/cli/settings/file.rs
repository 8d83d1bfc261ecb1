//! Where hooksync.yaml is found.

use std::path::{Path, PathBuf};

use super::{Origin, inside};
use crate::model::Diagnostic;
use crate::source::DeployConfig;
use crate::source::codes;
use crate::source::config::{self, Config, FILE};
use crate::source::deploy_cli::settings as deploy_cli;

/// hooksync.yaml and where it was found; empty where there is none.
#[derive(Debug, Clone, Default)]
pub struct ConfigFile {
    /// The file, as it is reported.
    pub path: PathBuf,
    /// What it says.
    pub config: Config,
    /// The Deploy CLI's settings, if a file of them was named: for what nothing
    /// else says.
    pub deploy: Option<DeployConfig>,
}

impl ConfigFile {
    /// Reads the configuration that goes with a folder of definitions: the
    /// nearest hooksync.yaml upwards from where the program stands, else the
    /// nearest upwards from the folder, so that a project can be worked on from
    /// within and from outside. To be used only if no finding is an error.
    #[must_use]
    pub fn find(dir: Option<&Path>) -> (Self, Vec<Diagnostic>) {
        let here = fs_err::canonicalize(".").unwrap_or_default();
        let there =
            dir.and_then(|dir| dir.ancestors().find_map(|dir| fs_err::canonicalize(dir).ok()));
        let found =
            [Some(&here), there.as_ref()].into_iter().flatten().find_map(|from| upwards(from));
        let Some(real) = found else { return (Self::default(), Vec::new()) };
        let path = seen_from(&here, &real);
        if !inside::is_own_file(&real) {
            let message = "the settings file is a symbolic link to another folder";
            let found = Diagnostic::error(codes::LINK_LEAVES, message)
                .in_file(path.display().to_string())
                .hint("replace the link by the file itself");
            return (Self { path, ..Self::default() }, vec![found]);
        }
        let (config, diagnostics) = config::read(&path);
        (Self { path, config, deploy: None }, diagnostics)
    }

    /// Something beside the file; as it is where there is none.
    pub(in crate::cli) fn beside(&self, name: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(name)
    }

    /// Adds the Deploy CLI's settings. To be used only if no finding is an
    /// error.
    #[must_use]
    pub fn with_deploy_config(mut self, path: &Path) -> (Self, Vec<Diagnostic>) {
        let (config, diagnostics) = deploy_cli::read(path);
        self.deploy = Some(config);
        (self, diagnostics)
    }

    /// One of its entries, as where a setting came from.
    pub(super) fn origin(&self, key: impl Into<String>) -> Origin {
        Origin::File { path: self.path.display().to_string(), key: key.into() }
    }
}

/// The nearest settings file in a folder and those above it, up to the end of
/// the repository that the folder is in.
fn upwards(from: &Path) -> Option<PathBuf> {
    for folder in from.ancestors() {
        let file = folder.join(FILE);
        if file.exists() {
            return Some(file);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// A path as a user would write it: `hooksync.yaml`, `../hooksync.yaml`.
fn seen_from(here: &Path, path: &Path) -> PathBuf {
    if let Ok(below) = path.strip_prefix(here) {
        return below.to_owned();
    }
    let above = here.ancestors().enumerate().find_map(|(up, folder)| {
        let rest = path.strip_prefix(folder).ok()?;
        Some(std::iter::repeat_n("..", up).collect::<PathBuf>().join(rest))
    });
    // from another corner of the disk a whole path is easier to read
    match above {
        Some(relative) if path.parent().is_some_and(|folder| here.starts_with(folder)) => relative,
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_as_it_is_seen_from_here() {
        let check = |here: &str, path: &str, expected: &str| {
            assert_eq!(seen_from(Path::new(here), Path::new(path)), Path::new(expected));
        };
        check("/r", "/r/hooksync.yaml", "hooksync.yaml");
        check("/r", "/r/auth/hooksync.yaml", "auth/hooksync.yaml");
        check("/r/auth/hooks", "/r/hooksync.yaml", "../../hooksync.yaml");
        check("/r/auth", "/elsewhere/hooksync.yaml", "/elsewhere/hooksync.yaml");
        check("/r/auth", "/r/other/hooksync.yaml", "/r/other/hooksync.yaml");
    }

    #[test]
    fn it_is_looked_for_upwards_and_not_beyond_the_repository() {
        let root = tempfile::tempdir().unwrap();
        let make = |folder: &str| std::fs::create_dir_all(root.path().join(folder)).unwrap();
        make("repo/.git");
        make("repo/auth/hooks/deep");
        std::fs::write(root.path().join(FILE), "").unwrap();
        let from = |folder: &str| upwards(&root.path().join(folder));
        assert_eq!(from("repo/auth/hooks/deep"), None);
        std::fs::write(root.path().join("repo/auth").join(FILE), "").unwrap();
        assert_eq!(from("repo/auth/hooks/deep"), Some(root.path().join("repo/auth").join(FILE)));
        assert_eq!(from("repo"), None);
        assert_eq!(from(""), Some(root.path().join(FILE)));
    }
}
