//! No line is wider than the terminal unless it is the user's own text.

use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use crate::support::{Project, Run, run, script};

/// Stands in every wide line of a script, and nowhere else.
const OWN: &str = "mine";

const WIDTHS: [usize; 3] = [40, 80, 200];

fn definition(name: &str, trigger: &str, more: &str) -> String {
    format!("name: {name}\ntriggerId: {trigger}\n{more}")
}

/// A project with a name, a trigger, a script and other fields for each hook.
fn write(project: &Project, hooks: &[(&str, &str, &str, &str)]) {
    for (name, trigger, body, more) in hooks {
        project.write(&format!("hooks/{name}.yaml"), definition(name, trigger, more));
        project.write(&format!("hooks/{name}.js"), script(trigger, body));
    }
}

/// Lines of a script, some wide, some narrow.
fn lines(numbers: impl Iterator<Item = usize>) -> String {
    numbers
        .map(|nth| {
            format!("\n  const value{nth} = '{}'; //{}", OWN.repeat(4), OWN.repeat(nth % 60))
        })
        .collect()
}

const PRE: &str = "pre-user-registration";
const POST: &str = "post-user-registration";
const PASSWORD: &str = "post-change-password";
const MACHINES: &str = "credentials-exchange";
const PHONE: &str = "send-phone-message";
const LONG_NAME: &str = "a-hook-with-a-name-that-is-longer-than-forty-columns";

/// A tenant's state, and definitions that differ from it in every way.
fn project() -> Project {
    let project = Project::new();
    let (long, short) = (lines(0..60), lines(0..1));
    let old_secrets = "enabled: true\nsecrets: {API_KEY: a, OLD_KEY: b}\n\
                       dependencies: {axios: 1.2.3, lodash: 4.17.20}\n";
    write(
        &project,
        &[
            ("live-now", MACHINES, &short, old_secrets),
            ("takes-over", MACHINES, "", "enabled: false\n"),
            ("swap-a", PRE, &short, "enabled: false\n"),
            ("swap-b", PRE, "", "enabled: false\n"),
            ("old-name", PASSWORD, &short, "enabled: true\nsecrets: {X: a}\n"),
            ("other-trigger", PASSWORD, &short, "secrets: {LOST: a}\n"),
            ("goes-away", PHONE, &short, "enabled: true\nsecrets: {TWILIO: a}\n"),
            ("moved-lines", POST, &long, ""),
            ("wide-letters", POST, "\n  // 漢字かな交じり文の長い長い長い注釈 mine\n", ""),
            (
                LONG_NAME,
                POST,
                &short,
                "secrets: {A_SECRET_WITH_A_RATHER_LONG_NAME_OF_ITS_OWN: a}\n",
            ),
            ("stays", PRE, &short, "secrets: {S: a}\n"),
        ],
    );
    project.run(&["apply", "--local", "--yes", "--quiet"]).expect(0);
    for gone in ["goes-away", "old-name", "swap-a", "swap-b"] {
        for ending in ["yaml", "js"] {
            std::fs::remove_file(project.path(&format!("hooks/{gone}.{ending}"))).unwrap();
        }
    }
    let new_secrets = "enabled: false\nsecrets: {API_KEY: a, NEW_KEY: c}\n\
                       dependencies: {axios: 1.3.0, qs: 6.0.0}\n";
    let moved = lines((20..40).chain(0..20).chain(40..60));
    write(
        &project,
        &[
            ("live-now", MACHINES, &lines(0..2), new_secrets),
            ("takes-over", MACHINES, &short, "enabled: true\nsecrets: {KEY: '##NOT_SET_HERE##'}\n"),
            ("swap-a", PRE, "", "enabled: false\nrenamedFrom: swap-b\n"),
            ("swap-b", PRE, &short, "enabled: false\nrenamedFrom: swap-a\n"),
            ("new-name", PASSWORD, &short, "enabled: true\nrenamedFrom: old-name\n"),
            ("other-trigger", PRE, &short, ""),
            ("moved-lines", POST, &moved, ""),
            ("wide-letters", POST, "\n  // 漢字かな交じり文の長い長い長い注釈で mine\n", ""),
            ("brand-new", POST, &long, "enabled: true\nsecrets: {A: a}\n"),
        ],
    );
    project.write("hooks/Capitals.yaml", definition("Not Kebab Case", PRE, "script: stays.js\n"));
    project
}

fn environments(project: &Project) {
    project.write(
        "hooksync.yaml",
        "environments:\n  dev:\n    domain: dev.invalid\n  a-rather-long-name-of-one:\n    \
         domain: a-domain-that-is-wider-than-forty-columns.invalid\n",
    );
}

