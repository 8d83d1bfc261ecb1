// The `api` object of an Action: what each trigger has, and nothing else.
(function (core) {
  'use strict';
  const { host, now } = core;
  return function (event, methods) {
    const api = {};
    const record = (path, args) => { host.api(path, args); };
    const checks = {
      'validation.error'(code, message) {
        for (const value of [code, message]) {
          if (typeof value !== 'string' || value.length > 100) {
            throw new Error('Failed to add validation error: errorCode and errorMessage must be strings of at most 100 characters');
          }
        }
      },
      'transaction.addTargetScope': scopes, 'transaction.removeTargetScope': scopes, 'transaction.removeTargetScopes': scopes,
      'transaction.setTargetScopes'(list) {
        if (!Array.isArray(list)) throw new TypeError('scopes must be an array of strings');
        if (list.length > 1000) throw new Error('too many scopes');
        list.forEach((scope) => scopes(scope));
      },
      'transaction.setMetadata'(key, value) {
        if (!event.transaction) event.transaction = {};
        if (!event.transaction.metadata) event.transaction.metadata = {};
        if (value === null) delete event.transaction.metadata[key];
        else event.transaction.metadata[key] = value;
      },
    };
    if (methods.noScopeClaim) {
      checks['accessToken.setCustomClaim'] = (key) => {
        if (key === 'scope') throw new Error('The "scope" claim cannot be set.');
      };
    }
    function scopes(scope) {
      for (const one of Array.isArray(scope) ? scope : [scope]) {
        if (typeof one !== 'string') throw new TypeError('scope must be a string');
        if (one === '' || /\s/.test(one) || one.length > 280) throw new Error('scope must be 1 to 280 characters without whitespace');
      }
    }
    const cache = new Map();
    let writes = 0;
    const bytes = (value) => host.encode(value, 'utf8').length;
    const gives = {
      'cache.get'(key) {
        const found = cache.get(key);
        return found && found.expires_at > now() ? { value: found.value, expires_at: found.expires_at } : undefined;
      },
      'cache.set'(key, value, options) {
        key = String(key); value = String(value);
        const fail = (code) => ({ type: 'error', code });
        if (bytes(key) > 64) return fail('CacheKeySizeExceeded');
        if (bytes(value) > 4096) return fail('CacheValueSizeExceeded');
        let expires_at = now() + 900000;
        if (options && (options.ttl !== undefined || options.expires_at !== undefined)) {
          const ends = [options.ttl === undefined ? Infinity : now() + options.ttl, options.expires_at === undefined ? Infinity : options.expires_at];
          if (ends.some((end) => typeof end !== 'number' || Number.isNaN(end))) return fail('InvalidExpiry');
          expires_at = Math.min(ends[0], ends[1], now() + 86400000);
          if (expires_at <= now()) return fail('ItemAlreadyExpired');
        }
        if (++writes > 20) return fail('MaxSideEffectsExceeded');
        let size = bytes(key) + bytes(value);
        for (const [k, v] of cache) if (k !== key) size += bytes(k) + bytes(v.value);
        if (size > 8192) return fail('CacheSizeExceeded');
        const record = { value, expires_at };
        cache.set(key, record);
        return { type: 'success', record: { value, expires_at } };
      },
      'cache.delete'(key) {
        if (!cache.delete(key)) return { type: 'error', code: 'CacheKeyDoesNotExist' };
        return ++writes > 20 ? { type: 'error', code: 'MaxSideEffectsExceeded' } : { type: 'success' };
      },
      'redirect.canRedirect': () => true,
      'redirect.encodeToken'(options) {
        const encode = (value) => host.decodeText(host.encode(JSON.stringify(value), 'utf8'), 'base64url');
        const at = Math.floor(now() / 1000);
        const claims = { iat: at, exp: at + ((options && options.expiresInSeconds) || 900), sub: event.user && event.user.user_id, ip: event.request && event.request.ip, ...(options && options.payload) };
        const head = encode({ alg: 'HS256', typ: 'JWT' }) + '.' + encode(claims);
        const key = host.encode(String(options && options.secret), 'utf8');
        return head + '.' + host.decodeText(host.hmac('sha256', key, host.encode(head, 'utf8')), 'base64url');
      },
      'redirect.validateToken'(options) {
        const name = (options && options.tokenParameterName) || 'session_token';
        const request = event.request || {};
        const token = (request.query && request.query[name]) || (request.body && request.body[name]);
        if (typeof token !== 'string') throw new Error('There is no token in the parameter "' + name + '"');
        const [head, body, signature] = token.split('.');
        const expected = host.decodeText(host.hmac('sha256', host.encode(String(options && options.secret), 'utf8'), host.encode(head + '.' + body, 'utf8')), 'base64url');
        if (signature !== expected) throw new Error('The session token is invalid: invalid signature');
        const claims = JSON.parse(host.decodeText(host.encode(body, 'base64url'), 'utf8'));
        if (claims.exp && claims.exp * 1000 <= now()) throw new Error('The session token is invalid: jwt expired');
        return claims;
      },
      'rules.wasExecuted': () => false,
      'groups.getUserGroups': async () => ({ groups: [] }),
      'groups.hasGroupMembership': async () => ({ isMember: false, groups: [] }),
      'roles.getUserEffectiveRoles': async () => ({ roles: [] }),
      'roles.getUserEffectiveRolesByIds': async () => ({ roles: [] }),
      'roles.getUserEffectiveRolesByNames': async () => ({ roles: [] }),
    };
    for (const path of methods.paths) {
      const [space, name] = path.split('.');
      if (!api[space]) api[space] = {};
      api[space][name] = { [name](...args) {
        if (checks[path]) checks[path](...args);
        const quiet = path.startsWith('cache.get') || path === 'rules.wasExecuted' || path === 'redirect.canRedirect' || path === 'redirect.encodeToken' || path === 'redirect.validateToken';
        if (!quiet) record(path, args);
        return gives[path] ? gives[path](...args) : api;
      } }[name];
    }
    return api;
  };
})
