//! From what a state file holds to the state, with everything made up that a
//! person left out: ids, times, versions.
//!
//! Main type: [`Given`]. Must not touch the disk.

use std::collections::HashSet;

use super::file::{
    FileAction, FileBinding, FileContent, FileModule, FileModuleContent, FileModuleVersion,
    FileSecret, FileVersion, WholeBinding,
};
use super::moment::{Stamp, uuid};
use super::state::{
    Action, Binding, Content, Installed, Module, ModuleContent, ModuleVersion, Secret, TriggerRef,
    Version,
};
use super::triggers;
use crate::tenant::json::{Json, Object, Ordered};
use crate::tenant::state::{SecretKey, State};
use crate::tenant::state_file::{Problem, read_secret};

/// What is made up where a file leaves something out.
pub(in crate::tenant) struct Given<'a> {
    key: SecretKey,
    random: &'a mut fastrand::Rng,
    now: Stamp,
    /// Whether something was, or may not stay in the file.
    pub incomplete: bool,
}

impl<'a> Given<'a> {
    /// With this key, these ids and this time.
    pub(in crate::tenant) fn new(
        key: SecretKey,
        random: &'a mut fastrand::Rng,
        now_ms: u64,
    ) -> Self {
        Self { key, random, now: Stamp::of_ms(now_ms), incomplete: false }
    }

    /// Puts what a file holds into the state.
    pub(in crate::tenant) fn read(
        &mut self,
        state: &mut State,
        modules: Vec<FileModule>,
        actions: Vec<FileAction>,
        bindings: Ordered<Vec<FileBinding>>,
    ) -> Result<(), Problem> {
        let mut ids = HashSet::new();
        let mut once = |kind: &str, id: &str| match ids.insert(id.to_owned()) {
            true => Ok(()),
            false => Err(problem(kind, format!("id {id} is there twice"))),
        };
        for module in modules {
            let module = self.module(module);
            once(&format!("module {}", module.name), &module.id)?;
            state.modules.push(module);
        }
        for action in actions {
            let place = format!("action {}", action.name);
            let action = self.action(action).map_err(|what| problem(&place, what))?;
            once(&place, &action.id)?;
            state.actions.push(action);
        }
        for (trigger, entries) in bindings.iter() {
            for entry in entries {
                let binding = self.binding(state, trigger, entry);
                let place = format!("bindings of {trigger}");
                let binding = binding.map_err(|what| problem(&place, what))?;
                once(&place, &binding.id)?;
                state.bindings.push(binding);
            }
        }
        Ok(())
    }

    fn or_made<T>(&mut self, given: Option<T>, make: impl FnOnce(&mut Self) -> T) -> T {
        given.unwrap_or_else(|| {
            self.incomplete = true;
            make(self)
        })
    }

    fn id(&mut self, given: Option<String>) -> String {
        self.or_made(given, |made| uuid(made.random))
    }

    fn time(&mut self, given: Option<Stamp>) -> Stamp {
        self.or_made(given, |made| made.now)
    }

    fn secrets(&mut self, secrets: Vec<FileSecret>) -> Vec<Secret> {
        let secret = |secret| {
            let (name, value, updated) = match secret {
                FileSecret::Name(name) => (name, None, None),
                FileSecret::Whole { name, value, updated_at } => (name, value, updated_at),
            };
            let (value, plain) = read_secret(value.as_deref(), &self.key);
            self.incomplete |= plain;
            Secret { name, value, updated: self.time(updated) }
        };
        secrets.into_iter().map(secret).collect()
    }

    fn content(&mut self, content: FileContent) -> Result<Content, String> {
        let FileContent { trigger, mut supported_triggers, code, runtime, .. } = content;
        let FileContent { dependencies, secrets, modules, .. } = content;
        if let Some(id) = trigger {
            self.incomplete = true;
            let Some(version) = triggers::current_version(&id) else {
                return Err(format!("{id:?} is not a trigger"));
            };
            supported_triggers = vec![TriggerRef { id, version: version.to_owned() }];
        }
        let Some(first) = supported_triggers.first() else {
            return Err("it has neither trigger nor supported_triggers".to_owned());
        };
        let runtime = self.or_made(runtime, |_| {
            triggers::find(first).map_or("node22", |trigger| trigger.default_runtime()).to_owned()
        });
        Ok(Content {
            code,
            dependencies,
            runtime,
            secrets: self.secrets(secrets),
            modules,
            triggers: supported_triggers,
        })
    }

