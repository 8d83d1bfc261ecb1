//! What credentials look like.
//!
//! Public forms of well-known services first; then a judgement on texts that
//! stand behind a telling name. Wrong alarms here teach people to ignore the
//! right ones, so placeholders and settings are left alone.

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Looks {
    /// Like a placeholder, a word, a setting.
    Harmless,
    /// Like a credential, if its name says so too.
    Real,
    /// Like nothing but a generated credential.
    Random,
}

/// The service whose tokens have this form.
pub(crate) fn known_token(text: &str) -> Option<&'static str> {
    if text.contains("PRIVATE KEY-----") && text.contains("-----BEGIN") {
        return Some("a private key");
    }
    if has_webhook(text, "hooks.slack.com/services/", 3) {
        return Some("a Slack webhook, which needs no other credential");
    }
    if has_webhook(text, "discord.com/api/webhooks/", 2)
        || has_webhook(text, "discordapp.com/api/webhooks/", 2)
    {
        return Some("a Discord webhook, which needs no other credential");
    }
    if has_password_in_address(text) {
        return Some("an address with its password");
    }
    if has_credential_in_query(text) {
        return Some("an address with a credential in it");
    }
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '='))
        .find_map(known_word)
}

/// Prefix, how many characters follow it at least, and whose it is.
const PREFIXES: [(&str, usize, &str); 19] = [
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("sk_test_", 16, "a Stripe key"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 22, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("xoxa-", 20, "a Slack token"),
    ("npm_", 36, "an npm token"),
    ("AIza", 35, "a Google API key"),
    ("shpat_", 32, "a Shopify token"),
    ("sq0atp-", 22, "a Square token"),
    ("dop_v1_", 64, "a DigitalOcean token"),
    ("SG.", 60, "a SendGrid key"),
];

fn known_word(word: &str) -> Option<&'static str> {
    let is_token = |rest: &str| {
        rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
            && !is_placeholder(rest)
            && rest.bytes().any(|b| b.is_ascii_digit())
    };
    for (prefix, length, kind) in PREFIXES {
        if let Some(rest) = word.strip_prefix(prefix)
            && rest.len() >= length
            && is_token(rest)
        {
            return Some(kind);
        }
    }
    let parts: Vec<_> = word.split('.').collect();
    let is_jwt = word.starts_with("eyJ")
        && parts.len() == 3
        && parts.iter().all(|part| part.len() >= 10)
        && is_token(word);
    if is_jwt {
        return Some("a signed token");
    }
    let is_hexadecimal = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let mailchimp = word.split_once("-us").filter(|(key, _)| key.len() == 32);
    if mailchimp.is_some_and(|(key, centre)| is_hexadecimal(key) && centre.parse::<u8>().is_ok()) {
        return Some("a Mailchimp key");
    }
    let hexadecimal = word.strip_prefix("key-").filter(|rest| rest.len() == 32);
    if hexadecimal.is_some_and(is_hexadecimal) {
        return Some("a Mailgun key");
    }
    None
}

/// An address of an incoming webhook, whose last parts are the credential.
fn has_webhook(text: &str, path: &str, parts: usize) -> bool {
    let Some((_, after)) = text.split_once(path) else { return false };
    let rest: Vec<_> = after.split('/').collect();
    let is_real = |part: &&str| {
        part.len() >= 8
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
            && !is_placeholder(part)
    };
    rest.len() >= parts
        && rest[..parts].iter().all(is_real)
        && rest[..parts].iter().any(|part| part.bytes().any(|b| b.is_ascii_digit() && b != b'0'))
}

/// `scheme://user:password@host`.
fn has_password_in_address(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or(rest);
    let Some((login, _)) = authority.rsplit_once('@') else { return false };
    let Some((_, password)) = login.split_once(':') else { return false };
    let is_word = ["password", "passwd", "secret"].contains(&password);
    password.len() >= 6
        && !is_word
        && !is_placeholder(password)
        && !password.contains(['$', '{', '<', '#', '@'])
}

/// `https://host/path?password=…`.
fn has_credential_in_query(text: &str) -> bool {
    let Some((_, query)) = text.split_once("://").and_then(|(_, rest)| rest.split_once('?')) else {
        return false;
    };
    query.split('&').filter_map(|part| part.split_once('=')).any(|(name, value)| {
        let switches = value
            .as_bytes()
            .windows(2)
            .filter(|pair| pair[0].is_ascii_uppercase() != pair[1].is_ascii_uppercase());
        let is_code = value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        is_credential_name(name)
            && is_code
            && !is_placeholder(value)
            && (looks(value) != Looks::Harmless || (value.len() >= 8 && switches.count() >= 4))
    })
}

