//! The state file's text: JSON that is easy to write by hand.
//!
//! Main functions: [`read()`], [`write()`]. Must not touch the disk. A value of a
//! secret is read (a person may write one) but never written.

use std::collections::HashSet;
use std::fmt::Write;

use serde::{Deserialize, Deserializer};
use serde_json::json;
use ulid::Ulid;

use super::actions::file::{self, FileAction, FileBinding, FileModule};
use super::actions::given::Given;
use super::json::{Json, Ordered, without_nulls};
use super::state::{Hook, MAX_SECRETS, SecretDigest, SecretKey, State, TRIGGERS, digest_of};

/// The only format there is so far.
const VERSION: u32 = 1;
const WRITTEN: &str = "written:";
/// What earlier versions kept: enough to guess a short value from.
const GUESSABLE: &str = "sha256:";

/// What is wrong with a state file.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It isn't the JSON that a state file is.
    #[error("it is not a state file: {0}")]
    Format(#[from] serde_json::Error),
    /// It is of another version.
    #[error("it has version {0}, and this program reads version {VERSION}")]
    Version(u32),
    /// Something about one hook.
    #[error("hook {number} ({name}): {what}")]
    Hook {
        /// Counted from 1.
        number: usize,
        /// Its name or id.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// Something about one action, module, or trigger's bindings.
    #[error("{place}: {what}")]
    Action {
        /// Which one.
        place: String,
        /// What is wrong.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "version")]
    version: u32,
    /// Of earlier versions; no longer written.
    salt: Option<String>,
    #[serde(default)]
    hooks: Vec<FileHook>,
    #[serde(default)]
    actions: Vec<FileAction>,
    #[serde(default)]
    bindings: Ordered<Vec<FileBinding>>,
    #[serde(default)]
    modules: Vec<FileModule>,
}

fn version() -> u32 {
    VERSION
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct FileHook {
    id: Option<String>,
    name: Option<String>,
    trigger_id: String,
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    dependencies: Ordered<String>,
    #[serde(default, deserialize_with = "names_or_map")]
    secrets: Ordered<Option<String>>,
    script: String,
}

/// `["KEY"]` or `{"KEY": "sha256:…" | "a value" | null}`.
fn names_or_map<'de, D: Deserializer<'de>>(from: D) -> Result<Ordered<Option<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "secrets are a list of names, or an object of names and texts")]
    enum Secrets {
        Names(Vec<String>),
        Map(Ordered<Option<String>>),
    }
    Ok(match Secrets::deserialize(from)? {
        Secrets::Names(names) => names.into_iter().map(|name| (name, None)).collect(),
        Secrets::Map(map) => map,
    })
}

/// A state as read, and whether its file lacks something that was made up
/// here (ids, times) or holds something that may not stay (values).
#[derive(Debug)]
pub(super) struct Read {
    /// The state.
    pub state: State,
    /// Whether it has to be written back before it is used.
    pub incomplete: bool,
}

impl State {
    /// What the text of a state file says, for tests that need no server.
    /// `random` makes what it leaves out.
    ///
    /// # Errors
    /// When it isn't such a text.
    pub fn from_text(text: &str, mut random: fastrand::Rng, now_ms: u64) -> Result<Self, Problem> {
        let key = new_key(&mut random);
        read(text, key, &mut random, now_ms).map(|read| read.state)
    }
}

/// Reads a state file. `key` digests the values that a person wrote into it,
/// `random` and `now_ms` make what the file leaves out.
pub(super) fn read(
    text: &str,
    key: SecretKey,
    random: &mut fastrand::Rng,
    now_ms: u64,
) -> Result<Read, Problem> {
    let File { version, salt, hooks, actions, bindings, modules } =
        serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
    if version != VERSION {
        return Err(Problem::Version(version));
    }
    let mut incomplete = salt.is_some();
    let mut state = State::empty(key);
    let mut ids = HashSet::new();
    for (at, hook) in hooks.into_iter().enumerate() {
        let name = hook.name.as_ref().or(hook.id.as_ref()).cloned().unwrap_or_default();
        let problem = |what: String| Problem::Hook { number: at + 1, name: name.clone(), what };
        incomplete |= hook.id.is_none();
        let hook = hook_of(hook, &key, &mut incomplete, || {
            Ulid::from_parts(now_ms, random.u128(..)).to_string()
        })
        .map_err(problem)?;
        if !ids.insert(hook.id.clone()) {
            return Err(problem(format!("id {} is there twice", hook.id)));
        }
        state.hooks.push(hook);
    }
    let mut given = Given::new(key, random, now_ms);
    given.read(&mut state, modules, actions, bindings)?;
    Ok(Read { incomplete: incomplete | given.incomplete, state })
}

