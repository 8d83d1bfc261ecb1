// Everything that auth0 v4 can do with hooks and their secrets.
import assert from "node:assert/strict";
import { ManagementClient } from "auth0";

const { AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET } = process.env;
const { hooks } = new ManagementClient({
  domain: AUTH0_DOMAIN,
  clientId: AUTH0_CLIENT_ID,
  clientSecret: AUTH0_CLIENT_SECRET,
});
const script = "module.exports = function (user, context, cb) { cb(null, { user }); };\n";

assert.deepEqual((await hooks.getAll()).data, []);
const created = await hooks.create({
  name: "V4 Hook1",
  script,
  triggerId: "pre-user-registration",
  dependencies: { lodash: "4.17.21" },
});
assert.equal(created.status, 201);
const { id } = created.data;
const hook = {
  id,
  name: "v-4-hook-1",
  script,
  dependencies: { lodash: "4.17.21" },
  triggerId: "pre-user-registration",
  enabled: false,
};
assert.deepEqual(created.data, hook);
assert.deepEqual((await hooks.get({ id })).data, hook);
assert.deepEqual((await hooks.get({ id, fields: "name,enabled" })).data, {
  name: "v-4-hook-1",
  enabled: false,
});

const updated = await hooks.update({ id }, { enabled: true, script: "// other\n" });
assert.equal(updated.status, 200);
assert.deepEqual(updated.data, { ...hook, enabled: true, script: "// other\n" });
const page = await hooks.getAll({
  page: 0,
  per_page: 10,
  include_totals: true,
  enabled: true,
  triggerId: "pre-user-registration",
});
assert.deepEqual(page.data, { total: 1, start: 0, limit: 10, hooks: [updated.data] });

await hooks.addSecrets({ id }, { ONE: "1", TWO: "2" });
await hooks.updateSecrets({ id }, { ONE: "other" });
await hooks.deleteSecrets({ id }, ["TWO"]);
assert.deepEqual((await hooks.getSecrets({ id })).data, { ONE: "_VALUE_NOT_SHOWN_" });

await assert.rejects(hooks.create({ name: "v4 hook1", script, triggerId: "send-phone-message" }), {
  name: "ManagementApiError",
  statusCode: 409,
});
await assert.rejects(hooks.update({ id }, { triggerId: "send-phone-message" }), {
  statusCode: 400,
  errorCode: "invalid_body",
  msg: "Payload validation error: 'Additional properties not allowed: triggerId'.",
});
assert.equal((await hooks.delete({ id })).status, 204);
await assert.rejects(hooks.get({ id }), { statusCode: 404, errorCode: "HookDoesNotExist" });
