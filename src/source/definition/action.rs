//! The fields that only an action's definition has.
//!
//! Must not look at what actions and hooks have in common.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::values::tell_empty;
use crate::model::{ActionBody, ModuleUse, SecretKey};
use crate::source::codes;
use crate::source::fields::{Fields, short};
use crate::source::node::{Entry, Node, Value};

/// Reads them; what is missing or faulty is as if it were not there.
pub(super) fn read<'n>(
    fields: &mut Fields<'_>,
    entry: impl Fn(&str) -> Option<&'n Entry>,
) -> ActionBody {
    let value = |field| entry(field).map(|entry| &entry.value);
    ActionBody {
        trigger_version: value("triggerVersion")
            .and_then(|value| word(fields, value, "`triggerVersion`", "such as `v3`")),
        runtime: value("runtime")
            .and_then(|value| word(fields, value, "`runtime`", "such as `node22`")),
        deploy: value("deploy")
            .and_then(|value| fields.boolean(value, "`deploy`"))
            .unwrap_or(ActionBody::default().deploy),
        modules: entry("modules").and_then(|entry| modules(fields, entry)),
        rotated_at: BTreeMap::new(),
    }
}

fn word(fields: &mut Fields<'_>, node: &Node, what: &str, example: &str) -> Option<String> {
    let text = fields.text(node, what)?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if text.is_empty() || !text.chars().all(is_word) {
        let message = format!("{what} is one word");
        fields.advise(codes::WRONG_KIND, message, &node.span, example);
        return None;
    }
    Some(text.to_owned())
}

/// The modules, a map from name to version number.
fn modules(fields: &mut Fields<'_>, Entry { key, value: node }: &Entry) -> Option<Vec<ModuleUse>> {
    if matches!(node.value, Value::Null) {
        tell_empty(fields, "modules", &key.span);
        return None;
    }
    let mut modules = Vec::new();
    let mut complete = true;
    for (name, Entry { value, .. }) in fields.map(node, "`modules`")? {
        let version = match &value.value {
            Value::Number(number) => number.parse().ok(),
            Value::Text(text) if value.replaced => text.parse().ok(),
            _ => None,
        };
        match version {
            Some(version) => modules.push(ModuleUse { name: name.to_owned(), version }),
            None if matches!(value.value, Value::Unresolved(_)) => complete = false,
            None => {
                complete = false;
                let message = format!("the version of module `{}` is a number", short(name));
                fields.advise(codes::WRONG_KIND, message, &value.span, "as in `helper: 3`");
            }
        }
    }
    modules.sort();
    complete.then_some(modules)
}

/// The value of a secret, which may stand beside the date of its rotation.
pub(super) fn secret<'n>(
    fields: &mut Fields<'_>,
    key: &str,
    entry: &'n Entry,
    rotated_at: &mut BTreeMap<SecretKey, Timestamp>,
) -> Option<&'n Entry> {
    if entry.value.as_map().is_none() {
        return Some(entry);
    }
    let what = format!("secret `{}`", short(key));
    fields.record(&entry.value, &what, &["value", "rotatedAt"])?;
    if let Some(Entry { key: at, value }) = entry.value.get("rotatedAt") {
        // The line may hold the value, too: the key is pointed at.
        let text = fields.text(value, "`rotatedAt`")?;
        match moment(text) {
            Some(moment) => {
                rotated_at.insert(key.to_owned(), moment);
            }
            None => {
                let message = format!("`rotatedAt` of {what} is neither a date nor a time");
                let hint = "write 2026-11-27 (00:00 UTC) or 2026-11-27T09:30:00Z";
                fields.advise(codes::ROTATION, message, &at.span, hint);
                return None;
            }
        }
    }
    let value = entry.value.get("value");
    if value.is_none() {
        let message = format!("{what} has no `value`");
        let hint = "write `value: \"##KEY##\"`, or _VALUE_NOT_SHOWN_ to keep the tenant's";
        fields.advise(codes::MISSING_FIELD, message, &entry.key.span, hint);
    }
    value
}

/// A date (00:00 UTC) or an RFC 3339 time.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    if text.len() != "2026-11-27".len() {
        return None;
    }
    let date: Date = text.parse().ok()?;
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_has_a_date_or_a_time() {
        let check = |text: &str, expected: Option<&str>| {
            let expected = expected.map(|text| text.parse::<Timestamp>().unwrap());
            assert_eq!(moment(text), expected, "{text}");
        };
        check("2026-11-27", Some("2026-11-27T00:00:00Z"));
        check("2026-11-27T09:30:00Z", Some("2026-11-27T09:30:00Z"));
        check("2026-11-27T09:30:00+02:00", Some("2026-11-27T07:30:00Z"));
        for wrong in
            ["", "27.11.2026", "2026-13-01", "2026-11-27T09:30", "2026-11-27 x", "20261127"]
        {
            check(wrong, None);
        }
    }
}
