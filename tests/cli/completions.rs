//! Completion in the shells themselves: what a name is inserted as is one word,
//! whatever somebody called a definition, and a folder is completed by folders.
//!
//! A shell that isn't installed is passed over, and says so.
#![cfg(unix)]

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::Project;

/// A name that would run something wherever it isn't one inert word.
const NAME: &str = "Add roles $(touch ran) `touch ran` it's";

/// The same of an environment.
const ENVIRONMENT: &str = "live $(touch ran)";

/// And of a folder.
const FOLDER: &str = "ou$(touch ran) r";

fn project() -> Project {
    let project = Project::new();
    project.write("actions/a.yaml", format!("name: {NAME}\ntriggerId: post-login\n"));
    project.write("hooksync.yaml", format!("environments: {{ \"{ENVIRONMENT}\": {{}} }}\n"));
    project.write("my dir/file", "");
    project.write(&format!("{FOLDER}/file"), "");
    project.write("my file", "");
    project
}

/// What a script prints in a shell; `None` where there is no such shell.
#[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
fn printed(shell: &str, args: &[&str], project: &Project) -> Option<String> {
    let version = Command::new(shell).arg("--version").stdout(Stdio::null()).status();
    if version.is_err() {
        eprintln!("{shell} is not installed: its completion is not tested here");
        return None;
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_hooksync"));
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", binary.parent().unwrap().display());
    let mut command = Command::new(shell);
    command.args(args).env_clear().env("PATH", path).env("HOME", project.path("my dir"));
    let output = command.current_dir(project.path(".")).output().unwrap();
    assert!(!project.path("ran").exists(), "{shell} ran a part of a name");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!printed.is_empty(), "{shell}: {output:?}");
    Some(printed)
}

#[test]
fn bash_completes_a_name_as_one_word() {
    let script = "source <(hooksync completions bash)\n\
                  COMP_WORDS=(hooksync run Add); COMP_CWORD=2; COMP_TYPE=9\n\
                  _clap_complete_hooksync hooksync Add run\n\
                  eval \"printf '<%s>' ${COMPREPLY[0]}\"\n\
                  COMP_WORDS=(hooksync plan --env li); COMP_CWORD=3; COMP_TYPE=9\n\
                  _clap_complete_hooksync hooksync li --env\n\
                  eval \"printf '<%s>' ${COMPREPLY[0]}\"\n\
                  COMP_WORDS=(hooksync plan 'ou\\$\\('); COMP_CWORD=2; COMP_TYPE=9\n\
                  _clap_complete_hooksync hooksync 'ou\\$\\(' plan\n\
                  eval \"printf '<%s>' ${COMPREPLY[0]}\"\n";
    if let Some(shown) = printed("bash", &["--norc", "-c", script], &project()) {
        assert_eq!(shown, format!("<{NAME}><{ENVIRONMENT}><{FOLDER}/>"));
    }
}

/// The lines as fish inserts them, read again by fish.
#[test]
fn fish_completes_a_name_as_one_word_and_folders_alone() {
    let script = "hooksync completions fish | source\n\
                  eval \"printf '<%s>' \"(complete -C 'hooksync run Add' --escape | string split -f 1 \\t)\n\
                  eval \"printf '<%s>' \"(complete -C 'hooksync plan my' --escape | string split -f 1 \\t)\n";
    if let Some(shown) = printed("fish", &["--no-config", "-c", script], &project()) {
        assert_eq!(shown, format!("<{NAME}><my dir/>"));
    }
}

/// A terminal on which the lines are typed, and the tab after them.
#[test]
fn zsh_completes_a_name_as_one_word_and_folders_alone() {
    let script = r#"
        zmodload zsh/zpty
        zpty -b it zsh -f -i
        zpty -w it "PS1='> '; autoload -Uz compinit; compinit -u -D; source <(hooksync completions zsh)
            show() { print -r -- \"\$BUFFER\" >> 'my dir/typed'; BUFFER='' }
            zle -N show; bindkey '^X' show; : > 'my dir/ready'"
        wait_for() { repeat 300 { [[ -e $1 && $(wc -l < $1) -ge $2 ]] && return; sleep 0.1; zpty -r -t it _ } }
        wait_for 'my dir/ready' 0
        zpty -w -n it $'hooksync run Add\t\x18'
        wait_for 'my dir/typed' 1
        zpty -w -n it $'hooksync plan my\t\x18'
        wait_for 'my dir/typed' 2
        zpty -d it
        while read -r line; do eval "typed=($line)"; print -rn -- "<${typed[3]}>"; done < 'my dir/typed'
    "#;
    if let Some(shown) = printed("zsh", &["-f", "-c", script], &project()) {
        assert_eq!(shown, format!("<{NAME}><my dir/>"));
    }
}
