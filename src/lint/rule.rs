//! The table of rules, as data, and how a project re-grades them.
//!
//! Main types: [`Rule`] and [`RuleSettings`]. Must not know how a rule finds
//! what it finds.

use std::collections::BTreeMap;

use crate::model::{Code, Severity};

/// One thing that is looked for in a script, or in what a definition says
/// about its script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its stable identifier.
    pub code: Code,
    /// Its name in kebab-case, an alias of the code.
    pub name: &'static str,
    /// How much its findings weigh unless a project says otherwise.
    pub severity: Severity,
    /// What it finds, in one line.
    pub summary: &'static str,
}

impl Rule {
    /// Whether a project may switch or re-grade it, and a comment in the file
    /// may allow a finding. What keeps a script from loading can't be argued
    /// with, and a finding about a comment can't be allowed by one.
    #[must_use]
    pub fn is_adjustable(&self) -> bool {
        self.code.0.starts_with("HS4") && !self.code.0.starts_with("HS49")
    }

    /// The rule of a code (`HS401`) or a name (`callback-never-called`).
    #[must_use]
    pub fn find(code_or_name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.code.0 == code_or_name || rule.name == code_or_name)
    }
}

/// Why a rule can't be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleSettingError {
    /// There is no such rule.
    #[error("there is no rule `{given}`{}", nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        given: String,
        /// The nearest name.
        nearest: Option<&'static str>,
    },
    /// It is not a matter of taste.
    #[error(
        "rule `{0}` can't be switched or re-graded: it decides whether Auth0 can load the script"
    )]
    Fixed(Code),
}

/// The rules as a project wants them, `None` for one that is off: those it
/// doesn't mention keep their default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSettings(BTreeMap<Code, Option<Severity>>);

impl RuleSettings {
    /// Sets one rule, by code or name.
    ///
    /// # Errors
    /// When there is no such rule, or it may not be changed.
    pub fn set(
        &mut self,
        code_or_name: &str,
        level: Option<Severity>,
    ) -> Result<(), RuleSettingError> {
        let Some(rule) = Rule::find(code_or_name) else {
            return Err(RuleSettingError::Unknown {
                given: code_or_name.to_owned(),
                nearest: nearest(code_or_name),
            });
        };
        if !rule.is_adjustable() {
            return Err(RuleSettingError::Fixed(rule.code));
        }
        self.0.insert(rule.code, level);
        Ok(())
    }

    /// The weight of a rule's findings; `None` when it is off.
    #[must_use]
    pub fn severity(&self, code: Code) -> Option<Severity> {
        self.0.get(&code).copied().unwrap_or_else(|| Some(default_severity(code)))
    }
}

fn default_severity(code: Code) -> Severity {
    RULES.iter().find(|rule| rule.code == code).map_or(Severity::Warning, |rule| rule.severity)
}

fn nearest(given: &str) -> Option<&'static str> {
    RULES
        .iter()
        .flat_map(|rule| [rule.code.0, rule.name])
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(distance, name)| *distance <= name.len().div_ceil(3))
        .min()
        .map(|(_, name)| name)
}

/// Declares each rule once: a constant for the code that finds it, and a row
/// of the table.
macro_rules! rules {
    ($($constant:ident = $code:literal $name:literal $severity:ident $summary:literal;)+) => {
        $(pub(super) const $constant: Code = Code($code);)+

        /// Every rule, in order of code.
        pub static RULES: &[Rule] = &[
            $(Rule { code: $constant, name: $name, severity: Severity::$severity, summary: $summary },)+
        ];
    };
}

