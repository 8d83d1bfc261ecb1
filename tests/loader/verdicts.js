'use strict';
// Asks Auth0's published compiler of hooks which scripts load.
//
// Reads cases from tests/loader/cases.js and fixtures/scripts, and writes one
// JSON array of {name, trigger, script, loads, error} to stdout. A script
// loads when it compiles, runs to its end and gives a function to call.
// Packages that aren't part of Node.js are stand-ins: whether they can be
// installed is another question.

const Module = require('module');
const compilers = require('auth0-ext-compilers');

const builtin = new Set(Module.builtinModules);

const standIn = new Proxy(function () {}, {
  get: (target, key) => (key === Symbol.toPrimitive ? () => '' : standIn),
  apply: () => standIn,
  construct: () => standIn,
});

function compile(script, done) {
  const module = new Module('/hook.js', null);
  module.filename = '/hook.js';
  module.paths = [];
  module.require = (name) => (builtin.has(name.replace(/^node:/, '')) ? require(name) : standIn);
  let exported;
  try {
    // The platform's runtime takes what the module returns before what it exports.
    exported = module._compile(script, module.filename) || module.exports;
  } catch (error) {
    return done(error);
  }
  return done(null, exported);
}

function verdict({ name, trigger, script }) {
  let answer;
  const nodejsCompiler = (wrapped, done) =>
    compile(wrapped, (error, exported) => {
      if (error) answer = { loads: false, error: String((error && error.message) || error) };
      else if (typeof exported === 'function') answer = { loads: true, error: null };
      else answer = { loads: false, error: 'func is not a function' };
      done(error, exported);
    });
  const key = trigger === 'credentials-exchange' ? 'client-credentials-exchange' : trigger;
  const { log, error } = console;
  console.log = console.error = () => {};
  try {
    compilers[key]({ script, nodejsCompiler }, () => {});
  } finally {
    Object.assign(console, { log, error });
  }
  return { name, trigger, script, ...answer };
}

const cases = process.argv[2] ? JSON.parse(require('fs').readFileSync(process.argv[2])) : require('./cases.js');
process.stdout.write(JSON.stringify(cases.map(verdict), null, 1) + '\n');
