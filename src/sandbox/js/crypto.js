// The part of `crypto` that code of hooks and Actions uses: digests, MACs,
// chance out of the run's seed. All else is an error that names the method.
(function (core) {
  'use strict';
  const { host, hidden, later } = core;
  const { Buffer } = core.part('buffer');
  const bytes = (value, enc) => {
    if (typeof value === 'string') return Buffer.from(value, enc);
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const error = new TypeError('The "data" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ' + core.describeType(value));
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  };
  const names = { __proto__: null, md5: 'md5', sha1: 'sha1', sha256: 'sha256', sha384: 'sha384', sha512: 'sha512', 'sha-1': 'sha1', 'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512', 'rsa-sha256': 'sha256', 'rsa-sha1': 'sha1', 'rsa-sha512': 'sha512' };
  const algorithm = (name) => {
    const found = names[String(name).toLowerCase()];
    if (found) return found;
    const error = new Error("the digest '" + name + "' is not available in the sandbox (md5, sha1, sha256, sha384, sha512 are); use `hooksync run --engine node`");
    error.code = 'ERR_SANDBOX';
    throw error;
  };
  const joined = (parts) => Buffer.concat(parts);
  class Digest {
    constructor(finish) { hidden(this, '_parts', []); hidden(this, '_finish', finish); }
    update(data, enc) {
      if (!this._finish) throw new Error('Digest already called');
      this._parts.push(Uint8Array.from(bytes(data, enc)));
      return this;
    }
    digest(enc) {
      if (!this._finish) throw new Error('Digest already called');
      const out = Buffer.from(this._finish(joined(this._parts)));
      this._finish = null;
      return enc === undefined || enc === 'buffer' ? out : out.toString(enc);
    }
    copy() { const other = new Digest(this._finish); other._parts.push(...this._parts); return other; }
  }
  const hash = (name) => { const a = algorithm(name); return new Digest((data) => host.hash(a, data)); };
  const hmac = (name, key) => {
    const a = algorithm(name);
    const k = bytes(key && key._key ? key._key : key);
    return new Digest((data) => {
      if (a !== 'md5') return host.hmac(a, k, data);
      const block = Buffer.alloc(64);
      block.set(k.length > 64 ? host.hash('md5', k) : k);
      const inner = host.hash('md5', Buffer.concat([block.map((b) => b ^ 0x36), data]));
      return host.hash('md5', Buffer.concat([block.map((b) => b ^ 0x5c), inner]));
    });
  };
  const randomBytes = (size, cb) => {
    const out = Buffer.alloc(size);
    for (let i = 0; i < size; i++) out[i] = Math.floor(host.random() * 256);
    if (typeof cb !== 'function') return out;
    later(() => cb(null, out));
  };
  const randomUUID = () => {
    const b = randomBytes(16);
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const hex = b.toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  };
  const randomInt = (min, max, cb) => {
    if (max === undefined || typeof max === 'function') { cb = max; max = min; min = 0; }
    const out = min + Math.floor(host.random() * (max - min));
    if (typeof cb !== 'function') return out;
    later(() => cb(null, out));
  };
  const pbkdf2Sync = (password, salt, rounds, length, digest) => Buffer.from(host.pbkdf2(algorithm(digest), bytes(password), bytes(salt), rounds, length));
  const given = {
    createHash: hash, createHmac: hmac, randomBytes, randomUUID, randomInt, pbkdf2Sync,
    hash: (name, data, enc = 'hex') => hash(name).update(data).digest(enc),
    pbkdf2(password, salt, rounds, length, digest, cb) { const out = pbkdf2Sync(password, salt, rounds, length, digest); later(() => cb(null, out)); },
    timingSafeEqual(a, b) {
      if (a.byteLength !== b.byteLength) {
        const error = new RangeError('Input buffers must have the same byte length');
        error.code = 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH';
        throw error;
      }
      return Buffer.compare(bytes(a), bytes(b)) === 0;
    },
    getHashes: () => ['md5', 'sha1', 'sha256', 'sha384', 'sha512'],
    createSecretKey: (key, enc) => ({ type: 'secret', _key: bytes(key, enc) }),
    constants: {},
  };
  const digestName = (value) => algorithm(typeof value === 'string' ? value : value.name || value.hash);
  const web = {
    randomUUID,
    getRandomValues(array) { const b = new Uint8Array(array.buffer, array.byteOffset, array.byteLength); b.set(randomBytes(b.length)); return array; },
    subtle: {
      async digest(name, data) { return Uint8Array.from(host.hash(digestName(name), bytes(data))).buffer; },
      async importKey(format, key, options, extractable, usages) { return { type: 'secret', algorithm: options, extractable, usages, _key: bytes(key), _hash: digestName((options && options.hash) || 'sha-256') }; },
      async sign(options, key, data) { return Uint8Array.from(host.hmac(key._hash, key._key, bytes(data))).buffer; },
      async verify(options, key, signature, data) { return Buffer.compare(Buffer.from(host.hmac(key._hash, key._key, bytes(data))), bytes(signature)) === 0; },
    },
  };
  given.webcrypto = web;
  given.getRandomValues = web.getRandomValues;
  given.subtle = web.subtle;
  const module = new Proxy(given, {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || name === 'then' || name === 'default') return target[name];
      return function () {
        const error = new Error('crypto.' + name + ' is not available in the sandbox; use `hooksync run --engine node`');
        error.code = 'ERR_SANDBOX';
        throw error;
      };
    },
  });
  hidden(given, 'default', module);
  return { web, module };
})
