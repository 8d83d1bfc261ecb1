//! The versions of an action, for people and for programs.
//!
//! Main type: [`Versions`]. Must not know how they were read.

use serde::Serialize;

use super::Style;
use super::ink::{Ink, plain, span};
use super::json::pretty;
use super::layout::{Page, padded, width};
use super::safe;

/// The longest name that is shown.
const LONGEST: usize = 200;

/// The versions of one action, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Versions {
    /// Of this document.
    pub format_version: &'static str,
    /// The tenant.
    pub tenant: String,
    /// The action's name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its trigger.
    pub trigger_id: String,
    /// The versions that the tenant has kept.
    pub versions: Vec<Version>,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Its number.
    pub number: Option<u64>,
    /// Its id.
    pub id: String,
    /// Whether it is the one that runs.
    pub deployed: bool,
    /// When it was made.
    pub created_at: Option<String>,
    /// Its runtime.
    pub runtime: Option<String>,
    /// The digest of its code.
    pub script_sha256: Option<String>,
    /// Whether its code is that of the draft.
    pub same_script_as_draft: bool,
    /// Its packages.
    pub dependencies: std::collections::BTreeMap<String, String>,
    /// The names of its secrets.
    pub secrets: Vec<String>,
}

impl Versions {
    /// For programs.
    #[must_use]
    pub fn json(&self) -> String {
        pretty(self)
    }

    /// For people.
    #[must_use]
    pub fn text(&self, style: &Style) -> String {
        let theirs = |text: &str| safe::short(text, LONGEST, style.unicode);
        let mut page = Page::new(style);
        page.wrap(
            0,
            2,
            &[
                span(Ink::Strong, theirs(&self.name)),
                plain(format!(" on {}, tenant {}", theirs(&self.trigger_id), theirs(&self.tenant))),
            ],
        );
        if self.versions.is_empty() {
            page.wrap(2, 2, &[plain("It was never deployed.")]);
            return page.finish();
        }
        let numbers: Vec<String> = self.versions.iter().map(|found| found.label()).collect();
        let wide = numbers.iter().map(|number| width(number)).max().unwrap_or(0);
        for (found, number) in self.versions.iter().zip(&numbers) {
            let mut parts = vec![theirs(found.created_at.as_deref().unwrap_or("time not known"))];
            parts.extend(found.runtime.as_deref().map(theirs));
            parts.extend(found.script_sha256.as_deref().map(|sum| theirs(&short(sum))));
            parts.extend(found.same_script_as_draft.then(|| "code as in the draft".to_owned()));
            let mut spans = vec![plain(format!("{}  ", padded(number, wide)))];
            if found.deployed {
                spans.push(span(Ink::Added, "deployed"));
                spans.push(plain("  "));
            } else {
                spans.push(plain(" ".repeat("deployed".len() + 2)));
            }
            spans.push(plain(parts.join("  ")));
            page.wrap(2, (wide + 6).min(style.columns() / 2), &spans);
        }
        page.finish()
    }
}

impl Version {
    fn label(&self) -> String {
        self.number.map_or_else(|| "v?".to_owned(), |number| format!("v{number}"))
    }
}

/// Enough of a digest to tell versions apart by eye.
fn short(sum: &str) -> String {
    format!("sha256:{}", sum.chars().take(12).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(number: u64, deployed: bool) -> Version {
        Version {
            number: Some(number),
            id: format!("id-{number}"),
            deployed,
            created_at: Some("2026-11-27T10:00:00Z".into()),
            runtime: Some("node22".into()),
            script_sha256: Some("ab".repeat(32)),
            same_script_as_draft: deployed,
            dependencies: std::collections::BTreeMap::new(),
            secrets: vec!["KEY".into()],
        }
    }

    fn versions(name: &str) -> Versions {
        Versions {
            format_version: "1",
            tenant: "acme".into(),
            name: name.into(),
            id: "1".into(),
            trigger_id: "post-login".into(),
            versions: vec![version(12, true), version(9, false)],
        }
    }

    #[test]
    fn each_version_has_its_line_and_the_deployed_one_says_so() {
        assert_eq!(
            versions("Add roles").text(&Style::plain(80)),
            "Add roles on post-login, tenant acme\n  \
             v12  deployed  2026-11-27T10:00:00Z  node22  sha256:abababababab  code as in\n         \
             the draft\n  \
             v9             2026-11-27T10:00:00Z  node22  sha256:abababababab\n"
        );
        let none = Versions { versions: Vec::new(), ..versions("a") };
        assert!(none.text(&Style::plain(80)).contains("never deployed"));
    }

    #[test]
    fn hostile_names_and_narrow_terminals() {
        for columns in [30, 40, 200] {
            let shown = versions("a\u{1b}[31m\u{202e}b").text(&Style::plain(columns));
            assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown}");
            assert!(shown.lines().all(|line| width(line) <= columns), "{shown}");
        }
        assert!(versions("a\u{202e}b").json().contains("a\\u202eb"));
    }
}
