//! Every setting of a connection, right or wrong, for people who look for a
//! fault. Must not show a secret.

use std::time::Duration;

use super::resolve::{AUDIENCE, Parts, chosen_environments};
use super::{ConfigFile, Origin, RateSettings, Setting, credentials, suffix};
use crate::api::Headroom;
use crate::cli::CliError;
use crate::cli::args::{ConnectionArgs, ProjectArgs};
use crate::cli::environment::Environment;
use crate::source::config::EnvironmentConfig;

/// The settings of one environment, right or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The environment of hooksync.yaml, if one was chosen.
    pub environment: Option<String>,
    /// In the order in which they are reported.
    pub entries: Vec<SurveyEntry>,
}

/// One setting, right or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyEntry {
    /// Its name.
    pub name: &'static str,
    /// What may be shown of it and where it came from, or what is wrong.
    pub found: Result<(String, Origin), CliError>,
}

/// Every setting of a connection, for whoever looks for a fault. Shows no
/// secret.
///
/// # Errors
/// When the environment was chosen wrongly.
pub fn survey(
    args: &ProjectArgs,
    connection: &ConnectionArgs,
    environment: &Environment,
    file: &ConfigFile,
) -> Result<Vec<Survey>, CliError> {
    let chosen = chosen_environments(args, file)?;
    let of = |chosen: Option<&EnvironmentConfig>| {
        let parts = Parts { args, connection: Some(connection), environment, file, chosen };
        Survey { environment: parts.name().map(str::to_owned), entries: parts.survey() }
    };
    Ok(chosen.into_iter().map(of).collect())
}

impl Parts<'_> {
    fn survey(self) -> Vec<SurveyEntry> {
        let suffix = self.name().map(suffix);
        let variables = self.variables(suffix.as_deref());
        let dir = self.contained().map(|dir| dir.map(|dir| dir.display().to_string()));
        let mut entries = vec![entry("definitions", dir)];
        if let Some(state) = self.local() {
            let tenant = format!("local, in {}", state.display());
            entries.push(entry("tenant", Ok(Setting::new(tenant, Origin::Flag("--local")))));
        } else {
            let (domain, credentials) = self.destination(variables);
            let domain = domain.map(|domain| domain.map(|domain| domain.to_string()));
            let credentials =
                credentials.map(|found| found.map(|found| credentials::describe(&found)));
            let audience = variables.get(AUDIENCE).map(|audience| match audience {
                Some(audience) => audience.map(str::to_owned),
                None => Setting::new("the tenant's Management API".to_owned(), Origin::Default),
            });
            entries.extend([
                entry("tenant", domain),
                entry("credentials", credentials),
                entry("audience", audience),
            ]);
        }
        let RateSettings { headroom, max_rps, concurrency } = self.rate();
        let by_headers =
            || Setting::new("as the tenant's answers allow".to_owned(), Origin::Default);
        let shown = |number: Option<Setting<String>>| Ok(number.unwrap_or_else(by_headers));
        let allow_delete = self.allow_delete(None, variables);
        entries.extend([
            entry("allow delete", allow_delete.map(|allow| allow.map(|allow| allow.to_string()))),
            entry("headroom", Ok(headroom.map(show_headroom))),
            entry("requests a second", shown(max_rps.map(|rps| rps.map(|rps| rps.to_string())))),
            entry("in flight", shown(concurrency.map(|count| count.map(|n| n.to_string())))),
            entry("timeout", Ok(self.timeout().map(show_timeout))),
        ]);
        entries
    }
}

/// As it would be written: `15m`, `90s`, `500ms`.
fn show_timeout(time: Duration) -> String {
    match time.as_secs() {
        _ if time.subsec_nanos() > 0 => format!("{time:?}"),
        seconds if seconds >= 60 && seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

fn show_headroom(headroom: Headroom) -> String {
    match headroom {
        Headroom::Count(count) => format!("{count} requests"),
        Headroom::Percent(share) => format!("{share}%"),
    }
}

fn entry(name: &'static str, setting: Result<Setting<String>, CliError>) -> SurveyEntry {
    SurveyEntry { name, found: setting.map(|setting| (setting.value, setting.origin)) }
}
