// HTTP clients, all thin faces of one table of stubs that the host keeps.
// An answer comes one macrotask after the request, never at once.
(function (core) {
  'use strict';
  const { host, hidden, later } = core;
  const { Buffer, Blob } = core.part('buffer');
  const { URL, URLSearchParams } = core.part('url');
  const EventEmitter = core.part('node').events;
  const phrases = { 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 409: 'Conflict', 410: 'Gone', 412: 'Precondition Failed', 415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 429: 'Too Many Requests', 500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout' };
  const phrase = (status) => phrases[status] || '';
  const lower = (headers) => {
    const out = {};
    for (const name of Object.keys(headers || {})) {
      if (headers[name] !== undefined && headers[name] !== null) out[name.toLowerCase()] = Array.isArray(headers[name]) ? headers[name].join(', ') : String(headers[name]);
    }
    return out;
  };
  const asText = (body) => {
    if (body === undefined || body === null) return '';
    if (typeof body === 'string') return body;
    if (body instanceof URLSearchParams) return body.toString();
    if (body instanceof Blob) return body._bytes.toString();
    if (body instanceof FormData) return new URLSearchParams(body._list).toString();
    if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return Buffer.from(body.buffer || body).toString();
    return String(body);
  };
  const networkError = (reply, url) => {
    const at = new URL(url);
    const port = at.port || (at.protocol === 'https:' ? '443' : '80');
    const call = reply.fail === 'ENOTFOUND' || reply.fail === 'EAI_AGAIN' ? 'getaddrinfo' : reply.fail === 'ECONNRESET' ? 'read' : 'connect';
    const message = reply.fail === 'ERR_NO_STUB' ? reply.message : reply.fail === 'ECONNRESET' ? 'socket hang up' : call + ' ' + reply.fail + ' ' + (call === 'getaddrinfo' ? at.hostname : at.hostname + ':' + port);
    const error = new Error(message);
    error.code = reply.fail;
    if (reply.fail !== 'ERR_NO_STUB') Object.assign(error, { errno: -111, syscall: call });
    return error;
  };
  // The one way out: cb(error, { status, headers, text })
  const send = (method, url, headers, body, cb) => {
    const address = new URL(url);
    address.hash = '';
    const reply = JSON.parse(host.http(String(method || 'GET').toUpperCase(), address.href, JSON.stringify(lower(headers)), asText(body)));
    const arrived = () => { if (reply.at !== undefined) host.answered(reply.at); };
    later(() => (arrived(), reply.fail ? cb(networkError(reply, url)) : cb(null, reply)));
  };
  const promised = (method, url, headers, body) => new Promise((resolve, reject) => send(method, url, headers, body, (error, reply) => (error ? reject(error) : resolve(reply))));
  const withQuery = (url, query) => {
    if (!query) return url;
    const address = new URL(url);
    const list = query instanceof URLSearchParams || typeof query === 'string' ? [...new URLSearchParams(query)] : Object.keys(query).flatMap((name) => [].concat(query[name]).filter((v) => v !== undefined && v !== null).map((v) => [name, typeof v === 'object' ? JSON.stringify(v) : String(v)]));
    for (const [name, value] of list) address.searchParams.append(name, value);
    return address.href;
  };
  const FORM = 'application/x-www-form-urlencoded';
  const form = (value) => (typeof value === 'string' ? value : new URLSearchParams(Object.keys(value).map((name) => [name, String(value[name])])).toString());
  const jsonOr = (text) => { try { return JSON.parse(text); } catch { return text; } };

  // --- fetch
  class Headers {
    constructor(init) {
      hidden(this, '_map', new Map());
      if (!init) return;
      if (init instanceof Headers || typeof init[Symbol.iterator] === 'function') for (const [name, value] of init) this.append(name, value);
      else for (const name of Object.keys(init)) this.append(name, init[name]);
    }
    append(name, value) { const key = String(name).toLowerCase(); this._map.set(key, this._map.has(key) ? this._map.get(key) + ', ' + value : String(value)); }
    set(name, value) { this._map.set(String(name).toLowerCase(), String(value)); }
    get(name) { const key = String(name).toLowerCase(); return this._map.has(key) ? this._map.get(key) : null; }
    has(name) { return this._map.has(String(name).toLowerCase()); }
    delete(name) { this._map.delete(String(name).toLowerCase()); }
    forEach(f, self) { for (const [name, value] of this) f.call(self, value, name, this); }
    entries() { return [...this._map].sort((a, b) => (a[0] < b[0] ? -1 : 1))[Symbol.iterator](); }
    keys() { return [...this].map((pair) => pair[0])[Symbol.iterator](); }
    values() { return [...this].map((pair) => pair[1])[Symbol.iterator](); }
    [Symbol.iterator]() { return this.entries(); }
    raw() { return Object.fromEntries([...this].map(([name, value]) => [name, [value]])); }
  }
  class FormData {
    constructor() { hidden(this, '_list', []); }
    append(name, value) { this._list.push([String(name), String(value)]); }
    set(name, value) { this.delete(name); this.append(name, value); }
    get(name) { const found = this._list.find((one) => one[0] === name); return found ? found[1] : null; }
    delete(name) { this._list = this._list.filter((one) => one[0] !== name); }
    has(name) { return this._list.some((one) => one[0] === name); }
    [Symbol.iterator]() { return this._list[Symbol.iterator](); }
    getHeaders() { return { 'content-type': 'multipart/form-data' }; }
  }
  class Body {
    get bodyUsed() { return this._used; }
    _take() {
      if (this._used) return Promise.reject(new TypeError('Body is unusable: Body has already been read'));
      this._used = true;
      return Promise.resolve(this._text);
    }
    text() { return this._take(); }
    json() { return this._take().then((text) => JSON.parse(text)); }
    arrayBuffer() { return this._take().then((text) => Uint8Array.from(Buffer.from(text)).buffer); }
    buffer() { return this._take().then((text) => Buffer.from(text)); }
    bytes() { return this._take().then((text) => Uint8Array.from(Buffer.from(text))); }
    blob() { return this._take().then((text) => new Blob([text])); }
  }
  const body = (target, text) => { hidden(target, '_text', text); hidden(target, '_used', false); };
  class Response extends Body {
    constructor(content = null, init = {}) {
      super();
      body(this, asText(content));
      this.status = init.status === undefined ? 200 : init.status;
      this.statusText = init.statusText === undefined ? '' : init.statusText;
      this.headers = new Headers(init.headers);
      this.url = init.url || '';
      this.redirected = false;
      this.type = 'basic';
    }
    get ok() { return this.status >= 200 && this.status < 300; }
    get body() { return this._text === '' ? null : { getReader: () => ({ read: async () => (this._used ? { done: true } : { done: false, value: Buffer.from(await this._take()) }) }) }; }
    clone() { return new Response(this._text, this); }
    static json(data, init = {}) { return new Response(JSON.stringify(data), { ...init, headers: { 'content-type': 'application/json', ...init.headers } }); }
  }
  class Request extends Body {
    constructor(input, init = {}) {
      super();
      const from = input instanceof Request ? input : null;
      this.url = from ? from.url : new URL(String(input)).href;
      this.method = String(init.method || (from && from.method) || 'GET').toUpperCase();
      this.headers = new Headers(init.headers || (from && from.headers));
      this.signal = init.signal || (from && from.signal);
      body(this, init.body === undefined ? (from ? from._text : '') : asText(init.body));
    }
  }
  const plainType = (content) => (content instanceof URLSearchParams ? FORM + ';charset=UTF-8' : typeof content === 'string' ? 'text/plain;charset=UTF-8' : null);
  const fetch = async function fetch(input, init = {}) {
    let request;
    try {
      request = new Request(input, init);
    } catch (error) {
      throw Object.assign(new TypeError('Failed to parse URL from ' + input), { cause: error });
    }
    if ((request.method === 'GET' || request.method === 'HEAD') && init.body !== undefined && init.body !== null) throw new TypeError('Request with GET/HEAD method cannot have body.');
    if (init.body !== undefined && !request.headers.has('content-type') && plainType(init.body)) request.headers.set('content-type', plainType(init.body));
    if (request.signal && request.signal.aborted) throw request.signal.reason;
    return new Promise((resolve, reject) => {
      if (request.signal) request.signal.addEventListener('abort', () => reject(request.signal.reason));
      send(request.method, request.url, Object.fromEntries(request.headers), request._text, (error, reply) => {
        if (error) reject(error.code === 'ERR_NO_STUB' ? error : Object.assign(new TypeError('fetch failed'), { cause: error }));
        else resolve(new Response(reply.text, { status: reply.status, statusText: phrase(reply.status), headers: reply.headers, url: request.url }));
      });
    });
  };

  // --- http and https
  const node = (scheme) => {
    class IncomingMessage extends EventEmitter {
      constructor(reply) {
        super();
        Object.assign(this, { statusCode: reply.status, statusMessage: phrase(reply.status), headers: reply.headers, httpVersion: '1.1', complete: true });
        hidden(this, '_text', reply.text);
        hidden(this, '_flowing', false);
      }
      setEncoding(enc) { hidden(this, '_enc', enc); return this; }
      on(name, f) {
        EventEmitter.prototype.on.call(this, name, f);
        if (name === 'data' || name === 'readable') this.resume();
        return this;
      }
      resume() {
        if (this._flowing) return this;
        this._flowing = true;
        later(() => {
          if (this._text !== '') this.emit('data', this._enc ? this._text : Buffer.from(this._text));
          later(() => { this.emit('end'); this.emit('close'); });
        });
        return this;
      }
      pause() { return this; }
      destroy() { return this; }
      pipe(target) { this.on('data', (chunk) => target.write(chunk)); this.on('end', () => target.end()); return target; }
      async *[Symbol.asyncIterator]() { if (this._text !== '') yield this._enc ? this._text : Buffer.from(this._text); }
    }
    IncomingMessage.prototype.addListener = IncomingMessage.prototype.on;
    class ClientRequest extends EventEmitter {
      constructor(options, cb) {
        super();
        if (cb) this.once('response', cb);
        Object.assign(this, { method: String(options.method || 'GET').toUpperCase(), path: options.path, host: options.hostname, aborted: false, destroyed: false });
        hidden(this, '_url', options.url);
        hidden(this, '_headers', lower(options.headers));
        if (options.auth) this._headers.authorization = 'Basic ' + Buffer.from(options.auth).toString('base64');
        hidden(this, '_parts', []);
      }
      setHeader(name, value) { this._headers[String(name).toLowerCase()] = String(value); return this; }
      getHeader(name) { return this._headers[String(name).toLowerCase()]; }
      removeHeader(name) { delete this._headers[String(name).toLowerCase()]; }
      write(chunk, enc, cb) { this._parts.push(typeof chunk === 'string' ? Buffer.from(chunk, typeof enc === 'string' ? enc : undefined) : chunk); const done = typeof enc === 'function' ? enc : cb; if (done) later(done); return true; }
      end(chunk, enc, cb) {
        if (typeof chunk === 'function') { cb = chunk; chunk = undefined; }
        if (chunk !== undefined && chunk !== null) this.write(chunk, enc);
        if (this._sent) return this;
        hidden(this, '_sent', true);
        if (typeof cb === 'function') this.once('finish', cb);
        send(this.method, this._url, this._headers, Buffer.concat(this._parts).toString(), (error, reply) => {
          if (this.destroyed) return;
          this.emit('finish');
          if (error) { this.emit('error', error); this.emit('close'); return; }
          const message = new IncomingMessage(reply);
          message.once('end', () => later(() => this.emit('close')));
          // a listener has to read it, or it never ends
          if (!this.emit('response', message)) message.resume();
        });
        return this;
      }
      destroy(error) {
        if (this.destroyed) return this;
        this.destroyed = true;
        later(() => { this.emit('error', error || Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })); this.emit('close'); });
        return this;
      }
      abort() { this.aborted = true; return this.destroy(); }
      setTimeout(delay, f) { if (f) this.once('timeout', f); return this; }
      setNoDelay() {} setSocketKeepAlive() {} flushHeaders() {}
    }
    const read = (first, second, third) => {
      let options = {};
      let cb = third;
      if (typeof first === 'string' || first instanceof URL) {
        const at = new URL(first);
        Object.assign(options, { protocol: at.protocol, hostname: at.hostname, port: at.port, path: at.pathname + at.search });
        if (at.username) options.auth = decodeURIComponent(at.username) + ':' + decodeURIComponent(at.password);
        if (typeof second === 'function') cb = second;
        else if (second) Object.assign(options, second);
      } else {
        Object.assign(options, first);
        cb = second;
      }
      const protocol = options.protocol || scheme;
      if (protocol !== scheme) {
        const error = new TypeError('Protocol "' + protocol + '" not supported. Expected "' + scheme + '"');
        error.code = 'ERR_INVALID_PROTOCOL';
        throw error;
      }
      const name = options.hostname || options.host || 'localhost';
      const usual = scheme === 'https:' ? 443 : 80;
      const port = options.port && Number(options.port) !== usual && !String(name).includes(':') ? ':' + options.port : '';
      options.hostname = name;
      options.url = scheme + '//' + name + port + (options.path || '/');
      return [options, cb];
    };
    const request = (...args) => { const [options, cb] = read(...args); return new ClientRequest(options, cb); };
    class Agent { destroy() {} }
    return { request, get: (...args) => request(...args).end(), Agent, globalAgent: new Agent(), IncomingMessage, ClientRequest, STATUS_CODES: phrases, METHODS: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] };
  };

  // --- axios
  const axiosClient = () => {
    class AxiosError extends Error {
      constructor(message, code, config, request, response) {
        super(message);
        hidden(this, 'name', 'AxiosError');
        hidden(this, 'isAxiosError', true);
        this.code = code;
        if (config) this.config = config;
        if (request) hidden(this, 'request', request);
        if (response) { hidden(this, 'response', response); this.status = response.status; }
      }
      toJSON() { return { message: this.message, name: this.name, code: this.code, status: this.status }; }
    }
    const merge = (a, b) => {
      const out = { ...a, ...b };
      const flat = (h) => { const { common, get, post, put, patch, delete: del, head, ...rest } = h || {}; return { ...common, ...rest }; };
      out.headers = { ...flat(a && a.headers), ...flat(b && b.headers) };
      return out;
    };
    const build = (defaults) => {
      const handlers = { request: [], response: [] };
      const chain = (list) => ({ use(ok, fail) { list.push({ ok, fail }); return list.length - 1; }, eject(at) { list[at] = null; }, clear() { list.length = 0; } });
      const dispatch = async (config) => {
        let url = config.url || '';
        if (config.baseURL && !/^[a-z][a-z\d+.-]*:/i.test(url)) url = url ? config.baseURL.replace(/\/+$/, '') + '/' + url.replace(/^\/+/, '') : config.baseURL;
        const at = (() => { try { return withQuery(url, config.params); } catch { throw new AxiosError('Invalid URL', 'ERR_INVALID_URL', config); } })();
        const headers = lower({ accept: 'application/json, text/plain, */*', ...config.headers });
        let data = config.data;
        for (const f of [].concat(config.transformRequest || [])) data = f(data, headers);
        const type = headers['content-type'] || '';
        if (data instanceof URLSearchParams) { headers['content-type'] = type || FORM + ';charset=utf-8'; data = data.toString(); }
        else if (data !== null && typeof data === 'object' && !ArrayBuffer.isView(data) && !(data instanceof FormData)) {
          if (type.includes(FORM)) data = form(data);
          else { headers['content-type'] = type || 'application/json'; data = JSON.stringify(data); }
        } else if (typeof data === 'string' && !type) headers['content-type'] = FORM;
        if (config.auth) headers.authorization = 'Basic ' + Buffer.from((config.auth.username || '') + ':' + (config.auth.password || '')).toString('base64');
        if (data === undefined) delete headers['content-type'];
        const method = (config.method || 'get').toLowerCase();
        if (config.signal && config.signal.aborted) throw Object.assign(new AxiosError('canceled', 'ERR_CANCELED', config), { __CANCEL__: true });
        const request = { method: method.toUpperCase(), path: at };
        let reply;
        try {
          reply = await promised(method, at, headers, data);
        } catch (error) {
          if (error.code === 'ERR_NO_STUB') throw error;
          throw new AxiosError(error.message, error.code, config, request);
        }
        const response = { status: reply.status, statusText: phrase(reply.status), headers: { ...reply.headers }, config, request };
        hidden(response.headers, 'get', (name) => reply.headers[String(name).toLowerCase()]);
        response.data = config.responseType === 'text' || config.responseType === 'arraybuffer' || config.responseType === 'stream' ? (config.responseType === 'arraybuffer' ? Buffer.from(reply.text) : reply.text) : jsonOr(reply.text);
        for (const f of [].concat(config.transformResponse || [])) response.data = f(response.data, response.headers);
        const valid = config.validateStatus === undefined ? reply.status >= 200 && reply.status < 300 : !config.validateStatus || config.validateStatus(reply.status);
        if (!valid) throw new AxiosError('Request failed with status code ' + reply.status, reply.status >= 500 ? 'ERR_BAD_RESPONSE' : 'ERR_BAD_REQUEST', config, request, response);
        return response;
      };
      const request = (first, second) => {
        let config = merge(axios.defaults, typeof first === 'string' ? { ...second, url: first } : first);
        config.method = (config.method || 'get').toLowerCase();
        let promise = Promise.resolve(config);
        for (const one of handlers.request.filter(Boolean).reverse()) promise = promise.then(one.ok, one.fail);
        promise = promise.then(dispatch);
        for (const one of handlers.response.filter(Boolean)) promise = promise.then(one.ok, one.fail);
        return promise;
      };
      function axios(first, second) { return request(first, second); }
      axios.defaults = defaults;
      axios.request = request;
      axios.interceptors = { request: chain(handlers.request), response: chain(handlers.response) };
      for (const name of ['get', 'delete', 'head', 'options']) axios[name] = (url, config) => request({ ...config, method: name, url });
      for (const name of ['post', 'put', 'patch']) {
        axios[name] = (url, data, config) => request({ ...config, method: name, url, data });
        axios[name + 'Form'] = (url, data, config) => request({ ...config, method: name, url, data, headers: { ...(config && config.headers), 'content-type': 'multipart/form-data' } });
      }
      axios.getUri = (config) => withQuery(merge(axios.defaults, config).url, config.params);
      axios.create = (own) => build(merge(axios.defaults, own));
      axios.AxiosError = AxiosError;
      axios.isAxiosError = (error) => !!(error && error.isAxiosError === true);
      axios.isCancel = (error) => !!(error && error.__CANCEL__);
      axios.all = (list) => Promise.all(list);
      axios.spread = (f) => (list) => f(...list);
      axios.CancelToken = { source: () => ({ token: {}, cancel() {} }) };
      axios.Axios = function Axios(own) { return axios.create(own); };
      return axios;
    };
    const axios = build({ headers: { common: {}, get: {}, post: {}, put: {}, patch: {}, delete: {}, head: {} } });
    axios.default = axios;
    return axios;
  };

  // --- got
  const gotClient = () => {
    class RequestError extends Error { constructor(error, options) { super(error.message); hidden(this, 'name', 'RequestError'); this.code = error.code; this.options = options; } }
    class HTTPError extends Error {
      constructor(response, options) { super('Response code ' + response.statusCode + ' (' + response.statusMessage + ')'); hidden(this, 'name', 'HTTPError'); this.code = 'ERR_NON_2XX_3XX_RESPONSE'; hidden(this, 'response', response); this.options = options; }
    }
    const build = (defaults) => {
      const got = (input, second) => {
        const own = typeof input === 'string' || input instanceof URL ? { ...second, url: input } : { ...input };
        const options = { ...defaults, ...own, headers: { ...defaults.headers, ...own.headers } };
        const run = async () => {
          let url = String(options.url);
          if (options.prefixUrl && !/^[a-z]+:/i.test(url)) url = String(options.prefixUrl).replace(/\/*$/, '/') + url;
          url = withQuery(url, options.searchParams || options.query);
          const headers = lower(options.headers);
          let data = options.body;
          if (options.json !== undefined && options.json !== true && options.json !== false) { data = JSON.stringify(options.json); headers['content-type'] = headers['content-type'] || 'application/json'; }
          else if (options.json === true && data && typeof data === 'object') data = JSON.stringify(data);
          if (options.form && options.form !== true) { data = form(options.form); headers['content-type'] = headers['content-type'] || FORM; }
          if (options.username) headers.authorization = 'Basic ' + Buffer.from(options.username + ':' + (options.password || '')).toString('base64');
          let reply;
          try {
            reply = await promised(options.method, url, headers, data);
          } catch (error) {
            if (error.code === 'ERR_NO_STUB') throw error;
            throw new RequestError(error, options);
          }
          const wantsJson = options.responseType === 'json' || options.json === true;
          const response = { statusCode: reply.status, statusMessage: phrase(reply.status), headers: reply.headers, url, rawBody: Buffer.from(reply.text), body: wantsJson ? jsonOr(reply.text) : reply.text };
          const good = (reply.status >= 200 && reply.status < 400);
          if (!good && options.throwHttpErrors !== false) throw new HTTPError(response, options);
          return options.resolveBodyOnly ? response.body : response;
        };
        const promise = run();
        const shape = (f) => { const next = promise.then((response) => f(response.body === undefined ? response : response.body)); return next; };
        hidden(promise, 'json', () => shape((value) => (typeof value === 'string' ? JSON.parse(value) : value)));
        hidden(promise, 'text', () => shape((value) => (typeof value === 'string' ? value : JSON.stringify(value))));
        hidden(promise, 'buffer', () => shape((value) => Buffer.from(value)));
        hidden(promise, 'cancel', () => {});
        return promise;
      };
      for (const name of ['get', 'post', 'put', 'patch', 'head', 'delete']) got[name] = (input, options) => got(input, { ...options, method: name.toUpperCase() });
      got.extend = (own) => build({ ...defaults, ...own, headers: { ...defaults.headers, ...(own && own.headers) } });
      return Object.assign(got, { HTTPError, RequestError, defaults: { options: defaults } });
    };
    const got = build({ headers: {} });
    got.got = got;
    got.default = got;
    return got;
  };

  // --- request, and its promised kin
  const requestClient = (isPromise) => {
    class StatusCodeError extends Error {
      constructor(status, content, options, response) { super(status + ' - ' + (typeof content === 'string' ? content : JSON.stringify(content))); Object.assign(this, { name: 'StatusCodeError', statusCode: status, error: content, options, response }); }
    }
    class RequestError extends Error { constructor(cause, options) { super('Error: ' + cause.message); Object.assign(this, { name: 'RequestError', cause, error: cause, options }); } }
    const build = (defaults) => {
      const run = (options, cb) => {
        const headers = lower(options.headers);
        let data = options.body;
        if (options.json !== undefined && options.json !== false) {
          if (options.json !== true) data = options.json;
          headers.accept = headers.accept || 'application/json';
          if (data !== undefined && (typeof data !== 'string' || options.json !== true)) { data = JSON.stringify(data); headers['content-type'] = headers['content-type'] || 'application/json'; }
        }
        if (options.form) { data = form(options.form); headers['content-type'] = headers['content-type'] || FORM; }
        if (options.auth) headers.authorization = options.auth.bearer !== undefined ? 'Bearer ' + (typeof options.auth.bearer === 'function' ? options.auth.bearer() : options.auth.bearer) : 'Basic ' + Buffer.from((options.auth.user || options.auth.username || '') + ':' + (options.auth.pass || options.auth.password || '')).toString('base64');
        let url = options.url || options.uri;
        if (url && typeof url === 'object') url = url.href;
        if (!url) throw new Error('undefined is not a valid uri or options object.');
        if (options.baseUrl) url = options.baseUrl.replace(/\/+$/, '') + '/' + url.replace(/^\/+/, '');
        if (!/^[a-z]+:/i.test(url)) throw new Error('Invalid URI "' + url + '"');
        send(options.method, withQuery(url, options.qs), headers, data, (error, reply) => {
          if (error) return cb(error);
          const response = { statusCode: reply.status, statusMessage: phrase(reply.status), headers: reply.headers, body: options.json ? jsonOr(reply.text) : reply.text, request: options };
          hidden(response, 'toJSON', () => ({ statusCode: response.statusCode, body: response.body, headers: response.headers }));
          cb(null, response, response.body);
        });
      };
      const request = (first, second, third) => {
        const own = typeof first === 'string' ? { ...(typeof second === 'object' ? second : {}), url: first } : { ...first };
        const cb = [second, third, own.callback].find((one) => typeof one === 'function');
        const options = { ...defaults, ...own, headers: { ...defaults.headers, ...own.headers } };
        if (!isPromise) {
          const emitter = new EventEmitter();
          const fail = (error) => { if (cb) cb(error); if (!cb || emitter.listenerCount('error') > 0) emitter.emit('error', error); };
          try {
            run(options, (error, response, content) => {
              if (error) return fail(error);
              if (cb) cb(null, response, content);
              emitter.emit('response', response);
              emitter.emit('data', response.body);
              emitter.emit('complete', response, content);
              emitter.emit('end');
            });
          } catch (error) { later(() => fail(error)); }
          return emitter;
        }
        const promise = new Promise((resolve, reject) => {
          const done = (error, response, content) => {
            if (cb) cb(error, response, content);
            if (error) return reject(error.code === 'ERR_NO_STUB' ? error : new RequestError(error, options));
            if (options.simple !== false && !(response.statusCode >= 200 && response.statusCode < 300)) return reject(new StatusCodeError(response.statusCode, content, options, response));
            const shaped = options.transform ? options.transform(content, response) : options.resolveWithFullResponse ? response : content;
            resolve(shaped);
          };
          try { run(options, done); } catch (error) { reject(new RequestError(error, options)); }
        });
        hidden(promise, 'promise', () => promise);
        return promise;
      };
      for (const name of ['get', 'post', 'put', 'patch', 'head', 'delete', 'del', 'options']) {
        request[name] = (first, second, third) => request(typeof first === 'string' ? { ...(typeof second === 'object' ? second : {}), url: first, method: name === 'del' ? 'DELETE' : name.toUpperCase() } : { ...first, method: name === 'del' ? 'DELETE' : name.toUpperCase() }, typeof second === 'function' ? second : third);
      }
      request.defaults = (own) => build({ ...defaults, ...own, headers: { ...defaults.headers, ...(own && own.headers) } });
      request.jar = () => ({});
      return request;
    };
    return build({ headers: {} });
  };

  // --- superagent
  const superagentClient = () => {
    class Agent {
      constructor(method, url) { hidden(this, '_r', { method, url, headers: {}, query: [], data: undefined, type: null }); }
      set(name, value) { if (typeof name === 'object') for (const one of Object.keys(name)) this._r.headers[one.toLowerCase()] = name[one]; else this._r.headers[name.toLowerCase()] = value; return this; }
      query(value) { this._r.query.push(value); return this; }
      send(value) { this._r.data = typeof value === 'object' && typeof this._r.data === 'object' ? { ...this._r.data, ...value } : typeof value === 'string' && typeof this._r.data === 'string' ? this._r.data + '&' + value : value; return this; }
      type(value) { this._r.headers['content-type'] = value === 'form' ? FORM : value === 'json' ? 'application/json' : value; return this; }
      accept(value) { this._r.headers.accept = value === 'json' ? 'application/json' : value; return this; }
      auth(user, pass, options) { this._r.headers.authorization = options && options.type === 'bearer' ? 'Bearer ' + user : 'Basic ' + Buffer.from(user + ':' + (pass || '')).toString('base64'); return this; }
      ok(f) { this._r.ok = f; return this; }
      timeout() { return this; } retry() { return this; } redirects() { return this; } buffer() { return this; } use(f) { f(this); return this; } withCredentials() { return this; }
      end(cb) { this.then((response) => cb && cb(null, response), (error) => cb && cb(error, error.response)); return this; }
      _run() {
        if (this._promise) return this._promise;
        const r = this._r;
        const url = r.query.reduce((at, one) => withQuery(at, one), r.url);
        let data = r.data;
        if (data !== undefined && typeof data === 'object') {
          r.headers['content-type'] = r.headers['content-type'] || 'application/json';
          data = r.headers['content-type'].includes(FORM) ? form(data) : JSON.stringify(data);
        } else if (typeof data === 'string' && !r.headers['content-type']) r.headers['content-type'] = FORM;
        hidden(this, '_promise', promised(r.method, url, r.headers, data).then((reply) => {
          const type = reply.headers['content-type'] || '';
          const response = { status: reply.status, statusCode: reply.status, ok: reply.status >= 200 && reply.status < 300, headers: reply.headers, header: reply.headers, type: type.split(';')[0], text: reply.text, body: type.includes('json') ? jsonOr(reply.text || '{}') : {}, error: false };
          const good = r.ok ? r.ok(response) : response.ok;
          if (!good) throw Object.assign(new Error(phrase(reply.status)), { status: reply.status, response });
          return response;
        }));
        return this._promise;
      }
      then(ok, fail) { return this._run().then(ok, fail); }
      catch(fail) { return this._run().catch(fail); }
    }
    const superagent = (method, url) => (url === undefined ? new Agent('GET', method) : new Agent(method, url));
    for (const name of ['get', 'post', 'put', 'patch', 'head', 'delete', 'del']) {
      superagent[name] = (url, data) => { const one = new Agent(name === 'del' ? 'DELETE' : name.toUpperCase(), url); return typeof data === 'object' ? (name === 'get' ? one.query(data) : one.send(data)) : one; };
    }
    superagent.agent = () => superagent;
    return superagent;
  };

  const fetchClient = () => {
    const client = function (url, init) { return fetch(url, init); };
    return Object.assign(client, { default: client, fetch: client, Headers, Request, Response, FormData, isRedirect: (status) => [301, 302, 303, 307, 308].includes(status) });
  };
  const client = (name) => {
    switch (name) {
      case 'axios': return axiosClient();
      case 'got': return gotClient();
      case 'request': return requestClient(false);
      case 'request-promise': case 'request-promise-native': return requestClient(true);
      case 'superagent': return superagentClient();
      case 'undici': return {
        ...fetchClient(),
        async request(url, options = {}) {
          const reply = await promised(options.method, withQuery(String(url), options.query), options.headers, options.body);
          const response = new Response(reply.text);
          return { statusCode: reply.status, headers: reply.headers, body: { json: () => response.json(), text: () => response.text(), arrayBuffer: () => response.arrayBuffer() } };
        },
      };
      default: return fetchClient();
    }
  };
  return { fetch, Headers, Request, Response, FormData, client, http: node('http:'), https: node('https:') };
})
