//! The JavaScript engine: one run in a new runtime, inside the limits.
//!
//! The one module that names `rquickjs`. It runs in the worker's process;
//! called in another it is bounded too, but for loops inside the engine's own
//! functions, which only a kill ends.

mod bytes;
mod fault;
mod guard;
mod host;
mod http;
mod parts;
mod records;
mod replay;

use std::rc::Rc;

use rquickjs::context::EvalOptions;
use rquickjs::{CaughtError, Context, Ctx, Function, Object, Persistent, Runtime, Value as Js};
use serde_json::{Map, Value, json};

use super::compile::{Columns, Compiled, FILE, Observed, compile};
use super::outcome::{Answer, Fault, Outcome, Stop};
use super::world::{Job, Program};
use fault::fault_of;
use guard::Guard;
pub(super) use parts::source;
use records::Records;
pub(super) use replay::replay;

use crate::script::actions;

const STACK: usize = 512 << 10;

/// Runs a program once.
#[must_use]
pub fn run(job: &Job) -> Outcome {
    let observed = if job.coverage { Observed::Branches } else { Observed::Errors };
    let compiled = match compile(&job.program, observed) {
        Ok(compiled) => compiled,
        Err(fault) => return not_compiled(&job.program, *fault),
    };
    let guard = Rc::new(Guard::new(&job.limits));
    let records = Rc::new(Records::new(job, guard.clone(), compiled.branches.len()));
    let Ok(runtime) = Runtime::new() else {
        return Outcome::stopped(Stop::Memory, "the engine could not start");
    };
    runtime.set_memory_limit(job.limits.memory);
    runtime.set_max_stack_size(STACK);
    let asked = guard.clone();
    runtime.set_interrupt_handler(Some(Box::new(move || asked.tick())));
    let rejections = Rc::new(Rejections::default());
    let seen = rejections.clone();
    runtime.set_host_promise_rejection_tracker(Some(Box::new(
        move |ctx, promise, reason, handled| {
            seen.track(&ctx, promise, reason, handled);
        },
    )));
    if let Ok(context) = Context::full(&runtime) {
        context.with(|ctx| {
            let run = Run {
                ctx: &ctx,
                job,
                compiled: &compiled,
                columns: Rc::new(compiled.columns.clone()),
                records: &records,
                guard: &guard,
                rejections: &rejections,
            };
            if let Err(error) = run.begin_and_drain() {
                records.thrown(run.caught(error));
            }
            rejections.open.take();
        });
    } else {
        guard.stop(Stop::Memory, "the engine could not start");
    }
    records.take(&compiled.branches)
}

/// What a text that isn't a program comes to.
pub(super) fn not_compiled(program: &Program, fault: Fault) -> Outcome {
    match program {
        Program::Action { .. } => Outcome { thrown: Some(fault), ..Outcome::default() },
        Program::Hook { .. } => {
            let mut data = Map::new();
            let message = "Unable to compile the extensibility code as javascript";
            data.insert("message".to_owned(), Value::from(message));
            data.insert("error_description".to_owned(), Value::from(fault.message));
            let answers = vec![Answer::Error(data, fault.place)];
            Outcome { answers, ..Outcome::default() }
        }
    }
}

/// What an Action's `api` has, for the host script.
pub(super) fn api_of(trigger: &str) -> String {
    let paths = actions::methods(trigger);
    json!({ "paths": paths, "noScopeClaim": trigger == "credentials-exchange" }).to_string()
}

/// Promises that were rejected and that nobody has taken care of.
#[derive(Default)]
struct Rejections {
    open: std::cell::RefCell<Vec<(Persistent<Js<'static>>, Persistent<Js<'static>>)>>,
}

impl Rejections {
    fn track<'js>(&self, ctx: &Ctx<'js>, promise: Js<'js>, reason: Js<'js>, handled: bool) {
        let Ok(mut open) = self.open.try_borrow_mut() else { return };
        if handled {
            open.retain(|(known, _)| {
                known.clone().restore(ctx).is_ok_and(|known| known != promise)
            });
        } else if open.len() < 1_000 {
            open.push((Persistent::save(ctx, promise), Persistent::save(ctx, reason)));
        }
    }

    fn take<'js>(&self, ctx: &Ctx<'js>) -> Vec<Js<'js>> {
        let open = self.open.take();
        open.into_iter().filter_map(|(_, reason)| reason.restore(ctx).ok()).collect()
    }
}

/// One run, while it goes on.
struct Run<'r, 'js> {
    ctx: &'r Ctx<'js>,
    job: &'r Job,
    compiled: &'r Compiled,
    columns: Rc<Columns>,
    records: &'r Rc<Records>,
    guard: &'r Rc<Guard>,
    rejections: &'r Rc<Rejections>,
}

