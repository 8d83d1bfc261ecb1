//! What the tenant is asked with. Comes from the environment, or from the Deploy
//! CLI's settings, and never from arguments: these are seen by other users of a
//! machine and stay in the shell's history.

use std::sync::Arc;

use super::{Problem, Setting, Variables};
use crate::api::{Credentials, SigningAlgorithm, SigningKey};
use crate::model::SecretValue;

const TOKEN: &str = "AUTH0_ACCESS_TOKEN";
const CLIENT_ID: &str = "AUTH0_CLIENT_ID";
const CLIENT_SECRET: &str = "AUTH0_CLIENT_SECRET";
const KEY_PATH: &str = "AUTH0_CLIENT_SIGNING_KEY_PATH";
const ALGORITHM: &str = "AUTH0_CLIENT_SIGNING_ALGORITHM";

/// Reads the credentials. A token comes before an application, an
/// application's secret before its key; all that the environment has comes
/// before the Deploy CLI's settings, which may complete it.
pub(super) fn read(variables: Variables<'_>) -> Result<Setting<Credentials>, Problem> {
    let own = variables.without_file();
    let is_complete = own.get(TOKEN)?.is_some()
        || (own.get(CLIENT_ID)?.is_some()
            && (own.get(CLIENT_SECRET)?.is_some() || own.get(KEY_PATH)?.is_some()));
    let variables = if is_complete { own } else { variables };
    if let Some(token) = variables.get(TOKEN)? {
        if !token.value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::new(format!(
                "{} holds blanks or other characters that no token has",
                token.origin
            ))
            .hint("set it to the token alone, in one line"));
        }
        return Ok(token.map(|token| Credentials::Token(SecretValue::new(token.to_owned()))));
    }
    let client = variables.get(CLIENT_ID)?;
    let secret = variables.get(CLIENT_SECRET)?;
    let key = variables.get(KEY_PATH)?;
    match (client, secret, key) {
        (Some(client), Some(secret), _) => Ok(secret.map(|secret| Credentials::ClientSecret {
            client_id: client.value.to_owned(),
            client_secret: SecretValue::new(secret.to_owned()),
        })),
        (Some(client), None, Some(path)) => {
            let key = Arc::new(signing_key(&path, algorithm(variables)?)?);
            Ok(path.map(|_| Credentials::PrivateKey { client_id: client.value.to_owned(), key }))
        }
        (Some(_), None, None) => Err(Problem::new(format!(
            "{CLIENT_ID} is set, but neither {CLIENT_SECRET} nor {KEY_PATH}"
        ))
        .hint("set the application's secret or the path of its private key")),
        (None, Some(lonely), _) | (None, None, Some(lonely)) => {
            Err(Problem::new(format!("{} is set, but {CLIENT_ID} is not", lonely.origin))
                .hint("set it to the client id of the machine-to-machine application"))
        }
        (None, None, None) => Err(Problem::new("no credentials for the tenant").hint(format!(
            "set {TOKEN}, or {CLIENT_ID} with {CLIENT_SECRET} or with {KEY_PATH}; \
             or try --local, which needs none"
        ))),
    }
}

fn algorithm(variables: Variables<'_>) -> Result<SigningAlgorithm, Problem> {
    match variables.get(ALGORITHM)? {
        None => Ok(SigningAlgorithm::default()),
        Some(given) => given.value.parse().map_err(|error| {
            Problem::new(format!("{}: {error}", given.origin))
                .hint("it is the one that the application's key is registered with")
        }),
    }
}

fn signing_key(path: &Setting<&str>, algorithm: SigningAlgorithm) -> Result<SigningKey, Problem> {
    let problem = |what: String| Problem::new(format!("{}: {what}", path.origin));
    let pem = fs_err::read_to_string(path.value).map_err(|error| problem(error.to_string()))?;
    SigningKey::from_pem(&SecretValue::new(pem), algorithm)
        .map_err(|error| problem(format!("{}: {error}", path.value)))
}

/// What may be told of them.
pub(super) fn describe(credentials: &Credentials) -> String {
    match credentials {
        Credentials::Token(_) => "an access token".to_owned(),
        Credentials::ClientSecret { client_id, client_secret: _ } => {
            format!("client {client_id} with its secret")
        }
        Credentials::PrivateKey { client_id, key: _ } => {
            format!("client {client_id} with its private key")
        }
    }
}
