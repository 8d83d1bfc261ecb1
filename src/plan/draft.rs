//! A plan under construction: what all kinds have in common when a definition
//! is compared with what is live.
//!
//! The fields that differ come from the kind's own folder; what happens to
//! secrets, what is left over and what the reader has to know is decided here,
//! once. Must not order anything.

use std::collections::BTreeSet;

use super::change::{Change, SecretChange, SecretVerb, Unmanaged, UnresolvedSecret, Verb, Warning};
use super::codes;
use super::policy::{Options, SecretsMode};
use super::{Field, FieldChange, kinds};
use crate::model::{Definition, DesiredSecret, DesiredState, Kind, Live, Name, SecretKey};

pub(super) struct Draft<'a> {
    pub(super) options: &'a Options,
    pub(super) changes: Vec<Change>,
    pub(super) unchanged: Vec<(Kind, Name)>,
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
        self.warnings.push(Warning { code: code.into(), message, source, position: None });
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

    /// `fields` gives those that differ, once it is known what happens to the
    /// secrets.
    pub(super) fn update(
        &mut self,
        definition: &Definition,
        live: &Live,
        fields: impl FnOnce(&[SecretChange]) -> Vec<FieldChange>,
    ) {
        let none = BTreeSet::new();
        let (mut secrets, missing) =
            self.secrets(definition, live.secrets.as_ref().unwrap_or(&none));
        kinds::add_outdated(definition, live, &mut secrets, self);
        let fields = fields(&secrets);
        let counts = |secret: &SecretChange| {
            secret.verb != SecretVerb::Write || definition.kind().runs_secrets()
        };
        let is_change = !fields.is_empty() || secrets.iter().any(counts);
        if !is_change {
            self.unchanged.push((definition.kind(), definition.name.clone()));
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

    /// Nothing is switched on while it lacks a secret that only the tenant
    /// could have had.
    fn push(&mut self, definition: &Definition, mut change: Change, missing: &[SecretKey]) {
        let deploys = change.field(Field::Deploy).and_then(|field| field.new.flag());
        let off = match (change.enabled(), deploys) {
            (Some(true), _) => Some("stays switched off"),
            (_, Some(true)) => Some("is not deployed"),
            _ => None,
        };
        if let Some(why) = kinds::loses_secrets(&change, missing) {
            change.blocked = Some(why);
        } else if let Some(off) = off.filter(|_| !missing.is_empty()) {
            change.withheld = Some(format!(
                "{} {off}: there is no value for its secret {}. Set a value and apply again.",
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
                DesiredSecret::Value(_)
                | DesiredSecret::Reference(_)
                | DesiredSecret::Unresolved { .. }
                    if verb == SecretVerb::Write
                        && self.options.secrets_of(definition.kind()) == SecretsMode::Missing => {}
                DesiredSecret::Value(_) => changes.push(SecretChange::new(key.clone(), verb)),
                DesiredSecret::Reference(found) => changes.push(SecretChange {
                    reference: Some(found.clone()),
                    ..SecretChange::new(key.clone(), verb)
                }),
                DesiredSecret::Unresolved { keywords } => {
                    changes.push(SecretChange::new(key.clone(), verb));
                    self.unresolved.push(UnresolvedSecret {
                        name: definition.name.clone(),
                        key: key.clone(),
                        keywords: keywords.clone(),
                        source: definition.place.file.clone(),
                    });
                }
            }
        }
        for key in live.iter().filter(|key| !desired.contains_key(*key)) {
            changes.push(SecretChange::new(key.clone(), SecretVerb::Delete));
        }
        changes.sort();
        if !missing.is_empty() {
            let message = format!(
                "{}: the tenant has no secret {} and the definition gives no value; the {} will lack it until it has a value",
                definition.name,
                missing.join(", "),
                definition.kind()
            );
            self.warn(codes::SECRET_WITHOUT_VALUE, message, Some(&definition.place.file));
        }
        (changes, missing)
    }

    /// The tenant has ended a kind: what files define of it can't be compared
    /// and is blocked, and nothing counts as deleted.
    pub(super) fn removed(&mut self, kind: Kind, desired: &DesiredState, why: &str) {
        let mut count = 0;
        for definition in desired.of(kind) {
            count += 1;
            let blocked = Some(format!("the tenant has ended {}", kind.plural()));
            self.changes.push(Change { blocked, ..of_definition(Verb::Create, definition) });
        }
        if count > 0 {
            let noun = if count == 1 { kind.as_str() } else { kind.plural() };
            let message = format!(
                "the tenant has ended {}, so {count} {noun} can't be applied: {why}",
                kind.plural()
            );
            self.warn(codes::KIND_ENDED, message, None);
        }
    }

    pub(super) fn without_definition(&mut self, live: &Live, double: bool) {
        let kind = live.kind();
        let known = kind.knows(&live.trigger);
        let installed = live.action().is_some_and(|action| action.installed);
        if double {
            let message = format!(
                "the tenant has more than one {kind} {}; the one with the id {} ({}) is left alone",
                live.name, live.id, live.trigger
            );
            self.warn(codes::SECOND_OF_NAME, message, None);
        }
        if !known {
            let message = format!(
                "{kind} {} has the trigger {}, which this version doesn't know; it is left alone",
                live.name, live.trigger
            );
            self.warn(codes::UNKNOWN_TRIGGER, message, None);
        }
        let (name, trigger) = (live.name.clone(), live.trigger.clone());
        if self.options.deletes(kind, &live.name) && known && !installed && !double {
            self.changes.push(Change {
                id: Some(live.id.clone()),
                live: Some(live.clone()),
                ..Change::new(Verb::Delete, kind, name, trigger)
            });
            return;
        }
        if kinds::is_left_over(live) {
            let message = format!(
                "{kind} {} is left over from an interrupted run; --allow-delete removes it",
                live.name
            );
            self.warn(codes::LEFT_OVER, message, None);
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
        self.unchanged.retain(|(kind, name)| {
            !changes.iter().filter(changed).any(|change| {
                change.kind == *kind && change.name == *name && change.source.is_some()
            })
        });
        self.unchanged.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
        self.unmanaged
            .retain(|live| !changes.iter().any(|change| change.id.as_ref() == Some(&live.id)));
        self.unmanaged.sort_by(|a, b| (a.kind, &a.name, &a.id).cmp(&(b.kind, &b.name, &b.id)));
        self.warn_of_lock_out();
        self.warnings.sort();
    }

    /// Broken code at `credentials-exchange` stops token requests, those of
    /// this program too; at `post-login` every login.
    fn warn_of_lock_out(&mut self) {
        let risky: Vec<(String, Option<String>)> = self
            .changes
            .iter()
            .filter_map(|change| {
                let names = change.locks_out_by(&self.changes);
                let said = format!("{}{}", names.join(", "), change.lock_out(names.len()));
                (!names.is_empty()).then_some((said, change.source.clone()))
            })
            .collect();
        for (message, source) in risky {
            self.warn(codes::LOCK_OUT, message, source.as_deref());
        }
    }
}

fn of_definition(verb: Verb, definition: &Definition) -> Change {
    Change {
        source: Some(definition.place.file.clone()),
        ..Change::new(verb, definition.kind(), definition.name.clone(), definition.trigger.clone())
    }
}
