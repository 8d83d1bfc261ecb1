//! What keywords stand for, from everywhere that may say so.

use super::{ConfigFile, Problem, Variables};
use crate::cli::Exit;
use crate::cli::args::values::Keyword as Argument;
use crate::source::keyword::MAPPINGS_VARIABLE;
use crate::source::{Environment, Keyword, KeywordValue, Keywords, Layer, Origin};

/// Gathers them, the strongest first: `--keyword`, the environment's,
/// hooksync.yaml's, then `AUTH0_KEYWORD_REPLACE_MAPPINGS`, then that of the
/// Deploy CLI's settings; behind them the process's variables.
pub(super) fn gather(
    arguments: &[Argument],
    file: &ConfigFile,
    environment: Option<&str>,
    variables: Variables<'_>,
) -> Result<Keywords, Problem> {
    let argument = |Argument { key, value }: &Argument| {
        let value = KeywordValue::Text(value.clone());
        (key.clone(), Keyword { value, place: None })
    };
    let keywords = arguments.iter().map(argument).collect();
    let mut layers = vec![Layer { origin: Origin::CommandLine, keywords }];
    layers.extend(file.config.keyword_layers(environment));
    if let Some(mappings) = variables.get(MAPPINGS_VARIABLE)? {
        layers.push(Keywords::mappings(mappings.value).map_err(|fault| Problem {
            message: fault.message,
            hint: fault.hint,
            exit: Exit::Error,
        })?);
    }
    layers.extend(file.deploy.as_ref().and_then(|deploy| deploy.mappings.clone()));
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Ok(Keywords::new(
        layers,
        Environment::new(variables.environment.texts().map(own)),
        file.config.keywords_from_env.iter().cloned(),
    ))
}
