//! The difference of the desired and the live state.
//!
//! One total function, used by `plan` and `apply` alike: there is no second
//! opinion on what would change. Must not refuse anything (`guard`) nor look
//! at options that `policy` has already applied to the desired state.

use std::collections::BTreeSet;

use super::change::{
    Change, FieldChange, Plan, SecretChange, SecretVerb, SecretWrite, Unmanaged, UnresolvedSecret,
    Verb, Warning,
};
use super::policy::{Options, SecretsMode, reshape};
use super::{fingerprint, matching, order, takeover};
use crate::model::{
    Definition, DesiredSecret, DesiredState, Live, LiveState, Name, SecretKey, Trigger,
};

/// What has to happen on `tenant` for `live` to become as `desired`.
#[must_use]
pub fn plan(desired: &DesiredState, live: &LiveState, tenant: &str, options: &Options) -> Plan {
    let desired = reshape(desired, options);
    let pairing = matching::pair(&desired.definitions, &live.resources);
    let mut draft = Draft::new(options);
    for (hook, at) in desired.definitions.iter().zip(&pairing.of_desired) {
        match at.map(|at| &live.resources[at]) {
            None => draft.create(hook),
            Some(live) if live.trigger == hook.trigger => draft.update(hook, live),
            Some(live) => draft.replace(hook, live),
        }
    }
    let paired: BTreeSet<usize> = pairing.of_desired.iter().flatten().copied().collect();
    for (at, hook) in live.resources.iter().enumerate().filter(|(at, _)| !paired.contains(at)) {
        if options.selects(&hook.name) {
            draft.without_definition(hook, pairing.doubles.contains(&at));
        }
    }
    takeover::switch_off_others(&mut draft.changes, &mut draft.warnings, &desired, live);
    draft.absorb_secret_writes();
    draft.changes.sort_by(|a, b| (&a.name, &a.trigger, &a.id).cmp(&(&b.name, &b.trigger, &b.id)));
    draft.secret_writes.sort_by(|a, b| a.name.cmp(&b.name));
    draft.unchanged.retain(|name| {
        !draft.changes.iter().any(|change| change.name == *name && change.source.is_some())
    });
    draft.unchanged.sort();
    draft
        .unmanaged
        .retain(|hook| !draft.changes.iter().any(|change| change.id.as_ref() == Some(&hook.id)));
    draft.unmanaged.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    draft.warn_of_lock_out();
    draft.warnings.sort();
    let Draft { changes, secret_writes, unchanged, unmanaged, warnings, unresolved, .. } = draft;
    let steps = order::steps(&changes, &secret_writes, &live.resources);
    let fingerprint = fingerprint::compute(tenant, options, &desired, &changes, &secret_writes);
    Plan {
        tenant: tenant.to_owned(),
        fingerprint,
        changes,
        secret_writes,
        unchanged,
        unmanaged,
        warnings,
        unresolved,
        steps,
        live_total: live.resources.len(),
        deletes_allowed: options.allow_delete,
        token_lacks: Vec::new(),
    }
}

struct Draft<'a> {
    options: &'a Options,
    changes: Vec<Change>,
    secret_writes: Vec<SecretWrite>,
    unchanged: Vec<Name>,
    unmanaged: Vec<Unmanaged>,
    warnings: Vec<Warning>,
    unresolved: Vec<UnresolvedSecret>,
}

impl<'a> Draft<'a> {
    fn new(options: &'a Options) -> Self {
        Self {
            options,
            changes: Vec::new(),
            secret_writes: Vec::new(),
            unchanged: Vec::new(),
            unmanaged: Vec::new(),
            warnings: Vec::new(),
            unresolved: Vec::new(),
        }
    }

    fn warn(&mut self, code: &'static str, message: String, source: Option<&str>) {
        let source = source.map(str::to_owned);
        self.warnings.push(Warning { code, message, source, position: None });
    }

