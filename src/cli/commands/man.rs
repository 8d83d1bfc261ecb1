//! `hooksync man`: manual pages in roff, made from the definition of the
//! command line.

use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man;

use crate::cli::args::{Cli, ManArgs};
use crate::cli::{CliError, Context, Exit, starters};

/// Prints one page, or writes all.
pub(super) fn run(args: &ManArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    let pages = pages()?;
    if let Some(folder) = &args.out {
        return write_all(&pages, folder, context);
    }
    let words = args.command.iter().flat_map(|word| word.split_whitespace());
    let wanted = std::iter::once("hooksync").chain(words).collect::<Vec<_>>();
    match pages.iter().find(|page| page.name == wanted.join("-")) {
        Some(page) => {
            context.output.data(&page.roff)?;
            Ok(Exit::Done)
        }
        None => Err(CliError::usage(format!("there is no manual page for {}", wanted.join(" ")))
            .hint("`hooksync --help` lists the commands")),
    }
}

fn write_all(pages: &[Page], folder: &Path, context: &Context<'_>) -> Result<Exit, CliError> {
    fs_err::create_dir_all(folder)?;
    for page in pages {
        fs_err::write(folder.join(format!("{}.1", page.name)), &page.roff)?;
    }
    context.say(&format!("{} ({} pages)", starters::named("created", folder), pages.len()));
    Ok(Exit::Done)
}

/// One manual page of section 1.
struct Page {
    name: String,
    roff: String,
}

/// The main page and one for each command, in the order of the help.
fn pages() -> Result<Vec<Page>, CliError> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    add_pages(&command, "hooksync", &mut pages)?;
    Ok(pages)
}

fn add_pages(command: &clap::Command, name: &str, pages: &mut Vec<Page>) -> Result<(), CliError> {
    let mut roff = Vec::new();
    Man::new(command.clone()).title(name.to_uppercase()).source("hooksync").render(&mut roff)?;
    let roff = String::from_utf8_lossy(&roff).into_owned();
    pages.push(Page { name: name.to_owned(), roff });
    command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help")
        .try_for_each(|sub| add_pages(sub, &format!("{name}-{}", sub.get_name()), pages))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_for_every_command() {
        let names: Vec<_> = pages().unwrap().into_iter().map(|page| page.name).collect();
        assert_eq!(
            names.join(" "),
            "hooksync hooksync-plan hooksync-show hooksync-ci hooksync-apply hooksync-export \
             hooksync-validate hooksync-versions hooksync-rollback hooksync-test hooksync-run \
             hooksync-drift hooksync-backups \
             hooksync-backups-list hooksync-backups-show hooksync-backups-diff \
             hooksync-backups-restore hooksync-migrate \
             hooksync-tenant hooksync-tenant-serve hooksync-init hooksync-new hooksync-doctor \
             hooksync-schema hooksync-completions hooksync-man"
        );
    }
}
