//! `hooksync doctor`: where each setting came from, and whether the tenant
//! can be worked with. Makes a token request, if one is needed, and one read.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::api::{
    ACTION_SCOPES, ApiError, ApiErrorKind, Credentials, LimitSeen, Reader, SCOPES, Unreachable,
};
use crate::cli::args::{ConnectionArgs, DoctorArgs};
use crate::cli::project::Project;
use crate::cli::session::{Shared, block_on};
use crate::cli::settings::{self, Survey, SurveyEntry, Target, TenantSettings};
use crate::cli::{CliError, Context, Exit, definitions};
use crate::model::InPlay;
use crate::plan::frozen;
use crate::report::text::{Check, Examination, Health, SettingLine, doctor, sections};

/// A token that ends sooner than this may end in the middle of an apply.
const SHORT_LIFE: Duration = Duration::from_secs(20 * 60);
/// Clocks further apart than this make signed requests for tokens fail
/// (Auth0's documents allow 10 seconds).
const CLOCK_TOLERANCE: f64 = 10.0;

/// Runs it.
///
/// # Errors
/// When the environment was chosen wrongly or stdout can't be written to.
pub(super) fn run(args: &DoctorArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let examinations = block_on(examine(args, context))?;
    let style = context.output.stdout_style();
    let parts: Vec<_> =
        examinations.iter().map(|(name, found)| (name.as_deref(), doctor(found, &style))).collect();
    context.output.data(&sections(&parts, &style))?;
    let mut checks = examinations.iter().flat_map(|(_, found)| &found.checks);
    Ok(if checks.any(|check| check.health == Health::Bad) { Exit::Error } else { Exit::Done })
}

/// Every environment, one after the other.
async fn examine(
    args: &DoctorArgs,
    context: &Context<'_>,
) -> Result<Vec<(Option<String>, Examination)>, CliError> {
    // first of all: an interrupt is to be heard from here on
    let shared = Shared::new(context.output);
    let Project { file, .. } = Project::open(&args.project, context)?;
    let environment = context.environment;
    let surveys = settings::survey(&args.project, &args.connection, environment, &file)?;
    let mut examinations = Vec::new();
    for survey in surveys {
        let mut examination = of_settings(&survey);
        let faulty = examination.checks.iter().any(|check| check.health == Health::Bad);
        if !faulty {
            let mut project = args.project.clone();
            project.all_envs = false;
            project.env = survey.environment.iter().cloned().collect();
            let connection: &ConnectionArgs = &args.connection;
            for settings in settings::tenant(&project, connection, None, environment, &file)? {
                let kinds = definitions::in_play(&settings.project);
                let checks = async { Ok(of_tenant(&settings, kinds, &shared).await) };
                examination.checks.extend(shared.unless_interrupted(checks).await?);
            }
        }
        examinations.push((survey.environment, examination));
    }
    Ok(examinations)
}

fn of_settings(survey: &Survey) -> Examination {
    let mut examination = Examination::default();
    for SurveyEntry { name, found } in &survey.entries {
        match found {
            Ok((value, origin)) => examination.settings.push(SettingLine {
                name,
                value: value.clone(),
                origin: origin.to_string(),
            }),
            Err(error) => examination.checks.push(refused(name, error)),
        }
    }
    examination
}

async fn of_tenant(settings: &TenantSettings, kinds: InPlay, shared: &Shared) -> Vec<Check> {
    let session = match shared.connect(settings).await {
        Ok(session) => session,
        Err(error) => return vec![refused("connection", &error)],
    };
    let reader = &session.reader;
    let left = reader.token_expires_in().await;
    let (mut hooks, mut actions) = (None, None);
    if left.is_ok() && kinds.hooks {
        hooks = Some(timed(reader.hooks_page(0)).await);
    }
    if left.is_ok() && kinds.actions {
        actions = Some(timed(reader.actions_page(0)).await);
    }
    let failures = [
        left.as_ref().err(),
        hooks.as_ref().and_then(|(page, _)| page.as_ref().err()),
        actions.as_ref().and_then(|(page, _)| page.as_ref().err()),
    ];
    let mut checks = of_connection(&settings.target, failures.into_iter().flatten().next());
    if checks.iter().any(|check| check.health == Health::Bad) {
        return checks;
    }
    // a wrong clock may be why what follows fails
    checks.extend(of_clock(reader));
    match left {
        Err(error) => {
            checks.push(failed("credentials", &error));
            return checks;
        }
        Ok(left) => {
            let issued = of_credentials(&settings.target);
            checks.push(of_token(left, issued.is_some()));
            checks.extend(issued);
        }
    }
    let scopes = reader.scopes().await;
    match &scopes {
        Err(error) => checks.push(failed("scopes", error)),
        Ok(scopes) => {
            let scopes = scopes.as_ref();
            checks.extend(kinds.hooks.then(|| of_scopes(scopes)));
            checks.extend(kinds.actions.then(|| of_action_scopes(scopes)));
        }
    }
    match &hooks {
        Some((Err(error), _)) if kinds.actions && error.ends_hooks() => {
            let hint = "hooks can no longer be managed here; actions can";
            checks.push(check("hooks", Health::Doubtful, error.to_string(), hint));
        }
        Some((Err(error), _)) => {
            checks.push(failed("hooks", error));
            if matches!(error.kind, ApiErrorKind::FeatureRefused | ApiErrorKind::FeatureGone) {
                checks.push(refused_writes("refused, like reading"));
            }
        }
        Some((Ok(page), time)) => {
            checks.push(readable("hooks", page.total, page.items.len(), page.more, *time));
        }
        None => {}
    }
    match &actions {
        Some((Err(error), _)) => checks.push(failed("actions", error)),
        Some((Ok(page), time)) => {
            checks.push(readable("actions", page.total, page.items.len(), page.more, *time));
        }
        None => {}
    }
    if matches!(hooks, Some((Ok(_), _))) || matches!(actions, Some((Ok(_), _))) {
        checks.push(of_limit(reader.limit_seen()));
    }
    if matches!(hooks, Some((Ok(_), _))) {
        checks.push(of_writes(&settings.target, scopes.ok().flatten().as_ref()));
    }
    checks
}

