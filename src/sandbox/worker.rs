//! The child process: reads jobs from stdin, runs them, writes outcomes to stdout.
//!
//! Messages are JSON after their length in four bytes (little-endian). Must
//! not be called in a process that does anything else: it limits the process
//! for good.

use std::io::{self, Read, Write};
use std::thread;

use super::engine;
use super::limits;
use super::world::Job;

/// The engine's stack, and the parser's for code that nests.
const STACK: usize = 64 << 20;

/// A longer message is no job.
const MAX_MESSAGE: usize = 64 << 20;

/// Serves jobs until the parent closes the pipe.
///
/// # Errors
/// When the process can't be limited, or a pipe breaks.
pub fn serve(input: impl Read + Send, output: impl Write + Send) -> io::Result<()> {
    // the thread comes before the limits, which allow no more of them
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
            limits::enclose()?;
            answer_all(input, output)
        })?;
        worker.join().unwrap_or_else(|_| Err(io::Error::other("the worker panicked")))
    })
}

fn answer_all(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    while let Some(message) = read(&mut input, MAX_MESSAGE)? {
        let job: Job = serde_json::from_slice(&message)?;
        limits::more_time(job.limits.wall_ms);
        let outcome = engine::run(&job);
        write(&mut output, &serde_json::to_vec(&outcome)?)?;
    }
    Ok(())
}

/// Reads one message; `None` at the end.
pub(super) fn read(input: &mut impl Read, longest: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > longest {
        return Err(io::Error::other("the message is too long"));
    }
    let mut message = vec![0; length];
    input.read_exact(&mut message)?;
    Ok(Some(message))
}

/// Writes one message.
pub(super) fn write(output: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len()).map_err(io::Error::other)?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(message)?;
    output.flush()
}
