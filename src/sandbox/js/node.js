// Small modules of Node: util, querystring, events, assert, path, os, timers.
(function (core) {
  'use strict';
  const { hidden, inspect, format, describeType, later, macrotask, immediate, cancel } = core;
  const promisify = (f) => {
    if (typeof f !== 'function') {
      const error = new TypeError('The "original" argument must be of type function. Received ' + describeType(f));
      error.code = 'ERR_INVALID_ARG_TYPE';
      throw error;
    }
    if (f[promisify.custom]) return f[promisify.custom];
    if (f === globalThis.setTimeout) return (delay, value) => new Promise((done) => macrotask(() => done(value), [], delay, false));
    const wrapped = function (...args) {
      return new Promise((resolve, reject) => f.call(this, ...args, (error, value) => (error ? reject(error) : resolve(value))));
    };
    Object.setPrototypeOf(wrapped, Object.getPrototypeOf(f));
    return wrapped;
  };
  promisify.custom = Symbol.for('nodejs.util.promisify.custom');
  const callbackify = (f) => function (...args) {
    const cb = args.pop();
    f.apply(this, args).then((value) => core.process.nextTick(cb, null, value), (error) => core.process.nextTick(cb, error));
  };
  const same = (a, b, strict, seen = []) => {
    if (strict ? Object.is(a, b) : a == b || (a !== a && b !== b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
    if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
    if (seen.some((pair) => pair[0] === a && pair[1] === b)) return true;
    seen = seen.concat([[a, b]]);
    if (a instanceof Error && (a.message !== b.message || a.name !== b.name)) return false;
    if (a instanceof Map) return b instanceof Map && a.size === b.size && [...a].every(([k, v]) => b.has(k) && same(v, b.get(k), strict, seen));
    if (a instanceof Set) return b instanceof Set && a.size === b.size && [...a].every((k) => b.has(k));
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name], strict, seen));
  };
  const kinds = {
    isDate: (v) => v instanceof Date, isRegExp: (v) => v instanceof RegExp, isPromise: (v) => v instanceof Promise, isMap: (v) => v instanceof Map, isSet: (v) => v instanceof Set,
    isNativeError: (v) => v instanceof Error, isAsyncFunction: (v) => typeof v === 'function' && v.constructor.name === 'AsyncFunction', isTypedArray: (v) => ArrayBuffer.isView(v) && !(v instanceof DataView), isUint8Array: (v) => v instanceof Uint8Array,
  };
  const util = {
    promisify, callbackify, inspect, format, isDeepStrictEqual: (a, b) => same(a, b, true), types: kinds,
    inherits(child, parent) { hidden(child, 'super_', parent); Object.setPrototypeOf(child.prototype, parent.prototype); },
    deprecate: (f) => f, debuglog: () => () => {}, isArray: Array.isArray, isString: (v) => typeof v === 'string', isNumber: (v) => typeof v === 'number',
    isObject: (v) => typeof v === 'object' && v !== null, isFunction: (v) => typeof v === 'function', isUndefined: (v) => v === undefined, isNull: (v) => v === null,
    isNullOrUndefined: (v) => v === null || v === undefined, isBoolean: (v) => typeof v === 'boolean', isError: (v) => v instanceof Error, isDate: kinds.isDate, isRegExp: kinds.isRegExp,
    isPrimitive: (v) => v === null || (typeof v !== 'object' && typeof v !== 'function'), stripVTControlCharacters: (v) => v.replace(/\u001b\[[0-9;]*m/g, ''),
    get TextEncoder() { return core.part('buffer').TextEncoder; }, get TextDecoder() { return core.part('buffer').TextDecoder; },
  };
  inspect.custom = Symbol.for('nodejs.util.inspect.custom');

  const escape = (value) => encodeURIComponent(String(value).toWellFormed());
  const unescape = (value) => core.host.percentDecode(String(value));
  const primitive = (value) => (typeof value === 'string' ? value : typeof value === 'number' && Number.isFinite(value) ? String(value) : typeof value === 'bigint' ? String(value) : typeof value === 'boolean' ? String(value) : '');
  const querystring = {
    escape, unescape,
    stringify(object, sep = '&', eq = '=', options) {
      if (object === null || typeof object !== 'object') return '';
      const enc = (options && options.encodeURIComponent) || querystring.escape;
      return Object.keys(object).flatMap((name) => [].concat(object[name]).map((value) => enc(primitive(name)) + eq + enc(primitive(value)))).join(sep);
    },
    parse(value, sep = '&', eq = '=', options) {
      const out = Object.create(null);
      if (typeof value !== 'string' || value.length === 0) return out;
      const dec = (options && options.decodeURIComponent) || querystring.unescape;
      for (const part of value.split(sep).slice(0, (options && options.maxKeys) || 1000)) {
        if (part === '') continue;
        const at = part.indexOf(eq);
        const clean = (one) => dec(one.replace(/\+/g, ' '));
        const name = clean(at < 0 ? part : part.slice(0, at));
        const item = at < 0 ? '' : clean(part.slice(at + eq.length));
        if (!(name in out)) out[name] = item;
        else if (Array.isArray(out[name])) out[name].push(item);
        else out[name] = [out[name], item];
      }
      return out;
    },
  };
  querystring.encode = querystring.stringify;
  querystring.decode = querystring.parse;

  function EventEmitter() { EventEmitter.init.call(this); }
  EventEmitter.init = function () { if (!Object.hasOwn(this, '_events')) hidden(this, '_events', new Map()); };
  const listeners = (self, name) => {
    EventEmitter.init.call(self);
    if (!self._events.has(name)) self._events.set(name, []);
    return self._events.get(name);
  };
  Object.assign(EventEmitter.prototype, {
    on(name, f) { listeners(this, name).push({ f }); return this; },
    once(name, f) { listeners(this, name).push({ f, once: true }); return this; },
    prependListener(name, f) { listeners(this, name).unshift({ f }); return this; },
    off(name, f) { const list = listeners(this, name); const at = list.findLastIndex((one) => one.f === f); if (at >= 0) list.splice(at, 1); return this; },
    removeAllListeners(name) { EventEmitter.init.call(this); if (name === undefined) this._events.clear(); else this._events.delete(name); return this; },
    emit(name, ...args) {
      const list = listeners(this, name).slice();
      if (list.length === 0) {
        if (name === 'error') throw args[0] instanceof Error ? args[0] : Object.assign(new Error('Unhandled error. (' + (typeof args[0] === 'string' ? "'" + args[0] + "'" : inspect(args[0])) + ')'), { code: 'ERR_UNHANDLED_ERROR', context: args[0] });
        return false;
      }
      for (const one of list) {
        if (one.once) this.off(name, one.f);
        one.f.apply(this, args);
      }
      return true;
    },
    listeners(name) { return listeners(this, name).map((one) => one.f); },
    listenerCount(name) { return listeners(this, name).length; },
    eventNames() { EventEmitter.init.call(this); return [...this._events.keys()].filter((name) => this._events.get(name).length); },
    setMaxListeners() { return this; }, getMaxListeners: () => 10,
  });
  EventEmitter.prototype.addListener = EventEmitter.prototype.on;
  EventEmitter.prototype.removeListener = EventEmitter.prototype.off;
  for (const name of Object.keys(EventEmitter.prototype)) Object.defineProperty(EventEmitter.prototype, name, { enumerable: false });
  EventEmitter.EventEmitter = EventEmitter;
  EventEmitter.defaultMaxListeners = 10;
  EventEmitter.once = (emitter, name) => new Promise((resolve, reject) => {
    emitter.once(name, (...args) => resolve(args));
    if (name !== 'error') emitter.once('error', reject);
  });

  class AssertionError extends Error {
    constructor({ message, actual, expected, operator }) {
      super(message);
      this.name = 'AssertionError';
      Object.assign(this, { generatedMessage: false, code: 'ERR_ASSERTION', actual, expected, operator });
    }
  }
  const check = (ok, message, actual, expected, operator, usual) => {
    if (ok) return;
    if (message instanceof Error) throw message;
    throw new AssertionError({ message: message === undefined ? usual : message, actual, expected, operator });
  };
  const assert = (value, message) => check(value, message, value, true, '==', 'The expression evaluated to a falsy value');
  Object.assign(assert, {
    AssertionError, ok: assert,
    equal: (a, b, m) => check(a == b, m, a, b, '==', inspect(a) + ' == ' + inspect(b)), notEqual: (a, b, m) => check(a != b, m, a, b, '!=', inspect(a) + ' != ' + inspect(b)),
    strictEqual: (a, b, m) => check(Object.is(a, b), m, a, b, 'strictEqual', 'Expected values to be strictly equal:\n\n' + inspect(a) + ' !== ' + inspect(b) + '\n'),
    notStrictEqual: (a, b, m) => check(!Object.is(a, b), m, a, b, 'notStrictEqual', 'Expected "actual" to be strictly unequal to: ' + inspect(b)),
    deepEqual: (a, b, m) => check(same(a, b, false), m, a, b, 'deepEqual', 'Expected values to be loosely deep-equal'), deepStrictEqual: (a, b, m) => check(same(a, b, true), m, a, b, 'deepStrictEqual', 'Expected values to be strictly deep-equal'),
    fail: (m = 'Failed') => check(false, m, undefined, undefined, 'fail', m),
    throws(f) { try { f(); } catch { return; } check(false, undefined, undefined, undefined, 'throws', 'Missing expected exception.'); },
    match: (s, r, m) => check(r.test(s), m, s, r, 'match', 'The input did not match the regular expression ' + r),
  });
  assert.strict = assert;

  const normal = (p) => {
    const out = [];
    for (const one of p.split('/')) {
      if (one === '' || one === '.') continue;
      if (one === '..' && out.length && out[out.length - 1] !== '..') out.pop();
      else if (one !== '..' || !p.startsWith('/')) out.push(one);
    }
    return (p.startsWith('/') ? '/' : '') + out.join('/') || '.';
  };
  const path = {
    sep: '/', delimiter: ':', normalize: normal, join: (...all) => normal(all.filter(Boolean).join('/')), isAbsolute: (p) => p.startsWith('/'),
    resolve: (...all) => normal(all.reduce((at, p) => (p.startsWith('/') ? p : at + '/' + p), '/')),
    dirname: (p) => { const at = p.replace(/\/+$/, '').lastIndexOf('/'); return at < 0 ? '.' : at === 0 ? '/' : p.slice(0, at); },
    basename: (p, ext) => { const b = p.replace(/\/+$/, '').split('/').pop(); return ext && b.endsWith(ext) && b !== ext ? b.slice(0, -ext.length) : b; },
    extname: (p) => { const b = p.split('/').pop(); const at = b.lastIndexOf('.'); return at > 0 ? b.slice(at) : ''; },
  };
  path.posix = path;
  const os = { EOL: '\n', hostname: () => 'sandbox', platform: () => 'linux', type: () => 'Linux', arch: () => 'x64', release: () => '0', tmpdir: () => '/tmp', homedir: () => '/', cpus: () => [], totalmem: () => 0, freemem: () => 0, uptime: () => 0, networkInterfaces: () => ({}), userInfo: () => ({ username: 'sandbox' }) };
  const timers = { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval, setImmediate: globalThis.setImmediate, clearTimeout: globalThis.clearTimeout, clearInterval: globalThis.clearInterval, clearImmediate: globalThis.clearImmediate };
  const timersPromises = { setTimeout: (delay, value) => new Promise((done) => macrotask(() => done(value), [], delay, false)), setImmediate: (value) => new Promise((done) => immediate(() => done(value), [])) };

  class DOMException extends Error {
    constructor(message = '', name = 'Error') { super(message); hidden(this, 'name', name); }
    get code() { return this.name === 'AbortError' ? 20 : this.name === 'TimeoutError' ? 23 : 0; }
  }
  class Event { constructor(type, init = {}) { this.type = type; Object.assign(this, init); } preventDefault() {} stopPropagation() {} }
  class EventTarget {
    constructor() { hidden(this, '_all', []); }
    addEventListener(type, f, options) { this._all.push({ type, f, once: options && options.once }); }
    removeEventListener(type, f) { const at = this._all.findIndex((one) => one.type === type && one.f === f); if (at >= 0) this._all.splice(at, 1); }
    dispatchEvent(event) {
      event.target = this;
      for (const one of this._all.slice()) {
        if (one.type !== event.type) continue;
        if (one.once) this.removeEventListener(one.type, one.f);
        (typeof one.f === 'function' ? one.f : one.f.handleEvent).call(this, event);
      }
      if (typeof this['on' + event.type] === 'function') this['on' + event.type](event);
      return true;
    }
  }
  class AbortSignal extends EventTarget {
    constructor() { super(); this.aborted = false; this.reason = undefined; this.onabort = null; }
    throwIfAborted() { if (this.aborted) throw this.reason; }
    static abort(reason) { const c = new AbortController(); c.abort(reason); return c.signal; }
    static timeout(delay) { const c = new AbortController(); macrotask(() => c.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), [], delay, false); return c.signal; }
    static any(list) { const c = new AbortController(); for (const one of list) { if (one.aborted) c.abort(one.reason); else one.addEventListener('abort', () => c.abort(one.reason)); } return c.signal; }
  }
  class AbortController {
    constructor() { this.signal = new AbortSignal(); }
    abort(reason = new DOMException('This operation was aborted', 'AbortError')) {
      if (this.signal.aborted) return;
      this.signal.aborted = true;
      this.signal.reason = reason;
      this.signal.dispatchEvent(new Event('abort'));
    }
  }
  const structuredClone = (value) => {
    const seen = new Map();
    const copy = (v) => {
      if (typeof v === 'function' || typeof v === 'symbol') throw new DOMException((typeof v === 'function' ? String(v) : 'Symbol()') + ' could not be cloned.', 'DataCloneError');
      if (typeof v !== 'object' || v === null) return v;
      if (seen.has(v)) return seen.get(v);
      let out;
      if (v instanceof Date) return new Date(v.getTime());
      if (v instanceof RegExp) return new RegExp(v.source, v.flags);
      if (v instanceof ArrayBuffer) return v.slice(0);
      if (ArrayBuffer.isView(v)) return new Uint8Array(v);
      if (v instanceof Map) { out = new Map(); seen.set(v, out); for (const [k, i] of v) out.set(copy(k), copy(i)); return out; }
      if (v instanceof Set) { out = new Set(); seen.set(v, out); for (const i of v) out.add(copy(i)); return out; }
      if (v instanceof Error) { out = new (globalThis[v.name] || Error)(v.message); seen.set(v, out); return out; }
      out = Array.isArray(v) ? new Array(v.length) : {};
      seen.set(v, out);
      for (const name of Object.keys(v)) out[name] = copy(v[name]);
      return out;
    };
    return copy(value);
  };
  class AsyncLocalStorage {
    run(store, f, ...args) { const old = this._store; this._store = store; try { return f(...args); } finally { this._store = old; } }
    getStore() { return this._store; }
    enterWith(store) { this._store = store; }
  }
  class Stream extends EventEmitter { pipe(target) { this.on('data', (chunk) => target.write && target.write(chunk)); this.on('end', () => target.end && target.end()); return target; } }
  const stream = Object.assign(Stream, { Stream, Readable: Stream, Writable: Stream, Duplex: Stream, Transform: Stream, PassThrough: Stream });
  const punycode = { toASCII: (v) => v, toUnicode: (v) => v };
  void later; void cancel;
  return { util, querystring, events: EventEmitter, assert, path, os, timers, timersPromises, punycode, stream, asyncHooks: { AsyncLocalStorage }, AbortController, AbortSignal, Event, EventTarget, DOMException, structuredClone };
})
