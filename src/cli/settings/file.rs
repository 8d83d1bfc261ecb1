//! Where hooksync.yaml is found, and what settings need of it.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Origin;
use crate::cli::args::values::Headroom;

/// The file's name.
pub const FILE_NAME: &str = "hooksync.yaml";

/// What hooksync.yaml says; all empty where there is none.
#[derive(Clone, Default)]
pub struct FileConfig {
    /// The file, as it is told.
    pub path: PathBuf,
    /// The folder of definitions, relative to the file.
    pub hooks: Option<PathBuf>,
    /// Whether deletes are planned.
    pub allow_delete: Option<bool>,
    /// Keywords of every environment.
    pub keywords: BTreeMap<String, Value>,
    /// Variables that answer for markers outside of secrets.
    pub keywords_from_env: Vec<String>,
    /// By name.
    pub environments: BTreeMap<String, FileEnvironment>,
    /// How fast.
    pub rate_limit: FileRateLimit,
}

/// One of the file's environments.
#[derive(Clone, Default)]
pub struct FileEnvironment {
    /// Its tenant.
    pub domain: Option<String>,
    /// Its keywords.
    pub keywords: BTreeMap<String, Value>,
    /// Whether deletes are planned there.
    pub allow_delete: Option<bool>,
}

/// How fast, as the file says.
#[derive(Debug, Clone, Default)]
pub struct FileRateLimit {
    /// What is left to other clients.
    pub headroom: Option<Headroom>,
    /// Requests a second.
    pub max_rps: Option<f64>,
    /// Requests in flight.
    pub concurrency: Option<NonZeroUsize>,
}

impl FileConfig {
    /// One of its entries, as where a setting came from.
    pub(super) fn origin(&self, key: impl Into<String>) -> Origin {
        Origin::File { path: self.path.display().to_string(), key: key.into() }
    }
}

/// The configuration that goes with a folder of definitions: `./hooksync.yaml`,
/// else the one in the folder itself, so that a project can be worked on from
/// outside.
#[must_use]
pub fn find_config(dir: Option<&Path>) -> Option<PathBuf> {
    let here = PathBuf::from(FILE_NAME);
    let there = dir.map(|dir| dir.join(FILE_NAME));
    [Some(here), there].into_iter().flatten().find(|path| path.is_file())
}