    fn create(&mut self, hook: &Definition) {
        let (secrets, missing) = self.secrets(hook, &BTreeSet::new());
        let withheld = self.withheld(hook, hook.enabled() == Some(true), &missing);
        self.changes.push(Change {
            verb: Verb::Create,
            name: hook.name.clone(),
            trigger: hook.trigger.clone(),
            id: None,
            source: Some(hook.place.file.clone()),
            live: None,
            fields: all_fields(hook, None),
            secrets,
            blocked: None,
            withheld,
        });
    }

    fn replace(&mut self, hook: &Definition, live: &Live) {
        let (secrets, missing) = self.secrets(hook, &BTreeSet::new());
        let withheld = self.withheld(hook, hook.enabled() == Some(true), &missing);
        self.changes.push(Change {
            verb: Verb::Replace,
            name: hook.name.clone(),
            trigger: hook.trigger.clone(),
            id: Some(live.id.clone()),
            source: Some(hook.place.file.clone()),
            live: Some(live.clone()),
            fields: all_fields(hook, Some(live)),
            secrets,
            blocked: None,
            withheld,
        });
    }

    fn update(&mut self, hook: &Definition, live: &Live) {
        let fields = changed_fields(hook, live, self.options.strict_newlines);
        let none = BTreeSet::new();
        let (secrets, missing) = self.secrets(hook, live.secrets.as_ref().unwrap_or(&none));
        let switched_on =
            fields.iter().any(|field| matches!(field, FieldChange::Enabled { new: true, .. }));
        let withheld = self.withheld(hook, switched_on, &missing);
        if fields.is_empty() && secrets.iter().all(|secret| secret.verb == SecretVerb::Write) {
            self.unchanged.push(hook.name.clone());
            if !secrets.is_empty() {
                self.secret_writes.push(SecretWrite {
                    name: hook.name.clone(),
                    id: live.id.clone(),
                    trigger: hook.trigger.clone(),
                    source: hook.place.file.clone(),
                    keys: secrets.into_iter().map(|secret| secret.key).collect(),
                    blocked: None,
                });
            }
            return;
        }
        self.changes.push(Change {
            verb: Verb::Update,
            name: hook.name.clone(),
            trigger: hook.trigger.clone(),
            id: Some(live.id.clone()),
            source: Some(hook.place.file.clone()),
            live: Some(live.clone()),
            fields,
            secrets,
            blocked: None,
            withheld,
        });
    }

