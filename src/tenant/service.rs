//! The tenant as a function: `handle(state, request, now)` gives the answer.
//!
//! Main type: [`Service`], which holds what isn't part of the tenant's stored
//! state: rate buckets, tokens' generation, the source of ids. Must not do
//! I/O, sleep, or read a clock: it is given the time.

use serde_json::json;
use ulid::Ulid;

use super::actions::{self, Moment};
use super::answer::Answer;
use super::audit::Audit;
use super::auth::Authority;
use super::clients;
use super::hooks;
use super::lab::fault::{Effect, Fault, Faults};
use super::lab::{colleague, stranger};
use super::message::{
    Request, Response, host_of, insufficient_scope, misdirected, no_such_route, too_many_requests,
};
use super::options::{Behaviour, Latency, Limits, Options, RateHeaders, RetryAfter};
use super::rate::{Bucket, Verdict};
use super::state::State;
use super::token::TokenEndpoint;

/// Where Auth0 explains its limits; in the body of a 429 of `/oauth/token`.
const LIMITS_PAGE: &str = "https://auth0.com/docs/policies/rate-limits";

/// Everything of the local tenant but its stored state.
pub struct Service {
    authority: Authority,
    tokens: TokenEndpoint,
    pub(super) behaviour: Behaviour,
    actions: actions::Behaviour,
    limits: Limits,
    api: Bucket,
    global: Option<Bucket>,
    token_bucket: Bucket,
    faults: Faults,
    latency: Latency,
    random: fastrand::Rng,
    audit: Audit,
}

