//! Who may call the Management API: bearer tokens, audiences, scopes.
//!
//! Main type: [`Authority`]. Must not know hooks or rate limits.

use super::jwt::{Claims, TokenKey, Unreadable};
use super::message::{Request, Response, bad_token, refusal};
use super::options::Options;

/// Issues and checks access tokens.
pub(super) struct Authority {
    key: TokenKey,
    /// The client that may ask for tokens.
    pub(super) client_id: String,
    audience: Option<String>,
    /// What tokens are good for, separated by blanks.
    pub(super) scope: String,
    /// How long a token lives, in seconds.
    pub(super) lifetime: u64,
    /// Tokens of an earlier generation count as expired.
    generation: u64,
}

impl Authority {
    /// As chosen.
    pub(super) fn new(options: &Options) -> Self {
        Self {
            key: TokenKey::new(&options.client_id, &options.client_secret),
            client_id: options.client_id.clone(),
            audience: options.audience.clone(),
            scope: options.scopes.join(" "),
            lifetime: options.token_lifetime,
            generation: 0,
        }
    }

    /// Ends every token issued so far.
    pub(super) fn expire_all(&mut self) {
        self.generation += 1;
    }

    /// An access token. `now` is in epoch seconds.
    pub(super) fn issue(&self, host: &str, audience: &str, now: u64, unique: &str) -> String {
        self.key.sign(&Claims {
            iss: format!("https://{host}/"),
            sub: format!("{}@clients", self.client_id),
            aud: audience.to_owned(),
            iat: now,
            exp: now.saturating_add(self.lifetime),
            scope: self.scope.clone(),
            gty: "client-credentials".to_owned(),
            azp: self.client_id.clone(),
            jti: format!("{}.{unique}", self.generation),
        })
    }

    /// Whether `audience` is the Management API of the tenant that the client
    /// called as `host`.
    pub(super) fn is_own_audience(&self, audience: &str, host: &str) -> bool {
        match &self.audience {
            Some(own) => own == audience,
            None => ["https", "http"]
                .iter()
                .any(|scheme| audience == format!("{scheme}://{host}/api/v2/")),
        }
    }

    /// The claims of the request's token, or the refusal.
    pub(super) fn authenticate(
        &self,
        request: &Request,
        host: &str,
        now: u64,
    ) -> Result<Claims, Response> {
        let header = match request.authorization.as_deref() {
            Some(header) if !header.trim().is_empty() => header.trim(),
            _ => return Err(refusal(401, "Missing authentication", None)),
        };
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return Err(bad_header()),
        };
        let claims = self.key.read(token).map_err(|why| match why {
            Unreadable::Form => bad_header(),
            Unreadable::Signature => {
                bad_token("Invalid signature received for JSON Web Token validation")
            }
            Unreadable::Claims => bad_token("Invalid token"),
        })?;
        if !self.is_own_audience(&claims.aud, host) {
            return Err(bad_token(&format!("Bad audience: {}", claims.aud)));
        }
        let generation = claims.jti.split('.').next().and_then(|text| text.parse::<u64>().ok());
        if claims.exp <= now || generation.is_none_or(|number| number < self.generation) {
            let message = "Expired token received for JSON Web Token validation";
            return Err(bad_token(message));
        }
        Ok(claims)
    }
}

/// Of a bearer token that is no JSON Web Token (quoted in public).
fn bad_header() -> Response {
    refusal(400, "Bad HTTP authentication header format", Some("Bearer"))
}
