// Buffer, TextEncoder and TextDecoder: bytes are Uint8Arrays, the encodings
// are the host's.
(function (core) {
  'use strict';
  const { host, hidden, describeType } = core;
  const { setPrototypeOf } = Object;
  const known = { __proto__: null, 'utf8': 'utf8', 'utf-8': 'utf8', 'hex': 'hex', 'base64': 'base64', 'base64url': 'base64url', 'latin1': 'latin1', 'binary': 'latin1', 'ascii': 'ascii', 'utf16le': 'utf16le', 'utf-16le': 'utf16le', 'ucs2': 'utf16le', 'ucs-2': 'utf16le' };
  const encoding = (name) => {
    if (name === undefined || name === null || name === '') return 'utf8';
    const found = known[String(name).toLowerCase()];
    if (found) return found;
    const error = new TypeError('Unknown encoding: ' + name);
    error.code = 'ERR_UNKNOWN_ENCODING';
    throw error;
  };
  const own = (bytes) => setPrototypeOf(bytes, Buffer.prototype);
  function Buffer(value, second, third) {
    if (typeof value === 'number') return own(new Uint8Array(value));
    if (value instanceof ArrayBuffer) return own(new Uint8Array(value, second, third));
    return Buffer.from(value, second, third);
  }
  setPrototypeOf(Buffer, Uint8Array);
  Object.defineProperty(Buffer, 'prototype', { value: Object.create(Uint8Array.prototype, { constructor: { value: Buffer, writable: true, configurable: true } }), writable: false });
  const statics = {
    from(value, second, third) {
      if (typeof value === 'string') return own(host.encode(value, encoding(second)));
      if (value instanceof ArrayBuffer) return own(new Uint8Array(value, second, third));
      if (ArrayBuffer.isView(value) || Array.isArray(value)) return own(Uint8Array.from(value));
      if (value && value.type === 'Buffer' && Array.isArray(value.data)) return own(Uint8Array.from(value.data));
      if (value && typeof value.length === 'number') return own(Uint8Array.from(value));
      if (value && typeof value.valueOf === 'function' && value.valueOf() !== value) return Buffer.from(value.valueOf(), second, third);
      const error = new TypeError('The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received ' + describeType(value));
      error.code = 'ERR_INVALID_ARG_TYPE';
      throw error;
    },
    alloc(size, fill, enc) {
      const buffer = own(new Uint8Array(size));
      return fill === undefined ? buffer : buffer.fill(fill, enc);
    },
    allocUnsafe: (size) => own(new Uint8Array(size)),
    allocUnsafeSlow: (size) => own(new Uint8Array(size)),
    concat(list, total) {
      if (total === undefined) total = list.reduce((sum, one) => sum + one.length, 0);
      const out = own(new Uint8Array(total));
      let at = 0;
      for (const one of list) {
        const fits = at + one.length > total ? one.subarray(0, total - at) : one;
        out.set(fits, at);
        at += fits.length;
      }
      return out;
    },
    isBuffer: (value) => value instanceof Buffer,
    isEncoding: (name) => typeof name === 'string' && known[name.toLowerCase()] !== undefined,
    byteLength: (value, enc) => (typeof value === 'string' ? host.encode(value, encoding(enc)).length : value.byteLength),
    compare(a, b) {
      for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
      return Math.sign(a.length - b.length);
    },
    poolSize: 8192,
  };
  for (const name of Object.keys(statics)) hidden(Buffer, name, statics[name]);
  const view = (b) => new DataView(b.buffer, b.byteOffset, b.byteLength);
  const toBytes = (value, enc) => (typeof value === 'string' ? Buffer.from(value, enc) : typeof value === 'number' ? Uint8Array.of(value) : value);
  const methods = {
    toString(enc, start, end) {
      const part = start === undefined && end === undefined ? this : Uint8Array.prototype.subarray.call(this, start || 0, end);
      return host.decodeText(part, encoding(enc));
    },
    toLocaleString(enc) { return this.toString(enc); },
    toJSON() { return { type: 'Buffer', data: Array.from(this) }; },
    equals(other) { return Buffer.compare(this, other) === 0; },
    compare(other) { return Buffer.compare(this, other); },
    slice(start, end) { return own(Uint8Array.prototype.subarray.call(this, start, end)); },
    subarray(start, end) { return own(Uint8Array.prototype.subarray.call(this, start, end)); },
    copy(target, at = 0, start = 0, end = this.length) {
      const part = Uint8Array.prototype.subarray.call(this, start, Math.min(end, start + target.length - at));
      target.set(part, at);
      return part.length;
    },
    write(value, at, length, enc) {
      if (typeof at === 'string') { enc = at; at = 0; length = undefined; }
      if (typeof length === 'string') { enc = length; length = undefined; }
      at = at || 0;
      const bytes = host.encode(value, encoding(enc));
      const part = bytes.subarray(0, Math.min(bytes.length, this.length - at, length === undefined ? Infinity : length));
      this.set(part, at);
      return part.length;
    },
    fill(value, start, end, enc) {
      if (typeof start === 'string') { enc = start; start = 0; end = undefined; }
      if (typeof value !== 'string') return Uint8Array.prototype.fill.call(this, value, start, end);
      const bytes = host.encode(value, encoding(enc));
      for (let i = start || 0, n = 0; i < (end === undefined ? this.length : end); i++, n++) this[i] = bytes.length ? bytes[n % bytes.length] : 0;
      return this;
    },
    indexOf(value, from, enc) {
      const wanted = toBytes(value, enc);
      for (let i = from || 0; i + wanted.length <= this.length; i++) {
        let n = 0;
        while (n < wanted.length && this[i + n] === wanted[n]) n++;
        if (n === wanted.length) return i;
      }
      return -1;
    },
    includes(value, from, enc) { return this.indexOf(value, from, enc) !== -1; },
    swap16() { for (let i = 0; i + 1 < this.length; i += 2) [this[i], this[i + 1]] = [this[i + 1], this[i]]; return this; },
  };
  const numbers = { UInt8: [1, 'Uint8'], Int8: [1, 'Int8'], UInt16: [2, 'Uint16'], Int16: [2, 'Int16'], UInt32: [4, 'Uint32'], Int32: [4, 'Int32'], Float: [4, 'Float32'], Double: [8, 'Float64'], BigUInt64: [8, 'BigUint64'], BigInt64: [8, 'BigInt64'] };
  for (const name of Object.keys(numbers)) {
    const [size, kind] = numbers[name];
    for (const order of size === 1 ? [''] : ['LE', 'BE']) {
      methods['read' + name + order] = function (at = 0) { return view(this)['get' + kind](at, order === 'LE'); };
      methods['write' + name + order] = function (value, at = 0) { view(this)['set' + kind](at, value, order === 'LE'); return at + size; };
    }
  }
  for (const name of Object.keys(methods)) hidden(Buffer.prototype, name, methods[name]);
  for (const name of Object.keys(methods)) {
    if (name.includes('UInt')) hidden(Buffer.prototype, name.replace('UInt', 'Uint'), methods[name]);
  }
  hidden(Buffer.prototype, '_isBuffer', true);
  Object.defineProperty(Buffer.prototype, 'parent', { get() { return this.buffer; }, configurable: true });

  class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(value = '') { return host.encode(String(value), 'utf8'); }
    encodeInto(value, target) {
      const bytes = host.encode(String(value), 'utf8').subarray(0, target.length);
      target.set(bytes);
      return { read: value.length, written: bytes.length };
    }
  }
  class TextDecoder {
    constructor(label = 'utf-8', options = {}) {
      const name = String(label).toLowerCase();
      if (!known[name]) throw new RangeError('The "' + label + '" encoding is not supported');
      this.encoding = known[name] === 'utf8' ? 'utf-8' : known[name] === 'utf16le' ? 'utf-16le' : 'windows-1252';
      this.fatal = !!options.fatal;
      this.ignoreBOM = !!options.ignoreBOM;
      hidden(this, '_name', known[name]);
    }
    decode(bytes = new Uint8Array(0)) {
      const all = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const text = host.decodeText(all, this._name);
      if (this.fatal && this._name === 'utf8' && text.includes('\ufffd')) throw new TypeError('The encoded data was not valid for encoding utf-8');
      return !this.ignoreBOM && text.startsWith('\ufeff') ? text.slice(1) : text;
    }
  }
  class Blob {
    constructor(parts = [], options = {}) {
      hidden(this, '_bytes', Buffer.concat(parts.map((one) => (one instanceof Blob ? one._bytes : Buffer.from(typeof one === 'string' ? one : new Uint8Array(one.buffer || one))))));
      this.size = this._bytes.length;
      this.type = options.type || '';
    }
    async text() { return this._bytes.toString(); }
    async arrayBuffer() { return Uint8Array.from(this._bytes).buffer; }
  }
  class StringDecoder {
    constructor(enc) { this.encoding = encoding(enc); hidden(this, '_rest', Buffer.alloc(0)); }
    write(bytes) {
      let all = Buffer.concat([this._rest, bytes]);
      let keep = 0;
      if (this.encoding === 'utf8') {
        for (let back = 1; back <= 3 && back <= all.length; back++) {
          const byte = all[all.length - back];
          if ((byte & 0xc0) === 0x80) continue;
          const need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
          if (need > back) keep = back;
          break;
        }
      }
      this._rest = all.subarray(all.length - keep);
      return all.subarray(0, all.length - keep).toString(this.encoding);
    }
    end(bytes) {
      const text = (bytes ? this.write(bytes) : '') + this._rest.toString(this.encoding);
      this._rest = Buffer.alloc(0);
      return text;
    }
  }
  return { Buffer, TextEncoder, TextDecoder, Blob, module: { Buffer, Blob, kMaxLength: 4294967296, constants: { MAX_LENGTH: 4294967296 }, atob: globalThis.atob, btoa: globalThis.btoa }, string_decoder: { StringDecoder } };
})
