//! One file name in two spellings: `é` as one character or as two.
//!
//! macOS and some tools hand names on in the other spelling than they were
//! written in. Must not take two different names for one.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use icu_normalizer::ComposingNormalizerBorrowed;

/// A name in the spelling that names are compared in.
pub(crate) fn composed(name: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(name).into_owned()
}

/// The path as the disk spells it, where it isn't there as it is given.
pub(crate) fn as_on_disk(path: PathBuf) -> PathBuf {
    let plain = path.as_os_str().as_encoded_bytes().is_ascii();
    if plain || fs::symlink_metadata(&path).is_ok() {
        return path;
    }
    let mut found = PathBuf::new();
    for part in path.components() {
        let next = found.join(part);
        found = match part {
            Component::Normal(name) if fs::symlink_metadata(&next).is_err() => {
                match other_spelling(&found, name) {
                    Some(spelled) => spelled,
                    None => return path,
                }
            }
            _ => next,
        };
    }
    found
}

/// An entry of a folder that is called the same in another spelling.
fn other_spelling(folder: &Path, name: &OsStr) -> Option<PathBuf> {
    let wanted = composed(name.to_str()?);
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut entries = folder.read_dir().ok()?.flatten();
    entries
        .find(|entry| entry.file_name().to_str().is_some_and(|name| composed(name) == wanted))
        .map(|entry| match folder == Path::new(".") {
            true => PathBuf::from(entry.file_name()),
            false => entry.path(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_in_the_other_spelling() {
        let folder = tempfile::tempdir().unwrap();
        let (composed, apart) = ("\u{e9}", "e\u{301}");
        fs::create_dir(folder.path().join(format!("d{apart}"))).unwrap();
        let real = folder.path().join(format!("d{apart}/a{composed}.js"));
        fs::write(&real, "").unwrap();
        let check = |path: &str, expected: &Path| {
            assert_eq!(as_on_disk(folder.path().join(path)), expected);
        };
        check(&format!("d{composed}/a{apart}.js"), &real);
        check(&format!("d{apart}/a{composed}.js"), &real);
        let gone = folder.path().join(format!("d{composed}/b{apart}.js"));
        check(&format!("d{composed}/b{apart}.js"), &gone);
    }
}
