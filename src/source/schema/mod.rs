//! The JSON Schemas of the files that people write, for their editors.
//!
//! The types here stand for shapes and are never filled: what a file holds is
//! read by `native` and `config`, which tell places and reasons that a schema
//! can't. Tests hold the two against each other.

#![expect(dead_code, reason = "only the schemas of these types are used")]

mod action;
mod test;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// The folder beside definitions in which editors find the schemas. Hidden
/// folders hold no definitions.
pub const FOLDER: &str = ".schema";

/// The file of the schema of definitions, in [`FOLDER`].
pub const HOOK_FILE: &str = "hook.json";

/// The line by which an editor knows the schema of a definition that lies
/// beside [`FOLDER`].
pub(crate) const HEADER: &str = "# yaml-language-server: $schema=.schema/hook.json\n";

/// The JSON Schema (draft 2020-12) of a hook's definition.
#[must_use]
pub fn hook() -> String {
    of::<Hook>()
}

/// The files of the schemas of actions and bindings, in [`FOLDER`].
pub const ACTION_FILE: &str = "action.json";
/// See [`ACTION_FILE`].
pub const BINDINGS_FILE: &str = "bindings.json";

/// The line by which an editor knows the schema of an action beside
/// [`FOLDER`].
pub(crate) const ACTION_HEADER: &str = "# yaml-language-server: $schema=.schema/action.json\n";

/// The same of bindings.
pub(crate) const BINDINGS_HEADER: &str = "# yaml-language-server: $schema=.schema/bindings.json\n";

/// The JSON Schema (draft 2020-12) of an action's definition.
#[must_use]
pub fn action() -> String {
    of::<action::Action>()
}

/// The JSON Schema (draft 2020-12) of a file of bindings.
#[must_use]
pub fn bindings() -> String {
    of::<action::Bindings>()
}

/// The file of the schema of behaviour tests, in [`FOLDER`].
pub const TEST_FILE: &str = "test.json";

/// The line by which an editor knows the schema of tests beside [`FOLDER`].
pub(crate) const TEST_HEADER: &str = "# yaml-language-server: $schema=.schema/test.json\n";

/// The JSON Schema (draft 2020-12) of a file of behaviour tests.
#[must_use]
pub fn test() -> String {
    of::<test::Tests>()
}

/// The JSON Schema (draft 2020-12) of hooksync.yaml.
#[must_use]
pub fn config() -> String {
    of::<Config>()
}

fn of<T: JsonSchema>() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<T>();
    // A schema is plain JSON: maps with text keys.
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// One Auth0 hook, as code.
#[derive(JsonSchema)]
#[schemars(title = "hooksync hook", rename_all = "camelCase", deny_unknown_fields)]
struct Hook {
    /// The hook's name. The tenant stores it in kebab-case: `My Hook` and `my-hook` are the
    /// same hook.
    #[schemars(regex(
        pattern = r"^([a-zA-Z0-9]([ \-a-zA-Z0-9]*[a-zA-Z0-9])?|.*(##|@@).+(##|@@).*)$"
    ))]
    name: String,
    /// The trigger that runs the hook. A tenant can't change it: if the trigger changes,
    /// the hook is deleted and recreated.
    trigger_id: TriggerId,
    /// The path of the script, relative to this file. Default: this file's name with `.js`.
    script: Option<NonEmpty>,
    /// Whether the hook runs. Only one hook per trigger can be enabled. If omitted, the
    /// tenant's setting is kept.
    enabled: Option<BooleanOrMarker>,
    /// npm packages and their versions, as strings. `{}` means none. If omitted, the
    /// tenant's packages are kept.
    dependencies: Option<TextsOrMarker>,
    /// Secrets, at most 20. `_VALUE_NOT_SHOWN_` stands for a value that only the tenant
    /// has. `{}` means none. If omitted, the tenant's secrets are kept.
    secrets: Option<TextsOrMarker>,
    /// Former names. A live hook with one of them is renamed and keeps its id and secrets.
    renamed_from: Option<OneOrMany>,
    /// Markers such as `##HOME##` that are plain text in this hook and are not replaced.
    literal_markers: Option<Vec<String>>,
    /// The kind of definition. Needed only inside a folder named `actions`.
    kind: Option<HookKind>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum HookKind {
    /// A hook.
    Hook,
}

