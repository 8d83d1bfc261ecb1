//! The repository that the program works in, for output that names files as
//! GitHub and GitLab do.
//!
//! Must not read what is in it.

use std::path::{Path, PathBuf};

use super::Environment;
use crate::report::Repository;

/// Where pipelines say that the repository is.
const WORKSPACES: [&str; 2] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"];

/// The repository: where a pipeline says it is, else what git takes for one.
/// Where neither is known, files keep the names that they have from here.
pub(super) fn find(environment: &Environment) -> Repository {
    let Ok(here) = fs_err::canonicalize(".") else { return Repository::default() };
    let roots = roots(&here, environment);
    Repository::new(here, roots)
}

/// The root of the checkout that the program works in; the current folder where
/// there is no repository.
pub(super) fn checkout(environment: &Environment) -> Option<PathBuf> {
    let here = fs_err::canonicalize(".").ok()?;
    let mut roots = roots(&here, environment);
    roots.retain(|root| here.starts_with(root));
    // the outermost: a repository within another is part of what was checked out
    roots.into_iter().min_by_key(|root| root.components().count()).or(Some(here))
}

/// Where a pipeline says it is, then the nearest folder upwards that has a `.git`: a
/// folder, or a file in linked work trees and submodules.
fn roots(here: &Path, environment: &Environment) -> Vec<PathBuf> {
    let said = WORKSPACES.iter().filter_map(|name| environment.get(name).ok().flatten());
    let said = said.filter_map(|folder| fs_err::canonicalize(folder).ok());
    let git = here.ancestors().find(|folder| folder.join(".git").exists());
    said.chain(git.map(Path::to_owned)).collect()
}
