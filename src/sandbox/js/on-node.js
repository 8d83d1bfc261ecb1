// `--engine node`: one run in a process of Node.js. There is no wall around
// it. It writes what it saw as one line of JSON to stdout, which the parent
// turns into an outcome by the rules of the sandbox. The parent puts two
// constants in front: `PARTS` are the host scripts that both engines share,
// `JOB` is the run as JSON.
'use strict';
const fs = require('fs');
const vm = require('vm');
const Module = require('module');
const job = JSON.parse(JOB);
const seen = [];
let bytes = 0;
let over = false;
const { exit } = process;
const write = (line) => {
  for (let at = 0; at < line.length;) {
    try {
      at += fs.writeSync(1, line, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
};
const finish = () => {
  if (over) return;
  over = true;
  write(Buffer.from('\n' + job.mark + JSON.stringify(seen) + '\n'));
  exit.call(process, 0);
};
const record = (...what) => {
  if (over) return;
  seen.push(what);
  bytes += JSON.stringify(what).length;
  if (bytes > job.output || seen.length > 20000) {
    seen.push(['full']);
    finish();
  }
};
const asFault = (error) => {
  const text = (value) => (typeof value === 'string' ? value : undefined);
  const plain = (value) => { try { return JSON.parse(JSON.stringify(value)); } catch { return undefined; } };
  try {
    if (typeof error === 'string') return { message: error };
    if (error === null || (typeof error !== 'object' && typeof error !== 'function')) return { message: String(error) };
    const data = plain(error);
    const fields = data !== null && typeof data === 'object' && !Array.isArray(data) ? data : {};
    if (text(error.message) === undefined && !(error instanceof Error)) return { message: JSON.stringify(error) || 'an object', data: fields };
    return { name: text(error.name) || 'Error', message: text(error.message) || '', stack: text(error.stack) || '', data: fields };
  } catch {
    return { message: 'an error that cannot be shown' };
  }
};
const plainArgs = (args) => Array.from(args).slice(0, 100).map((value) => {
  try {
    const json = JSON.stringify(value);
    return json === undefined ? (value === undefined ? null : '<' + typeof value + '>') : JSON.parse(json);
  } catch {
    return '<' + typeof value + '>';
  }
});
let calls = 0;
const host = {
  answer: (kind, json, stack) => {
    record('answer', kind === 'error', String(json), stack);
    // what goes on behind an answer is looked at for a while, not to its end
    setTimeout(finish, 2000).unref();
  },
  settled: (well, reason) => { record('settled', well ? null : asFault(reason)); finish(); },
  began: () => record('began'),
  api: (path, args) => record('api', path, plainArgs(args)),
  call: (path, args) => { record('call', path, plainArgs(args)); return calls++; },
  waits: () => {},
  answered: () => {},
  used: () => {},
  passed: (id) => record('passed', id),
  declared: () => false,
  answerOf: () => null,
  http: (method, url, headers, body) => {
    record('http', method, url, headers, body);
    return JSON.stringify({ fail: 'ERR_NO_STUB', message: 'requests are recorded, not sent: no stub answers ' + method + ' ' + url });
  },
  encode: (text, encoding) => Buffer.from(text, encoding),
  decodeText: (data, encoding) => Buffer.from(data).toString(encoding),
  hmac: (name, key, data) => require('crypto').createHmac(name, key).update(data).digest(),
};

// --- what the shared host scripts need
const console = {};
const { format, inspect } = require('util');
for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace']) {
  console[level] = { [level](...args) { record('log', level, format(...args)); } }[level];
}
console.dir = (value, options) => record('log', 'log', inspect(value, options));
console.table = (value) => record('log', 'log', inspect(value));
console.assert = (ok, ...args) => { if (!ok) record('log', 'error', 'Assertion failed' + (args.length ? ': ' + format(...args) : '')); };
for (const name of ['group', 'groupEnd', 'groupCollapsed', 'time', 'timeEnd', 'timeLog', 'count', 'countReset', 'clear']) console[name] = () => {};
for (const [name, level] of [['stdout', 'log'], ['stderr', 'error']]) {
  Object.defineProperty(process, name, { configurable: true, value: { isTTY: false, write(line) { record('log', level, String(line).replace(/\n$/, '')); return true; } } });
}
const real = Module.createRequire(job.file);
const hidden = (object, name, value) => Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
const given = {
  buffer: { Buffer, Blob: require('buffer').Blob || class Blob {} },
  url: { URL, URLSearchParams },
  node: { events: require('events') },
};
const parts = {};
const core = {
  host, hidden, later: (f) => setImmediate(f), console, now: () => Date.now(),
  part: (name) => given[name] || parts[name] || (parts[name] = PARTS[name](core)),
  require: (name) => {
    if (typeof name !== 'string') return real(name);
    const bare = core.part('call').bareName(name);
    if (clients.includes(bare)) return core.part('http').client(bare);
    if (/^[./]/.test(bare)) throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' });
    try {
      real.resolve(bare);
    } catch {
      return core.part('modules').stub(bare);
    }
    return real(bare);
  },
};
const clients = ['axios', 'got', 'node-fetch', 'cross-fetch', 'isomorphic-fetch', 'undici', 'request', 'request-promise', 'request-promise-native', 'superagent'];
// packages that are installed send through these, too
for (const name of ['http', 'https']) {
  const face = core.part('http')[name];
  const module = require(name);
  for (const method of ['request', 'get']) module[method] = face[method];
}
for (const name of ['fetch', 'Headers', 'Request', 'Response', 'FormData']) hidden(globalThis, name, core.part('http')[name]);
if (Module.syncBuiltinESMExports) Module.syncBuiltinESMExports();
hidden(globalThis, 'console', console);

// --- the run
for (const name of ['uncaughtException', 'unhandledRejection']) {
  process.on(name, (error) => { record('uncaught', asFault(error)); finish(); });
}
process.on('beforeExit', finish);
process.on('exit', finish);
setTimeout(() => { record('late'); finish(); }, job.wall).unref();
const { runHook, runAction, compileFailed } = core.part('call');
// in a macrotask of its own, as a request is
setImmediate(() => {
  try {
    let load;
    try {
      load = vm.runInThisContext(job.text, { filename: 'script.js' });
    } catch (error) {
      if (!job.hook) throw error;
      compileFailed(error);
      return;
    }
    if (job.hook) runHook(load, job.trigger, job.event, job.secrets);
    else runAction(load, job.handler, job.event, job.secrets, job.methods);
  } catch (error) {
    record('thrown', asFault(error));
    finish();
  }
});
