//! `hooksync ci`: a saved plan on its pull request.
//!
//! Summary and annotations come first: they need no right that a fork's pull
//! request lacks. Must not read the tenant, nor run beside Auth0's credentials.

use std::io::Read;
use std::path::Path;

use serde_json::Value;

use super::plan::STEP_SUMMARY;
use super::show;
use crate::cli::args::CiArgs;
use crate::cli::error::Fault;
use crate::cli::session::block_on;
use crate::cli::{CliError, Context, Environment, Exit, files, saved};
use crate::forge::{Client, ForgeError, Mark, Place, Service, Written, github, gitlab};
use crate::model::SecretValue;
use crate::report::saved::Saved;
use crate::report::{Style, markdown};

/// What no environment of this command may have, with any ending.
const CREDENTIALS: [&str; 4] =
    ["AUTH0_ACCESS_TOKEN", "AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_SIGNING_KEY", "AUTH0_API_TOKEN"];

/// The comment where there is no plan.
const NO_PLAN: &str = "<!-- hooksync plan of nothing -->\n### hooksync: no plan could be made\n\nThe job's log says why.\n";

/// The most of an event's file that is read.
const MOST_EVENT: u64 = 32 << 20;

/// Runs it.
///
/// # Errors
/// When the plan can't be read, the job isn't known, or the service refuses.
pub(super) fn run(args: &CiArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let environment = context.environment;
    refuse_credentials(environment)?;
    let job = Job::find(args, environment)?;
    let plans: Vec<Saved> = match &args.plan {
        Some(path) => saved::plans(path)?.into_iter().map(|(plan, _)| plan).collect(),
        None => Vec::new(),
    };
    let comment = if args.failed { NO_PLAN.to_owned() } else { show::as_markdown(&plans) };
    let comment = comment + &job.links;
    match &job.service {
        Service::GitHub => {
            if !args.failed {
                context.output.data(&show::annotations(&plans))?;
            }
            if let Some(summary) = environment.get(STEP_SUMMARY)? {
                files::append(Path::new(summary), &comment)?;
            }
        }
        Service::GitLab if args.failed => {}
        Service::GitLab => {
            context.output.data(&show::as_text(&plans, &Style::plain(100)))?;
        }
    }
    let Some(place) = job.place else {
        context.say("Not in a pull request: nothing to comment on.");
        return Ok(Exit::Done);
    };
    let token = job.token.ok_or_else(|| {
        let (name, hint) = match job.service {
            Service::GitHub => {
                ("GITHUB_TOKEN", "set it to ${{ github.token }} in the step's `env:`")
            }
            Service::GitLab => (
                "GITLAB_TOKEN",
                "set it to a project access token with the scope api and the role Reporter",
            ),
        };
        CliError::new(format!("{name} is not set, so there is no token to comment with")).hint(hint)
    })?;
    let (marker, _) = comment.split_once('\n').unwrap_or((&comment, ""));
    let mark = if args.failed { Mark::Any(markdown::BEGINNING) } else { Mark::One(marker) };
    let client = Client::new(place, token)?;
    let written = block_on(async { Ok(client.write(mark, &comment).await?) })?;
    let what = match &written {
        Written::Created(_) => "Comment created",
        Written::Edited(_) => "Comment updated",
        Written::Unchanged(_) => "The comment is up to date",
    };
    let url = written.url();
    context.say(&if url.is_empty() { format!("{what}.") } else { format!("{what}: {url}") });
    Ok(Exit::Done)
}

fn refuse_credentials(environment: &Environment) -> Result<(), CliError> {
    let is_one = |name: &str| CREDENTIALS.iter().any(|begin| name.starts_with(begin));
    match environment.texts().map(|(name, _)| name).find(|name| is_one(name)) {
        None => Ok(()),
        Some(name) => Err(CliError::refused(format!(
            "{name} is set: a job that comments on pull requests must not have Auth0's credentials"
        ))
        .hint("run `hooksync plan --out plan.json` in one job and this in another")),
    }
}

/// What the job says of itself.
#[derive(Debug)]
struct Job {
    service: Service,
    /// Where to comment; `None` where there is no pull request.
    place: Option<Place>,
    token: Option<SecretValue>,
    /// Links to the run and the commit, as Markdown.
    links: String,
}

impl Job {
    fn find(args: &CiArgs, environment: &Environment) -> Result<Self, CliError> {
        if environment.get("GITHUB_ACTIONS")?.is_some() {
            return Self::on_github(args, environment);
        }
        if environment.get("GITLAB_CI")?.is_some() {
            return Self::on_gitlab(args, environment);
        }
        Err(CliError::usage("not in a job of GitHub Actions or GitLab CI")
            .hint("use `hooksync show PLAN --format markdown` to print the comment elsewhere"))
    }

