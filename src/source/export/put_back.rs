//! Keyword markers back into live text that changed around them.
//!
//! A marker stands for one environment's value in each environment, so a line
//! that was edited on the tenant keeps its markers where their values still
//! stand. Where that can't be said for certain (a value of a character or two,
//! one that occurs elsewhere too, or within another word) the text stays as the
//! tenant has it. Pure text work; must not know where values come from.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::source::keyword::{Budget, Why, markers, replace};

/// A value in what a file gives, and the marker that the file has for it.
#[derive(Debug, Clone)]
pub(super) struct Mark<'a> {
    pub(super) value: Range<usize>,
    pub(super) marker: &'a str,
}

/// Shorter values occur by chance.
const SHORTEST: usize = 3;

/// So much is looked through for values, at most: a run of lines times its
/// different markers.
const MOST: usize = 100_000_000;

/// The live text with its markers put back. `given` is what the file has in its
/// place today, with the values in it.
pub(super) fn put_back(given: &str, marks: &[Mark<'_>], live: &str) -> String {
    let mut of_value: BTreeMap<&str, Vec<&Mark<'_>>> = BTreeMap::new();
    for mark in marks {
        of_value.entry(given.get(mark.value.clone()).unwrap_or_default()).or_default().push(mark);
    }
    if of_value.len().saturating_mul(given.len().max(live.len())) > MOST {
        return live.to_owned();
    }
    let mut found: Vec<(Range<usize>, &str)> = Vec::new();
    for (value, marks) in of_value {
        // one keyword, though JSON takes the quotes around it along
        let keywords: BTreeSet<&str> =
            marks.iter().map(|mark| mark.marker.trim_matches(['\'', '"'])).collect();
        let is_plain = value.chars().count() >= SHORTEST && !value.contains(['\n', '\r']);
        if keywords.len() > 1 || !is_plain || value.trim().is_empty() {
            continue;
        }
        let here = places(given, value, marks.len());
        let there = places(live, value, marks.len());
        let is_certain = here.len() == marks.len()
            && there.len() == marks.len()
            && here.iter().zip(&there).all(|(at, to)| {
                let (was, is) = (edges(given, at), edges(live, to));
                (was.0 || !is.0) && (was.1 || !is.1)
            });
        if is_certain {
            found.extend(there.into_iter().zip(marks).map(|(place, mark)| (place, mark.marker)));
        }
    }
    found.sort_by_key(|(place, _)| (place.start, place.end));
    let overlap = found.windows(2).any(|two| match two {
        [(first, _), (second, _)] => second.start < first.end,
        _ => false,
    });
    if overlap {
        return live.to_owned();
    }
    let mut text = String::with_capacity(live.len());
    let (mut end, mut values) = (0, BTreeMap::new());
    for (place, marker) in found {
        text.push_str(live.get(end..place.start).unwrap_or_default());
        text.push_str(marker);
        values.insert(marker, live.get(place.clone()).unwrap_or_default());
        end = place.end;
    }
    text.push_str(live.get(end..).unwrap_or_default());
    // signs beside a marker may make another one of it
    if says(&text, &values, live) { text } else { live.to_owned() }
}

/// Where a value occurs in a text, up to one more than `most` times. Places may
/// overlap.
fn places(text: &str, value: &str, most: usize) -> Vec<Range<usize>> {
    let step = value.chars().next().map_or(1, char::len_utf8);
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(value)) {
        found.push(from + at..from + at + value.len());
        if found.len() > most {
            break;
        }
        from += at + step;
    }
    found
}

/// Whether a place goes on as a word on either side.
fn edges(text: &str, place: &Range<usize>) -> (bool, bool) {
    let is_word = |found: Option<char>| found.is_some_and(|it| it.is_alphanumeric() || it == '_');
    let before = text.get(..place.start).and_then(|before| before.chars().next_back());
    let after = text.get(place.end..).and_then(|after| after.chars().next());
    let value = text.get(place.clone()).unwrap_or_default();
    (
        is_word(before) && is_word(value.chars().next()),
        is_word(after) && is_word(value.chars().next_back()),
    )
}

