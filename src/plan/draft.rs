//! A plan under construction: what all kinds have in common when a definition
//! is compared with what is live.
//!
//! The fields that differ come from the kind's own folder; what happens to
//! secrets, what is left over and what the reader has to know is decided here,
//! once. Must not order anything.

use std::collections::BTreeSet;

use super::change::{Change, SecretChange, SecretVerb, Unmanaged, UnresolvedSecret, Verb, Warning};
use super::policy::{Options, SecretsMode};
use super::{FieldChange, matching};
use crate::model::{Definition, DesiredSecret, Live, Name, SecretKey, Trigger};

pub(super) struct Draft<'a> {
    pub(super) options: &'a Options,
    pub(super) changes: Vec<Change>,
    pub(super) unchanged: Vec<Name>,
    pub(super) unmanaged: Vec<Unmanaged>,
    pub(super) warnings: Vec<Warning>,
    pub(super) unresolved: Vec<UnresolvedSecret>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        Self {
            options,
            changes: Vec::new(),
            unchanged: Vec::new(),
            unmanaged: Vec::new(),
            warnings: Vec::new(),
            unresolved: Vec::new(),
        }
    }

    pub(super) fn warn(&mut self, code: &'static str, message: String, source: Option<&str>) {
        let source = source.map(str::to_owned);
        self.warnings.push(Warning { code, message, source, position: None });
    }

    pub(super) fn create(&mut self, definition: &Definition, fields: Vec<FieldChange>) {
        let (secrets, missing) = self.secrets(definition, &BTreeSet::new());
        let change = Change {
            fields,
            secrets,
            source: Some(definition.place.file.clone()),
            ..of_definition(Verb::Create, definition)
        };
        self.push(definition, change, &missing);
    }

    pub(super) fn replace(
        &mut self,
        definition: &Definition,
        live: &Live,
        fields: Vec<FieldChange>,
    ) {
        let (secrets, missing) = self.secrets(definition, &BTreeSet::new());
        let change = Change {
            id: Some(live.id.clone()),
            live: Some(live.clone()),
            fields,
            secrets,
            ..of_definition(Verb::Replace, definition)
        };
        self.push(definition, change, &missing);
    }

    pub(super) fn update(
        &mut self,
        definition: &Definition,
        live: &Live,
        fields: Vec<FieldChange>,
    ) {
        let none = BTreeSet::new();
        let (secrets, missing) = self.secrets(definition, live.secrets.as_ref().unwrap_or(&none));
        let is_change =
            !fields.is_empty() || secrets.iter().any(|secret| secret.verb != SecretVerb::Write);
        if !is_change {
            self.unchanged.push(definition.name.clone());
            if secrets.is_empty() {
                return;
            }
        }
        let verb = if is_change { Verb::Update } else { Verb::Resend };
        let change = Change {
            id: Some(live.id.clone()),
            live: Some(live.clone()),
            fields,
            secrets,
            ..of_definition(verb, definition)
        };
        self.push(definition, change, &missing);
    }

    /// A hook is not switched on while it lacks a secret that only the tenant
    /// could have had.
    fn push(&mut self, definition: &Definition, mut change: Change, missing: &[SecretKey]) {
        if change.enabled() == Some(true) && !missing.is_empty() {
            change.withheld = Some(format!(
                "{} stays switched off: there is no value for its secret {}. Give one and apply \
                 again.",
                definition.name,
                missing.join(", ")
            ));
        }
        self.changes.push(change);
    }

    /// What happens to a definition's secrets, and the keys that only the
    /// tenant could have a value for, and hasn't.
    fn secrets(
        &mut self,
        definition: &Definition,
        live: &BTreeSet<SecretKey>,
    ) -> (Vec<SecretChange>, Vec<SecretKey>) {
        let Some(desired) = &definition.secrets else { return (Vec::new(), Vec::new()) };
        let (mut changes, mut missing) = (Vec::new(), Vec::new());
        for (key, value) in desired {
            let verb = if live.contains(key) { SecretVerb::Write } else { SecretVerb::Create };
            match value {
                DesiredSecret::Kept => {
                    if verb == SecretVerb::Create {
                        missing.push(key.clone());
                    }
                    continue;
                }
                DesiredSecret::Value(_) | DesiredSecret::Unresolved { .. }
                    if verb == SecretVerb::Write
                        && self.options.secrets == SecretsMode::Missing => {}
                DesiredSecret::Value(_) => changes.push(SecretChange { key: key.clone(), verb }),
                DesiredSecret::Unresolved { keywords } => {
                    changes.push(SecretChange { key: key.clone(), verb });
                    self.unresolved.push(UnresolvedSecret {
                        hook: definition.name.clone(),
                        key: key.clone(),
                        keywords: keywords.clone(),
                        source: definition.place.file.clone(),
                    });
                }
            }
        }
        for key in live.iter().filter(|key| !desired.contains_key(*key)) {
            changes.push(SecretChange { key: key.clone(), verb: SecretVerb::Delete });
        }
        changes.sort();
        if !missing.is_empty() {
            let message = format!(
                "{}: the tenant has no secret {} and the definition gives no value; the {} will \
                 lack it until a value is given",
                definition.name,
                missing.join(", "),
                definition.kind()
            );
            self.warn("HS501", message, Some(&definition.place.file));
        }
        (changes, missing)
    }

    pub(super) fn without_definition(&mut self, live: &Live, double: bool) {
        let known = !matches!(live.trigger, Trigger::Other(_));
        if double {
            let message = format!(
                "the tenant has more than one hook {} on {}; {} is taken as unmanaged",
                live.name, live.trigger, live.id
            );
            self.warn("HS502", message, None);
        }
        if !known {
            let message = format!(
                "hook {} runs on trigger {}, which this version doesn't know; it is left alone",
                live.name, live.trigger
            );
            self.warn("HS503", message, None);
        }
        let (kind, name, trigger) = (live.kind(), live.name.clone(), live.trigger.clone());
        if self.options.deletes(kind, &live.name) && known {
            self.changes.push(Change {
                id: Some(live.id.clone()),
                live: Some(live.clone()),
                ..Change::new(Verb::Delete, kind, name, trigger)
            });
            return;
        }
        if live.name.as_str().ends_with(matching::REPLACED_SUFFIX)
            || live.name.as_str().ends_with(matching::RENAME_SUFFIX)
        {
            let message = format!(
                "hook {} is left over from an interrupted run; --allow-delete removes it",
                live.name
            );
            self.warn("HS504", message, None);
        }
        self.unmanaged.push(Unmanaged { kind, name, trigger, id: live.id.clone() });
    }

    /// Puts everything in order. What is changed for the sake of something
    /// else is neither unchanged nor unmanaged.
    pub(super) fn settle(&mut self) {
        let changes = &mut self.changes;
        changes.sort_by(|a, b| {
            let key = |change: &Change| (change.verb == Verb::Resend, change.kind);
            key(a)
                .cmp(&key(b))
                .then_with(|| (&a.name, &a.trigger, &a.id).cmp(&(&b.name, &b.trigger, &b.id)))
        });
        let changed = |change: &&Change| change.verb != Verb::Resend;
        self.unchanged.retain(|name| {
            !changes
                .iter()
                .filter(changed)
                .any(|change| change.name == *name && change.source.is_some())
        });
        self.unchanged.sort();
        self.unmanaged
            .retain(|live| !changes.iter().any(|change| change.id.as_ref() == Some(&live.id)));
        self.unmanaged.sort_by(|a, b| (a.kind, &a.name, &a.id).cmp(&(b.kind, &b.name, &b.id)));
        self.warn_of_lock_out();
        self.warnings.sort();
    }

    /// A broken `credentials-exchange` hook stops token requests, those of
    /// this program too.
    fn warn_of_lock_out(&mut self) {
        let risky = self.changes.iter().filter(|change| change.can_lock_out());
        let risky: Vec<(String, Option<String>)> = risky
            .map(|change| {
                let message = format!(
                    "{} runs on every client-credentials grant: if it fails, machines get no \
                     tokens, this client included. Keep a valid access token at hand.",
                    change.name
                );
                (message, change.source.clone())
            })
            .collect();
        for (message, source) in risky {
            self.warn("HS505", message, source.as_deref());
        }
    }
}

fn of_definition(verb: Verb, definition: &Definition) -> Change {
    Change {
        source: Some(definition.place.file.clone()),
        ..Change::new(verb, definition.kind(), definition.name.clone(), definition.trigger.clone())
    }
}
