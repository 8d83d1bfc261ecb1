// Everything that auth0 v5 can do with hooks and their secrets.
import assert from "node:assert/strict";
import { ManagementClient, ManagementError } from "auth0";

const { AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET } = process.env;
const { hooks } = new ManagementClient({
  domain: AUTH0_DOMAIN,
  clientId: AUTH0_CLIENT_ID,
  clientSecret: AUTH0_CLIENT_SECRET,
});
const script = "module.exports = function (user, context, cb) { cb(null, { user }); };\n";

async function all(request) {
  const found = [];
  for await (const hook of await hooks.list(request)) found.push(hook);
  return found;
}

async function refused(promise, status, errorCode) {
  const error = await promise.then(
    () => assert.fail("was not refused"),
    (error) => error,
  );
  assert.ok(error instanceof ManagementError, error);
  assert.equal(error.statusCode, status);
  assert.equal(error.body.errorCode, errorCode);
}

assert.deepEqual(await all(), []);
const { data: hook, rawResponse } = await hooks
  .create({ name: "V5 Hook1", script, triggerId: "send-phone-message" })
  .withRawResponse();
assert.equal(rawResponse.status, 201);
const { id } = hook;
assert.deepEqual(hook, {
  id,
  name: "v-5-hook-1",
  script,
  dependencies: {},
  triggerId: "send-phone-message",
  enabled: false,
});
assert.deepEqual(await hooks.get(id), hook);
assert.deepEqual(await hooks.get(id, { fields: "name" }), { name: "v-5-hook-1" });
const updated = await hooks.update(id, { enabled: true, dependencies: { twilio: "3.0.0" } });
assert.deepEqual(updated, { ...hook, enabled: true, dependencies: { twilio: "3.0.0" } });

for (let number = 0; number < 24; number += 1) {
  await hooks.create({ name: `n ${number}`, script, triggerId: "post-change-password" });
}
assert.equal((await all({ per_page: 10 })).length, 25);
assert.equal((await all({ per_page: 5, triggerId: "post-change-password" })).length, 24);
assert.deepEqual(await all({ enabled: true }), [updated]);

await hooks.secrets.create(id, { ONE: "1", TWO: "2" });
await hooks.secrets.update(id, { ONE: "other" });
await hooks.secrets.delete(id, ["TWO"]);
assert.deepEqual(await hooks.secrets.get(id), { ONE: "_VALUE_NOT_SHOWN_" });

await refused(hooks.create({ name: "n0", script, triggerId: "send-phone-message" }), 409);
await refused(hooks.create({ name: "-", script, triggerId: "x" }), 400, "invalid_body");
await hooks.delete(id);
await refused(hooks.get(id), 404, "HookDoesNotExist");
