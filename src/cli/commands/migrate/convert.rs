//! One hook: its conversion, and which style is taken.

use std::collections::BTreeSet;
use std::path::Path;

use super::found::{cut_off, diagnostics, engine_text, line_of, stopped, unmet};
use crate::behaviour;
use crate::cli::CliError;
use crate::cli::args::{MigrateArgs, MigrateStyle};
use crate::migrate::outcome::{Differs, Migrated, Verdict};
use crate::migrate::{self, Finding, Rewritten, Style};
use crate::model::{Definition, Dependencies, Diagnostic, Position};
use crate::proof::{Inputs, Report, Sides, compare, stubbed};
use crate::sandbox::{Answer, Job, Limits, Pool, Program};

/// A hook with everything that is written for its action.
#[derive(Default)]
pub(super) struct Action {
    pub(super) migrated: Migrated,
    pub(super) dependencies: Dependencies,
    /// The hook's secrets as its definition writes them.
    pub(super) secrets: Vec<(String, String)>,
    /// Whether the hook ran, so that the action is bound.
    pub(super) is_bound: bool,
    /// The code with its keywords replaced.
    pub(super) resolved: String,
    /// The hook's code with its keywords replaced.
    pub(super) hook: String,
    /// The text of the behaviour tests; empty if there are none.
    pub(super) tests: String,
}

pub(super) fn hook(hook: &Definition, args: &MigrateArgs, pool: &Pool) -> Result<Action, CliError> {
    let text = &hook.script_source.text;
    let listed = hook.dependencies.clone().unwrap_or_default();
    let mut action = Action {
        migrated: Migrated {
            name: hook.written_name.clone(),
            trigger_id: hook.trigger.as_str().to_owned(),
            source: hook.place.file.clone(),
            script: hook.script_source.file.clone(),
            original: text.clone(),
            ..Migrated::default()
        },
        dependencies: listed.clone(),
        secrets: secrets(hook),
        is_bound: hook.enabled() != Some(false),
        hook: hook.script.as_str().to_owned(),
        ..Action::default()
    };
    let converted = match migrate::convert(text, &hook.trigger, &listed) {
        Ok(converted) => converted,
        Err(finding) => {
            action.migrated.findings = diagnostics(&[finding], hook);
            return Ok(action);
        }
    };
    if let Some(found) = not_loaded(hook, pool)? {
        let is_refused = found.code == migrate::NEVER_LOADED;
        action.migrated.findings.push(found);
        if is_refused {
            return Ok(action);
        }
    }
    action.dependencies = converted.dependencies;
    let blocked = converted.findings.iter().any(Finding::has_no_equivalent);
    action.migrated.findings.extend(diagnostics(&converted.findings, hook));
    let trial = |code: &str| -> Result<(Report, String), CliError> {
        let resolved = resolve(code, hook);
        let report = run(hook, &resolved, &action.secrets, args, pool)?;
        Ok((report, resolved))
    };
    let rewritten = (args.style != MigrateStyle::Wrap).then_some(converted.rewrite);
    let mut changed = Vec::new();
    let (style, code, report, resolved) = match rewritten {
        Some(Ok(Rewritten { code, findings })) => {
            changed = diagnostics(&findings, hook);
            let (report, resolved) = trial(&code)?;
            if report.differences.is_empty() || args.style == MigrateStyle::Rewrite {
                (Style::Rewrite, code, report, resolved)
            } else {
                let (wrapped, wrapped_resolved) = trial(&converted.wrap)?;
                if differs_as(&report, &wrapped) {
                    // what has no equivalent has none in a wrapper either
                    (Style::Rewrite, code, report, resolved)
                } else {
                    let first = report.differences.first();
                    action.migrated.why_wrapped =
                        first.map(|it| format!("{}: {}", it.when, it.message));
                    (Style::Wrap, converted.wrap, wrapped, wrapped_resolved)
                }
            }
        }
        unlike => {
            if let Some(Err(not)) = unlike {
                let line = line_of(text, not.at.start);
                action.migrated.why_wrapped =
                    Some(format!("{} ({}:{line})", not.because, hook.script_source.file));
                if args.style == MigrateStyle::Rewrite {
                    return Ok(action);
                }
            }
            let (report, resolved) = trial(&converted.wrap)?;
            (Style::Wrap, converted.wrap, report, resolved)
        }
    };
    let found = &mut action.migrated;
    found.style = Some(style);
    found.converted = code;
    found.events = report.events;
    found.branches_met = report.branches_met;
    found.branches_total = report.branches_total;
    let cut_off = cut_off(hook, style, &report, &found.converted, &args.out);
    // the wrapped code is the same, and so are the names in it
    let engine_text =
        (report.engine_texts > 0 && style == Style::Rewrite).then(|| engine_text(&report, hook));
    let is_proven = report.is_whole() && !blocked && cut_off.is_empty() && engine_text.is_none();
    found.verdict = if is_proven { Verdict::Proven } else { Verdict::Differs };
    // where nothing waits for something, its own place says more than that of the answer
    let advice = match cut_off.is_empty() {
        true => "; send it before the answer, and wait for it",
        false => "",
    };
    let cut_off_at = cut_off.first().filter(|it| it.file.as_ref() == Some(&found.script));
    let cut_off_at = cut_off_at.and_then(|it| u32::try_from(it.position?.line).ok());
    if style == Style::Rewrite {
        found.findings.extend(changed);
    }
    found.findings.extend(cut_off.into_iter().chain(engine_text));
    found.findings.extend(stopped(&report, hook));
    found.findings.extend(unmet(&report, hook));
    // where no error has a place, the one where the hook answers is the nearest
    let answers_at = migrate::first_answer(text, &hook.trigger)
        .and_then(|at| u32::try_from(line_of(text, at)).ok());
    found.differences = report
        .differences
        .iter()
        .map(|it| Differs {
            line: it.line.or(cut_off_at.filter(|_| it.is_cut_off)).or(answers_at),
            message: match it.is_cut_off {
                true => format!("{}{advice}", it.message),
                false => it.message.clone(),
            },
            when: it.when.clone(),
            event: it.event.clone(),
        })
        .collect();
    action.resolved = resolved;
    action.tests = super::cases::of(&action, hook.trigger.as_str(), args, pool)?;
    Ok(action)
}

