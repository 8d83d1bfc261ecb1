//! What keywords stand for, from everywhere that may say so.

use super::{ConfigFile, Variables, credentials};
use crate::cli::args::values::Keyword as Argument;
use crate::cli::error::Fault;
use crate::cli::{CliError, Exit};
use crate::model::Diagnostic;
use crate::source::codes;
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
) -> Result<Keywords, CliError> {
    let argument =
        |Argument { key, value }: &Argument| (key.clone(), Keyword::new(KeywordValue::text(value)));
    let keywords = arguments.iter().map(argument).collect();
    let mut layers = vec![Layer { origin: Origin::CommandLine, keywords }];
    layers.extend(file.config.keyword_layers(environment));
    if let Some(mappings) = variables.get(MAPPINGS_VARIABLE)? {
        layers.push(Keywords::mappings(mappings.value).map_err(|wrong| CliError {
            exit: Exit::Error,
            faults: vec![Fault { message: wrong.message, hint: wrong.hint }],
        })?);
    }
    layers.extend(file.deploy.as_ref().and_then(|deploy| deploy.mappings.clone()));
    Ok(Keywords::new(layers, of_process(variables), file.config.keywords_from_env.keys().cloned()))
}

/// Names of `keywordsFromEnv:` that are not taken, as findings.
pub fn withheld(environment: &crate::cli::Environment, file: &ConfigFile) -> Vec<Diagnostic> {
    let variables = Variables { environment, suffix: None, deploy: file.deploy.as_ref() };
    let process = of_process(variables);
    let listed = file.config.keywords_from_env.iter();
    let withheld = listed.filter_map(|(name, (path, place))| {
        let why = process.withheld(name)?;
        let mut finding = Diagnostic::error(codes::WITHHELD, why.sentence(name))
            .in_file(path.clone())
            .hint(why.hint(name));
        finding.position = Some(*place);
        Some(finding)
    });
    withheld.collect()
}

/// The process's variables, and what of them must not be inserted anywhere.
fn of_process(variables: Variables<'_>) -> Environment {
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Environment::new(variables.environment.texts().map(own))
        .of(variables.suffix)
        .guarding(credentials::values(variables))
}
