//! Tokens: how they are got, and how they are refused.

use super::*;

fn with_header(bench: &mut Bench, authorization: Option<&str>) -> Response {
    let mut request = bench.request("GET /hooks");
    request.authorization = authorization.map(str::to_owned);
    bench.send_request(&request)
}

fn text(response: &Response) -> (u16, &str) {
    (response.status, std::str::from_utf8(&response.body).unwrap())
}

#[test]
fn refused_tokens() {
    let mut bench = Bench::new();
    let mut check = |header: Option<&str>, status: u16, body: &str| {
        let response = with_header(&mut bench, header);
        assert_eq!(text(&response), (status, body), "{header:?}");
    };
    let missing = r#"{"statusCode":401,"error":"Unauthorized","message":"Missing authentication"}"#;
    check(None, 401, missing);
    check(Some(""), 401, missing);
    let format = refused(400, "Bad HTTP authentication header format", "Bearer");
    check(Some("Basic eDp5"), 400, &format);
    check(Some("Bearer"), 400, &format);
    check(Some("Bearer opaque"), 400, &format);
    let signature = "Invalid signature received for JSON Web Token validation";
    let body = |message: &str| {
        format!(
            r#"{{"statusCode":401,"error":"Unauthorized","message":"{message}","attributes":{{"error":"{message}"}}}}"#
        )
    };
    check(Some("Bearer e30.e30.AAAA"), 401, &body(signature));

    let expired = body("Expired token received for JSON Web Token validation");
    bench.now += 86_400_000;
    let token = format!("Bearer {}", bench.token);
    let response = with_header(&mut bench, Some(&token));
    assert_eq!(text(&response), (401, expired.as_str()));

    let mut bench = Bench::new();
    let elsewhere = bench.service.new_token(HOST, "https://x/api/v2/", NOW);
    let response = with_header(&mut bench, Some(&format!("Bearer {elsewhere}")));
    assert_eq!(text(&response), (401, body("Bad audience: https://x/api/v2/").as_str()));
}

#[test]
fn each_endpoint_has_its_scope() {
    let lines = [
        ("read:hooks", "GET /hooks"),
        ("read:hooks", "GET /hooks/x"),
        ("read:hooks", "GET /hooks/x/secrets"),
        ("create:hooks", "POST /hooks {}"),
        ("update:hooks", "PATCH /hooks/x {}"),
        ("update:hooks", "POST /hooks/x/secrets {}"),
        ("update:hooks", "PATCH /hooks/x/secrets {}"),
        ("delete:hooks", "DELETE /hooks/x"),
        ("delete:hooks", "DELETE /hooks/x/secrets []"),
    ];
    for (scope, line) in lines {
        let others = HOOK_SCOPES.iter().filter(|other| **other != scope);
        let scopes = others.map(ToString::to_string).collect();
        let mut bench = Bench::with(Options { scopes, ..Options::default() });
        let message = format!("Insufficient scope, expected any of: {scope}");
        bench.check(line, 403, &refused(403, &message, "insufficient_scope"));
        let mut bench =
            Bench::with(Options { scopes: vec![scope.to_owned()], ..Options::default() });
        assert_ne!(bench.send(line).status, 403, "{line}");
    }
}

fn token_line(secret: &str, audience: &str) -> String {
    format!(
        r#"POST /oauth/token {{"grant_type":"client_credentials","client_id":"local-client","client_secret":"{secret}","audience":"{audience}"}}"#
    )
}

#[test]
fn a_token_for_a_secret() {
    let mut bench = Bench::new();
    let line = token_line("local-client-secret", "https://127.0.0.1:3000/api/v2/");
    let response = bench.send(&line);
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    let token = body["access_token"].as_str().unwrap().to_owned();
    let expected = format!(
        r#"{{"access_token":"{token}","scope":"read:hooks create:hooks update:hooks delete:hooks read:actions create:actions update:actions delete:actions read:clients read:logs","expires_in":86400,"token_type":"Bearer"}}"#
    );
    assert_eq!(text(&response), (200, expected.as_str()));
    let claims = jwt::Parts::of(&token).unwrap().claims;
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["sub"], "local-client@clients");
    assert_eq!(claims["exp"].as_u64(), Some(NOW / 1000 + 86_400));
    bench.token = token;
    assert_eq!(bench.send("GET /hooks").status, 200);
    bench.service.set_faults(vec!["expire@1".parse().unwrap()]);
    assert_eq!(bench.send("GET /hooks").status, 401);
    assert_eq!(bench.send("GET /hooks").status, 401);
    assert_eq!(bench.send(&line).status, 200);
}

#[test]
fn refused_token_requests() {
    let mut bench = Bench::new();
    let mut check = |line: &str, status: u16, body: &str| {
        let response = bench.send(line);
        assert_eq!(text(&response), (status, body), "{line}");
    };
    let denied = r#"{"error":"access_denied","error_description":"Unauthorized"}"#;
    check(&token_line("wrong", "https://127.0.0.1:3000/api/v2/"), 401, denied);
    check(
        &token_line("local-client-secret", "https://elsewhere/api/v2/"),
        403,
        r#"{"error":"access_denied","error_description":"Service not enabled within domain: https://elsewhere/api/v2/"}"#,
    );
    check(
        r#"POST /oauth/token {"grant_type":"password"}"#,
        403,
        r#"{"error":"unsupported_grant_type","error_description":"Unsupported grant type: password"}"#,
    );
    check(
        "POST /oauth/token {}",
        400,
        r#"{"error":"invalid_request","error_description":"Missing required parameter: grant_type"}"#,
    );
    assert_eq!(bench.send("POST /oauth/token [").status, 400);
    // Without an audience: a token that the API can't read.
    let response = bench.send(&token_line("local-client-secret", ""));
    let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
    assert!(body.get("scope").is_none());
    bench.token = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(bench.send("GET /hooks").status, 400);
}

