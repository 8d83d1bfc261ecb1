//! `hooksync.yaml`: the settings of a project.
//!
//! The main type is [`Config`], plain data. As strict as a definition, and
//! with the same kind of findings. Must not read the process environment nor
//! decide which setting wins: that is the caller's.

pub mod rate;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::codes;
use super::fields::{Fields, suggest};
use super::file::{self, Text};
use super::keyword::{Keyword, KeywordValue, Layer, Origin, Withheld, is_key, is_own};
use super::node::{Entry, Node, Value};
use super::walk::display;
use super::yaml;
use crate::model::{Diagnostic, Position, Severity};

pub use rate::{Headroom, RateLimit};

/// The settings' file, looked for where the program is started.
pub const FILE: &str = super::walk::SETTINGS_FILE;

/// A file and a place in it.
pub type Place = (String, Position);

/// All settings; `None` and empty are "not set".
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The folder of definitions, below the settings' folder unless absolute.
    pub hooks: Option<PathBuf>,
    /// The folder of actions.
    pub actions: Option<PathBuf>,
    /// Whether hooks and their secrets may be deleted.
    pub allow_delete: Option<bool>,
    /// Whether actions may be deleted, and unbound.
    pub allow_delete_actions: Option<bool>,
    /// Keywords for every environment.
    pub keywords: BTreeMap<String, Keyword>,
    /// Environment variables that answer for keywords outside of secrets too.
    pub keywords_from_env: BTreeMap<String, Place>,
    /// The environments, in the order of the file.
    pub environments: Vec<EnvironmentConfig>,
    /// How fast the tenant is asked.
    pub rate_limit: RateLimit,
    /// Whether apply refuses while a behaviour test of what it would change
    /// fails.
    pub tests_required: bool,
    /// Which rules are switched or graded otherwise, in the order of the file.
    pub rules: Vec<RuleSetting>,
}

/// One of `environments:`.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentConfig {
    /// Its name, as `--env` takes it.
    pub name: String,
    /// The tenant's domain.
    pub domain: Option<String>,
    /// Whether hooks and their secrets may be deleted there.
    pub allow_delete: Option<bool>,
    /// Whether actions may be deleted there, and unbound.
    pub allow_delete_actions: Option<bool>,
    /// Keywords that go before those for every environment.
    pub keywords: BTreeMap<String, Keyword>,
}

/// One of `rules:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSetting {
    /// The rule's code, such as `HS401`. Whether there is such a rule is not
    /// known here.
    pub code: String,
    /// What becomes of its findings; `None` reports none.
    pub level: Option<Severity>,
    /// Where it is set.
    pub place: Place,
}

impl Config {
    /// The environment of a name.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<&EnvironmentConfig> {
        self.environments.iter().find(|environment| environment.name == name)
    }

    /// The layers of keywords of one environment (or of none), the strongest
    /// first.
    #[must_use]
    pub fn keyword_layers(&self, environment: Option<&str>) -> Vec<Layer> {
        let own = environment.and_then(|name| self.environment(name)).map(|environment| Layer {
            origin: Origin::Environment(environment.name.clone()),
            keywords: environment.keywords.clone(),
        });
        let all = Layer { origin: Origin::Settings, keywords: self.keywords.clone() };
        own.into_iter().chain([all]).collect()
    }
}

/// Reads a settings file. What could be read comes with everything that is
/// wrong with it; use it only if no finding is an error.
#[must_use]
pub fn read(path: &Path) -> (Config, Vec<Diagnostic>) {
    match file::read(path, &display(path), "settings file").and_then(file::without_nul) {
        Ok(text) => parse(&text, path.parent().unwrap_or(Path::new(""))),
        Err(found) => (Config::default(), vec![*found]),
    }
}

fn parse(text: &Text, folder: &Path) -> (Config, Vec<Diagnostic>) {
    let mut config = Config::default();
    let mut found = Vec::new();
    match text.tree(yaml::SMALL) {
        Err(fault) => found.push(*fault),
        // A file of comments alone sets nothing.
        Ok(Node { value: Value::Null, .. }) => {}
        Ok(root) => {
            let mut fields = Fields { text, found: &mut found };
            read_root(&mut fields, &root, folder, &mut config);
        }
    }
    found.sort();
    (config, found)
}

const TOP: [&str; 9] = [
    "hooks",
    "actions",
    "allowDelete",
    "keywords",
    "keywordsFromEnv",
    "environments",
    "rateLimit",
    "tests",
    "rules",
];

fn read_root(fields: &mut Fields<'_>, root: &Node, folder: &Path, config: &mut Config) {
    for (key, Entry { value, .. }) in fields.record(root, "hooksync.yaml", &TOP).unwrap_or_default()
    {
        match key {
            "hooks" => config.hooks = read_folder(fields, value, "hooks", folder),
            "actions" => config.actions = read_folder(fields, value, "actions", folder),
            "allowDelete" => {
                (config.allow_delete, config.allow_delete_actions) = read_allowed(fields, value);
            }
            "keywords" => config.keywords = read_keywords(fields, value),
            "keywordsFromEnv" => config.keywords_from_env = read_names(fields, value),
            "environments" => config.environments = read_environments(fields, value),
            "rateLimit" => config.rate_limit = rate::read(fields, value),
            "tests" => config.tests_required = read_tests(fields, value),
            _ => config.rules = read_rules(fields, value),
        }
    }
}

