//! The two states that are compared: what the files say, and what is live.
//!
//! Must not compare them: that is `plan`'s.

use std::collections::BTreeMap;
use std::fmt;

use super::{Dependencies, DesiredSecret, HookName, LiveHook, Script, SecretKey, Trigger};

/// All definitions of a directory, after keyword replacement. Names are
/// unique, and at most one hook a trigger is to be enabled.
#[derive(Debug, Clone, Default)]
pub struct DesiredState {
    /// Ordered by name.
    pub hooks: Vec<DesiredHook>,
}

/// One definition, after keyword replacement. `None` means unmanaged. `Debug`
/// leaves [`Self::source_text`] out, which can hold secrets.
#[derive(Clone)]
pub struct DesiredHook {
    /// Its identity.
    pub name: HookName,
    /// The name as it is written in the file.
    pub written_name: String,
    /// Its trigger; never [`Trigger::Other`].
    pub trigger: Trigger,
    /// Its script.
    pub script: Script,
    /// Where the script came from.
    pub script_source: ScriptSource,
    /// Whether it is to run.
    pub enabled: Option<bool>,
    /// Its npm packages; an empty map means none.
    pub dependencies: Option<Dependencies>,
    /// Its secrets; an empty map means none.
    pub secrets: Option<BTreeMap<SecretKey, DesiredSecret>>,
    /// Names it had before, newest first.
    pub renamed_from: Vec<HookName>,
    /// The definition's file, relative to where the program was started, with
    /// `/` between folders.
    pub source: String,
    /// The definition's text as it is on disk, so that findings can point
    /// into it. May hold secrets: never to be shown as a whole.
    pub source_text: String,
}

impl fmt::Debug for DesiredHook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            written_name,
            trigger,
            script,
            script_source,
            enabled,
            dependencies,
            secrets,
            renamed_from,
            source,
            source_text: _,
        } = self;
        f.debug_struct("DesiredHook")
            .field("name", name)
            .field("written_name", written_name)
            .field("trigger", trigger)
            .field("script", script)
            .field("script_source", script_source)
            .field("enabled", enabled)
            .field("dependencies", dependencies)
            .field("secrets", secrets)
            .field("renamed_from", renamed_from)
            .field("source", source)
            .finish_non_exhaustive()
    }
}

/// The script file behind a [`DesiredHook::script`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptSource {
    /// The file, relative to where the program was started, with `/`.
    pub file: String,
    /// Its text before keyword replacement.
    pub text: String,
    /// What keyword replacement did, in order of place: `(start, end)` bytes
    /// in the replaced script, `(start, end)` bytes of the marker in `text`.
    pub replaced: Vec<(std::ops::Range<usize>, std::ops::Range<usize>)>,
}

impl ScriptSource {
    /// The byte of [`Self::text`] that a byte of the replaced script came
    /// from; for one inside a keyword's value, the start of its marker.
    #[must_use]
    pub fn on_disk(&self, at: usize) -> usize {
        let before = self.replaced.partition_point(|(out, _)| out.start <= at);
        match before.checked_sub(1).map(|index| &self.replaced[index]) {
            None => at,
            Some((out, marker)) if at < out.end => marker.start,
            Some((out, marker)) => marker.end + (at - out.end),
        }
    }
}

/// The hooks of a tenant, as far as they were fetched. Ordered by name, then
/// id: the API promises no order.
#[derive(Debug, Clone, Default)]
pub struct LiveState {
    /// Every live hook.
    pub hooks: Vec<LiveHook>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_in_the_replaced_script_lead_back_to_the_file() {
        // "a ##K## b" with K = "xyz1234567" becomes "a xyz1234567 b"
        let source = ScriptSource {
            file: "a.js".into(),
            text: "a ##K## b".into(),
            replaced: vec![(2..12, 2..7)],
        };
        assert_eq!([0, 2, 7, 12, 13].map(|at| source.on_disk(at)), [0, 2, 2, 7, 8]);
    }
}
