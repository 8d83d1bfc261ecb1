//! From settings to a tenant that can be asked, and the user's interrupt.
//!
//! Must not make a request: the first one is made when something is needed.

use std::time::Duration;

use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use super::output::{Output, Verbosity};
use super::progress::{Board, LaneId};
use super::settings::{Target, TenantSettings};
use super::{CliError, Exit};
use crate::api::{self, Domain, Gates, Reader, Writer};
use crate::model::SecretValue;
use crate::plan::RequestCounts;
use crate::report::safe;
use crate::tenant;

/// The name that the tenant of `--local` goes by in plans: its port changes
/// from run to run, the tenant doesn't.
pub(super) const LOCAL_TENANT: &str = "local";

/// One tenant that can be asked.
pub(super) struct Session {
    /// How it is called in plans and reports.
    pub(super) tenant: String,
    /// The reading half.
    pub(super) reader: Reader,
    /// The writing half.
    pub(super) writer: Writer,
    /// Whether there are credentials to get another access token with.
    pub(super) renewable: bool,
    /// Where its progress is reported.
    pub(super) lane: LaneId,
    /// The local tenant, as long as it is needed.
    _local: Option<tenant::Running>,
}

impl Session {
    /// What the governor counted so far.
    pub(super) fn counts(&self) -> RequestCounts {
        let api::Counts { total, writes, throttled, retried, waited_ms } = self.reader.counts();
        RequestCounts { total, writes, throttled, retried, waited_ms }
    }
}

/// What all sessions of a run share.
pub(super) struct Shared {
    /// The first interrupt: nothing new begins.
    pub(super) stop: CancellationToken,
    /// The second interrupt: nothing goes on.
    abort: CancellationToken,
    /// Where all that takes time is reported.
    pub(super) board: Board,
    gates: Gates,
}

/// Does what needs requests, on one thread: what takes long is the network. Doesn't
/// wait at its end for what can't be given up, such as a look-up of an address: an
/// interrupt would have to wait for it, too.
///
/// # Errors
/// Those of the work, and when the system gives no runtime.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_background();
    done
}

impl Shared {
    /// Begins to listen for interrupts, and to tell of waits. Has to be called
    /// on the runtime.
    pub(super) fn new(output: &Output) -> Self {
        let (stop, abort) = (CancellationToken::new(), CancellationToken::new());
        let board = Board::new(output);
        tokio::spawn(listen(stop.clone(), abort.clone(), board.clone()));
        let gates = gates(output, &board);
        Self { stop, abort, board, gates }
    }

    /// Does what only reads; the first interrupt gives it up.
    ///
    /// # Errors
    /// When interrupted, and as the work fails.
    pub(super) async fn unless_interrupted<T>(
        &self,
        work: impl Future<Output = Result<T, CliError>>,
    ) -> Result<T, CliError> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {
                Err(CliError::new("interrupted; nothing was written").exit(Exit::Interrupted))
            }
            done = work => done,
        }
    }

    /// Ends the run before its first write if an interrupt came, also while
    /// work was done without a pause.
    ///
    /// # Errors
    /// When it was interrupted.
    pub(super) async fn demand_uninterrupted(&self) -> Result<(), CliError> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        self.unless_interrupted(async { Ok(()) }).await
    }

    /// A session with the tenant of these settings.
    ///
    /// # Errors
    /// When the local tenant can't be started, or no client can be made on
    /// this machine.
    pub(super) async fn connect(&self, settings: &TenantSettings) -> Result<Session, CliError> {
        let (tenant, domain, credentials, audience, local) = match &settings.target {
            Target::Local { state } => {
                let options =
                    tenant::Options { state: Some(state.clone()), ..tenant::Options::default() };
                let running = tenant::start(options).await?;
                let domain = Domain::parse(&running.url()).map_err(|error| {
                    CliError::new(format!("the local tenant can't be reached: {error}"))
                })?;
                let token = SecretValue::new(running.access_token().expose_secret().to_owned());
                let credentials = api::Credentials::Token(token);
                (LOCAL_TENANT.to_owned(), domain, credentials, None, Some(running))
            }
            Target::Remote(remote) => {
                let domain = remote.domain.value.clone();
                let credentials = remote.credentials.value.clone();
                let audience = remote.audience.as_ref().map(|audience| audience.value.clone());
                (domain.as_str().to_owned(), domain, credentials, audience, None)
            }
        };
        let renewable = !matches!(credentials, api::Credentials::Token(_));
        let session = api::connect(
            api::Settings {
                domain,
                audience,
                credentials,
                rate: settings.rate.values(),
                deadline: settings.timeout.value,
                patience: api::Patience::default(),
                stop: self.stop.clone(),
                abort: self.abort.clone(),
                gates: self.gates.clone(),
            },
            None,
        )?;
        let (reader, writer) = (session.reader(), session.writer());
        let lane = self.board.add(settings.project.environment.clone(), reader.status());
        Ok(Session { tenant, reader, writer, renewable, lane, _local: local })
    }
}

