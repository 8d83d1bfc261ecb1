//! Definitions as the commands need them: read, checked, and their findings
//! told. The same for `validate`, `plan` and `apply`.
//!
//! Must not ask the tenant anything.

use std::collections::HashMap;

use super::args::ProjectArgs;
use super::settings::{ConfigFile, Kinds, ProjectSettings};
use super::{CliError, Context, Exit};
use crate::lint::{self, Level, RuleSettings};
use crate::model::{Code, DesiredState, Diagnostic, Name, Severity};
use crate::plan::policy::NamePattern;
use crate::plan::{Change, FieldChange, Plan, Warning};
use crate::report::text;
use crate::source::config::RuleLevel;
use crate::source::{self, LoadOptions, codes};

/// A folder's definitions and all that is to be said of them.
pub(super) struct Checked {
    /// What the files say.
    pub(super) desired: DesiredState,
    /// How many definitions there are, faulty ones included.
    pub(super) definitions: usize,
    /// Findings about files, metadata and keywords.
    pub(super) found: Vec<Diagnostic>,
    /// Findings of the rules for scripts.
    pub(super) scripts: Vec<Diagnostic>,
    /// Whether DIR is the file of one definition: nothing else is meant then.
    pub(super) alone: bool,
}

/// Reads hooksync.yaml, and the Deploy CLI's settings if they were named; their findings are told, and errors end the run.
///
/// # Errors
/// When something is wrong with it.
pub(super) fn config(
    args: &ProjectArgs,
    context: &Context<'_>,
) -> Result<(ConfigFile, RuleSettings), CliError> {
    let (mut file, mut found) = ConfigFile::find(args.dir.as_deref());
    if let Some(path) = &args.config {
        let (with, more) = file.with_deploy_config(path);
        file = with;
        found.extend(more);
    }
    let mut rules = RuleSettings::default();
    for setting in &file.config.rules {
        let level = match setting.level {
            RuleLevel::Off => Level::Off,
            RuleLevel::Note => Level::Note,
            RuleLevel::Warning => Level::Warning,
            RuleLevel::Error => Level::Error,
        };
        if let Err(error) = rules.set(&setting.code, level) {
            let (path, place) = &setting.place;
            let mut finding = Diagnostic::error(codes::INVALID_SETTING, error.to_string())
                .in_file(path.clone())
                .hint("`hooksync validate --help` and docs/rules.md name the rules");
            finding.position = Some(*place);
            found.push(finding);
        }
    }
    found.sort();
    tell(&found, context);
    if found.iter().any(Diagnostic::is_error) {
        return Err(CliError::told(Exit::Error));
    }
    Ok((file, rules))
}

/// Reads and checks the definitions of one environment.
pub(super) fn check(settings: &ProjectSettings, rules: &RuleSettings) -> Checked {
    let options = LoadOptions {
        keywords: settings.keywords.clone(),
        allow_unresolved: settings.allow_unresolved,
    };
    let source::Loaded { desired, diagnostics, definitions, layout: _, alone } =
        match &settings.kinds {
            Some(Kinds { hooks, actions }) => {
                source::load_kinds(hooks.as_deref(), actions.as_deref(), &options)
            }
            None => source::load(&settings.dir.value, &options),
        };
    let scripts = lint::check_all(&desired, rules);
    Checked { desired, definitions, found: diagnostics, scripts, alone }
}

/// Where the scripts come from that a plan would write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scripts {
    /// From people: an error in one stops the plan.
    New,
    /// From a backup: they have run on this tenant already.
    LivedBefore,
}

/// What a plan does to a file's hooks.
#[derive(Default)]
struct Touched {
    /// It changes one of them.
    by_change: bool,
    /// It sends what the file says, so that an error in it stops the plan.
    where_it_counts: bool,
}

impl Checked {
    /// Every finding, in order.
    pub(super) fn all(&self) -> Vec<Diagnostic> {
        let mut all: Vec<_> = self.found.iter().chain(&self.scripts).cloned().collect();
        all.sort();
        all
    }

