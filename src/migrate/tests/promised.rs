//! Hooks that answer in callbacks, and what their promises look like.

use super::*;

#[test]
fn an_answer_in_a_callback_settles_a_promise() {
    check(
        Pre,
        "const request = require('request');
module.exports = function (user, context, cb) {
  request.get({ url: context.webtask.secrets.URL + user.email }, (err, response, body) => {
    if (err) return cb(new PreUserRegistrationError('no answer', 'Try again.'));
    if (JSON.parse(body).known) cb(null, { user });
    else cb(new PreUserRegistrationError(`unknown ${user.email}`, 'Ask us.'));
  });
};
",
        "const request = require('request');
exports.onExecutePreUserRegistration = async (event, api) => {
  return new Promise((resolve) => request.get({ url: event.secrets.URL + event.user.email }, (err, response, body) => {
    if (err) {
      api.access.deny('no answer', 'Try again.');
      return resolve();
    }
    if (JSON.parse(body).known) resolve();
    else {
      api.access.deny(`unknown ${event.user.email}`, 'Ask us.');
      resolve();
    }
  }));
};
",
    );
}

#[test]
fn a_message_in_a_constant_is_known_to_say_something() {
    check(
        Pre,
        "module.exports = function (user, context, cb) {
  const sorry = 'Ask us.';
  cb(new PreUserRegistrationError(`unknown ${user.email}`, sorry));
};
",
        "exports.onExecutePreUserRegistration = async (event, api) => {
  const sorry = 'Ask us.';
  api.access.deny(`unknown ${event.user.email}`, sorry);
};
",
    );
}

#[test]
fn several_statements_share_one_promise() {
    check(
        Post,
        "const https = require('https');
module.exports = function (user, context, cb) {
  if (!user.email) return cb();
  const req = https.request({ host: 'crm.example' }, (res) => res.on('end', () => cb(null, {})));
  req.on('error', (e) => cb(e));
  req.end(user.email);
};
",
        "const https = require('https');
exports.onExecutePostUserRegistration = async (event, api) => {
  if (!event.user.email) return;
  return new Promise((resolve, reject) => {
    const req = https.request({ host: 'crm.example' }, (res) => res.on('end', () => { resolve(); }));
    req.on('error', (e) => { reject(e); });
    req.end(event.user.email);
  });
};
",
    );
}

#[test]
fn a_variable_that_may_hold_an_error_decides() {
    check(
        Post,
        "module.exports = function (user, context, cb) {
  require('crm').add(user.email, function (err, added) {
    console.log(added);
    cb(err, added);
  });
};
",
        "exports.onExecutePostUserRegistration = async (event, api) => {
  return new Promise((resolve, reject) => require('crm').add(event.user.email, function (err, added) {
    console.log(added);
    err ? reject(err) : resolve();
  }));
};
",
    );
    check(
        Post,
        "module.exports = (user, context, cb) => {
  require('crm').add(user.email).then((added, err) => cb(err, null));
};
",
        "exports.onExecutePostUserRegistration = async (event, api) => {
  return require('crm').add(event.user.email).then((added, err) => { if (err) throw err; });
};
",
    );
}

#[test]
fn a_callback_that_is_handed_on_becomes_a_function() {
    let chain = "module.exports = (user, context, cb) => {
  save(user.email).then(() => cb()).catch(cb);
};
";
    check(
        Post,
        chain,
        "exports.onExecutePostUserRegistration = async (event, api) => {
  return save(event.user.email).then(() => {}).catch((error) => { throw error; });
};
",
    );
    check(
        Pre,
        chain,
        "exports.onExecutePreUserRegistration = async (event, api) => {
  return save(event.user.email).then(() => {}).catch((error) => api.access.deny(error.message, error.message));
};
",
    );
    check(
        Pre,
        "module.exports = (user, context, cb) => {
  save(user.email).then(() => cb()).catch(cb);
  log();
};
",
        "exports.onExecutePreUserRegistration = async (event, api) => {
  return new Promise((resolve) => {
    save(event.user.email).then(() => { resolve(); }).catch((error) => { api.access.deny(error.message, error.message); resolve(); });
    log();
  });
};
",
    );
    check(
        Post,
        "module.exports = (user, context, cb) => {
  if (!user.email) return setTimeout(cb, 1);
  const sent = save(user.email, cb);
  sent.on('error', cb);
};
",
        "exports.onExecutePostUserRegistration = async (event, api) => {
  return new Promise((resolve, reject) => {
    if (!event.user.email) return setTimeout((error) => (error ? reject(error) : resolve()), 1);
    const sent = save(event.user.email, (error) => (error ? reject(error) : resolve()));
    sent.on('error', reject);
  });
};
",
    );
}

