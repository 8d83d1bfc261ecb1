//! Keywords whose values hold markers themselves.
//!
//! The Deploy CLI replaces one keyword after the other in the whole text, so
//! that a value's markers are replaced with the rest. In hooksync's own layout
//! such a value is an error: it would go live with its markers in it. Must not
//! know which file a marker stands in.

use std::collections::BTreeSet;

use super::{Budget, Keywords, Marker, Why, Within, markers, next_marker, replace};

/// What becomes of a value's own markers.
#[derive(Clone, Copy)]
pub(crate) enum Nesting<'a> {
    /// They are refused, but for those that are text.
    Refused(&'a BTreeSet<String>),
    /// They are replaced.
    Resolved,
}

/// Values within values, at most.
const DEEPEST: usize = 8;

/// What a marker inserts. `missing` gets the keywords without a value that are
/// named by values; their markers stay in the text.
pub(crate) fn insert(
    keywords: &Keywords,
    marker: &Marker<'_>,
    within: Within,
    nesting: Nesting<'_>,
    budget: &mut Budget,
    missing: &mut Vec<String>,
) -> Result<String, Why> {
    let value = keywords.insert(marker, within)?;
    match nesting {
        _ if next_marker(&value, 0).is_none() => Ok(value),
        Nesting::Refused(literal) => {
            let is_text = markers(&value).all(|inner| literal.contains(inner.written));
            if is_text { Ok(value) } else { Err(Why::Nested) }
        }
        Nesting::Resolved => expand(keywords, &value, within, budget, missing, DEEPEST),
    }
}

/// A value with its own markers replaced.
fn expand(
    keywords: &Keywords,
    value: &str,
    within: Within,
    budget: &mut Budget,
    missing: &mut Vec<String>,
    depth: usize,
) -> Result<String, Why> {
    let mut failed = None;
    // What is put together here is counted again where it is put in.
    let mut own = Budget::new(value.len(), crate::source::file::MAX_BYTES);
    let none = BTreeSet::new();
    let out = replace(value, &none, &mut own, |marker| {
        if failed.is_some() || !budget.spend(0, 0) {
            return Err(Why::TooLarge);
        }
        let inner = match keywords.insert(marker, within) {
            Ok(inner) => inner,
            Err(why @ Why::Withheld(_)) => {
                failed = Some(why);
                return Err(why);
            }
            Err(why) => {
                missing.push(marker.key.to_owned());
                return Err(why);
            }
        };
        match next_marker(&inner, 0) {
            None => Ok(inner),
            Some(_) if depth == 0 => {
                failed = Some(Why::Nested);
                Err(Why::Nested)
            }
            Some(_) => expand(keywords, &inner, within, budget, missing, depth - 1)
                .inspect_err(|why| failed = Some(*why)),
        }
    });
    match failed {
        Some(why) => Err(why),
        None if own.is_spent() || budget.is_spent() => Err(Why::TooLarge),
        None => Ok(out.text),
    }
}
