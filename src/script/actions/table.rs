//! The table of triggers: what is known of each.
//!
//! From Auth0's reference of event and api objects and the helper package of
//! its Actions runtime, both of 2026. Plain data; must not answer questions.

/// What is known of one trigger.
pub(super) struct Known {
    /// Its id.
    pub(super) trigger: &'static str,
    /// The functions that Auth0 calls; the first is the one that must be there.
    pub(super) entries: &'static [&'static str],
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
    /// Namespaces of `api` with methods that may not be listed.
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

/// What most triggers have.
const USUAL: Known = Known {
    trigger: "",
    entries: &[],
    event: &[],
    optional: &[],
    user: &[],
    optional_of_user: &[],
    has_body: true,
    has_query: true,
    open: &[],
};

const CUSTOM_PHONE_PROVIDER: Known = Known {
    trigger: "custom-phone-provider",
    entries: &["onExecuteCustomPhoneProvider"],
    event: &["client", "notification", "organization", "transaction", "user"],
    optional: &["client", "organization", "transaction"],
    ..USUAL
};

/// All triggers of which more than the entry is known.
pub(super) static KNOWN: [Known; 9] = [
    Known {
        trigger: "credentials-exchange",
        entries: &["onExecuteCredentialsExchange"],
        event: &[
            "accessToken",
            "client",
            "resource_server",
            "transaction",
            "organization",
            "agent",
        ],
        optional: &["organization", "agent"],
        has_query: false,
        open: &["transaction"],
        ..USUAL
    },
    Known {
        trigger: "pre-user-registration",
        entries: &["onExecutePreUserRegistration", "onContinuePreUserRegistration"],
        event: &[
            "connection",
            "client",
            "transaction",
            "security_context",
            "authentication",
            "user",
        ],
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
        has_query: false,
        ..USUAL
    },
    Known {
        trigger: "post-user-registration",
        entries: &["onExecutePostUserRegistration"],
        event: &["connection", "transaction", "security_context", "authentication", "user"],
        optional: &["request", "transaction", "security_context", "authentication"],
        user: REGISTERED_USER,
        optional_of_user: &["email", "phone_number"],
        ..USUAL
    },
    Known {
        trigger: "post-change-password",
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
        ..USUAL
    },
    Known {
        trigger: "send-phone-message",
        entries: &["onExecuteSendPhoneMessage"],
        event: &["client", "message_options", "transaction", "security_context", "user"],
        optional: &["client", "transaction", "security_context"],
        user: REGISTERED_USER,
        optional_of_user: &["email"],
        ..USUAL
    },
    Known {
        trigger: "post-login",
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
        open: &[
            "authentication",
            "samlResponse",
            "session",
            "refreshToken",
            "transaction",
            "validation",
            "groups",
            "roles",
        ],
        ..USUAL
    },
    Known {
        trigger: "password-reset-post-challenge",
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
        open: &["authentication", "prompt", "redirect", "transaction", "user", "session"],
        ..USUAL
    },
    CUSTOM_PHONE_PROVIDER,
    Known {
        trigger: "custom-email-provider",
        entries: &["onExecuteCustomEmailProvider"],
        ..CUSTOM_PHONE_PROVIDER
    },
];
