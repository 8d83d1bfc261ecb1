// Everything that auth0 v4 can do with actions, versions and bindings.
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

assert.deepEqual((await actions.getAll()).data, { actions: [], per_page: 20 });
const created = await actions.create({
  name: "Add roles (v4)",
  supported_triggers: [{ id: "post-login", version: "v3" }],
  code,
  secrets: [{ name: "KEY", value: "1" }],
});
assert.equal(created.status, 201);
const { id } = created.data;
await setTimeout(400);
assert.equal((await actions.get({ id })).data.status, "built");
const deployed = await actions.deploy({ id });
assert.equal(deployed.data.number, 1);
await setTimeout(200);
const version = { actionId: id, id: deployed.data.id };
assert.equal((await actions.getVersion(version)).data.deployed, true);
assert.equal((await actions.getVersions({ actionId: id })).data.total, 1);
assert.equal((await actions.deployVersion(version, {})).data.number, 2);
const updated = await actions.update({ id }, { name: "Renamed (v4)" });
assert.equal(updated.data.name, "Renamed (v4)");
assert.ok((await actions.getAllTriggers()).data.triggers.length > 10);
const bindings = [{ ref: { type: "action_name", value: "Renamed (v4)" }, display_name: "R" }];
await actions.updateTriggerBindings({ triggerId: "post-login" }, { bindings });
assert.equal((await actions.getTriggerBindings({ triggerId: "post-login" })).data.total, 1);
await assert.rejects(actions.delete({ id }), { name: "ManagementApiError", statusCode: 409 });
await actions.test({ id }, { payload: { event: {} } });
await actions.delete({ id, force: true });
await assert.rejects(actions.get({ id }), { statusCode: 404, msg: "That action does not exist." });
