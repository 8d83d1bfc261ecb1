//! The page of a plan.

use proptest::prelude::*;

use super::plan;
use crate::report::samples::*;
use crate::report::{NoPlan, PlanView};

/// A page without what is the same on every page.
fn body(page: &str) -> &str {
    let start = page.find("<main").unwrap();
    &page[start..page.find("</main>").unwrap()]
}

#[test]
fn risks_come_first_and_scripts_stand_side_by_side() {
    let page = plan(&[PlanView::of(&full_plan())], &[]);
    insta::assert_snapshot!("plan", body(&page));
    insta::assert_snapshot!("plan_clean", body(&plan(&[PlanView::of(&clean_plan())], &[])));
    let (clean, full) = (clean_plan(), script_update(OLD_SCRIPT, NEW_SCRIPT));
    let several = [
        PlanView { environment: Some("staging"), ..PlanView::of(&clean) },
        PlanView { environment: Some("production"), ..PlanView::of(&full) },
    ];
    let missing = [NoPlan { environment: Some("live"), why: "no <b> connection".to_owned() }];
    insta::assert_snapshot!("plans", body(&plan(&several, &missing)));
}

#[test]
fn a_page_asks_nobody_and_runs_nothing_but_its_own_script() {
    let page = plan(&[PlanView::of(&full_plan())], &[]);
    assert_eq!(page.matches("<script>").count(), 1);
    for word in ["src=", "@import", "url(", "href=\"http", "style=\"", "onclick", "<link", "<img"] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
}

/// The elements of a text, and the text between them.
fn elements(page: &str) -> Vec<&str> {
    let tags = page.split('<').skip(1).filter_map(|part| part.split_once('>'));
    tags.map(|(tag, _)| tag.split([' ', '\n']).next().unwrap_or_default()).collect()
}

const OURS: &[&str] = &[
    "main", "article", "h1", "h2", "h3", "p", "strong", "span", "dl", "dt", "dd", "code",
    "section", "ul", "ol", "li", "a", "div", "label", "input", "fieldset", "legend", "button",
    "details", "summary", "table", "thead", "tbody", "tr", "th", "td", "del", "ins", "nav",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_text_becomes_an_element(made in any_plan()) {
        let page = plan(&[PlanView::of(&made)], &[]);
        for element in elements(body(&page)) {
            let name = element.trim_start_matches('/');
            prop_assert!(OURS.contains(&name), "{element}");
        }
        prop_assert!(page.chars().all(|found| found == '\n' || !crate::report::safe::is_unsafe(found)));
    }
}
