//! Definitions on disk: read, checked and with their keywords replaced; and
//! written, from what is live.
//!
//! [`load()`] turns a folder into a [`crate::model::DesiredState`] or into *all* that is wrong
//! with it. This room knows nothing of the tenant, and lets no secret's value
//! into a finding.

pub mod codes;
pub mod config;
pub(crate) mod definition;
pub mod deploy_cli;
pub mod export;
pub(crate) mod fields;
pub(crate) mod file;
pub mod keyword;
#[cfg(test)]
mod keyword_tests;
#[cfg(test)]
mod kinds_tests;
mod leftover;
#[cfg(test)]
#[cfg(unix)]
mod linear_tests;
mod load;
mod mask;
mod native;
pub(crate) mod node;
mod passed_over;
#[cfg(test)]
mod properties;
pub mod schema;
mod spelling;
mod switch;
#[cfg(test)]
mod tests;
pub(crate) mod walk;
mod write;
pub(crate) mod yaml;

pub(crate) use definition::nearest_trigger;
pub use deploy_cli::settings::DeployConfig;
pub use export::{
    ASIDE, Backup, DRAFTS, ExportOptions, ExportPlan, FileAction, HookFiles, Manifest, Orphan,
    Saved, backup, export,
};
pub use file::{NotText, text_of};
pub use keyword::{Environment, Keyword, KeywordValue, Keywords, Layer, Origin};
pub use load::{Contents, Loaded, contents, contents_of_tree, load, load_kinds};

pub use switch::switched_off;
pub use walk::kind_of_folder;
pub use write::WriteError;
pub use yaml::to_yaml;

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
