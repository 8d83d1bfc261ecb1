//! Secrets by reference: what `op://…`, `vault:…` and `file:…` lead to.
//!
//! Which programs are asked, and for what, comes from the process's environment
//! alone: no file that a pull request can change has a say, and a program of the
//! checkout is refused. Programs get no shell and none of our credentials; of
//! what they print only the value is kept, and nothing is shown. Must not be
//! called for anything but an apply that was agreed to.

mod program;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::Read;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use tokio_util::sync::CancellationToken;

use super::planning::Prepared;
use super::session::Shared;
use super::{CliError, Context, Environment, Exit, repository};
use crate::model::{DesiredSecret, DesiredState, Kind, Name, Reference, SecretKey, SecretValue};
use crate::plan::{Plan, SecretVerb};
use program::Program;

/// The programs: `op=/usr/bin/op read --no-newline; vault=…`.
pub(super) const PROVIDERS: &str = "HOOKSYNC_SECRET_PROVIDERS";
/// What may be reached: `op://ci/,file:/run/secrets/`.
pub(super) const REFS: &str = "HOOKSYNC_SECRET_REFS";

/// The largest value, in bytes.
const MOST: usize = 64 << 10;

/// Programs that run at once.
const AT_ONCE: usize = 8;

/// What resolves references, and which.
pub(super) struct Providers {
    programs: BTreeMap<String, Program>,
    prefixes: Vec<String>,
    /// The variables that programs get.
    variables: Vec<(String, OsString)>,
}

/// A secret that a plan sends by its reference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wanted {
    kind: Kind,
    name: Name,
    key: SecretKey,
    reference: Reference,
}

impl Providers {
    /// As the environment says.
    ///
    /// # Errors
    /// When it says it wrongly.
    pub(super) fn of(environment: &Environment) -> Result<Self, CliError> {
        let get = |name: &str| {
            let value =
                environment.get(name).map_err(|error| CliError::usage(error.to_string()))?;
            Ok::<_, CliError>(value.unwrap_or_default())
        };
        let mut programs = BTreeMap::new();
        for entry in get(PROVIDERS)?.split([';', '\n']).map(str::trim).filter(|it| !it.is_empty()) {
            let (scheme, command) = entry.split_once('=').unwrap_or((entry, ""));
            let (scheme, wrong) = (scheme.trim(), |what: String| {
                CliError::usage(format!("{PROVIDERS}: {what}")).hint(
                    "write it as SCHEME=/absolute/path/of/program ARGUMENTS, separated by `;`",
                )
            });
            if scheme == Reference::FILE {
                return Err(wrong("`file:` needs no program".to_owned()));
            }
            if !Reference::SCHEMES.contains(&scheme) {
                let known = Reference::SCHEMES.join(", ");
                return Err(wrong(format!("`{scheme}` is not one of {known}")));
            }
            let program =
                Program::parse(command).map_err(|why| wrong(format!("{scheme}: {why}")))?;
            if programs.insert(scheme.to_owned(), program).is_some() {
                return Err(wrong(format!("duplicate `{scheme}`")));
            }
        }
        let prefixes = get(REFS)?.split([',', '\n']).map(str::trim).filter(|it| !it.is_empty());
        let prefixes = prefixes.map(str::to_owned).collect();
        Ok(Self { programs, prefixes, variables: environment.for_programs() })
    }

    /// The prefix that allows a reference.
    fn allowing(&self, reference: &Reference) -> Option<&str> {
        self.prefixes.iter().map(String::as_str).find(|prefix| {
            let rest = reference.as_str().strip_prefix(prefix);
            // `file:/run/secrets` is not a prefix of `file:/run/secrets-of-others`
            rest.is_some_and(|rest| {
                rest.is_empty() || prefix.ends_with(['/', ':']) || rest.starts_with(['/', '#'])
            })
        })
    }

