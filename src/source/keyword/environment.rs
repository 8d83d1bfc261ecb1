//! Which variables of the process environment answer for keywords: the one
//! place that decides it, whatever the layout.
//!
//! Files come from whoever proposes a change, and a plan shows what they
//! insert. So hooksync's own credentials never answer, and outside of secrets
//! only what `keywordsFromEnv:` lists and what doesn't look like a secret,
//! unless the environment itself allows that. Must not look at a marker's place.

use std::collections::{BTreeMap, BTreeSet};

use super::Within;
use crate::model::SecretValue;

/// The environment variable that lists which secret-looking names may answer
/// outside of secrets, separated by commas or blanks.
const ALLOWED_VARIABLE: &str = "HOOKSYNC_KEYWORDS_FROM_ENV";

/// Variables of hooksync's own that are or hold credentials, without the
/// blanks between words. What holds one of these names is one, too: those of
/// one environment (`…_PROD`), those that a pipeline prefixes.
const OWN: [&str; 5] = [
    "AUTH0CLIENTSECRET",
    "AUTH0ACCESSTOKEN",
    "AUTH0CLIENTSIGNINGKEY",
    "AUTH0KEYWORDREPLACEMAPPINGS",
    "HOOKSYNCNOTESTOKEN",
];

/// Parts of a name that mean a secret wherever they stand.
const ANYWHERE: [&str; 9] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "PRIVATE",
    "BEARER",
    "COOKIE",
];

/// Whole words of a name that mean a secret.
const WORDS: [&str; 24] = [
    "APIKEYS",
    "AUTH",
    "AUTHORIZATION",
    "CERT",
    "CONNSTR",
    "CRED",
    "CREDS",
    "DSN",
    "JWT",
    "KEYS",
    "KUBECONFIG",
    "NETRC",
    "OTP",
    "PASS",
    "PAT",
    "PIN",
    "PROXY",
    "PWD",
    "SALT",
    "SAS",
    "SESSION",
    "SIG",
    "SIGNATURE",
    "WEBHOOK",
];

/// Names that have such a word and are none.
const HARMLESS: [&str; 3] = ["PWD", "OLDPWD", "NO_PROXY"];

/// The shortest value of a credential that is looked for inside others.
const SHORTEST_PART: usize = 8;
/// The same for values that are only thought to be secret.
const SHORTEST_GUESS: usize = 16;

/// Why a variable does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// It is, or holds, a credential of hooksync's own.
    Own,
    /// Its name looks like a secret's.
    Name,
    /// Its value looks like a secret, or is that of a variable whose name does.
    Value,
}

impl Withheld {
    /// What is wrong with a keyword of this name.
    #[must_use]
    pub fn sentence(self, key: &str) -> String {
        match self {
            Self::Own => {
                format!("`{key}` stands for hooksync's own credentials, which are never inserted")
            }
            Self::Name => format!("`{key}` looks like a secret, and a plan would show it here"),
            Self::Value => {
                format!("the value of `{key}` looks like a secret, and a plan would show it here")
            }
        }
    }

    /// The next step.
    #[must_use]
    pub fn hint(self, key: &str) -> String {
        match self {
            Self::Own => "give the hook a secret of its own, in a variable of its own".to_owned(),
            Self::Name | Self::Value => format!(
                "use it inside `secrets:` alone; if it is not a secret, set {ALLOWED_VARIABLE}={key} \
                 where hooksync runs"
            ),
        }
    }
}

/// A copy of the process environment. `Debug` shows no value.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, SecretValue>,
    /// What ends the name of a variable for the chosen environment alone.
    suffix: Option<String>,
    /// Secret-looking names that may answer anyway.
    allowed: BTreeSet<String>,
    /// Values that are never inserted.
    own: Vec<SecretValue>,
}

