//! Keyword replacement: where values come from, and what they are put into.
//!
//! The main type is [`Keywords`]: layers of values, the strongest first, and
//! the process environment behind them. A value from the environment, and any
//! value used in a secret, is never shown. A value with markers of its own is resolved
//! in Deploy CLI trees, and an error elsewhere.

mod environment;
mod marker;
mod nested;
mod resolve;
mod value;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub(crate) use environment::is_own;
pub use environment::{Environment, Withheld};
pub(crate) use marker::{
    Budget, Form, Marker, Replaced, Why, is_key, markers, next_marker, replace,
};
pub(crate) use nested::{Nesting, insert};
pub(crate) use resolve::Resolver;
pub use value::KeywordValue;

use super::codes;
use crate::model::{Diagnostic, Position, Severity};

/// The environment variable that holds keywords as a JSON object, as Auth0's
/// Deploy CLI reads it.
pub const MAPPINGS_VARIABLE: &str = "AUTH0_KEYWORD_REPLACE_MAPPINGS";

/// Where a layer of keywords comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// `--keyword KEY=VALUE`
    CommandLine,
    /// `keywords:` of one of `environments:` in `hooksync.yaml`
    Environment(String),
    /// `keywords:` at the top of `hooksync.yaml`
    Settings,
    /// `AUTH0_KEYWORD_REPLACE_MAPPINGS`
    Mappings,
    /// `AUTH0_KEYWORD_REPLACE_MAPPINGS` in this file, the Deploy CLI's settings
    DeployConfig(String),
    /// `keywords:` of this test file
    Tests(String),
}

impl Origin {
    /// Whether its keywords may serve other tools and other files, too.
    fn is_shared(&self) -> bool {
        matches!(self, Self::Mappings | Self::DeployConfig(_))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("`--keyword`"),
            Self::Environment(name) => write!(f, "environment `{name}`"),
            Self::Settings => f.write_str("`keywords:`"),
            Self::Mappings => f.write_str(MAPPINGS_VARIABLE),
            Self::DeployConfig(file) => write!(f, "{MAPPINGS_VARIABLE} of {file}"),
            Self::Tests(file) => write!(f, "`keywords:` of {file}"),
        }
    }
}

/// One keyword's value and, if it stands in a file, its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// The value.
    pub value: KeywordValue,
    /// File and place.
    pub place: Option<(String, Position)>,
}

impl Keyword {
    /// A value that stands in no file.
    #[must_use]
    pub fn new(value: KeywordValue) -> Self {
        Self { value, place: None }
    }
}

/// Keywords from one origin.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Where they come from.
    pub origin: Origin,
    /// The keywords.
    pub keywords: BTreeMap<String, Keyword>,
}

impl Layer {
    /// The keywords of a map.
    pub(crate) fn of(origin: Origin, map: KeywordValue) -> Option<Self> {
        let entries = map.into_map()?.into_iter();
        let keywords = entries.map(|(key, value)| (key, Keyword::new(value))).collect();
        Some(Self { origin, keywords })
    }
}

/// Every keyword that a run knows.
#[derive(Debug, Clone, Default)]
pub struct Keywords {
    layers: Vec<Layer>,
    environment: Environment,
    from_environment: BTreeSet<String>,
    /// Layers and keywords whose value is a credential of hooksync's own.
    guarded: BTreeSet<(usize, String)>,
}

/// Whether a marker stands in a secret's value: there the whole process
/// environment answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Within {
    Secret,
    Other,
}

impl Keywords {
    /// Layers, the strongest first; behind them the process environment, which
    /// outside of secrets answers only for the names in `from_environment`.
    #[must_use]
    pub fn new(
        layers: Vec<Layer>,
        environment: Environment,
        from_environment: impl IntoIterator<Item = String>,
    ) -> Self {
        let guarded = layers.iter().enumerate().flat_map(|(index, layer)| {
            let keywords = layer.keywords.iter();
            let guarded = keywords.filter(|(_, it)| match it.value.plain() {
                Some(text) => environment.is_guarded(text),
                None => environment.is_guarded(&it.value.json()),
            });
            guarded.map(move |(key, _)| (index, key.clone()))
        });
        let guarded = guarded.collect();
        let from_environment = from_environment.into_iter().collect();
        Self { layers, environment, from_environment, guarded }
    }

    /// The same with more layers, which answer where no other does.
    #[must_use]
    pub fn with_weaker(&self, layers: Vec<Layer>) -> Self {
        let layers = self.layers.iter().cloned().chain(layers).collect();
        Self::new(layers, self.environment.clone(), self.from_environment.iter().cloned())
    }

    /// The same for a test file with keywords of its own, which go before all
    /// but those of the command line. The process's variables and what they
    /// hold never answer: a test finds the same everywhere.
    #[must_use]
    pub fn for_tests(&self, own: Layer) -> Self {
        let (arguments, others): (Vec<_>, Vec<_>) = self
            .layers
            .iter()
            .filter(|layer| layer.origin != Origin::Mappings)
            .cloned()
            .partition(|layer| layer.origin == Origin::CommandLine);
        let layers = arguments.into_iter().chain([own]).chain(others).collect();
        Self::new(layers, Environment::default(), [])
    }

