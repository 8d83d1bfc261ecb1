//! Tokens: fetched once, renewed once, and clear words when there is none.

use futures_util::future::join_all;

use super::*;

fn is_token(asked: &Asked) -> bool {
    asked.line == "POST /oauth/token"
}

fn token(name: &str, expires_in: u64) -> Answered {
    let scope = "read:hooks update:hooks";
    reply(200, json!({"access_token": name, "scope": scope, "expires_in": expires_in}))
}

#[tokio::test(start_paused = true)]
async fn one_token_serves_all() {
    let bench = Bench::with(with_secret(), |asked| match is_token(asked) {
        true => token("t", 86_400),
        false => reply(200, json!([])),
    });
    let reader = bench.session.reader();
    let reads = join_all((0..20).map(|_| reader.hooks_page(0))).await;
    assert!(reads.iter().all(Result::is_ok));
    let asked = bench.asked();
    assert_eq!(asked.iter().filter(|asked| is_token(asked)).count(), 1);
    assert_eq!(
        asked[0].json(),
        json!({"grant_type": "client_credentials", "client_id": "me",
            "client_secret": "canary-secret", "audience": "https://tenant.example/api/v2/"})
    );
    assert_eq!(asked[1].bearer.as_deref(), Some("t"));
    let scopes = reader.scopes().await.unwrap().unwrap();
    assert!(scopes.contains("read:hooks") && !scopes.contains("delete:hooks"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once() {
    let bench = Bench::with(with_secret(), |asked| match (is_token(asked), asked.number) {
        (true, 0) => token("old", 86_400),
        (true, _) => token("new", 86_400),
        (false, _) if asked.bearer.as_deref() == Some("old") => refused(401, "Unauthorized"),
        (false, n) if n > 20 => refused(401, "Unauthorized"),
        _ => reply(200, json!([])),
    });
    let reader = bench.session.reader();
    let reads = join_all((0..5).map(|_| reader.hooks_page(0))).await;
    assert!(reads.iter().all(Result::is_ok));
    assert_eq!(bench.asked().iter().filter(|asked| is_token(asked)).count(), 2);
    while let Ok(page) = reader.hooks_page(0).await {
        assert!(page.items.is_empty());
    }
    assert_eq!(bench.asked().iter().filter(|asked| is_token(asked)).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_are_tried_once_and_never_shown() {
    let bench = Bench::with(with_secret(), |_| {
        let reported = "Unauthorized: canary-secret";
        reply(401, json!({"error": "access_denied", "error_description": reported}))
    });
    let reader = bench.session.reader();
    let errors = join_all((0..5).map(|_| reader.hooks_page(0))).await;
    for error in errors {
        let error = error.unwrap_err();
        assert_eq!(error.kind, ApiErrorKind::WrongCredentials);
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
    assert_eq!(bench.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_short_token_is_renewed_before_the_first_write_only() {
    let bench = Bench::with(with_secret(), |asked| match is_token(asked) {
        true => token(&format!("t{}", asked.number), 600),
        false => reply(200, hook_json("1", "a")),
    });
    let (reader, writer) = (bench.session.reader(), bench.session.writer());
    reader.hook(&crate::model::Id::new("1")).await.unwrap();
    tokio::time::sleep(Duration::from_secs(120)).await;
    for _ in 0..3 {
        writer.create(&new_hook("a"), Urgency::Begin).await.unwrap();
        tokio::time::sleep(Duration::from_secs(120)).await;
    }
    assert_eq!(bench.asked().iter().filter(|asked| is_token(asked)).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn tokens_that_end_in_the_run_are_renewed_each_time() {
    let begun = tokio::time::Instant::now();
    let bench = Bench::with(with_secret(), move |asked| match (is_token(asked), &asked.bearer) {
        (true, _) => token(&begun.elapsed().as_secs().to_string(), 30),
        (false, Some(made)) => {
            let age = begun.elapsed().as_secs() - made.parse::<u64>().unwrap();
            if age < 30 { reply(200, json!([])) } else { refused(401, "Unauthorized") }
        }
        (false, None) => refused(401, "Unauthorized"),
    });
    let reader = bench.session.reader();
    for _ in 0..10 {
        reader.hooks_page(0).await.unwrap();
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
    assert!(bench.asked().iter().filter(|asked| is_token(asked)).count() > 3);
    // those that never are any good aren't asked for again and again
    let bench = Bench::with(with_secret(), |asked| match is_token(asked) {
        true => token("t", 0),
        false => refused(401, "Unauthorized"),
    });
    bench.session.reader().hooks_page(0).await.unwrap_err();
    assert_eq!(bench.asked().iter().filter(|asked| is_token(asked)).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_while_requests_wait_for_their_turn_is_renewed_for_all() {
    let begun = tokio::time::Instant::now();
    let rate = RateSettings { max_rps: Some(0.5), ..RateSettings::default() };
    let bench = Bench::with(Settings { rate, ..with_secret() }, move |asked| {
        match (is_token(asked), &asked.bearer) {
            (true, _) => token(&begun.elapsed().as_secs().to_string(), 10),
            (false, Some(made))
                if begun.elapsed().as_secs() - made.parse::<u64>().unwrap() < 10 =>
            {
                reply(200, json!([]))
            }
            _ => refused(401, "Unauthorized"),
        }
    });
    let reader = bench.session.reader();
    let reads = join_all((0..12).map(|_| reader.hooks_page(0))).await;
    assert!(reads.iter().all(Result::is_ok), "{reads:?}");
    assert!(bench.asked().len() < 30, "{}", bench.asked().len());
}

#[tokio::test(start_paused = true)]
async fn an_opaque_token_is_told_from_an_expired_one() {
    let bench = Bench::new(|_| refused(401, "Unauthorized"));
    let error = bench.session.reader().hooks_page(0).await.unwrap_err();
    assert_eq!(error.kind, ApiErrorKind::OpaqueToken);
}