/// Whether a text gives another one with these values.
fn says(text: &str, values: &BTreeMap<&str, &str>, wanted: &str) -> bool {
    let mut budget = Budget::new(text.len(), u64::MAX);
    let given = replace(text, &BTreeSet::new(), &mut budget, |marker| {
        let value = text.get(marker.span.clone()).and_then(|written| values.get(written));
        value.map(|value| (*value).to_owned()).ok_or(Why::NoValue)
    });
    given.text == wanted
}

/// The live text with the markers that `written` has, put back; for a single
/// value such as a version. With several markers nobody can say which value is whose.
pub(super) fn put_back_value(written: &str, given: &str, live: &str) -> String {
    let mut all = markers(written);
    let (Some(marker), None) = (all.next(), all.next()) else { return live.to_owned() };
    let (before, after) = (marker.span.start, written.len() - marker.span.end);
    let value = before..given.len().saturating_sub(after);
    let is_there = written.get(..before) == given.get(..before)
        && written.get(marker.span.end..) == given.get(value.end..);
    match written.get(marker.span.clone()) {
        Some(marker) if is_there && !value.is_empty() => {
            put_back(given, &[Mark { value, marker }], live)
        }
        _ => live.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With `##HOST##` = `https://dev.example`, `##ENV##` = `dev`, `##A##` =
    /// `a`, `@@LIST@@` = `["x"]`, `##SAME##` = `https://dev.example`.
    fn check(file: &str, live: &str, expected: &str) {
        let given = replace(file, &BTreeSet::new(), &mut Budget::new(0, 9999), |marker| {
            Ok(match marker.key {
                "HOST" | "SAME" => "https://dev.example".into(),
                "ENV" => "dev".into(),
                "A" => "a".into(),
                "LIST" => "[\"x\"]".into(),
                _ => return Err(Why::NoValue),
            })
        });
        let marks: Vec<Mark<'_>> = given
            .places
            .iter()
            .map(|(value, marker)| Mark { value: value.clone(), marker: &file[marker.clone()] })
            .collect();
        assert_eq!(put_back(&given.text, &marks, live), expected, "{file} {live}");
    }

    #[test]
    fn a_marker_goes_back_where_its_value_stands() {
        check("get(##HOST##);", "fetch(https://dev.example, 1);", "fetch(##HOST##, 1);");
        check("a('@@LIST@@')", "b([\"x\"])", "b('@@LIST@@')");
        check("##HOST##/##HOST##", "https://dev.example+https://dev.example", "##HOST##+##HOST##");
        check("x ##ENV## ##HOST##", "y https://dev.example", "y ##HOST##");
        check("x_##ENV##", "y_dev", "y_##ENV##");
        check("@@LIST@@'@@LIST@@'", "[\"x\"] + [\"x\"]", "@@LIST@@ + '@@LIST@@'");
        check("x ##ENV##", "y #dev##", "y ###ENV####");
    }

    #[test]
    fn what_is_not_certain_stays_as_the_tenant_has_it() {
        // a letter or two occur by chance
        check("x(##A##)", "y(a)", "y(a)");
        // elsewhere, too, or fewer times
        check("x(##ENV##)", "y(dev, dev)", "y(dev, dev)");
        check("x(##ENV##, dev)", "y(dev)", "y(dev)");
        check("##ENV## ##ENV##", "dev", "dev");
        // within another word
        check("x(##ENV##)", "device(1)", "device(1)");
        // another value
        check("x(##HOST##)", "x(https://live.example)", "x(https://live.example)");
        // two markers of one value
        check("##HOST## ##SAME##", "https://dev.example", "https://dev.example");
        // it would become another marker
        check("x ##ENV##", "y ##X-dev", "y ##X-dev");
    }

    #[test]
    fn a_value_alone_keeps_its_marker() {
        let check = |written: &str, given: &str, live: &str, expected: &str| {
            assert_eq!(put_back_value(written, given, live), expected, "{written}");
        };
        check("^##V##", "^4.17.20", "~4.17.20", "~##V##");
        check("##V##", "4.17.20", "4.17.21", "4.17.21");
        check("##M##.##N##", "4.17", "^4.17", "^4.17");
        check("^##V##", "^4.17.20", "4.17.20 || 4.17.20", "4.17.20 || 4.17.20");
    }
}