    /// The layer of [`MAPPINGS_VARIABLE`]'s text.
    ///
    /// # Errors
    /// When it is no JSON object. Nothing of it is shown.
    pub fn mappings(json: &str) -> Result<Layer, Box<Diagnostic>> {
        let fail = |what: String| {
            let message = format!("{MAPPINGS_VARIABLE} {what}");
            let hint = "it must be a JSON object, as in {\"ENV\":\"dev\",\"LIST\":[\"a\"]}";
            Box::new(Diagnostic::error(codes::INVALID_KEYWORDS, message).hint(hint))
        };
        let value: KeywordValue = serde_json::from_str(json.trim_start_matches('\u{feff}'))
            .map_err(|error| {
                let (line, column) = (error.line(), error.column());
                fail(format!("is not valid JSON (line {line}, column {column})"))
            })?;
        let layer = Layer::of(Origin::Mappings, value);
        layer.ok_or_else(|| fail("is JSON, but not an object".to_owned()))
    }

    /// The value of a keyword.
    pub(crate) fn get(&self, key: &str, within: Within) -> Result<Cow<'_, KeywordValue>, Why> {
        let layers = self.layers.iter().enumerate();
        let mut configured =
            layers.filter_map(|(index, layer)| Some((index, layer.keywords.get(key)?)));
        if let Some((index, keyword)) = configured.next() {
            let guarded = self.guarded.contains(&(index, key.to_owned()));
            return match guarded {
                true => Err(Why::Withheld(Withheld::Own)),
                false => Ok(Cow::Borrowed(&keyword.value)),
            };
        }
        match self.environment.answer(key, within, self.from_environment.contains(key)) {
            Ok(Some(value)) => Ok(Cow::Owned(KeywordValue::text(value.expose()))),
            Ok(None) => Err(Why::NoValue),
            Err(why) => Err(Why::Withheld(why)),
        }
    }

    /// Where a keyword without a value could get one. `has_literals` is whether a
    /// definition can list markers that are text.
    pub(crate) fn where_to_set(&self, key: &str, has_literals: bool) -> String {
        if self.from_environment.contains(key) {
            return format!("set the environment variable `{key}`, which `keywordsFromEnv:` names");
        }
        if self.environment.has(key) {
            return format!(
                "the environment has `{key}`: list it under `keywordsFromEnv:` in hooksync.yaml to \
                 have it inserted outside of secrets, too"
            );
        }
        let names = self.layers.iter().flat_map(|layer| layer.keywords.keys());
        let near = names.map(|name| (strsim::jaro_winkler(name, key), name));
        let near = near.filter(|(score, _)| *score > 0.85).max_by(|a, b| a.0.total_cmp(&b.0));
        let if_text = match has_literals {
            true => "text that is no keyword is listed under `literalMarkers:` in the definition",
            false => "`--allow-unresolved` leaves text that is no keyword as it is",
        };
        let advice = format!(
            "set it with `--keyword {key}=VALUE` or under `keywords:` in hooksync.yaml; {if_text}"
        );
        match near {
            Some((_, name)) => format!("did you mean `{name}`? Else {advice}"),
            None => advice,
        }
    }

    /// What a marker inserts.
    pub(crate) fn insert(&self, marker: &Marker<'_>, within: Within) -> Result<String, Why> {
        let value = self.get(marker.key, within)?;
        match marker.form {
            Form::Plain => value.plain().map(str::to_owned).ok_or(Why::NotAText),
            Form::Json => Ok(value.json()),
        }
    }

    /// What is reported of keywords that did nothing: those that no marker
    /// names, and those that a stronger layer hides. Keywords of
    /// [`MAPPINGS_VARIABLE`] may serve other tools, so they may go unused.
    pub(crate) fn notes(&self, used: &BTreeSet<String>) -> Vec<Diagnostic> {
        let mut notes = Vec::new();
        for (index, Layer { origin, keywords }) in self.layers.iter().enumerate() {
            for (key, Keyword { value, place }) in keywords {
                let stronger = self.layers[..index].iter().find_map(|layer| {
                    layer.keywords.get(key).map(|keyword| (&layer.origin, &keyword.value))
                });
                let (code, what) = match stronger {
                    Some((_, other)) if other == value => continue,
                    Some((by, _)) => {
                        (codes::SHADOWED_KEYWORD, format!("has no effect: {by} takes precedence"))
                    }
                    None if origin.is_shared() || used.contains(key) => continue,
                    None => {
                        (codes::UNUSED_KEYWORD, "is used by no definition or script".to_owned())
                    }
                };
                let message = format!("keyword `{key}` in {origin} {what}");
                let (file, position) = place.clone().unzip();
                let note = Diagnostic::new(code, Severity::Note, message);
                notes.push(Diagnostic { file, position, ..note });
            }
        }
        notes
    }
}
