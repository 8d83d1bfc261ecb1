//! Where hooksync.yaml is found.

use std::path::{Path, PathBuf};

use super::Origin;
use crate::model::Diagnostic;
use crate::source::DeployConfig;
use crate::source::config::{self, Config, FILE};
use crate::source::deploy_cli::settings as deploy_cli;

/// hooksync.yaml and where it was found; empty where there is none.
#[derive(Debug, Clone, Default)]
pub struct ConfigFile {
    /// The file, as it is told.
    pub path: PathBuf,
    /// What it says.
    pub config: Config,
    /// The Deploy CLI's settings, if a file of them was named: for what nothing
    /// else says.
    pub deploy: Option<DeployConfig>,
}

impl ConfigFile {
    /// Reads the configuration that goes with a folder of definitions:
    /// `./hooksync.yaml`, else the one in the folder itself, so that a project
    /// can be worked on from outside. To be used only if no finding is an
    /// error.
    #[must_use]
    pub fn find(dir: Option<&Path>) -> (Self, Vec<Diagnostic>) {
        let here = PathBuf::from(FILE);
        let there = dir.map(|dir| dir.join(FILE));
        let found = [Some(here), there].into_iter().flatten().find(|path| path.exists());
        match found {
            None => (Self::default(), Vec::new()),
            Some(path) => {
                let (config, diagnostics) = config::read(&path);
                (Self { path, config, deploy: None }, diagnostics)
            }
        }
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