    /// Why a reference is not resolved here.
    fn refusal(&self, reference: &Reference, checkout: Option<&Path>) -> Option<CliError> {
        if let Some(why) = reference.wrong() {
            return Some(CliError::new(why).hint("correct it in the definition"));
        }
        if self.allowing(reference).is_none() {
            let hint =
                format!("set {REFS} where apply runs, such as `op://ci/,file:/run/secrets/`");
            return Some(CliError::refused(format!("{REFS} does not allow it")).hint(hint));
        }
        if reference.scheme() == Reference::FILE {
            return None;
        }
        let Some(program) = self.programs.get(reference.scheme()) else {
            let hint = format!("set {PROVIDERS} where apply runs");
            let why = format!("{PROVIDERS} names no program for `{}:`", reference.scheme());
            return Some(CliError::new(why).hint(hint));
        };
        program.refusal(checkout)
    }

    /// A value.
    fn value(
        &self,
        reference: &Reference,
        stop: &CancellationToken,
    ) -> Result<SecretValue, String> {
        let bytes = match self.programs.get(reference.scheme()) {
            Some(program) => program.run(reference, &self.variables, stop)?,
            None => from_file(reference, self.allowing(reference).unwrap_or_default())?,
        };
        as_value(bytes)
    }
}

/// What an apply has to fetch once it is agreed to.
pub(super) struct Errand {
    wanted: Vec<BTreeSet<Wanted>>,
    providers: Providers,
}

impl Errand {
    /// What these plans send by reference.
    ///
    /// # Errors
    /// When a reference could not be resolved: nobody is asked then.
    pub(super) fn of(plans: &[Prepared], context: &Context<'_>) -> Result<Self, CliError> {
        let wanted: Vec<_> = plans.iter().map(|one| wanted(&one.plan)).collect();
        let providers = Providers::of(context.environment)?;
        let checkout = repository::checkout(context.environment);
        for wanted in &wanted {
            demand(wanted, &providers, checkout.as_deref())?;
        }
        Ok(Self { wanted, providers })
    }

    /// Puts values in place of the references, beside the runtime: programs
    /// take their time.
    ///
    /// # Errors
    /// When one leads to no value; nothing may be written then.
    pub(super) async fn fetch(
        self,
        plans: &mut [Prepared],
        shared: &Shared,
    ) -> Result<(), CliError> {
        let Self { wanted, providers } = self;
        let all: BTreeSet<Wanted> = wanted.iter().flatten().cloned().collect();
        if all.is_empty() || shared.stop.is_cancelled() {
            return Ok(());
        }
        let stop = shared.stop.clone();
        let work = tokio::task::spawn_blocking(move || resolve(&all, &providers, &stop));
        let failed = |_| Err(CliError::new("internal error; nothing was written"));
        let values = work.await.unwrap_or_else(failed)?;
        for (prepared, wanted) in plans.iter_mut().zip(&wanted) {
            put(&mut prepared.desired, wanted, &values);
        }
        Ok(())
    }
}

/// What a plan sends by reference, each once.
fn wanted(plan: &Plan) -> BTreeSet<Wanted> {
    let changes = plan.changes.iter().filter(|change| change.blocked.is_none());
    let of_change = changes.flat_map(|change| {
        let sent = change.secrets.iter().filter(|secret| secret.verb != SecretVerb::Delete);
        sent.filter_map(|secret| {
            let reference = secret.reference.clone()?;
            let (kind, name, key) = (change.kind, change.name.clone(), secret.key.clone());
            Some(Wanted { kind, name, key, reference })
        })
    });
    of_change.collect()
}

/// Refuses, before anything is asked or written, what could not be resolved.
///
/// # Errors
/// Every such reference.
fn demand(
    wanted: &BTreeSet<Wanted>,
    providers: &Providers,
    checkout: Option<&Path>,
) -> Result<(), CliError> {
    let refused = wanted.iter().filter_map(|one| {
        Some(providers.refusal(&one.reference, checkout)?.at(Some(&described(one))))
    });
    none_of(refused.collect())
}

