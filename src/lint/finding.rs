//! Collects the findings about one hook, each at its place on disk.
//!
//! Main type: [`Findings`]. Must not decide what is a finding.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::model::{Code, Definition, Diagnostic, Kind, Lines};

use super::allow::{self, Allow};
use super::rule::{ALLOW_UNKNOWN, ALLOW_UNUSED, ALLOW_WITHOUT_REASON, Rule, RuleSettings};

/// The findings about one hook so far.
pub(super) struct Findings<'h> {
    pub(super) hook: &'h Definition,
    settings: &'h RuleSettings,
    found: Vec<Found>,
    /// Where findings of the script begin, by rule.
    begins: BTreeSet<(Code, usize)>,
    /// Where findings that cover little begin, and where they end.
    covers: BTreeMap<usize, usize>,
    /// Whether something was found that keeps the script from loading.
    doesnt_load: bool,
    /// Values that keywords inserted, with their markers.
    markers: OnceCell<BTreeMap<&'h str, &'h str>>,
    /// Credentials found, as bytes of the file on disk: no excerpt may show them.
    script_credentials: Vec<Range<usize>>,
    definition_credentials: Vec<Range<usize>>,
}

/// A finding with its place in bytes, until it is made presentable.
struct Found {
    code: Code,
    message: String,
    hint: Option<String>,
    place: Place,
}

enum Place {
    /// Bytes of the script file on disk.
    Script(Range<usize>),
    /// Bytes of the definition on disk.
    Written(Range<usize>),
}

impl Place {
    /// Where it begins.
    fn start(&self) -> usize {
        let (Self::Script(at) | Self::Written(at)) = self;
        at.start
    }
}

/// A finding over more bytes than this is about more than what it covers.
const MAX_COVER: usize = 80;

/// What to say of a name that can't be allowed.
fn unknown(name: &str) -> String {
    match Rule::find(name) {
        Some(rule) => format!("{} can't be allowed by a comment.", rule.code),
        None if name.is_empty() => "This comment names no rule.".into(),
        None => format!("There is no rule `{name}`."),
    }
}

impl<'h> Findings<'h> {
    pub(super) fn new(hook: &'h Definition, settings: &'h RuleSettings) -> Self {
        Self {
            hook,
            settings,
            found: Vec::new(),
            begins: BTreeSet::new(),
            covers: BTreeMap::new(),
            doesnt_load: false,
            markers: OnceCell::new(),
            script_credentials: Vec::new(),
            definition_credentials: Vec::new(),
        }
    }

    /// A finding at some bytes of the script, as it is after keyword
    /// replacement. An empty `hint` means none.
    pub(super) fn script(
        &mut self,
        code: Code,
        at: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let place = Place::Script(self.on_disk(&at));
        self.add(code, message.into(), hint.into(), place);
    }

    /// A finding at some bytes of the definition as it is on disk.
    pub(super) fn definition(
        &mut self,
        code: Code,
        at: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(code, message.into(), hint.into(), Place::Written(at));
    }

    fn add(&mut self, code: Code, message: String, hint: String, place: Place) {
        let (message, hint) = (self.with_markers(message), self.with_markers(hint));
        if let Place::Script(at) = &place {
            self.doesnt_load |= code.0.starts_with("HS30") || code.0.starts_with("HS31");
            self.begins.insert((code, at.start));
            if at.len() < MAX_COVER {
                let end = self.covers.entry(at.start).or_default();
                *end = at.end.max(*end);
            }
        }
        self.found.push(Found { code, message, hint: Some(hint).filter(|h| !h.is_empty()), place });
    }

    /// Whether some bytes of the script were inserted by a keyword.
    pub(super) fn is_from_keyword(&self, at: &Range<usize>) -> bool {
        let replaced = &self.hook.script_source.replaced;
        let first = replaced.partition_point(|(out, _)| out.end <= at.start);
        replaced.get(first).is_some_and(|(out, _)| out.start < at.end)
    }

    /// Whether something was found already that keeps the script from loading,
    /// or that covers these bytes of it.
    pub(super) fn is_reported(&self, at: &Range<usize>) -> bool {
        let start = self.on_disk(at).start;
        let near = self.covers.range(start.saturating_sub(MAX_COVER)..=start);
        self.doesnt_load || near.into_iter().any(|(_, end)| start < *end)
    }