/// What came of some work, and how many milliseconds it took.
async fn timed<T>(work: impl Future<Output = T>) -> (T, u128) {
    let began = Instant::now();
    (work.await, began.elapsed().as_millis())
}

/// How many of a kind there are.
fn readable(kind: &'static str, total: Option<u64>, seen: usize, more: bool, time: u128) -> Check {
    let count = total.unwrap_or(seen as u64);
    let more = if total.is_none() && more { " or more" } else { "" };
    good(kind, format!("{count}{more} can be read; answered in {time} ms"))
}

/// Whether the tenant answers, and whether that is known to be the tenant.
fn of_connection(target: &Target, failure: Option<&ApiError>) -> Vec<Check> {
    let (place, plain) = match target {
        Target::Local { .. } => ("the local tenant".to_owned(), true),
        Target::Remote(remote) => {
            let domain = &remote.domain.value;
            (domain.to_string(), domain.is_plain())
        }
    };
    let answers = good("connection", format!("{place} answers"));
    match failure.map(|error| (&error.kind, error)) {
        Some((ApiErrorKind::Unreachable(Unreachable::NoTrustStore), error)) => {
            vec![failed("tls", error)]
        }
        Some((ApiErrorKind::Unreachable(Unreachable::Tls), error)) => {
            vec![answers, failed("tls", error)]
        }
        Some((ApiErrorKind::Unreachable(_) | ApiErrorKind::Timeout { .. }, error)) => {
            vec![failed("connection", error)]
        }
        _ if plain => vec![answers, good("tls", "not needed on the loopback".to_owned())],
        _ => vec![answers, good("tls", "the certificate is trusted".to_owned())],
    }
}

/// Credentials for which the tenant has issued a token.
fn of_credentials(target: &Target) -> Option<Check> {
    let Target::Remote(remote) = target else { return None };
    match &remote.credentials.value {
        Credentials::Token(_) => None,
        Credentials::ClientSecret { .. } | Credentials::PrivateKey { .. } => {
            Some(good("credentials", "the tenant issues tokens for them".to_owned()))
        }
    }
}

fn good(what: &'static str, found: String) -> Check {
    Check { what, health: Health::Good, found, hint: None }
}

fn check(
    what: &'static str,
    health: Health,
    found: impl Into<String>,
    hint: impl Into<String>,
) -> Check {
    Check { what, health, found: found.into(), hint: Some(hint.into()) }
}

/// What ended before the tenant could be asked.
fn refused(what: &'static str, error: &CliError) -> Check {
    let fault = error.faults.first();
    let found = fault.map(|fault| fault.message.replace('\n', "; ")).unwrap_or_default();
    Check { what, health: Health::Bad, found, hint: fault.and_then(|fault| fault.hint.clone()) }
}

fn failed(what: &'static str, error: &ApiError) -> Check {
    Check { what, health: Health::Bad, found: error.to_string(), hint: error.hint() }
}

/// How long the token is good, which matters where no other can be had.
fn of_token(left: Option<Duration>, renews: bool) -> Check {
    match left {
        None => {
            let hint = "set client credentials, and hooksync gets tokens itself";
            check("token", Health::Unknown, "doesn't say when it expires", hint)
        }
        Some(Duration::ZERO) => {
            let hint = "get a new one, or set client credentials instead";
            check("token", Health::Bad, "it has expired", hint)
        }
        Some(left) if renews && left < SHORT_LIFE => {
            good("token", format!("good for {}; hooksync then gets a new one", words(left)))
        }
        Some(left) if left < SHORT_LIFE => {
            let found = format!("expires in {}", words(left));
            check("token", Health::Doubtful, found, "get a new one before an apply")
        }
        Some(left) => good("token", format!("good for {}", words(left))),
    }
}

