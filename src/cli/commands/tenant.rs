//! `hooksync tenant serve`: runs the local tenant until it is interrupted.

use secrecy::ExposeSecret;

use crate::cli::args::{ServeArgs, TenantArgs, TenantCommand};
use crate::cli::session::{Shared, runtime};
use crate::cli::{CliError, Context, Exit};
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
    runtime()?.block_on(async {
        let shared = Shared::new();
        let running = tenant::start(args.options()).await?;
        let trust = running.ca_file().map(|file| {
            let path = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
            format!("  export SSL_CERT_FILE={}\n", path.display())
        });
        context.output.data(&format!(
            "A local tenant listens on {url}\nIts state is kept in {state}\n\n  \
             export AUTH0_DOMAIN={url}\n  export AUTH0_CLIENT_ID={id}\n  \
             export AUTH0_CLIENT_SECRET={secret}\n{trust}\nCtrl-C ends it.",
            url = running.url(),
            state = args.state.display(),
            id = running.client_id(),
            secret = running.client_secret().expose_secret(),
            trust = trust.unwrap_or_default(),
        ))?;
        shared.stop.cancelled().await;
        running.stop().await;
        Ok(Exit::Done)
    })
}
