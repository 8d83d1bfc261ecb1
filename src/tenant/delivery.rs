//! From HTTP to a [`Request`], and from an [`Answer`] to HTTP, spoiled if it
//! has to be.
//!
//! Must not decide what an answer is. The only place that waits.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use super::answer::{Answer, Delivery};
use super::message::{MAX_BODY, Request, Response};
use super::wire::Breaker;

/// In how many pieces a slow body comes.
const PIECES: usize = 8;
/// How long the first half of a body that will be cut gets to arrive.
const BEFORE_CUT: Duration = Duration::from_millis(20);

/// Reads a request whole, unless it is too long.
pub(super) async fn read_request(request: axum::extract::Request) -> Request {
    let (head, body) = request.into_parts();
    let text = |name: HeaderName| -> Option<String> {
        head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let (body, oversized) = match axum::body::to_bytes(body, MAX_BODY).await {
        Ok(bytes) => (bytes.to_vec(), false),
        Err(_) => (Vec::new(), true),
    };
    Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        host: text(header::HOST).or_else(|| head.uri.authority().map(ToString::to_string)),
        authorization: text(header::AUTHORIZATION),
        content_type: text(header::CONTENT_TYPE),
        body,
        oversized,
    }
}

/// Answers, as the answer says.
pub(super) async fn deliver(
    answer: Answer,
    breaker: &Breaker,
    stop: &CancellationToken,
) -> axum::response::Response {
    let Answer { response, delivery, delay_ms, handled: _, faults: _ } = answer;
    if delay_ms > 0 {
        let delay = tokio::time::sleep(Duration::from_millis(delay_ms));
        // A tenant that stops answers at once.
        let _ = stop.run_until_cancelled(delay).await;
    }
    let Response { status, headers, body } = response;
    let length = body.len();
    let body = match delivery {
        Delivery::Whole => Body::from(body),
        Delivery::Slow(ms) => slowly(body, ms),
        Delivery::Cut if length > 1 => cut(body),
        Delivery::Reset | Delivery::Cut => {
            breaker.break_connection();
            Body::empty()
        }
        Delivery::Hang => {
            stop.cancelled().await;
            breaker.break_connection();
            Body::empty()
        }
    };
    let mut out = axum::response::Response::new(body);
    *out.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *out.headers_mut() = header_map(headers);
    if matches!(delivery, Delivery::Slow(_) | Delivery::Cut) && length > 1 {
        out.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    out
}

/// A text that can't be a header's value (a client's odd query, repeated in
/// `link`) leaves that header out.
fn header_map(headers: Vec<(&'static str, String)>) -> HeaderMap {
    let valid = |(name, value): (&'static str, String)| {
        Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
    };
    headers.into_iter().filter_map(valid).collect()
}

/// The body in pieces, with a pause before each.
fn slowly(body: Vec<u8>, ms: u64) -> Body {
    let size = body.len().div_ceil(PIECES).max(1);
    let pause = Duration::from_millis(ms / PIECES as u64);
    let pieces: Vec<Bytes> = body.chunks(size).map(Bytes::copy_from_slice).collect();
    Body::from_stream(stream::unfold(pieces.into_iter(), move |mut pieces| async move {
        let piece = pieces.next()?;
        tokio::time::sleep(pause).await;
        Some((Ok::<_, Infallible>(piece), pieces))
    }))
}

/// The first half of the body, then the end of the connection.
fn cut(mut body: Vec<u8>) -> Body {
    body.truncate(body.len() / 2);
    let parts = [Ok(Bytes::from(body)), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    Body::from_stream(stream::unfold(parts.into_iter(), |mut parts| async move {
        let part = parts.next()?;
        if part.is_err() {
            tokio::time::sleep(BEFORE_CUT).await;
        }
        Some((part, parts))
    }))
}
