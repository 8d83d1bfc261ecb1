//! Events to run programs on, all of which follow from a seed.
//!
//! Main type: [`Generator`]. First the sample and each input present, absent
//! and empty by itself; then each value that the code compares an input with,
//! its neighbours, and combinations; later events grow out of those that met
//! new branches. Must not run anything.

mod combined;
mod replies;
mod worth;

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::dictionary::{self, Dictionary, Known};
use super::pairs::{FREE, Sides, optional, settle};
use super::secrets;
use super::tree::{Path, get, path, paths, set};
use super::values::{likely, texts_of};
use crate::sandbox::{Module, ModuleAnswer, sample};

/// What programs are run on.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The trigger's id.
    pub trigger: String,
    /// Which programs are compared.
    pub sides: Sides,
    /// The names of secrets; their values are made up.
    pub secrets: Vec<String>,
    /// Those of the new program, where they are others.
    pub secrets_after: Option<Vec<String>>,
    /// What everything follows from.
    pub seed: u64,
    /// How many events.
    pub events: usize,
}

/// One change of the sample.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    pub(super) path: Path,
    /// `None` takes the value away.
    pub(super) value: Option<Value>,
}

/// One event: the sample with changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Case {
    pub(super) changes: Vec<Change>,
    /// What the answers of stubs follow from.
    pub(super) seed: u64,
}

/// Where an event holds the settings of an action.
const CONFIGURATION: &str = "configuration";

/// How many of them wait at the most.
const FOLLOW_UPS: usize = 60;

/// How many pairs of changes wait at the most.
const PAIRS: usize = 400;

pub(super) struct Generator<'i> {
    inputs: &'i Inputs,
    sample: Value,
    dictionary: Dictionary,
    random: fastrand::Rng,
    /// Each path that is worth a change, with the values worth trying there.
    targets: Vec<(Path, Vec<Option<Value>>)>,
    /// Changes by themselves, still to be handed out.
    systematic: VecDeque<Change>,
    /// Two changes at once, of inputs that the code compares with something.
    pairs: VecDeque<[Change; 2]>,
    /// Events that met new branches.
    met: Vec<Case>,
    /// Changes on top of cases that met something new.
    follow_ups: VecDeque<Case>,
    handed_out: u64,
    /// What the codes load.
    packages: Vec<String>,
    /// Texts that the codes compare with something that has no input's name,
    /// such as the parameter of a function of their own.
    loose: Vec<String>,
}

impl<'i> Generator<'i> {
    pub(super) fn new(inputs: &'i Inputs, codes: &[&str]) -> Self {
        let mut sample = sample(inputs.sides.old_is_hook(), &inputs.trigger);
        let dictionary = read(inputs, &mut sample, codes);
        let mut it = Self {
            inputs,
            sample,
            dictionary,
            random: fastrand::Rng::with_seed(inputs.seed),
            targets: Vec::new(),
            systematic: VecDeque::new(),
            pairs: VecDeque::new(),
            met: vec![Case::default()],
            follow_ups: VecDeque::new(),
            handed_out: 0,
            packages: dictionary::stubbed(codes),
            loose: Vec::new(),
        };
        it.loose = it.find_loose();
        it.find_targets();
        it
    }

    /// What iterating over a package yields in a case: in every third one
    /// the texts of the event, as a list of known values would hold them.
    pub(super) fn modules(&self, case: &Case) -> BTreeMap<String, Module> {
        let mut words = Vec::new();
        if case.seed % 3 == 1 {
            texts_of(&self.event(case), &mut words);
        }
        let list = Value::Array(words);
        let answers = BTreeMap::from([("[]".to_owned(), ModuleAnswer::Value(list))]);
        let packages = self.packages.iter();
        packages.map(|name| (name.clone(), Module { answers: answers.clone() })).collect()
    }