/// What keeps the hook from being loaded. Where that may be the sandbox, which
/// has no packages and not all of Node, it is no word about the hook.
fn not_loaded(hook: &Definition, pool: &Pool) -> Result<Option<Diagnostic>, CliError> {
    let code = hook.script.as_str();
    let trigger = hook.trigger.as_str().to_owned();
    let program = Program::Hook { trigger, script: code.to_owned() };
    let world = behaviour::world(&program, &serde_json::json!({}));
    let job = Job { program, world, limits: Limits::default(), coverage: false };
    let outcome = pool.run(&job)?;
    let Some(Answer::Error(data, place)) = outcome.answers.first().filter(|_| !outcome.began)
    else {
        return Ok(None);
    };
    let text = |key: &str| data.get(key).and_then(|it| it.as_str()).unwrap_or_default();
    let why = text("error_description");
    let lacks = why.contains("sandbox") || why.ends_with(" is not defined");
    let mut found = if lacks || !stubbed(&[code]).is_empty() {
        let message =
            format!("The hook can't be loaded in the sandbox, so its behaviour is unknown: {why}.");
        Diagnostic::warning(migrate::NOT_RUN, message)
            .hint("`hooksync run --engine node` runs it, without a sandbox")
    } else {
        let message = format!("The script does not load, so the hook never ran: {why}.");
        Diagnostic::error(migrate::NEVER_LOADED, message).hint("correct the script first")
    };
    found = found.in_file(hook.script_source.file.clone());
    found.position =
        place.map(|it| Position { line: it.line as usize, column: it.column as usize });
    Ok(Some(found))
}

