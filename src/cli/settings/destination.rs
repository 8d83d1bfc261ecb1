//! Which tenant, and whether the credentials may be sent there.
//!
//! A file may name the tenant, and a proposed change may change the file. So a
//! domain out of a file never draws credentials to it that come from the
//! environment: the environment says itself where they belong. Must not send
//! anything.

use super::credentials::{self, Found, Holder};
use super::resolve::{Parts, environment_names};
use super::{Origin, Setting, Variables, suffix};
use crate::api::{Credentials, Domain};
use crate::cli::{CliError, Exit};

const DOMAIN: &str = "AUTH0_DOMAIN";

/// What Auth0's own domains end in: what is sent to one reaches Auth0 alone,
/// whoever owns the tenant.
const AUTH0: &str = ".auth0.com";

type Named<'a> = Option<Setting<&'a str>>;

impl<'a> Parts<'a> {
    /// The tenant and what it is asked with. Where the one may not have the
    /// other, that is what is wrong with the tenant.
    pub(super) fn destination(
        self,
        variables: Variables<'_>,
    ) -> (Result<Setting<Domain>, CliError>, Result<Setting<Credentials>, CliError>) {
        match credentials::read(variables) {
            Ok(found) => (self.domain(variables, Some(&found)), Ok(found.credentials)),
            // nothing can be sent anywhere
            Err(error) => (self.domain(variables, None), Err(error)),
        }
    }

    /// `--domain`, else the variable made for the environment, else the
    /// file's (an environment chosen by name must not be taken over by a
    /// variable that was set for another one), else `AUTH0_DOMAIN`.
    fn domain(
        self,
        variables: Variables<'_>,
        found: Option<&Found>,
    ) -> Result<Setting<Domain>, CliError> {
        if let Some(flag) = self.connection.and_then(|connection| connection.domain.as_deref()) {
            let parsed = parse(&Setting::new(flag, Origin::Flag("--domain")));
            return parsed.map_err(|error| error.exit(Exit::Usage));
        }
        let own = variables.own(DOMAIN)?;
        let general = variables.get(DOMAIN)?.filter(|_| own.is_none());
        match (own, self.in_file(), general) {
            (Some(own), in_file, _) => {
                let domain = parse(&own)?;
                match in_file {
                    Some(in_file)
                        if parse(&in_file).as_ref().map(|it| &it.value) != Ok(&domain.value) =>
                    {
                        Err(self.refusal(&in_file, Some(&own)))
                    }
                    _ => Ok(domain),
                }
            }
            (None, Some(in_file), general) => self.trusted(&in_file, general, found),
            (None, None, Some(general)) => match general.origin {
                Origin::File { .. } => self.trusted(&general, None, found),
                _ => parse(&general),
            },
            (None, None, None) => Err(self.no_domain()),
        }
    }

    /// What hooksync.yaml says of the environment that was chosen.
    fn in_file(self) -> Named<'a> {
        let chosen = self.chosen?;
        let key = format!("environments.{}.domain", chosen.name);
        Some(Setting::new(chosen.domain.as_deref()?, self.file.origin(key)))
    }

    /// A domain out of a file, if the credentials may be sent there. `stated`
    /// is what else says where they belong.
    fn trusted(
        self,
        in_file: &Setting<&str>,
        stated: Named<'_>,
        found: Option<&Found>,
    ) -> Result<Setting<Domain>, CliError> {
        let domain = parse(in_file)?;
        let Some(Found { credentials, holder }) = found else { return Ok(domain) };
        // what the Deploy CLI's settings say of a tenant holds for their own credentials
        let stated = stated.filter(|stated| {
            *holder == Holder::File || !matches!(stated.origin, Origin::File { .. })
        });
        let is_stated =
            |stated: &Setting<&str>| parse(stated).is_ok_and(|stated| stated.value == domain.value);
        let is_beside = matches!(&in_file.origin, Origin::File { key, .. } if key == DOMAIN);
        let together = *holder == Holder::File && is_beside;
        let trusted = together
            || stated.as_ref().is_some_and(is_stated)
            || (*holder == Holder::Own && is_auth0(&domain.value))
            || credentials
                .value
                .issuer()
                .is_some_and(|issuer| issuer.as_str() == domain.value.as_str());
        if trusted { Ok(domain) } else { Err(self.refusal(in_file, stated.as_ref())) }
    }

    fn refusal(self, in_file: &Setting<&str>, stated: Option<&Setting<&str>>) -> CliError {
        let shown = |written: &Setting<&str>| match parse(written) {
            Ok(domain) => format!("`{}`", domain.value),
            Err(_) => "not a domain".to_owned(),
        };
        let (file, domain) = (&in_file.origin, shown(in_file));
        let variable =
            self.name().map_or(DOMAIN.to_owned(), |name| format!("{DOMAIN}_{}", suffix(name)));
        let but = match stated {
            Some(stated) => format!("but {} is {}", stated.origin, shown(stated)),
            None => format!("and {variable} is not set"),
        };
        CliError::refused(format!(
            "{file} is {domain}, {but}: credentials are never sent to a domain that only a file names"
        ))
        .hint(match stated {
            Some(stated) if stated.origin == Origin::Variable(variable.clone()) => {
                "make them equal: the variable decides where credentials are sent".to_owned()
            }
            _ => {
                format!("if that is right, set {variable} to it, too")
            }
        })
    }

    fn no_domain(self) -> CliError {
        let names = environment_names(self.file);
        CliError::new("no tenant: AUTH0_DOMAIN is not set").hint(
            match (self.name(), names.as_str()) {
                (Some(name), _) => {
                    format!("set it, or add environments.{name}.domain to hooksync.yaml")
                }
                (None, "") => {
                    "set it to the tenant's domain, such as acme.eu.auth0.com, or try --local"
                        .to_owned()
                }
                (None, names) => format!("set it, or choose with --env: {names}"),
            },
        )
    }
}

