//! A question that a person answers on the terminal.
//!
//! Must not keep an interrupt waiting: whoever asks may stop listening.

use std::io;

use tokio::sync::oneshot;

use super::Output;

/// The line of the question, which ends with the answer or without one.
struct Line<'a> {
    output: &'a Output,
    ended: bool,
}

impl Line<'_> {
    fn answered(mut self, answer: &str) {
        self.ended = answer.ends_with('\n');
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.output.error("\n");
        }
    }
}

/// Asks for a yes. `None` when there is nobody to ask. The answer is read on
/// a thread of its own, so that the wait for it can be given up.
///
/// # Errors
/// When the answer can't be read.
pub(super) async fn confirm(output: &Output, question: &str) -> io::Result<Option<bool>> {
    if !output.ask(question) {
        return Ok(None);
    }
    let (reported, heard) = oneshot::channel();
    std::thread::spawn(move || {
        let mut answer = String::new();
        let read = io::stdin().read_line(&mut answer).map(|_| answer);
        // nobody listens any more once the run was interrupted
        let _ = reported.send(read);
    });
    let line = Line { output, ended: false };
    let answer = heard.await.map_err(io::Error::other)??;
    line.answered(&answer);
    Ok(Some(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")))
}
