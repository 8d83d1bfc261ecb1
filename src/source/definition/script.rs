//! The script file that belongs to a definition.
//!
//! Must not look into the script's text.

use std::path::{Path, PathBuf};

use super::Parsed;
use crate::model::Diagnostic;
use crate::source::codes;
use crate::source::file::{self, Text, reason};
use crate::source::spelling::as_on_disk;
use crate::source::walk::{Root, display};

/// Where a definition's script is or would be; `None` where the definition
/// gives a path that can't be used, or says that there is no code.
pub(crate) fn path_of(definition: &Parsed) -> Option<PathBuf> {
    let folder = definition.at.path.parent().unwrap_or(Path::new(""));
    let script = definition.script.as_ref().filter(|_| !has_no_code(definition))?;
    Some(as_on_disk(folder.join(script)))
}

/// Whether a definition says that there is no code: `"code": ""`, which the Deploy
/// CLI writes for an action without any.
pub(crate) fn has_no_code(definition: &Parsed) -> bool {
    definition.script.as_ref().is_some_and(|path| path.as_os_str().is_empty())
}

/// Reads a definition's script, or says why it can't be.
pub(crate) fn read(root: &Root, definition: &Parsed) -> Option<Result<Text, Box<Diagnostic>>> {
    if has_no_code(definition) {
        return Some(Ok(Text::new(definition.text.file.clone(), String::new())));
    }
    let path = path_of(definition)?;
    let span = definition.script_span.clone().unwrap_or(0..0);
    let fail = |code, message: String| definition.text.error(code, message, &span);
    let shown = display(&path);
    Some(match root.holds(&path) {
        Ok(true) => file::read(&path, &shown, "script"),
        Ok(false) => {
            let message = format!("the script `{shown}` leads out of the folder of definitions");
            let error = fail(codes::LINK_LEAVES, message);
            Err(Box::new(error.hint("put the file inside, and name it here")))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let message = format!("the script `{shown}` does not exist");
            let hint = match near(&path) {
                Some(near) => format!("did you mean `script: {near}`?"),
                None if definition.script_span.is_none() => {
                    "put the code there, or name another file with `script:`".to_owned()
                }
                None => "the path is relative to this file; if a build makes it, run that first"
                    .to_owned(),
            };
            Err(Box::new(fail(codes::SCRIPT_MISSING, message).hint(hint)))
        }
        Err(error) => {
            let message = format!("the script `{shown}` can't be read: {}", reason(&error));
            Err(Box::new(fail(codes::UNREADABLE, message)))
        }
    })
}

/// A script in the same folder whose name is nearly that of a missing one.
fn near(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?.to_ascii_lowercase();
    let names = path.parent()?.read_dir().ok()?.flatten().take(1000).filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        (name.ends_with(".js") || name.ends_with(".cjs")).then_some(name)
    });
    let scored =
        names.map(|name| (strsim::jaro_winkler(&name.to_ascii_lowercase(), &wanted), name));
    let near = scored.filter(|(score, _)| *score > 0.85);
    near.min_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1))).map(|(_, name)| name)
}
