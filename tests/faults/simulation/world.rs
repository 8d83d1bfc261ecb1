//! The wire and the tenant at its end. A request is under way for a time that
//! the seed chooses, is carried out or lost, and so is its answer; neither
//! knows whether whoever sent it is still there.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use fastrand::Rng;
use hooksync::api::Transport;
use hooksync::api::transport::{Exchange, HttpRequest, HttpResponse, TransportError};
use hooksync::tenant::actions::Behaviour;
use hooksync::tenant::{
    Answer, DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, Delivery, Effect, Fault, Options, Request,
    Service, State,
};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Where the tenant says it is.
pub(super) const HOST: &str = "127.0.0.1:9";
pub(super) const CLIENT: (&str, &str) = (DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET);
/// When all runs begin, in epoch milliseconds: 2026-11-27.
pub(super) const BEGIN: u64 = 1_795_737_600_000;
/// How long the first half of a body that is cut takes.
const UNTIL_CUT: u64 = 20;

/// The wire, for a session to send through.
#[derive(Clone)]
pub(super) struct World(Arc<Mutex<Inner>>);

struct Inner {
    service: Service,
    state: State,
    rng: Rng,
    begun: Instant,
    /// The longest way in one direction, in milliseconds.
    far: u64,
    /// What happened on the wire so far, sendings and arrivals.
    events: u64,
    crash: Option<(u64, CancellationToken)>,
    edited: bool,
    trace: String,
}

impl World {
    pub(super) fn new(options: &Options, state: State, mut rng: Rng) -> Self {
        let far = [0, 3, 40, 200][rng.usize(..4)];
        Self(Arc::new(Mutex::new(Inner {
            service: Service::new(options),
            state,
            rng,
            begun: Instant::now(),
            far,
            events: 0,
            crash: None,
            edited: false,
            trace: String::new(),
        })))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    pub(super) fn state(&self) -> State {
        self.lock().state.clone()
    }

    pub(super) fn edited(&self) -> bool {
        self.lock().edited
    }

    pub(super) fn set_faults(&self, faults: Vec<Fault>) {
        self.lock().service.set_faults(faults);
    }

    pub(super) fn set_actions(&self, behaviour: Behaviour) {
        self.lock().service.set_actions(behaviour);
    }

    /// At the nth event from now on, this is cancelled.
    pub(super) fn crash_after(&self, events: u64) -> CancellationToken {
        let mut inner = self.lock();
        let token = CancellationToken::new();
        inner.crash = Some((inner.events + events, token.clone()));
        token
    }

    pub(super) fn note(&self, text: &str) {
        self.lock().note(text);
    }

    pub(super) fn trace(&self) -> String {
        self.lock().trace.clone()
    }

    /// From the client to the tenant and back. Goes on by itself once it has
    /// begun.
    async fn trip(self, request: Request, line: String, back: oneshot::Sender<Answered>) {
        let (there, turns) = {
            let mut inner = self.lock();
            inner.event(&line, "sent");
            (inner.way(), inner.rng.u8(..3))
        };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        sleep(Duration::from_millis(there)).await;
        let (answer, home) = {
            let mut inner = self.lock();
            let answer = inner.handle(&request);
            let fate = format!("{} {:?}", answer.response.status, answer.delivery);
            inner.event(&line, &fate);
            (answer, inner.way())
        };
        let body_takes = match answer.delivery {
            Delivery::Slow(ms) => ms,
            Delivery::Cut => UNTIL_CUT,
            Delivery::Whole | Delivery::Reset | Delivery::Hang => 0,
        };
        sleep(Duration::from_millis(home + answer.delay_ms + body_takes)).await;
        let Some(answered) = delivered(answer) else {
            return std::future::pending().await;
        };
        self.lock().event(&line, "back");
        drop(back.send(answered));
    }
}

type Answered = Result<HttpResponse, TransportError>;

impl Inner {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap()
    }

    fn way(&mut self) -> u64 {
        self.rng.u64(..=self.far)
    }

    fn note(&mut self, text: &str) {
        let now = self.now_ms();
        writeln!(self.trace, "{now:>8} {text}").unwrap();
    }

    fn event(&mut self, line: &str, what: &str) {
        self.events += 1;
        self.note(&format!("{line}: {what}"));
        if let Some((at, token)) = &self.crash
            && self.events >= *at
        {
            token.cancel();
            self.crash = None;
        }
    }

    fn handle(&mut self, request: &Request) -> Answer {
        let now_ms = BEGIN + self.now_ms();
        let answer = self.service.handle(&mut self.state, request, now_ms);
        self.edited |= answer.faults.iter().any(|fault| matches!(fault, Effect::Edit(_)));
        answer
    }
}

/// What arrives of an answer; `None` where nothing ever does.
fn delivered(answer: Answer) -> Option<Answered> {
    let Answer { response, delivery, .. } = answer;
    let headers = response.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    match delivery {
        Delivery::Whole | Delivery::Slow(_) => Some(Ok(HttpResponse {
            status: response.status,
            headers: headers.collect(),
            body: response.body,
            hidden: Vec::new(),
        })),
        Delivery::Reset | Delivery::Cut => Some(Err(TransportError::Lost("reset".into()))),
        Delivery::Hang => None,
    }
}

impl Transport for World {
    fn send(&self, request: HttpRequest) -> Exchange<'_> {
        let HttpRequest { method, url, bearer, body, form, fresh: _, timeout: _ } = request;
        let target = url.strip_prefix(&format!("http://{HOST}")).unwrap().to_owned();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let kind = if form { "application/x-www-form-urlencoded" } else { "application/json" };
        let asked = Request {
            method: method.to_string(),
            path: path.to_owned(),
            query: query.to_owned(),
            host: Some(HOST.to_owned()),
            authorization: bearer.map(|token| format!("Bearer {}", token.expose())),
            content_type: body.is_some().then(|| kind.to_owned()),
            body: body.map(|body| body.expose().as_bytes().to_vec()).unwrap_or_default(),
            oversized: false,
        };
        let (give, answer) = oneshot::channel();
        drop(tokio::spawn(self.clone().trip(asked, format!("{method} {target}"), give)));
        Box::pin(async move {
            match answer.await {
                Ok(answered) => answered,
                Err(_) => std::future::pending().await,
            }
        })
    }
}