/// `true` and `false` speak of hooks alone, as they did before there were
/// actions; a list names the kinds.
fn read_allowed(fields: &mut Fields<'_>, node: &Node) -> (Option<bool>, Option<bool>) {
    const KINDS: [&str; 2] = ["hooks", "actions"];
    if !matches!(node.value, Value::List(_)) {
        return (fields.boolean(node, "`allowDelete`"), None);
    }
    let named = fields.texts(node, "a kind in `allowDelete`");
    for (kind, node) in named.iter().filter(|(kind, _)| !KINDS.contains(kind)) {
        let message = format!("`{kind}` in `allowDelete` is neither `hooks` nor `actions`");
        fields.error(codes::INVALID_SETTING, message, &node.span);
    }
    let has = |wanted: &str| Some(named.iter().any(|(kind, _)| *kind == wanted));
    (has(KINDS[0]), has(KINDS[1]))
}

fn read_folder(fields: &mut Fields<'_>, node: &Node, key: &str, folder: &Path) -> Option<PathBuf> {
    let written = fields.text(node, &format!("`{key}`"))?;
    if written.is_empty() {
        let message = format!("`{key}` names a folder, and this is empty");
        fields.error(codes::INVALID_SETTING, message, &node.span);
        return None;
    }
    Some(folder.join(written))
}

pub(crate) fn read_keywords(fields: &mut Fields<'_>, node: &Node) -> BTreeMap<String, Keyword> {
    let mut keywords = BTreeMap::new();
    for (key, entry) in fields.map(node, "`keywords`").unwrap_or_default() {
        if !check_key(fields, key, &entry.key.span) {
            continue;
        }
        match KeywordValue::from_node(&entry.value) {
            Some(value) => {
                let place = place(fields, &entry.key.span);
                keywords.insert(key.to_owned(), Keyword { value, place });
            }
            None => {
                let message =
                    format!("the value of keyword `{key}` has something that JSON can't say");
                fields.error(codes::INVALID_KEYWORDS, message, &entry.key.span);
            }
        }
    }
    keywords
}

fn read_tests(fields: &mut Fields<'_>, node: &Node) -> bool {
    match fields.text(node, "`tests`") {
        Some("required") => true,
        Some("optional") | None => false,
        Some(_) => {
            let hint =
                "`required`: apply refuses while a behaviour test of what it would change fails";
            let message = "`tests` is `required` or `optional`";
            fields.advise(codes::INVALID_SETTING, message, &node.span, hint);
            false
        }
    }
}

fn place(fields: &Fields<'_>, span: &Range<usize>) -> Option<Place> {
    let place = fields.text.place(span);
    Some((place.file, place.span?.position))
}

fn check_key(fields: &mut Fields<'_>, key: &str, span: &Range<usize>) -> bool {
    let good = is_key(key);
    if !good {
        let message = "a keyword's name is made of letters, digits, `_`, `-` and `.`";
        fields.error(codes::INVALID_KEYWORDS, message, span);
    }
    good
}

fn read_names(fields: &mut Fields<'_>, node: &Node) -> BTreeMap<String, Place> {
    let mut names = BTreeMap::new();
    for (name, node) in fields.texts(node, "a name in `keywordsFromEnv`") {
        // for a plan shows what is inserted outside of secrets
        if is_own(name) {
            let why = Withheld::Own;
            fields.advise(codes::WITHHELD, why.sentence(name), &node.span, why.hint(name));
        } else if check_key(fields, name, &node.span)
            && let Some(place) = place(fields, &node.span)
        {
            names.insert(name.to_owned(), place);
        }
    }
    names
}

fn read_environments(fields: &mut Fields<'_>, node: &Node) -> Vec<EnvironmentConfig> {
    const KNOWN: [&str; 3] = ["domain", "keywords", "allowDelete"];
    let mut environments = Vec::new();
    for (name, entry) in fields.map(node, "`environments`").unwrap_or_default() {
        let mut environment =
            EnvironmentConfig { name: name.to_owned(), ..EnvironmentConfig::default() };
        let settings = fields.record(&entry.value, "an environment", &KNOWN).unwrap_or_default();
        for (key, Entry { value, .. }) in settings {
            match key {
                "domain" => environment.domain = fields.text(value, "`domain`").map(str::to_owned),
                "keywords" => environment.keywords = read_keywords(fields, value),
                _ => {
                    (environment.allow_delete, environment.allow_delete_actions) =
                        read_allowed(fields, value);
                }
            }
        }
        environments.push(environment);
    }
    environments
}

fn read_rules(fields: &mut Fields<'_>, node: &Node) -> Vec<RuleSetting> {
    const LEVELS: [(&str, Option<Severity>); 4] = [
        // `off` is a text in YAML 1.2, so it needs no quotes.
        ("off", None),
        ("note", Some(Severity::Note)),
        ("warning", Some(Severity::Warning)),
        ("error", Some(Severity::Error)),
    ];
    let words = LEVELS.map(|(word, _)| word);
    let mut rules = Vec::new();
    for (code, entry) in fields.map(node, "`rules`").unwrap_or_default() {
        let Some(written) = fields.text(&entry.value, "a rule's level") else { continue };
        let Some((_, level)) = LEVELS.into_iter().find(|(word, _)| *word == written) else {
            let hint = suggest(written, "levels", &words);
            let message = "there is no such level";
            fields.advise(codes::INVALID_SETTING, message, &entry.value.span, hint);
            continue;
        };
        if let Some(place) = place(fields, &entry.key.span) {
            rules.push(RuleSetting { code: code.to_owned(), level, place });
        }
    }
    rules
}

#[cfg(test)]
mod tests;
