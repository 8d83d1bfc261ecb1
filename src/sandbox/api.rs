//! What the `api` object of each trigger of Actions has, and what its handler
//! is called. From Auth0's documentation of the triggers.

use serde_json::{Value, json};

const CACHE: [&str; 3] = ["cache.get", "cache.set", "cache.delete"];

const METADATA: [&str; 2] = ["user.setAppMetadata", "user.setUserMetadata"];

const FACTORS: [&str; 2] = ["authentication.challengeWith", "authentication.challengeWithAny"];

const REDIRECT: [&str; 3] =
    ["redirect.encodeToken", "redirect.sendUserTo", "redirect.validateToken"];

const LOGIN: [&str; 26] = [
    "access.deny",
    "accessToken.setCustomClaim",
    "accessToken.addScope",
    "accessToken.removeScope",
    "authentication.enrollWith",
    "authentication.enrollWithAny",
    "authentication.recordMethod",
    "authentication.setPrimaryUser",
    "idToken.setCustomClaim",
    "multifactor.enable",
    "redirect.canRedirect",
    "validation.error",
    "rules.wasExecuted",
    "prompt.render",
    "refreshToken.revoke",
    "refreshToken.setExpiresAt",
    "refreshToken.setIdleExpiresAt",
    "refreshToken.setMetadata",
    "refreshToken.deleteMetadata",
    "refreshToken.evictMetadata",
    "transaction.setMetadata",
    "groups.getUserGroups",
    "groups.hasGroupMembership",
    "roles.getUserEffectiveRoles",
    "roles.getUserEffectiveRolesByIds",
    "roles.getUserEffectiveRolesByNames",
];

const SESSION: [&str; 7] = [
    "session.revoke",
    "session.setExpiresAt",
    "session.setIdleExpiresAt",
    "session.setCookieMode",
    "session.setMetadata",
    "session.deleteMetadata",
    "session.evictMetadata",
];

const SAML: [&str; 25] = [
    "samlResponse.setAttribute",
    "samlResponse.setAudience",
    "samlResponse.setRecipient",
    "samlResponse.setCreateUpnClaim",
    "samlResponse.setPassthroughClaimsWithNoMapping",
    "samlResponse.setMapUnknownClaimsAsIs",
    "samlResponse.setMapIdentities",
    "samlResponse.setSignatureAlgorithm",
    "samlResponse.setDigestAlgorithm",
    "samlResponse.setDestination",
    "samlResponse.setLifetimeInSeconds",
    "samlResponse.setSignResponse",
    "samlResponse.setNameIdentifierFormat",
    "samlResponse.setNameIdentifierProbes",
    "samlResponse.setAuthnContextClassRef",
    "samlResponse.setSigningCert",
    "samlResponse.setIncludeAttributeNameFormat",
    "samlResponse.setTypedAttributes",
    "samlResponse.setEncryptionCert",
    "samlResponse.setEncryptionPublicKey",
    "samlResponse.setCert",
    "samlResponse.setKey",
    "samlResponse.setRelayState",
    "samlResponse.setIssuer",
    "samlResponse.setEncryptionAlgorithm",
];

const NOTIFICATION: [&str; 2] = ["notification.drop", "notification.retry"];

/// The methods of a trigger's `api`. An unknown trigger has the cache alone.
pub(super) fn paths(trigger: &str) -> Vec<&'static str> {
    let own: &[&[&'static str]] = match trigger {
        "credentials-exchange" => &[&[
            "access.deny",
            "accessToken.setCustomClaim",
            "transaction.addTargetScope",
            "transaction.removeTargetScope",
            "transaction.removeTargetScopes",
            "transaction.setTargetScopes",
            "transaction.clearTargetScopes",
        ]],
        "pre-user-registration" => {
            &[&["access.deny", "validation.error", "user.setUserId"], &METADATA]
        }
        "post-login" => &[&LOGIN, &SESSION, &SAML, &METADATA, &FACTORS, &REDIRECT],
        "password-reset-post-challenge" => {
            &[&["access.deny", "prompt.render", "transaction.setResultUrl"], &FACTORS, &REDIRECT]
        }
        "custom-phone-provider" | "custom-email-provider" => &[&NOTIFICATION],
        "custom-token-exchange" => &[
            &[
                "access.deny",
                "access.rejectInvalidSubjectToken",
                "authentication.setUserById",
                "authentication.setUserByConnection",
                "authentication.setOrganization",
                "authentication.setActor",
            ],
            &METADATA,
        ],
        "login-post-identifier" | "signup-post-identifier" => &[&["access.deny"]],
        _ => &[],
    };
    CACHE.into_iter().chain(own.iter().flat_map(|group| group.iter().copied())).collect()
}

/// The same for the host script.
pub(super) fn methods(trigger: &str) -> Value {
    json!({ "paths": paths(trigger), "noScopeClaim": trigger == "credentials-exchange" })
}

/// The exported function that a trigger calls.
pub(super) fn handler(trigger: &str) -> String {
    let trigger = match trigger {
        "password-reset-post-challenge" => "post-challenge",
        other => other,
    };
    let words = trigger.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().collect::<String>() + letters.as_str()
        })
    });
    format!("onExecute{}", words.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers_are_called_as_auth0_calls_them() {
        let check = |trigger: &str, expected: &str| assert_eq!(handler(trigger), expected);
        check("credentials-exchange", "onExecuteCredentialsExchange");
        check("post-login", "onExecutePostLogin");
        check("password-reset-post-challenge", "onExecutePostChallenge");
        check("custom-email-provider", "onExecuteCustomEmailProvider");
    }

    #[test]
    fn every_trigger_has_the_cache_and_its_own() {
        for trigger in super::super::triggers() {
            assert!(paths(trigger).contains(&"cache.set"), "{trigger}");
        }
        assert!(paths("post-login").contains(&"samlResponse.setIssuer"));
        assert!(!paths("post-user-registration").contains(&"access.deny"));
    }
}
