//! Names that nothing declares: to read one throws a ReferenceError.

use oxc::ast::AstKind;
use oxc::span::{GetSpan, Span};

use super::super::finding::Findings;
use super::super::rule::UNDEFINED_NAME;
use super::super::script::Script;
use super::super::trigger::error_classes;
use super::callback::stray_callbacks;
use super::errors;

/// What JavaScript and Node.js bring along, up to Node.js 22.
const GLOBALS: &[&str] = &[
    "AbortController",
    "AbortSignal",
    "AggregateError",
    "Array",
    "ArrayBuffer",
    "AsyncIterator",
    "Atomics",
    "BigInt",
    "BigInt64Array",
    "BigUint64Array",
    "Blob",
    "Boolean",
    "BroadcastChannel",
    "Buffer",
    "ByteLengthQueuingStrategy",
    "CloseEvent",
    "CompressionStream",
    "CountQueuingStrategy",
    "Crypto",
    "CryptoKey",
    "CustomEvent",
    "DOMException",
    "DataView",
    "Date",
    "DecompressionStream",
    "Error",
    "EvalError",
    "Event",
    "EventSource",
    "EventTarget",
    "File",
    "FinalizationRegistry",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    "FormData",
    "Function",
    "Headers",
    "Infinity",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "Intl",
    "Iterator",
    "JSON",
    "Map",
    "Math",
    "MessageChannel",
    "MessageEvent",
    "MessagePort",
    "NaN",
    "Navigator",
    "Number",
    "Object",
    "Performance",
    "PerformanceEntry",
    "PerformanceMark",
    "PerformanceMeasure",
    "PerformanceObserver",
    "PerformanceObserverEntryList",
    "PerformanceResourceTiming",
    "Promise",
    "Proxy",
    "RangeError",
    "ReadableByteStreamController",
    "ReadableStream",
    "ReadableStreamBYOBReader",
    "ReadableStreamBYOBRequest",
    "ReadableStreamDefaultController",
    "ReadableStreamDefaultReader",
    "ReferenceError",
    "Reflect",
    "RegExp",
    "Request",
    "Response",
    "Set",
    "SharedArrayBuffer",
    "Storage",
    "String",
    "SubtleCrypto",
    "SuppressedError",
    "Symbol",
    "SyntaxError",
    "TextDecoder",
    "TextDecoderStream",
    "TextEncoder",
    "TextEncoderStream",
    "TransformStream",
    "TransformStreamDefaultController",
    "TypeError",
    "URIError",
    "URL",
    "URLSearchParams",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "WeakMap",
    "WeakRef",
    "WeakSet",
    "WebAssembly",
    "WebSocket",
    "WritableStream",
    "WritableStreamDefaultController",
    "WritableStreamDefaultWriter",
    "GLOBAL",
    "root",
    "arguments",
    "atob",
    "btoa",
    "clearImmediate",
    "clearInterval",
    "clearTimeout",
    "console",
    "crypto",
    "decodeURI",
    "decodeURIComponent",
    "encodeURI",
    "encodeURIComponent",
    "escape",
    "eval",
    "exports",
    "fetch",
    "global",
    "globalThis",
    "isFinite",
    "isNaN",
    "localStorage",
    "module",
    "navigator",
    "parseFloat",
    "parseInt",
    "performance",
    "process",
    "queueMicrotask",
    "require",
    "sessionStorage",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "structuredClone",
    "undefined",
    "unescape",
    "WebSocketStream",
    "__dirname",
    "__filename",
];

/// What bundled code asks for in browsers, workers, loaders and test runners.
const ELSEWHERE: &[&str] = &[
    "window",
    "self",
    "document",
    "location",
    "frames",
    "XMLHttpRequest",
    "ActiveXObject",
    "XDomainRequest",
    "WorkerGlobalScope",
    "importScripts",
    "define",
    "Deno",
    "Bun",
    "jest",
    "EdgeRuntime",
    "msCrypto",
    "MutationObserver",
    "WebKitMutationObserver",
    "HTMLElement",
    "Image",
    "FileReader",
    "Element",
    "Node",
    "alert",
    "requestAnimationFrame",
    "chrome",
    "__non_webpack_require__",
    "__webpack_require__",
    "__REACT_DEVTOOLS_GLOBAL_HOOK__",
    "InternalError",
    "StopIteration",
    "ImageData",
    "regeneratorRuntime",
    "java",
    "print",
    "load",
    "ErrorEvent",
    "ProgressEvent",
    "Worker",
    "SharedWorker",
    "indexedDB",
    "openDatabase",
];

/// Packages that were globals in the sandbox of Node.js 12, and no longer are.
const ONCE_GLOBAL: &[&str] = &[
    "_",
    "async",
    "Auth0",
    "azure_storage",
    "bcrypt",
    "cql",
    "ip",
    "jwt",
    "Knex",
    "mongo",
    "mysql",
    "mysql_pool",
    "ObjectID",
    "pbkdf2",
    "pg",
    "postgres",
    "Pubnub",
    "q",
    "querystring",
    "sqlserver",
    "uuid",
    "xml2js",
    "xmldom",
    "xpath",
    "xtend",
    "Couchbase",
    "couchbase",
];

/// Beyond this a script is a bundle, whose parts find out by themselves where
/// they run.
const BUNDLE: usize = 64 * 1024;

pub(super) fn check(script: &Script<'_>, findings: &mut Findings<'_>) {
    let scoping = script.semantic.scoping();
    let length = script.wrapped.end - script.wrapped.start;
    if length > BUNDLE || script.has_global("eval") || has_with(script) {
        return;
    }
    let own = error_classes(&script.trigger);
    let stray = stray_callbacks(script);
    let mut found: Vec<(Span, &str)> = Vec::new();
    for (name, references) in scoping.root_unresolved_references() {
        let name = name.as_str();
        let is_known = GLOBALS.contains(&name)
            || ELSEWHERE.contains(&name)
            || stray.contains(&name)
            || errors::is_unknown(script, own, name)
            || script.is_assigned_global(name);
        if is_known {
            continue;
        }
        let first = references
            .iter()
            .map(|it| script.semantic.nodes().kind(scoping.get_reference(*it).node_id()).span())
            .filter(|span| span.start as usize >= script.wrapped.start)
            .min_by_key(|span| span.start);
        found.extend(first.map(|span| (span, name)));
    }
    for (span, name) in found {
        if findings.is_told(&script.place(span)) {
            continue;
        }
        let hint = if ONCE_GLOBAL.contains(&name) {
            format!(
                "up to Node.js 12 it was there by itself; write `const {name} = require(…)` and add the package to `dependencies`"
            )
        } else {
            "declare it, or correct its name".to_owned()
        };
        findings.script(
            UNDEFINED_NAME,
            script.place(span),
            format!("`{name}` is not defined: this line throws a ReferenceError when it runs."),
            hint,
        );
    }
}

fn has_with(script: &Script<'_>) -> bool {
    script.nodes().any(|node| matches!(node.kind(), AstKind::WithStatement(_)))
}