/// Whether two conversions differ from the hook in the same ways.
fn differs_as(one: &Report, other: &Report) -> bool {
    let ways = |report: &Report| -> BTreeSet<String> {
        report.differences.iter().map(|it| it.message.clone()).collect()
    };
    ways(one) == ways(other)
}

fn run(
    hook: &Definition,
    code: &str,
    secrets: &[(String, String)],
    args: &MigrateArgs,
    pool: &Pool,
) -> Result<Report, CliError> {
    let (old, new, inputs) =
        sides(hook.trigger.as_str(), hook.script.as_str(), code, secrets, args);
    compare(pool, &old, &new, &inputs, &|| true).map_err(|error| {
        CliError::new(format!("{} could not be run: {error}", hook.name))
            .hint("without the sandbox nothing can be compared; nothing was written")
    })
}

/// A hook and its action, and what both get.
pub(super) fn sides(
    trigger: &str,
    script: &str,
    code: &str,
    secrets: &[(String, String)],
    args: &MigrateArgs,
) -> (Program, Program, Inputs) {
    let inputs = Inputs {
        trigger: trigger.to_owned(),
        sides: Sides::HookToAction,
        secrets: secrets.iter().map(|(name, _)| name.clone()).collect(),
        secrets_after: None,
        seed: args.seed,
        events: args.events as usize,
    };
    let trigger = || trigger.to_owned();
    let old = Program::Hook { trigger: trigger(), script: script.to_owned() };
    let new = Program::Action { trigger: trigger(), code: code.to_owned(), handler: None };
    (old, new, inputs)
}

/// The code with the keywords that the hook's script was given.
pub(super) fn resolve(code: &str, hook: &Definition) -> String {
    let source = &hook.script_source;
    let mut markers: Vec<(&str, &str)> = source
        .replaced
        .iter()
        .filter_map(|(out, marker)| {
            let written = source.text.get(marker.clone())?;
            Some((written, hook.script.as_str().get(out.clone())?))
        })
        .collect();
    // One with its quotes around it goes before the bare one.
    markers.sort_by_key(|(written, _)| std::cmp::Reverse(written.len()));
    markers.dedup();
    markers.iter().fold(code.to_owned(), |code, (written, value)| code.replace(written, value))
}

/// The names of the hook's secrets, each with what its definition says.
fn secrets(hook: &Definition) -> Vec<(String, String)> {
    let of = |name: &str| {
        let at = hook.written.secrets.entries.get(name).map(|(_, value)| value);
        let value = at.and_then(|at| serde_yaml::from_str(hook.written.slice(at)).ok());
        value.unwrap_or_else(|| format!("##{name}##"))
    };
    let names = hook.secrets.iter().flatten().map(|(name, _)| name.to_string());
    names.map(|name| (name.clone(), of(&name))).collect()
}

/// The stem of the files of an action.
pub(super) fn stem(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let stem: String = name.chars().map(plain).collect();
    let stem = stem.trim_matches(['-', '.']);
    if stem.is_empty() || Path::new(stem).components().count() != 1 {
        return "action".to_owned();
    }
    stem.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::Difference;

    #[test]
    fn conversions_differ_alike_if_their_differences_say_the_same() {
        let report = |messages: &[&str]| {
            let one = |message: &&str| Difference {
                message: (*message).to_owned(),
                summary: String::new(),
                when: message.len().to_string(),
                whom: String::new(),
                event: serde_json::Value::Null,
                events: message.len(),
                line: None,
                is_cut_off: false,
            };
            Report { differences: messages.iter().map(one).collect(), ..Report::default() }
        };
        let check = |one: &[&str], other: &[&str], expected: bool| {
            assert_eq!(differs_as(&report(one), &report(other)), expected, "{one:?} {other:?}");
        };
        check(&["scope [], now none"], &["scope [], now none"], true);
        check(&["a", "b"], &["b", "a"], true);
        check(&["a", "b"], &["a"], false);
        check(&["a"], &["a", "b"], false);
        check(&["goes through, now denied"], &["scope [], now none"], false);
        check(&["a"], &[], false);
    }
}