    /// What happens to a definition's secrets, and the keys that only the
    /// tenant could have a value for, and hasn't.
    fn secrets(
        &mut self,
        hook: &Definition,
        live: &BTreeSet<SecretKey>,
    ) -> (Vec<SecretChange>, Vec<SecretKey>) {
        let Some(desired) = &hook.secrets else { return (Vec::new(), Vec::new()) };
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
                        hook: hook.name.clone(),
                        key: key.clone(),
                        keywords: keywords.clone(),
                        source: hook.place.file.clone(),
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
                "{}: the tenant has no secret {} and the definition gives no value; the hook will \
                 lack it until a value is given",
                hook.name,
                missing.join(", ")
            );
            self.warn("HS501", message, Some(&hook.place.file));
        }
        (changes, missing)
    }

    fn withheld(&self, hook: &Definition, on: bool, missing: &[SecretKey]) -> Option<String> {
        (on && !missing.is_empty()).then(|| {
            format!(
                "{} stays switched off: there is no value for its secret {}. Give one and apply \
                 again.",
                hook.name,
                missing.join(", ")
            )
        })
    }

    fn without_definition(&mut self, hook: &Live, double: bool) {
        let known = !matches!(hook.trigger, Trigger::Other(_));
        if double {
            let message = format!(
                "the tenant has more than one hook {} on {}; {} is taken as unmanaged",
                hook.name, hook.trigger, hook.id
            );
            self.warn("HS502", message, None);
        }
        if !known {
            let message = format!(
                "hook {} runs on trigger {}, which this version doesn't know; it is left alone",
                hook.name, hook.trigger
            );
            self.warn("HS503", message, None);
        }
        if self.options.deletes(&hook.name) && known {
            self.changes.push(Change {
                verb: Verb::Delete,
                name: hook.name.clone(),
                trigger: hook.trigger.clone(),
                id: Some(hook.id.clone()),
                source: None,
                live: Some(hook.clone()),
                fields: Vec::new(),
                secrets: Vec::new(),
                blocked: None,
                withheld: None,
            });
        } else {
            if hook.name.as_str().ends_with(matching::REPLACED_SUFFIX)
                || hook.name.as_str().ends_with(matching::RENAME_SUFFIX)
            {
                let message = format!(
                    "hook {} is left over from an interrupted run; --allow-delete removes it",
                    hook.name
                );
                self.warn("HS504", message, None);
            }
            self.unmanaged.push(Unmanaged {
                name: hook.name.clone(),
                trigger: hook.trigger.clone(),
                id: hook.id.clone(),
            });
        }
    }

    /// A hook that is to be changed after all sends its secrets with that.
    fn absorb_secret_writes(&mut self) {
        let changes = &mut self.changes;
        self.secret_writes.retain(|write| {
            let own = changes.iter_mut().find(|change| change.id.as_ref() == Some(&write.id));
            let Some(own) = own else { return true };
            let writes = write.keys.iter().cloned();
            own.secrets.extend(writes.map(|key| SecretChange { key, verb: SecretVerb::Write }));
            own.secrets.sort();
            false
        });
    }

    /// A broken `credentials-exchange` hook stops token requests, those of
    /// this program too.
    fn warn_of_lock_out(&mut self) {
        let risky: Vec<(String, Option<String>)> = self
            .changes
            .iter()
            .filter(|change| change.trigger == Trigger::CredentialsExchange)
            .filter(|change| change.will_run() && !change.fields.is_empty())
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

fn all_fields(hook: &Definition, live: Option<&Live>) -> Vec<FieldChange> {
    let mut fields = vec![
        FieldChange::Name { old: live.map(stored_name), new: hook.name.as_str().to_owned() },
        FieldChange::Trigger {
            old: live.map(|live| live.trigger.clone()),
            new: hook.trigger.clone(),
        },
    ];
    if let Some(new) = hook.enabled() {
        fields.push(FieldChange::Enabled { old: live.map(|live| live.runs), new });
    }
    if let Some(new) = &hook.dependencies {
        let old = live.and_then(|live| live.dependencies.clone());
        fields.push(FieldChange::Dependencies { old, new: new.clone() });
    }
    let old = live.and_then(|live| live.script.clone());
    fields.push(FieldChange::Script { old, new: hook.script.clone() });
    fields
}

fn changed_fields(hook: &Definition, live: &Live, strict: bool) -> Vec<FieldChange> {
    // every field of a live hook has to be thought of here
    let Live {
        id: _,
        name,
        stored_name: _,
        trigger: _,
        runs,
        script,
        dependencies,
        secrets: _,
        body: _,
    } = live;
    let mut fields = Vec::new();
    if *name != hook.name {
        fields.push(FieldChange::Name {
            old: Some(stored_name(live)),
            new: hook.name.as_str().to_owned(),
        });
    }
    if let Some(new) = hook.enabled().filter(|new| new != runs) {
        fields.push(FieldChange::Enabled { old: Some(*runs), new });
    }
    if let Some(new) = &hook.dependencies
        && dependencies.as_ref() != Some(new)
    {
        fields.push(FieldChange::Dependencies { old: dependencies.clone(), new: new.clone() });
    }
    let same = script
        .as_ref()
        .is_some_and(|old| *old == hook.script || (!strict && old.same_but_newlines(&hook.script)));
    if !same {
        fields.push(FieldChange::Script { old: script.clone(), new: hook.script.clone() });
    }
    fields
}

fn stored_name(live: &Live) -> String {
    live.stored_name.clone().unwrap_or_else(|| live.name.as_str().to_owned())
}
