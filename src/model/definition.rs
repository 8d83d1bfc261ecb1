//! One hook or action as a file defines it, after keyword replacement.
//!
//! What the kinds have in common is in [`Definition`], what only one of them
//! has in its [`Body`]. `None` means unmanaged. Must not know YAML.

use std::collections::BTreeMap;

use super::{
    ActionBody, Address, Dependencies, DesiredSecret, Kind, Name, Place, Script, SecretKey,
    Trigger, Written,
};

/// One definition.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its identity within its kind.
    pub name: Name,
    /// The name as it is written in the file.
    pub written_name: String,
    /// Its trigger. Of a hook never [`Trigger::Other`].
    pub trigger: Trigger,
    /// Its script.
    pub script: Script,
    /// Where the script came from.
    pub script_source: ScriptSource,
    /// Its npm packages; an empty map means none.
    pub dependencies: Option<Dependencies>,
    /// Its secrets; an empty map means none.
    pub secrets: Option<BTreeMap<SecretKey, DesiredSecret>>,
    /// Names it had before, newest first.
    pub renamed_from: Vec<Name>,
    /// Where it is defined.
    pub place: Place,
    /// Its text as it is on disk, so that findings can point into it.
    pub written: Written,
    /// What only its kind has.
    pub body: Body,
}

/// What only one kind of definition has.
#[derive(Debug, Clone)]
pub enum Body {
    /// A hook's.
    Hook {
        /// Whether it is to run.
        enabled: Option<bool>,
    },
    /// An action's.
    Action(ActionBody),
}

impl Definition {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.body {
            Body::Hook { .. } => Kind::Hook,
            Body::Action(_) => Kind::Action,
        }
    }

    /// What it is known by.
    #[must_use]
    pub fn address(&self) -> Address {
        Address { kind: self.kind(), name: self.name.clone() }
    }

    /// Whether a hook is to run; `None` where that is unmanaged, and for other
    /// kinds.
    #[must_use]
    pub fn enabled(&self) -> Option<bool> {
        match self.body {
            Body::Hook { enabled } => enabled,
            Body::Action(_) => None,
        }
    }
}

/// The script file behind a [`Definition::script`].
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