/// Ends of names that hold credentials, in small letters and without `_`, `-`.
const NAMES: [&str; 20] = [
    "secret",
    "secretkey",
    "secretaccesskey",
    "password",
    "passwd",
    "pwd",
    "apikey",
    "accesskey",
    "privatekey",
    "authtoken",
    "accesstoken",
    "apitoken",
    "token",
    "signingkey",
    "apisecret",
    "authorization",
    "credential",
    "credentials",
    "passphrase",
    "webhooksecret",
];

/// Whether a name says that its value is a credential.
pub(crate) fn is_credential_name(given: &str) -> bool {
    let name: String = given
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    // `pass` by itself, or as a word of its own: `smtpPass`, `db_pass`
    let is_pass = given.strip_suffix("pass").is_some_and(|before| {
        before.is_empty() || before.ends_with(|c: char| !c.is_ascii_alphanumeric())
    }) || given.ends_with("Pass")
        || given.ends_with("PASS");
    is_pass || NAMES.iter().any(|end| name.ends_with(end))
}

/// How a text looks, its name aside.
pub(crate) fn looks(text: &str) -> Looks {
    if let Some(login) = text.strip_prefix("Basic ").or_else(|| text.strip_prefix("basic ")) {
        return if is_login(login) { Looks::Real } else { Looks::Harmless };
    }
    let text = ["Bearer ", "Token ", "bearer ", "token "]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .unwrap_or(text);
    let has = |class: fn(&u8) -> bool| text.bytes().any(|b| class(&b));
    if text.len() < 8
        || text.chars().any(char::is_whitespace)
        || text.contains("://")
        || text.starts_with("urn:")
        || is_placeholder(text)
        || is_host_or_path(text)
        || !has(u8::is_ascii_digit)
        || !has(u8::is_ascii_alphabetic)
    {
        return Looks::Harmless;
    }
    let is_code = text.bytes().all(|b| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'~')
    });
    if is_code && text.len() >= 20 && entropy(text) >= 3.5 && is_mixed(text) {
        return Looks::Random;
    }
    Looks::Real
}

/// Whether a text is `user:password` in Base64.
fn is_login(text: &str) -> bool {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim());
    let Some(login) = bytes.ok().and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return false;
    };
    login.split_once(':').is_some_and(|(_, password)| {
        password.len() >= 4 && !is_placeholder(&login) && !login.chars().any(char::is_control)
    })
}

/// Whether a text that stands where a key belongs is one: longer than a word
/// that explains, and no public key.
pub(crate) fn is_key_material(text: &str) -> bool {
    text.len() >= 6
        && !is_placeholder(text)
        && !text.contains("BEGIN PUBLIC KEY")
        && !text.contains("BEGIN CERTIFICATE")
}

/// Digits spread among the letters, rather than a word with a number.
fn is_mixed(text: &str) -> bool {
    let kinds: Vec<_> =
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.is_ascii_digit()).collect();
    kinds.windows(2).filter(|pair| pair[0] != pair[1]).count() >= 4
}

fn is_host_or_path(text: &str) -> bool {
    const ENDS: [&str; 11] =
        ["com", "io", "net", "org", "dev", "app", "local", "json", "js", "txt", "pem"];
    let is_host =
        text.contains('.') && text.split('.').next_back().is_some_and(|end| ENDS.contains(&end));
    let is_address = text.rsplit_once('@').is_some_and(|(_, host)| host.contains('.'));
    is_host || is_address || text.starts_with('/') || text.starts_with("./")
}

/// Words that only stand for a credential.
const PLACEHOLDERS: [&str; 24] = [
    "your",
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "xxx",
    "todo",
    "dummy",
    "insert",
    "replace",
    "redacted",
    "<",
    ">",
    "{",
    "}",
    "[",
    "]",
    "...",
    "***",
    "##",
    "@@",
    "123456789",
    "abcdef",
];

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let first = lower.bytes().next();
    PLACEHOLDERS.iter().any(|word| lower.contains(word))
        || lower.bytes().all(|b| Some(b) == first)
        || is_constant_name(text)
}

/// `MY_API_KEY_2`: a name of a setting, not its value.
fn is_constant_name(text: &str) -> bool {
    text.contains('_')
        && text.split('_').all(|part| {
            !part.is_empty()
                && (part.bytes().all(|b| b.is_ascii_uppercase())
                    || (part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit()))
                    || (part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                        && part.len() <= 6))
        })
}

/// Bits of surprise a character.
fn entropy(text: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in text.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let length = text.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests;
