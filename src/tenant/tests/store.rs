//! The state file: by hand, by the tenant, by two processes at once.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::tenant::store::Store;

fn random() -> fastrand::Rng {
    fastrand::Rng::with_seed(3)
}

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/er/tenant.json");
        Self { _folder: folder, path }
    }

    fn holding(text: &str) -> Self {
        let place = Self::new();
        fs::create_dir_all(place.path.parent().unwrap()).unwrap();
        fs::write(&place.path, text).unwrap();
        place
    }

    fn open(&self) -> Result<Store, StoreError> {
        Store::open(&self.path, random(), NOW)
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap()
    }
}

fn names(store: &Store) -> Vec<String> {
    store.state().hooks.iter().filter_map(|hook| hook.name.clone()).collect()
}

fn rename(store: &mut Store, name: &str) {
    store.with(NOW, |state| state.hooks[0].name = Some(name.to_owned())).unwrap();
}

const BY_HAND: &str = r#"{"hooks":[
  {"name":"a","triggerId":"send-phone-message","script":"x","enabled":true,
   "dependencies":{"z":"1","b":"2"},"secrets":["KEY","OTHER"]},
  {"id":"old-hook","triggerId":"post-change-password","script":"y","secrets":{"K":"a plain value"}}]}"#;

#[test]
fn written_by_hand_then_completed() {
    let place = Place::holding(BY_HAND);
    let store = place.open().unwrap();
    let [first, second] = store.state().hooks.as_slice() else { panic!() };
    assert_eq!(first.secrets.keys().collect::<Vec<_>>(), ["KEY", "OTHER"]);
    assert_eq!(first.dependencies.keys().collect::<Vec<_>>(), ["z", "b"]);
    assert_eq!((second.id.as_str(), second.name.as_deref()), ("old-hook", None));
    assert_eq!(store.state().secret_is("old-hook", "K", "a plain value"), Some(true));
    assert_eq!(store.state().secret_is(&first.id, "KEY", "x"), None);
    // The value is gone from the file, the made-up id is in it, and another
    // process reads the same state.
    let text = place.text();
    assert!(!text.contains("a plain value"), "{text}");
    assert!(text.contains(&first.id), "{text}");
    assert_eq!(place.open().unwrap().state(), store.state());
}

#[test]
fn the_file_as_it_is_written() {
    let mut state = State::empty(SecretKey::new([0xab; 16]));
    state.hooks.push(Hook {
        id: "01".to_owned(),
        name: Some("a".to_owned()),
        script: "line\n\u{2028}\u{1f600}".to_owned(),
        dependencies: [("z".to_owned(), "1".to_owned())].into_iter().collect(),
        enabled: true,
        trigger_id: "send-phone-message".to_owned(),
        secrets: [
            ("K".to_owned(), SecretDigest::Of { key: [1; 4], digest: [0; 32] }),
            ("L".to_owned(), SecretDigest::Unknown),
        ]
        .into_iter()
        .collect(),
    });
    let text = crate::tenant::state_file::write(&state);
    insta::assert_snapshot!(text);
    let read = crate::tenant::state_file::read(&text, state.key, &mut random(), NOW).unwrap();
    assert_eq!((read.state, read.incomplete), (state, false));
}

#[test]
fn a_file_that_cannot_be_used_is_left_alone() {
    let check = |text: &str, expected: &str| {
        let place = Place::holding(text);
        let error = place.open().err().unwrap().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(error.contains("left as it is"), "{error}");
        assert_eq!(place.text(), text);
    };
    check("", "not a state file");
    check("{\"hooks\":[", "not a state file");
    check(r#"{"hook":[]}"#, "unknown field `hook`");
    check(r#"{"version":2}"#, "version 2");
    check(
        r#"{"hooks":[{"name":"a","triggerId":"x","script":""}]}"#,
        "hook 1 (a): triggerId \"x\" is none of credentials-exchange",
    );
    let hook = r#"{"id":"i","triggerId":"send-phone-message","script":""}"#;
    check(&format!(r#"{{"hooks":[{hook},{hook}]}}"#), "hook 2 (i): id i is there twice");
    check(
        r#"{"hooks":[{"id":"a/b","triggerId":"send-phone-message","script":""}]}"#,
        "an id is made of",
    );
    check(
        r#"{"hooks":[{"triggerId":"send-phone-message","script":"","secrets":"K"}]}"#,
        "secrets are a list of names",
    );
}

#[test]
fn a_file_that_breaks_while_running_is_left_alone_and_taken_again_when_repaired() {
    let place = Place::holding(BY_HAND);
    let mut store = place.open().unwrap();
    let good = place.text();
    fs::write(&place.path, "half a fi").unwrap();
    assert!(store.with(NOW, |state| state.hooks.clear()).is_err());
    assert_eq!(place.text(), "half a fi");
    fs::write(&place.path, &good).unwrap();
    rename(&mut store, "again");
    assert_eq!(names(&place.open().unwrap()), ["again"]);
}

#[test]
fn two_processes_see_each_other_and_lose_nothing() {
    let place = Place::holding(BY_HAND);
    let (mut one, mut two) = (place.open().unwrap(), place.open().unwrap());
    rename(&mut one, "from-one");
    two.with(NOW, |state| state.hooks[1].name = Some("from-two".to_owned())).unwrap();
    one.with(NOW, |_| ()).unwrap();
    assert_eq!(names(&one), ["from-one", "from-two"]);

    let add = |place: &Place, who: usize| {
        let mut store = place.open().unwrap();
        for turn in 0..10 {
            store
                .with(NOW, |state| {
                    let mut hook = state.hooks[0].clone();
                    hook.id = format!("{who}-{turn}");
                    state.hooks.push(hook);
                })
                .unwrap();
        }
    };
    std::thread::scope(|scope| {
        for who in 0..3 {
            let place = &place;
            scope.spawn(move || add(place, who));
        }
    });
    assert_eq!(place.open().unwrap().state().hooks.len(), 32);
}

#[test]
fn what_a_crash_leaves_behind_is_gone_with_the_next_write() {
    let place = Place::holding(BY_HAND);
    let beside = place.path.with_file_name("tenant.json.new");
    fs::write(&beside, "half a fi").unwrap();
    rename(&mut place.open().unwrap(), "other");
    let folder = place.path.parent().unwrap();
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["tenant.json", "tenant.json.lock"]);
}

#[test]
fn what_earlier_versions_kept_of_secrets_is_dropped() {
    let digest = "0".repeat(64);
    let text = format!(
        r#"{{"salt":"00","hooks":[{{"triggerId":"send-phone-message","script":"","secrets":{{"K":"sha256:{digest}"}}}}]}}"#
    );
    let place = Place::holding(&text);
    let store = place.open().unwrap();
    assert_eq!(store.state().hooks[0].secrets.get("K"), Some(&SecretDigest::Unknown));
    let text = place.text();
    assert!(!text.contains("sha256") && !text.contains("salt"), "{text}");
}

#[test]
fn a_deleted_file_is_a_fresh_tenant() {
    let place = Place::holding(BY_HAND);
    let mut store = place.open().unwrap();
    fs::remove_file(&place.path).unwrap();
    store.with(NOW, |state| assert!(state.hooks.is_empty())).unwrap();
    assert!(place.path.exists());
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    place.open().unwrap();
    for name in ["tenant.json", "tenant.json.lock"] {
        let mode = fs::metadata(place.path.with_file_name(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