    /// The event of a case.
    pub(super) fn event(&self, case: &Case) -> Value {
        let mut event = self.sample.clone();
        for change in case.changes.iter().filter(|change| !secrets::is_secret(change)) {
            set(&mut event, &change.path, change.value.clone());
        }
        settle(self.inputs.sides, &self.inputs.trigger, &mut event);
        event
    }

    /// Keeps a case that met something new, to grow others out of it.
    pub(super) fn keep(&mut self, case: Case) {
        // What the code compares its input with, on top of what got this far.
        let tied: Vec<_> =
            self.targets.iter().filter(|(path, _)| self.is_tied(path)).cloned().collect();
        let mut seen = std::collections::BTreeSet::new();
        let mut all = Vec::new();
        for (path, values) in tied {
            let is_changed = case.changes.iter().any(|change| change.path == path);
            if is_changed || !seen.insert(path.clone()) {
                continue;
            }
            for (rank, value) in likely(&values).into_iter().enumerate() {
                let mut next = case.clone();
                next.changes.push(Change { path: path.clone(), value });
                all.push((rank, next));
            }
        }
        // what got furthest goes first, and of it what is likeliest
        all.sort_by_cached_key(|(rank, next)| (self.guesses(&next.changes), *rank));
        all.truncate(FOLLOW_UPS / 2);
        for (_, next) in all.into_iter().rev() {
            self.follow_ups.push_front(next);
        }
        self.follow_ups.truncate(FOLLOW_UPS);
        self.met.push(case);
    }

    /// The next case.
    pub(super) fn next(&mut self) -> Case {
        self.handed_out += 1;
        if self.handed_out == 1 {
            return Case::default();
        }
        // The seed of the answers stays for a while, so that a change of the
        // input is the only one.
        let seed = if self.handed_out.is_multiple_of(3) {
            self.random.u64(..)
        } else {
            self.handed_out / 12
        };
        let turn = self.handed_out % 4;
        if turn == 2
            && let Some(mut case) = self.follow_ups.pop_front()
        {
            case.seed = seed;
            return case;
        }
        if turn != 0
            && let Some(change) = self.systematic.pop_front()
        {
            return Case { changes: vec![change], seed };
        }
        // most of these, so that chance has its turn, too
        if !self.handed_out.is_multiple_of(12)
            && let Some(changes) = self.pairs.pop_front()
        {
            return Case { changes: changes.to_vec(), seed };
        }
        let from = self.random.usize(..self.met.len());
        let mut case = self.met.get(from).cloned().unwrap_or_default();
        case.seed = seed;
        for _ in 0..1 + self.random.usize(..3) {
            if let Some(change) = self.change() {
                case.changes.retain(|known| known.path != change.path);
                case.changes.push(change);
            }
        }
        if case.changes.len() > 6 {
            let drop = self.random.usize(..case.changes.len());
            case.changes.remove(drop);
        }
        case
    }

    fn change(&mut self) -> Option<Change> {
        let at = self.random.usize(..self.targets.len().max(1));
        let (path, values) = self.targets.get(at)?;
        let value = values.get(self.random.usize(..values.len().max(1)))?.clone();
        Some(Change { path: path.clone(), value })
    }

