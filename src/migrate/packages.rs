//! Versions out of `require('package@version')`, and into the dependencies.
//!
//! Hooks could name a version where they loaded a package; Actions list their
//! packages and load them without. Main function: [`pin`]. Must not guess a
//! version.

use oxc::ast::AstKind;
use oxc::ast::ast::{Argument, Expression};

use super::edits::Edits;
use crate::model::Dependencies;
use crate::script::tree::Script;

/// Takes the versions out of the script and adds them to the packages that the
/// hook lists. What the hook lists wins over what a `require` says.
pub(super) fn pin(script: &Script<'_>, listed: &Dependencies, edits: &mut Edits) -> Dependencies {
    let mut packages = listed.clone();
    for node in script.nodes() {
        let AstKind::CallExpression(call) = node.kind() else { continue };
        let Expression::Identifier(callee) = &call.callee else { continue };
        let [Argument::StringLiteral(name)] = call.arguments.as_slice() else { continue };
        if callee.name != "require" {
            continue;
        }
        let Some((package, version, rest)) = split(name.value.as_str()) else { continue };
        packages.entry(package.to_owned()).or_insert_with(|| version.to_owned());
        let range = script.place(name.span);
        let quote = script.text(name.span).chars().next().unwrap_or('\'');
        edits.replace(range, vec![format!("{quote}{package}{rest}{quote}").into()]);
    }
    packages
}

/// `@scope/name@1.2.3/path` to its name, version and path.
fn split(required: &str) -> Option<(&str, &str, &str)> {
    let required = required.strip_prefix("./node_modules/").unwrap_or(required);
    let from = usize::from(required.starts_with('@'));
    let at = required.get(from..)?.find('@')? + from;
    let (package, version) = (required.get(..at)?, required.get(at + 1..)?);
    let (version, rest) = match version.find('/') {
        Some(slash) => (version.get(..slash)?, version.get(slash..)?),
        None => (version, ""),
    };
    (!package.is_empty() && !version.is_empty()).then_some((package, version, rest))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_required_name_is_split_into_package_version_and_path() {
        let check = |required, expected| assert_eq!(split(required), expected, "{required}");
        check("auth0@2.32.0", Some(("auth0", "2.32.0", "")));
        check("@slack/web-api@6.0.0", Some(("@slack/web-api", "6.0.0", "")));
        check("lodash@4.17.21/fp", Some(("lodash", "4.17.21", "/fp")));
        check("./node_modules/uuid@8.3.2", Some(("uuid", "8.3.2", "")));
        check("lodash", None);
        check("@slack/web-api", None);
        check("lodash@", None);
        check("@", None);
        check("", None);
    }
}
