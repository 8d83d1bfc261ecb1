//! Tests of `auth`.

use super::*;

fn jwt(payload: &str) -> String {
    format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload))
}

#[test]
fn scopes_come_from_the_answer_or_from_either_claim() {
    let check = |payload: &str, scope: Option<&str>, expected: Option<&[&str]>| {
        let token = Token::new(SecretValue::new(jwt(payload)), scope, None);
        let expected = expected.map(|scopes| scopes.iter().map(|&s| s.to_owned()).collect());
        assert_eq!(token.scopes, expected, "{payload}");
    };
    check(r#"{"scope":"a b"}"#, None, Some(&["a", "b"]));
    check(r#"{"scope":"a","permissions":["c"]}"#, None, Some(&["a", "c"]));
    check(r#"{"scope":"a"}"#, Some("x"), Some(&["x"]));
    check(r#"{"scope":""}"#, None, Some(&[]));
    check("{}", None, None);
    check("no JSON", None, None);
}

#[test]
fn a_text_that_is_no_jwt_is_opaque() {
    for text in ["", "abc", "a.b.c", "a.b.c.d", "é.é.é"] {
        assert!(!Token::new(SecretValue::new(text.into()), None, None).is_jwt, "{text}");
    }
    let hostile = jwt(r#"{"exp":1e300,"iat":-1e300}"#);
    assert!(Token::new(SecretValue::new(hostile), None, Some(u64::MAX)).expires.is_none());
}
