// Stubs for modules that are not there: every path can be read, called,
// constructed, awaited, or called with a last callback. What was called is
// recorded by the host, and answered as the test declares, else with a
// placeholder that names the path.
(function (core) {
  'use strict';
  const { host, later } = core;
  const { apply } = Reflect;
  const noCallback = ['on', 'once', 'addListener', 'use', 'forEach', 'map', 'filter', 'reduce', 'then', 'catch', 'finally', 'setTimeout', 'setInterval'];
  const errorOf = (given) => {
    if (given === null || typeof given !== 'object') return new Error(String(given));
    const error = new Error(given.message === undefined ? '' : String(given.message));
    for (const name of Object.keys(given)) if (name !== 'message') {
      if (name === 'name') Object.defineProperty(error, 'name', { value: given.name, writable: true, configurable: true, enumerable: false });
      else error[name] = given[name];
    }
    return error;
  };
  const stub = (module) => {
    const label = (path) => module + (path.startsWith('(') || path === '' ? '' : '.') + path;
    // A value that stands for whatever is at `path`. `id` is the call it came from.
    const standIn = (path, id, thenable) => {
      const target = function () {};
      // its value is used, in a text, in JSON, as a list: it is no promise then
      const isUsed = () => { if (id !== undefined && !(core.isLogging && core.isLogging())) host.used(id); };
      const read = (name) => {
        if (name === Symbol.toPrimitive || name === Symbol.iterator || name === Symbol.asyncIterator || name === 'toJSON' || name === 'toString' || name === 'valueOf') isUsed();
        if (name === Symbol.toPrimitive) return (hint) => (hint === 'number' ? NaN : '<' + label(path) + '>');
        if (name === Symbol.toStringTag) return undefined;
        if (name === Symbol.iterator) {
          // what iterating yields is declared as the path `[]`
          const given = host.answerOf(module, path + '[]', -1);
          const list = given === null ? [] : JSON.parse(given).value;
          return function* () { if (Array.isArray(list)) yield* list; };
        }
        if (name === Symbol.asyncIterator) return async function* () {};
        if (typeof name === 'symbol') return undefined;
        if (name === 'toJSON' || name === 'toString' || name === 'valueOf') return () => '<' + label(path) + '>';
        if (name === 'then') {
          if (!thenable) return undefined;
          return (ok, fail) => settle(path, id).then(ok, fail);
        }
        if (thenable && (name === 'catch' || name === 'finally')) return (f) => settle(path, id)[name](f);
        if (name === 'default' && path === '') return self;
        if (name === 'prototype') return target.prototype;
        if (name === 'constructor' || name === '__esModule') return undefined;
        if (id !== undefined) host.passed(id);
        const next = path + (path === '' ? '' : '.') + name;
        const value = host.answerOf(module, next, -1);
        if (value !== null) return JSON.parse(value).value;
        return standIn(next, id, false);
      };
      const called = (args) => {
        if (id !== undefined) host.passed(id);
        const list = [];
        for (let i = 0; i < args.length; i++) list[i] = args[i];
        const name = path.slice(path.lastIndexOf('.') + 1);
        const last = list[list.length - 1];
        const cb = typeof last === 'function' && !noCallback.includes(name) && !/^[A-Z]/.test(name) ? list.pop() : null;
        const here = path + '()';
        const made = host.call(label(path), list);
        const given = host.answerOf(module, here, made);
        const answer = given === null ? null : JSON.parse(given);
        if (answer && 'value' in answer) return answer.value;
        if (cb) {
          host.waits(made, true);
          later(() => {
            host.waits(made, false);
            if (answer && 'throws' in answer) cb(errorOf(answer.throws));
            else cb(null, answer && 'returns' in answer ? answer.returns : standIn(here, undefined, false));
          });
        } else if (answer) answers.set(made, answer);
        return standIn(here, made, true);
      };
      const self = new Proxy(target, {
        get: (t, name) => (overrides.has(name) ? overrides.get(name) : read(name)),
        set: (t, name, value) => { overrides.set(name, value); return true; },
        has: () => true,
        apply: (t, self_, args) => called(args),
        construct: (t, args) => { const made = called(args); return typeof made === 'object' || typeof made === 'function' ? made : Object(made); },
        getPrototypeOf: () => Function.prototype,
      });
      const overrides = new Map();
      return self;
    };
    const answers = new Map();
    const settle = (path, id) => new Promise((resolve, reject) => {
      if (id !== undefined) host.waits(id, true);
      later(() => {
        if (id !== undefined) host.waits(id, false);
        const answer = answers.get(id);
        if (answer && 'throws' in answer) reject(errorOf(answer.throws));
        else resolve(answer && 'returns' in answer ? answer.returns : standIn(path, undefined, false));
      });
    });
    const whole = host.answerOf(module, 'exports', -1);
    return whole === null ? standIn('', undefined, false) : JSON.parse(whole).value;
  };
  void apply;
  return { stub };
})
