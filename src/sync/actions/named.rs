//! Secrets that are sent as names alone.
//!
//! The service keeps the value of a secret whose name comes without one. What
//! answers in its place may drop the secret, or refuse the list: then the values
//! that files have are sent, all at once, since a list with some of them would
//! drop the others. Must not send anything.

use std::collections::BTreeSet;

use crate::api::{ApiError, ApiErrorKind};
use crate::model::{ActionPatch, Live, SecretKey, SecretValue, SentSecret};

/// What is said of a patch that needed values which the service would keep.
pub(super) const SENT_AGAIN: &str =
    "the tenant does not keep secrets that are sent as names alone; their values were sent";

type Known<'a> = &'a [(SecretKey, SecretValue)];

fn has_value(known: Known<'_>, key: &SecretKey) -> bool {
    known.iter().any(|(own, _)| own == key)
}

/// The values that a patch sends.
pub(super) fn sent(patch: &ActionPatch, known: Known<'_>) -> Vec<(SecretKey, SecretValue)> {
    let sends = |key: &SecretKey| {
        patch.secrets.iter().flatten().any(|secret| secret.with_value && secret.key == *key)
    };
    known.iter().filter(|(key, _)| sends(key)).cloned().collect()
}

/// The patch with a value for each secret that has one.
pub(super) fn with_values(patch: &ActionPatch, known: Known<'_>) -> ActionPatch {
    let secret = |secret: &SentSecret| SentSecret {
        key: secret.key.clone(),
        with_value: has_value(known, &secret.key),
    };
    let secrets = patch.secrets.as_ref().map(|all| all.iter().map(secret).collect());
    ActionPatch { secrets, ..patch.clone() }
}

/// The secrets of a patch that go as names alone.
pub(super) fn without_value(patch: &ActionPatch) -> Vec<&str> {
    let named = patch.secrets.iter().flatten().filter(|secret| !secret.with_value);
    named.map(|secret| secret.key.as_str()).collect()
}

/// Whether a patch was refused for secrets that came as names alone.
pub(super) fn is_refused(patch: &ActionPatch, error: &ApiError) -> bool {
    let message = error.message.to_ascii_lowercase();
    error.kind == ApiErrorKind::Invalid
        && !error.maybe_done
        && !without_value(patch).is_empty()
        && (message.contains("secret") || message.contains("namevalue"))
}

/// What to say where values are wanted that nobody has.
pub(super) fn refused(unknown: &[&str], error: &ApiError) -> String {
    format!(
        "this tenant takes no secret without its value, and there is none for {}: give one in the \
         definition, and apply again ({error})",
        unknown.join(", ")
    )
}

/// The patch that puts back what was lost, with the value of every secret that
/// has one; `None` if there is none for any that was lost.
pub(super) fn what_was_lost(
    patch: &ActionPatch,
    answer: &Live,
    known: Known<'_>,
) -> Option<ActionPatch> {
    let none = BTreeSet::new();
    let there = answer.secrets.as_ref().unwrap_or(&none);
    let all = with_values(patch, known).secrets?;
    let is_lost = |secret: &SentSecret| !there.contains(&secret.key);
    all.iter().any(|secret| is_lost(secret) && secret.with_value).then(|| {
        // a name alone can only be kept by what is there
        let secrets = all.into_iter().filter(|secret| secret.with_value || !is_lost(secret));
        ActionPatch { secrets: Some(secrets.collect()), ..ActionPatch::default() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, LiveBody, Name, Trigger};

    /// `A= B`: of A there is a value to be sent, of B the name alone.
    fn patch(secrets: &str) -> ActionPatch {
        let secret = |word: &str| SentSecret {
            key: word.trim_end_matches('=').to_owned(),
            with_value: word.ends_with('='),
        };
        let secrets = secrets.split_whitespace().map(secret).collect();
        ActionPatch { secrets: Some(secrets), ..ActionPatch::default() }
    }

    fn words(patch: &ActionPatch) -> String {
        let word = |secret: &SentSecret| {
            format!("{}{}", secret.key, if secret.with_value { "=" } else { "" })
        };
        patch.secrets.iter().flatten().map(word).collect::<Vec<_>>().join(" ")
    }

    fn known(keys: &str) -> Vec<(SecretKey, SecretValue)> {
        let value = |key: &str| (key.to_owned(), SecretValue::new("v".into()));
        keys.split_whitespace().map(value).collect()
    }

    fn live(keys: &str) -> Live {
        Live {
            id: Id::new("1"),
            name: Name::action("a"),
            stored_name: None,
            trigger: Trigger::from_tenant("post-login"),
            runs: false,
            script: None,
            dependencies: None,
            secrets: Some(keys.split_whitespace().map(str::to_owned).collect()),
            body: LiveBody::Hook,
        }
    }

    #[test]
    fn what_was_lost_is_sent_with_all_values_there_are() {
        let check = |sent: &str, answer: &str, values: &str, expected: Option<&str>| {
            let again = what_was_lost(&patch(sent), &live(answer), &known(values));
            assert_eq!(again.as_ref().map(words).as_deref(), expected, "{sent} {answer} {values}");
        };
        // one with a value would be dropped again if it went as a name
        check("A B=", "B", "A B", Some("A= B="));
        check("A B=", "B", "B", None);
        check("A B= C", "B", "A B", Some("A= B="));
        check("A B= C", "B C", "A B", Some("A= B= C"));
        check("A B=", "A B", "A B", None);
    }

    #[test]
    fn only_values_that_are_sent_go_along() {
        let sent = sent(&patch("A B="), &known("A B"));
        assert_eq!(sent.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["B"]);
        assert_eq!(words(&with_values(&patch("A B C="), &known("A C"))), "A= B C=");
        assert_eq!(without_value(&patch("A B C=")), ["A", "B"]);
    }
}
