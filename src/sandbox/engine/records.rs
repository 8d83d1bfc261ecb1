//! What a run did, written down by the host while it runs.
//!
//! Held in Rust, out of the script's reach.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::fault::{FULL, all_in_words_of_v8, in_words_of_v8};
use super::guard::Guard;
use super::http;
use crate::model::Mask;
use crate::sandbox::compile::Branch;
use crate::sandbox::outcome::{
    Answer, ApiCall, Call, Fault, Log, Outcome, Place, Request, Settled, Stop, Unmatched,
};
use crate::sandbox::world::{Job, ModuleAnswer, Program};

const MAX_LINES: usize = 200;
const MAX_COLUMNS: usize = 256;
/// Errors beyond these have the same cause, or are an attack.
const MAX_UNCAUGHT: usize = 20;

/// The records of one run.
pub(super) struct Records {
    job: Job,
    guard: Rc<Guard>,
    out: RefCell<Outcome>,
    /// Nothing is recorded after an Action has ended.
    closed: Cell<bool>,
    branches: RefCell<Vec<u64>>,
    used: RefCell<Vec<u32>>,
    chances: Cell<u64>,
    random: RefCell<fastrand::Rng>,
    /// Of no secret the beginning alone is kept.
    mask: OnceCell<Mask>,
}

impl Records {
    pub(super) fn new(job: &Job, guard: Rc<Guard>, branches: usize) -> Self {
        Self {
            guard,
            out: RefCell::default(),
            closed: Cell::new(false),
            branches: RefCell::new(vec![0; branches]),
            used: RefCell::new(vec![0; job.world.http.len()]),
            chances: Cell::new(0),
            random: RefCell::new(fastrand::Rng::with_seed(job.world.seed)),
            job: job.clone(),
            mask: OnceCell::new(),
        }
    }

    pub(super) fn job(&self) -> &Job {
        &self.job
    }

    pub(super) fn random(&self) -> f64 {
        self.random.borrow_mut().f64()
    }

    pub(super) fn met(&self, branch: usize) {
        if let Some(count) = self.branches.borrow_mut().get_mut(branch) {
            *count += 1;
        }
    }

    pub(super) fn began(&self) {
        self.out.borrow_mut().began = true;
    }

    pub(super) fn has_answered(&self) -> bool {
        !self.out.borrow().answers.is_empty()
    }

    /// Whether nothing that happens now would still count.
    pub(super) fn is_over(&self) -> bool {
        self.closed.get() || !self.out.borrow().uncaught.is_empty()
    }

    fn open(&self, bytes: usize) -> bool {
        !self.closed.get() && self.guard.room(bytes + 64)
    }

    pub(super) fn answer(&self, is_error: bool, json: &str, place: Option<Place>) {
        if self.guard.is_stopped() || !self.open(json.len()) {
            return;
        }
        let parsed = super::bytes::parse(json).unwrap_or_default();
        // whatever code makes of the engine's words, on both sides of a comparison
        let parsed = all_in_words_of_v8(parsed);
        let answer = if is_error {
            let mut data = fields(Some(parsed));
            data.remove("stack");
            Answer::Error(data, place)
        } else {
            Answer::Ok(parsed.get("data").cloned())
        };
        self.out.borrow_mut().answers.push(answer);
    }

    /// Out of memory is an error like others for the script. If it leaves the
    /// code, it is what stopped the run. With no room left even for that error
    /// the engine throws `null`, which code that throws nothing can't have.
    pub(super) fn limit(&self, fault: &Fault) {
        let is_full = (fault.name.as_str(), fault.message.as_str()) == FULL;
        self.seen(is_full, fault.name.is_empty() && fault.message == "null");
    }

    /// The same of an error that the code catches.
    pub(super) fn seen(&self, is_full: bool, is_null: bool) {
        let throws = |word| self.job.program.code().contains(word);
        if is_full || (is_null && !throws("throw") && !throws("reject")) {
            self.out_of_memory();
        }
    }

    pub(super) fn out_of_memory(&self) {
        if !self.closed.get() {
            self.guard.stop(Stop::Memory, "the heap's limit was met");
        }
    }

