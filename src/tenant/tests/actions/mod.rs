//! The Actions endpoints, against the pure service: bodies as recorded, ids
//! as `$1`, `$2` in the order in which they were first seen, times as `T`.

mod bindings;
mod builds;
mod edits;
mod file;
mod modules;
mod secrets;
mod whole;

use std::sync::LazyLock;

use regex::Regex;

use super::*;
use crate::tenant::actions::Behaviour as Choices;

static ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}").unwrap()
});
static TIME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,9}Z").unwrap());

/// A service whose answers are compared with ids and times replaced.
struct Lab {
    bench: Bench,
    ids: Vec<String>,
}

impl Lab {
    fn new() -> Self {
        Self::with(Choices::default())
    }

    fn with(actions: Choices) -> Self {
        let limits = Limits { api: Limit::new(10_000, Rate::per_second(1)), ..Limits::default() };
        let bench = Bench::with(Options { actions, limits, ..Options::default() });
        Self { bench, ids: Vec::new() }
    }

    /// Lets time pass.
    fn wait(&mut self, ms: u64) -> &mut Self {
        self.bench.now += ms;
        self
    }

    /// Status and body, ids and times replaced.
    fn send(&mut self, line: &str) -> (u16, String) {
        let mut sent = line.to_owned();
        for (at, id) in self.ids.iter().enumerate().rev() {
            sent = sent.replace(&format!("${}", at + 1), id);
        }
        let response = self.bench.send(&sent);
        let body = String::from_utf8(response.body).unwrap();
        let body = ID.replace_all(&body, |found: &regex::Captures<'_>| {
            let found = found[0].to_owned();
            let at = self.ids.iter().position(|known| *known == found).unwrap_or_else(|| {
                self.ids.push(found);
                self.ids.len() - 1
            });
            format!("${}", at + 1)
        });
        (response.status, TIME.replace_all(&body, "T").into_owned())
    }

    fn check(&mut self, line: &str, status: u16, body: &str) {
        let got = self.send(line);
        assert_eq!((got.0, got.1.as_str()), (status, body), "{line}");
    }

    fn ok(&mut self, line: &str) -> String {
        let (status, body) = self.send(line);
        assert!((200..300).contains(&status), "{line}: {status} {body}");
        body
    }

    /// An action of post-login, created and, if `deployed`, live.
    fn action(&mut self, name: &str, deployed: bool) -> String {
        let body = format!(
            r#"{{"name":"{name}","supported_triggers":[{{"id":"post-login","version":"v3"}}],"code":"// {name}"}}"#
        );
        self.ok(&format!("POST /actions/actions {body}"));
        let id = self.bench.state.actions.last().unwrap().id.clone();
        if deployed {
            self.wait(1000).ok(&format!("POST /actions/actions/{id}/deploy"));
            self.wait(1000);
        }
        id
    }
}
