//! Tests of `finding`.

use super::*;
use crate::lint::rule::SYNTAX_ERROR;
use crate::lint::testing::hook;
use crate::model::{Script, ScriptSource};

#[test]
fn a_keyword_is_shown_as_its_marker() {
    let mut hook = hook("pre-user-registration", "");
    hook.script = Script::new("let hunter22 = 1");
    hook.script_source = ScriptSource {
        file: "a.js".into(),
        text: "let ##NAME## = 1".into(),
        replaced: vec![(4..12, 4..12)],
    };
    let settings = RuleSettings::default();
    let mut findings = Findings::new(&hook, &settings);
    findings.script(SYNTAX_ERROR, 5..7, "`hunter22` is odd", "");
    let found = &findings.finish()[0];
    assert_eq!(found.message, "`##NAME##` is odd");
    assert_eq!(found.position.unwrap().column, 5);
    assert_eq!(found.excerpt.as_ref().unwrap().width, 8);
}

#[test]
fn ranges_are_joined_in_order() {
    assert_eq!(joined(vec![7..9, 0..3, 2..5, 3..4, 5..6]), [0..6, 7..9]);
    assert!(joined(Vec::new()).is_empty());
}

#[test]
fn no_excerpt_shows_a_credential() {
    let hook = hook("pre-user-registration", "let é = 1\nlet k = 'secrét'; f(");
    let settings = RuleSettings::default();
    let mut findings = Findings::new(&hook, &settings);
    findings.hide_in_script(&(20..27));
    findings.script(SYNTAX_ERROR, 31..32, "unexpected", "");
    let found = &findings.finish()[0];
    assert_eq!(found.excerpt.as_ref().unwrap().line, "let k = '******'; f(");
}
