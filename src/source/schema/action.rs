//! The shapes of actions and bindings, for their schemas.

#![expect(dead_code, reason = "only the schemas of these types are used")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::{BooleanOrMarker, Marker, NonEmpty, NumberOrMarker, OneOrMany, TextsOrMarker};

/// One Auth0 action, as code.
#[derive(JsonSchema)]
#[schemars(title = "hooksync action", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Action {
    /// The kind of definition. Not needed inside a folder named `actions`.
    kind: Option<ActionKind>,
    /// The action's name, exactly as on the tenant.
    name: NonEmpty,
    /// The trigger that the action can be bound to, such as `post-login`. If it changes,
    /// the action is deleted and recreated.
    trigger_id: NonEmpty,
    /// The version of the trigger, such as `v3`. Default: the version that the live action
    /// has, or the current version for a new action.
    trigger_version: Option<NonEmpty>,
    /// The runtime, such as `node22`. If omitted, the tenant's runtime is kept.
    runtime: Option<NonEmpty>,
    /// The path of the script, relative to this file. Default: this file's name with `.js`.
    script: Option<NonEmpty>,
    /// npm packages and their versions, as strings. `{}` means none. If omitted, the
    /// tenant's packages are kept.
    dependencies: Option<TextsOrMarker>,
    /// Modules and their version numbers. `{}` means none. If omitted, the tenant's modules
    /// are kept.
    modules: Option<BTreeMap<String, NumberOrMarker>>,
    /// Secrets. `_VALUE_NOT_SHOWN_` stands for a value that only the tenant has. `{}` means
    /// none. If omitted, the tenant's secrets are kept.
    secrets: Option<SecretsOrMarker>,
    /// Whether to deploy the draft. Default: true. With `false`, only the draft changes,
    /// and the deployed version keeps running.
    deploy: Option<BooleanOrMarker>,
    /// Former names. A live action with one of them is renamed and keeps its id, secrets,
    /// versions and bindings.
    renamed_from: Option<OneOrMany>,
    /// Markers such as `##HOME##` that are plain text in this action and are not replaced.
    literal_markers: Option<Vec<String>>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum ActionKind {
    /// An action.
    Action,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum SecretsOrMarker {
    Secrets(BTreeMap<String, Secret>),
    Marker(Marker),
}

/// A secret's value, alone or with the date of its rotation.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Secret {
    Value(String),
    Rotated(Rotated),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct Rotated {
    /// The value, or a keyword marker.
    value: String,
    /// When the value was last changed, as a date (00:00 UTC) or a time. It is sent if the
    /// tenant's value is older.
    rotated_at: Option<String>,
}

/// Which actions run at a trigger, and in which order.
#[derive(JsonSchema)]
#[schemars(title = "hooksync bindings", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Bindings {
    /// The kind of definition.
    kind: BindingsKind,
    /// The actions of each trigger, in the order in which they run. A trigger that is not
    /// listed keeps the tenant's order.
    bindings: BTreeMap<String, Order>,
    /// Markers such as `##HOME##` that are plain text in this file and are not replaced.
    literal_markers: Option<Vec<String>>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum BindingsKind {
    /// Bindings.
    Bindings,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Order {
    /// The complete list: all other actions are unbound.
    Whole(Vec<Bound>),
    /// A list that keeps other bound actions.
    Beside(Beside),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct Beside {
    /// Keep other bound actions, and run them before these.
    append: Option<bool>,
    /// Keep other bound actions, and run them after these.
    prepend: Option<bool>,
    /// The actions, in the order in which they run.
    actions: Vec<Bound>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Bound {
    /// An action's name.
    Name(NonEmpty),
    /// An action with further fields.
    Entry(Entry),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    /// The action's name.
    action: Option<NonEmpty>,
    /// The id of an action installed from the marketplace, which has no file.
    id: Option<NonEmpty>,
    /// The name that the Dashboard shows in the flow. If omitted, the tenant's is kept.
    display_name: Option<String>,
}
