//! `--watch`: the same work again whenever a file changes.
//!
//! Looks at the files' times and sizes, which works on every system and in
//! containers. Must not know what the work is.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use super::args::ProjectArgs;
use super::{CliError, Context, Exit};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(300);

/// The most files that are looked at.
const MOST: usize = 10_000;

/// Does the work once, or with `--watch` until the process is interrupted. It gives
/// the folders and files that it depends on; where it fails, the project's folder is
/// watched.
///
/// # Errors
/// Those of work that is done once.
pub(super) fn run(
    watch: bool,
    project: &ProjectArgs,
    context: &Context<'_>,
    mut work: impl FnMut() -> Result<(Exit, Vec<PathBuf>), CliError>,
) -> Result<Exit, CliError> {
    if !watch {
        return work().map(|(exit, _)| exit);
    }
    loop {
        let watched = work().map(|(_, watched)| watched).unwrap_or_else(|error| {
            context.tell(&error);
            vec![project.dir.clone().unwrap_or_else(|| PathBuf::from("."))]
        });
        context.say("Waiting for a change; Ctrl-C ends.");
        let before = stamps(&watched);
        while stamps(&watched) == before {
            thread::sleep(LOOK);
        }
    }
}

/// Files and when they were changed.
fn stamps(places: &[PathBuf]) -> BTreeMap<PathBuf, Option<(SystemTime, u64)>> {
    let entries =
        places.iter().flat_map(|place| walkdir::WalkDir::new(place).into_iter().flatten());
    entries
        .filter(|entry| entry.file_type().is_file())
        .take(MOST)
        .map(|entry| {
            let stamp =
                entry.metadata().ok().and_then(|data| Some((data.modified().ok()?, data.len())));
            (entry.into_path(), stamp)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let places = [dir.path().to_owned(), dir.path().join("gone.yaml")];
        let empty = stamps(&places);
        std::fs::write(dir.path().join("a.yaml"), "a").unwrap();
        let one = stamps(&places);
        assert_ne!(empty, one);
        assert_eq!(stamps(&places), one);
        std::fs::write(dir.path().join("a.yaml"), "ab").unwrap();
        assert_ne!(stamps(&places), one);
    }
}