impl<'js> Run<'_, 'js> {
    /// What an error is, and whether it is a limit.
    fn caught(&self, error: rquickjs::Error) -> Fault {
        let fault = match CaughtError::from_error(self.ctx, error) {
            CaughtError::Error(error) => Fault { message: error.to_string(), ..Fault::default() },
            CaughtError::Exception(exception) => {
                fault_of(self.ctx, exception.into_value(), &self.columns)
            }
            CaughtError::Value(value) => fault_of(self.ctx, value, &self.columns),
        };
        self.records.limit(&fault);
        fault
    }

    fn begin_and_drain(&self) -> rquickjs::Result<()> {
        let host = host::object(self.ctx, self.records, &self.columns)?;
        let make: Function<'js> = parts::load(self.ctx, "core")?;
        let core = make.call((host,))?;
        self.begin(&core)?;
        self.drain(&core)
    }

    /// Compiles the program and calls it.
    fn begin(&self, core: &Object<'js>) -> rquickjs::Result<()> {
        let mut options = EvalOptions::default();
        options.strict = false;
        options.filename = Some(FILE.to_owned());
        let loaded =
            self.ctx.eval_with_options::<Function<'js>, _>(self.compiled.text.as_str(), options);
        let is_hook = matches!(self.job.program, Program::Hook { .. });
        let load = match loaded {
            Ok(load) => load,
            Err(rquickjs::Error::Exception) if is_hook && !self.guard.is_stopped() => {
                let error = self.ctx.catch();
                let failed: Function<'js> = core.get("compileFailed")?;
                return failed.call((error,));
            }
            Err(error) => return Err(error),
        };
        let load = if self.compiled.is_observed { self.observed(load)? } else { load };
        let world = &self.job.world;
        let event = world.event.to_string();
        let secrets = serde_json::to_string(&world.secrets).unwrap_or_default();
        match &self.job.program {
            Program::Hook { trigger, .. } => {
                let start: Function<'js> = core.get("runHook")?;
                start.call((load, trigger.as_str(), event, secrets))
            }
            Program::Action { trigger, handler, .. } => {
                let start: Function<'js> = core.get("runAction")?;
                let handler = handler.clone().unwrap_or_else(|| actions::handler(trigger));
                start.call((load, handler, event, secrets, api_of(trigger)))
            }
        }
    }

    /// The program with what looks at it as its first arguments.
    fn observed(&self, load: Function<'js>) -> rquickjs::Result<Function<'js>> {
        let records = self.records.clone();
        let met = Function::new(self.ctx.clone(), move |branch: usize| records.met(branch))?;
        let bind: Function<'js> = self.ctx.eval(
            "(function (f, met, caught) { const apply = Reflect.apply; return function (...args) { return apply(f, this, [met, caught, ...args]); }; })",
        )?;
        bind.call((load, met, host::caught(self.ctx, self.records)?))
    }

    /// Runs what is waiting until nothing is left to do, or a limit is met.
    fn drain(&self, core: &Object<'js>) -> rquickjs::Result<()> {
        let tick: Function<'js> = core.get("tick")?;
        let next_ticks: Function<'js> = core.get("drainTicks")?;
        let limit = self.job.limits.virtual_ms;
        let is_over = || self.guard.is_stopped() || self.records.is_over();
        loop {
            self.microtasks(&next_ticks);
            if is_over() {
                return Ok(());
            }
            match tick.call::<_, u32>((limit as f64,)) {
                Ok(0) => return Ok(()),
                Ok(1) => self.guard.job(),
                Ok(_) => {
                    // A hook that has answered may leave timers behind.
                    if !self.records.has_answered() {
                        let after = limit / 1000;
                        let detail =
                            format!("nothing had ended after {after} s on the clock of timers");
                        self.guard.stop(Stop::Time, detail);
                    }
                    return Ok(());
                }
                Err(error) => self.records.uncaught(self.caught(error)),
            }
            if is_over() {
                return Ok(());
            }
        }
    }

    fn microtasks(&self, next_ticks: &Function<'js>) {
        loop {
            let mut worked = match next_ticks.call::<_, bool>(()) {
                Ok(had) => had,
                Err(error) => return self.records.uncaught(self.caught(error)),
            };
            while !self.guard.is_stopped() && self.ctx.execute_pending_job() {
                self.guard.job();
                worked = true;
            }
            if self.guard.is_stopped() {
                return;
            }
            if !worked {
                break;
            }
        }
        for reason in self.rejections.take(self.ctx) {
            let fault = fault_of(self.ctx, reason, &self.columns);
            self.records.limit(&fault);
            self.records.uncaught(fault);
        }
    }
}
