//! What the `api` object of each trigger of Actions has. From Auth0's
//! documentation of the triggers.

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
pub(crate) fn methods(trigger: &str) -> Vec<&'static str> {
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
        "pre-user-registration" => &[&[
            "access.deny",
            "validation.error",
            "user.setUserMetadata",
            "user.setAppMetadata",
            "user.setUserId",
        ]],
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
