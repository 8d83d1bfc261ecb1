//! What a file of the project may lead to.
//!
//! A proposed change can change hooksync.yaml and put links into the folder, and
//! findings and plans quote what they read. So folders that a file names, or that
//! are the default, lie inside the folder of that file, after links are followed;
//! only an argument leads elsewhere. Must not open anything.

use std::path::{Component, Path, PathBuf};

use super::{Origin, Setting};
use crate::cli::CliError;
use crate::source::deploy_cli;

/// Refuses a folder of definitions that lies outside of `base`.
pub(super) fn demand(dir: &Setting<PathBuf>, base: &Path) -> Result<(), CliError> {
    let base = if base.as_os_str().is_empty() { Path::new(".") } else { base };
    // the scripts of a tree may lie anywhere in it
    let tree = deploy_cli::recognise(&dir.value).map(|tree| deploy_cli::root_of(&tree));
    let leads_out = |path: &Path| !is_inside(path, base);
    if !leads_out(&dir.value) && !tree.as_deref().is_some_and(leads_out) {
        return Ok(());
    }
    let what = match &dir.origin {
        Origin::Default => format!("the folder `{}`", dir.value.display()),
        origin => format!("{origin}: `{}`", dir.value.display()),
    };
    Err(CliError::refused(format!("{what} leads out of {}", shown(base)))
        .hint("move the definitions there, or name their folder as an argument (DIR)"))
}

fn shown(base: &Path) -> String {
    match base == Path::new(".") {
        true => "the current folder".to_owned(),
        false => format!("the folder of hooksync.yaml, `{}`", base.display()),
    }
}

/// Whether a path that may not be there yet lies inside a folder.
pub(super) fn is_inside(path: &Path, folder: &Path) -> bool {
    match (real(folder), real(path)) {
        (Some(folder), Some(path)) => path.starts_with(folder),
        _ => false,
    }
}

/// A path without links. What isn't there can't be a link; but `..` behind it
/// leads anywhere, so there is no answer then.
fn real(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let (there, real) =
        path.ancestors().find_map(|part| Some((part, part.canonicalize().ok()?)))?;
    let rest = path.strip_prefix(there).ok()?;
    let stays = rest.components().all(|part| matches!(part, Component::Normal(_)));
    stays.then(|| real.join(rest))
}

/// Whether a settings file is what it seems: no link out of its repository, or
/// of its folder where there is no repository.
pub(super) fn is_own_file(file: &Path) -> bool {
    let folder = file.parent().unwrap_or(Path::new(""));
    let top = folder.ancestors().find(|folder| folder.join(".git").exists());
    is_inside(file, top.unwrap_or(folder))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn folders_stay_inside_after_links_are_followed() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        for folder in ["repo/auth/hooks", "repo/hooks", "other/hooks", "repo/deep/hooks"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        symlink(at("other/hooks"), at("repo/auth/out")).unwrap();
        symlink("../hooks", at("repo/auth/up")).unwrap();
        symlink("hooks", at("repo/auth/in")).unwrap();
        symlink("/", at("repo/auth/top")).unwrap();
        let check = |path: &str, expected: bool| {
            assert_eq!(
                is_inside(&at("repo/auth").join(path), &at("repo/auth")),
                expected,
                "{path}"
            );
        };
        for inside in [".", "hooks", "in", "new", "new/er", "./hooks/../hooks"] {
            check(inside, true);
        }
        for outside in [
            "..",
            "../hooks",
            "/",
            "out",
            "up",
            "top",
            "top/etc",
            "new/../../x",
            "out/new",
            "hooks/../..",
        ] {
            check(outside, false);
        }
    }

    #[test]
    fn a_tree_whose_root_is_above_the_file_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let hooks = root.path().join("hooks");
        std::fs::create_dir(&hooks).unwrap();
        std::fs::write(hooks.join("a.json"), r#"{"name":"a","triggerId":"x"}"#).unwrap();
        let dir = Setting::new(hooks.clone(), Origin::Default);
        assert!(demand(&dir, &hooks).is_err());
        assert!(demand(&dir, root.path()).is_ok());
    }

    #[test]
    fn a_settings_file_is_no_link_to_elsewhere() {
        let root = tempfile::tempdir().unwrap();
        let at = |path: &str| root.path().join(path);
        std::fs::create_dir_all(at("repo/.git")).unwrap();
        std::fs::create_dir_all(at("repo/a")).unwrap();
        std::fs::write(at("secret"), "").unwrap();
        std::fs::write(at("repo/common.yaml"), "").unwrap();
        symlink("../../secret", at("repo/a/out.yaml")).unwrap();
        symlink("../common.yaml", at("repo/a/in.yaml")).unwrap();
        assert!(!is_own_file(&at("repo/a/out.yaml")));
        assert!(is_own_file(&at("repo/a/in.yaml")));
        assert!(is_own_file(&at("repo/common.yaml")));
    }
}
