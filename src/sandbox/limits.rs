//! The limits that the worker's process puts on itself before it reads a job.
//!
//! The walls around the engine: no new files, no file contents, no processes,
//! bounded memory and processor time. On Unix; elsewhere the parent's kill and
//! the engine's own limits have to do.

/// Limits this process for good.
///
/// # Errors
/// When the system refuses one on Linux: then nothing may be run.
#[cfg(unix)]
pub(super) fn enclose() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let memory = Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) };
    let all = [
        (Resource::Core, none),
        (Resource::Fsize, none),
        (Resource::Nproc, none),
        // the pipes are open already
        (Resource::Nofile, none),
        (Resource::As, memory),
    ];
    for (resource, limit) in all {
        match setrlimit(resource, limit) {
            Err(error) if cfg!(target_os = "linux") => return Err(error.into()),
            // other systems don't have each of them
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Limits nothing: the system has no such limits.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub(super) fn enclose() -> std::io::Result<()> {
    Ok(())
}

/// Allows this much more processor time than was used so far. Met, it ends the
/// process.
#[cfg(unix)]
pub(super) fn more_time(milliseconds: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let allowed = used + 1 + milliseconds.div_ceil(1_000);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = Some(maximum.map_or(allowed, |maximum| allowed.min(maximum)));
    // Not vital: the parent's clock ends the process too.
    let _ = setrlimit(Resource::Cpu, Rlimit { current, maximum });
}

/// The system has no such limit.
#[cfg(not(unix))]
pub(super) fn more_time(_milliseconds: u64) {}

#[cfg(unix)]
const MEMORY: u64 = 512 << 20;
