//! The shape of behaviour tests, for their schema.

#![expect(dead_code, reason = "only the schemas of these types are used")]

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::{Marker, NumberOrMarker, TextsOrMarker};

/// Behaviour tests of the hook or action beside this file.
#[derive(JsonSchema)]
#[schemars(title = "hooksync test", rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Tests {
    /// Values of keywords in this file. They take precedence over those in hooksync.yaml.
    keywords: Option<BTreeMap<String, Value>>,
    /// Values for all cases. A case's own values take precedence.
    defaults: Option<Defaults>,
    /// The cases.
    cases: Vec<Case>,
}

/// Values for all cases of a file.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
struct Defaults {
    /// Merged into the trigger's sample event. null removes a field.
    event: Option<MapOrMarker>,
    /// Secrets by name. Don't use real values.
    secrets: Option<TextsOrMarker>,
    /// Responses to HTTP requests, whatever the client. A case's own take precedence.
    http: Option<Vec<Stub>>,
    /// Stubs of modules that are not available, by module name.
    modules: Option<BTreeMap<String, ModuleStub>>,
    /// The time at which the run starts, such as "2026-01-01T00:00:00Z".
    now: Option<Time>,
    /// The seed of random numbers.
    seed: Option<NumberOrMarker>,
    /// The exported function of an action to call. Default: the one that the trigger calls.
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
    event: Option<MapOrMarker>,
    /// Secrets by name. Don't use real values.
    secrets: Option<TextsOrMarker>,
    /// Responses to HTTP requests, whatever the client. The first match is used. A request
    /// that nothing matches fails the case.
    http: Option<Vec<Stub>>,
    /// Stubs of modules that are not available, by module name.
    modules: Option<BTreeMap<String, ModuleStub>>,
    /// The time at which the run starts, such as "2026-01-01T00:00:00Z".
    now: Option<Time>,
    /// The seed of random numbers.
    seed: Option<NumberOrMarker>,
    /// The exported function of an action to call. Default: the one that the trigger calls.
    handler: Option<String>,
    /// Runs the case once per entry, with `${name}` replaced by the entry's value.
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
    effect: Option<EffectOrMatcher>,
    /// The error that was returned or thrown: its message, or its fields.
    error: Option<Value>,
    /// Hooks: exactly what was passed to the callback, as JSON.
    result: Option<Value>,
    /// Actions: exactly these calls, each a list of a method and its arguments.
    api: Option<CallsOrMap>,
    /// Exactly these requests, each `{ on, body?, headers? }`.
    requests: Option<ListOrMap>,
    /// Exactly these calls of modules, each `{ call, args? }`.
    calls: Option<ListOrMap>,
    /// Texts, each contained in one line of console output.
    logs: Option<Logs>,
    /// Hooks: how often the callback was called.
    answers: Option<u32>,
    /// The limit that was reached.
    stopped: Option<Stopped>,
}

/// What a user would notice.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Effect {
    /// `ok`; `denied` if the code denied it; `failed` if the code threw or never answered
    /// on a trigger that blocks, `error` on one that doesn't.
    outcome: Option<OutcomeOrMatcher>,
    /// Custom claims of the access token.
    claims: Option<Value>,
    /// The scopes, if they were changed.
    scope: Option<Value>,
    /// The OAuth error, or the code of a validation error.
    code: Option<Value>,
    /// Why it was denied, for the log.
    reason: Option<Value>,
    /// Why it was denied, for the user.
    #[serde(rename = "userMessage")]
    user_message: Option<Value>,
    /// What was changed. null means removed.
    user_metadata: Option<Value>,
    /// What was changed. null means removed.
    app_metadata: Option<Value>,
    /// The error's text, if it failed.
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
    body: Option<Value>,
    /// The response.
    reply: Reply,
    /// How many requests it answers. Default: all.
    times: Option<u32>,
}

/// The response of a stub.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Reply {
    /// The status. Default: 200.
    #[schemars(range(min = 100, max = 599))]
    status: Option<u16>,
    /// The body, as JSON.
    json: Option<Value>,
    /// The body, as text.
    text: Option<String>,
    /// Headers.
    headers: Option<BTreeMap<String, String>>,
    /// A network error such as `ECONNREFUSED`, instead of a response.
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
    exports: Option<Value>,
    #[serde(flatten)]
    others: BTreeMap<String, Answer>,
}

/// What a function or property of a module returns: one of these.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1, "maxProperties" = 1))]
struct Answer {
    /// A value, through the promise or the last callback.
    returns: Option<Value>,
    /// An error, through the promise or the last callback.
    throws: Option<Value>,
    /// A value, returned directly.
    value: Option<Value>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum MapOrMarker {
    Map(Map<String, Value>),
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