    fn on_github(args: &CiArgs, environment: &Environment) -> Result<Self, CliError> {
        let get = |name: &str| environment.get(name);
        let event = match get("GITHUB_EVENT_PATH")? {
            Some(path) => event(Path::new(path))?,
            None => Value::Null,
        };
        let of_event = github::pull_request(&event, get("GITHUB_REF")?);
        let repository = get("GITHUB_REPOSITORY")?;
        let place = match (args.pull_request.or(of_event), repository) {
            (Some(number), Some(repository)) => {
                let api = get("GITHUB_API_URL")?.unwrap_or("https://api.github.com");
                Some(github::place(api, repository, number)?)
            }
            _ => None,
        };
        let server = get("GITHUB_SERVER_URL")?.unwrap_or("https://github.com");
        let base = repository.map(|repository| format!("{server}/{repository}"));
        // of a pull request the event has the commit; the variable has a merge of it
        let commit = event["pull_request"]["head"]["sha"].as_str().or(get("GITHUB_SHA")?);
        let run = get("GITHUB_RUN_ID")?;
        let links = base.map(|base| {
            let run = run.map(|run| format!("{base}/actions/runs/{run}"));
            links(run.as_deref(), &format!("{base}/commit"), commit)
        });
        let token = get("GITHUB_TOKEN")?.or(get("GH_TOKEN")?).map(secret);
        Ok(Self { service: Service::GitHub, place, token, links: links.unwrap_or_default() })
    }

    fn on_gitlab(args: &CiArgs, environment: &Environment) -> Result<Self, CliError> {
        let get = |name: &str| environment.get(name);
        let asked = args.pull_request.map(|number| number.to_string());
        let number = asked.as_deref().or(get("CI_MERGE_REQUEST_IID")?);
        let project = get("CI_MERGE_REQUEST_PROJECT_ID")?.or(get("CI_PROJECT_ID")?);
        let place = match (number, project, get("CI_API_V4_URL")?) {
            (Some(number), Some(project), Some(api)) => Some(gitlab::place(api, project, number)?),
            _ => None,
        };
        let base = get("CI_PROJECT_URL")?.map(|url| format!("{url}/-/commit"));
        let run = get("CI_PIPELINE_URL")?;
        let links = base.map(|base| links(run, &base, get("CI_COMMIT_SHA").ok().flatten()));
        let token = get("GITLAB_TOKEN")?.map(secret);
        Ok(Self { service: Service::GitLab, place, token, links: links.unwrap_or_default() })
    }
}

fn secret(token: &str) -> SecretValue {
    SecretValue::new(token.trim().to_owned())
}

/// Links below the comment: only addresses and commits that look like some.
fn links(run: Option<&str>, commits: &str, commit: Option<&str>) -> String {
    let plain = |url: &&str| {
        let allowed = |found: char| found.is_ascii_alphanumeric() || "-._~:/%+".contains(found);
        url.starts_with("http") && url.len() < 500 && url.chars().all(allowed)
    };
    let is_commit = |sha: &&str| {
        (7..=64).contains(&sha.len()) && sha.chars().all(|found| found.is_ascii_hexdigit())
    };
    let run = run.filter(plain).map(|run| format!("[Run]({run})"));
    let commit = commit.filter(is_commit).filter(|_| plain(&commits)).map(|sha| {
        let short: String = sha.chars().take(7).collect();
        format!("commit [`{short}`]({commits}/{sha})")
    });
    let parts: Vec<String> = run.into_iter().chain(commit).collect();
    if parts.is_empty() { String::new() } else { format!("\n{}\n", parts.join(" · ")) }
}

fn event(path: &Path) -> Result<Value, CliError> {
    let mut text = Vec::new();
    fs_err::File::open(path)?.take(MOST_EVENT).read_to_end(&mut text)?;
    serde_json::from_slice(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let path = path.display();
        CliError::new(format!("{path}: not an event of GitHub (line {line}, column {column})"))
    })
}

impl From<ForgeError> for CliError {
    fn from(error: ForgeError) -> Self {
        let fault = Fault { message: error.to_string(), hint: error.hint() };
        Self { exit: Exit::Error, faults: vec![fault] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_does_not_start_beside_credentials() {
        let check = |name: &str, refused: bool| {
            let found = refuse_credentials(&Environment::of([(name, "canary")]));
            assert_eq!(found.is_err(), refused, "{name}");
            if let Err(error) = found {
                assert_eq!(error.exit, Exit::Refused);
                assert!(!error.render().contains("canary"));
            }
        };
        check("AUTH0_CLIENT_SECRET", true);
        check("AUTH0_CLIENT_SECRET_PROD", true);
        check("AUTH0_ACCESS_TOKEN", true);
        check("AUTH0_CLIENT_SIGNING_KEY_PATH_LIVE", true);
        check("AUTH0_DOMAIN", false);
        check("AUTH0_CLIENT_ID", false);
    }

    #[test]
    fn links_are_to_the_run_and_the_commit() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(
            links(
                Some("https://github.com/o/r/actions/runs/1"),
                "https://github.com/o/r/commit",
                Some(sha)
            ),
            format!(
                "\n[Run](https://github.com/o/r/actions/runs/1) · commit \
                 [`0123456`](https://github.com/o/r/commit/{sha})\n"
            )
        );
        assert_eq!(links(Some("javascript:x"), "https://x)[y](z", Some(sha)), "");
        assert_eq!(links(None, "https://x", Some("zz")), "");
    }
}
