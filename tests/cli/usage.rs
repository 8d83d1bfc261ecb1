//! The command line: exit codes, aliases, pipes, widths.

use std::process::{Command, Stdio};

use crate::support::{Project, run, script};

fn project() -> Project {
    let project = Project::new();
    for number in 0..40 {
        let text = format!("name: h-{number}\ntriggerId: pre-user-registration\n");
        project.write(&format!("hooks/h-{number}.yaml"), text);
        project.write(&format!("hooks/h-{number}.js"), script("pre-user-registration", ""));
    }
    project
}

/// A terminal that can't show more would get escapes.
#[test]
fn help_is_plain_text() {
    let project = Project::new();
    let commands = project.run(&["--help"]).expect(0).stdout;
    let (_, commands) = commands.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let names = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<&str> = names.filter(|name| !name.is_empty() && *name != "help").collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        let help = project.run(&[name, "--help"]).expect(0).stdout;
        assert!(help.is_ascii() && !help.contains("\\u{"), "{name}: {help}");
    }
    let help = project.run(&["tenant", "serve", "--help"]).expect(0).stdout;
    assert!(help.is_ascii() && !help.contains("\\u{"), "{help}");
}

#[test]
fn wrong_usage_ends_in_64() {
    let project = Project::new();
    for args in [
        ["plann"].as_slice(),
        &["plan", "--formt", "json"],
        &["plan", "--format", "xml"],
        &["plan", "a", "b"],
        &["plan", "--env", "nowhere"],
        &["plan", "--all-envs"],
        &["plan", "--timeout", "0"],
        &["plan", "--local", "--domain", "x"],
        &["apply", "--expect", "rubbish"],
        &[],
    ] {
        let run = project.run(args).expect(64);
        assert_eq!(run.stdout, "", "{run}");
    }
    for args in [["--version"].as_slice(), &["--help"], &["plan", "--help"], &["man"]] {
        assert_eq!(project.run(args).expect(0).stderr, "");
    }
}

#[test]
fn aliases_are_the_same_commands() {
    let project = project();
    let plain = project.run(&["plan", "--local", "a.json", "hooks"]).expect(0).stdout;
    assert_eq!(project.run(&["diff", "--local", "b.json", "hooks"]).expect(0).stdout, plain);
    project.run(&["check", "hooks", "-o", "json"]).expect(0).json();
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = project();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hooksync"))
        .args(["plan", "--local"])
        .env_clear()
        .current_dir(project.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert_eq!(ended.status.code(), Some(0));
}

#[test]
fn lines_fit_and_colours_are_only_where_they_are_asked_for() {
    let project = project();
    for columns in ["40", "80", "200"] {
        let args = ["plan", "--local"];
        let mut command = project.command(&args);
        command.env("COLUMNS", columns);
        let shown = run(command, &args).expect(0).stdout;
        let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns.parse::<usize>().unwrap(), "{widest}\n{shown}");
        assert!(!shown.contains('\u{1b}'));
    }
    let colourful = project.run(&["plan", "--local", "--color", "always"]).expect(0);
    assert!(colourful.stdout.contains("\u{1b}["));
}

#[test]
fn a_wrong_folder_is_reported_alone() {
    let project = Project::new();
    project.write("hooksync.yaml", "keywords: { UNUSED: x }\n");
    let run = project.run(&["validate", "nope"]).expect(1);
    assert!(run.stdout.contains("HS001") && !run.stdout.contains("HS205"), "{run}");
    project.write("nope/a.yaml", "name: a\ntriggerId: post-change-password\n");
    project.write("nope/a.js", "module.exports = (user, context, cb) => cb();\n");
    assert!(project.run(&["validate", "nope"]).expect(0).stdout.contains("HS205"));
}

#[test]
fn a_manual_page_is_asked_for_by_the_words_of_its_command() {
    let project = Project::with(&[]);
    for words in [["man", "tenant", "serve"].as_slice(), &["man", "tenant serve"]] {
        let page = project.run(words).expect(0).stdout;
        assert!(page.contains(".TH HOOKSYNC-TENANT-SERVE"), "{page}");
    }
    let refused = project.run(&["man", "tenant", "stop"]).expect(64).stderr;
    assert!(refused.contains("no manual page for hooksync tenant stop"), "{refused}");
}
