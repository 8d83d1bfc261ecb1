//! Scripts that are made up: every kind of statement that a rule looks at,
//! after every kind of character.

use proptest::prelude::*;

/// Every kind of statement and expression, in forms that rules look at. `§` is
/// where a text goes.
pub(super) const STATEMENTS: [&str; 48] = [
    "if (user.email) { log('§'); }",
    "if (context.message_type === 'sms') { log('§'); } else if (context.message_type === 'voice') { log(); }",
    "if (context.message_type === 'sms') return cb(); /*§*/ if (context.message_type === 'voice') return cb();",
    "switch (user.plan) { case '§': log(); break; case 2: default: log(); }",
    "switch (context.action) { case 'enrollment': cb(); break; case '§': cb(); }",
    "for (let i = 0; i < 3; i++) { log(`§${i}`); }",
    "for (const a of user.list) { cb(null, '§'); }",
    "for (const a in user) if (a === '§') continue;",
    "for (;;) { if (user.a) break; }",
    "while (status === 429) { send('§'); }",
    "do { log('§'); } while (status == 429);",
    "label: for (const a of user.list) { break label; }",
    "try { log('§'); } catch (e) { cb(e); } finally { log(); }",
    "try { JSON.parse('§'); } catch { return; }",
    "throw new Error('§');",
    "return cb(null, { user: { user_metadata: { a: '§' } } });",
    "return;",
    "cb(new PreUserRegistrationError('§'));",
    "cb(null, { scope, 'https://example.com/§': 1, claim: 2 });",
    "callback(null, user, '§');",
    "cb(null, user, context);",
    "const a = '§', { b, ...c } = user;",
    "let d = user.email ? '§' : cb();",
    "user.email && cb('§');",
    "ok || cb(); ok && cb('§');",
    "user.name ??= '§';",
    "class A extends Error { #p = '§'; static { log(); } get x() { return 1; } }",
    "function PreUserRegistrationError() { return '§'; }",
    "function later() { cb('§'); } later();",
    "async function work() { await send('§'); cb(); } work();",
    "send('§').then(() => cb()).catch(cb);",
    "send('§').then((r) => { if (!r) { cb(r); } return r; }).then(() => { cb(); });",
    "setTimeout(() => cb('§'), 10);",
    "request({ url: 'https://a.auth0.com/api/v2/§' }, (err, res) => { if (err) throw err; cb(); });",
    "axios.get(`https://${domain}/api/v2/users/§`).then(() => cb());",
    "const axios = require('axios@1'); require('./§'); require('§');",
    "require('https').get('§', (res) => { res.on('data', (d) => cb(d)); });",
    "console.log('§', context, context.webtask.secrets.KEY);",
    "const key = context.webtask.secrets['§']; log(context.webtask.secrets.api-key);",
    "const password = 'p9Kq2vN5rT7wZ1mB4cD6§';",
    "const re = /[§]+(?<n>a)/u.test(user.email);",
    "const t = tag`§${user.a}`;",
    "with (user) { log('§'); }",
    "var \\u0061b = '\\u{1F600}§';",
    "user['§'].list?.[0]?.call('§');",
    "(function () { return arguments['§']; })(); new Proxy({}, { get: () => '§' });",
    "import('§').then(cb); delete user.user_id; void 0;",
    "// hooksync-allow HS402 §\n;",
];

/// Characters of one to four bytes, and those that editors and parsers treat
/// in their own way.
fn character() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "é",
        "ß",
        "€",
        "語",
        "\u{2028}",
        "\u{2029}",
        "😀",
        "\u{1F468}\u{200D}\u{1F469}",
        "e\u{301}",
        "\u{feff}",
        "\u{200b}",
        "\u{a0}",
        "\r\n",
        "\n",
        "\t",
        "\u{202e}",
        "\\",
        "##K##",
        " ",
    ])
}

/// Something in front of a statement, and the statement.
pub(super) fn piece() -> impl Strategy<Value = (String, usize, &'static str, String)> {
    let run = |most: usize| {
        (prop::collection::vec(character(), 1..3), 0..most)
            .prop_map(|(some, times)| some.concat().repeat(times))
    };
    // Long runs, since what looks back looks back by some fixed length.
    (run(450), 0_usize..6, prop::sample::select(STATEMENTS.to_vec()), run(3))
}

/// A hook with these statements; a text is put in front of each in one of
/// several ways.
pub(super) fn program(trigger: &str, pieces: &[(String, usize, &str, String)]) -> String {
    let parameters = match trigger {
        "credentials-exchange" => "client, scope, audience, context, cb",
        "send-phone-message" => "recipient, text, context, cb",
        _ => "user, context, cb",
    };
    let mut body = String::new();
    for (before, how, statement, inside) in pieces {
        let quoted: String = before.chars().filter(|c| !"\\\r\n*`".contains(*c)).collect();
        body.push_str(&match how {
            0 => format!("/*{}*/", before.replace("*/", "")),
            1 => format!("//{quoted}\n"),
            2 => format!("log('{quoted}');"),
            3 => format!("log(`{quoted}`);"),
            4 => format!("const t{} = '{quoted}';\n", body.len()),
            _ => String::new(),
        });
        let inside: String = inside.chars().filter(|c| !"\\\r\n".contains(*c)).collect();
        body.push_str(&statement.replace('§', &inside));
        body.push('\n');
    }
    format!("module.exports = function ({parameters}) {{\n{body}}};\n")
}
