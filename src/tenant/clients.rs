//! `GET /clients`, the one endpoint beside hooks: Auth0's Deploy CLI asks for
//! it before every dry run, whatever it has been asked to leave out.
//!
//! The tenant has one client, the one that may ask for tokens. Must not know
//! the state.

use serde_json::json;

use super::message::Response;

/// The list. Of the query only what pages is read; the rest is passed over.
pub(super) fn list(client_id: &str, query: &str) -> Response {
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let number = |name: &str| value(name).and_then(|text| text.parse::<u64>().ok());
    let (page, limit) = (number("page").unwrap_or(0), number("per_page").unwrap_or(50));
    let clients = match page {
        0 => json!([{ "client_id": client_id, "name": "Local client" }]),
        _ => json!([]),
    };
    if value("include_totals").is_some_and(|text| text == "true") {
        let start = page.saturating_mul(limit);
        let totals = json!({ "total": 1, "start": start, "limit": limit, "clients": clients });
        Response::json(200, &totals)
    } else {
        Response::json(200, &clients)
    }
}
