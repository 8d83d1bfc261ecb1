//! `GET /logs`, as far as it says who wrote what: the entries of type `sapi`,
//! newest first.
//!
//! Kept in memory for as long as the tenant runs. Must not hold a body, which
//! may have secrets in it.

use std::collections::VecDeque;

use serde_json::json;

use super::json::Json;
use super::message::Response;
use super::query::{number, page};

/// How many entries are kept.
const KEPT: usize = 1_000;

/// What was written, newest first.
#[derive(Debug, Default)]
pub(super) struct Audit(VecDeque<Json>);

impl Audit {
    /// Notes a write that was carried out.
    pub(super) fn note(&mut self, method: &str, path: &str, client_id: &str, now_ms: u64) {
        let time = i64::try_from(now_ms).ok();
        let time = time.and_then(|time| jiff::Timestamp::from_millisecond(time).ok());
        self.0.push_front(json!({
            "date": time.map(|time| format!("{time:.3}")),
            "type": "sapi",
            "description": format!("{method} {path}"),
            "client_id": client_id,
            "client_name": "Local client",
            "details": { "request": { "method": method.to_lowercase(), "path": path } },
        }));
        self.0.truncate(KEPT);
    }

    /// One page. Of the query only what pages is read: all entries are of the
    /// one type that is asked for.
    pub(super) fn list(&self, query: &str) -> Response {
        let per_page = number(query, "per_page").unwrap_or(50).min(100);
        let number = number(query, "page").unwrap_or(0);
        let page: Vec<&Json> = page(self.0.iter(), number, per_page).collect();
        Response::json(200, &page)
    }
}
