//! The reference of commands and exit codes, made from the program.

use clap::CommandFactory;
use hooksync::cli::{Exit, args::Cli};

#[test]
fn the_reference_is_what_the_program_says() {
    let mut command = Cli::command().term_width(88);
    command.build();
    let mut text = String::from(
        "# Reference: commands and exit codes\n\n\
         <!-- Made from the program; UPDATE_DOCS=1 cargo test --test docs writes it. -->\n",
    );
    add(&mut command, "hooksync", &mut text);
    text.push_str("\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
    for exit in Exit::ALL {
        text.push_str(&format!("| {} | {} |\n", exit.code(), exit.meaning()));
    }
    crate::expect_file(&crate::root().join("docs/reference/commands.md"), &text);
}

fn add(command: &mut clap::Command, name: &str, text: &mut String) {
    let help = command.render_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    text.push_str(&format!("\n## {name}\n\n```text\n{}\n```\n", help.join("\n")));
    for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
        let name = format!("{name} {}", sub.get_name());
        add(sub, &name, text);
    }
}
