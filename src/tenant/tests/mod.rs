//! Tables of requests and exact answers, against the pure service.

mod actions;
mod auth;
mod faults;
mod hooks;
mod limits;
mod random;
mod secrets;
mod store;

use super::*;

/// A Monday in 2026, in epoch milliseconds.
pub(crate) const NOW: u64 = 1_795_400_000_000;
pub(crate) const HOST: &str = "127.0.0.1:3000";

/// A service with its state, and a token that is good for everything.
pub(crate) struct Bench {
    pub(crate) service: Service,
    pub(crate) state: State,
    pub(crate) token: String,
    pub(crate) now: u64,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let options = Options { seed: Some(7), ..options };
        let mut service = Service::new(&options);
        let audience = format!("https://{HOST}/api/v2/");
        let token = service.new_token(HOST, &audience, NOW);
        Self { service, state: State::empty(SecretKey::new([0; 16])), token, now: NOW }
    }

    pub(crate) fn behaving(behaviour: Behaviour) -> Self {
        Self::with(Options { behaviour, ..Options::default() })
    }

    /// Sends `METHOD PATH[?QUERY] [BODY]`.
    pub(crate) fn send(&mut self, line: &str) -> Response {
        self.answer(line).response
    }

    pub(crate) fn answer(&mut self, line: &str) -> Answer {
        let request = self.request(line);
        self.service.handle(&mut self.state, &request, self.now)
    }

    pub(crate) fn send_request(&mut self, request: &Request) -> Response {
        self.service.handle(&mut self.state, request, self.now).response
    }

    pub(crate) fn request(&self, line: &str) -> Request {
        let (method, rest) = line.split_once(' ').unwrap();
        let (target, body) = rest.split_once(' ').unwrap_or((rest, ""));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request {
            method: method.to_owned(),
            path: if path.starts_with("/oauth") { path.into() } else { format!("/api/v2{path}") },
            query: query.to_owned(),
            host: Some(HOST.to_owned()),
            authorization: Some(format!("Bearer {}", self.token)),
            content_type: Some("application/json".to_owned()),
            body: body.as_bytes().to_vec(),
            oversized: false,
        }
    }

    /// Sends and compares status and body, byte for byte. `#1` stands for the
    /// id of the first hook in the state, and so on.
    pub(crate) fn check(&mut self, line: &str, status: u16, body: &str) -> Response {
        let ids: Vec<String> = self.state.hooks.iter().map(|hook| hook.id.clone()).collect();
        let mut sent = line.to_owned();
        for (at, id) in ids.iter().enumerate().rev() {
            sent = sent.replace(&format!("#{}", at + 1), id);
        }
        let response = self.send(&sent);
        let mut got = String::from_utf8(response.body.clone()).unwrap();
        let ids = ids.into_iter().chain(self.state.hooks.iter().map(|hook| hook.id.clone()));
        let mut seen: Vec<String> = Vec::new();
        for id in ids {
            if !seen.contains(&id) {
                seen.push(id);
            }
        }
        for (at, id) in seen.iter().enumerate() {
            got = got.replace(id.as_str(), &format!("#{}", at + 1));
        }
        assert_eq!((response.status, got.as_str()), (status, body), "{line}");
        response
    }

    /// A hook, made through the API.
    pub(crate) fn hook(&mut self, name: &str, trigger: &str, enabled: bool) {
        let body = format!(
            r#"{{"name":"{name}","script":"x","triggerId":"{trigger}","enabled":{enabled}}}"#
        );
        assert_eq!(self.send(&format!("POST /hooks {body}")).status, 201);
    }
}

/// An error body of the Management API.
pub(crate) fn refused(status: u16, message: &str, code: &str) -> String {
    let error = match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        410 => "Gone",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        _ => panic!("{status}"),
    };
    let code = if code.is_empty() { String::new() } else { format!(r#","errorCode":"{code}""#) };
    format!(r#"{{"statusCode":{status},"error":"{error}","message":"{message}"{code}}}"#)
}

/// The recorded body of a 404.
pub(crate) fn no_hook() -> String {
    refused(404, "Error: Hook does not exist", "HookDoesNotExist")
}

#[test]
fn textual_forms_of_the_choices() {
    fn check<T: clap::ValueEnum + Default>(texts: &[&str]) {
        let text = |value: &T| value.to_possible_value().unwrap().get_name().to_owned();
        assert_eq!(text(&T::default()), texts[0]);
        assert_eq!(T::value_variants().iter().map(text).collect::<Vec<_>>(), texts);
        for written in texts {
            assert_eq!(text(&T::from_str(written, false).unwrap()), *written);
        }
        assert!(T::from_str("x", false).is_err());
    }
    check::<Mode>(&["legacy", "read-only", "not-allowed", "removed", "gone"]);
    check::<Refusal>(&["hooks-not-allowed", "disabled"]);
    check::<SecondEnabled>(&["switch-off-other", "refuse", "refuse-400", "allow-both"]);
    check::<UniqueNames>(&["tenant", "trigger", "nowhere"]);
    check::<ListDetail>(&["full", "summary"]);
    check::<Refill>(&["continuous", "fixed-window"]);
    check::<RateHeaders>(&["success", "all", "never"]);
    check::<RetryAfter>(&["none", "seconds", "date"]);
}