impl Environment {
    /// Takes variables.
    #[must_use]
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables: BTreeMap<String, SecretValue> =
            variables.into_iter().map(|(key, value)| (key, SecretValue::new(value))).collect();
        let allowed = variables.get(ALLOWED_VARIABLE).map(SecretValue::expose).unwrap_or_default();
        let allowed = allowed.split([',', ' ', '\t', '\r', '\n']).filter(|name| !name.is_empty());
        let allowed = allowed.map(str::to_owned).collect();
        let holds_own = |name: &str| is_own(name) && !is_path(name);
        let own = variables.iter().filter(|(name, _)| holds_own(name));
        let own = own.map(|(_, value)| SecretValue::new(value.expose().trim().to_owned()));
        Self { own: own.collect(), variables, suffix: None, allowed }
    }

    /// Of `KEY_SUFFIX` and `KEY`, takes the first for secrets.
    #[must_use]
    pub fn of(mut self, suffix: Option<&str>) -> Self {
        self.suffix = suffix.map(str::to_owned);
        self
    }

    /// Withholds these values, too: credentials that come from elsewhere.
    #[must_use]
    pub fn guarding(mut self, values: impl IntoIterator<Item = SecretValue>) -> Self {
        self.own.extend(values);
        self
    }

    /// Whether there is a variable of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.variables.contains_key(name)
    }

    /// What a keyword stands for. `listed` is whether `keywordsFromEnv:` has it.
    pub(super) fn answer(
        &self,
        key: &str,
        within: Within,
        listed: bool,
    ) -> Result<Option<&SecretValue>, Withheld> {
        let own = self.suffix.as_ref().map(|suffix| format!("{key}_{suffix}"));
        let own = own.filter(|name| within == Within::Secret && self.has(name));
        let name = own.as_deref().unwrap_or(key);
        // whether it is set or not: a definition means the same everywhere
        if is_own(key) || is_own(name) {
            return Err(Withheld::Own);
        }
        match self.variables.get(name) {
            Some(value) if within == Within::Secret => match self.is_guarded(value.expose()) {
                true => Err(Withheld::Own),
                false => Ok(Some(value)),
            },
            Some(value) if listed => match self.withheld(name) {
                Some(why) => Err(why),
                None => Ok(Some(value)),
            },
            _ => Ok(None),
        }
    }

    /// Why a variable that `keywordsFromEnv:` lists does not answer.
    #[must_use]
    pub fn withheld(&self, name: &str) -> Option<Withheld> {
        let value = self.variables.get(name).map(|value| value.expose().trim());
        if is_own(name) || value.is_some_and(|value| self.is_guarded(value)) {
            return Some(Withheld::Own);
        }
        if self.allowed.contains(name) {
            return None;
        }
        if looks_secret(name) {
            return Some(Withheld::Name);
        }
        let value = value?;
        let is_anothers = self.variables.iter().any(|(other, secret)| {
            let secret = secret.expose().trim();
            other != name
                && secret.len() >= SHORTEST_GUESS
                && (looks_secret(other) || is_secret_value(secret))
                && value.contains(secret)
        });
        (is_secret_value(value) || is_anothers).then_some(Withheld::Value)
    }

    /// Whether a value is one of hooksync's own credentials, or holds one.
    pub(super) fn is_guarded(&self, value: &str) -> bool {
        self.own
            .iter()
            .map(SecretValue::expose)
            .filter(|own| !own.is_empty())
            .any(|own| value.trim() == own || (own.len() >= SHORTEST_PART && value.contains(own)))
    }
}

/// Whether a name, in whatever spelling, is that of a credential of hooksync's
/// own.
pub(crate) fn is_own(name: &str) -> bool {
    let name = plain(name);
    OWN.iter().any(|own| name.contains(own))
}

/// Whether it says where a credential is, and not what.
fn is_path(name: &str) -> bool {
    plain(name).contains("PATH")
}

/// A name in capitals, without what separates its words.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Whether a name looks like that of a secret.
fn looks_secret(name: &str) -> bool {
    if HARMLESS.iter().any(|harmless| name.eq_ignore_ascii_case(harmless)) {
        return false;
    }
    let whole = plain(name);
    ANYWHERE.iter().any(|part| whole.contains(part))
        || words(name).iter().any(|word| word.ends_with("KEY") || WORDS.contains(&word.as_str()))
}

/// The words of `SOME_NAME`, `some-name` and `someName2`, in capitals, without
/// the digits behind them.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = 'A';
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && before.is_ascii_lowercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_uppercase());
        }
        before = c;
    }
    let words = words.into_iter().filter(|word| word != "AUTH0");
    words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()).collect()
}

/// Whether a value is one that only secrets have: an address with a password,
/// a private key, a token of a known form.
fn is_secret_value(value: &str) -> bool {
    const PREFIXES: [&str; 15] = [
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "glcbt-",
        "xoxb-",
        "xoxp-",
        "sk_live_",
        "rk_live_",
        "npm_",
        "AKIA",
        "ASIA",
    ];
    let has_password = value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        authority.contains('@')
    });
    let is_jwt = value
        .split_whitespace()
        .any(|word| word.starts_with("eyJ") && word.len() >= 40 && word.matches('.').count() == 2);
    has_password
        || is_jwt
        || value.contains("PRIVATE KEY-----")
        || PREFIXES.iter().any(|prefix| value.starts_with(prefix) && value.len() >= 20)
}

#[cfg(test)]
mod tests;
