//! Holds what the tenant answered to a write against what was sent.
//!
//! Must not decide whether a difference matters.

use std::fmt;

use crate::api::text::harmless;
use crate::model::{Dependencies, HookPatch, Live, NewHook, Script, Trigger};

/// A field that the tenant has otherwise than it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The name was rewritten.
    Name {
        /// As sent.
        sent: String,
        /// As the tenant has it.
        got: Option<String>,
    },
    /// The trigger is another.
    Trigger {
        /// As sent.
        sent: Trigger,
        /// As the tenant has it.
        got: Trigger,
    },
    /// The flag wasn't taken.
    Enabled {
        /// As sent.
        sent: bool,
    },
    /// The dependencies aren't those that were sent.
    Dependencies,
    /// The script isn't the one that was sent.
    Script {
        /// Whether only its newlines differ.
        newlines_only: bool,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { sent, got } => {
                let got = harmless(got.as_deref().unwrap_or_default(), &[]);
                write!(f, "the tenant named the hook `{got}` instead of `{sent}`")
            }
            Self::Trigger { sent, got } => {
                let got = harmless(got.as_str(), &[]);
                write!(f, "the tenant gave the hook the trigger `{got}` instead of `{sent}`")
            }
            Self::Enabled { sent: true } => f.write_str("the tenant did not enable the hook"),
            Self::Enabled { sent: false } => f.write_str("the tenant did not disable the hook"),
            Self::Dependencies => {
                f.write_str("the tenant has different dependencies than were sent")
            }
            Self::Script { newlines_only: true } => {
                f.write_str("the tenant changed newlines in the script")
            }
            Self::Script { newlines_only: false } => {
                f.write_str("the tenant has a different script than was sent")
            }
        }
    }
}

/// Where a hook differs from what was sent to make it.
#[must_use]
pub fn with_new(sent: &NewHook, got: &Live) -> Vec<Difference> {
    let NewHook { name, trigger, script, dependencies, enabled } = sent;
    let mut found = fields(Some(name.as_str()), Some(script), dependencies.as_ref(), *enabled, got);
    if *trigger != got.trigger {
        found.push(Difference::Trigger { sent: trigger.clone(), got: got.trigger.clone() });
    }
    found
}

/// Where a hook differs from what was sent to change it.
#[must_use]
pub fn with_patch(sent: &HookPatch, got: &Live) -> Vec<Difference> {
    let HookPatch { name, script, dependencies, enabled } = sent;
    let name = name.as_ref().map(|name| name.as_str());
    fields(name, script.as_ref(), dependencies.as_ref(), *enabled, got)
}

/// What the answer doesn't tell isn't a difference.
fn fields(
    name: Option<&str>,
    script: Option<&Script>,
    dependencies: Option<&Dependencies>,
    enabled: Option<bool>,
    got: &Live,
) -> Vec<Difference> {
    let mut found = Vec::new();
    if let Some(sent) = name
        && got.stored_name.as_deref() != Some(sent)
    {
        found.push(Difference::Name { sent: sent.to_owned(), got: got.stored_name.clone() });
    }
    if let Some(sent) = enabled
        && got.runs != sent
    {
        found.push(Difference::Enabled { sent });
    }
    if let (Some(sent), Some(got)) = (dependencies, &got.dependencies)
        && sent != got
    {
        found.push(Difference::Dependencies);
    }
    if let (Some(sent), Some(got)) = (script, &got.script)
        && sent != got
    {
        found.push(Difference::Script { newlines_only: sent.same_but_newlines(got) });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LiveBody;
    use crate::model::{Id, Name};

    #[test]
    fn what_the_tenant_did_otherwise_is_told() {
        let sent = NewHook {
            name: Name::hook("a").unwrap(),
            trigger: Trigger::SendPhoneMessage,
            script: Script::new("x\n"),
            dependencies: Some(Dependencies::new()),
            enabled: Some(true),
        };
        let mut got = Live {
            id: Id::new("1"),
            name: Name::hook("a").unwrap(),
            stored_name: Some("a".into()),
            trigger: Trigger::SendPhoneMessage,
            runs: true,
            script: None,
            dependencies: None,
            secrets: None,
            body: LiveBody::Hook,
        };
        assert_eq!(with_new(&sent, &got), []);
        got.runs = false;
        got.script = Some(Script::new("x\r\n"));
        got.stored_name = Some("a-1".into());
        let reported: Vec<String> = with_new(&sent, &got).iter().map(ToString::to_string).collect();
        assert_eq!(
            reported,
            [
                "the tenant named the hook `a-1` instead of `a`",
                "the tenant did not enable the hook",
                "the tenant changed newlines in the script",
            ]
        );
        assert_eq!(with_patch(&HookPatch::enabled(false), &got), []);
    }
}
