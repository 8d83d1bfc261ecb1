//! Flags that people bring along from other tools, and what does that here.
//!
//! Must not accept any: an alias that does nearly the same is a trap.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory};

use super::CliError;
use super::args::Cli;

/// Their flag, the tool that has it, and what to do instead.
const FLAGS: [(&str, &str, &str); 10] = [
    ("target", "Terraform", "`--only NAME` plans and applies one hook or action"),
    ("var", "Terraform", "`--keyword KEY=VALUE` gives a keyword its value"),
    ("var-file", "Terraform", "`--env NAME` takes the keywords of an environment in hooksync.yaml"),
    ("refresh", "Terraform", "there is no state to refresh: every plan reads the tenant"),
    ("destroy", "Terraform", "remove definitions, then `hooksync plan --allow-delete`"),
    ("dry-run", "other tools", "`hooksync plan` shows what an apply would do"),
    ("dry_run", "the Deploy CLI", "`hooksync plan` shows what an apply would do"),
    ("input_file", "the Deploy CLI", "the folder is an argument: `hooksync apply DIR`"),
    ("output_folder", "the Deploy CLI", "the folder is an argument: `hooksync export DIR`"),
    ("select-tag", "decK", "`--only NAME` plans and applies one hook or action"),
];

/// The error for a flag of another tool, where it is one, and for one of ours that
/// was typed with a single dash.
pub(super) fn flag(error: &clap::Error, args: &[OsString]) -> Option<CliError> {
    if let Some(flag) = args.iter().skip(1).find_map(|arg| one_dash(arg.to_str()?)) {
        let error = CliError::usage(format!("-{flag} is not an option of hooksync"));
        return Some(error.hint(format!("long options begin with two dashes: --{flag}")));
    }
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(unknown)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    // Terraform's flags have one dash, of which clap reads a letter
    let typed = args
        .iter()
        .filter_map(|arg| arg.to_str())
        .find(|arg| arg.starts_with(unknown.as_str()) && arg.starts_with('-'));
    let typed = typed.unwrap_or(unknown);
    let name = typed.trim_start_matches('-').split('=').next()?;
    let (name, tool, instead) = FLAGS.iter().find(|(own, ..)| *own == name)?;
    let dashes = if typed.starts_with("--") { "--" } else { "-" };
    let error = CliError::usage(format!("{dashes}{name} is an option of {tool}, not of hooksync"));
    Some(error.hint(*instead))
}

/// The name of one of our long options that begins with one dash, as Terraform's do.
fn one_dash(typed: &str) -> Option<String> {
    let name = typed.strip_prefix('-').filter(|rest| !rest.starts_with('-'))?;
    let name = name.split('=').next().filter(|name| name.len() > 2)?;
    let command = Cli::command();
    let is_ours = |command: &Command| {
        let mut names = command.get_arguments().filter_map(Arg::get_long_and_visible_aliases);
        names.any(|names| names.contains(&name))
    };
    let is_known = is_ours(&command) || command.get_subcommands().any(is_ours);
    is_known.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn flags_of_other_tools_point_to_ours() {
        let check = |typed: &[&str], expected: Option<&str>| {
            let args: Vec<OsString> =
                ["hooksync"].iter().chain(typed).map(OsString::from).collect();
            let error = Cli::try_parse_from(&args).unwrap_err();
            let found = flag(&error, &args).map(|error| error.render());
            match (found, expected) {
                (Some(found), Some(expected)) => assert!(found.contains(expected), "{found}"),
                (found, expected) => assert_eq!(found.as_deref(), expected, "{typed:?}"),
            }
        };
        check(&["plan", "--target", "x"], Some("--only NAME"));
        check(&["apply", "--target=action:x"], Some("--only NAME"));
        check(&["plan", "-target=auth0_action.x"], Some("-target is an option of Terraform"));
        check(&["apply", "--dry-run"], Some("`hooksync plan`"));
        check(&["apply", "--input_file", "tenant.yaml"], Some("hooksync apply DIR"));
        check(&["apply", "-auto-approve"], Some("two dashes: --auto-approve"));
        check(&["plan", "-out=plan.json"], Some("two dashes: --out"));
        check(&["plan", "-vvx"], None);
        check(&["plan", "--tragte"], None);
        check(&["plan", "--format", "xml"], None);
    }
}
