//! Tests of `tokens`.

use super::*;

/// Put together here, so that no scanner takes this file for a leak.
fn joined(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn tokens_of_known_services_are_known() {
    for token in [
        joined(&["AKIA", "Q3EGTR7VJZ5PLM2N"]),
        joined(&["sk_", "live_4eC39HqLyjWDarjtT1zdp7dc"]),
        joined(&["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"]),
        joined(&["https://hooks.slack.com", "/services/T0HFP0FD5/B8DMVGPE0/cpI9QOqNHCvC4btaZUMz"]),
        joined(&["https://example.com/a?x=1&pass", "word=UZHgcjZdzsGg&email="]),
        joined(&["mongodb+srv://app:", "s3cr3tpw@cluster0.mongodb.net/db"]),
        joined(&["eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0In0x.", "dozjgNryP4J3jVmNHl0w5N"]),
        joined(&["-----BEGIN RSA ", "PRIVATE KEY-----\nMIIEow"]),
        joined(&[
            "Bearer ",
            "eyJhbGciOiJIUzI1NiJ9",
            ".eyJzdWIiOiIxMjM0In0x.",
            "dozjgNryP4J3jVmNHl0w5N",
        ]),
    ] {
        assert!(known_token(&token).is_some(), "{token}");
    }
    for harmless in [
        "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
        "https://hooks.slack.com/services/YOUR/WEB/HOOK",
        "https://example.com/a:b@c",
        "https://user:password@example.com",
        "https://example.com/a?password=hunter&token=none",
        "sk_live_",
        "AKIAIOSFODNN7EXAMPLE",
        "eyJ.a.b",
        "https://app:${password}@example.com",
    ] {
        assert_eq!(known_token(harmless), None, "{harmless}");
    }
}

#[test]
fn values_are_told_from_placeholders() {
    let check = |text: &str, expected: Looks| assert_eq!(looks(text), expected, "{text}");
    check("Tr0ub4dor&3", Looks::Real);
    check("hunter2hunter2", Looks::Real);
    check("Pwd@1234", Looks::Real);
    check("Basic YXBwOmh1bnRlcjI=", Looks::Real);
    check("x8Kq2vN5rT7wZ1mB4cD6fG9h", Looks::Random);
    check("0f8fad5b-d9cb-469f-a165-70867728950e", Looks::Random);
    for harmless in [
        "",
        "short1",
        "your-api-key-1",
        "password",
        "client_credentials",
        "urn:ietf:oauth2",
        "API_KEY_2",
        "xxxxxxxx1",
        "https://example.com/token1",
        "api.example2.com",
        "YOUR_SECRET_123",
        "aaaaaaaa",
        "two words 12",
        "<token1234>",
        "${TOKEN1234}",
        "user2@example.com",
        "Basic eW91ci11c2VyOnlvdXItcGFzcw==",
        "Basic 123",
    ] {
        check(harmless, Looks::Harmless);
    }
}

#[test]
fn names_of_credentials_are_known() {
    for name in [
        "clientSecret",
        "API_KEY",
        "api-key",
        "x-api-key",
        "password",
        "authToken",
        "AWS_SECRET_ACCESS_KEY",
        "pass",
        "smtpPass",
        "db_pass",
        "DB_PASS",
    ] {
        assert!(is_credential_name(name), "{name}");
    }
    for name in
        ["tokenUrl", "passwordField", "secretName", "keyboard", "bypass", "compass", "grant_type"]
    {
        assert!(!is_credential_name(name), "{name}");
    }
}
