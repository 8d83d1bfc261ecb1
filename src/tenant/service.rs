//! The tenant as a function: `handle(state, request, now)` gives the answer.
//!
//! Main type: [`Service`], which holds what isn't part of the tenant's stored
//! state: rate buckets, tokens' generation, the source of ids. Must not do
//! I/O, sleep, or read a clock: it is told the time.

use ulid::Ulid;

use super::answer::Answer;
use super::auth::Authority;
use super::clients;
use super::fault::{Effect, Fault, Faults};
use super::hooks::{self, Patch};
use super::json::Json;
use super::message::{
    MAX_BODY, Request, Response, hooks_not_allowed, insufficient_scope, no_such_route, refusal,
    too_large, too_many_requests,
};
use super::options::{Behaviour, Latency, Limits, Mode, Options, RateHeaders, Refusal, RetryAfter};
use super::query::{ListQuery, parse_fields, parse_none};
use super::rate::{Bucket, Verdict};
use super::schema::{Faulty, Part};
use super::secrets;
use super::state::State;
use super::stranger;
use super::token::TokenEndpoint;

/// Where Auth0 explains its limits; in the body of a 429 of `/oauth/token`.
const LIMITS_PAGE: &str = "https://auth0.com/docs/policies/rate-limits";

/// Everything of the local tenant but its stored state.
pub struct Service {
    authority: Authority,
    tokens: TokenEndpoint,
    behaviour: Behaviour,
    limits: Limits,
    api: Bucket,
    global: Option<Bucket>,
    token_bucket: Bucket,
    faults: Faults,
    latency: Latency,
    random: fastrand::Rng,
}

