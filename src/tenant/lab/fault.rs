//! Faults as data: what goes wrong, and with which requests.
//!
//! Main types: [`Fault`], with its textual form, and [`Faults`], which picks
//! those that meet a request. The choice depends on nothing but the requests
//! so far and the seed. Must not do anything itself.

use std::fmt;
use std::str::FromStr;

use clap::ValueEnum;

use crate::tenant::choice::choice;
use crate::tenant::message::Request;

/// One thing that goes wrong, and when. Written `WHAT[@CONDITION,...]`, for
/// example `reset-after@POST,/hooks,1` or `503@writes,5%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub what: Effect,
    /// With which requests.
    pub when: When,
}

choice! {
    /// Whether a request is still carried out when it goes wrong.
    Commit {
        Before = "before": "It isn't: the fault comes before.",
        After = "after": "It is: only the answer suffers.",
    }
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The connection is reset instead of an answer.
    Reset(Commit),
    /// No answer ever comes.
    Hang(Commit),
    /// This status with the service's kind of error body.
    Status(u16, Commit),
    /// This status with a web page, as proxies answer.
    Html(u16, Commit),
    /// Carried out, but half of the answer's body is missing; its length
    /// says so, so that the answer is well-formed HTTP.
    Truncate,
    /// Carried out, but the connection ends in the middle of the body.
    Cut,
    /// Carried out, but the body takes this many milliseconds.
    Slow(u64),
    /// The answer comes this many milliseconds later.
    Delay(u64),
    /// 429, as if the bucket were empty.
    Throttle,
    /// Every token issued so far is over, from this request on.
    ExpireTokens,
    /// Before the request, others leave at most this much in the bucket.
    Drain(u32),
    /// Before the request, somebody else changes something.
    Edit(Edit),
}

choice! {
    /// What somebody else changes, on a hook or an action picked by chance.
    Edit {
        Any = "any": "Any of the following, of hooks.",
        Script = "script": "Its script.",
        Toggle = "toggle": "Whether it is on.",
        Rename = "rename": "Its name.",
        Delete = "delete": "Deletes it.",
        Create = "create": "Makes another hook.",
        Secret = "secret": "Adds a secret.",
        Dependencies = "dependencies": "Its dependencies.",
        Action = "action": "Any of the following, of actions.",
        ActionDraft = "action-draft": "The code of a draft.",
        ActionDeploy = "action-deploy": "The code of a draft, deployed.",
        ActionRename = "action-rename": "Its name.",
        ActionSecret = "action-secret": "Adds a secret.",
        ActionDelete = "action-delete": "Deletes it, and its bindings.",
        ActionCreate = "action-create":
            "Makes another action, of the same name as one that is there.",
        BindingsOrder = "bindings-order": "Turns the order of a trigger's bindings around.",
        Unbind = "unbind": "Takes a binding away.",
    }
}

impl Edit {
    /// All that [`Edit::Any`] can be.
    pub(in crate::tenant) const HOOKS: [Self; 7] = [
        Self::Script,
        Self::Toggle,
        Self::Rename,
        Self::Delete,
        Self::Create,
        Self::Secret,
        Self::Dependencies,
    ];

    /// All that [`Edit::Action`] can be.
    pub(in crate::tenant) const ACTIONS: [Self; 8] = [
        Self::ActionDraft,
        Self::ActionDeploy,
        Self::ActionRename,
        Self::ActionSecret,
        Self::ActionDelete,
        Self::ActionCreate,
        Self::BindingsOrder,
        Self::Unbind,
    ];
}

/// Which requests a fault meets. All conditions must hold; none means every
/// request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct When {
    /// This method.
    pub method: Option<String>,
    /// A kind of request.
    pub kind: Option<RequestKind>,
    /// A path, with or without `/api/v2`, in which `*` stands for any text
    /// without a slash.
    pub path: Option<String>,
    /// From the first to the last of those that meet the conditions above,
    /// counted from 1.
    pub numbers: Option<(u64, u64)>,
    /// Every n-th of them.
    pub every: Option<u64>,
    /// With this chance, in hundredths of a percent.
    pub chance: Option<u32>,
    /// At most this often.
    pub times: Option<u64>,
}

