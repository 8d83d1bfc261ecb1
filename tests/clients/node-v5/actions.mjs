// Everything that auth0 v5 can do with actions, versions, bindings and modules.
import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { ManagementClient } from "auth0";

const { AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET } = process.env;
const { actions } = new ManagementClient({
  domain: AUTH0_DOMAIN,
  clientId: AUTH0_CLIENT_ID,
  clientSecret: AUTH0_CLIENT_SECRET,
});
const code = "exports.onExecutePostLogin = async (event, api) => {};\n";

async function all(pages) {
  const found = [];
  for await (const item of await pages) found.push(item);
  return found;
}

async function refused(promise, status, message) {
  const error = await promise.then(
    () => assert.fail("was not refused"),
    (error) => error,
  );
  assert.equal(error.statusCode, status);
  assert.match(error.body.message, message);
}

async function until(read, done) {
  for (let tries = 0; tries < 100; tries += 1) {
    const value = await read();
    if (done(value)) return value;
    await setTimeout(50);
  }
  return assert.fail("never came");
}

const triggers = (await actions.triggers.list()).triggers;
assert.ok(triggers.some(({ id, version, status }) => id === "post-login" && version === "v3" && status === "CURRENT"));
assert.deepEqual(await all(actions.list()), []);

const created = await actions.create({
  name: "Add roles (v5)",
  supported_triggers: [{ id: "post-login", version: "v3" }],
  code,
  dependencies: [{ name: "lodash", version: "4.17.21" }],
  secrets: [{ name: "KEY", value: "1" }],
});
assert.equal(created.status, "pending");
const { id } = created;
await refused(actions.deploy(id), 400, /must be in the 'built' state/);
await until(() => actions.get(id), ({ status }) => status === "built");
const first = await actions.deploy(id);
assert.equal(first.number, 1);
await until(() => actions.versions.get(id, first.id), ({ deployed }) => deployed);

await actions.update(id, { code: `${code}// two\n`, secrets: [{ name: "KEY" }] });
await until(() => actions.get(id), ({ status }) => status === "built");
assert.equal((await actions.get(id)).all_changes_deployed, false);
await actions.deploy(id);
const versions = await all(actions.versions.list(id));
assert.deepEqual(versions.map(({ number }) => number), [2, 1]);
assert.equal((await actions.versions.deploy(id, first.id, { update_draft: true })).number, 3);
assert.equal((await actions.get(id)).code, code);
await actions.test(id, { payload: { event: {} } });

const ref = { type: "action_id", value: id };
const bound = await actions.triggers.bindings.updateMany("post-login", {
  bindings: [{ ref, display_name: "Roles" }],
});
assert.equal(bound.bindings[0].display_name, "Roles");
const listed = await all(actions.triggers.bindings.list("post-login"));
assert.deepEqual(listed.map((binding) => binding.action.id), [id]);
await refused(actions.delete(id), 409, /bound to a trigger/);
await refused(
  actions.triggers.bindings.updateMany("post-login", { bindings: [{ ref: { type: "x", value: id } }] }),
  400,
  /Data does not match any schemas from 'oneOf'/,
);

for (let number = 0; number < 30; number += 1) {
  await actions.create({ name: `n ${number}`, supported_triggers: [{ id: "send-phone-message", version: "v2" }] });
}
assert.equal((await all(actions.list({ per_page: 10 }))).length, 31);
assert.equal((await all(actions.list({ triggerId: "send-phone-message" }))).length, 30);
assert.deepEqual((await all(actions.list({ deployed: true }))).map((found) => found.id), [id]);

const module = await actions.modules.create({ name: "helper", code: "x", secrets: [], dependencies: [] });
const published = await actions.modules.versions.create(module.id);
await actions.update(id, { modules: [{ module_id: module.id, module_version_id: published.id }] });
assert.equal((await actions.get(id)).modules[0].module_name, "helper");
await refused(actions.modules.delete(module.id), 412, /in use/);
await actions.delete(id, { force: true });
await actions.modules.delete(module.id);
await refused(actions.get(id), 404, /That action does not exist\./);
await refused(actions.executions.get("M9IqRp9wQLaYNrSwz6YPTTIwMjEwNDA0"), 404, /execution/);
