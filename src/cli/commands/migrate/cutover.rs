//! Switches hooks off in their files, so that one plan goes over to the
//! actions.
//!
//! Must not touch the hook of an action that wasn't written, nor anything else
//! in a file.

use std::path::Path;

use crate::cli::{CliError, Context, starters};
use crate::migrate::outcome::Migrated;
use crate::model::Definition;
use crate::source::switched_off;

/// The files in which hooks are switched on, of hooks that have an action now:
/// each with its text and the one in which it is off.
pub(super) struct Files(Vec<(String, Option<String>)>);

impl Files {
    /// Looks through the hooks that were migrated.
    ///
    /// # Errors
    /// When a file can't be read.
    pub(super) fn find<'d>(
        definitions: impl Iterator<Item = &'d Definition>,
        hooks: &[Migrated],
    ) -> Result<Self, CliError> {
        let mut found = Vec::new();
        for hook in definitions.filter(|hook| hook.enabled() != Some(false)) {
            let has_action =
                hooks.iter().any(|it| it.name == hook.name.as_str() && !it.files.is_empty());
            if has_action {
                let file = hook.place.file.clone();
                let text = fs_err::read_to_string(Path::new(&file))?;
                let off = switched_off(&text).filter(|_| is_native(&file));
                found.push((file, off));
            }
        }
        Ok(Self(found))
    }

    /// Writes them.
    ///
    /// # Errors
    /// When a file can't be edited in place, or not be written; those before
    /// it are written then.
    pub(super) fn write(&self, context: &Context<'_>) -> Result<(), CliError> {
        for (file, off) in &self.0 {
            let Some(off) = off else {
                return Err(CliError::new(format!("{file}: `enabled` can't be edited in place"))
                    .hint("set it to false by hand; the actions are written"));
            };
            fs_err::write(file, off)?;
            context
                .say(&format!("{} (enabled: false)", starters::named("updated", Path::new(file))));
        }
        Ok(())
    }

    /// The edits, in words, where they were not asked for; `command` makes them.
    pub(super) fn as_steps(&self, command: &str) -> Vec<String> {
        let mut steps: Vec<String> =
            self.0.iter().map(|(file, _)| format!("{file}: set enabled: false")).collect();
        let can_be_made = self.0.iter().all(|(_, off)| off.is_some());
        if !steps.is_empty() && can_be_made {
            steps.push(format!("{command}: makes these edits"));
        }
        steps
    }
}

/// Whether a file is one definition, and not a list of a Deploy CLI tree.
fn is_native(file: &str) -> bool {
    [".yaml", ".yml"].iter().any(|end| file.ends_with(end))
}