/// A trigger, or a keyword marker.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum TriggerId {
    /// One of the five.
    Known(KnownTrigger),
    /// A keyword.
    Marker(Marker),
}

/// Auth0's triggers.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum KnownTrigger {
    /// A machine requests a token.
    CredentialsExchange,
    /// Before a user is stored.
    PreUserRegistration,
    /// After a user was stored.
    PostUserRegistration,
    /// After a password was changed.
    PostChangePassword,
    /// An MFA text message is to be sent.
    SendPhoneMessage,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum BooleanOrMarker {
    Boolean(bool),
    Marker(Marker),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum TextsOrMarker {
    Texts(BTreeMap<String, String>),
    Marker(Marker),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum NumberOrMarker {
    Number(u64),
    Marker(Marker),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// A string of at least one character.
#[derive(JsonSchema)]
struct NonEmpty(#[schemars(length(min = 1))] String);

/// A keyword: `@@KEY@@` is replaced by its value as JSON, `##KEY##` by its
/// text.
#[derive(JsonSchema)]
struct Marker(#[schemars(regex(pattern = r"^(@@.+@@|##.+##)$"))] String);

/// The settings of a hooksync project.
#[derive(JsonSchema)]
#[schemars(title = "hooksync.yaml", rename_all = "camelCase", deny_unknown_fields)]
struct Config {
    /// The folder of hooks, relative to this file.
    hooks: Option<NonEmpty>,
    /// The folder of actions and their bindings, relative to this file.
    actions: Option<NonEmpty>,
    /// Whether to delete hooks and secrets that have no definition. A list of kinds, such
    /// as `[hooks, actions]`, can include actions.
    allow_delete: Option<AllowDelete>,
    /// Values of keywords. `##KEY##` inserts the text, `@@KEY@@` inserts the value as JSON.
    keywords: Option<BTreeMap<String, Value>>,
    /// Environment variables that may also replace keywords outside `secrets`.
    keywords_from_env: Option<Vec<String>>,
    /// Tenants, chosen with `--env NAME`.
    environments: Option<BTreeMap<String, Option<Environment>>>,
    /// How fast requests are sent to a tenant.
    rate_limit: Option<RateLimit>,
    /// Whether apply refuses if a behaviour test of something it would change fails or
    /// can't be run.
    tests: Option<TestsSetting>,
    /// Severities of rules, by code or name.
    rules: Option<BTreeMap<String, Level>>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum TestsSetting {
    /// Apply refuses.
    Required,
    /// Apply doesn't look at tests.
    Optional,
}

/// What may be deleted.
#[derive(JsonSchema)]
#[serde(untagged)]
enum AllowDelete {
    /// Hooks and their secrets, or nothing.
    Hooks(bool),
    /// These kinds. Unbinding an action counts as deleting.
    Kinds(Vec<DeletableKind>),
}

/// A kind that may be deleted.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
enum DeletableKind {
    /// Hooks and their secrets.
    Hooks,
    /// Actions, and entries of bindings.
    Actions,
}

/// One tenant.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct Environment {
    /// The tenant's domain, such as acme.eu.auth0.com.
    domain: Option<NonEmpty>,
    /// Values of keywords for this tenant. They take precedence over the top-level ones.
    keywords: Option<BTreeMap<String, Value>>,
    /// The same as `allowDelete` above, for this tenant.
    allow_delete: Option<AllowDelete>,
}

/// How much of the tenant's rate limit hooksync uses.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct RateLimit {
    /// How much of the limit to leave to other clients: a number of requests, or a share
    /// such as `20%`.
    headroom: Option<NumberOrText>,
    /// The maximum number of requests per second.
    max_rps: Option<NumberOrText>,
    /// The maximum number of requests in flight.
    concurrency: Option<NumberOrText>,
    /// The time limit of a run, such as `10m`.
    timeout: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum NumberOrText {
    Number(f64),
    Text(String),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Level {
    /// Not reported.
    Off,
    /// Reported as a note.
    Note,
    /// Reported as a warning.
    Warning,
    /// Reported as an error.
    Error,
}

#[cfg(test)]
mod tests;
