//! Where a job of GitHub Actions runs, and for which pull request.
//!
//! Works on what the job's variables and its event file say. Must not read
//! either.

use serde_json::Value;

use super::{ForgeError, Place, Service};

/// The number of the pull request that an event is about, if there is one.
#[must_use]
pub fn pull_request(event: &Value, reference: Option<&str>) -> Option<u64> {
    let of_event = [
        &event["pull_request"]["number"],
        // a workflow that runs after another one, where that one's was of this repository
        &event["workflow_run"]["pull_requests"][0]["number"],
    ];
    // the number of an issue is that of a pull request only if it is one
    let of_issue = (!event["issue"]["pull_request"].is_null()).then(|| &event["issue"]["number"]);
    let found = of_event.into_iter().chain(of_issue).find_map(Value::as_u64);
    found.or_else(|| {
        let number = reference?.strip_prefix("refs/pull/")?.split('/').next()?;
        number.parse().ok()
    })
}

/// The comments of a pull request of `OWNER/NAME`.
///
/// # Errors
/// When the repository's name can't be one.
pub fn place(api: &str, repository: &str, number: u64) -> Result<Place, ForgeError> {
    let parts: Vec<&str> = repository.split('/').collect();
    let is_name = |part: &&str| {
        let plain = |found: char| found.is_ascii_alphanumeric() || "-_.".contains(found);
        !part.is_empty() && part.chars().all(plain) && !part.chars().all(|found| found == '.')
    };
    if parts.len() != 2 || !parts.iter().all(is_name) {
        return Err(ForgeError::Wrong(format!(
            "GITHUB_REPOSITORY `{repository}` is not OWNER/NAME"
        )));
    }
    Ok(Place {
        service: Service::GitHub,
        api: api.trim_end_matches('/').to_owned(),
        comments: format!("/repos/{repository}/issues/{number}/comments"),
        comment: format!("/repos/{repository}/issues/comments"),
    })
}
