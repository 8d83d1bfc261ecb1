//! Which live resource a definition means.
//!
//! By name first; by a former name where the tenant has that and not the
//! name. Renames that follow one another (`a` becomes `b` while `b` becomes
//! `c`) or form a ring are distinguished from renames that are done already.
//! Must not compare anything else.

use std::collections::BTreeSet;

use crate::model::{Definition, Live, Name, Script, Trigger};

/// Ends the name that something bears while another one takes its old
/// name.
pub const RENAME_SUFFIX: &str = "hooksync-rename";
/// Ends the name that something bears while its replacement is made.
pub const REPLACED_SUFFIX: &str = "hooksync-replaced";

/// What is live of each definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// For each definition, the place of what is live of it.
    pub of_desired: Vec<Option<usize>>,
    /// Those that go by the name of one that is taken: the tenant has two
    /// of them.
    pub doubles: Vec<usize>,
}

/// Pairs definitions with what is live of the same kind. Both lists may be in any order; ties are
/// broken by the live one's id.
#[must_use]
pub fn pair(desired: &[&Definition], live: &[&Live]) -> Pairing {
    let mut pairs = Pairs {
        desired,
        live,
        of_desired: vec![None; desired.len()],
        taken: vec![None; live.len()],
        unfinished: vec![false; desired.len()],
    };
    pairs.interrupted();
    pairs.by_name();
    for index in 0..desired.len() {
        if pairs.of_desired[index].is_none() {
            pairs.by_former_name(index, &mut vec![false; desired.len()]);
        }
    }
    pairs.rings();
    let doubles = pairs.doubles();
    Pairing { of_desired: pairs.of_desired, doubles }
}

/// `name-suffix`, numbered if that is taken.
pub(super) fn free_name(name: &Name, suffix: &str, is_taken: impl Fn(&Name) -> bool) -> Name {
    let plain = name.with_suffix(suffix);
    let numbered = (2..).map(|number| plain.with_suffix(&number.to_string()));
    let mut all = std::iter::once(plain.clone()).chain(numbered);
    all.find(|name| !is_taken(name)).unwrap_or(plain)
}

struct Pairs<'a> {
    desired: &'a [&'a Definition],
    live: &'a [&'a Live],
    of_desired: Vec<Option<usize>>,
    /// Which definition has something live.
    taken: Vec<Option<usize>>,
    /// The definitions whose renames an interrupted run has begun.
    unfinished: Vec<bool>,
}

