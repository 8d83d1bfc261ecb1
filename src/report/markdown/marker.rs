//! The first line of a comment with a plan, by which it is found again.
//!
//! One for each folder and each set of environments (or tenant): several jobs
//! of a pull request each keep a comment of their own. Must not depend on what
//! the plan says.

use super::{NoPlan, PlanView};

/// What every marker begins with.
pub const BEGINNING: &str = "<!-- hooksync plan of ";

/// Longer parts are cut; a folder or environment is not.
const LONGEST: usize = 400;

/// The marker of plans for a folder, as it is called in the repository.
pub(super) fn of(views: &[PlanView<'_>], missing: &[NoPlan<'_>], directory: &str) -> String {
    let planned = views.iter().map(|view| view.environment.unwrap_or(&view.plan.tenant));
    let unplanned = missing.iter().map(|one| one.environment.unwrap_or_default());
    let mut places: Vec<&str> = planned.chain(unplanned).collect();
    // whether or not the plan of one could be made, it is one comment
    places.sort_unstable();
    marker(directory, &places)
}

/// The marker for a folder and the environments or tenants it is planned for.
#[must_use]
pub fn marker(directory: &str, places: &[&str]) -> String {
    let places: Vec<String> = places.iter().map(|place| plain(place)).collect();
    format!("{BEGINNING}{} for {} -->", plain(directory), places.join(" and "))
}

/// A text that nothing ends and no program would change.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut before = '-';
    for found in text.chars() {
        let is_plain = found.is_ascii_alphanumeric()
            || matches!(found, '.' | '_' | '/' | ':')
            || (found == '-' && before != '-');
        if is_plain {
            out.push(found);
        } else {
            out.push_str(&format!("%{:X};", u32::from(found)));
        }
        before = if is_plain { found } else { ';' };
        if out.len() > LONGEST {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_and_environment_has_a_marker_of_its_own() {
        let check = |directory: &str, places: &[&str], expected: &str| {
            assert_eq!(marker(directory, places), expected);
        };
        check("hooks", &["prod"], "<!-- hooksync plan of hooks for prod -->");
        check(
            "auth/hooks",
            &["acme.eu.auth0.com"],
            "<!-- hooksync plan of auth/hooks for acme.eu.auth0.com -->",
        );
        check("h", &["live", "test"], "<!-- hooksync plan of h for live and test -->");
        check("a-->b", &["-x y"], "<!-- hooksync plan of a-%2D;%3E;b for %2D;x%20;y -->");
        check("é\n", &[], "<!-- hooksync plan of %E9;%A; for  -->");
    }

    #[test]
    fn the_longest_names_leave_room_for_the_plan() {
        let text = marker(&"é".repeat(9_000), &["-".repeat(9_000).as_str()]);
        assert!(text.len() < 900 && !text.trim_end_matches("-->").contains("--%"), "{text}");
    }
}
