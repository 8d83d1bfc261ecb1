//! `GET /clients`, the one endpoint beside hooks: Auth0's Deploy CLI asks for
//! it before every dry run, whatever it has been asked to leave out.
//!
//! The tenant has one client, the one that may ask for tokens. Must not know
//! the state.

use serde::Serialize;

use super::message::Response;

#[derive(Serialize)]
struct Client<'a> {
    client_id: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Totals<'a> {
    total: usize,
    start: u64,
    limit: u64,
    clients: Vec<Client<'a>>,
}

/// The list. Of the query only what pages is read; the rest is passed over.
pub(super) fn list(client_id: &str, query: &str) -> Response {
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let number = |name: &str| value(name).and_then(|text| text.parse::<u64>().ok());
    let (page, limit) = (number("page").unwrap_or(0), number("per_page").unwrap_or(50));
    let clients = match page {
        0 => vec![Client { client_id, name: "Local client" }],
        _ => Vec::new(),
    };
    if value("include_totals").is_some_and(|text| text == "true") {
        let start = page.saturating_mul(limit);
        Response::json(200, &Totals { total: 1, start, limit, clients })
    } else {
        Response::json(200, &clients)
    }
}
