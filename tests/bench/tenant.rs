//! A little tenant: one bucket, the documented headers, and a log.
//!
//! Written for the benchmark alone, from Auth0's description of its limits.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How a tenant limits requests.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) name: &'static str,
    pub(crate) size: f64,
    /// Requests a second.
    pub(crate) rate: f64,
    /// Seconds between two refills; `None` refills all the time.
    pub(crate) window: Option<f64>,
}

/// One request that wanted a token of the bucket.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    /// Seconds since the tenant started.
    pub(crate) at: f64,
    /// What was left.
    pub(crate) level: f64,
    pub(crate) ours: bool,
    pub(crate) ok: bool,
}

struct Bucket {
    limit: Limit,
    latency: Duration,
    start: Instant,
    inner: Mutex<Inner>,
}

struct Inner {
    level: f64,
    filled: f64,
    log: Vec<Taken>,
}

impl Bucket {
    /// Takes a token, and gives what is left and the seconds until `reset`.
    fn take(&self, ours: bool) -> (bool, f64, f64) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.start.elapsed().as_secs_f64();
        let step = match self.limit.window {
            Some(window) => ((now - inner.filled) / window).floor() * window,
            None => now - inner.filled,
        };
        inner.level = (inner.level + step * self.limit.rate).min(self.limit.size);
        inner.filled += step;
        let ok = inner.level >= 1.0;
        if ok {
            inner.level -= 1.0;
        }
        let level = inner.level;
        inner.log.push(Taken { at: now, level, ours, ok });
        let full_in = match self.limit.window {
            Some(window) => inner.filled + window - now,
            None => (self.limit.size - level) / self.limit.rate,
        };
        (ok, level, full_in)
    }
}

/// A running tenant.
pub(crate) struct Tenant {
    bucket: Arc<Bucket>,
    port: u16,
}

impl Tenant {
    pub(crate) async fn start(limit: Limit, latency: f64) -> Self {
        let bucket = Arc::new(Bucket {
            limit,
            latency: Duration::from_secs_f64(latency / 2.0),
            start: Instant::now(),
            inner: Mutex::new(Inner { level: limit.size, filled: 0.0, log: Vec::new() }),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&bucket));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { bucket, port }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Somebody else who takes so many a second.
    pub(crate) fn rival(&self, rate: f64) -> JoinHandle<()> {
        let bucket = Arc::clone(&self.bucket);
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_secs_f64(1.0 / rate));
            loop {
                ticks.tick().await;
                bucket.take(false);
            }
        })
    }

    pub(crate) fn log(&self) -> Vec<Taken> {
        self.bucket.inner.lock().unwrap_or_else(PoisonError::into_inner).log.clone()
    }
}

async fn answer(State(bucket): State<Arc<Bucket>>) -> impl IntoResponse {
    tokio::time::sleep(bucket.latency).await;
    let (ok, level, full_in) = bucket.take(true);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    tokio::time::sleep(bucket.latency).await;
    let status = if ok { StatusCode::OK } else { StatusCode::TOO_MANY_REQUESTS };
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("x-ratelimit-limit", format!("{:.0}", bucket.limit.size)),
        ("x-ratelimit-remaining", format!("{:.0}", level.floor())),
        ("x-ratelimit-reset", format!("{:.0}", (clock.as_secs_f64() + full_in).ceil())),
        ("date", httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(clock.as_secs()))),
    ];
    (status, headers, "[]")
}
