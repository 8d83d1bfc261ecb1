//! The command line as a user types it.

use clap::{CommandFactory, Parser, error::ErrorKind};

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_has_examples() {
    fn check(command: &clap::Command) {
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            if sub.has_subcommands() {
                check(sub);
            } else {
                let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("Examples:"), "{}", sub.get_name());
            }
        }
    }
    check(&Cli::command());
}

#[test]
fn aliases_people_bring_along() {
    let is_plan = |line: &str| matches!(parse(line).unwrap().command, Command::Plan(_));
    assert!(is_plan("hooksync plan") && is_plan("hooksync diff -o json"));
    assert!(matches!(parse("hooksync import -y").unwrap().command, Command::Apply(a) if a.yes));
    assert!(
        matches!(parse("hooksync apply --auto-approve").unwrap().command, Command::Apply(a) if a.yes)
    );
    assert!(matches!(parse("hooksync dump").unwrap().command, Command::Export(_)));
    assert!(matches!(parse("hooksync check").unwrap().command, Command::Validate(_)));
}

#[test]
fn local_takes_a_file_or_none() {
    let local = |line: &str| match parse(line).unwrap().command {
        Command::Plan(args) => (args.project.dir, args.connection.local),
        _ => unreachable!(),
    };
    let path = |text: &str| Some(std::path::PathBuf::from(text));
    assert_eq!(local("hooksync plan demo --local"), (path("demo"), path(shared::LOCAL_STATE)));
    assert_eq!(local("hooksync plan demo --local t.json"), (path("demo"), path("t.json")));
    assert_eq!(local("hooksync plan --local=t.json demo"), (path("demo"), path("t.json")));
    assert_eq!(local("hooksync plan"), (None, None));
}

#[test]
fn only_takes_several_names() {
    let only = |line: &str| match parse(line).unwrap().command {
        Command::Plan(args) => {
            args.scope.only.iter().map(|name| name.as_str().to_owned()).collect::<Vec<_>>()
        }
        _ => unreachable!(),
    };
    assert_eq!(only("hooksync plan demo --only a b --only c,d"), ["a", "b", "c", "d"]);
    assert!(parse("hooksync plan --only a fixtures/demo").is_err());
}

#[test]
fn allow_delete_can_be_switched_off() {
    let given = |line: &str| match parse(line).unwrap().command {
        Command::Apply(args) => args.scope.allow_delete,
        _ => unreachable!(),
    };
    assert_eq!(given("hooksync apply"), None);
    assert_eq!(given("hooksync apply --allow-delete demo"), Some(true));
    assert_eq!(given("hooksync apply --allow-delete=false"), Some(false));
}

#[test]
fn wrong_limits_are_told_with_what_is_right() {
    let reported = |flags: &str| {
        let error = parse(&format!("hooksync plan {flags}")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ValueValidation, "{flags}: {error}");
        error.to_string()
    };
    for (flag, values, right) in [
        ("--concurrency", ["0", "-1", "1.5"], "write a number of requests, at least 1"),
        ("--max-rps", ["0", "-1", "x"], "write a number above zero, such as 2 or 0.5"),
        ("--timeout", ["0s", "-5s", "30"], "write a time with its unit, such as 30s, 10m or 1h"),
        ("--headroom", ["-1", "-5%", "120%"], "write a number of requests, or a part of the"),
    ] {
        for value in values {
            for joint in [" ", "="] {
                let reported = reported(&format!("{flag}{joint}{value}"));
                assert!(reported.contains(right) && reported.contains(value), "{reported}");
            }
        }
    }
}

#[test]
fn unknown_flags_are_refused_with_the_nearest() {
    let error = parse("hooksync plan --alow-delete").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownArgument);
    assert!(error.to_string().contains("--allow-delete"), "{error}");
}

#[test]
fn no_secret_is_an_argument() {
    for line in ["--client-secret=x", "--access-token=x", "--token x"] {
        assert!(parse(&format!("hooksync plan {line}")).is_err(), "{line}");
    }
}

#[test]
fn global_flags_stand_anywhere() {
    let cli = parse("hooksync --color never plan -vv").unwrap();
    assert_eq!((cli.global.verbose, cli.global.color), (2, ColorWhen::Never));
    assert!(parse("hooksync plan -q -v").is_err());
}

/// A type that its parser doesn't give would only be found here, or by a user.
#[test]
fn every_command_is_taken_apart() {
    for line in [
        "plan demo --env a --env b --only x --secrets never --out p.json --detailed-exitcode",
        "apply demo --keyword A=b --backup-dir b --force --fail-fast --expect \
         sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "export demo --only x --layout deploy-cli --prune --max-rps 2 --concurrency 3",
        "validate --all-envs --deny-warnings --format sarif",
        "tenant serve --port 0 --state s.json --burst 3 --rate 2/s --mode read-only",
        "init demo --from-tenant --local --ci none",
        "new pre-user-registration my-hook --dir demo",
        "doctor --headroom 5 --timeout 30s",
        "schema hook",
        "completions zsh",
        "man plan",
    ] {
        assert!(parse(&format!("hooksync {line}")).is_ok(), "{line}");
    }
}