choice! {
    /// Kinds of requests.
    RequestKind {
        Reads = "reads": "GET.",
        Writes = "writes": "POST, PATCH and DELETE, but not of a token.",
        Tokens = "tokens": "`/oauth/token`",
    }
}

/// A text that is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no fault: {part:?} is not understood; write WHAT[@CONDITION,...], such as \
     reset-after@POST,/hooks,1 or 503@writes,5% or edit:script@10"
)]
pub struct InvalidFault {
    text: String,
    part: String,
}

impl FromStr for Fault {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let invalid = |part: &str| InvalidFault { text: text.to_owned(), part: part.to_owned() };
        let (what, conditions) = text.trim().split_once('@').unwrap_or((text.trim(), ""));
        let what = effect_of(what.trim()).ok_or_else(|| invalid(what))?;
        let mut when = When::default();
        for condition in conditions.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            when.add(condition).ok_or_else(|| invalid(condition))?;
        }
        Ok(Self { what, when })
    }
}

fn effect_of(text: &str) -> Option<Effect> {
    let (name, argument) = match text.split_once(':') {
        Some((name, argument)) => (name, Some(argument)),
        None => (text, None),
    };
    let number = || argument.map_or(Some(None), |text| text.parse::<u64>().ok().map(Some));
    let effect = match name {
        "slow" => Effect::Slow(number()?.unwrap_or(1000)),
        "delay" => Effect::Delay(number()?.unwrap_or(1000)),
        "drain" => Effect::Drain(u32::try_from(number()?.unwrap_or(0)).ok()?),
        "edit" => Effect::Edit(Edit::from_str(argument.unwrap_or("any"), false).ok()?),
        "html" | "html-before" | "html-after" => {
            let status = u16::try_from(number()?.unwrap_or(502)).ok()?;
            Effect::Html(status_of(status)?, commit_of(name)?)
        }
        _ if argument.is_some() => return None,
        "reset-before" | "reset-after" => Effect::Reset(commit_of(name)?),
        "hang" | "hang-before" | "hang-after" => Effect::Hang(commit_of(name)?),
        "truncate" => Effect::Truncate,
        "cut" => Effect::Cut,
        "429" => Effect::Throttle,
        "expire" => Effect::ExpireTokens,
        _ => {
            let (status, _) = name.split_once('-').unwrap_or((name, ""));
            let status = status_of(status.parse().ok()?).filter(|&status| status >= 400)?;
            Effect::Status(status, commit_of(name)?)
        }
    };
    Some(effect)
}

/// `…-before` is what is meant when neither is said.
fn commit_of(name: &str) -> Option<Commit> {
    let (_, commit) = name.split_once('-').unwrap_or((name, "before"));
    Commit::from_str(commit, false).ok()
}

fn status_of(status: u16) -> Option<u16> {
    (200..600).contains(&status).then_some(status)
}

impl When {
    fn add(&mut self, condition: &str) -> Option<()> {
        if condition.starts_with('/') {
            self.path = Some(condition.to_owned());
        } else if let Some(percent) = condition.strip_suffix('%') {
            let percent: f64 = percent.parse().ok()?;
            // In range, so the cast is exact enough: hundredths of a percent.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let hundredths = (percent * 100.0).round() as u32;
            self.chance = (0.0..=100.0).contains(&percent).then_some(hundredths);
            self.chance?;
        } else if let Some(count) = condition.strip_prefix('x') {
            self.times = Some(count.parse().ok()?);
        } else if let Some(count) = condition.strip_prefix("every ") {
            self.every = Some(count.trim().parse().ok().filter(|&count| count > 0)?);
        } else if condition.starts_with(|c: char| c.is_ascii_digit()) {
            let (first, last) = condition.split_once('-').unwrap_or((condition, condition));
            let last = if last.is_empty() { u64::MAX } else { last.parse().ok()? };
            self.numbers = Some((first.parse().ok()?, last));
        } else if let Ok(kind) = RequestKind::from_str(condition, false) {
            self.kind = Some(kind);
        } else if matches!(condition, "GET" | "POST" | "PATCH" | "DELETE") {
            self.method = Some(condition.to_owned());
        } else {
            return None;
        }
        Some(())
    }