    /// Makes an error of every file that was passed over: where deletes are
    /// allowed, what it defines would be deleted.
    pub(super) fn demand_complete(&mut self) {
        const INCOMPLETE: [Code; 2] = [codes::PASSED_OVER, codes::LINK_PASSED_OVER];
        for finding in self.found.iter_mut().filter(|found| INCOMPLETE.contains(&found.code)) {
            finding.severity = Severity::Error;
        }
    }

    /// The patterns that mean these definitions alone.
    pub(super) fn names(&self) -> Vec<NamePattern> {
        self.desired.definitions.iter().map(|own| NamePattern::exact(&own.name)).collect()
    }

    /// Ends the run if the files can't be understood. Scripts are judged
    /// later: what already lives on the tenant is no reason to stop.
    ///
    /// # Errors
    /// When a finding is an error; all are told then.
    pub(super) fn demand_readable(&self, context: &Context<'_>) -> Result<(), CliError> {
        if self.found.iter().any(Diagnostic::is_error) {
            tell(&self.all(), context);
            return Err(CliError::told(Exit::Error));
        }
        Ok(())
    }

    /// Ends the run if a script that would change on the tenant has an error.
    /// Findings about the hooks that change, and errors in scripts that are
    /// live already, become warnings of the plan.
    ///
    /// # Errors
    /// When such a script has an error; those errors are told then.
    pub(super) fn judge(
        &self,
        plan: &mut Plan,
        scripts: Scripts,
        context: &Context<'_>,
    ) -> Result<(), CliError> {
        let mut stopping = Vec::new();
        let changes: HashMap<&Name, &Change> = plan
            .changes
            .iter()
            .filter(|change| change.source.is_some())
            .map(|change| (&change.name, change))
            .collect();
        let mut files: HashMap<&str, Touched> = HashMap::new();
        for hook in &self.desired.definitions {
            let change = changes.get(&hook.name);
            let is_script = |field: &FieldChange| matches!(field, FieldChange::Script { .. });
            let script_changes = change.is_some_and(|change| change.fields.iter().any(is_script));
            let script = files.entry(hook.script_source.file.as_str()).or_default();
            script.by_change |= change.is_some();
            script.where_it_counts |= script_changes;
            // What is wrong with the definition itself matters to any change.
            let definition = files.entry(hook.place.file.as_str()).or_default();
            definition.by_change |= change.is_some();
            definition.where_it_counts |= change.is_some();
        }
        for finding in &self.scripts {
            let file = finding.file.as_deref().unwrap_or_default();
            let Some(touched) = files.get(file) else { continue };
            let is_warning = finding.severity == Severity::Warning;
            if finding.is_error() && touched.where_it_counts && scripts == Scripts::New {
                stopping.push(finding.clone());
            } else if finding.is_error() && touched.where_it_counts {
                plan.warnings.push(warning(finding, " (it was live before)"));
            } else if finding.is_error() {
                plan.warnings.push(warning(finding, " (it is live already)"));
            } else if touched.by_change && is_warning {
                plan.warnings.push(warning(finding, ""));
            }
        }
        let found = self.found.iter().filter(|finding| finding.severity == Severity::Warning);
        plan.warnings.extend(found.map(|finding| warning(finding, "")));
        plan.warnings.sort();
        plan.warnings.dedup();
        if stopping.is_empty() {
            return Ok(());
        }
        stopping.sort();
        stopping.dedup();
        tell(&stopping, context);
        Err(CliError::told(Exit::Error))
    }
}

fn warning(finding: &Diagnostic, more: &str) -> Warning {
    Warning {
        code: finding.code.0,
        message: format!("{}{more}", finding.message),
        source: finding.file.clone(),
        position: finding.position,
    }
}

/// Tells findings on stderr.
pub(super) fn tell(found: &[Diagnostic], context: &Context<'_>) {
    if found.is_empty() {
        return;
    }
    let errors = found.iter().any(Diagnostic::is_error);
    let shown = text::diagnostics(found, &context.output.stderr_style());
    if errors { context.output.error(&shown) } else { context.output.say(&shown) }
}
