// How hooks and Actions are called: as Auth0's published runner of hooks and
// its published loader of Actions do. The same text serves the sandbox and
// `--engine node`. It is evaluated before the script and keeps what it needs
// of the language in constants.
(function (core) {
  'use strict';
  const { host, later, console } = core;
  const { apply } = Reflect;
  const { getOwnPropertyNames, keys } = Object;
  const stringify = JSON.stringify;
  const parseJson = JSON.parse;
  const text = String;
  const isArray = Array.isArray;
  const PromiseThen = Promise.prototype.then;
  const RealError = Error;

  // `node:x`, `./node_modules/x` and `x@1.2.3` are `x`
  const bareName = (name) => {
    let bare = name;
    if (bare.startsWith('node:')) bare = bare.slice(5);
    else if (bare.startsWith('./node_modules/')) bare = bare.slice(15);
    else if (bare.startsWith('/node_modules/')) bare = bare.slice(14);
    const version = bare.indexOf('@', 1);
    if (version > 0) {
      const rest = bare.indexOf('/', version);
      bare = bare.slice(0, version) + (rest > 0 ? bare.slice(rest) : '');
    }
    return bare;
  };

  // --- a hook, as Auth0's published runner calls it
  // Node ends where its heap is full; the engine of the sandbox has an error for
  // that, which code may catch and answer with.
  const EngineError = globalThis.InternalError;
  const isFull = (error) => EngineError !== undefined && error instanceof EngineError && error.message === 'out of memory';
  const respondWithError = (error) => {
    if (isFull(error)) host.outOfMemory();
    if (!(error instanceof RealError)) error = new RealError(error.message || text(error) || 'Unknown error');
    const data = {};
    const names = getOwnPropertyNames(error);
    for (let i = 0; i < names.length; i++) data[names[i]] = error[names[i]];
    let json;
    try {
      json = stringify(data);
    } catch (e) {
      if (isFull(e)) host.outOfMemory();
      respondWithError(new RealError('Error serializing error: ' + e.message));
      return;
    }
    host.answer('error', json, text(error.stack));
  };
  const respond = (error, data) => {
    if (error) {
      respondWithError(error);
      return;
    }
    let json;
    try {
      json = stringify({ data });
    } catch (e) {
      if (isFull(e)) host.outOfMemory();
      respondWithError(new RealError('Error when JSON serializing the result of the extension point'));
      return;
    }
    host.answer('ok', json, '');
  };
  const compileFailed = (error) => {
    if (typeof error === 'object' || typeof error === 'function') {
      try {
        error.error_description = error.message;
        error.message = 'Unable to compile the extensibility code as javascript';
      } catch {
        // frozen: the sloppy code of the runner would not notice
      }
    }
    respond(error);
  };
  const fail = (message) => respond(new RealError(message));
  const isObject = (value) => typeof value === 'object';
  const callUser = (func, body, webtask) => {
    if (!body || !isObject(body)) return fail('Body received by extensibility point is not an object');
    if (!body.user || !isObject(body.user)) return fail('Body.user received by extensibility point is not an object');
    if (!body.context || !isObject(body.context)) return fail('Body.context received by extensibility point is not an object');
    if (!body.context.connection || !isObject(body.context.connection)) return fail('Body.context.connection received by extensibility point is not an object');
    const context = {};
    const names = keys(body.context);
    for (let i = 0; i < names.length; i++) context[names[i]] = body.context[names[i]];
    context.webtask = webtask;
    return func(body.user, context, (e, d) => respond(e, e ? undefined : d || {}));
  };
  const callExchange = (func, body, webtask) => {
    if (!isObject(body)) return fail('Body received by extensibility point is not an object');
    if (!isObject(body.client)) return fail('Body .client received by extensibility point is not an object');
    if (body.scope && !isArray(body.scope)) return fail('Body .scope received by extensibility point is neither empty nor an array');
    if (typeof body.audience !== 'string') return fail('Body .audience received by extensibility point is not a string');
    const context = isObject(body.context) ? body.context : {};
    context.webtask = webtask;
    return func(body.client, body.scope, body.audience, context, (e, d) => respond(e, d));
  };
  const callPhone = (func, body, webtask) => {
    const not = (what, kind) => fail('Body' + what + ' received by extensibility point is not ' + kind);
    if (!isObject(body)) return not('', 'an object');
    if (typeof body.recipient !== 'string') return not('.recipient', 'a string');
    if (typeof body.text !== 'string') return not('.text', 'a string');
    const context = body.context;
    if (!isObject(context)) return not('.context', 'an object');
    if (context.message_type !== 'sms' && context.message_type !== 'voice') return not('.context.message_type', '`sms` or `voice`');
    if (context.action !== 'enrollment' && context.action !== 'second-factor-authentication') return not('.context.action', '`enrollment` or `second-factor-authentication`');
    for (const name of ['language', 'code', 'ip', 'user_agent']) {
      if (typeof context[name] !== 'string') return not('.context.' + name, 'a string');
    }
    const client = context.client;
    if (client !== undefined) {
      if (!isObject(client)) return not('.context.client', 'an object');
      if (typeof client.client_id !== 'string') return not('.context.client.client_id', 'a string');
      if (typeof client.name !== 'string') return not('.context.client.name', 'a string');
      if (client.client_metadata !== undefined && !isObject(client.client_metadata)) return not('.context.client.client_metadata', 'an object');
    }
    if (!isObject(context.user)) return not('.context.user', 'an object');
    context.webtask = webtask;
    return func(body.recipient, body.text, context, (e, d) => respond(e, d));
  };
  const runHook = (load, trigger, bodyText, secrets) => {
    const module = { exports: {} };
    let func;
    try {
      func = apply(load, module.exports, [module.exports, core.require, module, '/hook.js', '/']) || module.exports;
    } catch (error) {
      if (error) return compileFailed(error);
    }
    const body = parseJson(bodyText);
    const given = parseJson(secrets);
    const data = {};
    const names = keys(given);
    for (let i = 0; i < names.length; i++) data[names[i]] = given[names[i]];
    const webtask = {
      secrets: given, headers: {}, meta: {}, params: {}, query: {}, data, body, body_raw: bodyText, token: null, id: 'sandbox',
      storage: { get: (cb) => later(() => cb(null, undefined)), set: (value, options, cb) => later(() => (typeof options === 'function' ? options : cb)(null)) },
      create_token() { throw new RealError('create_token is not available in the sandbox'); },
    };
    host.began();
    if (trigger === 'credentials-exchange') callExchange(func, body, webtask);
    else if (trigger === 'send-phone-message') callPhone(func, body, webtask);
    else callUser(func, body, webtask);
  };

  // --- an Action, as Auth0's published loader calls it
  const runAction = (load, handler, eventText, secrets, methods) => {
    const module = { exports: {} };
    const inner = load(module, module.exports, core.require);
    inner(module, module.exports, console);
    const exported = module.exports;
    if (!exported || typeof exported !== 'object') throw new RealError('The Action must export an object.');
    const f = exported[handler];
    if (typeof f !== 'function' || f.constructor.name !== 'AsyncFunction') {
      throw new RealError('Invalid function signature for the "' + handler + '" handler. Use "exports.' + handler + ' = async function(event, api) { }" as the signature.');
    }
    const event = parseJson(eventText);
    if (typeof event === 'object' && event !== null) event.secrets = parseJson(secrets);
    const api = core.part('api')(event, parseJson(methods));
    host.began();
    const promise = f(event, api);
    apply(PromiseThen, promise, [ () => host.settled(true), (reason) => host.settled(false, reason)]);
  };

  return { runHook, runAction, compileFailed, bareName };
})
