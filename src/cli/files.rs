//! Files that a command writes besides its output.
//!
//! Must not be used for definitions: those are written by `source`.

use std::io::Write;
use std::path::Path;

use super::CliError;

/// Adds to the end of a file that somebody else keeps.
///
/// # Errors
/// When it can't be written; the message names the file.
pub(super) fn append(path: &Path, text: &str) -> Result<(), CliError> {
    let mut file = fs_err::OpenOptions::new().append(true).create(true).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

/// Writes a whole file or leaves what was there. A pipe or device is written
/// to as it is.
///
/// # Errors
/// When it can't be written; the message names the file.
pub(super) fn write(path: &Path, text: &str) -> Result<(), CliError> {
    let special = std::fs::metadata(path).is_ok_and(|found| !found.is_file());
    if special {
        return Ok(fs_err::write(path, text)?);
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = |error: std::io::Error| {
        // the file in between, which the error may name, means nothing to anybody
        let why = error.to_string();
        let why = why.split(" at path ").next().unwrap_or_default();
        CliError::new(format!("can't write {}: {why}", path.display()))
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
