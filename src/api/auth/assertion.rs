//! The signed assertion by which a client proves who it is without a secret
//! on the wire (RFC 7523, "private key JWT").
//!
//! Must not show the key.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{self, RsaEncoding, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

use crate::model::SecretValue;

/// What the token endpoint calls such an assertion.
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Auth0 takes at most five minutes.
const LIFETIME: Duration = Duration::from_secs(180);

/// How an assertion is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SigningAlgorithm {
    /// RSA with SHA-256.
    #[default]
    Rs256,
    /// RSA with SHA-384.
    Rs384,
    /// RSA-PSS with SHA-256.
    Ps256,
}

impl SigningAlgorithm {
    /// The name in a JWT's header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Ps256 => "PS256",
        }
    }

    fn encoding(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Rs256 => &signature::RSA_PKCS1_SHA256,
            Self::Rs384 => &signature::RSA_PKCS1_SHA384,
            Self::Ps256 => &signature::RSA_PSS_SHA256,
        }
    }
}

impl FromStr for SigningAlgorithm {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        [Self::Rs256, Self::Rs384, Self::Ps256]
            .into_iter()
            .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(text))
            .ok_or(InvalidKey::Algorithm)
    }
}

/// Why a signing key can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// Not one of the three that Auth0 takes.
    #[error("the signing algorithm must be RS256, RS384 or PS256")]
    Algorithm,
    /// No PEM, or no private key in it.
    #[error(
        "the signing key is not a private key in PEM form (`BEGIN PRIVATE KEY` or `BEGIN RSA PRIVATE KEY`)"
    )]
    NoPem,
    /// A private key, but not one that can be used.
    #[error(
        "the signing key is not an RSA key of 2048 to 4096 bits (encrypted keys can't be read)"
    )]
    NotRsa,
    /// The machine gave no random bytes, or signing failed.
    #[error("the assertion could not be signed")]
    Signing,
}

/// A client's private key.
pub struct SigningKey {
    pair: RsaKeyPair,
    algorithm: SigningAlgorithm,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[signing key]")
    }
}

impl SigningKey {
    /// Reads a key in PEM form, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// When it isn't one, or not RSA.
    pub fn from_pem(pem: &SecretValue, algorithm: SigningAlgorithm) -> Result<Self, InvalidKey> {
        // kept in one line, as variables and JSON hold it: a PEM has no backslash
        // of its own, nor quotes around it
        let text = pem.expose().trim_start_matches('\u{feff}').trim();
        let text = text.trim_matches(['"', '\'']).replace("\\r", "").replace("\\n", "\n");
        let text = SecretValue::new(text);
        let key = PrivateKeyDer::from_pem_slice(text.expose().as_bytes())
            .map_err(|_| InvalidKey::NoPem)?;
        let pair = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(InvalidKey::NotRsa),
        };
        Ok(Self { pair: pair.map_err(|_| InvalidKey::NotRsa)?, algorithm })
    }

    /// A new assertion, good for one token request.
    pub(super) fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        now: SystemTime,
    ) -> Result<SecretValue, InvalidKey> {
        let random = SystemRandom::new();
        let mut id = [0; 16];
        random.fill(&mut id).map_err(|_| InvalidKey::Signing)?;
        let iat = now.duration_since(UNIX_EPOCH).map_err(|_| InvalidKey::Signing)?;
        let header = json!({ "alg": self.algorithm.as_str(), "typ": "JWT" });
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "iat": iat.as_secs(),
            "exp": (iat + LIFETIME).as_secs(),
            "jti": URL_SAFE_NO_PAD.encode(id),
        });
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(self.algorithm.encoding(), &random, signed.as_bytes(), &mut signature)
            .map_err(|_| InvalidKey::Signing)?;
        Ok(SecretValue::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PSS_2048_8192_SHA256,
        UnparsedPublicKey, VerificationAlgorithm,
    };

    use super::*;

    const PKCS1: &str = include_str!("../../../fixtures/keys/pkcs1.pem");
    const PKCS8: &str = include_str!("../../../fixtures/keys/pkcs8.pem");

    fn key(pem: &str, algorithm: SigningAlgorithm) -> Result<SigningKey, InvalidKey> {
        SigningKey::from_pem(&SecretValue::new(pem.to_owned()), algorithm)
    }

    #[test]
    fn an_assertion_is_what_auth0_documents() {
        let check = |pem: &str, name: &str, verify: &'static dyn VerificationAlgorithm| {
            let key = key(pem, name.parse().unwrap()).unwrap();
            let now = UNIX_EPOCH + Duration::from_secs(1_000);
            let made = key.assertion("me", "https://tenant.example/", now).unwrap();
            let (signed, signature) = made.expose().rsplit_once('.').unwrap();
            let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
            let public = UnparsedPublicKey::new(verify, key.pair.public().as_ref());
            public.verify(signed.as_bytes(), &signature).unwrap();
            let (header, claims) = signed.split_once('.').unwrap();
            let json = |part: &str| -> Value {
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
            };
            assert_eq!(json(header)["alg"], name);
            let claims = json(claims);
            assert_eq!((&claims["iss"], &claims["sub"]), (&"me".into(), &"me".into()));
            assert_eq!(claims["aud"], "https://tenant.example/");
            assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 180);
            assert!(claims["jti"].as_str().unwrap().len() <= 64);
            assert!(made.expose().len() <= 2048);
        };
        check(PKCS1, "RS256", &RSA_PKCS1_2048_8192_SHA256);
        check(PKCS8, "RS384", &RSA_PKCS1_2048_8192_SHA384);
        check(PKCS8, "PS256", &RSA_PSS_2048_8192_SHA256);
    }

    #[test]
    fn a_key_in_one_line_and_one_with_a_mark_are_keys() {
        let check = |pem: String| assert!(key(&pem, SigningAlgorithm::Rs256).is_ok(), "{pem}");
        check(format!("\u{feff}{PKCS8}"));
        check(PKCS8.replace('\n', "\r\n"));
        check(PKCS8.replace('\n', "\\n"));
        check(PKCS1.trim().replace('\n', "\\r\\n"));
        check(format!("\"{}\"\n", PKCS1.trim().replace('\n', "\\n")));
    }

    #[test]
    fn no_two_assertions_have_one_id() {
        let key = key(PKCS8, SigningAlgorithm::Rs256).unwrap();
        let make = || key.assertion("me", "a", UNIX_EPOCH).unwrap();
        assert_ne!(make().expose(), make().expose());
    }

    #[test]
    fn what_is_no_key_says_why_and_shows_nothing() {
        let check = |pem: &str, error| {
            assert_eq!(key(pem, SigningAlgorithm::Rs256).map(drop), Err(error));
        };
        check("", InvalidKey::NoPem);
        check(&PKCS8.replace('M', "-"), InvalidKey::NoPem);
        check("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", InvalidKey::NotRsa);
        assert_eq!("HS256".parse::<SigningAlgorithm>(), Err(InvalidKey::Algorithm));
        assert_eq!(format!("{:?}", key(PKCS1, SigningAlgorithm::Rs256)), "Ok([signing key])");
    }
}
