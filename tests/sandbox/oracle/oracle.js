'use strict';
// Runs the cases on Node.js: hooks by npm's `auth0-ext-compilers`, Actions as
// Auth0's published loader compiles and calls them. Writes what each did as
// one JSON array to stdout.

const Module = require('module');
const vm = require('vm');
const util = require('util');
const compilers = require('auth0-ext-compilers');
const { hooks, actions } = require('./cases.js');

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let current = null;
const told = (error) => (error instanceof Error ? error.message : typeof error === 'string' ? error : util.inspect(error));
const fail = (error) => { if (current && !current.over) { current.uncaught.push(told(error)); current.over = true; } };
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

function nodejsCompiler(script, done) {
  const module = new Module('/hook.js', null);
  module.filename = '/hook.js';
  let exported;
  try {
    exported = module._compile(script, module.filename) || module.exports;
  } catch (error) {
    return done(error);
  }
  return done(null, exported);
}

function startHook(one, seen) {
  const key = one.trigger === 'credentials-exchange' ? 'client-credentials-exchange' : one.trigger;
  const res = { writeHead() {}, end(json) { if (!seen.over) { const answer = JSON.parse(json); if (answer.status === 'error') delete answer.data.stack; seen.answers.push({ status: answer.status, data: answer.data }); } } };
  const ctx = { body: JSON.parse(JSON.stringify(one.event)), secrets: { TOKEN: 't0' }, headers: {}, meta: {}, params: {}, query: {} };
  compilers[key]({ script: one.script, nodejsCompiler }, (error, handler) => {
    try {
      handler(ctx, { method: 'POST' }, res);
    } catch (error) {
      if (!seen.over) seen.thrown = told(error);
    }
  });
}

function startAction(one, seen) {
  const methods = ['access.deny', 'accessToken.setCustomClaim', 'idToken.setCustomClaim', 'user.setAppMetadata', 'user.setUserMetadata'];
  const api = {};
  for (const path of methods) {
    const [space, name] = path.split('.');
    api[space] = api[space] || {};
    api[space][name] = (...args) => { if (!seen.over) seen.api.push([path, ...JSON.parse(JSON.stringify(args))]); return api; };
  }
  try {
    const module = { exports: {} };
    vm.compileFunction(`module.exports = function(module, exports, console){\n${one.script}\n};`, ['module', 'exports', 'require'])(module, module.exports, require);
    const inner = { exports: {} };
    module.exports.call(undefined, inner, inner.exports, console);
    if (!inner.exports || typeof inner.exports !== 'object') throw new Error('The Action must export an object.');
    const f = inner.exports.onExecutePostLogin;
    if (typeof f !== 'function' || f.constructor.name !== 'AsyncFunction') throw new Error('Invalid function signature for the "onExecutePostLogin" handler. Use "exports.onExecutePostLogin = async function(event, api) { }" as the signature.');
    f({ ...JSON.parse(JSON.stringify(one.event)), secrets: { TOKEN: 't0' } }, api).then(
      () => { seen.settled = 'returned'; seen.over = true; },
      (error) => { seen.settled = { threw: told(error) }; seen.over = true; },
    );
  } catch (error) {
    seen.thrown = told(error);
  }
}

async function main() {
  const out = [];
  for (const one of [...hooks, ...actions]) {
    const seen = { answers: [], thrown: null, uncaught: [], settled: null, api: [], over: false };
    current = seen;
    // in a macrotask of its own, as a request is
    setTimeout(() => (one.kind === 'hook' ? startHook(one, seen) : startAction(one, seen)), 0);
    await pause(40);
    const { over, ...record } = seen;
    delete globalThis.undeclared;
    delete globalThis.loose;
    out.push({ ...one, ...record });
  }
  process.stdout.write('[\n' + out.map((one) => JSON.stringify(one)).join(',\n') + '\n]\n');
}
main();
