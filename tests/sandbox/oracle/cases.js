'use strict';
// Hooks and Actions on which the sandbox has to answer as Auth0's published
// compiler of hooks, and its published way to load Actions, do on Node.js.
// No case uses the network, a package, the clock or chance.

const user = (event = {}) => ({ user: { id: 'u1', email: 'ada@example.com', user_metadata: { a: 1 }, app_metadata: { b: 2 } }, context: { requestLanguage: 'en', connection: { id: 'con_1', name: 'db', tenant: 'acme' } }, ...event });
const exchange = (event = {}) => ({ client: { id: 'c1', name: 'C', tenant: 'acme', metadata: { plan: 'full' } }, scope: ['read:a', 'write:a'], audience: 'https://api.example/', context: {}, ...event });
const phone = (context = {}, event = {}) => ({ recipient: '+15550100', text: 'code 1', context: { message_type: 'sms', action: 'enrollment', language: 'en', code: '1', ip: '203.0.113.7', user_agent: 'x', client: { client_id: 'c1', name: 'C', client_metadata: {} }, user: { user_id: 'auth0|u1' }, ...context }, ...event });
const events = { 'credentials-exchange': exchange(), 'send-phone-message': phone() };
const usual = (trigger) => events[trigger] || user();
const all = ['credentials-exchange', 'pre-user-registration', 'post-user-registration', 'post-change-password', 'send-phone-message'];
const hooks = [];
const add = (name, trigger, script, event) => hooks.push({ kind: 'hook', name, trigger, script, event: event || usual(trigger) });

