//! `hooksync tenant serve`: runs the local tenant until it is interrupted.

use secrecy::ExposeSecret;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::cli::args::{ServeArgs, TenantArgs, TenantCommand};
use crate::cli::session::{Shared, block_on};
use crate::cli::{CliError, Context, Exit};
use crate::report::text::fitted;
use crate::tenant;

/// Runs it.
///
/// # Errors
/// When the port or the state file can't be had.
pub(super) fn run(args: &TenantArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    match &args.command {
        TenantCommand::Serve(args) => serve(args, context),
    }
}

fn serve(args: &ServeArgs, context: &Context<'_>) -> Result<Exit, CliError> {
    block_on(async {
        let shared = Shared::new(context.output);
        let running = tenant::start(args.options()).await?;
        let style = context.output.stdout_style();
        let export =
            |name, value: &str| continued(&format!("  export {name}={value}"), style.width);
        let trust = running.ca_file().map(|file| {
            let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
            export("SSL_CERT_FILE", &path.display().to_string())
        });
        let intro = format!(
            "The local tenant listens on {}\nState: {}\n",
            running.url(),
            args.state.display()
        );
        context.output.data(&format!(
            "{}\n{}{}{}{}\nPress Ctrl-C to stop it.",
            fitted(&intro, &style),
            export("AUTH0_DOMAIN", &running.url()),
            export("AUTH0_CLIENT_ID", running.client_id()),
            export("AUTH0_CLIENT_SECRET", running.client_secret().expose_secret()),
            trust.unwrap_or_default(),
        ))?;
        shared.stop.cancelled().await;
        running.stop().await;
        Ok(Exit::Done)
    })
}

/// A line for a shell. Where it is too wide it goes on after a backslash, so
/// that it can still be copied.
fn continued(line: &str, width: usize) -> String {
    if line.width() <= width {
        return format!("{line}\n");
    }
    let (mut out, mut at) = (String::new(), 0);
    for found in line.chars() {
        if at + 2 > width.max(12) {
            out.push_str("\\\n");
            at = 0;
        }
        out.push(found);
        at += found.width().unwrap_or(0);
    }
    out + "\n"
}

#[cfg(test)]
mod tests {
    use super::continued;

    #[test]
    fn a_shell_line_that_is_too_wide_can_still_be_copied() {
        assert_eq!(continued("  export A=b", 12), "  export A=b\n");
        assert_eq!(continued("  export AB=cdefghijkl", 12), "  export AB\\\n=cdefghijkl\n");
    }
}
