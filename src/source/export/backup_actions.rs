//! The actions and bindings of a backup.
//!
//! An action is two things, and a definition says one: what runs is what the
//! definition holds if that is touched, and a draft that wasn't deployed lies
//! beside it. Must not write anything itself.

use std::collections::BTreeSet;
use std::path::Path;

use super::backup::{ASIDE, DRAFTS, Saved, definition, facts, of_secrets, put_files};
use super::bindings;
use super::names::Stems;
use crate::model::content::{as_deployed, draft_is_deployed};
use crate::model::{Live, LiveBindings};
use crate::source::write::Batch;

/// The folder of actions, of which a definition's kind is known.
const FOLDER: &str = "actions";

/// The folder, inside the backup, of what runs where only the draft is touched.
const DEPLOYED: &str = ".deployed";

/// What was added.
#[derive(Default)]
pub(super) struct Added {
    /// One for each action and trigger.
    pub(super) remarks: Vec<String>,
    /// Whether there are drafts beside what ran.
    pub(super) drafts: bool,
}

/// Adds the files of actions and of orders.
pub(super) fn add(
    dir: &Path,
    mut saved: Vec<&Saved<'_>>,
    orders: &[LiveBindings],
    batch: &mut Batch,
) -> Added {
    let mut added = Added::default();
    let mut stems = Stems::default();
    let mut names = BTreeSet::new();
    saved.sort_by_key(|saved| (&saved.live.name, &saved.live.id));
    for saved in saved {
        let stem = stems.give(&saved.live.name);
        let is_first = names.insert(&saved.live.name);
        if is_first && add_action(dir, saved, &stem, &mut added, batch).is_some() {
            continue;
        }
        put_files(
            batch,
            &dir.join(ASIDE).join(FOLDER),
            &stem,
            facts(saved.live),
            saved.live.script.as_ref(),
        );
        added.remarks.push(remark(
            saved.live,
            &stem,
            vec![format!("can't be put back by an apply; its content is in `{ASIDE}/`")],
        ));
    }
    let manner = bindings::Manner::of_backup(orders);
    if let Some(text) = bindings::as_text(&orders.iter().collect::<Vec<_>>(), &manner) {
        batch.create(dir.join(FOLDER).join(bindings::FILE), text);
        for order in orders {
            added.remarks.push(format!(
                "- the order of {}: {} actions\n",
                order.trigger.as_str().escape_debug(),
                order.entries.len()
            ));
        }
    }
    added
}

/// Adds one action; `None` if it can't be a definition.
fn add_action(
    dir: &Path,
    saved: &Saved<'_>,
    stem: &str,
    added: &mut Added,
    batch: &mut Batch,
) -> Option<()> {
    let Saved { live, becomes, goes_live, loses } = saved;
    let text = |live: &Live| definition(live, stem, true, *becomes, Path::new(FOLDER));
    let draft = (text(live)?, live.script.as_ref());
    let mut remarks = Vec::new();
    let ran = as_deployed(live, loses).filter(|_| !draft_is_deployed(live, true));
    let main = dir.join(FOLDER);
    let mut put = |folder: &Path, (text, script): (String, _)| {
        put_files(batch, folder, stem, text, script);
    };
    match ran {
        None => put(&main, draft),
        Some(ran) => {
            let deployed = (text(&ran)?, ran.script.as_ref());
            if *goes_live {
                put(&main, deployed);
                put(&dir.join(DRAFTS).join(FOLDER), draft);
                added.drafts = true;
                remarks.push(format!("its draft, which was not deployed, is in `{DRAFTS}/`"));
            } else {
                put(&main, draft);
                put(&dir.join(DEPLOYED).join(FOLDER), deployed);
                remarks.push(format!(
                    "its draft; what is deployed is not touched, and in `{DEPLOYED}/`"
                ));
            }
        }
    }
    let version = live.action().and_then(|action| action.deployed.as_ref());
    match version.map(|version| version.number) {
        Some(Some(number)) => remarks.push(format!("version {number} was deployed")),
        Some(None) => {}
        None => remarks.push("it was not deployed".to_owned()),
    }
    remarks.extend(of_secrets(live));
    added.remarks.push(remark(live, stem, remarks));
    Some(())
}

fn remark(live: &Live, stem: &str, parts: Vec<String>) -> String {
    format!(
        "- `{FOLDER}/{stem}`: id `{}`, {}; {}\n",
        live.id.as_str().escape_debug(),
        live.trigger.as_str().escape_debug(),
        parts.join("; ")
    )
}
