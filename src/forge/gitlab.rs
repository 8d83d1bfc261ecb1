//! Where a job of GitLab CI runs, and for which merge request.
//!
//! Works on what the job's variables say. Must not read them.

use super::{ForgeError, Place, Service};

/// The notes of a merge request of a project.
///
/// # Errors
/// When a number isn't one.
pub fn place(api: &str, project: &str, number: &str) -> Result<Place, ForgeError> {
    let digits = |name: &str, text: &str| match text.parse::<u64>() {
        Ok(number) => Ok(number),
        Err(_) => Err(ForgeError::Wrong(format!("{name} `{text}` is not a number"))),
    };
    let project = digits("CI_MERGE_REQUEST_PROJECT_ID", project)?;
    let number = digits("CI_MERGE_REQUEST_IID", number)?;
    let notes = format!("/projects/{project}/merge_requests/{number}/notes");
    Ok(Place {
        service: Service::GitLab,
        api: api.trim_end_matches('/').to_owned(),
        comment: notes.clone(),
        comments: notes,
    })
}
