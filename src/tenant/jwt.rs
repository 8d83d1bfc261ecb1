//! The tenant's access tokens, and what is common to all JSON Web Tokens.
//!
//! A real tenant signs with RS256. This one signs with HS256 under a key made
//! from the client's credentials, because clients treat access tokens as
//! opaque or read their claims, and because a token then stays good when the
//! tenant is started again. Must not know HTTP.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// What an access token says, in the recorded order of keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claims {
    /// The tenant, `https://HOST/`.
    pub iss: String,
    /// `CLIENT_ID@clients`
    pub sub: String,
    /// What the token is for.
    pub aud: String,
    /// When it was issued, in epoch seconds.
    pub iat: u64,
    /// When it ends, in epoch seconds.
    pub exp: u64,
    /// Its scopes, separated by blanks.
    pub scope: String,
    /// How it was got.
    pub gty: String,
    /// The client.
    pub azp: String,
    /// Which generation of tokens it belongs to: a fault can end them all.
    pub jti: String,
}

/// Why a token isn't taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It isn't three parts of base64url.
    Form,
    /// Its signature isn't ours.
    Signature,
    /// Its claims can't be read.
    Claims,
}

/// Signs and reads the tenant's own tokens.
pub(super) struct TokenKey(hmac::Key);

impl TokenKey {
    /// The key of this client's tokens.
    pub(super) fn new(client_id: &str, client_secret: &SecretString) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in ["local tenant access tokens", client_id, client_secret.expose_secret()] {
            context.update(part.as_bytes());
            context.update(&[0]);
        }
        Self(hmac::Key::new(hmac::HMAC_SHA256, context.finish().as_ref()))
    }

    /// The signed token.
    pub(super) fn sign(&self, claims: &Claims) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT","kid":"local"}"#);
        // Plain texts and numbers always serialise.
        let claims = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).unwrap_or_default());
        let signed = format!("{header}.{claims}");
        let signature = hmac::sign(&self.0, signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    /// The claims of a token that this key signed.
    pub(super) fn read(&self, token: &str) -> Result<Claims, Unreadable> {
        let parts = Parts::of(token).ok_or(Unreadable::Form)?;
        hmac::verify(&self.0, parts.signed.as_bytes(), &parts.signature)
            .map_err(|_| Unreadable::Signature)?;
        serde_json::from_slice(&parts.claims).map_err(|_| Unreadable::Claims)
    }
}

/// The decoded parts of a token.
pub(super) struct Parts<'a> {
    /// The header's JSON.
    pub header: Vec<u8>,
    /// The claims' JSON.
    pub claims: Vec<u8>,
    /// The text that is signed.
    pub signed: &'a str,
    /// The signature.
    pub signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    /// Cuts and decodes a token.
    pub(super) fn of(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        Some(Self {
            header: decode(header)?,
            claims: decode(claims)?,
            signed,
            signature: decode(signature)?,
        })
    }
}
