//! Definitions on disk: read, checked and with their keywords replaced; and
//! written, from what is live.
//!
//! [`load`] turns a folder into a [`DesiredState`] or into *all* that is wrong
//! with it. This room knows nothing of the tenant, and lets no secret's value
//! into a finding.

pub mod codes;
pub mod config;
mod definition;
pub mod deploy_cli;
pub mod export;
mod fields;
mod file;
pub mod keyword;
mod mask;
mod native;
mod node;
#[cfg(test)]
mod properties;
pub mod schema;
#[cfg(test)]
mod tests;
mod walk;
mod write;
mod yaml;

use std::path::Path;

pub use deploy_cli::settings::DeployConfig;
pub use export::{
    Backup, ExportOptions, ExportPlan, ExportSummary, FileAction, HookFiles, Manifest, Orphan,
    Saved, backup, export,
};
pub use keyword::{Environment, Keyword, KeywordValue, Keywords, Layer, Origin};

pub use write::WriteError;

use crate::model::{DesiredState, Diagnostic};

/// How definitions and scripts lie in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One YAML file and one script a hook, at any depth.
    Native,
    /// The Deploy CLI's directory format: `hooks/*.json` and `hooks/*.js`.
    DeployCli,
    /// The Deploy CLI's YAML format: a list of hooks in `tenant.yaml`.
    DeployCliYaml,
}

/// What loading needs to know.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The keywords of this run.
    pub keywords: Keywords,
    /// Whether markers without a value may stay as they are.
    pub allow_unresolved: bool,
}

/// A folder's definitions, and everything that is to be told of them.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What could be read. To be used only if no finding is an error.
    pub desired: DesiredState,
    /// All findings, in order of file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// How many definitions there are, faulty ones included.
    pub definitions: usize,
    /// How the folder is laid out.
    pub layout: Layout,
}

/// Whether a file that was named says nothing of hooks.
fn is_silent(file: &Path) -> bool {
    deploy_cli::without_hooks(file).is_some()
}

/// Reads all definitions below a folder. Files are called as `dir` is written.
#[must_use]
pub fn load(dir: &Path, options: &LoadOptions) -> Loaded {
    let mut context = definition::Context::new(&options.keywords, options.allow_unresolved);
    let tree = deploy_cli::recognise(dir).filter(|_| !dir.is_file() || !is_silent(dir));
    let (desired, definitions, layout) = match (tree, deploy_cli::without_hooks(dir)) {
        (Some(tree), _) => deploy_cli::load(&tree, &mut context),
        (None, Some(file)) => {
            let message = "this file says nothing of hooks, so there is nothing to compare";
            context.found.push(
                Diagnostic::error(codes::NO_DEFINITIONS, message).in_file(walk::display(&file)).hint(
                    "add `hooks:` with a list, or `hooks: []` to say that there are to be none; \
                     `hooksync export` writes those of the tenant",
                ),
            );
            (DesiredState::default(), 0, Layout::DeployCliYaml)
        }
        (None, None) => match walk::Root::open(dir) {
            Ok(root) => {
                let (desired, definitions) = native::load(&root, &mut context);
                (desired, definitions, Layout::Native)
            }
            Err(found) => {
                context.found.push(*found);
                (DesiredState::default(), 0, Layout::Native)
            }
        },
    };
    let definition::Context { used, found: mut diagnostics, .. } = context;
    diagnostics.extend(options.keywords.notes(&used));
    diagnostics.sort();
    diagnostics.dedup();
    Loaded { desired, diagnostics, definitions, layout }
}