/// Gates that tell of every request, if that is wanted.
fn gates(output: &Output, board: &Board) -> Gates {
    if output.verbosity < Verbosity::Everything {
        return Gates::default();
    }
    let (output, board) = (output.clone(), board.clone());
    Gates::telling(move |exchange| {
        let place = if board.has_several() { exchange.tenant } else { "" };
        let gap = if place.is_empty() { "" } else { ": " };
        output.trace(&safe::inline(&format!("{place}{gap}{exchange}"), true));
    })
}

/// Waits for Ctrl-C, or for another signal that would end the program. The
/// first stops, the second aborts, unless it is a terminal that closes: that is
/// often reported twice.
async fn listen(stop: CancellationToken, abort: CancellationToken, board: Board) {
    let Ok(mut interrupts) = Interrupts::new() else { return };
    interrupts.next().await;
    board.stopping();
    stop.cancel();
    while interrupts.next().await == Interrupt::HangUp {}
    abort.cancel();
}

/// What wants the program to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interrupt {
    /// Somebody or something asks for it.
    Asked,
    /// The terminal is gone.
    HangUp,
}

#[cfg(unix)]
struct Interrupts(Vec<(Interrupt, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Interrupts {
    /// Listens to every signal whose default would cut an apply in two, but not
    /// for a terminal that closes if that is to be ignored, as under `nohup`.
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let all = [
            (Interrupt::Asked, SignalKind::interrupt()),
            (Interrupt::Asked, SignalKind::terminate()),
            (Interrupt::Asked, SignalKind::quit()),
            (Interrupt::HangUp, SignalKind::hangup()),
            (Interrupt::Asked, SignalKind::alarm()),
            (Interrupt::Asked, SignalKind::user_defined1()),
            (Interrupt::Asked, SignalKind::user_defined2()),
            // a limit of processor time gives notice
            (Interrupt::Asked, SignalKind::from_raw(rustix::process::Signal::XCPU.as_raw())),
        ];
        let ignored = ignored_signals();
        let all = all.into_iter().filter(|(what, kind)| {
            *what != Interrupt::HangUp || !is_ignored(ignored, kind.as_raw_value())
        });
        let all = all.map(|(what, kind)| Ok((what, signal(kind)?)));
        Ok(Self(all.collect::<std::io::Result<_>>()?))
    }

    async fn next(&mut self) -> Interrupt {
        std::future::poll_fn(|context| {
            for (what, signal) in &mut self.0 {
                if signal.poll_recv(context).is_ready() {
                    return std::task::Poll::Ready(*what);
                }
            }
            std::task::Poll::Pending
        })
        .await
    }
}

/// The signals that are ignored, one bit each, where the system shows it.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(unix)]
fn is_ignored(mask: u64, signal: i32) -> bool {
    u32::try_from(signal - 1)
        .ok()
        .and_then(|bit| mask.checked_shr(bit))
        .is_some_and(|it| it & 1 == 1)
}

#[cfg(not(unix))]
struct Interrupts;

#[cfg(not(unix))]
impl Interrupts {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Interrupt {
        if tokio::signal::ctrl_c().await.is_err() {
            // nobody will ever interrupt
            std::future::pending::<()>().await;
        }
        Interrupt::Asked
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_one_bit_of_the_mask() {
        // what `nohup` leaves behind
        assert!(is_ignored(0x1, 1));
        assert!(!is_ignored(0x1, 2));
        assert!(is_ignored(0x1002, 13));
        assert!(!is_ignored(u64::MAX, 0));
        assert!(!is_ignored(u64::MAX, 65));
    }
}