fn words(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    match minutes {
        0 => format!("{} s", time.as_secs()),
        1..120 => format!("{minutes} min"),
        _ => format!("{} h", (minutes + 30) / 60),
    }
}

fn of_clock(reader: &Reader) -> Option<Check> {
    let ahead = reader.status().borrow().tenant_clock_ahead?;
    if ahead.abs() <= CLOCK_TOLERANCE {
        return Some(good("clock", format!("within {CLOCK_TOLERANCE} s of the tenant's")));
    }
    let side = if ahead < 0.0 { "behind" } else { "ahead" };
    let apart = format!("the tenant's is {:.0} s {side}", ahead.abs());
    let hint = "set this machine's clock: a signed request for a token may be refused";
    Some(check("clock", Health::Doubtful, apart, hint))
}

fn of_limit(seen: Option<LimitSeen>) -> Check {
    // one answer doesn't show how fast it fills
    let Some(LimitSeen { limit, remaining }) = seen else {
        return Check {
            what: "rate limit",
            health: Health::Unknown,
            found: "not in the tenant's response; requests start slowly".to_owned(),
            hint: None,
        };
    };
    good("rate limit", format!("{limit} requests, {remaining} of them left"))
}

/// What each scope of actions is needed for.
const ACTION_USES: [(&str, &str); 4] = [
    ("read:actions", "plan, export and versions"),
    ("create:actions", "new actions, every deploy, rollback"),
    ("update:actions", "changes of actions and of bindings"),
    ("delete:actions", "deletes"),
];

/// As [`of_scopes`], for actions: a deploy creates a version.
fn of_action_scopes(scopes: Option<&BTreeSet<String>>) -> Check {
    let what = "action scopes";
    let Some(scopes) = scopes else {
        return unlisted(what, &ACTION_SCOPES);
    };
    let missing: Vec<_> =
        ACTION_USES.iter().filter(|(scope, _)| !scopes.contains(*scope)).collect();
    if missing.is_empty() {
        return good(what, ACTION_SCOPES.join(", "));
    }
    let uses: Vec<String> =
        missing.iter().map(|(scope, uses)| format!("{scope} (for {uses})")).collect();
    let health = if missing[0].0 == ACTION_SCOPES[0] { Health::Bad } else { Health::Doubtful };
    check(what, health, format!("missing: {}", uses.join("; ")), GRANT)
}

/// A token that doesn't say what it is good for.
fn unlisted(what: &'static str, needed: &[&str]) -> Check {
    let hint = format!("plan needs {}, apply all of {}", needed[0], needed.join(", "));
    check(what, Health::Unknown, "the token doesn't list its scopes", hint)
}

const GRANT: &str = "grant them to the application for the Auth0 Management API; a read-only token \
                     is right for plans of pull requests";

/// `plan` needs to read; `apply` the other three, each for a part of what it
/// can do.
fn of_scopes(scopes: Option<&BTreeSet<String>>) -> Check {
    let Some(scopes) = scopes else { return unlisted("scopes", &SCOPES) };
    let missing: Vec<&str> = SCOPES.into_iter().filter(|scope| !scopes.contains(*scope)).collect();
    if missing.is_empty() {
        return good("scopes", SCOPES.join(", "));
    }
    let (health, then) = match missing.contains(&SCOPES[0]) {
        true => (Health::Bad, "even plan will fail"),
        false => (Health::Doubtful, "plan works, apply will fail"),
    };
    check("scopes", health, format!("{} missing: {then}", missing.join(", ")), GRANT)
}

/// Whether hooks can be written: a tenant says so only when one is tried.
fn of_writes(target: &Target, scopes: Option<&BTreeSet<String>>) -> Check {
    let reported = "a refusal is reported, and nothing is lost";
    let allowed = |scope: &&str| scopes.is_none_or(|scopes| scopes.contains(*scope));
    if !SCOPES[1..].iter().any(allowed) {
        return refused_writes("refused by the token's scopes");
    }
    let is_frozen = match target {
        Target::Local { .. } => return good("writes", "the local tenant accepts them".to_owned()),
        Target::Remote(remote) => {
            let domain = &remote.domain.value;
            !domain.is_loopback() && frozen::is_public_cloud(domain.as_str())
        }
    };
    if !is_frozen {
        let hint = format!("apply will try; {reported}");
        return check("writes", Health::Unknown, "unknown until one is tried", hint);
    }
    let found = format!(
        "new hooks and changes of scripts, names and dependencies will be refused: {}",
        frozen::WHY
    );
    let hint = format!(
        "move them to actions with `hooksync migrate`; disabling, secrets and deletes may still be \
         accepted; {reported}"
    );
    check("writes", Health::Doubtful, found, hint)
}

fn refused_writes(found: &str) -> Check {
    let hint = "plan works where hooks can be read; apply changes nothing";
    check("writes", Health::Doubtful, found, hint)
}
