// What Auth0's Deploy CLI does with actions: creation, deploy and bindings, export
// in both layouts, a second import, deletion.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const root = path.dirname(require.resolve("auth0-deploy-cli/package.json"));
const program = path.join(root, require("auth0-deploy-cli/package.json").bin.a0deploy);
const work = fs.mkdtempSync(path.join(os.tmpdir(), "deploy-cli-"));
const at = (...parts) => path.join(work, ...parts);

function run(args, settings) {
  const included = '["actions","triggers"]';
  const env = { ...process.env, AUTH0_INCLUDED_ONLY: included, ...settings };
  return execFileSync(process.execPath, [program, ...args], { env, encoding: "utf8" });
}

function write(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

const code = "exports.onExecutePostLogin = async (event, api) => {};\n";
const definition = {
  name: "Add roles",
  code: "./actions/Add roles/code.js",
  runtime: "node22",
  dependencies: [{ name: "lodash", version: "4.17.21" }],
  secrets: [{ name: "KEY", value: "##VALUE##" }],
  supported_triggers: [{ id: "post-login", version: "v3" }],
  deployed: true,
};

try {
  write(at("source/actions/Add roles.json"), JSON.stringify(definition));
  write(at("source/actions/Add roles/code.js"), code);
  const order = { "post-login": [{ action_name: "Add roles", display_name: "Roles" }] };
  write(at("source/triggers/triggers.json"), JSON.stringify(order));
  const mappings = { AUTH0_KEYWORD_REPLACE_MAPPINGS: '{"VALUE":"from a keyword"}' };
  run(["import", "-i", at("source")], mappings);

  // Exported as a folder: no value, the code byte for byte.
  run(["export", "-f", "directory", "-o", at("folder")]);
  assert.deepEqual(JSON.parse(fs.readFileSync(at("folder/actions/Add roles.json"), "utf8")), {
    ...definition,
    secrets: [{ name: "KEY" }],
    status: "built",
  });
  assert.equal(fs.readFileSync(at("folder/actions/Add roles/code.js"), "utf8"), code);
  const triggers = JSON.parse(fs.readFileSync(at("folder/triggers/triggers.json"), "utf8"));
  assert.deepEqual(triggers["post-login"], order["post-login"]);

  // And as one file.
  run(["export", "-f", "yaml", "-o", at("yaml")]);
  assert.match(fs.readFileSync(at("yaml/tenant.yaml"), "utf8"), /^actions:\n  - name: Add roles$/m);

  // Imported again: every action is written and deployed, changed or not.
  run(["import", "-i", at("folder")]);

  // Dropped from the files: deleted, where that is allowed.
  write(at("empty/tenant.yaml"), "actions: []\ntriggers: {}\n");
  run(["import", "-i", at("empty/tenant.yaml")], { AUTH0_ALLOW_DELETE: "true" });
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