/// A route of the Hooks API, with the id from its path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route<'a> {
    ListClients,
    List,
    Create,
    Get(&'a str),
    Update(&'a str),
    Delete(&'a str),
    ListSecrets(&'a str),
    AddSecrets(&'a str),
    ChangeSecrets(&'a str),
    DeleteSecrets(&'a str),
}

impl<'a> Route<'a> {
    fn of(request: &'a Request) -> Option<Self> {
        if request.path == "/api/v2/clients" && request.method == "GET" {
            return Some(Self::ListClients);
        }
        let rest = request.path.strip_prefix("/api/v2/hooks")?;
        let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", [""]) => Some(Self::List),
            ("POST", [""]) => Some(Self::Create),
            ("GET", ["", id]) => Some(Self::Get(id)),
            ("PATCH", ["", id]) => Some(Self::Update(id)),
            ("DELETE", ["", id]) => Some(Self::Delete(id)),
            ("GET", ["", id, "secrets"]) => Some(Self::ListSecrets(id)),
            ("POST", ["", id, "secrets"]) => Some(Self::AddSecrets(id)),
            ("PATCH", ["", id, "secrets"]) => Some(Self::ChangeSecrets(id)),
            ("DELETE", ["", id, "secrets"]) => Some(Self::DeleteSecrets(id)),
            _ => None,
        }
    }

    /// The scope that the API's description asks for.
    fn scope(&self) -> &'static str {
        match self {
            Self::ListClients => "read:clients",
            Self::List | Self::Get(_) | Self::ListSecrets(_) => "read:hooks",
            Self::Create => "create:hooks",
            Self::Update(_) | Self::AddSecrets(_) | Self::ChangeSecrets(_) => "update:hooks",
            Self::Delete(_) | Self::DeleteSecrets(_) => "delete:hooks",
        }
    }

    fn id(&self) -> Option<&'a str> {
        match self {
            Self::ListClients | Self::List | Self::Create => None,
            Self::Get(id)
            | Self::Update(id)
            | Self::Delete(id)
            | Self::ListSecrets(id)
            | Self::AddSecrets(id)
            | Self::ChangeSecrets(id)
            | Self::DeleteSecrets(id) => Some(id),
        }
    }
}

impl Service {
    /// As chosen.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let Limits { api, global, token, .. } = options.limits;
        let mut random = options.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self {
            authority: Authority::new(options),
            tokens: TokenEndpoint::new(options),
            behaviour: options.behaviour,
            limits: options.limits,
            api: Bucket::new(api),
            global: global.map(Bucket::new),
            token_bucket: Bucket::new(token),
            faults: Faults::new(options.faults.clone(), random.fork()),
            latency: options.latency,
            random,
        }
    }

    /// Answers one request. `now_ms` is this machine's time in epoch
    /// milliseconds; the tenant's own clock may differ from it.
    pub fn handle(&mut self, state: &mut State, request: &Request, now_ms: u64) -> Answer {
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

    /// Another behaviour from now on.
    pub fn set_behaviour(&mut self, behaviour: Behaviour) {
        self.behaviour = behaviour;
    }

    /// What a fault does before the request.
    fn happen(&mut self, effect: Effect, state: &mut State, now_ms: u64) {
        match effect {
            Effect::ExpireTokens => self.authority.expire_all(),
            Effect::Drain(left) => {
                self.api.drain_to(left, now_ms);
            }
            Effect::Edit(edit) => {
                let id = self.new_id(now_ms);
                let faults = &mut self.faults;
                stranger::edit(state, edit, id, self.behaviour, |limit| faults.pick(limit));
            }
            Effect::Reset(_)
            | Effect::Hang(_)
            | Effect::Status(..)
            | Effect::Html(..)
            | Effect::Truncate
            | Effect::Cut
            | Effect::Slow(_)
            | Effect::Delay(_)
            | Effect::Throttle => {}
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

    fn issue_token(&mut self, request: &Request, now_ms: u64) -> Response {
        let verdict = self.token_bucket.take(now_ms);
        if !verdict.taken {
            return self.throttled(oauth_throttled(), verdict, now_ms);
        }
        let unique = self.new_id(now_ms);
        let now = self.shifted(now_ms / 1000);
        let host = host_of(request);
        let response = self.tokens.answer(&self.authority, request, host, now, &unique);
        self.with_rate_headers(response, verdict)
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
        let response = if claims.scope.split(' ').any(|scope| scope == route.scope()) {
            self.run(state, &route, request, now_ms).unwrap_or_else(|refused| refused)
        } else {
            insufficient_scope(route.scope())
        };
        self.with_rate_headers(response, verdict)
    }

    fn run(
        &mut self,
        state: &mut State,
        route: &Route<'_>,
        request: &Request,
        now_ms: u64,
    ) -> Result<Response, Response> {
        let query = &request.query;
        let behaviour = self.behaviour;
        match behaviour.mode {
            _ if *route == Route::ListClients => {}
            Mode::Legacy | Mode::ReadOnly => {}
            Mode::NotAllowed => return Err(self.refused()),
            Mode::Removed => return Err(no_such_route()),
            Mode::Gone => return Err(refusal(410, "Gone", None)),
        }
        check_id(route.id())?;
        if !matches!(route, Route::ListClients | Route::List | Route::Get(_)) {
            parse_none(query)?;
        }
        let read_only = behaviour.mode == Mode::ReadOnly;
        let body = || read_body(request);
        Ok(match route {
            Route::ListClients => clients::list(self.authority.client_id(), query),
            Route::List => {
                let list = ListQuery::parse(query)?;
                hooks::list(state, &list, query, host_of(request), behaviour.list)
            }
            Route::Get(id) => hooks::get(state, id, &parse_fields(query)?),
            Route::Create if read_only => self.refused(),
            Route::Create => hooks::create(state, &body()?, self.new_id(now_ms), behaviour),
            Route::Update(id) => {
                let body = body()?;
                if read_only && hooks::touches_more_than_enabled(&body) {
                    return Err(self.refused());
                }
                hooks::update(state, id, &Patch::parse(&body)?, behaviour)
            }
            Route::Delete(id) => hooks::delete(state, id),
            Route::ListSecrets(id) => secrets::list(state, id),
            Route::AddSecrets(id) => secrets::add(state, id, &body()?),
            Route::ChangeSecrets(id) => secrets::change(state, id, &body()?),
            Route::DeleteSecrets(id) => secrets::delete(state, id, &body()?),
        })
    }

    fn refused(&self) -> Response {
        match self.behaviour.refusal {
            Refusal::HooksNotAllowed => hooks_not_allowed(),
            Refusal::Disabled => refusal(403, "This endpoint is disabled for your tenant.", None),
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
    #[derive(serde::Serialize)]
    struct Throttled {
        error: &'static str,
        error_description: &'static str,
        error_uri: &'static str,
    }
    let body = Throttled {
        error: "access_denied",
        error_description: "Global rate limit exceeded",
        error_uri: LIMITS_PAGE,
    };
    Response::json(429, &body)
}

fn host_of(request: &Request) -> &str {
    request.host.as_deref().unwrap_or("localhost")
}

/// The pattern that the API's description had for ids.
fn check_id(id: Option<&str>) -> Result<(), Response> {
    let mut faulty = Faulty::new(Part::Path);
    if let Some(id) = id.filter(|id| !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')) {
        let complaint = format!("String does not match pattern ^[A-Za-z0-9-]*$: {id}");
        faulty.on("id", "ID of the hook.", &complaint);
    }
    faulty.into_result()
}

/// The body of a write. The words of these refusals are those of the server
/// framework that the recorded errors come from (assumed).
fn read_body(request: &Request) -> Result<Json, Response> {
    if request.oversized || request.body.len() > MAX_BODY {
        return Err(too_large());
    }
    let kind = request.content_type.as_deref().unwrap_or("application/json");
    match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "" | "application/json" if request.body.is_empty() => Ok(Json::Null),
        "" | "application/json" => serde_json::from_slice(&request.body)
            .map_err(|_| refusal(400, "Invalid request payload JSON format", None)),
        "application/x-www-form-urlencoded" => Ok(read_form(&request.body)),
        _ => Err(refusal(415, "Unsupported Media Type", None)),
    }
}

/// A form has only texts; the one boolean of the API is read as one.
fn read_form(body: &[u8]) -> Json {
    let typed = |key: &str, value: String| match (key, value.as_str()) {
        ("enabled", "true") => Json::Bool(true),
        ("enabled", "false") => Json::Bool(false),
        _ => Json::String(value),
    };
    let pairs = url::form_urlencoded::parse(body);
    Json::Object(
        pairs.map(|(key, value)| (key.to_string(), typed(&key, value.into_owned()))).collect(),
    )
}
