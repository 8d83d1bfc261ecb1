//! What hooks and rules had, and where it is in an action.

/// Properties that only hooks and rules have, with what to write instead.
pub(super) fn of_hooks_and_rules(object: &str, property: &str) -> Option<&'static str> {
    Some(match (object, property) {
        ("event", "context") => "there is no context; what it held is in `event` itself",
        ("event", "webtask") => "write `event.secrets`",
        ("event", "scope") => "write `event.transaction.requested_scopes`",
        ("event", "audience") => "write `event.resource_server.identifier`",
        ("event", "idToken") => "claims are set with `api.idToken.setCustomClaim`",
        ("event", "recipient" | "text" | "code" | "message_type") => {
            "it is in `event.message_options`"
        }
        ("event.user", "emailVerified") => "write `event.user.email_verified`",
        ("event.user", "phoneNumber") => "write `event.user.phone_number`",
        ("event.user", "phoneNumberVerified" | "phone_number_verified") => {
            "write `event.user.phone_verified`"
        }
        ("event.user", "logins_count" | "loginsCount") => "write `event.stats.logins_count`",
        ("event.user", "last_ip") => "write `event.request.ip`",
        ("event.user", "_id" | "userId") => "write `event.user.user_id`",
        ("event.user", "password") => "no action gets the password",
        ("event.client", "id" | "clientId" | "clientID") => "write `event.client.client_id`",
        ("event.client", "client_name" | "clientName") => "write `event.client.name`",
        ("event.client", "client_metadata" | "clientMetadata") => "write `event.client.metadata`",
        ("event.request", "userAgent") => "write `event.request.user_agent`",
        ("event.request.geoip", "country_code" | "country") => {
            "write `event.request.geoip.countryCode`"
        }
        ("event.tenant", "name") => "write `event.tenant.id`",
        _ => return None,
    })
}
