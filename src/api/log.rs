//! What the tenant's log says of its own API's use.
//!
//! Best effort: an entry that isn't understood is passed over, for nothing is
//! decided by it. Must not be taken for the truth about a tenant's state.

use serde_json::Value;

use super::error::ApiError;
use super::reader::Reader;
use crate::model::LogEntry;

/// The scope that it takes.
pub const LOGS_SCOPE: &str = "read:logs";

/// Entries of one page; the API gives no more.
const PER_PAGE: u32 = 100;

/// The longest name that is taken.
const LONGEST: usize = 200;

impl Reader {
    /// A page of the writes by the API, newest first; the first is page 0.
    /// Whether there may be more is said beside them.
    ///
    /// # Errors
    /// When the tenant refuses, fails, or answers something else than a list.
    pub async fn api_writes(&self, page: u32) -> Result<(Vec<LogEntry>, bool), ApiError> {
        let path =
            format!("/api/v2/logs?q=type%3Asapi&sort=date%3A-1&per_page={PER_PAGE}&page={page}");
        let list =
            |body: &[u8]| serde_json::from_slice(body).map_err(|_| "the log is not a list".into());
        let entries: Vec<Value> = self.get(path, list).await?;
        let more = entries.len() >= PER_PAGE as usize;
        Ok((entries.iter().filter_map(entry).collect(), more))
    }
}

/// A write; `None` for what is none, or not understood.
fn entry(entry: &Value) -> Option<LogEntry> {
    let request = &entry["details"]["request"];
    let method = request["method"].as_str()?.to_uppercase();
    if !matches!(method.as_str(), "POST" | "PATCH" | "PUT" | "DELETE") {
        return None;
    }
    let text = |value: &Value| {
        let text = value.as_str().filter(|text| !text.is_empty())?;
        Some(text.chars().take(LONGEST).collect::<String>())
    };
    let user = &request["auth"]["user"];
    let who = [&user["email"], &user["name"], &entry["user_name"], &entry["client_name"]];
    let who = who.into_iter().chain([&entry["client_id"]]).find_map(text);
    Some(LogEntry {
        at: entry["date"].as_str()?.parse().ok()?,
        method,
        path: request["path"].as_str()?.to_owned(),
        who,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_wrote_is_taken_from_where_it_stands() {
        let check = |value: Value, expected: Option<(&str, Option<&str>)>| {
            let found = entry(&value);
            let found = found.as_ref().map(|it| (it.method.as_str(), it.who.as_deref()));
            assert_eq!(found, expected, "{value}");
        };
        let request = json!({"method": "patch", "path": "/api/v2/actions/actions/1"});
        let date = "2026-11-27T10:00:00.000Z";
        let by_client = json!({"date": date, "client_name": "CI", "details": {"request": request}});
        check(by_client.clone(), Some(("PATCH", Some("CI"))));
        let mut by_user = by_client.clone();
        by_user["details"]["request"]["auth"]["user"] = json!({"email": "jane@acme.com"});
        check(by_user, Some(("PATCH", Some("jane@acme.com"))));
        let nobody = json!({"date": date, "details": {"request": request}});
        check(nobody, Some(("PATCH", None)));
        let mut read = by_client.clone();
        read["details"]["request"]["method"] = json!("GET");
        check(read, None);
        check(json!({"date": "yesterday", "details": {"request": request}}), None);
        check(json!({"details": []}), None);
        check(json!(7), None);
    }
}
