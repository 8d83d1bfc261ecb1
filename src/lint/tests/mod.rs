//! Loading: what is reported of scripts that Auth0 can't compile or call.

mod docs;
mod fixtures;
mod generated;
mod hostile;

use super::testing::{codes, reported};

#[test]
fn what_keeps_a_script_from_loading_is_told_with_its_place() {
    let cases = [
        "module.exports = function (user, context, cb) {\n  if (user {\n    cb();\n  }\n};\n",
        "module.exports = function (user, context, cb) {\n  cb();\n",
        "module.exports = function (user, context, cb) {\n  cb();\n};\n}\n",
        "class PreUserRegistrationError extends Error {}\nmodule.exports = (user, context, cb) => cb();\n",
        "const require = x => x;\nmodule.exports = (user, context, cb) => cb();\n",
        "let a;\nlet a;\nmodule.exports = (user, context, cb) => cb();\n",
        "import axios from 'axios';\nexport default (user, context, cb) => cb();\n",
        "export default function (user, context, cb) {\n  cb();\n}\n",
        "exports.default = (user, context, cb) => cb();\n",
        "function signup(user, context, cb) { cb(); }\n",
        "module.export = (user, context, cb) => cb();\n",
        "modules.exports = (user, context, cb) => cb();\n",
        "// a rule\nfunction (user, context, callback) {\n  callback(null, user, context);\n}\n",
        "const a = await fetch('https://example.com');\nmodule.exports = (user, context, cb) => cb();\n",
        "module.exports = (user, context, cb) => { list.forEach(() => { await cb(); }); };\n",
        "{ using file = open(); }\nmodule.exports = (user, context, cb) => cb();\n",
        "#!/usr/bin/env node\nmodule.exports = (user, context, cb) => cb();\n",
        "var a = 1;\u{200b}\nmodule.exports = (user, context, cb) => cb();\n",
        "",
    ];
    let all: String = cases
        .iter()
        .map(|script| {
            format!("{script}----\n{}\n====\n", reported("pre-user-registration", script))
        })
        .collect();
    insta::assert_snapshot!(all);
}

#[test]
fn what_loads_is_no_error() {
    for script in [
        "\"use strict\";\nundeclared = 010;\nmodule.exports = (user, context, cb) => cb();",
        "return (user, context, cb) => cb();",
        "const wrap = require('wrap');\nmodule.exports = wrap(async (user, context) => {});",
        "try { register(); } catch (error) {}\nmodule.exports = (user, context, cb) => cb();",
        "const a = typeof lodash === 'object' && lodash.a;\nmodule.exports = (user, context, cb) => cb(a);",
        "require('polyfill');\nregister();\nmodule.exports = (user, context, cb) => cb();",
        "if (process.env.A) { module.exports = (user, context, cb) => cb(); }",
        "function f() { class PreUserRegistrationError extends Error {} }\nmodule.exports = (user, context, cb) => cb(f());",
    ] {
        let found = codes("pre-user-registration", script);
        assert!(!found.iter().any(|code| code.starts_with("HS30")), "{script}: {found:?}");
    }
}
