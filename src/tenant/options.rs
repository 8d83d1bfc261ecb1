//! Everything about the local tenant that can be chosen, as plain data with
//! defaults, and the textual forms of the choices.
//!
//! Main type: [`Options`]. Must not do anything.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use secrecy::SecretString;

use super::actions;
use super::choice::{Invalid, choice};
use super::lab::fault::Fault;
use super::rate::{Limit, Rate};

/// The client id of the local tenant, unless another is chosen.
pub const DEFAULT_CLIENT_ID: &str = "local-client";
/// The client secret of the local tenant, unless another is chosen. It
/// protects nothing: the local tenant listens on loopback only.
pub const DEFAULT_CLIENT_SECRET: &str = "local-client-secret";
/// The scopes of the Hooks endpoints.
pub const HOOK_SCOPES: [&str; 4] = ["read:hooks", "create:hooks", "update:hooks", "delete:hooks"];

/// The scopes of the Actions endpoints.
pub const ACTION_SCOPES: [&str; 4] =
    ["read:actions", "create:actions", "update:actions", "delete:actions"];

/// What Auth0's Deploy CLI asks for before a dry run: the list of clients.
const CLIENTS_SCOPE: &str = "read:clients";

/// What `hooksync drift` asks for, to say who changed something.
const LOGS_SCOPE: &str = "read:logs";

/// How the local tenant is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The loopback port; 0 lets the system choose.
    pub port: u16,
    /// The state file; without one the state lives in memory only.
    pub state: Option<PathBuf>,
    /// The client that may ask for tokens.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// The PEM public key of its assertions (`private_key_jwt`). Without one
    /// everything about an assertion is checked but the signature.
    pub client_public_key: Option<String>,
    /// The only audience taken; by default the tenant's own,
    /// `https://HOST/api/v2/`, with `http` too.
    pub audience: Option<String>,
    /// What tokens are good for.
    pub scopes: Vec<String>,
    /// How long tokens live, in seconds.
    pub token_lifetime: u64,
    /// What the Hooks endpoints do where the facts leave a choice.
    pub behaviour: Behaviour,
    /// What the Actions endpoints do where the facts leave a choice.
    pub actions: actions::Behaviour,
    /// Rate limiting.
    pub limits: Limits,
    /// How long answers take.
    pub latency: Latency,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// Serves TLS, with a certificate made at start.
    pub tls: bool,
    /// Where to write the certificate of the authority that clients have to
    /// trust, as PEM; by default beside the state file, `STATE.ca.pem`.
    pub ca_file: Option<PathBuf>,
    /// Where to append the request log.
    pub log: Option<PathBuf>,
    /// Makes ids, jitter and chance repeatable.
    pub seed: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            state: None,
            client_id: DEFAULT_CLIENT_ID.to_owned(),
            client_secret: DEFAULT_CLIENT_SECRET.into(),
            client_public_key: None,
            audience: None,
            scopes: [&HOOK_SCOPES[..], &ACTION_SCOPES, &[CLIENTS_SCOPE, LOGS_SCOPE]]
                .concat()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            token_lifetime: 86_400,
            behaviour: Behaviour::default(),
            actions: actions::Behaviour::default(),
            limits: Limits::default(),
            latency: Latency::default(),
            faults: Vec::new(),
            tls: false,
            ca_file: None,
            log: None,
            seed: None,
        }
    }
}

/// The choices of the Hooks endpoints, as flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Args)]
#[group(skip)]
pub struct Behaviour {
    /// What the tenant allows with hooks
    #[arg(long, value_name = "MODE", value_enum, default_value_t)]
    pub mode: Mode,
    /// What enabling a second hook of a trigger does
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    pub second_enabled: SecondEnabled,
    /// How much a list of hooks contains
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    pub list: ListDetail,
    /// Text with which writes of hooks are refused
    #[arg(long, value_name = "WORDS", value_enum, default_value_t)]
    pub refusal: Refusal,
    /// Where names of hooks must be unique
    #[arg(long, value_name = "WHERE", value_enum, default_value_t)]
    pub unique_names: UniqueNames,
}

choice! {
    /// What may be done with hooks.
    Mode {
        Legacy = "legacy": "Everything, as before 2024-11-18.",
        ReadOnly = "read-only": "Since 2024-11-18: reading, deleting, secrets and PATCH of `enabled` alone; no create, no other PATCH.",
        NotAllowed = "not-allowed": "Every call is answered 403 `hooks_not_allowed`.",
        Removed = "removed": "Every call is answered 404, as for a route that isn't there.",
        Gone = "gone": "Every call is answered 410.",
    }
}