impl Pairs<'_> {
    fn take(&mut self, desired: usize, live: usize) {
        self.of_desired[desired] = Some(live);
        self.taken[live] = Some(desired);
    }

    /// Those of a name, those with the definition's trigger first.
    fn candidates(&self, index: usize, name: &Name) -> Vec<usize> {
        let mut found: Vec<usize> =
            (0..self.live.len()).filter(|&at| self.live[at].name == *name).collect();
        found.sort_by_key(|&at| {
            (self.live[at].trigger != self.desired[index].trigger, self.live[at].precedence())
        });
        found
    }

    /// What bears the name of a rename under way is meant by the definition that
    /// it is on the way to, whatever its trigger, as long as another one has that
    /// name and a definition to go to.
    fn interrupted(&mut self) {
        for index in 0..self.desired.len() {
            let name = &self.desired[index].name;
            let waiting = self.candidates(index, &name.with_suffix(RENAME_SUFFIX));
            let wanted = |other: &&Definition| other.renamed_from.contains(name);
            let goes = self.desired.iter().copied().any(|other| wanted(&other));
            if let (Some(&at), true) = (waiting.first(), goes)
                && self.taken[at].is_none()
                && !self.candidates(index, name).is_empty()
            {
                self.take(index, at);
                self.unfinished[index] = true;
            }
        }
        // and so on along the renames
        while let Some(next) = (0..self.desired.len()).find(|&at| {
            !self.unfinished[at]
                && self.desired.iter().zip(&self.unfinished).any(|(other, begun)| {
                    *begun && self.desired[at].renamed_from.contains(&other.name)
                })
        }) {
            self.unfinished[next] = true;
        }
    }

    fn by_name(&mut self) {
        for index in 0..self.desired.len() {
            if self.of_desired[index].is_some() {
                continue;
            }
            let found = self.candidates(index, &self.desired[index].name);
            if let Some(&first) = found.first() {
                self.take(index, first);
            }
        }
    }

    /// What goes by the name of something that is taken. An action at another
    /// trigger is what an interrupted replacement left.
    fn doubles(&self) -> Vec<usize> {
        let all = || self.taken.iter().zip(self.live).enumerate();
        let known = |live: &Live| {
            let trigger = (!live.kind().is_known_by_name()).then(|| live.trigger.clone());
            (live.name.clone(), trigger)
        };
        let names: BTreeSet<(Name, Option<Trigger>)> = all()
            .filter(|(_, (taken, _))| taken.is_some())
            .map(|(_, (_, live))| known(live))
            .collect();
        all()
            .filter(|(_, (taken, live))| taken.is_none() && names.contains(&known(live)))
            .map(|(at, _)| at)
            .collect()
    }

    /// The former names of a definition, those of an interrupted run last.
    fn former_names(&self, index: usize) -> Vec<Name> {
        let Definition { name, renamed_from, .. } = self.desired[index];
        let mut names = renamed_from.clone();
        names.push(name.with_suffix(RENAME_SUFFIX));
        names.push(name.with_suffix(REPLACED_SUFFIX));
        names
    }

    /// Finds a live one under a former name. One that another definition
    /// goes by may be taken if that one has a former name to go to: then the
    /// renames follow one another and none of them is done yet. Their triggers
    /// have to fit, for a rename that replaces is no likely reading.
    fn by_former_name(&mut self, index: usize, seen: &mut Vec<bool>) -> bool {
        if std::mem::replace(&mut seen[index], true) {
            return false;
        }
        let moves = self.of_desired[index].is_some();
        for name in self.former_names(index) {
            for at in self.candidates(index, &name) {
                let fits =
                    self.unfinished[index] || self.live[at].trigger == self.desired[index].trigger;
                let free = match self.taken[at] {
                    None => fits || !moves,
                    Some(other) => {
                        fits && self.live[at].name == self.desired[other].name
                            && self.by_former_name(other, seen)
                    }
                };
                if free {
                    self.take(index, at);
                    return true;
                }
            }
        }
        false
    }

    /// Rings of renames (`a` and `b` change places): every name is there
    /// before and after, so only the content can tell whether it is done.
    /// The renames are wanted where the triggers and scripts fit better then.
    fn rings(&mut self) {
        let mut done = vec![false; self.desired.len()];
        for start in 0..self.desired.len() {
            let Some(ring) = self.ring_from(start, &done) else { continue };
            for &member in &ring {
                done[member] = true;
            }
            let now: Vec<(usize, usize)> =
                ring.iter().filter_map(|&at| Some((at, self.of_desired[at]?))).collect();
            if now.len() != ring.len() {
                continue;
            }
            let turned: Vec<(usize, usize)> =
                (0..now.len()).map(|at| (now[at].0, now[(at + 1) % now.len()].1)).collect();
            if self.misfits(&turned) < self.misfits(&now) {
                for (desired, live) in turned {
                    self.take(desired, live);
                }
            }
        }
    }

    /// Follows former names from one definition to the next until it is back.
    fn ring_from(&self, start: usize, done: &[bool]) -> Option<Vec<usize>> {
        let mut ring = vec![start];
        loop {
            let last = *ring.last()?;
            if done[last] {
                return None;
            }
            let next = (0..self.desired.len()).find(|&other| {
                other != last
                    && self.goes_by_name(other)
                    && self.desired[last].renamed_from.contains(&self.desired[other].name)
            })?;
            if next == start {
                return self.goes_by_name(start).then_some(ring);
            }
            if ring.contains(&next) {
                return None;
            }
            ring.push(next);
        }
    }

    fn goes_by_name(&self, index: usize) -> bool {
        self.of_desired[index].is_some_and(|at| self.live[at].name == self.desired[index].name)
    }

    /// How many triggers, then how many scripts differ. A script that isn't
    /// known counts as fitting.
    fn misfits(&self, pairs: &[(usize, usize)]) -> (usize, usize) {
        let count = |differs: fn(&Definition, &Live) -> bool| {
            pairs.iter().filter(|&&(d, l)| differs(self.desired[d], self.live[l])).count()
        };
        (
            count(|definition, live| definition.trigger != live.trigger),
            count(|definition, live| {
                let differs = |old: &Script| !old.same_but_newlines(&definition.script);
                live.script.as_ref().is_some_and(differs)
            }),
        )
    }
}