// what every trigger does with an answer; `A` stands for all arguments
const answers = {
  'nothing': 'cb()', 'null': 'cb(null)', 'undefined error': 'cb(undefined, { a: 1 })', 'data': 'cb(null, { a: 1, n: null, u: undefined })',
  'falsy data': 'cb(null, 0)', 'text': "cb(null, 'text')", 'list': 'cb(null, [1, undefined, () => 1])', 'extra arguments': 'cb(null, { a: 1 }, { b: 2 })',
  'date': 'cb(null, { d: new Date(0), nan: NaN, inf: Infinity, neg: -0 })', 'getter': 'cb(null, { get a() { return 7; } })', 'toJSON': "cb(null, { toJSON: () => ({ j: 1 }) })",
  'bigint': 'cb(null, { a: 1n })', 'circle': 'const a = {}; a.a = a; cb(null, a)', 'throwing getter': "cb(null, { get a() { throw new Error('g'); } })",
  'error': "cb(new Error('no'))", 'type error': "cb(new TypeError('no'))", 'text for an error': "cb('no')", 'number for an error': 'cb(42)', 'object for an error': "cb({ message: 'm', code: 7 })",
  'object without a message': 'cb({ code: 7 })', 'list for an error': "cb(['a', 'b'])", 'true for an error': 'cb(true)', 'error with fields': "const e = new Error('no'); e.code = 7; e.more = { a: [1] }; Object.defineProperty(e, 'hidden', { value: 'h' }); cb(e)",
  'error with a cause': "cb(new Error('no', { cause: 'c' }))", 'error that can not be written': "const e = new Error('no'); e.big = 1n; cb(e)", 'error in a circle': "const e = new Error('no'); e.self = e; cb(e)",
  'own error class': "class Own extends Error { constructor(m) { super(m); this.name = 'Own'; this.extra = 1; } } cb(new Own('no'))", 'base class': "cb(new ExtensibilityUserError('no'))",
  'twice': 'cb(null, { a: 1 }); cb(null, { a: 2 })', 'error after data': "cb(null, { a: 1 }); cb(new Error('late'))", 'later': 'setTimeout(() => cb(null, { later: 1 }), 5)', 'twice, once later': 'cb(null, { a: 1 }); setTimeout(() => cb(null, { a: 2 }), 5)',
  'never': ';', 'returned value': 'return { a: 1 }', 'throw': "throw new Error('sync')", 'throw after an answer': "cb(null, { a: 1 }); throw new Error('sync')", 'throw a text': "throw 'text'",
  'rejected promise': "Promise.reject(new Error('async'))", 'handled later': "const p = Promise.reject(new Error('x')); p.catch(() => cb(null, { caught: 1 }))", 'throw in a timer': "setTimeout(() => { throw new Error('timer'); }, 1)", 'throw in nextTick': "process.nextTick(() => { throw new Error('tick'); })",
  'promises before timers': "const o = []; setTimeout(() => { o.push('t'); cb(null, { o }); }, 1); Promise.resolve().then(() => o.push('p1')).then(() => o.push('p2')); process.nextTick(() => o.push('n')); queueMicrotask(() => o.push('m')); setImmediate(() => o.push('i')); o.push('s')",
  'interval': 'let n = 0; const t = setInterval(() => { if (++n === 3) { clearInterval(t); cb(null, { n }); } }, 1)', 'cleared timer': "const t = setTimeout(() => cb(null, { t: 1 }), 1); clearTimeout(t); setTimeout(() => cb(null, { t: 2 }), 3)",
  'secrets': 'cb(null, { s: arguments[arguments.length - 2].webtask.secrets.TOKEN, missing: arguments[arguments.length - 2].webtask.secrets.NONE === undefined })',
  'sloppy': 'undeclared = 1; cb(null, { undeclared, self: this === undefined })', 'with': 'with ({ a: 5 }) { cb(null, { a }); }', 'caught type error': "try { undefined.x; } catch (e) { cb(null, { n: e.name, m: e.message }); }", 'caught reference error': 'try { nothing; } catch (e) { cb(null, { n: e.name, m: e.message }); }',
  'caught constant': 'const c = 1; try { c = 2; } catch (e) { cb(null, { n: e.name, m: e.message }); }', 'caught early': 'try { early; let early = 1; } catch (e) { cb(null, { n: e.name, m: e.message }); }',
};
for (const trigger of all) {
  for (const name of Object.keys(answers)) add(name, trigger, `module.exports = function () { const cb = arguments[arguments.length - 1]; ${answers[name]} };`);
  add('echo', trigger, "module.exports = function () { const args = [...arguments]; const cb = args.pop(); const context = { ...args[args.length - 1] }; const { secrets, body } = context.webtask; delete context.webtask; args[args.length - 1] = context; cb(null, { args, secrets, same: body === undefined }); };");
  add('async function', trigger, 'module.exports = async function (...args) { await null; args.pop()(null, { a: 1 }); };');
  add('async function that throws', trigger, "module.exports = async function () { await null; throw new Error('rejected'); };");
  add('top-level return', trigger, 'return function (...args) { args.pop()(null, { returned: 1 }); };');
  add('nothing exported', trigger, 'const a = 1;');
  add('default export', trigger, 'exports.default = (...args) => args.pop()();');
  add('not JavaScript', trigger, 'module.exports = function ( {;');
  add('rule style', trigger, 'function (user, context, callback) { callback(null, user, context); }');
  add('throws at load', trigger, "throw new Error('load');");
  add('throws a text at load', trigger, "throw 'load';");
  add('throws nothing at load', trigger, 'throw null;');
  add('use strict is no directive', trigger, "'use strict'; loose = 1; module.exports = (...args) => args.pop()(null, { loose });");
  add('names of the module', trigger, "module.exports = (...args) => args.pop()(null, { a: typeof exports, b: typeof require, c: typeof module, d: typeof __filename, e: typeof __dirname, f: typeof window, g: typeof global });");
}
for (const name of ['InvalidScopeError', 'InvalidRequestError', 'ServerError']) add(name, 'credentials-exchange', `module.exports = (a, b, c, d, cb) => cb(new ${name}('no', 'friendly'));`);
for (const trigger of ['pre-user-registration', 'post-user-registration', 'post-change-password']) {
  add('friendly', trigger, "module.exports = (user, context, cb) => cb(new PreUserRegistrationError('no', 'Sorry'));");
  add('not friendly', trigger, "module.exports = (user, context, cb) => cb(new PreUserRegistrationError('no'));");
  add('mutated', trigger, 'module.exports = (user, context, cb) => { user.user_metadata.x = 1; delete user.app_metadata; context.y = 2; cb(null, { user }); };');
  const ok = 'module.exports = (user, context, cb) => cb(null, { ok: 1 });';
  for (const event of [null, {}, { user: 1 }, { user: {} }, { user: {}, context: {} }, { user: {}, context: { connection: 'x' } }, { user: {}, context: { connection: {} } }]) if (event) add('payload ' + JSON.stringify(event), trigger, ok, event);
}
add('phone error', 'send-phone-message', "module.exports = (r, t, c, cb) => cb(new SendPhoneMessageError('no', 'Sorry'));");
for (const event of [{}, { client: 1 }, { client: {}, scope: 'a' }, { client: {}, scope: [] }, { client: {}, scope: null, audience: 'x' }, { client: null, audience: 'x' }, { client: {}, audience: 'x', context: 'y' }]) add('payload ' + JSON.stringify(event), 'credentials-exchange', 'module.exports = (c, s, a, x, cb) => cb(null, { s, a, w: typeof x.webtask });', event);
for (const context of [{ message_type: 'fax' }, { action: 'x' }, { language: 1 }, { code: 1 }, { ip: undefined }, { user_agent: null }, { client: undefined }, { client: 1 }, { client: {} }, { client: { client_id: 'x' } }, { client: { client_id: 'x', name: 'y', client_metadata: 1 } }, { user: undefined }, { user: null }]) add('payload ' + JSON.stringify(context), 'send-phone-message', 'module.exports = (r, t, c, cb) => cb(null, { r, t });', phone(context));
add('payload without a recipient', 'send-phone-message', 'module.exports = (r, t, c, cb) => cb();', phone({}, { recipient: 1 }));
// what Node gives
const node = {
  'util.format': "require('util').format('%s %d %i %f %j %O %% %x', 'a', '1.5', '2.7', '3.5', { a: [1] }, [2], 'rest', { b: { c: { d: { e: 1 } } } })", 'util.inspect': "require('util').inspect({ s: \"it's\", n: -0, u: undefined, f() {}, g: class A {}, d: new Date(0), r: /x/g, m: new Map([[1, { a: 2 }]]), t: new Set(['x']), 'a-b': [1, , 3].length, nul: null, sym: Symbol('q'), big: 10n })",
  'querystring': "[require('querystring').stringify({ a: 'b c', d: [1, 2], e: '', f: null, g: true, h: \"!'()~*\" }), { ...require('querystring').parse('a=1&b=%20x+y&a=2&c&=d&e=%zz') }]", 'URLSearchParams': "new URLSearchParams({ a: \"b c!'()~*-._\", d: 'é&=+%' }).toString()", 'URLSearchParams read': "[...new URLSearchParams('?a=1&b=+x%20&a=2&c&%C3%A9=%zz')]",
  'URL': "(() => { const u = new URL('https://u:p@EXAMPLE.com:443/a/../b?x=1#h'); u.searchParams.append('y', 'z w'); return [u.href, u.host, u.origin, u.username, u.hash, JSON.stringify({ u })]; })()", 'bad URL': "(() => { try { new URL('nope'); } catch (e) { return [e.name, e.code, e.message]; } })()",
  'Buffer': "[Buffer.from('héllo €').toString('base64'), Buffer.from('aGk=', 'base64').toString(), Buffer.from('ff00zz', 'hex').toString('hex'), Buffer.from('é').toString('latin1'), Buffer.byteLength('€'), Buffer.from('abc').equals(Buffer.from([97, 98, 99])), Buffer.alloc(2, 'x').toString(), Buffer.concat([Buffer.from('a'), Buffer.from('b')]).length, Buffer.from('a-_').toString('base64url'), Buffer.from('xyz').readUInt16BE(1), JSON.stringify(Buffer.from('a'))]",
  'crypto': "(() => { const c = require('crypto'); return [...['md5', 'sha1', 'sha256', 'sha384', 'sha512'].map((a) => c.createHash(a).update('a').update(Buffer.from('b')).digest('hex')), ...['md5', 'sha1', 'sha256', 'sha512'].map((a) => c.createHmac(a, 'key').update('data').digest('base64')), c.pbkdf2Sync('p', 's', 2, 16, 'sha256').toString('hex'), c.timingSafeEqual(Buffer.from('a'), Buffer.from('a'))]; })()",
  'events': "(() => { const E = require('events'); const e = new E(); const o = []; e.on('a', (x) => o.push(x)); e.once('a', (x) => o.push('once' + x)); o.push(e.emit('a', 1), e.emit('a', 2), e.emit('b'), e.listenerCount('a')); try { e.emit('error', new Error('x')); } catch (x) { o.push(x.message); } return o; })()",
  'text coding': "[...new TextEncoder().encode('€')].concat(new TextDecoder().decode(new Uint8Array([0xe2, 0x82, 0xac])))", 'structuredClone': "(() => { const a = { d: new Date(0), m: new Map([[1, 2]]), n: { x: [1] } }; a.self = a; const b = structuredClone(a); return [b !== a, b.self === b, b.d.getTime(), b.m.get(1), b.n]; })()",
  'path': "(() => { const p = require('path'); return [p.join('/a', '../b', 'c'), p.basename('/x/y.js', '.js'), p.dirname('/x/y'), p.extname('a.b.c')]; })()", 'language': "[[3, 1].toSorted(), 'aXbX'.replaceAll('X', '-'), [1, [2, [3]]].flat(Infinity), (2n ** 64n).toString(), 'abc'.at(-1), 1_000, null ?? 'd', /(?<y>[0-9]{4})/.exec('in 2026').groups.y]",
  'assert': "(() => { try { require('assert').strictEqual(1, 2, 'differ'); } catch (e) { return [e.name, e.code]; } })()", 'abort': "(() => { const c = new AbortController(); c.abort(); return [c.signal.aborted, c.signal.reason.name]; })()", 'refused modules': "(() => { try { require('./own'); } catch (e) { return e.code; } })()",
};
for (const name of Object.keys(node)) add(name, 'post-user-registration', `module.exports = (user, context, cb) => { cb(null, { v: ${node[name]} }); };`);