choice! {
    /// In which words a write is refused in a mode that forbids it.
    Refusal {
        HooksNotAllowed = "hooks-not-allowed": "403 with `hooks_not_allowed` (recorded).",
        Disabled = "disabled": "403 \"This endpoint is disabled for your tenant.\" (documented).",
    }
}

choice! {
    /// What happens when a second hook of a trigger is switched on.
    SecondEnabled {
        SwitchOffOther = "switch-off-other": "PATCH switches the other one off; a created hook comes out switched off.",
        Refuse = "refuse": "409.",
        RefuseBadRequest = "refuse-400": "400.",
        AllowBoth = "allow-both": "Both are on.",
    }
}

choice! {
    /// Where names must be unique.
    UniqueNames {
        Tenant = "tenant": "In the whole tenant.",
        Trigger = "trigger": "Among the hooks of one trigger.",
        Nowhere = "nowhere": "Nowhere: two hooks of one name were seen (reported in 2020).",
    }
}

choice! {
    /// What the hooks in a list carry.
    ListDetail {
        Full = "full": "All fields (documented).",
        Summary = "summary": "No `script` and no `dependencies`, even if asked for.",
    }
}

choice! {
    /// Which responses carry rate limit headers.
    RateHeaders {
        Success = "success": "2xx and 429 (recorded).",
        All = "all": "Every response.",
        Never = "never": "None, not even 429.",
    }
}

choice! {
    /// Whether a 429 says when to come back.
    RetryAfter {
        Absent = "none": "It doesn't (nothing for hooks is documented).",
        Seconds = "seconds": "In seconds.",
        Date = "date": "As an HTTP date.",
    }
}

/// The bucket of `/oauth/token`.
const TOKEN_LIMIT: Limit = Limit::new(30, Rate::per_second(30));

/// Rate limiting, as flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Args)]
pub struct Limits {
    /// The Management API's bucket, which the headers show.
    #[command(flatten)]
    pub api: Limit,
    /// Add a second bucket that no header shows, such as 10:2/s or `free`
    // It is checked first.
    #[arg(long = "hidden-limit", value_name = "N:N/TIME")]
    pub global: Option<Limit>,
    /// Rate that another client uses all the time, such as 5/s
    #[arg(long, value_name = "N/TIME")]
    pub rival: Option<Rate>,
    /// The bucket of `/oauth/token`.
    #[arg(skip = TOKEN_LIMIT)]
    pub token: Limit,
    /// Responses that have rate-limit headers
    #[arg(long = "rate-headers", value_name = "WHICH", value_enum, default_value_t)]
    pub headers: RateHeaders,
    /// Whether and how a 429 says when to retry
    #[arg(long, value_name = "HOW", value_enum, default_value_t)]
    pub retry_after: RetryAfter,
    /// Set the tenant's clock ahead by this many seconds
    // In `date`, in `x-ratelimit-reset` and in the times of tokens.
    #[arg(
        long = "clock-skew",
        value_name = "SECONDS",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub clock_skew_s: i64,
}

impl Default for Limits {
    /// Auth0's smallest private cloud tier with a full bucket of 50: fast, so
    /// that nobody waits who didn't ask for it.
    fn default() -> Self {
        Self {
            api: Limit::new(50, Rate::per_second(50)),
            global: None,
            rival: None,
            token: TOKEN_LIMIT,
            headers: RateHeaders::default(),
            retry_after: RetryAfter::default(),
            clock_skew_s: 0,
        }
    }
}

/// How long answers take: at least `fixed_ms`, and up to `jitter_ms` more.
/// Written `80ms` or `80ms..250ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency {
    /// Always.
    pub fixed_ms: u64,
    /// At most this much more, by chance.
    pub jitter_ms: u64,
}

impl Latency {
    pub(super) fn pick(self, random: &mut fastrand::Rng) -> u64 {
        self.fixed_ms.saturating_add(random.u64(..=self.jitter_ms))
    }
}

impl FromStr for Latency {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parse = || {
            let (from, to) = text.split_once("..").unwrap_or((text, text));
            let (from, to) = (milliseconds(from)?, milliseconds(to)?);
            Some(Self { fixed_ms: from, jitter_ms: to.checked_sub(from)? })
        };
        let form = "is no latency; write 80ms, 1s or 80ms..250ms";
        parse().ok_or_else(|| Invalid(text.to_owned(), form))
    }
}

fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim();
    match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => number.parse().ok(),
        (None, Some(number)) => number.parse::<u64>().ok()?.checked_mul(1000),
        (None, None) => (text == "0").then_some(0),
    }
}