    pub(super) fn settled(&self, settled: Settled) {
        if let Settled::Threw(fault) = &settled {
            self.limit(fault);
        }
        if !self.closed.replace(true) && !self.guard.is_stopped() {
            self.out.borrow_mut().settled = Some(settled);
        }
    }

    pub(super) fn thrown(&self, fault: Fault) {
        if !self.guard.is_stopped() {
            self.out.borrow_mut().thrown.get_or_insert(fault);
        }
    }

    pub(super) fn uncaught(&self, fault: Fault) {
        let mut out = self.out.borrow_mut();
        if !self.guard.is_stopped() && !self.closed.get() && out.uncaught.len() < MAX_UNCAUGHT {
            out.uncaught.push(fault);
        }
    }

    pub(super) fn api(&self, method: String, args: Vec<Value>) {
        if self.open(method.len() + size(&args)) {
            let args = args.into_iter().map(all_in_words_of_v8).collect();
            self.out.borrow_mut().api.push(ApiCall { method, args });
        }
    }

    /// A call of a module that isn't there; gives its number.
    pub(super) fn call(&self, call: String, args: Vec<Value>) -> i32 {
        if !self.open(call.len() + size(&args)) {
            return -1;
        }
        let mut out = self.out.borrow_mut();
        let after = !out.answers.is_empty();
        let args = args.into_iter().map(all_in_words_of_v8).collect();
        // what a package is given while the code is loaded only prepares it
        let taken = !out.began;
        out.calls.push(Call { call, args, on_the_way: false, open: false, taken, after });
        i32::try_from(out.calls.len() - 1).unwrap_or(-1)
    }

    /// The result of a call was only a step to another.
    pub(super) fn passed(&self, call: i32) {
        if let Some(call) = at(&mut self.out.borrow_mut().calls, call) {
            call.on_the_way = true;
        }
    }

    /// Whether something waits for the answer of a call.
    pub(super) fn waits(&self, call: i32, open: bool) {
        if let Some(call) = at(&mut self.out.borrow_mut().calls, call)
            && !self.closed.get()
        {
            call.open = open;
            call.taken = true;
        }
    }

    /// The result of a call is a value for the code, and no promise.
    pub(super) fn used(&self, call: i32) {
        if let Some(call) = at(&mut self.out.borrow_mut().calls, call) {
            call.taken = true;
        }
    }

    /// A request has its answer.
    pub(super) fn answered(&self, request: i32) {
        if let Some(request) = at(&mut self.out.borrow_mut().requests, request)
            && !self.closed.get()
        {
            request.open = false;
        }
    }

    /// The declared answer of a path, as the host script reads it.
    pub(super) fn answer_of(&self, module: &str, path: &str, made: i32) -> Option<String> {
        let declared = self.job.world.modules.get(module).and_then(|m| m.answers.get(path));
        let (key, value) = match declared {
            Some(ModuleAnswer::Returns(value)) => ("returns", value.clone()),
            Some(ModuleAnswer::Throws(value)) => ("throws", value.clone()),
            Some(ModuleAnswer::Value(value)) => ("value", value.clone()),
            None if made >= 0 && self.job.world.chance => self.by_chance(module, path)?,
            None => return None,
        };
        Some(Value::from_iter([(key, value)]).to_string())
    }

    fn by_chance(&self, module: &str, path: &str) -> Option<(&'static str, Value)> {
        let error = |message: &str, status: u16| json!({ "message": message, "statusCode": status, "status": status });
        let roll = self.roll(module, path);
        let word = ["fails with 401", "fails with 500", "can't be reached", "returns []"];
        self.not_plain(&format!("{module}.{path}"), &word, roll);
        Some(match roll % 8 {
            0 => ("throws", error("Unauthorized", 401)),
            1 => ("throws", error("Internal Server Error", 500)),
            2 => ("throws", json!({ "message": "connect ECONNREFUSED", "code": "ECONNREFUSED" })),
            3 => ("returns", json!([])),
            _ => {
                let given = http::reply_by_chance(roll, &self.job.world.replies)?;
                self.said(&format!("{module}.{path}"), &format!("returns {given}"));
                ("returns", given.clone())
            }
        })
    }