/// Puts the values in place of the references.
///
/// # Errors
/// Every reference that leads to no value; then nothing may be written.
fn resolve(
    wanted: &BTreeSet<Wanted>,
    providers: &Providers,
    stop: &CancellationToken,
) -> Result<BTreeMap<Reference, SecretValue>, CliError> {
    let references: BTreeSet<&Reference> = wanted.iter().map(|one| &one.reference).collect();
    let references: Vec<&Reference> = references.into_iter().collect();
    let mut found = BTreeMap::new();
    let mut failed: BTreeMap<&Reference, String> = BTreeMap::new();
    for several in references.chunks(AT_ONCE) {
        let values: Vec<_> = thread::scope(|scope| {
            let asked: Vec<_> =
                several.iter().map(|one| scope.spawn(|| providers.value(one, stop))).collect();
            let ended = |one: thread::ScopedJoinHandle<'_, _>| {
                one.join().unwrap_or_else(|panic| resume_unwind(panic))
            };
            asked.into_iter().map(ended).collect()
        });
        for (reference, value) in several.iter().zip(values) {
            match value {
                Ok(value) => drop(found.insert((*reference).clone(), value)),
                Err(why) => drop(failed.insert(reference, why)),
            }
        }
        if stop.is_cancelled() {
            return Err(CliError::new("interrupted; nothing was written").exit(Exit::Interrupted));
        }
    }
    let failed = wanted.iter().filter_map(|one| {
        let why = failed.get(&one.reference)?;
        Some(CliError::new(why).at(Some(&described(one))))
    });
    none_of(failed.collect())?;
    Ok(found)
}

/// The definitions with values in place of what was resolved.
fn put(
    desired: &mut DesiredState,
    wanted: &BTreeSet<Wanted>,
    values: &BTreeMap<Reference, SecretValue>,
) {
    for definition in &mut desired.definitions {
        let kind = definition.kind();
        for (key, secret) in definition.secrets.iter_mut().flatten() {
            let DesiredSecret::Reference(reference) = &*secret else { continue };
            let one = Wanted {
                kind,
                name: definition.name.clone(),
                key: key.clone(),
                reference: reference.clone(),
            };
            if let Some(value) = values.get(reference).filter(|_| wanted.contains(&one)) {
                *secret = DesiredSecret::Value(value.clone());
            }
        }
    }
}

fn described(one: &Wanted) -> String {
    let Wanted { kind, name, key, reference } = one;
    format!("secret {key} of {kind} {name}: {}", reference.as_str())
}

/// Ends the run where there is any.
fn none_of(errors: Vec<CliError>) -> Result<(), CliError> {
    if errors.is_empty() {
        return Ok(());
    }
    let mut error = CliError::together(errors);
    if let Some(last) = error.faults.last_mut() {
        last.message.push_str("\nNothing was written.");
    }
    Err(error)
}

/// A file's bytes. After links are followed it must still lie where the prefix
/// that allows it leads.
fn from_file(reference: &Reference, prefix: &str) -> Result<Vec<u8>, String> {
    let path = Path::new(reference.path());
    if !path.is_absolute() {
        return Err("the file's path is not absolute".to_owned());
    }
    let within = PathBuf::from(prefix.strip_prefix("file:").unwrap_or_default());
    let real = path.canonicalize().map_err(|error| error.kind().to_string())?;
    let root = within.canonicalize().unwrap_or(within);
    if !real.starts_with(&root) {
        return Err(format!("a link leads out of {prefix}"));
    }
    let file = std::fs::File::open(&real).map_err(|error| error.kind().to_string())?;
    if !file.metadata().is_ok_and(|it| it.is_file()) {
        return Err("not a regular file".to_owned());
    }
    let mut bytes = Vec::with_capacity(MOST + 1);
    let most = (MOST + 1) as u64;
    file.take(most).read_to_end(&mut bytes).map_err(|error| error.kind().to_string())?;
    Ok(bytes)
}

/// A value without the newline that programs and editors end it with.
fn as_value(bytes: Vec<u8>) -> Result<SecretValue, String> {
    if bytes.len() > MOST {
        return Err(format!("the value is larger than {} KB", MOST >> 10));
    }
    let mut text = String::from_utf8(bytes).map_err(|_| "the value is not valid UTF-8")?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        return Err("the value is empty".to_owned());
    }
    if text.contains('\0') {
        return Err("the value holds a NUL character".to_owned());
    }
    Ok(SecretValue::new(text))
}