const actions = [];
const act = (name, trigger, script, event) => actions.push({ kind: 'action', name, trigger, script, event: event || { user: { email: 'ada@example.com' } } });
const login = (body) => `exports.onExecutePostLogin = async (event, api) => { ${body} };`;
act('returns', 'post-login', login("api.access.deny('no');"));
act('throws', 'post-login', login("api.access.deny('no'); throw new TypeError('x');"));
act('copies', 'post-login', login("const v = { a: 1 }; api.accessToken.setCustomClaim('c', v); v.a = 2; api.idToken.setCustomClaim('d', new Date(0));"));
act('chains', 'post-login', login("api.user.setAppMetadata('a', 1).user.setUserMetadata('b', null);"));
act('late', 'post-login', login("setTimeout(() => api.access.deny('late'), 1);"));
act('waits', 'post-login', login("await new Promise((ok) => setTimeout(ok, 3)); api.access.deny('waited');"));
act('unknown method', 'post-login', login('api.access.allow();'));
act('unknown space', 'post-login', login('api.nothing.deny();'));
act('function', 'post-login', 'module.exports = async () => {};');
act('no handler', 'post-login', 'exports.other = async () => {};');
act('not async', 'post-login', 'exports.onExecutePostLogin = () => Promise.resolve();');
act('generator', 'post-login', 'exports.onExecutePostLogin = async function* () {};');
act('bound', 'post-login', "exports.onExecutePostLogin = (async function (event, api) { api.access.deny(String(this)); }).bind('x');");
act('module.exports', 'post-login', "module.exports = { onExecutePostLogin: async (event, api) => { api.access.deny(typeof event.secrets.TOKEN); } };");
act('replaced exports', 'post-login', 'exports = { onExecutePostLogin: async () => {} };');
act('this', 'post-login', 'this.onExecutePostLogin = async () => {};');
act('strict', 'post-login', "'use strict'; undeclared = 1;");
act('sloppy', 'post-login', 'undeclared = 1; ' + login('api.access.deny(String(undeclared));'));
act('throws at load', 'post-login', "throw new Error('load');");
act('return at the top', 'post-login', login("api.access.deny('x');") + ' return;');
act('dirname', 'post-login', '__dirname;');
act('const console', 'post-login', 'const console = 1;');
act('ES module', 'post-login', 'export const onExecutePostLogin = async () => {};');
act('own require', 'post-login', 'const require = 1; ' + login(''));

module.exports = { hooks, actions };
