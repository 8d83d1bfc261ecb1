//! Two hundred hooks that are hard to write down, the same every time.

use hooksync::tenant::{Hook, SecretDigest, TRIGGERS};

use crate::support::hook;

/// What stands in the body of a function, before its callback.
const BODIES: [&str; 16] = [
    "\r\n  a();\r\n",
    "\r\n  a();\n  b();\r\n\r\n",
    "\r  a();\r",
    "   \n\t  \n\t\ta();   \n",
    "\u{a0}var q = \"\u{a0}\";",
    " var s = \"\u{2028}\u{2029}\";",
    " /* \u{feff} \u{200b} */",
    " // \u{1f600}\u{1f468}\u{200d}\u{1f469} e\u{301} \u{202e}\n",
    " const t = `a ${context} \\` ${`b${1}`}\r\n---\n`;",
    "\n/*\n---\nname: x\n---\n...\n*/",
    " var k = \"##HOME##\", j = \"@@PATH@@\"; // ##NOT_SET## @@X@@ ##a-b## ##lower## ##\n",
    " // \u{0} \u{1} \u{1b}[31m \u{7f}\n",
    " var s = \"\\ud800\\n\\\\\";",
    " // \" ' \\ \\\\ \\n %s {{x}}\n",
    "\u{b}\u{c} key: value; \n",
    " a--;\n--b;",
];
const BEFORE: [&str; 8] =
    ["", "\u{feff}", "\r\n", "// ---\n", "\t", "\u{a0}", "/*\n---\n*/", "\"use strict\";\r"];
const AFTER: [&str; 9] = ["", "\n", "\r\n", "\r", "  ", "\n\n\n", "\t\n ", " // x", "\u{2028}"];

/// Names that other tools read as something else.
const NAMES: [&str; 24] = [
    "a",
    "0",
    "yes",
    "no",
    "null",
    "true",
    "on",
    "y",
    "nan",
    "con",
    "nul",
    "aux",
    "prn",
    "index",
    "hooksync",
    "node-modules",
    "package",
    "123",
    "1-10",
    "0-x-10",
    "2020-01-01",
    "1-e-3",
    "off",
    "readme",
];
const VERSIONS: [&str; 8] = ["1.10", "1e3", "null", "~1.0", "^1 || >2", "*", "yes", "latest"];
const KEYS: [&str; 8] = ["KEY", "api-key", "yes", "null", "123", "a: b", "#c", "\u{e9}\u{1f600}"];

pub(crate) fn hard_hooks() -> Vec<Hook> {
    let mut hooks: Vec<Hook> = (0..200).map(one).collect();
    // at most one runs for each trigger
    for (at, hook) in hooks.iter_mut().take(TRIGGERS.len()).enumerate() {
        hook.enabled = at % 2 == 0;
    }
    hooks[17].script = format!("{}{}", "// 0123456789 \u{e9}\n".repeat(6_500), hooks[17].script);
    hooks[18].script.push_str(&format!("//{}", "y".repeat(120_000)));
    hooks
}

fn one(at: usize) -> Hook {
    let name = match NAMES.get(at) {
        Some(name) => (*name).to_owned(),
        None => format!("{}-{at}", ["signup", "a-b-c", "x", "very-long-name"][at % 4]),
    };
    let mut hook = hook(at, &name, TRIGGERS[at % TRIGGERS.len()]);
    let (begin, end) = hook.script.split_once("{\n").unwrap();
    hook.script = format!(
        "{}{begin}{{{}\n{}{}",
        BEFORE[at % BEFORE.len()],
        BODIES[at % BODIES.len()],
        end.trim_end(),
        AFTER[at % AFTER.len()],
    );
    if at.is_multiple_of(3) {
        let packages = VERSIONS.iter().enumerate();
        hook.dependencies =
            packages.map(|(at, version)| (format!("@x/p-{at}"), (*version).to_owned())).collect();
    }
    if at % 7 == 6 {
        hook.secrets =
            KEYS.map(|key| (key.to_owned(), SecretDigest::Unknown)).into_iter().collect();
    }
    hook
}
