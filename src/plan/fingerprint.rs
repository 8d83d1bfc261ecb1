//! One short text that stands for a reviewed plan.
//!
//! Must never take in a secret's value, nor whether it is known: the plan of
//! a pull request (made without production secrets) and the plan on merge
//! have to agree.

use std::fmt;
use std::str::FromStr;

use super::policy::{Options, SecretsMode};
use super::{Change, FieldChange, Value, Verb};
use crate::model::{
    BindingEntry, BindingsOrder, Definition, Dependencies, DesiredSecret, DesiredState, Id, Kind,
    Live, Sha256,
};

/// `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is `sha256:` and 64 hexadecimal digits, as `hooksync plan` prints it")]
pub struct InvalidFingerprint;

impl Fingerprint {
    /// Takes a digest.
    #[must_use]
    pub fn new(digest: Sha256) -> Self {
        Self(format!("sha256:{digest}"))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("sha256:").ok_or(InvalidFingerprint)?;
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digits.len() == 64 && digits.bytes().all(is_hex) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidFingerprint)
        }
    }
}

/// The fingerprint of a plan: of the desired definitions, the live content of
/// all that it touches, and what it does to them.
pub(super) fn compute(
    tenant: &str,
    options: &Options,
    desired: &DesiredState,
    changes: &[Change],
) -> Fingerprint {
    // Whether deleting is allowed is the guard's: a plan made without leave
    // shows the same deletes of what is replaced and of secrets as one made with it,
    // and what is deleted for having no definition is in the changes.
    let Options {
        allow_delete: _,
        allow_delete_actions: _,
        deletable: _,
        only: _,
        secrets: _,
        strict_newlines,
        now: _,
    } = options;
    let mut bytes = Canonical::default();
    bytes.text("hooksync plan 1").text(tenant);
    bytes.flag(*strict_newlines);
    bytes.mode(options.secrets_of(Kind::FIRST));
    bytes.list(&desired.definitions, Canonical::desired);
    let (resent, changed): (Vec<&Change>, Vec<&Change>) =
        changes.iter().partition(|change| change.verb == Verb::Resend);
    bytes.list(&changed, |bytes, change| bytes.change(change));
    if desired.in_play.actions {
        // plans of the first kind alone keep the fingerprint that they had
        bytes.actions(desired, &changed, options);
    }
    bytes.list(&resent, |bytes, change| {
        bytes.text(change.id.as_ref().map(Id::as_str).unwrap_or_default());
        bytes.list(&change.secrets, |bytes, secret| {
            bytes.text(&secret.key);
        });
    });
    Fingerprint::new(Sha256::of(&bytes.0))
}

/// Bytes in which no two different values look alike: every text is led by
/// its length, every choice by a mark.
#[derive(Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn text(&mut self, text: &str) -> &mut Self {
        self.0.extend((text.len() as u64).to_le_bytes());
        self.0.extend(text.as_bytes());
        self
    }

    fn mode(&mut self, mode: SecretsMode) {
        self.text(match mode {
            SecretsMode::Always => "always",
            SecretsMode::Missing => "missing",
            SecretsMode::Never => "never",
        });
    }

    fn flag(&mut self, flag: bool) -> &mut Self {
        self.0.push(u8::from(flag));
        self
    }

    fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.0.extend((items.len() as u64).to_le_bytes());
        for item in items {
            each(self, item);
        }
    }

    fn option<T>(&mut self, value: Option<T>, some: impl FnOnce(&mut Self, T)) {
        self.flag(value.is_some());
        if let Some(value) = value {
            some(self, value);
        }
    }

    fn dependencies(&mut self, packages: &Dependencies) {
        self.0.extend((packages.len() as u64).to_le_bytes());
        for (package, version) in packages {
            self.text(package).text(version);
        }
    }

    fn desired(&mut self, definition: &Definition) {
        let Definition {
            name,
            written_name: _,
            trigger,
            script,
            script_source: _,
            dependencies,
            secrets,
            renamed_from: _,
            place: _,
            written: _,
            body: _,
        } = definition;
        self.text(name.as_str()).text(trigger.as_str()).text(script.as_str());
        self.option(definition.enabled(), |bytes, enabled| {
            bytes.flag(enabled);
        });
        self.option(dependencies.as_ref(), Self::dependencies);
        self.option(secrets.as_ref(), |bytes, secrets| {
            bytes.0.extend((secrets.len() as u64).to_le_bytes());
            for (key, value) in secrets {
                // whether a value is known differs between a pull request and
                // its merge; that the value is the tenant's own does not
                bytes.text(key).flag(matches!(value, DesiredSecret::Kept));
                if let DesiredSecret::Reference(reference) = value {
                    bytes.text(reference.as_str());
                }
            }
        });
    }

    fn change(&mut self, change: &Change) {
        let Change {
            verb,
            kind: _,
            name,
            trigger,
            id: _,
            source: _,
            live,
            fields,
            secrets,
            runs_after: _,
            version: _,
            blocked: _,
            withheld,
            behaviour: _,
        } = change;
        self.text(verb.as_str()).text(name.as_str()).text(trigger.as_str());
        self.option(live.as_ref(), Self::live);
        self.list(fields, |bytes, field| {
            let FieldChange { field, old: _, new } = field;
            bytes.text(field.as_str());
            if let Value::Flag(new) = new {
                bytes.flag(*new);
            }
        });
        self.list(secrets, |bytes, secret| {
            bytes.text(&secret.key).text(secret.verb.as_str());
        });
        self.flag(withheld.is_some());
    }

    /// What only actions and bindings have.
    fn actions(&mut self, desired: &DesiredState, changed: &[&Change], options: &Options) {
        self.mode(options.secrets_of(Kind::Action));
        // plain data without a secret's value: its debug text says all of it
        for definition in desired.of(Kind::Action) {
            self.text(&format!("{:?}", super::actions::body(definition)));
        }
        for order in &desired.bindings {
            let BindingsOrder { trigger, mode, entries, place: _ } = order;
            self.text(trigger.as_str()).text(&format!("{mode:?}"));
            self.list(entries, |bytes, entry| {
                let BindingEntry { action, display_name, place: _ } = entry;
                bytes.text(&format!("{action:?} {display_name:?}"));
            });
        }
        for change in changed {
            self.text(change.kind.as_str());
            let live = change.live.as_ref().and_then(Live::action);
            self.text(&format!("{live:?}"));
            self.list(&change.fields, |bytes, field| {
                if let (Some(Value::Names(old)), Value::Names(new)) = (&field.old, &field.new) {
                    bytes.text(&format!("{old:?} {new:?}"));
                }
            });
        }
    }

    fn live(&mut self, resource: &Live) {
        let Live { id, name, stored_name, trigger, runs, script, dependencies, secrets, body: _ } =
            resource;
        self.text(id.as_str()).text(name.as_str());
        self.option(stored_name.as_ref(), |bytes, name| {
            bytes.text(name);
        });
        self.text(trigger.as_str()).flag(*runs);
        self.option(script.as_ref(), |bytes, script| {
            bytes.text(script.as_str());
        });
        self.option(dependencies.as_ref(), Self::dependencies);
        self.option(secrets.as_ref(), |bytes, keys| {
            bytes.0.extend((keys.len() as u64).to_le_bytes());
            for key in keys {
                bytes.text(key);
            }
        });
    }
}
