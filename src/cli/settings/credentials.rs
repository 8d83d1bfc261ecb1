//! What the tenant is asked with. Comes from the environment, or from the Deploy
//! CLI's settings, and never from arguments: these are seen by other users of a
//! machine and stay in the shell's history.

use std::sync::Arc;

use super::{Origin, Setting, Variables};
use crate::api::{Credentials, SigningAlgorithm, SigningKey};
use crate::cli::CliError;
use crate::model::SecretValue;
use crate::source::text_of;

const TOKEN: &str = "AUTH0_ACCESS_TOKEN";
const CLIENT_ID: &str = "AUTH0_CLIENT_ID";
const CLIENT_SECRET: &str = "AUTH0_CLIENT_SECRET";
const KEY_PATH: &str = "AUTH0_CLIENT_SIGNING_KEY_PATH";
const ALGORITHM: &str = "AUTH0_CLIENT_SIGNING_ALGORITHM";

/// Credentials, and whose they are.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) credentials: Setting<Credentials>,
    pub(super) holder: Holder,
}

/// Where that comes from which proves something: a token, a secret, a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    /// Variables made for this environment alone.
    Own,
    /// Variables that every environment sees.
    Shared,
    /// The Deploy CLI's settings, where its domain is, too.
    File,
}

impl Holder {
    /// Where the variable `name` was found.
    fn of(name: &str, found: &Setting<&str>) -> Self {
        match &found.origin {
            Origin::File { .. } => Self::File,
            // not by its end: an environment may be called `secret`
            Origin::Variable(variable) if variable != name => Self::Own,
            _ => Self::Shared,
        }
    }

    /// An application is an environment's own if its id is, too.
    fn with_id(self, client: &Setting<&str>) -> Self {
        match (self, Self::of(CLIENT_ID, client)) {
            (Self::Own, Self::Shared | Self::File) => Self::Shared,
            (holder, _) => holder,
        }
    }

    /// A key itself is never sent, so that several environments may share it.
    fn of_key(path: &Setting<&str>, client: &Setting<&str>) -> Self {
        match (Self::of(KEY_PATH, path), Self::of(CLIENT_ID, client)) {
            (Self::File, _) if is_beside(path) => Self::File,
            (Self::Own | Self::Shared, Self::Own) => Self::Own,
            _ => Self::Shared,
        }
    }
}

/// Whether a key lies with the file that names it, and not elsewhere on this
/// machine, where another may have put it.
fn is_beside(path: &Setting<&str>) -> bool {
    let Origin::File { path: file, .. } = &path.origin else { return false };
    let folder = std::path::absolute(file).ok().and_then(|file| file.parent()?.canonicalize().ok());
    let key = std::path::Path::new(path.value).canonicalize().ok();
    matches!((folder, key), (Some(folder), Some(key)) if key.starts_with(&folder))
}

/// Reads the credentials. A token comes before an application, an
/// application's secret before its key; all that the environment has comes
/// before the Deploy CLI's settings, which may complete it.
pub(super) fn read(variables: Variables<'_>) -> Result<Found, CliError> {
    let own = Variables { deploy: None, ..variables };
    let is_complete = own.get(TOKEN)?.is_some()
        || (own.get(CLIENT_ID)?.is_some()
            && (own.get(CLIENT_SECRET)?.is_some() || own.get(KEY_PATH)?.is_some()));
    let variables = if is_complete { own } else { variables };
    if let Some(token) = variables.get(TOKEN)? {
        if !token.value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(CliError::new(format!(
                "{} contains spaces or other characters that a token can't contain",
                token.origin
            ))
            .hint("set it to the token alone, on one line"));
        }
        let holder = Holder::of(TOKEN, &token);
        let credentials = token.map(|token| Credentials::Token(SecretValue::new(token.to_owned())));
        return Ok(Found { credentials, holder });
    }
    let client = variables.get(CLIENT_ID)?;
    let secret = variables.get(CLIENT_SECRET)?;
    let key = variables.get(KEY_PATH)?;
    match (client, secret, key) {
        (Some(client), Some(secret), _) => {
            let holder = Holder::of(CLIENT_SECRET, &secret).with_id(&client);
            let credentials = secret.map(|secret| Credentials::ClientSecret {
                client_id: client.value.to_owned(),
                client_secret: SecretValue::new(secret.to_owned()),
            });
            Ok(Found { credentials, holder })
        }
        (Some(client), None, Some(path)) => {
            let holder = Holder::of_key(&path, &client);
            let key = Arc::new(signing_key(&path, algorithm(variables)?)?);
            let credentials =
                path.map(|_| Credentials::PrivateKey { client_id: client.value.to_owned(), key });
            Ok(Found { credentials, holder })
        }
        (Some(_), None, None) => Err(CliError::new(format!(
            "{CLIENT_ID} is set, but neither {CLIENT_SECRET} nor {KEY_PATH}"
        ))
        .hint("set the application's secret or the path of its private key")),
        (None, Some(lonely), _) | (None, None, Some(lonely)) => {
            Err(CliError::new(format!("{} is set, but {CLIENT_ID} is not", lonely.origin))
                .hint("set it to the client id of the machine-to-machine application"))
        }
        (None, None, None) => Err(CliError::new("no credentials for the tenant").hint(format!(
            "set {TOKEN}, or {CLIENT_ID} with {CLIENT_SECRET} or with {KEY_PATH}; \
             or try --local, which needs none"
        ))),
    }
}

/// Everything of them that must not be inserted anywhere, right or wrong.
pub(super) fn values(variables: Variables<'_>) -> Vec<SecretValue> {
    let named = [TOKEN, CLIENT_SECRET].into_iter().filter_map(|name| variables.get(name).ok()?);
    let named = named.map(|found| found.value.to_owned());
    let key = variables.get(KEY_PATH).ok().flatten();
    let key = key.and_then(|path| std::fs::read_to_string(path.value).ok());
    let key = key.map(|key| key.trim().to_owned());
    named.chain(key).map(SecretValue::new).collect()
}

fn algorithm(variables: Variables<'_>) -> Result<SigningAlgorithm, CliError> {
    match variables.get(ALGORITHM)? {
        None => Ok(SigningAlgorithm::default()),
        Some(given) => given.value.parse().map_err(|error| {
            CliError::new(format!("{}: {error}", given.origin))
                .hint("it is the one that the application's key is registered with")
        }),
    }
}

fn signing_key(path: &Setting<&str>, algorithm: SigningAlgorithm) -> Result<SigningKey, CliError> {
    let problem = |what: String| CliError::new(format!("{}: {what}", path.origin));
    let pem = fs_err::read(path.value).map_err(|error| problem(error.to_string()))?;
    let pem = text_of(pem).map_err(|error| problem(format!("{}: {error}", path.value)))?;
    SigningKey::from_pem(&SecretValue::new(pem), algorithm)
        .map_err(|error| problem(format!("{}: {error}", path.value)))
}

/// What may be reported of them.
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