    /// Whether a rule found something that begins at this place.
    pub(super) fn has(&self, code: Code, at: &Range<usize>) -> bool {
        self.begins.contains(&(code, self.on_disk(at).start))
    }

    /// Whether a rule found something that begins inside a place.
    pub(super) fn has_within(&self, code: Code, at: &Range<usize>) -> bool {
        let at = self.on_disk(at);
        self.begins.range((code, at.start)..(code, at.end)).next().is_some()
    }

    /// Whether this is about a hook or an action.
    pub(super) fn kind(&self) -> Kind {
        self.hook.kind()
    }

    /// What to call it in a sentence.
    pub(super) fn noun(&self) -> &'static str {
        match self.kind() {
            Kind::Action => "action",
            _ => "hook",
        }
    }

    /// Keeps some bytes of the script out of every excerpt.
    pub(super) fn hide_in_script(&mut self, at: &Range<usize>) {
        let at = self.on_disk(at);
        self.script_credentials.push(at);
    }

    /// Keeps some bytes of the definition out of every excerpt.
    pub(super) fn hide_in_definition(&mut self, at: Range<usize>) {
        self.definition_credentials.push(at);
    }

    /// The bytes on disk behind some bytes of the script. What a keyword
    /// inserted is the marker's, as a whole.
    fn on_disk(&self, at: &Range<usize>) -> Range<usize> {
        let source = &self.hook.script_source;
        let start = source.on_disk(at.start);
        let around = source.replaced.partition_point(|(out, _)| out.end <= at.end);
        let end = match source.replaced.get(around) {
            Some((out, marker)) if out.start < at.end => marker.end,
            _ => source.on_disk(at.end),
        };
        start..end.max(start)
    }

    /// A text in which no keyword's value is quoted: a keyword may carry
    /// something that belongs into no log.
    fn with_markers(&self, text: String) -> String {
        self.markers().iter().fold(text, |text, (value, marker)| match text.contains(value) {
            true => text.replace(value, marker),
            false => text,
        })
    }

    fn markers(&self) -> &BTreeMap<&'h str, &'h str> {
        const LONG_ENOUGH_TO_MATTER: usize = 4;
        self.markers.get_or_init(|| {
            let source = &self.hook.script_source;
            let script = self.hook.script.as_str();
            let pairs = source.replaced.iter().filter_map(|(out, marker)| {
                Some((script.get(out.clone())?, source.text.get(marker.clone())?))
            });
            pairs.filter(|(value, _)| value.len() >= LONG_ENOUGH_TO_MATTER).collect()
        })
    }

    /// Drops what comments allow, and reports comments that are of no use.
    /// Without `complete`, some rules were not checked, and none is called of
    /// no use.
    pub(super) fn allow(
        &mut self,
        in_script: Vec<Allow>,
        in_definition: Vec<Allow>,
        complete: bool,
    ) {
        let hook = self.hook;
        let in_script = in_script
            .into_iter()
            .map(|allow| Allow { at: self.on_disk(&allow.at), ..allow })
            .collect();
        self.allow_in(in_script, &hook.script_source.text, Place::Script, complete);
        self.allow_in(in_definition, &hook.written.text, Place::Written, complete);
    }

    fn allow_in(
        &mut self,
        allows: Vec<Allow>,
        text: &str,
        place: fn(Range<usize>) -> Place,
        complete: bool,
    ) {
        if allows.is_empty() {
            return;
        }
        let lines_of_text = allow::Lines::new(text);
        let lines = allow::lines_of(&allows, text, &lines_of_text);
        let kind = std::mem::discriminant(&place(0..0));
        let line_of = |found: &Found| lines_of_text.of(found.place.start());
        let is_of_text = |found: &Found| std::mem::discriminant(&found.place) == kind;
        let found: BTreeSet<(Code, usize)> = self
            .found
            .iter()
            .filter(|found| is_of_text(found))
            .map(|found| (found.code, line_of(found)))
            .collect();
        let mut allowed = BTreeSet::new();
        for (allow, lines) in allows.into_iter().zip(lines) {
            let at = || place(allow.at.clone());
            for rule in &allow.rules {
                let Ok(code) = rule else {
                    let name = rule.as_ref().err().map_or("", String::as_str);
                    self.add(ALLOW_UNKNOWN, unknown(name), String::new(), at());
                    continue;
                };
                let here = lines.map(|line| (*code, line));
                // What one comment has allowed, the next allows in vain.
                let is_used = here.iter().any(|it| found.contains(it) && !allowed.contains(it));
                allowed.extend(here);
                if complete && !is_used && self.settings.severity(*code).is_some() {
                    let message = format!("{code} is allowed here, but there is no such finding.");
                    self.add(ALLOW_UNUSED, message, "remove this comment".into(), at());
                }
            }
            if !allow.has_reason && allow.rules.iter().any(Result::is_ok) {
                let message = "This comment doesn't say why the finding is fine.".into();
                let hint = "write the reason after the code".into();
                self.add(ALLOW_WITHOUT_REASON, message, hint, at());
            }
        }
        self.found.retain(|found| {
            !(is_of_text(found) && allowed.contains(&(found.code, line_of(found))))
        });
    }

    /// The findings in order, graded, with excerpts that show no credential.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let Self { hook, settings, mut found, script_credentials, definition_credentials, .. } =
            self;
        found.sort_by_key(|found| found.place.start());
        let script_credentials = joined(script_credentials);
        let definition_credentials = joined(definition_credentials);
        let script = &hook.script_source;
        let in_script = Lines::new(&script.text, LONG_LINE);
        let in_definition = Lines::new(&hook.written.text, LONG_LINE);
        let mut diagnostics: Vec<_> = found
            .into_iter()
            .filter_map(|Found { code, message, hint, place }| {
                let severity = settings.severity(code)?;
                let finding = Diagnostic { hint, ..Diagnostic::new(code, severity, message) };
                Some(match place {
                    Place::Script(at) => {
                        let text = &script.text;
                        let found = finding.in_file(&*script.file);
                        let found = found.at_lines(&in_script, text, at.start, at.end);
                        redacted(found, text, at.start, &script_credentials)
                    }
                    Place::Written(at) => {
                        let text = &hook.written.text;
                        let found = finding.in_file(&*hook.place.file);
                        let found = found.at_lines(&in_definition, text, at.start, at.end);
                        without_secrets(redacted(found, text, at.start, &definition_credentials))
                    }
                })
            })
            .collect();
        diagnostics.sort();
        diagnostics.dedup();
        diagnostics
    }
}

