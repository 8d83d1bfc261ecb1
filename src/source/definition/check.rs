//! What can only be wrong with several definitions together.
//!
//! Must not look at files.

use std::collections::BTreeMap;

use super::{Parsed, Placed};
use crate::model::{Diagnostic, Name, Severity, Trigger};
use crate::source::codes;

/// Checks all definitions of a folder.
pub(crate) fn together(definitions: &[Parsed], found: &mut Vec<Diagnostic>) {
    let owners = identities(definitions, found);
    enabled(definitions, found);
    former_names(definitions, &owners, found);
}

/// Which definition has which name; every further one with it is told.
pub(crate) fn identities<'d>(
    definitions: &'d [Parsed],
    found: &mut Vec<Diagnostic>,
) -> BTreeMap<&'d Name, &'d Parsed> {
    let mut owners: BTreeMap<&Name, &Parsed> = BTreeMap::new();
    for definition in definitions {
        let Some(Placed { value: name, span }) = &definition.name else { continue };
        if let Some(first) = owners.get(name) {
            let message =
                format!("hook `{name}` has a definition already, in `{}`", first.text.file);
            found.push(
                definition
                    .text
                    .error(codes::SAME_IDENTITY, message, span)
                    .hint("names that differ only in case, blanks and hyphens are one name; remove or rename one"),
            );
        } else {
            owners.insert(name, definition);
        }
    }
    owners
}

fn enabled(definitions: &[Parsed], found: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&Trigger, &Parsed> = BTreeMap::new();
    for definition in definitions {
        let (Some(trigger), Some(Placed { value: true, span })) =
            (&definition.trigger, &definition.enabled)
        else {
            continue;
        };
        let trigger = &trigger.value;
        if let Some(other) = first.get(trigger) {
            let message = format!(
                "`{trigger}` has an enabled hook already, in `{}`; only one hook of a trigger can run",
                other.text.file
            );
            found.push(
                definition
                    .text
                    .error(codes::TWO_ENABLED, message, span)
                    .hint("write `enabled: false` in one of the two"),
            );
        } else {
            first.insert(trigger, definition);
        }
    }
}

/// More former names of one hook than anybody has; further ones go unchecked.
const MOST_FORMER: usize = 100;

fn former_names(
    definitions: &[Parsed],
    owners: &BTreeMap<&Name, &Parsed>,
    found: &mut Vec<Diagnostic>,
) {
    let mut claims: BTreeMap<&Name, &Parsed> = BTreeMap::new();
    for definition in definitions {
        for Placed { value: former, span } in definition.renamed_from.iter().take(MOST_FORMER) {
            let own = definition.name.as_ref().is_some_and(|name| name.value == *former);
            if own {
                let message = format!("`{former}` is this hook's name, not a former one");
                found.push(
                    definition
                        .text
                        .finding(Severity::Warning, codes::FORMER_NAME, message, span)
                        .hint("remove it"),
                );
                continue;
            }
            if let Some(owner) = owners.get(former) {
                let message = format!(
                    "`{former}` has a definition of its own, in `{}`: its hook is renamed only if that one takes over another",
                    owner.text.file
                );
                found.push(
                    definition
                        .text
                        .finding(Severity::Warning, codes::FORMER_NAME, message, span)
                        .hint("remove the former name"),
                );
            }
            match claims.get(former) {
                Some(other) if !std::ptr::eq(*other, definition) => {
                    let message = format!(
                        "`{former}` is claimed as a former name in `{}` too; a hook can become only one",
                        other.text.file
                    );
                    found.push(
                        definition
                            .text
                            .error(codes::FORMER_NAME, message, span)
                            .hint("remove it from one of the two"),
                    );
                }
                _ => {
                    claims.insert(former, definition);
                }
            }
        }
    }
}
