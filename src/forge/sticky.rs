//! One comment, found by its first line, created or edited.
//!
//! Who else may comment can write that line, too: only a comment of our own is
//! edited. After a failure that may pass all is looked at again, so that a
//! comment whose answer was lost is not written twice. Must not try for ever.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Client, ForgeError, Service};
use crate::api::{Method, Transport};

/// How often it is tried.
const TRIES: u32 = 5;

/// The mark of a comment that never had a plan.
const NOTHING: &str = "<!-- hooksync plan of nothing -->";

/// The longest wait for one try that a service may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Pages of a hundred comments that are looked through.
const MOST_PAGES: usize = 30;

/// By what a comment is found.
#[derive(Debug, Clone, Copy)]
pub enum Mark<'a> {
    /// By its first line. One that said that there is no plan is taken, too.
    One(&'a str),
    /// By how its first line begins, which it keeps.
    Any(&'a str),
}

/// What became of the comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// There was none: it was created.
    Created(String),
    /// It says something else now.
    Edited(String),
    /// It said that already.
    Unchanged(String),
}

impl Written {
    /// The comment's address; empty where the service doesn't tell it.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Created(url) | Self::Edited(url) | Self::Unchanged(url) => url,
        }
    }
}

type Failed = (ForgeError, Option<Duration>);

impl<T: Transport> Client<T> {
    /// Makes the comment with this mark say `body`, whose first line is its mark.
    ///
    /// # Errors
    /// When the service refuses, or doesn't answer after some tries.
    pub async fn write(&self, mark: Mark<'_>, body: &str) -> Result<Written, ForgeError> {
        let mut pause = self.pause;
        let mut tried = 1;
        loop {
            let (error, asked) = match self.once(mark, body).await {
                Ok(written) => return Ok(written),
                Err(failed) => failed,
            };
            let wait = asked.unwrap_or(pause);
            if tried == TRIES || !error.may_pass() || wait > LONGEST_WAIT {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
            tried += 1;
            pause *= 2;
        }
    }

    async fn once(&self, mark: Mark<'_>, body: &str) -> Result<Written, Failed> {
        let found = self.find(mark).await?;
        let kept = found.as_ref().and_then(|(_, old, _)| old.lines().next());
        let body = match (mark, kept, body.split_once('\n')) {
            // the plan that comes next finds it again
            (Mark::Any(_), Some(first), Some((_, rest))) => format!("{}\n{rest}", first.trim_end()),
            _ => body.to_owned(),
        };
        match found {
            Some((_, old, url)) if same(&old, &body) => Ok(Written::Unchanged(url)),
            Some((id, _, url)) => {
                let method = match self.place.service {
                    Service::GitHub => Method::Patch,
                    Service::GitLab => Method::Put,
                };
                let path = format!("{}/{id}", self.place.comment);
                self.ask(method, &path, Some(json!({ "body": body }))).await?;
                Ok(Written::Edited(url))
            }
            None => {
                let sent = Some(json!({ "body": body }));
                let made = self.ask(Method::Post, &self.place.comments, sent).await?.json;
                Ok(Written::Created(url_of(&made)))
            }
        }
    }

    /// The comment's id, text and address.
    async fn find(&self, mark: Mark<'_>) -> Result<Option<(u64, String, String)>, Failed> {
        let order = match self.place.service {
            Service::GitHub => "",
            Service::GitLab => "&sort=asc&order_by=created_at",
        };
        let mut own = None;
        for page in 1..=MOST_PAGES {
            let path = format!("{}?per_page=100&page={page}{order}", self.place.comments);
            let answer = self.ask(Method::Get, &path, None).await?;
            let Value::Array(comments) = &answer.json else {
                let service = self.place.service.as_str();
                let (method, what) = ("GET", "not a list".to_owned());
                let path = self.place.comments.clone();
                return Err((ForgeError::Strange { service, method, path, what }, None));
            };
            for comment in comments {
                let text = comment["body"].as_str().unwrap_or_default();
                let Some(id) = comment["id"].as_u64().filter(|_| begins(text, mark)) else {
                    continue;
                };
                if self.is_own(comment, &mut own).await? {
                    return Ok(Some((id, text.to_owned(), url_of(comment))));
                }
            }
            if !answer.next_page {
                break;
            }
        }
        Ok(None)
    }

    /// Whether the token's owner wrote it. The token of a GitHub job can't ask who
    /// it is; it writes as a bot, which nobody else can.
    async fn is_own(&self, comment: &Value, own: &mut Option<Value>) -> Result<bool, Failed> {
        let author = match self.place.service {
            Service::GitHub if comment["user"]["type"] == "Bot" => return Ok(true),
            Service::GitHub => &comment["user"]["id"],
            Service::GitLab if comment["system"] == true => return Ok(false),
            Service::GitLab => &comment["author"]["id"],
        };
        if own.is_none() {
            let me = match self.ask(Method::Get, "/user", None).await {
                Ok(answer) => answer.json["id"].clone(),
                Err((ForgeError::Refused { status: 401 | 403, .. }, _)) => Value::Null,
                Err(failed) => return Err(failed),
            };
            *own = Some(me);
        }
        Ok(own.as_ref().is_some_and(|me| me.is_u64() && me == author))
    }
}

/// Whether a comment's first line is the mark.
fn begins(text: &str, mark: Mark<'_>) -> bool {
    let first = text.lines().next().unwrap_or_default().trim_end();
    match mark {
        Mark::One(line) => first == line || first == NOTHING,
        Mark::Any(beginning) => first.starts_with(beginning),
    }
}

/// Services keep line ends and blanks at the end as they like.
fn same(old: &str, new: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    plain(old) == plain(new)
}

fn url_of(comment: &Value) -> String {
    comment["html_url"].as_str().unwrap_or_default().to_owned()
}