/// A line longer than this, as bundlers write them, is not worth showing.
const LONG_LINE: usize = 2000;

/// Ranges in order, without overlaps, so that one is found at once.
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Overwrites every credential in a finding's excerpt with asterisks, one a
/// character, so that the underline stays where it belongs. `credentials` are
/// [joined].
fn redacted(
    mut finding: Diagnostic,
    text: &str,
    at: usize,
    credentials: &[Range<usize>],
) -> Diagnostic {
    let Some(excerpt) = finding.excerpt.as_mut().filter(|_| !credentials.is_empty()) else {
        return finding;
    };
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let hidden = |byte: usize| {
        let after = credentials.partition_point(|range| range.start <= byte);
        after.checked_sub(1).is_some_and(|last| credentials[last].contains(&byte))
    };
    excerpt.line = excerpt
        .line
        .char_indices()
        .map(|(offset, shown)| if hidden(line_start + offset) { '*' } else { shown })
        .collect();
    finding
}

/// Overwrites what follows `secrets:` on the same line, where the values of a
/// whole map may stand.
fn without_secrets(mut finding: Diagnostic) -> Diagnostic {
    if let Some(excerpt) = finding.excerpt.as_mut()
        && let Some((before, after)) = excerpt.line.split_once("secrets")
    {
        let hidden = |c: char| if c.is_alphanumeric() { '*' } else { c };
        excerpt.line = format!("{before}secrets{}", after.chars().map(hidden).collect::<String>());
    }
    finding
}

#[cfg(test)]
mod tests;
