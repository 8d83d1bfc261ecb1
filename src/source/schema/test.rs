//! The shape of behaviour tests, for their schema.

#![expect(dead_code, reason = "only the schemas of these types are used")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::Marker;

/// Behaviour tests of the hook or action beside this file.
#[derive(JsonSchema)]
#[schemars(title = "hooksync test", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Tests {
    /// Values of keywords in this file. They take precedence over those in hooksync.yaml.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keywords: Option<BTreeMap<String, Value>>,
    /// Values for all cases. A case's own values take precedence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    defaults: Option<Defaults>,
    /// The cases.
    cases: Vec<Case>,
}

/// Values for all cases of a file.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct Defaults {
    /// Merged into the trigger's sample event. null removes a field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<MapOrMarker>,
    /// Secrets by name. Don't use real values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secrets: Option<TextsOrMarker>,
    /// Responses to HTTP requests, whatever the client. A case's own take precedence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    http: Option<Vec<Stub>>,
    /// Stubs of modules that are not available, by module name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modules: Option<BTreeMap<String, ModuleStub>>,
    /// The time at which the run starts, such as "2026-01-01T00:00:00Z".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now: Option<Time>,
    /// The seed of random numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<NumberOrMarker>,
    /// The exported function of an action to call. Default: the one that the trigger calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handler: Option<String>,
}

/// One case.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    /// The name of the case, unique in the file.
    name: String,
    /// Merged into the trigger's sample event. null removes a field. For a hook, its
    /// arguments by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<MapOrMarker>,
    /// Secrets by name. Don't use real values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secrets: Option<TextsOrMarker>,
    /// Responses to HTTP requests, whatever the client. The first match is used. A request
    /// that nothing matches fails the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    http: Option<Vec<Stub>>,
    /// Stubs of modules that are not available, by module name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modules: Option<BTreeMap<String, ModuleStub>>,
    /// The time at which the run starts, such as "2026-01-01T00:00:00Z".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now: Option<Time>,
    /// The seed of random numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<NumberOrMarker>,
    /// The exported function of an action to call. Default: the one that the trigger calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handler: Option<String>,
    /// Runs the case once per entry, with `${name}` replaced by the entry's value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    each: Option<Vec<Map<String, Value>>>,
    /// What is expected. At least one key.
    expect: Expect,
}

/// What a case checks. Values must match exactly, except for `{ $regex: … }`, `{ $any: true
/// }` and `{ $has: … }`.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields, extend("minProperties" = 1))]
struct Expect {
    /// What a user would notice. The same fields for hooks and actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    effect: Option<EffectOrMatcher>,
    /// The error that was returned or thrown: its message, or its fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
    /// Hooks: exactly what was passed to the callback, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    /// Actions: exactly these calls, each a list of a method and its arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<CallsOrMap>,
    /// Exactly these requests, each `{ on, body?, headers? }`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requests: Option<ListOrMap>,
    /// Exactly these calls of modules, each `{ call, args? }`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    calls: Option<ListOrMap>,
    /// Texts, each contained in one line of console output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    logs: Option<Logs>,
    /// Hooks: how often the callback was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answers: Option<u32>,
    /// The limit that was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stopped: Option<Stopped>,
}

/// What a user would notice.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Effect {
    /// `ok`; `denied` if the code denied it; `failed` if the code threw or never answered
    /// on a trigger that blocks, `error` on one that doesn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<OutcomeOrMatcher>,
    /// Custom claims of the access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    claims: Option<Value>,
    /// The scopes, if they were changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<Value>,
    /// The OAuth error, or the code of a validation error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<Value>,
    /// Why it was denied, for the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<Value>,
    /// Why it was denied, for the user.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "userMessage")]
    user_message: Option<Value>,
    /// What was changed. null means removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_metadata: Option<Value>,
    /// What was changed. null means removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app_metadata: Option<Value>,
    /// The error's text, if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<Value>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum EffectOrMatcher {
    Effect(Box<Effect>),
    Matcher(Matcher),
}

/// A map with a matcher, such as `{ $has: … }`.
#[derive(JsonSchema)]
#[schemars(extend("not" = { "propertyNames": { "pattern": "^(?!\\$)" } }))]
struct Matcher(Map<String, Value>);

#[derive(JsonSchema)]
#[schemars(untagged)]
enum OutcomeOrMatcher {
    Word(Word),
    Row(Row),
    Matcher(Map<String, Value>),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Word {
    Ok,
    Denied,
    Failed,
    Error,
}

/// A value of `each`.
#[derive(JsonSchema)]
struct Row(#[schemars(regex(pattern = r"^\$\{"))] String);

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Stopped {
    Limit(Limit),
    Row(Row),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Limit {
    /// Steps, the clock, or too many promises and timers.
    Time,
    /// The heap, the stack, or what was recorded.
    Memory,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum ListOrMap {
    List(Vec<Value>),
    Map(Map<String, Value>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum CallsOrMap {
    List(Vec<ApiCall>),
    Map(Map<String, Value>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum ApiCall {
    /// `[access.deny, reason, text]`.
    Call(MethodAndArguments),
    Matcher(Map<String, Value>),
}

/// A method such as `access.deny`, and its arguments.
#[derive(JsonSchema)]
#[schemars(extend("prefixItems" = [{ "type": "string" }], "minItems" = 1))]
struct MethodAndArguments(Vec<Value>);

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Logs {
    One(String),
    Matcher(Map<String, Value>),
    All(Vec<Value>),
}

/// A response to HTTP requests.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Stub {
    /// The method and URL, such as `POST https://idp.example/*`. `*` matches any text, or
    /// any method.
    #[schemars(regex(pattern = r"^([^ ]* )? *(https?://|\*)|^(##|@@).+(##|@@)"))]
    on: String,
    /// What the request's body must contain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// The response.
    reply: Reply,
    /// How many requests it answers. Default: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
}

/// The response of a stub.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Reply {
    /// The status. Default: 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 599))]
    status: Option<u16>,
    /// The body, as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<Value>,
    /// The body, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Headers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    headers: Option<BTreeMap<String, String>>,
    /// A network error such as `ECONNREFUSED`, instead of a response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fail: Option<String>,
}

/// `auto` records and answers placeholders; a map answers by the path of the
/// call, such as `ManagementClient().getUser()`.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum ModuleStub {
    Auto(Auto),
    Answers(Answers),
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Auto {
    Auto,
}

#[derive(JsonSchema)]
struct Answers {
    /// What `require` returns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exports: Option<Value>,
    #[serde(flatten)]
    others: BTreeMap<String, Answer>,
}

/// What a function or property of a module returns: one of these.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1, "maxProperties" = 1))]
struct Answer {
    /// A value, through the promise or the last callback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    returns: Option<Value>,
    /// An error, through the promise or the last callback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    throws: Option<Value>,
    /// A value, returned directly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum MapOrMarker {
    Map(Map<String, Value>),
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

/// A time with its offset, or with `Z`.
#[derive(JsonSchema)]
struct Time(
    #[schemars(regex(
        pattern = r"^[-+]?\d{4,6}-\d\d-\d\d[Tt ]\d\d(:?\d\d){0,2}([.,]\d+)?([Zz]|[+-]\d\d(:?\d\d)?)|(##|@@).+(##|@@)"
    ))]
    String,
);