/// The public half of a key that was thrown away after it had signed the
/// assertions below.
const PUBLIC_KEY: &str = include_str!("../../../fixtures/assertions/public-key.pem");
const SIGNED: &str = include_str!("../../../fixtures/assertions/signed.tsv");

fn signed(alg: &str) -> &'static str {
    let mut lines = SIGNED.lines().filter_map(|line| line.split_once('\t'));
    lines.find(|(name, _)| *name == alg).unwrap().1
}

/// An assertion whose signature is none.
fn unsigned(claims: &str, alg: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let header = part(&format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#));
    format!("{header}.{}.{}", part(claims), part("no signature"))
}

fn ask_with(bench: &mut Bench, assertion: &str) -> (u16, String) {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials")
        .append_pair(
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        )
        .append_pair("client_assertion", assertion)
        .append_pair("audience", "https://127.0.0.1:3000/api/v2/");
    let mut request = bench.request("POST /oauth/token");
    request.content_type = Some("application/x-www-form-urlencoded".to_owned());
    request.body = form.finish().into_bytes();
    let response = bench.send_request(&request);
    (response.status, String::from_utf8(response.body).unwrap())
}

fn claims(jti: &str, iss: &str, aud: &str, lifetime: u64) -> String {
    let iat = NOW / 1000;
    let exp = iat + lifetime;
    format!(
        r#"{{"iss":"{iss}","sub":"{iss}","aud":"{aud}","iat":{iat},"exp":{exp},"jti":"{jti}"}}"#
    )
}

#[test]
fn signed_assertions() {
    let client_public_key = Some(PUBLIC_KEY.to_owned());
    let mut bench = Bench::with(Options { client_public_key, ..Options::default() });
    for alg in ["RS256", "RS384", "PS256"] {
        assert_eq!(ask_with(&mut bench, signed(alg)).0, 200, "{alg}");
    }
    let why = |problem: &str| {
        format!(r#"{{"error":"invalid_client","error_description":"Client assertion: {problem}"}}"#)
    };
    assert_eq!(ask_with(&mut bench, signed("RS256")), (401, why("jti was used before")));
    let own = claims("4", "local-client", "https://127.0.0.1:3000/", 60);
    let forged = unsigned(&own, "RS256");
    assert_eq!(ask_with(&mut bench, &forged), (401, why("signature does not match")));
}

#[test]
fn refused_assertions() {
    let own = "https://127.0.0.1:3000/";
    let mut bench = Bench::new();
    // No public key is configured, so signatures aren't looked at.
    let good = unsigned(&claims("1", "local-client", own, 60), "RS256");
    assert_eq!(ask_with(&mut bench, &good).0, 200);
    let mut refuse = |assertion: &str, why: &str| {
        let body = format!(
            r#"{{"error":"invalid_client","error_description":"Client assertion: {why}"}}"#
        );
        assert_eq!(ask_with(&mut bench, assertion), (401, body));
    };
    refuse(&good, "jti was used before");
    let mut claim = |iss: &str, aud: &str, lifetime: u64, why: &str| {
        refuse(&unsigned(&claims("2", iss, aud, lifetime), "RS256"), why);
    };
    claim("other", own, 60, "iss and sub are not the client");
    claim("local-client", "https://x/", 60, "aud is not this tenant");
    claim("local-client", own, 301, "lives longer than five minutes");
    claim("local-client", own, 0, "expired");
    let no_id = unsigned(&claims("", "local-client", own, 60), "RS256");
    refuse(&no_id, "iss, sub and jti have 1 to 64 characters");
    let other_alg = unsigned(&claims("2", "local-client", own, 60), "HS256");
    refuse(&other_alg, "alg is none of RS256, RS384, PS256");
    refuse(&"x".repeat(2049), "longer than 2048 bytes");
    refuse("a.b.c", "malformed, or a claim is missing");
}

#[test]
fn only_loopback_names_are_answered() {
    let check = |host: Option<&str>, answered: bool| {
        let mut bench = Bench::new();
        let mut request = bench.request("GET /hooks");
        request.host = host.map(str::to_owned);
        let status = bench.send_request(&request).status;
        assert_eq!(status != 421, answered, "{host:?}: {status}");
    };
    for host in ["127.0.0.1:3000", "127.9.9.9", "[::1]:3000", "[::1]", "LOCALHOST:1", "a.localhost"]
    {
        check(Some(host), true);
    }
    check(None, true);
    for host in
        ["evil.example", "127.0.0.1.evil.example:3000", "10.0.0.1", "localhost.evil", "[::2]:1", ""]
    {
        check(Some(host), false);
    }
}