    fn action(&mut self, action: FileAction) -> Result<Action, String> {
        let FileAction { id, name, created_at, updated_at, draft, build, deployed, .. } = action;
        let FileAction { bindable, next_number, versions, .. } = action;
        let FileAction { installed_integration_id, integration, .. } = action;
        let created = self.time(created_at);
        let draft = self.content(draft)?;
        let mut read = Vec::new();
        for version in versions {
            let FileVersion { id, number, created_at, updated_at, live_at, at_once, content } =
                version;
            read.push(Version {
                id,
                number,
                content: self.content(content)?,
                created: created_at,
                updated: updated_at,
                live: live_at,
                at_once,
            });
        }
        let installed = installed_integration_id.map(|id| Installed {
            id,
            integration: integration.unwrap_or_else(|| Json::Object(Object::default())),
        });
        if deployed && read.is_empty() {
            self.incomplete = true;
            read.push(Version {
                id: uuid(self.random),
                number: installed.is_none().then_some(1),
                content: draft.clone(),
                created,
                updated: created,
                live: created,
                at_once: false,
            });
        }
        let newest = read.iter().filter_map(|version| version.number).max().unwrap_or(0);
        Ok(Action {
            id: self.id(id),
            name,
            created,
            updated: self.time(updated_at),
            draft,
            build: build.unwrap_or_default(),
            bindable: bindable.or(read.first().map(|first| first.live)),
            next_number: next_number.unwrap_or(0).max(newest + 1),
            versions: read,
            installed,
        })
    }

    fn binding(
        &mut self,
        state: &State,
        trigger: &str,
        entry: &FileBinding,
    ) -> Result<Binding, String> {
        triggers::known(trigger).ok_or_else(|| format!("{trigger:?} is not a trigger"))?;
        let by_name = |name: &str| {
            let found = state.action_named(name).map(|action| action.id.clone());
            found.ok_or_else(|| format!("there is no action {name:?}"))
        };
        let (whole, action) = match entry {
            FileBinding::Name(name) => (&WholeBinding::default(), by_name(name)?),
            FileBinding::Whole(whole) => match (&whole.action_id, &whole.action) {
                (Some(id), None) if state.action(id).is_some() => (whole, id.clone()),
                (Some(id), None) => return Err(format!("there is no action with the id {id}")),
                (None, Some(name)) => (whole, by_name(name)?),
                _ => return Err("a binding has either action or action_id".to_owned()),
            },
        };
        let WholeBinding { id, display_name, created_at, updated_at, .. } = whole;
        let created = self.time(*created_at);
        self.incomplete |= whole.action_id.is_none();
        Ok(Binding {
            id: self.id(id.clone()),
            trigger: trigger.to_owned(),
            action,
            created,
            updated: self.time(*updated_at),
            display_name: display_name.clone(),
        })
    }

    fn module(&mut self, module: FileModule) -> Module {
        let FileModule { id, name, created_at, updated_at, draft, versions } = module;
        let mut content = |content: FileModuleContent| {
            let FileModuleContent { code, dependencies, secrets } = content;
            ModuleContent { code, dependencies, secrets: self.secrets(secrets) }
        };
        let draft = content(draft);
        let version = |version: FileModuleVersion| {
            let FileModuleVersion { id, number, created_at, content: held } = version;
            ModuleVersion { id, number, content: content(held), created: created_at }
        };
        let versions = versions.into_iter().map(version).collect();
        let created = self.time(created_at);
        Module { id: self.id(id), name, draft, created, updated: self.time(updated_at), versions }
    }
}

fn problem(place: &str, what: String) -> Problem {
    Problem::Action { place: place.to_owned(), what }
}
