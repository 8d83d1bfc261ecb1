//! What keywords stand for, by where it was said.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use super::{FileConfig, Origin, Problem, Variables};
use crate::cli::args::values::Keyword;

/// Every value a keyword could take. `Debug` shows no value: they may be ones
/// that belong into secrets.
#[derive(Clone, Default)]
pub struct Keywords {
    /// Strongest first.
    pub layers: Vec<KeywordLayer>,
    /// The variables that answer for markers inside `secrets`.
    pub variables: BTreeMap<String, String>,
    /// Those of [`Self::variables`] that answer for other markers, too.
    pub everywhere: BTreeSet<String>,
}

/// The keywords of one origin.
#[derive(Clone)]
pub struct KeywordLayer {
    /// Where they were said.
    pub origin: Origin,
    /// What each stands for.
    pub values: BTreeMap<String, Value>,
}

const MAPPINGS: &str = "AUTH0_KEYWORD_REPLACE_MAPPINGS";

/// Gathers them: `--keyword`, the environment's, hooksync.yaml's, then
/// `AUTH0_KEYWORD_REPLACE_MAPPINGS`.
pub(super) fn gather(
    flags: &[Keyword],
    file: &FileConfig,
    environment: Option<&str>,
    variables: Variables<'_>,
) -> Result<Keywords, Problem> {
    let mut layers = Vec::new();
    let mut add = |origin: Origin, values: BTreeMap<String, Value>| {
        if !values.is_empty() {
            layers.push(KeywordLayer { origin, values });
        }
    };
    let flag = |keyword: &Keyword| (keyword.key.clone(), Value::from(keyword.value.clone()));
    add(Origin::Flag("--keyword"), flags.iter().map(flag).collect());
    if let Some((name, chosen)) =
        environment.and_then(|name| Some((name, file.environments.get(name)?)))
    {
        add(file.origin(format!("environments.{name}.keywords")), chosen.keywords.clone());
    }
    add(file.origin("keywords"), file.keywords.clone());
    if let Some(mappings) = variables.get(MAPPINGS)? {
        let values = serde_json::from_str(mappings.value).map_err(|error| {
            Problem::new(format!(
                "{} is no JSON object (line {}, column {})",
                mappings.origin,
                error.line(),
                error.column()
            ))
            .hint("write it as {\"KEY\": \"value\"}")
        })?;
        add(mappings.origin, values);
    }
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Ok(Keywords {
        layers,
        variables: variables.environment.texts().map(own).collect(),
        everywhere: file.keywords_from_env.iter().cloned().collect(),
    })
}

impl fmt::Debug for Keywords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keywords")
            .field("layers", &self.layers)
            .field("everywhere", &self.everywhere)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for KeywordLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, values } = self;
        f.debug_struct("KeywordLayer")
            .field("origin", origin)
            .field("keys", &values.keys())
            .finish()
    }
}
