//! What the tenant is asked with. Comes from the environment alone: arguments
//! are seen by other users of a machine and stay in the shell's history.

use std::path::PathBuf;

use super::{Origin, Problem, Setting, Variables};
use crate::model::SecretValue;

/// A token, or what gets one.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A Management API access token.
    AccessToken(SecretValue),
    /// A machine-to-machine application and its secret.
    ClientSecret {
        /// The application.
        client_id: String,
        /// Its secret.
        secret: SecretValue,
    },
    /// A machine-to-machine application that signs its requests for tokens.
    SigningKey {
        /// The application.
        client_id: String,
        /// The file of its private key.
        key: PathBuf,
        /// How it signs.
        algorithm: SigningAlgorithm,
    },
}

/// How a client assertion is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[default]
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PSS with SHA-256.
    Ps256,
}

const TOKEN: &str = "AUTH0_ACCESS_TOKEN";
const CLIENT_ID: &str = "AUTH0_CLIENT_ID";
const CLIENT_SECRET: &str = "AUTH0_CLIENT_SECRET";
const KEY_PATH: &str = "AUTH0_CLIENT_SIGNING_KEY_PATH";
const ALGORITHM: &str = "AUTH0_CLIENT_SIGNING_ALGORITHM";

/// Reads the credentials. A token comes before an application, an
/// application's secret before its key.
pub(super) fn read(variables: Variables<'_>) -> Result<Setting<Credentials>, Problem> {
    if let Some(token) = variables.get(TOKEN)? {
        return Ok(token.map(|token| Credentials::AccessToken(SecretValue::new(token.to_owned()))));
    }
    let client = variables.get(CLIENT_ID)?;
    let secret = variables.get(CLIENT_SECRET)?;
    let key = variables.get(KEY_PATH)?;
    match (client, secret, key) {
        (Some(client), Some(secret), _) => Ok(secret.map(|secret| Credentials::ClientSecret {
            client_id: client.value.to_owned(),
            secret: SecretValue::new(secret.to_owned()),
        })),
        (Some(client), None, Some(key)) => {
            let algorithm = algorithm(variables)?;
            Ok(key.map(|key| Credentials::SigningKey {
                client_id: client.value.to_owned(),
                key: PathBuf::from(key),
                algorithm,
            }))
        }
        (Some(_), None, None) => Err(Problem::new(format!(
            "{CLIENT_ID} is set, but neither {CLIENT_SECRET} nor {KEY_PATH}"
        ))
        .hint("set the application's secret or the path of its private key")),
        (None, Some(secret), _) => Err(no_client(&secret.origin)),
        (None, None, Some(key)) => Err(no_client(&key.origin)),
        (None, None, None) => Err(Problem::new("no credentials for the tenant").hint(format!(
            "set {TOKEN}, or {CLIENT_ID} with {CLIENT_SECRET} or with {KEY_PATH}; \
             or try --local, which needs none"
        ))),
    }
}

fn no_client(found: &Origin) -> Problem {
    Problem::new(format!("{found} is set, but {CLIENT_ID} is not"))
        .hint("set it to the client id of the machine-to-machine application")
}

fn algorithm(variables: Variables<'_>) -> Result<SigningAlgorithm, Problem> {
    let Some(given) = variables.get(ALGORITHM)? else { return Ok(SigningAlgorithm::default()) };
    match given.value {
        "RS256" => Ok(SigningAlgorithm::Rs256),
        "RS384" => Ok(SigningAlgorithm::Rs384),
        "PS256" => Ok(SigningAlgorithm::Ps256),
        _ => Err(Problem::new(format!("{} is none that Auth0 takes", given.origin))
            .hint("use RS256, RS384 or PS256, as registered with the application's key")),
    }
}

impl Credentials {
    /// What may be told of them.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::AccessToken(_) => "an access token".to_owned(),
            Self::ClientSecret { client_id, secret: _ } => {
                format!("client {client_id} with its secret")
            }
            Self::SigningKey { client_id, key, algorithm } => {
                format!("client {client_id} with the key {} ({algorithm:?})", key.display())
            }
        }
    }
}