    fn find_targets(&mut self) {
        let optional: Vec<Path> =
            optional(self.inputs.sides, &self.inputs.trigger).iter().map(|it| path(it)).collect();
        let mut found: BTreeMap<Path, Vec<Option<Value>>> = BTreeMap::new();
        let read = self.read_paths();
        for path in paths(&self.sample)
            .into_iter()
            .chain(optional.iter().cloned())
            .chain(read.iter().cloned())
        {
            let now = get(&self.sample, &path).cloned();
            let may_be_absent = optional.contains(&path) || is_free(&path) || read.contains(&path);
            let mut values = Vec::new();
            if may_be_absent && now.is_some() {
                values.push(None);
            }
            match &now {
                Some(Value::Object(_)) if is_own(&path) => {
                    values.push(Some(Value::Object(serde_json::Map::new())));
                }
                Some(Value::Object(_)) => {}
                Some(Value::Bool(flag)) => values.push(Some(Value::Bool(!flag))),
                Some(Value::Array(_)) => {
                    values.push(Some(Value::Array(Vec::new())));
                    values.extend(self.lists(&path).into_iter().map(Some));
                }
                Some(Value::Number(number)) => {
                    let next = number.as_i64().unwrap_or(0) + 1;
                    values.extend([Some(0.into()), Some(next.into())]);
                }
                Some(Value::String(_)) | Some(Value::Null) | None => {
                    if path.last().is_some_and(|last| last == "language") {
                        // what hooks got from the Classic Login page
                        values.push(Some("N/A".into()));
                    }
                    values.push(Some("".into()));
                    values.extend(self.texts(&path, now.as_ref()).into_iter().map(Some));
                }
            }
            let known = found.entry(path).or_default();
            for value in values {
                if value != now && !known.contains(&value) {
                    known.push(value);
                }
            }
        }
        for name in secrets::names(self.inputs) {
            let path = vec![secrets::ROOT.to_owned(), name];
            if self.is_read(&path) {
                let mut values = vec![None];
                values.extend(self.values_of_secret(&path).into_iter().map(Some));
                found.insert(path, values);
            }
        }
        // What the code reads comes first.
        let mut targets: Vec<_> =
            found.into_iter().filter(|(_, values)| !values.is_empty()).collect();
        targets.sort_by_key(|(path, _)| !self.is_read(path));
        // Each input absent by itself, before anything else.
        for (path, values) in &targets {
            if values.contains(&None) {
                self.systematic.push_back(Change { path: path.clone(), value: None });
            }
        }
        let most = targets.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
        for round in 0..most {
            for (path, values) in &targets {
                if let Some(value @ Some(_)) = values.get(round)
                    && (round < 3 || self.is_read(path))
                {
                    self.systematic.push_back(Change { path: path.clone(), value: value.clone() });
                }
            }
        }
        self.find_pairs(&targets);
        // What the code reads is changed more often, and most often what it
        // compares with something.
        let again = |targets: &[(Path, Vec<Option<Value>>)],
                     is_wanted: &dyn Fn(&[String]) -> bool| {
            targets.iter().filter(|(path, _)| is_wanted(path)).cloned().collect::<Vec<_>>()
        };
        let read = again(&targets, &|path| self.is_read(path));
        let tied = again(&targets, &|path| self.is_tied(path));
        self.targets = targets;
        for _ in 0..3 {
            self.targets.extend(read.iter().cloned());
        }
        for _ in 0..8 {
            self.targets.extend(tied.iter().cloned());
        }
    }
}

/// What the codes compare their input with, among it the values of secrets and
/// of the settings of an action, which the sample gets for it.
fn read(inputs: &Inputs, sample: &mut Value, codes: &[&str]) -> Dictionary {
    let mut known = Known::default();
    if sample.get(CONFIGURATION).is_some() {
        let reads = dictionary::of(codes, &known).reads;
        for (_, name) in reads.into_iter().filter(|(of, _)| of == CONFIGURATION) {
            let value = secrets::secret(&name);
            set(sample, &[CONFIGURATION.to_owned(), name.clone()], Some(value.as_str().into()));
            known.settings.insert(name, value);
        }
    }
    let names = secrets::names(inputs).into_iter();
    known.settings.extend(names.map(|name| (name.clone(), secrets::secret(&name))));
    for path in paths(sample) {
        if let (Some(Value::String(text)), Some(last)) = (get(sample, &path), path.last()) {
            known.inputs.entry(last.clone()).or_insert_with(|| text.clone());
        }
    }
    dictionary::of(codes, &known)
}

/// Whether the keys of what is at a path are the tenant's own.
fn is_own(path: &[String]) -> bool {
    path.last().is_some_and(|last| FREE.contains(&last.as_str()))
}

fn is_free(path: &[String]) -> bool {
    let inside = path.len().saturating_sub(1);
    path.iter().take(inside).any(|name| FREE.contains(&name.as_str()))
}