fn hook_of(
    hook: FileHook,
    key: &SecretKey,
    incomplete: &mut bool,
    new_id: impl FnOnce() -> String,
) -> Result<Hook, String> {
    let FileHook { id, name, trigger_id, enabled, dependencies, secrets, script } = hook;
    if !TRIGGERS.contains(&trigger_id.as_str()) {
        return Err(format!("triggerId {trigger_id:?} is none of {}", TRIGGERS.join(", ")));
    }
    if secrets.len() > MAX_SECRETS {
        return Err(format!("it has {} secrets; {MAX_SECRETS} is the most", secrets.len()));
    }
    let id = id.unwrap_or_else(new_id);
    if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err("an id is made of ASCII letters, digits and hyphens".to_owned());
    }
    let secrets = secrets
        .iter()
        .map(|(name, value)| {
            let (digest, plain) = read_secret(value.as_deref(), key);
            *incomplete |= plain;
            (name.to_owned(), digest)
        })
        .collect();
    Ok(Hook { id, name, script, dependencies, enabled, trigger_id, secrets })
}

/// What a file says of a secret, and whether that may not stay there.
pub(super) fn read_secret(value: Option<&str>, key: &SecretKey) -> (SecretDigest, bool) {
    let Some(text) = value else { return (SecretDigest::Unknown, false) };
    let hex = |prefix| text.strip_prefix(prefix);
    if let Some((name, digest)) = hex(WRITTEN).and_then(|hex| hex.split_once(':'))
        && let (Some(key), Some(digest)) = (unhex(name), unhex(digest))
    {
        return (SecretDigest::Of { key, digest }, false);
    }
    if hex(GUESSABLE).and_then(unhex::<32>).is_some() {
        return (SecretDigest::Unknown, true);
    }
    (digest_of(key, text), true)
}

/// How a file says it.
pub(super) fn write_secret(digest: &SecretDigest) -> Option<String> {
    match digest {
        SecretDigest::Of { key, digest } => Some(format!("{WRITTEN}{}:{}", hex(key), hex(digest))),
        SecretDigest::Unknown => None,
    }
}

/// The text of a state file.
pub(super) fn write(state: &State) -> String {
    let State { hooks, actions, bindings, modules, key: _ } = state;
    let bindings = file::bindings(bindings);
    let file = without_nulls(json!({
        "version": VERSION,
        "hooks": hooks.iter().map(hook).collect::<Json>(),
        "actions": file::unless_empty(actions.iter().map(file::action).collect()),
        "bindings": (!bindings.is_empty()).then_some(bindings),
        "modules": file::unless_empty(modules.iter().map(file::module).collect()),
    }));
    format!("{file:#}\n")
}

fn hook(hook: &Hook) -> Json {
    let Hook { id, name, script, dependencies, enabled, trigger_id, secrets } = hook;
    let secrets = secrets.iter().map(|(key, digest)| (key.clone(), write_secret(digest)));
    without_nulls(json!({
        "id": id,
        "name": name,
        "triggerId": trigger_id,
        "enabled": enabled,
        "dependencies": dependencies,
        "secrets": secrets.collect::<Ordered<_>>(),
        "script": script,
    }))
}

/// A key for a process.
pub(super) fn new_key(random: &mut fastrand::Rng) -> SecretKey {
    SecretKey::new(random.u128(..).to_be_bytes())
}

/// Bytes as lower case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
