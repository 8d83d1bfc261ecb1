//! `GET /clients`, the one endpoint beside hooks: Auth0's Deploy CLI asks for
//! it before every dry run, whatever it has been asked to leave out.
//!
//! The tenant has one client, the one that may ask for tokens. Must not know
//! the state.

use serde_json::json;

use super::message::Response;
use super::query::{first, number};

/// The list. Of the query only what pages is read; the rest is passed over.
pub(super) fn list(client_id: &str, query: &str) -> Response {
    let page = number(query, "page").unwrap_or(0);
    let limit = number(query, "per_page").unwrap_or(50);
    let clients = match page {
        0 => json!([{ "client_id": client_id, "name": "Local client" }]),
        _ => json!([]),
    };
    if first(query, "include_totals").is_some_and(|text| text == "true") {
        let start = page.saturating_mul(limit);
        let totals = json!({ "total": 1, "start": start, "limit": limit, "clients": clients });
        Response::json(200, &totals)
    } else {
        Response::json(200, &clients)
    }
}
