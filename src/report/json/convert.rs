//! From the plan, the report and the findings to the shapes of the JSON output.
//!
//! Every source value is taken apart whole, so that a new field can't be
//! forgotten here. Must not decide anything.

use super::output::{
    Behaviour, Change, Cutover, FORMAT_VERSION, Field, LiveBefore, Plan, PlanSummary, Requests,
    Secret, SecretWrite, Unmanaged, Unresolved, Warning,
};
use super::results::{
    Apply, ApplyError, ApplyResult, ApplySummary, Finding, Validate, ValidateSummary,
};
use super::steps::Step;
use crate::model::{Diagnostic, Live, Position, Severity};
use crate::plan::{self, ApplyReport, ChangeResult, FailedRequest, Outcome, RequestCounts, Value};
use crate::report::traffic::traffic;
use crate::report::{PlanView, UNRESOLVED_SECRET, diff};

impl Plan {
    /// The shape of a plan.
    #[must_use]
    pub fn of(view: &PlanView<'_>, requests: &RequestCounts) -> Self {
        let PlanView { environment, plan, estimate: _, directory, base, saved_steps: _ } = *view;
        let plan::Plan {
            tenant,
            fingerprint,
            changes: _,
            unchanged,
            unmanaged,
            warnings,
            unresolved,
            cutovers,
            ended: _,
            steps: _,
            unordered: _,
            live_total,
            deletes_allowed,
            token_lacks,
        } = plan;
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            hooksync_version: env!("CARGO_PKG_VERSION").to_owned(),
            tenant: tenant.clone(),
            environment: environment.map(str::to_owned),
            directory: directory.map(str::to_owned),
            base: base.filter(|base| !base.is_empty()).map(str::to_owned),
            fingerprint: fingerprint.to_string(),
            summary: PlanSummary {
                create: plan.count(plan::Verb::Create),
                update: plan.count(plan::Verb::Update),
                replace: plan.count(plan::Verb::Replace),
                delete: plan.count(plan::Verb::Delete),
                unchanged: unchanged.len(),
                unmanaged: unmanaged.len(),
            },
            changes: plan
                .changed()
                .map(|one| {
                    let traffic = traffic(plan, one).map(|phrase| phrase.shown(str::to_owned));
                    Change { traffic, ..change(one) }
                })
                .collect(),
            cutovers: cutovers.iter().map(|one| cutover(plan, one)).collect(),
            secret_writes: plan.resent().map(secret_write).collect(),
            unmanaged: unmanaged
                .iter()
                .map(|plan::Unmanaged { kind, name, trigger, id }| Unmanaged {
                    kind: kind.as_str().to_owned(),
                    name: name.to_string(),
                    trigger_id: trigger.to_string(),
                    id: id.to_string(),
                })
                .collect(),
            warnings: warnings
                .iter()
                .map(|plan::Warning { code, message, source, position }| Warning {
                    code: code.clone().into_owned(),
                    message: message.clone(),
                    source: source.clone(),
                    line: position.map(|place| place.line),
                    column: position.map(|place| place.column),
                })
                .chain(unresolved.iter().map(without_value))
                .collect(),
            unchanged: unchanged.iter().map(ToString::to_string).collect(),
            live_total: live_total
                .iter()
                .map(|(kind, number)| (kind.as_str().to_owned(), *number))
                .collect(),
            unresolved: unresolved.iter().map(unresolved_secret).collect(),
            deletes_allowed: *deletes_allowed,
            steps: view.steps().iter().map(Step::of).collect(),
            token_lacks: token_lacks.clone(),
            apply_requests: view.requests(),
            requests: requests.into(),
        }
    }
}

pub(super) fn change(change: &plan::Change) -> Change {
    let plan::Change {
        verb,
        kind,
        name,
        trigger,
        id,
        source,
        live,
        fields,
        secrets,
        runs_after,
        version,
        blocked,
        withheld,
        behaviour,
    } = change;
    Change {
        action: verb.as_str().to_owned(),
        kind: kind.as_str().to_owned(),
        name: name.to_string(),
        trigger_id: trigger.to_string(),
        id: id.as_ref().map(ToString::to_string),
        source: source.clone(),
        fields: fields.iter().map(|one| field(one, name.as_str())).collect(),
        secrets: secrets
            .iter()
            .map(|plan::SecretChange { key, verb, reference }| Secret {
                key: key.clone(),
                action: verb.as_str().to_owned(),
                reference: reference.as_ref().map(|found| found.as_str().to_owned()),
            })
            .collect(),
        blocked: blocked.as_ref().or(withheld.as_ref()).cloned(),
        withheld: withheld.clone(),
        runs_after: *runs_after,
        version: *version,
        // what it says is known of a whole plan alone
        traffic: None,
        live: live.as_ref().map(live_before),
        behaviour: behaviour.as_ref().map(Behaviour::of),
    }
}

/// Of a live script only its size: a deleted one is not shown, and could hold
/// a secret that no definition knows any more.
fn live_before(live: &Live) -> LiveBefore {
    let script = live.script.as_ref();
    LiveBefore {
        trigger_id: live.trigger.to_string(),
        runs: live.runs,
        secrets: live.secrets.clone(),
        script_lines: script.map(|script| diff::lines(script.as_str()).len()),
        script_bytes: script.map(|script| script.as_str().len()),
    }
}

fn unresolved_secret(secret: &plan::UnresolvedSecret) -> Unresolved {
    let plan::UnresolvedSecret { name, key, keywords, source } = secret.clone();
    Unresolved { name: name.to_string(), key, keywords, source }
}