fn parse(written: &Setting<&str>) -> Result<Setting<Domain>, CliError> {
    let domain = Domain::parse(written.value)
        .map_err(|error| CliError::new(format!("{}: {error}", written.origin)))?;
    Ok(Setting::new(domain, written.origin.clone()))
}

/// Whether a domain is Auth0's own. A port or plain HTTP is nobody's but this
/// machine's.
fn is_auth0(domain: &Domain) -> bool {
    !domain.is_plain() && domain.as_str().ends_with(AUTH0) && domain.as_str().len() > AUTH0.len()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::super::{ConfigFile, Target, tenant};
    use crate::cli::args::{ConnectionArgs, ProjectArgs};
    use crate::cli::{CliError, Environment, Exit};
    use crate::source::config::{Config, EnvironmentConfig};

    const ID: (&str, &str) = ("AUTH0_CLIENT_ID", "id");
    const SECRET: (&str, &str) = ("AUTH0_CLIENT_SECRET", "canary");
    const OWN_ID: (&str, &str) = ("AUTH0_CLIENT_ID_PROD", "id");
    const OWN_SECRET: (&str, &str) = ("AUTH0_CLIENT_SECRET_PROD", "canary");

    /// Where the credentials go for this domain of an environment `name`.
    fn tried(name: &str, domain: &str, variables: &[(&str, &str)]) -> Result<String, CliError> {
        let chosen = EnvironmentConfig {
            name: name.to_owned(),
            domain: Some(domain.to_owned()),
            keywords: Default::default(),
            allow_delete: None,
            allow_delete_actions: None,
        };
        let config = Config { environments: vec![chosen], ..Config::default() };
        let file = ConfigFile { path: PathBuf::from("hooksync.yaml"), config, deploy: None };
        let args = ProjectArgs { env: vec![name.to_owned()], ..ProjectArgs::default() };
        let environment = Environment::of(variables.iter().copied());
        let found = tenant(&args, &ConnectionArgs::default(), None, &environment, &file);
        match found.map(|mut all| all.remove(0).target) {
            Ok(Target::Remote(remote)) => Ok(remote.domain.value.to_string()),
            Ok(Target::Local { .. }) => unreachable!("nobody asked for one"),
            Err(error) => Err(error),
        }
    }

    #[track_caller]
    fn goes(domain: &str, variables: &[(&str, &str)]) {
        let found = tried("prod", domain, variables);
        assert!(found.is_ok(), "{}", found.unwrap_err().render());
    }

    #[track_caller]
    fn refused(name: &str, domain: &str, variables: &[(&str, &str)]) -> String {
        let error = tried(name, domain, variables).expect_err(domain);
        assert_eq!(error.exit, Exit::Refused, "{}", error.render());
        assert!(!error.render().contains("canary"));
        error.render()
    }

    fn token(issuer: &str) -> String {
        format!("e30.{}.canary", URL_SAFE_NO_PAD.encode(format!(r#"{{"iss":"{issuer}"}}"#)))
    }

    #[test]
    fn a_file_sends_no_credentials_to_another_domain() {
        let acme = ("AUTH0_DOMAIN", "acme.eu.auth0.com");
        let own = ("AUTH0_DOMAIN_PROD", "acme.eu.auth0.com");
        goes("acme.eu.auth0.com", &[acme, ID, SECRET]);
        goes("https://ACME.eu.auth0.com/", &[acme, ID, SECRET]);
        goes("acme.eu.auth0.com", &[own, ID, SECRET]);
        for evil in [
            "http://127.0.0.1:9000",
            "stranger.eu.auth0.com",
            "acme.eu.auth0.com.evil.example",
            "acme.eu.auth0.com:8443",
            "evil.example",
        ] {
            refused("prod", evil, &[ID, SECRET]);
            refused("prod", evil, &[acme, ID, SECRET]);
            refused("prod", evil, &[own, ID, SECRET]);
            refused("prod", evil, &[own, OWN_ID, OWN_SECRET]);
            refused("prod", evil, &[acme, ("AUTH0_ACCESS_TOKEN", "canary")]);
        }
        // an empty variable is an unset one
        refused("prod", "acme.eu.auth0.com", &[("AUTH0_DOMAIN", " "), ID, SECRET]);
    }

    #[test]
    fn credentials_of_an_environments_own_go_to_auth0_alone() {
        goes("acme.eu.auth0.com", &[OWN_ID, OWN_SECRET]);
        goes("acme.eu.auth0.com", &[("AUTH0_DOMAIN", "dev.auth0.com"), OWN_ID, OWN_SECRET]);
        goes("acme.eu.auth0.com", &[("AUTH0_ACCESS_TOKEN_PROD", "canary")]);
        for evil in ["evil.example", ".auth0.com", "evilauth0.com", "a.auth0.com:1", "auth0.com"] {
            let found = tried("prod", evil, &[OWN_ID, OWN_SECRET]);
            assert!(found.is_err(), "{evil}");
        }
        refused("prod", "http://localhost:1", &[OWN_ID, OWN_SECRET]);
        // half of it is shared
        refused("prod", "acme.eu.auth0.com", &[OWN_ID, SECRET]);
        refused("prod", "acme.eu.auth0.com", &[ID, OWN_SECRET]);
        // an environment of this name makes no shared variable its own
        refused("secret", "acme.eu.auth0.com", &[ID, SECRET]);
        refused("id", "acme.eu.auth0.com", &[ID, SECRET]);
    }

    #[test]
    fn a_token_goes_to_its_issuer() {
        let issued = token("https://acme.eu.auth0.com/");
        let issued = [("AUTH0_ACCESS_TOKEN", issued.as_str())];
        goes("acme.eu.auth0.com", &issued);
        refused("prod", "other.eu.auth0.com", &issued);
        let nobody = token("acme.eu.auth0.com.evil.example");
        refused("prod", "acme.eu.auth0.com", &[("AUTH0_ACCESS_TOKEN", &nobody)]);
    }

    #[test]
    fn a_refusal_names_both_and_what_to_set() {
        insta::assert_snapshot!([
            refused("eu-live", "http://127.0.0.1:9000", &[ID, SECRET]),
            refused("prod", "x.auth0.com", &[("AUTH0_DOMAIN", "acme.auth0.com"), ID, SECRET]),
            refused("prod", "x.auth0.com", &[("AUTH0_DOMAIN_PROD", "acme.auth0.com"), ID, SECRET]),
            refused("prod", "me:canary@x", &[("AUTH0_DOMAIN_PROD", "acme.auth0.com"), ID, SECRET]),
        ].join("\n"), @r"
        error: environments.eu-live.domain in hooksync.yaml is `127.0.0.1:9000`, and AUTH0_DOMAIN_EU_LIVE is not set: credentials are never sent to a domain that only a file names
          hint: if that is right, set AUTH0_DOMAIN_EU_LIVE to it, too
        error: environments.prod.domain in hooksync.yaml is `x.auth0.com`, but AUTH0_DOMAIN is `acme.auth0.com`: credentials are never sent to a domain that only a file names
          hint: if that is right, set AUTH0_DOMAIN_PROD to it, too
        error: environments.prod.domain in hooksync.yaml is `x.auth0.com`, but AUTH0_DOMAIN_PROD is `acme.auth0.com`: credentials are never sent to a domain that only a file names
          hint: make them equal: the variable decides where credentials are sent
        error: environments.prod.domain in hooksync.yaml is not a domain, but AUTH0_DOMAIN_PROD is `acme.auth0.com`: credentials are never sent to a domain that only a file names
          hint: make them equal: the variable decides where credentials are sent
        ");
    }
}
