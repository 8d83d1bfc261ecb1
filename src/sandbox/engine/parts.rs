//! The host's own scripts: the text of each, and what the engine made of it.
//!
//! A run has an engine of its own, so that each would compile them again. They
//! are compiled once in a process, and read as bytecode from then on. Must not
//! read bytecode that this process has not made.

use std::sync::OnceLock;

use rquickjs::loader::{Bundle, Loader};
use rquickjs::{Context, Ctx, Error, Module, Result, Runtime, Value as Js, WriteOptions};

/// One script. Its text is an expression: a function that makes the part.
struct Part {
    name: &'static str,
    source: &'static str,
    bytecode: OnceLock<Option<Bundle>>,
}

macro_rules! parts {
    ($($name:literal)*) => {
        [$(Part {
            name: $name,
            source: include_str!(concat!("../js/", $name, ".js")),
            bytecode: OnceLock::new(),
        }),*]
    };
}

static PARTS: [Part; 9] =
    parts!["core" "api" "buffer" "call" "crypto" "http" "modules" "node" "url"];

fn part(name: &str) -> Option<&'static Part> {
    PARTS.iter().find(|part| part.name == name)
}

/// The text of a script; empty for a name that none has.
pub(in crate::sandbox) fn source(name: &str) -> &'static str {
    part(name).map_or("", |part| part.source)
}

/// The function that a script is.
pub(super) fn load<'js, T: rquickjs::FromJs<'js>>(ctx: &Ctx<'js>, name: &str) -> Result<T> {
    let part = part(name).ok_or_else(|| Error::new_loading(name))?;
    let bytecode = part.bytecode.get_or_init(|| part.compile().ok());
    let mut bytecode = bytecode.ok_or_else(|| Error::new_loading(name))?;
    let (module, evaluated) = bytecode.load(ctx, part.name, None)?.eval()?;
    // a module that waits for nothing has ended by now
    evaluated.result::<Js<'js>>().unwrap_or_else(|| Err(Error::new_loading(name)))?;
    module.get("default")
}

impl Part {
    /// Bytecode is made of modules alone. The engine goes on using it where it
    /// lies, so it stays for as long as the process does.
    fn compile(&self) -> Result<Bundle> {
        let runtime = Runtime::new()?;
        let bytes = Context::full(&runtime)?.with(|ctx| {
            let text = format!("export default {}", self.source);
            // a name that no `import()` of a script comes upon
            Module::declare(ctx, format!("hooksync:{}", self.name), text)?
                .write(WriteOptions::default())
        })?;
        let bytes: &'static [u8] = bytes.leak();
        // an alias of a tuple struct has no constructor
        Ok(Bundle { 0: Box::leak(Box::new([(self.name, bytes)])) })
    }
}