fn field(change: &plan::FieldChange, name: &str) -> Field {
    let plan::FieldChange { field, old, new } = change;
    let field = field.as_str().to_owned();
    match new {
        Value::Text(new) => {
            let old = if let Some(Value::Text(old)) = old { Some(old.clone()) } else { None };
            Field::Text { field, old, new: new.clone() }
        }
        Value::Flag(new) => {
            Field::Flag { field, old: old.as_ref().and_then(Value::flag), new: *new }
        }
        Value::Packages(new) => {
            let old = if let Some(Value::Packages(old)) = old { Some(old.clone()) } else { None };
            Field::Packages { field, old, new: new.clone() }
        }
        Value::Names(new) => {
            let old = if let Some(Value::Names(old)) = old { Some(old.clone()) } else { None };
            Field::Names { field, old, new: new.clone() }
        }
        Value::Script(new) => {
            let old = if let Some(Value::Script(old)) = old { Some(old) } else { None };
            Field::Script {
                field,
                old_sha256: old.map(|old| old.sha256().to_string()),
                new_sha256: new.sha256().to_string(),
                diff: diff::unified(
                    old.map(|old| old.as_str()),
                    new.as_str(),
                    &format!("{name}.js"),
                ),
            }
        }
    }
}

fn cutover(plan: &plan::Plan, cutover: &plan::cutover::Cutover) -> Cutover {
    let plan::cutover::Cutover { trigger, leaving, bindings: _, actions, first } = cutover;
    let leaving = plan.changes.get(*leaving);
    Cutover {
        trigger_id: trigger.to_string(),
        leaving: leaving.map(|change| change.name.to_string()).unwrap_or_default(),
        actions: actions.iter().map(ToString::to_string).collect(),
        first: match first {
            plan::cutover::First::Bind => "bind".to_owned(),
            plan::cutover::First::SwitchOff => "switch_off".to_owned(),
        },
    }
}

fn secret_write(change: &plan::Change) -> SecretWrite {
    let keys = change.secrets.iter().map(|secret| secret.key.clone());
    SecretWrite {
        kind: change.kind.as_str().to_owned(),
        name: change.name.to_string(),
        trigger_id: change.trigger.to_string(),
        keys: keys.collect(),
        references: change
            .secrets
            .iter()
            .filter_map(|secret| {
                Some((secret.key.clone(), secret.reference.as_ref()?.as_str().to_owned()))
            })
            .collect(),
        blocked: change.blocked.clone(),
    }
}

/// The shape has no place of its own for secrets without a value: they are
/// warnings, which is what they are to a plan.
fn without_value(secret: &plan::UnresolvedSecret) -> Warning {
    let plan::UnresolvedSecret { name, key, keywords, source } = secret;
    Warning {
        code: UNRESOLVED_SECRET.to_owned(),
        message: format!(
            "The secret {key} of {name} has no value here: {} is not set. Apply refuses until it is.",
            keywords.join(", ")
        ),
        source: Some(source.clone()),
        line: None,
        column: None,
    }
}

impl From<&RequestCounts> for Requests {
    fn from(counts: &RequestCounts) -> Self {
        let RequestCounts { total, writes, throttled, retried, waited_ms } = *counts;
        Self { total, writes, throttled, retried, waited_ms }
    }
}

impl Apply {
    /// The shape of an apply's report.
    #[must_use]
    pub fn of(report: &ApplyReport, requests: &RequestCounts) -> Self {
        let ApplyReport {
            tenant,
            fingerprint,
            results,
            notes: _,
            interrupted: _,
            tenant_refuses: _,
            wrote: _,
        } = report;
        Self {
            format_version: FORMAT_VERSION,
            tenant: tenant.clone(),
            fingerprint: fingerprint.to_string(),
            results: results.iter().map(result).collect(),
            summary: ApplySummary {
                applied: report.count(Outcome::Applied),
                failed: report.count(Outcome::Failed),
                not_attempted: report.count(Outcome::NotAttempted),
            },
            requests: requests.into(),
        }
    }
}

fn result(result: &ChangeResult) -> ApplyResult {
    let ChangeResult { verb, kind, name, trigger, id, outcome, error, done: _ } = result;
    ApplyResult {
        action: verb.as_str(),
        kind: kind.as_str(),
        name: name.to_string(),
        trigger_id: trigger.to_string(),
        id: id.as_ref().map(ToString::to_string),
        outcome: outcome.as_str(),
        error: error.as_ref().map(self::error),
    }
}

pub(super) fn error(error: &FailedRequest) -> ApplyError {
    let FailedRequest { method, path, status, error_code, message, hint: _ } = error.clone();
    ApplyError { method, path, status, error_code, message }
}

impl Validate {
    /// The shape of findings.
    #[must_use]
    pub fn of(definitions: usize, found: &[Diagnostic]) -> Self {
        let weighing = |severity| found.iter().filter(|one| one.severity == severity).count();
        Self {
            format_version: FORMAT_VERSION,
            summary: ValidateSummary {
                definitions,
                errors: weighing(Severity::Error),
                warnings: weighing(Severity::Warning),
            },
            diagnostics: found.iter().map(finding).collect(),
        }
    }
}

/// The shape of a finding.
pub(in crate::report) fn finding(found: &Diagnostic) -> Finding {
    let Diagnostic { code, severity, message, hint, file, position, excerpt: _ } = found;
    Finding {
        code: code.0,
        severity: severity.as_str(),
        message: message.clone(),
        hint: hint.clone(),
        file: file.clone(),
        line: position.map(|Position { line, column: _ }| line),
        column: position.map(|Position { line: _, column }| column),
    }
}
