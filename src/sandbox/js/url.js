// URL and URLSearchParams over the host's parser, and Node's older `url`.
(function (core) {
  'use strict';
  const { host, hidden } = core;
  const escapes = /[!'()~]/g;
  const encode = (value) => encodeURIComponent(value.toWellFormed()).replace(escapes, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase()).replace(/%20/g, '+');
  const decode = (value) => host.percentDecode(value.replace(/\+/g, ' '));
  class URLSearchParams {
    constructor(init = '') {
      hidden(this, '_list', []);
      hidden(this, '_changed', null);
      if (init === null || init === undefined) return;
      if (typeof init === 'object' || typeof init === 'function') {
        if (typeof init[Symbol.iterator] === 'function') {
          for (const pair of init) {
            const both = [...pair];
            if (both.length !== 2) throw new TypeError('Each query pair must be an iterable [name, value] tuple');
            this._list.push([String(both[0]), String(both[1])]);
          }
        } else for (const name of Reflect.ownKeys(init)) this._list.push([String(name), String(init[name])]);
        return;
      }
      this._parse(String(init));
    }
    _parse(text) {
      if (text.startsWith('?')) text = text.slice(1);
      this._list.length = 0;
      for (const part of text.split('&')) {
        if (part === '') continue;
        const at = part.indexOf('=');
        this._list.push(at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))]);
      }
    }
    _update() { if (this._changed) this._changed(this.toString()); }
    append(name, value) { this._list.push([String(name), String(value)]); this._update(); }
    delete(name, value) {
      const kept = this._list.filter((pair) => pair[0] !== String(name) || (value !== undefined && pair[1] !== String(value)));
      this._list.splice(0, this._list.length, ...kept);
      this._update();
    }
    get(name) { const found = this._list.find((pair) => pair[0] === String(name)); return found ? found[1] : null; }
    getAll(name) { return this._list.filter((pair) => pair[0] === String(name)).map((pair) => pair[1]); }
    has(name, value) { return this._list.some((pair) => pair[0] === String(name) && (value === undefined || pair[1] === String(value))); }
    set(name, value) {
      const first = this._list.findIndex((pair) => pair[0] === String(name));
      if (first < 0) this._list.push([String(name), String(value)]);
      else {
        this._list[first][1] = String(value);
        const kept = this._list.filter((pair, at) => at <= first || pair[0] !== String(name));
        this._list.splice(0, this._list.length, ...kept);
      }
      this._update();
    }
    sort() { this._list.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)); this._update(); }
    forEach(f, self) { for (const [name, value] of this._list) f.call(self, value, name, this); }
    *entries() { for (const pair of this._list) yield [pair[0], pair[1]]; }
    *keys() { for (const pair of this._list) yield pair[0]; }
    *values() { for (const pair of this._list) yield pair[1]; }
    [Symbol.iterator]() { return this.entries(); }
    get size() { return this._list.length; }
    toString() { return this._list.map(([name, value]) => encode(name) + '=' + encode(value)).join('&'); }
  }
  const fail = (input) => {
    const error = new TypeError('Invalid URL');
    error.code = 'ERR_INVALID_URL';
    error.input = input;
    return error;
  };
  class URL {
    constructor(input, base) {
      const json = host.url(String(input), base === undefined ? null : String(base));
      if (json === null) throw fail(String(input));
      hidden(this, '_parts', JSON.parse(json));
      hidden(this, '_params', new URLSearchParams(this._parts.search));
      this._params._changed = (text) => this._set('search', text, true);
    }
    _set(name, value, own) {
      const json = host.urlSet(this._parts.href, name, String(value));
      if (json === null) { if (name === 'href') throw fail(value); return; }
      this._parts = JSON.parse(json);
      if (!own && (name === 'search' || name === 'href')) this._params._parse(this._parts.search);
    }
    get searchParams() { return this._params; }
    toString() { return this._parts.href; }
    toJSON() { return this._parts.href; }
    static canParse(input, base) { return host.url(String(input), base === undefined ? null : String(base)) !== null; }
    static parse(input, base) { return URL.canParse(input, base) ? new URL(input, base) : null; }
  }
  for (const name of ['href', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash', 'origin']) {
    Object.defineProperty(URL.prototype, name, {
      get() { return this._parts[name]; },
      set: name === 'origin' ? undefined : function (value) { this._set(name, value); },
      enumerable: true, configurable: true,
    });
  }
  // The older interface, for the addresses that hooks give it.
  const parse = (input, query) => {
    const text = String(input).trim();
    const json = host.url(text, null);
    const empty = { protocol: null, slashes: null, auth: null, host: null, port: null, hostname: null, hash: null, search: null, query: null, pathname: null, path: null, href: text };
    const asQuery = (search) => (query ? core.part('node').querystring.parse(search || '') : search);
    if (json === null) {
      const [, path, search, hash] = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(text) || [];
      return Object.assign(empty, { pathname: path || null, search: search || (query ? '' : null), query: asQuery(search ? search.slice(1) : query ? '' : null), hash: hash || null, path: (path || '') + (search || '') || null });
    }
    const parts = JSON.parse(json);
    const auth = parts.username ? decodeURIComponent(parts.username) + (parts.password ? ':' + decodeURIComponent(parts.password) : '') : null;
    return Object.assign(empty, {
      protocol: parts.protocol, slashes: text.includes('//') ? true : null, auth, host: parts.host, port: parts.port || null, hostname: parts.hostname,
      hash: parts.hash || null, search: parts.search || (query ? '' : null), query: asQuery(parts.search ? parts.search.slice(1) : query ? '' : null), pathname: parts.pathname, path: parts.pathname + parts.search, href: parts.href,
    });
  };
  const format = (value) => {
    if (typeof value === 'string' || value instanceof URL) return String(value);
    const host = value.host || (value.hostname ? value.hostname + (value.port ? ':' + value.port : '') : '');
    const protocol = value.protocol ? value.protocol + (value.protocol.endsWith(':') ? '' : ':') : '';
    const query = value.search || (value.query && typeof value.query === 'object' && Object.keys(value.query).length ? '?' + core.part('node').querystring.stringify(value.query) : '');
    return protocol + (host ? '//' : '') + (value.auth ? encodeURIComponent(value.auth).replace('%3A', ':') + '@' : '') + host + (value.pathname || '') + (query && !query.startsWith('?') ? '?' + query : query) + (value.hash || '');
  };
  const module = { URL, URLSearchParams, parse, format, resolve: (from, to) => new URL(to, new URL(from, 'http://localhost')).href, domainToASCII: (name) => name, fileURLToPath: (value) => new URL(value).pathname };
  return { URL, URLSearchParams, module };
})
