//! The shapes of actions and bindings, for their schemas.

#![expect(dead_code, reason = "only the schemas of these types are used")]

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::{BooleanOrMarker, Marker, NonEmpty, OneOrMany, TextsOrMarker};

/// One Auth0 action, as code.
#[derive(JsonSchema)]
#[schemars(title = "hooksync action", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Action {
    /// The kind of definition. Not needed below a folder `actions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<ActionKind>,
    /// The action's name, as the tenant has it to the letter.
    name: NonEmpty,
    /// The point of Auth0's flows at which the action can be bound, such as
    /// `post-login`. Another trigger replaces the action.
    trigger_id: NonEmpty,
    /// The version of the trigger, such as `v3`; by default what the action
    /// has, else the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trigger_version: Option<NonEmpty>,
    /// The runtime, such as `node22`. Left out, it is left as it is on the
    /// tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    runtime: Option<NonEmpty>,
    /// The script's file, relative to this one; by default this file's name
    /// with `.js`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    script: Option<NonEmpty>,
    /// npm packages and their versions, as texts. `{}` means none; left out,
    /// they are left as they are on the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dependencies: Option<TextsOrMarker>,
    /// Modules and the numbers of their versions. `{}` means none; left out,
    /// they are left as they are on the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modules: Option<BTreeMap<String, NumberOrMarker>>,
    /// Secrets. A value that only the tenant has is `_VALUE_NOT_SHOWN_`. `{}`
    /// means none; left out, they are left as they are on the tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secrets: Option<SecretsOrMarker>,
    /// Whether the draft is deployed; by default it is. `false` leaves what is
    /// deployed and bound as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deploy: Option<BooleanOrMarker>,
    /// Names that the action had before: it is renamed and keeps its id,
    /// secrets, versions and bindings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<OneOrMany>,
    /// Markers such as `##HOME##` that are plain text in this action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
enum NumberOrMarker {
    Number(u64),
    Marker(Marker),
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
    /// The value, or a keyword that stands for it.
    value: String,
    /// Since when the value is this one, as a date (00:00 UTC) or a time: it
    /// is sent where the tenant's is older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotated_at: Option<String>,
}

/// Which actions run at a trigger, in which order.
#[derive(JsonSchema)]
#[schemars(title = "hooksync bindings", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Bindings {
    /// The kind of definition.
    kind: BindingsKind,
    /// The actions of each trigger, in the order in which they run. A trigger
    /// that is left out is left as it is on the tenant.
    bindings: BTreeMap<String, Order>,
    /// Markers such as `##HOME##` that are plain text in this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// The whole list: others are unbound.
    Whole(Vec<Bound>),
    /// A list beside others.
    Beside(Beside),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct Beside {
    /// Whether others stay, before these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    append: Option<bool>,
    /// Whether others stay, after these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prepend: Option<bool>,
    /// The actions, in the order in which they run.
    actions: Vec<Bound>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Bound {
    /// An action's name.
    Name(NonEmpty),
    /// An action with more about it.
    Entry(Entry),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    /// The action's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    action: Option<NonEmpty>,
    /// The id of an installed action, which no file defines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<NonEmpty>,
    /// The name that the Dashboard shows in the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
}