#[test]
fn what_cannot_move_into_a_promise_is_refused() {
    check(
        Pre,
        "module.exports = function (user, context, cb) { save(user.email, cb); };",
        "not rewritten at `cb`: the callback is used where the hook does not end",
    );
    check(
        Post,
        "module.exports = (user, context, cb) => { save().then(() => load().catch(cb)).then(() => cb()).catch(cb); };",
        "not rewritten at `cb`: its own `catch` would catch the error",
    );
    check(
        Post,
        "module.exports = async function (user, context, cb) { save(() => cb()); await log(); };",
        "not rewritten at `await log()`: the callback is used where the hook does not end",
    );
    check(
        Post,
        "module.exports = function (user, context, cb) { begin(); function begin() { save(() => cb()); } };",
        "not rewritten at `begin`: the callback is used where the hook does not end",
    );
    check(
        Post,
        "module.exports = function (user, context, cb) { const resolve = 1; save(() => cb(resolve)); };",
        "not rewritten at `save(() => cb(resolve));`: the name `resolve` or `reject` is taken",
    );
}

#[test]
fn metadata_that_replace_all_that_was_there_take_the_rest_away() {
    check(
        Pre,
        "module.exports = function (user, context, cb) {
  cb(null, { user: { user_metadata: { from: 'web' }, app_metadata: { ...user.app_metadata, vip: true } } });
};
",
        "exports.onExecutePreUserRegistration = async (event, api) => {
  for (const key in event.user.user_metadata) api.user.setUserMetadata(key, null);
  api.user.setUserMetadata('from', 'web');
  api.user.setAppMetadata('vip', true);
};
",
    );
    check(
        Pre,
        "module.exports = function (user, context, cb) {
  user.app_metadata = Object.assign({}, user.app_metadata, { vip: true });
  user.user_metadata = { from: 'web' };
  cb(null, { user });
};
",
        "exports.onExecutePreUserRegistration = async (event, api) => {
  api.user.setAppMetadata('vip', true);
  for (const key in event.user.user_metadata) api.user.setUserMetadata(key, null);
  api.user.setUserMetadata('from', 'web');
};
",
    );
}

#[test]
fn results_that_set_nothing_may_be_several() {
    check(
        Pre,
        "module.exports = function (user, context, cb) {
  const response = {};
  if (user.email) return cb(null, { user });
  user.app_metadata.plan = 'free';
  response.user = user;
  return cb(null, response);
};
",
        "exports.onExecutePreUserRegistration = async (event, api) => {
  if (event.user.email) return;
  api.user.setAppMetadata('plan', 'free');
};
",
    );
}

#[test]
fn what_is_inside_a_promise_is_one_level_deeper_but_for_texts_of_several_lines() {
    check(
        Pre,
        "module.exports = function (user, context, cb) {
\tif (!user.email) return cb();

\tconst query = `a
  ${user.email}
b`;
\t/* as it
  was */
\tdb.find(query, (err, found) => {
\t\tif (err) {
\t\t\treturn cb(
\t\t\t\tnew PreUserRegistrationError('no answer', 'Try again.')
\t\t\t);
\t\t}

\t\tif (found) return cb(null, { user });
\t\tcb('unknown');
\t});
\tdb.end();
};
",
        "exports.onExecutePreUserRegistration = async (event, api) => {
\tif (!event.user.email) return;

\tconst query = `a
  ${event.user.email}
b`;
\t/* as it
  was */
\treturn new Promise((resolve) => {
\t\tdb.find(query, (err, found) => {
\t\t\tif (err) {
\t\t\t\tapi.access.deny(
\t\t\t\t\t'no answer',
\t\t\t\t\t'Try again.'
\t\t\t\t);
\t\t\t\treturn resolve();
\t\t\t}

\t\t\tif (found) return resolve();
\t\t\tapi.access.deny('unknown', 'unknown');
\t\t\tresolve();
\t\t});
\t\tdb.end();
\t});
};
",
    );
    check(
        Post,
        "module.exports = function (user, context, cb) {
    db.find(`a
  ${user.email}`, () => cb());
    /* stays
  as it is */
    db.end('a\\
b');
};
",
        "exports.onExecutePostUserRegistration = async (event, api) => {
    return new Promise((resolve) => {
        db.find(`a
  ${event.user.email}`, () => { resolve(); });
        /* stays
  as it is */
        db.end('a\\
b');
    });
};
",
    );
}
