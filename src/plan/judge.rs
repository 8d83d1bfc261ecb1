//! Which findings about the files stop a plan, and which its reader has to
//! know.
//!
//! What already lives on the tenant is no reason to stop: an existing tenant
//! can always be exported, planned and worked on. Must not find anything.

use std::collections::HashMap;

use super::change::{Change, Plan, Warning};
use super::field::Field;
use crate::model::{DesiredState, Diagnostic, Severity};

/// Where the scripts come from that a plan would write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    /// From people: an error in one stops the plan.
    New,
    /// From a backup: they have run on this tenant already.
    LivedBefore,
}

/// What is known of the files of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// Of files, metadata and keywords.
    pub files: &'a [Diagnostic],
    /// Of the rules for scripts.
    pub scripts: &'a [Diagnostic],
    /// Where the scripts come from.
    pub origin: Scripts,
}

/// What a plan does to what one file defines.
#[derive(Default)]
struct Touched {
    /// It changes some of it.
    by_change: bool,
    /// It sends what the file says, so that an error in it stops the plan.
    where_it_counts: bool,
}

/// The plan with the findings about what changes, and errors in scripts that
/// are live already, as warnings.
///
/// # Errors
/// The errors in scripts that would change on the tenant.
pub fn judge(
    mut plan: Plan,
    desired: &DesiredState,
    findings: Findings<'_>,
) -> Result<Plan, Vec<Diagnostic>> {
    let files = touched(&plan, desired);
    let mut stopping = Vec::new();
    let mut warnings = Vec::new();
    for finding in findings.scripts {
        let file = finding.file.as_deref().unwrap_or_default();
        let Some(touched) = files.get(file) else { continue };
        let is_warning = finding.severity == Severity::Warning;
        match (finding.is_error(), touched.where_it_counts, findings.origin) {
            (true, true, Scripts::New) => stopping.push(finding.clone()),
            (true, true, Scripts::LivedBefore) => {
                warnings.push(warning(finding, " (it was live before)"));
            }
            (true, false, _) => warnings.push(warning(finding, " (it is live already)")),
            (false, ..) if touched.by_change && is_warning => warnings.push(warning(finding, "")),
            (false, ..) => {}
        }
    }
    let of_files = findings.files.iter().filter(|found| found.severity == Severity::Warning);
    warnings.extend(of_files.map(|finding| warning(finding, "")));
    if !stopping.is_empty() {
        stopping.sort();
        stopping.dedup();
        return Err(stopping);
    }
    drop(files);
    plan.warnings.extend(warnings);
    plan.warnings.sort();
    plan.warnings.dedup();
    Ok(plan)
}

fn touched<'a>(plan: &Plan, desired: &'a DesiredState) -> HashMap<&'a str, Touched> {
    let with_file = plan.changed().filter(|change| change.source.is_some());
    let changes: HashMap<_, &Change> =
        with_file.map(|change| ((change.kind, &change.name), change)).collect();
    let mut files: HashMap<&str, Touched> = HashMap::new();
    for definition in &desired.definitions {
        let change = changes.get(&(definition.kind(), &definition.name));
        let script_changes = change.is_some_and(|change| change.field(Field::Script).is_some());
        let script = files.entry(definition.script_source.file.as_str()).or_default();
        script.by_change |= change.is_some();
        script.where_it_counts |= script_changes;
        // what is wrong with the definition itself matters to any change
        let own = files.entry(definition.place.file.as_str()).or_default();
        own.by_change |= change.is_some();
        own.where_it_counts |= change.is_some();
    }
    files
}

fn warning(finding: &Diagnostic, more: &str) -> Warning {
    Warning {
        code: finding.code.0.into(),
        message: format!("{}{more}", finding.message),
        source: finding.file.clone(),
        position: finding.position,
    }
}
