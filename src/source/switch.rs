//! Switching a hook off in its file: an edit of that one value.
//!
//! Must not touch anything else, comments and blanks included.

use super::node::Value;
use super::yaml::{self, Edit, SMALL};

/// The key in a definition.
const ENABLED: &str = "enabled";

/// A definition's text with `enabled: false`, everything else as it is. `None`
/// where that can't be done in place.
#[must_use]
pub fn switched_off(text: &str) -> Option<String> {
    let tree = yaml::parse(text, SMALL).ok()?;
    tree.as_map()?;
    if tree.get(ENABLED).is_some_and(|entry| matches!(entry.value.value, Value::Bool(false))) {
        return Some(text.to_owned());
    }
    let edit = Edit::Set(vec![ENABLED.to_owned()], Value::Bool(false));
    let edited = yaml::edit(text, &tree, &[edit], SMALL)?;
    (!edited.rewritten).then_some(edited.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_changes_and_nothing_else() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(switched_off(text).as_deref(), expected, "{text}");
        };
        check(
            "# why\nname: a   # here\nenabled: true  # on\n\nscript: \"a.js\"\n",
            Some("# why\nname: a   # here\nenabled: false  # on\n\nscript: \"a.js\"\n"),
        );
        check("name: a\nenabled: false\n", Some("name: a\nenabled: false\n"));
        check("name: a\ntriggerId: x\n", Some("name: a\ntriggerId: x\nenabled: false\n"));
        check(
            "{\"name\": \"a\", \"enabled\": true}",
            Some("{\"name\": \"a\", \"enabled\": false}"),
        );
        check("- a\n", None);
        check("a: [\n", None);
    }
}