fn at(project: &Project, width: usize, args: &[&str]) -> Run {
    let mut command = project.command(args);
    command.env("COLUMNS", width.to_string()).env("AUTH0_CLIENT_ID", "id");
    command.env("AUTH0_CLIENT_SECRET", "secret").timeout(Duration::from_secs(60));
    run(command, args)
}

/// The lines that are too wide and not the user's own.
fn too_wide(run: &Run, width: usize) -> Vec<String> {
    let colour = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    let lines = run.stdout.lines().chain(run.stderr.lines());
    lines
        .map(|line| colour.replace_all(line, "").into_owned())
        .filter(|line| {
            line.width() > width && !line.contains(OWN) && !line.contains("module.exports")
        })
        .collect()
}

#[track_caller]
fn check(project: &Project, commands: &[&[&str]]) {
    for width in WIDTHS {
        for args in commands {
            for color in ["always", "never"] {
                let args: Vec<&str> = args.iter().copied().chain(["--color", color]).collect();
                let run = at(project, width, &args);
                let wide = too_wide(&run, width);
                assert!(wide.is_empty(), "{width} columns: {wide:#?} in\n{run}");
            }
        }
    }
}

#[test]
fn what_is_planned_refused_and_exported_fits() {
    check(
        &project(),
        &[
            &["plan", "--local"],
            &["plan", "--local", "-v", "--allow-delete"],
            &["apply", "--local", "--yes"],
            &["apply", "--local", "--yes", "--expect", &format!("sha256:{}", "0".repeat(64))],
            &["validate"],
            &["export", "exported", "--local"],
            &["export", "hooks", "--local", "--only", "nothing-*"],
            &["doctor", "--local"],
        ],
    );
}

#[test]
fn what_is_applied_fits() {
    for width in WIDTHS {
        let project = project();
        for args in [
            &["apply", "--local", "--yes", "--allow-delete", "--keyword", "NOT_SET_HERE=a", "-v"][..],
            &["apply", "--local", "--yes", "--allow-delete", "--keyword", "NOT_SET_HERE=a"],
            &["export", "--local", "--prune"],
            &["apply", "--local", "--yes"],
        ] {
            let run = at(&project, width, args);
            let wide = too_wide(&run, width);
            assert!(wide.is_empty(), "{width} columns: {wide:#?} in\n{run}");
        }
    }
}

#[test]
fn faults_fit() {
    let project = project();
    environments(&project);
    project.write("hooks/broken.yaml", "name: broken\ntrigerId: nothing\nenabled: yes\n");
    project.write("hooks/broken.js", format!("module.exports = funktion ({OWN}) {{{OWN}}}\n"));
    check(
        &project,
        &[
            &["validate"],
            &["plan", "--local"],
            &["plan", "--env", "dev", "--env", "a-rather-long-name-of-one"],
            &["plan", "--env", "de"],
            &["plan", "--domain", "127.0.0.1:1"],
            &["plan"],
            &["doctor"],
            &["doctor", "--domain", "127.0.0.1:1"],
            &["export", "--all-envs"],
            &["plan", "--loca"],
            &["plann"],
            &["apply", "--secrets", "x"],
            &["apply", "--plan", "a/file/that/is/not/there/and/has/a/long/name.json", "--local"],
            &["new", "pre-user", "x"],
            &["tenant", "serve", "--state", "hooks/broken.js"],
        ],
    );
}

#[test]
fn what_is_begun_fits() {
    for width in WIDTHS {
        let project = Project::new();
        for args in [
            &["init", "a-folder/with-a-name/that-is-not-short"][..],
            &["init", "a-folder/with-a-name/that-is-not-short", "--ci", "gitlab"],
            &["new", PRE, LONG_NAME, "--dir", "a-folder/with-a-name/that-is-not-short/hooks"],
            &["new", PRE, LONG_NAME, "--dir", "a-folder/with-a-name/that-is-not-short/hooks"],
            &["man", "--out", "a-folder/for-manual-pages/that-has-a-name-as-long"],
        ] {
            let run = at(&project, width, args);
            let wide = too_wide(&run, width);
            assert!(wide.is_empty(), "{width} columns: {wide:#?} in\n{run}");
        }
    }
}

#[test]
fn help_fits() {
    let commands = [
        "",
        "plan",
        "apply",
        "export",
        "validate",
        "tenant",
        "tenant serve",
        "init",
        "new",
        "doctor",
        "schema",
        "completions",
        "man",
    ];
    let project = Project::new();
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        let help = |flag| words.iter().copied().chain([flag]).collect::<Vec<_>>();
        check(&project, &[&help("--help"), &help("-h"), &help("--nonsense")]);
    }
}
