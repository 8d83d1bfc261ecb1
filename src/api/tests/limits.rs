//! The rate limit, interrupts and the run's deadline, through the middleware.

use std::time::UNIX_EPOCH;

use futures_util::future::join_all;

use super::*;
use crate::model::{HookPatch, Id};

#[tokio::test(start_paused = true)]
async fn a_429_loses_nothing() {
    let bench = Bench::new(|asked| match asked.number {
        3..6 => refused(429, "too_many_requests"),
        _ => reply(200, json!([])),
    });
    let reader = bench.session.reader();
    let reads = join_all((0..20).map(|_| reader.hooks_page(0))).await;
    assert!(reads.iter().all(Result::is_ok));
    let Counts { total, writes, throttled, retried, waited_ms } = reader.counts();
    assert_eq!(writes, 0);
    assert_eq!((total, throttled, retried), (20 + throttled, throttled, throttled));
    assert!(throttled >= 1 && waited_ms >= 500, "{throttled} {waited_ms}");
}

#[tokio::test(start_paused = true)]
async fn nothing_but_429_ends_within_the_deadline() {
    let settings = Settings { deadline: Duration::from_secs(30), ..settings() };
    let bench = Bench::with(settings, |_| refused(429, "too_many_requests"));
    let begun = tokio::time::Instant::now();
    let reader = bench.session.reader();
    let errors = join_all((0..5).map(|_| reader.hooks_page(0))).await;
    assert!(begun.elapsed() <= Duration::from_secs(30));
    for error in errors {
        let error = error.unwrap_err();
        assert!(matches!(error.kind, ApiErrorKind::OutOfTime { .. }), "{error}");
        assert!(error.to_string().contains("which answered 429"), "{error}");
    }
    let bench = Bench::new(|_| refused(429, "too_many_requests"));
    let error = bench.session.reader().hooks_page(0).await.unwrap_err();
    assert!(matches!(error.kind, ApiErrorKind::RateLimited { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn writes_come_before_reads_and_finishing_before_both() {
    let settings = Settings {
        rate: RateSettings { concurrency: Some(1), ..RateSettings::default() },
        ..settings()
    };
    let bench = Bench::with(settings, |_| reply(200, hook_json("1", "a")));
    let (reader, writer) = (bench.session.reader(), bench.session.writer());
    let id = Id::new("1");
    let patch = HookPatch::enabled(true);
    tokio::join!(
        async { reader.hook(&id).await.unwrap() },
        async { reader.hook(&id).await.unwrap() },
        async { writer.patch(&id, &patch, Urgency::Begin).await.unwrap() },
        async { writer.delete(&id, Urgency::Finish).await.unwrap() },
    );
    let methods: Vec<String> =
        bench.lines().iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["GET", "DELETE", "PATCH", "GET"]);
}

#[tokio::test(start_paused = true)]
async fn the_first_interrupt_wakes_sleepers_and_lets_requests_finish() {
    let bench = Bench::new(|asked| match asked.line.starts_with("GET") {
        true => refused(429, "too_many_requests"),
        false => reply(200, hook_json("1", "a")),
    });
    let (reader, writer) = (bench.session.reader(), bench.session.writer());
    let id = Id::new("1");
    let begun = tokio::time::Instant::now();
    let stop = bench.stop.clone();
    let (read, ()) = tokio::join!(reader.hook(&id), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.cancel();
    });
    assert!(read.unwrap_err().is_interrupt());
    assert!(begun.elapsed() < Duration::from_millis(110));
    let begin = writer.patch(&id, &HookPatch::enabled(true), Urgency::Begin).await;
    assert!(begin.unwrap_err().is_interrupt());
    writer.patch(&id, &HookPatch::enabled(true), Urgency::MustFinish).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_second_interrupt_ends_requests_under_way() {
    let bench = Bench::new(|_| reply(200, hook_json("1", "a")));
    let writer = bench.session.writer();
    let id = Id::new("1");
    let abort = bench.abort.clone();
    let patch = HookPatch::enabled(true);
    let (patched, ()) = tokio::join!(writer.patch(&id, &patch, Urgency::MustFinish), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        abort.cancel();
    });
    let error = patched.unwrap_err();
    assert!(error.is_interrupt() && error.maybe_done);
}

#[tokio::test(start_paused = true)]
async fn sessions_with_one_tenant_share_its_limit() {
    let rate = RateSettings { max_rps: Some(2.0), ..RateSettings::default() };
    let shared = Settings { rate, ..settings() };
    let a = Bench::with(shared.clone(), |_| reply(200, json!([])));
    let b = Bench::with(shared, |_| reply(200, json!([])));
    let begun = tokio::time::Instant::now();
    let (a, b) = (a.session.reader(), b.session.reader());
    for _ in 0..5 {
        a.hooks_page(0).await.unwrap();
        b.hooks_page(0).await.unwrap();
    }
    assert!(begun.elapsed() >= Duration::from_millis(4500));
}

#[tokio::test(start_paused = true)]
async fn what_must_not_be_left_undone_outlives_the_time_limit() {
    let settings = Settings { deadline: Duration::from_millis(10), ..settings() };
    let bench = Bench::with(settings, |_| reply(200, hook_json("1", "a")));
    tokio::time::sleep(Duration::from_millis(50)).await;
    let writer = bench.session.writer();
    let (id, patch) = (Id::new("1"), HookPatch::enabled(false));
    let error = writer.patch(&id, &patch, Urgency::Begin).await.unwrap_err();
    assert!(matches!(error.kind, ApiErrorKind::OutOfTime { .. }), "{error:?}");
    assert!(writer.patch(&id, &patch, Urgency::MustFinish).await.is_ok());
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert!(writer.patch(&id, &patch, Urgency::MustFinish).await.is_err());
}

/// A tenant that is out of service until then.
fn down_for(seconds: &str) -> Answered {
    let headers = vec![("retry-after".to_owned(), seconds.to_owned())];
    Ok(HttpResponse { status: 503, headers, body: Vec::new(), hidden: Vec::new() })
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_down_is_asked_again_when_it_says() {
    for (reported, least, most) in [("0", 0, 1), ("20", 20, 21), ("100", 60, 61)] {
        let bench = Bench::new(move |asked| match asked.number {
            0 => down_for(reported),
            _ => reply(200, json!([])),
        });
        let begun = tokio::time::Instant::now();
        bench.session.reader().hooks_page(0).await.unwrap();
        let took = begun.elapsed();
        let expected = Duration::from_secs(least)..Duration::from_secs(most);
        assert!(expected.contains(&took), "{reported}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_down_for_longer_than_the_run_is_not_waited_for() {
    let settings = Settings { deadline: Duration::from_secs(30), ..settings() };
    let bench = Bench::with(settings, |_| down_for("100"));
    let begun = tokio::time::Instant::now();
    let error = bench.session.reader().hooks_page(0).await.unwrap_err();
    assert_eq!((&error.kind, error.status), (&ApiErrorKind::Server, Some(503)), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(1));
    assert_eq!(bench.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reset_in_milliseconds_ends_no_run() {
    for dated in [true, false] {
        let begun = tokio::time::Instant::now();
        let bucket = Mutex::new((5.0f64, 0.0));
        let bench = Bench::new(move |_| {
            let now = begun.elapsed().as_secs_f64();
            let (left, before) = &mut *bucket.lock().unwrap();
            *left = (*left + 2.0 * (now - *before)).min(5.0);
            *before = now;
            let status = if *left < 1.0 { 429 } else { 200 };
            *left -= if status == 200 { 1.0 } else { 0.0 };
            let clock = UNIX_EPOCH + Duration::from_secs_f64(1_790_000_000.0 + now);
            let full = clock + Duration::from_secs_f64((5.0 - *left) / 2.0);
            let full = full.duration_since(UNIX_EPOCH).unwrap();
            let mut headers = vec![
                ("x-ratelimit-limit".to_owned(), "5".to_owned()),
                ("x-ratelimit-remaining".to_owned(), left.floor().to_string()),
                ("x-ratelimit-reset".to_owned(), full.as_millis().to_string()),
            ];
            if dated {
                headers.push(("date".to_owned(), httpdate::fmt_http_date(clock)));
            }
            Ok(HttpResponse { status, headers, body: b"[]".to_vec(), hidden: Vec::new() })
        });
        let reader = bench.session.reader();
        let reads = join_all((0..30).map(|_| reader.hooks_page(0))).await;
        for read in reads {
            read.unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{dated} {:?}", begun.elapsed());
    }
}