    /// The conditions that don't depend on what came before.
    fn fits(&self, request: &Request) -> bool {
        let path = request.path.as_str();
        let is_token = path == "/oauth/token";
        let kind = match self.kind {
            None => true,
            Some(RequestKind::Reads) => request.method == "GET",
            Some(RequestKind::Writes) => request.method != "GET" && !is_token,
            Some(RequestKind::Tokens) => is_token,
        };
        let short = path.strip_prefix("/api/v2").unwrap_or(path);
        let fits_path = |pattern: &String| matches(pattern, path) || matches(pattern, short);
        kind && self.method.as_ref().is_none_or(|method| *method == request.method)
            && self.path.as_ref().is_none_or(fits_path)
    }
}

/// Part by part: `*` stands for one whole part.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) =
        (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(pattern, part)| *pattern == "*" || pattern == part)
}

/// The faults of a tenant, with how often each has met a request.
pub(in crate::tenant) struct Faults {
    faults: Vec<Watched>,
    random: fastrand::Rng,
}

struct Watched {
    fault: Fault,
    fitting: u64,
    done: u64,
}

impl Faults {
    pub(in crate::tenant) fn new(faults: Vec<Fault>, random: fastrand::Rng) -> Self {
        let watched = |fault| Watched { fault, fitting: 0, done: 0 };
        Self { faults: faults.into_iter().map(watched).collect(), random }
    }

    /// The effects that meet this request, in the order in which the faults
    /// were given.
    pub(in crate::tenant) fn meeting(&mut self, request: &Request) -> Vec<Effect> {
        let Self { faults, random } = self;
        faults.iter_mut().filter_map(|watched| watched.meets(request, random)).collect()
    }

    /// A number below `limit`, which isn't 0.
    pub(in crate::tenant) fn pick(&mut self, limit: usize) -> usize {
        self.random.usize(..limit.max(1))
    }
}

impl Watched {
    fn meets(&mut self, request: &Request, random: &mut fastrand::Rng) -> Option<Effect> {
        let When { method: _, kind: _, path: _, numbers, every, chance, times } = &self.fault.when;
        if !self.fault.when.fits(request) {
            return None;
        }
        self.fitting += 1;
        let number = self.fitting;
        let meets = numbers.is_none_or(|(first, last)| (first..=last).contains(&number))
            && every.is_none_or(|every| number.is_multiple_of(every))
            && chance.is_none_or(|chance| random.u32(..10_000) < chance)
            && times.is_none_or(|times| self.done < times);
        if !meets {
            return None;
        }
        self.done += 1;
        Some(self.fault.what)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reset(commit) => write!(f, "reset-{}", commit.text()),
            Self::Hang(commit) => write!(f, "hang-{}", commit.text()),
            Self::Status(status, commit) => write!(f, "{status}-{}", commit.text()),
            Self::Html(status, commit) => write!(f, "html-{}:{status}", commit.text()),
            Self::Truncate => f.write_str("truncate"),
            Self::Cut => f.write_str("cut"),
            Self::Slow(ms) => write!(f, "slow:{ms}"),
            Self::Delay(ms) => write!(f, "delay:{ms}"),
            Self::Throttle => f.write_str("429"),
            Self::ExpireTokens => f.write_str("expire"),
            Self::Drain(left) => write!(f, "drain:{left}"),
            Self::Edit(edit) => write!(f, "edit:{}", edit.text()),
        }
    }
}