/// What a request asks for.
enum Route<'a> {
    Clients,
    Logs,
    Hooks(hooks::Route<'a>),
    Actions(actions::Route<'a>),
}

impl<'a> Route<'a> {
    fn of(request: &'a Request) -> Option<Self> {
        if request.path == "/api/v2/clients" && request.method == "GET" {
            return Some(Self::Clients);
        }
        if request.path == "/api/v2/logs" && request.method == "GET" {
            return Some(Self::Logs);
        }
        let hooks = || hooks::Route::of(request).map(Self::Hooks);
        actions::Route::of(request).map(Self::Actions).or_else(hooks)
    }

    /// The scope that the API's description asks for.
    fn scope(&self, method: &str) -> String {
        let (of, posts_a_change) = match self {
            Self::Clients => ("clients", false),
            Self::Logs => ("logs", false),
            Self::Hooks(route) => ("hooks", matches!(route, hooks::Route::AddSecrets(_))),
            Self::Actions(route) => ("actions", route.posts_a_change()),
        };
        let verb = match method {
            "GET" => "read",
            "POST" if !posts_a_change => "create",
            "POST" | "PATCH" => "update",
            _ => "delete",
        };
        format!("{verb}:{of}")
    }
}

impl Service {
    /// As chosen.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let Limits { api, global, rival, token, .. } = options.limits;
        let mut random = options.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self {
            authority: Authority::new(options),
            tokens: TokenEndpoint::new(options),
            behaviour: options.behaviour,
            actions: options.actions.clone(),
            limits: options.limits,
            api: Bucket::new(api, rival),
            global: global.map(|limit| Bucket::new(limit, None)),
            token_bucket: Bucket::new(token, None),
            faults: Faults::new(options.faults.clone(), random.fork()),
            latency: options.latency,
            random,
            audit: Audit::default(),
        }
    }

    /// Answers one request. `now_ms` is this machine's time in epoch
    /// milliseconds; the tenant's own clock may differ from it.
    pub fn handle(&mut self, state: &mut State, request: &Request, now_ms: u64) -> Answer {
        if !is_loopback(host_of(request)) {
            return Answer::whole(self.dated(misdirected(host_of(request)), now_ms));
        }
        let effects = self.faults.meeting(request);
        for effect in &effects {
            self.happen(*effect, state, now_ms);
        }
        let prevented = effects.iter().any(|effect| Answer::prevents(*effect));
        let response = match (request.method.as_str(), request.path.as_str()) {
            _ if effects.contains(&Effect::Throttle) => self.storm(request, now_ms),
            // Put aside by the fault for something else, or never sent.
            _ if prevented => Response::empty(500),
            ("POST", "/oauth/token") => self.issue_token(request, now_ms),
            _ => self.manage(state, request, now_ms),
        };
        let mut answer = Answer::whole(response);
        answer.handled = !prevented;
        answer.delay_ms = self.latency.pick(&mut self.random);
        for effect in effects {
            answer.spoil(effect);
        }
        answer.response = self.dated(answer.response, now_ms);
        answer
    }

    /// Other faults from now on, counted from the next request.
    pub fn set_faults(&mut self, faults: Vec<Fault>) {
        let random = self.random.fork();
        self.faults = Faults::new(faults, random);
    }

    /// Another behaviour of the Actions endpoints from now on.
    pub fn set_actions(&mut self, actions: actions::Behaviour) {
        self.actions = actions;
    }

    /// What a fault does before the request.
    fn happen(&mut self, effect: Effect, state: &mut State, now_ms: u64) {
        match effect {
            Effect::ExpireTokens => self.authority.expire_all(),
            Effect::Drain(left) => {
                self.api.drain_to(left, now_ms);
            }
            Effect::Edit(edit) if colleague::edits(edit) => {
                let moment = Moment::at(self.shifted_ms(now_ms), &mut self.random);
                let faults = &mut self.faults;
                colleague::edit(state, edit, moment, |limit| faults.pick(limit));
            }
            Effect::Edit(edit) => {
                let id = self.new_id(now_ms);
                let faults = &mut self.faults;
                stranger::edit(state, edit, id, self.behaviour, |limit| faults.pick(limit));
            }
            // The others spoil the answer.
            _ => {}
        }
    }

    /// The answer of a 429 fault. The bucket is emptied in earnest, or the
    /// headers would lie.
    fn storm(&mut self, request: &Request, now_ms: u64) -> Response {
        if request.path == "/oauth/token" {
            let verdict = self.token_bucket.drain_to(0, now_ms);
            return self.throttled(oauth_throttled(), verdict, now_ms);
        }
        let verdict = self.api.drain_to(0, now_ms);
        self.throttled(too_many_requests(), verdict, now_ms)
    }

    /// A fresh access token, without a request.
    pub(super) fn new_token(&mut self, host: &str, audience: &str, now_ms: u64) -> String {
        let unique = self.new_id(now_ms);
        let now = self.shifted(now_ms / 1000);
        self.authority.issue(host, audience, now, &unique)
    }

    /// A new id, of the kind that the recordings show.
    pub(super) fn new_id(&mut self, now_ms: u64) -> String {
        Ulid::from_parts(now_ms, self.random.u128(..)).to_string()
    }

    fn dated(&self, response: Response, now_ms: u64) -> Response {
        let seconds = std::time::Duration::from_secs(self.shifted(now_ms / 1000));
        let date = httpdate::fmt_http_date(std::time::UNIX_EPOCH + seconds);
        response.with("date", date)
    }

    /// Epoch seconds by the tenant's clock. Kept below the year 10000, which
    /// is as far as an HTTP date goes.
    fn shifted(&self, seconds: u64) -> u64 {
        seconds.saturating_add_signed(self.limits.clock_skew_s).min(253_402_300_799)
    }

    /// Epoch milliseconds by the tenant's clock.
    fn shifted_ms(&self, now_ms: u64) -> u64 {
        let skew = self.limits.clock_skew_s.saturating_mul(1000);
        now_ms.saturating_add_signed(skew).min(253_402_300_799_000)
    }

    fn issue_token(&mut self, request: &Request, now_ms: u64) -> Response {
        let verdict = self.token_bucket.take(now_ms);
        if !verdict.taken {
            return self.throttled(oauth_throttled(), verdict, now_ms);
        }
        let unique = self.new_id(now_ms);
        let now = self.shifted(now_ms / 1000);
        let host = host_of(request);
        let answer = self.tokens.answer(&self.authority, request, host, now, &unique);
        self.with_rate_headers(answer.unwrap_or_else(|refused| refused), verdict)
    }

    fn manage(&mut self, state: &mut State, request: &Request, now_ms: u64) -> Response {
        let Some(route) = Route::of(request) else {
            return no_such_route();
        };
        let now = self.shifted(now_ms / 1000);
        let claims = match self.authority.authenticate(request, host_of(request), now) {
            Ok(claims) => claims,
            Err(refused) => return refused,
        };
        // Two buckets, the hidden one first (documented order).
        if let Some(verdict) = self.global.as_mut().map(|bucket| bucket.take(now_ms))
            && !verdict.taken
        {
            return self.throttled(too_many_requests(), verdict, now_ms);
        }
        let verdict = self.api.take(now_ms);
        if !verdict.taken {
            return self.throttled(too_many_requests(), verdict, now_ms);
        }
        let scope = route.scope(&request.method);
        let response = if claims.scope.split(' ').any(|given| given == scope) {
            self.run(state, &route, request, now_ms).unwrap_or_else(|refused| refused)
        } else {
            insufficient_scope(&scope)
        };
        if request.method != "GET" && (200..300).contains(&response.status) {
            let time = self.shifted_ms(now_ms);
            self.audit.note(&request.method, &request.path, &self.authority.client_id, time);
        }
        self.with_rate_headers(response, verdict)
    }

    fn run(
        &mut self,
        state: &mut State,
        route: &Route<'_>,
        request: &Request,
        now_ms: u64,
    ) -> Result<Response, Response> {
        match route {
            Route::Clients => Ok(clients::list(&self.authority.client_id, &request.query)),
            Route::Logs => Ok(self.audit.list(&request.query)),
            Route::Hooks(route) => {
                let behaviour = self.behaviour;
                hooks::run(state, route, request, behaviour, || self.new_id(now_ms))
            }
            Route::Actions(route) => {
                let moment = Moment::at(self.shifted_ms(now_ms), &mut self.random);
                actions::run(state, route, request, &self.actions, moment)
            }
        }
    }

    /// Recorded: on success and on 429, on no other answer.
    fn with_rate_headers(&self, response: Response, verdict: Verdict) -> Response {
        let shown = match self.limits.headers {
            RateHeaders::All => true,
            RateHeaders::Never => false,
            RateHeaders::Success => (200..300).contains(&response.status) || response.status == 429,
        };
        if !shown {
            return response;
        }
        response
            .with("x-ratelimit-limit", verdict.limit.to_string())
            .with("x-ratelimit-remaining", verdict.remaining.to_string())
            .with("x-ratelimit-reset", self.shifted(verdict.reset).to_string())
    }

    fn throttled(&self, response: Response, verdict: Verdict, now_ms: u64) -> Response {
        let seconds = verdict.retry_in_ms.div_ceil(1000).max(1);
        let response = self.with_rate_headers(response, verdict);
        match self.limits.retry_after {
            RetryAfter::Absent => response,
            RetryAfter::Seconds => response.with("retry-after", seconds.to_string()),
            RetryAfter::Date => {
                let moment = self.shifted((now_ms / 1000).saturating_add(seconds));
                let moment = std::time::UNIX_EPOCH + std::time::Duration::from_secs(moment);
                response.with("retry-after", httpdate::fmt_http_date(moment))
            }
        }
    }
}

/// Documented, with `access_denied` for OAuth endpoints.
fn oauth_throttled() -> Response {
    let body = json!({
        "error": "access_denied",
        "error_description": "Global rate limit exceeded",
        "error_uri": LIMITS_PAGE,
    });
    Response::json(429, &body)
}

/// Whether a name, with or without a port, is one of this machine's.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    match name.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => name == "localhost" || name.ends_with(".localhost"),
    }
}
