//! The table of triggers: what is known of each.
//!
//! From Auth0's reference of event and api objects and the helper package of
//! its Actions runtime, both of 2026. Plain data; must not answer questions.

/// What is known of one trigger.
pub(crate) struct Known {
    /// The functions that Auth0 calls; the first is the one that must be there.
    pub(crate) entries: &'static [&'static str],
    /// The properties of `event` beside those of every trigger.
    pub(super) event: &'static [&'static str],
    /// Those of them that are not always there.
    pub(super) optional: &'static [&'static str],
    /// The properties of `event.user`; empty where others may come from
    /// identity providers.
    pub(super) user: &'static [&'static str],
    /// Objects of `event.user` that are not always there.
    pub(super) optional_of_user: &'static [&'static str],
    /// Whether `event.request` has `body`, and whether it has `query`.
    pub(super) has_body: bool,
    pub(super) has_query: bool,
    /// `namespace.method` of `api`, beside `cache`.
    pub(super) api: &'static [&'static str],
    /// Namespaces of `api` with methods that aren't listed here.
    pub(super) open: &'static [&'static str],
}

const REGISTERED_USER: &[&str] = &[
    "app_metadata",
    "created_at",
    "email",
    "email_verified",
    "family_name",
    "given_name",
    "last_password_reset",
    "name",
    "nickname",
    "phone_number",
    "phone_verified",
    "picture",
    "updated_at",
    "user_id",
    "user_metadata",
    "username",
    "identities",
    "tenant",
];

static CREDENTIALS_EXCHANGE: Known = Known {
    entries: &["onExecuteCredentialsExchange"],
    event: &["accessToken", "client", "resource_server", "transaction", "organization", "agent"],
    optional: &["organization", "agent"],
    user: &[],
    optional_of_user: &[],
    has_body: true,
    has_query: false,
    api: &[
        "access.deny",
        "accessToken.setCustomClaim",
        "transaction.addTargetScope",
        "transaction.removeTargetScope",
        "transaction.addTargetScopes",
        "transaction.removeTargetScopes",
        "transaction.setTargetScopes",
        "transaction.clearTargetScopes",
    ],
    open: &["transaction"],
};

static PRE_USER_REGISTRATION: Known = Known {
    entries: &["onExecutePreUserRegistration", "onContinuePreUserRegistration"],
    event: &["connection", "client", "transaction", "security_context", "authentication", "user"],
    optional: &["client", "transaction", "security_context", "authentication"],
    user: &[
        "app_metadata",
        "email",
        "family_name",
        "given_name",
        "name",
        "nickname",
        "phone_number",
        "picture",
        "user_metadata",
        "username",
    ],
    optional_of_user: &["app_metadata", "user_metadata", "email", "phone_number"],
    has_body: true,
    has_query: false,
    api: &[
        "access.deny",
        "validation.error",
        "user.setUserMetadata",
        "user.setAppMetadata",
        "user.setUserId",
    ],
    open: &[],
};

static POST_USER_REGISTRATION: Known = Known {
    entries: &["onExecutePostUserRegistration"],
    event: &["connection", "transaction", "security_context", "authentication", "user"],
    optional: &["request", "transaction", "security_context", "authentication"],
    user: REGISTERED_USER,
    optional_of_user: &["email", "phone_number"],
    has_body: true,
    has_query: true,
    api: &[],
    open: &[],
};

static POST_CHANGE_PASSWORD: Known = Known {
    entries: &["onExecutePostChangePassword"],
    event: &["connection", "transaction", "authentication", "user"],
    optional: &["transaction", "authentication"],
    user: &[
        "email",
        "email_verified",
        "id",
        "last_password_reset",
        "phone_number",
        "phone_verified",
        "user_id",
        "username",
    ],
    optional_of_user: &["email", "phone_number"],
    has_body: true,
    has_query: true,
    api: &[],
    open: &[],
};

static SEND_PHONE_MESSAGE: Known = Known {
    entries: &["onExecuteSendPhoneMessage"],
    event: &["client", "message_options", "transaction", "security_context", "user"],
    optional: &["client", "transaction", "security_context"],
    user: REGISTERED_USER,
    optional_of_user: &["email"],
    has_body: true,
    has_query: true,
    api: &[],
    open: &[],
};

static POST_LOGIN: Known = Known {
    entries: &["onExecutePostLogin", "onContinuePostLogin"],
    event: &[
        "authentication",
        "authorization",
        "client",
        "connection",
        "groups",
        "organization",
        "prompt",
        "refresh_token",
        "resource_server",
        "security_context",
        "session",
        "stats",
        "transaction",
        "user",
    ],
    optional: &[
        "authentication",
        "organization",
        "prompt",
        "refresh_token",
        "resource_server",
        "security_context",
        "session",
        "transaction",
    ],
    user: &[],
    optional_of_user: &[],
    has_body: true,
    has_query: true,
    api: &[
        "access.deny",
        "accessToken.setCustomClaim",
        "accessToken.addScope",
        "accessToken.removeScope",
        "idToken.setCustomClaim",
        "multifactor.enable",
        "prompt.render",
        "redirect.canRedirect",
        "redirect.encodeToken",
        "redirect.sendUserTo",
        "redirect.validateToken",
        "rules.wasExecuted",
        "user.setAppMetadata",
        "user.setUserMetadata",
    ],
    open: &[
        "authentication",
        "samlResponse",
        "session",
        "refreshToken",
        "transaction",
        "validation",
        "groups",
    ],
};

static PASSWORD_RESET_POST_CHALLENGE: Known = Known {
    entries: &["onExecutePostChallenge", "onContinuePostChallenge"],
    event: &[
        "authentication",
        "authorization",
        "client",
        "connection",
        "organization",
        "prompt",
        "security_context",
        "session",
        "stats",
        "transaction",
        "user",
    ],
    optional: &["organization", "prompt", "transaction"],
    user: &[],
    optional_of_user: &[],
    has_body: true,
    has_query: true,
    api: &["access.deny"],
    open: &["authentication", "prompt", "redirect", "transaction", "user", "session"],
};

static CUSTOM_PHONE_PROVIDER: Known = Known {
    entries: &["onExecuteCustomPhoneProvider"],
    event: &["client", "notification", "organization", "transaction", "user"],
    optional: &["client", "organization", "transaction"],
    user: &[],
    optional_of_user: &[],
    has_body: true,
    has_query: true,
    api: &["notification.drop", "notification.retry"],
    open: &[],
};

static CUSTOM_EMAIL_PROVIDER: Known =
    Known { entries: &["onExecuteCustomEmailProvider"], ..CUSTOM_PHONE_PROVIDER };

/// What is known of a trigger; `None` for all but these.
pub(crate) fn known(trigger: &str) -> Option<&'static Known> {
    Some(match trigger {
        "credentials-exchange" => &CREDENTIALS_EXCHANGE,
        "pre-user-registration" => &PRE_USER_REGISTRATION,
        "post-user-registration" => &POST_USER_REGISTRATION,
        "post-change-password" => &POST_CHANGE_PASSWORD,
        "send-phone-message" => &SEND_PHONE_MESSAGE,
        "post-login" => &POST_LOGIN,
        "password-reset-post-challenge" => &PASSWORD_RESET_POST_CHALLENGE,
        "custom-phone-provider" => &CUSTOM_PHONE_PROVIDER,
        "custom-email-provider" => &CUSTOM_EMAIL_PROVIDER,
        _ => return None,
    })
}