    /// Remembers that an answer by chance was not a plain success.
    fn not_plain(&self, what: &str, words: &[&str], roll: u64) {
        let at = usize::try_from(roll % 8).unwrap_or(usize::MAX);
        if let Some(word) = words.get(at) {
            self.said(what, word);
        }
    }

    fn said(&self, what: &str, word: &str) {
        let mut out = self.out.borrow_mut();
        if out.by_chance.len() < 20 {
            let what: String = what.chars().take(200).collect();
            let word: String = word.chars().take(120).collect();
            out.by_chance.push(format!("{what} {word}"));
        }
    }

    /// A number that is the same for the same request, its count, and seed.
    pub(super) fn roll(&self, one: &str, other: &str) -> u64 {
        let count = self.chances.get();
        self.chances.set(count + 1);
        let bytes = one.bytes().chain([0]).chain(other.bytes()).chain(count.to_le_bytes());
        bytes.fold(self.job.world.seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }) >> 7
    }

    /// An HTTP request; gives the answer as the host script reads it.
    pub(super) fn http(&self, method: &str, url: &str, headers: &str, body: &str) -> String {
        let on = format!("{method} {url}");
        let headers = fields(super::bytes::parse(headers));
        let content = all_in_words_of_v8(http::content(&headers, body));
        let mut at = None;
        if self.open(on.len() + body.len()) {
            let mut out = self.out.borrow_mut();
            let after = !out.answers.is_empty();
            let (on, body) = (on.clone(), content.clone());
            at = Some(out.requests.len());
            out.requests.push(Request { on, headers, body, open: true, after });
        }
        let reply = self.reply(on, method, url, &content);
        // by this number the host script says that the answer has arrived
        match (at, reply.strip_prefix('{')) {
            (Some(at), Some(rest)) => format!("{{\"at\":{at},{rest}"),
            _ => reply,
        }
    }

    fn reply(&self, on: String, method: &str, url: &str, content: &Value) -> String {
        let found =
            http::find(&self.job.world.http, &mut self.used.borrow_mut(), method, url, content);
        match found {
            Ok(reply) => http::reply(reply),
            Err(_) if self.job.world.chance => {
                let roll = self.roll(method, url);
                self.not_plain(&on, &http::NOT_PLAIN, roll);
                let (reply, said) = http::by_chance(roll, &self.job.world.replies);
                if let Some(said) = said {
                    self.said(&on, &said);
                }
                reply
            }
            Err(nearest) => {
                let reply = http::no_stub(&on);
                if !self.closed.get() {
                    self.out.borrow_mut().unmatched.push(Unmatched { on, nearest });
                }
                reply
            }
        }
    }

    pub(super) fn log(&self, level: &str, text: &str) {
        let mut out = self.out.borrow_mut();
        if self.closed.get() {
            return;
        }
        if out.logs.len() >= MAX_LINES {
            out.logs_dropped = out.logs_dropped.saturating_add(1);
            return;
        }
        let mask = self.mask.get_or_init(|| self.job.world.mask(|_| String::new()));
        let text = mask.cut(&in_words_of_v8(text), MAX_COLUMNS);
        out.logs.push(Log { level: level.to_owned(), text });
    }

    /// Everything that was recorded.
    pub(super) fn take(&self, branches: &[Branch]) -> Outcome {
        let mut out = self.out.take();
        out.stopped = self.guard.cause();
        out.branches = branches.iter().cloned().zip(self.branches.take()).collect();
        if matches!(self.job.program, Program::Action { .. }) {
            out.answers.clear();
        }
        out
    }
}

/// The fields of an object; none of anything else.
pub(super) fn fields(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// What has a number that the host script was given.
fn at<T>(all: &mut [T], number: i32) -> Option<&mut T> {
    usize::try_from(number).ok().and_then(|at| all.get_mut(at))
}

fn size(args: &[Value]) -> usize {
    args.iter().map(|arg| arg.to_string().len()).sum()
}
