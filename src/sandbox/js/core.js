// What every run has: the clock, timers, chance, console, process, the loader
// of modules, and the runners of hooks and Actions. It is evaluated before
// the script, keeps what it needs of the language in constants, and leaves
// nothing of `host` where a script could reach it. Records are made by the
// host's own functions alone.
(function (host) {
  'use strict';
  const global = globalThis;
  const { apply, construct } = Reflect;
  const { defineProperty, keys, setPrototypeOf, getPrototypeOf } = Object;
  const stringify = JSON.stringify;
  const parseJson = JSON.parse;
  const text = String;
  const isArray = Array.isArray;
  const RealDate = global.Date;
  const RealError = Error;
  const dateText = RealDate.prototype.toISOString;
  const objectText = Object.prototype.toString;
  const call = (f, self, ...args) => apply(f, self, args);

  const bind = Function.prototype.bind;
  const hidden = (object, name, value) =>
    defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });

  // The engine's bound functions forget the class of what they bind, by which
  // Auth0's loader knows an async function.
  hidden(Function.prototype, 'bind', { bind(...args) { return setPrototypeOf(apply(bind, this, args), getPrototypeOf(this)); } }.bind);

  // What rejects a promise may be that the heap is full: the host looks at it
  // before the code does, as it does where code has a `catch`.
  const { then } = Promise.prototype;
  hidden(Promise.prototype, 'then', {
    then(ok, fail) {
      return apply(then, this, [ok, typeof fail === 'function' ? (reason) => { host.caught(reason); return fail(reason); } : fail]);
    },
  }.then);

  // --- time and chance
  const start = host.now;
  let elapsed = 0;
  const now = () => start + elapsed;
  function Date(...args) {
    if (!new.target) return call(RealDate.prototype.toString, new RealDate(now()));
    return construct(RealDate, args.length === 0 ? [now()] : args, new.target);
  }
  hidden(Date, 'now', function () { return now(); });
  hidden(Date, 'parse', RealDate.parse);
  hidden(Date, 'UTC', RealDate.UTC);
  defineProperty(Date, 'length', { value: 7 });
  defineProperty(Date, 'prototype', { value: RealDate.prototype, writable: false });
  hidden(RealDate.prototype, 'constructor', Date);
  hidden(global, 'Date', Date);
  hidden(Math, 'random', function random() { return host.random(); });
  hidden(global, 'performance', { now: () => elapsed, timeOrigin: start, mark() {}, measure() {} });

  // --- timers on a virtual clock, in the order of (due, made)
  let timers = [];
  let made = 0;
  let running = null;
  class Timeout {
    ref() { return this; }
    unref() { return this; }
    hasRef() { return true; }
    refresh() { return this; }
    close() { cancel(this); return this; }
    [Symbol.toPrimitive]() { return this._id; }
  }
  const macrotask = (f, args, delay, every) => {
    if (typeof f !== 'function') {
      const error = new TypeError('The "callback" argument must be of type function. Received ' + describeType(f));
      error.code = 'ERR_INVALID_ARG_TYPE';
      throw error;
    }
    delay = +delay;
    if (!(delay >= 1 && delay <= 2147483647)) delay = 1;
    const handle = new Timeout();
    hidden(handle, '_id', ++made);
    timers[timers.length] = { handle, id: made, f, args, due: elapsed + delay, delay, every };
    return handle;
  };
  const immediate = (f, args) => {
    const handle = macrotask(f, args, 1, false);
    timers[timers.length - 1].due = elapsed;
    return handle;
  };
  const cancel = (handle) => {
    const kept = [];
    for (let i = 0; i < timers.length; i++) {
      const timer = timers[i];
      if (timer.handle !== handle && timer.id !== handle) kept[kept.length] = timer;
    }
    timers = kept;
    if (running && (running.handle === handle || running.id === handle)) running.every = false;
  };
  // 0: nothing is left; 1: one was run; 2: the next is due after the limit
  const tick = (limit) => {
    if (timers.length === 0) return 0;
    let first = 0;
    for (let i = 1; i < timers.length; i++) {
      if (timers[i].due < timers[first].due) first = i;
    }
    const timer = timers[first];
    if (timer.due > limit) return 2;
    const kept = [];
    for (let i = 0; i < timers.length; i++) if (i !== first) kept[kept.length] = timers[i];
    timers = kept;
    if (timer.due > elapsed) elapsed = timer.due;
    running = timer;
    try {
      apply(timer.f, timer.handle, timer.args);
    } finally {
      running = null;
      if (timer.every) {
        timer.due = elapsed + timer.delay;
        timers[timers.length] = timer;
      }
    }
    return 1;
  };
  hidden(global, 'setTimeout', function setTimeout(f, delay, ...args) { return macrotask(f, args, delay, false); });
  hidden(global, 'setInterval', function setInterval(f, delay, ...args) { return macrotask(f, args, delay, true); });
  hidden(global, 'setImmediate', function setImmediate(f, ...args) { return immediate(f, args); });
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
    hidden(global, name, { [name](handle) { cancel(handle); } }[name]);
  }
  // An answer of a stub comes one macrotask later, never at once.
  const later = (f) => { immediate(f, []); };

  let nextTicks = [];
  const drainTicks = () => {
    const had = nextTicks.length > 0;
    while (nextTicks.length > 0) {
      const queue = nextTicks;
      nextTicks = [];
      for (let i = 0; i < queue.length; i++) {
        try {
          apply(queue[i].f, undefined, queue[i].args);
        } catch (error) {
          for (let j = i + 1; j < queue.length; j++) nextTicks[nextTicks.length] = queue[j];
          throw error;
        }
      }
    }
    return had;
  };

  // --- console
  const describeType = (value) => {
    if (value === null || value === undefined) return text(value);
    if (typeof value === 'function') return 'function ' + value.name;
    if (typeof value === 'object') return 'an instance of ' + ((value.constructor && value.constructor.name) || 'Object');
    return 'type ' + typeof value + ' (' + inspect(value) + ')';
  };
  const quoted = (value) => {
    const mark = !value.includes("'") ? "'" : !value.includes('"') ? '"' : !value.includes('`') ? '`' : "'";
    let out = mark;
    for (const c of value) {
      if (c === mark || c === '\\') out += '\\' + c;
      else if (c === '\n') out += '\\n';
      else if (c === '\r') out += '\\r';
      else if (c === '\t') out += '\\t';
      else out += c;
    }
    return out + mark;
  };
  const isName = /^[A-Za-z_$][\w$]*$/;
  const inspect = (value, options) => shown(value, options && typeof options.depth === 'number' ? options.depth : 2, []);
  const shown = (value, depth, seen) => {
    switch (typeof value) {
      case 'string': return quoted(value);
      case 'bigint': return value + 'n';
      case 'symbol': return value.toString();
      case 'number': return Object.is(value, -0) ? '-0' : text(value);
      case 'function': {
        const kind = text(value).startsWith('class') ? 'class' : value.constructor ? value.constructor.name : 'Function';
        return '[' + kind + (value.name ? (kind === 'class' ? ' ' : ': ') + value.name : kind === 'class' ? ' (anonymous)' : ' (anonymous)') + ']';
      }
      case 'object': break;
      default: return text(value);
    }
    if (value === null) return 'null';
    if (seen.includes(value)) return '[Circular *1]';
    if (value instanceof RealError) {
      const stack = value.stack && text(value).length > 0 ? text(value) : objectText.call(value);
      const own = keys(value);
      return own.length && depth >= 0 ? stack + ' ' + braces(value, own, depth, seen.concat([value])) : stack;
    }
    if (value instanceof RealDate) return isNaN(value) ? 'Invalid Date' : dateText.call(value);
    if (value instanceof RegExp) return text(value);
    if (value instanceof Promise) return 'Promise { <pending> }';
    const inner = seen.concat([value]);
    if (depth < 0) return isArray(value) ? '[Array]' : '[' + className(value) + ']';
    if (isArray(value)) {
      const items = [];
      for (let i = 0; i < value.length && i < 100; i++) items.push(shown(value[i], depth - 1, inner));
      if (value.length > 100) items.push('... ' + (value.length - 100) + ' more items');
      return wrapped('[', items, ']');
    }
    if (value instanceof Map) {
      const items = [];
      for (const [key, item] of value) items.push(shown(key, depth - 1, inner) + ' => ' + shown(item, depth - 1, inner));
      return 'Map(' + value.size + ') ' + wrapped('{', items, '}');
    }
    if (value instanceof Set) {
      const items = [];
      for (const item of value) items.push(shown(item, depth - 1, inner));
      return 'Set(' + value.size + ') ' + wrapped('{', items, '}');
    }
    if (ArrayBuffer.isView(value) && value.toString !== undefined && value._isBuffer) {
      return '<Buffer ' + Array.from(value.subarray(0, 50), (b) => b.toString(16).padStart(2, '0')).join(' ') + '>';
    }
    if (value instanceof Number || value instanceof String || value instanceof Boolean) {
      return '[' + className(value) + ': ' + shown(value.valueOf(), depth, seen) + ']';
    }
    const name = className(value);
    const prefix = getPrototypeOf(value) === null ? '[Object: null prototype] ' : name === 'Object' ? '' : name + ' ';
    return prefix + braces(value, keys(value), depth, inner);
  };
  const className = (value) => {
    try {
      return (value.constructor && value.constructor.name) || 'Object';
    } catch {
      return 'Object';
    }
  };
  const braces = (value, names, depth, seen) => {
    const items = names.map((name) => {
      const label = isName.test(name) ? name : quoted(name);
      const property = Object.getOwnPropertyDescriptor(value, name);
      if (property && property.get) return label + (property.set ? ': [Getter/Setter]' : ': [Getter]');
      return label + ': ' + shown(value[name], depth - 1, seen);
    });
    return wrapped('{', items, '}');
  };
  const wrapped = (open, items, close) => {
    if (items.length === 0) return open + close;
    const line = open + ' ' + items.join(', ') + ' ' + close;
    return line.length <= 76 && !line.includes('\n') ? line : open + '\n  ' + items.map((item) => item.replaceAll('\n', '\n  ')).join(',\n  ') + '\n' + close;
  };
  const format = (...args) => {
    let at = 0;
    let out = '';
    if (typeof args[0] === 'string') {
      at = 1;
      out = args.length === 1 ? args[0] : args[0].replace(/%([sdifjoOc%])/g, (all, kind) => {
        if (kind === '%') return '%';
        if (at >= args.length) return all;
        const value = args[at++];
        switch (kind) {
          case 's': return typeof value === 'object' && value !== null ? inspect(value, { depth: 0 }) : typeof value === 'bigint' ? value + 'n' : text(value);
          case 'd': return typeof value === 'object' ? 'NaN' : typeof value === 'bigint' ? value + 'n' : text(Number(value));
          case 'i': return text(parseInt(value, 10));
          case 'f': return text(parseFloat(value));
          case 'j': try { return stringify(value); } catch { return '[Circular]'; }
          case 'c': return '';
          default: return inspect(value);
        }
      });
    }
    for (let i = at; i < args.length; i++) {
      out += (i === 0 ? '' : ' ') + (typeof args[i] === 'string' ? args[i] : inspect(args[i]));
    }
    return out;
  };
  // to show a value is not to use it
  let isLogging = false;
  const log = (level, write, args) => {
    isLogging = true;
    try {
      host.log(level, apply(write, undefined, args));
    } finally {
      isLogging = false;
    }
  };
  const console = {};
  for (const level of ['log', 'info', 'warn', 'error', 'debug', 'trace']) {
    console[level] = { [level](...args) { log(level, format, args); } }[level];
  }
  console.dir = function dir(value, options) { log('log', inspect, [value, options]); };
  console.table = function table(value) { log('log', inspect, [value]); };
  console.assert = function assert(ok, ...args) { if (!ok) log('error', (...all) => 'Assertion failed' + (all.length ? ': ' + format(...all) : ''), args); };
  for (const name of ['group', 'groupEnd', 'groupCollapsed', 'time', 'timeEnd', 'timeLog', 'count', 'countReset', 'clear']) {
    console[name] = { [name]() {} }[name];
  }
  hidden(global, 'console', console);

  // --- process and global
  const process = {
    env: {}, argv: ['node', 'script.js'], execArgv: [], pid: 1, ppid: 0, platform: 'linux', arch: 'x64', title: 'node',
    version: 'v22.0.0', versions: { node: '22.0.0', v8: '12.4.0' }, release: { name: 'node' }, exitCode: undefined,
    cwd: () => '/', uptime: () => elapsed / 1000,
    nextTick(f, ...args) {
      if (typeof f !== 'function') throw new TypeError('The "callback" argument must be of type function. Received ' + describeType(f));
      nextTicks[nextTicks.length] = { f, args };
    },
    hrtime(since) {
      const s = Math.floor(elapsed / 1000), n = (elapsed % 1000) * 1e6;
      return since ? [s - since[0], n - since[1]] : [s, n];
    },
    memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
    emitWarning(warning) { host.log('warn', text(warning && warning.message || warning)); },
    exit() { const error = new RealError('process.exit() is not available here'); error.code = 'ERR_SANDBOX'; throw error; },
    stdout: { write(line) { host.log('log', text(line)); return true; }, isTTY: false },
    stderr: { write(line) { host.log('error', text(line)); return true; }, isTTY: false },
  };
  process.hrtime.bigint = () => BigInt(Math.round(elapsed * 1e6));
  for (const name of ['on', 'once', 'off', 'addListener', 'removeListener', 'removeAllListeners', 'emit', 'setMaxListeners']) {
    process[name] = () => process;
  }
  hidden(global, 'process', process);
  hidden(global, 'global', global);

  // --- modules, read when they are first asked for
  const core = { host, hidden, later, macrotask, immediate, cancel, inspect, format, describeType, now, stringify, parseJson, process, console, getElapsed: () => elapsed, isLogging: () => isLogging };
  const parts = { __proto__: null };
  const part = (name) => parts[name] || (parts[name] = host.part(name)(core));
  core.part = part;
  core.require = (name) => require(name);
  const builtins = {
    __proto__: null,
    util: () => part('node').util, querystring: () => part('node').querystring, events: () => part('node').events,
    assert: () => part('node').assert, path: () => part('node').path, os: () => part('node').os,
    string_decoder: () => part('buffer').string_decoder, timers: () => part('node').timers,
    'timers/promises': () => part('node').timersPromises, 'util/types': () => part('node').util.types,
    perf_hooks: () => ({ performance: global.performance }), process: () => process, console: () => console,
    async_hooks: () => part('node').asyncHooks, punycode: () => part('node').punycode,
    url: () => part('url').module, buffer: () => part('buffer').module, crypto: () => part('crypto').module,
    http: () => part('http').http, https: () => part('http').https, stream: () => part('node').stream,
    module: () => ({ builtinModules: keys(builtins), createRequire: () => require }),
  };
  const clients = { __proto__: null };
  for (const name of host.played) {
    if (!(name in builtins)) clients[name] = () => part('http').client(name);
  }
  const refused = ['fs', 'fs/promises', 'net', 'tls', 'dgram', 'dns', 'dns/promises', 'child_process', 'worker_threads', 'cluster', 'vm', 'v8', 'http2', 'inspector', 'readline', 'repl', 'zlib', 'tty', 'wasi'];
  const loaded = { __proto__: null };
  const require = function require(name) {
    if (typeof name !== 'string') {
      const error = new TypeError('The "id" argument must be of type string. Received ' + describeType(name));
      error.code = 'ERR_INVALID_ARG_TYPE';
      throw error;
    }
    if (name === '') throw new TypeError("The argument 'id' must be a non-empty string. Received ''");
    const bare = part('call').bareName(name);
    if (bare.startsWith('.') || bare.startsWith('/')) {
      const error = new RealError("Cannot find module '" + name + "'");
      error.code = 'MODULE_NOT_FOUND';
      throw error;
    }
    if (bare in loaded) return loaded[bare];
    const declared = host.declared(bare);
    let value;
    if (declared) value = part('modules').stub(bare);
    else if (builtins[bare]) value = builtins[bare]();
    else if (clients[bare]) value = clients[bare]();
    else if (refused.includes(bare)) {
      const error = new RealError("module '" + bare + "' is not available in the sandbox: no files, no sockets, no processes; declare a stub under `modules`, or use `hooksync run --engine node`");
      error.code = 'ERR_SANDBOX';
      throw error;
    } else value = part('modules').stub(bare);
    loaded[bare] = value;
    return value;
  };
  hidden(require, 'resolve', (name) => name);
  hidden(require, 'cache', {});

  const lazy = (name, get) => defineProperty(global, name, {
    configurable: true, enumerable: false,
    get() { const value = get(); hidden(global, name, value); return value; },
    set(value) { hidden(global, name, value); },
  });
  for (const name of ['Buffer', 'TextEncoder', 'TextDecoder', 'Blob']) lazy(name, () => part('buffer')[name]);
  for (const name of ['URL', 'URLSearchParams']) lazy(name, () => part('url')[name]);
  for (const name of ['fetch', 'Headers', 'Request', 'Response', 'FormData']) lazy(name, () => part('http')[name]);
  for (const name of ['AbortController', 'AbortSignal', 'structuredClone', 'Event', 'EventTarget', 'DOMException']) lazy(name, () => part('node')[name]);
  lazy('crypto', () => part('crypto').web);

  const { runHook, runAction, compileFailed } = part('call');

  return { runHook, runAction, compileFailed, tick, drainTicks, describe: inspect, describeAny: (value) => {
    try {
      return typeof value === 'string' ? value : inspect(value);
    } catch {
      return 'a value that cannot be shown';
    }
  } };
})
