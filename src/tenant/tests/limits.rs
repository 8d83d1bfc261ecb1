//! Rate limiting as responses show it.

use super::*;

fn bench(limits: Limits) -> Bench {
    Bench::with(Options { limits, ..Options::default() })
}

fn two_at_once() -> Limits {
    Limits { api: Limit::new(2, "2/s".parse().unwrap()), ..Limits::default() }
}

/// limit, remaining, reset less now.
fn rate_of(response: &Response) -> Option<(u32, u32, u64)> {
    let number = |name| response.header(name).map(|text: &str| text.parse::<u64>().unwrap());
    let limit = number("x-ratelimit-limit")?;
    let remaining = number("x-ratelimit-remaining")?;
    let reset = number("x-ratelimit-reset")?;
    Some((limit as u32, remaining as u32, reset - NOW / 1000))
}

#[test]
fn on_success_and_on_429_only() {
    let mut bench = bench(two_at_once());
    assert_eq!(rate_of(&bench.send("GET /hooks")), Some((2, 1, 1)));
    assert_eq!(rate_of(&bench.send("GET /hooks/x")), None);
    let refusal = refused(429, "Global limit has been reached", "too_many_requests");
    let response = bench.check("GET /hooks", 429, &refusal);
    assert_eq!(rate_of(&response), Some((2, 0, 1)));
    assert_eq!(response.header("retry-after"), None);
    bench.now += 500;
    assert_eq!(bench.send("GET /hooks").status, 200);
}

#[test]
fn neither_strangers_nor_unknown_routes_drain_the_bucket() {
    let mut bench = bench(two_at_once());
    let mut request = bench.request("GET /hooks");
    request.authorization = None;
    for _ in 0..5 {
        assert_eq!(bench.send_request(&request).status, 401);
        bench.send("GET /rules");
    }
    assert_eq!(rate_of(&bench.send("GET /hooks")), Some((2, 1, 1)));
}

#[test]
fn headers_on_every_response_or_on_none() {
    let mut all = bench(Limits { headers: RateHeaders::All, ..two_at_once() });
    assert_eq!(rate_of(&all.send("GET /hooks/x")), Some((2, 1, 1)));
    let mut never = bench(Limits { headers: RateHeaders::Never, ..two_at_once() });
    for _ in 0..3 {
        assert_eq!(rate_of(&never.send("GET /hooks")), None);
    }
    assert_eq!(never.send("GET /hooks").status, 429);
}

#[test]
fn a_hidden_global_bucket_is_checked_first() {
    let global = Some(Limit::new(1, "1/10s".parse().unwrap()));
    let mut bench = bench(Limits { global, ..Limits::default() });
    assert_eq!(rate_of(&bench.send("GET /hooks")), Some((50, 49, 1)));
    let response = bench.send("GET /hooks");
    assert_eq!((response.status, rate_of(&response)), (429, Some((1, 0, 10))));
}

#[test]
fn retry_after_in_seconds_and_as_a_date() {
    let limits = |retry_after| Limits {
        api: Limit::new(1, "1/10s".parse().unwrap()),
        retry_after,
        ..Limits::default()
    };
    let mut seconds = bench(limits(RetryAfter::Seconds));
    seconds.send("GET /hooks");
    seconds.now += 2500;
    assert_eq!(seconds.send("GET /hooks").header("retry-after"), Some("8"));
    let mut date = bench(limits(RetryAfter::Date));
    date.send("GET /hooks");
    let response = date.send("GET /hooks");
    assert_eq!(response.header("date"), Some("Mon, 23 Nov 2026 02:13:20 GMT"));
    assert_eq!(response.header("retry-after"), Some("Mon, 23 Nov 2026 02:13:30 GMT"));
}

#[test]
fn a_clock_that_is_ahead() {
    let mut bench = bench(Limits { clock_skew_s: 3600, ..Limits::default() });
    let response = bench.send("GET /hooks");
    assert_eq!(rate_of(&response), Some((50, 49, 3601)));
    assert_eq!(response.header("date"), Some("Mon, 23 Nov 2026 03:13:20 GMT"));
}

#[test]
fn tokens_have_a_bucket_of_their_own() {
    let token = Limit::new(1, "1/s".parse().unwrap());
    let mut bench = bench(Limits { token, ..Limits::default() });
    let line = format!(
        r#"POST /oauth/token {{"grant_type":"client_credentials","client_id":"local-client","client_secret":"local-client-secret","audience":"https://{HOST}/api/v2/"}}"#
    );
    assert_eq!(rate_of(&bench.send(&line)), Some((1, 0, 1)));
    let response = bench.send(&line);
    assert_eq!((response.status, rate_of(&response)), (429, Some((1, 0, 1))));
    let body = String::from_utf8(response.body).unwrap();
    assert!(body.starts_with(
        r#"{"error":"access_denied","error_description":"Global rate limit exceeded","error_uri":"#
    ));
    assert_eq!(rate_of(&bench.send("GET /hooks")), Some((50, 49, 1)));
}
