//! Work that hooks started and did not wait for.

use super::*;

#[test]
fn what_a_hook_started_is_waited_for() {
    check(
        Post,
        "const request = require('request');
const axios = require('axios');
module.exports = function (user, context, cb) {
  request.post({ url: 'https://a.example', json: { id: user.id } });
  if (user.email) request('https://b.example', (err) => console.log(err));
  void axios.post('https://c.example', user.email);
  fetch('https://d.example').then((it) => it.text());
  audit(user.email).catch(console.log);
  log(user.email);
  cb();
};
async function log(email) { await fetch('https://e.example/' + email); }
",
        "const request = require('request');
const axios = require('axios');
exports.onExecutePostUserRegistration = async (event, api) => {
  await new Promise((resolve) => request.post({ url: 'https://a.example', json: { id: event.user.user_id.replace(/^auth0\\|/, '') } }, resolve));
  if (event.user.email) await new Promise((resolve) => request('https://b.example', (err) => console.log(err)).on('complete', resolve).on('error', resolve));
  await axios.post('https://c.example', event.user.email).catch((error) => console.error(error));
  await fetch('https://d.example').then((it) => it.text()).catch((error) => console.error(error));
  await audit(event.user.email).catch(console.log);
  await log(event.user.email).catch((error) => console.error(error));
};
async function log(email) { await fetch('https://e.example/' + email); }
",
    );
}

#[test]
fn what_is_waited_for_now_is_a_note_with_its_place() {
    let script = "const got = require('got');
module.exports = (user, context, cb) => {
  got.post('https://a.example');
  cb();
};
";
    let rewritten = converted(&Post, script).rewrite.expect("it can be followed");
    let [note] = rewritten.findings.as_slice() else { panic!("{:?}", rewritten.findings) };
    assert_eq!((note.code.0, &script[note.at.clone()]), ("HM209", "got.post"));
    assert!(!note.has_no_equivalent());
}

#[test]
fn nothing_is_awaited_where_that_is_no_async_function() {
    check(
        Post,
        "module.exports = (user, context, cb) => {
  save(user.email, (err) => cb(err));
  audit(user.email).catch(console.log);
};
",
        "exports.onExecutePostUserRegistration = async (event, api) => {
  return new Promise((resolve, reject) => {
    save(event.user.email, (err) => { err ? reject(err) : resolve(); });
    audit(event.user.email).catch(console.log);
  });
};
",
    );
    check(
        Post,
        "const axios = require('axios');
module.exports = (user, context, cb) => {
  [1, 2].forEach((it) => { axios.post('https://a.example/' + it); });
  cb();
};
",
        "const axios = require('axios');
exports.onExecutePostUserRegistration = async (event, api) => {
  [1, 2].forEach((it) => { axios.post('https://a.example/' + it); });
};
",
    );
}

#[test]
fn new_lines_end_as_the_others_do() {
    let script = "module.exports = (user, context, cb) => {\r\n  save((err) => cb(err));\r\n  end();\r\n};\r\n";
    let Converted { rewrite, wrap, .. } = converted(&Post, script);
    for code in [rewrite.expect("it can be followed").code, wrap] {
        assert_eq!(code.matches('\n').count(), code.matches("\r\n").count(), "{code:?}");
    }
}

#[test]
fn requests_of_nodes_own_client_are_waited_for_where_they_are_sent() {
    check(
        Post,
        "const https = require('https');
module.exports = function (user, context, cb) {
  const req = https.request('https://a.example', (res) => res.resume());
  req.on('error', console.error);
  req.write(user.email);
  req.end();
  https.get('https://b.example', (res) => res.resume()).on('error', console.error);
  https.request('https://c.example').end(user.email);
  https.get('https://d.example', (res) => console.log(res.statusCode));
  https.request('https://e.example');
  cb();
};
",
        "const https = require('https');
exports.onExecutePostUserRegistration = async (event, api) => {
  const req = https.request('https://a.example', (res) => res.resume());
  req.on('error', console.error);
  req.write(event.user.email);
  await new Promise((resolve) => req.end().on('close', resolve).on('error', resolve));
  await new Promise((resolve) => https.get('https://b.example', (res) => res.resume()).on('error', console.error).on('close', resolve).on('error', resolve));
  await new Promise((resolve) => https.request('https://c.example').end(event.user.email).on('close', resolve).on('error', resolve));
  await new Promise((resolve) => https.get('https://d.example', (res) => console.log(res.statusCode)).on('response', resolve).on('error', resolve));
  https.request('https://e.example');
};
",
    );
}