rules! {
    SYNTAX_ERROR = "HS301" "syntax-error" Error "the script is not JavaScript";
    RESERVED_NAME = "HS302" "reserved-name-redeclared" Error "the script declares a name that is already taken in its scope";
    ES_MODULE = "HS303" "es-module" Error "`import` or `export`: hooks are CommonJS";
    NO_FUNCTION_EXPORTED = "HS304" "no-function-exported" Error "the script doesn't export a function";
    RULE_STYLE_FUNCTION = "HS305" "rule-style-function" Error "an anonymous function, as in a rule, instead of an export";
    SCRIPT_TOO_LARGE = "HS306" "script-too-large" Error "the script is over 1 MB";
    THROWS_ON_LOAD = "HS307" "throws-on-load" Error "the script throws before it exports anything";
    TOP_LEVEL_AWAIT = "HS308" "top-level-await" Error "`await` outside an async function";
    UNSUPPORTED_SYNTAX = "HS309" "unsupported-syntax" Error "syntax that the Node.js versions for hooks don't have";
    NO_OBJECT_EXPORTED = "HS311" "no-object-exported" Error "an action exports a function, not an object";
    ENTRY_MISSING = "HS312" "entry-missing" Error "an action doesn't export the function that its trigger calls";
    ENTRY_NOT_ASYNC = "HS313" "entry-not-async" Error "the function that Auth0 calls is not an async function";
    NOT_CHECKED = "HS390" "not-checked" Error "the script could not be checked";
    EXPORT_UNKNOWN = "HS391" "export-unknown" Note "what the script exports can't be known without running it";

    CALLBACK_NEVER_CALLED = "HS401" "callback-never-called" Warning "the callback is never called";
    CALLBACK_MISSING_ON_PATH = "HS402" "callback-missing-on-path" Warning "a path ends without calling the callback";
    CALLBACK_CALLED_TWICE = "HS403" "callback-called-twice" Warning "a path calls the callback twice";
    CALLBACK_WRONG_NAME = "HS404" "callback-wrong-name" Warning "a callback is called by a name that doesn't exist";
    CALLBACK_BEFORE_WORK_ENDS = "HS405" "callback-before-work-ends" Warning "the callback is called while work that was started still runs";
    THROW_IN_CALLBACK = "HS406" "throw-in-callback" Warning "an error is thrown inside a callback, where nothing catches it";
    CALLBACK_EXTRA_ARGUMENT = "HS407" "callback-extra-argument" Warning "the callback is called with arguments that are dropped";
    UNHANDLED_REJECTION = "HS408" "unhandled-rejection" Warning "a rejected promise leaves the callback uncalled";
    TRIGGER_SIGNATURE = "HS410" "trigger-signature" Warning "the function's parameters are not those of its trigger";
    UNKNOWN_PROPERTY = "HS411" "unknown-property" Warning "a property that this trigger doesn't have";
    CLAIM_WITHOUT_NAMESPACE = "HS412" "claim-without-namespace" Warning "a claim that Auth0 drops because its name is no URL";
    ERROR_CLASS_SHADOWED = "HS413" "error-class-shadowed" Warning "an own class hides the trigger's error class";
    ERROR_CLASS_UNKNOWN = "HS414" "error-class-unknown" Warning "an error class that this trigger doesn't have";
    UNDEFINED_NAME = "HS415" "undefined-name" Warning "a name is used that nothing declares";
    UNDECLARED_DEPENDENCY = "HS420" "undeclared-dependency" Warning "a package is required but not in `dependencies`";
    UNUSED_DEPENDENCY = "HS421" "unused-dependency" Warning "a package in `dependencies` is never required";
    BUILTIN_DEPENDENCY = "HS422" "builtin-dependency" Warning "a Node.js built-in in `dependencies`";
    VERSIONED_REQUIRE = "HS423" "versioned-require" Warning "a version inside `require`";
    INVALID_DEPENDENCY_VERSION = "HS424" "invalid-dependency-version" Warning "a version that npm can't read";
    UNPINNED_DEPENDENCY = "HS425" "unpinned-dependency" Warning "a dependency without an exact version";
    RELATIVE_REQUIRE = "HS426" "relative-require" Warning "a file is required, and a hook is one file";
    TOO_MANY_DEPENDENCIES = "HS427" "too-many-dependencies" Error "more than the 10 packages an action may have";
    UNDECLARED_SECRET = "HS430" "undeclared-secret" Warning "a secret is read but not in `secrets`";
    UNUSED_SECRET = "HS431" "unused-secret" Warning "a secret is never read";
    SECRET_KEY_DOT = "HS432" "secret-key-dot" Warning "a secret whose key is no identifier is read with a dot";
    TOO_MANY_SECRETS = "HS433" "too-many-secrets" Error "more secrets than the 20 of a hook or the 30 of an action";
    HARDCODED_CREDENTIAL = "HS434" "hardcoded-credential" Warning "a credential is written into the script";
    LITERAL_SECRET = "HS435" "literal-secret" Warning "a credential is written into the definition";
    CONTEXT_LOGGED = "HS436" "context-logged" Warning "the log receives every secret of the hook or action";
    LARGE_SCRIPT = "HS440" "large-script" Warning "the script is over 100 KB";
    ACTION_TOO_LARGE = "HS441" "action-too-large" Error "the code of an action is over 100 KB";
    RATE_LIMIT_IGNORED = "HS450" "rate-limit-ignored" Warning "an Auth0 API is called without handling its rate limit";
    UNBOUNDED_RETRY = "HS451" "unbounded-retry" Warning "a retry that never gives up";

    ERROR_IGNORED = "HS452" "error-ignored" Warning "a response is used and its error never checked";
    TLS_CHECK_DISABLED = "HS453" "tls-check-disabled" Warning "certificates of servers are not checked";
    UNKNOWN_API_METHOD = "HS460" "unknown-api-method" Warning "a method of `api` that this trigger doesn't have";
    UNKNOWN_EVENT_FIELD = "HS461" "unknown-event-field" Warning "a field of `event` that this trigger doesn't have";
    MISSING_AWAIT = "HS462" "missing-await" Warning "work that an action starts and doesn't wait for";
    API_AFTER_END = "HS463" "api-after-end" Warning "`api` is called after the action has ended";
    MAYBE_MISSING = "HS464" "maybe-missing" Warning "a property of something that is not always there";
    UNSAFE_JSON_PARSE = "HS465" "unsafe-json-parse" Warning "`JSON.parse` of what others write, outside of `try`";

    ALLOW_WITHOUT_REASON = "HS490" "allow-without-reason" Note "a `hooksync-allow` gives no reason";
    ALLOW_UNKNOWN = "HS491" "allow-unknown" Note "a `hooksync-allow` names no rule that can be allowed";
    ALLOW_UNUSED = "HS492" "allow-unused" Note "a `hooksync-allow` allows nothing";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_unique_and_in_order() {
        assert!(RULES.is_sorted_by(|a, b| a.code < b.code));
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }

    #[test]
    fn rules_are_set_by_code_or_name() {
        let mut settings = RuleSettings::default();
        settings.set("HS401", Some(Severity::Error)).unwrap();
        settings.set("unused-secret", None).unwrap();
        assert_eq!(settings.severity(CALLBACK_NEVER_CALLED), Some(Severity::Error));
        assert_eq!(settings.severity(UNUSED_SECRET), None);
        assert_eq!(settings.severity(CALLBACK_CALLED_TWICE), Some(Severity::Warning));
    }

    #[test]
    fn wrong_settings_say_what_is_wrong() {
        let mut settings = RuleSettings::default();
        let check = |settings: &mut RuleSettings, rule: &str, message: &str| {
            assert_eq!(settings.set(rule, None).unwrap_err().to_string(), message);
        };
        check(
            &mut settings,
            "unused-secrets",
            "there is no rule `unused-secrets`; did you mean `unused-secret`?",
        );
        check(&mut settings, "quux", "there is no rule `quux`");
        check(
            &mut settings,
            "syntax-error",
            "rule `HS301` can't be switched or re-graded: it decides whether Auth0 can load the script",
        );
    }
}
