//! Definitions as the commands need them: read, checked, and their findings
//! reported. The same for `validate`, `plan` and `apply`.
//!
//! Must not ask the tenant anything.

use super::settings::{Kinds, ProjectSettings};
use super::{CliError, Context, Exit};
use crate::lint::{self, RuleSettings};
use crate::model::{
    Address, Code, Definition, DesiredState, Diagnostic, InPlay, Kind, Name, Severity,
};
use crate::plan::Plan;
use crate::plan::actions::rotation;
use crate::plan::judge::{Findings, Scripts, judge};
use crate::plan::policy::NamePattern;
use crate::report::text;
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

/// Reads and checks the definitions of one environment.
pub(super) fn check(settings: &ProjectSettings, rules: &RuleSettings) -> Checked {
    let source::Loaded { desired, diagnostics, definitions, layout: _, alone } =
        load(settings, settings.allow_unresolved);
    let scripts = lint::check_all(&desired, rules);
    let mut found = diagnostics;
    found.extend(rotation::findings(&desired, jiff::Timestamp::now()));
    Checked { desired, definitions, found, scripts, alone }
}

/// Which kinds an environment's folders speak of, whatever is wrong in them.
pub(super) fn in_play(settings: &ProjectSettings) -> InPlay {
    load(settings, true).desired.in_play
}

fn load(settings: &ProjectSettings, allow_unresolved: bool) -> source::Loaded {
    let options = LoadOptions { keywords: settings.keywords.clone(), allow_unresolved };
    match &settings.kinds {
        Some(Kinds { hooks, actions }) => {
            source::load_kinds(hooks.as_deref(), actions.as_deref(), &options)
        }
        None => source::load(&settings.dir.value, &options),
    }
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
        let exact = |address: Address| NamePattern::exact(address.kind, &address.name);
        let definitions = self.desired.definitions.iter().map(Definition::address);
        let triggers = self.desired.bindings.iter().map(|order| Address {
            kind: Kind::Bindings,
            name: Name::action(order.trigger.as_str()),
        });
        definitions.chain(triggers).map(exact).collect()
    }

    /// Ends the run if the files can't be understood. Scripts are judged
    /// later: what already lives on the tenant is no reason to stop.
    ///
    /// # Errors
    /// When a finding is an error; all are reported then.
    pub(super) fn demand_readable(&self, context: &Context<'_>) -> Result<(), CliError> {
        if self.found.iter().any(Diagnostic::is_error) {
            tell(&self.all(), context);
            return Err(CliError::reported(Exit::Error));
        }
        Ok(())
    }

    /// The plan with what its reader has to know of the files.
    ///
    /// # Errors
    /// When a script that would change on the tenant has an error; those
    /// errors are printed then.
    pub(super) fn judge(
        &self,
        plan: Plan,
        origin: Scripts,
        context: &Context<'_>,
    ) -> Result<Plan, CliError> {
        let findings = Findings { files: &self.found, scripts: &self.scripts, origin };
        judge(plan, &self.desired, findings).map_err(|stopping| {
            tell(&stopping, context);
            CliError::reported(Exit::Error)
        })
    }
}

/// Reports findings on stderr.
pub(super) fn tell(found: &[Diagnostic], context: &Context<'_>) {
    if found.is_empty() {
        return;
    }
    let errors = found.iter().any(Diagnostic::is_error);
    let shown = text::diagnostics(found, &context.output.stderr_style());
    if errors { context.output.error(&shown) } else { context.output.say(&shown) }
}
