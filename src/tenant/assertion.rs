//! Client assertions (`private_key_jwt`): the rules that Auth0 documents.
//!
//! Main type: [`Assertions`]. Must not issue anything.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PSS_2048_8192_SHA256,
    UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;

use super::jwt::Parts;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const MAX_LENGTH: usize = 2048;
const MAX_ID_LENGTH: usize = 64;
const MAX_ALG_LENGTH: usize = 16;
/// Seconds that an assertion may live.
const MAX_LIFETIME: u64 = 300;
/// Seconds that clocks may differ.
const SKEW: u64 = 10;

/// Checks assertions, each of which may be used once.
pub(super) struct Assertions {
    client_id: String,
    public_key: Option<String>,
    /// Used ids, with the moment until which they are remembered.
    used: HashMap<String, u64>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct AssertionClaims {
    iss: String,
    sub: String,
    aud: String,
    iat: u64,
    exp: u64,
    nbf: Option<u64>,
    jti: String,
}

impl Assertions {
    /// For this client; without a public key signatures aren't checked.
    pub(super) fn new(client_id: String, public_key: Option<String>) -> Self {
        Self { client_id, public_key, used: HashMap::new() }
    }

    /// Checks one assertion. `now` is in epoch seconds. What is wrong with it is
    /// said in assumed words: only the error code `invalid_client` is documented.
    pub(super) fn check(
        &mut self,
        kind: Option<&str>,
        assertion: &str,
        client_id: Option<&str>,
        host: &str,
        now: u64,
    ) -> Result<(), &'static str> {
        if kind != Some(ASSERTION_TYPE) {
            return Err("client_assertion_type is not supported");
        }
        if assertion.len() > MAX_LENGTH {
            return Err("longer than 2048 bytes");
        }
        let parsed = Parts::of(assertion).and_then(|parts| {
            let header: Header = serde_json::from_slice(&parts.header).ok()?;
            let claims: AssertionClaims = serde_json::from_slice(&parts.claims).ok()?;
            Some((parts, header, claims))
        });
        let Some((parts, header, claims)) = parsed else {
            return Err("malformed, or a claim is missing");
        };
        self.claims_problem(&claims, client_id, host, now)
            .or_else(|| self.signature_problem(&header.alg, &parts))
            .or_else(|| self.replay_problem(claims, now))
            .map_or(Ok(()), Err)
    }

    fn claims_problem(
        &self,
        claims: &AssertionClaims,
        client_id: Option<&str>,
        host: &str,
        now: u64,
    ) -> Option<&'static str> {
        let AssertionClaims { iss, sub, aud, iat, exp, nbf, jti } = claims;
        let too_long = |text: &String| text.len() > MAX_ID_LENGTH;
        if too_long(iss) || too_long(sub) || too_long(jti) || jti.is_empty() {
            return Some("iss, sub and jti have 1 to 64 characters");
        }
        if *iss != self.client_id || sub != iss || client_id.is_some_and(|id| id != iss) {
            return Some("iss and sub are not the client");
        }
        // Documented with https and the slash. Plain http is the local
        // tenant's own addition: it may be served without TLS.
        if *aud != format!("https://{host}/") && *aud != format!("http://{host}/") {
            return Some("aud is not this tenant");
        }
        if *iat > now + SKEW || nbf.is_some_and(|nbf| nbf > now + SKEW) {
            return Some("not valid yet");
        }
        if *exp <= now {
            return Some("expired");
        }
        (exp.saturating_sub(*iat) > MAX_LIFETIME).then_some("lives longer than five minutes")
    }

    fn signature_problem(&self, alg: &str, parts: &Parts<'_>) -> Option<&'static str> {
        let algorithm: &'static dyn VerificationAlgorithm = match alg {
            _ if alg.len() > MAX_ALG_LENGTH => return Some("alg is too long"),
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            "RS384" => &RSA_PKCS1_2048_8192_SHA384,
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            _ => return Some("alg is none of RS256, RS384, PS256"),
        };
        let pem = self.public_key.as_deref()?;
        let Some(key) = rsa_public_key(pem) else {
            return Some("the configured public key is no PEM of an RSA public key");
        };
        UnparsedPublicKey::new(algorithm, key)
            .verify(parts.signed.as_bytes(), &parts.signature)
            .is_err()
            .then_some("signature does not match")
    }

    fn replay_problem(&mut self, claims: AssertionClaims, now: u64) -> Option<&'static str> {
        self.used.retain(|_, until| *until > now);
        self.used.insert(claims.jti, claims.exp).map(|_| "jti was used before")
    }
}

/// Whether a text is a public key that assertions can be checked with.
pub(super) fn is_public_key(pem: &str) -> bool {
    rsa_public_key(pem).is_some()
}

/// The `RSAPublicKey` inside a PEM file, which is what signatures are checked
/// with: either the file's whole content (`RSA PUBLIC KEY`) or the last
/// element of its `SubjectPublicKeyInfo` (`PUBLIC KEY`).
fn rsa_public_key(pem: &str) -> Option<Vec<u8>> {
    let (_, begun) = pem.split_once("-----BEGIN ")?;
    let (label, rest) = begun.split_once("-----")?;
    let (text, _) = rest.split_once("-----END ")?;
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let der = STANDARD.decode(text).ok()?;
    match label {
        "RSA PUBLIC KEY" => Some(der),
        "PUBLIC KEY" => {
            let (0x30, info, _) = element(&der)? else { return None };
            let (0x30, _algorithm, rest) = element(info)? else { return None };
            let (0x03, bits, _) = element(rest)? else { return None };
            // A bit string begins with the number of its unused bits: none.
            bits.strip_prefix(&[0]).map(<[u8]>::to_vec)
        }
        _ => None,
    }
}

/// The first DER element: its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        // Four bytes of length are more than any key has.
        if bytes.len() > 4 {
            return None;
        }
        (bytes.iter().fold(0, |sum, &byte| sum << 8 | usize::from(byte)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}
