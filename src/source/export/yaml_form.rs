//! A `tenant.yaml` while an export changes it: its list of one kind, and the
//! order of its triggers.
//!
//! Main type: [`YamlForm`]. Only the sections that are meant change, and all else
//! is read back before anything is trusted. Must not write.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use super::form::Outcome;
use super::render;
use crate::model::Kind;
use crate::source::deploy_cli::{TRIGGERS, raw, section, section_of};
use crate::source::file::Text;
use crate::source::node::{Node, Value};
use crate::source::write::{Batch, NewContent};
use crate::source::yaml::{self, Edit, LARGE};

/// The list of one kind in a `tenant.yaml`, while it changes.
pub(super) struct YamlForm {
    pub(super) file: PathBuf,
    pub(super) kind: Kind,
    /// The file's text as it is without this form, where others change it, too.
    pub(super) under: Option<NewContent>,
    /// The orders of triggers that are set.
    pub(super) orders: Vec<(String, Value)>,
    /// The file as it is, once it was read.
    pub(super) text: Option<Rc<Text>>,
    /// The list as it is, markers as they are written.
    pub(super) items: Vec<Node>,
    /// Markers that stand without quotes.
    pub(super) bare: BTreeSet<String>,
    pub(super) edits: Vec<Edit>,
    pub(super) removed: Vec<usize>,
    pub(super) new: Vec<Node>,
}

impl YamlForm {
    pub(super) fn finish(mut self, batch: &mut Batch) -> Outcome {
        let has_list = !(self.edits.is_empty() && self.new.is_empty() && self.removed.is_empty());
        if !has_list && self.orders.is_empty() {
            return Outcome::InPlace;
        }
        // From the last, so that the places of the others stay.
        self.removed.sort_unstable();
        for index in self.removed.iter().rev() {
            let own = section_of(self.kind).to_owned();
            self.edits.push(Edit::Remove(vec![own, index.to_string()]));
        }
        let (mut text, before) = match &self.under {
            Some(NewContent { text, before }) => (text.clone(), before.clone()),
            None => {
                let read = self.text.as_ref().map(|text| text.text.to_string());
                let disk = read.or_else(|| std::fs::read_to_string(&self.file).ok());
                (disk.clone().unwrap_or_default(), disk)
            }
        };
        let mut outcome = Outcome::InPlace;
        let list = has_list.then(|| section_of(self.kind));
        let orders = (!self.orders.is_empty()).then_some(TRIGGERS);
        for key in [list, orders].into_iter().flatten() {
            let Some((new, how)) = self.section(key, &text) else { return Outcome::Impossible };
            if !section::others_stay(&text, &new, key) {
                return Outcome::Impossible;
            }
            if matches!(how, Outcome::Rewritten) {
                outcome = how;
            }
            text = new;
        }
        batch.writes.insert(self.file, NewContent { text, before });
        outcome
    }

    /// The text with one section changed.
    fn section(&self, key: &str, old: &str) -> Option<(String, Outcome)> {
        let part = section::find(old, key).map(|part| section::trimmed(old, part));
        let section = part.clone().and_then(|part| old.get(part));
        let is_orders = key == TRIGGERS;
        let in_place = section.and_then(|section| match is_orders {
            true => self.orders_in(section),
            false => self.in_place(section),
        });
        let rewritten = section.is_some() && in_place.is_none();
        let afresh = || if is_orders { self.orders_anew(section) } else { self.whole() };
        let mut new = in_place.or_else(afresh)?;
        if part.is_none() && !old.is_empty() && !old.ends_with('\n') {
            new.insert(0, '\n');
        }
        let text = splice(old, part.unwrap_or(old.len()..old.len()), &new)?;
        Some((text, if rewritten { Outcome::Rewritten } else { Outcome::InPlace }))
    }

    /// The section of triggers with its comments.
    fn orders_in(&self, part: &str) -> Option<String> {
        let tree = yaml::parse(part, LARGE).ok()?;
        tree.get(TRIGGERS)?.value.as_map()?;
        let edited = yaml::edit(part, &tree, &self.order_edits(), LARGE)?;
        (!edited.rewritten).then_some(edited.text)
    }

    /// The same without.
    fn orders_anew(&self, part: Option<&str>) -> Option<String> {
        let old = part.and_then(|part| yaml::parse(part, LARGE).ok());
        let is_map = |tree: &Node| tree.get(TRIGGERS).is_some_and(|e| e.value.as_map().is_some());
        let mut tree = old
            .filter(is_map)
            .unwrap_or_else(|| render::node(render::map([(TRIGGERS, Value::Map(Vec::new()))])));
        self.order_edits().iter().for_each(|edit| yaml::change_tree(&mut tree, edit));
        yaml::emit(&tree, LARGE)
    }

    fn order_edits(&self) -> Vec<Edit> {
        let set = |(trigger, order): &(String, Value)| {
            Edit::Set(vec![TRIGGERS.to_owned(), trigger.clone()], order.clone())
        };
        self.orders.iter().map(set).collect()
    }

    /// The list with all changes, as a document.
    fn wanted(&self, items: Vec<Node>) -> Node {
        let mut tree = render::node(render::map([(section_of(self.kind), Value::List(items))]));
        self.edits.iter().for_each(|edit| yaml::change_tree(&mut tree, edit));
        if let Value::Map(entries) = &mut tree.value
            && let Value::List(items) = &mut entries[0].value.value
        {
            items.extend(self.new.iter().cloned());
        }
        tree
    }

    /// The section with its comments: old entries edited where they stand, new
    /// ones behind them.
    fn in_place(&self, part: &str) -> Option<String> {
        // Bare markers are no YAML; in quotes they are, and mean the same.
        let (quoted, bare) = raw::quote_bare(part);
        let tree = yaml::parse(&quoted, LARGE).ok()?;
        let items = tree.get(section_of(self.kind))?.value.as_list()?;
        let mut text = yaml::edit_in_place(&quoted, &self.edits)?;
        if !self.new.is_empty() {
            let first = quoted.lines().skip(1).find(|line| line.trim_start().starts_with("- "))?;
            let indent = first.strip_suffix(first.trim_start())?;
            if !text.ends_with('\n') {
                text.push('\n');
            }
            for item in &self.new {
                let list = render::node(Value::List(vec![item.clone()]));
                for line in yaml::emit(&list, LARGE)?.lines() {
                    text.push_str(&format!("{indent}{line}\n"));
                }
            }
        }
        let wanted = self.wanted(items.to_vec());
        yaml::reads_back(&text, &wanted, LARGE).then(|| raw::unquote(&text, &bare))
    }

    /// The section without its comments. Markers stay.
    fn whole(&self) -> Option<String> {
        let text = yaml::emit(&self.wanted(self.items.clone()), LARGE)?;
        Some(raw::unquote(&text, &self.bare))
    }
}

/// The text with a part of it replaced, in the line ends that it has.
fn splice(text: &str, part: std::ops::Range<usize>, new: &str) -> Option<String> {
    let crlf = text.contains("\r\n") && !text.replace("\r\n", "").contains('\n');
    let new = if crlf {
        new.replace("\r\n", "\n").replace('\n', "\r\n").into()
    } else {
        std::borrow::Cow::from(new)
    };
    Some(format!("{}{new}{}", text.get(..part.start)?, text.get(part.end..)?))
}
